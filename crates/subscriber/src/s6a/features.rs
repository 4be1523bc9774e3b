//! Supported-Features of S6a (TS 29.272 7.1.9, 7.3.10; TS 29.229 6.3.29).
//!
//! A node lists what it supports, the HSS answers with the whole of what it supports itself, so that each knows what both
//! can; the HSS leaves data out that belong to a feature the node does not have.

use super::flags::flags;

flags!(
    /// Feature-List with Feature-List-ID 1.
    FeatureList1 {
        /// ODB-all-APN; the nine ODB features stand in the order of Operator-Determined-Barring.
        ODB_ALL_APN = 0,
        /// ODB-HPLMN-APN.
        ODB_HPLMN_APN = 1,
        /// ODB-VPLMN-APN.
        ODB_VPLMN_APN = 2,
        /// Regional subscription.
        REG_SUB = 9,
        /// UE-Reachability-Notification.
        UE_REACHABILITY_NOTIFICATION = 26,
        /// State and location retrieval.
        STATE_LOCATION_RETRIEVAL = 28,
        /// Partial purge of a combined node.
        PARTIAL_PURGE = 29,
    }
);
flags!(
    /// Feature-List with Feature-List-ID 2.
    FeatureList2 {
        /// SMS in MME.
        SMS_IN_MME = 0,
        /// The SGSN takes short messages over Gdd.
        GDD_IN_SGSN = 12,
        /// SGSN CAMEL capability.
        SGSN_CAMEL = 14,
        /// Reset-IDs.
        RESET_IDS = 17,
        /// Dedicated core networks.
        DEDICATED_CORE_NETWORKS = 20,
        /// Removal of the MSISDN.
        MSISDN_WITHDRAWAL = 23,
        /// NR as secondary RAT; with it the extended bit rates.
        NR_AS_SECONDARY_RAT = 27,
    }
);

/// The bits of Operator-Determined-Barring that have a feature each: feature bit n is ODB bit n.
pub const ODB_BITS: u32 = 0x1ff;

/// Both feature lists of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// Feature-List-ID 1.
    pub list_1: FeatureList1,
    /// Feature-List-ID 2.
    pub list_2: FeatureList2,
}

impl Features {
    /// What this HSS does with. SMS in MME and the reset identities are up to the configuration.
    pub const HSS: Features = Features {
        list_1: FeatureList1(ODB_BITS | FeatureList1::REG_SUB.0 | FeatureList1::PARTIAL_PURGE.0),
        list_2: FeatureList2(
            FeatureList2::SGSN_CAMEL.0
                | FeatureList2::DEDICATED_CORE_NETWORKS.0
                | FeatureList2::MSISDN_WITHDRAWAL.0
                | FeatureList2::NR_AS_SECONDARY_RAT.0,
        ),
    };

    /// From the two words as a [`crate::model::ServingNode`] holds them.
    #[must_use]
    pub const fn new(list_1: u32, list_2: u32) -> Self {
        Self {
            list_1: FeatureList1(list_1),
            list_2: FeatureList2(list_2),
        }
    }

    /// What both support.
    #[must_use]
    pub const fn and(self, other: Features) -> Features {
        Self::new(self.list_1.0 & other.list_1.0, self.list_2.0 & other.list_2.0)
    }

    /// With SMS in MME.
    #[must_use]
    pub const fn with_sms_in_mme(self) -> Self {
        Self::new(self.list_1.0, self.list_2.0 | FeatureList2::SMS_IN_MME.0)
    }

    /// With reset identities.
    #[must_use]
    pub const fn with_reset_ids(self) -> Self {
        Self::new(self.list_1.0, self.list_2.0 | FeatureList2::RESET_IDS.0)
    }

    /// The bits of Operator-Determined-Barring that this node understands.
    #[must_use]
    pub const fn odb(self) -> u32 {
        self.list_1.0 & ODB_BITS
    }

    /// Whether Regional-Subscription-Zone-Code is understood.
    #[must_use]
    pub const fn regional_subscription(self) -> bool {
        self.list_1.has(FeatureList1::REG_SUB)
    }

    /// Whether a combined node purges its parts one by one.
    #[must_use]
    pub const fn partial_purge(self) -> bool {
        self.list_1.has(FeatureList1::PARTIAL_PURGE)
    }

    /// Whether short messages go over the MME.
    #[must_use]
    pub const fn sms_in_mme(self) -> bool {
        self.list_2.has(FeatureList2::SMS_IN_MME)
    }

    /// Whether short messages go over the SGSN.
    #[must_use]
    pub const fn gdd_in_sgsn(self) -> bool {
        self.list_2.has(FeatureList2::GDD_IN_SGSN)
    }

    /// Whether the SGSN can register over MAP for CAMEL.
    #[must_use]
    pub const fn sgsn_camel(self) -> bool {
        self.list_2.has(FeatureList2::SGSN_CAMEL)
    }

    /// Whether Reset-ID is understood.
    #[must_use]
    pub const fn reset_ids(self) -> bool {
        self.list_2.has(FeatureList2::RESET_IDS)
    }

    /// Whether UE-Usage-Type is understood.
    #[must_use]
    pub const fn dedicated_core_networks(self) -> bool {
        self.list_2.has(FeatureList2::DEDICATED_CORE_NETWORKS)
    }

    /// Whether the MSISDN can be withdrawn.
    #[must_use]
    pub const fn msisdn_withdrawal(self) -> bool {
        self.list_2.has(FeatureList2::MSISDN_WITHDRAWAL)
    }

    /// Whether the extended bit rates and the NR restriction are understood.
    #[must_use]
    pub const fn nr_as_secondary_rat(self) -> bool {
        self.list_2.has(FeatureList2::NR_AS_SECONDARY_RAT)
    }
}
