//! IEs without a field keep their place and octets.

use crate::samples;
use quintet_s1ap::message::UplinkNasTransport;
use quintet_s1ap::{Criticality, FaultKind, OtherIe, OtherIes, S1apPdu};

fn uplink() -> UplinkNasTransport<'static> {
    samples::all()
        .into_iter()
        .find_map(|pdu| match pdu {
            S1apPdu::UplinkNasTransport(message) => Some(message),
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
    for position in 0..=5 {
        let mut message = uplink();
        message.other_ies = OtherIes(vec![other(65_000, Criticality::Ignore, position)]);
        let pdu = S1apPdu::from(message);
        let octets = samples::encode(&pdu);
        let decoded = S1apPdu::decode(&octets).unwrap();
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
    // LHN ID and PSCell Information are of the message; no field is theirs.
    message.other_ies = OtherIes(vec![
        other(60_000, Criticality::Ignore, 0),
        other(60_001, Criticality::Ignore, 1),
        other(186, Criticality::Ignore, 7),
        other(288, Criticality::Ignore, 8),
    ]);
    let pdu = S1apPdu::from(message);
    let octets = samples::encode(&pdu);
    let decoded = S1apPdu::decode(&octets).unwrap();
    assert_eq!(decoded.pdu, pdu);
    let unexpected: Vec<_> = decoded.faults.iter().map(|fault| fault.ie_id).collect();
    assert_eq!(unexpected, [60_000, 60_001]);
}
