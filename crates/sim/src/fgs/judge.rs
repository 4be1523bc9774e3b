//! What was heard of a play, and whether it is what its name says.

use super::ending::{AusfEnd, ContextFacts, Ending};
use super::mark::UeMark;
use super::scenario::Scenario;
use crate::scenario::{self, ContextEnd, Expected, MAX_FAULTS, Report, context_difference};
use quintet_amf::AmfEvent;
use quintet_ausf::{AusfEvent, Failure};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{Event, Phase};
use quintet_identity::Supi;
use quintet_nas::fgs::NasKsi;
use quintet_udm::UdmEvent;

/// The most of AUSF and UDM that is kept of one play: more than any scenario brings about, less than a flood.
const MAX_HOME_REPORTS: usize = 1_024;

/// What was heard of gNB and AMF.
pub(super) type Log = scenario::Log<UeMark, Phase, NasKsi, Supi>;

/// What was heard of AUSF and UDM.
#[derive(Debug, Default)]
pub(super) struct Home {
    ends: Vec<(Supi, AusfEnd)>,
    refusals: Vec<(u16, String)>,
}

impl Home {
    /// Takes a report of the AUSF.
    pub(super) fn take_ausf(&mut self, event: &AusfEvent) {
        let (supi, end) = match event {
            AusfEvent::Authenticated { supi, outcome } => match outcome {
                Ok(()) => (supi, AusfEnd::Authenticated),
                Err(Failure::NoResStar) => (supi, AusfEnd::GivenUp),
                Err(failure) => (supi, AusfEnd::Failed(*failure)),
            },
            AusfEvent::Expired { supi } => (supi, AusfEnd::GivenUp),
            _ => return,
        };
        if self.ends.len() < MAX_HOME_REPORTS {
            self.ends.push((supi.clone(), end));
        }
    }

    /// Takes a report of the UDM.
    pub(super) fn take_udm(&mut self, event: &UdmEvent) {
        if let UdmEvent::Answered { status, cause, .. } = event
            && status / 100 != 2
            && self.refusals.len() < MAX_HOME_REPORTS
        {
            let cause = cause.as_deref().unwrap_or_default().to_owned();
            self.refusals.push((*status, cause));
        }
    }

    /// How a UE's authentications ended; of several at once those that led on first, for the others have no order.
    fn ends_of(&self, supi: &Supi, at_once: bool) -> Vec<AusfEnd> {
        let own = self.ends.iter().filter(|(of, _)| of == supi);
        let mut ends: Vec<_> = own.map(|(_, end)| *end).collect();
        if at_once {
            ends.sort_by_key(|end| *end != AusfEnd::Authenticated);
        }
        ends
    }

    fn refused(&self, must: &Ending) -> bool {
        let pairs = self.refusals.iter().zip(must.udm);
        self.refusals.len() == must.udm.len()
            && pairs
                .into_iter()
                .all(|((status, cause), must)| (*status, cause.as_str()) == *must)
    }
}

/// Takes a report of the AMF. `supis` are the parts'; a connection is of whom the AMF says it is, and of the only UE if there
/// is but one.
pub(super) fn take(log: &mut Log, supis: &[Option<Supi>], only: bool, event: &AmfEvent) {
    match event {
        AmfEvent::GnbSetUp { .. } => log.setups += 1,
        AmfEvent::Fgmm {
            association,
            connection,
            event,
            ..
        } => log.take(supis, only, (association.0, connection.0), report(event)),
        _ => {}
    }
}

fn report(event: &Event) -> Report<Phase, NasKsi, Supi> {
    match event {
        Event::Phase { phase, supi, .. } => Report::Phase {
            phase: *phase,
            identity: supi.clone(),
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
pub(super) fn told(log: &Log, home: &Home) -> String {
    let Some(first) = log.parts.first() else {
        return String::new();
    };
    format!(
        "UE {:?}; AMF {:?}; dropped {:?}; UDM refused {:?}",
        first.ue, first.phases, first.discards, home.refusals
    )
}

/// What there is of a UE in the end.
pub(super) struct Seen<'a> {
    pub(super) me: &'a quintet_fgmm::ue::Ue,
    pub(super) supi: Option<&'a Supi>,
    pub(super) context: Option<ContextFacts>,
}

/// What is otherwise than it must be.
pub(super) fn judge<'a>(
    scenario: &Scenario,
    (log, home): (&Log, &Home),
    seen: impl Iterator<Item = Seen<'a>>,
) -> Vec<String> {
    let ending = &scenario.ending;
    let mut why = log.faults.clone();
    if ending.context == ContextEnd::Any {
        return why;
    }
    if !home.refused(ending) {
        let (is, must) = (&home.refusals, ending.udm);
        why.push(format!("UDM refused {is:?}, must {must:?}"));
    }
    let must = Expected {
        node: "AMF",
        ue: ending.ue,
        phases: ending.amf,
        discards: ending.discards,
        messages: ending.messages,
        key_sets: ending.key_sets,
    };
    for (n, (part, seen)) in log.parts.iter().zip(seen).enumerate() {
        if why.len() >= MAX_FAULTS {
            break;
        }
        let mut differences = part.differences(&must);
        let ends = seen
            .supi
            .map(|supi| home.ends_of(supi, scenario.proven))
            .unwrap_or_default();
        if ends != ending.ausf {
            differences.push(format!("AUSF ended {ends:?}, must {:?}", ending.ausf));
        }
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

/// What the AMF knows against what it must, and against what the UE knows.
fn judge_context(must: ContextEnd, seen: &Seen<'_>) -> Option<String> {
    // Without SUPI nobody can ask the AMF; the UE's own state and the AMF's phases have said it.
    seen.supi?;
    let known = seen.context.map(|facts| {
        let security = facts.security.map(|(ksi, integrity, ..)| (ksi, integrity));
        (facts.registered, security)
    });
    let own = seen.me.current_context().map(|(ksi, _)| ksi);
    context_difference("AMF", must, known, own)
}
