//! Synthetic trails: a ladder told message by message, in octets.

use crate::findings::{Case, of};
use crate::nas;
use crate::report::Technology;
use crate::report::{Ending, Finding, MacVerdict, Outcome};
use crate::trail::{Carrier, End, History, Identities, Procedure, Sighting, Signal, Tap, Trail, View};
use quintet_capture::{Seen, Timestamp};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_emm::path::{Header, Protection};
use quintet_nas::security::SecurityHeaderType;

const STEP: i64 = 50_000_000;
const SECOND: i64 = 1_000_000_000;

/// Capabilities with all four algorithms of each kind.
pub(super) const ALL_FOUR: [u8; 2] = [0xf0, 0xf0];

/// A trail being told.
#[derive(Clone, Debug)]
pub(super) struct Tale {
    pub(super) trail: Trail,
    pub(super) outcome: Outcome,
    pub(super) ending: Ending,
    pub(super) integrity: Option<Vec<IntegrityAlgorithm>>,
    pub(super) ciphering: Option<Vec<CipheringAlgorithm>>,
    pub(super) time: i64,
    pub(super) frame: u64,
    pub(super) sequences: [u8; 2],
}

impl Tale {
    pub(super) fn new(procedure: Procedure) -> Self {
        Self {
            trail: Trail {
                technology: Technology::Eps,
                id: 1,
                procedure,
                tap: Tap::Ran,
                flow: None,
                core_ue_id: Some(1),
                ran_ue_id: Some(1),
                from_the_start: true,
                both_directions: true,
                area: None,
                serving: None,
                identities: Identities::default(),
                reported: Some(ALL_FOUR.to_vec()),
                nas: Vec::new(),
                signals: Vec::new(),
                s6a: Vec::new(),
                vector_uses: Vec::new(),
                sbi: Vec::new(),
                hss_path: Vec::new(),
                dropped: 0,
                first: Seen::default(),
                last: Seen::default(),
                end: End::CaptureEnds,
                now: Timestamp(0),
                keys: None,
                lossy: false,
                history: History::default(),
            },
            outcome: Outcome::Failure,
            ending: Ending::Incomplete,
            integrity: None,
            ciphering: None,
            time: 0,
            frame: 10,
            sequences: [0, 0],
        }
        .watched(60)
    }

    /// The next frame.
    fn next(&mut self) -> Seen {
        self.time += STEP;
        self.frame += 1;
        let seen = Seen {
            file: 0,
            frame: self.frame,
            time: Timestamp(self.time),
        };
        if self.trail.first == Seen::default() {
            self.trail.first = seen;
        }
        self.trail.last = seen;
        self.trail.now = Timestamp(self.time + 60 * SECOND);
        seen
    }

    /// The same of 5GS.
    pub(super) fn of_5gs(procedure: Procedure) -> Self {
        let mut tale = Self::new(procedure);
        tale.trail.technology = Technology::Fgs;
        tale
    }

    /// A message under a header (0: plain; 12: SERVICE REQUEST) with a sequence number; without `plain` it is ciphered.
    pub(super) fn message(
        mut self,
        direction: Direction,
        header: u8,
        sequence: Option<u8>,
        octets: &[u8],
        readable: bool,
    ) -> Self {
        let seen = self.next();
        let header_type = SecurityHeaderType(header);
        let pdu: Vec<u8> = match sequence {
            Some(sequence) if header != 12 => {
                let mut pdu = match self.trail.technology {
                    Technology::Eps | Technology::Ims => vec![header << 4 | 7],
                    Technology::Fgs => vec![0x7e, header],
                };
                pdu.extend([self.key_set(octets), 2, 3, sequence, sequence]);
                pdu.extend_from_slice(octets);
                pdu
            }
            _ => octets.to_vec(),
        };
        let protection = match Header::of(header_type) {
            Some(header) => Protection::Protected {
                header,
                verified: None,
            },
            None if header == 12 => Protection::ShortMac,
            None => Protection::Plain,
        };
        let message = nas::Seen::of(
            self.trail.technology,
            direction,
            header_type,
            readable.then_some(octets),
        );
        let repeats = self
            .trail
            .nas
            .iter()
            .position(|before| before.direction == direction && *before.pdu == *pdu);
        self.trail.nas.push(Sighting {
            seen,
            direction,
            carrier: Carrier::Ap("DOWNLINK NAS TRANSPORT"),
            header: header_type,
            protection,
            sequence,
            name: message.name,
            view: message.view,
            plain: readable.then(|| octets.into()),
            pdu: pdu.into(),
            mac: MacVerdict::Unverifiable,
            count: None,
            notes: Vec::new(),
            repeats,
            offence: None,
            malformed: message.malformed,
        });
        self
    }

    /// Which keys a message is protected with: equal messages under different ones differ in their MACs.
    fn key_set(&self, octets: &[u8]) -> u8 {
        if let [0x07, 0x5d, _, ksi, ..] = octets {
            return *ksi;
        }
        let commands = self.trail.nas.iter().rev();
        commands
            .filter_map(|before| match before.view {
                View::SecurityModeCommand { ksi, .. } => Some(ksi.0),
                _ => None,
            })
            .next()
            .unwrap_or(9)
    }

    /// Plain, from the UE.
    pub(super) fn up(self, octets: &[u8]) -> Self {
        self.message(Direction::Uplink, 0, None, octets, true)
    }

    /// Plain, from the network.
    pub(super) fn down(self, octets: &[u8]) -> Self {
        self.message(Direction::Downlink, 0, None, octets, true)
    }

    fn counted(mut self, direction: Direction, header: u8, octets: &[u8], readable: bool) -> Self {
        let way = usize::from(direction == Direction::Downlink);
        let sequence = self.sequences[way];
        self.sequences[way] = sequence.wrapping_add(1);
        self.message(direction, header, Some(sequence), octets, readable)
    }

    /// Protected and readable (EEA0), with the next sequence number, from the UE.
    pub(super) fn up_under(self, header: u8, octets: &[u8]) -> Self {
        self.counted(Direction::Uplink, header, octets, true)
    }

    /// The same from the network.
    pub(super) fn down_under(self, header: u8, octets: &[u8]) -> Self {
        self.counted(Direction::Downlink, header, octets, true)
    }

    /// Ciphered, and no key opens it.
    pub(super) fn hidden(self, direction: Direction) -> Self {
        self.counted(direction, 2, &[0xaa, 0xbb, 0xcc, 0xdd], false)
    }

    /// The next sequence numbers, uplink and downlink.
    pub(super) const fn sequences(mut self, up: u8, down: u8) -> Self {
        self.sequences = [up, down];
        self
    }

    /// Time passes.
    pub(super) const fn wait_ms(mut self, ms: i64) -> Self {
        self.time += ms * 1_000_000;
        self
    }

    /// The capture ends so many milliseconds behind the last message.
    pub(super) fn cut_after_ms(mut self, ms: i64) -> Self {
        self.trail.now = Timestamp(self.time + ms * 1_000_000);
        self.trail.end = End::CaptureEnds;
        self
    }

    const fn watched(mut self, seconds: i64) -> Self {
        self.trail.now = Timestamp(self.time + seconds * SECOND);
        self
    }

    /// An S1AP message.
    pub(super) fn signal(mut self, direction: Direction, name: &'static str, cause: Option<&str>) -> Self {
        let seen = self.next();
        self.trail.signals.push(Signal {
            seen,
            direction,
            name,
            cause: cause.map(str::to_owned),
        });
        self
    }

    /// The connection is released.
    pub(super) fn released(mut self, cause: &str) -> Self {
        let seen = self.next();
        self.trail.end = End::Released {
            seen,
            cause: Some(cause.to_owned()),
        };
        self
    }

    /// Changes the trail.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Trail)) -> Self {
        change(&mut self.trail);
        self
    }

    /// Changes the last message.
    pub(super) fn last(mut self, change: impl FnOnce(&mut Sighting)) -> Self {
        change(self.trail.nas.last_mut().expect("a message"));
        self
    }

    /// The attempts right before it failed as it does.
    pub(super) fn failed_before(self, times: u64) -> Self {
        let ending = self.ending;
        self.with(|trail| {
            trail.history.attempts = times;
            trail.history.frames = vec![trail.first];
            trail.history.same_failure_in_a_row = times;
            trail.history.last_ending = Some(ending);
            trail.history.endings = vec![ending];
        })
    }

    /// The attempt before it ended where this one does.
    pub(super) fn began_while_another_ran(self) -> Self {
        self.with(|trail| {
            trail.history.attempts = 1;
            trail.history.frames = vec![trail.first];
            trail.history.until = Some(trail.last);
        })
    }

    /// It reached what it wanted.
    pub(super) const fn succeeded(mut self) -> Self {
        self.outcome = Outcome::Success;
        self.ending = Ending::Success;
        self
    }

    /// What the rules say of it.
    pub(super) fn findings(&self) -> Vec<Finding> {
        of(&Case {
            trail: &self.trail,
            outcome: self.outcome,
            ending: self.ending,
            integrity: self.integrity.as_deref(),
            ciphering: self.ciphering.as_deref(),
        })
    }
}
