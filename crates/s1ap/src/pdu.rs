//! The PDU: one of the messages, or one that is not modelled (TS 36.413 9.3.2).

use crate::container::{Ie, Intake};
use crate::failure::{DecodeFailure, Fault};
use crate::limits::{MAX_IES, MAX_PDU_OCTETS};
use crate::message::{self, Message};
use crate::value::{EncodeError, Source};
use crate::{Criticality, IeDiagnostics, PduType};
use oxirush_s1ap::s1ap as asn1;

mod answer;

/// A message that has no struct: its procedure is one this crate leaves out, or one that Release 19 does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Other {
    /// Procedure code.
    pub procedure_code: u8,
    /// Kind of PDU.
    pub pdu_type: PduType,
    /// Criticality of the procedure as received: what to do about a procedure that is not comprehended
    /// ([`Other::answer`]).
    pub criticality: Criticality,
}

/// A PDU that was understood, and what was odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The message.
    pub pdu: S1apPdu<'a>,
    /// What does not keep the receiver from acting on it.
    pub faults: Vec<Fault>,
}

impl Decoded<'_> {
    /// The items of Criticality Diagnostics that the receiver owes the sender although it acts on the message: IEs of
    /// criticality notify that it did not understand (TS 36.413 10.3.4.2, 10.3.5). In the procedure's answer, or in an ERROR
    /// INDICATION with [`Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY`](crate::Cause) where it has none.
    #[must_use]
    pub fn notices(&self) -> Vec<IeDiagnostics> {
        self.faults.iter().filter_map(Fault::diagnostics).collect()
    }
}

/// Defines [`S1apPdu`] and its dispatch.
macro_rules! pdus {
    ($($name:ident,)*) => {
        /// A message between an MME and an eNB.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum S1apPdu<'a> {
            $(
                #[doc = concat!("See [`", stringify!($name), "`](message::", stringify!($name), ").")]
                $name(message::$name<'a>),
            )*
            /// Any other message.
            Other(Other),
        }

        impl<'a> S1apPdu<'a> {
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
            pub fn pdu_type(&self) -> PduType {
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
            pub fn other_ies(&self) -> &crate::OtherIes<'a> {
                const NONE: &crate::OtherIes<'static> = &crate::OtherIes(Vec::new());
                match self {
                    $(Self::$name(message) => &message.other_ies,)*
                    Self::Other(_) => NONE,
                }
            }

            fn take<'b>(
                key: u16,
                ies: impl Iterator<Item = Ie<'a, 'b>>,
                intake: &mut Intake<'a>,
            ) -> Option<Self> {
                $(if key == <message::$name<'a> as Message<'a>>::KEY {
                    return <message::$name<'a> as Message<'a>>::take(ies, intake).map(Self::$name);
                })*
                None
            }

            fn give(&self) -> Result<(Criticality, Vec<crate::container::Field>), EncodeError> {
                match self {
                    $(Self::$name(message) => {
                        Ok((<message::$name<'a> as Message<'a>>::CRITICALITY, message.give()?))
                    })*
                    Self::Other(_) => Err(EncodeError::Value { what: "a message without a struct" }),
                }
            }
        }

        /// The specification's name of a message that has a struct.
        pub(crate) fn name_of(key: u16) -> Option<&'static str> {
            $(if key == <message::$name<'static> as Message<'static>>::KEY {
                return Some(message::$name::NAME);
            })*
            None
        }

        /// Whether a message has a struct.
        const fn modelled(key: u16) -> bool {
            $(key == <message::$name<'static> as Message<'static>>::KEY ||)* false
        }

        $(
            impl<'a> From<message::$name<'a>> for S1apPdu<'a> {
                fn from(message: message::$name<'a>) -> Self {
                    Self::$name(message)
                }
            }
        )*
    };
}

pdus! {
    UplinkNasTransport, DownlinkNasTransport, InitialUeMessage, NasNonDeliveryIndication,
    InitialContextSetupRequest, InitialContextSetupResponse, InitialContextSetupFailure,
    UeContextReleaseRequest, UeContextReleaseCommand, UeContextReleaseComplete,
    UeContextModificationRequest, UeContextModificationResponse, UeContextModificationFailure,
    UeCapabilityInfoIndication,
    Paging,
    ErabSetupRequest, ErabSetupResponse, ErabReleaseCommand, ErabReleaseResponse,
    PathSwitchRequest, PathSwitchRequestAcknowledge, PathSwitchRequestFailure,
    S1SetupRequest, S1SetupResponse, S1SetupFailure,
    EnbConfigurationUpdate, EnbConfigurationUpdateAcknowledge, EnbConfigurationUpdateFailure,
    MmeConfigurationUpdate, MmeConfigurationUpdateAcknowledge, MmeConfigurationUpdateFailure,
    Reset, ResetAcknowledge, ErrorIndication,
    OverloadStart, OverloadStop,
}

/// What a PDU's envelope says.
pub(crate) struct Envelope<'p, 'a> {
    pub(crate) pdu_type: PduType,
    pub(crate) procedure_code: u8,
    pub(crate) criticality: Criticality,
    value: &'p oxirush_s1ap::Octets<'a>,
}

pub(crate) fn envelope<'p, 'a>(pdu: &'p asn1::S1APPDU<'a>) -> Option<Envelope<'p, 'a>> {
    let (pdu_type, code, criticality, value) = match pdu {
        asn1::S1APPDU::initiatingMessage(m) => (
            PduType::InitiatingMessage,
            m.procedure_code.0,
            m.criticality,
            &m.value,
        ),
        asn1::S1APPDU::successfulOutcome(m) => (
            PduType::SuccessfulOutcome,
            m.procedure_code.0,
            m.criticality,
            &m.value,
        ),
        asn1::S1APPDU::unsuccessfulOutcome(m) => (
            PduType::UnsuccessfulOutcome,
            m.procedure_code.0,
            m.criticality,
            &m.value,
        ),
        _ => return None,
    };
    Some(Envelope {
        pdu_type,
        procedure_code: code,
        criticality: Criticality::of_asn1(criticality),
        value,
    })
}

/// Every message but the private one is a sequence of one container, so the type of any of them reads them all.
type AnyMessage<'a> = asn1::InitialUEMessage<'a>;

impl<'a> S1apPdu<'a> {
    /// Decodes a PDU: one SCTP user message.
    ///
    /// NAS-PDUs and other octet strings are borrowed from `octets`, except the fragmented ones of 16384 octets or more.
    ///
    /// # Errors
    /// What the receiver does instead of acting on it (TS 36.413 10.2, 10.3).
    pub fn decode(octets: &'a [u8]) -> Result<Decoded<'a>, DecodeFailure> {
        if octets.len() > MAX_PDU_OCTETS {
            return Err(DecodeFailure::too_long(octets.len()));
        }
        let pdu = asn1::S1APPDU::decode_borrowed(octets)
            .map_err(|error| DecodeFailure::transfer_syntax(error.to_string()))?;
        let Some(header) = envelope(&pdu) else {
            return Err(DecodeFailure::unknown_kind());
        };
        if !modelled(message::key(header.pdu_type, header.procedure_code)) {
            return Ok(Decoded {
                pdu: Self::Other(Other {
                    procedure_code: header.procedure_code,
                    pdu_type: header.pdu_type,
                    criticality: header.criticality,
                }),
                faults: Vec::new(),
            });
        }
        match header.value.as_borrowed() {
            Some(value) => {
                let message = any_message(value)?;
                let ies = message.protocol_ies.0.iter().enumerate().map(|(position, ie)| {
                    let source = match ie.value.as_borrowed() {
                        Some(octets) => Source::Borrowed(octets),
                        None => Source::Copied(ie.value.as_slice()),
                    };
                    ie_of(position, ie, source)
                });
                Self::assemble(&pdu, &header, ies)
            }
            None => {
                let message = any_message(header.value.as_slice())?;
                let ies = message
                    .protocol_ies
                    .0
                    .iter()
                    .enumerate()
                    .map(|(position, ie)| ie_of(position, ie, Source::Copied(ie.value.as_slice())));
                Self::assemble(&pdu, &header, ies)
            }
        }
    }

    /// Reads the IEs into the message, and judges what is wrong with them.
    fn assemble<'b>(
        pdu: &asn1::S1APPDU<'_>,
        header: &Envelope<'_, '_>,
        ies: impl Iterator<Item = Ie<'a, 'b>>,
    ) -> Result<Decoded<'a>, DecodeFailure> {
        let mut intake = Intake::new();
        let key = message::key(header.pdu_type, header.procedure_code);
        let message = Self::take(key, ies, &mut intake);
        answer::judge_others(pdu, &mut intake, message.as_ref());
        let faults = intake.faults;
        match message {
            Some(message) if faults.iter().all(|fault| fault.fatal().is_none()) => {
                Ok(Decoded { pdu: message, faults })
            }
            _ => Err(answer::failure(pdu, header, faults)),
        }
    }

    /// Appends the PDU, aligned PER.
    ///
    /// # Errors
    /// A value outside its range, or [`S1apPdu::Other`], which has no content. `out` is as it was then.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let refused = |error: oxirush_s1ap::Error| EncodeError::refused(self.name(), &error);
        let (criticality, ies) = self.give()?;
        let message = AnyMessage::new(asn1::ProtocolIEContainer(ies));
        let value = asn1::encode_open_type(&message).map_err(refused)?;
        generated(self.pdu_type(), self.procedure_code(), criticality, value)
            .encode_into(out)
            .map_err(refused)
    }
}

/// The generated PDU with this envelope.
fn generated(
    pdu_type: PduType,
    procedure_code: u8,
    criticality: Criticality,
    value: oxirush_s1ap::Octets<'_>,
) -> asn1::S1APPDU<'_> {
    let procedure_code = asn1::ProcedureCode(procedure_code);
    let criticality = criticality.asn1();
    match pdu_type {
        PduType::InitiatingMessage => asn1::S1APPDU::initiatingMessage(asn1::InitiatingMessage {
            procedure_code,
            criticality,
            value,
        }),
        PduType::SuccessfulOutcome => asn1::S1APPDU::successfulOutcome(asn1::SuccessfulOutcome {
            procedure_code,
            criticality,
            value,
        }),
        PduType::UnsuccessfulOutcome => asn1::S1APPDU::unsuccessfulOutcome(asn1::UnsuccessfulOutcome {
            procedure_code,
            criticality,
            value,
        }),
    }
}

impl Other {
    /// The ASN.1's name of the message (`HandoverRequired`); of a procedure that Release 19 does not have, what the
    /// generated layer says of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        generated(
            self.pdu_type,
            self.procedure_code,
            self.criticality,
            oxirush_s1ap::Octets::from(&[][..]),
        )
        .procedure_name()
    }
}

fn any_message(value: &[u8]) -> Result<AnyMessage<'_>, DecodeFailure> {
    let message: AnyMessage<'_> =
        asn1::decode_open_type(value).map_err(|error| DecodeFailure::transfer_syntax(error.to_string()))?;
    let ies = message.protocol_ies.0.len();
    if ies > MAX_IES {
        return Err(DecodeFailure::transfer_syntax(format!(
            "{ies} IEs, at most {MAX_IES} are read"
        )));
    }
    Ok(message)
}

fn ie_of<'a, 'b>(position: usize, ie: &asn1::ProtocolIEField<'_>, source: Source<'a, 'b>) -> Ie<'a, 'b> {
    Ie {
        id: ie.id.0,
        criticality: Criticality::of_asn1(ie.criticality),
        // At most MAX_IES.
        position: position as u16,
        source,
    }
}
