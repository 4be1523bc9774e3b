//! Enumerations and flag words of Sh. Values without a name survive.

use quintet_cx::{enumerated, flags};

/// The most AVPs of one name that are kept of a request: Data-Reference, Service-Indication, Identity-Set, DSAI-Tag. There
/// are three dozen kinds of data, and an answer has a size.
pub const MAX_LISTED: usize = 64;

enumerated! {
    /// Which data (TS 29.329 6.3.4, TS 29.328 table 7.6.1).
    DataReference {
        /// What application servers keep in the HSS.
        REPOSITORY_DATA = 0,
        /// The user's identities.
        IMS_PUBLIC_IDENTITY = 10,
        /// Whether the identity is registered.
        IMS_USER_STATE = 11,
        /// Which S-CSCF serves.
        S_CSCF_NAME = 12,
        /// The filter criteria that name an application server.
        INITIAL_FILTER_CRITERIA = 13,
        /// Where the user is.
        LOCATION_INFORMATION = 14,
        /// Whether the user is attached.
        USER_STATE = 15,
        /// Where charging is.
        CHARGING_INFORMATION = 16,
        /// The number.
        MSISDN = 17,
        /// Whether a service's identity is active.
        PSI_ACTIVATION = 18,
        /// Dynamic service activation information.
        DSAI = 19,
        /// Service level trace.
        SERVICE_LEVEL_TRACE_INFO = 21,
        /// Addresses that are bound to the user.
        IP_ADDRESS_SECURE_BINDING_INFORMATION = 22,
        /// Priority of services.
        SERVICE_PRIORITY_LEVEL = 23,
        /// Where short messages go.
        SMS_REGISTRATION_INFO = 24,
        /// Whether the UE can be reached over IP.
        UE_REACHABILITY_FOR_IP = 25,
        /// Terminating access domain selection.
        TADS_INFORMATION = 26,
        /// Session transfer number for SRVCC.
        STN_SR = 27,
        /// Whether the UE can do SRVCC.
        UE_SRVCC_CAPABILITY = 28,
        /// Priorities with namespaces.
        EXTENDED_PRIORITY = 29,
        /// CS domain routing number.
        CSRN = 30,
        /// Reference location.
        REFERENCE_LOCATION_INFORMATION = 31,
        /// The IMSI.
        IMSI = 32,
        /// The private identities.
        IMS_PRIVATE_USER_IDENTITY = 33,
        /// The equipment.
        IMEISV = 34,
        /// Whether the UE can do SRVCC of 5G.
        UE_5G_SRVCC_CAPABILITY = 35,
    }
}

impl DataReference {
    /// Its name in TS 29.329 6.3.4, as configurations have it.
    #[must_use]
    pub const fn spelled(self) -> Option<&'static str> {
        Some(match self {
            Self::REPOSITORY_DATA => "RepositoryData",
            Self::IMS_PUBLIC_IDENTITY => "IMSPublicIdentity",
            Self::IMS_USER_STATE => "IMSUserState",
            Self::S_CSCF_NAME => "S-CSCFName",
            Self::INITIAL_FILTER_CRITERIA => "InitialFilterCriteria",
            Self::LOCATION_INFORMATION => "LocationInformation",
            Self::USER_STATE => "UserState",
            Self::CHARGING_INFORMATION => "ChargingInformation",
            Self::MSISDN => "MSISDN",
            Self::PSI_ACTIVATION => "PSIActivation",
            Self::IMSI => "IMSI",
            Self::IMS_PRIVATE_USER_IDENTITY => "IMSPrivateUserIdentity",
            Self::IMEISV => "IMEISV",
            _ => return None,
        })
    }

    /// Of its name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let mut known = Self::ALL.iter().copied();
        known.find(|data| {
            data.spelled()
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        })
    }
}

enumerated! {
    /// What a Subscribe-Notifications-Request wants (TS 29.329 6.3.6).
    SubsReqType {
        /// Notifications.
        SUBSCRIBE = 0,
        /// None any more.
        UNSUBSCRIBE = 1,
    }
}

enumerated! {
    /// Of which domain (TS 29.329 6.3.7).
    RequestedDomain {
        /// Circuit switched.
        CS_DOMAIN = 0,
        /// Packet switched.
        PS_DOMAIN = 1,
    }
}

enumerated! {
    /// Whether the location is to be fetched (TS 29.329 6.3.8).
    CurrentLocation {
        /// What is known will do.
        DO_NOT_NEED_INITIATE_ACTIVE_LOCATION_RETRIEVAL = 0,
        /// The serving node is to be asked.
        INITIATE_ACTIVE_LOCATION_RETRIEVAL = 1,
    }
}

enumerated! {
    /// Which of a user's identities (TS 29.329 6.3.10).
    IdentitySet {
        /// All that may be used with one of the private identities.
        ALL_IDENTITIES = 0,
        /// Those that are registered.
        REGISTERED_IDENTITIES = 1,
        /// Those of the implicit registration set.
        IMPLICIT_IDENTITIES = 2,
        /// Those that are the same to others.
        ALIAS_IDENTITIES = 3,
    }
}

enumerated! {
    /// Whether the answer to a subscription has the data (TS 29.329 6.3.17).
    SendDataIndication {
        /// No.
        USER_DATA_NOT_REQUESTED = 0,
        /// Yes.
        USER_DATA_REQUESTED = 1,
    }
}

flags! {
    /// Of which serving nodes (TS 29.329 6.3.7A).
    RequestedNodes {
        /// The MME.
        MME = 0,
        /// The SGSN.
        SGSN = 1,
        /// The AAA server of 3GPP.
        AAA_SERVER = 2,
        /// The AMF.
        AMF = 3,
    }
}

flags! {
    /// The features of Sh, Feature-List-ID 1 (TS 29.329 7.1.1).
    Features {
        /// Notif-Eff: several kinds of data in one request and one notification, and expiry times.
        NOTIF_EFF = 0,
        /// Update-Eff: several repository data in one update.
        UPDATE_EFF = 1,
        /// Update-Eff-Enhance: several kinds of data in one update.
        UPDATE_EFF_ENHANCE = 2,
    }
}
