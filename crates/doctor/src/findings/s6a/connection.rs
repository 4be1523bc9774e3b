//! Answers that did not come, or late, and the connections' part in it.

use super::{frames, remarks, seconds};
use crate::findings::Draft;
use crate::findings::catalogue;
use crate::report::{Finding, Severity};
use crate::s6a::{Exchange, PathFact, State, Trouble, Unanswered};
use crate::trail::{Procedure, Trail, View};
use quintet_capture::Seen;
use quintet_crypto::Direction;
use quintet_diameter::dict::command;

/// An answer later than this, in nanoseconds, is late: a subscriber's data are read in milliseconds, and MMEs give up
/// after 2 s at the earliest.
const LATE: i64 = 2_000_000_000;

/// What an exchange without an answer, with a late one, or sent again, shows.
pub(super) fn of(trail: &Trail, exchange: &Exchange) -> Vec<Finding> {
    let mut found = Vec::new();
    if exchange.command == command::CAPABILITIES_EXCHANGE {
        found.push(capabilities(exchange));
        return found;
    }
    found.extend(unanswered(exchange, trail));
    found.extend(late(trail, exchange));
    if !exchange.repeated.is_empty() {
        let what = format!(
            "{} was sent {} times.",
            exchange.name(),
            exchange.repeated.len() + 1
        );
        let draft = Draft::new(&catalogue::S6A_REPEATED, what)
            .frames(exchange.request)
            .frames(exchange.repeated.iter().copied());
        let elsewhere = exchange.legs.len() > 1;
        found.push(
            trouble(exchange, draft)
                .cause_if(
                    elsewhere,
                    "The sender turned to another connection",
                    format!(
                        "the request was seen on {} connections or hops",
                        exchange.legs.len()
                    ),
                )
                .cause(
                    "The sender got no answer in time",
                    exchange.took_ns().map_or_else(
                        || "there is no answer in the capture".to_owned(),
                        |took| format!("the answer came {} after the first request", seconds(took)),
                    ),
                )
                .done(),
        );
    }
    found
}

fn capabilities(exchange: &Exchange) -> Finding {
    let what = match exchange.outcome {
        Some(outcome) => format!("CEA refuses the connection: {outcome}."),
        None => "CER is never answered.".to_owned(),
    };
    let code = exchange.outcome.map_or(0, |outcome| outcome.code);
    Draft::new(&catalogue::HSS_CONNECTION_REFUSED, what)
        .frames(exchange.request)
        .frames(exchange.answer)
        .cause_if(
            code == 3010,
            "The peer does not know this Origin-Host",
            remarks(exchange),
        )
        .cause_if(
            code == 5010,
            "The ends have no application in common: S6a is not among those of the other end",
            remarks(exchange),
        )
        .cause_if(
            exchange.outcome.is_none(),
            "What listens there is no Diameter node, or drops what it does not like",
            "the connection was set up, and nothing came back",
        )
        .cause(
            "The ends are configured for different names, realms or addresses",
            remarks(exchange),
        )
        .done()
}

fn unanswered(exchange: &Exchange, trail: &Trail) -> Option<Finding> {
    let code = match exchange.command {
        command::AUTHENTICATION_INFORMATION => &catalogue::VECTORS_UNANSWERED,
        command::UPDATE_LOCATION => &catalogue::LOCATION_UNANSWERED,
        _ => &catalogue::S6A_UNANSWERED,
    };
    // The capture's end, or this program's bounds, are nobody's silence.
    let waited = match exchange.state {
        State::Answered | State::Unanswered(Unanswered::Crowded) => return None,
        State::Open | State::Unanswered(Unanswered::CaptureEnds) => trail.now.since(exchange.request?.time),
        State::Unanswered(Unanswered::TimedOut | Unanswered::ConnectionClosed) => i64::MAX,
    };
    if waited < LATE {
        return None;
    }
    let name = exchange.name();
    let what = match exchange.state {
        State::Unanswered(Unanswered::ConnectionClosed) => {
            format!("The connection closed before {name} was answered.")
        }
        State::Unanswered(Unanswered::TimedOut) => format!("{name} is never answered."),
        _ => format!("{name} was not answered within {}.", seconds(waited)),
    };
    let draft = Draft::new(code, what).frames(frames(exchange));
    let draft = if may_be_missed(exchange, trail) {
        draft.severity(Severity::Warning)
    } else if exchange.other_direction {
        draft
    } else {
        draft.severity(Severity::Note).cause(
            "The capture shows one direction only",
            "no message of the other end is in the capture",
        )
    };
    let forwarded = exchange.legs.len() > 1;
    let who = if exchange.is_of_hss() { "MME" } else { "HSS" };
    Some(
        trouble(exchange, draft)
            .cause_if(
                forwarded,
                &format!("The {who} got the request and did not answer"),
                format!("an agent passed it on over {} hops", exchange.legs.len()),
            )
            .cause_if(
                !forwarded,
                &format!("The {who} is stuck, or an agent on the way lost the request"),
                "the request was seen on one hop",
            )
            .done(),
    )
}

/// Whether the answer may be in octets that the capture lacks.
fn may_be_missed(exchange: &Exchange, trail: &Trail) -> bool {
    let facts = exchange.path.iter().chain(&trail.hss_path);
    facts
        .filter(|fact| exchange.legs.iter().any(|leg| leg.flow == fact.flow))
        .filter(|fact| {
            exchange
                .request
                .is_none_or(|request| fact.seen.time >= request.time)
        })
        .any(|fact| fact.trouble == Trouble::OctetsMissing)
}

/// What befell the connection, as a cause.
fn trouble(exchange: &Exchange, draft: Draft) -> Draft {
    exchange
        .path
        .iter()
        .filter(|fact| fact.trouble.breaks())
        .fold(draft, |draft, fact| {
            draft
                .at(fact.seen)
                .cause("The connection was in trouble", evidence(fact))
        })
        .cause_if(
            exchange.path.iter().any(|fact| !fact.trouble.breaks()),
            "The answer is missing from the capture, not from the network",
            "octets of the connection are missing from the capture",
        )
}

fn evidence(fact: &PathFact) -> String {
    format!("frame {}: {}", fact.seen.frame, fact.trouble)
}

fn late(trail: &Trail, exchange: &Exchange) -> Option<Finding> {
    let took = exchange.took_ns().filter(|took| *took >= LATE)?;
    let answer = exchange.answer?;
    let asks = matches!(
        exchange.command,
        command::AUTHENTICATION_INFORMATION | command::UPDATE_LOCATION
    );
    if !asks {
        return None;
    }
    let gone = given_up(trail, exchange, answer);
    let what = format!(
        "{} came {} after {}.",
        exchange.answer_name(),
        seconds(took),
        exchange.name()
    );
    let draft = Draft::new(&catalogue::VECTORS_LATE, what)
        .frames(frames(exchange))
        .frames(gone);
    let draft = if gone.is_some() {
        draft.severity(Severity::Fault).cause(
            "The MME had given up by then",
            "it had rejected or released the UE before the answer came",
        )
    } else {
        draft
    };
    let inner = exchange
        .legs
        .iter()
        .skip(1)
        .filter_map(|leg| Some(leg.answer?.time.since(leg.request?.time)))
        .max();
    Some(
        trouble(exchange, draft)
            .cause_if(
                inner.is_some_and(|inner| took - inner >= LATE),
                "An agent on the way holds messages",
                format!(
                    "on the last hop the answer took {}",
                    seconds(inner.unwrap_or_default())
                ),
            )
            .cause("The HSS or its database is slow", remarks(exchange))
            .done(),
    )
}

/// Where the MME had turned the UE away while it waited for the answer.
fn given_up(trail: &Trail, exchange: &Exchange, answer: Seen) -> Option<Seen> {
    let asked = exchange.request?;
    let between = |seen: Seen| seen.time > asked.time && seen.time < answer.time;
    let rejects = trail.nas.iter().filter(|sighting| is_reject(&sighting.view));
    let releases = trail
        .signals
        .iter()
        .filter(|signal| signal.name.starts_with("UE CONTEXT RELEASE"));
    rejects
        .map(|sighting| sighting.seen)
        .chain(releases.map(|signal| signal.seen))
        .find(|seen| between(*seen))
}

const fn is_reject(view: &View) -> bool {
    matches!(view, View::Reject { .. } | View::AuthenticationReject)
}

/// The connection was down: an attempt that needed the HSS and shows no request to it at all.
pub(super) fn down(trail: &Trail) -> Option<Finding> {
    let breaks: Vec<_> = trail
        .hss_path
        .iter()
        .filter(|fact| fact.trouble.breaks() && fact.trouble != Trouble::ApplicationNotAdvertised)
        .collect();
    let served = trail.s6a.iter().any(|e| e.answer.is_some());
    // Who is asked nothing but its identity, and then refused or left alone, may have lacked the HSS.
    let stranded = trail
        .nas
        .iter()
        .filter(|sighting| sighting.direction == Direction::Downlink)
        .all(|sighting| is_reject(&sighting.view) || matches!(sighting.view, View::IdentityRequest { .. }));
    let asks = matches!(
        trail.procedure,
        Procedure::Attach | Procedure::TrackingAreaUpdate | Procedure::ServiceRequest
    );
    let accepted = trail
        .signals
        .iter()
        .any(|signal| signal.name == "INITIAL CONTEXT SETUP REQUEST");
    if breaks.is_empty() || served || !stranded || !asks || accepted {
        return None;
    }
    let draft = Draft::new(
        &catalogue::HSS_CONNECTION_DOWN,
        "A connection to the HSS was down, and the attempt got no vectors.",
    )
    .frames(breaks.iter().map(|fact| fact.seen));
    // What answered the watchdog may be what the capture lacks.
    let missed = |fact: &&&PathFact| {
        let mut facts = trail.hss_path.iter();
        facts.any(|other| other.flow == fact.flow && other.trouble == Trouble::OctetsMissing)
    };
    let draft = if breaks.iter().filter(missed).count() == breaks.len() {
        draft.severity(Severity::Warning)
    } else {
        draft
    };
    let draft = breaks.iter().fold(draft, |draft, fact| {
        draft.cause("The connection was in trouble", evidence(fact))
    });
    Some(draft.done())
}
