//! SIP at the I-CSCF: requests in, on to an S-CSCF, to another if that is not there, and answers back.

use super::attempt::{Attempt, Purpose};
use super::{Cycle, Icscf, IcscfEvent, Request};
use crate::proxy::{self, Arrival, Forwarder, MAX_OWN_ROUTES, Rejection, Routed, Whose, outgoing};
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::Hop;
use quintet_sip::{Contact, Edit, Message, Method, Name, Status, Uri};

impl Icscf {
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
            Arrival::Cancelled(server) => {
                if let Some(attempt) = self.attempts.remove(&server) {
                    self.give_up(cycle, server, &attempt, Status::REQUEST_TERMINATED);
                }
            }
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
            self.refused(rejection.status);
            return self.relay.reply(cycle.at.now, id, hop, message, &rejection);
        }
        let Ok(routed) = proxy::route(message, &self.config.own, MAX_OWN_ROUTES) else {
            return self.reject(cycle, request, Status::BAD_REQUEST);
        };
        if proxy::is_loop(message, &self.config.own) {
            return self.reject(cycle, request, Status::LOOP_DETECTED);
        }
        let register = message.method() == Some(Method::Register);
        let in_dialog = message.to().is_ok_and(|to| to.tag().is_some());
        if !register && (in_dialog || !routed.routes.is_empty()) {
            return self.pass_along(cycle, request, &routed);
        }
        let purpose = match register {
            true => Purpose::Register {
                ends: ends(message),
                emergency: is_emergency(message),
            },
            false => Purpose::Locate {
                originating: routed.own.iter().any(|route| route.uri.params.has("orig")),
            },
        };
        let uri = &routed.uri;
        if uri.is_sip() && !self.is_home(uri) && !matches!(purpose, Purpose::Locate { originating: true }) {
            return self.reject(cycle, request, Status::NOT_FOUND);
        }
        if self.attempts.len() >= self.config.limits.attempts {
            self.refused(Status::SERVICE_UNAVAILABLE);
            let busy = Rejection::new(Status::SERVICE_UNAVAILABLE, "Service Unavailable");
            let busy = busy.with(Name::RetryAfter, "10");
            return self.relay.reply(cycle.at.now, id, hop, message, &busy);
        }
        let attempt = Attempt {
            hop,
            octets: message.octets().into(),
            purpose,
            candidates: Vec::new(),
            tried: Vec::new(),
            client: None,
            asked_again: false,
        };
        self.ask(cycle, id, attempt);
    }

    fn is_home(&self, uri: &Uri<'_>) -> bool {
        let is = |domain: &String| domain.eq_ignore_ascii_case(uri.host);
        self.config.domains.iter().any(is) || self.config.own.owns(uri)
    }

    /// The next S-CSCF that may serve; `none` if there is none.
    pub(crate) fn try_next(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ServerId,
        mut attempt: Attempt,
        none: Status,
    ) {
        let before = attempt.client.take();
        while let Some(name) = attempt.candidates.pop() {
            attempt.tried.push(name.clone());
            if let Ok(client) = self.send_to(cycle, id, &attempt, &name) {
                self.counters.forwarded += 1;
                self.report(|| IcscfEvent::Forwarded {
                    scscf: name.clone(),
                    again: before.is_some(),
                });
                if let Some(before) = before {
                    self.counters.selected_again += 1;
                    // Less than whatever another answers (RFC 3261 16.7.6).
                    self.relay.fail(cycle.at.now, before, Status::SERVER_TIME_OUT);
                }
                attempt.client = Some(client);
                self.attempts.insert(id, attempt);
                return;
            }
        }
        let none = match (before, none) {
            // All that could serve cannot even be sent to.
            (None, Status::BUSY_EVERYWHERE) if !attempt.tried.is_empty() => Status::SERVER_TIME_OUT,
            (_, none) => none,
        };
        match before {
            Some(before) => {
                self.refused(none);
                self.relay.fail(cycle.at.now, before, none);
            }
            None => self.give_up(cycle, id, &attempt, none),
        }
    }

    fn send_to(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ServerId,
        attempt: &Attempt,
        name: &str,
    ) -> Result<ClientId, Status> {
        let message = Message::parse(&attempt.octets).map_err(|_| Status::BAD_REQUEST)?;
        let routed =
            proxy::route(&message, &self.config.own, MAX_OWN_ROUTES).map_err(|_| Status::BAD_REQUEST)?;
        let request = Request {
            id,
            hop: attempt.hop,
            message: &message,
        };
        let edit = outgoing(request, &routed);
        let edit = match attempt.purpose {
            // The Request-URI of REGISTER becomes the S-CSCF's (TS 24.229 5.3.1.2); other requests keep theirs.
            Purpose::Register { .. } => edit.uri(name),
            Purpose::Locate { originating } => {
                let orig = if originating { ";orig" } else { "" };
                edit.push(Name::Route, format_args!("<{name};lr{orig}>"))
            }
        };
        self.forwarder().pass_on(cycle.at.now, request, edit, name)
    }

    /// What sending takes.
    fn forwarder(&mut self) -> Forwarder<'_> {
        Forwarder {
            address: self.config.address,
            hosts: &self.config.hosts,
            own: &self.config.own,
            relay: &mut self.relay,
            branches: &mut self.branches,
        }
    }

    /// Requests that have their way already.
    fn pass_along(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, routed: &Routed<'_>) {
        if let Err(status) = self.forwarder().pass_along(cycle.at.now, request, routed) {
            self.reject(cycle, request, status);
        }
    }

    fn response(&mut self, cycle: &mut Cycle<'_>, client: ClientId, whose: Whose, message: &Message<'_>) {
        let (Some(status), Whose::Forwarded(server)) = (message.status(), whose) else {
            return;
        };
        if status.is_final() {
            let Some(attempt) = self.attempts.remove(&server) else {
                return self.pass_back(cycle, client, message, true);
            };
            // A redirection, and an S-CSCF that cannot serve now, are as if it were not there (TS 24.229 5.3.1.3).
            let elsewhere = matches!(attempt.purpose, Purpose::Register { .. })
                && (status.code() / 100 == 3 || status == Status::TEMPORARILY_UNAVAILABLE);
            if elsewhere && attempt.client == Some(client) {
                return self.not_there(cycle, server, attempt);
            }
            if attempt.client != Some(client) {
                // Of one that was given up before.
                self.attempts.insert(server, attempt);
                return;
            }
            // The keys of a challenge are a P-CSCF's: a stranger does not get them (TS 33.203 6.1.1).
            let neighbour = proxy::trusts(&self.config.neighbours, &attempt.hop);
            let status = status.code();
            self.report(|| IcscfEvent::Answered { status });
            return self.pass_back(cycle, client, message, neighbour);
        }
        self.pass_back(cycle, client, message, true);
    }

    fn pass_back(&mut self, cycle: &mut Cycle<'_>, client: ClientId, message: &Message<'_>, neighbour: bool) {
        let mut octets = Vec::with_capacity(message.octets().len());
        let mut edit = Edit::new(message).pop(Name::Via);
        if !neighbour {
            edit = proxy::without_keys(edit, message);
        }
        edit.write(&mut octets);
        self.relay.pass(cycle.at.now, client, octets);
    }

    /// What was passed on got no answer.
    pub(crate) fn client_failed(
        &mut self,
        cycle: &mut Cycle<'_>,
        client: ClientId,
        whose: Whose,
        status: Status,
    ) {
        let Whose::Forwarded(server) = whose else {
            return;
        };
        match self.attempts.remove(&server) {
            Some(attempt) if attempt.client == Some(client) => self.not_there(cycle, server, attempt),
            Some(attempt) => {
                self.attempts.insert(server, attempt);
                self.relay.fail(cycle.at.now, client, status);
            }
            None => self.relay.fail(cycle.at.now, client, status),
        }
    }

    /// An S-CSCF is not there: another that is able; the HSS says which are, if it has not yet.
    fn not_there(&mut self, cycle: &mut Cycle<'_>, server: ServerId, mut attempt: Attempt) {
        let registers = matches!(attempt.purpose, Purpose::Register { ends: false, .. });
        if attempt.candidates.is_empty() && registers && !attempt.asked_again {
            attempt.asked_again = true;
            return self.ask(cycle, server, attempt);
        }
        self.try_next(cycle, server, attempt, Status::SERVER_TIME_OUT);
    }

    /// Answers a request here, and forgets it.
    pub(crate) fn give_up(&mut self, cycle: &mut Cycle<'_>, id: ServerId, attempt: &Attempt, status: Status) {
        if let Some(client) = attempt.client {
            self.refused(status);
            return self.relay.fail(cycle.at.now, client, status);
        }
        if let Ok(message) = Message::parse(&attempt.octets) {
            let (hop, message) = (attempt.hop, &message);
            self.reject(cycle, Request { id, hop, message }, status);
        }
    }

    fn reject(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, status: Status) {
        self.refused(status);
        self.forwarder().reject(cycle.at.now, request, status);
    }
}

/// Whether a REGISTER only takes contacts away: Expires 0, or each contact's (TS 24.229 5.3.1.2).
fn ends(message: &Message<'_>) -> bool {
    let header = message.expires().ok().flatten();
    let mut contacts = message.contacts().flatten().peekable();
    if contacts.peek().is_none() {
        return header == Some(0);
    }
    contacts.all(|contact| match contact {
        Contact::All => header == Some(0),
        Contact::Address(address) => address.expires().or(header) == Some(0),
    })
}

fn is_emergency(message: &Message<'_>) -> bool {
    message
        .contacts()
        .flatten()
        .any(|contact| matches!(contact, Contact::Address(address) if address.uri.params.has("sos")))
}
