//! Any octets as an NGAP PDU: decoded, described, and what was understood written and read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_ngap::{NgapPdu, Secrets, describe};

fuzz_target!(|octets: &[u8]| {
    let _ = describe(octets, Secrets::Shown);
    let Ok(decoded) = NgapPdu::decode(octets) else { return };
    if let NgapPdu::Other(other) = decoded.pdu {
        let _ = other.answer();
        return;
    }
    let mut out = Vec::new();
    decoded.pdu.encode(&mut out).expect("what was read can be written");
    let again = NgapPdu::decode(&out).expect("what is written is well-formed");
    assert_eq!(again.pdu, decoded.pdu);
});
