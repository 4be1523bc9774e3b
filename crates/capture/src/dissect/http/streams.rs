//! Requests and responses, by stream.

use super::Event;
use super::exchange::{Exchange, SIDE_OCTETS, Side, read};
use super::hpack::Block;
use crate::dissect::span::Sight;
use crate::{Flow, HttpExchange, HttpMessage, HttpState, Seen, Sink};
use std::collections::{BTreeMap, VecDeque};

/// Exchanges of a connection that run at once: a multiple of the 100 that servers allow (RFC 9113 6.5.2).
const MAX_STREAMS: usize = 512;

/// Streams remembered as over: what still comes of them is not the beginning of another.
const MAX_OVER: usize = 64;

/// Where exchanges go.
pub(super) struct Out<'a, S> {
    /// Whose octets are at hand.
    pub(super) direction: usize,
    /// From their sender.
    pub(super) flow: Flow,
    pub(super) sink: &'a mut S,
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
    /// Whether the beginning was seen, so that every request comes, or is known to be missing.
    began: bool,
    /// The latest stream on which the client was seen to begin.
    latest: Option<u32>,
    /// Whether something of the client's is missing since the server spoke last.
    doubtful: bool,
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
            began: false,
            latest: None,
            doubtful: false,
            proven: false,
        }
    }

    /// Octets of messages held.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    pub(super) fn take<S: Sink>(&mut self, event: Event<'_>, sight: Sight, out: &mut Out<'_, S>) {
        // What stood behind a gap of the client's has been read now.
        if self.client == Some(1 - out.direction) && std::mem::take(&mut self.doubtful) {
            self.lacking(sight.seen, out, |_, request| {
                request.is_some_and(|side| side.may_have_ended)
            });
        }
        match event {
            Event::Began => {
                self.began = true;
                self.client = Some(out.direction);
            }
            Event::Fields { stream, block, end } => self.fields(stream, &block, end, sight, out),
            Event::Data { stream, octets, end } => self.data(stream, octets, end, sight, out),
            Event::Hole(Some(stream)) => {
                if let Some(side) = self.begun(stream, out.direction) {
                    side.message.body_whole = false;
                }
            }
            Event::Hole(None) => self.hole(true, out.direction),
            Event::MayHaveEnded => self.hole(false, out.direction),
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
                self.latest = Some(1);
            }
        }
    }

    /// What one side said on a stream, if it goes on.
    fn begun(&mut self, stream: u32, direction: usize) -> Option<&mut Side> {
        let side = self.running.get_mut(&stream)?.sides[direction].as_deref_mut()?;
        (!side.ended).then_some(side)
    }

    /// Something of the side at hand is missing, and may be the end of any of its messages: octets of them as well, or
    /// nothing else.
    fn hole(&mut self, octets: bool, direction: usize) {
        self.doubtful |= self.client == Some(direction);
        for exchange in self.running.values_mut() {
            if let Some(side) = exchange.sides[direction].as_mut().filter(|side| !side.ended) {
                side.may_have_ended = true;
                side.message.body_whole &= !octets;
            }
        }
    }

    /// The capture ended: nothing is waited for any more.
    pub(super) fn finish<S: Sink>(&mut self, seen: Seen, out: &mut Out<'_, S>) {
        self.lacking(seen, out, |_, _| true);
    }

    /// Everything that runs ends so.
    pub(super) fn end<S: Sink>(&mut self, state: HttpState, seen: Seen, out: &mut Out<'_, S>) {
        while let Some((stream, mut exchange)) = self.running.pop_first() {
            exchange.is_over();
            let answered = self.is_answered(&exchange);
            let state = if answered { HttpState::Answered } else { state };
            self.tell(stream, &exchange, state, seen, out);
        }
        self.octets = 0;
    }

    fn side<S: Sink>(&mut self, stream: u32, sight: Sight, out: &mut Out<'_, S>) -> Option<&mut Side> {
        let has_ended = |one: &Exchange| one.sides[out.direction].as_ref().is_some_and(|side| side.ended);
        if self.over.contains(&stream) || self.running.get(&stream).is_some_and(has_ended) {
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
            self.octets += SIDE_OCTETS;
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
        side.may_have_ended = false;
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
            if !self.began {
                self.client = Some(if asks { direction } else { 1 - direction });
            }
        }
        if self.client == Some(direction) {
            // Requests begin in the order of their streams (RFC 9113 5.1.1).
            self.lacking(sight.seen, out, |one, request| one < stream && request.is_none());
            self.latest = self.latest.max(Some(stream));
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
            let held = side.octets() - SIDE_OCTETS;
            self.octets += held;
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

    /// Exchanges whose response is complete and whose request will not be, which tell their stream and what there is.
    fn lacking<S: Sink>(
        &mut self,
        seen: Seen,
        out: &mut Out<'_, S>,
        is_lacking: impl Fn(u32, Option<&Side>) -> bool,
    ) {
        let Some(client) = self.client else { return };
        let is = |stream: u32, one: &Exchange| {
            self.is_answered(one) && is_lacking(stream, one.sides[client].as_deref())
        };
        let lacking: Vec<u32> = self
            .running
            .iter()
            .filter(|(n, one)| is(**n, one))
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
        let Some(exchange) = self.running.get_mut(&stream) else {
            return;
        };
        if let Some(side) = &mut exchange.sides[out.direction] {
            side.ended = true;
        }
        let Some(client) = self.client else { return };
        let has_ended = |direction: usize| exchange.sides[direction].as_ref().is_some_and(|side| side.ended);
        let (asked, answered) = (has_ended(client), has_ended(1 - client));
        // What of the request is still to come, if anything is, may be behind a gap.
        let waits = !asked
            && match &exchange.sides[client] {
                Some(side) => !side.may_have_ended,
                None => self.latest.map_or(self.began, |latest| stream > latest),
            };
        if answered && !waits {
            self.over(stream, HttpState::Answered, seen, out);
        } else if asked && client == out.direction {
            let exchange = &self.running[&stream];
            self.tell(stream, exchange, HttpState::Open, seen, out);
        }
    }

    /// An exchange is over.
    fn over<S: Sink>(&mut self, stream: u32, state: HttpState, seen: Seen, out: &mut Out<'_, S>) {
        let Some(mut exchange) = self.running.remove(&stream) else {
            return;
        };
        exchange.is_over();
        let held = exchange.sides.iter().flatten().map(|side| side.octets());
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
            seen: exchange.seen(seen),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::http::exchange::MAX_VALUE_OCTETS;
    use crate::dissect::http::hpack::Field;
    use crate::{End, FlowEvent, FlowId, Pdu};

    struct Nowhere;

    impl Sink for Nowhere {
        fn pdu(&mut self, _: &Pdu<'_>) {}
        fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
    }

    /// Header fields count: an octet of a block brings kilobytes of them out of the table.
    #[test]
    fn what_is_held_is_counted_and_let_go() {
        let mut sink = Nowhere;
        let end = End::Address(([192, 0, 2, 1], 7777).into());
        let mut out = Out {
            direction: 0,
            flow: Flow {
                id: FlowId(1),
                source: end,
                destination: end,
            },
            sink: &mut sink,
        };
        let mut streams = Streams::new(1);
        let path = Field {
            name: Some(b":path"[..].into()),
            value: Some(vec![b'/'; MAX_VALUE_OCTETS].into()),
        };
        for number in 0..100 {
            let block = Block {
                fields: vec![path.clone()],
                whole: true,
            };
            let fields = Event::Fields {
                stream: 2 * number + 1,
                block,
                end: false,
            };
            streams.take(fields, Sight::default(), &mut out);
            let data = Event::Data {
                stream: 2 * number + 1,
                octets: &[0; 1000],
                end: true,
            };
            streams.take(data, Sight::default(), &mut out);
        }
        assert_eq!(streams.octets(), 100 * (MAX_VALUE_OCTETS + 1000 + SIDE_OCTETS));
        for number in 0..100 {
            let reset = Event::Reset {
                stream: 2 * number + 1,
                code: 8,
            };
            streams.take(reset, Sight::default(), &mut out);
        }
        assert_eq!(streams.octets(), 0);
    }
}
