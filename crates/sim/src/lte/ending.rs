//! How a scenario must end, and how it did.

use super::mark::UeMark;
pub use crate::scenario::{ContextEnd, Verdict};
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_emm::Discard;
use quintet_emm::network::{Context, EmmState, Phase};
use quintet_nas::eps::NasKsi;
use quintet_nas::security::NasCounts;

/// What an MME knows of a UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextFacts {
    /// EMM-REGISTERED.
    pub registered: bool,
    /// eKSI, algorithms and COUNTs of the current security context.
    pub security: Option<(NasKsi, IntegrityAlgorithm, CipheringAlgorithm, NasCounts)>,
}

impl From<&Context> for ContextFacts {
    fn from(context: &Context) -> Self {
        Self {
            registered: context.state == EmmState::Registered,
            security: context.security.as_ref().map(|security| {
                let nas = &security.nas;
                (security.ksi, nas.integrity(), nas.ciphering(), nas.counts())
            }),
        }
    }
}

/// How a scenario must end.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// The reports of each UE: these, in this order, and no others.
    pub ue: &'static [UeMark],
    /// How far the MME must have come with each UE: these phases, in this order, and no others.
    pub mme: &'static [Phase],
    /// What the MME must have dropped of each UE, in this order; of a [`Discard::Path`] the kind counts.
    pub discards: &'static [Discard],
    /// How often the MME must have seen or sent a NAS message.
    pub messages: &'static [(Direction, &'static str, u32)],
    /// How many key sets SECURITY MODE COMMANDs must have named, every two in a row different ones.
    pub key_sets: Option<u32>,
    /// Whether the UE is registered.
    pub registered: bool,
    /// What the MME knows.
    pub context: ContextEnd,
}
