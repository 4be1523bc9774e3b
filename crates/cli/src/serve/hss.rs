//! The HSS of `quintet serve`: its store, its Diameter node, and the transports that lead to it.

use super::address::{host_addresses, listen_error, source};
use super::store::open_store;
use crate::config::{Config, Peer, Transport, UnknownPeers};
use crate::diameter::extended_dictionary;
use anyhow::{Context, Result};
use quintet_diameter::dict::{application, vendor};
use quintet_diameter::node::{
    Application as DiameterApplication, Node as DiameterNode, NodeConfig, UnknownPeers as NodeUnknownPeers,
};
use quintet_hss::{Hss, HssConfig};
use quintet_identity::Plmn;
use quintet_runtime::sctp::SctpUse;
use quintet_runtime::{Clock, Drbg, Driver, HssApplication, PeerTls, Tap};
use quintet_store::Store;
use quintet_subscriber::auc::Slot;
use quintet_subscriber::s6a::VisitedPlmns;
use std::sync::Arc;
use tokio::sync::Notify;

/// Starts the HSS of the configuration.
pub(super) async fn start(
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

/// The Diameter node the configuration describes.
pub(super) fn node_config(config: &Config, started_at_unix: u32) -> Result<NodeConfig> {
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

/// The networks that the HSS is at home in: as configured, or the one its realm names.
pub(super) fn home_plmns(config: &Config) -> Result<Vec<Plmn>> {
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
}
