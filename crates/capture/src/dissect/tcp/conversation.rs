//! A connection of Diameter, SIP or HTTP: two streams, its beginning and its end.

use super::Key;
use super::framing::Out;
use super::segment::Segment;
use super::stream::Stream;
use crate::dissect::http;
use crate::dissect::sip;
use crate::dissect::span::Sight;
use crate::dissect::{Context, Packet};
use crate::{End, Flow, FlowEvent, FlowId, Seen, Sink, Timestamp};
use std::net::{IpAddr, SocketAddr};

/// A connection of Diameter, SIP or HTTP.
#[derive(Debug)]
pub(super) struct Conversation {
    id: FlowId,
    ends: [End; 2],
    pub(super) streams: [Stream; 2],
    /// Where its beginning was seen, until it is said.
    pub(super) opened: Option<Seen>,
    /// Whether a message was found.
    pub(super) proven: bool,
    /// Whether a port says that it is Diameter: then its beginning is said at once.
    expected: bool,
    announced: bool,
    closed: bool,
    /// Who reads both streams, if it is one of HTTP.
    http: Option<Box<http::Conversation>>,
    /// Who reads both streams, if it is one of SIP.
    sip: Option<Box<[sip::Half; 2]>>,
}

impl Conversation {
    pub(super) fn new(key: Key, next: [Option<u32>; 2], id: FlowId, expected: bool) -> Box<Self> {
        let end = |address: u128, port: u32| {
            let address = IpAddr::from(address.to_be_bytes()).to_canonical();
            End::Address(SocketAddr::new(address, port as u16))
        };
        Box::new(Self {
            id,
            ends: [end(key.low, key.ports >> 16), end(key.high, key.ports)],
            streams: next.map(Stream::new),
            opened: None,
            proven: false,
            expected,
            announced: false,
            closed: false,
            http: None,
            sip: None,
        })
    }

    /// The same, of HTTP.
    pub(super) fn of_http(mut self: Box<Self>) -> Box<Self> {
        self.http = Some(Box::new(http::Conversation::new(self.id.0)));
        self
    }

    /// The same, of SIP.
    pub(super) fn of_sip(mut self: Box<Self>) -> Box<Self> {
        self.sip = Some(Box::default());
        self
    }

    pub(super) fn octets(&self) -> usize {
        let http = self.http.as_ref().map_or(0, |http| http.octets());
        let sip = self.sip.iter().flat_map(|halves| halves.iter());
        self.streams.iter().map(Stream::octets).sum::<usize>()
            + http
            + sip.map(sip::Half::octets).sum::<usize>()
    }

    /// Whether it was searched for messages in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        match (&self.http, &self.sip) {
            (Some(http), _) => http.is_hopeless(),
            (None, Some(halves)) => halves.iter().any(sip::Half::is_hopeless),
            (None, None) => !self.proven && self.streams.iter().any(Stream::is_hopeless),
        }
    }

    #[inline]
    pub(super) fn stream<'a, S: Sink>(
        &'a mut self,
        direction: usize,
        now: Seen,
        context: &'a mut Context<'_, S>,
    ) -> (&'a mut Stream, Out<'a, S>) {
        let out = Out {
            sink: &mut *context.sink,
            flow: Flow {
                id: self.id,
                source: self.ends[direction],
                destination: self.ends[1 - direction],
            },
            now,
            opened: &mut self.opened,
            proven: &mut self.proven,
            http: self.http.as_deref_mut().map(|http| (http, direction)),
            sip: self.sip.as_deref_mut().map(|halves| &mut halves[direction]),
        };
        (&mut self.streams[direction], out)
    }

    /// A SYN of a connection on a port of Diameter.
    pub(super) fn begin<S: Sink>(
        &mut self,
        direction: usize,
        next: u32,
        seen: Seen,
        context: &mut Context<'_, S>,
    ) {
        self.streams[direction].begin(next);
        if self.expected && !std::mem::replace(&mut self.announced, true) {
            context.sink.flow(seen, self.id, FlowEvent::Opened);
        }
    }

    #[inline]
    pub(super) fn take<S: Sink>(
        &mut self,
        direction: usize,
        segment: &Segment<'_>,
        packet: &Packet<'_>,
        now: Timestamp,
        context: &mut Context<'_, S>,
    ) {
        if let Some(acknowledgement) = segment.acknowledges() {
            self.streams[1 - direction].acknowledge(acknowledgement, now);
        }
        if segment.length > 0 {
            let sight = Sight {
                seen: packet.seen,
                first_frame: packet.first_frame,
            };
            let (stream, mut out) = self.stream(direction, packet.seen, context);
            stream.take(segment, sight, now, &mut out);
        }
        if segment.fin() {
            self.streams[direction].finished = true;
        }
        // Of a side that was never seen no end will be.
        let over = |stream: &Stream| stream.finished || stream.is_silent();
        if segment.rst() || segment.fin() && self.streams.iter().all(over) {
            self.close(segment.rst(), packet.seen, context);
        }
    }

    pub(super) fn flush<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        for direction in 0..2 {
            let (stream, mut out) = self.stream(direction, seen, context);
            stream.flush(&mut out);
        }
    }

    /// The capture ended.
    pub(super) fn finish<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        let flow = self.flow();
        if let Some(http) = &mut self.http {
            http.finish(seen, flow, context.sink);
        }
    }

    /// From the end of direction 0.
    fn flow(&self) -> Flow {
        let [source, destination] = self.ends;
        Flow {
            id: self.id,
            source,
            destination,
        }
    }

    pub(super) fn give_up<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        for direction in 0..2 {
            let (stream, mut out) = self.stream(direction, seen, context);
            stream.give_up(&mut out);
        }
    }

    /// Its end was seen: what is held is read first.
    pub(super) fn close<S: Sink>(&mut self, aborted: bool, seen: Seen, context: &mut Context<'_, S>) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        self.flush(seen, context);
        let flow = self.flow();
        if let Some(http) = &mut self.http {
            return http.close(aborted, seen, flow, context.sink);
        }
        if self.expected || self.proven {
            context.sink.flow(seen, self.id, FlowEvent::Closed);
        }
    }
}
