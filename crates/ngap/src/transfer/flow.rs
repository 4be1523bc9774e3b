//! QoS flows of a PDU session (TS 38.413 9.3.1.10, 9.3.1.12, 9.3.1.18, 9.3.1.19, 9.3.1.28).

use oxirush_ngap::ngap as asn1;

/// A QoS flow to set up (TS 38.413 9.3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QosFlowSetupRequest {
    /// QoS Flow Identifier, 0 to 63.
    pub qos_flow_identifier: u8,
    /// How it is treated.
    pub qos_characteristics: QosCharacteristics,
    /// Which flows give way to which.
    pub allocation_and_retention_priority: AllocationAndRetentionPriority,
    /// Bit rates; of a GBR flow only.
    pub gbr_qos_flow_information: Option<GbrQosFlowInformation>,
}

/// QoS Characteristics (TS 38.413 9.3.1.12): a 5QI of TS 23.501 5.7.4, or one that says itself what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QosCharacteristics {
    /// Standardised or configured.
    NonDynamic5qi {
        /// 5QI.
        five_qi: u8,
    },
    /// Neither.
    Dynamic5qi {
        /// 1 (highest) to 127.
        priority_level: u8,
        /// Units of half a millisecond, 0 to 1023.
        packet_delay_budget: u16,
        /// Packet error rate: scalar and exponent, `scalar · 10^-exponent`, 0 to 9 each.
        packet_error_rate: (u8, u8),
        /// A 5QI for it, if it has one.
        five_qi: Option<u8>,
    },
}

/// Allocation and Retention Priority (TS 38.413 9.3.1.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AllocationAndRetentionPriority {
    /// 1 (highest) to 15.
    pub priority_level: u8,
    /// Whether it may take resources from others.
    pub may_trigger_pre_emption: bool,
    /// Whether others may take resources from it.
    pub pre_emptable: bool,
}

/// GBR QoS Flow Information (TS 38.413 9.3.1.10), bit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GbrQosFlowInformation {
    /// Maximum towards the UE.
    pub maximum_flow_bit_rate_dl: u64,
    /// Maximum from the UE.
    pub maximum_flow_bit_rate_ul: u64,
    /// Guaranteed towards the UE.
    pub guaranteed_flow_bit_rate_dl: u64,
    /// Guaranteed from the UE.
    pub guaranteed_flow_bit_rate_ul: u64,
}

fn characteristics_of(generated: asn1::QosCharacteristics) -> Option<QosCharacteristics> {
    let five_qi_of = |five_qi: asn1::FiveQI| u8::try_from(five_qi.0).ok();
    Some(match generated {
        asn1::QosCharacteristics::nonDynamic5QI(of) => QosCharacteristics::NonDynamic5qi {
            five_qi: five_qi_of(of.five_qi)?,
        },
        asn1::QosCharacteristics::dynamic5QI(of) => QosCharacteristics::Dynamic5qi {
            priority_level: u8::try_from(of.priority_level_qos.0).ok()?,
            packet_delay_budget: u16::try_from(of.packet_delay_budget.0).ok()?,
            packet_error_rate: (
                u8::try_from(of.packet_error_rate.per_scalar).ok()?,
                u8::try_from(of.packet_error_rate.per_exponent).ok()?,
            ),
            five_qi: match of.five_qi {
                Some(five_qi) => Some(five_qi_of(five_qi)?),
                None => None,
            },
        },
        _ => return None,
    })
}

fn characteristics_asn1(of: QosCharacteristics) -> asn1::QosCharacteristics {
    let five_qi_asn1 = |five_qi: u8| asn1::FiveQI(five_qi.into());
    match of {
        QosCharacteristics::NonDynamic5qi { five_qi } => asn1::QosCharacteristics::nonDynamic5QI(
            asn1::NonDynamic5QIDescriptor::new(five_qi_asn1(five_qi), None, None, None, None),
        ),
        QosCharacteristics::Dynamic5qi {
            priority_level,
            packet_delay_budget,
            packet_error_rate: (scalar, exponent),
            five_qi,
        } => asn1::QosCharacteristics::dynamic5QI(asn1::Dynamic5QIDescriptor::new(
            asn1::PriorityLevelQos(priority_level.into()),
            asn1::PacketDelayBudget(packet_delay_budget.into()),
            asn1::PacketErrorRate::new(scalar.into(), exponent.into(), None),
            five_qi.map(five_qi_asn1),
            None,
            None,
            None,
            None,
        )),
    }
}

pub(super) fn flows_of(generated: asn1::QosFlowSetupRequestList) -> Option<Vec<QosFlowSetupRequest>> {
    let flows = generated.0.into_iter().map(|item| {
        let of = item.qos_flow_level_qos_parameters;
        let priority = of.allocation_and_retention_priority;
        Some(QosFlowSetupRequest {
            qos_flow_identifier: u8::try_from(item.qos_flow_identifier.0).ok()?,
            qos_characteristics: characteristics_of(of.qos_characteristics)?,
            allocation_and_retention_priority: AllocationAndRetentionPriority {
                priority_level: priority.priority_level_arp.0,
                may_trigger_pre_emption: priority.pre_emption_capability
                    == asn1::PreEmptionCapability::may_trigger_pre_emption,
                pre_emptable: priority.pre_emption_vulnerability
                    == asn1::PreEmptionVulnerability::pre_emptable,
            },
            gbr_qos_flow_information: of.gbr_qos_information.map(|gbr| GbrQosFlowInformation {
                maximum_flow_bit_rate_dl: gbr.maximum_flow_bit_rate_dl.0,
                maximum_flow_bit_rate_ul: gbr.maximum_flow_bit_rate_ul.0,
                guaranteed_flow_bit_rate_dl: gbr.guaranteed_flow_bit_rate_dl.0,
                guaranteed_flow_bit_rate_ul: gbr.guaranteed_flow_bit_rate_ul.0,
            }),
        })
    });
    flows.collect()
}

pub(super) fn flows_asn1(flows: &[QosFlowSetupRequest]) -> asn1::QosFlowSetupRequestList {
    let items = flows.iter().map(|flow| {
        asn1::QosFlowSetupRequestItem::new(
            asn1::QosFlowIdentifier(flow.qos_flow_identifier.into()),
            parameters_asn1(flow),
            None,
            None,
        )
    });
    asn1::QosFlowSetupRequestList(items.collect())
}

fn parameters_asn1(flow: &QosFlowSetupRequest) -> asn1::QosFlowLevelQosParameters {
    let priority = flow.allocation_and_retention_priority;
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
    let gbr = flow.gbr_qos_flow_information.map(|gbr| {
        asn1::GBRQosInformation::new(
            asn1::BitRate(gbr.maximum_flow_bit_rate_dl),
            asn1::BitRate(gbr.maximum_flow_bit_rate_ul),
            asn1::BitRate(gbr.guaranteed_flow_bit_rate_dl),
            asn1::BitRate(gbr.guaranteed_flow_bit_rate_ul),
            None,
            None,
            None,
            None,
        )
    });
    asn1::QosFlowLevelQosParameters::new(
        characteristics_asn1(flow.qos_characteristics),
        asn1::AllocationAndRetentionPriority::new(
            asn1::PriorityLevelARP(priority.priority_level),
            capability,
            vulnerability,
            None,
        ),
        gbr,
        None,
        None,
        None,
    )
}
