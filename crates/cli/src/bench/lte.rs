//! `quintet bench lte`: UEs attach through simulated eNBs to a real MME and a real HSS.
//!
//! ```text
//!   UEs, eNBs (this process) ──S1AP, SCTP, UDP──► MME ──S6a, TCP──► HSS
//!                                                  └► contexts, SQLite  └► subscribers, SQLite
//! ```
//!
//! Three processes, so that the processor time of each is told apart: both servers are this program's `serve`. Every UE
//! is a subscriber of its own that the MME has not seen before; every vector, location and context is durable. A UE
//! that is attached is released at once, which counts into the cost.

mod load;
mod network;

use super::machine::Machine;
use super::pace::Pace;
use super::population;
use super::process;
use super::report::{self, Goal, Quantiles, Row, in_unit};
use super::session::{self, COUNTING, LOOK, Progress, bar};
use super::ticker::Ticker;
use crate::output::Finding;
use anyhow::{Result, bail};
use load::{Count, Load};
use network::Servers;
use quintet_runtime::{Clock, Driver};
use quintet_sim::Latency;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench lte                            100,000 attaches as fast as they go, then at half that rate
  quintet bench lte --ues 1000000 --enbs 32    a million UEs in the MME
  quintet bench lte --rate 1000 --seconds 30   an open loop only

UE n is the subscriber with the IMSI 001011000000000 + n. The databases are made in the directory for temporary files
(TMPDIR): that should be on the disk that is meant.";

/// Share of the saturated rate at which latency is measured.
const OPEN_LOOP_SHARE: f64 = 0.5;

/// UEs attached before anything is measured.
const WARM_UP: u32 = 2_000;

/// UEs under way in the closed loop, unless somebody says otherwise.
const OUTSTANDING: u32 = 256;

/// How long the eNBs may take to be set up, and the first UE to be served: an HSS that starts may refuse.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long nothing may happen before the benchmark gives up.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// UEs that attach in the closed loop; half as many more in the open loop
    #[arg(long, value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    ues: u32,
    /// eNBs, each with an SCTP association of its own
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=256))]
    enbs: u32,
    /// UEs under way at a time in the closed loop
    #[arg(long, value_name = "N", default_value_t = OUTSTANDING, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    outstanding: u32,
    /// Attaches per second: an open loop at this rate alone [default: a closed loop, then half of what it reached]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// Seconds of the open loop
    #[arg(long, value_name = "S", default_value = "10", value_parser = super::aka::seconds)]
    seconds: Duration,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// `quintet bench lte`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    session::run(measure(arguments))
}

async fn measure(arguments: &Arguments) -> Result<Finding> {
    let clock = Clock::start();
    let directory = session::directory()?;
    let database = directory.path().join("subscribers.db");
    provision(clock, &database, arguments).await?;
    let servers = Servers::start(clock, &database, directory.path()).await?;
    let (pump, done) = (Arc::new(Notify::new()), Rc::new(Notify::new()));
    let driver = network::connect(clock, &servers, arguments.enbs, (&pump, &done))?;
    let mut session = Session {
        arguments,
        clock,
        servers: &servers,
        driver,
        pump,
        done,
        rows: Vec::new(),
    };
    session.start().await?;
    if !session.is_faulty() {
        session.all().await?;
    }
    let (rows, fault) = (session.rows, session.driver.with(|_, _, load| load.fault.clone()));
    servers.stop().await?;
    if let Some(fault) = &fault {
        anstream::eprintln!("quintet: {fault}");
    }
    report::print("quintet.bench.lte/1", &Machine::here(), &rows, arguments.json)?;
    Ok(if fault.is_none() {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

/// UEs of the open loop.
fn open_ues(arguments: &Arguments) -> u32 {
    match arguments.rate {
        Some(rate) => (f64::from(rate) * arguments.seconds.as_secs_f64()) as u32,
        None => arguments.ues / 2,
    }
}

async fn provision(clock: Clock, database: &Path, arguments: &Arguments) -> Result<()> {
    let closed = if arguments.rate.is_some() {
        0
    } else {
        arguments.ues
    };
    // The first attaches may have to be tried again, each by another UE.
    let subscribers = 2 * WARM_UP + closed + open_ues(arguments);
    let bar = bar(u64::from(subscribers), COUNTING).with_message("provisioning");
    let provisioned = population::provision(clock, database, subscribers, &bar).await;
    bar.finish_and_clear();
    provisioned.map(|_| ())
}

/// Processor times and what was done so far.
#[derive(Clone)]
struct Cost {
    at: Duration,
    mme: Option<Duration>,
    hss: Option<Duration>,
    generator: Option<Duration>,
    count: Count,
}

/// What a run has shown.
struct Measured {
    time: Duration,
    attached: u64,
    mme: Option<Duration>,
    hss: Option<Duration>,
    generator: Option<Duration>,
    latency: Latency,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.attached as f64 / self.time.as_secs_f64()
    }

    fn each(&self, time: Option<Duration>) -> Option<f64> {
        Some(in_unit(time?, 1e6) / self.attached as f64)
    }
}

/// One run of the benchmark.
struct Session<'a> {
    arguments: &'a Arguments,
    clock: Clock,
    servers: &'a Servers,
    driver: Driver<Load>,
    pump: Arc<Notify>,
    done: Rc<Notify>,
    rows: Vec<Row>,
}

impl Session<'_> {
    fn now(&self) -> Duration {
        self.clock.moment().now
    }

    fn is_faulty(&self) -> bool {
        self.driver.with(|_, _, load| load.fault.is_some())
    }

    /// Waits until the eNBs are set up and one UE could attach, then warms up.
    async fn start(&mut self) -> Result<()> {
        let limit = self.now() + START_LIMIT;
        while !self.driver.with(|_, _, load| load.is_up()) {
            if self.now() > limit {
                bail!("the eNBs were not set up within {} s", START_LIMIT.as_secs());
            }
            tokio::time::sleep(LOOK).await;
        }
        loop {
            self.go("first attach", 1, Pace::Outstanding(1)).await?;
            let fault = self.driver.with(|_, _, load| load.fault.take());
            match fault {
                None => break,
                Some(fault) if self.now() > limit => bail!("no UE could attach: {fault}"),
                Some(_) => tokio::time::sleep(LOOK).await,
            }
        }
        self.go("warm-up", WARM_UP, Pace::Outstanding(self.arguments.outstanding))
            .await?;
        Ok(())
    }

    async fn all(&mut self) -> Result<()> {
        let rate = match self.arguments.rate {
            Some(rate) => f64::from(rate),
            None => self.closed_loop().await? * OPEN_LOOP_SHARE,
        };
        if !self.is_faulty() {
            self.open_loop(rate).await?;
        }
        Ok(())
    }

    /// As fast as it goes; answers the rate.
    async fn closed_loop(&mut self) -> Result<f64> {
        let (ues, outstanding) = (self.arguments.ues, self.arguments.outstanding);
        let before = self.servers.mme.resident();
        let measured = self
            .go("attach, closed loop", ues, Pace::Outstanding(outstanding))
            .await?;
        let after = self.servers.mme.resident();
        let rate = measured.rate();
        let name = format!("attaches, {outstanding} under way");
        self.rows
            .push(Row::new(name, "/s", rate).goal(Goal::AtLeast(5_000.0)));
        let mme = measured.each(measured.mme);
        if let Some(each) = mme.filter(|each| *each > 0.0) {
            let row = Row::new("attaches per second and core of the MME", "/s", 1e6 / each);
            self.rows.push(row.goal(Goal::AtLeast(12_000.0)));
        }
        self.costs(&measured);
        self.latency(
            &format!("attach latency, {outstanding} under way, p99"),
            &measured,
            None,
        );
        if let (Some(before), Some(after)) = (before, after) {
            let each = (after as f64 - before as f64) / measured.attached as f64;
            let row = Row::new("MME memory per idle UE", "octets", each);
            self.rows.push(row.goal(Goal::AtMost(1_024.0)));
        }
        let time = in_unit(measured.time, 1.0);
        self.rows
            .push(Row::new(format!("time to attach {ues} UEs"), "s", time));
        Ok(rate)
    }

    /// So many a second, whatever becomes of them.
    async fn open_loop(&mut self, rate: f64) -> Result<()> {
        let wanted = rate * self.arguments.seconds.as_secs_f64();
        let ues = (wanted as u32).clamp(1, open_ues(self.arguments));
        let ticker = Ticker::start(&self.pump);
        let pace = Pace::Rate(rate, self.now());
        let measured = self.go("attach, open loop", ues, pace).await;
        drop(ticker);
        let measured = measured?;
        let name = match self.arguments.rate {
            Some(_) => format!("attach latency at {rate:.0}/s, p99"),
            None => format!("attach latency at half load ({rate:.0}/s), p99"),
        };
        self.latency(&name, &measured, Some(Goal::AtMost(20.0)));
        if self.arguments.rate.is_some() {
            self.costs(&measured);
        }
        Ok(())
    }

    fn latency(&mut self, name: &str, measured: &Measured, goal: Option<Goal>) {
        let ms = |share| in_unit(measured.latency.quantile(share), 1e3);
        let quantiles = Quantiles {
            p50: ms(0.5),
            p99: ms(0.99),
            p999: ms(0.999),
        };
        let mut row = Row::new(name, "ms", quantiles.p99).quantiles(quantiles);
        row.goal = goal;
        self.rows.push(row);
    }

    fn costs(&mut self, measured: &Measured) {
        for (who, time) in [
            ("MME", measured.mme),
            ("HSS", measured.hss),
            ("UEs and eNBs", measured.generator),
        ] {
            if let Some(each) = measured.each(time) {
                self.rows
                    .push(Row::new(format!("{who}: CPU per attach and release"), "µs", each));
            }
        }
    }

    fn cost(&self) -> Cost {
        Cost {
            at: self.now(),
            mme: self.servers.mme.processor_time(),
            hss: self.servers.hss.processor_time(),
            generator: process::processor_time(std::process::id()),
            count: self.driver.with(|_, _, load| load.count.clone()),
        }
    }

    /// So many UEs attach and are released.
    async fn go(&mut self, what: &str, ues: u32, pace: Pace) -> Result<Measured> {
        let bar = bar(u64::from(ues), COUNTING);
        bar.set_message(what.to_owned());
        let first = self.cost();
        self.driver.with(|_, _, load| load.begin(ues, pace));
        let watched = (self.clock, &*self.done, &bar);
        let ended = session::watch(watched, SILENCE_LIMIT, || self.progress()).await;
        bar.finish_and_clear();
        ended?;
        let last = self.cost();
        let since = |a: Option<Duration>, b: Option<Duration>| Some(b?.saturating_sub(a?));
        Ok(Measured {
            time: last.at - first.at,
            attached: (last.count.attached - first.count.attached).max(1),
            mme: since(first.mme, last.mme),
            hss: since(first.hss, last.hss),
            generator: since(first.generator, last.generator),
            latency: self.driver.with(|_, _, load| load.latency.clone()),
        })
    }

    fn progress(&self) -> Progress {
        self.driver.with(|_, _, load| Progress {
            over: load.is_done(),
            begun: load.count.begun,
            ended: load.count.idle + load.count.failed,
            fault: load.fault.clone(),
        })
    }
}
