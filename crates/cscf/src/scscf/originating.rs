//! Requests that a user of ours originates, and what criteria send to application servers (TS 24.229 5.4.3.2).

use super::chain::{Chain, Tried};
use super::read::impu_of;
use super::sending::records;
use super::{Cycle, Request, Scscf};
use crate::proxy::{self, Routed, outgoing};
use quintet_cx::profile::{DefaultHandling, ImsSubscription, RequestView, ServiceProfile, SessionCase};
use quintet_identity::Impu;
use quintet_ims::registrar::RegistrationSet;
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::{Message, Name, NameAddr, Status, Uri};
use std::sync::Arc;

/// An application server that a request goes to.
#[derive(Clone, Debug)]
pub(crate) struct ServerFor {
    pub(crate) uri: String,
    pub(crate) priority: u32,
    pub(crate) handling: DefaultHandling,
}

impl Scscf {
    /// A request with our Service-Route on top, or with "orig": of an application server for a user, who need not be registered
    /// (TS 24.229 5.4.3.2).
    pub(crate) fn originating(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
    ) {
        let Some(served) = served_user(request.message) else {
            return self.reject(cycle, request, Status::FORBIDDEN);
        };
        // Who is barred originates nothing, nor does a UE that is not registered.
        let barred = self.registered(&served).map(|set| is_barred(set, &served));
        if barred == Some(true) {
            return self.reject(cycle, request, Status::FORBIDDEN);
        }
        if barred.is_none() {
            return self.for_unregistered(cycle, request, routed, served);
        }
        let chain = Chain {
            served,
            case: SessionCase::ORIGINATING_REGISTERED,
            after: None,
        };
        self.go_on(cycle, request, routed, chain);
    }

    /// A request that an application server originates for who is not registered: by the criteria for that.
    fn for_unregistered(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        served: Impu,
    ) {
        let of_server = routed.own.iter().any(|route| route.uri.params.has("orig"));
        if !of_server {
            return self.reject(cycle, request, Status::FORBIDDEN);
        }
        match self.unregistered.profile(&served) {
            Some(profile) if is_barred_in(&profile, &served) => {
                self.reject(cycle, request, Status::FORBIDDEN);
            }
            Some(_) => {
                let case = SessionCase::ORIGINATING_UNREGISTERED;
                self.serve_unregistered(cycle, request, routed, (served, case));
            }
            None => self.ask_unregistered(cycle, request, served),
        }
    }

    /// A request that comes back from an application server.
    pub(crate) fn returned(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        user: &str,
    ) {
        match self.chains.find(user).cloned() {
            Some(chain) => self.go_on(cycle, request, routed, chain),
            // It was kept too long; without it nobody can say who is served.
            None => self.reject(cycle, request, Status::FORBIDDEN),
        }
    }

    /// The next server of the criteria, or on without one.
    pub(crate) fn go_on(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        chain: Chain,
    ) {
        // A server that changed whom a terminating request is for has diverted it (TS 24.229 5.4.3.3).
        let diverted = is_terminating(chain.case)
            && impu_of(&routed.uri).is_none_or(|impu| impu != chain.served)
            && chain.after.is_some();
        if diverted {
            return self.route_on(cycle, request, routed);
        }
        if let Some(server) = self.next_server(request.message, &chain) {
            return self.send_to_server(cycle, request, routed, chain, server);
        }
        if is_terminating(chain.case) {
            return self.deliver(cycle, request, routed, &chain.served);
        }
        self.route_on(cycle, request, routed);
    }

    /// The server of the first criteria behind those that were met that a request meets.
    fn next_server(&self, message: &Message<'_>, chain: &Chain) -> Option<ServerFor> {
        let profile = self.profile_of(&chain.served)?;
        let service = service_of(&profile, &chain.served)?;
        if service.filter_criteria.is_empty() {
            return None;
        }
        let uri = message.request_uri().ok()?;
        let headers = headers_of(message);
        let view = RequestView {
            method: message.method()?.as_str(),
            request_uri: uri.as_str(),
            headers: &headers,
            session_case: chain.case,
            registration: None,
            session_description: sdp(message),
        };
        let registered = !matches!(
            chain.case,
            SessionCase::TERMINATING_UNREGISTERED | SessionCase::ORIGINATING_UNREGISTERED
        );
        let found = service
            .triggered(&view, registered)
            .into_iter()
            .find(|criteria| chain.after.is_none_or(|after| criteria.priority > after))?;
        Some(ServerFor {
            uri: found.application_server.server_name.clone(),
            priority: found.priority,
            handling: found.application_server.default_handling,
        })
    }

    /// Sends a request to an application server: it comes back by the Route behind the server's.
    fn send_to_server(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        mut chain: Chain,
        server: ServerFor,
    ) {
        chain.after = Some(server.priority);
        let number = self.random.next();
        let user = self.chains.keep(cycle.at.now, number, chain.clone());
        let back = self.own_uri(&user);
        let uri = match server.uri.contains(";lr") {
            true => server.uri.clone(),
            false => format!("{};lr", server.uri),
        };
        let mut edit = outgoing(request, routed)
            .push(Name::Route, format_args!("<{back}>"))
            .push(Name::Route, format_args!("<{uri}>"))
            .replace(Name::PServedUser, ServedUser(&chain));
        if records(request.message.method()) {
            edit = edit.push(Name::RecordRoute, format_args!("<{}>", self.own_uri("dialog")));
        }
        match self.pass_on(cycle, request, edit, &server.uri) {
            Ok(client) => self.chains.try_server(
                request.id,
                Tried {
                    client,
                    chain,
                    handling: server.handling,
                    hop: request.hop,
                    octets: request.message.octets().into(),
                },
            ),
            Err(status) if server.handling == DefaultHandling::SessionTerminated => {
                self.reject(cycle, request, status);
            }
            // Whom nobody can reach is passed over.
            Err(_) => self.go_on(cycle, request, routed, chain),
        }
    }

    /// A server did not work: the request goes on without it, where the profile says so (TS 24.229 5.4.3.2, default handling).
    pub(crate) fn goes_on_without(
        &mut self,
        cycle: &mut Cycle<'_>,
        client: ClientId,
        server: ServerId,
        status: Status,
    ) -> bool {
        let failed = status == Status::REQUEST_TIMEOUT || status.code() / 100 == 5;
        if !failed {
            return false;
        }
        let Some(tried) = self.chains.take(server, client) else {
            return false;
        };
        if tried.handling == DefaultHandling::SessionTerminated {
            return false;
        }
        let Ok(message) = Message::parse(&tried.octets) else {
            return false;
        };
        let Ok(routed) = proxy::route(&message, &self.config.own, 1) else {
            return false;
        };
        let request = Request {
            id: server,
            hop: tried.hop,
            message: &message,
        };
        self.go_on(cycle, request, &routed, tried.chain);
        // Less than whatever comes of going on (RFC 3261 16.7.6).
        self.relay.fail(cycle.at.now, client, Status::SERVER_TIME_OUT);
        true
    }

    /// On to whom the request is for: along its Routes, or by its Request-URI.
    pub(crate) fn route_on(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, routed: &Routed<'_>) {
        let uri = &routed.uri;
        let home = !uri.is_sip() || self.is_home(uri);
        // Whom we served is told to application servers alone (RFC 5502 5.2.1).
        let mut edit = outgoing(request, routed).remove(Name::PServedUser);
        if records(request.message.method()) {
            edit = edit.push(Name::RecordRoute, format_args!("<{}>", self.own_uri("dialog")));
        }
        let next = match (&routed.routes[..], home, &self.config.icscf) {
            ([route, ..], ..) => route.uri.as_str().to_owned(),
            ([], true, Some(icscf)) => {
                let icscf = icscf.clone();
                edit = edit.push(Name::Route, format_args!("<{icscf};lr>"));
                icscf
            }
            // Without an I-CSCF all users of the domain are ours.
            ([], true, None) => return self.terminating(cycle, request, routed),
            ([], false, _) => uri.as_str().to_owned(),
        };
        if let Err(status) = self.pass_on(cycle, request, edit, &next) {
            self.reject(cycle, request, status);
        }
    }

    /// Whether a URI is one of our domains'.
    pub(crate) fn is_home(&self, uri: &Uri<'_>) -> bool {
        let is = |domain: &String| domain.eq_ignore_ascii_case(uri.host);
        self.config.domains.iter().any(is) || self.config.own.owns(uri)
    }

    /// The registration of a public identity that has contacts.
    pub(crate) fn registered(&self, impu: &Impu) -> Option<&RegistrationSet> {
        let mut places = self.table.by_impu(impu).iter();
        places.find_map(|place| {
            let set = self.table.session(*place)?.set_of(impu)?;
            set.is_registered().then_some(set)
        })
    }

    /// The profile that a public identity is served by.
    pub(crate) fn profile_of(&self, impu: &Impu) -> Option<Arc<ImsSubscription>> {
        match self.registered(impu) {
            Some(set) => Some(Arc::clone(&set.profile)),
            None => self.unregistered.profile(impu),
        }
    }
}

/// The service profile of an identity; the first where only a wildcard has it.
pub(crate) fn service_of<'p>(profile: &'p ImsSubscription, impu: &Impu) -> Option<&'p ServiceProfile> {
    profile
        .service_profile_of(impu.as_str())
        .or(profile.service_profiles.first())
}

fn is_terminating(case: SessionCase) -> bool {
    matches!(
        case,
        SessionCase::TERMINATING_REGISTERED | SessionCase::TERMINATING_UNREGISTERED
    )
}

pub(crate) fn is_barred(set: &RegistrationSet, impu: &Impu) -> bool {
    set.members
        .iter()
        .any(|member| member.barred && member.impu == *impu)
}

/// Whether a profile bars an identity of it.
pub(crate) fn is_barred_in(profile: &ImsSubscription, impu: &Impu) -> bool {
    let mut identities = profile.public_identities();
    identities.any(|(_, identity)| identity.barred && identity.identity == impu.as_str())
}

/// The headers of a request as criteria look at them: by their long names, in whichever form they came.
pub(crate) fn headers_of<'a>(message: &Message<'a>) -> Vec<(&'a str, &'a str)> {
    let name = |header: &quintet_sip::Header<'a>| match header.name {
        Name::Other => header.written,
        known => known.as_str(),
    };
    message
        .all_headers()
        .map(|header| (name(&header), header.value))
        .collect()
}

/// Who is served: whom the P-CSCF, or a server, asserts.
fn served_user(message: &Message<'_>) -> Option<Impu> {
    let served = message.p_served_user().ok()?;
    let asserted = message.p_asserted_identities().find_map(Result::ok);
    let of = |address: NameAddr<'_>| impu_of(&address.uri);
    served.and_then(of).or_else(|| asserted.and_then(of))
}

/// The session description, where the body is one.
fn sdp<'a>(message: &Message<'a>) -> &'a str {
    let is_sdp = message
        .content_type()
        .is_ok_and(|kind| kind.is_some_and(|kind| kind.is("application/sdp")));
    match is_sdp {
        true => std::str::from_utf8(message.body()).unwrap_or_default(),
        false => "",
    }
}

/// P-Served-User (RFC 5502).
struct ServedUser<'a>(&'a Chain);

impl std::fmt::Display for ServedUser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (case, state) = match self.0.case {
            SessionCase::TERMINATING_REGISTERED => ("term", "reg"),
            SessionCase::TERMINATING_UNREGISTERED => ("term", "unreg"),
            SessionCase::ORIGINATING_UNREGISTERED => ("orig", "unreg"),
            _ => ("orig", "reg"),
        };
        write!(f, "<{}>;sescase={case};regstate={state}", self.0.served)
    }
}
