//! The rows of the shared file of NAS messages.

use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, KNasEnc, KNasInt};
use quintet_nas::security::{Access, NasCount, NasCounts, NasSecurityContext, Role, System};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// Every row of `nas_eps.json` or `nas_5gs.json`; `None` where the file is not there.
pub(crate) fn rows(file: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("vectors").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!("no messages at {}; set QUINTET_SHARED", path.display()));
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

pub(crate) fn octets(row: &Value, member: &str) -> Vec<u8> {
    let text = row[member]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no {member}", row["id"]));
    hex::decode(text).unwrap()
}

fn key(row: &Value, member: &str) -> [u8; 16] {
    // Messages that are not ciphered name no key.
    if row[member].is_null() {
        return [0; 16];
    }
    octets(row, member).try_into().unwrap()
}

fn algorithm(row: &Value, member: &str) -> u8 {
    row[member].as_u64().map_or(0, |value| value as u8)
}

pub(crate) fn count(row: &Value) -> NasCount {
    NasCount::new(u32::from_str_radix(row["count"].as_str().unwrap(), 16).unwrap()).unwrap()
}

/// The context of a row at one end: next to send and last received are such that the row's COUNT is next.
pub(crate) fn context(row: &Value, role: Role) -> NasSecurityContext {
    let last = match row["receiver_last_count"].as_str() {
        Some(text) => NasCount::new(u32::from_str_radix(text, 16).unwrap()),
        None => count(row).value().checked_sub(1).and_then(NasCount::new),
    };
    let counts = NasCounts {
        next_sent: Some(count(row)),
        last_received: last,
    };
    let integrity = IntegrityAlgorithm(algorithm(row, "integrity_algorithm"));
    let ciphering = CipheringAlgorithm(algorithm(row, "ciphering_algorithm"));
    // The NAS connection identifier of 5GS; EPS has none.
    let system = match row["bearer"].as_u64() {
        Some(1) => System::Fgs(Access::ThreeGpp),
        Some(2) => System::Fgs(Access::NonThreeGpp),
        _ => System::Eps,
    };
    NasSecurityContext::of(
        system,
        role,
        (integrity, KNasInt::new(key(row, "KNASint"))),
        (ciphering, KNasEnc::new(key(row, "KNASenc"))),
    )
    .unwrap()
    .with_counts(counts)
}

/// Sender and receiver of a row.
pub(crate) fn roles(row: &Value) -> (Role, Role) {
    match row["direction_bit"].as_u64() {
        Some(0) => (Role::Ue, Role::Network),
        Some(1) => (Role::Network, Role::Ue),
        other => panic!("{}: direction {other:?}", row["id"]),
    }
}
