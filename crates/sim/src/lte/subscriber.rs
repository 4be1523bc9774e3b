//! The subscribers of scenarios and their cards: a block of the demo population for each scenario, so that none meets
//! what another left behind.

use super::scenario::{Card, Provision, Scenario};
use super::scenarios::SCENARIOS;
use crate::Usim;
use crate::demo::{DEMO_OP, Population};
use crate::scenario::{self, NobodysCard};
use quintet_crypto::Opc;
use quintet_subscriber::model::{Algorithm, Roaming, Subscriber};
use std::sync::Arc;

/// Where the blocks begin in the population, and how many subscribers each has.
const FIRST: u32 = 900_000_000;
const BLOCK: u32 = 100_000;

/// Which of its block the witness is.
const WITNESS: u32 = BLOCK - 1;

/// SQN_MS of a card that is ahead: SEQ 2^42, ahead of any clock in ticks of 0.1 s; IND 16, that of EPS vectors of slot 0.
pub(super) const SQN_AHEAD: u64 = 1 << 47 | 16;

fn number(scenario: &Scenario, n: u32) -> Option<u32> {
    let place = SCENARIOS.iter().position(|other| other.name == scenario.name)?;
    (n < BLOCK).then(|| FIRST + place as u32 * BLOCK + n)
}

/// What the HSS is told of the n-th UE of a scenario; `None` if that is nothing.
#[must_use]
pub fn subscriber(scenario: &Scenario, n: u32) -> Option<Subscriber> {
    let mut subscriber = Population::new().subscriber(number(scenario, n)?)?;
    match scenario.provision {
        Provision::Ordinary => {}
        Provision::Unknown => return None,
        Provision::RoamingNotAllowed => {
            let mut subscription = (*subscriber.subscription).clone();
            subscription.roaming = Roaming::Only(Vec::new());
            subscriber.subscription = Arc::new(subscription);
        }
    }
    if scenario.card == Card::OpUsedAsOpc {
        let opc = Opc::new(DEMO_OP);
        subscriber.authentication.algorithm = Algorithm::Milenage { opc };
    }
    Some(subscriber)
}

/// What the HSS is told of the witness.
pub(super) fn witness(scenario: &Scenario) -> Option<Subscriber> {
    Population::new().subscriber(number(scenario, WITNESS)?)
}

/// The card of the n-th UE: as it was issued, whatever the HSS was told.
///
/// # Errors
/// None: MILENAGE takes a K of 128 bits.
pub(super) fn card(card: Card, issued: &Subscriber) -> Result<Option<Usim>, NobodysCard> {
    scenario::card(card, issued, SQN_AHEAD)
}

/// The subscriber as its card was issued.
pub(super) fn issued(scenario: &Scenario, n: u32) -> Option<Subscriber> {
    Population::new().subscriber(number(scenario, n)?)
}
