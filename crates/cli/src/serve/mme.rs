//! The MME of `quintet serve`: eNBs over SCTP, the HSS over S6a, contexts in a file.

use super::address::{host_addresses, source};
use super::contexts;
use super::home::{over_tls, own_hss};
use crate::config::{Config, Role, Transport};
use anyhow::{Result, bail};
use quintet_diameter::dict::{application, vendor};
use quintet_diameter::node::{
    Application as DiameterApplication, DisconnectCause, Node, NodeConfig, PeerConfig,
    UnknownPeers as NodeUnknownPeers,
};
use quintet_emm::network::At;
use quintet_emm::network::durable::Stop;
use quintet_mme::{Mme, Save};
use quintet_runtime::sctp::SctpUse;
use quintet_runtime::{Clock, Drbg, Driver, MmeApplication, PeerTls, Tap};
use quintet_store_sqlite::{ContextStore, Owner};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// An MME at work.
pub(super) struct Running {
    pub(super) driver: Driver<MmeApplication>,
    contexts: Option<Rc<ContextStore>>,
}

/// Starts the MME of the configuration.
pub(super) fn start(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
    tls: Option<&PeerTls>,
) -> Result<Running> {
    let mut drbg = Drbg::new()?;
    let mut seed = [0; 32];
    drbg.fill(&mut seed);
    let moment = clock.moment();
    // What is wrong is said before a database is made.
    let node_config = node_config(config, moment.wall.as_secs() as u32)?;
    let mut of_node = config.mme.node()?;
    of_node.last_connection = drbg.next_u64() as u32;
    let mut mme = Mme::new(of_node, seed);
    let contexts = match config.mme.keep_contexts {
        true => {
            let at = At {
                now: moment.now,
                wall: moment.wall,
            };
            let file = contexts::File {
                key: "mme.database",
                path: config.mme.database.as_deref(),
                default: "mme.db",
                owner: Owner::Mme,
                after_crash: contexts::AUTHENTICATED_ANEW,
                keys: &config.keys,
            };
            let restore = |key, record: &[u8], clean| {
                mme.restore(at, key, record, if clean { Stop::Clean } else { Stop::Unclean })
            };
            Some(Rc::new(contexts::open(&file, restore)?))
        }
        false => {
            tracing::warn!("mme.keep_contexts = false: every UE attaches anew after a restart");
            None
        }
    };
    let node = Node::new(node_config, drbg.next_u64())?;
    let mut application = MmeApplication::new(mme);
    if let Some(contexts) = &contexts {
        let contexts = Rc::clone(contexts);
        application = application.keeping(Box::new(move |save| match save {
            Save::Put { key, record } => contexts.put(key, record),
            Save::Delete { key } => contexts.delete(key),
        }));
    }
    let driver = Driver::start(clock, node, application, tap, Arc::new(Notify::new()));
    for address in &config.mme.listen {
        let transport = driver.open_sctp(&config.sctp.listening(*address), SctpUse::Application)?;
        if let Some(local) = driver.sctp_address(transport) {
            tracing::info!(address = %local.address, carrier = %local.carrier, name = config.mme.name, "S1AP: listening");
        }
    }
    reach_hss(config, &driver)?;
    over_tls(
        &driver,
        config.mme.hss_identity.as_str(),
        &config.mme.hss_over_tls(),
        tls,
    )?;
    Ok(Running { driver, contexts })
}

/// Where the HSS is: as configured, or in this process.
fn hss_address(config: &Config) -> Option<SocketAddr> {
    config
        .mme
        .hss
        .or_else(|| own_hss(config, &config.mme.hss_over_tls()))
}

/// The Diameter node towards the HSS.
pub(super) fn node_config(config: &Config, started_at_unix: u32) -> Result<NodeConfig> {
    let mme = &config.mme;
    let Some(hss) = hss_address(config) else {
        bail!(
            "the MME has no HSS{}: give mme.hss = \"address:port\", or run it in the same process (roles = [\"hss\", \"mme\"])",
            mme.hss_over_tls().over()
        );
    };
    if config.roles.0.contains(&Role::Hss) {
        let own = config.diameter.identity.as_str();
        if mme.identity.as_str().eq_ignore_ascii_case(own) {
            bail!("mme.identity is diameter.identity, {own:?}: HSS and MME are two nodes with a name each");
        }
        if mme.hss.is_none() && !mme.hss_identity.as_str().eq_ignore_ascii_case(own) {
            bail!(
                "mme.hss_identity is {:?}, but the HSS of this process has diameter.identity {own:?}: make them the same",
                mme.hss_identity.as_str()
            );
        }
    }
    let addresses = host_addresses(&mme.listen);
    let mut node = NodeConfig::new(mme.identity.as_str(), mme.realm.as_str(), addresses[0]);
    node.addresses = addresses;
    node.started_at_unix = started_at_unix;
    node.applications = vec![DiameterApplication::auth(vendor::TGPP, application::S6A)];
    node.unknown_peers = NodeUnknownPeers::Refuse;
    node.timers.tw = config.diameter.watchdog_ms.duration();
    node.timers.tc = config.diameter.reconnect_ms.duration();
    node.overload = config.diameter.overload.of_client();
    node.peers = vec![PeerConfig {
        identity: mme.hss_identity.as_str().to_owned(),
        realm: Some(mme.realm.as_str().to_owned()),
        address: Some(hss),
        connect: true,
        security: mme.hss_over_tls().security(),
        ..PeerConfig::default()
    }];
    Ok(node)
}

fn reach_hss(config: &Config, driver: &Driver<MmeApplication>) -> Result<()> {
    let Some(hss) = hss_address(config).filter(|_| config.mme.hss_transport == Transport::Sctp) else {
        return Ok(());
    };
    let local = source(&config.mme.listen, hss.is_ipv6());
    let transport = driver.open_sctp(&config.sctp.connecting(local), SctpUse::Diameter)?;
    if let Some(peer) = driver.with(|_, node, _| node.find_peer(config.mme.hss_identity.as_str())) {
        driver.reach_over_sctp(peer, transport, None);
    }
    Ok(())
}

impl Running {
    /// Takes leave of the HSS, then writes every context as it is at last.
    pub(super) async fn stop(self) {
        self.driver.shutdown(DisconnectCause::REBOOTING).await;
        let last: Vec<Save> = self.driver.with(|_, _, application| application.retire());
        contexts::close(self.contexts, last);
    }
}
