//! What an S-CSCF is told by its operator, and what bounds it.

use crate::cx::CxConfig;
use crate::proxy::{Hosts, Own};
use quintet_cx::profile::InitialFilterCriteria;
use quintet_ims::registrar::Policy;
use quintet_sip::transaction::{MAX_TRANSACTIONS, Timers};
use quintet_sip::transport::Protocol;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What bounds the node: whatever anybody sends, it keeps no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Private identities with registrations or authentications.
    pub sessions: usize,
    /// Private identities without a registration whose authentication is under way: more REGISTERs are 503.
    pub pending_challenges: usize,
    /// REGISTERs a second of one source that is no neighbour, and of one private identity; bursts are five times that.
    pub register_rate: u32,
    /// Subscriptions to the registration state, of all and of one set.
    pub subscriptions: usize,
    /// Subscriptions to one set.
    pub subscriptions_of_one: usize,
    /// Public identities that are served unregistered.
    pub unregistered: usize,
    /// Requests that application servers have.
    pub chains: usize,
    /// SIP transactions of either side.
    pub transactions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 2_000_000,
            pending_challenges: 100_000,
            register_rate: 10,
            subscriptions: 1_000_000,
            subscriptions_of_one: 16,
            unregistered: 100_000,
            chains: 100_000,
            transactions: MAX_TRANSACTIONS,
        }
    }
}

/// The configuration of an S-CSCF.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its SIP URI, without `lr`: Server-Name at the HSS, and the stem of Service-Route and Record-Route.
    pub name: String,
    /// The address that it sends from, and is reached at.
    pub address: SocketAddr,
    /// The protocol towards a host that the table knows without one.
    pub protocol: Protocol,
    /// Which URIs are its own.
    pub own: Own,
    /// Where names are.
    pub hosts: Hosts,
    /// The domains of its users.
    pub domains: Vec<String>,
    /// Where requests to users of its domains go: the I-CSCF's SIP URI. Without one it serves alone.
    pub icscf: Option<String>,
    /// The trust domain: addresses of I-CSCFs, P-CSCFs and application servers. The REGISTERs of others are counted, and what only
    /// the domain says is taken from their requests (RFC 3325 5, TS 24.229 4.4). Empty: the network around is the domain.
    pub neighbours: Vec<std::net::IpAddr>,
    /// Sets of criteria that profiles share by their numbers. The HSS is told that there are some, and names them; without any it
    /// sends none (TS 29.229 7.1.1, SiFC).
    pub shared_criteria: BTreeMap<u32, Vec<InitialFilterCriteria>>,
    /// The registrar's decisions.
    pub policy: Policy,
    /// The way to the HSS.
    pub cx: CxConfig,
    /// Timers of transactions.
    pub timers: Timers,
    /// Longest subscription to the registration state, seconds.
    pub max_subscription: u32,
    /// How long an identity is served unregistered before the HSS is told (TS 29.228 6.1.2).
    pub unregistered_lifetime: Duration,
    /// Whether a REGISTER is answered 200 only after [`super::Scscf::saved`] said that the registration is durable.
    pub await_saves: bool,
    /// What bounds it.
    pub limits: Limits,
}

impl Config {
    /// An S-CSCF of this name and address, of the usual values.
    #[must_use]
    pub fn new(name: &str, address: SocketAddr, domain: &str) -> Self {
        let host = quintet_sip::Uri::parse(name).map(|uri| (uri.host, uri.port));
        let own = Own::new().address(address);
        Self {
            name: name.to_owned(),
            address,
            protocol: Protocol::Udp,
            own: match host {
                Ok((host, port)) => own.name(host, port),
                Err(_) => own,
            },
            hosts: Hosts::default(),
            domains: vec![domain.to_ascii_lowercase()],
            icscf: None,
            neighbours: Vec::new(),
            shared_criteria: BTreeMap::new(),
            policy: Policy::new(domain),
            cx: CxConfig::new(domain),
            timers: Timers::default(),
            max_subscription: 600_000,
            unregistered_lifetime: Duration::from_secs(600),
            await_saves: false,
            limits: Limits::default(),
        }
    }
}
