//! What a message could not be understood for, and what its receiver owes the sender (TS 38.413 10).

use crate::{Criticality, IeDiagnostics, PduType, TypeOfError};
use std::fmt;

/// What is wrong with an IE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The message cannot have it, or no message can (TS 38.413 10.3.4.2).
    Unexpected,
    /// Its value is not one that the receiver comprehends (TS 38.413 10.3.4.2).
    Undecodable {
        /// Why.
        why: String,
    },
    /// Mandatory, and not there (TS 38.413 10.3.5).
    Missing,
    /// There more than once (TS 38.413 10.3.6).
    Repeated,
    /// After one that it comes before (TS 38.413 10.3.6).
    OutOfOrder,
    /// With another criticality than the specification gives it. It is read all the same.
    OtherCriticality {
        /// The specification's.
        assigned: Criticality,
    },
}

/// Something wrong with an IE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the IE.
    pub ie_id: u16,
    /// As received; for a missing IE the specification's.
    pub criticality: Criticality,
    /// Which IE of the message, from 0; none for a missing one.
    pub position: Option<u16>,
    /// What.
    pub kind: FaultKind,
}

/// Why there is no message to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The octets are no PDU of the protocol (TS 38.413 10.2).
    TransferSyntax {
        /// Why.
        why: String,
    },
    /// They are one, but not one to act on (TS 38.413 10.3).
    AbstractSyntax {
        /// Procedure of the message.
        procedure_code: u8,
        /// Its kind.
        pdu_type: PduType,
        /// Everything that is wrong, not only what is fatal.
        faults: Vec<Fault>,
    },
}

/// Why a message must not be acted on: a Cause of the protocol's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FatalCause {
    /// Abstract Syntax Error (Reject).
    AbstractSyntaxErrorReject,
    /// Abstract Syntax Error (Falsely Constructed Message).
    AbstractSyntaxErrorFalselyConstructedMessage,
}

/// What the receiver owes the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// ERROR INDICATION with the cause and the diagnostics.
    ErrorIndication,
    /// The procedure's unsuccessful outcome with the cause and the diagnostics.
    UnsuccessfulOutcome,
    /// Nothing: the message was an answer itself. The procedure it answers failed.
    LocalErrorHandling,
}

impl Fault {
    /// The item of Criticality Diagnostics that reports it, if one does: not what is ignored without notice.
    #[must_use]
    pub fn diagnostics(&self) -> Option<IeDiagnostics> {
        let type_of_error = match self.kind {
            FaultKind::Unexpected | FaultKind::Undecodable { .. } => TypeOfError::NotUnderstood,
            FaultKind::Missing => TypeOfError::Missing,
            FaultKind::Repeated | FaultKind::OutOfOrder | FaultKind::OtherCriticality { .. } => return None,
        };
        (self.criticality != Criticality::Ignore).then_some(IeDiagnostics {
            ie_criticality: self.criticality,
            ie_id: self.ie_id,
            type_of_error,
        })
    }

    /// The cause, if the message must not be acted on for it.
    #[must_use]
    pub fn fatal(&self) -> Option<FatalCause> {
        match self.kind {
            FaultKind::Repeated | FaultKind::OutOfOrder => {
                Some(FatalCause::AbstractSyntaxErrorFalselyConstructedMessage)
            }
            FaultKind::Unexpected | FaultKind::Undecodable { .. } | FaultKind::Missing => {
                (self.criticality == Criticality::Reject).then_some(FatalCause::AbstractSyntaxErrorReject)
            }
            FaultKind::OtherCriticality { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IE {} (criticality {})", self.ie_id, self.criticality.name())?;
        if let Some(position) = self.position {
            write!(f, ", number {position} of the message")?;
        }
        match &self.kind {
            FaultKind::Unexpected => write!(f, " is not of this message"),
            FaultKind::Undecodable { why } => write!(f, " has a value that is not understood: {why}"),
            FaultKind::Missing => write!(f, " is mandatory and missing"),
            FaultKind::Repeated => write!(f, " is there already"),
            FaultKind::OutOfOrder => write!(f, " comes too late"),
            FaultKind::OtherCriticality { assigned } => {
                write!(f, " should have criticality {}", assigned.name())
            }
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TransferSyntax { why } => f.write_str(why),
            Self::AbstractSyntax {
                procedure_code,
                pdu_type,
                faults,
            } => {
                write!(f, "{} of procedure {procedure_code}", pdu_type.name())?;
                faults.iter().try_for_each(|fault| write!(f, "; {fault}"))
            }
        }
    }
}
