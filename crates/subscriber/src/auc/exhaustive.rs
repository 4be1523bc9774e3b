//! The exhaustive model of SQN: every order of everything that can happen, in small worlds, over the code that issues.
//!
//! In each world a few front ends run [`super::Auc`] against a store and cards; steps are requests, ticks and setbacks
//! of each front end's own wall clock, restarts (with a takeover, which makes the other front end of the slot a zombie), lost
//! commands and replies, commands executed late, cards that refuse and resynchronise. The checker visits every state that some order of steps
//! reaches within the world's budget. It holds in each that
//!
//! - no (subscriber, SQN) was issued twice (after the same decreases of DIF), and
//! - a front end that holds its slot gets each card to accept after one resynchronisation at most.
//!
//! Then each piece of the construction is taken away, and the same checker must find a number issued twice.
//! `random` runs a larger world for longer, from a seed.

mod random;
mod world;

use super::AucConfig;
use super::issuer::Piece;
use crate::model::SqnProfile;
use stateright::{Checker, HasDiscoveries, Model, Property};
use world::{Action, Budget, Setup, World};

/// More steps than any world here has: a run that gets there has not been exhaustive, and fails.
const MAX_STEPS: usize = 6_000_000;

/// A window of 4 ticks, a run-ahead of 2, jumps of 6 ticks.
const SMALL: AucConfig = AucConfig {
    window_ticks: 4,
    max_run_ahead_ticks: 2,
    max_clock_jump_ticks: 6,
    max_recent: 100,
};

impl Model for Setup {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !world.duplicate {
            world.actions(actions);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.apply(action, self);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no number twice", |_, world: &World| !world.duplicate),
            Property::always("a card is served", |setup: &Setup, world: &World| {
                let subscribers = 0..setup.subscribers.len();
                (0..world.ends.len()).all(|e| subscribers.clone().all(|s| world.serves(e, s, setup)))
            }),
            Property::sometimes("a number is issued", |_, world: &World| world.issued() > 0),
            Property::sometimes("DIF is written", |setup: &Setup, world: &World| {
                world.resynchronised(setup)
            }),
            Property::sometimes("DIF is decreased", |_, world: &World| world.decreased()),
        ]
    }
}

/// Two front ends of slot 0, the first of which holds it; a card that has seen nothing.
fn one_slot(budget: Budget) -> Setup {
    Setup {
        auc: SMALL,
        profile: SqnProfile {
            ind_bits: 5,
            delta_bits: 20,
        },
        slots: vec![0, 0],
        holders: vec![0],
        subscribers: vec![(Some(0), 0)],
        wall: 20,
        n: 1,
        back: 3,
        budget,
        without: None,
        split_load: false,
        strict: false,
        replicated: false,
    }
}

/// A front end in each of two slots, both holding.
fn two_slots(budget: Budget) -> Setup {
    Setup {
        slots: vec![0, 1],
        holders: vec![0, 1],
        ..one_slot(budget)
    }
}

/// How often each thing may happen.
fn budget(issues: u32, ticks: u32, backs: u32, restarts: u32, losses: u32) -> Budget {
    Budget {
        issues,
        ticks,
        backs,
        restarts,
        losses,
        failovers: 0,
    }
}

/// Checks a world exhaustively: the properties hold in every state.
fn holds(name: &str, setup: Setup, decreases: bool) {
    let writes = decreases
        || setup
            .subscribers
            .iter()
            .any(|(dif, seq_ms)| dif.is_none() || *seq_ms > 20);
    let checker = setup
        .checker()
        .threads(2)
        .target_state_count(MAX_STEPS)
        .spawn_bfs()
        .join();
    let (states, steps) = (checker.unique_state_count(), checker.state_count());
    println!(
        "{name}: {states} states, {steps} steps, depth {}",
        checker.max_depth()
    );
    for property in ["no number twice", "a card is served"] {
        if let Some(path) = checker.discovery(property) {
            panic!(
                "{name}, {property}: {:?}\n{:#?}",
                path.clone().into_actions(),
                path.last_state()
            );
        }
    }
    assert!(steps < MAX_STEPS, "{name} is too large to be visited wholly");
    assert!(checker.discovery("a number is issued").is_some());
    assert!(!writes || checker.discovery("DIF is written").is_some(), "{name}");
    assert_eq!(
        checker.discovery("DIF is decreased").is_some(),
        decreases,
        "{name}"
    );
}

/// Checks that a world without a piece issues a number twice, and with it does not.
fn finds_a_duplicate(name: &str, broken: Setup, sound: Setup) {
    let sought = HasDiscoveries::AnyOf(["no number twice"].into());
    let checker = broken
        .checker()
        .target_state_count(MAX_STEPS)
        .finish_when(sought)
        .spawn_bfs()
        .join();
    let path = checker.discovery("no number twice");
    let path = path.unwrap_or_else(|| panic!("{name}: nothing in {} states", checker.unique_state_count()));
    println!("{name}: {:?}", path.into_actions());
    holds(name, sound, false);
}

#[test]
fn a_zombie_and_lost_replies() {
    holds("a zombie, lost replies", one_slot(budget(3, 1, 1, 1, 1)), false);
}

#[test]
fn takeovers_and_a_clock_set_back() {
    holds(
        "takeovers, a clock set back",
        one_slot(budget(2, 1, 1, 2, 0)),
        false,
    );
}

#[test]
fn first_use_from_two_slots_at_once() {
    let setup = Setup {
        subscribers: vec![(None, 0)],
        ..two_slots(budget(3, 1, 0, 0, 1))
    };
    holds("first use from two slots", setup, false);
}

#[test]
fn a_card_that_is_ahead_resynchronises() {
    let setup = Setup {
        subscribers: vec![(Some(0), 29)],
        ..one_slot(budget(4, 1, 0, 1, 1))
    };
    holds("a card that is ahead", setup, false);
}

#[test]
fn a_card_that_is_ahead_of_two_slots() {
    let setup = Setup {
        subscribers: vec![(Some(0), 23)],
        ..two_slots(budget(3, 1, 0, 0, 1))
    };
    holds("a card that is ahead of two slots", setup, false);
}

#[test]
fn two_slots_one_with_a_zombie() {
    let setup = Setup {
        slots: vec![0, 0, 1],
        holders: vec![0, 2],
        subscribers: vec![(Some(0), 23)],
        ..one_slot(budget(3, 0, 0, 1, 0))
    };
    holds("two slots, one with a zombie", setup, false);
}

#[test]
fn two_subscribers_and_two_vectors_each() {
    let setup = Setup {
        subscribers: vec![(Some(0), 0), (None, 0)],
        n: 2,
        ..one_slot(budget(3, 1, 0, 1, 0))
    };
    holds("two subscribers", setup, false);
}

#[test]
fn a_plain_card() {
    let profile = SqnProfile {
        ind_bits: 0,
        delta_bits: 20,
    };
    let setup = Setup {
        profile,
        subscribers: vec![(Some(0), 29)],
        ..one_slot(budget(3, 1, 1, 1, 0))
    };
    holds("a plain card", setup, false);
}

/// A card that is further behind than Δ: DIF falls, and each time the numbers since are issued once.
#[test]
fn a_card_that_is_behind_resynchronises() {
    let profile = SqnProfile {
        ind_bits: 5,
        delta_bits: 3,
    };
    holds(
        "a card that is behind",
        Setup {
            profile,
            ..one_slot(budget(3, 1, 0, 1, 1))
        },
        true,
    );
}

/// What nothing can mend (see `dif`): after a decrease SEQ passes again where vectors were issued that no card took.
#[test]
fn a_decrease_may_repeat_what_no_card_took() {
    let profile = SqnProfile {
        ind_bits: 5,
        delta_bits: 3,
    };
    let setup = Setup {
        profile,
        subscribers: vec![(Some(0), 15)],
        ..one_slot(budget(3, 2, 0, 1, 0))
    };
    let setup = Setup {
        slots: vec![0],
        ..setup
    };
    let checker = Setup {
        strict: true,
        ..setup.clone()
    }
    .checker()
    .spawn_bfs()
    .join();
    let path = checker
        .discovery("no number twice")
        .expect("a number twice")
        .into_actions();
    assert!(
        path.contains(&Action::Auts(0)),
        "only after a resynchronisation: {path:?}"
    );
    holds("a decrease", setup, true);
}

#[test]
fn without_the_durable_bound() {
    let setup = one_slot(budget(2, 1, 1, 1, 0));
    let broken = Setup {
        without: Some(Piece::Bound),
        ..setup.clone()
    };
    finds_a_duplicate("without the durable bound", broken, setup);
}

#[test]
fn without_the_last_issued_map() {
    let setup = one_slot(budget(2, 1, 0, 0, 0));
    let broken = Setup {
        without: Some(Piece::Recent),
        ..setup.clone()
    };
    finds_a_duplicate("without the last-issued map", broken, setup);
}

#[test]
fn without_separate_ind() {
    let setup = two_slots(budget(2, 1, 0, 0, 0));
    let broken = Setup {
        without: Some(Piece::Ind),
        ..setup.clone()
    };
    finds_a_duplicate("without separate IND", broken, setup);
}

#[test]
fn without_a_start_above_the_bound() {
    let setup = one_slot(budget(2, 1, 1, 1, 0));
    let broken = Setup {
        without: Some(Piece::Start),
        ..setup.clone()
    };
    finds_a_duplicate("without a start above the bound", broken, setup);
}

#[test]
fn with_dif_read_outside_the_epochs_transaction() {
    let setup = Setup {
        subscribers: vec![(Some(0), 29)],
        ..one_slot(budget(2, 0, 0, 1, 0))
    };
    let broken = Setup {
        split_load: true,
        ..setup.clone()
    };
    finds_a_duplicate("with DIF read outside the epoch's transaction", broken, setup);
}

#[test]
fn with_an_asynchronously_replicated_bound() {
    let setup = one_slot(budget(2, 1, 1, 1, 0));
    let failover = Budget {
        failovers: 1,
        ..setup.budget.clone()
    };
    let broken = Setup {
        replicated: true,
        budget: failover,
        ..setup.clone()
    };
    finds_a_duplicate("with an asynchronously replicated bound", broken, setup);
}
