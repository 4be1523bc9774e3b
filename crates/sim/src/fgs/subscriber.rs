//! The subscribers of scenarios and their cards: a block of the demo population for each scenario, so that none meets
//! what another left behind.

use super::home_network::concealment;
use super::scenario::{Provision, Scenario, Scheme};
use super::scenarios::SCENARIOS;
use crate::Usim;
use crate::demo::{DEMO_OP, Population, home_plmn};
use crate::scenario::{self, Card, NobodysCard, device};
use quintet_crypto::Opc;
use quintet_fgmm::ue::{Identity, Subscription};
use quintet_identity::{RoutingIndicator, Supi};
use quintet_subscriber::model::{Algorithm, RatType, Roaming, Subscriber};
use std::sync::Arc;

/// Where the blocks begin in the population, behind those of [`crate::lte`], and how many subscribers each has.
const FIRST: u32 = 950_000_000;
const BLOCK: u32 = 100_000;

/// Which of its block the witness is.
pub(super) const WITNESS: u32 = BLOCK - 1;

/// SQN_MS of a card that is ahead: SEQ 2^42, ahead of any clock in ticks of 0.1 s; IND 17, that of vectors of EPS and 5GS of
/// slot 1.
pub(super) const SQN_AHEAD: u64 = 1 << 47 | 17;

/// The n-th subscriber of a scenario as its card was issued.
pub(super) fn issued(scenario: &Scenario, n: u32) -> Option<Subscriber> {
    let place = SCENARIOS.iter().position(|other| other.name == scenario.name)?;
    let number = (n < BLOCK).then(|| FIRST + place as u32 * BLOCK + n)?;
    Population::new().subscriber(number)
}

/// What the UDM is told of the n-th UE of a scenario; `None` if that is nothing.
#[must_use]
pub fn subscriber(scenario: &Scenario, n: u32) -> Option<Subscriber> {
    let mut subscriber = issued(scenario, n)?;
    let mut subscription = (*subscriber.subscription).clone();
    subscription.fgs.authentication_method = scenario.method;
    match scenario.provision {
        Provision::Ordinary => {}
        Provision::Unknown => return None,
        Provision::RoamingNotAllowed => subscription.roaming = Roaming::Only(Vec::new()),
        Provision::RatNotAllowed => subscription.fgs.rat_restrictions = vec![RatType::Nr],
    }
    subscriber.subscription = Arc::new(subscription);
    if scenario.card == Card::OpUsedAsOpc {
        let opc = Opc::new(DEMO_OP);
        subscriber.authentication.algorithm = Algorithm::Milenage { opc };
    }
    Some(subscriber)
}

/// What the UDM is told of the witness.
pub(super) fn witness(scenario: &Scenario) -> Option<Subscriber> {
    issued(scenario, WITNESS)
}

/// The card of a UE: as it was issued, whatever the UDM was told.
///
/// # Errors
/// None: MILENAGE takes a K of 128 bits.
pub(super) fn card(card: Card, issued: &Subscriber) -> Result<Option<Usim>, NobodysCard> {
    scenario::card(card, issued, SQN_AHEAD)
}

/// Who the UE with the n-th device is that has this card.
pub(super) fn identity(n: u32, card: Option<&Usim>, scheme: Scheme) -> Identity {
    let (imei, imeisv) = device(n);
    Identity {
        subscription: card.map(|card| Subscription {
            supi: Supi::from(card.imsi()),
            home: home_plmn(),
            routing_indicator: RoutingIndicator::NONE,
            concealment: concealment(scheme),
        }),
        imei,
        imeisv,
    }
}
