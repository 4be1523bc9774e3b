//! What the scenarios of LTE and of 5GS have in common: how they begin, what is heard of them, how they are judged.
//!
//! ```text
//!   card ─► UE    reports of UEs, MME or AMF ─► Log ─► Heard against Expected ─► Verdict
//! ```

mod card;
mod course;
mod heard;
mod sabotage;

pub use card::Card;
pub(crate) use card::{NobodysCard, card, device};
pub(crate) use course::Course;
pub(crate) use heard::{Expected, Heard, Log, MAX_FAULTS, Report};
pub(crate) use sabotage::{mutate_uplink, send_mutants};

use quintet_crypto::IntegrityAlgorithm;
use quintet_nas::security::{NasCount, NasCounts};
use std::fmt::Debug;

/// How an MME or AMF stops and comes back. Its associations break in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// It wrote every context last of all (`final_saves` of the node).
    Clean,
    /// It was killed: what it had written stands.
    Killed,
    /// What it had written is lost as well.
    Forgetful,
}

/// What MME or AMF must know of the UE in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextEnd {
    /// Nothing.
    Absent,
    /// Its identity; it is deregistered.
    Deregistered,
    /// It is registered under a security context with integrity protection.
    Registered,
    /// It is registered under the null integrity algorithm: an emergency.
    Null,
    /// Whatever: what was done decides nothing about it.
    Any,
}

/// What MME or AMF knows of a UE against what it must, and against the key set `own` that the UE knows. `known` says whether
/// the UE is registered, and with which key set and integrity algorithm.
pub(crate) fn context_difference<K: PartialEq + Debug>(
    node: &str,
    must: ContextEnd,
    known: Option<(bool, Option<(K, IntegrityAlgorithm)>)>,
    own: Option<K>,
) -> Option<String> {
    let is = match &known {
        None => ContextEnd::Absent,
        Some((false, _)) => ContextEnd::Deregistered,
        Some((true, Some((_, IntegrityAlgorithm::EIA0)))) => ContextEnd::Null,
        Some((true, _)) => ContextEnd::Registered,
    };
    if is != must {
        return Some(format!("{node}'s context: {is:?}, must be {must:?}"));
    }
    let theirs = known.and_then(|(_, security)| security);
    match (must, own, theirs) {
        (ContextEnd::Registered, Some(own), Some((theirs, _))) if own != theirs => {
            Some(format!("the UE's key set is {own:?}, the {node}'s {theirs:?}"))
        }
        (ContextEnd::Registered, None, _) => Some("the UE has no security context".to_owned()),
        (ContextEnd::Registered, _, None) => Some(format!("the {node} has no security context")),
        _ => None,
    }
}

/// How a play ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The scenario.
    pub scenario: &'static str,
    /// Whether it ended as its name says.
    pub as_named: bool,
    /// What happened, in a line.
    pub what: String,
    /// What was otherwise than it must be; empty if nothing was.
    pub why: Vec<String>,
}

/// COUNTs of an end that has sent so many messages and received so many.
pub(crate) fn counts(sent: u32, received: u32) -> Option<NasCounts> {
    Some(NasCounts {
        next_sent: Some(NasCount::new(sent)?),
        last_received: NasCount::new(received.checked_sub(1)?),
    })
}
