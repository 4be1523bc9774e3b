//! How a scenario must end.

use super::mark::UeMark;
use crate::scenario::ContextEnd;
use quintet_ausf::Failure;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_fgmm::network::{Context, FgmmState, Phase};
use quintet_nas::fgs::NasKsi;
use quintet_nas::security::NasCounts;
use quintet_procedure::Discard;

/// How an authentication ended at the AUSF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AusfEnd {
    /// The UE is who it says it is.
    Authenticated,
    /// It is not, or could not show it.
    Failed(Failure),
    /// No answer came: the AMF gave it up, or its challenge is too old, whichever is earlier.
    GivenUp,
}

/// What the UDM refuses: HTTP status and cause.
pub type Refusal = (u16, &'static str);

/// What an AMF knows of a UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextFacts {
    /// 5GMM-REGISTERED.
    pub registered: bool,
    /// ngKSI, algorithms and COUNTs of the current security context.
    pub security: Option<(NasKsi, IntegrityAlgorithm, CipheringAlgorithm, NasCounts)>,
}

impl From<&Context> for ContextFacts {
    fn from(context: &Context) -> Self {
        Self {
            registered: context.state == FgmmState::Registered,
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
    /// How far the AMF must have come with each UE: these phases, in this order, and no others.
    pub amf: &'static [Phase],
    /// How the AUSF must have ended the authentications of each UE, in this order.
    pub ausf: &'static [AusfEnd],
    /// What the UDM must have refused, in this order; its answers need not name a UE, so all are heard together.
    pub udm: &'static [Refusal],
    /// What the AMF must have dropped of each UE, in this order; of a [`Discard::Path`] the kind counts.
    pub discards: &'static [Discard],
    /// How often the AMF must have seen or sent a NAS message.
    pub messages: &'static [(Direction, &'static str, u32)],
    /// How many key sets SECURITY MODE COMMANDs must have named, every two in a row different ones.
    pub key_sets: Option<u32>,
    /// Whether the UE is registered.
    pub registered: bool,
    /// What the AMF knows.
    pub context: ContextEnd,
}
