//! The nodes of a lab: an HSS on a database file, and two MMEs that connect to it over TCP, all on this thread.

use super::recorder::{Recorder, RecorderTap};
use crate::database::Database;
use crate::lab::hss::{Keeping, SHUTDOWN_TIMEOUT, hss_identity, node_config, provision, start_hss};
use anyhow::{Context, Result, anyhow};
use quintet_diameter::node::{ConnectionId, DisconnectCause, Event, Inbound, Node, PeerConfig};
use quintet_identity::{Imsi, Plmn};
use quintet_runtime::{Application, Clock, Drbg, Driver, HssApplication, Moment, Tap};
use quintet_sim::demo;
use quintet_sim::{Mme, MmeConfig, MmeEvent, Procedure};
use quintet_store::{Command, PutMode};
use quintet_subscriber::model::Subscriber;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// The MMEs. The first is at home, the second in another network.
pub(super) const MMES: [&str; 2] = ["MME1", "MME2"];

/// How long a procedure, or the start, may take: far more than either needs on any machine.
pub(super) const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// What an MME reported and nobody looked at yet, and whether its peer is up.
#[derive(Default)]
struct Reports {
    events: RefCell<VecDeque<MmeEvent>>,
    up: std::cell::Cell<bool>,
    news: Notify,
}

/// An MME as an application of the driver.
pub(super) struct MmeApplication {
    pub(super) mme: Mme,
    reports: Rc<Reports>,
}

impl MmeApplication {
    fn report(&mut self) {
        while let Some(event) = self.mme.poll_event() {
            self.reports.events.borrow_mut().push_back(event);
            self.reports.news.notify_one();
        }
    }
}

impl Application for MmeApplication {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.mme.handle(at.now, node, connection, inbound);
    }

    fn event(&mut self, _: Moment, _: &mut Node, event: &Event) {
        self.mme.handle_event(event);
        match event {
            Event::PeerUp { .. } => self.reports.up.set(true),
            Event::PeerDown { .. } => self.reports.up.set(false),
            _ => {}
        }
        self.report();
        self.reports.news.notify_one();
    }

    fn pump(&mut self, _: Moment, _: &mut Node) {
        self.report();
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}
}

/// One MME of the lab.
pub(super) struct Station {
    pub(super) driver: Driver<MmeApplication>,
    reports: Rc<Reports>,
}

impl Station {
    /// The next event of this MME.
    pub(super) async fn next(&self) -> Result<MmeEvent> {
        let wait = async {
            loop {
                let event = self.reports.events.borrow_mut().pop_front();
                match event {
                    Some(event) => return event,
                    None => self.reports.news.notified().await,
                }
            }
        };
        tokio::time::timeout(STEP_TIMEOUT, wait)
            .await
            .map_err(|_| anyhow!("nothing happened for {} s", STEP_TIMEOUT.as_secs()))
    }

    async fn connected(&self) -> Result<()> {
        let wait = async {
            while !self.reports.up.get() {
                self.reports.news.notified().await;
            }
        };
        let late = || {
            anyhow!(
                "an MME could not connect to the HSS within {} s",
                STEP_TIMEOUT.as_secs()
            )
        };
        tokio::time::timeout(STEP_TIMEOUT, wait).await.map_err(|_| late())
    }

    /// Begins a procedure.
    pub(super) fn begin(
        &self,
        work: impl FnOnce(Duration, &mut Node, &mut Mme) -> Result<(), quintet_sim::ProcedureError>,
    ) -> Result<()> {
        Ok(self
            .driver
            .with(|at, node, application| work(at.now, node, &mut application.mme))?)
    }
}

/// Whether an event ends this procedure of this subscriber.
pub(super) fn ends(event: &MmeEvent, whose: Imsi, what: Procedure) -> bool {
    match event {
        MmeEvent::Completed { imsi, procedure } | MmeEvent::Failed { imsi, procedure, .. } => {
            *imsi == whose && *procedure == what
        }
        _ => false,
    }
}

/// The network of a lab at work.
pub(super) struct Network {
    hss: Driver<HssApplication>,
    pub(super) stations: Vec<Station>,
    database: PathBuf,
}

impl Network {
    /// Provisions the database, starts all nodes and waits until they are connected.
    ///
    /// # Errors
    /// If the database cannot be used, or the system gives no socket.
    pub(super) async fn start(
        database: &Path,
        population: u32,
        recorder: &Rc<RefCell<Recorder>>,
    ) -> Result<Self> {
        let crowd = demo::Population::new();
        let known = demo::subscribers().into_iter().map(|demo| demo.subscriber);
        provision(
            database,
            known.chain((0..population).filter_map(|n| crowd.subscriber(n))),
            std::iter::empty(),
        )?;
        let clock = Clock::start();
        let tap: Box<dyn Tap> = Box::new(RecorderTap(Rc::clone(recorder)));
        let (hss, address) = start_hss(&clock, Keeping::Database(database), Some(tap))?;
        let mut stations = Vec::new();
        for (mme, plmn) in MMES.iter().zip([demo::home_plmn(), demo::visited_plmn()]) {
            stations.push(start_mme(&clock, mme, plmn, address)?);
        }
        for station in &stations {
            station.connected().await?;
        }
        Ok(Self {
            hss,
            stations,
            database: database.to_owned(),
        })
    }

    /// Changes what is provisioned, as `quintet subscriber` would.
    ///
    /// # Errors
    /// As the database says.
    pub(super) fn provision(&self, subscriber: Subscriber) -> Result<()> {
        let mut database = Database::open_beside(&self.database, true)?;
        database.execute(Command::Put {
            subscribers: vec![subscriber],
            mode: PutMode::Update,
        })?;
        Ok(())
    }

    /// Disconnects everybody in good order.
    pub(super) async fn stop(self) {
        for station in &self.stations {
            let shutdown = station.driver.shutdown(DisconnectCause::REBOOTING);
            // An end that does not come in time is left to the end of the process.
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
        }
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, self.hss.shutdown(DisconnectCause::REBOOTING)).await;
    }
}

fn start_mme(clock: &Clock, name: &str, plmn: Plmn, hss: SocketAddr) -> Result<Station> {
    let realm = plmn.epc_realm();
    let mut config = node_config(format!("{}.{realm}", name.to_lowercase()), realm, clock.moment());
    config.peers = vec![PeerConfig {
        identity: hss_identity(),
        address: Some(hss),
        connect: true,
        ..PeerConfig::default()
    }];
    let node = Node::new(config, Drbg::new().context("no entropy")?.next_u64())?;
    let mme = Mme::new(MmeConfig::new(plmn, demo::home_plmn().epc_realm()));
    let reports = Rc::new(Reports::default());
    let application = MmeApplication {
        mme,
        reports: Rc::clone(&reports),
    };
    let driver = Driver::start(*clock, node, application, None, Arc::new(Notify::new()));
    Ok(Station { driver, reports })
}
