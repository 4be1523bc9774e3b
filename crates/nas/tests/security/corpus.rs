//! The committed fuzz corpora of NAS run again, and their seeds, which our own encoder makes (`QUINTET_WRITE_CORPUS=1`).

use crate::properties::{ends, fgs_ends};
use quintet_nas::eps::{EmmMessage, EsmMessage};
use quintet_nas::fgs::{FgmmMessage, FgsmMessage};
use quintet_nas::security::{Discard, NasSecurityContext, Protection, Role};
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

/// The same from TS 24.501 8.2 and 8.3.
const FGS_MESSAGES: [(&str, &[u8]); 9] = [
    ("registration-request", b"\x7e\x00\x41\x79\x00\x0d\x01\x00\xf1\x10\xf0\xff\x00\x00\x00\x00\x00\x00\x10\x10\x01\x07\x2e\x04\xf0\xf0\xf0\xf0\x2f\x02\x01\x01"),
    ("registration-accept", b"\x7e\x00\x42\x01\x01\x77\x00\x0b\xf2\x00\xf1\x10\x02\x00\x40\xc0\xff\xee\x01\x54\x07\x00\x00\xf1\x10\x00\x00\x01\x15\x02\x01\x01\x5e\x01\x06"),
    ("service-request", b"\x7e\x00\x4c\x10\x00\x07\xf4\x00\x40\xc0\xff\xee\x01\x40\x02\x20\x00"),
    ("authentication-request", b"\x7e\x00\x56\x00\x02\x00\x00\x21\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x20\x10\xa0\xa1\xa2\xa3\xa4\xa5\x80\x00\xa8\xa9\xaa\xab\xac\xad\xae\xaf"),
    ("security-mode-command", b"\x7e\x00\x5d\x22\x00\x04\xf0\xf0\xf0\xf0\xe1\x36\x01\x02"),
    ("establishment-accept", b"\x2e\x05\x01\xc2\x11\x00\x09\x01\x00\x06\x31\x30\x01\x01\xff\x09\x06\x06\x07\xd0\x06\x03\xe8\x29\x05\x01\x0a\x00\x00\x01\x79\x00\x06\x09\x20\x41\x01\x01\x09"),
    ("modification-request", b"\x2e\x05\x02\xc9\x28\x01\x00\x59\x24"),
    ("cut", b"\x7e\x00\x41\x79\x00\x0d\x01"),
    ("unknown-elements", b"\x7e\x00\x44\x16\x91\x55\x00\x7f\x00\x01\xaa\x5f\x01\x21\x01\x00"),
];

fn fgs_security_seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for selector in [0u8, 1 | 1 << 2, 128 | 2 | 2 << 2, 128 | 3 << 2] {
        let seed = |make: &dyn Fn(&mut NasSecurityContext, &mut Vec<u8>)| {
            let (mut ue, _) = fgs_ends(selector);
            let mut seed = vec![selector];
            make(&mut ue, &mut seed);
            seed
        };
        let ciphered = seed(&|ue, out| {
            ue.protect(Protection::Ciphered, FGS_MESSAGES[0].1, out).unwrap();
        });
        seeds.push((format!("ciphered-{selector}"), ciphered));
        let initial = seed(&|ue, out| {
            let message = FgmmMessage::decode_uplink(FGS_MESSAGES[2].1).unwrap().message;
            ue.protect_initial(&message, out).unwrap();
        });
        seeds.push((format!("initial-{selector}"), initial));
    }
    seeds
}

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
fn corpus_of_messages_of_5gs() {
    let seeds = FGS_MESSAGES.map(|(name, octets)| (name.to_owned(), octets.to_vec()));
    let mut read = 0;
    for (path, octets) in files("nas_5gs_message", &seeds) {
        if let Ok(decoded) = FgmmMessage::decode(&octets) {
            let written = decoded.message.to_octets();
            let again =
                FgmmMessage::decode(&written).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            assert_eq!(again.message.to_octets(), written, "{}", path.display());
            read += 1;
        }
        if let Ok(decoded) = FgsmMessage::decode(&octets) {
            let written = decoded.message.to_octets();
            let again =
                FgsmMessage::decode(&written).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            assert_eq!(again.message.to_octets(), written, "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= 8, "{read} seeds can be read");
}

#[test]
fn corpus_of_protected_messages() {
    let accepted = accept(files("nas_eps_security", &security_seeds()), |selector| {
        ends([0x51; 32], selector % 3 + 1, selector >> 2 & 3, Role::Ue, 0).1
    });
    assert!(accepted >= 8, "{accepted} seeds are accepted");
    let accepted = accept(files("nas_5gs_security", &fgs_security_seeds()), |selector| {
        fgs_ends(selector).1
    });
    assert!(accepted >= 8, "{accepted} seeds of 5GS are accepted");
}

/// How many are accepted, each once.
fn accept(files: Vec<(PathBuf, Vec<u8>)>, network: impl Fn(u8) -> NasSecurityContext) -> usize {
    let mut accepted = 0;
    for (path, octets) in files {
        let Some((selector, pdu)) = octets.split_first() else {
            continue;
        };
        let mut network = network(*selector);
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
    accepted
}
