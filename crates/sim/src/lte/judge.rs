//! What was heard of a play, and whether it is what its name says.

use super::ending::{ContextEnd, ContextFacts, Ending};
use super::mark::UeMark;
use quintet_crypto::{Direction, IntegrityAlgorithm};
use quintet_emm::network::{Event, Phase};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Imsi;
use quintet_mme::MmeEvent;
use quintet_nas::eps::NasKsi;
use std::collections::HashMap;

/// Most faults told of one play; it has failed by the first.
const MAX_FAULTS: usize = 32;

/// What was heard of one UE.
#[derive(Debug, Default)]
pub(super) struct PartLog {
    pub(super) ue: Vec<UeMark>,
    pub(super) mme: Vec<Phase>,
    discards: Vec<Discard>,
    messages: HashMap<(Direction, &'static str), u32>,
    key_sets: Vec<NasKsi>,
    /// How much of it came before the step under way.
    marked: (usize, usize),
}

impl PartLog {
    /// Whether a report came since the mark.
    pub(super) fn has_ue(&self, mark: &UeMark) -> bool {
        self.ue[self.marked.0..].contains(mark)
    }

    /// Whether a phase came since the mark.
    pub(super) fn has_mme(&self, phase: &Phase) -> bool {
        self.mme[self.marked.1..].contains(phase)
    }
}

/// What was heard of a play.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) parts: Vec<PartLog>,
    pub(super) witness: Vec<UeMark>,
    pub(super) faults: Vec<String>,
    /// S1 SETUPs so far, and before the step under way.
    pub(super) setups: usize,
    pub(super) marked_setups: usize,
    /// Whose a connection is, once it is known, and what was heard of it before.
    owners: HashMap<(u64, u32), Owner>,
}

/// A connection of the MME's.
#[derive(Debug, Default)]
struct Owner {
    part: Option<Option<usize>>,
    before: Vec<Event>,
}

impl Log {
    pub(super) fn new(parts: usize) -> Self {
        Self {
            parts: (0..parts).map(|_| PartLog::default()).collect(),
            witness: Vec::new(),
            faults: Vec::new(),
            setups: 0,
            marked_setups: 0,
            owners: HashMap::new(),
        }
    }

    /// A step begins.
    pub(super) fn mark(&mut self) {
        self.marked_setups = self.setups;
        for part in &mut self.parts {
            part.marked = (part.ue.len(), part.mme.len());
        }
    }

    /// Takes a report of the MME. `imsis` are the parts'; a connection is of whom the MME says it is, and of the only UE if
    /// there is but one.
    pub(super) fn take(&mut self, imsis: &[Option<Imsi>], event: &MmeEvent) {
        match event {
            MmeEvent::EnbSetUp { .. } => self.setups += 1,
            MmeEvent::Emm {
                association,
                connection,
                event,
            } => {
                let key = (association.0, connection.0);
                self.heard(imsis, key, event);
            }
            _ => {}
        }
    }

    fn heard(&mut self, imsis: &[Option<Imsi>], key: (u64, u32), event: &Event) {
        let owner = self.owners.entry(key).or_default();
        if owner.part.is_none() {
            if let Event::Phase { imsi: Some(imsi), .. } = event {
                owner.part = Some(imsis.iter().position(|own| *own == Some(*imsi)));
            } else if imsis.len() == 1 && imsis[0].is_none() {
                owner.part = Some(Some(0));
            }
        }
        match owner.part {
            None => owner.before.push(event.clone()),
            Some(part) => {
                let before = std::mem::take(&mut owner.before);
                if let Some(log) = part.and_then(|part| self.parts.get_mut(part)) {
                    before.iter().chain([event]).for_each(|event| log.note(event));
                }
            }
        }
    }

    /// What happened, in a line.
    pub(super) fn told(&self) -> String {
        let Some(first) = self.parts.first() else {
            return String::new();
        };
        format!(
            "UE {:?}; MME {:?}; dropped {:?}",
            first.ue, first.mme, first.discards
        )
    }
}

impl PartLog {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Phase { phase, .. } => self.mme.push(*phase),
            Event::Message {
                direction,
                name,
                protection,
                disposition,
                repeated,
                ..
            } => {
                *self.messages.entry((*direction, name)).or_default() += 1;
                if let Some(Disposition::Silent(why)) = disposition {
                    self.discards.push(*why);
                }
                if *name == "SECURITY MODE COMMAND"
                    && !repeated
                    && let Some(protection) = protection
                {
                    self.key_sets.push(protection.ksi);
                }
            }
        }
    }
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
    for (n, (part, seen)) in log.parts.iter().zip(seen).enumerate() {
        if why.len() >= MAX_FAULTS {
            break;
        }
        let mut say = |what: String| why.push(format!("UE {n}: {what}"));
        if ending.context == ContextEnd::Any {
            continue;
        }
        if part.ue != ending.ue {
            say(format!("reported {:?}, must {:?}", part.ue, ending.ue));
        }
        if part.mme != ending.mme {
            say(format!("MME went through {:?}, must {:?}", part.mme, ending.mme));
        }
        let same = |(a, b): (&Discard, &Discard)| std::mem::discriminant(a) == std::mem::discriminant(b);
        if part.discards.len() != ending.discards.len()
            || !part.discards.iter().zip(ending.discards).all(same)
        {
            say(format!(
                "MME dropped {:?}, must {:?}",
                part.discards, ending.discards
            ));
        }
        for (direction, name, times) in ending.messages {
            let counted = part.messages.get(&(*direction, *name)).copied().unwrap_or(0);
            if counted != *times {
                say(format!("{counted} times {name}, must be {times}"));
            }
        }
        if let Some(wanted) = ending.key_sets {
            let told_apart = part.key_sets.windows(2).all(|pair| pair[0] != pair[1]);
            if part.key_sets.len() != wanted as usize || !told_apart {
                say(format!(
                    "key sets {:?}, must be {wanted}, each another",
                    part.key_sets
                ));
            }
        }
        if seen.me.is_registered() != ending.registered {
            say(format!(
                "registered: {}, must {}",
                !ending.registered, ending.registered
            ));
        }
        if let Some(fault) = judge_context(ending.context, &seen) {
            say(fault);
        }
    }
    why
}

/// What the MME knows against what it must, and against what the UE knows.
fn judge_context(must: ContextEnd, seen: &Seen<'_>) -> Option<String> {
    // Without IMSI nobody can ask the MME; the UE's own state and the MME's phases have said it.
    seen.imsi?;
    let (registered, null) = match seen.context {
        None => (None, false),
        Some(facts) => (
            Some(facts.registered),
            facts
                .security
                .is_some_and(|(_, integrity, ..)| integrity == IntegrityAlgorithm::EIA0),
        ),
    };
    let is = match (registered, null) {
        (None, _) => ContextEnd::Absent,
        (Some(false), _) => ContextEnd::Deregistered,
        (Some(true), true) => ContextEnd::Null,
        (Some(true), false) => ContextEnd::Registered,
    };
    if is != must {
        return Some(format!("MME's context: {is:?}, must be {must:?}"));
    }
    let (own, theirs) = (
        seen.me.current_context(),
        seen.context.and_then(|facts| facts.security),
    );
    match (must, own, theirs) {
        (ContextEnd::Registered, Some((ksi, _)), Some((named, ..))) if ksi != named => {
            Some(format!("the UE's key set is {ksi:?}, the MME's {named:?}"))
        }
        (ContextEnd::Registered, None, _) => Some("the UE has no security context".to_owned()),
        (ContextEnd::Registered, _, None) => Some("the MME has no security context".to_owned()),
        _ => None,
    }
}
