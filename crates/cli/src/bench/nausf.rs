//! `quintet bench nausf`: AUSF and UDM under load, authenticate and confirm in pairs over h2c.
//!
//! AUSF and UDM share a thread, as they would share a core; whoever asks has another. A pair is what a SEAF asks for one UE: the
//! challenge, and the check of RES*, which is computed here as a USIM would and must be found right.

mod client;

use super::machine::Machine;
use super::report::{self, Goal, Quantiles, Row};
use crate::output::Finding;
use anyhow::{Context, Result, anyhow, ensure};
use client::{Client, Tally};
use quintet_ausf::{Ausf, AusfConfig};
use quintet_diameter::node::{Node, NodeConfig};
use quintet_runtime::{AusfApplication, Clock, Drbg, Driver, SbiSettings, UdmApplication};
use quintet_sbi::Target;
use quintet_sim::demo::{Population, home_plmn};
use quintet_store::{Command, MemoryStore, PutMode};
use quintet_subscriber::auc::ChallengeKey;
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::task::LocalSet;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench nausf
  quintet bench nausf --outstanding 16 --duration 10 --json";

/// Pairs before the measurement, so that connections, caches and the subscribers' memory are warm.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long the nodes may take to listen.
const START_LIMIT: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seconds of measurement
    #[arg(long, value_name = "S", default_value = "5", value_parser = super::aka::seconds)]
    duration: Duration,
    /// Pairs under way at a time
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1024))]
    outstanding: u32,
    /// Subscribers, taken in turn
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    subscribers: u32,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// `quintet bench nausf`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    let (listening, address) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let subscribers = arguments.subscribers;
    #[expect(
        clippy::disallowed_methods,
        reason = "the nodes under test have a core of their own"
    )]
    let server = std::thread::spawn(move || serve(subscribers, &listening, stopped));
    let target = match address.recv_timeout(START_LIMIT) {
        Ok(target) => target,
        Err(_) => {
            let why = server.join().map_err(|_| anyhow!("AUSF and UDM panicked"))?;
            return why.and(Err(anyhow!("AUSF and UDM did not begin to listen")));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tally = LocalSet::new().block_on(&runtime, load(arguments, target))?;
    drop(stop);
    server.join().map_err(|_| anyhow!("AUSF and UDM panicked"))??;
    ensure!(
        tally.pairs > 0,
        "no pair was answered in {:?}",
        arguments.duration
    );
    let negative = tally.failures > 0;
    if negative {
        anstream::eprintln!(
            "quintet: {} of {} pairs failed: {}",
            tally.failures,
            tally.pairs,
            tally.last_failure
        );
    }
    report::print(
        "quintet.bench.nausf/1",
        &Machine::here(),
        &rows(arguments, tally),
        arguments.json,
    )?;
    Ok(if negative {
        Finding::Negative
    } else {
        Finding::Positive
    })
}

fn rows(arguments: &Arguments, mut tally: Tally) -> Vec<Row> {
    tally.latencies.sort_unstable();
    let quantile = |share: f64| {
        let at = (tally.latencies.len().saturating_sub(1) as f64 * share) as usize;
        f64::from(tally.latencies.get(at).copied().unwrap_or_default()) / 1000.0
    };
    let latency = Quantiles {
        p50: quantile(0.5),
        p99: quantile(0.99),
        p999: quantile(0.999),
    };
    let rate = tally.pairs as f64 / arguments.duration.as_secs_f64();
    vec![
        Row::new("Nausf authenticate and confirm, pairs", "/s", rate).goal(Goal::AtLeast(15_000.0)),
        Row::new("latency of a pair, p99", "ms", latency.p99)
            .quantiles(latency)
            .goal(Goal::AtMost(5.0)),
    ]
}

/// Asks until the time is over.
async fn load(arguments: &Arguments, ausf: Target) -> Result<Tally> {
    let clock = Clock::start();
    let client = Client::new(ausf, arguments.subscribers, arguments.outstanding)?;
    let driver = Driver::start(clock, silent_node()?, client, None, Arc::new(Notify::new()));
    driver.with(|at, _, client| client.begin(at.now));
    tokio::time::sleep(WARM_UP).await;
    driver.with(|_, _, client| client.take());
    tokio::time::sleep(arguments.duration).await;
    Ok(driver.with(|_, _, client| client.take()))
}

/// AUSF and UDM on one thread, until the other end of `stopped` is gone.
fn serve(subscribers: u32, listening: &mpsc::Sender<Target>, stopped: oneshot::Receiver<()>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let clock = Clock::start();
        let (udm, udm_at) = start_udm(clock, subscribers)?;
        let mut drbg = Drbg::new()?;
        let own = Target {
            tls: false,
            authority: "127.0.0.1".to_owned(),
        };
        let ausf = Ausf::new(
            AusfConfig::new("bench".to_owned(), own, Some(udm_at)),
            Box::new(move |octets: &mut [u8]| drbg.fill(octets)),
        );
        let ausf = Driver::start(
            clock,
            silent_node()?,
            AusfApplication::new(ausf),
            None,
            Arc::new(Notify::new()),
        );
        let at = ausf.listen_sbi(SbiSettings::cleartext(loopback()))?;
        listening.send(target(at)).context("nobody asks")?;
        let _ = stopped.await;
        drop((ausf, udm));
        Ok(())
    })
}

fn start_udm(clock: Clock, subscribers: u32) -> Result<(Driver<UdmApplication>, Target)> {
    let population = Population::new();
    let mut store = MemoryStore::new();
    store.execute(Command::Put {
        subscribers: (0..subscribers)
            .filter_map(|n| population.subscriber(n))
            .collect(),
        mode: PutMode::Insert,
    })?;
    let mut drbg = Drbg::new()?;
    let mut secret = [0; 16];
    drbg.fill(&mut secret);
    let udm = Udm::new(
        UdmConfig::new(vec![home_plmn()]),
        HomeNetworkKeys::new(),
        ChallengeKey::new(&secret),
        Box::new(move |octets: &mut [u8]| drbg.fill(octets)),
    );
    let application = UdmApplication::new(udm, Box::new(store));
    let driver = Driver::start(clock, silent_node()?, application, None, Arc::new(Notify::new()));
    driver.with(|_, _, application| application.start());
    let at = driver.listen_sbi(SbiSettings::cleartext(loopback()))?;
    Ok((driver, target(at)))
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn target(address: SocketAddr) -> Target {
    Target {
        tls: false,
        authority: address.to_string(),
    }
}

/// The Diameter node of an application that speaks none.
fn silent_node() -> Result<Node> {
    let config = NodeConfig::new("bench.localdomain", "localdomain", Ipv4Addr::LOCALHOST.into());
    Ok(Node::new(config, Drbg::new()?.next_u64())?)
}
