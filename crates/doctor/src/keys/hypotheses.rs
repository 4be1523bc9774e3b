//! Why a MAC does not hold: each hypothesis changes one thing, and the one with which the MAC holds is the answer.
//!
//! In order: COUNT off by rounds of 256, the other direction, another algorithm, another BEARER, KASME or KAMF for another network
//! or of an earlier challenge, the key derived by another rule, the MAC over other octets. Some hundred and fifty MACs of 32
//! bits at the most: one holds by chance once in thirty million messages.

use super::KeyNote;
use super::context::{Context, mac};
use super::root::Root;
use super::round::Candidate;
use quintet_crypto::{Bearer, Direction, IntegrityAlgorithm, KNasInt, KdfInput, SecurityInput};
use quintet_nas::security::NasCount;

/// Rounds of the sequence number that COUNT may be off by, either way: 4,096 messages.
const ROUNDS: u32 = 16;

/// How far from the expected one a COUNT may be that is not even the sequence number's: counted before or after its use, or
/// not counted on.
const NEAR: u32 = 16;

/// A protected message taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Protected<'a> {
    pub(super) direction: Direction,
    pub(super) mac: [u8; 4],
    /// Sequence number and message: what the MAC covers.
    pub(super) covered: &'a [u8],
    /// Whether the message, or part of it, is ciphered.
    pub(super) ciphered: bool,
}

/// What makes the MAC hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) note: KeyNote,
    pub(super) count: NasCount,
    /// The KASME or KAMF that fits, where it is not the context's.
    pub(super) root: Option<Root>,
    /// The algorithm that fits, where it is not the context's.
    pub(super) integrity: Option<IntegrityAlgorithm>,
}

/// The message as one context sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) context: &'a Context,
    pub(super) message: Protected<'a>,
    /// The COUNT it must have.
    pub(super) estimate: NasCount,
    /// The plain message behind its sequence number, deciphered with the estimate.
    pub(super) deciphered: &'a [u8],
}

impl Case<'_> {
    fn found(&self, note: KeyNote) -> Found {
        Found {
            note,
            count: self.estimate,
            root: None,
            integrity: None,
        }
    }

    /// Whether the MAC holds with the context's key and algorithm.
    fn holds(&self, input: SecurityInput, covered: &[u8]) -> bool {
        self.context.mac(input, covered) == Some(self.message.mac)
    }

    /// Whether it holds with another key or algorithm.
    fn holds_under(&self, integrity: IntegrityAlgorithm, key: &KNasInt) -> bool {
        let input = self.context.input(self.estimate, self.message.direction);
        mac(integrity, key, input, self.message.covered) == Some(self.message.mac)
    }

    /// The first hypothesis about this context alone that fits.
    pub(super) fn about_the_message(&self) -> Option<Found> {
        self.other_count()
            .or_else(|| self.other_direction())
            .or_else(|| self.other_algorithm())
            .or_else(|| self.other_bearer())
    }

    /// COUNT off by rounds of 256, or by a few.
    fn other_count(&self) -> Option<Found> {
        let expected = self.estimate.value();
        let off = (1..=ROUNDS).map(|rounds| rounds << 8).chain(1..=NEAR);
        let count = off
            .flat_map(|off| [expected.checked_add(off), expected.checked_sub(off)])
            .filter_map(|count| NasCount::new(count?))
            .find(|count| {
                self.holds(
                    self.context.input(*count, self.message.direction),
                    self.message.covered,
                )
            })?;
        let note = KeyNote::OtherCount {
            count: count.value(),
            expected,
        };
        Some(Found {
            count,
            ..self.found(note)
        })
    }

    fn other_direction(&self) -> Option<Found> {
        let direction = match self.message.direction {
            Direction::Uplink => Direction::Downlink,
            Direction::Downlink => Direction::Uplink,
        };
        self.holds(self.context.input(self.estimate, direction), self.message.covered)
            .then(|| self.found(KeyNote::OtherDirection))
    }

    /// Another algorithm, with the key for it or with that of the one selected.
    fn other_algorithm(&self) -> Option<Found> {
        let selected = self.context.integrity;
        [
            (IntegrityAlgorithm::EIA1, "128-EIA1"),
            (IntegrityAlgorithm::EIA2, "128-EIA2"),
            (IntegrityAlgorithm::EIA3, "128-EIA3"),
        ]
        .into_iter()
        .filter(|(other, _)| *other != selected)
        .find(|(other, _)| {
            self.holds_under(*other, &self.context.root.k_nas_int(*other))
                || self.holds_under(*other, &self.context.k_nas_int)
        })
        .map(|(integrity, name)| Found {
            integrity: Some(integrity),
            ..self.found(KeyNote::OtherAlgorithm { name })
        })
    }

    fn other_bearer(&self) -> Option<Found> {
        let right = self.context.input(self.estimate, self.message.direction);
        (0..=Bearer::MAX).find_map(|number| {
            let bearer = Bearer::new(number).filter(|bearer| *bearer != right.bearer)?;
            let input = SecurityInput { bearer, ..right };
            self.holds(input, self.message.covered)
                .then(|| self.found(KeyNote::OtherBearer { bearer: number }))
        })
    }

    /// KASME or KAMF of the challenge that the context came from, derived with a mistake.
    pub(super) fn mistaken_root(&self, candidates: impl Iterator<Item = Candidate>) -> Option<Found> {
        let candidate = self.other_root(candidates)?;
        let note = candidate.mistake.unwrap_or(KeyNote::KasmeOfHssDiffers);
        Some(Found {
            root: Some(candidate.root),
            ..self.found(note)
        })
    }

    /// KASME or KAMF of an earlier challenge.
    pub(super) fn earlier_challenge(&self, candidates: impl Iterator<Item = Candidate>) -> Option<Found> {
        let candidate = self.other_root(candidates)?;
        Some(Found {
            root: Some(candidate.root),
            ..self.found(KeyNote::KasmeOfEarlierChallenge)
        })
    }

    fn other_root(&self, mut candidates: impl Iterator<Item = Candidate>) -> Option<Candidate> {
        let integrity = self.context.integrity;
        candidates.find(|candidate| {
            candidate.root != self.context.root
                && self.holds_under(integrity, &candidate.root.k_nas_int(integrity))
        })
    }

    /// KNASint derived by another rule.
    pub(super) fn other_derivation(&self) -> Option<Found> {
        let integrity = self.context.integrity;
        derivations(&self.context.root, integrity)
            .into_iter()
            .flatten()
            .find(|(_, key)| self.holds_under(integrity, key))
            .map(|(what, _)| self.found(KeyNote::WrongDerivation { what }))
    }

    /// The MAC over other octets than those on the wire.
    pub(super) fn other_octets(&self) -> Option<Found> {
        let input = self.context.input(self.estimate, self.message.direction);
        if self.message.ciphered && self.holds(input, self.deciphered) {
            return Some(self.found(KeyNote::MacOverPlain));
        }
        let without = self.message.covered.get(1..)?;
        self.holds(input, without)
            .then(|| self.found(KeyNote::MacWithoutSequenceNumber))
    }
}

/// FC of TS 33.401 A.7 and of TS 33.501 A.8; type distinguishers of tables A.7-1 and A.8-1.
const FC_EPS: u8 = 0x15;
const FC_5GS: u8 = 0x69;
const NAS_ENC: u8 = 1;
const NAS_INT: u8 = 2;
const RRC_INT: u8 = 4;
const UP_INT: u8 = 6;

/// KNASint by rules that are not TS 33.401 A.7 or TS 33.501 A.8, each with its name.
fn derivations(root: &Root, eia: IntegrityAlgorithm) -> [Option<(&'static str, KNasInt)>; 8] {
    let (right, of_other, other) = match root {
        Root::Kasme(_) => (FC_EPS, "FC 69 (TS 33.501 A.8) instead of 15", FC_5GS),
        Root::KAmf(_) => (FC_5GS, "FC 15 (TS 33.401 A.7) instead of 69", FC_EPS),
    };
    let s = |fc: u8, first: &[u8], second: &[u8]| {
        let s = KdfInput::new(fc).try_parameter(first)?.try_parameter(second)?;
        Some(s.derive(root.expose()))
    };
    let lower = |what, s: Option<[u8; 32]>| Some((what, KNasInt::new(*s?.last_chunk::<16>()?)));
    let upper = |what, s: Option<[u8; 32]>| Some((what, KNasInt::new(*s?.first_chunk::<16>()?)));
    [
        upper(
            "the upper 128 bits of the KDF's output instead of the lower",
            s(right, &[NAS_INT], &[eia.0]),
        ),
        lower(
            "algorithm type distinguisher 01 (NAS-enc-alg) instead of 02",
            s(right, &[NAS_ENC], &[eia.0]),
        ),
        lower(
            "algorithm type distinguisher 04 (RRC-int-alg) instead of 02",
            s(right, &[RRC_INT], &[eia.0]),
        ),
        lower(
            "algorithm type distinguisher 06 (UP-int-alg) instead of 02",
            s(right, &[UP_INT], &[eia.0]),
        ),
        lower(of_other, s(other, &[NAS_INT], &[eia.0])),
        lower(
            "distinguisher and algorithm identity exchanged",
            s(right, &[eia.0], &[NAS_INT]),
        ),
        lower(
            "the algorithm identity in the upper half of its octet",
            s(right, &[NAS_INT], &[eia.0 << 4]),
        ),
        lower("both parameters in one, without a length between them", {
            let s = KdfInput::new(right).try_parameter(&[NAS_INT, eia.0]);
            s.map(|s| s.derive(root.expose()))
        }),
    ]
}
