//! Any octets as a radio trace: PDUs of any layer, cut from the input by their lengths, to one reader.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_radio::Radio;

/// A C-RNTI, downlink or uplink, in the framing of Wireshark.
const HEADER: [u8; 7] = [1, 0, 3, 2, 0, 0x46, 1];

fuzz_target!(|octets: &[u8]| {
    let mut radio = Radio::new();
    let mut framed = Vec::new();
    let mut rest = octets;
    let mut at_ns = 0;
    while let [kind, count, behind @ ..] = rest {
        let (pdu, after) = behind.split_at(behind.len().min(usize::from(*count)));
        rest = after;
        at_ns += i64::from(*count) << 24;
        let mut found = |found: quintet_radio::Found<'_>| {
            std::hint::black_box(found);
        };
        match kind % 8 {
            0 => radio.mac(0, at_ns, pdu, &mut found),
            layer @ 1..=3 => {
                framed.clear();
                framed.extend_from_slice(&HEADER);
                framed[1] = kind >> 7;
                // A MAC PDU; or one SDU of SRB1 or SRB2.
                if layer > 1 {
                    framed.push(layer - 1);
                }
                framed.extend_from_slice(pdu);
                radio.mac(0, at_ns, &framed, &mut found);
            }
            channel => radio.rrc(0, at_ns, channel - 4, pdu, &mut found),
        }
    }
    radio.finish();
});
