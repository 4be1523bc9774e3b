//! An attempt that runs: its trail, and the states its two ends may be in.

use crate::keys::{Opened, SubscriberId};
use crate::nas::{self, Ciphering};
use crate::report::MacVerdict;
use crate::report::Technology;
use crate::s6a::Exchange;
use crate::subscribers::Ue;
use crate::tables::{Step, Tables};
use crate::trail::{
    Carrier, End, History, Identities, MAX_MESSAGES, Offence, Procedure, Sighting, Signal, Tap, Trail, View,
};
use quintet_capture::{FlowId, Seen, Timestamp};
use quintet_crypto::{CipheringAlgorithm, Direction};
use quintet_nas::security::ServiceRequestHeader;
use quintet_procedure::{Header, Protection};

/// How many messages back a repetition is looked for: more than a timer's repetitions, with what comes between them.
const REPEATS_WITHIN: usize = 32;
/// S1AP messages kept of one attempt, and S6a transactions.
const MAX_SIGNALS: usize = 64;
/// As above.
const MAX_EXCHANGES: usize = 32;

/// Where an attempt begins.
pub(crate) struct Begin {
    pub(crate) id: u64,
    pub(crate) technology: Technology,
    pub(crate) ue: Ue,
    pub(crate) tap: Tap,
    pub(crate) flow: Option<FlowId>,
    pub(crate) seen: Seen,
    /// Whether its first message is the connection's.
    pub(crate) from_the_start: bool,
    /// Ciphering in use, from what went before.
    pub(crate) ciphering: Option<CipheringAlgorithm>,
}

/// An attempt that runs.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) trail: Trail,
    pub(crate) ue: Ue,
    /// The ciphering in use.
    pub(crate) ciphering: Ciphering,
    tables: Tables,
}

/// The verifier's name of a UE at a tap.
pub(crate) const fn subscriber(ue: Ue, tap: Tap) -> SubscriberId {
    SubscriberId(ue.0 << 2 | tap as u64)
}

/// A NAS PDU on its way into an attempt.
pub(crate) struct Arrival<'a> {
    pub(crate) seen: Seen,
    pub(crate) direction: Direction,
    pub(crate) carrier: Carrier,
    pub(crate) pdu: &'a [u8],
    pub(crate) opened: Opened,
}

impl Attempt {
    pub(crate) fn new(begin: Begin) -> Self {
        Self {
            trail: Trail {
                id: begin.id,
                technology: begin.technology,
                procedure: Procedure::None,
                tap: begin.tap,
                flow: begin.flow,
                core_ue_id: None,
                ran_ue_id: None,
                from_the_start: begin.from_the_start,
                both_directions: true,
                area: None,
                serving: None,
                identities: Identities::default(),
                reported: None,
                nas: Vec::new(),
                signals: Vec::new(),
                s6a: Vec::new(),
                vector_uses: Vec::new(),
                sbi: Vec::new(),
                hss_path: Vec::new(),
                dropped: 0,
                first: begin.seen,
                last: begin.seen,
                end: End::CaptureEnds,
                now: begin.seen.time,
                lossy: false,
                keys: None,
                history: History::default(),
            },
            ue: begin.ue,
            ciphering: Ciphering::new(begin.technology, begin.ciphering),
            tables: Tables::new(begin.technology, begin.from_the_start),
        }
    }

    /// Follows another attempt in the same connection: identities, security and states are what they were. The S1AP message
    /// that brought the new one is this one's.
    pub(crate) fn follow(&mut self, before: &mut Self, seen: Seen) {
        let (trail, other) = (&mut self.trail, &mut before.trail);
        trail.core_ue_id = other.core_ue_id;
        trail.ran_ue_id = other.ran_ue_id;
        trail.from_the_start = other.from_the_start;
        trail.area = other.area;
        trail.serving = other.serving;
        trail.reported.clone_from(&other.reported);
        trail.identities.clone_from(&other.identities);
        trail.signals = other
            .signals
            .extract_if(.., |signal| signal.seen == seen)
            .collect();
        other.last = other
            .nas
            .iter()
            .map(|sighting| sighting.seen)
            .chain(other.signals.iter().map(|signal| signal.seen))
            .chain(other.s6a.iter().filter_map(Exchange::last))
            .max_by_key(|seen| (seen.file, seen.frame))
            .unwrap_or(other.first);
        self.ciphering = before.ciphering;
        self.tables.clone_from(&before.tables);
    }

    /// Whose keys its messages are under: a UE's, at one tap, for another tap shows the same COUNTs again.
    pub(crate) const fn subscriber(&self) -> SubscriberId {
        subscriber(self.ue, self.trail.tap)
    }

    /// A NAS message: into the trail, and through both ends' states. Answers its index, and what had to go for it.
    pub(crate) fn nas(&mut self, arrival: Arrival<'_>) -> (usize, Option<Sighting>) {
        let (mut sighting, step) = self.sighting(arrival);
        if self.is_late(sighting.seen) {
            // What it would have changed is not known any more: nothing is held against either end that this could explain.
            self.tables.forget();
        } else if let Err(violation) = self.tables.sent(step) {
            sighting.offence = Some(Offence {
                by: sighting.direction,
                violation,
            });
            if sighting.view.initial().is_some() && sighting.header.protection().is_some() {
                // One offence is told once: what the other end makes of a protected beginning that does not fit is not known.
                self.tables.forget();
            }
        }
        self.ciphering.follow(&sighting);
        let first = self.trail.nas.first();
        let leads = first.is_none_or(|first| {
            (sighting.seen.file, sighting.seen.frame) < (first.seen.file, first.seen.frame)
        });
        if leads {
            self.name_procedure(&sighting.view);
        }
        self.saw(sighting.seen);
        let full = self.trail.nas.len() >= MAX_MESSAGES;
        let gone = full.then(|| self.drop_from_the_middle());
        (self.insert(sighting), gone)
    }

    /// Room for one more: how an attempt began and how it ends is worth more than what lies between.
    fn drop_from_the_middle(&mut self) -> Sighting {
        const GOES: usize = MAX_MESSAGES / 2;
        let nas = &mut self.trail.nas;
        let gone = nas.remove(GOES);
        for other in &mut nas[GOES..] {
            other.repeats = match other.repeats {
                Some(GOES) => None,
                Some(index) if index > GOES => Some(index - 1),
                repeats => repeats,
            };
        }
        self.trail.dropped += 1;
        gone
    }

    /// Whether something comes behind what stands after it in the capture: reassembly held it back.
    pub(crate) fn is_late(&self, seen: Seen) -> bool {
        let last = self.trail.nas.last();
        last.is_some_and(|last| (last.seen.file, last.seen.frame) > (seen.file, seen.frame))
    }

    /// Puts a message where it stands in the capture.
    fn insert(&mut self, sighting: Sighting) -> usize {
        let nas = &mut self.trail.nas;
        let place = (sighting.seen.file, sighting.seen.frame);
        let at = nas.partition_point(|other| (other.seen.file, other.seen.frame) <= place);
        for other in &mut nas[at..] {
            other.repeats = other
                .repeats
                .map(|index| if index >= at { index + 1 } else { index });
        }
        nas.insert(at, sighting);
        at
    }

    /// The connection's first message came late, behind others that are in the capture after it: they are one attempt.
    pub(crate) fn begins_late(&mut self, seen: Seen) -> bool {
        let first = self.trail.first;
        let late = !self.trail.from_the_start && (first.file, first.frame) > (seen.file, seen.frame);
        self.trail.from_the_start |= late;
        late
    }

    /// What a PDU is.
    fn sighting(&self, arrival: Arrival<'_>) -> (Sighting, Step) {
        let Arrival {
            seen,
            direction,
            carrier,
            pdu,
            opened,
        } = arrival;
        let technology = self.trail.technology;
        let header = nas::header_type(technology, pdu);
        let protected = Header::of(header);
        let verified = match opened.mac {
            MacVerdict::Valid => Some(true),
            MacVerdict::Invalid => Some(false),
            MacVerdict::Unverifiable => None,
        };
        let (protection, sequence) = match protected {
            _ if header.is_service_request() => (
                Protection::ShortMac,
                ServiceRequestHeader::parse(pdu)
                    .ok()
                    .map(|parsed| parsed.sequence_number),
            ),
            Some(header) => (
                Protection::Protected { header, verified },
                nas::header(technology, pdu).map(|parsed| parsed.sequence_number),
            ),
            None => (Protection::Plain, None),
        };
        let plain = opened
            .plain
            .or_else(|| self.ciphering.clear(direction, header, pdu).map(Box::from));
        let message = nas::Seen::of(technology, direction, header, plain.as_deref());
        let step = message.step(direction, protection);
        let sighting = Sighting {
            seen,
            direction,
            carrier,
            header,
            protection,
            sequence,
            name: message.name,
            view: message.view,
            pdu: pdu.into(),
            plain,
            mac: opened.mac,
            count: opened.count,
            notes: opened.notes,
            repeats: self.earlier(direction, pdu),
            offence: None,
            malformed: message.malformed,
        };
        (sighting, step)
    }

    /// The first message like this, octet for octet.
    fn earlier(&self, direction: Direction, pdu: &[u8]) -> Option<usize> {
        let from = self.trail.nas.len().saturating_sub(REPEATS_WITHIN);
        let at = (from..self.trail.nas.len()).find(|&at| {
            let sighting = &self.trail.nas[at];
            sighting.direction == direction && *sighting.pdu == *pdu
        })?;
        Some(self.trail.nas[at].repeats.unwrap_or(at))
    }

    /// The first initial message names the procedure.
    fn name_procedure(&mut self, view: &View) {
        self.trail.procedure = match *view {
            View::Request { procedure, .. } => procedure,
            View::LeaveByUe { .. } => Procedure::Detach,
            _ => Procedure::Unknown,
        };
    }

    /// An S1AP message.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.saw(signal.seen);
        if self.trail.signals.len() < MAX_SIGNALS {
            self.trail.signals.push(signal);
        }
    }

    /// An S6a transaction of its subscriber.
    pub(crate) fn exchange(&mut self, exchange: Exchange) {
        self.trail.serving = self.trail.serving.or(exchange.visited);
        for seen in [exchange.first(), exchange.last()].into_iter().flatten() {
            self.saw(seen);
        }
        if let Some(known) = self.trail.s6a.iter_mut().find(|known| known.id == exchange.id) {
            *known = exchange;
        } else if self.trail.s6a.len() < MAX_EXCHANGES {
            self.trail.s6a.push(exchange);
        }
    }

    /// Stretches the trail over a frame.
    pub(crate) fn saw(&mut self, seen: Seen) {
        let trail = &mut self.trail;
        if (seen.file, seen.frame) < (trail.first.file, trail.first.frame) {
            trail.first = seen;
        }
        if (seen.file, seen.frame) > (trail.last.file, trail.last.frame) {
            trail.last = seen;
        }
    }

    /// The trail, ended.
    pub(crate) fn end(mut self, end: End, now: Timestamp) -> Trail {
        self.trail
            .signals
            .sort_by_key(|signal| (signal.seen.file, signal.seen.frame));
        self.trail.end = end;
        self.trail.now = now;
        self.trail
    }
}
