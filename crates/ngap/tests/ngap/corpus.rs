//! The seeds of the fuzz target `ngap_pdu`: made by our own encoder, run here as the target runs them.

use crate::samples;
use quintet_ngap::{NgapPdu, Secrets, describe};
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/ngap_pdu")
}

/// One seed a sample: its name, and a number where there are several.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let messages = samples::all();
    let mut seeds = Vec::with_capacity(messages.len());
    for (number, message) in messages.iter().enumerate() {
        let name = message.name().to_lowercase().replace(' ', "-");
        seeds.push((format!("{name}-{number:02}"), samples::encode(message)));
    }
    seeds.push(("unknown-procedure".to_owned(), vec![0x00, 200, 0x00, 3, 0, 0, 0]));
    seeds
}

#[test]
fn corpus_of_messages() {
    let (directory, seeds) = (directory(), seeds());
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, octets) in &seeds {
            std::fs::write(directory.join(name), octets).unwrap();
        }
    }
    let entries =
        std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(
        files.len() >= seeds.len(),
        "{}: seeds are missing",
        directory.display()
    );
    let mut decoded = 0;
    for path in files {
        let octets = std::fs::read(&path).unwrap();
        let _ = describe(&octets, Secrets::Shown);
        let Ok(message) = NgapPdu::decode(&octets) else {
            continue;
        };
        decoded += 1;
        let mut again = Vec::new();
        if message.pdu.encode(&mut again).is_ok() {
            let same = NgapPdu::decode(&again).unwrap();
            assert_eq!(same.pdu, message.pdu, "{}", path.display());
        }
    }
    assert!(decoded >= seeds.len());
}
