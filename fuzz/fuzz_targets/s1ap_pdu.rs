//! Any octets as an S1AP PDU: decoded, described, and what was understood written and read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_s1ap::{S1apPdu, Secrets, describe};

fuzz_target!(|octets: &[u8]| {
    let _ = describe(octets, Secrets::Shown);
    let Ok(decoded) = S1apPdu::decode(octets) else { return };
    if let S1apPdu::Other(other) = decoded.pdu {
        let _ = other.answer();
        return;
    }
    let mut out = Vec::new();
    decoded.pdu.encode(&mut out).expect("what was read can be written");
    let again = S1apPdu::decode(&out).expect("what is written is well-formed");
    assert_eq!(again.pdu, decoded.pdu);
});
