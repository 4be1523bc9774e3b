//! A user: its ME, its card, what it has under way.

use super::behaviour::Behaviour;
use super::dialog::{Dialog, Subscription};
use super::interference::{Interference, Rule};
use crate::Usim;
use quintet_ims::agreement::Role;
use quintet_ims::ue::{Answer, Entropy, Input, Output, Ue};
use quintet_sip::transport::{Hop, Protocol};
use std::time::Duration;

/// Which user of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub u32);

/// Which transport a user's requests go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Carriage {
    /// UDP, and TCP for what is longer than a path may carry whole (RFC 3261 18.1.1).
    #[default]
    BySize,
    /// UDP, however long.
    Udp,
    /// TCP.
    Tcp,
}

/// Longest request that goes by UDP where the path's MTU is not known (RFC 3261 18.1.1).
pub const MAX_UDP_OCTETS: usize = 1_300;

impl Carriage {
    /// The protocol of a message so long.
    #[must_use]
    pub const fn protocol(self, octets: usize) -> Protocol {
        match self {
            Self::Tcp => Protocol::Tcp,
            Self::BySize if octets > MAX_UDP_OCTETS => Protocol::Tcp,
            Self::Udp | Self::BySize => Protocol::Udp,
        }
    }
}

/// A user.
#[derive(Debug)]
pub struct User {
    pub(super) ue: Ue,
    pub(super) card: Option<Box<Usim>>,
    pub(super) behaviour: Behaviour,
    pub(super) carriage: Carriage,
    /// The contact's port and address, as last registered: where it is heard.
    pub(super) contact: Option<std::net::SocketAddr>,
    pub(super) subscription: Option<Box<Subscription>>,
    pub(super) dialogs: Vec<Dialog>,
    pub(super) interference: Interference,
}

impl User {
    /// A user with its ME and its card, if it has one: without, it must not need any.
    #[must_use]
    pub fn new(ue: Ue, card: Option<Usim>) -> Self {
        Self {
            ue,
            card: card.map(Box::new),
            behaviour: Behaviour::Honest,
            carriage: Carriage::BySize,
            contact: None,
            subscription: None,
            dialogs: Vec::new(),
            interference: Interference::default(),
        }
    }

    /// It behaves so from now on.
    pub const fn set_behaviour(&mut self, behaviour: Behaviour) {
        self.behaviour = behaviour;
    }

    /// Its requests go so from now on.
    pub const fn set_carriage(&mut self, carriage: Carriage) {
        self.carriage = carriage;
    }

    /// Another card in place of its own.
    pub fn set_card(&mut self, card: Usim) {
        self.card = Some(Box::new(card));
    }

    /// Somebody between it and its P-CSCF does so from now on to what nothing protects.
    pub const fn interfere(&mut self, rules: &'static [Rule]) {
        self.interference.set(rules);
    }

    /// The ME.
    #[must_use]
    pub const fn ue(&self) -> &Ue {
        &self.ue
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> Option<&Usim> {
        self.card.as_deref()
    }

    /// Whether it has a subscription to its registration state.
    #[must_use]
    pub fn is_subscribed(&self) -> bool {
        self.subscription.as_ref().is_some_and(|it| it.active)
    }

    /// Something happens; a challenge is answered within the call.
    pub(super) fn handle(
        &mut self,
        now: Duration,
        input: Input<'_>,
        entropy: &mut dyn Entropy,
        outputs: &mut Vec<Output>,
    ) {
        let from = outputs.len();
        self.ue.handle(now, input, entropy, outputs);
        // An answer may lead to another challenge only by way of the network.
        let place = outputs[from..]
            .iter()
            .position(|output| matches!(output, Output::Challenge { .. }));
        if let Some(place) = place
            && let Output::Challenge { rand, autn } = outputs.remove(from + place)
        {
            let answer = self
                .card
                .as_mut()
                .map_or(Answer::MacFailure, |card| card.answer(&rand, &autn));
            if let Some(answer) = self.behaviour.twist(answer) {
                self.ue.handle(now, Input::Challenged(answer), entropy, outputs);
            }
        }
    }

    /// Whether a hop is one of its sets'.
    pub(super) fn protects(&self, hop: &Hop) -> bool {
        self.ue.associations().any(|set| set.protects(Role::Ue, hop))
    }

    /// Whether a port of sent-by is where it hears inside associations alone.
    pub(super) fn is_protected_port(&self, port: u16) -> bool {
        self.ue.associations().any(|set| set.ue.ports.server == port)
    }

    /// Over what the response to a request goes that came over `hop`.
    pub(super) fn response_hop(&self, hop: Hop) -> Hop {
        let mut sets = self.ue.associations();
        let over = sets.find(|set| set.protects(Role::Ue, &hop));
        over.map_or(hop, |set| set.response_hop(Role::Ue, &hop))
    }
}
