//! What is known the moment a message passes: the one event of the nodes and of the doctor.

use crate::report::{Links, Message, Reached, Subscriber, Technology};
use serde::Serialize;

/// A message, and where its attempt stands after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The attempt's number, as in the report.
    pub attempt: u64,
    /// EPS, and what comes.
    pub technology: Technology,
    /// Whose, as far as it is known by now.
    pub subscriber: Subscriber,
    /// By what its messages belong together.
    pub links: Links,
    /// The message.
    pub message: Message,
    /// How far the attempt has come.
    pub reached: Reached,
    /// What the message violates, in words with the clause; `None` if it may come here.
    pub violation: Option<String>,
}
