//! The verifier: what the observer of EPS asks about each message that keys say something of.

use super::{KeyNote, KeyRing, Opened};
use crate::report::MacVerdict;
use crate::s6a::VectorSeen;
use quintet_crypto::{Direction, Rand};
use quintet_identity::{Imsi, Plmn};

/// The most subscribers whose challenges and contexts are kept; of more, those heard of longest ago are forgotten.
pub const MAX_SUBSCRIBERS: usize = 16_384;

/// The most vectors of AIAs kept for their challenges to come.
pub const MAX_VECTORS: usize = 16_384;

/// A subscriber as the observer tells them apart. Its contexts outlive its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(pub u64);

/// An AUTHENTICATION REQUEST, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// RAND.
    pub rand: &'a Rand,
    /// AUTN.
    pub autn: &'a [u8; 16],
    /// NAS key set identifier, TSC in bit 4.
    pub ksi: u8,
    /// Whose it is, if that is known by now.
    pub imsi: Option<Imsi>,
    /// The serving network, if the capture says it: of the TAI, or Visited-PLMN-Id.
    pub serving: Option<Plmn>,
    /// Networks that it may be besides: of a GUTI, of system information. That of the IMSI is thought of here.
    pub possible: &'a [Plmn],
}

/// Recomputes what keys protect, message by message, in the order of the capture.
///
/// Each call answers what the keys say of that one message; nothing is said where no key fits.
#[derive(Debug, Default)]
pub struct Verifier {
    ring: KeyRing,
}

impl Verifier {
    /// One who has seen nothing, with these keys.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self { ring }
    }

    /// An AIA handed out a vector: its KASME and XRES count for the challenge with its RAND.
    pub fn vector(&mut self, vector: &VectorSeen, imsi: Option<Imsi>, visited: Option<Plmn>) {
        let _ = (vector, imsi, visited, &self.ring);
    }

    /// ATTACH REQUEST or TRACKING AREA UPDATE REQUEST, the plain message: for HASH_MME.
    pub fn initial(&mut self, subscriber: SubscriberId, plain: &[u8]) {
        let _ = (subscriber, plain);
    }

    /// AUTHENTICATION REQUEST.
    pub fn challenge(&mut self, subscriber: SubscriberId, challenge: &Challenge<'_>) -> Vec<KeyNote> {
        let _ = (subscriber, challenge);
        Vec::new()
    }

    /// AUTHENTICATION RESPONSE.
    pub fn response(&mut self, subscriber: SubscriberId, res: &[u8]) -> Vec<KeyNote> {
        let _ = (subscriber, res);
        Vec::new()
    }

    /// AUTHENTICATION FAILURE with the authentication failure parameter of cause #21.
    pub fn failure(&mut self, subscriber: SubscriberId, auts: &[u8; 14]) -> Vec<KeyNote> {
        let _ = (subscriber, auts);
        Vec::new()
    }

    /// Any PDU with a security header, and SERVICE REQUEST. SECURITY MODE COMMAND brings its context with it.
    pub fn open(&mut self, subscriber: SubscriberId, direction: Direction, pdu: &[u8]) -> Opened {
        let _ = (subscriber, direction, pdu);
        Opened {
            mac: MacVerdict::Unverifiable,
            count: None,
            plain: None,
            deciphered: false,
            notes: Vec::new(),
        }
    }

    /// Two that were taken for two are one: `other` is forgotten, what was known of it is `subscriber`'s.
    pub fn merge(&mut self, subscriber: SubscriberId, other: SubscriberId) {
        let _ = (subscriber, other);
    }

    /// Where the subscriber's keys come from, in words for a report; `None` if there are none.
    #[must_use]
    pub fn source(&self, subscriber: SubscriberId) -> Option<String> {
        let _ = subscriber;
        None
    }
}

/// A ciphered PDU as it would stand without ciphering: of the same length, header type "integrity protected" instead of
/// "and ciphered", the plain message behind it. `None` if `plain` does not fit it, or it is not ciphered.
#[must_use]
pub fn in_the_clear(pdu: &[u8], plain: &[u8]) -> Option<Box<[u8]>> {
    let (&first, _) = pdu.split_first()?;
    let header_type = match first >> 4 {
        2 | 5 => 1,
        4 => 3,
        _ => return None,
    };
    if pdu.len() != plain.len() + 6 {
        return None;
    }
    let mut clear: Box<[u8]> = pdu.into();
    clear[0] = header_type << 4 | first & 0x0f;
    clear[6..].copy_from_slice(plain);
    Some(clear)
}
