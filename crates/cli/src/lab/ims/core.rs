//! The CSCFs of a lab and how they are set up: one of each.

use super::ground::{Ground, domain};
use crate::lab::hss::{hss_identity, node_config};
use anyhow::Result;
use quintet_cscf::cx::{APPLICATION, CxConfig};
use quintet_cscf::proxy::Hosts;
use quintet_cscf::{icscf, pcscf, scscf};
use quintet_diameter::node::{NodeConfig, PeerConfig};
use quintet_esp::{Encryption, Integrity};
use quintet_ims::agreement::Policy;
use quintet_runtime::Moment;
use quintet_sim::demo::home_plmn;
use quintet_sim::ims::LabTimers;
use std::net::SocketAddr;
use std::time::Duration;

/// What the specification's timers of transactions are divided by: T1 is 50 ms on either side of the P-CSCF, and timer F 3.2 s,
/// which outlasts what else a machine does.
const CORE_DIVISOR: u32 = 10;
const AIR_DIVISOR: u32 = 40;

/// What some scenarios wait for in whole; more than timer F.
const REG_AWAIT_AUTH: Duration = Duration::from_secs(4);

/// How long nothing may happen before a play takes it that nothing will. Nothing is lost here, so nothing repeats itself.
const QUIET: Duration = Duration::from_millis(700);

/// How long before a peer that went is connected to again.
const RECONNECT: Duration = Duration::from_millis(20);

/// The capabilities of the S-CSCF.
const CAPABILITIES: [u32; 2] = [1, 2];

/// The durations of this lab. How long a CSCF waits for the HSS is not scaled: no scenario waits for it.
pub(super) fn timers(ground: &Ground) -> LabTimers {
    let mut timers = LabTimers::divided((CORE_DIVISOR / ground.patience).max(1));
    timers.air = LabTimers::divided((AIR_DIVISOR / ground.patience).max(1)).air;
    timers.cx_timeout = LabTimers::specified().cx_timeout;
    timers.reg_await_auth = REG_AWAIT_AUTH * ground.patience;
    timers.ue.reg_await_auth = REG_AWAIT_AUTH * ground.patience;
    timers.quiet = QUIET * ground.patience;
    timers
}

fn named(node: &str) -> String {
    format!("{node}.{}", domain())
}

fn hosts(ground: &Ground) -> Result<Hosts> {
    let mut hosts = Hosts::default();
    let nodes = [
        ("pcscf", ground.pcscf()),
        ("icscf", ground.icscf()),
        ("scscf", ground.scscf()),
    ];
    for (node, address) in nodes {
        hosts.insert(&named(node), None, address)?;
    }
    hosts.insert(&domain(), None, ground.icscf())?;
    Ok(hosts)
}

/// Everything but HMAC-MD5, the suites without a cipher last, so that a bidding down shows.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy
        .suites
        .retain(|suite| suite.integrity() != Integrity::HmacMd5_96);
    policy
        .suites
        .sort_by_key(|suite| suite.encryption() == Encryption::Null);
    policy
}

pub(super) fn pcscf_config(ground: &Ground) -> Result<pcscf::Config> {
    let mut config = pcscf::Config::new(named("pcscf"), ground.pcscf(), ground.access(), domain());
    config.hosts = hosts(ground)?;
    config.policy = policy();
    config.unprotected = pcscf::Unprotected::Digest;
    config.relay.timers = timers(ground).core;
    // Whoever plays here is no flood.
    config.limits.register_rate = None;
    Ok(config)
}

pub(super) fn icscf_config(ground: &Ground) -> Result<icscf::Config> {
    let name = format!("sip:{}", named("icscf"));
    let mut config = icscf::Config::new(&name, ground.icscf(), &domain());
    config.hosts = hosts(ground)?;
    config.cx = cx_config(ground);
    config.timers = timers(ground).core;
    config.scscfs = vec![icscf::Scscf {
        name: format!("sip:{}", named("scscf")),
        capabilities: CAPABILITIES.to_vec(),
    }];
    Ok(config)
}

pub(super) fn scscf_config(ground: &Ground) -> Result<scscf::Config> {
    let name = format!("sip:{}", named("scscf"));
    let mut config = scscf::Config::new(&name, ground.scscf(), &domain());
    config.hosts = hosts(ground)?;
    config.icscf = Some(format!("sip:{}", named("icscf")));
    config.cx = cx_config(ground);
    config.timers = timers(ground).core;
    config.policy.reg_await_auth = timers(ground).reg_await_auth;
    config.neighbours = vec![ground.pcscf().ip(), ground.icscf().ip()];
    config.await_saves = true;
    Ok(config)
}

fn cx_config(ground: &Ground) -> CxConfig {
    let mut cx = CxConfig::new(home_plmn().epc_realm());
    cx.hss_host = Some(hss_identity());
    cx.timeout = timers(ground).cx_timeout;
    cx
}

/// The Diameter node of a CSCF: the HSS is its only peer.
pub(super) fn diameter(node: &str, hss: SocketAddr, started: Moment) -> NodeConfig {
    let mut config = node_config(named(node), domain(), started);
    config.applications = vec![APPLICATION];
    config.timers.tc = RECONNECT;
    config.peers = vec![PeerConfig {
        identity: hss_identity(),
        realm: Some(home_plmn().epc_realm()),
        address: Some(hss),
        connect: true,
        ..PeerConfig::default()
    }];
    config
}
