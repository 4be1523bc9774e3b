//! A scenario: who takes part, what they do, how it must end.

use super::behaviour::Behaviour;
use super::ending::Ending;
use super::event::Service;
use super::interference::Rule;
use super::mark::UeMark;
use super::user::Carriage;
use crate::scenario::{Card, Restart};
use quintet_ims::registrar::Phase;
use quintet_ims::ue::Start;

/// What the HSS knows of the subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provision {
    /// One public identity, that of the IMSI.
    Ordinary,
    /// The same and two more in one implicit registration set, one of them barred, and a `tel:` URI.
    ImplicitSet,
    /// Its only public identity is barred.
    Barred,
    /// An S-CSCF must have what none has.
    Capability,
    /// SIP Digest instead of AKA, with the password of [`super::DIGEST_PASSWORD`].
    Digest,
}

/// What a UE offers to its P-CSCF, and how it proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// IMS AKA with IPsec: HMAC-SHA-1 with AES, and without a cipher.
    Ipsec,
    /// The same with ESP in UDP as well, behind a NAT.
    IpsecBehindNat,
    /// The same with what the P-CSCF does not take: HMAC-MD5 alone.
    WeakIpsec,
    /// SIP Digest.
    Digest,
}

/// As whom a UE registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// As itself.
    Itself,
    /// With the public identity of another subscriber.
    AsAnother,
}

/// What becomes of the HSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It answers.
    Running,
    /// Nobody reaches it.
    Unreachable,
}

/// What a play waits for, of each of its subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A report that has come since the last step that was no waiting.
    Ue(UeMark),
    /// A phase that the S-CSCF has come to since then.
    Scscf(Phase),
    /// A report of the witness.
    Witness(UeMark),
    /// A report of the intruder.
    Intruder(UeMark),
    /// Nothing has happened for a while.
    Quiet,
}

/// A step, of all subjects at once.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The user wants something.
    Start(Start),
    /// UEs behave so from now on.
    Behave(Behaviour),
    /// Requests go so from now on.
    Carry(Carriage),
    /// What somebody between UE and P-CSCF does from now on.
    Interfere(&'static [Rule]),
    /// Waits.
    Await(Until),
    /// What becomes of the HSS.
    Hss(Condition),
    /// The S-CSCF stops and comes back.
    RestartScscf(Restart),
    /// The home network ends the registration (RTR).
    Deregister,
    /// A subscriber that nothing of this may concern registers, and must succeed.
    Witness,
    /// Somebody else registers as the first subject, from another address, and behaves so.
    Intruder(Behaviour),
    /// The witness asks every subject for something, by the n-th of its public identities.
    Call(Service, usize),
    /// Every subject asks the witness.
    Ask(Service),
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
    /// What UEs offer.
    pub access: Access,
    /// As whom they register.
    pub named: Named,
    /// Expiry that they ask for, in seconds.
    pub expires_s: u32,
    /// Whether they subscribe to their registration state.
    pub subscribes: bool,
    /// Whether it takes as many subjects as there are, or one.
    pub many: bool,
    /// Whether it stops what others need: HSS, S-CSCF.
    pub alone: bool,
    /// What happens.
    pub steps: &'static [Step],
    /// How it must end.
    pub ending: Ending,
    /// The doctor's codes that name what is wrong, or noteworthy, where it has all interfaces and keys; none where all is well.
    pub findings: &'static [&'static str],
}
