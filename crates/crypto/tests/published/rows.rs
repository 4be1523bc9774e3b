//! Reads the rows of a file under `vectors/`.

use serde_json::Value;

/// The rows of `vectors/{name}`; their number must be the one the test was written for.
pub(crate) fn rows(name: &str, count: usize) -> Vec<Value> {
    let path = format!("{}/../../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(
        rows.len(),
        count,
        "{path} has another number of rows: cover the new ones and change the count"
    );
    rows
}

/// The octets of a member; a row without it fails.
pub(crate) fn octets(row: &Value, member: &str) -> Vec<u8> {
    optional_octets(row, member).unwrap_or_else(|| panic!("{}: no {member}", row["id"]))
}

/// The octets of a member that a row may lack.
pub(crate) fn optional_octets(row: &Value, member: &str) -> Option<Vec<u8>> {
    let text = row
        .get(member)?
        .as_str()
        .unwrap_or_else(|| panic!("{}: {member} is no text", row["id"]));
    Some(hex::decode(text).unwrap_or_else(|error| panic!("{}: {member}: {error}", row["id"])))
}

/// A member of a fixed number of octets.
pub(crate) fn array<const N: usize>(row: &Value, member: &str) -> [u8; N] {
    octets(row, member)
        .try_into()
        .unwrap_or_else(|_| panic!("{}: {member} is not {N} octets", row["id"]))
}

/// A member that is a number.
pub(crate) fn number(row: &Value, member: &str) -> u64 {
    row[member]
        .as_u64()
        .unwrap_or_else(|| panic!("{}: {member} is no number", row["id"]))
}
