//! REGISTER: taken in, given to the session of its private identity, answered as that says (TS 24.229 5.4.1).

use super::reply::{self, Server};
use super::{Cycle, Due, For, Request, Scscf, ScscfEvent, hss, read};
use crate::cx::CxFailure as ClientFailure;
use crate::proxy::Rejection;
use quintet_cx::Answer;
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impu;
use quintet_ims::registrar::{
    CxFailure, CxRequest, Environment, Event, Input, Output, RegisterId, Reply, Session,
};
use quintet_ims::registrar::{SetChange, SetId};
use quintet_sip::transaction::ServerId;
use quintet_sip::transport::Hop;
use quintet_sip::{Message, Method, Name, Status};
use std::collections::{HashMap, VecDeque};

/// A REGISTER that is not answered yet.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) server: ServerId,
    pub(crate) hop: Hop,
    pub(crate) octets: Box<[u8]>,
}

/// A final response that waits until the registration is durable.
#[derive(Debug)]
struct Waiting {
    server: ServerId,
    octets: Vec<u8>,
}

/// A registration that changed.
#[derive(Clone, Copy)]
pub(crate) struct ChangedSet<'s> {
    pub(crate) id: SetId,
    pub(crate) impus: &'s [Impu],
    pub(crate) profile: &'s ImsSubscription,
    pub(crate) change: SetChange,
}

/// REGISTERs under way.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    held: HashMap<u64, Held>,
    by_server: HashMap<ServerId, u64>,
    next: u64,
    /// Responses of a session whose record has not left yet.
    unsaved: HashMap<u32, Vec<Waiting>>,
    /// Responses whose record left, and as which.
    saving: VecDeque<(u64, Vec<Waiting>)>,
    saves: u64,
}

impl Registers {
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    fn hold(&mut self, held: Held) -> RegisterId {
        self.next += 1;
        self.by_server.insert(held.server, self.next);
        self.held.insert(self.next, held);
        RegisterId(self.next)
    }

    fn take(&mut self, id: RegisterId) -> Option<Held> {
        let held = self.held.remove(&id.0)?;
        self.by_server.remove(&held.server);
        Some(held)
    }

    /// Nobody waits for its response any more.
    pub(crate) fn forget(&mut self, server: ServerId) {
        if let Some(id) = self.by_server.remove(&server) {
            self.held.remove(&id);
        }
    }

    /// A record left to be stored.
    pub(crate) fn leaves(&mut self, place: u32) {
        self.saves += 1;
        if let Some(waiting) = self.unsaved.remove(&place) {
            self.saving.push_back((self.saves, waiting));
        }
    }
}

impl Scscf {
    pub(crate) fn register(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>) {
        self.counters.registers += 1;
        let Request { id, hop, message } = request;
        if !self.serves(message) {
            return self.reject(cycle, request, Status::NOT_FOUND);
        }
        let neighbours = &self.config.neighbours;
        let neighbour = neighbours.is_empty() || neighbours.contains(&hop.remote.ip());
        let impi = read::private_identity(message);
        let too_many = (!neighbour && !self.rates.allows(cycle.at.now, hop.remote.ip()))
            || impi
                .as_ref()
                .is_some_and(|impi| !self.rates.allows(cycle.at.now, impi));
        if too_many {
            return self.too_busy(cycle, request);
        }
        let held = Held {
            server: id,
            hop,
            octets: message.octets().into(),
        };
        let register = self.registers.hold(held);
        let Some((impi, fields)) = read::register(message, register) else {
            self.registers.take(register);
            return self.reject(cycle, request, Status::BAD_REQUEST);
        };
        let place = match self.table.by_impi(&impi) {
            Some(place) => Some(place),
            None if self.table.pending() >= self.config.limits.pending_challenges => None,
            None => self.table.insert(Session::new(impi)),
        };
        match place {
            Some(place) => self.drive(cycle, place, Input::Register(Box::new(fields))),
            None => {
                self.registers.take(register);
                self.too_busy(cycle, request);
            }
        }
    }

    /// Whether a REGISTER is for a domain of ours: its Request-URI names it, or this node.
    fn serves(&self, message: &Message<'_>) -> bool {
        message.request_uri().is_ok_and(|uri| {
            let host = uri.host.to_ascii_lowercase();
            self.config.own.owns(&uri) || self.config.domains.contains(&host)
        })
    }

    fn too_busy(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>) {
        self.counters.refused_registers += 1;
        let after = self.config.policy.retry_after.to_string();
        let rejection = Rejection::new(Status::SERVICE_UNAVAILABLE, "Service Unavailable");
        self.relay.reply(
            cycle.at.now,
            request.id,
            request.hop,
            request.message,
            &rejection.with(Name::RetryAfter, after),
        );
    }

    /// Hands an input to a session and does what it wants; what that brings about comes after all of it.
    pub(crate) fn drive(&mut self, cycle: &mut Cycle<'_>, place: u32, input: Input<'_>) {
        self.step(cycle, place, input);
        while let Some((place, input)) = self.consequences.pop_front() {
            self.step(cycle, place, input);
        }
    }

    fn step(&mut self, cycle: &mut Cycle<'_>, place: u32, input: Input<'_>) {
        let session = self.table.get_mut(place).and_then(|record| record.session.take());
        let Some(mut session) = session else {
            return;
        };
        let mut outputs = std::mem::take(&mut self.outputs);
        session.handle(
            &mut Environment {
                policy: &self.config.policy,
                entropy: &mut self.random,
                outputs: &mut outputs,
                at: cycle.at,
            },
            input,
        );
        if let Some(record) = self.table.get_mut(place) {
            record.session = Some(session);
        }
        self.table.update(place);
        let mut changed = false;
        let mut answered = None;
        for output in outputs.drain(..) {
            match output {
                Output::Cx(request) => self.ask(cycle, place, *request),
                Output::Changed => {
                    changed = true;
                    self.saves.note(place);
                }
                Output::Reply { to, reply } => {
                    answered = self.registers.take(to);
                    if let Some(held) = &answered {
                        self.answer(cycle, place, held, &reply, changed);
                    }
                }
                Output::Event(event) => self.session_event(cycle, place, event, answered.as_ref()),
            }
        }
        self.outputs = outputs;
        self.arm(place);
    }

    /// Schedules a session's next time out, or forgets a session of which nothing is left.
    fn arm(&mut self, place: u32) {
        let Some(record) = self.table.get_mut(place) else {
            return;
        };
        let session = record.session.as_ref();
        let due = session.and_then(|session| session.poll_timeout());
        self.schedule.set(&mut record.armed, due, Due::Session(place));
        // What is still to come to it is nothing that it needs.
        let over = session.is_some_and(|session| session.is_over());
        if over && !self.consequences.iter().any(|(of, _)| *of == place) {
            self.table.remove(place);
        }
    }

    pub(crate) fn session_due(&mut self, cycle: &mut Cycle<'_>, place: u32) {
        if let Some(record) = self.table.get_mut(place) {
            record.armed = None;
        }
        self.drive(cycle, place, Input::Timeout);
    }

    /// Sends a session's request to the HSS.
    fn ask(&mut self, cycle: &mut Cycle<'_>, place: u32, request: CxRequest) {
        self.asked += 1;
        let asked = self.asked;
        let Some(record) = self.table.get_mut(place) else {
            return;
        };
        let Some(session) = &record.session else {
            return;
        };
        let mar = matches!(request, CxRequest::Mar { .. });
        record.asked = Some(asked);
        let request = hss::request(&self.config.name, session.impi(), request);
        let to = record.hss.as_deref();
        let id = For::Session(place, asked);
        if self.cx.send(cycle.at.now, cycle.node, to, id, request).is_err() {
            record.asked = None;
            let input = match mar {
                true => Input::Vectors(Err(CxFailure::NoAnswer)),
                false => Input::Assigned(Err(CxFailure::NoAnswer)),
            };
            self.consequences.push_back((place, input));
        }
    }

    /// The HSS has answered a session, or has not.
    pub(crate) fn session_answered(
        &mut self,
        cycle: &mut Cycle<'_>,
        place: u32,
        asked: u64,
        result: Result<Answer, ClientFailure>,
        host: Option<String>,
    ) {
        let Some(record) = self.table.get_mut(place) else {
            return;
        };
        // Only the answer to its last request is the session's: its place may be another's by now.
        if record.asked.take_if(|of| *of == asked).is_none() {
            return;
        }
        if result.is_ok() {
            record.hss = host;
        } else {
            // That HSS may be gone; another may have taken over.
            record.hss = None;
        }
        // Which of the two it waits for the session knows; an answer to the other it ignores.
        let mar = match &result {
            Ok(answer) => matches!(answer, Answer::MultimediaAuth(_)),
            Err(_) => false,
        };
        if mar {
            return self.drive(cycle, place, Input::Vectors(hss::vectors(result)));
        }
        let waits_for_vectors = record
            .session
            .as_ref()
            .is_some_and(|session| session.waits_for_vectors());
        if waits_for_vectors {
            return self.drive(cycle, place, Input::Vectors(hss::vectors(result)));
        }
        let assigned = hss::assigned(result).map(|(assigned, _)| assigned);
        self.drive(cycle, place, Input::Assigned(assigned));
    }

    /// Answers a REGISTER.
    fn answer(&mut self, cycle: &mut Cycle<'_>, place: u32, held: &Held, reply: &Reply, changed: bool) {
        let status = match reply {
            Reply::Challenge(_) => 401,
            Reply::Accepted(_) => 200,
            Reply::Refused(refusal) => refusal.status,
        };
        match status {
            401 => self.counters.challenges += 1,
            200 => self.counters.accepted += 1,
            _ => self.counters.rejected += 1,
        }
        if let Some(impi) = self.table.session(place).map(|session| session.impi().clone()) {
            self.report(|| ScscfEvent::Answered { impi, status });
        }
        let Ok(request) = Message::parse(&held.octets) else {
            return;
        };
        let tag = self.relay.tag();
        let service_route = self.service_route();
        let server = Server {
            service_route: &service_route,
            tag: &tag,
            source: held.hop.remote,
        };
        let mut octets = Vec::with_capacity(1024);
        if reply::write(&mut octets, &request, reply, server).is_err() {
            return;
        }
        if changed && self.config.await_saves {
            let waiting = Waiting {
                server: held.server,
                octets,
            };
            self.registers.unsaved.entry(place).or_default().push(waiting);
            return;
        }
        self.relay.answer(cycle.at.now, held.server, octets);
    }

    /// The first `count` records of [`poll_save`](Self::poll_save) are durable: who waits for that is answered.
    pub fn saved(&mut self, at: quintet_ims::registrar::At, count: u64) {
        while let Some((number, _)) = self.registers.saving.front() {
            if *number > count {
                return;
            }
            let (_, waiting) = self.registers.saving.pop_front().unwrap_or_default();
            for waiting in waiting {
                self.relay.answer(at.now, waiting.server, waiting.octets);
            }
        }
    }

    /// Service-Route: where requests that its users originate come in.
    pub(crate) fn service_route(&self) -> String {
        self.own_uri("orig")
    }

    /// The session says that something happened.
    fn session_event(&mut self, cycle: &mut Cycle<'_>, place: u32, event: Event, register: Option<&Held>) {
        let Some(impi) = self.table.session(place).map(|session| session.impi().clone()) else {
            return;
        };
        match event {
            Event::Phase(phase) => self.report(|| ScscfEvent::Authentication { impi, phase }),
            Event::Set {
                id,
                impus,
                profile,
                change,
                contacts,
            } => {
                for impu in &impus {
                    self.unregistered.forget(impu, &mut self.schedule);
                }
                let of = ChangedSet {
                    id,
                    impus: &impus,
                    profile: &profile,
                    change,
                };
                self.third_party_register(cycle, place, &of, register);
                self.notify_change(cycle, place, &of, &contacts);
                self.report(|| ScscfEvent::Registration { impi, impus, change });
            }
        }
    }

    /// Answers a request with a status alone.
    pub(crate) fn reject(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, status: Status) {
        if request.message.method() == Some(Method::Register) {
            self.counters.rejected += 1;
        }
        let rejection = Rejection::new(status, status.phrase());
        let Request { id, hop, message } = request;
        self.relay.reply(cycle.at.now, id, hop, message, &rejection);
    }
}
