//! The three commands as one type for each direction.

use super::{Ala, Alr, Rda, Rdr, Sra, Srr};
use quintet_cx::{Fault, Outcome};
use quintet_diameter::{Message, MessageWriter, ResultCode};

/// A request of S6c.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Send-Routing-Info-for-SM-Request.
    RoutingInfo(Srr),
    /// Alert-Service-Centre-Request.
    AlertServiceCentre(Alr),
    /// Report-SM-Delivery-Status-Request.
    ReportDeliveryStatus(Rdr),
}

impl Request {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::RoutingInfo(_) => Srr::COMMAND,
            Self::AlertServiceCentre(_) => Alr::COMMAND,
            Self::ReportDeliveryStatus(_) => Rdr::COMMAND,
        }
    }

    /// Reads a request by its command code.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: COMMAND_UNSUPPORTED for another command.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Srr::COMMAND => Self::RoutingInfo(Srr::read(message)?),
            Alr::COMMAND => Self::AlertServiceCentre(Alr::read(message)?),
            Rdr::COMMAND => Self::ReportDeliveryStatus(Rdr::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::RoutingInfo(request) => request.write(w),
            Self::AlertServiceCentre(request) => request.write(w),
            Self::ReportDeliveryStatus(request) => request.write(w),
        }
    }
}

/// An answer of S6c.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Send-Routing-Info-for-SM-Answer.
    RoutingInfo(Box<Sra>),
    /// Alert-Service-Centre-Answer.
    AlertServiceCentre(Ala),
    /// Report-SM-Delivery-Status-Answer.
    ReportDeliveryStatus(Rda),
}

impl Answer {
    /// Command Code.
    #[must_use]
    pub const fn command(&self) -> u32 {
        match self {
            Self::RoutingInfo(_) => Srr::COMMAND,
            Self::AlertServiceCentre(_) => Alr::COMMAND,
            Self::ReportDeliveryStatus(_) => Rdr::COMMAND,
        }
    }

    /// The result.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::RoutingInfo(answer) => answer.outcome,
            Self::AlertServiceCentre(answer) => answer.outcome,
            Self::ReportDeliveryStatus(answer) => answer.outcome,
        }
    }

    /// An answer to a command that says nothing but its result; `None` for another command.
    #[must_use]
    pub fn refusal(command: u32, outcome: Outcome) -> Option<Self> {
        Some(match command {
            Srr::COMMAND => Self::RoutingInfo(Box::new(Sra::new(outcome))),
            Alr::COMMAND => Self::AlertServiceCentre(Ala::new(outcome)),
            Rdr::COMMAND => Self::ReportDeliveryStatus(Rda::new(outcome)),
            _ => return None,
        })
    }

    /// Reads an answer by its command code.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        Ok(match message.header().code {
            Srr::COMMAND => Self::RoutingInfo(Box::new(Sra::read(message)?)),
            Alr::COMMAND => Self::AlertServiceCentre(Ala::read(message)?),
            Rdr::COMMAND => Self::ReportDeliveryStatus(Rda::read(message)?),
            _ => return Err(unsupported()),
        })
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::RoutingInfo(answer) => answer.write(w),
            Self::AlertServiceCentre(answer) => answer.write(w),
            Self::ReportDeliveryStatus(answer) => answer.write(w),
        }
    }
}

fn unsupported() -> Fault {
    Fault {
        result: ResultCode::COMMAND_UNSUPPORTED,
        failed: None,
        reason: "S6c has no such command",
    }
}
