//! `quintet bench cx`: a real HSS with a real database, asked by an I- and an S-CSCF over a TCP connection.
//!
//! ```text
//!   provision 2 N ─► start the HSS ─► all in memory
//!   ─► N subscribers: UAR ─► MAR (pending, durable) ─► SAR (registered, durable) ─► the same again, and LIR ─► table
//!   ─► N others: UAR, MAR, UAR, SAR in turn, as a registration asks
//! ```
//!
//! The HSS is this program in a process of its own, so its processor time is told apart from the load generator's.

mod load;

use super::machine::Machine;
use super::population;
use super::process;
use super::report::{self, Goal, Quantiles, Row, in_unit};
use super::server::Server;
use super::session::{self, COUNTING, LOOK, Progress, bar};
use crate::output::Finding;
use anyhow::{Result, bail};
use load::{Load, Step};
use quintet_cscf::cx::APPLICATION;
use quintet_diameter::node::{DisconnectCause, Node, NodeConfig, PeerConfig};
use quintet_runtime::{Clock, Drbg, Driver};
use quintet_sim::demo::home_plmn;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench cx                                       200,000 subscribers for each command, and as many registrations
  quintet bench cx --subscribers 20000                   a quick look
  quintet bench cx --outstanding 64 --json
  TMPDIR=/dev/shm quintet bench cx                       without a disk

Subscriber n has the IMSI 001011000000000 + n and the identities that follow from it (TS 23.003 13). The database is made in
the directory for temporary files (TMPDIR): that should be on the disk that is meant.";

/// How long the connection may take, and how long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Origin-Host of `quintet serve` where nothing else is configured.
const HSS: &str = "hss.epc.mnc001.mcc001.3gppnetwork.org";

/// What is measured, and whether it has the goal of MAR and SAR.
const PHASES: [(&str, &[Step], bool); 7] = [
    ("UAR, not registered", &[Step::Uar], false),
    ("MAR, S-CSCF and pending registration durable", &[Step::Mar], true),
    ("SAR, registration durable, with profile", &[Step::Sar], true),
    ("UAR, registered", &[Step::Uar], false),
    ("MAR, registered", &[Step::Mar], true),
    ("SAR, re-registration", &[Step::Again], true),
    ("LIR", &[Step::Lir], false),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Subscribers that each command is about; as many more register with all four
    #[arg(long, value_name = "N", default_value = "200000", value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    subscribers: u32,
    /// Subscribers under way at a time
    #[arg(long, value_name = "N", default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=32_768))]
    outstanding: u32,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// `quintet bench cx`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    session::run(measure(arguments))
}

async fn measure(arguments: &Arguments) -> Result<Finding> {
    let clock = Clock::start();
    let directory = session::directory()?;
    let database = directory.path().join("subscribers.db");
    let all = u64::from(arguments.subscribers) * 2;
    let progress = bar(all, COUNTING).with_message("provisioning");
    let provisioned = population::provision_ims(clock, &database, arguments.subscribers * 2, &progress).await;
    progress.finish_and_clear();
    provisioned?;
    let hss = Server::hss(clock, &database, directory.path())?;
    let address = hss.address().await?;
    hss.preloaded().await?;
    let mut session = Session::connect(arguments, clock, &hss, address).await?;
    session.all().await?;
    let (rows, fault) = (session.rows, session.driver.with(|_, _, load| load.fault.clone()));
    let leaves = DisconnectCause::DO_NOT_WANT_TO_TALK_TO_YOU;
    session.driver.shutdown(leaves).await;
    hss.stop().await?;
    if let Some(fault) = &fault {
        anstream::eprintln!("quintet: {fault}");
    }
    report::print("quintet.bench.cx/1", &Machine::here(), &rows, arguments.json)?;
    Ok(if fault.is_none() {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

/// One run of the benchmark.
struct Session<'a> {
    arguments: &'a Arguments,
    clock: Clock,
    hss: &'a Server,
    driver: Driver<Load>,
    pump: Arc<Notify>,
    done: Rc<Notify>,
    rows: Vec<Row>,
}

impl<'a> Session<'a> {
    async fn connect(
        arguments: &'a Arguments,
        clock: Clock,
        hss: &'a Server,
        address: SocketAddr,
    ) -> Result<Self> {
        let (pump, done) = (Arc::new(Notify::new()), Rc::new(Notify::new()));
        let domain = home_plmn().ims_domain();
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut config = NodeConfig::new(format!("scscf.{domain}"), domain, local);
        config.applications = vec![APPLICATION];
        config.peers = vec![PeerConfig {
            identity: HSS.to_owned(),
            realm: Some(home_plmn().epc_realm()),
            address: Some(address),
            connect: true,
            ..PeerConfig::default()
        }];
        let node = Node::new(config, Drbg::new()?.next_u64())?;
        let load = Load::new(Rc::clone(&done));
        let driver = Driver::start(clock, node, load, None, Arc::clone(&pump));
        let session = Self {
            arguments,
            clock,
            hss,
            driver,
            pump,
            done,
            rows: Vec::new(),
        };
        let limit = session.now() + PATIENCE;
        while !session.driver.with(|_, _, load| load.is_connected()) {
            if session.now() > limit {
                bail!(
                    "no Diameter connection to {address} within {} s",
                    PATIENCE.as_secs()
                );
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(session)
    }

    fn now(&self) -> Duration {
        self.clock.moment().now
    }

    fn is_faulty(&self) -> bool {
        self.driver.with(|_, _, load| load.fault.is_some())
    }

    async fn all(&mut self) -> Result<()> {
        let n = self.arguments.subscribers;
        for (name, steps, has_goal) in PHASES {
            let rate = self.phase(name, steps, 0..n).await?;
            let mut row = Row::new(name, "/s", rate);
            if has_goal {
                row = row.goal(Goal::AtLeast(60_000.0));
            }
            let place = self.rows.len() - 2;
            self.rows.insert(place, row);
            if self.is_faulty() {
                return Ok(());
            }
        }
        let name = "registrations (UAR, MAR, UAR, SAR), durable";
        let steps = &[Step::Uar, Step::Mar, Step::Uar, Step::Sar];
        let rate = self.phase(name, steps, n..2 * n).await?;
        let place = self.rows.len() - 2;
        self.rows
            .insert(place, Row::new(name, "/s", rate / steps.len() as f64));
        let checked = self.driver.with(|_, _, load| load.checked);
        self.rows.push(Row::new(
            "answers checked with card and profile",
            "",
            checked as f64,
        ));
        Ok(())
    }

    /// Asks so about these subscribers; answers the requests a second. Two rows are noted: latency and processor time.
    async fn phase(&mut self, name: &str, steps: &'static [Step], subscribers: Range<u32>) -> Result<f64> {
        let count = subscribers.end - subscribers.start;
        let bar = bar(u64::from(count), COUNTING);
        bar.set_message(name.to_owned());
        let cost = |session: &Self| {
            (
                session.hss.processor_time(),
                process::processor_time(std::process::id()),
            )
        };
        let (begin, before) = (self.now(), cost(self));
        let from = self.driver.with(|_, _, load| load.answered);
        let outstanding = self.arguments.outstanding;
        self.driver
            .with(|_, _, load| load.begin(steps, subscribers, outstanding));
        self.pump.notify_one();
        let watched = (self.clock, &*self.done, &bar);
        let ended = session::watch(watched, PATIENCE, || self.progress()).await;
        bar.finish_and_clear();
        ended?;
        let (end, after) = (self.now(), cost(self));
        let answers = self.driver.with(|_, _, load| load.answered) - from;
        let latency = self.driver.with(|_, _, load| load.latency.clone());
        let ms = |share| in_unit(latency.quantile(share), 1e3);
        let quantiles = Quantiles {
            p50: ms(0.5),
            p99: ms(0.99),
            p999: ms(0.999),
        };
        self.rows
            .push(Row::new(format!("{name}: latency, p99"), "ms", quantiles.p99).quantiles(quantiles));
        let each = |a: Option<Duration>, b: Option<Duration>| {
            let time = b?.saturating_sub(a?);
            Some(in_unit(time, 1e6) / answers.max(1) as f64)
        };
        let of_hss = each(before.0, after.0).unwrap_or(f64::NAN);
        self.rows
            .push(Row::new(format!("{name}: HSS CPU per request"), "µs", of_hss));
        Ok(answers as f64 / (end - begin).as_secs_f64())
    }

    fn progress(&self) -> Progress {
        self.driver.with(|_, _, load| Progress {
            over: load.is_done() || load.fault.is_some(),
            begun: u64::from(load.ended + self.arguments.outstanding),
            ended: u64::from(load.ended),
            fault: load.fault.clone(),
        })
    }
}
