//! A simulated UE: a ME with its card in it, as its eNB or gNB sees it.
//!
//! ```text
//!   node ──Input::Downlink, ContextSetUp, Paged, Released──► Ue ──► Action::Initial, Uplink, Release ──► node
//!   scenario ──Start───────────────────────────────────────►  │ ──► Action::Event ──────────────────────► scenario
//!   clock ──Timeout────────────────────────────────────────►  │
//!                                                   challenge │ ▲ answer
//!                                                             ▼ │
//!                                                            Usim
//! ```
//!
//! Made for hundreds of thousands at once: what UEs have in common is shared, an idle one keeps no buffer, and every
//! output goes into the caller's. What a scenario wants done wrong it does to the PDUs on their way, or to the card.

use crate::Usim;
use quintet_procedure::Disposition;
use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

/// What a UE is in a system: its mobility management, and how its card's answers get there.
pub trait Terminal: Copy + Debug + PartialEq + Eq + 'static {
    /// The ME.
    type Me: Debug;
    /// What the ME or the card needs beside each other.
    type Surroundings: Debug;
    /// What a user wants.
    type Start: Copy + Debug;
    /// A report of the ME.
    type Report: Clone + Debug + PartialEq + Eq;
    /// The temporary identity that the access stratum is told.
    type STmsi: Copy + Debug + PartialEq + Eq + Hash;
    /// The key of the access stratum.
    type Key: Debug;
    /// The cause of a reply.
    type NasCause: Copy + Debug + PartialEq + Eq;

    /// Something happens to a UE. A challenge is answered within the call.
    fn handle(
        ue: &mut Ue<Self>,
        now: Duration,
        input: Input<'_, Self::Start>,
        actions: &mut Vec<Action<Self>>,
    ) -> Disposition<Self::NasCause>;

    /// When [`Input::Timeout`] is due.
    fn poll_timeout(me: &Self::Me) -> Option<Duration>;

    /// The temporary identity that it has.
    fn s_tmsi(me: &Self::Me) -> Option<Self::STmsi>;

    /// The key of the access stratum that follows from its security context.
    fn key(me: &Self::Me) -> Option<Self::Key>;
}

/// What happens to a UE; `S` is what a user may want.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, S> {
    /// The user wants something.
    Start(S),
    /// A NAS PDU from the network.
    Downlink(&'a [u8]),
    /// Security of the access stratum is there, and so are the bearers that come with it.
    ContextSetUp,
    /// The network pages.
    Paged {
        /// By IMSI, which only EPS does.
        with_imsi: bool,
    },
    /// The connection was released.
    Released,
    /// The connection could not be had, or broke.
    Failure,
    /// The deadline of [`Ue::poll_timeout`] has passed.
    Timeout,
}

/// What a UE wants of its node, and tells its scenario.
#[derive(Debug)]
pub enum Action<T: Terminal> {
    /// An RRC connection, with this as its initial NAS message.
    Initial {
        /// The NAS PDU.
        nas: Vec<u8>,
        /// The temporary identity, for the INITIAL UE MESSAGE.
        s_tmsi: Option<T::STmsi>,
    },
    /// An uplink NAS PDU.
    Uplink(Vec<u8>),
    /// KeNB or KgNB, to be compared with the node's.
    Key(T::Key),
    /// The UE has left the connection.
    Release,
    /// What became of something.
    Event(T::Report),
}

/// A UE with its card.
#[derive(Debug)]
pub struct Ue<T: Terminal> {
    pub(crate) me: T::Me,
    pub(crate) card: Option<Box<Usim>>,
    pub(crate) surroundings: T::Surroundings,
}

impl<T: Terminal> Ue<T> {
    /// The ME.
    #[must_use]
    pub const fn me(&self) -> &T::Me {
        &self.me
    }

    /// The ME, to be tampered with.
    pub const fn me_mut(&mut self) -> &mut T::Me {
        &mut self.me
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> Option<&Usim> {
        self.card.as_deref()
    }

    /// Another card in its place, as a scenario needs it.
    pub fn set_card(&mut self, card: Usim) {
        self.card = Some(Box::new(card));
    }

    /// When [`Input::Timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        T::poll_timeout(&self.me)
    }

    /// Something happens; what it leads to goes into `actions`.
    pub fn handle(
        &mut self,
        now: Duration,
        input: Input<'_, T::Start>,
        actions: &mut Vec<Action<T>>,
    ) -> Disposition<T::NasCause> {
        T::handle(self, now, input, actions)
    }
}
