//! Criticality Diagnostics (TS 36.413 9.2.1.21, TS 38.413 9.3.1.3): which IEs a message could not be understood for.

use crate::{Criticality, PduType};

/// Most IEs a Criticality Diagnostics reports (TS 36.413 9.4.6, TS 38.413 9.4.7: maxnoofErrors).
pub const MAX_ERRORS: usize = 256;

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

/// Criticality Diagnostics (TS 36.413 9.2.1.21, TS 38.413 9.3.1.3).
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

/// The form of [`CriticalityDiagnostics`] on the wire of a protocol: `diagnostics!(marker, generated module, the module's
/// name of an unsuccessful outcome)`. The generated types of the protocols are different types of the same members.
#[macro_export]
macro_rules! diagnostics {
    ($protocol:ty, $asn1:ident, $unsuccessful:ident) => {
        impl $crate::Generated<'_, $protocol> for $crate::CriticalityDiagnostics {
            type Asn1 = $asn1::CriticalityDiagnostics;

            fn from_asn1(generated: Self::Asn1) -> Option<Self> {
                let criticality = |of: $asn1::Criticality| $crate::aper::Criticality::from(of).into();
                let items = generated.ies_criticality_diagnostics.map(|list| list.0);
                let ies = items.unwrap_or_default().into_iter().map(|item| {
                    Some($crate::IeDiagnostics {
                        ie_criticality: criticality(item.ie_criticality),
                        ie_id: item.ie_id.0,
                        type_of_error: match item.type_of_error {
                            $asn1::TypeOfError::not_understood => $crate::TypeOfError::NotUnderstood,
                            $asn1::TypeOfError::missing => $crate::TypeOfError::Missing,
                            _ => return None,
                        },
                    })
                });
                Some(Self {
                    procedure_code: generated.procedure_code.map(|code| code.0),
                    triggering_message: generated.triggering_message.map(|of| match of {
                        $asn1::TriggeringMessage::initiating_message => $crate::PduType::InitiatingMessage,
                        $asn1::TriggeringMessage::successful_outcome => $crate::PduType::SuccessfulOutcome,
                        $asn1::TriggeringMessage::$unsuccessful => {
                            $crate::PduType::UnsuccessfulOutcome
                        }
                    }),
                    procedure_criticality: generated.procedure_criticality.map(criticality),
                    ies: ies.collect::<Option<_>>()?,
                })
            }

            fn to_asn1(&self) -> Result<Self::Asn1, $crate::EncodeError> {
                if self.ies.len() > $crate::MAX_ERRORS {
                    return Err($crate::EncodeError::Value {
                        what: "Criticality Diagnostics",
                    });
                }
                let criticality =
                    |of: $crate::Criticality| $asn1::Criticality::from($crate::aper::Criticality::from(of));
                let items = self.ies.iter().map(|ie| {
                    let error = match ie.type_of_error {
                        $crate::TypeOfError::NotUnderstood => $asn1::TypeOfError::not_understood,
                        $crate::TypeOfError::Missing => $asn1::TypeOfError::missing,
                    };
                    $asn1::CriticalityDiagnosticsIEItem::new(
                        criticality(ie.ie_criticality),
                        $asn1::ProtocolIEID(ie.ie_id),
                        error,
                        None,
                    )
                });
                let ies =
                    (!self.ies.is_empty()).then(|| $asn1::CriticalityDiagnosticsIEList(items.collect()));
                Ok($asn1::CriticalityDiagnostics::new(
                    self.procedure_code.map($asn1::ProcedureCode),
                    self.triggering_message.map(|of| match of {
                        $crate::PduType::InitiatingMessage => $asn1::TriggeringMessage::initiating_message,
                        $crate::PduType::SuccessfulOutcome => $asn1::TriggeringMessage::successful_outcome,
                        $crate::PduType::UnsuccessfulOutcome => {
                            $asn1::TriggeringMessage::$unsuccessful
                        }
                    }),
                    self.procedure_criticality.map(criticality),
                    ies,
                    None,
                ))
            }
        }

        $crate::plain_values!($protocol: $crate::CriticalityDiagnostics);
    };
}
