//! From a trail of IMS to the report's attempt, and to the event of a message.

use super::cx::Exchange;
use super::sighting::Sighting;
use super::trail::{End, MAX_MESSAGES, Trail};
use super::verdict::Verdict;
use super::{Kind, shown};
use crate::Settings;
use crate::event::Event;
use crate::report::{
    Attempt, Ending, Finding, Links, Message, Outcome, Pseudonyms, Security, Subscriber, Technology, blank,
    put_in_order,
};

/// Digits of MCC and MNC in an IMSI, where nothing tells that the MNC has three.
const PLMN_DIGITS: usize = 5;

/// Makes attempts and events of trails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reporter<'a> {
    pseudonyms: Pseudonyms<'a>,
}

impl<'a> Reporter<'a> {
    /// As the settings say.
    pub(crate) const fn new(settings: &'a Settings) -> Self {
        Self {
            pseudonyms: Pseudonyms::new(settings),
        }
    }

    /// The report of a registration that has ended.
    pub(crate) fn attempt(&self, trail: &Trail, verdict: &Verdict, findings: Vec<Finding>) -> Attempt {
        let messages = messages(trail);
        let own = messages
            .iter()
            .filter(|message| message.capture == trail.first.file);
        let last = own.map(|message| message.frame).max();
        Attempt {
            id: trail.id,
            technology: Technology::Ims,
            procedure: procedure(trail),
            subscriber: self.subscriber(trail),
            links: self.links(trail),
            frames: [trail.first.frame, last.unwrap_or(trail.first.frame)],
            outcome: verdict.outcome,
            ending: verdict.ending,
            reached: verdict.reached,
            broken_at: verdict.broken_at,
            cause: verdict.cause.as_deref().map(shown::scrubbed),
            security: security(trail, verdict),
            messages,
            findings,
            not_shown: not_shown(trail, verdict),
        }
    }

    /// The event of a trail's last message.
    pub(crate) fn event(&self, trail: &Trail) -> Option<Event> {
        let last = trail.sip.last()?;
        Some(Event {
            attempt: trail.id,
            technology: Technology::Ims,
            subscriber: self.subscriber(trail),
            links: self.links(trail),
            message: of_sip(trail, last),
            reached: Verdict::of(trail).reached,
            violation: last.violation.map(|violation| {
                format!(
                    "{}: {} instead of {}",
                    violation.clause, violation.got, violation.expected
                )
            }),
        })
    }

    fn subscriber(&self, trail: &Trail) -> Subscriber {
        let imsi = trail.impi.as_deref().and_then(super::rounds::imsi);
        Subscriber {
            imsi: imsi.map(|imsi| self.pseudonyms.imsi(imsi, PLMN_DIGITS)),
            impi: trail
                .impi
                .as_deref()
                .map(|identity| self.pseudonyms.ims_identity(identity)),
            impu: trail
                .impu
                .as_deref()
                .map(|identity| self.pseudonyms.ims_identity(identity)),
            ..Subscriber::default()
        }
    }

    fn links(&self, trail: &Trail) -> Links {
        let mut session_ids: Vec<String> = Vec::new();
        for exchange in &trail.cx {
            let shown = self.pseudonyms.session_id(&exchange.session_id);
            if !exchange.session_id.is_empty() && !session_ids.contains(&shown) {
                session_ids.push(shown);
            }
        }
        Links {
            session_ids,
            call_ids: trail
                .call_ids
                .iter()
                .map(|call_id| self.pseudonyms.call_id(call_id))
                .collect(),
            ..Links::default()
        }
    }
}

/// `register`, `deregister`.
fn procedure(trail: &Trail) -> &'static str {
    match trail.opening() {
        Some(register) if register.deregisters() => "deregister",
        _ => "register",
    }
}

fn security(trail: &Trail, verdict: &Verdict) -> Security {
    let agreed = trail.agreed();
    let source = trail
        .rounds
        .iter()
        .rev()
        .find_map(|round| round.keys.as_ref().map(|(_, _, source)| source.words()));
    let names = |mechanism: &super::Mechanism| {
        let (alg, ealg) = mechanism.algorithms();
        (integrity(alg), encryption(ealg))
    };
    let offered = trail.client().iter().filter(|mechanism| mechanism.is_ipsec());
    let mut list: Vec<&'static str> = Vec::new();
    for name in offered.flat_map(|mechanism| {
        let (alg, ealg) = names(mechanism);
        [alg, ealg]
    }) {
        if let Some(name) = name.filter(|name| !list.contains(name)) {
            list.push(name);
        }
    }
    Security {
        ksi: None,
        integrity: agreed.and_then(|mechanism| names(mechanism).0),
        ciphering: agreed.and_then(|mechanism| names(mechanism).1),
        offered: list,
        first_protected_frame: verdict.first_protected,
        keys: source.filter(|_| trail.esp.authentic > 0).map(str::to_owned),
    }
}

/// The name in sec-agree, if it is one.
fn integrity(name: &str) -> Option<&'static str> {
    name.parse::<quintet_esp::Integrity>()
        .ok()
        .map(|known| known.name())
}

fn encryption(name: &str) -> Option<&'static str> {
    name.parse::<quintet_esp::Encryption>()
        .ok()
        .map(|known| known.name())
}

/// SIP at every leg, and Cx, in the order of the capture.
fn messages(trail: &Trail) -> Vec<Message> {
    let mut messages: Vec<Message> = trail.sip.iter().map(|sighting| of_sip(trail, sighting)).collect();
    for exchange in &trail.cx {
        messages.extend(exchange.request.map(|seen| of_cx(exchange, seen, false)));
        messages.extend(exchange.answer.map(|seen| of_cx(exchange, seen, true)));
    }
    put_in_order(&mut messages);
    messages.truncate(MAX_MESSAGES);
    messages
}

fn of_sip(trail: &Trail, sighting: &Sighting) -> Message {
    let (from, to) = trail.ends(sighting);
    let refuses = match &sighting.kind {
        Kind::Response(response) => response.status >= 300,
        _ => false,
    };
    Message {
        from,
        to,
        protocol: "SIP",
        name: shown::name(sighting),
        cause: refuses.then(|| shown::name(sighting)),
        details: shown::sip(trail, sighting),
        repeated: sighting.repeated,
        ..blank(sighting.seen)
    }
}

fn of_cx(exchange: &Exchange, seen: quintet_capture::Seen, answer: bool) -> Message {
    let (asks, answers) = exchange.ends();
    let (from, to) = if answer { (answers, asks) } else { (asks, answers) };
    let refused = exchange.outcome.filter(|outcome| answer && !outcome.is_success());
    Message {
        from,
        to,
        protocol: "Cx",
        name: exchange.name(answer).to_owned(),
        cause: refused.map(|outcome| outcome.to_string()),
        details: shown::cx(exchange, answer),
        ..blank(seen)
    }
}

/// What could not be seen.
fn not_shown(trail: &Trail, verdict: &Verdict) -> Vec<String> {
    let mut list = Vec::new();
    if trail.end == End::CaptureEnds && verdict.outcome != Outcome::Success {
        let after = trail.now.since(trail.last.time).max(0) / 100_000_000;
        let (seconds, tenths) = (after / 10, after % 10);
        let what = trail
            .sip
            .last()
            .map_or_else(|| "the last message".to_owned(), shown::name);
        list.push(format!("the capture ends {seconds}.{tenths} s after {what}"));
    }
    if verdict.ending == Ending::ChallengeThenProtectedLegEncrypted {
        list.push("what ESP carries is enciphered and no key opens it".to_owned());
    }
    if trail.is_of_ims() && trail.cx.is_empty() {
        list.push("no Cx of this subscriber is in this capture".to_owned());
    }
    if trail.is_of_ims() && trail.hops() <= 1 {
        list.push("only one leg of SIP is in this capture".to_owned());
    }
    if trail.dropped > 0 {
        let are = if trail.dropped == 1 { "is" } else { "are" };
        let messages = crate::report::counted(trail.dropped, "more message");
        list.push(format!("{messages} {are} not listed"));
    }
    list
}
