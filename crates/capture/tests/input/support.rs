//! Files and frames made by hand, and what is found in them.

pub(crate) mod file;
pub(crate) mod outside;
pub(crate) mod packet;

use quintet_capture::{
    Damage, Dissector, DissectorOptions, Flow, FlowEvent, FlowId, Frame, LinkType, Pdu, Protocol, Seen, Sink,
    Timestamp, read_all,
};
use quintet_crypto::Direction;

/// A frame, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnFrame {
    pub(crate) number: u64,
    pub(crate) time_ns: i64,
    pub(crate) link: LinkType,
    pub(crate) interface: u32,
    pub(crate) octets: Vec<u8>,
    pub(crate) original: u32,
}

impl From<&Frame<'_>> for OwnFrame {
    fn from(frame: &Frame<'_>) -> Self {
        Self {
            number: frame.seen.frame,
            time_ns: frame.seen.time.0,
            link: frame.link,
            interface: frame.interface,
            octets: frame.octets.to_vec(),
            original: frame.original,
        }
    }
}

/// Everything in a file.
pub(crate) fn read(file: &[u8]) -> (Vec<OwnFrame>, Vec<Damage>) {
    let (mut frames, mut damages) = (Vec::new(), Vec::new());
    read_all(
        file,
        0,
        |frame| frames.push(OwnFrame::from(frame)),
        |damage| damages.push(damage),
    );
    (frames, damages)
}

/// A PDU, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnPdu {
    pub(crate) frame: u64,
    pub(crate) first_frame: u64,
    pub(crate) protocol: Protocol,
    pub(crate) flow: Flow,
    pub(crate) direction: Option<Direction>,
    pub(crate) octets: Vec<u8>,
}

/// Keeps what is found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pdus: Vec<OwnPdu>,
}

impl Sink for Found {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.pdus.push(OwnPdu {
            frame: pdu.seen.frame,
            first_frame: pdu.first_frame,
            protocol: pdu.protocol,
            flow: pdu.flow,
            direction: pdu.direction,
            octets: pdu.octets.to_vec(),
        });
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

/// A dissector that numbers and dates the frames it is given, one a millisecond.
pub(crate) struct Bench {
    pub(crate) dissector: Dissector,
    pub(crate) found: Found,
    frames: u64,
    pub(crate) time_ns: i64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(DissectorOptions::default())
    }

    pub(crate) fn with(options: DissectorOptions) -> Self {
        Self {
            dissector: Dissector::new(options),
            found: Found::default(),
            frames: 0,
            time_ns: 1_700_000_000_000_000_000,
        }
    }

    /// Takes in a frame that was captured whole.
    pub(crate) fn frame(&mut self, link: LinkType, octets: &[u8]) {
        self.cut_frame(link, octets, octets.len());
    }

    /// Takes in a frame of which more was on the wire.
    pub(crate) fn cut_frame(&mut self, link: LinkType, octets: &[u8], original: usize) {
        self.frames += 1;
        self.time_ns += 1_000_000;
        let seen = Seen {
            file: 0,
            frame: self.frames,
            time: Timestamp(self.time_ns),
        };
        let frame = Frame {
            seen,
            link,
            interface: 0,
            octets,
            original: original as u32,
        };
        self.dissector.frame(&frame, &mut self.found);
    }

    /// The PDUs found so far, and no longer kept.
    pub(crate) fn take(&mut self) -> Vec<OwnPdu> {
        std::mem::take(&mut self.found.pdus)
    }

    /// What is found in one frame.
    pub(crate) fn found_in(&mut self, link: LinkType, octets: &[u8]) -> Vec<OwnPdu> {
        self.frame(link, octets);
        self.take()
    }
}
