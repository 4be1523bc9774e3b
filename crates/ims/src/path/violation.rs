//! How the arms of the table say no.

use super::message::Message;
use crate::Violation;

impl Message {
    /// That this message may not come.
    pub(super) const fn violates(&self, clause: &'static str, expected: &'static str) -> Violation {
        Violation {
            got: self.name(),
            expected,
            clause,
        }
    }
}
