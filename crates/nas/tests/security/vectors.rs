//! Every protected row of `nas_eps.json` and `nas_5gs.json` both ways, octet for octet; a new row must be counted first.

use crate::rows::{context, count, octets, roles, rows};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, fgs::KAmf, hash_mme};
use quintet_nas::security::{
    Access, Discard, NasCount, NasCounts, NasSecurityContext, SecurityHeaderType, ServiceRequestHeader,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Protected rows: whole header, SERVICE REQUEST, and those that must be refused.
const WHOLE: usize = 41;
const SHORT: usize = 5;
const REFUSED: usize = 3;
/// The same of 5GS, which has no short header.
const FGS_WHOLE: usize = 40;
const FGS_REFUSED: usize = 3;

const EPS: &str = "nas_eps.json";
const FGS: &str = "nas_5gs.json";

fn protected(file: &str, wanted: impl Fn(&Value) -> bool) -> Option<Vec<Value>> {
    Some(
        rows(file)?
            .into_iter()
            .filter(|row| row["type"] == "protected" && wanted(row))
            .collect(),
    )
}

fn is_short(row: &Value) -> bool {
    row["security_header_type"] == 12
}

#[test]
fn every_protected_message_is_made_and_checked() {
    make_and_check(EPS, WHOLE);
    make_and_check(FGS, FGS_WHOLE);
}

fn make_and_check(file: &str, whole: usize) {
    let Some(rows) = protected(file, |row| !is_short(row) && row["expect"].is_null()) else {
        return;
    };
    assert_eq!(rows.len(), whole, "cover the new rows and change the count");
    let mut combinations = BTreeSet::new();
    for row in &rows {
        let (id, (sender, receiver)) = (&row["id"], roles(row));
        let (pdu, plain) = (octets(row, "pdu"), octets(row, "plain_pdu"));
        let header_type = SecurityHeaderType(row["security_header_type"].as_u64().unwrap() as u8);
        let protection = header_type.protection().unwrap();

        let mut made = Vec::new();
        let mut sender = context(row, sender);
        let used = sender.protect(protection, &plain, &mut made).unwrap();
        assert_eq!(
            (hex::encode(&made), used),
            (hex::encode(&pdu), count(row)),
            "{id}"
        );
        if used.value() < 0x00ff_ffff {
            assert_eq!(sender.counts().next_sent, used.next(), "{id}");
        }

        let mut out = Vec::new();
        let mut receiver = context(row, receiver);
        let verified = receiver
            .unprotect(&pdu, &mut out)
            .unwrap_or_else(|why| panic!("{id}: {why}"));
        assert_eq!(hex::encode(verified.message()), hex::encode(&plain), "{id}");
        assert_eq!(
            (verified.count(), verified.protection()),
            (count(row), protection),
            "{id}"
        );
        assert_eq!(receiver.counts().last_received, Some(count(row)), "{id}");
        combinations.insert((
            row["integrity_algorithm"].as_u64(),
            row["ciphering_algorithm"].as_u64(),
        ));
    }
    for eia in 0..=3 {
        assert!(
            combinations.iter().any(|(i, _)| *i == Some(eia)),
            "no row with EIA{eia}"
        );
        assert!(
            combinations.iter().any(|(_, c)| *c == Some(eia)),
            "no row with EEA{eia}"
        );
    }
}

#[test]
fn every_service_request_is_made_and_checked() {
    let Some(rows) = protected(EPS, is_short) else {
        return;
    };
    assert_eq!(rows.len(), SHORT, "cover the new rows and change the count");
    for row in &rows {
        let (id, (sender, receiver)) = (&row["id"], roles(row));
        let pdu = octets(row, "pdu");
        let ksi = row["KSI"].as_u64().unwrap() as u8;
        let mut made = Vec::new();
        let used = context(row, sender)
            .protect_service_request(ksi, &mut made)
            .unwrap();
        assert_eq!(
            (hex::encode(&made), used),
            (hex::encode(&pdu), count(row)),
            "{id}"
        );

        let mut receiver = context(row, receiver);
        let verified = receiver
            .unprotect_service_request(&pdu)
            .unwrap_or_else(|why| panic!("{id}: {why}"));
        let sequence_number = row["sequence_number_short"].as_u64().unwrap() as u8;
        let short_mac = octets(row, "short_mac").try_into().unwrap();
        let expected = ServiceRequestHeader {
            ksi,
            sequence_number,
            short_mac,
        };
        assert_eq!(
            (*verified.message(), verified.count()),
            (expected, count(row)),
            "{id}"
        );
        assert_eq!(receiver.counts().last_received, Some(count(row)), "{id}");
        assert!(
            matches!(
                receiver.unprotect_service_request(&pdu),
                Err(Discard::Replayed { .. })
            ),
            "{id}"
        );
    }
}

#[test]
fn what_must_be_refused_is_refused_and_changes_nothing() {
    refuse(EPS, REFUSED);
    refuse(FGS, FGS_REFUSED);
}

fn refuse(file: &str, refused: usize) {
    let Some(rows) = protected(file, |row| !row["expect"].is_null()) else {
        return;
    };
    assert_eq!(rows.len(), refused, "cover the new rows and change the count");
    for row in &rows {
        // The row's COUNT is the one to check with; the message may hold with another (an older one, in one row).
        let receiver = context(row, roles(row).1);
        let last_received = count(row).value().checked_sub(1).and_then(NasCount::new);
        let mut receiver = receiver.clone().with_counts(NasCounts {
            last_received,
            ..receiver.counts()
        });
        let before = receiver.clone();
        let mut out = Vec::new();
        let refused = receiver.unprotect(&octets(row, "pdu"), &mut out);
        assert!(
            matches!(refused, Err(Discard::Mac { .. } | Discard::Replayed { .. })),
            "{}: {refused:?}",
            row["id"]
        );
        assert_eq!(receiver, before, "{}", row["id"]);
    }
}

/// A network's HASH_MME in a SECURITY MODE COMMAND is that of the request which the same capture holds.
#[test]
fn hash_mme_is_what_a_network_sent() {
    let Some(rows) = rows(EPS) else { return };
    let requests: BTreeSet<[u8; 8]> = rows
        .iter()
        .filter(|row| row["type"] == "plain" && row["name"] == "EMMAttachRequest")
        .map(|row| hash_mme(&octets(row, "pdu")))
        .collect();
    let agreed = rows
        .iter()
        .filter_map(|row| row["plain_pdu"].as_str().or(row["pdu"].as_str()))
        .filter_map(|text| text.split_once("4f08")?.1.get(..16)?.to_owned().into())
        .filter(|hash: &String| requests.iter().any(|of_request| hex::encode(of_request) == *hash))
        .collect::<BTreeSet<_>>();
    assert_eq!(agreed.len(), 1, "the one capture with both: {agreed:?}");
}

/// The NAS keys of captures, which were made from KAMF, are those that a context makes of it.
#[test]
fn a_context_of_5gs_is_made_of_kamf() {
    let Some(rows) = protected(FGS, |row| row["key_material"]["KAMF"].is_string()) else {
        return;
    };
    assert!(rows.len() >= 25, "{}", rows.len());
    for row in &rows {
        let k_amf = octets(&row["key_material"], "KAMF").try_into().unwrap();
        let algorithm = |member: &str| row[member].as_u64().unwrap_or(0) as u8;
        let access = match row["bearer"].as_u64() {
            Some(1) => Access::ThreeGpp,
            _ => Access::NonThreeGpp,
        };
        let role = roles(row).1;
        let derived = NasSecurityContext::derive_fgs(
            role,
            access,
            &KAmf::new(k_amf),
            IntegrityAlgorithm(algorithm("integrity_algorithm")),
            CipheringAlgorithm(algorithm("ciphering_algorithm")),
        )
        .unwrap();
        let given = context(row, role);
        let mut out = Vec::new();
        let verified = derived
            .with_counts(given.counts())
            .verify(&octets(row, "pdu"), &mut out)
            .map(|verified| hex::encode(verified.message()));
        assert_eq!(
            verified,
            Ok(hex::encode(octets(row, "plain_pdu"))),
            "{}",
            row["id"]
        );
    }
}
