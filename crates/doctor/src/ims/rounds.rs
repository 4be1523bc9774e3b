//! Challenges of an attempt: what each brought, what answered it, and what keys say of both.

use super::digest::Answered;
use super::sighting::{Challenge, Mechanism};
use crate::keys::AkaFit;
use quintet_capture::Seen;
use quintet_crypto::digest::HashA1;
use quintet_crypto::{Ck, Ik, Res};
use quintet_identity::Imsi;

/// What keys say of AUTN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum AutnCheck {
    /// No key tells.
    #[default]
    Unknown,
    /// It holds under the key of this name, with this SQN.
    Valid { key: String, given: bool, sqn: u64 },
    /// It does not hold under the key that was given for the subscriber.
    Invalid { key: String },
}

/// What keys say of AUTS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AutsCheck {
    /// No key tells.
    #[default]
    Unknown,
    /// MAC-S holds; the card's SQN.
    Valid(u64),
    /// It does not hold, or is no AUTS.
    Invalid,
}

/// Where CK and IK of a challenge come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// The answer of the HSS.
    Cx,
    /// The challenge between CSCFs.
    Core,
    /// K.
    K,
}

impl KeySource {
    /// In words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Cx => "CK and IK of MAA",
            Self::Core => "ck and ik of the challenge between CSCFs",
            Self::K => "CK and IK from K",
        }
    }
}

/// A challenge, over all its hops.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// As it was seen first.
    pub(crate) challenge: Challenge,
    /// Where it was seen, at each hop.
    pub(crate) seen: Vec<Seen>,
    /// Where the UE got it.
    pub(crate) at_ue: Option<Seen>,
    /// Where ck or ik went to the UE.
    pub(crate) leaked: Option<Seen>,
    /// Security-Server, as it was seen first.
    pub(crate) server: Vec<Mechanism>,
    /// Security-Server as it was seen behind that, if it was another: somebody between changed it.
    pub(crate) altered: Option<(Seen, Vec<Mechanism>)>,
    /// Whether the nonce was a challenge's of another attempt before, and where.
    pub(crate) used_before: Option<Seen>,
    pub(crate) autn: AutnCheck,
    /// The key that fits.
    pub(crate) fit: Option<AkaFit>,
    pub(crate) xres: Option<Res>,
    pub(crate) keys: Option<(Ck, Ik, KeySource)>,
    pub(crate) ha1: Option<HashA1>,
    /// Where the answer to it was seen first.
    pub(crate) answered: Option<Seen>,
    pub(crate) answer: Answered,
    /// Where the UE refused it, and AUTS if it brought one.
    pub(crate) refused: Option<(Seen, bool)>,
    pub(crate) auts: AutsCheck,
}

impl Round {
    /// One that was just seen.
    pub(super) fn new(challenge: Challenge) -> Self {
        Self {
            challenge,
            seen: Vec::new(),
            at_ue: None,
            leaked: None,
            server: Vec::new(),
            altered: None,
            used_before: None,
            autn: AutnCheck::Unknown,
            fit: None,
            xres: None,
            keys: None,
            ha1: None,
            answered: None,
            answer: Answered::Unknown,
            refused: None,
            auts: AutsCheck::Unknown,
        }
    }

    /// The first frame.
    pub(crate) fn first(&self) -> Option<Seen> {
        self.seen.first().copied()
    }

    /// RAND.
    pub(crate) fn rand(&self) -> Option<&[u8; 16]> {
        self.challenge.token.as_ref().map(|(rand, _)| rand)
    }

    /// Security-Server, as it came to the UE as far as that was seen.
    pub(crate) fn arrived(&self) -> &[Mechanism] {
        self.altered.as_ref().map_or(&self.server, |(_, server)| server)
    }

    /// Whether the UE said anything to it.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered.is_some() || self.refused.is_some()
    }
}

/// The IMSI of a private identity that is made of one (TS 23.003 13.3).
pub(super) fn imsi(impi: &str) -> Option<Imsi> {
    Imsi::from_ascii(impi.split('@').next()?.as_bytes()).ok()
}
