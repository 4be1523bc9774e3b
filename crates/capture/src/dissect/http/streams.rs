//! Requests and responses, by stream.

use super::Event;
use super::hpack::Block;
use crate::dissect::span::Sight;
use crate::{Flow, HttpExchange, HttpMessage, HttpState, Seen, Sink};
use std::collections::{BTreeMap, VecDeque};

/// Exchanges of a connection that run at once: a multiple of the 100 that servers allow (RFC 9113 6.5.2).
const MAX_STREAMS: usize = 512;

/// Streams remembered as over: what still comes of them is not the beginning of another.
const MAX_OVER: usize = 64;

/// Octets of a header field's value that are kept, of the few that are.
const MAX_VALUE_OCTETS: usize = 8192;

/// Where exchanges go.
pub(super) struct Out<'a, S> {
    /// Whose octets are at hand.
    pub(super) direction: usize,
    /// From their sender.
    pub(super) flow: Flow,
    pub(super) sink: &'a mut S,
}

/// What one side said on a stream.
#[derive(Debug, Default)]
struct Side {
    message: HttpMessage,
    /// Whether its header fields have come.
    headed: bool,
    /// Whether everything has come.
    ended: bool,
}

#[derive(Debug)]
struct Exchange {
    id: u64,
    /// By direction.
    sides: [Option<Box<Side>>; 2],
}

/// The exchanges of a connection.
#[derive(Debug)]
pub(super) struct Streams {
    flow: u64,
    /// The client's direction, once something told.
    client: Option<usize>,
    running: BTreeMap<u32, Exchange>,
    over: VecDeque<u32>,
    octets: usize,
    /// Whether a response waits for its request: the beginning was seen, so that it comes, or is known to be missing.
    waits: bool,
    /// Whether a message was found.
    pub(super) proven: bool,
}

impl Streams {
    pub(super) fn new(flow: u64) -> Self {
        Self {
            flow,
            client: None,
            running: BTreeMap::new(),
            over: VecDeque::new(),
            octets: 0,
            waits: false,
            proven: false,
        }
    }

    /// Octets of bodies held.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    pub(super) fn take<S: Sink>(&mut self, event: Event<'_>, sight: Sight, out: &mut Out<'_, S>) {
        match event {
            Event::Began => self.waits = true,
            Event::Fields { stream, block, end } => self.fields(stream, &block, end, sight, out),
            Event::Data { stream, octets, end } => self.data(stream, octets, end, sight, out),
            Event::Hole(stream) => {
                for (number, exchange) in &mut self.running {
                    if stream.is_none_or(|stream| stream == *number)
                        && let Some(side) = &mut exchange.sides[out.direction]
                    {
                        side.message.body_whole = false;
                    }
                }
                if self.client == Some(out.direction) {
                    self.lacking(u32::MAX, true, sight.seen, out);
                }
            }
            Event::Reset { stream, code } => {
                let by_client = self.client.is_none_or(|client| client == out.direction);
                let state = self.or_answered(stream, HttpState::Reset { by_client, code });
                self.over(stream, state, sight.seen, out);
            }
            Event::GoAway { last, code } => {
                // It speaks of the streams that its receiver began (RFC 9113 6.8).
                if self.client != Some(out.direction) {
                    let unprocessed: Vec<u32> = self
                        .running
                        .range(last.saturating_add(1)..)
                        .map(|(n, _)| *n)
                        .collect();
                    for stream in unprocessed {
                        self.over(stream, HttpState::GoneAway(code), sight.seen, out);
                    }
                }
            }
            Event::Upgraded(stream) => {
                if let Some(exchange) = self.running.remove(&stream) {
                    self.running.insert(1, exchange);
                }
            }
        }
    }

    /// Everything that runs ends so.
    pub(super) fn end<S: Sink>(&mut self, state: HttpState, seen: Seen, out: &mut Out<'_, S>) {
        while let Some((stream, exchange)) = self.running.pop_first() {
            let answered = self.is_answered(&exchange);
            let state = if answered { HttpState::Answered } else { state };
            self.tell(stream, &exchange, state, seen, out);
        }
        self.octets = 0;
    }

    fn side<S: Sink>(&mut self, stream: u32, sight: Sight, out: &mut Out<'_, S>) -> Option<&mut Side> {
        if self.over.contains(&stream) {
            return None;
        }
        if self.running.len() >= MAX_STREAMS
            && !self.running.contains_key(&stream)
            && let Some(oldest) = self.running.keys().next().copied()
        {
            self.over(oldest, HttpState::GivenUp, sight.seen, out);
        }
        let id = self.flow << 32 | u64::from(stream);
        let exchange = self.running.entry(stream).or_insert(Exchange {
            id,
            sides: [None, None],
        });
        let side = exchange.sides[out.direction].get_or_insert_with(|| {
            let mut side = Box::<Side>::default();
            side.message.first_frame = sight.first_frame;
            side.message.seen = sight.seen;
            side.message.body_whole = true;
            side
        });
        let message = &mut side.message;
        let all = Sight {
            seen: message.seen,
            first_frame: message.first_frame,
        }
        .with(sight);
        (message.seen, message.first_frame) = (all.seen, all.first_frame);
        Some(side)
    }

    fn fields<S: Sink>(&mut self, stream: u32, block: &Block, end: bool, sight: Sight, out: &mut Out<'_, S>) {
        let fields = read(block);
        if fields.status.is_some_and(|status| status < 200) {
            return;
        }
        let asks = fields.method.is_some() || fields.path.is_some();
        let direction = out.direction;
        if asks || fields.status.is_some() {
            self.proven = true;
            self.client = Some(if asks { direction } else { 1 - direction });
        }
        if asks {
            // Requests begin in the order of their streams (RFC 9113 5.1.1).
            self.lacking(stream, false, sight.seen, out);
        }
        let Some(side) = self.side(stream, sight, out) else {
            return;
        };
        // Behind a body stands a trailer, which says nothing here.
        if !std::mem::replace(&mut side.headed, true) && side.message.body.is_empty() {
            let message = &mut side.message;
            message.method = fields.method;
            message.path = fields.path;
            message.authority = fields.authority;
            message.status = fields.status;
            message.content_type = fields.content_type;
            message.location = fields.location;
            message.fields_whole = block.whole;
        }
        if end {
            self.ended(stream, sight.seen, out);
        }
    }

    fn data<S: Sink>(&mut self, stream: u32, octets: &[u8], end: bool, sight: Sight, out: &mut Out<'_, S>) {
        let Some(side) = self.side(stream, sight, out) else {
            return;
        };
        let body = &mut side.message.body;
        let kept = octets.len().min(HttpMessage::MAX_BODY_OCTETS - body.len());
        body.extend_from_slice(&octets[..kept]);
        side.message.body_whole &= kept == octets.len() && side.headed;
        self.octets += kept;
        if end {
            self.ended(stream, sight.seen, out);
        }
    }

    /// Exchanges before a stream whose response is complete and whose request will not be: of those that have begun to
    /// ask, or of those that have not.
    fn lacking<S: Sink>(&mut self, before: u32, begun: bool, seen: Seen, out: &mut Out<'_, S>) {
        let Some(client) = self.client else { return };
        let is_lacking =
            |exchange: &Exchange| self.is_answered(exchange) && exchange.sides[client].is_some() == begun;
        let earlier = self.running.range(..before);
        let lacking: Vec<u32> = earlier
            .filter(|(_, one)| is_lacking(one))
            .map(|(n, _)| *n)
            .collect();
        for stream in lacking {
            self.over(stream, HttpState::Answered, seen, out);
        }
    }

    /// Whether the response is complete, which may be before the request is.
    fn is_answered(&self, exchange: &Exchange) -> bool {
        let server = self.client.map(|client| 1 - client);
        let side = server.and_then(|server| exchange.sides[server].as_ref());
        side.is_some_and(|side| side.ended)
    }

    fn or_answered(&self, stream: u32, state: HttpState) -> HttpState {
        match self.running.get(&stream) {
            Some(exchange) if self.is_answered(exchange) => HttpState::Answered,
            _ => state,
        }
    }

    /// The side at hand has said everything.
    fn ended<S: Sink>(&mut self, stream: u32, seen: Seen, out: &mut Out<'_, S>) {
        let (Some(client), waits) = (self.client, self.waits) else {
            return;
        };
        let Some(exchange) = self.running.get_mut(&stream) else {
            return;
        };
        if let Some(side) = &mut exchange.sides[out.direction] {
            side.ended = true;
        }
        let asked = exchange.sides[client].as_ref().is_some_and(|side| side.ended);
        let answered = exchange.sides[1 - client].as_ref().is_some_and(|side| side.ended);
        if answered && (asked || !waits) {
            // What of the request is still to come, if anything is, will not be waited for.
            if let Some(side) = exchange.sides[client].as_mut().filter(|_| !asked) {
                side.message.body_whole = false;
            }
            self.over(stream, HttpState::Answered, seen, out);
        } else if asked && client == out.direction {
            let exchange = &self.running[&stream];
            self.tell(stream, exchange, HttpState::Open, seen, out);
        }
    }

    /// An exchange is over.
    fn over<S: Sink>(&mut self, stream: u32, state: HttpState, seen: Seen, out: &mut Out<'_, S>) {
        let Some(exchange) = self.running.remove(&stream) else {
            return;
        };
        let held = exchange
            .sides
            .iter()
            .flatten()
            .map(|side| side.message.body.len());
        self.octets = self.octets.saturating_sub(held.sum());
        if self.over.len() >= MAX_OVER {
            self.over.pop_front();
        }
        self.over.push_back(stream);
        self.tell(stream, &exchange, state, seen, out);
    }

    fn tell<S: Sink>(
        &self,
        stream: u32,
        exchange: &Exchange,
        state: HttpState,
        seen: Seen,
        out: &mut Out<'_, S>,
    ) {
        let first = usize::from(exchange.sides[0].is_none());
        let client = self.client.unwrap_or(first);
        let flow = if client == out.direction {
            out.flow
        } else {
            Flow {
                source: out.flow.destination,
                destination: out.flow.source,
                ..out.flow
            }
        };
        let message = |direction: usize| exchange.sides[direction].as_ref().map(|side| &side.message);
        out.sink.http(&HttpExchange {
            id: exchange.id,
            flow,
            stream,
            request: message(client),
            response: message(1 - client),
            state,
            seen,
        });
    }
}

/// The fields that are kept.
#[derive(Debug, Default)]
struct Fields {
    method: Option<String>,
    path: Option<String>,
    authority: Option<String>,
    status: Option<u16>,
    content_type: Option<String>,
    location: Option<String>,
}

fn read(block: &Block) -> Fields {
    let mut fields = Fields::default();
    for field in &block.fields {
        let (Some(name), Some(value)) = (&field.name, &field.value) else {
            continue;
        };
        let value = &value[..value.len().min(MAX_VALUE_OCTETS)];
        let text = || Some(String::from_utf8_lossy(value).into_owned());
        match &name[..] {
            b":method" => fields.method = text(),
            b":path" => fields.path = text(),
            b":authority" => fields.authority = text(),
            b"host" if fields.authority.is_none() => fields.authority = text(),
            b":status" => fields.status = text().and_then(|status| status.parse().ok()),
            b"content-type" => fields.content_type = text(),
            b"location" => fields.location = text(),
            _ => {}
        }
    }
    fields
}
