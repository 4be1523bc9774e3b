//! Octets to a message and what was odd about it, and back (TS 38.413 9.4, 10.2, 10.3).

use crate::answer::judge_others;
use crate::protocol::{GeneratedField, GeneratedPdu};
use crate::{
    ApplicationProtocol, Criticality, EncodeError, FailureKind, Fault, Field, Ie, IeDiagnostics, Intake,
    OtherIes, PduType, Source, key,
};
use oxirush_aper::protocol::{Field as _, Pdu as _};
use oxirush_aper::{self as aper, Octets};

/// The messages of a protocol: what [`pdus!`](crate::pdus) makes.
pub trait Pdus<'a>: Sized {
    /// Whose.
    type Protocol: ApplicationProtocol;

    /// Whether the message of this [`key`] has a struct.
    fn modelled(key: u16) -> bool;

    /// The message of this [`key`], if nothing it cannot be without is missing.
    fn take<'b>(key: u16, ies: impl Iterator<Item = Ie<'a, 'b>>, intake: &mut Intake<'a>) -> Option<Self>;

    /// A message without a struct.
    fn other(envelope: Envelope) -> Self;

    /// The IEs without a field.
    fn other_ies(&self) -> &OtherIes<'a>;

    /// The criticality and the IEs of a message to be sent.
    ///
    /// # Errors
    /// A value outside its range, or a message without a struct.
    fn give(&self) -> Result<(Criticality, Vec<Field>), EncodeError>;
}

/// A PDU that was understood, and what was odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<M> {
    /// The message.
    pub pdu: M,
    /// What does not keep the receiver from acting on it.
    pub faults: Vec<Fault>,
}

impl<M> Decoded<M> {
    /// The items of Criticality Diagnostics that the receiver owes the sender although it acts on the message: IEs of
    /// criticality notify that it did not understand (TS 38.413 10.3.4.2, 10.3.5). In the procedure's answer, or in an ERROR
    /// INDICATION with the cause Abstract Syntax Error (Ignore and Notify) where it has none.
    #[must_use]
    pub fn notices(&self) -> Vec<IeDiagnostics> {
        self.faults.iter().filter_map(Fault::diagnostics).collect()
    }
}

/// What a PDU's envelope says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Envelope {
    /// Kind of PDU.
    pub pdu_type: PduType,
    /// Procedure code.
    pub procedure_code: u8,
    /// Criticality of the procedure, as received.
    pub criticality: Criticality,
}

/// A PDU that is not to be acted on.
pub struct Refusal<'a, P: ApplicationProtocol> {
    /// Why.
    pub kind: FailureKind,
    /// The PDU, where the octets are one.
    pub pdu: Option<(Envelope, GeneratedPdu<'a, P>)>,
}

impl<P: ApplicationProtocol> Refusal<'_, P> {
    fn transfer_syntax(why: impl ToString) -> Self {
        let why = why.to_string();
        Self {
            kind: FailureKind::TransferSyntax { why },
            pdu: None,
        }
    }
}

/// The generated PDU of the octets, and its envelope.
///
/// # Errors
/// Octets that are no PDU, or more than are read.
pub fn any_message<P: ApplicationProtocol>(octets: &[u8]) -> Result<(Envelope, GeneratedPdu<'_, P>), String> {
    if octets.len() > P::MAX_PDU_OCTETS {
        return Err(format!(
            "{} octets, at most {} are read",
            octets.len(),
            P::MAX_PDU_OCTETS
        ));
    }
    let pdu: GeneratedPdu<'_, P> = aper::decode(octets).map_err(|error| error.to_string())?;
    let envelope = envelope::<P>(&pdu).ok_or("a kind of PDU that Release 19 does not have")?;
    Ok((envelope, pdu))
}

/// What the envelope of a generated PDU says; `None` for a kind of PDU that Release 19 does not have.
#[must_use]
pub fn envelope<P: ApplicationProtocol>(pdu: &GeneratedPdu<'_, P>) -> Option<Envelope> {
    let criticality: aper::Criticality = pdu.criticality().into();
    Some(Envelope {
        pdu_type: PduType::of_direction(pdu.direction())?,
        procedure_code: pdu.procedure_code(),
        criticality: criticality.into(),
    })
}

/// Decodes a PDU: one SCTP user message.
///
/// Octet strings are borrowed from `octets`, except the fragmented ones of 16384 octets or more.
///
/// # Errors
/// Octets that are no PDU, or a message that is not to be acted on (TS 38.413 10.2, 10.3).
pub fn decode<'a, M: Pdus<'a>>(octets: &'a [u8]) -> Result<Decoded<M>, Refusal<'a, M::Protocol>> {
    let (envelope, pdu) = any_message::<M::Protocol>(octets).map_err(Refusal::transfer_syntax)?;
    if !M::modelled(key(envelope.pdu_type, envelope.procedure_code)) {
        return Ok(Decoded {
            pdu: M::other(envelope),
            faults: Vec::new(),
        });
    }
    let read = match pdu.value().as_borrowed() {
        Some(value) => fields::<M::Protocol>(value).map(|fields| {
            let ies = fields.iter().enumerate().map(|(position, field)| {
                let source = match field.value().as_borrowed() {
                    Some(octets) => Source::Borrowed(octets),
                    None => Source::Copied(field.value().as_slice()),
                };
                ie_of::<M::Protocol>(position, field, source)
            });
            assemble::<M>(envelope, &pdu, ies)
        }),
        None => fields::<M::Protocol>(pdu.value().as_slice()).map(|fields| {
            let ies = fields.iter().enumerate().map(|(position, field)| {
                ie_of::<M::Protocol>(position, field, Source::Copied(field.value().as_slice()))
            });
            assemble::<M>(envelope, &pdu, ies)
        }),
    };
    let (message, faults) = read.map_err(Refusal::transfer_syntax)?;
    match message {
        Some(message) if faults.iter().all(|fault| fault.fatal().is_none()) => {
            Ok(Decoded { pdu: message, faults })
        }
        _ => Err(Refusal {
            kind: FailureKind::AbstractSyntax {
                procedure_code: envelope.procedure_code,
                pdu_type: envelope.pdu_type,
                faults,
            },
            pdu: Some((envelope, pdu)),
        }),
    }
}

/// Reads the IEs into the message, and judges what is wrong with them.
fn assemble<'a, 'b, M: Pdus<'a>>(
    envelope: Envelope,
    pdu: &GeneratedPdu<'_, M::Protocol>,
    ies: impl Iterator<Item = Ie<'a, 'b>>,
) -> (Option<M>, Vec<Fault>) {
    let mut intake = Intake::new();
    let message = M::take(key(envelope.pdu_type, envelope.procedure_code), ies, &mut intake);
    if !message
        .as_ref()
        .is_some_and(|message| message.other_ies().0.is_empty())
    {
        judge_others::<M::Protocol>(pdu, &mut intake.faults);
    }
    (message, intake.faults)
}

fn fields<P: ApplicationProtocol>(message: &[u8]) -> Result<Vec<GeneratedField<'_, P>>, String> {
    let fields = P::fields(message).map_err(|error| error.to_string())?;
    if fields.len() > P::MAX_IES {
        return Err(format!("{} IEs, at most {} are read", fields.len(), P::MAX_IES));
    }
    Ok(fields)
}

fn ie_of<'a, 'b, P: ApplicationProtocol>(
    position: usize,
    field: &GeneratedField<'_, P>,
    source: Source<'a, 'b>,
) -> Ie<'a, 'b> {
    let criticality: aper::Criticality = field.criticality().into();
    Ie {
        id: field.id(),
        criticality: criticality.into(),
        // At most MAX_IES.
        position: position as u16,
        source,
    }
}

/// Appends a PDU, aligned PER.
///
/// # Errors
/// A value outside its range, or a message without a struct. `out` is as it was then.
pub fn encode<'a, M: Pdus<'a>>(
    message: &M,
    name: &'static str,
    pdu_type: PduType,
    procedure_code: u8,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let refused = |error: aper::Error| EncodeError::refused(name, &error);
    let (criticality, fields) = message.give()?;
    let fields = fields
        .into_iter()
        .map(|field| M::Protocol::field(field.id, field.criticality, Octets::owned(field.octets)));
    let value = M::Protocol::message(fields.collect()).map_err(refused)?;
    let pdu = M::Protocol::pdu(pdu_type, procedure_code, criticality, value);
    let start = out.len();
    aper::encode_into(&pdu, out).map_err(|error| {
        out.truncate(start);
        refused(error)
    })
}

/// Defines the enumeration of a protocol's messages and its dispatch:
/// `pdus!(marker, Enumeration, "documentation"; messages)`. The messages are structs of the crate's module `message`, a
/// message without a struct is the crate's `Other`, made from an [`Envelope`].
#[macro_export]
macro_rules! pdus {
    ($protocol:ty, $(#[$doc:meta])* $pdu:ident; $($name:ident,)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $pdu<'a> {
            $(
                #[doc = concat!("See [`", stringify!($name), "`](message::", stringify!($name), ").")]
                $name(message::$name<'a>),
            )*
            /// Any other message.
            Other(Other),
        }

        impl<'a> $pdu<'a> {
            /// The specification's name of the message; of one without a struct see [`Other::name`].
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => message::$name::NAME,)*
                    Self::Other(other) => other.name(),
                }
            }

            /// Kind of PDU.
            #[must_use]
            pub fn pdu_type(&self) -> $crate::PduType {
                match self {
                    $(Self::$name(_) => message::$name::PDU_TYPE,)*
                    Self::Other(other) => other.pdu_type,
                }
            }

            /// Procedure code.
            #[must_use]
            pub fn procedure_code(&self) -> u8 {
                match self {
                    $(Self::$name(_) => message::$name::PROCEDURE_CODE,)*
                    Self::Other(other) => other.procedure_code,
                }
            }

            /// The IEs that the message's struct has no field for.
            #[must_use]
            pub fn other_ies(&self) -> &$crate::OtherIes<'a> {
                const NONE: &$crate::OtherIes<'static> = &$crate::OtherIes(Vec::new());
                match self {
                    $(Self::$name(message) => &message.other_ies,)*
                    Self::Other(_) => NONE,
                }
            }

            /// Appends the PDU, aligned PER.
            ///
            /// # Errors
            /// A value outside its range, or [`Other`], which has no content. `out` is as it was then.
            pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), $crate::EncodeError> {
                $crate::encode(self, self.name(), self.pdu_type(), self.procedure_code(), out)
            }
        }

        impl<'a> $crate::Pdus<'a> for $pdu<'a> {
            type Protocol = $protocol;

            fn modelled(key: u16) -> bool {
                $(key == <message::$name<'static> as $crate::Message<'static>>::KEY ||)* false
            }

            fn take<'b>(
                key: u16,
                ies: impl Iterator<Item = $crate::Ie<'a, 'b>>,
                intake: &mut $crate::Intake<'a>,
            ) -> Option<Self> {
                $(if key == <message::$name<'a> as $crate::Message<'a>>::KEY {
                    return <message::$name<'a> as $crate::Message<'a>>::take(ies, intake).map(Self::$name);
                })*
                None
            }

            fn other(envelope: $crate::Envelope) -> Self {
                Self::Other(Other::from(envelope))
            }

            fn other_ies(&self) -> &$crate::OtherIes<'a> {
                self.other_ies()
            }

            fn give(&self) -> Result<($crate::Criticality, Vec<$crate::Field>), $crate::EncodeError> {
                match self {
                    $(Self::$name(message) => Ok((
                        <message::$name<'a> as $crate::Message<'a>>::CRITICALITY,
                        $crate::Message::give(message)?,
                    )),)*
                    Self::Other(_) => Err($crate::EncodeError::Value { what: "a message without a struct" }),
                }
            }
        }

        /// The specification's name of a message that has a struct.
        pub(crate) fn name_of(key: u16) -> Option<&'static str> {
            $(if key == <message::$name<'static> as $crate::Message<'static>>::KEY {
                return Some(message::$name::NAME);
            })*
            None
        }

        $(
            impl<'a> From<message::$name<'a>> for $pdu<'a> {
                fn from(message: message::$name<'a>) -> Self {
                    Self::$name(message)
                }
            }
        )*
    };
}
