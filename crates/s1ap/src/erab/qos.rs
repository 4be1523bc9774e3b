//! What a bearer is worth (TS 36.413 9.2.1.15, 9.2.1.18, 9.2.1.20, 9.2.1.60).

use crate::S1ap;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};

/// E-RAB Level QoS Parameters (TS 36.413 9.2.1.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErabLevelQosParameters {
    /// QoS class identifier (TS 23.203 6.1.7).
    pub qci: u8,
    /// Which bearers give way to which.
    pub allocation_retention_priority: AllocationAndRetentionPriority,
    /// Bit rates; of a GBR bearer only.
    pub gbr_qos_information: Option<GbrQosInformation>,
}

/// Allocation and Retention Priority (TS 36.413 9.2.1.60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllocationAndRetentionPriority {
    /// 1 (highest) to 14; 15 is no priority, 0 is spare and read as 15.
    pub priority_level: u8,
    /// Whether it may take resources from others.
    pub may_trigger_pre_emption: bool,
    /// Whether others may take resources from it.
    pub pre_emptable: bool,
}

/// GBR QoS Information (TS 36.413 9.2.1.18), bit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GbrQosInformation {
    /// Maximum towards the UE.
    pub e_rab_maximum_bitrate_dl: u64,
    /// Maximum from the UE.
    pub e_rab_maximum_bitrate_ul: u64,
    /// Guaranteed towards the UE.
    pub e_rab_guaranteed_bitrate_dl: u64,
    /// Guaranteed from the UE.
    pub e_rab_guaranteed_bitrate_ul: u64,
}

/// UE Aggregate Maximum Bit Rate (TS 36.413 9.2.1.20), bit/s, at most 10 Gbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeAggregateMaximumBitrate {
    /// Towards the UE.
    pub dl: u64,
    /// From the UE.
    pub ul: u64,
}

impl Generated<'_, S1ap> for UeAggregateMaximumBitrate {
    type Asn1 = asn1::UEAggregateMaximumBitrate;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            dl: generated.ue_aggregate_maximum_bit_rate_dl.0,
            ul: generated.ue_aggregate_maximum_bit_rate_ul.0,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::UEAggregateMaximumBitrate::new(
            asn1::BitRate(self.dl),
            asn1::BitRate(self.ul),
            None,
        ))
    }
}

plain_values!(S1ap: UeAggregateMaximumBitrate);

impl ErabLevelQosParameters {
    pub(super) fn of_asn1(generated: asn1::ERABLevelQoSParameters) -> Self {
        let priority = generated.allocation_retention_priority;
        Self {
            qci: generated.qci.0,
            allocation_retention_priority: AllocationAndRetentionPriority {
                priority_level: priority.priority_level.0,
                may_trigger_pre_emption: priority.pre_emption_capability
                    == asn1::PreEmptionCapability::may_trigger_pre_emption,
                pre_emptable: priority.pre_emption_vulnerability
                    == asn1::PreEmptionVulnerability::pre_emptable,
            },
            gbr_qos_information: generated.gbr_qos_information.map(|gbr| GbrQosInformation {
                e_rab_maximum_bitrate_dl: gbr.e_rab_maximum_bitrate_dl.0,
                e_rab_maximum_bitrate_ul: gbr.e_rab_maximum_bitrate_ul.0,
                e_rab_guaranteed_bitrate_dl: gbr.e_rab_guaranteed_bitrate_dl.0,
                e_rab_guaranteed_bitrate_ul: gbr.e_rab_guaranteed_bitrate_ul.0,
            }),
        }
    }

    pub(super) fn asn1(self) -> asn1::ERABLevelQoSParameters {
        let priority = self.allocation_retention_priority;
        let capability = if priority.may_trigger_pre_emption {
            asn1::PreEmptionCapability::may_trigger_pre_emption
        } else {
            asn1::PreEmptionCapability::shall_not_trigger_pre_emption
        };
        let vulnerability = if priority.pre_emptable {
            asn1::PreEmptionVulnerability::pre_emptable
        } else {
            asn1::PreEmptionVulnerability::not_pre_emptable
        };
        let gbr = self.gbr_qos_information.map(|gbr| {
            asn1::GBRQosInformation::new(
                asn1::BitRate(gbr.e_rab_maximum_bitrate_dl),
                asn1::BitRate(gbr.e_rab_maximum_bitrate_ul),
                asn1::BitRate(gbr.e_rab_guaranteed_bitrate_dl),
                asn1::BitRate(gbr.e_rab_guaranteed_bitrate_ul),
                None,
            )
        });
        asn1::ERABLevelQoSParameters::new(
            asn1::QCI(self.qci),
            asn1::AllocationAndRetentionPriority::new(
                asn1::PriorityLevel(priority.priority_level),
                capability,
                vulnerability,
                None,
            ),
            gbr,
            None,
        )
    }
}
