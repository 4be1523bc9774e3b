//! Every scenario ends as its name says, by several seeds and with either set of timers.

use crate::support::World;
use quintet_sim::ims::{LabTimers, Play, SCENARIOS, Scenario, Settings, Verdict};

fn play(scenario: &'static Scenario, seed: u64, timers: LabTimers) -> (Verdict, World) {
    let mut world = World::new(seed, timers);
    let settings = Settings {
        seed,
        ues: 8,
        timers,
        pcscf: crate::support::access(),
        first_address: [10, 2, 0, 1].into(),
        port: 5060,
    };
    let mut play = Play::new(scenario, settings, &mut world.ues).expect("room");
    let verdict = world.play(&mut play);
    (verdict, world)
}

/// `QUINTET_SCENARIO` plays one alone, `QUINTET_SEED` by one seed; `QUINTET_TRACE` shows what was sent in one that fails.
#[test]
fn each_ends_as_named() {
    let named = std::env::var("QUINTET_SCENARIO").ok();
    let seed = std::env::var("QUINTET_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let runs = match seed {
        Some(seed) => vec![(seed, LabTimers::specified())],
        None => vec![
            (1, LabTimers::specified()),
            (2, LabTimers::divided(20)),
            (3, LabTimers::divided(10)),
        ],
    };
    let chosen = |scenario: &&Scenario| named.as_ref().is_none_or(|name| name == scenario.name);
    let (mut wrong, mut played) = (0, 0);
    for scenario in SCENARIOS.iter().filter(chosen) {
        for (seed, timers) in &runs {
            let (verdict, mut world) = play(scenario, *seed, *timers);
            played += 1;
            let broken = &world.invariants.broken;
            if !verdict.as_named || !broken.is_empty() {
                wrong += 1;
                let Verdict {
                    scenario, what, why, ..
                } = verdict;
                println!("{scenario} seed {seed}\n  {what}\n  {why:#?}\n  {broken:?}");
                for line in world.trace.take().unwrap_or_default() {
                    println!("{line}");
                }
            }
        }
    }
    assert!(played > 0, "no scenario is called so");
    assert_eq!(wrong, 0, "of {played}");
}
