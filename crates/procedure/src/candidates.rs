//! What an observer knows of one end: the set of states it may be in.
//!
//! What the end *sends* is certain: the candidates that do not allow it are gone, and if none is left, the end has
//! violated the specification. What is sent *to* it may be lost, or discarded: each candidate stays, and its successor
//! joins it. Where the way to the end may also delay and repeat messages, those seen last are tried once more whenever
//! the end speaks.

use crate::Violation;

/// The most candidates kept; past it the ones found last are dropped, which may only make an observer say too much. Behind
/// a way that keeps the order there are a handful; behind disorder of [`MAX_UNDER_WAY`] messages, sixty were seen.
pub const MAX_CANDIDATES: usize = 128;

/// The most messages that an observer takes to be under way to an end.
pub const MAX_UNDER_WAY: usize = 8;

/// A transition table: one state of one UE's signalling, role-free.
pub trait Machine: Clone + std::fmt::Debug + PartialEq {
    /// A message that passes, as far as the table looks at it.
    type Step: Copy + std::fmt::Debug + PartialEq;

    /// The state after a message that was sent, or taken. Total and pure.
    ///
    /// # Errors
    /// [`Violation`] if the message may not come now, or not like this.
    fn apply(&self, step: Self::Step) -> Result<Self, Violation>;

    /// The state of an end that must refuse this message; `None` if it is none to refuse.
    fn refusing(&self, step: &Self::Step) -> Option<Self>;

    /// The state when the signalling connection is gone.
    #[must_use]
    fn released(&self) -> Self;
}

/// The states one end may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates<M: Machine> {
    states: Vec<M>,
    under_way: Vec<M::Step>,
    window: usize,
}

impl<M: Machine> Candidates<M> {
    /// An end in this state, behind a way that loses messages but keeps their order: S1AP or NGAP over SCTP, RRC.
    #[must_use]
    pub fn new(state: M) -> Self {
        Self::behind_disorder(state, 0)
    }

    /// An end in this state, behind a way that may also delay a message behind `window` others, or repeat it
    /// (at most [`MAX_UNDER_WAY`]).
    #[must_use]
    pub fn behind_disorder(state: M, window: usize) -> Self {
        Self {
            states: vec![state],
            under_way: Vec::new(),
            window: window.min(MAX_UNDER_WAY),
        }
    }

    /// The states, each once.
    #[must_use]
    pub fn states(&self) -> &[M] {
        &self.states
    }

    /// The end sent this.
    ///
    /// # Errors
    /// [`Violation`], the first candidate's, if none allows it. The candidates are unchanged then.
    pub fn sent(&mut self, step: M::Step) -> Result<(), Violation> {
        let mut next = Vec::new();
        let mut violation = None;
        for state in &self.states {
            match state.apply(step) {
                Ok(after) => join(&mut next, after),
                Err(why) => {
                    violation.get_or_insert(why);
                }
            }
        }
        if let (true, Some(violation)) = (next.is_empty(), violation) {
            return Err(violation);
        }
        self.states = next;
        self.close();
        Ok(())
    }

    /// This was sent to the end, which may have taken it, or may refuse it.
    pub fn towards(&mut self, step: M::Step) {
        if self.window == 0 {
            for index in 0..self.states.len() {
                self.taken(index, &step);
            }
            return;
        }
        if self.under_way.len() == self.window {
            self.under_way.remove(0);
        }
        self.under_way.push(step);
        self.close();
    }

    /// The connection was released, or lost: the end knows it, or will by the next message.
    pub fn released(&mut self) {
        for index in 0..self.states.len() {
            let after = self.states[index].released();
            join(&mut self.states, after);
        }
    }

    /// The end began a new connection: nothing of the old one can reach it.
    pub fn connected(&mut self) {
        self.under_way.clear();
        let mut next = Vec::new();
        for state in &self.states {
            join(&mut next, state.released());
        }
        self.states = next;
    }

    /// Takes in every order of what is under way.
    fn close(&mut self) {
        let mut index = 0;
        while index < self.states.len() {
            for at in 0..self.under_way.len() {
                let step = self.under_way[at];
                self.taken(index, &step);
            }
            index += 1;
        }
    }

    /// What a candidate becomes by a message to it.
    fn taken(&mut self, index: usize, step: &M::Step) {
        let state = &self.states[index];
        let (after, refusing) = (state.apply(*step), state.refusing(step));
        for next in after.into_iter().chain(refusing) {
            join(&mut self.states, next);
        }
    }
}

fn join<M: Machine>(states: &mut Vec<M>, state: M) {
    if states.len() < MAX_CANDIDATES && !states.contains(&state) {
        states.push(state);
    }
}
