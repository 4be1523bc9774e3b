//! Every recorded PDU: the values that pycrate reads, and the octets again.

use crate::shared::{octets, recorded};
use quintet_identity::{Ecgi, Gummei, Plmn, STmsi, Tai};
use quintet_s1ap::{
    Cause, EnbId, EnbUeS1apId, ErabLevelQosParameters, ErabSetup, FailureKind, FaultKind, MmeUeS1apId,
    ResetType, S1apPdu, TransportLayerAddress, UeAssociatedConnection, UePagingId, UeS1apIds,
    UeSecurityCapabilities,
};
use serde_json::{Map, Value, json};

/// An IE as the recording names and shows it.
type Ie = (&'static str, Value);

fn bits(value: u64, length: usize) -> Value {
    json!({"bits": length, "value": format!("{value:0width$x}", width = length.div_ceil(4))})
}

fn octets_as_bits(octets: &[u8]) -> Value {
    json!({"bits": octets.len() * 8, "value": hex::encode(octets)})
}

/// TS 36.413 9.2.3.8, digit by digit: two digits an octet, the first one in the low half.
fn plmn(plmn: Plmn) -> String {
    let text = plmn.to_string();
    let (mcc, mnc) = text.split_at(3);
    let filler = if mnc.len() == 2 { "f" } else { "" };
    let digits: Vec<char> = format!("{mcc}{filler}{mnc}").chars().collect();
    digits.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect()
}

fn mme(id: MmeUeS1apId) -> Ie {
    ("MME-UE-S1AP-ID", json!(id.0))
}

fn enb(id: EnbUeS1apId) -> Ie {
    ("eNB-UE-S1AP-ID", json!(id.0))
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

fn tai_value(tai: Tai) -> Value {
    json!({"pLMNidentity": plmn(tai.plmn), "tAC": format!("{:04x}", tai.tac)})
}

fn tai(tai: Tai) -> Ie {
    ("TAI", tai_value(tai))
}

fn cgi(cell: Option<Ecgi>) -> Ie {
    let cell = cell.unwrap();
    let value = json!({"pLMNidentity": plmn(cell.plmn()), "cell-ID": bits(cell.cell().into(), 28)});
    ("EUTRAN-CGI", value)
}

fn s_tmsi(id: STmsi) -> Value {
    json!({"mMEC": format!("{:02x}", id.mme_code), "m-TMSI": format!("{:08x}", id.m_tmsi)})
}

fn gummei(id: Gummei) -> Value {
    json!({
        "pLMN-Identity": plmn(id.plmn),
        "mME-Group-ID": format!("{:04x}", id.mme_group_id),
        "mME-Code": format!("{:02x}", id.mme_code),
    })
}

fn capabilities(of: UeSecurityCapabilities) -> Ie {
    let value = json!({
        "encryptionAlgorithms": bits(of.encryption_algorithms.into(), 16),
        "integrityProtectionAlgorithms": bits(of.integrity_protection_algorithms.into(), 16),
    });
    ("UESecurityCapabilities", value)
}

fn connection(of: &UeAssociatedConnection) -> Value {
    let mut value = Map::new();
    if let Some(id) = of.mme_ue_s1ap_id {
        value.insert("mME-UE-S1AP-ID".to_owned(), json!(id.0));
    }
    if let Some(id) = of.enb_ue_s1ap_id {
        value.insert("eNB-UE-S1AP-ID".to_owned(), json!(id.0));
    }
    Value::Object(value)
}

/// The items of a list of single containers.
fn list(id: u16, criticality: &str, name: &str, items: impl Iterator<Item = Value>) -> Value {
    items
        .map(|item| json!({"id": id, "criticality": criticality, "value": {name: item}}))
        .collect()
}

fn address(of: TransportLayerAddress) -> Value {
    octets_as_bits(of.octets())
}

fn qos(of: ErabLevelQosParameters) -> Value {
    let priority = of.allocation_retention_priority;
    let capability = ["shall-not-trigger-pre-emption", "may-trigger-pre-emption"];
    let vulnerability = ["not-pre-emptable", "pre-emptable"];
    let mut value = json!({
        "qCI": of.qci,
        "allocationRetentionPriority": {
            "priorityLevel": priority.priority_level,
            "pre-emptionCapability": capability[usize::from(priority.may_trigger_pre_emption)],
            "pre-emptionVulnerability": vulnerability[usize::from(priority.pre_emptable)],
        },
    });
    if let Some(gbr) = of.gbr_qos_information {
        value["gbrQosInformation"] = json!({
            "e-RAB-MaximumBitrateDL": gbr.e_rab_maximum_bitrate_dl,
            "e-RAB-MaximumBitrateUL": gbr.e_rab_maximum_bitrate_ul,
            "e-RAB-GuaranteedBitrateDL": gbr.e_rab_guaranteed_bitrate_dl,
            "e-RAB-GuaranteedBitrateUL": gbr.e_rab_guaranteed_bitrate_ul,
        });
    }
    value
}

fn to_be_setup(
    id: u8,
    of: ErabLevelQosParameters,
    at: TransportLayerAddress,
    teid: u32,
    nas: Option<&[u8]>,
) -> Value {
    let mut value = json!({
        "e-RAB-ID": id,
        "e-RABlevelQoSParameters": qos(of),
        "transportLayerAddress": address(at),
        "gTP-TEID": format!("{teid:08x}"),
    });
    if let Some(nas) = nas {
        value["nAS-PDU"] = json!(hex::encode(nas));
    }
    value
}

fn tunnel(of: &ErabSetup) -> Value {
    json!({
        "e-RAB-ID": of.e_rab_id,
        "transportLayerAddress": address(of.transport_layer_address),
        "gTP-TEID": format!("{:08x}", of.gtp_teid),
    })
}

fn plmns(of: &[Plmn]) -> Vec<String> {
    of.iter().copied().map(plmn).collect()
}

fn areas(of: &[quintet_s1ap::SupportedTa]) -> Ie {
    let areas = of.iter().map(
        |area| json!({"tAC": format!("{:04x}", area.tac), "broadcastPLMNs": plmns(&area.broadcast_plmns)}),
    );
    ("SupportedTAs", areas.collect())
}

fn of_transport(pdu: &S1apPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        S1apPdu::InitialUeMessage(m) => {
            let mut ies = vec![
                enb(m.enb_ue_s1ap_id),
                nas(&m.nas_pdu),
                tai(m.tai),
                cgi(m.eutran_cgi),
                (
                    "RRC-Establishment-Cause",
                    json!(m.rrc_establishment_cause.unwrap().name()),
                ),
            ];
            ies.extend(m.s_tmsi.map(|id| ("S-TMSI", s_tmsi(id))));
            ies.extend(m.gummei_id.map(|id| ("GUMMEI-ID", gummei(id))));
            ies
        }
        S1apPdu::DownlinkNasTransport(m) => {
            vec![mme(m.mme_ue_s1ap_id), enb(m.enb_ue_s1ap_id), nas(&m.nas_pdu)]
        }
        S1apPdu::UplinkNasTransport(m) => vec![
            mme(m.mme_ue_s1ap_id),
            enb(m.enb_ue_s1ap_id),
            nas(&m.nas_pdu),
            cgi(m.eutran_cgi),
            tai(m.tai.unwrap()),
        ],
        S1apPdu::NasNonDeliveryIndication(m) => vec![
            mme(m.mme_ue_s1ap_id),
            enb(m.enb_ue_s1ap_id),
            nas(m.nas_pdu.as_deref().unwrap()),
            cause(m.cause),
        ],
        _ => return None,
    })
}

fn of_context(pdu: &S1apPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        S1apPdu::InitialContextSetupRequest(m) => {
            let items = m.e_rab_to_be_setup_list.iter().map(|item| {
                let at = item.transport_layer_address;
                to_be_setup(
                    item.e_rab_id,
                    item.e_rab_level_qos_parameters,
                    at,
                    item.gtp_teid,
                    item.nas_pdu.as_deref(),
                )
            });
            let rates = m.ue_aggregate_maximum_bitrate;
            let mut ies = vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                (
                    "uEaggregateMaximumBitrate",
                    json!({"uEaggregateMaximumBitRateDL": rates.dl, "uEaggregateMaximumBitRateUL": rates.ul}),
                ),
                (
                    "E-RABToBeSetupListCtxtSUReq",
                    list(52, "reject", "E-RABToBeSetupItemCtxtSUReq", items),
                ),
                capabilities(m.ue_security_capabilities),
                ("SecurityKey", octets_as_bits(m.security_key.expose())),
            ];
            let capability = m.ue_radio_capability.as_deref();
            ies.extend(capability.map(|octets| ("UERadioCapability", json!(hex::encode(octets)))));
            ies
        }
        S1apPdu::InitialContextSetupResponse(m) => {
            let items = m.e_rab_setup_list.as_deref().unwrap().iter().map(tunnel);
            let items = list(50, "ignore", "E-RABSetupItemCtxtSURes", items);
            vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                ("E-RABSetupListCtxtSURes", items),
            ]
        }
        S1apPdu::InitialContextSetupFailure(m) => {
            vec![mme(m.mme_ue_s1ap_id), enb(m.enb_ue_s1ap_id), cause(m.cause)]
        }
        S1apPdu::UeContextReleaseRequest(m) => {
            vec![mme(m.mme_ue_s1ap_id), enb(m.enb_ue_s1ap_id), cause(m.cause)]
        }
        S1apPdu::UeContextReleaseCommand(m) => {
            let ids = match m.ue_s1ap_ids {
                UeS1apIds::Pair {
                    mme_ue_s1ap_id,
                    enb_ue_s1ap_id,
                } => json!({"uE-S1AP-ID-pair": {
                    "mME-UE-S1AP-ID": mme_ue_s1ap_id.0, "eNB-UE-S1AP-ID": enb_ue_s1ap_id.0 }}),
                UeS1apIds::Mme(id) => json!({"mME-UE-S1AP-ID": id.0}),
            };
            vec![("UE-S1AP-IDs", ids), cause(m.cause)]
        }
        S1apPdu::UeContextReleaseComplete(m) => vec![mme(m.mme_ue_s1ap_id), enb(m.enb_ue_s1ap_id)],
        S1apPdu::UeCapabilityInfoIndication(m) => vec![
            mme(m.mme_ue_s1ap_id),
            enb(m.enb_ue_s1ap_id),
            (
                "UERadioCapability",
                json!(hex::encode(m.ue_radio_capability.as_deref().unwrap())),
            ),
        ],
        _ => return None,
    })
}

fn of_bearers(pdu: &S1apPdu<'_>) -> Option<Vec<Ie>> {
    Some(match pdu {
        S1apPdu::ErabSetupRequest(m) => {
            let items = m.e_rab_to_be_setup_list.iter().map(|item| {
                let at = item.transport_layer_address;
                to_be_setup(
                    item.e_rab_id,
                    item.e_rab_level_qos_parameters,
                    at,
                    item.gtp_teid,
                    Some(&item.nas_pdu),
                )
            });
            let items = list(17, "reject", "E-RABToBeSetupItemBearerSUReq", items);
            vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                ("E-RABToBeSetupListBearerSUReq", items),
            ]
        }
        S1apPdu::ErabSetupResponse(m) => {
            let items = m.e_rab_setup_list.as_deref().unwrap().iter().map(tunnel);
            let items = list(39, "ignore", "E-RABSetupItemBearerSURes", items);
            vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                ("E-RABSetupListBearerSURes", items),
            ]
        }
        S1apPdu::ErabReleaseCommand(m) => {
            let items = m.e_rab_to_be_released_list.as_deref().unwrap().iter();
            let items =
                items.map(|item| json!({"e-RAB-ID": item.e_rab_id, "cause": cause_value(item.cause)}));
            vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                ("E-RABToBeReleasedList", list(35, "ignore", "E-RABItem", items)),
                nas(m.nas_pdu.as_deref().unwrap()),
            ]
        }
        S1apPdu::ErabReleaseResponse(m) => {
            let items = m.e_rab_release_list.as_deref().unwrap().iter();
            let items = items.map(|item| json!({"e-RAB-ID": item.e_rab_id}));
            let items = list(15, "ignore", "E-RABReleaseItemBearerRelComp", items);
            vec![
                mme(m.mme_ue_s1ap_id),
                enb(m.enb_ue_s1ap_id),
                ("E-RABReleaseListBearerRelComp", items),
            ]
        }
        S1apPdu::PathSwitchRequest(m) => {
            let items = m.e_rab_to_be_switched_dl_list.iter().map(tunnel);
            vec![
                enb(m.enb_ue_s1ap_id),
                (
                    "E-RABToBeSwitchedDLList",
                    list(23, "reject", "E-RABToBeSwitchedDLItem", items),
                ),
                ("SourceMME-UE-S1AP-ID", json!(m.source_mme_ue_s1ap_id.0)),
                cgi(m.eutran_cgi),
                tai(m.tai.unwrap()),
                capabilities(m.ue_security_capabilities.unwrap()),
            ]
        }
        _ => return None,
    })
}

fn of_node(pdu: &S1apPdu<'_>) -> Option<Vec<Ie>> {
    let drx = |drx: Option<quintet_s1ap::PagingDrx>| ("DefaultPagingDRX", json!(drx.unwrap().name()));
    Some(match pdu {
        S1apPdu::S1SetupRequest(m) => {
            let (number, length) = m.global_enb_id.enb_id.bits();
            let kind = match m.global_enb_id.enb_id {
                EnbId::Macro(_) => "macroENB-ID",
                EnbId::Home(_) => "homeENB-ID",
                EnbId::ShortMacro(_) => "short-macroENB-ID",
                EnbId::LongMacro(_) => "long-macroENB-ID",
            };
            let id = json!({
                "pLMNidentity": plmn(m.global_enb_id.plmn_identity),
                "eNB-ID": {kind: bits(number.into(), length as usize)},
            });
            let mut ies = vec![("Global-ENB-ID", id)];
            ies.extend(m.enb_name.as_deref().map(|name| ("eNBname", json!(name))));
            ies.extend([areas(&m.supported_tas), drx(m.default_paging_drx)]);
            ies
        }
        S1apPdu::S1SetupResponse(m) => {
            let pools = m.served_gummeis.iter().map(|pool| {
                let groups: Vec<_> = pool.served_group_ids.iter().map(|id| format!("{id:04x}")).collect();
                let codes: Vec<_> = pool.served_mmecs.iter().map(|code| format!("{code:02x}")).collect();
                json!({"servedPLMNs": plmns(&pool.served_plmns), "servedGroupIDs": groups, "servedMMECs": codes})
            });
            let mut ies = vec![
                ("ServedGUMMEIs", pools.collect()),
                ("RelativeMMECapacity", json!(m.relative_mme_capacity.unwrap())),
            ];
            ies.extend(m.mme_name.as_deref().map(|name| ("MMEname", json!(name))));
            ies
        }
        S1apPdu::EnbConfigurationUpdate(m) => vec![
            ("eNBname", json!(m.enb_name.as_deref().unwrap())),
            areas(m.supported_tas.as_deref().unwrap()),
            drx(m.default_paging_drx),
        ],
        S1apPdu::Reset(m) => {
            let ResetType::PartOfS1Interface(connections) = &m.reset_type else {
                return None;
            };
            let items = list(
                91,
                "reject",
                "UE-associatedLogicalS1-ConnectionItem",
                connections.iter().map(connection),
            );
            vec![
                cause(m.cause),
                ("ResetType", json!({"partOfS1-Interface": items})),
            ]
        }
        S1apPdu::ResetAcknowledge(m) => {
            let connections = m.ue_associated_logical_s1_connection_list.as_deref().unwrap();
            let items = connections.iter().map(connection);
            let items = list(91, "ignore", "UE-associatedLogicalS1-ConnectionItem", items);
            vec![("UE-associatedLogicalS1-ConnectionListResAck", items)]
        }
        S1apPdu::ErrorIndication(m) => {
            let mut ies = vec![cause(m.cause)];
            ies.extend(m.mme_ue_s1ap_id.map(mme));
            ies.extend(m.enb_ue_s1ap_id.map(enb));
            ies
        }
        S1apPdu::Paging(m) => {
            let id = match m.ue_paging_id.unwrap() {
                UePagingId::Imsi(imsi) => {
                    let mut octets = Vec::new();
                    imsi.put_tbcd(&mut octets);
                    json!({"iMSI": hex::encode(octets)})
                }
                UePagingId::STmsi(id) => json!({"s-TMSI": s_tmsi(id)}),
            };
            let items = m.tai_list.as_deref().unwrap().iter();
            let items = items.map(|item| json!({"tAI": tai_value(item.tai)}));
            vec![
                (
                    "UEIdentityIndexValue",
                    bits(m.ue_identity_index_value.unwrap().0.into(), 10),
                ),
                ("UEPagingID", id),
                ("CNDomain", json!(m.cn_domain.unwrap().name())),
                ("TAIList", list(47, "ignore", "TAIItem", items)),
            ]
        }
        _ => return None,
    })
}

/// Every IE of the message that has a field.
fn ours(pdu: &S1apPdu<'_>) -> Vec<Ie> {
    let ies = of_transport(pdu)
        .or_else(|| of_context(pdu))
        .or_else(|| of_bearers(pdu))
        .or_else(|| of_node(pdu));
    ies.unwrap_or_else(|| panic!("{} is recorded, but its values are not compared", pdu.name()))
}

/// Criticalities of list items are not of the values compared: some senders choose their own.
fn without_item_criticality(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_item_criticality).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "criticality");
            kept.map(|(name, value)| (name.clone(), without_item_criticality(value)))
                .collect()
        }
        other => other.clone(),
    }
}

/// The octets again, but for criticalities that the sender chose otherwise than the specification: two bits each.
/// Answers whether there were any.
fn encodes_again(id: &str, pdu: &S1apPdu<'_>, received: &[u8]) -> bool {
    let mut encoded = Vec::new();
    pdu.encode(&mut encoded).unwrap();
    assert_eq!(encoded.len(), received.len(), "{id}");
    let differ: Vec<_> = (0..received.len())
        .filter(|&at| encoded[at] != received[at])
        .collect();
    for &at in &differ {
        assert_eq!(encoded[at] & 0x3f, received[at] & 0x3f, "{id} at octet {at}");
        assert_eq!(received[at] & 0x3f, 0, "{id} at octet {at} is no criticality");
    }
    let again = S1apPdu::decode(&encoded).unwrap();
    assert_eq!(&again.pdu, pdu, "{id}");
    assert_eq!(again.faults, [], "{id}");
    !differ.is_empty()
}

#[test]
fn recorded_pdus_keep_their_values_and_octets() {
    let Some(rows) = recorded() else { return };
    assert_eq!(rows.len(), 152);
    let (mut modelled, mut other, mut values, mut kept) = (0, 0, 0, 0);
    let (mut own_criticality, mut refused) = (Vec::new(), Vec::new());
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let octets = octets(row);
        let decoded = match S1apPdu::decode(&octets) {
            Ok(decoded) => decoded,
            Err(failure) => {
                let FailureKind::AbstractSyntax { faults, .. } = &failure.kind else {
                    panic!("{id}: {failure}");
                };
                assert!(
                    faults.iter().any(|fault| fault.kind == FaultKind::OutOfOrder),
                    "{id}: {failure}"
                );
                assert_eq!(
                    failure.cause,
                    Cause::ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE,
                    "{id}"
                );
                refused.push(id);
                continue;
            }
        };
        let pdu = &decoded.pdu;
        assert_eq!(u64::from(pdu.procedure_code()), row["procedure_code"], "{id}");
        assert_eq!(pdu.pdu_type().name(), row["pdu_type"], "{id}");
        if let S1apPdu::Other(unmodelled) = pdu {
            assert_eq!(unmodelled.criticality.name(), row["criticality"], "{id}");
            let generated = oxirush_s1ap::s1ap::S1AP_PDU::decode(&octets).unwrap();
            assert_eq!(generated.encode().unwrap(), octets, "{id}");
            other += 1;
            continue;
        }
        let recorded = row["ies"].as_array().unwrap();
        let ies = ours(pdu);
        assert_eq!(ies.len() + pdu.other_ies().0.len(), recorded.len(), "{id}");
        for (name, value) in &ies {
            let ie = recorded.iter().find(|ie| ie["name"] == *name);
            let ie = ie.unwrap_or_else(|| panic!("{id} has no {name}"));
            assert_eq!(
                without_item_criticality(&ie["value"]),
                without_item_criticality(value),
                "{id} {name}"
            );
        }
        values += ies.len();
        kept += pdu.other_ies().0.len();
        if encodes_again(id, pdu, &octets) {
            own_criticality.push(id);
        }
        modelled += 1;
    }
    assert_eq!((modelled, other, values, kept), (136, 15, 496, 6));
    // Senders that mark IEs or whole procedures with another criticality than the specification's.
    assert_eq!(own_criticality.len(), 7, "{own_criticality:?}");
    // An MME of the field puts NRUESecurityCapabilities before SecurityKey (TS 36.413 10.3.6).
    assert_eq!(refused, ["s1ap-5e0c80e03c81"]);
}
