//! From a trail and its verdict to the report's attempt, and to the event of a message.

use super::details::{self, sighting_details};
use super::names::{self, Names};
use super::shown::not_shown;
use super::{Attempt, Finding, Links, Message, Pseudonyms, Security, Subscriber, Technology};
use crate::Settings;
use crate::event::Event;
use crate::outcome::Verdict;
use crate::s6a::{self, Exchange};
use crate::sbi;
use crate::trail::{Carrier, MAX_MESSAGES, Procedure, Sighting, Signal, Trail, View};
use quintet_capture::{Seen, Timestamp};
use quintet_crypto::Direction;
use quintet_nas::security::Protection;

/// Makes attempts and events of trails.
#[derive(Clone, Copy, Debug)]
pub struct Builder<'a> {
    pseudonyms: Pseudonyms<'a>,
}

impl<'a> Builder<'a> {
    /// As the settings say.
    #[must_use]
    pub const fn new(settings: &'a Settings) -> Self {
        Self {
            pseudonyms: Pseudonyms::new(settings),
        }
    }

    /// The report of an attempt that has ended.
    #[must_use]
    pub fn attempt(&self, trail: &Trail, verdict: &Verdict, findings: Vec<Finding>) -> Attempt {
        let messages = self.messages(trail);
        let own = messages
            .iter()
            .filter(|message| message.capture == trail.first.file);
        let last = own.map(|message| message.frame).max();
        Attempt {
            id: trail.id,
            technology: trail.technology,
            procedure: procedure(trail.technology, trail.procedure),
            subscriber: self.subscriber(trail),
            links: self.links(trail),
            frames: [trail.first.frame, last.unwrap_or(trail.first.frame)],
            outcome: verdict.outcome,
            ending: verdict.ending,
            reached: verdict.reached,
            broken_at: verdict.broken_at,
            cause: verdict.cause.clone(),
            security: security(trail, verdict),
            messages,
            findings,
            not_shown: not_shown(trail, verdict),
        }
    }

    /// The event of a trail's last message.
    #[must_use]
    pub fn event(&self, trail: &Trail) -> Event {
        let last = trail.nas.last();
        Event {
            attempt: trail.id,
            technology: trail.technology,
            subscriber: self.subscriber(trail),
            links: self.links(trail),
            message: last.map_or_else(|| blank(trail.last), |sighting| self.of_sighting(trail, sighting)),
            reached: Verdict::of(trail).reached,
            violation: last.and_then(|sighting| sighting.offence).map(|offence| {
                let violation = offence.violation;
                format!(
                    "{}: {} instead of {}",
                    violation.clause, violation.got, violation.expected
                )
            }),
        }
    }

    fn subscriber(&self, trail: &Trail) -> Subscriber {
        let identities = &trail.identities;
        let digits = trail.serving.map_or(5, |plmn| plmn.ascii().1);
        let guti = identities.guti.or(identities.new_guti);
        Subscriber {
            imsi: identities.imsi.map(|imsi| {
                let of_serving = trail.serving.is_some_and(|plmn| imsi.is_of(plmn));
                self.pseudonyms.imsi(imsi, if of_serving { digits } else { 5 })
            }),
            guti: guti
                .map(|guti| self.pseudonyms.temporary(guti))
                .or_else(|| identities.s_tmsi.map(|s_tmsi| self.pseudonyms.short(s_tmsi))),
            suci: identities.suci.as_ref().map(|suci| self.pseudonyms.suci(suci)),
            ..Subscriber::default()
        }
    }

    fn links(&self, trail: &Trail) -> Links {
        let mut session_ids: Vec<String> = Vec::new();
        for exchange in &trail.s6a {
            let shown = self.pseudonyms.session_id(&exchange.session_id);
            if !exchange.session_id.is_empty() && !session_ids.contains(&shown) {
                session_ids.push(shown);
            }
        }
        let of_eps = trail.technology == Technology::Eps;
        Links {
            mme_ue_s1ap_id: of_eps
                .then(|| trail.core_ue_id.and_then(|id| u32::try_from(id).ok()))
                .flatten(),
            enb_ue_s1ap_id: trail.ran_ue_id.filter(|_| of_eps),
            amf_ue_ngap_id: trail.core_ue_id.filter(|_| !of_eps),
            ran_ue_ngap_id: trail.ran_ue_id.filter(|_| !of_eps),
            session_ids,
            call_ids: Vec::new(),
        }
    }

    /// NAS, S1AP or NGAP without NAS, S6a, and the service based interfaces, in the order of the capture.
    fn messages(&self, trail: &Trail) -> Vec<Message> {
        let mut messages: Vec<Message> = Vec::new();
        messages.extend(trail.nas.iter().map(|sighting| self.of_sighting(trail, sighting)));
        let carries = |signal: &&Signal| {
            trail
                .nas
                .iter()
                .any(|sighting| sighting.seen == signal.seen && sighting.carrier == Carrier::Ap(signal.name))
        };
        messages.extend(
            trail
                .signals
                .iter()
                .filter(|signal| !carries(signal))
                .map(|signal| of_signal(names::of(trail.technology), signal)),
        );
        for exchange in &trail.s6a {
            messages.extend(exchange.request.map(|seen| of_request(exchange, seen)));
            messages.extend(exchange.answer.map(|seen| of_answer(exchange, seen)));
        }
        for exchange in &trail.sbi {
            messages.extend(exchange.request.map(|seen| of_sbi(exchange, seen, false)));
            messages.extend(exchange.answer.map(|seen| of_sbi(exchange, seen, true)));
        }
        put_in_order(&mut messages);
        messages.truncate(MAX_MESSAGES);
        messages
    }

    fn of_sighting(&self, trail: &Trail, sighting: &Sighting) -> Message {
        let names = names::of(trail.technology);
        let (from, to) = match sighting.direction {
            Direction::Uplink => ("UE", names.core),
            Direction::Downlink => (names.core, "UE"),
        };
        let protected = sighting.header.protection().is_some() || sighting.header.is_service_request();
        Message {
            from,
            to,
            protocol: names.nas,
            name: details::name(sighting),
            header: Some(header(names, sighting)),
            sequence: sighting.sequence,
            count: sighting.count,
            mac: protected.then_some(sighting.mac),
            cause: details::cause(trail.technology, sighting),
            details: sighting_details(trail, sighting),
            repeated: sighting.repeats.is_some(),
            ..blank(sighting.seen)
        }
    }
}

/// The procedure's name in the report.
const fn procedure(technology: Technology, procedure: Procedure) -> &'static str {
    match procedure {
        Procedure::Registration => "registration",
        Procedure::MobilityRegistration => "registration-mobility",
        Procedure::PeriodicRegistration => "registration-periodic",
        Procedure::EmergencyRegistration => "registration-emergency",
        Procedure::Detach if matches!(technology, Technology::Fgs) => "deregistration",
        Procedure::Attach => "attach",
        Procedure::TrackingAreaUpdate => "tau",
        Procedure::ServiceRequest => "service-request",
        Procedure::Detach => "detach",
        Procedure::Unknown => "unknown",
        Procedure::None => "none",
        Procedure::S6a => "s6a",
    }
}

/// RFC 3339 with nanoseconds, UTC.
#[must_use]
pub(super) fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(time.0.into())
        .map_or_else(|_| time.0.to_string(), |time| format!("{time:.9}"))
}

/// Puts messages in the order of their frames; those of several captures, which are taps of one network, in that of time.
pub(crate) fn put_in_order(messages: &mut [Message]) {
    messages.sort_by_key(|message| (message.capture, message.frame));
    let captures = |pair: &[Message]| pair[0].capture != pair[1].capture;
    if messages.windows(2).any(captures) {
        // Times are all of one width.
        messages.sort_by(|one, other| one.time.cmp(&other.time));
    }
}

/// A message of which nothing but its place is known.
pub(crate) fn blank(seen: Seen) -> Message {
    Message {
        capture: seen.file,
        frame: seen.frame,
        time: time(seen.time),
        from: "",
        to: "",
        protocol: "",
        name: String::new(),
        header: None,
        sequence: None,
        count: None,
        mac: None,
        cause: None,
        details: Vec::new(),
        repeated: false,
    }
}

fn of_signal(names: &Names, signal: &Signal) -> Message {
    let (from, to) = match signal.direction {
        Direction::Uplink => (names.ran, names.core),
        Direction::Downlink => (names.core, names.ran),
    };
    Message {
        from,
        to,
        protocol: names.application,
        name: signal.name.to_owned(),
        cause: signal.cause.clone(),
        ..blank(signal.seen)
    }
}

fn of_request(exchange: &Exchange, seen: Seen) -> Message {
    let (from, to) = ends(exchange);
    Message {
        from,
        to,
        protocol: "S6a",
        name: s6a::command_name(exchange.command, true).to_owned(),
        details: details::request(exchange),
        ..blank(seen)
    }
}

fn of_answer(exchange: &Exchange, seen: Seen) -> Message {
    let (to, from) = ends(exchange);
    Message {
        from,
        to,
        protocol: "S6a",
        name: s6a::command_name(exchange.command, false).to_owned(),
        cause: exchange
            .outcome
            .filter(|outcome| !outcome.is_success())
            .map(|outcome| outcome.to_string()),
        details: details::answer(exchange),
        ..blank(seen)
    }
}

/// A request to AUSF or UDM, or the response.
fn of_sbi(exchange: &sbi::Exchange, seen: Seen, answers: bool) -> Message {
    let (asks, asked) = exchange.operation.ends();
    let (from, to) = if answers { (asked, asks) } else { (asks, asked) };
    let operation = exchange.operation.name();
    let name = match exchange.status.filter(|_| answers) {
        Some(status) => format!("{status} ({operation})"),
        None => operation.to_owned(),
    };
    Message {
        from,
        to,
        protocol: "SBI",
        name,
        cause: exchange.cause.clone().filter(|_| answers),
        details: details::of_sbi(exchange, answers),
        ..blank(seen)
    }
}

/// Who asked whom.
const fn ends(exchange: &Exchange) -> (&'static str, &'static str) {
    if exchange.is_of_hss() {
        ("HSS", "MME")
    } else {
        ("MME", "HSS")
    }
}

/// The security header type in words (TS 24.301 9.3.1).
fn header(names: &Names, sighting: &Sighting) -> &'static str {
    if sighting.header.is_service_request() {
        return "security header for SERVICE REQUEST";
    }
    match sighting.header.protection() {
        Some(Protection::Integrity) => "integrity protected",
        Some(Protection::Ciphered) => "integrity protected and ciphered",
        Some(Protection::IntegrityNewContext) => names.new_context,
        Some(Protection::CipheredNewContext) => names.ciphered_new_context,
        Some(Protection::PartiallyCiphered) => "integrity protected and partially ciphered",
        Some(Protection::ShortMac) => "security header for SERVICE REQUEST",
        None if sighting.header.0 == 0 => "plain",
        None => "reserved",
    }
}

/// What security the attempt came to.
fn security(trail: &Trail, verdict: &Verdict) -> Security {
    let mut security = Security {
        first_protected_frame: verdict
            .first_protected
            .and_then(|index| trail.nas.get(index))
            .map(|sighting| sighting.seen.frame),
        ksi: verdict.ksi,
        offered: trail
            .reported
            .as_deref()
            .map(|capability| details::offered(trail.technology, capability))
            .unwrap_or_default(),
        keys: trail.keys.clone(),
        ..Security::default()
    };
    let commanded = trail.nas.iter().rev().find_map(|sighting| match sighting.view {
        View::SecurityModeCommand { algorithms, .. } => Some(algorithms),
        _ => None,
    });
    if let Some(algorithms) = commanded {
        security.integrity = details::integrity_name(trail.technology, algorithms.integrity);
        security.ciphering = details::ciphering_name(trail.technology, algorithms.ciphering);
    }
    security
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_capture::Timestamp;

    #[test]
    fn frames_are_the_order_of_a_capture_and_times_that_of_several() {
        let ordered = |frames: &[(u16, u64, i64)]| -> Vec<(u16, u64)> {
            let message = |&(file, frame, time): &(u16, u64, i64)| {
                blank(Seen {
                    file,
                    frame,
                    time: Timestamp(time),
                })
            };
            let mut messages: Vec<_> = frames.iter().map(message).collect();
            put_in_order(&mut messages);
            let place = |message: &Message| (message.capture, message.frame);
            messages.iter().map(place).collect()
        };
        let one = [(0, 2, 5), (0, 1, 9)];
        assert_eq!(
            ordered(&one),
            [(0, 1), (0, 2)],
            "its writer knows better than its clock"
        );
        let several = [(0, 1, 5), (0, 2, 999_999_999), (1, 1, 7), (1, 2, 1_000_000_000)];
        assert_eq!(ordered(&several), [(0, 1), (1, 1), (0, 2), (1, 2)]);
    }
}
