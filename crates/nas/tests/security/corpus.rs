//! The committed fuzz corpora of NAS run again, and their seeds, which our own encoder makes (`QUINTET_WRITE_CORPUS=1`).

use crate::properties::ends;
use quintet_nas::eps::{EmmMessage, EsmMessage};
use quintet_nas::security::{Discard, Protection, Role};
use std::path::PathBuf;

/// Plain messages written by hand from the content tables of TS 24.301 8.2 and 8.3, and spoiled ones.
const MESSAGES: [(&str, &[u8]); 10] = [
    ("attach-request", b"\x07\x41\x71\x08\x09\x10\x10\x10\x32\x54\x76\x98\x02\xe0\xe0\x00\x04\x02\x01\xd0\x11"),
    ("authentication-request", b"\x07\x52\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x10\xa0\xa1\xa2\xa3\xa4\xa5\x80\x00\xa8\xa9\xaa\xab\xac\xad\xae\xaf"),
    ("identity-request", b"\x07\x55\x01"),
    ("security-mode-command", b"\x07\x5d\x22\x00\x02\xe0\xe0\xc1\x4f\x08\x01\x02\x03\x04\x05\x06\x07\x08"),
    ("attach-reject", b"\x07\x44\x0f"),
    ("pdn-connectivity-request", b"\x02\x01\xd0\x11\xd1"),
    ("esm-information-response", b"\x02\x01\xda\x28\x09\x08internet"),
    ("service-request", b"\xc7\x05\x01\x02"),
    ("cut", b"\x07\x41\x71\x08\x09"),
    ("unknown-elements", b"\x07\x5e\x0f\x03\x01\x02\x03\xf1\x7a\x00\x02\x01\x02\x23\x09"),
];

/// A selector octet, then what a receiver gets.
fn security_seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (name, protection) in [
        ("integrity", Protection::Integrity),
        ("ciphered", Protection::Ciphered),
    ] {
        for selector in [0u8, 1 | 1 << 2, 2 | 2 << 2, 3 << 2] {
            // The fuzz target's own context of that selector: the PDU is accepted there.
            let (mut ue, _) = ends([0x51; 32], selector % 3 + 1, selector >> 2 & 3, Role::Ue, 0);
            let mut seed = vec![selector];
            ue.protect(protection, MESSAGES[0].1, &mut seed).unwrap();
            seeds.push((format!("{name}-{selector}"), seed));
        }
    }
    let (mut ue, _) = ends([0x51; 32], 1, 0, Role::Ue, 0);
    let mut seed = vec![0];
    ue.protect_service_request(5, &mut seed).unwrap();
    seeds.push(("service-request".into(), seed));
    let container = b"\x01\x07\x4d\x10\x57\x02\x20\x00\x78\x00\x03\x52\x01\xeb";
    seeds.push(("control-plane-service-request".into(), container.to_vec()));
    seeds
}

fn files(target: &str, seeds: &[(String, Vec<u8>)]) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, octets) in seeds {
            std::fs::write(directory.join(name), octets).unwrap();
        }
    }
    let entries =
        std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    assert!(
        files.len() >= seeds.len(),
        "{}: seeds are missing",
        directory.display()
    );
    files
}

#[test]
fn corpus_of_messages() {
    let seeds = MESSAGES.map(|(name, octets)| (name.to_owned(), octets.to_vec()));
    let mut read = 0;
    for (path, octets) in files("nas_eps_message", &seeds) {
        if let Ok(decoded) = EmmMessage::decode(&octets) {
            let written = decoded.message.to_octets();
            let again =
                EmmMessage::decode(&written).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            assert_eq!(again.message.to_octets(), written, "{}", path.display());
            read += 1;
        }
        if let Ok(decoded) = EsmMessage::decode(&octets) {
            let written = decoded.message.to_octets();
            let again =
                EsmMessage::decode(&written).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            assert_eq!(again.message.to_octets(), written, "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= 8, "{read} seeds can be read");
}

#[test]
fn corpus_of_protected_messages() {
    let mut accepted = 0;
    for (path, octets) in files("nas_eps_security", &security_seeds()) {
        let Some((selector, pdu)) = octets.split_first() else {
            continue;
        };
        let (_, mut network) = ends([0x51; 32], selector % 3 + 1, selector >> 2 & 3, Role::Ue, 0);
        let before = network.counts();
        let mut out = Vec::new();
        match network.unprotect(pdu, &mut out) {
            Err(_) => assert_eq!(network.counts(), before, "{}", path.display()),
            Ok(_) => {
                let replayed = network.unprotect(pdu, &mut out);
                assert!(
                    matches!(replayed, Err(Discard::Replayed { .. })),
                    "{}",
                    path.display()
                );
                accepted += 1;
            }
        }
    }
    assert!(accepted >= 8, "{accepted} seeds are accepted");
}
