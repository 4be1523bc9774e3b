//! The nodes of an LTE lab: an HSS, a line to it, an MME that can be restarted, an eNB for each scenario.

use super::journal::{JournalTap, mme_event};
use crate::keys::Sources;
use crate::lab::contexts;
use crate::lab::hss::{Keeping, SHUTDOWN_TIMEOUT, hss_identity, node_config, start_hss};
use crate::lab::journal::Journal;
use crate::lab::line::{Condition, Line};
use crate::lab::ran::{Board, RanStation, until};
use crate::lab::technology::MAX_CONNECTIONS;
use anyhow::{Context, Result, bail};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_diameter::node::{DisconnectCause, Node, PeerConfig, PeerState};
use quintet_emm::network::durable::Stop;
use quintet_emm::network::{At, Policy, ReauthenticationPolicy};
use quintet_identity::{Gummei, Tai};
use quintet_mme::{Config, Mme, Save};
use quintet_runtime::sctp::{SctpBackend, SctpCarrier, SctpRemote, SctpSettings, SctpUse};
use quintet_runtime::{Clock, Drbg, Driver, HssApplication, MmeApplication, Tap};
use quintet_sim::demo;
use quintet_sim::lte::{LabTimers, Restart, serving_plmn};
use quintet_store_sqlite::{ContextStore, Opened};
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, LocalSet};

/// S1AP's SCTP port (TS 36.412 7). Under UDP it is nobody else's, whatever runs on this machine.
const S1AP_PORT: u16 = 36_412;

/// How long until an MME that lost its HSS tries again.
const RECONNECT: Duration = Duration::from_millis(50);

/// The tracking area of all cells.
pub(super) fn tai() -> Tai {
    Tai {
        plmn: serving_plmn(),
        tac: 1,
    }
}

/// Who hears the MME's reports at present.
type Boards = Rc<RefCell<Option<Rc<Board<Network>>>>>;

/// The MME at work, in tasks of its own that end with it.
struct Station {
    driver: Driver<MmeApplication>,
    tasks: JoinHandle<()>,
    remote: SctpRemote,
    contexts: Rc<ContextStore>,
}

/// The network.
pub(in crate::lab) struct Network {
    pub(super) clock: Clock,
    timers: LabTimers,
    hss: Driver<HssApplication>,
    line: Line,
    mme: Option<Station>,
    contexts: PathBuf,
    journal: Rc<RefCell<Journal>>,
    pub(super) boards: Boards,
}

impl Network {
    /// Starts HSS and MME and waits until they are connected.
    ///
    /// # Errors
    /// If a database cannot be used, or the system gives no socket.
    pub(super) async fn begin(
        (keeping, contexts): (Keeping<'_>, &Path),
        timers: LabTimers,
        journal: &Rc<RefCell<Journal>>,
    ) -> Result<Self> {
        let clock = Clock::start();
        let (hss, address) = start_hss(&clock, keeping, None)?;
        let line = Line::start().await?;
        line.lead_to(address);
        let mut network = Self {
            clock,
            timers,
            hss,
            line,
            mme: None,
            contexts: contexts.to_owned(),
            journal: Rc::clone(journal),
            boards: Boards::default(),
        };
        network.start_mme()?;
        network.settled().await?;
        Ok(network)
    }

    /// Where the MME is.
    ///
    /// # Errors
    /// If there is no MME at present.
    pub(super) fn mme(&self) -> Result<SctpRemote> {
        Ok(self.station()?.remote)
    }

    fn station(&self) -> Result<&Station> {
        self.mme.as_ref().context("the MME is away")
    }

    /// Asks something of the MME, or of its operator.
    ///
    /// # Errors
    /// If there is no MME at present.
    pub(super) fn with_mme<R>(&self, work: impl FnOnce(At, &mut Node, &mut Mme) -> R) -> Result<R> {
        Ok(self.station()?.driver.with(|at, node, application| {
            let at = At {
                now: at.now,
                wall: at.wall,
            };
            work(at, node, application.mme())
        }))
    }

    /// The line to the HSS is so from now on.
    pub(super) fn set_line(&self, condition: Condition) {
        self.line.set(condition);
    }

    /// Waits until MME and HSS talk.
    ///
    /// # Errors
    /// If they do not in time.
    pub(super) async fn settled(&self) -> Result<()> {
        self.set_line(Condition::Open);
        let station = self.station()?;
        let is_up = || {
            station.driver.with(|_, node, _| {
                let peer = node.find_peer(&hss_identity()).and_then(|id| node.peer(id));
                peer.is_some_and(|peer| matches!(peer.state, PeerState::IOpen | PeerState::ROpen))
            })
        };
        until(is_up).await.context("the MME cannot connect to the HSS")
    }

    fn start_mme(&mut self) -> Result<()> {
        let Opened {
            store,
            clean,
            records,
        } = ContextStore::open(
            &self.contexts,
            &Sources::beside(&self.contexts).for_database(&self.contexts),
        )?;
        let mut drbg = Drbg::new().context("no entropy")?;
        let mut seed = [0; 32];
        drbg.fill(&mut seed);
        let mut mme = Mme::new(self.mme_config(), seed);
        let moment = self.clock.moment();
        let at = At {
            now: moment.now,
            wall: moment.wall,
        };
        let stop = if clean { Stop::Clean } else { Stop::Unclean };
        for (key, record) in records {
            if let Err(why) = mme.restore(at, key, &record, stop) {
                bail!("a context the MME wrote cannot be read back: {why}");
            }
        }
        let contexts = Rc::new(store);
        let kept = Rc::clone(&contexts);
        let (journal, boards) = (Rc::clone(&self.journal), Rc::clone(&self.boards));
        let application = MmeApplication::new(mme)
            .keeping(Box::new(move |save| match save {
                Save::Put { key, record } => kept.put(key, record),
                Save::Delete { key } => kept.delete(key),
            }))
            .reporting(Box::new(move |at, event| {
                mme_event(&mut journal.borrow_mut(), at.wall, event);
                if let Some(board) = &*boards.borrow() {
                    board.report(event);
                }
            }));
        let realm = serving_plmn().epc_realm();
        let mut config = node_config(format!("mme.{realm}"), realm, moment);
        config.timers.tc = RECONNECT;
        config.peers = vec![PeerConfig {
            identity: hss_identity(),
            address: Some(self.line.address),
            connect: true,
            ..PeerConfig::default()
        }];
        let node = Node::new(config, drbg.next_u64())?;
        let tap: Box<dyn Tap> = Box::new(JournalTap(Rc::clone(&self.journal)));
        let local = LocalSet::new();
        let (driver, remote) = {
            let _entered = local.enter();
            let driver = Driver::start(self.clock, node, application, Some(tap), Arc::new(Notify::new()));
            let mut settings =
                SctpSettings::listening((Ipv4Addr::LOCALHOST, S1AP_PORT).into(), SctpBackend::Udp);
            settings.udp_port = 0;
            let transport = driver.open_sctp(&settings, SctpUse::Application)?;
            let at = driver
                .sctp_address(transport)
                .context("the MME's transport is gone")?;
            let SctpCarrier::Udp { port } = at.carrier else {
                bail!("SCTP of the lab is not over UDP: this is a defect, please report it");
            };
            let remote = SctpRemote {
                address: at.address,
                udp_port: Some(port),
            };
            (driver, remote)
        };
        self.mme = Some(Station {
            driver,
            tasks: tokio::task::spawn_local(local),
            remote,
            contexts,
        });
        Ok(())
    }

    fn mme_config(&self) -> Config {
        let tai = tai();
        let policy = Policy {
            plmn: tai.plmn,
            tracking_areas: vec![tai],
            integrity: vec![
                IntegrityAlgorithm::EIA2,
                IntegrityAlgorithm::EIA1,
                IntegrityAlgorithm::EIA3,
            ],
            ciphering: vec![
                CipheringAlgorithm::EEA2,
                CipheringAlgorithm::EEA1,
                CipheringAlgorithm::EEA3,
                CipheringAlgorithm::EEA0,
            ],
            unauthenticated_emergency: true,
            emergency_apn: "sos".parse().ok(),
            reauthentication: ReauthenticationPolicy {
                every: None,
                after: None,
            },
            vectors_at_once: 1,
            request_imeisv: true,
            events: true,
            timers: self.timers.mme,
            address_pool: ([10, 45, 0, 0], 16),
            dns: None,
            network_name: None,
        };
        let gummei = Gummei {
            plmn: tai.plmn,
            mme_group_id: 1,
            mme_code: 1,
        };
        let mut config = Config::new("quintet lab", gummei, policy, demo::home_plmn().epc_realm());
        // Not scaled down: no scenario waits for it, and a busy disk must not look like a lost HSS.
        config.hss_timeout = LabTimers::SPECIFIED.hss_timeout;
        config.t3413 = self.timers.t3413;
        config.limits.connections = MAX_CONNECTIONS;
        config.limits.connections_per_enb = MAX_CONNECTIONS;
        config.limits.unproven_per_enb = MAX_CONNECTIONS;
        config
    }

    /// Stops the MME: in good order, or as if it had been killed.
    async fn stop_mme(&mut self, how: Restart) -> Result<()> {
        let Some(station) = self.mme.take() else {
            return Ok(());
        };
        // From here nothing is written any more.
        let last = station.driver.with(|_, _, application| application.retire());
        let shutdown = station.driver.shutdown(DisconnectCause::REBOOTING);
        // An end that does not come in time is made.
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
        station.tasks.abort();
        let contexts = station.contexts;
        drop(station.driver);
        let Some(store) = Rc::into_inner(contexts) else {
            bail!("somebody still writes the MME's contexts: this is a defect, please report it");
        };
        let last = last.into_iter().filter_map(|save| match save {
            Save::Put { key, record } => Some((key, record)),
            Save::Delete { .. } => None,
        });
        contexts::stop(store, last, how, &self.contexts)
    }

    /// Stops the MME, and starts it again with what it wrote; the eNB finds it.
    ///
    /// # Errors
    /// As at the start.
    pub(super) async fn restart_mme(&mut self, how: Restart, enb: &RanStation<Self>) -> Result<()> {
        enb.redirect(None);
        self.stop_mme(how).await?;
        self.start_mme()?;
        self.settled().await?;
        enb.redirect(Some(self.mme()?));
        Ok(())
    }

    /// Disconnects everybody in good order.
    ///
    /// # Errors
    /// If the MME's contexts cannot be written.
    pub(super) async fn stop(mut self) -> Result<()> {
        let stopped = self.stop_mme(Restart::Clean).await;
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, self.hss.shutdown(DisconnectCause::REBOOTING)).await;
        stopped
    }
}
