//! `quintet bench rest`: the provisioning interface under load, creates that are on the disk and reads, over HTTP/1.1.
//!
//! The interface has a thread, its database three, and whoever asks another one: all on this machine.

mod client;

use super::machine::Machine;
use super::report::{self, Goal, Quantiles, Row};
use crate::database::wall_clock;
use crate::keys::Sources;
use crate::output::Finding;
use anyhow::{Context, Result, ensure};
use client::{Load, Tally};
use quintet_admin::{Limits, Server, Settings, first_token};
use quintet_store_sqlite::{Options, SqliteStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench rest
  quintet bench rest --connections 256 --duration 10 --directory /var/tmp --json";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seconds of each measurement
    #[arg(long, value_name = "S", default_value = "5", value_parser = super::aka::seconds)]
    duration: Duration,
    /// Connections, each with one request at a time
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=512))]
    connections: u32,
    /// Where the database is made and removed: a directory on the disk to be measured
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// `quintet bench rest`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    let directory = match &arguments.directory {
        Some(directory) => tempfile::tempdir_in(directory),
        None => tempfile::tempdir(),
    };
    let directory = directory.context("no directory for the database")?;
    let (server, token) = start(&directory.path().join("rest.db"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let load = Load {
        address: server.address(),
        token,
        connections: arguments.connections,
        duration: arguments.duration,
    };
    let created = runtime.block_on(load.create())?;
    ensure!(
        created.done > 0,
        "no subscriber was made in {:?}: {}",
        arguments.duration,
        created.last_failure
    );
    let read = runtime.block_on(load.read(created.done))?;
    server.stop();
    let failures = created.failures + read.failures;
    if failures > 0 {
        anstream::eprintln!(
            "quintet: {failures} requests failed: {}{}",
            created.last_failure,
            read.last_failure
        );
    }
    let mut rows = rows(arguments, "REST creates, durable", created, 5_000.0);
    rows.extend(self::rows(
        arguments,
        "REST reads of one subscriber",
        read,
        30_000.0,
    ));
    report::print("quintet.bench.rest/1", &Machine::here(), &rows, arguments.json)?;
    Ok(match failures {
        0 => Finding::Positive,
        _ => Finding::Negative,
    })
}

/// The interface on a new database, and a token for it.
fn start(path: &Path) -> Result<(Server, String)> {
    let wake = Arc::new(Notify::new());
    let waker = Arc::clone(&wake);
    let store = SqliteStore::open(
        path,
        Options {
            masters: Sources::beside(path).for_database(path),
            waker: Box::new(move || waker.notify_one()),
            ..Options::default()
        },
    )?;
    let (command, token) = first_token(wall_clock().0).map_err(anyhow::Error::msg)?;
    store.execute(command)?;
    let settings = Settings {
        home_plmns: Vec::new(),
        audit_kept: Duration::from_secs(86_400),
        orders: None,
        keys: None,
        clock: Arc::new(|| wall_clock().0),
    };
    let listen = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    // All of them are ours.
    let limits = Limits {
        connections_per_address: Limits::default().connections,
        ..Limits::default()
    };
    let server = Server::start(listen, None, limits, settings, None, (Box::new(store), wake))?;
    Ok((server, token.to_string()))
}

fn rows(arguments: &Arguments, name: &str, mut tally: Tally, goal: f64) -> Vec<Row> {
    tally.latencies_us.sort_unstable();
    let quantile = |share: f64| {
        let at = (tally.latencies_us.len().saturating_sub(1) as f64 * share) as usize;
        f64::from(tally.latencies_us.get(at).copied().unwrap_or_default()) / 1_000.0
    };
    let latency = Quantiles {
        p50: quantile(0.5),
        p99: quantile(0.99),
        p999: quantile(0.999),
    };
    let rate = tally.done as f64 / arguments.duration.as_secs_f64();
    vec![
        Row::new(name, "/s", rate).goal(Goal::AtLeast(goal)),
        Row::new(format!("{name}, p99"), "ms", latency.p99).quantiles(latency),
    ]
}
