//! What goes out: requests passed on with a Via of ours, and requests of the node's own.

use super::{Cycle, Request, Scscf};
use crate::proxy::{self, Routed, Target};
use quintet_sip::transaction::ClientId;
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Edit, Method, Name, Scheme, Status, Uri};
use std::collections::HashMap;
use std::net::SocketAddr;

/// What a request of the node's own is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// NOTIFY of a subscription.
    Notify(u64),
    /// REGISTER to an application server on behalf of a user.
    ThirdParty {
        /// Whose session.
        impi: quintet_identity::Impi,
        /// Of which public identity.
        impu: quintet_identity::Impu,
        /// Whether the user is de-registered if the server fails (SESSION_TERMINATED).
        terminates: bool,
    },
}

/// Requests of the node's own that wait for their answers.
#[derive(Debug, Default)]
pub(crate) struct OwnRequests {
    waiting: HashMap<u64, Own>,
    next: u64,
}

impl OwnRequests {
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn take(&mut self, number: u64) -> Option<Own> {
        self.waiting.remove(&number)
    }
}

impl Scscf {
    /// One of our URIs, with a user that says what for: a loose Route.
    pub(crate) fn own_uri(&self, user: &str) -> String {
        let (scheme, rest) = self
            .config
            .name
            .split_once(':')
            .unwrap_or(("sip", &self.config.name));
        format!("{scheme}:{user}@{rest};lr")
    }

    /// Where a URI leads.
    pub(crate) fn target(&self, uri: &Uri<'_>) -> Option<Target> {
        if !uri.is_sip() {
            return None;
        }
        let transport = match (uri.transport(), uri.scheme) {
            (Some(name), _) => Some(Protocol::of(name)?),
            (None, Scheme::Sips) => Some(Protocol::Tls),
            (None, _) => None,
        };
        self.config.hosts.target(uri.host, uri.port, transport)
    }

    /// The hop to a target.
    pub(crate) fn hop_to(&self, target: Target) -> Hop {
        let address = self.config.address;
        Hop {
            protocol: target.protocol,
            local: match target.protocol {
                Protocol::Udp => address,
                Protocol::Tcp | Protocol::Tls => SocketAddr::new(address.ip(), 0),
            },
            remote: target.address,
        }
    }

    /// Our Via towards a target.
    pub(crate) fn via(&mut self, target: Target, key: u64) -> String {
        let branch = self.branches.next(key);
        let (protocol, address) = (target.protocol, self.config.address);
        format!("SIP/2.0/{protocol} {address};branch={branch}")
    }

    /// A request as it goes on, before Route and Via: our own Routes off, Max-Forwards counted, where it came from said.
    pub(crate) fn outgoing<'m, 'a>(&self, request: Request<'m, 'a>, routed: &Routed<'a>) -> Edit<'m, 'a> {
        let message = request.message;
        let edit = routed.apply(Edit::new(message));
        proxy::came_from(edit, message, &request.hop).replace(Name::MaxForwards, proxy::max_forwards(message))
    }

    /// Passes a request on to where a URI leads.
    ///
    /// # Errors
    /// The status to answer with: nobody knows where it leads, or there is no room.
    pub(crate) fn pass_on(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        edit: Edit<'_, '_>,
        next: &str,
    ) -> Result<ClientId, Status> {
        let uri = Uri::parse(next).map_err(|_| Status::BAD_REQUEST)?;
        let target = self.target(&uri).ok_or(Status::NOT_FOUND)?;
        let via = self.via(target, proxy::loop_key(request.message));
        let mut octets = Vec::with_capacity(request.message.octets().len() + 512);
        edit.push(Name::Via, via).write(&mut octets);
        let to = self.hop_to(target);
        let came = (&request.hop, request.message);
        let client = self.relay.forward(cycle.at.now, request.id, came, to, octets);
        self.counters.forwarded += 1;
        client.map_err(|_| Status::SERVICE_UNAVAILABLE)
    }

    /// Sends a request of our own. Its octets lack nothing but Via, which comes behind the start line.
    pub(crate) fn send_own(
        &mut self,
        cycle: &mut Cycle<'_>,
        next: &str,
        what: Own,
        write: impl FnOnce(&str, &mut Vec<u8>),
    ) -> bool {
        let target = Uri::parse(next).ok().and_then(|uri| self.target(&uri));
        let Some(target) = target else {
            return false;
        };
        let via = self.via(target, 0);
        let mut octets = Vec::with_capacity(1024);
        write(&via, &mut octets);
        self.own_requests.next += 1;
        let number = self.own_requests.next;
        let to = self.hop_to(target);
        if self.relay.request(cycle.at.now, to, octets, number).is_err() {
            return false;
        }
        self.own_requests.waiting.insert(number, what);
        true
    }
}

/// Whether a request may begin a dialog, on whose way we stay (RFC 3261 16.6.4).
pub(crate) fn records(method: Option<Method<'_>>) -> bool {
    matches!(method, Some(Method::Invite | Method::Subscribe | Method::Refer))
}
