//! Any octets to a receiver of protected NAS of 5GS: refused without effect, or it is the one message the other end sent.
//! The same octets as a plain message: protected and read back, as an initial message too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, fgs::KAmf};
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::fgs::{admit_at_amf, admit_at_ue};
use quintet_nas::security::{
    Access, Lack, MAX_NAS_OCTETS, NasSecurityContext, Protection, Role, SecureExchange,
};

fuzz_target!(|octets: &[u8]| {
    let Some((&selector, octets)) = octets.split_first() else {
        return;
    };
    let (nia, nea) = (
        IntegrityAlgorithm(selector % 3 + 1),
        CipheringAlgorithm(selector >> 2 & 3),
    );
    let access = if selector & 128 == 0 {
        Access::ThreeGpp
    } else {
        Access::NonThreeGpp
    };
    let end = |role| {
        NasSecurityContext::derive_fgs(role, access, &KAmf::new([0x51; 32]), nia, nea)
            .expect("the algorithms are known")
    };
    let (mut ue, mut network) = (end(Role::Ue), end(Role::Network));
    let before = network.counts();
    let mut out = Vec::new();
    if network.unprotect(octets, &mut out).is_err() {
        assert_eq!(network.counts(), before, "what is refused changes nothing");
    }
    let _ = admit_at_amf(octets, Lack::SecurityHeader, SecureExchange::NotEstablished);
    let _ = admit_at_ue(octets, SecureExchange::NotEstablished);
    assert!(admit_at_amf(octets, Lack::Verification, SecureExchange::Established).is_err());

    let mut network = end(Role::Network);
    for protection in [Protection::Integrity, Protection::Ciphered] {
        let mut pdu = Vec::new();
        if ue.protect(protection, octets, &mut pdu).is_err()
            || octets.is_empty()
            || pdu.len() > MAX_NAS_OCTETS
        {
            continue;
        }
        let verified = network
            .unprotect(&pdu, &mut out)
            .expect("what is protected can be read");
        assert_eq!(*verified.message(), octets);
        let _ = network.open_initial(verified, &mut Vec::new());
        assert!(network.unprotect(&pdu, &mut out).is_err(), "a replay is refused");
    }
    let (mut pdu, mut inner) = (Vec::new(), Vec::new());
    if let Ok(decoded) = FgmmMessage::decode_uplink(octets)
        && ue.protect_initial(&decoded.message, &mut pdu).is_ok()
        && pdu.len() <= MAX_NAS_OCTETS
    {
        let verified = network
            .unprotect(&pdu, &mut out)
            .expect("what is protected can be read");
        // Elements that repeat, or are longer than they may be, are not written as they came.
        let _ = network.open_initial(verified, &mut inner);
    }
});
