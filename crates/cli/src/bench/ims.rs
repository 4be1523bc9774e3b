//! `quintet bench ims`: UEs register at real CSCFs with a real HSS, with and without IPsec.
//!
//! ```text
//!   UEs (this process) ──SIP, UDP, ESP in UDP──► P-CSCF ──SIP, UDP──► I-CSCF ──► S-CSCF
//!                                                  └► SQLite             └──Cx, TCP──┴──► HSS ──► SQLite
//! ```
//!
//! Five processes, so that the processor time of each is told apart: the servers are this program's `serve`. Every UE is a
//! subscriber of its own that registers for the first time, SM1 to SM12 with UAR, MAR, UAR and SAR; every vector and
//! registration is durable.

mod load;
mod measured;
mod network;

use super::machine::Machine;
use super::pace::Pace;
use super::population;
use super::process;
use super::report::{self, Goal, Row};
use super::session::{self, COUNTING, LOOK, Progress, bar};
use super::ticker::Ticker;
use crate::output::Finding;
use anyhow::{Result, bail};
use load::Load;
use measured::{Cost, Measured};
use network::{Servers, Target};
use quintet_runtime::{Clock, Driver};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench ims                            50,000 registrations without IPsec, then as many with it
  quintet bench ims --access ipsec             user-space ESP (hmac-sha-1-96, aes-cbc) alone
  quintet bench ims --rate 2000 --seconds 30   an open loop only
  TMPDIR=/dev/shm quintet bench ims            without a disk
  quintet bench ims --connect 192.0.2.1:5060   a P-CSCF that runs already

UE n is the subscriber with the IMSI 001011000000000 + n and has the address 127.16.0.0 + n. The databases are made in the
directory for temporary files (TMPDIR): that should be on the disk that is meant.";

/// Share of the saturated rate at which latency is measured.
const OPEN_LOOP_SHARE: f64 = 0.5;

/// UEs registered before anything is measured.
const WARM_UP: u32 = 1_000;

/// How long the first UE may take to be registered: a network that starts may refuse.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long nothing may happen before the benchmark gives up.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// UEs that register in each closed loop; half as many more in the open loop
    #[arg(long, value_name = "N", default_value = "50000", value_parser = clap::value_parser!(u32).range(1_000..=500_000))]
    ues: u32,
    /// UEs under way at a time in the closed loop
    #[arg(long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..=8_192))]
    outstanding: u32,
    /// How UEs reach the P-CSCF [default: plain, then ipsec]
    #[arg(long, value_enum)]
    access: Option<Access>,
    /// What CSCFs talk to each other over
    #[arg(long, value_enum, default_value = "tcp")]
    core: Core,
    /// Registrations per second: an open loop at this rate alone [default: a closed loop, then half of what it reached]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// Seconds of the open loop
    #[arg(long, value_name = "S", default_value = "10", value_parser = super::aka::seconds)]
    seconds: Duration,
    /// The P-CSCF subscribes to the state of each registration, as `serve` does where nothing else is configured
    #[arg(long)]
    reg_event: bool,
    /// Registers, without IPsec, at a P-CSCF that runs already, whose HSS must know the subscribers; no open loop
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with_all = ["access", "core", "rate", "reg_event"])]
    connect: Option<SocketAddr>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// What CSCFs talk to each other over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Core {
    /// A connection between each two
    Tcp,
    /// Datagrams
    Udp,
}

/// How UEs reach the P-CSCF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Access {
    /// IMS AKA without security associations
    Plain,
    /// With them: user-space ESP in UDP
    Ipsec,
}

impl Access {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "AKA",
            Self::Ipsec => "AKA and ESP",
        }
    }

    const fn goal(self) -> Goal {
        match self {
            Self::Plain => Goal::AtLeast(10_000.0),
            Self::Ipsec => Goal::AtLeast(4_000.0),
        }
    }
}

/// `quintet bench ims`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    session::run(measure(arguments))
}

async fn measure(arguments: &Arguments) -> Result<Finding> {
    let accesses = match arguments.access {
        Some(access) => vec![access],
        None => vec![Access::Plain, Access::Ipsec],
    };
    let (mut rows, mut fault) = (Vec::new(), None);
    if let Some(access) = arguments.connect {
        let target = Target { access, esp: None };
        fault = register(arguments, Access::Plain, (&target, None), &mut rows).await?;
    } else {
        for access in accesses {
            if fault.is_none() {
                fault = at_own_servers(arguments, access, &mut rows).await?;
            }
        }
    }
    if let Some(fault) = &fault {
        anstream::eprintln!("quintet: {fault}");
    }
    report::print("quintet.bench.ims/1", &Machine::here(), &rows, arguments.json)?;
    Ok(if fault.is_none() {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

/// One kind of access, with servers and databases of its own; answers what went wrong.
async fn at_own_servers(
    arguments: &Arguments,
    access: Access,
    rows: &mut Vec<Row>,
) -> Result<Option<String>> {
    let clock = Clock::start();
    let directory = session::directory()?;
    let database = directory.path().join("subscribers.db");
    let closed = arguments.rate.map_or(arguments.ues, |_| 0);
    // The first registrations may have to be tried again, each by another UE.
    let subscribers = 2 * WARM_UP + closed + open_ues(arguments);
    let progress = bar(u64::from(subscribers), COUNTING).with_message("provisioning");
    let provisioned = population::provision_ims(clock, &database, subscribers, &progress).await;
    progress.finish_and_clear();
    provisioned?;
    let servers = Servers::start(clock, &database, directory.path(), arguments).await?;
    let target = servers.target();
    let fault = register(arguments, access, (&target, Some(&servers)), rows).await?;
    servers.stop().await?;
    Ok(fault)
}

/// Everything at one target; answers what went wrong.
async fn register(
    arguments: &Arguments,
    access: Access,
    (target, servers): (&Target, Option<&Servers>),
    rows: &mut Vec<Row>,
) -> Result<Option<String>> {
    let clock = Clock::start();
    let (pump, done) = (Arc::new(Notify::new()), Rc::new(Notify::new()));
    let suite = match access {
        Access::Plain => None,
        Access::Ipsec => Some(network::suite()?),
    };
    let driver = network::connect(clock, target, suite, (&pump, &done))?;
    let mut session = Session {
        arguments,
        access,
        clock,
        servers,
        driver,
        pump,
        done,
        rows,
    };
    session.start().await?;
    if !session.is_faulty() {
        session.all().await?;
    }
    Ok(session.driver.with(|_, _, load| load.fault.clone()))
}

/// UEs of the open loop.
fn open_ues(arguments: &Arguments) -> u32 {
    match arguments.rate {
        Some(rate) => (f64::from(rate) * arguments.seconds.as_secs_f64()) as u32,
        None => arguments.ues / 2,
    }
}

/// One run of the benchmark.
struct Session<'a> {
    arguments: &'a Arguments,
    access: Access,
    clock: Clock,
    /// If they are ours.
    servers: Option<&'a Servers>,
    driver: Driver<Load>,
    pump: Arc<Notify>,
    done: Rc<Notify>,
    rows: &'a mut Vec<Row>,
}

impl Session<'_> {
    fn now(&self) -> Duration {
        self.clock.moment().now
    }

    fn is_faulty(&self) -> bool {
        self.driver.with(|_, _, load| load.fault.is_some())
    }

    /// Waits until one UE could register, then warms up.
    async fn start(&mut self) -> Result<()> {
        let limit = self.now() + START_LIMIT;
        loop {
            self.go("first registration", 1, Pace::Outstanding(1)).await?;
            let fault = self.driver.with(|_, _, load| load.fault.take());
            match fault {
                None => break,
                Some(fault) if self.now() > limit => bail!("no UE could register: {fault}"),
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
        if !self.is_faulty() && self.arguments.connect.is_none() {
            self.open_loop(rate).await?;
        }
        Ok(())
    }

    /// As fast as it goes; answers the rate.
    async fn closed_loop(&mut self) -> Result<f64> {
        let (ues, outstanding) = (self.arguments.ues, self.arguments.outstanding);
        let memory = |servers: &Servers| [servers.pcscf.resident(), servers.scscf.resident()];
        let before = self.servers.map_or([None; 2], memory);
        let pace = Pace::Outstanding(outstanding);
        let what = self.access.name();
        let measured = self.go(&format!("{what}, closed loop"), ues, pace).await?;
        let after = self.servers.map_or([None; 2], memory);
        let rate = measured.rate();
        let name = format!("{what}: registrations, {outstanding} under way");
        self.rows
            .push(Row::new(name, "/s", rate).goal(self.access.goal()));
        self.rows.extend(measured.costs(self.access));
        let name = format!("{what}: latency, {outstanding} under way, p99");
        self.rows.push(measured.latency(name));
        for (who, (before, after)) in ["P-CSCF", "S-CSCF"]
            .into_iter()
            .zip(before.into_iter().zip(after))
        {
            if let (Some(before), Some(after)) = (before, after) {
                let each = (after as f64 - before as f64) / measured.registered();
                let name = format!("{what}: {who} memory per registered UE, with its transactions");
                self.rows.push(Row::new(name, "octets", each));
            }
        }
        Ok(rate)
    }

    /// So many a second, whatever becomes of them.
    async fn open_loop(&mut self, rate: f64) -> Result<()> {
        let wanted = rate * self.arguments.seconds.as_secs_f64();
        let ues = (wanted as u32).clamp(1, open_ues(self.arguments));
        let ticker = Ticker::start(&self.pump);
        let pace = Pace::Rate(rate, self.now());
        let what = self.access.name();
        let measured = self.go(&format!("{what}, open loop"), ues, pace).await;
        drop(ticker);
        let measured = measured?;
        let load = match self.arguments.rate {
            Some(_) => format!("{rate:.0}/s"),
            None => format!("half load ({rate:.0}/s)"),
        };
        self.rows
            .push(measured.latency(format!("{what}: latency at {load}, p99")));
        if self.arguments.rate.is_some() {
            self.rows.extend(measured.costs(self.access));
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        Cost {
            at: self.now(),
            servers: self.servers.map(Servers::times).unwrap_or_default(),
            generator: process::processor_time(std::process::id()),
            count: self.driver.with(|_, _, load| load.count),
        }
    }

    /// So many UEs register.
    async fn go(&mut self, what: &str, ues: u32, pace: Pace) -> Result<Measured> {
        let bar = bar(u64::from(ues), COUNTING);
        bar.set_message(what.to_owned());
        let first = self.cost();
        self.driver.with(|_, _, load| load.begin(ues, pace));
        self.pump.notify_one();
        let watched = (self.clock, &*self.done, &bar);
        let ended = session::watch(watched, SILENCE_LIMIT, || self.progress()).await;
        bar.finish_and_clear();
        ended?;
        Ok(Measured {
            first,
            last: self.cost(),
            latency: self.driver.with(|_, _, load| load.latency.clone()),
        })
    }

    fn progress(&self) -> Progress {
        self.driver.with(|_, _, load| Progress {
            over: load.is_done(),
            begun: load.count.begun,
            ended: load.count.registered + load.count.failed,
            fault: load.fault.clone(),
        })
    }
}
