//! One message of every kind, with every field.

use quintet_crypto::{KeNb, Nh};
use quintet_identity::{Ecgi, Gummei, Imsi, Plmn, STmsi, Tai};
use quintet_s1ap::message::*;
use quintet_s1ap::*;
use std::borrow::Cow;

const MME: MmeUeS1apId = MmeUeS1apId(0x0102_0304);
const ENB: EnbUeS1apId = EnbUeS1apId(0x0a_0b0c);
const CAUSE: Cause = Cause::USER_INACTIVITY;
/// EMM STATUS, "protocol error, unspecified": whole, so that a dissector finds nothing amiss in it.
const NAS: Cow<'static, [u8]> = Cow::Borrowed(&[0x07, 0x60, 0x6f]);

fn plmn() -> Plmn {
    "310-410".parse().unwrap()
}

fn tai() -> Tai {
    Tai {
        plmn: plmn(),
        tac: 0x1234,
    }
}

fn cell() -> Ecgi {
    Ecgi::new(plmn(), 0x0123_4567).unwrap()
}

fn s_tmsi() -> STmsi {
    STmsi {
        mme_code: 7,
        m_tmsi: 0xdead_beef,
    }
}

fn gummei() -> Gummei {
    Gummei {
        plmn: plmn(),
        mme_group_id: 0x8001,
        mme_code: 7,
    }
}

fn diagnostics() -> Option<CriticalityDiagnostics> {
    Some(CriticalityDiagnostics {
        procedure_code: Some(9),
        triggering_message: Some(PduType::UnsuccessfulOutcome),
        procedure_criticality: Some(Criticality::Notify),
        ies: vec![
            IeDiagnostics {
                ie_criticality: Criticality::Reject,
                ie_id: 73,
                type_of_error: TypeOfError::Missing,
            },
            IeDiagnostics {
                ie_criticality: Criticality::Notify,
                ie_id: 65000,
                type_of_error: TypeOfError::NotUnderstood,
            },
        ],
    })
}

fn rates() -> UeAggregateMaximumBitrate {
    UeAggregateMaximumBitrate {
        dl: 10_000_000_000,
        ul: 1,
    }
}

fn qos(gbr: bool) -> ErabLevelQosParameters {
    ErabLevelQosParameters {
        qci: if gbr { 1 } else { 9 },
        allocation_retention_priority: AllocationAndRetentionPriority {
            priority_level: 15,
            may_trigger_pre_emption: gbr,
            pre_emptable: !gbr,
        },
        gbr_qos_information: gbr.then_some(GbrQosInformation {
            e_rab_maximum_bitrate_dl: 128_000,
            e_rab_maximum_bitrate_ul: 64_000,
            e_rab_guaranteed_bitrate_dl: 12_200,
            e_rab_guaranteed_bitrate_ul: 0,
        }),
    }
}

fn addresses() -> [TransportLayerAddress; 3] {
    let (v4, v6) = ([192, 0, 2, 1].into(), "2001:db8::1".parse().unwrap());
    [
        TransportLayerAddress::v4(v4),
        TransportLayerAddress::v6(v6),
        TransportLayerAddress::both(v4, v6),
    ]
}

fn tunnels() -> Vec<ErabTunnel> {
    let tunnel = |(e_rab_id, address): (u8, &TransportLayerAddress)| ErabTunnel {
        e_rab_id,
        transport_layer_address: *address,
        gtp_teid: 0x8000_0000 + u32::from(e_rab_id),
    };
    (5..).zip(&addresses()).map(tunnel).collect()
}

fn failed() -> Vec<ErabFailed> {
    vec![
        ErabFailed {
            e_rab_id: 0,
            cause: Cause::RADIO_RESOURCES_NOT_AVAILABLE,
        },
        ErabFailed {
            e_rab_id: 15,
            cause: Cause::Nas(6),
        },
    ]
}

fn capabilities() -> UeSecurityCapabilities {
    UeSecurityCapabilities {
        encryption_algorithms: 0xe000,
        integrity_protection_algorithms: 0xc000,
    }
}

fn key() -> KeNb {
    KeNb::new(std::array::from_fn(|at| at as u8))
}

fn areas() -> Vec<SupportedTa> {
    vec![
        SupportedTa {
            tac: 1,
            broadcast_plmns: vec![plmn(), "00101".parse().unwrap()],
        },
        SupportedTa {
            tac: 0xfffe,
            broadcast_plmns: vec![plmn()],
        },
    ]
}

fn pools() -> Vec<ServedGummei> {
    vec![ServedGummei {
        served_plmns: vec![plmn(), "00101".parse().unwrap()],
        served_group_ids: vec![0x8001, 2],
        served_mmecs: vec![7, 255],
    }]
}

fn connections() -> Vec<UeAssociatedConnection> {
    let connection = |mme: Option<MmeUeS1apId>, enb: Option<EnbUeS1apId>| UeAssociatedConnection {
        mme_ue_s1ap_id: mme,
        enb_ue_s1ap_id: enb,
    };
    vec![
        connection(Some(MME), Some(ENB)),
        connection(Some(MME), None),
        connection(None, Some(ENB)),
    ]
}

fn transport() -> Vec<S1apPdu<'static>> {
    let cause = RrcEstablishmentCause::MoVoiceCall;
    vec![
        InitialUeMessage {
            s_tmsi: Some(s_tmsi()),
            gummei_id: Some(gummei()),
            cell_access_mode: Some(CellAccessMode::Hybrid),
            relay_node_indicator: Some(RelayNodeIndicator::True),
            gummei_type: Some(GummeiType::MappedFrom5G),
            ..InitialUeMessage::new(ENB, NAS, tai(), cell(), cause)
        }
        .into(),
        DownlinkNasTransport::new(MME, ENB, NAS).into(),
        UplinkNasTransport::new(MME, ENB, NAS, cell(), tai()).into(),
        NasNonDeliveryIndication::new(MME, ENB, NAS, CAUSE).into(),
    ]
}

fn context() -> Vec<S1apPdu<'static>> {
    let bearers = [false, true].map(|gbr| ErabToBeSetup {
        e_rab_id: 5 + u8::from(gbr),
        e_rab_level_qos_parameters: qos(gbr),
        transport_layer_address: addresses()[usize::from(gbr)],
        gtp_teid: 1,
        nas_pdu: (!gbr).then_some(NAS),
    });
    let pair = UeS1apIds::Pair {
        mme_ue_s1ap_id: MME,
        enb_ue_s1ap_id: ENB,
    };
    vec![
        InitialContextSetupRequest {
            ue_radio_capability: Some(Cow::Borrowed(&[1; 300])),
            cs_fallback_indicator: Some(CsFallbackIndicator::CsFallbackHighPriority),
            gummei_id: Some(gummei()),
            ..InitialContextSetupRequest::new(MME, ENB, rates(), bearers.into(), capabilities(), key())
        }
        .into(),
        InitialContextSetupResponse {
            e_rab_failed_to_setup_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..InitialContextSetupResponse::new(MME, ENB, tunnels())
        }
        .into(),
        InitialContextSetupFailure {
            criticality_diagnostics: diagnostics(),
            ..InitialContextSetupFailure::new(MME, ENB, CAUSE)
        }
        .into(),
        UeContextReleaseRequest::new(MME, ENB, CAUSE).into(),
        UeContextReleaseCommand::new(pair, Cause::NAS_DETACH).into(),
        UeContextReleaseCommand::new(UeS1apIds::Mme(MME), Cause::NAS_NORMAL_RELEASE).into(),
        UeContextReleaseComplete {
            criticality_diagnostics: diagnostics(),
            ..UeContextReleaseComplete::new(MME, ENB)
        }
        .into(),
        UeContextModificationRequest {
            security_key: Some(key()),
            ue_aggregate_maximum_bitrate: Some(rates()),
            cs_fallback_indicator: Some(CsFallbackIndicator::CsFallbackRequired),
            ue_security_capabilities: Some(capabilities()),
            ..UeContextModificationRequest::new(MME, ENB)
        }
        .into(),
        UeContextModificationResponse::new(MME, ENB).into(),
        UeContextModificationFailure::new(MME, ENB, CAUSE).into(),
        UeCapabilityInfoIndication::new(MME, ENB, Cow::Borrowed(&[2; 200])).into(),
    ]
}

fn bearers() -> Vec<S1apPdu<'static>> {
    let bearer = ErabToBeSetupBearer {
        e_rab_id: 6,
        e_rab_level_qos_parameters: qos(true),
        transport_layer_address: addresses()[0],
        gtp_teid: 2,
        nas_pdu: NAS,
    };
    let next = SecurityContext {
        next_hop_chaining_count: 7,
        next_hop_parameter: Nh::new([0x5a; 32]),
    };
    vec![
        ErabSetupRequest {
            ue_aggregate_maximum_bitrate: Some(rates()),
            ..ErabSetupRequest::new(MME, ENB, vec![bearer])
        }
        .into(),
        ErabSetupResponse {
            e_rab_setup_list: Some(tunnels()),
            e_rab_failed_to_setup_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..ErabSetupResponse::new(MME, ENB)
        }
        .into(),
        ErabReleaseCommand {
            ue_aggregate_maximum_bitrate: Some(rates()),
            nas_pdu: Some(NAS),
            ..ErabReleaseCommand::new(MME, ENB, failed())
        }
        .into(),
        ErabReleaseResponse {
            e_rab_release_list: Some(vec![ErabReleased { e_rab_id: 5 }]),
            e_rab_failed_to_release_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..ErabReleaseResponse::new(MME, ENB)
        }
        .into(),
        PathSwitchRequest::new(ENB, tunnels(), MME, cell(), tai(), capabilities()).into(),
        PathSwitchRequestAcknowledge {
            ue_aggregate_maximum_bitrate: Some(rates()),
            e_rab_to_be_switched_ul_list: Some(tunnels()),
            e_rab_to_be_released_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ue_security_capabilities: Some(capabilities()),
            ..PathSwitchRequestAcknowledge::new(MME, ENB, next)
        }
        .into(),
        PathSwitchRequestFailure::new(MME, ENB, CAUSE).into(),
    ]
}

fn nodes() -> Vec<S1apPdu<'static>> {
    let enb_ids = [
        EnbId::Macro(0xf_ffff),
        EnbId::Home(0xfff_ffff),
        EnbId::ShortMacro(0x3_ffff),
        EnbId::LongMacro(0x1f_ffff),
    ];
    let setups = enb_ids.map(|enb_id| {
        let id = GlobalEnbId {
            plmn_identity: plmn(),
            enb_id,
        };
        S1apPdu::from(S1SetupRequest {
            enb_name: Some("eNB 1".into()),
            ..S1SetupRequest::new(id, areas(), PagingDrx::V256)
        })
    });
    let mut nodes = Vec::from(setups);
    nodes.extend([
        S1SetupResponse {
            mme_name: Some("MME 1".into()),
            criticality_diagnostics: diagnostics(),
            ..S1SetupResponse::new(pools(), 255)
        }
        .into(),
        S1SetupFailure {
            time_to_wait: Some(TimeToWait::V60s),
            criticality_diagnostics: diagnostics(),
            ..S1SetupFailure::new(Cause::UNKNOWN_PLMN)
        }
        .into(),
        EnbConfigurationUpdate {
            enb_name: Some("eNB 2".into()),
            supported_tas: Some(areas()),
            default_paging_drx: Some(PagingDrx::V32),
            ..Default::default()
        }
        .into(),
        EnbConfigurationUpdateAcknowledge::new().into(),
        EnbConfigurationUpdateFailure {
            time_to_wait: Some(TimeToWait::V1s),
            ..EnbConfigurationUpdateFailure::new(CAUSE)
        }
        .into(),
        MmeConfigurationUpdate {
            mme_name: Some("MME 2".into()),
            served_gummeis: Some(pools()),
            relative_mme_capacity: Some(0),
            ..Default::default()
        }
        .into(),
        MmeConfigurationUpdateAcknowledge::new().into(),
        MmeConfigurationUpdateFailure::new(CAUSE).into(),
    ]);
    nodes
}

fn management() -> Vec<S1apPdu<'static>> {
    vec![
        Reset::new(Cause::OM_INTERVENTION, ResetType::S1Interface).into(),
        Reset::new(CAUSE, ResetType::PartOfS1Interface(connections())).into(),
        ResetAcknowledge::new().into(),
        ResetAcknowledge {
            ue_associated_logical_s1_connection_list: Some(connections()),
            criticality_diagnostics: diagnostics(),
            ..Default::default()
        }
        .into(),
        ErrorIndication {
            mme_ue_s1ap_id: Some(MME),
            enb_ue_s1ap_id: Some(ENB),
            cause: Some(Cause::UNKNOWN_PAIR_UE_S1AP_ID),
            criticality_diagnostics: diagnostics(),
            s_tmsi: Some(s_tmsi()),
            ..Default::default()
        }
        .into(),
        OverloadStart {
            traffic_load_reduction_indication: Some(99),
            ..OverloadStart::new(OverloadAction::RejectRrcCrSignalling)
        }
        .into(),
        OverloadStop::new().into(),
    ]
}

fn paging() -> Vec<S1apPdu<'static>> {
    let imsi: Imsi = "310410123456789".parse().unwrap();
    [UePagingId::STmsi(s_tmsi()), UePagingId::Imsi(imsi)]
        .map(|id| {
            let areas = vec![PagingTai { tai: tai() }; 3];
            Paging {
                paging_drx: Some(PagingDrx::V64),
                ..Paging::new(UeIdentityIndexValue(1023), id, CnDomain::Ps, areas)
            }
            .into()
        })
        .into()
}

/// Every kind of message.
pub(crate) fn all() -> Vec<S1apPdu<'static>> {
    [transport(), context(), bearers(), nodes(), management(), paging()].concat()
}

/// The octets of a message.
pub(crate) fn encode(pdu: &S1apPdu<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    pdu.encode(&mut octets)
        .unwrap_or_else(|error| panic!("{}: {error}", pdu.name()));
    octets
}

#[test]
fn every_message_survives_the_wire() {
    let messages = all();
    let kinds: std::collections::BTreeSet<_> = messages.iter().map(S1apPdu::name).collect();
    assert_eq!(kinds.len(), 36, "{kinds:?}");
    for message in &messages {
        let octets = encode(message);
        let decoded = S1apPdu::decode(&octets).unwrap_or_else(|error| panic!("{}: {error}", message.name()));
        assert_eq!(&decoded.pdu, message);
        assert_eq!(decoded.faults, [], "{}", message.name());
        let generated = oxirush_s1ap::s1ap::S1AP_PDU::decode(&octets).unwrap();
        assert_eq!(generated.check().unwrap(), [], "{}", message.name());
    }
}
