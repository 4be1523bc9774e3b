//! One attempt: from the first REGISTER to the answer that ends it.

use super::digest::Credential;
use super::output::Procedure;
use super::reply::Challenge;
use crate::agreement::Offer;
use quintet_esp::SaSet;
use std::net::IpAddr;

/// What the REGISTER under way says of a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing: it asks for a challenge, or hopes that none is needed.
    None,
    /// That the UE knows K: RES.
    Response,
    /// That the challenge is not fresh.
    Auts,
    /// That the challenge is not genuine: an empty response.
    Empty,
}

/// What an attempt waits for.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The answer to the REGISTER under way.
    Network(Proof),
    /// The card's answer to this challenge.
    Card {
        /// As it came.
        challenge: Challenge,
        /// What the P-CSCF has chosen.
        server: Vec<String>,
        /// The UE's address as the P-CSCF sees it.
        seen_as: IpAddr,
    },
}

/// An attempt.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) procedure: Procedure,
    pub(super) step: Step,
    /// The set in use, over which its REGISTERs go but for the one with RES; bare without.
    pub(super) over: Option<SaSet>,
    /// What the last REGISTER offered.
    pub(super) offer: Option<Offer>,
    /// What the last challenge was answered with: it counts once the network agrees.
    pub(super) credential: Option<Box<Credential>>,
    /// Where the UE said in it that it hears.
    pub(super) heard_at: Option<IpAddr>,
    /// CSeq of the REGISTER under way.
    pub(super) cseq: u32,
    /// Invalid challenges in a row, challenges in all, corrections of the expiry.
    pub(super) invalid: u8,
    pub(super) challenges: u8,
    pub(super) corrections: u8,
}

impl Attempt {
    /// One that has sent nothing.
    pub(super) fn new(procedure: Procedure, over: Option<SaSet>) -> Self {
        Self {
            procedure,
            step: Step::Network(Proof::None),
            over,
            offer: None,
            credential: None,
            heard_at: None,
            cseq: 0,
            invalid: 0,
            challenges: 0,
            corrections: 0,
        }
    }

    /// What was proven by the REGISTER under way.
    pub(super) const fn proof(&self) -> Option<&Proof> {
        match &self.step {
            Step::Network(proof) => Some(proof),
            Step::Card { .. } => None,
        }
    }
}
