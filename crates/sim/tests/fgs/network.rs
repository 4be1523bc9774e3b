//! The whole network by seeds: many UEs do what they like, the radio loses, doubles and disorders, associations break, the
//! AMF restarts, AUSF and UDM stop. Then there is peace, and everything must come right again.

use crate::support::World;
use quintet_fgmm::network::{ConfigurationChange, FgmmState};
use quintet_fgmm::ue::{Concealment, Configuration, Identity, Start, Subscription};
use quintet_identity::{RoutingIndicator, Supi};
use quintet_ngap::Cause;
use quintet_sim::Usim;
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::fgs::{Condition, LabTimers, Restart, home_network_keys, serving_plmn};
use quintet_sim::gnb::{GnbConfig, Noise, Random, Ue, UeId};
use quintet_subscriber::model::{AuthenticationMethod, Subscriber};
use std::sync::Arc;
use std::time::Duration;

/// UEs of a run, in two cells.
const UES: u32 = 6;

/// How long a run is stormy, and how long peace takes at most: T3402 of a UE that had given up, and its attempt.
const STORM: Duration = Duration::from_secs(90);
const PEACE: Duration = Duration::from_secs(2_400);

/// Seeds of a run of the test; `QUINTET_SEEDS` asks for more, `QUINTET_SEED` for one.
const SEEDS: u64 = 100;

fn subscribers() -> Vec<Subscriber> {
    let population = Population::new();
    let subscribers = (0..UES).map(|n| {
        let mut subscriber = population.subscriber(n).unwrap();
        if n % 2 == 1 {
            let mut subscription = (*subscriber.subscription).clone();
            subscription.fgs.authentication_method = AuthenticationMethod::EapAkaPrime;
            subscriber.subscription = Arc::new(subscription);
        }
        subscriber
    });
    subscribers.collect()
}

/// The null scheme, profile A, profile B in turn.
fn concealment(n: usize) -> Concealment {
    let keys = home_network_keys();
    match n.checked_sub(1).and_then(|n| keys.get(n % 3)) {
        Some((key_id, key)) => Concealment::Ecies {
            key_id: *key_id,
            key: *key.public_key(),
        },
        None => Concealment::Null,
    }
}

/// Who is where.
struct Person {
    cell: usize,
    ue: UeId,
    supi: Supi,
}

fn people(world: &mut World, subscribers: &[Subscriber]) -> Vec<Person> {
    let noise = Noise {
        loss: 60,
        duplication: 40,
        delay: 60,
        latest: Duration::from_millis(400),
    };
    let configure = |config: &mut GnbConfig| config.noise = noise;
    let cells = [world.cell(configure), world.cell(configure)];
    let configuration = Arc::new(Configuration::new(serving_plmn()));
    let persons = subscribers.iter().enumerate().map(|(n, subscriber)| {
        let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).unwrap();
        let identity = Identity {
            subscription: Some(Subscription {
                supi: subscriber.imsi.into(),
                home: home_plmn(),
                routing_indicator: RoutingIndicator::NONE,
                concealment: concealment(n),
            }),
            imei: format!("00101700{n:06}0").parse().unwrap(),
            imeisv: format!("00101700{n:06}01").parse().unwrap(),
        };
        let ue = Ue::new(configuration.clone(), identity, Some(card), n as u64);
        let cell = cells[n % 2];
        Person {
            cell,
            ue: world.cells[cell].gnb.add_ue(ue),
            supi: subscriber.imsi.into(),
        }
    });
    persons.collect()
}

const CONDITIONS: [Condition; 3] = [Condition::Unreachable, Condition::Slow, Condition::Running];

/// AUSF and UDM serve.
fn well(world: &mut World) {
    world.fabric.set_ausf(Condition::Running);
    world.fabric.set_udm(Condition::Running);
}

/// Something happens.
fn act(world: &mut World, random: &mut Random, people: &[Person]) {
    let person = &people[random.below(people.len() as u64) as usize];
    let now = world.now;
    let gnb = &mut world.cells[person.cell].gnb;
    match random.below(40) {
        0..=9 => gnb.start(now, person.ue, Start::REGISTER),
        10..=14 => gnb.start(now, person.ue, Start::SERVICE),
        15..=18 => gnb.start(now, person.ue, Start::UPDATE),
        19..=20 => gnb.start(
            now,
            person.ue,
            Start::Deregister {
                switch_off: random.below(2) == 0,
            },
        ),
        21..=26 => gnb.release(person.ue, Cause::USER_INACTIVITY),
        27..=28 => gnb.lose_radio(now, person.ue),
        29 => world.break_association(person.cell),
        30 => gnb.reset(now),
        31 => world.restart([Restart::Clean, Restart::Killed, Restart::Forgetful][random.below(3) as usize]),
        32 => world.fabric.set_ausf(CONDITIONS[random.below(3) as usize]),
        33 => world.fabric.set_udm(CONDITIONS[random.below(3) as usize]),
        34 => drop(world.operate(|amf, at| amf.page(at, &person.supi))),
        35 => drop(world.operate(|amf, at| amf.deregister(at, &person.supi, true))),
        36..=37 => drop(world.operate(|amf, at| amf.reauthenticate(at, &person.supi))),
        38 => drop(world.operate(|amf, at| {
            let guti = true;
            let change = ConfigurationChange {
                guti,
                ..ConfigurationChange::default()
            };
            amf.update_configuration(at, &person.supi, change)
        })),
        _ => well(world),
    }
}

fn run(seed: u64) -> Result<(), String> {
    let subscribers = subscribers();
    let mut world = World::new(seed, LabTimers::SPECIFIED, subscribers.clone());
    let mut random = Random::new(!seed);
    let people = people(&mut world, &subscribers);
    let end = world.now + STORM;
    while world.now < end {
        act(&mut world, &mut random, &people);
        world.run_for(Duration::from_millis(random.below(1_500)));
        world.forget_events();
    }
    peace(&mut world, &people);
    check(&world, &people)
}

/// Nothing goes wrong any more, and everybody wants to be registered.
fn peace(world: &mut World, people: &[Person]) {
    well(world);
    for cell in &mut world.cells {
        cell.gnb.set_noise(Noise::default());
    }
    let end = world.now + PEACE;
    while world.now < end {
        world.run_for(Duration::from_secs(30));
        world.forget_events();
        let now = world.now;
        for person in people {
            let gnb = &mut world.cells[person.cell].gnb;
            let me = gnb.ue(person.ue).me();
            if !me.is_registered() && !me.is_busy() && !me.is_connected() {
                gnb.start(now, person.ue, Start::REGISTER);
            }
        }
        if people
            .iter()
            .all(|person| world.cells[person.cell].gnb.ue(person.ue).me().is_registered())
        {
            break;
        }
    }
    // Those whom the AMF has forgotten find out when they come next.
    for start in [Start::UPDATE, Start::SERVICE] {
        let now = world.now;
        for person in people {
            let gnb = &mut world.cells[person.cell].gnb;
            gnb.release(person.ue, Cause::USER_INACTIVITY);
            let _ = now;
        }
        world.run_for(Duration::from_secs(30));
        for person in people {
            let now = world.now;
            world.cells[person.cell].gnb.start(now, person.ue, start);
        }
        world.run_for(Duration::from_secs(60));
        world.forget_events();
    }
}

fn check(world: &World, people: &[Person]) -> Result<(), String> {
    if let Some(broken) = world.invariants.broken.first() {
        return Err(format!(
            "{broken} (and {} more)",
            world.invariants.broken.len() - 1
        ));
    }
    for person in people {
        let me = world.cells[person.cell].gnb.ue(person.ue).me();
        let context = world.amf.context(&person.supi);
        let Some(context) = context else {
            return Err(format!("{}: no context in the end", person.supi));
        };
        if !me.is_registered() || context.state != FgmmState::Registered {
            let is = (me.is_registered(), context.state);
            return Err(format!("{}: UE and AMF {is:?}, {:?}", person.supi, me.path()));
        }
        let (own, theirs) = (me.current_context(), context.security.as_ref());
        if own.map(|(ksi, _)| ksi) != theirs.map(|security| security.ksi) {
            return Err(format!("{}: another key set", person.supi));
        }
        if me.guti() != Some(context.guti) {
            return Err(format!("{}: another GUTI", person.supi));
        }
    }
    if world.amf.context_count() != people.len() {
        return Err(format!("{} contexts", world.amf.context_count()));
    }
    if world.fabric.unanswered() != 0 {
        return Err(format!(
            "{} requests without an answer",
            world.fabric.unanswered()
        ));
    }
    let connected: usize = world.cells.iter().map(|cell| cell.gnb.connection_count()).sum();
    if world.amf.connection_count() != connected || connected > people.len() {
        return Err(format!(
            "{} connections, {connected} at gNBs",
            world.amf.connection_count()
        ));
    }
    Ok(())
}

#[test]
fn after_peace_everybody_is_registered() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("QUINTET_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("QUINTET_SEEDS").unwrap_or(SEEDS),
    };
    let mut failed = Vec::new();
    for seed in seeds {
        if let Err(why) = run(seed) {
            println!("seed {seed}: {why}");
            failed.push(seed);
        }
    }
    assert!(
        failed.is_empty(),
        "{} seeds failed; QUINTET_SEED={} runs one",
        failed.len(),
        failed[0]
    );
}
