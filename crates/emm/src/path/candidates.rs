//! What an observer knows of one end: the set of states it may be in.
//!
//! What the end *sends* is certain: the candidates that do not allow it are gone, and if none is left, the end has
//! violated the specification. What is sent *to* it may be lost, or discarded: each candidate stays, and its successor
//! joins it. Where the way to the end may also delay and repeat messages, those seen last are tried once more whenever
//! the end speaks.

use super::message::Step;
use super::state::State;
use crate::Violation;

/// The most candidates kept; past it the ones found last are dropped, which may only make an observer say too much. Behind
/// a way that keeps the order there are a handful; behind disorder of [`MAX_UNDER_WAY`] messages, sixty were seen.
pub const MAX_CANDIDATES: usize = 128;

/// The most messages that an observer takes to be under way to an end.
pub const MAX_UNDER_WAY: usize = 8;

/// The states one end may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates {
    states: Vec<State>,
    under_way: Vec<Step>,
    window: usize,
}

impl Candidates {
    /// An end in this state, behind a way that loses messages but keeps their order: S1AP over SCTP, RRC.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self::behind_disorder(state, 0)
    }

    /// An end in this state, behind a way that may also delay a message behind `window` others, or repeat it
    /// (at most [`MAX_UNDER_WAY`]).
    #[must_use]
    pub fn behind_disorder(state: State, window: usize) -> Self {
        Self {
            states: vec![state],
            under_way: Vec::new(),
            window: window.min(MAX_UNDER_WAY),
        }
    }

    /// The states, each once.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The end sent this.
    ///
    /// # Errors
    /// [`Violation`], the first candidate's, if none allows it. The candidates are unchanged then.
    pub fn sent(&mut self, step: Step) -> Result<(), Violation> {
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
    pub fn towards(&mut self, step: Step) {
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
    fn taken(&mut self, index: usize, step: &Step) {
        let state = self.states[index];
        if let Ok(after) = state.apply(*step) {
            join(&mut self.states, after);
        }
        if let Some(refusing) = state.refusing(step) {
            join(&mut self.states, refusing);
        }
    }
}

fn join(states: &mut Vec<State>, state: State) {
    if states.len() < MAX_CANDIDATES && !states.contains(&state) {
        states.push(state);
    }
}
