//! Codes of 5GS alone.

use super::super::Row;
use super::super::tale::Tale;
use crate::findings::catalogue as c;
use crate::trail::Procedure;

/// 5GS mobile identity with its length: a SUCI of IMSI format in PLMN 00101, of a protection scheme.
fn suci(scheme: u8, output: usize) -> Vec<u8> {
    let mut identity = vec![
        0,
        8 + output as u8,
        0x01,
        0x00,
        0xf1,
        0x10,
        0x00,
        0x00,
        scheme,
        u8::from(scheme != 0),
    ];
    identity.extend(std::iter::repeat_n(0x10, output));
    identity
}

/// REGISTRATION REQUEST without a key set; `more` stands behind UE security capability.
fn request(identity: &[u8], more: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x41, 0x79];
    octets.extend(identity);
    octets.extend([0x2e, 0x02, 0xf0, 0xf0]);
    octets.extend(more);
    octets
}

/// AUTHENTICATION REQUEST.
fn challenge(ksi: u8, rand: u8) -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x56, ksi, 0x02, 0x00, 0x00, 0x21];
    octets.extend([rand; 16]);
    octets.extend([0x20, 0x10, 1, 2, 3, 4, 5, rand, 0x80, 0x00]);
    octets.extend([7; 8]);
    octets
}

/// AUTHENTICATION RESPONSE.
fn response() -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x57, 0x2d, 0x10];
    octets.extend([9; 16]);
    octets
}

/// SECURITY MODE COMMAND: NEA2, NIA2; RINMR or not.
fn command(rinmr: bool) -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x5d, 0x22, 0x00, 0x02, 0xf0, 0xf0];
    if rinmr {
        octets.extend([0x36, 0x01, 0x02]);
    }
    octets
}

const COMPLETE: &[u8] = &[0x7e, 0x00, 0x5e];
const COMPLETE_WITH_CONTAINER: &[u8] = &[0x7e, 0x00, 0x5e, 0x71, 0x00, 0x03, 0x7e, 0x00, 0x41];
const ACCEPT: &[u8] = &[0x7e, 0x00, 0x42, 0x01, 0x01];

fn concealed() -> Tale {
    Tale::of_5gs(Procedure::Registration).up(&request(&suci(1, 45), &[]))
}

fn commanded(rinmr: bool) -> Tale {
    concealed()
        .down(&challenge(0, 1))
        .up(&response())
        .down_under(3, &command(rinmr))
}

/// To the end, readable.
pub(super) fn healthy() -> Tale {
    commanded(true)
        .up_under(4, COMPLETE_WITH_CONTAINER)
        .down_under(2, ACCEPT)
        .succeeded()
}

/// AUTHENTICATION FAILURE.
fn failed(cause: u8) -> Tale {
    concealed().down(&challenge(0, 1)).up(&[0x7e, 0x00, 0x59, cause])
}

/// AUTHENTICATION REQUEST with a packet of EAP of a type, whose attributes are these words.
fn eap_challenge(kind: u8, attributes: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x56, 0x00, 0x02, 0x00, 0x00, 0x78];
    octets.extend(packet(1, kind, 1, attributes));
    octets
}

/// AUTHENTICATION RESPONSE with a packet of EAP.
fn eap_response(kind: u8, subtype: u8) -> Vec<u8> {
    let mut octets = vec![0x7e, 0x00, 0x57, 0x78];
    octets.extend(packet(2, kind, subtype, &[]));
    octets
}

/// A packet of EAP-AKA' or EAP-AKA behind its length of two octets.
fn packet(code: u8, kind: u8, subtype: u8, attributes: &[u8]) -> Vec<u8> {
    let length = 8 + attributes.len() as u8;
    let mut octets = vec![0, length, code, 1, 0, length, kind, subtype, 0, 0];
    octets.extend(attributes);
    octets
}

/// AT_RAND and AT_AUTN.
fn rand_autn() -> Vec<u8> {
    let mut octets = vec![1, 5, 0, 0];
    octets.extend([1; 16]);
    octets.extend([2, 5, 0, 0]);
    octets.extend([2; 16]);
    octets
}

/// A challenge of EAP-AKA', and its answer.
fn of_eap(kind: u8, subtype: u8) -> Tale {
    concealed()
        .down(&eap_challenge(50, &rand_autn()))
        .up(&eap_response(kind, subtype))
}

/// REGISTRATION REJECT.
fn rejected(cause: u8) -> Tale {
    concealed().down(&[0x7e, 0x00, 0x44, cause])
}

/// DL NAS TRANSPORT that brings a session's request back, or something else.
fn transport(cause: &[u8]) -> Tale {
    let mut octets = vec![
        0x7e, 0x00, 0x68, 0x01, 0x00, 0x04, 0x2e, 0x01, 0x01, 0xc1, 0x12, 0x01,
    ];
    octets.extend(cause);
    healthy().down_under(2, &octets)
}

pub(super) const ROWS: &[Row] = &[
    Row {
        code: &c::SUCI_NULL_SCHEME,
        has: || Tale::of_5gs(Procedure::Registration).up(&request(&suci(0, 5), &[])),
        has_not: concealed,
    },
    Row {
        code: &c::NGKSI_IN_USE,
        has: || failed(71),
        has_not: || failed(20),
    },
    Row {
        code: &c::RINMR_WITHOUT_CONTAINER,
        has: || commanded(true).up_under(4, COMPLETE),
        has_not: || commanded(false).up_under(4, COMPLETE),
    },
    Row {
        code: &c::INITIAL_MESSAGE_NOT_CONFINED,
        has: || Tale::of_5gs(Procedure::Registration).up(&request(&suci(1, 45), &[0x2f, 0x02, 0x01, 0x01])),
        has_not: concealed,
    },
    Row {
        code: &c::PAYLOAD_NOT_FORWARDED,
        has: || transport(&[0x58, 0x5a]),
        has_not: || transport(&[]),
    },
    Row {
        code: &c::EAP_BIDDING_DOWN,
        has: || of_eap(23, 2),
        has_not: || of_eap(50, 2),
    },
    Row {
        code: &c::AUTHENTICATION_MAC_FAILURE,
        has: || of_eap(50, 2),
        has_not: || of_eap(50, 4),
    },
    Row {
        code: &c::AUTHENTICATION_SYNC_FAILURE,
        has: || of_eap(50, 4),
        has_not: || of_eap(50, 2),
    },
    Row {
        code: &c::AUTHENTICATION_FAILED_OTHERWISE,
        has: || of_eap(50, 14),
        has_not: || of_eap(50, 2),
    },
    Row {
        code: &c::REJECTED_5GS_NOT_ALLOWED,
        has: || rejected(7),
        has_not: || rejected(11),
    },
    Row {
        code: &c::REJECTED_N1_NOT_ALLOWED,
        has: || rejected(27),
        has_not: || rejected(28),
    },
    Row {
        code: &c::REJECTED_RESTRICTED_AREA,
        has: || rejected(28),
        has_not: || rejected(27),
    },
    Row {
        code: &c::REJECTED_REDIRECTED_TO_EPC,
        has: || rejected(31),
        has_not: || rejected(28),
    },
    Row {
        code: &c::REJECTED_NO_SLICES,
        has: || rejected(62),
        has_not: || rejected(65),
    },
    Row {
        code: &c::REJECTED_SERVING_NETWORK,
        has: || rejected(73),
        has_not: || rejected(72),
    },
    Row {
        code: &c::REJECTED_SNPN,
        has: || rejected(75),
        has_not: || rejected(76),
    },
    Row {
        code: &c::REJECTED_CAG,
        has: || rejected(76),
        has_not: || rejected(75),
    },
    Row {
        code: &c::REJECTED_NO_USER_PLANE,
        has: || rejected(92),
        has_not: || rejected(90),
    },
    // Causes that EMM gives another meaning.
    Row {
        code: &c::REJECTED_OTHERWISE,
        has: || rejected(36),
        has_not: || rejected(22),
    },
];

/// RES* is 5G AKA's: EAP-AKA' answers with RES (TS 33.501 6.1.3.1).
#[test]
fn eap_has_res_without_a_star() {
    let rejected = [0x7e, 0x00, 0x58];
    let said = |tale: Tale| -> String {
        let found = tale.down(&rejected).findings();
        let found = found
            .into_iter()
            .filter(|found| found.code == "authentication-rejected");
        found
            .map(|found| format!("{} {:?}", found.what, found.causes))
            .collect()
    };
    let eap = said(of_eap(50, 1));
    assert!(eap.contains("another RES.") && !eap.contains("RES*"), "{eap}");
    let aka = said(concealed().down(&challenge(0, 1)).up(&response()));
    assert!(aka.contains("another RES*."), "{aka}");
}
