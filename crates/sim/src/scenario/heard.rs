//! What was heard of a play, and how it differs from what must be.
//!
//! A report of MME or AMF names a connection; whose that is, is known from the first report that names its UE. What came
//! before waits until then.

use quintet_crypto::Direction;
use quintet_procedure::Discard;
use std::collections::HashMap;
use std::fmt::Debug;

/// Most faults told of one play; it has failed by the first.
pub(crate) const MAX_FAULTS: usize = 32;

/// The name of the message that takes a key set into use, in either system.
const SECURITY_MODE_COMMAND: &str = "SECURITY MODE COMMAND";

/// A report of MME or AMF about a connection: `P` is a phase, `K` a key set identifier, `I` whose it is.
#[derive(Debug)]
pub(crate) enum Report<P, K, I> {
    /// It has come so far.
    Phase {
        /// How far.
        phase: P,
        /// Whose it is, if that is known.
        identity: Option<I>,
    },
    /// A message went through.
    Message {
        /// Which way.
        direction: Direction,
        /// Its name.
        name: &'static str,
        /// Why it was dropped, if it was.
        discard: Option<Discard>,
        /// The key set that protected it; `None` for a repetition.
        key_set: Option<K>,
    },
}

/// What was heard of one UE: `U` is a report of the UE itself.
#[derive(Debug)]
pub(crate) struct Heard<U, P, K> {
    pub(crate) ue: Vec<U>,
    pub(crate) phases: Vec<P>,
    pub(crate) discards: Vec<Discard>,
    messages: HashMap<(Direction, &'static str), u32>,
    key_sets: Vec<K>,
    /// How much of it came before the step under way.
    marked: (usize, usize),
}

impl<U, P, K> Default for Heard<U, P, K> {
    fn default() -> Self {
        Self {
            ue: Vec::new(),
            phases: Vec::new(),
            discards: Vec::new(),
            messages: HashMap::new(),
            key_sets: Vec::new(),
            marked: (0, 0),
        }
    }
}

/// What must be heard of each UE.
pub(crate) struct Expected<U: 'static, P: 'static> {
    /// Whose phases they are: MME or AMF.
    pub(crate) node: &'static str,
    pub(crate) ue: &'static [U],
    pub(crate) phases: &'static [P],
    pub(crate) discards: &'static [Discard],
    pub(crate) messages: &'static [(Direction, &'static str, u32)],
    pub(crate) key_sets: Option<u32>,
}

impl<U: PartialEq + Debug, P: PartialEq + Debug, K: PartialEq + Debug> Heard<U, P, K> {
    /// A step begins.
    pub(crate) const fn mark(&mut self) {
        self.marked = (self.ue.len(), self.phases.len());
    }

    /// Whether a report came since the mark.
    pub(crate) fn has_ue(&self, mark: &U) -> bool {
        self.ue[self.marked.0..].contains(mark)
    }

    /// Whether a phase came since the mark.
    pub(crate) fn has_phase(&self, phase: &P) -> bool {
        self.phases[self.marked.1..].contains(phase)
    }

    fn note<I>(&mut self, report: Report<P, K, I>) {
        match report {
            Report::Phase { phase, .. } => self.phases.push(phase),
            Report::Message {
                direction,
                name,
                discard,
                key_set,
            } => {
                *self.messages.entry((direction, name)).or_default() += 1;
                self.discards.extend(discard);
                if name == SECURITY_MODE_COMMAND {
                    self.key_sets.extend(key_set);
                }
            }
        }
    }

    /// What is otherwise than it must be.
    pub(crate) fn differences(&self, must: &Expected<U, P>) -> Vec<String> {
        let mut why = Vec::new();
        if self.ue != must.ue {
            why.push(format!("reported {:?}, must {:?}", self.ue, must.ue));
        }
        if self.phases != must.phases {
            let (is, must_be) = (&self.phases, must.phases);
            why.push(format!("{} went through {is:?}, must {must_be:?}", must.node));
        }
        let same = |(a, b): (&Discard, &Discard)| std::mem::discriminant(a) == std::mem::discriminant(b);
        if self.discards.len() != must.discards.len() || !self.discards.iter().zip(must.discards).all(same) {
            let (is, must_be) = (&self.discards, must.discards);
            why.push(format!("{} dropped {is:?}, must {must_be:?}", must.node));
        }
        for (direction, name, times) in must.messages {
            let counted = self.messages.get(&(*direction, *name)).copied().unwrap_or(0);
            if counted != *times {
                why.push(format!("{counted} times {name}, must be {times}"));
            }
        }
        if let Some(wanted) = must.key_sets {
            let told_apart = self.key_sets.windows(2).all(|pair| pair[0] != pair[1]);
            if self.key_sets.len() != wanted as usize || !told_apart {
                let is = &self.key_sets;
                why.push(format!("key sets {is:?}, must be {wanted}, each another"));
            }
        }
        why
    }
}

/// A connection of the MME's or AMF's, by association and number.
pub(crate) type Link = (u64, u64);

#[derive(Debug)]
struct Owner<P, K, I> {
    part: Option<Option<usize>>,
    before: Vec<Report<P, K, I>>,
}

impl<P, K, I> Default for Owner<P, K, I> {
    fn default() -> Self {
        Self {
            part: None,
            before: Vec::new(),
        }
    }
}

/// What was heard of a play.
#[derive(Debug)]
pub(crate) struct Log<U, P, K, I> {
    pub(crate) parts: Vec<Heard<U, P, K>>,
    pub(crate) witness: Vec<U>,
    pub(crate) faults: Vec<String>,
    /// Setups of the association so far, and before the step under way.
    pub(crate) setups: usize,
    pub(crate) marked_setups: usize,
    /// Whose a connection is, once it is known, and what was heard of it before.
    owners: HashMap<Link, Owner<P, K, I>>,
}

impl<U, P, K, I> Log<U, P, K, I>
where
    U: PartialEq + Debug,
    P: PartialEq + Debug,
    K: PartialEq + Debug,
    I: PartialEq,
{
    pub(crate) fn new(parts: usize) -> Self {
        Self {
            parts: (0..parts).map(|_| Heard::default()).collect(),
            witness: Vec::new(),
            faults: Vec::new(),
            setups: 0,
            marked_setups: 0,
            owners: HashMap::new(),
        }
    }

    /// A step begins.
    pub(crate) fn mark(&mut self) {
        self.marked_setups = self.setups;
        for part in &mut self.parts {
            part.mark();
        }
    }

    /// Takes a report of MME or AMF. `identities` are the parts'; a connection is of whom the node says it is, and without
    /// asking of the only UE if `only` says that there is no other.
    pub(crate) fn take(&mut self, identities: &[Option<I>], only: bool, link: Link, report: Report<P, K, I>) {
        let owner = self.owners.entry(link).or_default();
        if owner.part.is_none() {
            if only {
                owner.part = Some(Some(0));
            } else if let Report::Phase {
                identity: Some(identity),
                ..
            } = &report
            {
                let is = |own: &Option<I>| own.as_ref() == Some(identity);
                owner.part = Some(identities.iter().position(is));
            }
        }
        owner.before.push(report);
        let Some(part) = owner.part else {
            return;
        };
        let reports = std::mem::take(&mut owner.before);
        if let Some(heard) = part.and_then(|part| self.parts.get_mut(part)) {
            reports.into_iter().for_each(|report| heard.note(report));
        }
    }
}
