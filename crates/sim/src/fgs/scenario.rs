//! A scenario: who takes part, what they do, how it must end.

use super::ending::Ending;
use super::mark::UeMark;
use super::play::Condition;
use crate::gnb::Rule;
use crate::scenario::{Card, Restart};
use quintet_fgmm::network::Phase;
use quintet_fgmm::ue::Start;
use quintet_nas::fgs::UeSecurityCapability;
use quintet_subscriber::model::AuthenticationMethod;

/// What the UDM knows of the subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provision {
    /// Ordinary subscriptions.
    Ordinary,
    /// Nothing.
    Unknown,
    /// Subscriptions that are not good for this network.
    RoamingNotAllowed,
    /// Subscriptions that are not good for NR.
    RatNotAllowed,
}

/// How a card conceals its SUPI (TS 33.501 Annex C).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The null scheme.
    Null,
    /// Profile A, with the home network's key.
    ProfileA,
    /// Profile B, with the home network's key.
    ProfileB,
    /// Profile A, with another key under the identifier of the home network's.
    OtherKey,
}

/// What a play waits for, of each of its UEs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A report that has come since the last step that was no waiting.
    Ue(UeMark),
    /// A phase that the AMF has come to since then.
    Amf(Phase),
    /// The UE has no connection, and the gNB none that waits for its release.
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
    /// The gNB releases the connection for inactivity, and it is waited for.
    Inactivity,
    /// The radio fails.
    LoseRadio,
    /// COUNTs of UE and AMF are set, uplink and downlink.
    Counts(u32, u32),
    /// The next challenge is of a genuine vector without the separation bit (TS 33.501 6.1.3.2).
    NotSeparated,
    /// What becomes of the AUSF.
    Ausf(Condition),
    /// What becomes of the UDM.
    Udm(Condition),
    /// The AMF stops and comes back.
    Restart(Restart),
    /// The AMF pages.
    Page,
    /// The operator deregisters the UE.
    Deregister {
        /// It shall register again.
        reregister: bool,
    },
    /// The AMF authenticates anew.
    Reauthenticate,
    /// So many mutated NGAP messages from the gNB.
    MalformedNgap(u32),
    /// Another UE registers, whom nothing of this may concern; it must succeed.
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
    /// How it conceals the SUPI.
    pub scheme: Scheme,
    /// What the UDM knows.
    pub provision: Provision,
    /// How the subscribers are authenticated.
    pub method: AuthenticationMethod,
    /// UE security capability.
    pub capability: UeSecurityCapability,
    /// The serving network name that the UE believes to be right; without one it does.
    pub network_name: Option<&'static str>,
    /// Whether the UE wants a PDU session as soon as it is registered.
    pub session: bool,
    /// Whether UEs go on by themselves ([`quintet_fgmm::ue::Configuration::automatic`]).
    pub automatic: bool,
    /// Whether UEs wait longer than the network ([`super::LabTimers::patient`]).
    pub patient: bool,
    /// Whether it takes as many UEs as there are, or one.
    pub many: bool,
    /// Whether connections count that were proven to be a UE's alone: where a UE has several at once, of which only the one
    /// that goes on is told about.
    pub proven: bool,
    /// Whether it stops or slows what others need: AUSF, UDM, AMF.
    pub alone: bool,
    /// What happens.
    pub steps: &'static [Step],
    /// How it must end.
    pub ending: Ending,
    /// The doctor's codes that name what is wrong, or noteworthy, where it has all interfaces and keys; none where all is well.
    pub findings: &'static [&'static str],
}
