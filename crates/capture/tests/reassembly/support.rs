//! Frames of synthetic flows, shuffled, dropped and doubled on their way to a dissector, and what it finds.

use quintet_capture::{
    Dissector, DissectorOptions, Flow, FlowEvent, FlowId, Frame, HttpExchange, HttpMessage, HttpState,
    LinkType, Pdu, Protocol, Seen, Side, Sink, TcpFlow, Timestamp,
};
use std::net::SocketAddr;

pub(crate) const MS: i64 = 1_000_000;

/// A PDU, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnPdu {
    pub(crate) frame: u64,
    pub(crate) first_frame: u64,
    pub(crate) protocol: Protocol,
    pub(crate) flow: Flow,
    pub(crate) octets: Vec<u8>,
}

/// An exchange of HTTP, for good.
#[derive(Clone, Debug)]
pub(crate) struct OwnHttp {
    pub(crate) id: u64,
    pub(crate) flow: Flow,
    pub(crate) stream: u32,
    pub(crate) state: HttpState,
    pub(crate) frame: u64,
    pub(crate) request: Option<HttpMessage>,
    pub(crate) response: Option<HttpMessage>,
}

/// Keeps what is found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pdus: Vec<OwnPdu>,
    pub(crate) events: Vec<(FlowId, FlowEvent)>,
    pub(crate) http: Vec<OwnHttp>,
}

impl Sink for Found {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.pdus.push(OwnPdu {
            frame: pdu.seen.frame,
            first_frame: pdu.first_frame,
            protocol: pdu.protocol,
            flow: pdu.flow,
            octets: pdu.octets.to_vec(),
        });
    }

    fn flow(&mut self, _seen: Seen, flow: FlowId, event: FlowEvent) {
        self.events.push((flow, event));
    }

    fn http(&mut self, exchange: &HttpExchange<'_>) {
        self.http.push(OwnHttp {
            id: exchange.id,
            flow: exchange.flow,
            stream: exchange.stream,
            state: exchange.state,
            frame: exchange.seen.frame,
            request: exchange.request.cloned(),
            response: exchange.response.cloned(),
        });
    }
}

impl Found {
    /// The octets of the PDUs that one end sent, in order.
    pub(crate) fn of(&self, source: SocketAddr) -> Vec<&[u8]> {
        let source = quintet_capture::End::Address(source);
        self.pdus
            .iter()
            .filter(|pdu| pdu.flow.source == source)
            .map(|pdu| &pdu.octets[..])
            .collect()
    }

    pub(crate) fn count(&self, event: FlowEvent) -> usize {
        self.events.iter().filter(|(_, one)| *one == event).count()
    }
}

/// A dissector that numbers and dates the frames it is given, one a millisecond.
pub(crate) struct Tap {
    pub(crate) dissector: Dissector,
    pub(crate) found: Found,
    frames: u64,
    pub(crate) time_ns: i64,
}

impl Tap {
    pub(crate) fn new() -> Self {
        Self {
            dissector: Dissector::new(DissectorOptions::default()),
            found: Found::default(),
            frames: 0,
            time_ns: 1_700_000_000_000_000_000,
        }
    }

    pub(crate) fn take(&mut self, octets: &[u8]) {
        self.cut(octets, octets.len());
    }

    /// A frame of which only `octets` were captured.
    pub(crate) fn cut(&mut self, octets: &[u8], original: usize) {
        self.frames += 1;
        self.time_ns += MS;
        let frame = Frame {
            seen: Seen {
                file: 0,
                frame: self.frames,
                time: Timestamp(self.time_ns),
            },
            link: LinkType::ETHERNET,
            interface: 0,
            octets,
            original: original as u32,
        };
        self.dissector.frame(&frame, &mut self.found);
    }

    pub(crate) fn finish(mut self) -> Found {
        self.dissector.finish(&mut self.found);
        self.found
    }
}

/// Everything in frames, in this order.
pub(crate) fn dissect(frames: &[Vec<u8>]) -> Found {
    let mut tap = Tap::new();
    for frame in frames {
        tap.take(frame);
    }
    tap.finish()
}

/// Numbers that a seed gives (SplitMix64).
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Whether something befalls that does so in `percent` of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// Doubles some frames and moves every one by at most `reach` places.
    pub(crate) fn disorder(&mut self, frames: Vec<Vec<u8>>, reach: usize, doubled: u64) -> Vec<Vec<u8>> {
        let mut placed = Vec::new();
        for (at, frame) in frames.into_iter().enumerate() {
            if self.percent(doubled) {
                placed.push((at + self.below(reach + 1), frame.clone()));
            }
            placed.push((at + self.below(reach + 1), frame));
        }
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, frame)| frame).collect()
    }
}

/// Something that may be a Diameter message of so many octets of AVP: an answer with one AVP in front.
pub(crate) fn diameter(hop_by_hop: u32, octets: usize) -> Vec<u8> {
    let avp = 8 + octets;
    let length = 20 + avp.next_multiple_of(4);
    let mut message = ((1 << 24) | length as u32).to_be_bytes().to_vec();
    message.extend([0x40, 0, 1, 0x3e, 0x01, 0x00, 0x00, 0x23]);
    message.extend(hop_by_hop.to_be_bytes());
    message.extend(hop_by_hop.to_be_bytes());
    message.extend(263u32.to_be_bytes());
    message.extend(((0x40 << 24) | avp as u32).to_be_bytes());
    message.extend((0..octets).map(|at| (at as u32 ^ hop_by_hop) as u8));
    message.resize(length, 0);
    message
}

pub(crate) fn client() -> SocketAddr {
    "192.0.2.1:40000".parse().unwrap()
}

pub(crate) fn server() -> SocketAddr {
    "192.0.2.2:3868".parse().unwrap()
}

/// The frames of a connection of Diameter, those of the handshake first.
pub(crate) fn connection(server: SocketAddr, initial: [u32; 2], sends: &[(Side, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = TcpFlow::open(client(), server, initial, &mut sink).unwrap();
    for (side, octets) in sends {
        flow.send(*side, octets, &mut sink).unwrap();
    }
    frames
}
