//! IEs without a field keep their place and octets.

use crate::samples;
use quintet_ngap::message::UplinkNasTransport;
use quintet_ngap::{Criticality, FaultKind, NgapPdu, OtherIe, OtherIes};

fn uplink() -> UplinkNasTransport<'static> {
    samples::all()
        .into_iter()
        .find_map(|pdu| match pdu {
            NgapPdu::UplinkNasTransport(message) => Some(message),
            _ => None,
        })
        .unwrap()
}

fn other(id: u16, criticality: Criticality, position: u16) -> OtherIe<'static> {
    OtherIe {
        id,
        criticality,
        position,
        value: vec![0xc0, 0xff, 0xee].into(),
    }
}

#[test]
fn wherever_it_stands() {
    for position in 0..=4 {
        let mut message = uplink();
        message.other_ies = OtherIes(vec![other(65_000, Criticality::Ignore, position)]);
        let pdu = NgapPdu::from(message);
        let octets = samples::encode(&pdu);
        let decoded = NgapPdu::decode(&octets).unwrap();
        assert_eq!(decoded.pdu, pdu, "at {position}");
        assert_eq!(decoded.faults.len(), 1);
        assert_eq!(decoded.faults[0].kind, FaultKind::Unexpected);
        assert_eq!(decoded.notices(), []);
        assert_eq!(samples::encode(&decoded.pdu), octets);
    }
}

#[test]
fn several_and_behind_everything() {
    let mut message = uplink();
    // W-AGF and TNGF identities are of the message; no field is theirs.
    message.other_ies = OtherIes(vec![
        other(60_000, Criticality::Ignore, 0),
        other(60_001, Criticality::Ignore, 1),
        other(239, Criticality::Ignore, 6),
        other(246, Criticality::Ignore, 7),
    ]);
    let pdu = NgapPdu::from(message);
    let octets = samples::encode(&pdu);
    let decoded = NgapPdu::decode(&octets).unwrap();
    assert_eq!(decoded.pdu, pdu);
    let unexpected: Vec<_> = decoded.faults.iter().map(|fault| fault.ie_id).collect();
    assert_eq!(unexpected, [60_000, 60_001]);
}
