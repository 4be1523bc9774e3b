//! What an MME keeps of a subscriber (TS 23.401 5.7.2), as far as S6a goes.

use crate::usim::Usim;
use quintet_crypto::Kasme;
use quintet_identity::{Imeisv, Plmn};
use quintet_mme::s6a::{EutranVector, SubscriptionData};
use std::collections::VecDeque;

/// A UE: a card in an equipment.
#[derive(Clone, Debug)]
pub struct Ue {
    /// The card.
    pub usim: Usim,
    /// The equipment.
    pub imeisv: Option<Imeisv>,
}

/// The EPS security context an authentication left (TS 33.401 3.1), and what one MME hands to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContext {
    /// The key both sides hold.
    pub kasme: Kasme,
    /// The serving network it is for.
    pub plmn: Plmn,
}

/// One subscriber's context.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub(super) security: Option<SecurityContext>,
    /// Vectors not yet used, oldest first.
    pub(super) vectors: VecDeque<EutranVector>,
    pub(super) subscription: Option<SubscriptionData>,
    /// Whether the HSS is known to hold this MME as the serving one.
    pub(super) confirmed: bool,
}

impl Context {
    /// The security context, once authenticated.
    #[must_use]
    pub fn security(&self) -> Option<&SecurityContext> {
        self.security.as_ref()
    }

    /// Vectors kept for the next authentications.
    #[must_use]
    pub fn unused_vectors(&self) -> usize {
        self.vectors.len()
    }

    /// The subscription, once the location was updated.
    #[must_use]
    pub fn subscription(&self) -> Option<&SubscriptionData> {
        self.subscription.as_ref()
    }

    /// Whether the HSS holds this MME as the serving one: Location Information Confirmed in HSS.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.confirmed
    }
}
