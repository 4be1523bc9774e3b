//! What goes out: requests passed on with a Via of ours, and requests of the node's own.

use super::{Cycle, Request, Scscf};
use crate::proxy::{Forwarder, Routed};
use quintet_sip::transaction::ClientId;
use quintet_sip::{Edit, Method, Status, Uri};
use std::collections::HashMap;

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

    /// What sending takes.
    pub(crate) fn forwarder(&mut self) -> Forwarder<'_> {
        Forwarder {
            address: self.config.address,
            hosts: &self.config.hosts,
            own: &self.config.own,
            relay: &mut self.relay,
            branches: &mut self.branches,
        }
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
        self.counters.forwarded += 1;
        self.forwarder().pass_on(cycle.at.now, request, edit, next)
    }

    /// Passes a request on that has its way already, or says why not.
    pub(crate) fn pass_along(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
    ) {
        self.counters.forwarded += 1;
        if let Err(status) = self.forwarder().pass_along(cycle.at.now, request, routed) {
            self.reject(cycle, request, status);
        }
    }

    /// Sends a request of our own. Its octets lack nothing but Via, which comes behind the start line.
    pub(crate) fn send_own(
        &mut self,
        cycle: &mut Cycle<'_>,
        next: &str,
        what: Own,
        write: impl FnOnce(&str, &mut Vec<u8>),
    ) -> bool {
        let mut forwarder = self.forwarder();
        let target = Uri::parse(next).ok().and_then(|uri| forwarder.target(&uri));
        let Some(target) = target else {
            return false;
        };
        let (via, to) = (forwarder.via(target, 0), forwarder.hop_to(target));
        let mut octets = Vec::with_capacity(1024);
        write(&via, &mut octets);
        self.own_requests.next += 1;
        let number = self.own_requests.next;
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
