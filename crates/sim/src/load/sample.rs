//! The few answers that are checked whole, with the card of the subscriber.

use crate::demo::Population;
use crate::usim::{Challenged, Usim};
use quintet_crypto::Sqn;
use quintet_diameter::Message;
use quintet_diameter::dict::command;
use quintet_identity::Plmn;
use quintet_mme::s6a::{EutranVector, read_subscription, read_vectors};
use std::collections::HashMap;

/// The most cards kept, each about 1 kB; a card that is kept also sees an SQN used twice.
const MAX_CARDS: usize = 4096;

/// Checks samples.
#[derive(Debug)]
pub(super) struct Sampler {
    plmn: Plmn,
    population: Population,
    cards: HashMap<u32, Usim>,
    pub(super) checked: u64,
    pub(super) wrong: u64,
    pub(super) first_fault: Option<String>,
}

impl Sampler {
    pub(super) fn new(plmn: Plmn) -> Self {
        Self {
            plmn,
            population: Population::new(),
            cards: HashMap::new(),
            checked: 0,
            wrong: 0,
            first_fault: None,
        }
    }

    /// Checks a granting answer about subscriber `n`.
    pub(super) fn check(&mut self, command: u32, n: u32, answer: &Message<'_>) {
        self.checked += 1;
        let verdict = match command {
            command::AUTHENTICATION_INFORMATION => self.check_vectors(n, answer),
            _ => check_subscription(answer),
        };
        if let Err(fault) = verdict {
            self.wrong += 1;
            self.first_fault
                .get_or_insert_with(|| format!("subscriber {n} of the population: {fault}"));
        }
    }

    fn check_vectors(&mut self, n: u32, answer: &Message<'_>) -> Result<(), String> {
        let vectors = read_vectors(answer).map_err(|fault| fault.to_string())?;
        if vectors.is_empty() {
            return Err("no E-UTRAN vector".to_owned());
        }
        if self.cards.len() >= MAX_CARDS && !self.cards.contains_key(&n) {
            self.cards.clear();
        }
        let plmn = self.plmn;
        let card = match self.cards.entry(n) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let subscriber = self.population.subscriber(n).ok_or("no such subscriber")?;
                let card = Usim::new(subscriber.imsi, &subscriber.authentication, Sqn::default());
                entry.insert(card.map_err(|error| error.to_string())?)
            }
        };
        vectors
            .iter()
            .try_for_each(|vector| check_vector(card, vector, plmn))
    }
}

fn check_vector(card: &mut Usim, vector: &EutranVector, plmn: Plmn) -> Result<(), String> {
    let wrong = |what: &str| Err(what.to_owned());
    match card.challenge(&vector.rand, &vector.autn, plmn) {
        Challenged::MacFailure => wrong("MAC-A is wrong"),
        Challenged::NotSeparated => wrong("the separation bit is clear"),
        Challenged::SynchronisationFailure { sqn_ms, .. } => {
            wrong(&format!("SQN is not fresh: the card has seen {}", sqn_ms.value()))
        }
        Challenged::Accepted(agreed) if agreed.res != vector.xres => wrong("XRES is wrong"),
        Challenged::Accepted(agreed) if agreed.kasme != vector.kasme => wrong("KASME is wrong"),
        Challenged::Accepted(_) => Ok(()),
    }
}

fn check_subscription(answer: &Message<'_>) -> Result<(), String> {
    let subscription = read_subscription(answer).map_err(|fault| fault.to_string())?;
    let faults = subscription.ok_or("Subscription-Data is missing")?.faults();
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(fault.to_string()),
    }
}
