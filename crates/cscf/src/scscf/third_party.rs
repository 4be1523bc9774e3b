//! Third-party registration: application servers hear of registrations by REGISTERs of ours (TS 24.229 5.4.1.7).

use super::originating::headers_of;
use super::register::{Answered, ChangedSet, Exchange};
use super::sending::Own;
use super::{Cycle, Scscf};
use quintet_cx::profile::{ApplicationServer, DefaultHandling, RegistrationType, RequestView, SessionCase};
use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::SetChange;
use quintet_sip::{Message, Method, Name, Status, Writer};
use std::fmt::Write as _;

/// Most application servers of one registration that are told.
const MAX_SERVERS: usize = 32;

impl Scscf {
    /// Tells the application servers whose criteria a registration meets.
    pub(crate) fn third_party_register(
        &mut self,
        cycle: &mut Cycle<'_>,
        place: u32,
        set: &ChangedSet<'_>,
        answered: Option<&Answered>,
    ) {
        let kind = match set.change {
            SetChange::Registered => RegistrationType::INITIAL_REGISTRATION,
            SetChange::Refreshed => RegistrationType::RE_REGISTRATION,
            SetChange::Deregistered => RegistrationType::DE_REGISTRATION,
            SetChange::Contacts | SetChange::Profile | SetChange::Dropped => return,
        };
        let services = &set.profile.service_profiles;
        if services.iter().all(|service| service.filter_criteria.is_empty()) {
            return;
        }
        let Some(session) = self.table.session(place) else {
            return;
        };
        let impi = session.impi().clone();
        let found = session.sets().iter().find(|found| found.id == set.id);
        let remaining = found.and_then(|set| {
            let remaining = set.bindings.iter().map(|binding| binding.remaining(cycle.at.now));
            remaining.max()
        });
        let expires = remaining.unwrap_or(0);
        let exchange = self.exchange(set.by, answered);
        for (impu, server) in servers(set, kind, exchange.0.as_deref()) {
            self.tell(cycle, (&impi, &impu), &server, expires, &exchange);
        }
    }

    fn tell(
        &mut self,
        cycle: &mut Cycle<'_>,
        (impi, impu): (&Impi, &Impu),
        server: &ApplicationServer,
        expires: u32,
        (register, response): &Exchange,
    ) {
        let terminates = expires > 0 && server.default_handling == DefaultHandling::SessionTerminated;
        let what = Own::ThirdParty {
            impi: impi.clone(),
            impu: impu.clone(),
            terminates,
        };
        let (tag, call) = (self.relay.tag(), self.random.next());
        let name = self.config.name.clone();
        let host = self.config.address.ip();
        let request = register.as_deref().and_then(|octets| Message::parse(octets).ok());
        // Nobody who writes into a part knows what ends it (RFC 2046 5.1.1).
        let boundary = format!("{:016x}", self.random.next());
        let (kind, body) = body(server, register.as_deref(), response.as_deref(), &boundary);
        let sent = self.send_own(cycle, &server.server_name, what, |via, out| {
            let mut writer = Writer::request(out, Method::Register, &server.server_name)
                .header(Name::Via, via)
                .header(Name::MaxForwards, crate::proxy::MAX_FORWARDS)
                .header(Name::From, format_args!("<{name}>;tag={tag}"))
                .header(Name::To, format_args!("<{impu}>"))
                .header(Name::CallId, format_args!("{call:016x}@{host}"))
                .header(Name::CSeq, "1 REGISTER")
                .header(Name::Contact, format_args!("<{name}>"))
                .header(Name::Expires, expires);
            if let Some(request) = &request {
                writer = writer
                    .copied(Name::PAccessNetworkInfo, request)
                    .copied(Name::PVisitedNetworkId, request)
                    .copied(Name::PChargingVector, request);
            }
            match body.is_empty() {
                true => writer.finish(),
                false => writer.body(&kind, &body),
            }
        });
        self.counters.third_party += u64::from(sent);
        if !sent && terminates {
            self.server_failed(impi.clone(), impu.clone());
        }
    }

    /// An application server or a subscriber has answered a request of ours, or not.
    pub(crate) fn own_answered(&mut self, number: u64, status: Status) {
        if !status.is_final() {
            return;
        }
        match self.own_requests.take(number) {
            Some(Own::Notify(id)) => self.notified(id, status),
            Some(Own::ThirdParty {
                impi,
                impu,
                terminates,
            }) => {
                // The server is not there, or does not work (TS 24.229 5.4.1.7).
                let failed = status == Status::REQUEST_TIMEOUT || status.code() / 100 == 5;
                if failed && terminates {
                    self.server_failed(impi, impu);
                }
            }
            None => {}
        }
    }

    /// Without this server the user is not to be registered: [`Scscf::settle`] ends it.
    fn server_failed(&mut self, impi: Impi, impu: Impu) {
        if let Some(place) = self.table.by_impi(&impi) {
            self.doomed.push_back((place, impu));
        }
    }
}

/// The servers to tell, each with the identity that it is told of: the first of its service profile that may be used.
fn servers(
    set: &ChangedSet<'_>,
    kind: RegistrationType,
    register: Option<&[u8]>,
) -> Vec<(Impu, ApplicationServer)> {
    let message = register.and_then(|octets| Message::parse(octets).ok());
    let headers = message.as_ref().map(headers_of).unwrap_or_default();
    let mut found = Vec::new();
    for service in &set.profile.service_profiles {
        let usable = service
            .public_identities
            .iter()
            .filter(|identity| !identity.barred);
        let Some(impu) = usable
            .filter_map(|identity| identity.identity.parse::<Impu>().ok())
            .next()
        else {
            continue;
        };
        let view = RequestView {
            method: "REGISTER",
            request_uri: impu.as_str(),
            headers: &headers,
            session_case: SessionCase::ORIGINATING_REGISTERED,
            registration: Some(kind),
            session_description: "",
        };
        for criteria in service.triggered(&view, true) {
            if names_register(criteria) && found.len() < MAX_SERVERS {
                found.push((impu.clone(), criteria.application_server.clone()));
            }
        }
    }
    found
}

/// Whether criteria are about REGISTER: those without a trigger are about what users send (TS 23.218 5.2.3).
fn names_register(criteria: &quintet_cx::profile::InitialFilterCriteria) -> bool {
    criteria.trigger.is_some()
}

/// The body: what the profile wants said to the server, the UE's REGISTER, and what it was answered, if it was by now: a
/// de-registration is told before (TS 24.229 5.4.1.7).
fn body(
    server: &ApplicationServer,
    register: Option<&[u8]>,
    response: Option<&[u8]>,
    boundary: &str,
) -> (String, Vec<u8>) {
    let mut parts: Vec<(&str, Vec<u8>)> = Vec::new();
    if let Some(info) = &server.service_info {
        let mut xml =
            String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ims-3gpp version=\"1\"><service-info>");
        escape(info, &mut xml);
        xml.push_str("</service-info></ims-3gpp>");
        parts.push(("application/3gpp-ims+xml", xml.into_bytes()));
    }
    let included = [
        (server.include_register_request, register),
        (server.include_register_response, response),
    ];
    for (_, message) in included.into_iter().filter(|(wanted, _)| *wanted) {
        parts.extend(message.map(|octets| ("message/sip", octets.to_vec())));
    }
    match &mut parts[..] {
        [] => (String::new(), Vec::new()),
        [(kind, body)] => ((*kind).to_owned(), std::mem::take(body)),
        parts => {
            let mut out = Vec::new();
            for (kind, body) in parts {
                let mut head = String::new();
                let _ = write!(head, "--{boundary}\r\nContent-Type: {kind}\r\n\r\n");
                out.extend_from_slice(head.as_bytes());
                out.extend_from_slice(body);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            (format!("multipart/mixed;boundary={boundary}"), out)
        }
    }
}

/// Text as character data.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}
