//! What a P-CSCF is made with.

use super::rate::Rate;
use crate::proxy::{Hosts, RelayConfig};
use quintet_ims::agreement::Policy;
use std::net::SocketAddr;

/// The most contacts, identities and routes of one registration that are kept.
pub const MAX_URIS: usize = 32;

/// How a UE may register that does not agree on security associations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unprotected {
    /// Not at all: sec-agree is required (421, 494).
    Refused,
    /// With SIP Digest, its requests known by the address they come from (TS 33.203 Annex N).
    Digest,
}

/// Bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Registrations, pending ones included.
    pub registrations: usize,
    /// Registrations that are not finished: what a flood of unauthenticated REGISTERs can make it hold.
    pub pending: usize,
    /// REGISTERs from one source, outside of associations. `None`: as many as come, for laboratories whose UEs share an address.
    pub register_rate: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            registrations: 1_000_000,
            pending: 50_000,
            register_rate: Some(Rate {
                per_second: 20,
                burst: 100,
            }),
        }
    }
}

/// A P-CSCF.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name, in Path and Record-Route: a host that the core finds at `core`.
    pub name: String,
    /// Where the core reaches it.
    pub core: SocketAddr,
    /// Where UEs reach it without protection.
    pub access: SocketAddr,
    /// Its protected server port, at the address of `access`: the same for all UEs (TS 33.203 7.1).
    pub protected_server_port: u16,
    /// Its protected client ports: sets of one UE have different ones, three at a time.
    pub protected_client_ports: Vec<u16>,
    /// The network it stands in: P-Visited-Network-ID, and orig-ioi.
    pub visited_network: String,
    /// Where names are.
    pub hosts: Hosts,
    /// The host that all REGISTERs go to; `None`: the domain of the Request-URI, where its I-CSCF is.
    pub entry: Option<String>,
    /// Where emergency calls go; `None`: they are answered 380.
    pub ecscf: Option<String>,
    /// Whether it takes part in emergency registrations and calls.
    pub emergency: bool,
    /// What it agrees to.
    pub policy: Policy,
    /// Who need not agree.
    pub unprotected: Unprotected,
    /// Whether it subscribes to the registration state of its users (TS 24.229 5.2.3).
    pub reg_event: bool,
    /// How long a UE behind a NAT may leave its flow silent, in seconds: Flow-Timer (RFC 5626 4.4).
    pub flow_timer: u32,
    /// Transactions.
    pub relay: RelayConfig,
    /// Bounds.
    pub limits: Limits,
}

impl Config {
    /// A P-CSCF of one address, with everything else as usual: SIP at 5060 towards UEs, protected ports 6100 to 6104.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        core: SocketAddr,
        access: SocketAddr,
        visited_network: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            core,
            access,
            protected_server_port: 6100,
            protected_client_ports: vec![6101, 6102, 6103, 6104],
            visited_network: visited_network.into(),
            hosts: Hosts::default(),
            entry: None,
            ecscf: None,
            emergency: true,
            policy: Policy::default(),
            unprotected: Unprotected::Refused,
            reg_event: true,
            flow_timer: 120,
            relay: RelayConfig::default(),
            limits: Limits::default(),
        }
    }
}
