//! The CSCFs and how they are set up: one of each.

use super::cx::{HSS, WALL};
use quintet_cscf::proxy::Hosts;
use quintet_cscf::{icscf, pcscf, scscf};
use quintet_esp::{Encryption, Integrity, Suite};
use quintet_ims::agreement::Policy;
use quintet_ims::registrar::At;
use quintet_sim::ims::LabTimers;
use quintet_sim::radio::Random;
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

/// Where the CSCFs are; the P-CSCF has another address towards UEs.
pub(crate) const ACCESS: ([u8; 4], u16) = ([10, 0, 0, 2], 5060);
pub(crate) const PCSCF: ([u8; 4], u16) = ([10, 1, 0, 1], 5060);
pub(crate) const ICSCF: ([u8; 4], u16) = ([10, 1, 0, 2], 5060);
pub(crate) const SCSCF: ([u8; 4], u16) = ([10, 1, 0, 3], 5060);

pub(crate) fn access() -> SocketAddr {
    ACCESS.into()
}

pub(crate) fn at(now: Duration) -> At {
    At {
        now,
        wall: WALL + now,
    }
}

pub(crate) fn seed(random: &mut Random) -> [u8; 32] {
    std::array::from_fn(|_| random.next() as u8)
}

fn hosts() -> Hosts {
    let mut hosts = Hosts::default();
    for (name, address) in [("pcscf", PCSCF), ("icscf", ICSCF), ("scscf", SCSCF)] {
        hosts
            .insert(&format!("{name}.{DOMAIN}"), None, address.into())
            .unwrap();
    }
    hosts.insert(DOMAIN, None, ICSCF.into()).unwrap();
    hosts
}

/// Everything but HMAC-MD5, which this operator does not take.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::default();
    policy
        .suites
        .retain(|suite| suite.integrity() != Integrity::HmacMd5_96);
    // The weakest last, that a bidding down shows.
    policy
        .suites
        .sort_by_key(|suite: &Suite| suite.encryption() == Encryption::Null);
    policy
}

pub(crate) fn pcscf_config(timers: &LabTimers) -> pcscf::Config {
    let core: SocketAddr = PCSCF.into();
    let mut config = pcscf::Config::new(format!("pcscf.{DOMAIN}"), core, ACCESS.into(), DOMAIN);
    config.hosts = hosts();
    config.policy = policy();
    config.unprotected = pcscf::Unprotected::Digest;
    config.relay.timers = timers.core;
    config
}

pub(crate) fn icscf_config(timers: &LabTimers) -> icscf::Config {
    let mut config = icscf::Config::new(&format!("sip:icscf.{DOMAIN}"), ICSCF.into(), DOMAIN);
    config.hosts = hosts();
    config.cx.hss_host = Some(HSS.to_owned());
    config.cx.timeout = timers.cx_timeout;
    config.timers = timers.core;
    config.scscfs = vec![icscf::Scscf {
        name: format!("sip:scscf.{DOMAIN}"),
        capabilities: vec![1, 2],
    }];
    config
}

pub(crate) fn scscf_config(timers: &LabTimers) -> scscf::Config {
    let mut config = scscf::Config::new(&format!("sip:scscf.{DOMAIN}"), SCSCF.into(), DOMAIN);
    config.hosts = hosts();
    config.icscf = Some(format!("sip:icscf.{DOMAIN}"));
    config.cx.timeout = timers.cx_timeout;
    config.timers = timers.core;
    config.policy.reg_await_auth = timers.reg_await_auth;
    config.neighbours = vec![PCSCF.0.into(), ICSCF.0.into()];
    config
}
