//! What was heard of a play, and whether it is what its name says.

use super::ending::{ContextEnd, ContextFacts, Ending};
use super::mark::UeMark;
use crate::scenario::{self, Expected, MAX_FAULTS, Report, context_difference};
use quintet_emm::Disposition;
use quintet_emm::network::{Event, Phase};
use quintet_identity::Imsi;
use quintet_mme::MmeEvent;
use quintet_nas::eps::NasKsi;

/// What was heard of a play.
pub(super) type Log = scenario::Log<UeMark, Phase, NasKsi, Imsi>;

/// Takes a report of the MME. `imsis` are the parts'; a connection is of whom the MME says it is, and of the only UE if
/// there is but one.
pub(super) fn take(log: &mut Log, imsis: &[Option<Imsi>], event: &MmeEvent) {
    match event {
        MmeEvent::EnbSetUp { .. } => log.setups += 1,
        MmeEvent::Emm {
            association,
            connection,
            event,
            ..
        } => {
            let nameless = imsis.len() == 1 && imsis[0].is_none();
            let link = (association.0, u64::from(connection.0));
            log.take(imsis, nameless, link, report(event));
        }
        _ => {}
    }
}

fn report(event: &Event) -> Report<Phase, NasKsi, Imsi> {
    match event {
        Event::Phase { phase, imsi, .. } => Report::Phase {
            phase: *phase,
            identity: *imsi,
        },
        Event::Message {
            direction,
            name,
            protection,
            disposition,
            repeated,
            ..
        } => Report::Message {
            direction: *direction,
            name,
            discard: match disposition {
                Some(Disposition::Silent(why)) => Some(*why),
                _ => None,
            },
            key_set: protection.filter(|_| !repeated).map(|protection| protection.ksi),
        },
    }
}

/// What happened, in a line.
pub(super) fn told(log: &Log) -> String {
    let Some(first) = log.parts.first() else {
        return String::new();
    };
    format!(
        "UE {:?}; MME {:?}; dropped {:?}",
        first.ue, first.phases, first.discards
    )
}

/// What there is of a UE in the end.
pub(super) struct Seen<'a> {
    pub(super) me: &'a quintet_emm::ue::Ue,
    pub(super) imsi: Option<Imsi>,
    pub(super) context: Option<ContextFacts>,
}

/// What is otherwise than it must be.
pub(super) fn judge<'a>(ending: &Ending, log: &Log, seen: impl Iterator<Item = Seen<'a>>) -> Vec<String> {
    let mut why = log.faults.clone();
    if ending.context == ContextEnd::Any {
        return why;
    }
    let must = Expected {
        node: "MME",
        ue: ending.ue,
        phases: ending.mme,
        discards: ending.discards,
        messages: ending.messages,
        key_sets: ending.key_sets,
    };
    for (n, (part, seen)) in log.parts.iter().zip(seen).enumerate() {
        if why.len() >= MAX_FAULTS {
            break;
        }
        let mut differences = part.differences(&must);
        if seen.me.is_registered() != ending.registered {
            differences.push(format!(
                "registered: {}, must {}",
                !ending.registered, ending.registered
            ));
        }
        differences.extend(judge_context(ending.context, &seen));
        why.extend(differences.iter().map(|what| format!("UE {n}: {what}")));
    }
    why
}

/// What the MME knows against what it must, and against what the UE knows.
fn judge_context(must: ContextEnd, seen: &Seen<'_>) -> Option<String> {
    // Without IMSI nobody can ask the MME; the UE's own state and the MME's phases have said it.
    seen.imsi?;
    let known = seen.context.map(|facts| {
        let security = facts.security.map(|(ksi, integrity, ..)| (ksi, integrity));
        (facts.registered, security)
    });
    let own = seen.me.current_context().map(|(ksi, _)| ksi);
    context_difference("MME", must, known, own)
}
