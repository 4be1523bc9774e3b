//! What a node is told when it is made: who it is, whom it knows, what it serves, how long it waits, how much it holds.

use super::{OverloadConfig, PeerSecurity};
use crate::MAX_IDENTITY_OCTETS;
use crate::dict::Dictionary;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Application-ID of a relay (RFC 6733 2.4).
pub const RELAY_APPLICATION: u32 = 0xffff_ffff;

/// Tw below which RFC 3539 3.4.1 forbids to go.
pub const MIN_TW: Duration = Duration::from_secs(6);

/// Most seconds of jitter either way on Tw (RFC 3539 3.4.1).
pub const TW_JITTER: Duration = Duration::from_secs(2);

/// Most configured peers: each is advertised, watched and searched in lists.
pub const MAX_CONFIGURED_PEERS: usize = 4096;

/// Most further realms: every request without Destination-Host is compared with each.
pub const MAX_FURTHER_REALMS: usize = 64;

/// Most applications: what fits a CER that any peer accepts.
pub const MAX_APPLICATIONS: usize = 64;

/// One Diameter node.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Origin-Host.
    pub identity: String,
    /// Origin-Realm.
    pub realm: String,
    /// Further realms whose requests are this node's: other home networks, names that MMEs were left with.
    pub further_realms: Vec<String>,
    /// Host-IP-Address, one or more.
    pub addresses: Vec<IpAddr>,
    /// Vendor-Id: the IANA enterprise number of the maker, 0 if none.
    pub vendor_id: u32,
    /// Product-Name.
    pub product_name: String,
    /// Firmware-Revision.
    pub firmware_revision: Option<u32>,
    /// Origin-State-Id: higher after every restart that loses state (RFC 6733 8.16); none for a node that keeps none.
    pub origin_state_id: Option<u32>,
    /// Unix time of the start in seconds: its low 12 bits begin every End-to-End Identifier (RFC 6733 3).
    pub started_at_unix: u32,
    /// What requests for this node are judged by, see [`crate::dict::Dictionary::builtin`].
    pub dictionary: &'static Dictionary,
    /// What the node serves or asks for.
    pub applications: Vec<Application>,
    /// The peers it knows.
    pub peers: Vec<PeerConfig>,
    /// What happens to others.
    pub unknown_peers: UnknownPeers,
    /// Where requests go that no directly connected peer takes by its own name or realm.
    pub routes: Vec<Route>,
    /// Whether requests of others for others are forwarded (RFC 6733 2.8.1).
    pub relay: bool,
    /// How long things take.
    pub timers: NodeTimers,
    /// How much there may be of each thing.
    pub limits: NodeLimits,
    /// What it does about overload; nothing unless it is said.
    pub overload: OverloadConfig,
}

impl NodeConfig {
    /// A node without peers or applications, with the defaults of every timer and limit.
    #[must_use]
    pub fn new(identity: impl Into<String>, realm: impl Into<String>, address: IpAddr) -> Self {
        Self {
            identity: identity.into(),
            realm: realm.into(),
            further_realms: Vec::new(),
            addresses: vec![address],
            vendor_id: 0,
            product_name: "Quintet".to_owned(),
            firmware_revision: None,
            origin_state_id: None,
            started_at_unix: 0,
            dictionary: Dictionary::builtin(),
            applications: Vec::new(),
            peers: Vec::new(),
            unknown_peers: UnknownPeers::default(),
            routes: Vec::new(),
            relay: false,
            timers: NodeTimers::default(),
            limits: NodeLimits::default(),
            overload: OverloadConfig::off(),
        }
    }

    /// Whether `octets` name this node; identities compare without case (RFC 6733 4.3.1).
    pub(crate) fn is_us(&self, octets: &[u8]) -> bool {
        octets.eq_ignore_ascii_case(self.identity.as_bytes())
    }

    /// Whether requests for this realm are for this node.
    pub(crate) fn is_our_realm(&self, octets: &[u8]) -> bool {
        let mut realms = std::iter::once(&self.realm).chain(&self.further_realms);
        realms.any(|realm| octets.eq_ignore_ascii_case(realm.as_bytes()))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        check_identity("identity", &self.identity)?;
        check_identity("realm", &self.realm)?;
        for realm in &self.further_realms {
            check_identity("realm", realm)?;
        }
        if self.further_realms.len() > MAX_FURTHER_REALMS {
            return Err(ConfigError::TooMany {
                what: "realms",
                limit: MAX_FURTHER_REALMS,
            });
        }
        if self.addresses.is_empty() {
            return Err(ConfigError::NoAddress);
        }
        if self.peers.len() > MAX_CONFIGURED_PEERS {
            return Err(ConfigError::TooMany {
                what: "peers",
                limit: MAX_CONFIGURED_PEERS,
            });
        }
        if self.applications.len() > MAX_APPLICATIONS {
            return Err(ConfigError::TooMany {
                what: "applications",
                limit: MAX_APPLICATIONS,
            });
        }
        for (i, peer) in self.peers.iter().enumerate() {
            check_identity("peer identity", &peer.identity)?;
            if peer.connect && peer.address.is_none() {
                return Err(ConfigError::NoPeerAddress {
                    peer: peer.identity.clone(),
                });
            }
            let twice = self.peers[..i]
                .iter()
                .any(|p| p.identity.eq_ignore_ascii_case(&peer.identity));
            if twice || self.is_us(peer.identity.as_bytes()) {
                return Err(ConfigError::RepeatedPeer {
                    peer: peer.identity.clone(),
                });
            }
        }
        if self.timers.tw < MIN_TW {
            return Err(ConfigError::ShortTw { tw: self.timers.tw });
        }
        if !self.overload.is_sane() {
            return Err(ConfigError::Overload);
        }
        Ok(())
    }
}

fn check_identity(what: &'static str, value: &str) -> Result<(), ConfigError> {
    let fine = !value.is_empty()
        && value.len() <= MAX_IDENTITY_OCTETS
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if fine {
        Ok(())
    } else {
        Err(ConfigError::Identity {
            what,
            value: value.to_owned(),
        })
    }
}

/// What is wrong with a [`NodeConfig`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not a DiameterIdentity.
    #[error("{what} `{value}` is not a DNS name of 1 to 255 letters, digits, dots, hyphens and underscores")]
    Identity {
        /// Which setting.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// Host-IP-Address is mandatory in CER and CEA.
    #[error("no address: capabilities exchange needs at least one Host-IP-Address")]
    NoAddress,
    /// Cannot connect to nowhere.
    #[error("peer `{peer}` is to be connected to but has no address")]
    NoPeerAddress {
        /// Its identity.
        peer: String,
    },
    /// Two peers, or a peer and this node, with one identity.
    #[error("peer `{peer}` is configured twice or is this node itself")]
    RepeatedPeer {
        /// Its identity.
        peer: String,
    },
    /// A list is too long.
    #[error("more than {limit} {what}")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// Its limit.
        limit: usize,
    },
    /// A value of [`OverloadConfig`] is out of its bounds.
    #[error(
        "overload: allowed are a waiting time of 10 ms to 10 s, a validity of 1 s to a day, a reduction of 1 to 95 %"
    )]
    Overload,
    /// RFC 3539 3.4.1 forbids it.
    #[error("watchdog timer of {tw:?} is too short, 6 s is the least (RFC 3539 3.4.1)")]
    ShortTw {
        /// Its value.
        tw: Duration,
    },
}

/// Authentication and authorisation, or accounting (RFC 6733 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationKind {
    /// Auth-Application-Id.
    Auth,
    /// Acct-Application-Id.
    Acct,
}

/// A Diameter application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application {
    /// Vendor-Id of a Vendor-Specific-Application-Id; 0 for an IETF application.
    pub vendor_id: u32,
    /// Application-ID.
    pub id: u32,
    /// How it is advertised.
    pub kind: ApplicationKind,
}

impl Application {
    /// A vendor's authentication application, such as S6a: 10415, 16777251.
    #[must_use]
    pub const fn auth(vendor_id: u32, id: u32) -> Self {
        Self {
            vendor_id,
            id,
            kind: ApplicationKind::Auth,
        }
    }
}

/// A peer known in advance.
#[derive(Clone, Debug, Default)]
pub struct PeerConfig {
    /// Its Origin-Host, which its CER or CEA must carry.
    pub identity: String,
    /// Its Origin-Realm if it must be a certain one.
    pub realm: Option<String>,
    /// Where to connect to.
    pub address: Option<SocketAddr>,
    /// Whether this node connects; it may be connected to in any case.
    pub connect: bool,
    /// The source addresses it may connect from; empty: any.
    pub addresses: Vec<IpAddr>,
    /// What it must prove to be who it says.
    pub security: PeerSecurity,
    /// The applications (Application-ID) whose requests are taken from it; `None`: all of this node's.
    pub applications: Option<Vec<u32>>,
}

impl UnknownPeers {
    /// Whether a peer that is not configured is served at this address of its own.
    pub(crate) fn admit(self, remote: Option<IpAddr>) -> bool {
        match self {
            Self::Accept => true,
            Self::Local => remote.is_some_and(|remote| remote.to_canonical().is_loopback()),
            Self::Refuse => false,
        }
    }
}

impl PeerConfig {
    /// Whether requests of an application are taken from it.
    pub(crate) fn may_use(&self, application_id: u32) -> bool {
        let listed = self.applications.as_ref();
        listed.is_none_or(|listed| listed.contains(&application_id))
    }
}

/// What happens to a peer that is not configured (RFC 6733 5.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownPeers {
    /// It is served like any other.
    Accept,
    /// It is served if it connects from a loopback address, which nobody outside of this machine can; else as `Refuse`.
    Local,
    /// CEA with 3010, and the connection is closed.
    #[default]
    Refuse,
}

/// A row of the routing table (RFC 6733 2.7). What is `None` matches anything.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Destination-Host.
    pub host: Option<String>,
    /// Destination-Realm.
    pub realm: Option<String>,
    /// Application-ID.
    pub application_id: Option<u32>,
    /// Identities of the next hops, best first.
    pub peers: Vec<String>,
}

/// How long a node waits.
#[derive(Clone, Copy, Debug)]
pub struct NodeTimers {
    /// Tw, before jitter (RFC 3539 3.4.1).
    pub tw: Duration,
    /// Tc: between attempts to connect (RFC 6733 2.1).
    pub tc: Duration,
    /// For a transport connection to come about.
    pub connect: Duration,
    /// For CER on an accepted connection, CEA on a made one, and the end of an election.
    pub capabilities: Duration,
    /// For DPA, and for the peer to close after ours.
    pub disconnect: Duration,
    /// For a closing connection to take what is still in its output.
    pub flush: Duration,
    /// For an answer, where the request names no time of its own.
    pub request: Duration,
    /// For pending answers at shutdown, before DPR.
    pub shutdown: Duration,
}

impl Default for NodeTimers {
    fn default() -> Self {
        Self {
            tw: Duration::from_secs(30),
            tc: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            capabilities: Duration::from_secs(10),
            disconnect: Duration::from_secs(5),
            flush: Duration::from_secs(5),
            request: Duration::from_secs(10),
            shutdown: Duration::from_secs(5),
        }
    }
}

/// How much a node holds.
#[derive(Clone, Copy, Debug)]
pub struct NodeLimits {
    /// Connections at once, half-open ones included.
    pub connections: usize,
    /// Accepted connections from one address.
    pub connections_per_remote: usize,
    /// Peers that are not configured; the longest closed one makes room.
    pub unknown_peers: usize,
    /// Octets of output past which a connection is no longer read: its peer asks faster than it listens.
    pub output_octets: usize,
    /// Octets of output past which a connection is closed.
    pub output_octets_hard: usize,
    /// Requests of one connection the application works on; past it 3004, for low priorities before it.
    pub requests_in_progress: usize,
    /// Requests sent to one peer and not answered.
    pub outstanding_per_peer: usize,
    /// Requests sent and not answered in all, at most 2²⁰ (the Hop-by-Hop Identifier counts them).
    pub outstanding: usize,
    /// Octets kept of requests sent, for failover.
    pub outstanding_octets: usize,
    /// Requests remembered for duplicate detection.
    pub duplicate_entries: usize,
    /// Octets of answers remembered for duplicate detection.
    pub duplicate_octets: usize,
}

impl Default for NodeLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_per_remote: 64,
            unknown_peers: 1024,
            output_octets: 1 << 20,
            output_octets_hard: 8 << 20,
            requests_in_progress: 4096,
            outstanding_per_peer: 16 * 1024,
            outstanding: 64 * 1024,
            outstanding_octets: 64 << 20,
            duplicate_entries: 32 * 1024,
            duplicate_octets: 16 << 20,
        }
    }
}
