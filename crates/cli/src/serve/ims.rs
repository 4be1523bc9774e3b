//! P-, I- and S-CSCF of `quintet serve`: SIP, Cx, security associations, registrations in files.

mod view;

use super::address::host_addresses;
use super::contexts;
use super::home::{over_tls, own_hss};
use crate::config::{Config, Identity, Role};
use crate::control::{self, Control};
use crate::kept::Kept;
use crate::metrics::Sources;
use anyhow::{Context, Result, anyhow, bail};
use quintet_cscf::cx::{APPLICATION, CxConfig};
use quintet_cscf::icscf::{self, Icscf};
use quintet_cscf::pcscf::{self, Pcscf, Rate, Unprotected};
use quintet_cscf::scscf::{self, At, Scscf};
use quintet_diameter::node::{
    DisconnectCause, Node, NodeConfig, PeerConfig, UnknownPeers as NodeUnknownPeers,
};
use quintet_runtime::{
    Application, Clock, Drbg, Driver, IcscfApplication, PcscfApplication, PeerTls, ScscfApplication,
    SipSettings, Tap,
};
use quintet_store_sqlite::{ContextStore, Owner};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How many REGISTERs may come at once, of those of a second.
const BURST: u32 = 5;

/// What is left after a crash: all that was acknowledged.
const AFTER_CRASH: &str = "after a crash: every registration that was acknowledged is there";

/// The CSCFs at work.
#[derive(Default)]
pub(super) struct Running {
    pub(super) pcscf: Option<Station<PcscfApplication>>,
    pub(super) icscf: Option<Driver<IcscfApplication>>,
    pub(super) scscf: Option<Station<ScscfApplication>>,
}

/// A CSCF that keeps registrations.
pub(super) struct Station<A> {
    pub(super) driver: Driver<A>,
    contexts: Option<Rc<ContextStore>>,
}

/// Who watches each node.
pub(super) struct Taps {
    pub(super) pcscf: Option<Box<dyn Tap>>,
    pub(super) icscf: Option<Box<dyn Tap>>,
    pub(super) scscf: Option<Box<dyn Tap>>,
}

/// Checks what can be checked without touching anything.
pub(super) fn check(config: &Config) -> Result<()> {
    let has = |role| config.roles.0.contains(&role);
    if has(Role::Icscf) {
        node_config(
            config,
            config.icscf.name.as_ref(),
            "icscf",
            config.icscf.listen,
            0,
        )?;
    }
    if has(Role::Scscf) {
        node_config(
            config,
            config.scscf.name.as_ref(),
            "scscf",
            config.scscf.listen,
            0,
        )?;
    }
    Ok(())
}

/// Starts those of the configuration: first who is asked, then who asks.
pub(super) fn start(config: &Config, clock: Clock, taps: Taps, tls: Option<&PeerTls>) -> Result<Running> {
    let has = |role| config.roles.0.contains(&role);
    let exposed = (has(Role::Icscf) && !config.icscf.listen.ip().is_loopback())
        || (has(Role::Scscf) && !config.scscf.listen.ip().is_loopback());
    if exposed && config.ims.neighbours.is_empty() {
        tracing::warn!("ims.neighbours is empty: I- and S-CSCF believe whoever reaches them");
    }
    let mut running = Running::default();
    if has(Role::Scscf) {
        let scscf = start_scscf(config, clock, taps.scscf)?;
        reach_hss(config, &scscf.driver, tls)?;
        running.scscf = Some(scscf);
    }
    if has(Role::Icscf) {
        let icscf = start_icscf(config, clock, taps.icscf)?;
        reach_hss(config, &icscf, tls)?;
        running.icscf = Some(icscf);
    }
    if has(Role::Pcscf) {
        running.pcscf = Some(start_pcscf(config, clock, taps.pcscf)?);
    }
    Ok(running)
}

/// TLS towards the HSS of a CSCF.
fn reach_hss<A: Application + 'static>(
    config: &Config,
    driver: &Driver<A>,
    tls: Option<&PeerTls>,
) -> Result<()> {
    let ims = &config.ims;
    over_tls(driver, ims.hss_identity.as_str(), &ims.hss_over_tls(), tls)
}

impl Running {
    /// Those that run are asked for metrics.
    pub(super) fn measured_by(&self, sources: &mut Sources) {
        if let Some(pcscf) = &self.pcscf {
            sources.add(&pcscf.driver);
            if let Some(tracer) = sources.tracer() {
                pcscf.driver.with(|_, _, application| application.trace(tracer));
            }
        }
        if let Some(icscf) = &self.icscf {
            sources.add(icscf);
            if let Some(tracer) = sources.tracer() {
                icscf.with(|_, _, application| application.trace(tracer));
            }
        }
        if let Some(scscf) = &self.scscf {
            sources.add(&scscf.driver);
            if let Some(tracer) = sources.tracer() {
                scscf.driver.with(|_, _, application| application.trace(tracer));
            }
        }
    }

    /// Lets `quintet ims` look into them for as long as what it answers lives.
    pub(super) fn answer_questions(&self, clock: Clock) -> Option<Control> {
        match control::serve(view::answer(self, clock)?) {
            Ok(control) => Some(control),
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "`quintet ims` cannot ask this server");
                None
            }
        }
    }

    /// Stops them, who asks first, and writes what they keep.
    pub(super) async fn stop(self) {
        if let Some(Station { driver, contexts }) = self.pcscf {
            driver.shutdown(DisconnectCause::REBOOTING).await;
            driver.with(|_, _, application| application.retire());
            contexts::close(contexts, Vec::new());
        }
        if let Some(icscf) = self.icscf {
            icscf.shutdown(DisconnectCause::REBOOTING).await;
        }
        if let Some(Station { driver, contexts }) = self.scscf {
            driver.shutdown(DisconnectCause::REBOOTING).await;
            driver.with(|_, _, application| application.retire());
            contexts::close(contexts, Vec::new());
        }
    }
}

fn seed(drbg: &mut Drbg) -> [u8; 32] {
    let mut seed = [0; 32];
    drbg.fill(&mut seed);
    seed
}

fn at(clock: Clock) -> At {
    let moment = clock.moment();
    At {
        now: moment.now,
        wall: moment.wall,
    }
}

/// The Diameter node of a CSCF: the HSS is its only peer.
fn node_config(
    config: &Config,
    name: Option<&Identity>,
    role: &str,
    listen: SocketAddr,
    started_at_unix: u32,
) -> Result<NodeConfig> {
    let ims = &config.ims;
    let own = config.roles.0.contains(&Role::Hss);
    let link = ims.hss_over_tls();
    let Some(hss) = ims.hss.or_else(|| own_hss(config, &link)) else {
        bail!(
            "{role}: there is no HSS{}: give ims.hss = \"address:port\", or run it in the same process (roles = [\"hss\", \"pcscf\", \
             \"icscf\", \"scscf\"])",
            link.over()
        );
    };
    let of_process = config.diameter.identity.as_str();
    if own && ims.hss.is_none() && ims.hss_identity != config.diameter.identity {
        bail!(
            "ims.hss_identity is {:?}, but the HSS of this process has diameter.identity {of_process:?}: make them the same",
            ims.hss_identity.as_str()
        );
    }
    let addresses = host_addresses(&[listen]);
    let name = config.cscf_name(name, role);
    let mut node = NodeConfig::new(name, ims.domain.as_str(), addresses[0]);
    node.addresses = addresses;
    node.started_at_unix = started_at_unix;
    node.applications = vec![APPLICATION];
    node.unknown_peers = NodeUnknownPeers::Refuse;
    node.timers.tw = config.diameter.watchdog_ms.duration();
    node.timers.tc = config.diameter.reconnect_ms.duration();
    node.overload = config.diameter.overload.of_client();
    node.peers = vec![PeerConfig {
        identity: ims.hss_identity.as_str().to_owned(),
        realm: Some(ims.hss_realm.as_str().to_owned()),
        address: Some(hss),
        connect: true,
        security: link.security(),
        ..PeerConfig::default()
    }];
    Ok(node)
}

fn cx_config(config: &Config) -> CxConfig {
    let mut cx = CxConfig::new(config.ims.hss_realm.as_str());
    cx.timeout = config.ims.hss_timeout_ms.duration();
    cx
}

/// Listens for SIP, UDP and TCP.
fn listen<A: Application + 'static>(driver: &Driver<A>, (key, settings): (&str, SipSettings)) -> Result<()> {
    let address = settings.address;
    let local = driver.listen_sip(settings).map_err(|error| {
        anyhow!(
            "cannot listen on {address} ({key}): {error}; choose another address, or stop what listens there"
        )
    })?;
    tracing::info!(address = %local, key, "SIP: listening");
    Ok(())
}

/// Opens a CSCF's file and has its application woken when records are durable.
fn open_records(
    file: &contexts::File<'_>,
    pump: &Arc<Notify>,
    restore: impl FnMut(u32, &[u8], bool) -> Result<(), String>,
) -> Result<Rc<ContextStore>> {
    let store = contexts::open(file, restore)?;
    let pump = Arc::clone(pump);
    store.wake(move || pump.notify_one());
    Ok(Rc::new(store))
}

/// Whom I- and S-CSCF believe: those of the configuration, and the CSCFs of this process.
fn neighbours(config: &Config) -> Vec<IpAddr> {
    let named = &config.ims.neighbours;
    if named.is_empty() {
        return Vec::new();
    }
    let own = [
        (Role::Pcscf, config.pcscf.core),
        (Role::Icscf, config.icscf.listen),
        (Role::Scscf, config.scscf.listen),
    ];
    let own = own
        .into_iter()
        .filter(|(role, _)| config.roles.0.contains(role))
        .map(|(_, address)| address.ip());
    named.iter().copied().chain(own).collect()
}

fn start_scscf(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
) -> Result<Station<ScscfApplication>> {
    let own = &config.scscf;
    let mut drbg = Drbg::new()?;
    let moment = clock.moment();
    let node = node_config(
        config,
        own.name.as_ref(),
        "scscf",
        own.listen,
        moment.wall.as_secs() as u32,
    )?;
    let mut node_of = scscf::Config::new(&config.scscf_uri(), own.listen, config.ims.domain.as_str());
    node_of.hosts = config.hosts()?;
    node_of.icscf = Some(format!("sip:{}", config.ims.domain.as_str()));
    node_of.neighbours = neighbours(config);
    node_of.cx = cx_config(config);
    node_of.policy.min_expires = own.min_expires_s;
    node_of.policy.max_expires = own.max_expires_s;
    node_of.policy.default_expires = own.max_expires_s;
    node_of.policy.reg_await_auth = own.reg_await_auth_ms.duration();
    node_of.policy.vectors_at_once = own.vectors_at_once;
    node_of.policy.aka_needs_protection = own.aka_needs_protection;
    node_of.limits.register_rate = own.registers_per_second;
    node_of.await_saves = own.keep_registrations;
    let mut scscf = Scscf::new(node_of, seed(&mut drbg));
    let pump = Arc::new(Notify::new());
    let contexts = match own.keep_registrations {
        true => {
            let file = contexts::File {
                key: "scscf.database",
                path: own.database.as_deref(),
                default: "scscf.db",
                owner: Owner::Scscf,
                after_crash: AFTER_CRASH,
                keys: &config.keys,
            };
            let restore = |key, record: &[u8], _| scscf.restore(at(clock), key, record);
            Some(open_records(&file, &pump, restore)?)
        }
        false => {
            tracing::warn!("scscf.keep_registrations = false: every UE registers anew after a restart");
            None
        }
    };
    let mut application = ScscfApplication::new(scscf);
    if let Some(contexts) = &contexts {
        application = application.keeping(Box::new(Kept::new(contexts)));
    }
    let node = Node::new(node, drbg.next_u64())?;
    let driver = Driver::start(clock, node, application, tap, pump);
    listen(&driver, ("scscf.listen", SipSettings::of_neighbours(own.listen)))?;
    Ok(Station { driver, contexts })
}

fn start_icscf(config: &Config, clock: Clock, tap: Option<Box<dyn Tap>>) -> Result<Driver<IcscfApplication>> {
    let own = &config.icscf;
    let mut drbg = Drbg::new()?;
    let started = clock.moment().wall.as_secs() as u32;
    let node = node_config(config, own.name.as_ref(), "icscf", own.listen, started)?;
    let name = format!("sip:{}", config.cscf_name(own.name.as_ref(), "icscf"));
    let mut node_of = icscf::Config::new(&name, own.listen, config.ims.domain.as_str());
    node_of.hosts = config.hosts()?;
    node_of.neighbours = neighbours(config);
    node_of.cx = cx_config(config);
    node_of.scscfs = own
        .scscfs
        .iter()
        .map(|candidate| icscf::Scscf {
            name: candidate.name.clone(),
            capabilities: candidate.capabilities.clone(),
        })
        .collect();
    if node_of.scscfs.is_empty() {
        node_of.scscfs.push(icscf::Scscf {
            name: config.scscf_uri(),
            capabilities: config.scscf.capabilities.clone(),
        });
    }
    let application = IcscfApplication::new(Icscf::new(node_of, seed(&mut drbg)));
    let node = Node::new(node, drbg.next_u64())?;
    let driver = Driver::start(clock, node, application, tap, Arc::new(Notify::new()));
    listen(&driver, ("icscf.listen", SipSettings::of_neighbours(own.listen)))?;
    Ok(driver)
}

fn pcscf_config(config: &Config) -> Result<pcscf::Config> {
    let own = &config.pcscf;
    let domain = config.ims.domain.as_str();
    let visited = own.visited_network.as_deref().unwrap_or(domain);
    let name = config.cscf_name(own.name.as_ref(), "pcscf");
    let mut node = pcscf::Config::new(name, own.core, own.access, visited);
    node.protected_server_port = own.protected_server_port;
    node.protected_client_ports
        .clone_from(&own.protected_client_ports);
    node.hosts = config.hosts()?;
    node.entry = own.entry.as_ref().map(|entry| entry.as_str().to_owned());
    node.ecscf = own.ecscf.as_ref().map(|ecscf| ecscf.as_str().to_owned());
    node.reg_event = own.reg_event;
    if let Some(suites) = own.suites() {
        node.policy.suites = suites;
    }
    if own.digest {
        node.unprotected = Unprotected::Digest;
    }
    node.limits.register_rate = (own.registers_per_second > 0).then_some(Rate {
        per_second: own.registers_per_second,
        burst: own.registers_per_second.saturating_mul(BURST),
    });
    Ok(node)
}

fn start_pcscf(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
) -> Result<Station<PcscfApplication>> {
    let own = &config.pcscf;
    let mut drbg = Drbg::new()?;
    let mut pcscf = Pcscf::new(pcscf_config(config)?, seed(&mut drbg));
    let pump = Arc::new(Notify::new());
    let contexts = match own.keep_registrations {
        true => {
            let file = contexts::File {
                key: "pcscf.database",
                path: own.database.as_deref(),
                default: "pcscf.db",
                owner: Owner::Pcscf,
                after_crash: AFTER_CRASH,
                keys: &config.keys,
            };
            let restore = |key, record: &[u8], _| pcscf.restore(at(clock), key, record);
            Some(open_records(&file, &pump, restore)?)
        }
        false => {
            tracing::warn!("pcscf.keep_registrations = false: every UE registers anew after a restart");
            None
        }
    };
    let mut application = PcscfApplication::new(pcscf);
    if let Some(contexts) = &contexts {
        application = application.keeping(Box::new(Kept::new(contexts)));
    }
    let node = super::fgs::silent_node("pcscf", &mut drbg)?;
    let driver = Driver::start(clock, node, application, tap, pump);
    open_access(config, &driver)?;
    listen(&driver, ("pcscf.core", SipSettings::of_neighbours(own.core)))?;
    Ok(Station { driver, contexts })
}

/// What UEs reach: the open port, security associations, and the protected ports where the kernel keeps those.
fn open_access(config: &Config, driver: &Driver<PcscfApplication>) -> Result<()> {
    let own = &config.pcscf;
    let (carrier, wants_sockets) = driver.open_esp(&own.esp()).context("pcscf.ipsec")?;
    tracing::info!(%carrier, server_port = own.protected_server_port, "IPsec: ready");
    listen(driver, ("pcscf.access", SipSettings::cleartext(own.access)))?;
    if !wants_sockets {
        return Ok(());
    }
    let protected = |port| {
        let mut settings = SipSettings::cleartext(SocketAddr::new(own.access.ip(), port));
        // Only who is registered gets there.
        settings.limits.first_message = Duration::from_secs(600);
        settings
    };
    listen(
        driver,
        (
            "pcscf.protected_server_port",
            protected(own.protected_server_port),
        ),
    )?;
    for port in &own.protected_client_ports {
        let mut settings = protected(*port);
        // Connections begin there and none is taken (TS 33.203 7.1).
        settings.tcp = false;
        listen(driver, ("pcscf.protected_client_ports", settings))?;
    }
    Ok(())
}
