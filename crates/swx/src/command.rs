//! The four commands as one type for each direction.

use crate::{Maa, Mar, Ppa, Ppr, Rta, Rtr, Saa, Sar};
use quintet_cx::{Fault, Outcome};
use quintet_diameter::{Message, MessageWriter, ResultCode};

/// A request of SWx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// Multimedia-Auth-Request.
    MultimediaAuth(Box<Mar<'a>>),
    /// Server-Assignment-Request.
    ServerAssignment(Box<Sar<'a>>),
    /// Registration-Termination-Request.
    RegistrationTermination(Rtr),
    /// Push-Profile-Request.
    PushProfile(Ppr),
}

impl<'a> Request<'a> {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::MultimediaAuth(_) => Mar::COMMAND,
            Self::ServerAssignment(_) => Sar::COMMAND,
            Self::RegistrationTermination(_) => Rtr::COMMAND,
            Self::PushProfile(_) => Ppr::COMMAND,
        }
    }

    /// Reads a request by its command code.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: COMMAND_UNSUPPORTED for another command.
    pub fn read(message: &Message<'a>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Mar::COMMAND => Self::MultimediaAuth(Box::new(Mar::read(message)?)),
            Sar::COMMAND => Self::ServerAssignment(Box::new(Sar::read(message)?)),
            Rtr::COMMAND => Self::RegistrationTermination(Rtr::read(message)?),
            Ppr::COMMAND => Self::PushProfile(Ppr::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::MultimediaAuth(request) => request.write(w),
            Self::ServerAssignment(request) => request.write(w),
            Self::RegistrationTermination(request) => request.write(w),
            Self::PushProfile(request) => request.write(w),
        }
    }
}

/// An answer of SWx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Multimedia-Auth-Answer.
    MultimediaAuth(Maa),
    /// Server-Assignment-Answer.
    ServerAssignment(Saa),
    /// Registration-Termination-Answer.
    RegistrationTermination(Rta),
    /// Push-Profile-Answer.
    PushProfile(Ppa),
}

impl Answer {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::MultimediaAuth(_) => Mar::COMMAND,
            Self::ServerAssignment(_) => Sar::COMMAND,
            Self::RegistrationTermination(_) => Rtr::COMMAND,
            Self::PushProfile(_) => Ppr::COMMAND,
        }
    }

    /// The result.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::MultimediaAuth(answer) => answer.outcome,
            Self::ServerAssignment(answer) => answer.outcome,
            Self::RegistrationTermination(answer) => answer.outcome,
            Self::PushProfile(answer) => answer.outcome,
        }
    }

    /// An answer that says nothing but its result; `None` for another command.
    #[must_use]
    pub fn refusal(command: u32, outcome: Outcome) -> Option<Self> {
        Some(match command {
            Mar::COMMAND => Self::MultimediaAuth(Maa::new(outcome)),
            Sar::COMMAND => Self::ServerAssignment(Saa::new(outcome)),
            Rtr::COMMAND => Self::RegistrationTermination(Rta::new(outcome)),
            Ppr::COMMAND => Self::PushProfile(Ppa::new(outcome)),
            _ => return None,
        })
    }

    /// Reads an answer by its command code.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Mar::COMMAND => Self::MultimediaAuth(Maa::read(message)?),
            Sar::COMMAND => Self::ServerAssignment(Saa::read(message)?),
            Rtr::COMMAND => Self::RegistrationTermination(Rta::read(message)?),
            Ppr::COMMAND => Self::PushProfile(Ppa::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::MultimediaAuth(answer) => answer.write(w),
            Self::ServerAssignment(answer) => answer.write(w),
            Self::RegistrationTermination(answer) => answer.write(w),
            Self::PushProfile(answer) => answer.write(w),
        }
    }
}

fn unsupported() -> Fault {
    Fault {
        result: ResultCode::COMMAND_UNSUPPORTED,
        failed: None,
        reason: "not a command of SWx",
    }
}
