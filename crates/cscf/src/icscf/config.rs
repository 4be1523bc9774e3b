//! What an I-CSCF is told by its operator, and what bounds it.

use super::Scscf;
use crate::cx::CxConfig;
use crate::proxy::{Hosts, Own};
use quintet_sip::transaction::{MAX_TRANSACTIONS, Timers};
use std::net::{IpAddr, SocketAddr};

/// What bounds the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that wait for the HSS or an S-CSCF: more are 503.
    pub attempts: usize,
    /// SIP transactions of either side.
    pub transactions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempts: 50_000,
            transactions: MAX_TRANSACTIONS,
        }
    }
}

/// The configuration of an I-CSCF.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address that it sends from, and is reached at.
    pub address: SocketAddr,
    /// Which URIs are its own: its name, and the home domain where that leads to it.
    pub own: Own,
    /// Where names are.
    pub hosts: Hosts,
    /// The home network domain: the visited network of who states none, and whose users are here.
    pub domains: Vec<String>,
    /// The S-CSCFs to choose from.
    pub scscfs: Vec<Scscf>,
    /// The trust domain: addresses of P-CSCFs, S-CSCFs, application servers and the borders of networks that are believed. What
    /// only the domain says is taken from the requests of others (RFC 3325 5, TS 24.229 4.4). Empty: the network around is it.
    pub neighbours: Vec<IpAddr>,
    /// The way to the HSS.
    pub cx: CxConfig,
    /// Timers of transactions.
    pub timers: Timers,
    /// What bounds it.
    pub limits: Limits,
}

impl Config {
    /// An I-CSCF of a home network, of the usual values; it knows no S-CSCF yet.
    #[must_use]
    pub fn new(name: &str, address: SocketAddr, domain: &str) -> Self {
        let own = Own::new().address(address).name(domain, None);
        let host = quintet_sip::Uri::parse(name).map(|uri| (uri.host, uri.port));
        Self {
            address,
            own: match host {
                Ok((host, port)) => own.name(host, port),
                Err(_) => own,
            },
            hosts: Hosts::default(),
            domains: vec![domain.to_ascii_lowercase()],
            scscfs: Vec::new(),
            neighbours: Vec::new(),
            cx: CxConfig::new(domain),
            timers: Timers::default(),
            limits: Limits::default(),
        }
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// UARs and LIRs.
    pub asked: u64,
    /// Requests passed on.
    pub forwarded: u64,
    /// Requests that went to another S-CSCF than the first.
    pub selected_again: u64,
    /// Requests that were refused here.
    pub refused: u64,
    /// Messages that could not be read.
    pub malformed: u64,
}
