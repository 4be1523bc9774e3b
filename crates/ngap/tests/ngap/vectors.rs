//! Every recorded PDU: the values that pycrate reads, and the octets again.

use crate::shared::{octets, recorded};
use quintet_ngap::{FailureKind, FaultKind, NgapPdu};
use serde_json::Value;

mod values;

/// Members that are not compared: criticalities inside a value, as some senders choose their own, and what the structs have
/// no place for.
const LEFT_OUT: [&str; 3] = ["criticality", "iE-Extensions", "qosFlowMappingIndication"];

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
            kept.map(|(name, value)| (name.clone(), plain(value))).collect()
        }
        other => other.clone(),
    }
}

/// Lists whose transfers the crate has no type for: their sessions are compared, and the octets of the whole message.
const OPAQUE: [&str; 4] = [
    "PDUSessionResourceToBeSwitchedDLList",
    "PDUSessionResourceSwitchedList",
    "PDUSessionResourceModifyListModRes",
    "PDUSessionResourceReleasedListRelRes",
];

fn without_transfers(value: &Value) -> Value {
    let items = value.as_array().unwrap().iter();
    items
        .map(|item| serde_json::json!({"pDUSessionID": item["pDUSessionID"]}))
        .collect()
}

fn has_extensions(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_extensions),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name == "iE-Extensions" || has_extensions(value)),
        _ => false,
    }
}

/// The octets again, but for criticalities that the sender chose otherwise than the specification: two bits each.
/// Answers whether there were any.
fn encodes_again(id: &str, pdu: &NgapPdu<'_>, received: &[u8], same: bool) -> bool {
    let mut encoded = Vec::new();
    pdu.encode(&mut encoded).unwrap();
    let again = NgapPdu::decode(&encoded).unwrap();
    assert_eq!(&again.pdu, pdu, "{id}");
    assert_eq!(again.faults, [], "{id}");
    if !same {
        return false;
    }
    assert_eq!(encoded.len(), received.len(), "{id}");
    let differ: Vec<_> = (0..received.len())
        .filter(|&at| encoded[at] != received[at])
        .collect();
    for &at in &differ {
        assert_eq!(encoded[at] & 0x3f, received[at] & 0x3f, "{id} at octet {at}");
        assert_eq!(received[at] & 0x3f, 0, "{id} at octet {at} is no criticality");
    }
    !differ.is_empty()
}

/// Compares the fields of a message with what was recorded of it; answers how many.
fn compare(id: &str, pdu: &NgapPdu<'_>, recorded: &[Value]) -> usize {
    let ies = values::of(pdu).unwrap_or_else(|| panic!("{id}: {} is recorded, but not compared", pdu.name()));
    assert_eq!(ies.len() + pdu.other_ies().0.len(), recorded.len(), "{id}");
    for (name, value) in &ies {
        let ie = recorded.iter().find(|ie| ie["name"] == *name);
        let ie = ie.unwrap_or_else(|| panic!("{id} has no {name}"));
        let recorded = if OPAQUE.contains(name) {
            without_transfers(&ie["value"])
        } else {
            plain(&ie["value"])
        };
        assert_eq!(recorded, plain(value), "{id} {name}");
    }
    ies.len()
}

#[test]
fn recorded_pdus_keep_their_values_and_octets() {
    let Some(rows) = recorded() else { return };
    assert_eq!(rows.len(), 164);
    let (mut modelled, mut other, mut values, mut kept) = (0, 0, 0, 0);
    let (mut own_criticality, mut extended, mut refused) = (0, 0, Vec::new());
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let octets = octets(row);
        let decoded = match NgapPdu::decode(&octets) {
            Ok(decoded) => decoded,
            Err(failure) => {
                let FailureKind::AbstractSyntax { faults, .. } = &failure.kind else {
                    panic!("{id}: {failure}");
                };
                let fatal = faults.iter().find(|fault| fault.fatal().is_some()).unwrap();
                refused.push((row["message"].as_str().unwrap(), fatal.ie_id, fatal.kind.clone()));
                continue;
            }
        };
        let pdu = &decoded.pdu;
        assert_eq!(u64::from(pdu.procedure_code()), row["procedure_code"], "{id}");
        assert_eq!(pdu.pdu_type().name(), row["pdu_type"], "{id}");
        if let NgapPdu::Other(unmodelled) = pdu {
            assert_eq!(unmodelled.criticality.name(), row["criticality"], "{id}");
            let generated = oxirush_ngap::ngap::NGAP_PDU::decode(&octets).unwrap();
            assert_eq!(generated.encode().unwrap(), octets, "{id}");
            other += 1;
            continue;
        }
        let recorded = row["ies"].as_array().unwrap();
        values += compare(id, pdu, recorded);
        kept += pdu.other_ies().0.len();
        let modelled_extensions = recorded.iter().any(|ie| has_extensions(&ie["value"]));
        extended += u32::from(modelled_extensions);
        own_criticality += u32::from(encodes_again(id, pdu, &octets, !modelled_extensions));
        modelled += 1;
    }
    refused.sort_by_key(|(message, ie, _)| (*message, *ie));
    let refused: Vec<_> = refused
        .iter()
        .map(|(message, ie, kind)| (*message, *ie, kind))
        .collect();
    assert_eq!(refused, [("NGSetupRequest", 102, &FaultKind::Missing); 2]);
    assert_eq!((modelled, other, values, kept), (142, 20, 515, 3));
    assert_eq!((own_criticality, extended), (7, 6));
}
