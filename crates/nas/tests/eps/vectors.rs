//! Every shared row: plain messages, what was protected, and SERVICE REQUESTs decode and are written octet for octet.

use crate::json::Json;
use crate::support::{Message, Row, rows};
use crate::{pycrate, tshark};

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
    let Some(rows) = rows() else { return };
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
