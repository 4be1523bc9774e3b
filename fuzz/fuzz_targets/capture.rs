//! Any octets as a capture file: read whole and in pieces alike, its frames dissected.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, FlowId, Item, MAX_BLOCK_OCTETS, Pdu, Reader, Seen, Sink, read_all,
};

#[derive(Default)]
struct Count(u64);

impl Sink for Count {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        assert!(
            pdu.first_frame <= pdu.seen.frame,
            "a PDU ends where or after it began"
        );
        self.0 += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

fuzz_target!(|octets: &[u8]| {
    let mut whole = Vec::new();
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut count = Count::default();
    read_all(
        octets,
        0,
        |frame| {
            whole.push((frame.seen, frame.octets.len()));
            dissector.frame(frame, &mut count);
        },
        |_| (),
    );
    dissector.finish(&mut count);

    let size = octets.last().map_or(1, |&octet| usize::from(octet) + 1);
    let mut reader = Reader::new(0);
    let (mut begin, mut end) = (0, 0);
    let mut pieces = Vec::new();
    loop {
        let step = reader.next(&octets[begin..end], end == octets.len());
        begin += step.consumed;
        match step.item {
            Item::Frame(frame) => pieces.push((frame.seen, frame.octets.len())),
            Item::Damage(_) => {}
            Item::More(wanted) => {
                assert!(
                    end < octets.len() && wanted <= 4 * MAX_BLOCK_OCTETS,
                    "more than there may be"
                );
                end = octets.len().min(end + size);
            }
            Item::End => break,
        }
    }
    assert_eq!(pieces, whole);
});
