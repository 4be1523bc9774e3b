//! Criticality Diagnostics (TS 36.413 9.2.1.21): which IEs a message could not be understood for.

use crate::limits::MAX_ERRORS;
use crate::value::{EncodeError, Generated, plain_values};
use oxirush_s1ap::s1ap as asn1;

/// What a receiver that does not comprehend an element is to do (TS 36.413 10.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Criticality {
    /// Reject the message.
    Reject,
    /// Go on without the element.
    Ignore,
    /// Go on without the element and say so.
    Notify,
}

/// The three kinds of PDU (TS 36.413 9.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PduType {
    /// Starts a procedure.
    InitiatingMessage,
    /// Ends it as wanted.
    SuccessfulOutcome,
    /// Ends it otherwise.
    UnsuccessfulOutcome,
}

/// What is wrong with an IE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeOfError {
    /// Unknown, or its value is.
    NotUnderstood,
    /// Mandatory and not there.
    Missing,
}

/// One IE of a [`CriticalityDiagnostics`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IeDiagnostics {
    /// Criticality of the IE.
    pub ie_criticality: Criticality,
    /// Its number.
    pub ie_id: u16,
    /// What is wrong with it.
    pub type_of_error: TypeOfError,
}

/// Criticality Diagnostics (TS 36.413 9.2.1.21).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CriticalityDiagnostics {
    /// The procedure: in an ERROR INDICATION only.
    pub procedure_code: Option<u8>,
    /// The kind of message that is diagnosed: in an ERROR INDICATION only.
    pub triggering_message: Option<PduType>,
    /// The procedure's criticality, where the procedure itself was not comprehended.
    pub procedure_criticality: Option<Criticality>,
    /// The IEs, at most [`MAX_ERRORS`]; empty: not in the message.
    pub ies: Vec<IeDiagnostics>,
}

impl Criticality {
    /// The specification's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Ignore => "ignore",
            Self::Notify => "notify",
        }
    }

    pub(crate) const fn of_asn1(generated: asn1::Criticality) -> Self {
        match generated {
            asn1::Criticality::reject => Self::Reject,
            asn1::Criticality::ignore => Self::Ignore,
            asn1::Criticality::notify => Self::Notify,
        }
    }

    pub(crate) const fn asn1(self) -> asn1::Criticality {
        match self {
            Self::Reject => asn1::Criticality::reject,
            Self::Ignore => asn1::Criticality::ignore,
            Self::Notify => asn1::Criticality::notify,
        }
    }
}

impl PduType {
    /// The specification's name: `initiatingMessage`, `successfulOutcome` or `unsuccessfulOutcome`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InitiatingMessage => "initiatingMessage",
            Self::SuccessfulOutcome => "successfulOutcome",
            Self::UnsuccessfulOutcome => "unsuccessfulOutcome",
        }
    }

    const fn of_asn1(generated: asn1::TriggeringMessage) -> Self {
        match generated {
            asn1::TriggeringMessage::initiating_message => Self::InitiatingMessage,
            asn1::TriggeringMessage::successful_outcome => Self::SuccessfulOutcome,
            asn1::TriggeringMessage::unsuccessfull_outcome => Self::UnsuccessfulOutcome,
        }
    }

    const fn asn1(self) -> asn1::TriggeringMessage {
        match self {
            Self::InitiatingMessage => asn1::TriggeringMessage::initiating_message,
            Self::SuccessfulOutcome => asn1::TriggeringMessage::successful_outcome,
            Self::UnsuccessfulOutcome => asn1::TriggeringMessage::unsuccessfull_outcome,
        }
    }
}

impl Generated<'_> for CriticalityDiagnostics {
    type Asn1 = asn1::CriticalityDiagnostics;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        let items = generated.ies_criticality_diagnostics.map(|list| list.0);
        let ies = items.unwrap_or_default().into_iter().map(|item| {
            Some(IeDiagnostics {
                ie_criticality: Criticality::of_asn1(item.ie_criticality),
                ie_id: item.ie_id.0,
                type_of_error: match item.type_of_error {
                    asn1::TypeOfError::not_understood => TypeOfError::NotUnderstood,
                    asn1::TypeOfError::missing => TypeOfError::Missing,
                    _ => return None,
                },
            })
        });
        Some(Self {
            procedure_code: generated.procedure_code.map(|code| code.0),
            triggering_message: generated.triggering_message.map(PduType::of_asn1),
            procedure_criticality: generated.procedure_criticality.map(Criticality::of_asn1),
            ies: ies.collect::<Option<_>>()?,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        if self.ies.len() > MAX_ERRORS {
            return Err(EncodeError::Value {
                what: "Criticality Diagnostics",
            });
        }
        let items = self.ies.iter().map(|ie| {
            let error = match ie.type_of_error {
                TypeOfError::NotUnderstood => asn1::TypeOfError::not_understood,
                TypeOfError::Missing => asn1::TypeOfError::missing,
            };
            asn1::CriticalityDiagnosticsIEItem::new(
                ie.ie_criticality.asn1(),
                asn1::ProtocolIEID(ie.ie_id),
                error,
                None,
            )
        });
        let ies = (!self.ies.is_empty()).then(|| asn1::CriticalityDiagnosticsIEList(items.collect()));
        Ok(asn1::CriticalityDiagnostics::new(
            self.procedure_code.map(asn1::ProcedureCode),
            self.triggering_message.map(PduType::asn1),
            self.procedure_criticality.map(Criticality::asn1),
            ies,
            None,
        ))
    }
}

plain_values!(CriticalityDiagnostics, crate::Cause);
