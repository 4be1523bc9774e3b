//! Every shared row: plain messages, what was protected, and SERVICE REQUESTs decode and are written octet for octet.

use crate::json::Json;
use crate::support::{Message, Row, System, names_no_subscriber, rows};
use crate::{pycrate, tshark};
use quintet_nas::common::NasDecodeError;

fn check(row: &Row, octets: &[u8]) -> (usize, usize) {
    let (message, soft) = Message::decode(octets).unwrap_or_else(|e| panic!("{}: {e}", row.id));
    assert_eq!(hex::encode(message.octets()), hex::encode(octets), "{}", row.id);
    assert!(soft.is_empty(), "{}: {:?}", row.id, soft);
    let by_pycrate = row
        .pycrate()
        .map_or(0, |said| pycrate::compare(&row.id, said, &message));
    let by_tshark = row
        .json
        .get("tshark")
        .map_or(0, |said| tshark::compare(&row.id, said, &message));
    (by_pycrate, by_tshark)
}

#[test]
fn every_row_decodes_to_what_others_say_and_is_written_again() {
    let Some(rows) = rows(System::Eps) else { return };
    let total = rows.len();
    let (mut read, mut negative, mut pycrate, mut tshark, mut judged) = (0, 0, 0, 0, 0);
    for row in rows {
        let Some(plain) = &row.plain else {
            assert!(
                row.json.get("expect").is_some(),
                "{}: a row without a plain message",
                row.id
            );
            negative += 1;
            continue;
        };
        let (by_pycrate, by_tshark) = check(&row, plain);
        read += 1;
        pycrate += by_pycrate;
        tshark += by_tshark;
        judged += usize::from(by_pycrate > 0);
        if row.json["security_header_type"] == Json::Number(12) {
            let request = quintet_nas::eps::ServiceRequest::decode(plain).unwrap();
            assert_eq!(
                u64::from(request.sequence_number()),
                row.json["sequence_number_short"].number(),
                "{}",
                row.id
            );
            assert_eq!(u64::from(request.ksi()), row.json["KSI"].number(), "{}", row.id);
            assert_eq!(
                Some(&*hex::encode(request.message_authentication_code_short)),
                row.json["short_mac"].text(),
                "{}",
                row.id
            );
        }
    }
    println!(
        "{read} read, {negative} negative, {judged} judged; {pycrate} values by pycrate, {tshark} by tshark"
    );
    assert_eq!(read + negative, total);
    assert!(read >= 126 && judged >= 94, "{read} read, {judged} judged");
    assert!(
        pycrate >= 441 && tshark >= 266,
        "{pycrate} values by pycrate, {tshark} by tshark"
    );
}

/// Whether two writings differ in half octets alone that are a filler in one, or say that the number of digits is odd in
/// theirs: some stacks put zeros there, after the last digit of a routing indicator or an IMEISV and before the type of a
/// 5G-S-TMSI, and say that the sixteen digits of an IMEISV are of an odd number.
fn differ_in_fillers(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(a, b)| {
            [(a >> 4, b >> 4), (a & 15, b & 15)]
                .into_iter()
                .all(|(a, b)| a == b || a == 15 || b == 15 || b == a | 8)
        })
}

#[test]
fn every_row_of_5gs_decodes_to_what_others_say_and_is_written_again() {
    let Some(rows) = rows(System::Fgs) else { return };
    let total = rows.len();
    let (mut refusals, mut malformed) = (0, 0);
    let (mut read, mut negative, mut exact, mut pycrate, mut tshark, mut judged) = (0, 0, 0, 0, 0, 0);
    for row in rows {
        let Some(plain) = &row.plain else {
            assert!(
                row.json.get("expect").is_some(),
                "{}: a row without a plain message",
                row.id
            );
            negative += 1;
            continue;
        };
        if names_no_subscriber(plain) {
            let refused = Message::decode(plain).map(drop);
            assert!(
                matches!(&refused, Err(NasDecodeError::Mandatory(e)) if e.path == "5GS mobile identity"),
                "{}: {refused:?}",
                row.id
            );
            refusals += 1;
            continue;
        }
        let (message, soft) = Message::decode(plain).unwrap_or_else(|e| panic!("{}: {e}", row.id));
        if let [error] = &soft.0[..] {
            // One has a UE security capability without an octet.
            assert_eq!(error.name, Some("UE security capability"), "{}: {error}", row.id);
            assert_eq!(message.octets(), *plain, "{}: it is kept", row.id);
            malformed += 1;
            continue;
        }
        assert!(soft.is_empty(), "{}: {soft:?}", row.id);
        let written = message.octets();
        exact += usize::from(written == *plain);
        assert!(
            differ_in_fillers(&written, plain),
            "{}: {} -> {}",
            row.id,
            hex::encode(plain),
            hex::encode(&written)
        );
        let by_pycrate = row
            .pycrate()
            .map_or(0, |said| pycrate::compare(&row.id, said, &message));
        tshark += row
            .json
            .get("tshark")
            .map_or(0, |said| tshark::compare(&row.id, said, &message));
        read += 1;
        pycrate += by_pycrate;
        judged += usize::from(by_pycrate > 0);
    }
    println!(
        "{read} read, {exact} of them written octet for octet, {negative} negative, {judged} judged; \
         {pycrate} values by pycrate, {tshark} by tshark"
    );
    assert_eq!(read + negative + refusals + malformed, total);
    assert_eq!((refusals, malformed), (2, 1));
    assert!(
        read >= 216 && exact >= 200 && judged >= 187,
        "{read} read, {exact} exact, {judged} judged"
    );
    assert!(
        pycrate >= 900 && tshark >= 496,
        "{pycrate} values by pycrate, {tshark} by tshark"
    );
}
