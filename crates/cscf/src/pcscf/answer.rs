//! What the registrar answers: SM4 to SM6, and SM10 to SM12 (TS 33.203 6.1, 7.2, 7.4; TS 24.229 5.2.2).

use super::config::MAX_URIS;
use super::event::{Ended, PcscfEvent};
use super::headers;
use super::node::Pcscf;
use super::register::Exchange;
use super::said::protocol_of;
use super::sending::Held;
use super::table::{Agreed, Aor, Bound, Registration};
use crate::proxy::{self, Rejection};
use quintet_esp::{EspKeys, SaSet};
use quintet_ims::agreement::{Here, Ports, Proposal, REG_AWAIT_AUTH};
use quintet_ims::registrar::At;
use quintet_sip::transaction::ClientId;
use quintet_sip::{Contact, Edit, Message, Name, Status, Uri};
use std::net::SocketAddr;
use std::time::Duration;

/// What happened to the challenge of a REGISTER.
enum Challenge {
    /// The set, and the value of Security-Server.
    Agreed(SaSet, String),
    /// There is nothing to agree on: SIP Digest.
    Plain,
    /// It cannot be passed on.
    Refused(Rejection),
}

impl Pcscf {
    /// A response to a REGISTER that was passed on.
    pub(super) fn registrar_answered(&mut self, at: At, client: ClientId, message: &Message<'_>) {
        let Some(status) = message.status() else {
            return;
        };
        let exchange = match status.is_final() {
            true => self.exchanges.remove(&client),
            false => self.exchanges.get(&client).cloned(),
        };
        let Some(exchange) = exchange else {
            return;
        };
        let mut edit = headers::for_ue(Edit::new(message).pop(Name::Via), message);
        // Whatever comes of it: keys are never the UE's.
        edit = proxy::without_keys(edit, message);
        // Only the latest attempt changes anything.
        let latest = self
            .registration(exchange.place)
            .and_then(|registration| registration.attempt.as_ref())
            .is_some_and(|attempt| attempt.client == Some(client));
        match status {
            _ if status.is_provisional() => {}
            Status::UNAUTHORIZED if latest => match self.challenged(at, &exchange, message) {
                Challenge::Agreed(set, server) => {
                    let mut octets = Vec::new();
                    edit.replace(Name::SecurityServer, server).write(&mut octets);
                    self.held.push_back(Held {
                        now: at.now,
                        place: exchange.place,
                        client,
                        set,
                        is_refused: false,
                        octets,
                    });
                    return;
                }
                Challenge::Plain => self.counters.challenged += 1,
                Challenge::Refused(rejection) => {
                    self.relay.fail(at.now, client, rejection.status);
                    return;
                }
            },
            Status::UNAUTHORIZED => {
                self.relay.fail(at.now, client, Status::SERVER_INTERNAL_ERROR);
                return;
            }
            _ if status.is_success() && latest => {
                let granted = self.granted(at, &exchange, message);
                if granted && exchange.outbound {
                    edit = edit.replace(Name::FlowTimer, self.config.flow_timer);
                }
            }
            _ if latest => self.attempt_failed(exchange.place, status),
            _ => {}
        }
        let mut octets = Vec::new();
        edit.write(&mut octets);
        self.relay.pass(at.now, client, octets);
    }

    /// SM4: the keys are kept, and temporary associations set up.
    fn challenged(&mut self, at: At, exchange: &Exchange, message: &Message<'_>) -> Challenge {
        let refused = |status, why: &str| Challenge::Refused(Rejection::new(status, why));
        let place = exchange.place;
        let Some(registration) = self.table.get_mut(place) else {
            return refused(Status::SERVER_INTERNAL_ERROR, "no registration");
        };
        let impi = registration.impi.clone();
        let Some(attempt) = &mut registration.attempt else {
            return refused(Status::SERVER_INTERNAL_ERROR, "no attempt");
        };
        (attempt.client, attempt.answered) = (None, false);
        attempt.until = at.now + REG_AWAIT_AUTH;
        let proposal = attempt.proposal.clone();
        let Some(proposal) = proposal else {
            // A second challenge to SM7 (stale nonce, resynchronisation through the associations of the first): there is no new
            // proposal, so there is nothing to protect its answer with.
            if exchange.over.is_some() {
                self.attempt_failed(place, Status::SERVER_INTERNAL_ERROR);
                return refused(Status::SERVER_INTERNAL_ERROR, "a challenge without a proposal");
            }
            self.report(|| PcscfEvent::Challenged { impi, set: None });
            self.settle(place);
            return Challenge::Plain;
        };
        let keys = headers::keys(message);
        let keys = keys.and_then(|keys| EspKeys::derive(proposal.suite(), &keys.ck, &keys.ik));
        let Some(keys) = keys else {
            self.attempt_failed(place, Status::SERVER_INTERNAL_ERROR);
            return refused(Status::SERVER_INTERNAL_ERROR, "a challenge without keys");
        };
        let Some(here) = self.here(place, exchange, &proposal) else {
            self.attempt_failed(place, Status::SERVICE_UNAVAILABLE);
            return refused(Status::SERVICE_UNAVAILABLE, "no SPI or protected port is free");
        };
        let choice = proposal.choose(&self.config.policy, exchange.hop.remote.ip(), here);
        let server = choice.security_server().to_owned();
        let set = here.set;
        let associations = choice.associations;
        if let Some(registration) = self.table.get_mut(place) {
            registration.sets.challenge(at.now, associations, keys);
            registration.choices.push(Agreed {
                choice,
                since: at.wall,
                restarts: 0,
            });
            if let Some(attempt) = &mut registration.attempt {
                attempt.proposal = None;
            }
        }
        // The former temporary set goes, this one comes.
        self.settle(place);
        self.table.hold(place, &associations);
        self.report(|| PcscfEvent::Challenged { impi, set: Some(set) });
        Challenge::Agreed(set, server)
    }

    /// This end of a new set: SPIs that are free, and a client port that no other set of the UE has (TS 33.203 7.4). `None` too
    /// if another UE took the ports since SM1.
    fn here(&mut self, place: u32, exchange: &Exchange, proposal: &Proposal) -> Option<Here> {
        let (ue, theirs) = (exchange.hop.remote.ip(), proposal.ports());
        for port in [theirs.client, theirs.server] {
            if self
                .table
                .by_end(SocketAddr::new(ue, port))
                .is_some_and(|other| other != place)
            {
                return None;
            }
        }
        let sets = self.table.get(place)?.sets.iter();
        // That of the temporary set before is still there, and goes with this one.
        let used: Vec<u16> = sets
            .map(|(_, entry)| entry.associations.pcscf.ports.client)
            .collect();
        let ports = &self.config.protected_client_ports;
        let client = *ports.iter().find(|port| !used.contains(port))?;
        let spis = self.spis.take(&proposal.spis().both()).ok()?;
        Some(Here {
            set: self.number(),
            address: self.config.access.ip(),
            ports: Ports {
                client,
                server: self.config.protected_server_port,
            },
            spis,
        })
    }

    /// A number for a set that no set has.
    pub(super) fn number(&mut self) -> SaSet {
        loop {
            self.next_set = self.next_set.wrapping_add(1);
            let set = SaSet(self.next_set);
            if self.next_set != 0 && !self.table.has_set(set) {
                return set;
            }
        }
    }

    /// SM10 with an error, or none at all: the new associations are deleted, after the answer (TS 33.203 7.3.1.1).
    pub(super) fn attempt_failed(&mut self, place: u32, status: Status) {
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        registration.attempt = None;
        registration.sets.fail();
        let impi = registration.impi.clone();
        self.counters.refused += 1;
        let status = status.code();
        self.report(|| PcscfEvent::Refused { impi, status });
        self.settle(place);
    }

    /// SM10 with 200: what the UE has registered now. `false` if that is nothing.
    fn granted(&mut self, at: At, exchange: &Exchange, message: &Message<'_>) -> bool {
        let place = exchange.place;
        let Some(registration) = self.table.get_mut(place) else {
            return false;
        };
        let (answered, over) = match registration.attempt.take() {
            Some(attempt) => (attempt.answered, attempt.over),
            None => (false, None),
        };
        let granted = granted_for(exchange, registration, message);
        let Some(granted) = granted.filter(|granted| !granted.is_zero()) else {
            self.withdrawn(at, exchange);
            return false;
        };
        if answered {
            registration.sets.confirm(at.now, granted, over);
        } else {
            registration.sets.refresh(at.now, granted);
        }
        let bound = bound(at.now, exchange, registration, message, granted);
        let first = registration.bound.is_none();
        registration.protocol = protocol_of(&bound.contact, &exchange.hop);
        let (impi, emergency) = (registration.impi.clone(), registration.emergency);
        self.table.bind(place, Some(bound));
        self.saves.note(place);
        self.counters.registered += 1;
        self.report(|| PcscfEvent::Registered { impi, granted });
        if self.config.reg_event && !emergency {
            self.subscribe(at, place, first, granted);
        }
        self.settle(place);
        true
    }

    /// A 200 that leaves the UE without a contact for this identity (TS 24.229 5.2.5.1).
    fn withdrawn(&mut self, at: At, exchange: &Exchange) {
        let place = exchange.place;
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        // A query that found nothing changes nothing (RFC 3261 10.2.3).
        let query = exchange.contact.is_none();
        let left = registration.bound.as_mut().map(|bound| {
            if !query {
                bound.aors.retain(|aor| !aor.has(&exchange.to));
            }
            bound.aors.len()
        });
        match left {
            Some(0) => self.end(at, place, Ended::Ue),
            Some(_) => {
                self.saves.note(place);
                self.settle(place);
            }
            None => {
                // Never registered: nothing is left of the attempt. 200 goes over its associations, then they go.
                registration.sets.close(at.now);
                self.settle(place);
            }
        }
    }
}

/// How long the contact of this UE is registered, as the 200 says. `None`: it is not.
fn granted_for(exchange: &Exchange, registration: &Registration, message: &Message<'_>) -> Option<Duration> {
    let known = registration.bound.as_ref().map(|bound| bound.contact.as_str());
    let contact = exchange
        .contact
        .as_deref()
        .filter(|contact| *contact != "*")
        .or(known)?;
    let ours = Uri::parse(contact).ok()?;
    let found = message.contacts().flatten().find_map(|found| match found {
        Contact::Address(found) if same_contact(&found.uri, &ours) => Some(found),
        _ => None,
    })?;
    let seconds = found
        .expires()
        .or(message.expires().ok().flatten())
        .unwrap_or(3_600);
    Some(Duration::from_secs(u64::from(seconds)))
}

/// Whether two contacts are the same place: the registrar may have changed parameters.
fn same_contact(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    a.is_sip()
        && b.is_sip()
        && a.host.eq_ignore_ascii_case(b.host)
        && a.port_or_default() == b.port_or_default()
        && a.user == b.user
}

/// What is registered now, the identities of before included.
fn bound(
    now: Duration,
    exchange: &Exchange,
    registration: &Registration,
    message: &Message<'_>,
    granted: Duration,
) -> Bound {
    let texts = |name: Name| {
        message
            .values(name)
            .take(MAX_URIS)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut identities = texts(Name::PAssociatedUri);
    if identities.is_empty() {
        identities.push(format!("<{}>", exchange.to));
    }
    let aor = Aor {
        to: exchange.to.clone(),
        identities,
        service_route: texts(Name::ServiceRoute),
        expires: now + granted,
    };
    let before = registration.bound.as_ref();
    let contact = match exchange.contact.as_deref() {
        Some(contact) if contact != "*" => contact.to_owned(),
        _ => before.map(|bound| bound.contact.clone()).unwrap_or_default(),
    };
    let mut aors = before.map(|bound| bound.aors.clone()).unwrap_or_default();
    // One implicit set is one, with whichever of its identities it was registered.
    aors.retain(|other| !other.has(&aor.to) && !aor.has(&other.to) && other.expires > now);
    if aors.len() >= MAX_URIS {
        aors.remove(0);
    }
    aors.push(aor);
    Bound {
        contact,
        flow: registration.sets.is_empty().then_some(exchange.hop),
        aors,
    }
}
