//! How a CSCF of one address sends: where a URI leads, over which hop, with a Via of its own (RFC 3261 16.6). I- and S-CSCF are
//! alike in it; a P-CSCF has two sides.

use super::check::{Rejection, max_forwards};
use super::hosts::{Hosts, Target};
use super::own::Own;
use super::relay::Relay;
use super::route::{Routed, route};
use super::via::{Branches, came_from, loop_key};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Edit, Message, Name, Scheme, Status, Uri};
use std::net::SocketAddr;
use std::time::Duration;

/// Most Routes of a node's own on top of one request: an application server's, and a spiral's.
pub const MAX_OWN_ROUTES: usize = 2;

/// A request that came, as it is handled.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r, 'a> {
    /// Its transaction.
    pub id: ServerId,
    /// Where it came from.
    pub hop: Hop,
    /// What it says.
    pub message: &'r Message<'a>,
}

/// What sending takes of a node.
#[derive(Debug)]
pub struct Forwarder<'n> {
    /// The address that it sends from, and is answered at.
    pub address: SocketAddr,
    /// Where names are.
    pub hosts: &'n Hosts,
    /// Which URIs are its own.
    pub own: &'n Own,
    /// Its transactions.
    pub relay: &'n mut Relay,
    /// Its branches.
    pub branches: &'n mut Branches,
}

/// A request as it goes on, before Route and Via: the node's own Routes off, Max-Forwards counted, where it came from said.
#[must_use]
pub fn outgoing<'m, 'a>(request: Request<'m, 'a>, routed: &Routed<'a>) -> Edit<'m, 'a> {
    let message = request.message;
    let edit = routed.apply(Edit::new(message));
    came_from(edit, message, &request.hop).replace(Name::MaxForwards, max_forwards(message))
}

impl Forwarder<'_> {
    /// Where a URI leads.
    #[must_use]
    pub fn target(&self, uri: &Uri<'_>) -> Option<Target> {
        if !uri.is_sip() {
            return None;
        }
        let transport = match (uri.transport(), uri.scheme) {
            (Some(name), _) => Some(Protocol::of(name)?),
            (None, Scheme::Sips) => Some(Protocol::Tls),
            (None, _) => None,
        };
        self.hosts.target(uri.host, uri.port, transport)
    }

    /// The hop to a target.
    #[must_use]
    pub fn hop_to(&self, target: Target) -> Hop {
        Hop {
            protocol: target.protocol,
            local: self.address,
            remote: target.address,
        }
    }

    /// A Via towards a target; `key` tells loops ([`loop_key`]).
    pub fn via(&mut self, target: Target, key: u64) -> String {
        let branch = self.branches.next(key);
        let (protocol, address) = (target.protocol, self.address);
        format!("SIP/2.0/{protocol} {address};branch={branch}")
    }

    /// Passes a request on to where a URI leads.
    ///
    /// # Errors
    /// The status to answer with: nobody knows where it leads, or there is no room.
    pub fn pass_on(
        &mut self,
        now: Duration,
        request: Request<'_, '_>,
        edit: Edit<'_, '_>,
        next: &str,
    ) -> Result<ClientId, Status> {
        let uri = Uri::parse(next).map_err(|_| Status::BAD_REQUEST)?;
        let target = self.target(&uri).ok_or(Status::NOT_FOUND)?;
        let via = self.via(target, loop_key(request.message));
        let mut octets = Vec::with_capacity(request.message.octets().len() + 512);
        edit.push(Name::Via, via).write(&mut octets);
        let (to, came) = (self.hop_to(target), (&request.hop, request.message));
        let client = self.relay.forward(now, request.id, came, to, octets);
        client.map_err(|_| Status::SERVICE_UNAVAILABLE)
    }

    /// Passes a request on that has its way already: along its Routes, or to the contact that its Request-URI is.
    ///
    /// # Errors
    /// The status to answer with; 481 where it leads back here.
    pub fn pass_along(
        &mut self,
        now: Duration,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
    ) -> Result<ClientId, Status> {
        if routed.routes.is_empty() && self.own.owns(&routed.uri) {
            return Err(Status::CALL_DOES_NOT_EXIST);
        }
        let next = routed.next().as_str().to_owned();
        self.pass_on(now, request, outgoing(request, routed), &next)
    }

    /// An ACK of a 2xx, along its Routes, without a transaction (RFC 3261 16.11).
    pub fn acknowledge(&mut self, hop: &Hop, message: &Message<'_>) {
        let Ok(routed) = route(message, self.own, MAX_OWN_ROUTES) else {
            return;
        };
        if message.max_forwards().ok().flatten() == Some(0)
            || (routed.routes.is_empty() && self.own.owns(&routed.uri))
        {
            return;
        }
        let Some(target) = self.target(routed.next()) else {
            return;
        };
        let via = self.via(target, loop_key(message));
        let edit = came_from(routed.apply(Edit::new(message)), message, hop);
        let mut octets = Vec::with_capacity(message.octets().len() + 256);
        edit.push(Name::Via, via)
            .replace(Name::MaxForwards, max_forwards(message))
            .write(&mut octets);
        let to = self.hop_to(target);
        self.relay.send(to, octets);
    }

    /// Answers a request with a status alone.
    pub fn reject(&mut self, now: Duration, request: Request<'_, '_>, status: Status) {
        let rejection = Rejection::new(status, status.phrase());
        let Request { id, hop, message } = request;
        self.relay.reply(now, id, hop, message, &rejection);
    }
}
