//! What a SIP message is to the node, and who works on it (TS 24.229 5.4).

use super::{Cycle, Request, Scscf};
use crate::proxy::{self, Arrival, MAX_OWN_ROUTES, Routed, Whose};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::Hop;
use quintet_sip::{Edit, Message, Method, Name, Status};

impl Scscf {
    pub(crate) fn received(&mut self, cycle: &mut Cycle<'_>, hop: Hop, octets: &[u8]) {
        let Ok(message) = Message::parse(octets) else {
            self.counters.malformed += 1;
            return;
        };
        match self.relay.receive(cycle.at.now, hop, &message) {
            Arrival::Request(id) => {
                let message = &message;
                self.request(cycle, Request { id, hop, message });
            }
            Arrival::Response(client, whose) => self.response(cycle, client, whose, &message),
            Arrival::Ack => self.forwarder().acknowledge(&hop, &message),
            Arrival::Cancelled(server) => self.cancelled(cycle, server),
            Arrival::Nothing => {}
        }
        self.settle(cycle);
    }

    /// A request, of which only neighbours are believed all (TS 24.229 4.4).
    fn request(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>) {
        if proxy::trusts(&self.config.neighbours, &request.hop) {
            return self.believed(cycle, request);
        }
        let octets = proxy::from_outside(request.message);
        if let Ok(message) = Message::parse(&octets) {
            let message = &message;
            self.believed(cycle, Request { message, ..request });
        }
    }

    fn believed(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>) {
        let Request { id, hop, message } = request;
        if let Err(rejection) = proxy::check(message, &[]) {
            return self.relay.reply(cycle.at.now, id, hop, message, &rejection);
        }
        if message.method() == Some(Method::Register) {
            return self.register(cycle, request);
        }
        let Ok(routed) = proxy::route(message, &self.config.own, MAX_OWN_ROUTES) else {
            return self.reject(cycle, request, Status::BAD_REQUEST);
        };
        if proxy::is_loop(message, &self.config.own) {
            return self.reject(cycle, request, Status::LOOP_DETECTED);
        }
        let in_dialog = message.to().is_ok_and(|to| to.tag().is_some());
        if message.method() == Some(Method::Subscribe) && self.is_for_reg_event(message, &routed, in_dialog) {
            return self.subscribe(cycle, request, &routed);
        }
        if in_dialog {
            return self.pass_along(cycle, request, &routed);
        }
        self.begin(cycle, request, &routed);
    }

    /// A request that begins something: back from an application server, of a user, or to one (TS 24.229 5.4.3.1).
    pub(super) fn begin(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, routed: &Routed<'_>) {
        let user = routed.own.first().and_then(|route| route.uri.user);
        match user.filter(|user| user.starts_with(super::chain::PREFIX)) {
            Some(user) => self.returned(cycle, request, routed, user),
            None if is_originating(routed) => self.originating(cycle, request, routed),
            None => self.terminating(cycle, request, routed),
        }
    }

    fn response(&mut self, cycle: &mut Cycle<'_>, client: ClientId, whose: Whose, message: &Message<'_>) {
        let Some(status) = message.status() else {
            return;
        };
        match whose {
            Whose::Own(number) => self.own_answered(number, status),
            Whose::Forwarded(server) => {
                if status.is_final() && self.goes_on_without(cycle, client, server, status) {
                    return;
                }
                let mut octets = Vec::with_capacity(message.octets().len());
                Edit::new(message).pop(Name::Via).write(&mut octets);
                self.relay.pass(cycle.at.now, client, octets);
                // A server that rings, or answers, works (TS 24.229 5.4.3.2).
                if status != Status::TRYING {
                    self.chains.answered(server);
                }
            }
        }
    }

    /// A request of ours or one passed on got no answer.
    pub(crate) fn client_failed(
        &mut self,
        cycle: &mut Cycle<'_>,
        client: ClientId,
        whose: Whose,
        status: Status,
    ) {
        match whose {
            Whose::Own(number) => self.own_answered(number, status),
            Whose::Forwarded(server) => {
                if !self.goes_on_without(cycle, client, server, status) {
                    self.relay.fail(cycle.at.now, client, status);
                    self.chains.answered(server);
                }
            }
        }
    }

    /// An INVITE that waits for the HSS is cancelled.
    fn cancelled(&mut self, cycle: &mut Cycle<'_>, server: ServerId) {
        if let Some((hop, octets)) = self.unregistered.take(server)
            && let Ok(message) = Message::parse(&octets)
        {
            let message = &message;
            let request = Request {
                id: server,
                hop,
                message,
            };
            self.reject(cycle, request, Status::REQUEST_TERMINATED);
        }
    }

    /// Nobody waits for the answer to this request any more.
    pub(crate) fn abandoned(&mut self, server: ServerId) {
        self.registers.forget(server);
        self.unregistered.take(server);
        self.chains.answered(server);
    }
}

/// Whether our Route on top says that a user of ours originates: it is the Service-Route, or an application server's or I-CSCF's
/// with "orig" (TS 24.229 5.4.3.1). It comes off, and the parameter with it.
pub(super) fn is_originating(routed: &Routed<'_>) -> bool {
    let top = routed.own.first();
    top.is_some_and(|route| route.uri.user == Some("orig") || route.uri.params.has("orig"))
}
