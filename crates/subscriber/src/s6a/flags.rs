//! The flag words of S6a (TS 29.272 7.3). Bits that are not named survive and mean nothing.

/// Defines a flag word with its named bits.
macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($(#[$bit_doc:meta])* $bit:ident = $shift:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub u32);

        impl $name {
            $($(#[$bit_doc])* pub const $bit: $name = $name(1 << $shift);)*

            /// Whether every bit of `bits` is set.
            #[must_use]
            pub const fn has(self, bits: $name) -> bool {
                self.0 & bits.0 == bits.0
            }

            /// These bits and those of `bits`, if `condition` holds.
            #[must_use]
            pub const fn with_if(self, bits: $name, condition: bool) -> Self {
                if condition { Self(self.0 | bits.0) } else { self }
            }

            /// Without `bits`.
            #[must_use]
            pub const fn without(self, bits: $name) -> Self {
                Self(self.0 & !bits.0)
            }

            /// Whether no bit is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }

        impl ::std::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
    };
}

pub(crate) use flags;

flags!(
    /// ULR-Flags (TS 29.272 7.3.7).
    UlrFlags {
        /// The other domain's serving node shall be cancelled.
        SINGLE_REGISTRATION = 0,
        /// The request came over S6a, from an MME; clear: over S6d, from an SGSN.
        S6A_S6D = 1,
        /// Subscription-Data may be left out of the answer.
        SKIP_SUBSCRIBER_DATA = 2,
        /// GPRS-Subscription-Data is wanted.
        GPRS_SUBSCRIPTION_DATA = 3,
        /// The node is a combined MME/SGSN.
        NODE_TYPE = 4,
        /// The UE does an initial attach.
        INITIAL_ATTACH = 5,
        /// The UE does not support PS location services.
        PS_LCS_NOT_SUPPORTED_BY_UE = 6,
        /// The UE asked for a combined attach for SMS only.
        SMS_ONLY = 7,
        /// The UE registers with an AMF at the same time.
        DUAL_REGISTRATION_5G = 8,
    }
);
flags!(
    /// ULA-Flags (TS 29.272 7.3.8).
    UlaFlags {
        /// The HSS stores MME and SGSN apart from each other: every HSS since Release 8.
        SEPARATION = 0,
        /// The MME is registered for SMS.
        MME_REGISTERED_FOR_SMS = 1,
    }
);
flags!(
    /// AIR-Flags (TS 29.272 7.3.201).
    AirFlags {
        /// The MME wants UE-Usage-Type in the answer.
        SEND_UE_USAGE_TYPE = 0,
    }
);
flags!(
    /// PUR-Flags (TS 29.272 7.3.149).
    PurFlags {
        /// A combined node purged the UE in its MME part.
        PURGED_IN_MME = 0,
        /// A combined node purged the UE in its SGSN part.
        PURGED_IN_SGSN = 1,
    }
);
flags!(
    /// PUA-Flags (TS 29.272 7.3.48).
    PuaFlags {
        /// The MME freezes the M-TMSI.
        FREEZE_M_TMSI = 0,
        /// The SGSN freezes the P-TMSI.
        FREEZE_P_TMSI = 1,
    }
);
flags!(
    /// NOR-Flags (TS 29.272 7.3.49).
    NorFlags {
        /// The other domain's registration shall be removed.
        SINGLE_REGISTRATION = 0,
        /// The whole SGSN area is restricted.
        SGSN_AREA_RESTRICTED = 1,
        /// The UE is present, or has memory, for short messages over the SGSN.
        READY_FOR_SM_FROM_SGSN = 2,
        /// The UE is reachable from the MME.
        UE_REACHABLE_FROM_MME = 3,
        /// The UE is reachable from the SGSN.
        UE_REACHABLE_FROM_SGSN = 5,
        /// The UE is present, or has memory, for short messages over the MME.
        READY_FOR_SM_FROM_MME = 6,
        /// Homogeneous support of IMS voice changed; its AVP says to what, absence means unknown.
        HOMOGENEOUS_IMS_VOICE = 7,
        /// The request came over S6a, from an MME; clear: over S6d, from an SGSN.
        S6A_S6D = 8,
        /// The MME is no longer registered for SMS.
        REMOVAL_OF_SMS_REGISTRATION = 9,
    }
);
flags!(
    /// CLR-Flags (TS 29.272 7.3.152).
    ClrFlags {
        /// The MME part of the node is meant; clear: the SGSN part.
        S6A_S6D = 0,
        /// The UE shall attach again at once.
        REATTACH_REQUIRED = 1,
    }
);
flags!(
    /// IDR-Flags (TS 29.272 7.3.103).
    IdrFlags {
        /// Tell when the UE is reachable.
        UE_REACHABILITY = 0,
        /// T-ADS data are wanted.
        T_ADS_DATA = 1,
        /// EPS user state is wanted.
        EPS_USER_STATE = 2,
        /// EPS location information is wanted.
        EPS_LOCATION = 3,
        /// The current location is wanted.
        CURRENT_LOCATION = 4,
        /// The local time zone is wanted.
        LOCAL_TIME_ZONE = 5,
        /// The MME is no longer registered for SMS.
        REMOVE_SMS_REGISTRATION = 6,
        /// The RAT type is wanted.
        RAT_TYPE = 7,
        /// P-CSCF restoration.
        P_CSCF_RESTORATION = 8,
    }
);
flags!(
    /// IDA-Flags (TS 29.272 7.3.47).
    IdaFlags {
        /// The whole area of the node is restricted by regional subscription.
        NETWORK_NODE_AREA_RESTRICTED = 0,
    }
);
flags!(
    /// DSR-Flags (TS 29.272 7.3.25): what the node shall delete.
    DsrFlags {
        /// Regional-Subscription-Zone-Code, all of them.
        REGIONAL_SUBSCRIPTION = 0,
        /// The complete APN-Configuration-Profile.
        COMPLETE_APN_CONFIGURATION_PROFILE = 1,
        /// 3GPP-Charging-Characteristics of the subscriber.
        CHARGING_CHARACTERISTICS = 2,
        /// The APN configurations whose Context-Identifier follows.
        PDN_SUBSCRIPTION_CONTEXTS = 3,
        /// STN-SR.
        STN_SR = 4,
        /// The complete list of PDP contexts.
        COMPLETE_PDP_CONTEXT_LIST = 5,
        /// The PDP contexts whose Context-Identifier follows.
        PDP_CONTEXTS = 6,
        /// The restriction for a feature that the node did not support.
        ROAMING_RESTRICTED = 7,
        /// Trace-Data.
        TRACE_DATA = 8,
        /// CSG-Subscription-Data.
        CSG = 9,
        /// APN-OI-Replacement of the subscriber.
        APN_OI_REPLACEMENT = 10,
        /// GMLC-List.
        GMLC_LIST = 11,
        /// LCS-Info.
        LCS = 12,
        /// Teleservice-List for SMS.
        SMS = 13,
        /// Subscribed-Periodic-RAU-TAU-Timer.
        RAU_TAU_TIMER = 14,
        /// Subscribed-VSRVCC.
        SUBSCRIBED_VSRVCC = 15,
        /// A-MSISDN.
        A_MSISDN = 16,
        /// ProSe-Subscription-Data.
        PROSE = 17,
        /// Reset-ID values.
        RESET_IDS = 18,
        /// DL-Buffering-Suggested-Packet-Count.
        DL_BUFFERING = 19,
        /// IMSI-Group-Id.
        IMSI_GROUP_ID = 20,
        /// Monitoring events.
        MONITORING_EVENTS = 21,
        /// User plane integrity protection.
        USER_PLANE_INTEGRITY_PROTECTION = 22,
        /// MSISDN.
        MSISDN = 23,
        /// UE-Usage-Type.
        UE_USAGE_TYPE = 24,
    }
);
flags!(
    /// DSA-Flags (TS 29.272 7.3.26).
    DsaFlags {
        /// The whole area of the node is restricted by regional subscription.
        NETWORK_NODE_AREA_RESTRICTED = 0,
    }
);
