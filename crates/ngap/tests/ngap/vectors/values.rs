//! The fields of a message as the recordings name and show them.

use quintet_identity::fgs::{Guami, STmsi, Tai};
use quintet_identity::{Plmn, SNssai};
use quintet_ngap::transfer::{
    PduSessionResourceReleaseCommandTransfer, PduSessionResourceSetupRequestTransfer,
    PduSessionResourceSetupResponseTransfer, PduSessionResourceSetupUnsuccessfulTransfer, QosCharacteristics,
    QosFlowSetupRequest,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, CriticalityDiagnostics, GlobalRanNodeId, NgapPdu, PduSessionId, PduSessionItem,
    PduSessionSetupItem, RanUeNgapId, ResetType, SupportedTa, TypeOfError, UeAssociatedConnection, UeNgapIds,
    UeSecurityCapabilities, UserLocationInformation,
};
use serde_json::{Map, Value, json};

/// An IE as the recording names and shows it.
type Ie = (&'static str, Value);

fn bits(value: u64, length: usize) -> Value {
    json!({"bits": length, "value": format!("{value:0width$x}", width = length.div_ceil(4))})
}

/// TS 38.413 9.3.3.5, digit by digit: two digits an octet, the first one in the low half.
fn plmn(plmn: Plmn) -> String {
    let text = plmn.to_string();
    let (mcc, mnc) = text.split_at(3);
    let filler = if mnc.len() == 2 { "f" } else { "" };
    let digits: Vec<char> = format!("{mcc}{filler}{mnc}").chars().collect();
    digits.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect()
}

fn amf(id: AmfUeNgapId) -> Ie {
    ("AMF-UE-NGAP-ID", json!(id.0))
}

fn ran(id: RanUeNgapId) -> Ie {
    ("RAN-UE-NGAP-ID", json!(id.0))
}

fn nas(pdu: &[u8]) -> Ie {
    ("NAS-PDU", json!(hex::encode(pdu)))
}

fn cause_value(cause: Cause) -> Value {
    json!({cause.group(): cause.name()})
}

fn cause(cause: Option<Cause>) -> Ie {
    ("Cause", cause_value(cause.unwrap()))
}

fn tai(tai: Tai) -> Value {
    json!({"pLMNIdentity": plmn(tai.plmn), "tAC": format!("{:06x}", tai.tac.value())})
}

fn location(of: UserLocationInformation) -> Ie {
    let (mut value, name, time) = match of {
        UserLocationInformation::Nr {
            nr_cgi,
            tai: area,
            time_stamp,
        } => {
            let cell =
                json!({"pLMNIdentity": plmn(nr_cgi.plmn()), "nRCellIdentity": bits(nr_cgi.cell(), 36)});
            let value = json!({"nR-CGI": cell, "tAI": tai(area)});
            (value, "userLocationInformationNR", time_stamp)
        }
        UserLocationInformation::Eutra {
            eutra_cgi,
            tai: area,
            time_stamp,
        } => {
            let identity = bits(eutra_cgi.cell().into(), 28);
            let cell = json!({"pLMNIdentity": plmn(eutra_cgi.plmn()), "eUTRACellIdentity": identity});
            let value = json!({"eUTRA-CGI": cell, "tAI": tai(area)});
            (value, "userLocationInformationEUTRA", time_stamp)
        }
        UserLocationInformation::N3iwf {
            ip_address,
            port_number,
        } => {
            let octets = ip_address.octets();
            let address = json!({"bits": octets.len() * 8, "value": hex::encode(octets)});
            let value = json!({"iPAddress": address, "portNumber": format!("{port_number:04x}")});
            (value, "userLocationInformationN3IWF", None)
        }
    };
    if let Some(time) = time {
        value["timeStamp"] = json!(format!("{time:08x}"));
    }
    ("UserLocationInformation", json!({name: value}))
}

fn s_tmsi(id: STmsi) -> Value {
    json!({
        "aMFSetID": bits(id.amf_set().into(), 10),
        "aMFPointer": bits(id.amf_pointer().into(), 6),
        "fiveG-TMSI": format!("{:08x}", id.tmsi),
    })
}

fn guami(of: Guami) -> Value {
    json!({
        "pLMNIdentity": plmn(of.plmn),
        "aMFRegionID": bits(of.amf_id.region().into(), 8),
        "aMFSetID": bits(of.amf_id.set().into(), 10),
        "aMFPointer": bits(of.amf_id.pointer().into(), 6),
    })
}

fn slice(of: SNssai) -> Value {
    let mut value = json!({"sST": format!("{:02x}", of.sst())});
    if let Some(sd) = of.sd() {
        value["sD"] = json!(format!("{sd:06x}"));
    }
    value
}

fn slices(of: &[SNssai]) -> Value {
    of.iter().map(|of| json!({"s-NSSAI": slice(*of)})).collect()
}

fn allowed(of: &[SNssai]) -> Ie {
    ("AllowedNSSAI", slices(of))
}

fn rates(of: quintet_ngap::UeAggregateMaximumBitRate) -> Ie {
    let value = json!({"uEAggregateMaximumBitRateDL": of.dl, "uEAggregateMaximumBitRateUL": of.ul});
    ("UEAggregateMaximumBitRate", value)
}

fn capabilities(of: UeSecurityCapabilities) -> Ie {
    let value = json!({
        "nRencryptionAlgorithms": bits(of.nr_encryption_algorithms.into(), 16),
        "nRintegrityProtectionAlgorithms": bits(of.nr_integrity_protection_algorithms.into(), 16),
        "eUTRAencryptionAlgorithms": bits(of.eutra_encryption_algorithms.into(), 16),
        "eUTRAintegrityProtectionAlgorithms": bits(of.eutra_integrity_protection_algorithms.into(), 16),
    });
    ("UESecurityCapabilities", value)
}

fn connections(of: &[UeAssociatedConnection]) -> Value {
    let one = |of: &UeAssociatedConnection| {
        let mut value = Map::new();
        value.extend(
            of.amf_ue_ngap_id
                .map(|id| ("aMF-UE-NGAP-ID".to_owned(), json!(id.0))),
        );
        value.extend(
            of.ran_ue_ngap_id
                .map(|id| ("rAN-UE-NGAP-ID".to_owned(), json!(id.0))),
        );
        Value::Object(value)
    };
    of.iter().map(one).collect()
}

fn diagnostics(of: &CriticalityDiagnostics) -> Ie {
    let mut value = json!({});
    if let Some(code) = of.procedure_code {
        value["procedureCode"] = json!(code);
    }
    if let Some(kind) = of.triggering_message {
        let name = kind.name().replace('M', "-m").replace('O', "-o");
        value["triggeringMessage"] = json!(name);
    }
    if let Some(criticality) = of.procedure_criticality {
        value["procedureCriticality"] = json!(criticality.name());
    }
    let items = of.ies.iter().map(|ie| {
        let error = match ie.type_of_error {
            TypeOfError::NotUnderstood => "not-understood",
            TypeOfError::Missing => "missing",
        };
        json!({"iECriticality": ie.ie_criticality.name(), "iE-ID": ie.ie_id, "typeOfError": error})
    });
    value["iEsCriticalityDiagnostics"] = items.collect();
    ("CriticalityDiagnostics", value)
}

fn areas(of: &[SupportedTa]) -> Ie {
    let areas = of.iter().map(|area| {
        let plmns = area.broadcast_plmns.iter().map(
            |of| json!({"pLMNIdentity": plmn(of.plmn_identity), "tAISliceSupportList": slices(&of.tai_slice_support)}),
        );
        json!({"tAC": format!("{:06x}", area.tac.value()), "broadcastPLMNList": plmns.collect::<Value>()})
    });
    ("SupportedTAList", areas.collect())
}

fn node(of: GlobalRanNodeId) -> Ie {
    let GlobalRanNodeId::Gnb {
        plmn_identity,
        gnb_id,
    } = of
    else {
        panic!("{of:?} is recorded nowhere");
    };
    let id = json!({"gNB-ID": bits(gnb_id.value.into(), gnb_id.length.into())});
    let value = json!({"globalGNB-ID": {"pLMNIdentity": plmn(plmn_identity), "gNB-ID": id}});
    ("GlobalRANNodeID", value)
}

fn session_ids(of: &[PduSessionId]) -> Value {
    of.iter().map(|id| json!({"pDUSessionID": id.0})).collect()
}

fn address(of: quintet_ngap::TransportLayerAddress) -> Value {
    json!({"bits": of.octets().len() * 8, "value": hex::encode(of.octets())})
}

fn tunnel(of: quintet_ngap::transfer::GtpTunnel) -> Value {
    let address = address(of.transport_layer_address);
    json!({"gTPTunnel": {"transportLayerAddress": address, "gTP-TEID": format!("{:08x}", of.gtp_teid)}})
}

/// A setup response transfer, made again from what was read of it.
fn set_up(octets: &[u8]) -> Value {
    let transfer = PduSessionResourceSetupResponseTransfer::decode(octets).unwrap();
    let flows = transfer.associated_qos_flows.iter();
    let flows: Value = flows.map(|flow| json!({"qosFlowIdentifier": flow})).collect();
    let information = json!({
        "uPTransportLayerInformation": tunnel(transfer.dl_ngu_up_tnl_information),
        "associatedQosFlowList": flows,
    });
    json!({"PDUSessionResourceSetupResponseTransfer": {"dLQosFlowPerTNLInformation": information}})
}

fn unsuccessful(octets: &[u8]) -> Value {
    let transfer = PduSessionResourceSetupUnsuccessfulTransfer::decode(octets).unwrap();
    json!({"PDUSessionResourceSetupUnsuccessfulTransfer": {"cause": cause_value(transfer.cause)}})
}

fn release(octets: &[u8]) -> Value {
    let transfer = PduSessionResourceReleaseCommandTransfer::decode(octets).unwrap();
    json!({"PDUSessionResourceReleaseCommandTransfer": {"cause": cause_value(transfer.cause)}})
}

/// Items of an identity and a transfer.
fn items(list: &'static str, member: &str, of: &[PduSessionItem<'_>], transfer: fn(&[u8]) -> Value) -> Ie {
    let items = of
        .iter()
        .map(|item| json!({"pDUSessionID": item.pdu_session_id.0, member: transfer(&item.transfer)}));
    (list, items.collect())
}

/// Items whose transfer has no type.
fn opaque(of: &[PduSessionItem<'_>]) -> Value {
    of.iter()
        .map(|item| json!({"pDUSessionID": item.pdu_session_id.0}))
        .collect()
}

fn flow(of: &QosFlowSetupRequest) -> Value {
    let QosCharacteristics::NonDynamic5qi { five_qi } = of.qos_characteristics else {
        panic!("{of:?} is recorded nowhere");
    };
    let priority = of.allocation_and_retention_priority;
    let capability = ["shall-not-trigger-pre-emption", "may-trigger-pre-emption"];
    let vulnerability = ["not-pre-emptable", "pre-emptable"];
    json!({"qosFlowIdentifier": of.qos_flow_identifier, "qosFlowLevelQosParameters": {
        "qosCharacteristics": {"nonDynamic5QI": {"fiveQI": five_qi}},
        "allocationAndRetentionPriority": {
            "priorityLevelARP": priority.priority_level,
            "pre-emptionCapability": capability[usize::from(priority.may_trigger_pre_emption)],
            "pre-emptionVulnerability": vulnerability[usize::from(priority.pre_emptable)],
        },
    }})
}

fn set_up_items(of: &[PduSessionSetupItem<'_>]) -> Value {
    let items = of.iter().map(|item| {
        let transfer = PduSessionResourceSetupRequestTransfer::decode(&item.transfer).unwrap();
        let mut ies = Vec::new();
        if let Some(rates) = transfer.aggregate_maximum_bit_rate {
            let rates = json!({
                "pDUSessionAggregateMaximumBitRateDL": rates.dl,
                "pDUSessionAggregateMaximumBitRateUL": rates.ul,
            });
            ies.push(json!({"id": 130, "value": {"PDUSessionAggregateMaximumBitRate": rates}}));
        }
        let listens = tunnel(transfer.ul_ngu_up_tnl_information);
        ies.push(json!({"id": 139, "value": {"UPTransportLayerInformation": listens}}));
        let kind = format!("{:?}", transfer.pdu_session_type).to_lowercase();
        ies.push(json!({"id": 134, "value": {"PDUSessionType": kind}}));
        let flows: Value = transfer.qos_flows.iter().map(flow).collect();
        ies.push(json!({"id": 136, "value": {"QosFlowSetupRequestList": flows}}));
        let mut value = json!({
            "pDUSessionID": item.pdu_session_id.0,
            "s-NSSAI": slice(item.s_nssai),
            "pDUSessionResourceSetupRequestTransfer":
                {"PDUSessionResourceSetupRequestTransfer": {"protocolIEs": ies}},
        });
        if let Some(nas) = &item.nas_pdu {
            value["pDUSessionNAS-PDU"] = json!(hex::encode(nas));
        }
        value
    });
    items.collect()
}

fn of_transport(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        NgapPdu::InitialUeMessage(m) => {
            let why = json!(m.rrc_establishment_cause.unwrap().name());
            let mut ies = vec![
                ran(m.ran_ue_ngap_id),
                nas(&m.nas_pdu),
                location(m.user_location_information),
                ("RRCEstablishmentCause", why),
            ];
            ies.extend(m.five_g_s_tmsi.map(|id| ("FiveG-S-TMSI", s_tmsi(id))));
            ies.extend(m.amf_set_id.map(|id| ("AMFSetID", bits(id.0.into(), 10))));
            ies.extend(
                m.ue_context_request
                    .map(|of| ("UEContextRequest", json!(of.name()))),
            );
            ies.extend(m.allowed_nssai.as_deref().map(allowed));
            ies
        }
        NgapPdu::DownlinkNasTransport(m) => {
            vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), nas(&m.nas_pdu)]
        }
        NgapPdu::UplinkNasTransport(m) => vec![
            amf(m.amf_ue_ngap_id),
            ran(m.ran_ue_ngap_id),
            nas(&m.nas_pdu),
            location(m.user_location_information.unwrap()),
        ],
        _ => return None,
    })
}

fn of_context(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        NgapPdu::InitialContextSetupRequest(m) => {
            let key = hex::encode(m.security_key.expose());
            let mut ies = vec![
                amf(m.amf_ue_ngap_id),
                ran(m.ran_ue_ngap_id),
                ("GUAMI", guami(m.guami)),
                allowed(&m.allowed_nssai),
                capabilities(m.ue_security_capabilities),
                ("SecurityKey", json!({"bits": 256, "value": key})),
            ];
            ies.extend(m.ue_aggregate_maximum_bit_rate.map(rates));
            let radio = m.ue_radio_capability.as_deref();
            ies.extend(radio.map(|octets| ("UERadioCapability", json!(hex::encode(octets)))));
            ies.extend(m.masked_imeisv.map(|of| ("MaskedIMEISV", bits(of.0, 64))));
            ies.extend(m.nas_pdu.as_deref().map(nas));
            ies
        }
        NgapPdu::InitialContextSetupResponse(m) => {
            let mut ies = vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id)];
            let list = m.pdu_session_resource_setup_list.as_deref();
            let member = "pDUSessionResourceSetupResponseTransfer";
            ies.extend(list.map(|of| items("PDUSessionResourceSetupListCxtRes", member, of, set_up)));
            ies
        }
        NgapPdu::InitialContextSetupFailure(m) => {
            let mut ies = vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), cause(m.cause)];
            let list = m.pdu_session_resource_failed_to_setup_list.as_deref();
            let member = "pDUSessionResourceSetupUnsuccessfulTransfer";
            let name = "PDUSessionResourceFailedToSetupListCxtFail";
            ies.extend(list.map(|of| items(name, member, of, unsuccessful)));
            ies
        }
        NgapPdu::UeContextReleaseRequest(m) => {
            let mut ies = vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), cause(m.cause)];
            let list = m.pdu_session_resource_list.as_deref();
            ies.extend(list.map(|of| ("PDUSessionResourceListCxtRelReq", session_ids(of))));
            ies
        }
        NgapPdu::UeContextReleaseCommand(m) => {
            let ids = match m.ue_ngap_ids {
                UeNgapIds::Pair {
                    amf_ue_ngap_id,
                    ran_ue_ngap_id,
                } => json!({"uE-NGAP-ID-pair":
                    {"aMF-UE-NGAP-ID": amf_ue_ngap_id.0, "rAN-UE-NGAP-ID": ran_ue_ngap_id.0}}),
                UeNgapIds::Amf(id) => json!({"aMF-UE-NGAP-ID": id.0}),
            };
            vec![("UE-NGAP-IDs", ids), cause(m.cause)]
        }
        NgapPdu::UeContextReleaseComplete(m) => {
            let mut ies = vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id)];
            ies.extend(m.user_location_information.map(location));
            let list = m.pdu_session_resource_list.as_deref();
            ies.extend(list.map(|of| ("PDUSessionResourceListCxtRelCpl", session_ids(of))));
            ies
        }
        NgapPdu::UeRadioCapabilityInfoIndication(m) => {
            let radio = hex::encode(m.ue_radio_capability.as_deref().unwrap());
            vec![
                amf(m.amf_ue_ngap_id),
                ran(m.ran_ue_ngap_id),
                ("UERadioCapability", json!(radio)),
            ]
        }
        _ => return None,
    })
}

/// Lists of transfers that the crate has no type for are compared by their sessions; their octets are compared with the
/// whole message.
fn of_sessions(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        NgapPdu::PduSessionResourceSetupRequest(m) => {
            let mut ies = vec![
                amf(m.amf_ue_ngap_id),
                ran(m.ran_ue_ngap_id),
                (
                    "PDUSessionResourceSetupListSUReq",
                    set_up_items(&m.pdu_session_resource_setup_list),
                ),
            ];
            ies.extend(m.nas_pdu.as_deref().map(nas));
            ies.extend(m.ue_aggregate_maximum_bit_rate.map(rates));
            ies
        }
        NgapPdu::PduSessionResourceSetupResponse(m) => {
            let list = m.pdu_session_resource_setup_list.as_deref().unwrap();
            let member = "pDUSessionResourceSetupResponseTransfer";
            let list = items("PDUSessionResourceSetupListSURes", member, list, set_up);
            vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), list]
        }
        NgapPdu::PduSessionResourceReleaseCommand(m) => {
            let list = &m.pdu_session_resource_to_release_list;
            let member = "pDUSessionResourceReleaseCommandTransfer";
            vec![
                amf(m.amf_ue_ngap_id),
                ran(m.ran_ue_ngap_id),
                nas(m.nas_pdu.as_deref().unwrap()),
                items("PDUSessionResourceToReleaseListRelCmd", member, list, release),
            ]
        }
        NgapPdu::PduSessionResourceReleaseResponse(m) => {
            let list = m.pdu_session_resource_released_list.as_deref().unwrap();
            let list = ("PDUSessionResourceReleasedListRelRes", opaque(list));
            vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), list]
        }
        NgapPdu::PduSessionResourceModifyResponse(m) => {
            let list = m.pdu_session_resource_modify_list.as_deref().unwrap();
            let list = ("PDUSessionResourceModifyListModRes", opaque(list));
            let mut ies = vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), list];
            ies.extend(m.user_location_information.map(location));
            ies
        }
        NgapPdu::PathSwitchRequest(m) => {
            let list = &m.pdu_session_resource_to_be_switched_dl_list;
            vec![
                ran(m.ran_ue_ngap_id),
                ("SourceAMF-UE-NGAP-ID", json!(m.source_amf_ue_ngap_id.0)),
                location(m.user_location_information.unwrap()),
                capabilities(m.ue_security_capabilities.unwrap()),
                ("PDUSessionResourceToBeSwitchedDLList", opaque(list)),
            ]
        }
        NgapPdu::PathSwitchRequestAcknowledge(m) => {
            let list = m.pdu_session_resource_switched_list.as_deref().unwrap();
            let nh = hex::encode(m.security_context.next_hop_nh.expose());
            let context = json!({
                "nextHopChainingCount": m.security_context.next_hop_chaining_count,
                "nextHopNH": {"bits": 256, "value": nh},
            });
            let mut ies = vec![
                amf(m.amf_ue_ngap_id),
                ran(m.ran_ue_ngap_id),
                ("SecurityContext", context),
                ("PDUSessionResourceSwitchedList", opaque(list)),
                allowed(&m.allowed_nssai),
            ];
            ies.extend(m.ue_security_capabilities.map(capabilities));
            ies
        }
        NgapPdu::PathSwitchRequestFailure(m) => {
            let list = m.pdu_session_resource_released_list.as_deref().unwrap();
            let member = "pathSwitchRequestUnsuccessfulTransfer";
            // A cause and nothing else, as in the transfer of a setup.
            let transfer = |octets: &[u8]| {
                let transfer = PduSessionResourceReleaseCommandTransfer::decode(octets).unwrap();
                json!({"PathSwitchRequestUnsuccessfulTransfer": {"cause": cause_value(transfer.cause)}})
            };
            let list = items("PDUSessionResourceReleasedListPSFail", member, list, transfer);
            vec![amf(m.amf_ue_ngap_id), ran(m.ran_ue_ngap_id), list]
        }
        _ => return None,
    })
}

fn of_node(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    let drx = |drx: Option<quintet_ngap::PagingDrx>| drx.map(|drx| ("DefaultPagingDRX", json!(drx.name())));
    Some(match pdu {
        NgapPdu::NgSetupRequest(m) => {
            let mut ies = vec![node(m.global_ran_node_id), areas(&m.supported_ta_list)];
            ies.extend(
                m.ran_node_name
                    .as_deref()
                    .map(|name| ("RANNodeName", json!(name))),
            );
            ies.extend(drx(m.default_paging_drx));
            ies
        }
        NgapPdu::NgSetupResponse(m) => {
            let guamis = m
                .served_guami_list
                .iter()
                .map(|of| json!({"gUAMI": guami(of.guami)}));
            let plmns = m.plmn_support_list.iter().map(
                |of| json!({"pLMNIdentity": plmn(of.plmn_identity), "sliceSupportList": slices(&of.slice_support)}),
            );
            vec![
                ("AMFName", json!(m.amf_name)),
                ("ServedGUAMIList", guamis.collect()),
                ("RelativeAMFCapacity", json!(m.relative_amf_capacity.unwrap())),
                ("PLMNSupportList", plmns.collect()),
            ]
        }
        NgapPdu::NgSetupFailure(m) => {
            vec![
                cause(m.cause),
                ("TimeToWait", json!(m.time_to_wait.unwrap().name())),
            ]
        }
        NgapPdu::RanConfigurationUpdate(m) => {
            vec![("RANNodeName", json!(m.ran_node_name.as_deref().unwrap()))]
        }
        NgapPdu::RanConfigurationUpdateAcknowledge(_) => Vec::new(),
        NgapPdu::RanConfigurationUpdateFailure(m) => {
            vec![
                cause(m.cause),
                ("TimeToWait", json!(m.time_to_wait.unwrap().name())),
            ]
        }
        NgapPdu::AmfConfigurationUpdate(m) => vec![("AMFName", json!(m.amf_name.as_deref().unwrap()))],
        _ => return None,
    })
}

fn of_management(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        NgapPdu::AmfStatusIndication(m) => {
            let items = m.unavailable_guami_list.iter().map(|of| {
                let mut value = json!({"gUAMI": guami(of.guami)});
                if of.apply_timer {
                    value["timerApproachForGUAMIRemoval"] = json!("apply-timer");
                }
                if let Some(name) = &of.backup_amf_name {
                    value["backupAMFName"] = json!(name);
                }
                value
            });
            vec![("UnavailableGUAMIList", items.collect())]
        }
        NgapPdu::NgReset(m) => {
            let ResetType::PartOfNgInterface(list) = &m.reset_type else {
                let all = json!({"nG-Interface": "reset-all"});
                return Some(vec![cause(m.cause), ("ResetType", all)]);
            };
            let part = json!({"partOfNG-Interface": connections(list)});
            vec![cause(m.cause), ("ResetType", part)]
        }
        NgapPdu::NgResetAcknowledge(m) => {
            let list = m.ue_associated_logical_ng_connection_list.as_deref().unwrap();
            vec![("UE-associatedLogicalNG-connectionList", connections(list))]
        }
        NgapPdu::ErrorIndication(m) => {
            let mut ies = Vec::new();
            ies.extend(m.amf_ue_ngap_id.map(amf));
            ies.extend(m.ran_ue_ngap_id.map(ran));
            ies.extend(m.cause.map(|of| cause(Some(of))));
            ies.extend(m.criticality_diagnostics.as_ref().map(diagnostics));
            ies
        }
        NgapPdu::Paging(m) => {
            let areas = m.tai_list_for_paging.as_deref().unwrap().iter();
            let mut ies = vec![
                (
                    "UEPagingIdentity",
                    json!({"fiveG-S-TMSI": s_tmsi(m.ue_paging_identity.unwrap())}),
                ),
                (
                    "TAIListForPaging",
                    areas.map(|&of| json!({"tAI": tai(of)})).collect(),
                ),
            ];
            ies.extend(m.paging_drx.map(|of| ("PagingDRX", json!(of.name()))));
            ies.extend(m.paging_priority.map(|of| ("PagingPriority", json!(of.name()))));
            ies.extend(m.paging_origin.map(|of| ("PagingOrigin", json!(of.name()))));
            ies
        }
        _ => return None,
    })
}

/// Every IE of the message that has a field.
pub(super) fn of(pdu: &NgapPdu<'_>) -> Option<Vec<Ie>> {
    of_transport(pdu)
        .or_else(|| of_context(pdu))
        .or_else(|| of_sessions(pdu))
        .or_else(|| of_node(pdu))
        .or_else(|| of_management(pdu))
}
