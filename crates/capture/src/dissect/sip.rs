//! SIP (RFC 3261): messages by their look, in datagrams and in streams.
//!
//! ```text
//!   Half:  InStep ──octets are missing──► Searching ──a start line at a line's beginning──► InStep
//! ```

use super::frame::Part;
use super::span::Sight;
use super::{Dissector, Packet};
use crate::{End, Flow, FlowId, Pdu, Protocol, Sink};
use std::net::SocketAddr;

const VERSION: &[u8] = b"SIP/2.0";
const HEADERS_END: &[u8] = b"\r\n\r\n";

/// The longest method looked for: `SUBSCRIBE` has nine letters.
const MAX_METHOD_OCTETS: usize = 16;
/// The longest start line.
const MAX_START_OCTETS: usize = 4096;
/// The longest message put together out of a stream. UDP carries no longer one either.
const MAX_MESSAGE_OCTETS: usize = 65_535;
/// Octets searched in vain before a connection is none of SIP any more.
const MAX_SEARCHED_OCTETS: usize = 256 * 1024;

/// Whether octets begin with the start line of a message, whole.
pub(super) fn resembles(octets: &[u8]) -> bool {
    let octets = &octets[leading(octets)..];
    if !octets.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let line = &octets[..octets.len().min(MAX_START_OCTETS)];
    let Some(end) = line.iter().position(|octet| *octet == b'\r') else {
        return false;
    };
    let line = &line[..end];
    if let Some(status) = line.strip_prefix(b"SIP/2.0 ") {
        return matches!(status, [b'1'..=b'6', second, third, rest @ ..]
            if second.is_ascii_digit() && third.is_ascii_digit() && matches!(rest, [] | [b' ', ..]));
    }
    let Some(method) = line.iter().position(|octet| *octet == b' ') else {
        return false;
    };
    method <= MAX_METHOD_OCTETS
        && line[..method].iter().all(u8::is_ascii_uppercase)
        && line.ends_with(VERSION)
        && line.len() > method + 1 + VERSION.len()
}

/// Whether there is nothing but empty lines (RFC 5626 4.4.1, RFC 3261 7.5).
pub(super) fn is_keepalive(octets: &[u8]) -> bool {
    !octets.is_empty() && leading(octets) == octets.len()
}

/// Empty lines in front of a message.
fn leading(octets: &[u8]) -> usize {
    octets
        .iter()
        .take_while(|octet| matches!(octet, b'\r' | b'\n'))
        .count()
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|window| window == wanted)
}

/// The value of Content-Length in a header section; 0 if there is none (a message in a stream must have it, RFC 3261
/// 18.3). `None` if it is no number.
fn content_length(head: &[u8]) -> Option<usize> {
    for line in head.split(|octet| *octet == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|octet| *octet == b':') else {
            continue;
        };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"Content-Length") || name.eq_ignore_ascii_case(b"l") {
            return std::str::from_utf8(value).ok()?.parse().ok();
        }
    }
    Some(0)
}

/// How long the message at the beginning is.
enum Length {
    /// So many octets.
    Known(usize),
    /// Its header section is not whole yet.
    Open,
    /// It is no message.
    Wrong,
}

fn length(octets: &[u8]) -> Length {
    let Some(end) = find(octets, HEADERS_END) else {
        return if octets.len() > MAX_MESSAGE_OCTETS {
            Length::Wrong
        } else {
            Length::Open
        };
    };
    let head = end + HEADERS_END.len();
    match content_length(&octets[..end]) {
        Some(body) if head + body <= MAX_MESSAGE_OCTETS && resembles(octets) => Length::Known(head + body),
        _ => Length::Wrong,
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Half {
    searching: bool,
    buffer: Vec<u8>,
    sight: Option<Sight>,
    searched: usize,
}

impl Half {
    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.buffer.len()
    }

    /// Whether it was searched in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        self.searched > MAX_SEARCHED_OCTETS
    }

    /// The next octets of the direction.
    pub(super) fn feed<S: Sink>(&mut self, octets: &[u8], sight: Sight, flow: Flow, sink: &mut S) {
        self.buffer.extend_from_slice(octets);
        self.sight = Some(self.sight.map_or(sight, |before| before.with(sight)));
        let mut at = 0;
        loop {
            at += leading(&self.buffer[at..]);
            let rest = &self.buffer[at..];
            if self.searching {
                match start(rest) {
                    Some(skipped) => {
                        self.searching = false;
                        at += skipped;
                        continue;
                    }
                    None => {
                        self.searched += octets.len();
                        // A start line may have begun in the last one.
                        let kept = rest.iter().rposition(|octet| *octet == b'\n');
                        at += kept.map_or(0, |line| line + 1);
                        if self.buffer.len() - at > MAX_START_OCTETS {
                            at = self.buffer.len();
                        }
                        break;
                    }
                }
            }
            if rest.is_empty() {
                break;
            }
            match length(rest) {
                Length::Known(octets) if octets <= rest.len() => {
                    let sight = self.sight.unwrap_or(sight);
                    message(&rest[..octets], sight, flow, sink);
                    self.searched = 0;
                    // What follows begins in the segment at hand.
                    self.sight = None;
                    at += octets;
                }
                Length::Known(_) | Length::Open => break,
                Length::Wrong => {
                    self.searching = true;
                    at += 1;
                }
            }
        }
        self.buffer.drain(..at);
        if self.buffer.is_empty() {
            self.sight = None;
        } else {
            self.sight.get_or_insert(sight);
        }
    }

    /// Octets are missing: what is begun will not be finished, and what comes next is in the middle of something.
    pub(super) fn lose(&mut self) {
        self.buffer = Vec::new();
        self.sight = None;
        self.searching = true;
    }
}

/// Where the first start line stands, at the beginning of a line.
fn start(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        if resembles(&octets[at..]) && leading(&octets[at..]) == 0 {
            return Some(at);
        }
        at += octets[at..].iter().position(|octet| *octet == b'\n')? + 1;
    }
}

fn message<S: Sink>(octets: &[u8], sight: Sight, flow: Flow, sink: &mut S) {
    sink.pdu(&Pdu {
        seen: sight.seen,
        first_frame: sight.first_frame,
        protocol: Protocol::Sip,
        flow,
        direction: None,
        octets,
    });
}

impl Dissector {
    /// Takes in a datagram that looks like a message: the payload behind UDP's header.
    pub(super) fn sip_datagram<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        ports: (u16, u16),
        part: Part<'_>,
        sink: &mut S,
    ) {
        if self.datagrams.is_copy_of_message(packet) {
            return;
        }
        if part.missing > 0 {
            self.counts.cut_pdus += 1;
            return;
        }
        let sight = Sight {
            seen: packet.seen,
            first_frame: packet.first_frame,
        };
        let flow = Flow {
            id: FlowId::DATAGRAM,
            source: End::Address(SocketAddr::new(packet.source, ports.0)),
            destination: End::Address(SocketAddr::new(packet.destination, ports.1)),
        };
        message(&part.octets[leading(part.octets)..], sight, flow, sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FlowEvent, Seen};

    const OPTIONS: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 3\r\n\r\nabc";
    const OK: &[u8] = b"SIP/2.0 200 OK\r\nl:0\r\n\r\n";

    #[derive(Default)]
    struct Messages(Vec<(u64, u64, Vec<u8>)>);

    impl Sink for Messages {
        fn pdu(&mut self, pdu: &Pdu<'_>) {
            assert_eq!(pdu.protocol, Protocol::Sip);
            self.0
                .push((pdu.first_frame, pdu.seen.frame, pdu.octets.to_vec()));
        }

        fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
    }

    const FLOW: Flow = Flow {
        id: FlowId(1),
        source: End::Unnamed,
        destination: End::Unnamed,
    };

    fn sight(frame: u64) -> Sight {
        Sight {
            seen: Seen {
                frame,
                ..Seen::default()
            },
            first_frame: frame,
        }
    }

    #[test]
    fn start_lines_are_told_from_others() {
        for good in [
            OPTIONS,
            OK,
            b"\r\n\r\nREGISTER sip:ims.example SIP/2.0\r\n",
            b"SIP/2.0 401 Unauthorized\r\n",
        ] {
            assert!(resembles(good), "{}", String::from_utf8_lossy(good));
        }
        for bad in [
            &b""[..],
            b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n",
            b"SIP/2.0 abc\r\n",
            b"OPTIONS sip:a@b SIP/2.0",
            b"REGISTER SIP/2.0\r\n",
            b"\x16\x03\x01",
            b"options sip:a@b SIP/2.0\r\n",
        ] {
            assert!(!resembles(bad), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn messages_come_out_whole_however_the_stream_is_cut() {
        let stream: Vec<u8> = [b"\r\n\r\n", OPTIONS, OK, b"\r\n", OK].concat();
        for cut in 1..stream.len() {
            let (mut half, mut messages) = (Half::default(), Messages::default());
            half.feed(&stream[..cut], sight(1), FLOW, &mut messages);
            half.feed(&stream[cut..], sight(2), FLOW, &mut messages);
            let octets: Vec<&[u8]> = messages.0.iter().map(|(_, _, octets)| &octets[..]).collect();
            assert_eq!(octets, [OPTIONS, OK, OK], "cut at {cut}");
            assert_eq!(half.octets(), 0);
        }
    }

    #[test]
    fn a_message_says_where_it_began() {
        let (mut half, mut messages) = (Half::default(), Messages::default());
        half.feed(&OPTIONS[..20], sight(4), FLOW, &mut messages);
        half.feed(&OPTIONS[20..], sight(7), FLOW, &mut messages);
        half.feed(OK, sight(8), FLOW, &mut messages);
        let places: Vec<(u64, u64)> = messages
            .0
            .iter()
            .map(|(first, last, _)| (*first, *last))
            .collect();
        assert_eq!(places, [(4, 7), (8, 8)]);
    }

    #[test]
    fn after_a_hole_the_next_start_line_is_found() {
        let (mut half, mut messages) = (Half::default(), Messages::default());
        half.feed(&OPTIONS[..20], sight(1), FLOW, &mut messages);
        half.lose();
        half.feed(&OPTIONS[40..], sight(2), FLOW, &mut messages);
        half.feed(b"\r\n", sight(3), FLOW, &mut messages);
        half.feed(OK, sight(4), FLOW, &mut messages);
        assert_eq!(messages.0.len(), 1);
        assert_eq!(messages.0[0].2, OK);
    }

    #[test]
    fn what_never_is_a_message_is_given_up() {
        let (mut half, mut messages) = (Half::default(), Messages::default());
        half.lose();
        for _ in 0..100 {
            half.feed(&[b'x'; 8192], sight(1), FLOW, &mut messages);
        }
        assert!(half.is_hopeless());
        assert!(half.octets() <= MAX_START_OCTETS + 8192);
        let mut half = Half::default();
        half.feed(OPTIONS, sight(1), FLOW, &mut messages);
        half.feed(&[b'A'; MAX_MESSAGE_OCTETS + 1], sight(1), FLOW, &mut messages);
        assert!(half.octets() <= MAX_MESSAGE_OCTETS);
    }
}
