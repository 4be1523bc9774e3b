//! A larger world, at random, from a seed: what the exhaustive worlds are too small for (long runs of the clock, the
//! window renewed many times, many subscribers, entries forgotten, DIF raised again and again).

use super::super::AucConfig;
use super::super::issuer::Piece;
use super::world::{Action, Budget, Setup, World};
use crate::model::SqnProfile;

/// Steps of a run.
const STEPS: u32 = 2_000_000;

/// Every so many steps each front end is asked to serve each card.
const SERVES_EVERY: u32 = 250_000;

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Two slots with two front ends each, 24 subscribers: new cards and some that are far ahead.
fn large() -> Setup {
    let plenty = Budget {
        issues: u32::MAX,
        ticks: u32::MAX,
        backs: u32::MAX,
        restarts: u32::MAX,
        losses: u32::MAX,
        failovers: u32::MAX,
    };
    Setup {
        auc: AucConfig {
            window_ticks: 60,
            max_run_ahead_ticks: 10,
            max_clock_jump_ticks: 400,
            max_recent: 20,
        },
        profile: SqnProfile {
            ind_bits: 5,
            delta_bits: 28,
        },
        slots: vec![0, 0, 1, 1],
        holders: vec![0, 2],
        subscribers: (0..24)
            .map(|n| {
                if n % 3 == 0 {
                    (None, n * 1_000)
                } else {
                    (Some(0), 0)
                }
            })
            .collect(),
        wall: 1_000,
        n: 2,
        back: 25,
        budget: plenty,
        without: None,
        split_load: false,
        strict: true,
        replicated: false,
    }
}

/// One step: mostly requests, their way through the store, and ticks; seldom a mishap.
fn step(world: &World, setup: &Setup, random: &mut Random) -> Action {
    let e = random.below(world.ends.len());
    match random.below(2_000) {
        0 => Action::Restart(e),
        1..=3 => Action::Back(e),
        4..=13 => Action::Lose(e),
        14..=23 => Action::Late,
        24..=30 if setup.replicated => Action::Failover,
        24..=60 => Action::Renew(e),
        61..=360 => Action::Present(e),
        361..=500 => Action::Auts(e),
        501..=650 => Action::Tick(e),
        651..=1_000 => Action::Execute(e),
        1_001..=1_300 => Action::Deliver(e),
        _ => Action::Request(e, random.below(setup.subscribers.len())),
    }
}

/// Runs a world; how many numbers were issued, and whether one was issued twice.
fn run(setup: &Setup, seed: u64) -> (usize, bool) {
    let mut random = Random(seed);
    let mut world = World::new(setup);
    for n in 0..STEPS {
        let action = step(&world, setup, &mut random);
        if world.allows(action) {
            world.apply(action, setup);
        }
        if world.duplicate {
            return (world.issued(), true);
        }
        if n % SERVES_EVERY == 0 {
            for e in 0..world.ends.len() {
                for s in 0..setup.subscribers.len() {
                    assert!(
                        world.serves(e, s, setup),
                        "seed {seed:#x}, step {n}: {e} does not serve {s}"
                    );
                }
            }
        }
    }
    (world.issued(), false)
}

/// The seed: the environment's `QUINTET_SEED`, or the usual one.
fn seed() -> u64 {
    let seed = std::env::var("QUINTET_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    seed.unwrap_or(0x5eed)
}

#[test]
fn a_long_run_issues_nothing_twice() {
    let seed = seed();
    let (issued, duplicate) = run(&large(), seed);
    println!("QUINTET_SEED={seed}: {issued} numbers");
    assert!(!duplicate, "QUINTET_SEED={seed}: a number twice after {issued}");
    assert!(issued > 150_000, "QUINTET_SEED={seed}: only {issued} numbers");
}

#[test]
fn the_long_run_would_see_it() {
    let without = |piece| Setup {
        without: Some(piece),
        ..large()
    };
    for (name, broken) in [
        ("the bound", without(Piece::Bound)),
        ("the last-issued map", without(Piece::Recent)),
        ("separate IND", without(Piece::Ind)),
        ("a start above the bound", without(Piece::Start)),
        (
            "synchronous replication",
            Setup {
                replicated: true,
                ..large()
            },
        ),
    ] {
        let seed = seed();
        let (issued, duplicate) = run(&broken, seed);
        println!("QUINTET_SEED={seed}, without {name}: {issued} numbers");
        assert!(
            duplicate,
            "QUINTET_SEED={seed}: nothing twice without {name} in {issued}"
        );
    }
}
