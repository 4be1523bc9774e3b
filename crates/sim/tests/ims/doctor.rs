//! The doctor names the fault of every scenario from what passes alone, and finds none where there is none.

use crate::support::{Place, WALL, World, access};
use quintet_capture::Timestamp;
use quintet_crypto::Op;
use quintet_doctor::keys::{KeyRing, Operator, SubscriberKey};
use quintet_doctor::report::{Attempt, Severity};
use quintet_doctor::{Doctor, Output};
use quintet_sim::demo::DEMO_OP;
use quintet_sim::ims::{LabTimers, Play, SCENARIOS, Scenario, Settings};
use quintet_subscriber::model::{Algorithm, Subscriber};
use std::collections::BTreeSet;

/// What a doctor sees.
struct View {
    name: &'static str,
    places: &'static [Place],
    /// Whether it has the subscribers' keys.
    keys: bool,
    /// Whether nodes tell what they have above ESP, as they do beside `quintet serve`.
    above_esp: bool,
    /// What is to be found instead of [`Scenario::findings`], where those cannot be seen.
    otherwise: &'static [(&'static str, &'static [&'static str])],
}

const VIEWS: [View; 4] = [
    View {
        name: "everything, and both ends of Gm",
        places: &[
            Place::Gm,
            Place::GmOfPcscf,
            Place::GmOfUe,
            Place::Esp,
            Place::Core,
            Place::Cx,
        ],
        keys: true,
        above_esp: false,
        otherwise: &[],
    },
    View {
        name: "Gm at the P-CSCF, and Cx",
        places: &[Place::Gm, Place::GmOfPcscf, Place::Esp, Place::Cx],
        keys: false,
        above_esp: false,
        otherwise: &[CHANGED_BEHIND],
    },
    View {
        name: "Gm at the UE, and Cx",
        places: &[Place::Gm, Place::GmOfUe, Place::Esp, Place::Cx],
        keys: false,
        above_esp: false,
        otherwise: &[],
    },
    View {
        name: "what CSCFs have",
        places: &[
            Place::Gm,
            Place::GmOfPcscf,
            Place::WithinEsp,
            Place::Core,
            Place::Cx,
        ],
        keys: false,
        above_esp: true,
        // What does not verify never comes up to a node.
        otherwise: &[CHANGED_BEHIND, ("ipsec-wrong-ik", SILENT)],
    },
];

/// What the UE got is seen at the UE alone, and it says nothing.
const CHANGED_BEHIND: (&str, &[&str]) = ("secagree-unacceptable-to-ue", SILENT);
const SILENT: &[&str] = &["silent-after-challenge"];

/// What else is a fault where another is to be found: what it comes of, or what comes of it.
const BESIDE: &[(&str, &[&str])] = &[("dos-wrong-res-while-registered", &["wrong-res"])];

fn ring(subscribers: &[Subscriber]) -> KeyRing {
    let mut ring = KeyRing::new().without_published();
    for subscriber in subscribers {
        let authentication = &subscriber.authentication;
        let operator = match &authentication.algorithm {
            Algorithm::Milenage { .. } => Operator::Op(Op::new(DEMO_OP)),
            Algorithm::Tuak { topc, sizes } => Operator::Topc(topc.clone(), *sizes),
            Algorithm::Xor => Operator::Xor,
        };
        let (imsi, k) = (Some(subscriber.imsi), authentication.k.clone());
        let key = SubscriberKey::new(imsi, "the subscribers' keys".to_owned(), k, operator);
        ring.add(key.expect("a key")).expect("room");
    }
    ring
}

pub(crate) fn play(scenario: &'static Scenario, seed: u64, timers: LabTimers) -> (World, Vec<Subscriber>) {
    let mut world = World::listening(seed, timers);
    let settings = Settings {
        seed,
        ues: 3,
        timers,
        pcscf: access(),
        first_address: [10, 2, 0, 1].into(),
        port: 5060,
    };
    let mut play = Play::new(scenario, settings, &mut world.ues).expect("room");
    let of_plan = play.subscribers().into_iter();
    let subscribers = of_plan.map(|(subscriber, _)| subscriber).collect();
    let verdict = world.play(&mut play);
    assert!(verdict.as_named, "{}: {:?}", scenario.name, verdict.why);
    (world, subscribers)
}

fn diagnose(world: &World, view: &View, subscribers: &[Subscriber]) -> Vec<Attempt> {
    let keys = match view.keys {
        true => ring(subscribers),
        false => KeyRing::new().without_published(),
    };
    let mut doctor = Doctor::new(quintet_doctor::Settings {
        keys,
        above_esp: view.above_esp,
        live: view.above_esp,
        ..quintet_doctor::Settings::default()
    });
    let mut attempts = Vec::new();
    let mut listen = |doctor: &mut Doctor| {
        while let Some(output) = doctor.poll() {
            if let Output::Attempt(attempt) = output {
                attempts.push(*attempt);
            }
        }
    };
    world.tap.show(&mut doctor, WALL, view.places, &mut listen);
    let end = WALL + world.now;
    doctor.quiet(Timestamp(i64::try_from(end.as_nanos()).expect("not that late")));
    doctor.finish();
    listen(&mut doctor);
    attempts
}

/// What is wrong with what the doctor says, in words.
fn judge(scenario: &Scenario, view: &View, attempts: &[Attempt]) -> Vec<String> {
    let of = |table: &[(&str, &'static [&'static str])]| {
        let mut rows = table.iter();
        rows.find_map(|(name, codes)| (*name == scenario.name).then_some(*codes))
    };
    let must = of(view.otherwise).unwrap_or(scenario.findings);
    let beside = of(BESIDE).unwrap_or_default();
    let found = attempts.iter().flat_map(|attempt| &attempt.findings);
    let all: BTreeSet<&str> = found.clone().map(|finding| finding.code).collect();
    let faults = found
        .clone()
        .filter(|finding| finding.severity == Severity::Fault)
        .map(|finding| finding.code);
    let missed = must.iter().filter(|code| !all.contains(*code));
    let unfounded = faults.filter(|code| !must.contains(code) && !beside.contains(code));
    let warned = found
        .clone()
        .filter(|finding| finding.severity == Severity::Warning && must.is_empty());
    missed
        .map(|code| format!("misses {code}"))
        .chain(unfounded.map(|code| format!("claims {code}")))
        .chain(warned.map(|finding| format!("warns of {}", finding.code)))
        .collect()
}

/// `QUINTET_SCENARIO` plays one alone, and tells what the doctor says of it.
#[test]
fn every_fault_is_named_and_no_other() {
    let named = std::env::var("QUINTET_SCENARIO").ok();
    let chosen = |scenario: &&Scenario| named.as_ref().is_none_or(|name| name == scenario.name);
    let runs = [
        (1, LabTimers::specified()),
        (2, LabTimers::divided(20)),
        (3, LabTimers::divided(10)),
    ];
    let (mut wrong, mut played) = (0, 0);
    for scenario in SCENARIOS.iter().filter(chosen) {
        for (seed, timers) in runs {
            let (world, subscribers) = play(scenario, seed, timers);
            for view in &VIEWS {
                let attempts = diagnose(&world, view, &subscribers);
                played += 1;
                let why = judge(scenario, view, &attempts);
                wrong += usize::from(!why.is_empty());
                if !why.is_empty() || named.is_some() {
                    println!("{} by seed {seed}, {}: {why:?}", scenario.name, view.name);
                    attempts.iter().for_each(tell);
                }
            }
        }
    }
    assert!(played > 0, "no scenario is called so");
    assert_eq!(wrong, 0, "of {played}");
}

fn tell(attempt: &Attempt) {
    println!(
        "  {}: {:?} {:?}",
        attempt.procedure, attempt.outcome, attempt.ending
    );
    for message in &attempt.messages {
        println!(
            "    {} {} {}→{} {} {:?}",
            message.time, message.frame, message.from, message.to, message.name, message.details
        );
    }
    for finding in &attempt.findings {
        println!("    {:?} {}: {}", finding.severity, finding.code, finding.what);
        for cause in &finding.causes {
            println!("      {}: {}", cause.why, cause.evidence);
        }
    }
}
