//! A scenario: who takes part, what they do, how it must end.

use super::ending::Ending;
use super::mark::UeMark;
use super::play::{Hss, Restart};
use crate::enb::Rule;
pub use crate::scenario::Card;
use quintet_emm::network::Phase;
use quintet_emm::ue::Start;

/// What the HSS knows of the subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provision {
    /// Ordinary subscriptions.
    Ordinary,
    /// Nothing.
    Unknown,
    /// Subscriptions that are not good for this network.
    RoamingNotAllowed,
}

/// What a play waits for, of each of its UEs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A report that has come since the last step that was no waiting.
    Ue(UeMark),
    /// A phase that the MME has come to since then.
    Mme(Phase),
    /// The UE has no connection, and the eNB none that waits for its release.
    Idle,
    /// Nothing has happened for a while.
    Quiet,
}

/// A step, of all UEs at once.
#[derive(Clone, Debug)]
pub enum Step {
    /// The user wants something.
    Start(Start),
    /// What the radio does from now on.
    Interfere(&'static [Rule]),
    /// As [`Step::Interfere`], with one rule that the seed makes: every uplink PDU is mutated.
    Mutate,
    /// Waits.
    Await(Until),
    /// The eNB releases the connection for inactivity, and it is waited for.
    Inactivity,
    /// The radio fails.
    LoseRadio,
    /// COUNTs of UE and MME are set, uplink and downlink.
    Counts(u32, u32),
    /// The next challenge is of a genuine vector without the separation bit (TS 33.401 6.1.1).
    NotSeparated,
    /// What becomes of the HSS.
    Hss(Hss),
    /// The MME stops and comes back.
    Restart(Restart),
    /// The MME pages.
    Page,
    /// The operator detaches the UE.
    Detach {
        /// It shall attach again.
        reattach: bool,
    },
    /// The MME authenticates anew.
    Reauthenticate,
    /// So many mutated S1AP messages from the eNB.
    MalformedS1ap(u32),
    /// Another UE attaches, whom nothing of this may concern; it must succeed.
    Witness,
}

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    /// The clauses it is about.
    pub clause: &'static str,
    /// The card.
    pub card: Card,
    /// What the HSS knows.
    pub provision: Provision,
    /// UE network capability.
    pub capability: &'static [u8],
    /// Whether UEs go on by themselves ([`quintet_emm::ue::Configuration::automatic`]).
    pub automatic: bool,
    /// Whether UEs wait longer than the network ([`super::LabTimers::patient`]).
    pub patient: bool,
    /// Whether it takes as many UEs as there are, or one.
    pub many: bool,
    /// Whether it stops or slows what others need: the HSS, the MME.
    pub alone: bool,
    /// What happens.
    pub steps: &'static [Step],
    /// How it must end.
    pub ending: Ending,
}
