//! The transition table of whichever system an attempt is of, with the states that its two ends may be in.

use crate::report::Technology;
use quintet_crypto::Direction;
use quintet_emm::path as emm;
use quintet_fgmm::path as fgmm;
use quintet_procedure::{Candidates, Machine, Violation};

/// A message as its table looks at it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Of EPS.
    Eps(emm::Step),
    /// Of 5GS.
    Fgs(fgmm::Step),
}

/// The states both ends may be in.
#[derive(Clone, Debug)]
pub(crate) enum Tables {
    /// Of EPS.
    Eps(Ends<emm::State>),
    /// Of 5GS.
    Fgs(Ends<fgmm::State>),
}

/// One table's candidates.
#[derive(Clone, Debug)]
pub(crate) struct Ends<M: Machine> {
    at_ue: Candidates<M>,
    at_network: Candidates<M>,
}

impl Tables {
    /// Of a connection that is seen from its start, or from its middle.
    pub(crate) fn new(technology: Technology, from_the_start: bool) -> Self {
        match technology {
            Technology::Eps | Technology::Ims => Self::Eps(Ends::new(if from_the_start {
                emm::State::idle(emm::Registration::Unknown)
            } else {
                emm::State::UNOBSERVED
            })),
            Technology::Fgs => Self::Fgs(Ends::new(if from_the_start {
                fgmm::State::idle(fgmm::Registration::Unknown)
            } else {
                fgmm::State::UNOBSERVED
            })),
        }
    }

    /// Nothing is known of either end any more.
    pub(crate) fn forget(&mut self) {
        *self = match self {
            Self::Eps(_) => Self::new(Technology::Eps, false),
            Self::Fgs(_) => Self::new(Technology::Fgs, false),
        };
    }

    /// One end sent this, towards the other.
    ///
    /// # Errors
    /// [`Violation`] if it could not in any state it may have been in.
    pub(crate) fn sent(&mut self, step: Step) -> Result<(), Violation> {
        match (self, step) {
            (Self::Eps(ends), Step::Eps(step)) => ends.sent(step.direction, step),
            (Self::Fgs(ends), Step::Fgs(step)) => ends.sent(step.direction, step),
            // An attempt's messages are of its own system.
            (Self::Eps(_), Step::Fgs(_)) | (Self::Fgs(_), Step::Eps(_)) => Ok(()),
        }
    }
}

impl<M: Machine> Ends<M> {
    fn new(state: M) -> Self {
        Self {
            at_ue: Candidates::new(state.clone()),
            at_network: Candidates::new(state),
        }
    }

    fn sent(&mut self, direction: Direction, step: M::Step) -> Result<(), Violation> {
        match direction {
            Direction::Uplink => {
                self.at_network.towards(step);
                self.at_ue.sent(step)
            }
            Direction::Downlink => {
                self.at_ue.towards(step);
                self.at_network.sent(step)
            }
        }
    }
}
