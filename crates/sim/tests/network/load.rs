//! The load generator against the HSS.

use crate::rig::{Client, Network};
use quintet_sim::demo::{self, Population};
use quintet_sim::{LoadConfig, LoadGenerator, LoadReport, Mix, Pace, Until};
use std::time::Duration;

const SUBSCRIBERS: u32 = 50;

fn run(seed: u64, configure: impl FnOnce(&mut LoadConfig)) -> LoadReport {
    run_with(seed, configure, |_| ())
}

fn run_with(
    seed: u64,
    configure: impl FnOnce(&mut LoadConfig),
    prepare: impl FnOnce(&mut Network),
) -> LoadReport {
    let population = Population::new();
    let subscribers = (0..SUBSCRIBERS)
        .map(|n| population.subscriber(n).unwrap())
        .collect();
    let mut network = Network::new(seed, subscribers);
    prepare(&mut network);
    let mut config = LoadConfig::new(demo::home_plmn(), demo::home_plmn().epc_realm(), SUBSCRIBERS);
    config.seed = seed;
    config.verify_every = 3;
    configure(&mut config);
    let identity = format!("load.{}", demo::home_plmn().epc_realm());
    let load = LoadGenerator::new(config, &identity).unwrap();
    let station = network.station("load", demo::home_plmn(), Client::Load(Box::new(load)));
    network.run_for(Duration::from_secs(30));
    let Client::Load(load) = &network.stations[station].client else {
        unreachable!()
    };
    assert!(load.is_done());
    load.report()
}

#[test]
fn a_closed_loop_sends_its_count_and_every_answer_is_right() {
    let report = run(1, |config| {
        config.mix = Mix::BOTH;
        config.until = Until::Count(2000);
        config.pace = Pace::Outstanding(20);
    });
    assert_eq!((report.progress.sent, report.progress.answered), (2000, 2000));
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.checked, 666);
    assert_eq!(report.air.count() + report.ulr.count(), 2000);
    assert!(report.air.count() > 800 && report.ulr.count() > 800);
    // The wires take 0.2 to 4 ms both ways, and nothing else takes time.
    assert!(report.air.quantile(0.5) >= Duration::from_micros(200));
    assert!(
        report.air.max() <= Duration::from_millis(9),
        "{:?}",
        report.air.max()
    );
}

#[test]
fn an_open_loop_keeps_its_rate() {
    let report = run(2, |config| {
        config.pace = Pace::Rate(500.0);
        config.warm_up = Duration::from_secs(1);
        config.until = Until::Elapsed(Duration::from_secs(5));
    });
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.progress.sent, 2500);
    assert_eq!(report.air.count(), 2000, "the warm-up is not measured");
    assert!(
        (report.throughput() - 500.0).abs() < 5.0,
        "{}",
        report.throughput()
    );
}

#[test]
fn unknown_subscribers_are_counted_not_checked() {
    let report = run(3, |config| {
        config.subscribers.first = SUBSCRIBERS;
        config.until = Until::Count(100);
    });
    assert!(!report.is_clean());
    assert_eq!(
        (report.results[0].outcome.code, report.results[0].count),
        (5001, 100)
    );
    assert_eq!(report.checked, 0);
}

#[test]
fn a_wrong_vector_is_found_by_the_samples() {
    let report = run_with(
        4,
        |config| config.until = Until::Count(90),
        |network| {
            network.tamper = Some(Box::new(|octets: &mut Vec<u8>| {
                // KASME ends the E-UTRAN-Vector, which ends the Authentication-Info.
                let message = quintet_diameter::Message::decode(octets).unwrap();
                if let Some(info) = message.find(quintet_diameter::dict::avp::AUTHENTICATION_INFO) {
                    let end = info.data_at() + info.data.len();
                    octets[end - 1] ^= 1;
                }
            }));
        },
    );
    assert_eq!((report.checked, report.wrong), (30, 30));
    assert!(report.first_fault.unwrap().contains("KASME is wrong"));
}
