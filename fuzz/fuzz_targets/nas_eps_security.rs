//! Any octets to a receiver of protected NAS: refused without effect, or it is the one message the other end sent. The
//! same octets as a plain message: protected and read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_nas::security::{
    Lack, MAX_NAS_OCTETS, NasSecurityContext, Protection, Role, SecureExchange, admit_at_mme, admit_at_ue,
};

fuzz_target!(|octets: &[u8]| {
    let Some((&selector, octets)) = octets.split_first() else {
        return;
    };
    let (eia, eea) = (
        IntegrityAlgorithm(selector % 3 + 1),
        CipheringAlgorithm(selector >> 2 & 3),
    );
    let end = |role| {
        NasSecurityContext::derive(role, &Kasme::new([0x51; 32]), eia, eea).expect("the algorithms are known")
    };
    let (mut ue, mut network) = (end(Role::Ue), end(Role::Network));
    let before = network.counts();
    let mut out = Vec::new();
    if network.unprotect(octets, &mut out).is_err() {
        assert_eq!(network.counts(), before, "what is refused changes nothing");
    }
    // Two octets of MAC may be met; a COUNT is used once then.
    if network.unprotect_service_request(octets).is_ok() {
        assert!(
            network.unprotect_service_request(octets).is_err(),
            "a replay is refused"
        );
    }
    let _ = admit_at_mme(octets, Lack::SecurityHeader, SecureExchange::NotEstablished);
    let _ = admit_at_ue(octets, SecureExchange::NotEstablished);
    assert!(admit_at_mme(octets, Lack::Verification, SecureExchange::Established).is_err());

    let mut network = end(Role::Network);
    for protection in [
        Protection::Integrity,
        Protection::Ciphered,
        Protection::PartiallyCiphered,
    ] {
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
        assert!(network.unprotect(&pdu, &mut out).is_err(), "a replay is refused");
    }
});
