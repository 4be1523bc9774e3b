//! What happens to a UE.

use super::Reply;
use quintet_sip::transport::Hop;
use quintet_subscriber::usim::Answer;

/// What the user, or a scenario, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// Registration; a UE that is registered registers again, on its security associations.
    Register,
    /// Initial registration as if nothing had been before: without protection, under another Call-ID. What it had stays
    /// until the new registration succeeds.
    RegisterAnew,
    /// De-registration (TS 24.229 5.1.1.6).
    Deregister,
}

/// Why nothing answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unanswered {
    /// Timer F of the transaction (RFC 3261 17.1.2.2).
    TimerF,
    /// The transport says that it cannot (RFC 3261 18.4).
    Transport,
}

/// What became of one contact of the UE, by a NOTIFY of the reg event package (RFC 3680 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The address of record.
    pub aor: String,
    /// Its contact is the UE's own.
    pub own: bool,
    /// `state` of contact, or of the registration where it has no contact: whether it is active.
    pub active: bool,
    /// `event` of the contact: `registered`, `shortened`, `deactivated`, `probation`, `unregistered`, `rejected`, …
    pub event: String,
    /// `expires`, in seconds.
    pub expires_s: Option<u32>,
    /// `retry-after` of `probation`, in seconds.
    pub retry_after_s: Option<u32>,
}

/// What happens to a UE.
#[derive(Debug)]
pub enum Input<'a> {
    /// The user wants something.
    Start(Start),
    /// The final response to a REGISTER.
    Answered {
        /// Its CSeq; to another than the one under way it is dropped.
        cseq: u32,
        /// What it says.
        reply: &'a Reply,
    },
    /// There will be none.
    Unanswered {
        /// CSeq of the REGISTER.
        cseq: u32,
        /// Why.
        why: Unanswered,
    },
    /// The card's answer to [`super::Output::Challenge`].
    Challenged(Answer),
    /// NOTIFY of the reg event package arrived in the UE's subscription.
    Notified(&'a [Binding]),
    /// A request came over this hop, which no transaction knew: the network uses the set.
    Heard(Hop),
    /// The deadline of [`super::Ue::poll_timeout`] has passed.
    Timeout,
}
