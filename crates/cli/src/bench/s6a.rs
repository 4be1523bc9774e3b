//! `quintet bench s6a`: a real server, a real database on the disk, a real connection.
//!
//! ```text
//!   provision N ─► start the server ─► first answer ─► all in memory ─► check a sample
//!       └► the same with an empty database: what the server weighs by itself
//!   ─► AIR closed loop ─► AIR open loop at 60 % ─► ULR closed loop ─► table
//! ```
//!
//! The server is this program in a process of its own, so its processor time is told apart from the load generator's.

mod client;

use super::machine::Machine;
use super::population::{self, Provisioned};
use super::report::{self, Goal, Quantiles, Row, in_unit};
use super::server::Server;
use super::session::{self, bar};
use crate::database::DatabasePlace;
use crate::output::Finding;
use anyhow::{Context, Result};
use client::{Measured, Target, each};
use quintet_runtime::Clock;
use quintet_sim::demo::{MAX_POPULATION, home_plmn};
use quintet_sim::{Latency, LoadConfig, LoadReport, MAX_OUTSTANDING, MAX_RATE, Mix, Pace, Until};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench s6a                                     a million subscribers; half a minute of load
  quintet bench s6a --subscribers 10000 --duration 3    a quick look
  quintet bench s6a --command ulr --outstanding 256
  quintet bench s6a --command air --rate 50000          an open loop only
  quintet bench s6a --db /var/tmp/bench.db              keeps the database, and uses it again
  quintet bench s6a --store 'postgresql://quintet@db/quintet?schema=bench'   subscribers on a PostgreSQL server
  quintet bench s6a --connect 192.0.2.1:3868            another server; it must know the subscribers

Subscriber n has the IMSI 001011000000000 + n; K is QUINTET1 in ASCII, then the IMSI as 16 decimal digits, two in an
octet; MILENAGE, OP cdc202d5123e20f62b6d676ac72cb318. The database is made in the directory for temporary files
(TMPDIR): that should be on the disk that is meant.";

/// Share of the closed loop's throughput that the open loop asks for.
const OPEN_LOOP_SHARE: f64 = 0.6;

/// Unanswered ULRs if nobody says otherwise: a group commit lives on what gathers while the disk works.
const ULR_OUTSTANDING: usize = 1024;

/// Requests of the check before anything is measured; every answer is checked.
const CHECKED_REQUESTS: u64 = 2_000;

/// How long a server that starts may refuse.
const FIRST_ANSWER_LIMIT: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Subscribers in the database
    #[arg(long, value_name = "N", default_value = "1000000",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_POPULATION)))]
    subscribers: u32,
    /// Requests not yet answered in a closed loop [default: 64; 1024 for ulr]
    #[arg(long, value_name = "N", value_parser = outstanding)]
    outstanding: Option<usize>,
    /// Seconds of each measurement
    #[arg(long, value_name = "S", default_value = "10", value_parser = super::aka::seconds)]
    duration: Duration,
    /// Requests per second of the open loop [default: 60 % of what the closed loop reached]
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,
    /// What to ask [default: air, then ulr]
    #[arg(long, value_enum)]
    command: Option<Asked>,
    /// Measure a server that runs already
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "db")]
    connect: Option<SocketAddr>,
    /// Origin-Host of that server
    #[arg(
        long,
        value_name = "NAME",
        default_value = "hss.epc.mnc001.mcc001.3gppnetwork.org"
    )]
    host: String,
    /// Keep the database in this file, or use the one that is there; or postgresql://USER@HOST/DATABASE?schema=NAME, which stays
    #[arg(long, value_name = "FILE|URL", visible_alias = "store")]
    db: Option<DatabasePlace>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// Which requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Asked {
    /// Authentication-Information-Request
    Air,
    /// Update-Location-Request
    Ulr,
    /// One of each
    Mix,
}

impl Asked {
    fn mix(self) -> Mix {
        match self {
            Self::Air => Mix::AIR,
            Self::Ulr => Mix::ULR,
            Self::Mix => Mix::BOTH,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Air => "AIR",
            Self::Ulr => "ULR",
            Self::Mix => "AIR and ULR",
        }
    }

    fn outstanding(self) -> usize {
        if self == Self::Ulr { ULR_OUTSTANDING } else { 64 }
    }

    fn latency(self, report: &LoadReport) -> Latency {
        let mut latency = report.air.clone();
        latency.merge(&report.ulr);
        latency
    }
}

fn outstanding(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=MAX_OUTSTANDING).contains(&n) => Ok(n),
        _ => Err(format!("a number from 1 to {MAX_OUTSTANDING} is expected")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= MAX_RATE => Ok(rate),
        _ => Err(format!(
            "a rate above 0 and up to {MAX_RATE} per second is expected"
        )),
    }
}

/// `quintet bench s6a`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    session::run(measure(arguments))
}

async fn measure(arguments: &Arguments) -> Result<Finding> {
    let mut session = Session {
        arguments,
        clock: Clock::start(),
        rows: Vec::new(),
        fault: None,
    };
    match arguments.connect {
        Some(address) => {
            let target = Target {
                address,
                identity: arguments.host.clone(),
                server: None,
            };
            session.load(&target).await?;
        }
        None => session.with_own_server().await?,
    }
    if let Some(fault) = &session.fault {
        anstream::eprintln!("quintet: {fault}");
    }
    if !session.rows.is_empty() {
        report::print(
            "quintet.bench.s6a/1",
            &Machine::here(),
            &session.rows,
            arguments.json,
        )?;
    }
    Ok(if session.fault.is_none() {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

/// One run of the benchmark.
struct Session<'a> {
    arguments: &'a Arguments,
    clock: Clock,
    rows: Vec<Row>,
    /// The first wrong answer.
    fault: Option<String>,
}

impl Session<'_> {
    async fn with_own_server(&mut self) -> Result<()> {
        let directory = tempfile::Builder::new()
            .prefix("quintet-bench-")
            .tempdir()
            .context("cannot make a temporary directory")?;
        let database = match &self.arguments.db {
            Some(place) => place.clone(),
            None => DatabasePlace::File(directory.path().join("subscribers.db")),
        };
        self.provision(&database).await?;
        let empty = self.weigh_empty(directory.path()).await?;
        let server = Server::hss_at(self.clock, &database, directory.path())?;
        let target = Target {
            address: server.address().await?,
            identity: self.arguments.host.clone(),
            server: Some(&server),
        };
        let subscribers = self.arguments.subscribers;
        let one = self.config(Asked::Air, Pace::Outstanding(1));
        let answered = client::first_answer(self.clock, &target, &one, FIRST_ANSWER_LIMIT).await?;
        let first_s = in_unit(answered.saturating_sub(server.started), 1.0);
        self.rows
            .push(Row::new("start to first answer", "s", first_s).goal(Goal::AtMost(1.0)));
        let preloaded = server.preloaded().await?;
        self.rows.push(Row::new(
            "start to all subscribers in memory",
            "s",
            in_unit(preloaded, 1.0),
        ));
        let weigh = |full: Option<u64>| Some((full? as f64 - empty? as f64) / f64::from(subscribers));
        if let Some(octets) = weigh(server.resident()) {
            let row = Row::new("memory per subscriber", "octets", octets);
            self.rows.push(row.goal(Goal::AtMost(150.0)));
        }
        self.load(&target).await?;
        if let Some(octets) = weigh(server.resident()) {
            self.rows.push(Row::new(
                "memory per subscriber, after the load",
                "octets",
                octets,
            ));
        }
        server.stop().await
    }

    async fn provision(&mut self, database: &DatabasePlace) -> Result<()> {
        let subscribers = self.arguments.subscribers;
        let bar = bar(
            u64::from(subscribers),
            "provisioning [{bar:40}] {human_pos}/{human_len} {per_sec}",
        );
        let provisioned = population::provision_at(self.clock, database, subscribers, &bar).await;
        bar.finish_and_clear();
        if let Provisioned::Now(time) = provisioned? {
            let rate = f64::from(subscribers) / time.as_secs_f64();
            let row = Row::new("provisioning, durable", "/s", rate);
            self.rows.push(row.goal(Goal::AtLeast(100_000.0)));
        }
        Ok(())
    }

    /// Memory of a server whose database is empty.
    async fn weigh_empty(&self, directory: &Path) -> Result<Option<u64>> {
        let server = Server::hss(self.clock, &directory.join("empty.db"), directory)?;
        server.address().await?;
        server.preloaded().await?;
        let octets = server.resident();
        server.stop().await?;
        Ok(octets)
    }

    /// The check, then every measurement.
    async fn load(&mut self, target: &Target<'_>) -> Result<()> {
        let mut check = self.config(Asked::Mix, Pace::Outstanding(16));
        check.until = Until::Count(CHECKED_REQUESTS);
        check.verify_every = 1;
        let checked = self.run_one(target, "check", check).await?;
        if self.fault.is_some() {
            return Ok(());
        }
        self.rows.push(Row::new(
            "answers checked with the USIM beforehand",
            "",
            checked.report.checked as f64,
        ));
        let (asked, given) = (self.arguments.command, self.arguments.rate);
        let command = asked.unwrap_or(Asked::Air);
        let mut reached = None;
        if asked.is_none() || given.is_none() {
            reached = Some(self.closed_loop(target, command).await?);
        }
        if let Some(rate) = given.or(reached.map(|reached| reached * OPEN_LOOP_SHARE)) {
            self.open_loop(target, command, rate, given.is_none()).await?;
        }
        if asked.is_none() {
            self.closed_loop(target, Asked::Ulr).await?;
        }
        Ok(())
    }

    /// As fast as it goes with so many unanswered; answers the throughput.
    async fn closed_loop(&mut self, target: &Target<'_>, asked: Asked) -> Result<f64> {
        let outstanding = self.arguments.outstanding;
        let outstanding = match self.arguments.command {
            // The option is about the command asked for; in the whole programme about AIR.
            None if asked == Asked::Ulr => asked.outstanding(),
            _ => outstanding.unwrap_or_else(|| asked.outstanding()),
        };
        let name = asked.name();
        let config = self.config(asked, Pace::Outstanding(outstanding));
        let measured = self
            .run_one(target, &format!("{name}, {outstanding} outstanding"), config)
            .await?;
        let throughput = measured.report.throughput();
        let mut row = Row::new(format!("{name}, {outstanding} outstanding"), "/s", throughput);
        if asked == Asked::Ulr {
            row = row.goal(Goal::AtLeast(40_000.0));
        }
        self.rows.push(row);
        self.costs(asked, name, &measured);
        self.latency(
            &format!("{name} latency, {outstanding} outstanding, p99"),
            asked,
            &measured,
            None,
        );
        Ok(throughput)
    }

    /// So many a second, whatever the server does.
    async fn open_loop(&mut self, target: &Target<'_>, asked: Asked, rate: f64, share: bool) -> Result<()> {
        let what = if share {
            format!("{} at {:.0} %", asked.name(), OPEN_LOOP_SHARE * 100.0)
        } else {
            format!("{} at {rate:.0}/s", asked.name())
        };
        let config = self.config(asked, Pace::Rate(rate));
        let measured = self.run_one(target, &what, config).await?;
        self.rows
            .push(Row::new(what.clone(), "/s", measured.report.throughput()));
        let goal = share.then_some(Goal::AtMost(5.0));
        self.latency(&format!("{what}: latency, p99"), asked, &measured, goal);
        let behind = in_unit(measured.report.behind, 1e3);
        self.rows
            .push(Row::new(format!("{what}: sent late by at most"), "ms", behind));
        self.costs(Asked::Mix, &what, &measured);
        Ok(())
    }

    fn latency(&mut self, name: &str, asked: Asked, measured: &Measured, goal: Option<Goal>) {
        let latency = asked.latency(&measured.report);
        let ms = |share| in_unit(latency.quantile(share), 1e3);
        let quantiles = Quantiles {
            p50: ms(0.5),
            p99: ms(0.99),
            p999: ms(0.999),
        };
        let mut row = Row::new(name, "ms", quantiles.p99).quantiles(quantiles);
        row.goal = goal;
        self.rows.push(row);
    }

    /// Processor time of both sides. Goals are those of a closed loop of AIRs.
    fn costs(&mut self, asked: Asked, what: &str, measured: &Measured) {
        let Some(cost) = measured.cost else { return };
        if let Some(seconds) = each(cost.server, cost.answers) {
            let mut per_request = Row::new(format!("{what}: server CPU per request"), "µs", seconds * 1e6);
            if asked == Asked::Air {
                per_request = per_request.goal(Goal::AtMost(6.0));
            }
            self.rows.push(per_request);
            if asked == Asked::Air && seconds > 0.0 {
                let row = Row::new("AIR per second and core of the server", "/s", 1.0 / seconds);
                self.rows.push(row.goal(Goal::AtLeast(150_000.0)));
            }
        }
        if let Some(seconds) = each(cost.generator, cost.answers) {
            let name = format!("{what}: load generator CPU per request");
            self.rows.push(Row::new(name, "µs", seconds * 1e6));
        }
    }

    /// Runs a load with its progress, and notes what was wrong.
    async fn run_one(&mut self, target: &Target<'_>, what: &str, config: LoadConfig) -> Result<Measured> {
        let (length, template) = match config.until {
            Until::Count(count) => (count, "{msg} [{bar:40}] {human_pos}/{human_len}"),
            Until::Elapsed(length) => (
                length.as_millis() as u64,
                "{msg} [{bar:40}] {elapsed} of {duration}",
            ),
        };
        let bar = bar(length, template);
        bar.set_message(what.to_owned());
        let begin = self.clock.moment().now;
        let clock = self.clock;
        let (show, until) = (bar.clone(), config.until);
        let measured = client::run(clock, target, config, |progress| match until {
            Until::Count(_) => show.set_position(progress.answered),
            Until::Elapsed(_) => show.set_position((clock.moment().now - begin).as_millis() as u64),
        })
        .await;
        bar.finish_and_clear();
        let measured = measured?;
        if self.fault.is_none() && !measured.report.is_clean() {
            self.fault = Some(format!("{what}: {}", fault(&measured.report)));
        }
        Ok(measured)
    }

    fn config(&self, asked: Asked, pace: Pace) -> LoadConfig {
        let duration = self.arguments.duration;
        let mut config = LoadConfig::new(home_plmn(), home_plmn().epc_realm(), self.arguments.subscribers);
        config.mix = asked.mix();
        config.pace = pace;
        // Each measurement draws other subscribers.
        config.seed = self.rows.len() as u64;
        config.warm_up = duration / 5;
        config.until = Until::Elapsed(duration + config.warm_up);
        config
    }
}

/// What is wrong with the answers of a load.
fn fault(report: &LoadReport) -> String {
    if let Some(fault) = &report.first_fault {
        return format!(
            "{} of {} answers checked are wrong: {fault}",
            report.wrong, report.checked
        );
    }
    if report.progress.failed > 0 {
        return format!(
            "{} of {} requests were not answered",
            report.progress.failed, report.progress.sent
        );
    }
    let refused = report.results.iter().find(|result| !result.outcome.is_success());
    match refused {
        Some(refused) => format!(
            "{} requests (command {}) were refused with {}",
            refused.count,
            refused.command,
            quintet_sim::result_name(refused.outcome)
                .map_or_else(|| format!("{:?}", refused.outcome), str::to_owned)
        ),
        None => "nothing was answered".to_owned(),
    }
}
