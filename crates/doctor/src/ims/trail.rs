//! All that was seen of one registration.

use super::cx::Exchange;
use super::rounds::Round;
use super::sighting::{Credentials, Kind, Mechanism, Register, Sighting};
use super::verdict::Verdict;
use crate::report::Outcome;
use quintet_capture::{Seen, Timestamp};

/// The most SIP messages of one attempt that are kept; a registration over three hops has some twenty.
pub(crate) const MAX_MESSAGES: usize = 256;
/// The most challenges of one attempt: a UE answers two invalid ones in a row.
pub(crate) const MAX_ROUNDS: usize = 16;
/// The most exchanges of Cx of one attempt.
pub(crate) const MAX_EXCHANGES: usize = 64;
/// The most frames of ESP that are named for each fact.
pub(crate) const MAX_ESP_FRAMES: usize = 16;

const NS_PER_S: i64 = 1_000_000_000;

/// Why an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It had its final answer.
    Over,
    /// The UE began again.
    BegunAgain,
    /// Nothing came any more.
    Silent,
    /// The capture ends.
    CaptureEnds,
    /// There was no room.
    NoRoom,
}

/// What was seen of ESP between UE and P-CSCF while the attempt ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct EspSeen {
    /// Packets of its associations.
    pub(crate) packets: u64,
    /// The first of them.
    pub(crate) first: Option<Seen>,
    /// Packets that were read.
    pub(crate) read: u64,
    /// Packets whose integrity check value holds.
    pub(crate) authentic: u64,
    /// Packets whose integrity check value does not hold under keys that should.
    pub(crate) forged: Vec<Seen>,
    /// Packets read that lie between other ports than agreed.
    pub(crate) other_ports: Vec<Seen>,
    /// Packets between both ends with an SPI that nobody agreed on.
    pub(crate) other_spi: Vec<Seen>,
    /// Packets of associations of an earlier registration.
    pub(crate) earlier: Vec<Seen>,
}

/// What was known of the user when the attempt began.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// The last success, and how long it lasts.
    pub(crate) registered: Option<(Seen, Timestamp)>,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Where the first of them began.
    pub(crate) first_failure: Option<Seen>,
}

impl Before {
    /// What is known after one more attempt. A de-registration leaves no registration.
    pub(super) fn after(&self, trail: &Trail, verdict: &Verdict) -> Self {
        match verdict.outcome {
            Outcome::Success => {
                let lasts = verdict.expires.filter(|seconds| *seconds > 0);
                let until = |seconds: u32| trail.last.time.0.saturating_add(i64::from(seconds) * NS_PER_S);
                Self {
                    registered: lasts.map(|seconds| (trail.first, Timestamp(until(seconds)))),
                    ..Self::default()
                }
            }
            Outcome::Failure => Self {
                failures: self.failures.saturating_add(1),
                first_failure: self.first_failure.or(Some(trail.first)),
                ..*self
            },
            Outcome::Incomplete => self.clone(),
        }
    }
}

/// An answer of the UE to a challenge that is none of its attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stray {
    pub(crate) seen: Seen,
    pub(crate) cseq: u32,
    /// Where that challenge was seen, if it was.
    pub(crate) of: Option<Seen>,
}

/// One registration.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    pub(crate) id: u64,
    pub(crate) first: Seen,
    pub(crate) last: Seen,
    /// The latest time of the capture when it ended.
    pub(crate) now: Timestamp,
    pub(crate) end: End,
    pub(crate) call_ids: Vec<String>,
    pub(crate) impi: Option<String>,
    pub(crate) impu: Option<String>,
    pub(crate) sip: Vec<Sighting>,
    /// Messages that were not kept.
    pub(crate) dropped: u64,
    pub(crate) rounds: Vec<Round>,
    pub(crate) strays: Vec<Stray>,
    pub(crate) cx: Vec<Exchange>,
    pub(crate) esp: EspSeen,
    pub(crate) before: Before,
    /// Where the last connection of a CSCF to the HSS ended, if there was none when the final answer passed.
    pub(crate) hss_gone: Option<Seen>,
}

impl Trail {
    /// The REGISTERs, at every hop.
    pub(crate) fn registers(&self) -> impl DoubleEndedIterator<Item = (&Sighting, &Register)> {
        self.sip.iter().filter_map(|sighting| match &sighting.kind {
            Kind::Register(register) => Some((sighting, &**register)),
            _ => None,
        })
    }

    /// The REGISTER that was seen first.
    pub(crate) fn opening(&self) -> Option<&Register> {
        self.registers().next().map(|(_, register)| register)
    }

    /// Whether its network is one of IMS.
    pub(crate) fn is_of_ims(&self) -> bool {
        self.registers().any(|(_, register)| register.is_of_ims())
            || self.rounds.iter().any(|round| round.challenge.is_aka())
            || self.cx.iter().any(|exchange| exchange.asks_for_aka())
    }

    /// How many legs the way of its REGISTERs has, as far as it was seen.
    pub(crate) fn hops(&self) -> u8 {
        self.sip.iter().map(|sighting| sighting.hop).max().unwrap_or(1)
    }

    /// The node at the end of so many legs from the UE.
    pub(crate) fn node(&self, legs: u8) -> &'static str {
        let ims = self.is_of_ims();
        match legs {
            0 => "UE",
            1 if ims => "P-CSCF",
            2 if ims => "I-CSCF",
            _ if ims => "S-CSCF",
            legs if legs >= self.hops() => "registrar",
            _ => "proxy",
        }
    }

    /// From whom to whom a message went.
    pub(crate) fn ends(&self, sighting: &Sighting) -> (&'static str, &'static str) {
        let (near, far) = (self.node(sighting.hop.saturating_sub(1)), self.node(sighting.hop));
        match &sighting.kind {
            Kind::Register(_) => (near, far),
            Kind::Response(_) => (far, near),
            Kind::Other { status: None, .. } => ("IMS", "UE's IMS"),
            Kind::Other { .. } => ("UE's IMS", "IMS"),
        }
    }

    /// Security-Client, of the last REGISTER that the UE's own leg showed with it; of any leg otherwise.
    pub(crate) fn client(&self) -> &[Mechanism] {
        let with = || {
            self.registers()
                .filter(|(_, register)| !register.client.is_empty())
        };
        with()
            .rfind(|(sighting, _)| sighting.hop <= 1)
            .or_else(|| with().next_back())
            .map_or(&[], |(_, register)| &register.client)
    }

    /// What a REGISTER is that answers a challenge of another nonce than that it was sent: it is later than the last challenge,
    /// and has what only an answer has. `None` if it may be one that begins anew with what the UE was challenged with before
    /// (TS 24.229 5.1.1.4), or another leg of one that is known.
    pub(super) fn stray(&self, sighting: &Sighting, credentials: &Credentials) -> Option<Stray> {
        let round = self.rounds.last().filter(|round| !round.is_answered())?;
        let challenged = self.sip.iter().rfind(|before| {
            before
                .challenge()
                .is_some_and(|of| of.nonce == round.challenge.nonce)
        })?;
        let verify = &sighting.register()?.verify;
        let verified = !verify.is_empty() && super::path::verifies(&round.server, verify);
        let answers = credentials.auts.is_some() || credentials.response.is_empty() || verified;
        let known = self.strays.iter().any(|stray| stray.cseq == sighting.cseq);
        (answers && !known && sighting.cseq > challenged.cseq).then_some(Stray {
            seen: sighting.seen,
            cseq: sighting.cseq,
            of: None,
        })
    }

    /// The last Security-Server, as it came to the UE as far as that was seen.
    pub(crate) fn server(&self) -> &[Mechanism] {
        let with = self.rounds.iter().rfind(|round| !round.server.is_empty());
        with.map_or(&[], Round::arrived)
    }

    /// What UE and P-CSCF agreed on: of Security-Server the one that the UE offered too and that has the highest q.
    pub(crate) fn agreed(&self) -> Option<&Mechanism> {
        let client = self.client();
        let offered = |server: &&Mechanism| {
            server.is_ipsec()
                && (client.is_empty()
                    || client.iter().any(|mechanism| {
                        mechanism.is_ipsec() && mechanism.algorithms() == server.algorithms()
                    }))
        };
        let best = |one: &Mechanism| one.q.unwrap_or(0);
        let mut agreed: Option<&Mechanism> = None;
        for mechanism in self.server().iter().filter(offered) {
            if agreed.is_none_or(|other| best(mechanism) > best(other)) {
                agreed = Some(mechanism);
            }
        }
        agreed
    }
}
