//! Where a request goes (RFC 6733 2.7, 5.1, 6.1).
//!
//! Next hops are tried in this order; the first one that is fit is taken:
//!
//! 1. the peer that is Destination-Host;
//! 2. the peers of each [`super::Route`] that matches, in its order;
//! 3. without Destination-Host: the peers of Destination-Realm that support the application;
//! 4. peers that relay.
//!
//! Fit is a peer whose watchdog is in OKAY. If there is none, one in REOPEN is taken rather than fail: on probation is
//! still better than unreachable. One in SUSPECT is not.

use super::envelope::{Envelope, MAX_ROUTE_RECORDS, went_through};
use super::refusal::Refusal;
use super::{Node, Peer, PeerId, RouteError, WatchdogState};
use crate::dict::avp;
use crate::{Message, ResultCode};

/// Whose a received request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    /// A local application's.
    Here,
    /// Another node's.
    Forward,
}

/// What is asked of a route.
pub(super) struct Wanted<'a> {
    pub(super) host: Option<&'a [u8]>,
    pub(super) realm: &'a [u8],
    pub(super) application_id: u32,
    /// Peers not to be used: tried already, or where it came from.
    pub(super) except: &'a [Option<PeerId>],
    /// The request as it was received, whose Route-Records must not be visited again.
    pub(super) relayed: Option<&'a Message<'a>>,
}

/// The best of the peers looked at so far.
#[derive(Default)]
struct Search {
    okay: Option<PeerId>,
    reopen: Option<PeerId>,
    busy: bool,
    seen: bool,
}

impl Node {
    /// RFC 6733 6.1.3 to 6.1.6 for a request received.
    pub(super) fn direct(&self, message: &Message<'_>, envelope: &Envelope<'_>) -> Result<Local, Refusal> {
        let config = &self.config;
        let loops = envelope.route_records > MAX_ROUTE_RECORDS
            || envelope.route_records > 0 && went_through(message, config.identity.as_bytes());
        if loops {
            return Err(Refusal::new(
                ResultCode::LOOP_DETECTED,
                "the request was here before",
            ));
        }
        let application_id = message.header().application_id;
        let served = config.applications.iter().any(|a| a.id == application_id);
        let host = envelope.destination_host;
        let realm = envelope.destination_realm;
        let ours = realm.is_some_and(|realm| config.is_our_realm(realm));
        // Whatever cannot be read to its end is judged here: 5014 says where.
        if envelope.malformed || host.is_some_and(|h| config.is_us(h)) || host.is_none() && realm.is_none() {
            return self.serve(application_id, served);
        }
        if host.is_none() && ours && served {
            return Ok(Local::Here);
        }
        let Some(realm) = realm else {
            let text = "Destination-Host without Destination-Realm";
            return Err(Refusal::new(ResultCode::UNABLE_TO_DELIVER, text));
        };
        if config.relay && message.header().flags.proxiable() {
            return Ok(Local::Forward);
        }
        if !ours && !self.serves_realm(realm) {
            return Err(Refusal::new(
                ResultCode::REALM_NOT_SERVED,
                "Destination-Realm is not served here",
            ));
        }
        if host.is_none() {
            return self.serve(application_id, served);
        }
        Err(Refusal::new(
            ResultCode::UNABLE_TO_DELIVER,
            "Destination-Host is another node",
        ))
    }

    fn serve(&self, application_id: u32, served: bool) -> Result<Local, Refusal> {
        if served {
            return Ok(Local::Here);
        }
        // Application 0 is everybody's, and has the base commands only, which do not come here.
        if application_id == 0 {
            return Err(Refusal::new(
                ResultCode::COMMAND_UNSUPPORTED,
                "no such base command here",
            ));
        }
        Err(Refusal::new(
            ResultCode::APPLICATION_UNSUPPORTED,
            "the application is not served here",
        ))
    }

    /// Whether any route or peer is for this realm.
    pub(super) fn serves_realm(&self, realm: &[u8]) -> bool {
        let names = |r: &str| r.as_bytes().eq_ignore_ascii_case(realm);
        self.config.relay
            && (self
                .config
                .routes
                .iter()
                .any(|r| r.realm.as_deref().is_none_or(names))
                || self
                    .peers
                    .iter()
                    .any(|p| names(p.realm()) || p.capabilities.relay))
    }

    /// The next hop of a request.
    pub(super) fn next_hop(&self, wanted: &Wanted<'_>) -> Result<PeerId, RouteError> {
        let mut search = Search::default();
        if let Some(host) = wanted.host
            && let Some(id) = self.peer_by_identity(host)
        {
            self.consider(&mut search, wanted, &self.peers[id.index as usize]);
        }
        self.consider_routes(&mut search, wanted);
        if search.okay.is_none() && wanted.host.is_none() {
            let direct = |p: &&Peer| {
                p.realm().as_bytes().eq_ignore_ascii_case(wanted.realm)
                    && (p.capabilities.supports(wanted.application_id)
                        || p.capabilities.applications.is_empty())
            };
            for peer in self.peers.iter().filter(direct) {
                self.consider(&mut search, wanted, peer);
            }
        }
        if search.okay.is_none() {
            for peer in self.peers.iter().filter(|p| p.capabilities.relay) {
                self.consider(&mut search, wanted, peer);
            }
        }
        match search.okay.or(search.reopen) {
            Some(peer) => Ok(peer),
            None if search.busy => Err(RouteError::TooBusy),
            None if search.seen => Err(RouteError::NotConnected),
            None => Err(RouteError::NoRoute),
        }
    }

    fn consider_routes(&self, search: &mut Search, wanted: &Wanted<'_>) {
        for route in &self.config.routes {
            let host = route.host.as_ref().is_none_or(|host| {
                wanted
                    .host
                    .is_some_and(|wanted| host.as_bytes().eq_ignore_ascii_case(wanted))
            });
            let realm = route
                .realm
                .as_ref()
                .is_none_or(|realm| realm.as_bytes().eq_ignore_ascii_case(wanted.realm));
            if !host || !realm || route.application_id.is_some_and(|id| id != wanted.application_id) {
                continue;
            }
            for id in route
                .peers
                .iter()
                .filter_map(|name| self.peer_by_identity(name.as_bytes()))
            {
                self.consider(search, wanted, &self.peers[id.index as usize]);
            }
        }
    }

    /// Takes a peer into account, unless a better one is found already.
    fn consider(&self, search: &mut Search, wanted: &Wanted<'_>, peer: &Peer) {
        if search.okay.is_some() || wanted.except.contains(&Some(peer.id)) {
            return;
        }
        search.seen = true;
        let Some((watchdog, connection)) = self.fitness(peer.id) else {
            return;
        };
        if !peer.capabilities.supports(wanted.application_id) {
            return;
        }
        // Last, since it walks the message: otherwise a long one would be walked for every peer of a realm.
        if let Some(message) = wanted.relayed
            && went_through(message, peer.config.identity.as_bytes())
        {
            return;
        }
        let limits = &self.config.limits;
        if connection.output.len() > limits.output_octets || peer.outstanding >= limits.outstanding_per_peer {
            search.busy = true;
            return;
        }
        match watchdog {
            WatchdogState::Okay => search.okay = Some(peer.id),
            WatchdogState::Reopen => {
                search.reopen.get_or_insert(peer.id);
            }
            WatchdogState::Initial | WatchdogState::Suspect | WatchdogState::Down => {}
        }
    }
}

/// Destination-Host and Destination-Realm of a request this node holds.
pub(super) fn destination<'a>(message: &Message<'a>) -> (Option<&'a [u8]>, &'a [u8]) {
    let host = message.find(avp::DESTINATION_HOST).map(|avp| avp.data);
    (
        host,
        message.find(avp::DESTINATION_REALM).map_or(&[], |avp| avp.data),
    )
}
