//! The load generator on a connection of its own, and what it and the server cost meanwhile.

use crate::bench::process;
use crate::bench::server::Server;
use crate::bench::ticker::Ticker;
use anyhow::{Context, Result, bail};
use quintet_diameter::dict::{application, vendor};
use quintet_diameter::node::{
    Application as DiameterApplication, ConnectionId, DisconnectCause, Event, Inbound, Node, NodeConfig,
    PeerConfig,
};
use quintet_runtime::{Application, Clock, Drbg, Driver, Moment};
use quintet_sim::demo::home_plmn;
use quintet_sim::{LoadConfig, LoadGenerator, LoadProgress, LoadReport, Until};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often progress is shown.
const LOOK: Duration = Duration::from_millis(50);

/// How long the connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// What is measured against.
pub(super) struct Target<'a> {
    pub(super) address: SocketAddr,
    /// Its Origin-Host.
    pub(super) identity: String,
    /// The process, if it is ours.
    pub(super) server: Option<&'a Server>,
}

/// Processor time for so many answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) server: Option<Duration>,
    pub(super) generator: Option<Duration>,
    pub(super) answers: u64,
}

/// What a run has shown.
pub(super) struct Measured {
    pub(super) report: LoadReport,
    /// After the warm-up; nothing if the run was too short.
    pub(super) cost: Option<Cost>,
    /// When the last answer had come, on the benchmark's clock.
    pub(super) ended: Duration,
}

/// A load generator as the driver drives it.
struct Load {
    generator: LoadGenerator,
    connected: bool,
    done: Rc<Notify>,
}

impl Load {
    fn look(&self) {
        if self.generator.is_done() {
            self.done.notify_one();
        }
    }
}

impl Application for Load {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.generator.handle(at.now, node, connection, inbound);
    }

    fn event(&mut self, at: Moment, _: &mut Node, event: &Event) {
        self.connected |= matches!(event, Event::PeerUp { .. });
        self.generator.handle_event(at.now, event);
        self.look();
    }

    fn pump(&mut self, at: Moment, node: &mut Node) {
        self.generator.pump(at.now, node);
        self.look();
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.generator.poll_timeout()
    }

    fn timeout(&mut self, at: Moment, node: &mut Node) {
        self.generator.handle_timeout(at.now, node);
    }
}

/// Runs a load to its end.
pub(super) async fn run(
    clock: Clock,
    target: &Target<'_>,
    config: LoadConfig,
    mut progress: impl FnMut(LoadProgress),
) -> Result<Measured> {
    let identity = format!("mme.{}", home_plmn().epc_realm());
    let (warm_up, until) = (config.warm_up, config.until);
    let open_loop = matches!(config.pace, quintet_sim::Pace::Rate(_));
    let generator = LoadGenerator::new(config, &identity)?;
    let pump = Arc::new(Notify::new());
    let done = Rc::new(Notify::new());
    let load = Load {
        generator,
        connected: false,
        done: Rc::clone(&done),
    };
    let node = Node::new(node_config(target, identity), Drbg::new()?.next_u64())?;
    let driver = Driver::start(clock, node, load, None, Arc::clone(&pump));
    let ticker = open_loop.then(|| Ticker::start(&pump));
    let begin = clock.moment().now;
    let mut meter = Meter::new(target, begin, warm_up, until);
    loop {
        let ended = tokio::select! {
            () = done.notified() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let now = clock.moment().now;
        let (connected, at) = driver.with(|_, _, load| (load.connected, load.generator.progress()));
        meter.look(now, at);
        progress(at);
        if ended {
            break;
        }
        if !connected && now.saturating_sub(begin) > CONNECT_LIMIT {
            bail!(
                "no Diameter connection to {} ({}) within {} s",
                target.address,
                target.identity,
                CONNECT_LIMIT.as_secs()
            );
        }
    }
    let ended = clock.moment().now;
    drop(ticker);
    let report = driver.with(|_, _, load| load.generator.report());
    driver.shutdown(DisconnectCause::DO_NOT_WANT_TO_TALK_TO_YOU).await;
    Ok(Measured {
        report,
        cost: meter.cost(),
        ended,
    })
}

fn node_config(target: &Target<'_>, identity: String) -> NodeConfig {
    let local = match target.address.ip() {
        IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    };
    let mut config = NodeConfig::new(identity, home_plmn().epc_realm(), local);
    config.applications = vec![DiameterApplication::auth(vendor::TGPP, application::S6A)];
    config.peers = vec![PeerConfig {
        identity: target.identity.clone(),
        address: Some(target.address),
        connect: true,
        ..PeerConfig::default()
    }];
    config
}

/// Takes the processor times at the end of the warm-up and at the last look before the load ends.
struct Meter<'a> {
    server: Option<&'a Server>,
    from: Duration,
    to: Duration,
    first: Option<Cost>,
    last: Option<Cost>,
}

impl<'a> Meter<'a> {
    fn new(target: &Target<'a>, begin: Duration, warm_up: Duration, until: Until) -> Self {
        let length = match until {
            Until::Elapsed(length) => length,
            Until::Count(_) => Duration::MAX,
        };
        Self {
            server: target.server,
            from: begin + warm_up,
            to: begin.saturating_add(length),
            first: None,
            last: None,
        }
    }

    fn look(&mut self, now: Duration, progress: LoadProgress) {
        if now < self.from || now > self.to {
            return;
        }
        let cost = Cost {
            server: self.server.and_then(Server::processor_time),
            generator: process::processor_time(std::process::id()),
            answers: progress.answered,
        };
        self.last = Some(cost);
        self.first.get_or_insert(cost);
    }

    fn cost(&self) -> Option<Cost> {
        let (first, last) = (self.first?, self.last?);
        let since = |a: Option<Duration>, b: Option<Duration>| Some(b?.saturating_sub(a?));
        let answers = last.answers.checked_sub(first.answers).filter(|n| *n > 0)?;
        Some(Cost {
            server: since(first.server, last.server),
            generator: since(first.generator, last.generator),
            answers,
        })
    }
}

/// A rate's inverse: time for each of so many.
pub(super) fn each(time: Option<Duration>, count: u64) -> Option<f64> {
    time.map(|time| time.as_secs_f64() / count as f64)
}

/// One AIR: until it is granted, again and again, because a server that starts may still say 3004.
pub(super) async fn first_answer(
    clock: Clock,
    target: &Target<'_>,
    config: &LoadConfig,
    limit: Duration,
) -> Result<Duration> {
    let begin = clock.moment().now;
    loop {
        let one = LoadConfig {
            until: Until::Count(1),
            verify_every: 1,
            ..config.clone()
        };
        let measured = run(clock, target, one, |_| ()).await?;
        let result = measured.report.results.first().copied();
        match result {
            Some(result) if result.outcome.is_success() => return Ok(measured.ended),
            _ if measured.ended.saturating_sub(begin) < limit => {}
            other => {
                return Err(match other {
                    Some(result) => anyhow::anyhow!("the server's answer is {:?}", result.outcome),
                    None => anyhow::anyhow!("the server did not answer"),
                })
                .context("no vector was granted");
            }
        }
    }
}
