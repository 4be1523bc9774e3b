//! The table's first column: which arm a message has.

use super::message::{Message, Protection, Step};
use super::state::{Associations, Registration, State};
use super::{answer, register};
use crate::Violation;
use quintet_crypto::Direction;

impl State {
    /// The state after a message that was sent, or taken.
    ///
    /// Total and pure, and the same for both ends.
    ///
    /// # Errors
    /// [`Violation`] if the message may not come now, or not like this. The state is unchanged then.
    pub fn apply(&self, direction: Direction, message: &Message) -> Result<Self, Violation> {
        if message.direction().is_some_and(|only| only != direction) {
            return Err(message.violates("TS 24.229 5.1.1", "a message of this direction"));
        }
        match *message {
            Message::Register(register) => register::register(self, message, register),
            Message::Challenge {
                nonce,
                method,
                server,
            } => answer::challenge(self, message, nonce, method, server),
            Message::Ok { expires } => answer::ok(self, message, expires),
            Message::Reject { status } => answer::reject(self, message, status),
            Message::NetworkDeregistration => self.deregistered(message),
            Message::Request { protection } => self.request(direction, message, protection),
        }
    }

    /// The network ended the registration (TS 24.229 5.1.1.7, 5.4.1.5): its associations go when the dialogs are closed,
    /// what is under way ends.
    fn deregistered(&self, message: &Message) -> Result<Self, Violation> {
        if self.registration == Registration::NotRegistered {
            return Err(message.violates("TS 24.229 5.4.1.5", "a registration to end"));
        }
        Ok(self.timed_out().expired())
    }

    /// A request that is no REGISTER: of a registered UE alone, and through its associations if it has some.
    fn request(
        &self,
        direction: Direction,
        message: &Message,
        protection: Protection,
    ) -> Result<Self, Violation> {
        let clause = match direction {
            Direction::Uplink => "TS 24.229 5.2.6.3",
            Direction::Downlink => "TS 24.229 5.4.3.3",
        };
        match (self.registration, self.associations, protection) {
            (Registration::NotRegistered, _, _) => {
                Err(message.violates(clause, "a registered UE: 480 or 404 until then"))
            }
            (_, Associations::Established, Protection::None) => Err(message.violates(
                "TS 33.203 7.1",
                "a message through the associations: they are established",
            )),
            (_, Associations::None, Protection::Established) => {
                Err(message.violates("TS 33.203 7.1", "no association: none is established"))
            }
            _ => Ok(*self),
        }
    }
}

impl quintet_procedure::Machine for State {
    type Step = Step;

    fn apply(&self, step: Step) -> Result<Self, Violation> {
        Self::apply(self, step.direction, &step.message)
    }

    /// What an end must refuse has messages of its own here.
    fn refusing(&self, _: &Step) -> Option<Self> {
        None
    }

    fn released(&self) -> Self {
        self.timed_out()
    }
}
