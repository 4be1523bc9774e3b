//! Every scenario ends as its name says, by several seeds and with either set of timers.

use crate::support::World;
use quintet_sim::lte::{LabTimers, Play, SCENARIOS, Scenario, Settings, Verdict, serving_plmn};

fn play(scenario: &'static Scenario, seed: u64, timers: LabTimers) -> (Verdict, World) {
    let mut world = World::new(seed, timers, Vec::new());
    let cell = world.cell(|_| ());
    let settings = Settings {
        seed,
        ues: 8,
        timers,
        serving: serving_plmn(),
    };
    let mut play = Play::new(scenario, settings, &mut world.cells[cell].enb);
    let verdict = world.play(cell, &mut play);
    (verdict, world)
}

#[test]
fn each_ends_as_named() {
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        for (seed, timers) in [(1, LabTimers::SPECIFIED), (2, LabTimers::divided(20))] {
            let (verdict, world) = play(scenario, seed, timers);
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
    assert!(wrong.is_empty(), "{} of {}", wrong.len(), SCENARIOS.len() * 2);
}
