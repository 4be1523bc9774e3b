//! Any octets as what the two sides of a connection of HTTP say, segment by segment, some of which were not captured: what
//! is found keeps its limits.
//!
//! An octet of what becomes of a segment, one of how long it is, and the segment; and so on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, FlowId, Frame, HttpExchange, HttpMessage, HttpState, LinkType,
    Pdu, Seen, Side, Sink, TcpFlow, Timestamp,
};
use std::collections::BTreeMap;

/// Said first, if the first octet asks for it: the preface and SETTINGS.
const BEGINNING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// By exchange, whether it was told as over.
#[derive(Default)]
struct Found(BTreeMap<u64, bool>);

impl Sink for Found {
    fn pdu(&mut self, _: &Pdu<'_>) {}
    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
    fn http(&mut self, exchange: &HttpExchange<'_>) {
        for message in exchange.request.iter().chain(&exchange.response) {
            assert!(message.body.len() <= HttpMessage::MAX_BODY_OCTETS);
            assert!(message.first_frame <= message.seen.frame && message.seen.frame <= exchange.seen.frame);
        }
        if exchange.state == HttpState::Open {
            assert!(
                exchange.request.is_some() && !self.0.contains_key(&exchange.id),
                "told as complete before"
            );
        }
        self.0.insert(exchange.id, exchange.state != HttpState::Open);
    }
}

fuzz_target!(|octets: &[u8]| {
    let Some((first, mut rest)) = octets.split_first() else {
        return;
    };
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = Found::default();
    let (mut number, mut time) = (0, 1_700_000_000_000_000_000);
    let ends = [([192, 0, 2, 1], 40_000).into(), ([192, 0, 2, 2], 7777).into()];
    let mut sink = |octets: &[u8], captured: bool, pause: i64| {
        number += 1;
        time += pause;
        let frame = Frame {
            seen: Seen {
                file: 0,
                frame: number,
                time: Timestamp(time),
            },
            link: LinkType::ETHERNET,
            interface: 0,
            octets,
            original: octets.len() as u32,
        };
        if captured {
            dissector.frame(&frame, &mut found);
        }
    };
    let mut flow = TcpFlow::open(ends[0], ends[1], [1, 2], &mut |frame: &[u8]| {
        sink(frame, first & 2 == 0, 1_000_000)
    })
    .expect("ends of one family");
    let mut say = |side, octets: &[u8], captured, pause| {
        let _ = flow.send(side, octets, &mut |frame: &[u8]| sink(frame, captured, pause));
    };
    if first & 1 == 0 {
        say(Side::Client, BEGINNING, first & 4 == 0, 1_000_000);
    }
    while let [fate, length, more @ ..] = rest {
        let (segment, behind) = more.split_at(more.len().min(usize::from(*length)));
        let side = if fate & 1 == 0 { Side::Client } else { Side::Server };
        let captured = fate & 6 != 6;
        let pause = if fate & 0x18 == 0x18 {
            60_000_000_000
        } else {
            1_000_000
        };
        say(side, segment, captured, pause);
        rest = behind;
    }
    dissector.finish(&mut found);
});
