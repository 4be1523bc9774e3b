//! One message of every kind, with every field.

use quintet_identity::fgs::{AmfId, Guami, Ncgi, STmsi, Tac, Tai};
use quintet_identity::{Ecgi, Plmn, SNssai};
use quintet_ngap::message::*;
use quintet_ngap::transfer::*;
use quintet_ngap::*;
use std::borrow::Cow;

pub(crate) const AMF: AmfUeNgapId = AmfUeNgapId(0xab_0102_0304);
pub(crate) const RAN: RanUeNgapId = RanUeNgapId(0xfa_0b0c);
const CAUSE: Cause = Cause::USER_INACTIVITY;
/// 5GMM STATUS, "protocol error, unspecified": whole, so that a dissector finds nothing amiss in it.
const NAS: Cow<'static, [u8]> = Cow::Borrowed(&[0x7e, 0x00, 0x64, 0x6f]);

/// UE radio access capabilities of a recorded UE, whole for the same reason.
const RADIO: Cow<'static, [u8]> = Cow::Borrowed(&[0x10, 0x14, 0, 0, 0x1f, 0xf8, 0, 0, 0, 0, 0xff, 0xc0]);

fn plmn() -> Plmn {
    "310-410".parse().unwrap()
}

fn tai() -> Tai {
    Tai {
        plmn: plmn(),
        tac: Tac::new(0x12_3456).unwrap(),
    }
}

fn locations() -> [UserLocationInformation; 3] {
    [
        UserLocationInformation::Nr {
            nr_cgi: Ncgi::new(plmn(), 0xf_1234_5678).unwrap(),
            tai: tai(),
            time_stamp: Some(0xee80_0000),
        },
        UserLocationInformation::Eutra {
            eutra_cgi: Ecgi::new(plmn(), 0x0123_4567).unwrap(),
            tai: tai(),
            time_stamp: None,
        },
        UserLocationInformation::N3iwf {
            ip_address: addresses()[2],
            port_number: 4500,
        },
    ]
}

fn s_tmsi() -> STmsi {
    STmsi::new(0x3ff, 0x3f, 0xdead_beef).unwrap()
}

fn guami() -> Guami {
    Guami {
        plmn: plmn(),
        amf_id: AmfId::new(0xca, 0x3fe, 7).unwrap(),
    }
}

fn slices() -> Vec<SNssai> {
    vec![SNssai::new(1), SNssai::with_sd(255, 0x01_0203).unwrap()]
}

fn diagnostics() -> Option<CriticalityDiagnostics> {
    let ie = |ie_criticality, ie_id, type_of_error| IeDiagnostics {
        ie_criticality,
        ie_id,
        type_of_error,
    };
    Some(CriticalityDiagnostics {
        procedure_code: Some(14),
        triggering_message: Some(PduType::UnsuccessfulOutcome),
        procedure_criticality: Some(Criticality::Notify),
        ies: vec![
            ie(Criticality::Reject, 94, TypeOfError::Missing),
            ie(Criticality::Notify, 65000, TypeOfError::NotUnderstood),
        ],
    })
}

fn rates() -> UeAggregateMaximumBitRate {
    UeAggregateMaximumBitRate {
        dl: 4_000_000_000_000,
        ul: 1,
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

/// Setup request transfers of every form.
pub(crate) fn setup_requests() -> Vec<PduSessionResourceSetupRequestTransfer> {
    let flow = |qos_flow_identifier, dynamic: bool| QosFlowSetupRequest {
        qos_flow_identifier,
        qos_characteristics: if dynamic {
            QosCharacteristics::Dynamic5qi {
                priority_level: 127,
                packet_delay_budget: 1023,
                packet_error_rate: (9, 6),
                five_qi: Some(130),
            }
        } else {
            QosCharacteristics::NonDynamic5qi { five_qi: 9 }
        },
        allocation_and_retention_priority: AllocationAndRetentionPriority {
            priority_level: 15,
            may_trigger_pre_emption: dynamic,
            pre_emptable: !dynamic,
        },
        gbr_qos_flow_information: dynamic.then_some(GbrQosFlowInformation {
            maximum_flow_bit_rate_dl: 128_000,
            maximum_flow_bit_rate_ul: 64_000,
            guaranteed_flow_bit_rate_dl: 12_200,
            guaranteed_flow_bit_rate_ul: 0,
        }),
    };
    let kinds = [
        PduSessionType::Ipv4,
        PduSessionType::Ipv6,
        PduSessionType::Ipv4v6,
        PduSessionType::Ethernet,
        PduSessionType::Unstructured,
    ];
    let needs = [
        SecurityNeed::Required,
        SecurityNeed::Preferred,
        SecurityNeed::NotNeeded,
    ];
    let all =
        (0..).zip(kinds).map(
            |(at, pdu_session_type): (usize, _)| PduSessionResourceSetupRequestTransfer {
                aggregate_maximum_bit_rate: (at != 0).then(rates),
                ul_ngu_up_tnl_information: GtpTunnel {
                    transport_layer_address: addresses()[at % 3],
                    gtp_teid: 0x8000_0001,
                },
                pdu_session_type,
                security_indication: (at != 0).then(|| SecurityIndication {
                    integrity_protection: needs[at % 3],
                    confidentiality_protection: needs[(at + 1) % 3],
                    maximum_ue_rate: (at % 2 == 1).then_some(at == 1),
                }),
                qos_flows: vec![flow(9, false), flow(63, true)],
            },
        );
    all.collect()
}

fn setup_items() -> Vec<PduSessionSetupItem<'static>> {
    let item = |(id, transfer): (u8, PduSessionResourceSetupRequestTransfer)| PduSessionSetupItem {
        pdu_session_id: PduSessionId(id),
        nas_pdu: (id % 2 == 1).then_some(NAS),
        s_nssai: slices()[usize::from(id % 2)],
        transfer: transfer.encode().unwrap().into(),
    };
    (5..).zip(setup_requests()).map(item).collect()
}

fn items(transfer: &[u8]) -> Vec<PduSessionItem<'static>> {
    let item = |id| PduSessionItem {
        pdu_session_id: PduSessionId(id),
        transfer: transfer.to_vec().into(),
    };
    vec![item(1), item(255)]
}

fn set_up() -> Vec<PduSessionItem<'static>> {
    let transfer = PduSessionResourceSetupResponseTransfer {
        dl_ngu_up_tnl_information: GtpTunnel {
            transport_layer_address: addresses()[0],
            gtp_teid: 7,
        },
        associated_qos_flows: vec![9, 63],
    };
    items(&transfer.encode().unwrap())
}

fn failed() -> Vec<PduSessionItem<'static>> {
    let cause = Cause::RADIO_RESOURCES_NOT_AVAILABLE;
    items(
        &PduSessionResourceSetupUnsuccessfulTransfer { cause }
            .encode()
            .unwrap(),
    )
}

/// Transfers of a cause and nothing else.
fn caused() -> Vec<PduSessionItem<'static>> {
    let cause = Cause::NAS_NORMAL_RELEASE;
    items(
        &PduSessionResourceReleaseCommandTransfer { cause }
            .encode()
            .unwrap(),
    )
}

fn sessions() -> Vec<PduSessionId> {
    vec![PduSessionId(1), PduSessionId(15)]
}

fn capabilities() -> UeSecurityCapabilities {
    UeSecurityCapabilities {
        nr_encryption_algorithms: 0xe000,
        nr_integrity_protection_algorithms: 0xc000,
        eutra_encryption_algorithms: 0xa000,
        eutra_integrity_protection_algorithms: 0x4000,
    }
}

fn key() -> SecurityKey {
    SecurityKey::new(std::array::from_fn(|at| at as u8))
}

fn areas() -> Vec<SupportedTa> {
    let plmn_of = |plmn_identity| BroadcastPlmn {
        plmn_identity,
        tai_slice_support: slices(),
    };
    vec![
        SupportedTa {
            tac: Tac::new(1).unwrap(),
            broadcast_plmns: vec![plmn_of(plmn()), plmn_of("00101".parse().unwrap())],
        },
        SupportedTa {
            tac: Tac::new(0xff_fffd).unwrap(),
            broadcast_plmns: vec![plmn_of(plmn())],
        },
    ]
}

fn served() -> Vec<ServedGuami> {
    let served = |backup_amf_name| ServedGuami {
        guami: guami(),
        backup_amf_name,
    };
    vec![served(None), served(Some("AMF 2".to_owned()))]
}

fn support() -> Vec<PlmnSupport> {
    vec![PlmnSupport {
        plmn_identity: plmn(),
        slice_support: slices(),
    }]
}

fn connections() -> Vec<UeAssociatedConnection> {
    let connection = |amf: Option<AmfUeNgapId>, ran: Option<RanUeNgapId>| UeAssociatedConnection {
        amf_ue_ngap_id: amf,
        ran_ue_ngap_id: ran,
    };
    vec![
        connection(Some(AMF), Some(RAN)),
        connection(Some(AMF), None),
        connection(None, Some(RAN)),
    ]
}

fn transport() -> Vec<NgapPdu<'static>> {
    let mut messages: Vec<NgapPdu<'static>> = Vec::new();
    for at in locations() {
        let initial = InitialUeMessage {
            five_g_s_tmsi: Some(s_tmsi()),
            amf_set_id: Some(AmfSetId(0x3fe)),
            ue_context_request: Some(UeContextRequest::Requested),
            allowed_nssai: Some(slices()),
            ..InitialUeMessage::new(RAN, NAS, at, RrcEstablishmentCause::MoVoiceCall)
        };
        let mut message = Vec::new();
        NgapPdu::from(initial.clone()).encode(&mut message).unwrap();
        let reroute = RerouteNasRequest {
            amf_ue_ngap_id: Some(AMF),
            allowed_nssai: Some(slices()),
            ..RerouteNasRequest::new(RAN, message.into(), AmfSetId(1))
        };
        messages.extend([
            initial.into(),
            UplinkNasTransport::new(AMF, RAN, NAS, at).into(),
            reroute.into(),
        ]);
    }
    messages.push(
        DownlinkNasTransport {
            old_amf: Some("AMF 1".into()),
            ue_aggregate_maximum_bit_rate: Some(rates()),
            allowed_nssai: Some(slices()),
            ..DownlinkNasTransport::new(AMF, RAN, NAS)
        }
        .into(),
    );
    messages.push(NasNonDeliveryIndication::new(AMF, RAN, NAS, CAUSE).into());
    messages
}

fn context() -> Vec<NgapPdu<'static>> {
    let pair = UeNgapIds::Pair {
        amf_ue_ngap_id: AMF,
        ran_ue_ngap_id: RAN,
    };
    vec![
        InitialContextSetupRequest {
            old_amf: Some("AMF 1".into()),
            ue_aggregate_maximum_bit_rate: Some(rates()),
            pdu_session_resource_setup_list: Some(setup_items()),
            ue_radio_capability: Some(RADIO),
            masked_imeisv: Some(MaskedImeisv(0x8665_0704_00ff_ff01)),
            nas_pdu: Some(NAS),
            ..InitialContextSetupRequest::new(AMF, RAN, guami(), slices(), capabilities(), key())
        }
        .into(),
        InitialContextSetupResponse {
            pdu_session_resource_setup_list: Some(set_up()),
            pdu_session_resource_failed_to_setup_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..InitialContextSetupResponse::new(AMF, RAN)
        }
        .into(),
        InitialContextSetupFailure {
            pdu_session_resource_failed_to_setup_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..InitialContextSetupFailure::new(AMF, RAN, CAUSE)
        }
        .into(),
        UeContextReleaseRequest {
            pdu_session_resource_list: Some(sessions()),
            ..UeContextReleaseRequest::new(AMF, RAN, CAUSE)
        }
        .into(),
        UeContextReleaseCommand::new(pair, Cause::NAS_DEREGISTER).into(),
        UeContextReleaseCommand::new(UeNgapIds::Amf(AMF), Cause::NAS_NORMAL_RELEASE).into(),
        UeContextReleaseComplete {
            user_location_information: Some(locations()[0]),
            pdu_session_resource_list: Some(sessions()),
            criticality_diagnostics: diagnostics(),
            ..UeContextReleaseComplete::new(AMF, RAN)
        }
        .into(),
        UeContextModificationRequest {
            security_key: Some(key()),
            ue_aggregate_maximum_bit_rate: Some(rates()),
            ue_security_capabilities: Some(capabilities()),
            new_amf_ue_ngap_id: Some(AmfUeNgapId(limits::MAX_AMF_UE_NGAP_ID)),
            new_guami: Some(guami()),
            ..UeContextModificationRequest::new(AMF, RAN)
        }
        .into(),
        UeContextModificationResponse {
            rrc_state: Some(RrcState::Inactive),
            user_location_information: Some(locations()[1]),
            ..UeContextModificationResponse::new(AMF, RAN)
        }
        .into(),
        UeContextModificationFailure::new(AMF, RAN, CAUSE).into(),
        UeRadioCapabilityInfoIndication::new(AMF, RAN, RADIO).into(),
    ]
}

fn session_messages() -> Vec<NgapPdu<'static>> {
    let released = PduSessionResourceReleaseResponseTransfer.encode().unwrap();
    vec![
        PduSessionResourceSetupRequest {
            nas_pdu: Some(NAS),
            ue_aggregate_maximum_bit_rate: Some(rates()),
            ..PduSessionResourceSetupRequest::new(AMF, RAN, setup_items())
        }
        .into(),
        PduSessionResourceSetupResponse {
            pdu_session_resource_setup_list: Some(set_up()),
            pdu_session_resource_failed_to_setup_list: Some(failed()),
            criticality_diagnostics: diagnostics(),
            ..PduSessionResourceSetupResponse::new(AMF, RAN)
        }
        .into(),
        PduSessionResourceReleaseCommand {
            nas_pdu: Some(NAS),
            ..PduSessionResourceReleaseCommand::new(AMF, RAN, caused())
        }
        .into(),
        PduSessionResourceReleaseResponse {
            user_location_information: Some(locations()[0]),
            criticality_diagnostics: diagnostics(),
            ..PduSessionResourceReleaseResponse::new(AMF, RAN, items(&released))
        }
        .into(),
        PduSessionResourceModifyRequest::new(
            AMF,
            RAN,
            vec![PduSessionModifyItem {
                pdu_session_id: PduSessionId(5),
                nas_pdu: Some(NAS),
                // No IE.
                transfer: Cow::Borrowed(&[0, 0, 0]),
            }],
        )
        .into(),
        PduSessionResourceModifyResponse {
            pdu_session_resource_modify_list: Some(items(&[0])),
            pdu_session_resource_failed_to_modify_list: Some(failed()),
            user_location_information: Some(locations()[0]),
            criticality_diagnostics: diagnostics(),
            ..PduSessionResourceModifyResponse::new(AMF, RAN)
        }
        .into(),
    ]
}

fn path_switch() -> Vec<NgapPdu<'static>> {
    let next = SecurityContext {
        next_hop_chaining_count: 7,
        next_hop_nh: SecurityKey::new([0x5a; 32]),
    };
    // A tunnel to 192.0.2.1, and the flow 1.
    let switch = hex::decode("001fc0000201000000010002").unwrap();
    vec![
        PathSwitchRequest {
            pdu_session_resource_failed_to_setup_list: Some(caused()),
            ..PathSwitchRequest::new(RAN, AMF, locations()[0], capabilities(), items(&switch))
        }
        .into(),
        PathSwitchRequestAcknowledge {
            ue_security_capabilities: Some(capabilities()),
            new_security_context_indicator: Some(NewSecurityContextIndicator::True),
            pdu_session_resource_released_list: Some(caused()),
            criticality_diagnostics: diagnostics(),
            ..PathSwitchRequestAcknowledge::new(AMF, RAN, next, items(&[0]), slices())
        }
        .into(),
        PathSwitchRequestFailure::new(AMF, RAN, caused()).into(),
    ]
}

fn nodes() -> Vec<NgapPdu<'static>> {
    let gnb = |value, length| GlobalRanNodeId::Gnb {
        plmn_identity: plmn(),
        gnb_id: GnbId { value, length },
    };
    let ng_enb = |ng_enb_id| GlobalRanNodeId::NgEnb {
        plmn_identity: plmn(),
        ng_enb_id,
    };
    let setups = [
        gnb(u32::MAX, 32),
        gnb(1, 22),
        ng_enb(NgEnbId::Macro(0xf_ffff)),
        ng_enb(NgEnbId::ShortMacro(0x3_ffff)),
        ng_enb(NgEnbId::LongMacro(0x1f_ffff)),
        GlobalRanNodeId::N3iwf {
            plmn_identity: plmn(),
            n3iwf_id: 0xfffe,
        },
    ];
    let setups = setups.map(|id| {
        NgapPdu::from(NgSetupRequest {
            ran_node_name: Some("gNB 1".into()),
            ..NgSetupRequest::new(id, areas(), PagingDrx::V256)
        })
    });
    let mut nodes = Vec::from(setups);
    nodes.extend([
        NgSetupResponse {
            criticality_diagnostics: diagnostics(),
            ..NgSetupResponse::new("AMF 1".into(), served(), 255, support())
        }
        .into(),
        NgSetupFailure {
            time_to_wait: Some(TimeToWait::V60s),
            criticality_diagnostics: diagnostics(),
            ..NgSetupFailure::new(Cause::UNKNOWN_PLMN_OR_SNPN)
        }
        .into(),
        RanConfigurationUpdate {
            ran_node_name: Some("gNB 2".into()),
            supported_ta_list: Some(areas()),
            default_paging_drx: Some(PagingDrx::V32),
            global_ran_node_id: Some(gnb(2, 24)),
            ..Default::default()
        }
        .into(),
        RanConfigurationUpdateAcknowledge::new().into(),
        RanConfigurationUpdateFailure {
            time_to_wait: Some(TimeToWait::V1s),
            ..RanConfigurationUpdateFailure::new(CAUSE)
        }
        .into(),
        AmfConfigurationUpdate {
            amf_name: Some("AMF 2".into()),
            served_guami_list: Some(served()),
            relative_amf_capacity: Some(0),
            plmn_support_list: Some(support()),
            ..Default::default()
        }
        .into(),
        AmfConfigurationUpdateAcknowledge::new().into(),
        AmfConfigurationUpdateFailure::new(CAUSE).into(),
    ]);
    nodes
}

fn management() -> Vec<NgapPdu<'static>> {
    let unavailable = |apply_timer| UnavailableGuami {
        guami: guami(),
        apply_timer,
        backup_amf_name: apply_timer.then(|| "AMF 3".to_owned()),
    };
    vec![
        NgReset::new(Cause::OM_INTERVENTION, ResetType::NgInterface).into(),
        NgReset::new(CAUSE, ResetType::PartOfNgInterface(connections())).into(),
        NgResetAcknowledge::new().into(),
        NgResetAcknowledge {
            ue_associated_logical_ng_connection_list: Some(connections()),
            criticality_diagnostics: diagnostics(),
            ..Default::default()
        }
        .into(),
        ErrorIndication {
            amf_ue_ngap_id: Some(AMF),
            ran_ue_ngap_id: Some(RAN),
            cause: Some(Cause::INCONSISTENT_REMOTE_UE_NGAP_ID),
            criticality_diagnostics: diagnostics(),
            five_g_s_tmsi: Some(s_tmsi()),
            ..Default::default()
        }
        .into(),
        OverloadStart {
            amf_overload_response: Some(OverloadAction::RejectRrcCrSignalling),
            amf_traffic_load_reduction_indication: Some(99),
            ..Default::default()
        }
        .into(),
        OverloadStop::new().into(),
        AmfStatusIndication::new(vec![unavailable(true), unavailable(false)]).into(),
        Paging {
            paging_drx: Some(PagingDrx::V64),
            paging_priority: Some(PagingPriority::PrioLevel3),
            paging_origin: Some(PagingOrigin::Non3gpp),
            ..Paging::new(s_tmsi(), vec![tai(); 3])
        }
        .into(),
    ]
}

/// Every kind of message.
pub(crate) fn all() -> Vec<NgapPdu<'static>> {
    [
        transport(),
        context(),
        session_messages(),
        path_switch(),
        nodes(),
        management(),
    ]
    .concat()
}

/// The octets of a message.
pub(crate) fn encode(pdu: &NgapPdu<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    pdu.encode(&mut octets)
        .unwrap_or_else(|error| panic!("{}: {error}", pdu.name()));
    octets
}

#[test]
fn every_message_survives_the_wire() {
    let messages = all();
    let kinds: std::collections::BTreeSet<_> = messages.iter().map(NgapPdu::name).collect();
    assert_eq!(kinds.len(), 40, "{kinds:?}");
    for message in &messages {
        let octets = encode(message);
        let decoded = NgapPdu::decode(&octets).unwrap_or_else(|error| panic!("{}: {error}", message.name()));
        assert_eq!(&decoded.pdu, message);
        assert_eq!(decoded.faults, [], "{}", message.name());
        let generated = oxirush_ngap::ngap::NGAP_PDU::decode(&octets).unwrap();
        assert_eq!(generated.check().unwrap(), [], "{}", message.name());
    }
}
