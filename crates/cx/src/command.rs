//! The six commands as one type for each direction.

use crate::{Fault, Lia, Lir, Maa, Mar, Outcome, Ppa, Ppr, Rta, Rtr, Saa, Sar, Uaa, Uar};
use quintet_diameter::{ConnectionId, Message, MessageWriter, Node, ResultCode};

/// A request of Cx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// User-Authorization-Request.
    UserAuthorization(Uar),
    /// Server-Assignment-Request.
    ServerAssignment(Box<Sar>),
    /// Location-Info-Request.
    LocationInfo(Lir),
    /// Multimedia-Auth-Request.
    MultimediaAuth(Box<Mar>),
    /// Registration-Termination-Request.
    RegistrationTermination(Rtr),
    /// Push-Profile-Request.
    PushProfile(Box<Ppr>),
}

impl Request {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::UserAuthorization(_) => Uar::COMMAND,
            Self::ServerAssignment(_) => Sar::COMMAND,
            Self::LocationInfo(_) => Lir::COMMAND,
            Self::MultimediaAuth(_) => Mar::COMMAND,
            Self::RegistrationTermination(_) => Rtr::COMMAND,
            Self::PushProfile(_) => Ppr::COMMAND,
        }
    }

    /// Reads a request by its command code.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: COMMAND_UNSUPPORTED for another command.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Uar::COMMAND => Self::UserAuthorization(Uar::read(message)?),
            Sar::COMMAND => Self::ServerAssignment(Box::new(Sar::read(message)?)),
            Lir::COMMAND => Self::LocationInfo(Lir::read(message)?),
            Mar::COMMAND => Self::MultimediaAuth(Box::new(Mar::read(message)?)),
            Rtr::COMMAND => Self::RegistrationTermination(Rtr::read(message)?),
            Ppr::COMMAND => Self::PushProfile(Box::new(Ppr::read(message)?)),
            _ => return Err(unsupported()),
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::UserAuthorization(request) => request.write(w),
            Self::ServerAssignment(request) => request.write(w),
            Self::LocationInfo(request) => request.write(w),
            Self::MultimediaAuth(request) => request.write(w),
            Self::RegistrationTermination(request) => request.write(w),
            Self::PushProfile(request) => request.write(w),
        }
    }
}

/// An answer of Cx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// User-Authorization-Answer.
    UserAuthorization(Uaa),
    /// Server-Assignment-Answer.
    ServerAssignment(Box<Saa>),
    /// Location-Info-Answer.
    LocationInfo(Lia),
    /// Multimedia-Auth-Answer.
    MultimediaAuth(Maa),
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
            Self::UserAuthorization(_) => Uar::COMMAND,
            Self::ServerAssignment(_) => Sar::COMMAND,
            Self::LocationInfo(_) => Lir::COMMAND,
            Self::MultimediaAuth(_) => Mar::COMMAND,
            Self::RegistrationTermination(_) => Rtr::COMMAND,
            Self::PushProfile(_) => Ppr::COMMAND,
        }
    }

    /// The result.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::UserAuthorization(answer) => answer.outcome,
            Self::ServerAssignment(answer) => answer.outcome,
            Self::LocationInfo(answer) => answer.outcome,
            Self::MultimediaAuth(answer) => answer.outcome,
            Self::RegistrationTermination(answer) => answer.outcome,
            Self::PushProfile(answer) => answer.outcome,
        }
    }

    /// Reads an answer by its command code.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Uar::COMMAND => Self::UserAuthorization(Uaa::read(message)?),
            Sar::COMMAND => Self::ServerAssignment(Box::new(Saa::read(message)?)),
            Lir::COMMAND => Self::LocationInfo(Lia::read(message)?),
            Mar::COMMAND => Self::MultimediaAuth(Maa::read(message)?),
            Rtr::COMMAND => Self::RegistrationTermination(Rta::read(message)?),
            Ppr::COMMAND => Self::PushProfile(Ppa::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::UserAuthorization(answer) => answer.write(w),
            Self::ServerAssignment(answer) => answer.write(w),
            Self::LocationInfo(answer) => answer.write(w),
            Self::MultimediaAuth(answer) => answer.write(w),
            Self::RegistrationTermination(answer) => answer.write(w),
            Self::PushProfile(answer) => answer.write(w),
        }
    }
}

fn unsupported() -> Fault {
    Fault {
        result: ResultCode::COMMAND_UNSUPPORTED,
        failed: None,
        reason: "not a command of Cx",
    }
}

/// Answers a request that the node handed out on `connection`: result, origin, and what the answer says. Nothing if
/// the connection is gone: whoever asked asks again.
pub fn answer(node: &mut Node, connection: ConnectionId, request: &Message<'_>, answer: &Answer) {
    if let Some(mut writer) = node.answer(connection, request, answer.outcome()) {
        answer.write(&mut writer);
        writer.finish();
    }
}
