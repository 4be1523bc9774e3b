//! One name for an attach on UE's side, at the MME and at the HSS, and another one for the next attach.

use crate::support::World;
use quintet_diameter::dict::command;
use quintet_emm::network::{Event, Phase};
use quintet_emm::ue::{Configuration, Start};
use quintet_hss::HssEvent;
use quintet_identity::Imsi;
use quintet_mme::MmeEvent;
use quintet_s1ap::Cause;
use quintet_sim::Usim;
use quintet_sim::demo::Population;
use quintet_sim::enb::UeId;
use quintet_sim::lte::{LabTimers, serving_plmn};
use quintet_sim::ue::Ue;
use quintet_telemetry::AttemptId;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A UE in a cell of its own.
fn person(world: &mut World, n: u32) -> (usize, UeId, Imsi) {
    let subscriber = Population::new().subscriber(n).unwrap();
    world.add(vec![subscriber.clone()]);
    let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).unwrap();
    let device = (
        format!("00101700{n:06}0").parse().unwrap(),
        format!("00101700{n:06}01").parse().unwrap(),
    );
    let ue = Ue::new(
        Arc::new(Configuration::default()),
        device,
        Some(card),
        serving_plmn(),
    );
    let cell = world.cell(|_| ());
    (cell, world.cells[cell].enb.add_ue(ue), subscriber.imsi)
}

/// Attaches, and answers what each of the three sides calls it: UE's side, MME, HSS.
fn attach(world: &mut World, (cell, ue, imsi): (usize, UeId, Imsi)) -> [BTreeSet<AttemptId>; 3] {
    world.forget_events();
    let before = world.reported_by_hss().len();
    world.cells[cell].enb.start(world.now, ue, Start::ATTACH);
    world.run_for(Duration::from_secs(3));
    let of_mme = |event: &MmeEvent| match event {
        MmeEvent::Emm { attempt, .. } => Some(*attempt),
        _ => None,
    };
    let attached = world.mme_events.iter().any(|event| {
        let attached = |phase: &Phase| *phase == Phase::Attached;
        matches!(event, MmeEvent::Emm { event: Event::Phase { phase, .. }, .. } if attached(phase))
    });
    assert!(attached, "{:?}", world.mme_events);
    let mut commands = BTreeSet::new();
    let mut of_hss = BTreeSet::new();
    for (attempt, event) in &world.reported_by_hss()[before..] {
        if let HssEvent::Answered {
            command, imsi: whose, ..
        } = event
            && *whose == Some(imsi)
        {
            commands.insert(*command);
            of_hss.insert(attempt.expect("a request of an attempt"));
        }
    }
    let both = [command::UPDATE_LOCATION, command::AUTHENTICATION_INFORMATION];
    assert_eq!(commands, both.into(), "both requests of an attach were seen");
    [
        world.cells[cell].enb.attempt(ue).into_iter().collect(),
        world.mme_events.iter().filter_map(of_mme).collect(),
        of_hss,
    ]
}

#[test]
fn an_attach_has_one_name_on_every_node_and_another_attach_another() {
    let mut world = World::new(11, LabTimers::SPECIFIED, Vec::new());
    let people = [person(&mut world, 1), person(&mut world, 2)];
    let first = attach(&mut world, people[0]);
    assert_eq!(first[0].len(), 1, "{first:?}");
    assert!(first.iter().all(|side| *side == first[0]), "{first:?}");
    let second = attach(&mut world, people[1]);
    assert!(second.iter().all(|side| *side == second[0]), "{second:?}");
    assert_ne!(first[0], second[0]);
    // The same UE again, over another connection.
    let (cell, ue, _) = people[0];
    world.cells[cell].enb.release(ue, Cause::USER_INACTIVITY);
    world.run_for(Duration::from_secs(2));
    assert_eq!(world.cells[cell].enb.attempt(ue), None, "it has no connection");
    world.forget_events();
    world.cells[cell].enb.start(world.now, ue, Start::ServiceRequest);
    world.run_for(Duration::from_millis(900));
    let again = world.cells[cell].enb.attempt(ue).unwrap();
    assert!(!first[0].contains(&again) && !second[0].contains(&again));
}

#[test]
fn a_run_that_counts_on_elsewhere_gives_other_names() {
    let name = |last| {
        let mut world = World::with(11, LabTimers::SPECIFIED, Vec::new(), |config| {
            config.last_connection = last;
        });
        let person = person(&mut world, 1);
        attach(&mut world, person)[0].clone()
    };
    assert_eq!(name(0), name(0));
    assert_ne!(name(0), name(0x8000_0000));
}
