//! The nodes of a lab of 5GS: UDM, AUSF, an AMF that can be restarted, and the lines between them.

use super::gnb::Report;
use super::journal::{JournalTap, Tapped, report};
use crate::keys::Sources;
use crate::lab::contexts;
use crate::lab::hss::{Keeping, SHUTDOWN_TIMEOUT, node_config};
use crate::lab::journal::Journal;
use crate::lab::line::{Condition, Line};
use crate::lab::ran::{Board, RanStation};
use crate::lab::technology::{MAX_CONNECTIONS, TIMER_DIVISOR};
use anyhow::{Context, Result, bail};
use quintet_amf::{Amf, Config, Save, SbiConfig};
use quintet_ausf::{Ausf, AusfConfig};
use quintet_diameter::node::{DisconnectCause, Node};
use quintet_fgmm::network::At;
use quintet_fgmm::network::durable::Stop;
use quintet_identity::fgs::{Tac, Tai};
use quintet_runtime::sctp::{SctpBackend, SctpCarrier, SctpRemote, SctpSettings, SctpUse};
use quintet_runtime::{
    AmfApplication, Application, AusfApplication, Clock, Drbg, Driver, Moment, SbiSettings, Tap,
    UdmApplication,
};
use quintet_sbi::Target;
use quintet_sim::demo;
use quintet_sim::fgs::{LabTimers, Restart, home_network_keys, policy, serving_plmn};
use quintet_store_sqlite::{ContextStore, Opened, Owner};
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig};
use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, LocalSet};

/// NGAP's SCTP port (TS 38.412 7). Under UDP it is nobody else's, whatever runs on this machine.
const NGAP_PORT: u16 = 38_412;

/// The lab's NF instances (RFC 9562 5.8).
const AMF_INSTANCE: &str = "a3f5c1de-0000-8000-8000-00000000a3f0";
const AUSF_INSTANCE: &str = "a3f5c1de-0000-8000-8000-0000000a05f0";

/// The tracking area of all cells.
pub(super) fn tai() -> Tai {
    Tai {
        plmn: serving_plmn(),
        tac: Tac::new(1).expect("24 bits"),
    }
}

/// Who hears the reports of AMF, AUSF and UDM at present.
type Boards = Rc<RefCell<Option<Rc<Board<Network>>>>>;

/// The AMF at work, in tasks of its own that end with it.
struct Station {
    driver: Driver<AmfApplication>,
    tasks: JoinHandle<()>,
    remote: SctpRemote,
    contexts: Rc<ContextStore>,
}

/// The lines to the network functions, by which everybody finds them.
struct Lines {
    amf: Line,
    ausf: Line,
    udm: Line,
}

/// The network.
pub(in crate::lab) struct Network {
    pub(super) clock: Clock,
    timers: LabTimers,
    lines: Lines,
    udm: Driver<UdmApplication>,
    ausf: Driver<AusfApplication>,
    amf: Option<Station>,
    /// AMFs there have been.
    instances: u32,
    contexts: PathBuf,
    journal: Rc<RefCell<Journal>>,
    pub(super) boards: Boards,
}

/// A target of cleartext HTTP/2.
fn target(line: &Line) -> Target {
    Target {
        tls: false,
        authority: line.address.to_string(),
    }
}

/// The Diameter node that the driver of a node has that speaks none.
fn silent_node(name: &str, moment: Moment, drbg: &mut Drbg) -> Result<Node> {
    let config = node_config(format!("{name}.lab"), "lab".to_owned(), moment);
    Ok(Node::new(config, drbg.next_u64())?)
}

/// Listens for requests, where the line then leads.
fn listen<A: Application + 'static>(driver: &Driver<A>, line: &Line) -> Result<()> {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let local = driver.listen_sbi(SbiSettings::cleartext(here));
    line.lead_to(local.context("no TCP port on the loopback address")?);
    Ok(())
}

/// Takes a report to the ladder and to who plays.
fn heard(journal: &RefCell<Journal>, boards: &Boards, at: Moment, what: &Report) {
    report(&mut journal.borrow_mut(), at.wall, what);
    if let Some(board) = &*boards.borrow() {
        board.report(what);
    }
}

impl Network {
    /// Starts UDM, AUSF and AMF.
    ///
    /// # Errors
    /// If a database cannot be used, or the system gives no socket.
    pub(super) async fn begin(
        (keeping, contexts): (Keeping<'_>, &Path),
        journal: &Rc<RefCell<Journal>>,
    ) -> Result<Self> {
        let clock = Clock::start();
        let lines = Lines {
            amf: Line::start().await?,
            ausf: Line::start().await?,
            udm: Line::start().await?,
        };
        let boards = Boards::default();
        let udm = start_udm(clock, &lines, keeping, (journal, &boards))?;
        let ausf = start_ausf(clock, &lines, (journal, &boards))?;
        let mut network = Self {
            clock,
            timers: LabTimers::divided(TIMER_DIVISOR),
            lines,
            udm,
            ausf,
            amf: None,
            instances: 0,
            contexts: contexts.to_owned(),
            journal: Rc::clone(journal),
            boards,
        };
        network.start_amf()?;
        Ok(network)
    }

    fn station(&self) -> Result<&Station> {
        self.amf.as_ref().context("the AMF is away")
    }

    /// Where the AMF is.
    ///
    /// # Errors
    /// If there is no AMF at present.
    pub(super) fn amf(&self) -> Result<SctpRemote> {
        Ok(self.station()?.remote)
    }

    /// Asks something of the AMF, or of its operator.
    ///
    /// # Errors
    /// If there is no AMF at present.
    pub(super) fn with_amf<R>(&self, work: impl FnOnce(At, &mut Amf) -> R) -> Result<R> {
        Ok(self.station()?.driver.with(|at, _, application| {
            let at = At {
                now: at.now,
                wall: at.wall,
            };
            work(at, application.amf())
        }))
    }

    /// The line to the AUSF is so from now on.
    pub(super) fn set_ausf(&self, condition: Condition) {
        self.lines.ausf.set(condition);
    }

    /// The line to the UDM is so from now on.
    pub(super) fn set_udm(&self, condition: Condition) {
        self.lines.udm.set(condition);
    }

    fn start_amf(&mut self) -> Result<()> {
        let Opened {
            store,
            clean,
            records,
        } = ContextStore::open_for(
            &self.contexts,
            Owner::Amf,
            &Sources::beside(&self.contexts).for_database(&self.contexts),
        )?;
        let mut drbg = Drbg::new().context("no entropy")?;
        let mut seed = [0; 32];
        drbg.fill(&mut seed);
        let mut amf = Amf::new(self.amf_config(), seed);
        let moment = self.clock.moment();
        let at = At {
            now: moment.now,
            wall: moment.wall,
        };
        let stop = if clean { Stop::Clean } else { Stop::Unclean };
        for (key, record) in records {
            if let Err(why) = amf.restore(at, key, &record, stop) {
                bail!("a context the AMF wrote cannot be read back: {why}");
            }
        }
        let contexts = Rc::new(store);
        let kept = Rc::clone(&contexts);
        let (journal, boards) = (Rc::clone(&self.journal), Rc::clone(&self.boards));
        let application = AmfApplication::new(amf)
            .keeping(Box::new(move |save| match save {
                Save::Put { key, record } => kept.put(key, record),
                Save::Delete { key } => kept.delete(key),
            }))
            .reporting(Box::new(move |at, event| {
                heard(&journal, &boards, at, &Report::Amf(event.clone()));
            }));
        let node = silent_node("amf", moment, &mut drbg)?;
        self.instances += 1;
        let tap: Box<dyn Tap> = Box::new(JournalTap {
            journal: Rc::clone(&self.journal),
            node: Tapped::Amf,
            ausf: self.lines.ausf.address,
            instance: self.instances,
        });
        let local = LocalSet::new();
        let (driver, remote) = {
            let _entered = local.enter();
            let driver = Driver::start(self.clock, node, application, Some(tap), Arc::new(Notify::new()));
            listen(&driver, &self.lines.amf)?;
            let mut settings =
                SctpSettings::listening((Ipv4Addr::LOCALHOST, NGAP_PORT).into(), SctpBackend::Udp);
            settings.udp_port = 0;
            let transport = driver.open_sctp(&settings, SctpUse::Application)?;
            let at = driver
                .sctp_address(transport)
                .context("the AMF's transport is gone")?;
            let SctpCarrier::Udp { port } = at.carrier else {
                bail!("SCTP of the lab is not over UDP: this is a defect, please report it");
            };
            let remote = SctpRemote {
                address: at.address,
                udp_port: Some(port),
            };
            (driver, remote)
        };
        self.amf = Some(Station {
            driver,
            tasks: tokio::task::spawn_local(local),
            remote,
            contexts,
        });
        Ok(())
    }

    fn amf_config(&self) -> Config {
        let lines = &self.lines;
        let mut sbi = SbiConfig::new(
            AMF_INSTANCE,
            target(&lines.amf),
            target(&lines.ausf),
            target(&lines.udm),
        );
        // Not scaled down: no scenario waits for it, and a busy disk must not look like a lost UDM.
        sbi.timeout = LabTimers::SPECIFIED.sbi_timeout;
        let policy = policy(&self.timers, vec![tai()]);
        let mut config = Config::new("quintet lab", policy, sbi);
        config.t3513 = self.timers.t3513;
        config.limits.connections = MAX_CONNECTIONS;
        config.limits.connections_per_gnb = MAX_CONNECTIONS;
        config.limits.unproven_per_gnb = MAX_CONNECTIONS;
        config
    }

    /// Stops the AMF: in good order, or as if it had been killed.
    async fn stop_amf(&mut self, how: Restart) -> Result<()> {
        let Some(station) = self.amf.take() else {
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
            bail!("somebody still writes the AMF's contexts: this is a defect, please report it");
        };
        let last = last.into_iter().filter_map(|save| match save {
            Save::Put { key, record } => Some((key, record)),
            Save::Delete { .. } => None,
        });
        contexts::stop(store, last, how, &self.contexts)
    }

    /// Stops the AMF, and starts it again with what it wrote; the gNB finds it.
    ///
    /// # Errors
    /// As at the start.
    pub(super) async fn restart_amf(&mut self, how: Restart, gnb: &RanStation<Self>) -> Result<()> {
        gnb.redirect(None);
        self.stop_amf(how).await?;
        self.start_amf()?;
        gnb.redirect(Some(self.amf()?));
        Ok(())
    }

    /// Disconnects everybody in good order.
    ///
    /// # Errors
    /// If the AMF's contexts cannot be written.
    pub(super) async fn end(mut self) -> Result<()> {
        let stopped = self.stop_amf(Restart::Clean).await;
        let ausf = self.ausf.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, ausf).await;
        let udm = self.udm.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, udm).await;
        stopped
    }
}

fn start_udm(
    clock: Clock,
    lines: &Lines,
    keeping: Keeping<'_>,
    (journal, boards): (&Rc<RefCell<Journal>>, &Boards),
) -> Result<Driver<UdmApplication>> {
    let mut drbg = Drbg::new().context("no entropy")?;
    let pump = Arc::new(Notify::new());
    let config = UdmConfig::new(vec![demo::home_plmn()]);
    let (store, challenge) = keeping.open(config.slot, &pump, &mut drbg)?;
    let mut keys = HomeNetworkKeys::new();
    for (id, key) in home_network_keys() {
        keys.add(id, key);
    }
    let node = silent_node("udm", clock.moment(), &mut drbg)?;
    let entropy = Box::new(move |octets: &mut [u8]| drbg.fill(octets));
    let (journal, boards) = (Rc::clone(journal), Rc::clone(boards));
    let application = UdmApplication::new(Udm::new(config, keys, challenge, entropy), store).reporting(
        Box::new(move |at, event| heard(&journal, &boards, at, &Report::Udm(event.clone()))),
    );
    let driver = Driver::start(clock, node, application, None, pump);
    driver.with(|_, _, application| application.start());
    listen(&driver, &lines.udm)?;
    Ok(driver)
}

fn start_ausf(
    clock: Clock,
    lines: &Lines,
    (journal, boards): (&Rc<RefCell<Journal>>, &Boards),
) -> Result<Driver<AusfApplication>> {
    let mut drbg = Drbg::new().context("no entropy")?;
    let mut config = AusfConfig::new(
        AUSF_INSTANCE.to_owned(),
        target(&lines.ausf),
        Some(target(&lines.udm)),
    );
    config.udm_timeout = LabTimers::SPECIFIED.udm_timeout;
    let node = silent_node("ausf", clock.moment(), &mut drbg)?;
    let entropy = Box::new(move |octets: &mut [u8]| drbg.fill(octets));
    let tap: Box<dyn Tap> = Box::new(JournalTap {
        journal: Rc::clone(journal),
        node: Tapped::Ausf,
        ausf: lines.ausf.address,
        instance: 0,
    });
    let (journal, boards) = (Rc::clone(journal), Rc::clone(boards));
    let application =
        AusfApplication::new(Ausf::new(config, entropy)).reporting(Box::new(move |at, event| {
            heard(&journal, &boards, at, &Report::Ausf(event.clone()));
        }));
    let driver = Driver::start(clock, node, application, Some(tap), Arc::new(Notify::new()));
    listen(&driver, &lines.ausf)?;
    Ok(driver)
}
