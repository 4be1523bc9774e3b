//! Every row of `vectors/esp.json`: packets that another implementation sealed.

use quintet_esp::{EspKeys, Inbound, OpenError, Outbound, SealError, Spi, Suite};
use serde_json::Value;

/// Rows of the file, those with `expect` among them.
const ROWS: usize = 170;
const NEGATIVE: usize = 10;

struct Row {
    keys: EspKeys,
    spi: Spi,
    sequence: u32,
    next_header: u8,
    payload: Vec<u8>,
    packet: Vec<u8>,
    forged: bool,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/esp.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows: Vec<Value> = serde_json::from_str(&text).expect("vectors are JSON");
    assert_eq!(rows.len(), ROWS, "cover the new rows and change the count");
    rows.iter().map(read).collect()
}

fn read(row: &Value) -> Row {
    let text = |member: &str| row[member].as_str().unwrap_or_else(|| panic!("{member}: {row}"));
    let octets = |member: &str| hex::decode(text(member)).expect("hex");
    let number = |member: &str| row[member].as_u64().expect("a number");
    let (integrity, encryption) = (text("integrity").parse(), text("encryption").parse());
    let suite = Suite::received(integrity.expect("known"), encryption.expect("known")).expect("a pair");
    Row {
        keys: EspKeys::new(suite, &octets("integrity_key"), &octets("encryption_key")).expect("lengths"),
        spi: Spi::new(number("spi") as u32).expect("no reserved SPI"),
        sequence: number("sequence") as u32,
        next_header: number("next_header") as u8,
        payload: octets("payload"),
        packet: octets("packet"),
        forged: row.get("expect").is_some(),
    }
}

#[test]
fn packets_of_another_implementation_are_opened() {
    let mut forged = 0;
    for row in rows() {
        let mut inbound = Inbound::new(row.spi, &row.keys);
        let mut packet = row.packet.clone();
        if row.forged {
            forged += 1;
            let (before, outcome) = (packet.clone(), inbound.open(&mut packet));
            assert_eq!(outcome, Err(OpenError::MacFailed));
            assert_eq!(packet, before, "nothing is deciphered before the check");
            assert_eq!(inbound.sequence(), 0, "the window stands");
            continue;
        }
        let opened = inbound
            .open(&mut packet)
            .unwrap_or_else(|error| panic!("{:?}: {error}", row.keys));
        assert_eq!(opened.next_header, row.next_header);
        assert_eq!(opened.payload, row.payload);
        assert_eq!(opened.sequence, row.sequence);
        let again = inbound.open(&mut row.packet.clone()).map(|_| ());
        assert_eq!(again, Err(OpenError::Replayed));
    }
    assert_eq!(forged, NEGATIVE);
}

#[test]
fn packets_are_sealed_as_another_implementation_did() {
    let mut same = 0;
    for row in rows().into_iter().filter(|row| !row.forged) {
        let mut out = b"before".to_vec();
        let mut outbound = match Outbound::new(row.spi, &row.keys, row.sequence - 1, &[7; 16]) {
            Ok(outbound) => outbound,
            Err(error) => {
                assert_eq!(error, SealError::ReceiveOnly);
                assert_eq!(
                    row.keys.suite().to_string().split('/').next_back(),
                    Some("des-ede3-cbc")
                );
                continue;
            }
        };
        let (head, tail) = row.payload.split_at(row.payload.len() / 3);
        outbound
            .seal(row.next_header, &[head, tail], &mut out)
            .expect("it fits");
        let sealed = &mut out[b"before".len()..];
        assert_eq!(sealed.len(), row.packet.len());
        assert_eq!(sealed.len(), outbound.sealed_octets(row.payload.len()));
        // Without an IV there is one way to do it.
        same += usize::from(sealed == row.packet);
        let opened = Inbound::new(row.spi, &row.keys)
            .open(sealed)
            .map(|opened| opened.payload.to_vec());
        assert_eq!(opened, Ok(row.payload));
        let next = outbound.seal(17, &[b"x"], &mut Vec::new());
        let expected = if row.sequence == u32::MAX {
            Err(SealError::Exhausted)
        } else {
            Ok(())
        };
        assert_eq!(next, expected);
    }
    assert_eq!(same, 40, "both HMACs with null encryption");
}
