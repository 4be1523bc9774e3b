//! What a file is, by how it begins.

use crate::objects::Objects;
use crate::source::Source;
use crate::{own, pyhss, srsran, vendor};
use serde_json::{Map, Value};

/// How a database file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What a file seems to be, by its first octets: a few ten thousand are enough. None: nothing that is known.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Source> {
    if head.starts_with(SQLITE) {
        return Some(Source::Pyhss);
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = String::from_utf8_lossy(head);
    match text.trim_start().as_bytes().first()? {
        b'{' | b'[' => of_json(head),
        _ => of_sql(&text).or_else(|| of_lines(&text)),
    }
}

/// By the first object.
fn of_json(head: &[u8]) -> Option<Source> {
    let mut input = head;
    let octets = match Objects::new(&mut input).next() {
        Ok(Some((_, octets))) => octets,
        // Longer than what was looked at: by the names in it.
        _ => return of_names(&String::from_utf8_lossy(head)),
    };
    let object: Map<String, Value> = serde_json::from_slice(&octets).ok()?;
    let has = |name: &str| object.contains_key(name);
    if has("ueId") {
        Some(Source::Free5gc)
    } else if has("imsi") && has("security") {
        Some(Source::Open5gs)
    } else if pyhss::is_row(&object) {
        Some(Source::Pyhss)
    } else if has("imsi") {
        Some(Source::Json)
    } else {
        None
    }
}

fn of_names(text: &str) -> Option<Source> {
    let has = |name: &str| text.contains(&format!("\"{name}\""));
    match () {
        () if has("ueId") => Some(Source::Free5gc),
        () if has("imsi") && has("security") => Some(Source::Open5gs),
        () if has("imsi") => Some(Source::Json),
        () => None,
    }
}

/// By the tables of a dump.
fn of_sql(text: &str) -> Option<Source> {
    // In prose they stand elsewhere in a line.
    let begins = [
        "insert into ",
        "create table ",
        "copy ",
        "-- mysql dump",
        "-- mariadb dump",
        "-- postgresql database dump",
    ];
    let lower = text.to_ascii_lowercase();
    let is_of_dump = |line: &str| begins.iter().any(|words| line.trim_start().starts_with(words));
    if !lower.lines().any(is_of_dump) {
        return None;
    }
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .collect();
    let has = |name: &str| words.contains(&name);
    if [
        "impi",
        "impu",
        "imsu",
        "hss_db",
        "aliases_repository_data",
        "capabilities_set",
    ]
    .iter()
    .any(|name| has(name))
    {
        return Some(Source::Fhoss);
    }
    let tables = [
        "auc",
        "apn",
        "apn_id",
        "auc_id",
        "ims_subscriber",
        "subscriber_routing",
        "charging_rule_id",
        "pyhss",
    ];
    tables.iter().any(|name| has(name)).then_some(Source::Pyhss)
}

/// By lines: of srsRAN, of a vendor, of our own.
fn of_lines(text: &str) -> Option<Source> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().find(|line| !line.starts_with('#'));
    if first.is_some_and(srsran::is_line) {
        return Some(Source::Srsran);
    }
    if text.to_ascii_lowercase().contains("var_out") {
        return Some(Source::Vendor);
    }
    if let Some(header) = first {
        let mut columns = header.split(',').map(|name| name.trim().trim_matches('"'));
        let named = header
            .split(',')
            .any(|name| name.trim().trim_matches('"') == "imsi");
        if named && columns.all(|name| own::COLUMNS.contains(&name)) {
            return Some(Source::Csv);
        }
    }
    lines
        .any(|line| !line.starts_with('*') && vendor::names_cards(line))
        .then_some(Source::Vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_how_it_begins() {
        let long = format!(
            "[{{\"_id\":{{\"$oid\":\"0\"}},\"imsi\":\"1\",\"security\":{{}},\"x\":\"{}",
            "y".repeat(99)
        );
        for (text, source) in [
            ("SQLite format 3\0...", Source::Pyhss),
            ("-- MySQL dump 10.13\nCREATE TABLE `apn` (\n", Source::Pyhss),
            ("PRAGMA foreign_keys=OFF;\nCREATE TABLE auc (", Source::Pyhss),
            ("[{\"auc_id\":1,\"imsi\":\"00101\"}]", Source::Pyhss),
            ("-- MySQL dump\nINSERT INTO `impi` VALUES", Source::Fhoss),
            (
                "{\"_id\":{\"$oid\":\"0\"},\"imsi\":\"1\",\"security\":{}}\n",
                Source::Open5gs,
            ),
            (&long, Source::Open5gs),
            ("{\"ueId\":\"imsi-1\"}", Source::Free5gc),
            (
                "# comment\nue1,mil,001010123456789,00,opc,00,9001,000000001234,7,dynamic\n",
                Source::Srsran,
            ),
            ("* HEADER\nQuantity: 1\nVar_Out: IMSI/KI\n", Source::Vendor),
            ("ICCID;IMSI;Ki;OPc\n1;2;3;4\n", Source::Vendor),
            ("imsi,iccid,ki\n", Source::Vendor),
            ("\u{feff}imsi,k,opc\n", Source::Csv),
            (" [{\"imsi\":\"1\",\"k\":\"00\"}]", Source::Json),
        ] {
            assert_eq!(detect(text.as_bytes()), Some(source), "{text}");
        }
        let prose = "How to copy apn and auc of PyHSS,\nand insert into them";
        for nothing in ["", "hello", prose, "a,b\n1,2\n", "{\"x\":1}", "<xml/>"] {
            assert_eq!(detect(nothing.as_bytes()), None, "{nothing}");
        }
    }
}
