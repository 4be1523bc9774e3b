//! How an attempt came out.

use super::trail::Trail;
use crate::report::{Ending, Outcome, Reached};

/// How an attempt came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How it came out.
    pub outcome: Outcome,
    /// Finer.
    pub ending: Ending,
    /// How far it came.
    pub reached: Reached,
    /// The link that broke (see [`crate::report::Attempt::broken_at`]).
    pub broken_at: Option<&'static str>,
    /// The EMM cause of whoever refused.
    pub emm_cause: Option<u8>,
    /// The cause in words, EMM's or S1AP's.
    pub cause: Option<String>,
    /// Index, in the trail, of the first protected message after SECURITY MODE COMPLETE.
    pub first_protected: Option<usize>,
    /// KSI: of the last SECURITY MODE COMMAND, else of the challenge, else of the initial message. Bit 4 is TSC.
    pub ksi: Option<u8>,
    /// Whether authentication and security mode ran in full.
    pub full_security: bool,
}

impl Verdict {
    /// Of a trail.
    #[must_use]
    pub fn of(_trail: &Trail) -> Self {
        Self {
            outcome: Outcome::Incomplete,
            ending: Ending::Incomplete,
            reached: Reached::Initial,
            broken_at: None,
            emm_cause: None,
            cause: None,
            first_protected: None,
            ksi: None,
            full_security: false,
        }
    }
}
