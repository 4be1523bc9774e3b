//! One peer: configuration, state, what it said about itself.

use super::{
    Action, ApplicationKind, ConnectionId, Deadline, DisconnectCause, DownReason, PeerConfig, PeerCounters,
    PeerState, Watchdog, WatchdogState,
};
use crate::Header;
use std::net::IpAddr;
use std::time::Duration;

/// One peer of one node. Never means another peer: a place taken over has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// What a peer's CER or CEA says (RFC 6733 5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Origin-Realm.
    pub realm: String,
    /// Product-Name.
    pub product_name: String,
    /// Vendor-Id.
    pub vendor_id: u32,
    /// Firmware-Revision.
    pub firmware_revision: Option<u32>,
    /// Origin-State-Id.
    pub origin_state_id: Option<u32>,
    /// Host-IP-Address, as far as they are IPv4 or IPv6.
    pub addresses: Vec<IpAddr>,
    /// Supported-Vendor-Id.
    pub supported_vendors: Vec<u32>,
    /// Applications with how they were advertised, vendor-specific ones included; not the relay application.
    pub applications: Vec<(u32, ApplicationKind)>,
    /// Whether it relays, so that any application can be sent to it.
    pub relay: bool,
}

impl Capabilities {
    /// Whether requests of this application can be sent to the peer.
    #[must_use]
    pub fn supports(&self, application_id: u32) -> bool {
        self.relay || self.applications.iter().any(|(id, _)| *id == application_id)
    }

    /// Whether the peer asks for anything that is taken from it.
    pub(crate) fn meet(&self, config: &PeerConfig) -> bool {
        let mut offered = self.applications.iter();
        self.relay || self.applications.is_empty() || offered.any(|(id, _)| config.may_use(*id))
    }
}

/// A CER that passed Process-CER and waits for the peer machine's word.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) connection: ConnectionId,
    pub(crate) capabilities: Capabilities,
    pub(crate) cer: Header,
}

#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    pub(crate) config: PeerConfig,
    /// Whether it is configured; others lose their place when room is needed.
    pub(crate) configured: bool,
    pub(crate) state: PeerState,
    pub(crate) initiator: Option<ConnectionId>,
    pub(crate) responder: Option<ConnectionId>,
    pub(crate) candidate: Option<Candidate>,
    pub(crate) capabilities: Capabilities,
    pub(crate) watchdog: Watchdog,
    pub(crate) deadline: Deadline,
    pub(crate) watchdog_deadline: Deadline,
    /// Why the connection is ending, if it is known before it has.
    pub(crate) reason: Option<DownReason>,
    /// The cause our next DPR gives.
    pub(crate) cause: DisconnectCause,
    /// Not to be connected to until asked for: the peer, or the operator, said so.
    pub(crate) dormant: bool,
    /// When it was last closed: the longest closed unknown peer makes room.
    pub(crate) closed_at: Duration,
    pub(crate) outstanding: usize,
    pub(crate) counters: PeerCounters,
}

impl Peer {
    pub(crate) fn new(id: PeerId, config: PeerConfig, configured: bool) -> Self {
        Self {
            id,
            config,
            configured,
            state: PeerState::Closed,
            initiator: None,
            responder: None,
            candidate: None,
            capabilities: Capabilities::default(),
            watchdog: Watchdog::default(),
            deadline: Deadline::default(),
            watchdog_deadline: Deadline::default(),
            reason: None,
            cause: DisconnectCause::REBOOTING,
            dormant: false,
            closed_at: Duration::ZERO,
            outstanding: 0,
            counters: PeerCounters::default(),
        }
    }

    /// The connection that carries messages, if one does.
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        match self.state {
            PeerState::IOpen => self.initiator,
            PeerState::ROpen => self.responder,
            PeerState::Closing => self.initiator.or(self.responder),
            _ => None,
        }
    }

    /// The action that makes a connection, if it is known where to.
    pub(crate) fn connect(&self) -> Option<Action> {
        self.config.address.map(|address| Action::Connect {
            peer: self.id,
            address,
        })
    }

    /// Its realm, as it said itself or as configured.
    pub(crate) fn realm(&self) -> &str {
        match self.capabilities.realm.as_str() {
            "" => self.config.realm.as_deref().unwrap_or_default(),
            realm => realm,
        }
    }
}

/// A peer as seen from outside.
#[derive(Clone, Copy, Debug)]
pub struct PeerStatus<'n> {
    /// Which.
    pub id: PeerId,
    /// Its Origin-Host.
    pub identity: &'n str,
    /// Its Origin-Realm; empty if not known yet.
    pub realm: &'n str,
    /// Whether it is configured.
    pub configured: bool,
    /// The peer machine's state.
    pub state: PeerState,
    /// The watchdog's state.
    pub watchdog: WatchdogState,
    /// The open connection.
    pub connection: Option<ConnectionId>,
    /// What it said at the last capabilities exchange.
    pub capabilities: &'n Capabilities,
    /// Requests sent to it and not answered.
    pub outstanding: usize,
    /// What was counted.
    pub counters: PeerCounters,
}
