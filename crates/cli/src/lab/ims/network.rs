//! The nodes of a lab of IMS: HSS, I- and P-CSCF, an S-CSCF that can be restarted, and the line to the HSS.

use super::access::Report;
use super::core;
use super::ground::{Ground, Ipsec};
use super::inspect::HomeView;
use super::journal::{JournalTap, Tapped, report};
use crate::kept::Kept;
use crate::keys::Sources;
use crate::lab::contexts;
use crate::lab::director::Post;
use crate::lab::hss::{Keeping, SHUTDOWN_TIMEOUT, hss_identity, node_config, start_hss};
use crate::lab::journal::Journal;
use crate::lab::line::{Condition, Line};
use crate::lab::ran::until;
use anyhow::{Context, Result, anyhow, bail};
use quintet_cscf::icscf::Icscf;
use quintet_cscf::pcscf::Pcscf;
use quintet_cscf::scscf::{At, Scscf};
use quintet_diameter::node::{DisconnectCause, Node, PeerState};
use quintet_runtime::{
    Application, Clock, Drbg, Driver, EspBackend, EspCarrier, EspSettings, HssApplication, IcscfApplication,
    Moment, PcscfApplication, ScscfApplication, SipSettings,
};
use quintet_sim::ims::Restart;
use quintet_store_sqlite::{ContextStore, Opened, Owner};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, LocalSet};

/// Who hears the CSCFs' reports at present.
type Posts = Rc<RefCell<Option<Rc<Post<Network>>>>>;

/// The S-CSCF at work, in tasks of its own that end with it.
struct Station {
    driver: Driver<ScscfApplication>,
    tasks: JoinHandle<()>,
    contexts: Rc<ContextStore>,
}

/// The network.
pub(in crate::lab) struct Network {
    pub(super) clock: Clock,
    pub(super) ground: Rc<Ground>,
    line: Line,
    pub(super) hss: Driver<HssApplication>,
    pub(super) home: HomeView,
    icscf: Driver<IcscfApplication>,
    pub(super) pcscf: Driver<PcscfApplication>,
    /// The P-CSCF's UDP port of ESP, if that is over UDP.
    pub(super) esp_port: Option<u16>,
    scscf: Option<Station>,
    /// S-CSCFs there have been.
    instances: u32,
    contexts: PathBuf,
    pub(super) journal: Rc<RefCell<Journal>>,
    pub(super) posts: Posts,
}

fn seed(drbg: &mut Drbg) -> [u8; 32] {
    let mut seed = [0; 32];
    drbg.fill(&mut seed);
    seed
}

/// A moment in the words of the CSCFs.
pub(super) fn at(moment: Moment) -> At {
    At {
        now: moment.now,
        wall: moment.wall,
    }
}

/// The Diameter node that the driver of a node has that speaks none.
pub(super) fn silent_node(name: &str, moment: Moment) -> Result<Node> {
    let config = node_config(format!("{name}.lab"), "lab".to_owned(), moment);
    Ok(Node::new(config, 0)?)
}

/// Listens for SIP, UDP and TCP.
fn listen<A: Application + 'static>(driver: &Driver<A>, address: SocketAddr) -> Result<()> {
    let settings = SipSettings::cleartext(address);
    let listening = driver.listen_sip(settings);
    listening
        .map(drop)
        .map_err(|error| anyhow!("the lab cannot listen on {address}: {error}"))
}

/// Whether a node and the HSS talk.
fn is_connected<A: Application + 'static>(driver: &Driver<A>) -> bool {
    driver.with(|_, node, _| {
        let peer = node.find_peer(&hss_identity()).and_then(|id| node.peer(id));
        peer.is_some_and(|peer| matches!(peer.state, PeerState::IOpen | PeerState::ROpen))
    })
}

/// Takes a report to the ladder and to who plays.
fn heard(journal: &RefCell<Journal>, posts: &Posts, at: Moment, what: &Report) {
    report(&mut journal.borrow_mut(), at.wall, what);
    if let Some(post) = &*posts.borrow() {
        post.report(what);
    }
}

impl Network {
    /// Starts HSS and CSCFs.
    ///
    /// # Errors
    /// If a database cannot be used, or the system gives no socket.
    pub(super) async fn begin(
        ground: &Rc<Ground>,
        (keeping, contexts): (Keeping<'_>, &Path),
        journal: &Rc<RefCell<Journal>>,
    ) -> Result<Self> {
        let clock = Clock::start();
        let home = HomeView::of(&keeping)?;
        let (hss, address) = start_hss(&clock, keeping, None)?;
        let line = Line::start().await?;
        line.lead_to(address);
        let posts = Posts::default();
        let icscf = start_icscf(clock, ground, line.address, journal)?;
        let (pcscf, carrier) = start_pcscf(clock, ground, (journal, &posts))?;
        let mut network = Self {
            clock,
            ground: Rc::clone(ground),
            line,
            hss,
            home,
            icscf,
            pcscf,
            esp_port: match carrier {
                EspCarrier::Udp { port } => Some(port),
                EspCarrier::Kernel | EspCarrier::RawIp { .. } => None,
            },
            scscf: None,
            instances: 0,
            contexts: contexts.to_owned(),
            journal: Rc::clone(journal),
            posts,
        };
        network.start_scscf()?;
        Ok(network)
    }

    fn station(&self) -> Result<&Station> {
        self.scscf.as_ref().context("the S-CSCF is away")
    }

    /// Looks at the S-CSCF.
    ///
    /// # Errors
    /// If there is none at present.
    pub(super) fn with_scscf<R>(&self, work: impl FnOnce(&Scscf) -> R) -> Result<R> {
        let driver = &self.station()?.driver;
        Ok(driver.with(|_, _, application| work(application.view())))
    }

    /// The line to the HSS is so from now on.
    pub(super) fn set_line(&self, condition: Condition) {
        self.line.set(condition);
    }

    /// Waits until the CSCFs and the HSS talk.
    ///
    /// # Errors
    /// If they do not in time.
    pub(super) async fn connected(&self) -> Result<()> {
        self.set_line(Condition::Open);
        let station = self.station()?;
        until(|| is_connected(&self.icscf) && is_connected(&station.driver))
            .await
            .context("I- and S-CSCF cannot connect to the HSS")
    }

    fn start_scscf(&mut self) -> Result<()> {
        let Opened { store, records, .. } = ContextStore::open_for(
            &self.contexts,
            Owner::Scscf,
            &Sources::beside(&self.contexts).for_database(&self.contexts),
        )?;
        let mut drbg = Drbg::new().context("no entropy")?;
        let mut scscf = Scscf::new(core::scscf_config(&self.ground)?, seed(&mut drbg));
        let moment = self.clock.moment();
        for (key, record) in records {
            if let Err(why) = scscf.restore(at(moment), key, &record) {
                bail!("a registration the S-CSCF wrote cannot be read back: {why}");
            }
        }
        let contexts = Rc::new(store);
        let (journal, posts) = (Rc::clone(&self.journal), Rc::clone(&self.posts));
        let application = ScscfApplication::new(scscf)
            .keeping(Box::new(Kept::new(&contexts)))
            .reporting(Box::new(move |at, event| {
                heard(&journal, &posts, at, &Report::Scscf(event.clone()));
            }));
        let pump = Arc::new(Notify::new());
        let woken = Arc::clone(&pump);
        contexts.wake(move || woken.notify_one());
        self.instances += 1;
        let tap = JournalTap::new(Tapped::Scscf, &self.ground, &self.journal).instance(self.instances);
        let node = Node::new(
            core::diameter("scscf", self.line.address, moment),
            drbg.next_u64(),
        )?;
        let local = LocalSet::new();
        let driver = {
            let _entered = local.enter();
            let driver = Driver::start(self.clock, node, application, Some(Box::new(tap)), pump);
            listen(&driver, self.ground.scscf())?;
            driver
        };
        self.scscf = Some(Station {
            driver,
            tasks: tokio::task::spawn_local(local),
            contexts,
        });
        Ok(())
    }

    /// Stops the S-CSCF: in good order, or as if it had been killed.
    async fn stop_scscf(&mut self, how: Restart) -> Result<()> {
        let Some(station) = self.scscf.take() else {
            return Ok(());
        };
        // From here nothing is written any more.
        station.driver.with(|_, _, application| application.retire());
        let shutdown = station.driver.shutdown(DisconnectCause::REBOOTING);
        // An end that does not come in time is made.
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
        station.tasks.abort();
        // Its sockets go with its tasks.
        let _ = station.tasks.await;
        drop(station.driver);
        let Some(store) = Rc::into_inner(station.contexts) else {
            bail!("somebody still writes the S-CSCF's registrations: this is a defect, please report it");
        };
        contexts::stop(store, std::iter::empty(), how, &self.contexts)
    }

    /// Stops the S-CSCF, and starts it again with what it wrote.
    ///
    /// # Errors
    /// As at the start.
    pub(super) async fn restart_scscf(&mut self, how: Restart) -> Result<()> {
        self.stop_scscf(how).await?;
        self.start_scscf()?;
        self.connected().await
    }

    /// Disconnects everybody in good order.
    ///
    /// # Errors
    /// If the S-CSCF's registrations cannot be written.
    pub(super) async fn end(mut self) -> Result<()> {
        let pcscf = self.pcscf.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, pcscf).await;
        let icscf = self.icscf.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, icscf).await;
        let stopped = self.stop_scscf(Restart::Clean).await;
        let hss = self.hss.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, hss).await;
        stopped
    }
}

fn start_icscf(
    clock: Clock,
    ground: &Rc<Ground>,
    hss: SocketAddr,
    journal: &Rc<RefCell<Journal>>,
) -> Result<Driver<IcscfApplication>> {
    let mut drbg = Drbg::new().context("no entropy")?;
    let icscf = Icscf::new(core::icscf_config(ground)?, seed(&mut drbg));
    let node = Node::new(core::diameter("icscf", hss, clock.moment()), drbg.next_u64())?;
    let tap = JournalTap::new(Tapped::Icscf, ground, journal);
    let application = IcscfApplication::new(icscf);
    let driver = Driver::start(
        clock,
        node,
        application,
        Some(Box::new(tap)),
        Arc::new(Notify::new()),
    );
    listen(&driver, ground.icscf())?;
    Ok(driver)
}

fn start_pcscf(
    clock: Clock,
    ground: &Rc<Ground>,
    (journal, posts): (&Rc<RefCell<Journal>>, &Posts),
) -> Result<(Driver<PcscfApplication>, EspCarrier)> {
    let mut drbg = Drbg::new().context("no entropy")?;
    let config = core::pcscf_config(ground)?;
    let (server, clients) = (
        config.protected_server_port,
        config.protected_client_ports.clone(),
    );
    let pcscf = Pcscf::new(config, seed(&mut drbg));
    let ears = [(); 2].map(|()| (Rc::clone(journal), Rc::clone(posts)));
    let [(journal_of_sip, posts_of_sip), (journal_of_esp, posts_of_esp)] = ears;
    let application = PcscfApplication::new(pcscf).reporting(
        Box::new(move |at, event| {
            heard(&journal_of_sip, &posts_of_sip, at, &Report::Pcscf(event.clone()));
        }),
        Box::new(move |at, event| {
            if let quintet_esp::Event::Dropped(drop) = event {
                heard(&journal_of_esp, &posts_of_esp, at, &Report::Dropped(drop.reason));
            }
        }),
    );
    let tap = JournalTap::new(Tapped::Pcscf, ground, journal);
    let node = silent_node("pcscf", clock.moment())?;
    let driver = Driver::start(
        clock,
        node,
        application,
        Some(Box::new(tap)),
        Arc::new(Notify::new()),
    );
    let access = ground.access();
    let backend = match ground.ipsec {
        Ipsec::User => EspBackend::Udp,
        Ipsec::Kernel => EspBackend::Kernel,
    };
    let esp = EspSettings::new(vec![access.ip()], backend);
    let (carrier, wants_sockets) = driver.open_esp(&esp).context("IPsec of the P-CSCF")?;
    listen(&driver, access)?;
    listen(&driver, ground.pcscf())?;
    if wants_sockets {
        listen(&driver, SocketAddr::new(access.ip(), server))?;
        for port in clients {
            let mut settings = SipSettings::cleartext(SocketAddr::new(access.ip(), port));
            // Connections begin there and none is taken (TS 33.203 7.1).
            settings.tcp = false;
            driver
                .listen_sip(settings)
                .with_context(|| format!("the lab cannot listen on port {port}"))?;
        }
    }
    Ok((driver, carrier))
}
