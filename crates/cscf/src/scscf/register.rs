//! REGISTER: taken in, given to the session of its private identity, answered as that says (TS 24.229 5.4.1).

use super::registers::{Held, Waiting};
use super::reply::{self, Server};
use super::{Cycle, Due, For, Request, Scscf, ScscfEvent, hss, meaning, read};
use crate::cx::CxFailure as ClientFailure;
use crate::proxy::{Rejection, trusts};
use quintet_cx::Answer;
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impu;
use quintet_ims::registrar::{CxRequest, Environment, Event, Input, Output, RegisterId, Reply, Session};
use quintet_ims::registrar::{SetChange, SetId};
use quintet_sip::{Message, Method, Name, Status};

/// A REGISTER that was answered in this step, and what with.
#[derive(Debug)]
pub(crate) struct Answered {
    id: RegisterId,
    held: Held,
    reply: Reply,
    tag: String,
}

/// A registration that changed.
#[derive(Clone, Copy)]
pub(crate) struct ChangedSet<'s> {
    pub(crate) id: SetId,
    pub(crate) impus: &'s [Impu],
    pub(crate) profile: &'s ImsSubscription,
    pub(crate) change: SetChange,
    /// The REGISTER that brought it about.
    pub(crate) by: Option<RegisterId>,
}

/// A REGISTER and its response, in octets.
pub(crate) type Exchange = (Option<Box<[u8]>>, Option<Vec<u8>>);

impl Scscf {
    pub(crate) fn register(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>) {
        self.counters.registers += 1;
        let Request { id, hop, message } = request;
        if !self.serves(message) {
            return self.reject(cycle, request, Status::NOT_FOUND);
        }
        let neighbour = trusts(&self.config.neighbours, &hop);
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
                Output::Reply { to: id, reply } => {
                    answered = self.registers.take(id).map(|held| Answered {
                        id,
                        held,
                        reply,
                        tag: self.relay.tag(),
                    });
                    if let Some(answered) = &answered {
                        self.answer(cycle, place, answered, changed);
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
        let request = hss::request(&self.config, session.impi(), request);
        let to = record.hss.as_deref();
        let id = For::Session(place, asked);
        if let Err((_, failure)) = self.cx.send(cycle.at.now, cycle.node, to, id, request) {
            record.asked = None;
            let input = match mar {
                true => Input::Vectors(Err(meaning(failure))),
                false => Input::Assigned(Err(meaning(failure))),
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
        let assigned = hss::assigned(&self.config, result).map(|(assigned, _)| assigned);
        self.drive(cycle, place, Input::Assigned(assigned));
    }

    /// Answers a REGISTER.
    fn answer(&mut self, cycle: &mut Cycle<'_>, place: u32, answered: &Answered, changed: bool) {
        let status = match &answered.reply {
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
        let Some(octets) = self.written(answered) else {
            return;
        };
        let held = &answered.held;
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

    /// A response, in octets.
    fn written(&self, answered: &Answered) -> Option<Vec<u8>> {
        let Answered { held, reply, tag, .. } = answered;
        let request = Message::parse(&held.octets).ok()?;
        let service_route = self.service_route();
        let server = Server {
            service_route: &service_route,
            tag,
            source: held.hop.remote,
            told_keys: trusts(&self.config.neighbours, &held.hop),
        };
        let mut octets = Vec::with_capacity(1024);
        reply::write(&mut octets, &request, reply, server).ok()?;
        Some(octets)
    }

    /// The REGISTER of this number and its response, in octets; the response only if it was answered by now.
    pub(crate) fn exchange(&self, by: Option<RegisterId>, answered: Option<&Answered>) -> Exchange {
        match answered.filter(|answered| Some(answered.id) == by) {
            Some(answered) => (Some(answered.held.octets.clone()), self.written(answered)),
            None => {
                let held = by.and_then(|id| self.registers.held.get(&id.0));
                (held.map(|held| held.octets.clone()), None)
            }
        }
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
    fn session_event(
        &mut self,
        cycle: &mut Cycle<'_>,
        place: u32,
        event: Event,
        answered: Option<&Answered>,
    ) {
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
                by,
            } => {
                for impu in &impus {
                    self.unregistered.forget(impu, &mut self.schedule);
                }
                let of = ChangedSet {
                    id,
                    impus: &impus,
                    profile: &profile,
                    change,
                    by,
                };
                self.third_party_register(cycle, place, &of, answered);
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
        self.forwarder().reject(cycle.at.now, request, status);
    }
}
