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
];
