//! `quintet serve`: the nodes of the configuration, until a signal.

mod api;
mod certificates;
mod contexts;
mod domain;
mod events;
mod fgs;
mod home;
mod ims;
mod mme;
mod store;
mod vault;
mod watchers;

use crate::config::{Config, Peer, Role, Roles, SlotNumber, Transport, UnknownPeers};
use crate::database::DatabasePlace;
use crate::diameter::extended_dictionary;
use crate::keys::MasterKeyOption;
use crate::output::Finding;
use crate::private;
use crate::signals::{Hangup, Termination};
use crate::supervisor::Supervisor;
use crate::{logging, metrics};
use anyhow::{Context, Result, anyhow};
use certificates::{Certificates, Secured, Source};
use events::Events;
use quintet_consult::Node;
use quintet_diameter::dict::{application, vendor};
use quintet_diameter::node::{
    Application as DiameterApplication, DisconnectCause, Node as DiameterNode, NodeConfig,
    UnknownPeers as NodeUnknownPeers,
};
use quintet_hss::{Hss, HssConfig};
use quintet_identity::Plmn;
use quintet_runtime::sctp::SctpUse;
use quintet_runtime::{Clock, Drbg, Driver, Exporter, HssApplication, PeerTls, Tap, Tracer};
use quintet_store::Store;
use quintet_subscriber::auc::Slot;
use quintet_subscriber::s6a::VisitedPlmns;
use quintet_telemetry::Board;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use store::open_store;
use tokio::sync::Notify;
use tokio::task::LocalSet;
use watchers::Watchers;

const EXAMPLES: &str = "Examples:
  quintet serve                     an HSS on 127.0.0.1:3868, its database in the platform's data directory
  quintet serve --role hss,mme      an MME beside it, S1AP on 127.0.0.1:36412, PLMN 00101, TAC 1
  quintet serve --role amf,ausf,udm a 5G core's security side, NGAP on 127.0.0.1:38412, PLMN 00101, TAC 1, slice 1
  quintet serve --role hss,pcscf,icscf,scscf   an IMS, SIP on 127.0.0.1:5060, domain ims.mnc001.mcc001.3gppnetwork.org
  quintet serve -c quintet.toml     as configured
  quintet serve --events - | jq .   every message and attempt as the doctor sees it, while they pass
  quintet check-config quintet.toml";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Configuration file
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Run these nodes only
    #[arg(long, value_enum, value_delimiter = ',')]
    role: Vec<Role>,
    /// Database, a file or postgresql://…; overrides store.path and store.url
    #[arg(long, value_name = "FILE|URL")]
    db: Option<DatabasePlace>,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Which front end this is, 0 to 7; overrides hss.slot
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..8))]
    slot: Option<u8>,
    /// Address to listen on; overrides diameter.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Vec<SocketAddr>,
    /// Write what the doctor sees of the nodes' messages, a line of JSON each, to the end of this file; - for standard output
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Show identities in --events as they are, not pseudonyms
    #[arg(long, requires = "events")]
    identities: bool,
}

#[derive(clap::Args)]
pub(crate) struct CheckArguments {
    /// Configuration file
    file: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `quintet check-config`.
pub(crate) fn check(arguments: &CheckArguments) -> Result<Finding> {
    #[derive(serde::Serialize)]
    struct Checked {
        valid: bool,
        error: Option<String>,
    }
    let checked = read_config(&arguments.file);
    if arguments.json {
        let error = checked.as_ref().err().map(|error| format!("{error:#}"));
        crate::output::print_json(
            "quintet.check-config/1",
            &Checked {
                valid: error.is_none(),
                error,
            },
        )?;
        return Ok(if checked.is_ok() {
            Finding::Positive
        } else {
            Finding::Negative
        });
    }
    checked?;
    crate::output::print_rows(&[("valid", arguments.file.display().to_string())])?;
    Ok(Finding::Positive)
}

/// `quintet serve`.
pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let events = match &arguments.events {
        Some(path) => Some(Events::open(path, arguments.identities)?),
        None => None,
    };
    let file = arguments.config.clone();
    let config = configuration(arguments)?;
    let roles = config.roles.clone();
    logging::start(&config.log)?;
    if !config.keys.allow_core_dumps {
        private::keep_memory();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, serve(config, Source { file, roles }, events.as_ref()))?;
    Ok(Finding::Positive)
}

/// Reads a configuration and checks all that can be checked without touching anything: a wrong one must not make a
/// database first.
fn read_config(path: &Path) -> Result<Config> {
    let config = Config::read(path)?;
    let checked = || {
        logging::filter(&config.log)?;
        config.telemetry.collector()?;
        if config.roles.0.contains(&Role::Mme) {
            mme::node_config(&config, 0)?;
        }
        fgs::check(&config)?;
        Certificates::read(&config)?;
        ims::check(&config)?;
        if config.roles.0.contains(&Role::Hss) {
            home_plmns(&config)?;
            node_config(&config, 0)?;
        }
        Ok::<(), anyhow::Error>(())
    };
    checked().with_context(|| format!("{} is not a valid configuration", path.display()))?;
    Ok(config)
}

fn configuration(arguments: Arguments) -> Result<Config> {
    let mut config = match &arguments.config {
        Some(path) => read_config(path)?,
        None => Config::default(),
    };
    if !arguments.role.is_empty() {
        config.roles = Roles(arguments.role);
    }
    if let Some(place) = arguments.db {
        config.store.is_at(place)?;
    }
    if let Some(master) = arguments.key.master_key {
        config.keys.master = Some(master);
    }
    if let Some(slot) = arguments.slot {
        config.hss.slot = SlotNumber(slot);
    }
    if !arguments.listen.is_empty() {
        config.diameter.listen = arguments.listen;
    }
    Ok(config)
}

async fn serve(config: Config, source: Source, events: Option<&Rc<RefCell<Events>>>) -> Result<()> {
    let (mut termination, hangup) = (Termination::register()?, Hangup::register()?);
    let clock = Clock::start();
    let certificates = Certificates::read(&config)?;
    certificates.tell(clock.moment().wall);
    let watchers = Watchers::start(&config, clock, events)?;
    let Started { hss, mme, fgs, ims } = start(&config, clock, &watchers, &certificates).await?;
    let nodes = (hss.as_ref(), mme.as_ref(), &fgs, &ims);
    let (exporter, board) = observe(&config, clock, nodes, &certificates).await?;
    let api_tls = certificates.api.as_ref();
    let api = api::start(&config, hss.as_ref(), board, watchers.feed(), api_tls)?;
    let renewal = tokio::task::spawn_local(certificates::renew_on(
        hangup,
        source,
        certificates,
        secured(nodes),
        clock,
    ));
    let control = ims.answer_questions(clock);
    let mut ticks = tokio::time::interval(events::TICK);
    let supervisor = Supervisor::of_environment();
    supervisor.ready();
    let alive = supervisor.stay_alive();
    tokio::pin!(alive);
    let signal = loop {
        tokio::select! {
            signal = termination.received() => break signal,
            () = &mut alive => {}
            _ = ticks.tick(), if events.is_some() => {
                if let Some(events) = events {
                    events.borrow_mut().quiet(clock.moment().wall);
                }
            }
        }
    };
    drop(control);
    renewal.abort();
    if let Some(api) = api {
        // Its thread ends while this one goes on answering.
        drop(tokio::task::spawn_blocking(move || api.stop()).await);
    }
    supervisor.stopping();
    tracing::info!(signal, "stopping: pending answers, then DPR to every peer");
    let stopping = async {
        // Who asks first: an MME or AMF still has something to say to the home network.
        ims.stop().await;
        fgs.stop().await;
        if let Some(mme) = mme {
            mme.stop().await;
        }
        if let Some(hss) = hss {
            hss.shutdown(DisconnectCause::REBOOTING).await;
        }
    };
    tokio::select! {
        () = stopping => {}
        signal = termination.received() => tracing::warn!(signal, "stopping at once"),
    }
    if let Some(events) = events {
        events.borrow_mut().finish(clock.moment().wall);
    }
    if let Some(exporter) = exporter {
        // It takes as long as a collector may.
        drop(tokio::task::spawn_blocking(move || exporter.finish()).await);
    }
    tracing::info!("stopped");
    Ok(())
}

/// The nodes of this process.
struct Started {
    hss: Option<Driver<HssApplication>>,
    mme: Option<mme::Running>,
    fgs: fgs::Running,
    ims: ims::Running,
}

/// Starts those of the configuration.
async fn start(
    config: &Config,
    clock: Clock,
    watchers: &Watchers,
    certificates: &Certificates,
) -> Result<Started> {
    let hss = match config.roles.0.contains(&Role::Hss) {
        true => {
            let tls = certificates.diameter.as_ref();
            Some(start_hss(config, clock, watchers.tap(Node::Hss), tls).await?)
        }
        false => None,
    };
    let mme = match config.roles.0.contains(&Role::Mme) {
        true => {
            let tls = certificates.mme.as_ref();
            Some(mme::start(config, clock, watchers.tap(Node::Mme), tls)?)
        }
        false => None,
    };
    let fgs = fgs::start(
        config,
        clock,
        fgs::Taps {
            amf: watchers.tap(Node::Amf),
            ausf: watchers.tap(Node::Ausf),
            udm: watchers.tap(Node::Udm),
        },
        certificates,
    )?;
    let ims = ims::start(
        config,
        clock,
        ims::Taps {
            pcscf: watchers.tap(Node::Pcscf),
            icscf: watchers.tap(Node::Icscf),
            scscf: watchers.tap(Node::Scscf),
        },
        certificates.ims.as_ref(),
    )?;
    Ok(Started { hss, mme, fgs, ims })
}

/// All that may run.
type Nodes<'n> = (
    Option<&'n Driver<HssApplication>>,
    Option<&'n mme::Running>,
    &'n fgs::Running,
    &'n ims::Running,
);

/// Those that have Diameter peers over TLS, or may have.
fn secured((hss, mme, _, ims): Nodes<'_>) -> Secured {
    Secured {
        hss: hss.cloned(),
        mme: mme.map(|mme| mme.driver.clone()),
        icscf: ims.icscf.clone(),
        scscf: ims.scscf.as_ref().map(|scscf| scscf.driver.clone()),
    }
}

/// Has those that run asked for metrics and traced, as configured.
async fn observe(
    config: &Config,
    clock: Clock,
    (hss, mme, fgs, ims): Nodes<'_>,
    certificates: &Certificates,
) -> Result<(Option<Exporter>, Option<Board>)> {
    let mut sources = metrics::Sources::none(clock);
    let shown = certificates.clone();
    sources.also(move |into| shown.measure(clock.moment().wall, into));
    let mut exporter = None;
    if let Some(collector) = config.telemetry.collector()? {
        let ratio = config.telemetry.sample;
        let (tracer, thread) = Tracer::start(collector, ratio, env!("CARGO_PKG_VERSION"))?;
        sources.trace(tracer);
        exporter = Some(thread);
    }
    if let Some(hss) = hss {
        sources.add(hss);
    }
    if let Some(mme) = mme {
        sources.add(&mme.driver);
        if let Some(tracer) = sources.tracer() {
            mme.driver.with(|_, _, application| application.trace(tracer));
        }
    }
    fgs.measured_by(&mut sources);
    ims.measured_by(&mut sources);
    if let Some(address) = config.metrics.listen {
        if let Some(keys) = vault::Watched::start(config)? {
            sources.add_told(move |into| keys.measure(into));
        }
        let local = metrics::serve(address, &sources).await?;
        tracing::info!(address = %local, "metrics: listening, path /metrics");
    }
    let board = config.api.has_page().then(|| metrics::watch(&sources, clock));
    Ok((exporter, board))
}

/// Starts the HSS of the configuration.
async fn start_hss(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
    tls: Option<&PeerTls>,
) -> Result<Driver<HssApplication>> {
    let pump = Arc::new(Notify::new());
    let slot = Slot::new(config.hss.slot.0).context("hss.slot is 0 to 7")?;
    let mut drbg = Drbg::new()?;
    let (store, challenge) = open_store(config, slot, &pump, &mut drbg)?;
    let node = DiameterNode::new(
        node_config(config, clock.moment().wall.as_secs() as u32)?,
        drbg.next_u64(),
    )?;
    let hss_config = hss_config(config, slot, &*store)?;
    let hss = Hss::new(
        hss_config,
        challenge,
        Box::new(move |octets: &mut [u8]| drbg.fill(octets)),
    );
    let driver = Driver::start(clock, node, HssApplication::new(hss, store), tap, pump);
    driver.with(|at, _, application| application.start(at));
    for address in &config.diameter.listen {
        let local = driver
            .listen(*address)
            .map_err(|error| listen_error(*address, &error))?;
        tracing::info!(address = %local, identity = config.diameter.identity.as_str(), "S6a: listening");
    }
    open_tls(config, &driver, tls)?;
    open_sctp(config, &driver)?;
    Ok(driver)
}

/// TLS: the addresses it listens on, and the peers that are reached over it.
fn open_tls(config: &Config, driver: &Driver<HssApplication>, tls: Option<&PeerTls>) -> Result<()> {
    let Some(tls) = tls else { return Ok(()) };
    for address in &config.diameter.tls.listen {
        let local = driver
            .listen_tls(*address, tls)
            .map_err(|error| listen_error(*address, &error))?;
        tracing::info!(address = %local, identity = config.diameter.identity.as_str(), "Diameter over TLS: listening");
    }
    for peer in config.diameter.peers.iter().filter(|peer| peer.is_secure()) {
        if let Some(known) = driver.with(|_, node, _| node.find_peer(peer.identity.as_str())) {
            driver.reach_over_tls(known, tls);
        }
    }
    Ok(())
}

/// SCTP for S6a: a transport for each address it listens on, and one that only connects for each family of its peers.
fn open_sctp(config: &Config, driver: &Driver<HssApplication>) -> Result<()> {
    for address in &config.diameter.listen_sctp {
        let transport = driver.open_sctp(&config.sctp.listening(*address), SctpUse::Diameter)?;
        if let Some(local) = driver.sctp_address(transport) {
            let identity = config.diameter.identity.as_str();
            tracing::info!(address = %local.address, carrier = %local.carrier, identity, "S6a over SCTP: listening");
        }
    }
    for ipv6 in [false, true] {
        let mut transport = None;
        for peer in &config.diameter.peers {
            let Some(address) = peer.connect else { continue };
            if peer.transport != Transport::Sctp || address.is_ipv6() != ipv6 {
                continue;
            }
            let id = match transport {
                Some(id) => id,
                None => {
                    let local = source(&config.diameter.listen_sctp, ipv6);
                    *transport.insert(driver.open_sctp(&config.sctp.connecting(local), SctpUse::Diameter)?)
                }
            };
            if let Some(known) = driver.with(|_, node, _| node.find_peer(peer.identity.as_str())) {
                driver.reach_over_sctp(known, id, None);
            }
        }
    }
    Ok(())
}

/// Where associations of ours come from: an address we listen on, else any; the port is chosen.
fn source(listen: &[SocketAddr], ipv6: bool) -> SocketAddr {
    let unspecified: IpAddr = if ipv6 {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let ip = listen
        .iter()
        .map(SocketAddr::ip)
        .find(|ip| ip.is_ipv6() == ipv6)
        .unwrap_or(unspecified);
    SocketAddr::new(ip, 0)
}

fn listen_error(address: SocketAddr, error: &std::io::Error) -> anyhow::Error {
    let what_to_do = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there: stop it, or choose another address (--listen, diameter.listen)"
        }
        std::io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        std::io::ErrorKind::PermissionDenied => "this user may not use that port",
        _ => "choose another address (--listen, diameter.listen)",
    };
    anyhow!("cannot listen on {address}: {error}; {what_to_do}")
}

/// The Diameter node the configuration describes.
fn node_config(config: &Config, started_at_unix: u32) -> Result<NodeConfig> {
    let diameter = &config.diameter;
    let listen = [&diameter.listen[..], &diameter.listen_sctp[..]].concat();
    let addresses = host_addresses(&listen);
    let mut node = NodeConfig::new(diameter.identity.as_str(), diameter.realm.as_str(), addresses[0]);
    node.further_realms = diameter
        .further_realms
        .iter()
        .map(|realm| realm.as_str().to_owned())
        .collect();
    node.addresses = addresses;
    node.started_at_unix = started_at_unix;
    // Sessions are not kept (NO_STATE_MAINTAINED), so a restart loses none, and there is no Origin-State-Id to raise.
    node.applications = vec![DiameterApplication::auth(vendor::TGPP, application::S6A)];
    if config.hss.cx {
        let cx = DiameterApplication::auth(vendor::TGPP, quintet_hss::CX);
        node.applications.push(cx);
    }
    if config.eir.serve {
        let s13 = DiameterApplication::auth(vendor::TGPP, quintet_hss::S13);
        node.applications.push(s13);
    }
    if config.sh.serve {
        let sh = DiameterApplication::auth(vendor::TGPP, quintet_hss::SH);
        node.applications.push(sh);
    }
    if config.hss.swx {
        let swx = DiameterApplication::auth(vendor::TGPP, quintet_hss::SWX);
        node.applications.push(swx);
    }
    if config.slh.serve {
        let slh = DiameterApplication::auth(vendor::TGPP, quintet_hss::SLH);
        node.applications.push(slh);
    }
    if config.s6c.serve {
        let s6c = DiameterApplication::auth(vendor::TGPP, quintet_hss::S6C);
        node.applications.push(s6c);
    }
    node.unknown_peers = match diameter.unknown_peers {
        UnknownPeers::Accept => NodeUnknownPeers::Accept,
        UnknownPeers::Local => NodeUnknownPeers::Local,
        UnknownPeers::Refuse => NodeUnknownPeers::Refuse,
    };
    if !diameter.dictionaries.is_empty() {
        // The node keeps it for the life of the process.
        node.dictionary = Box::leak(Box::new(extended_dictionary(&diameter.dictionaries)?));
    }
    node.timers.tw = diameter.watchdog_ms.duration();
    node.timers.tc = diameter.reconnect_ms.duration();
    node.overload = diameter.overload.of_server();
    node.limits.connections = diameter.max_connections;
    node.limits.connections_per_remote = diameter.max_connections_per_address;
    node.peers = diameter.peers.iter().map(Peer::config).collect();
    Ok(node)
}

/// How this machine reaches a listener of its own.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    listen
}

/// Host-IP-Address: where we listen; the loopback address if that is everywhere or nowhere.
fn host_addresses(listen: &[SocketAddr]) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in listen.iter().map(SocketAddr::ip) {
        if !address.is_unspecified() && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        addresses.push(Ipv4Addr::LOCALHOST.into());
    }
    addresses
}

/// The networks that the HSS is at home in: as configured, or the one its realm names.
fn home_plmns(config: &Config) -> Result<Vec<Plmn>> {
    if !config.hss.home_plmns.is_empty() {
        return Ok(config.hss.home_plmns.clone());
    }
    let realm = config.diameter.realm.as_str();
    let plmn = plmn_of_realm(realm).with_context(|| {
        format!(
            "diameter.realm = {realm:?} does not name a PLMN (epc.mncNNN.mccNNN.3gppnetwork.org): give hss.home_plmns"
        )
    })?;
    Ok(vec![plmn])
}

fn hss_config(config: &Config, slot: Slot, store: &dyn Store) -> Result<HssConfig> {
    let mut hss = HssConfig::new(home_plmns(config)?);
    hss.equivalent_plmns = config.hss.equivalent_plmns.clone();
    if let Some(plmns) = &config.hss.visited_plmns {
        hss.visited_plmns = VisitedPlmns::Only(plmns.clone());
    }
    hss.check_origin_realm = config.hss.check_origin_realm;
    hss.slot = slot;
    hss.in_memory = config.store.subscribers_in_memory;
    hss.ims.keep_server_name = config.hss.keep_scscf;
    hss.s13 = config.eir.serve;
    hss.eir = config.eir.policy();
    hss.sh = config.sh.node();
    hss.slh = config.slh.node(&config.diameter);
    hss.s6c = config.s6c.serve;
    // Something delivers over an MME that registers for it.
    hss.sms_in_mme = config.s6c.serve;
    let volatile = store.durability() == quintet_store::Durability::Volatile;
    hss.volatile_locations = volatile || config.hss.reset_on_start;
    Ok(hss)
}

/// The PLMN in a realm of TS 23.003 19.2. An MNC below 100 is taken as one of two digits, the usual case; a network
/// whose three-digit MNC begins with 0 names its PLMN.
fn plmn_of_realm(realm: &str) -> Option<Plmn> {
    let mut labels = realm.split('.');
    let mnc = labels.find_map(|label| label.strip_prefix("mnc"))?;
    let mcc = labels.next()?.strip_prefix("mcc")?;
    let mnc = mnc.strip_prefix('0').unwrap_or(mnc);
    format!("{mcc}{mnc}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_store::MemoryStore;

    #[test]
    fn the_realm_names_the_home_plmn() {
        let plmn = |realm| plmn_of_realm(realm).map(|plmn| plmn.to_string());
        assert_eq!(
            plmn("epc.mnc001.mcc001.3gppnetwork.org").as_deref(),
            Some("00101")
        );
        assert_eq!(
            plmn("epc.mnc410.mcc310.3gppnetwork.org").as_deref(),
            Some("310410")
        );
        assert_eq!(plmn("example.org"), None);
    }

    #[test]
    fn who_gets_vectors_is_configured() {
        let hss = |text: &str| {
            let config = Config::parse(text).unwrap();
            hss_config(&config, Slot::default(), &MemoryStore::new()).unwrap()
        };
        assert_eq!(hss("").visited_plmns, VisitedPlmns::Any);
        assert!(!hss("").check_origin_realm);
        let strict = hss("[hss]\nvisited_plmns = [\"26201\"]\ncheck_origin_realm = true\n");
        assert_eq!(
            strict.visited_plmns,
            VisitedPlmns::Only(vec!["26201".parse().unwrap()])
        );
        assert!(strict.check_origin_realm);
    }

    #[test]
    fn everywhere_is_no_host_address() {
        let at = |text: &str| host_addresses(&[text.parse().unwrap()])[0].to_string();
        assert_eq!(at("0.0.0.0:3868"), "127.0.0.1");
        assert_eq!(at("[::1]:3868"), "::1");
    }
}
