//! Every scenario ends as its name says, by several seeds and with either set of timers.

use crate::support::World;
use quintet_sim::fgs::{LabTimers, Play, SCENARIOS, Scenario, Settings, Verdict, serving_plmn};

fn play(scenario: &'static Scenario, seed: u64, timers: LabTimers) -> (Verdict, World) {
    let mut world = World::new(seed, timers, Vec::new());
    let cell = world.cell(|_| ());
    let settings = Settings {
        seed,
        ues: 8,
        timers,
        serving: serving_plmn(),
    };
    let mut play = Play::new(scenario, settings, &mut world.cells[cell].gnb);
    let verdict = world.play(cell, &mut play);
    (verdict, world)
}

/// `QUINTET_SCENARIO` plays one alone, `QUINTET_SEED` by one seed.
#[test]
fn each_ends_as_named() {
    let named = std::env::var("QUINTET_SCENARIO").ok();
    let seed = std::env::var("QUINTET_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let runs = match seed {
        Some(seed) => vec![(seed, LabTimers::SPECIFIED)],
        None => vec![
            (1, LabTimers::SPECIFIED),
            (2, LabTimers::divided(20)),
            (3, LabTimers::divided(10)),
        ],
    };
    let chosen = |scenario: &&Scenario| named.as_ref().is_none_or(|name| name == scenario.name);
    let (mut wrong, mut played) = (Vec::new(), 0);
    for scenario in SCENARIOS.iter().filter(chosen) {
        for (seed, timers) in &runs {
            let (verdict, world) = play(scenario, *seed, *timers);
            played += 1;
            if !verdict.as_named || !world.invariants.broken.is_empty() {
                wrong.push((seed, verdict, world.invariants.broken));
            }
        }
    }
    for (seed, verdict, broken) in &wrong {
        println!(
            "{} seed {seed}\n  {}\n  {:#?}\n  {broken:?}",
            verdict.scenario, verdict.what, verdict.why
        );
    }
    assert!(played > 0, "no scenario is called so");
    assert!(wrong.is_empty(), "{} of {played}", wrong.len());
}
