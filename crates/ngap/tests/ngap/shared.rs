//! Data that lies outside the repository.

use std::path::{Path, PathBuf};

/// Says why a test does nothing; fails where it must run.
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// The recorded PDUs: what other implementations sent, and what pycrate and tshark read in it.
pub(crate) fn recorded() -> Option<Vec<serde_json::Value>> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("vectors/ngap.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!(
            "no recorded messages at {}; set QUINTET_SHARED",
            path.display()
        ));
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// The octets of a recorded PDU.
pub(crate) fn octets(row: &serde_json::Value) -> Vec<u8> {
    hex::decode(row["pdu"].as_str().unwrap()).unwrap()
}
