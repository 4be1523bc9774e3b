//! The PDU: one of the messages, or one that is not modelled (TS 36.413 9.3.2).

use crate::failure::DecodeFailure;
use crate::{Criticality, PduType, S1ap, message};
use quintet_ap::{ApplicationProtocol, Envelope, pdus};

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
pub type Decoded<'a> = quintet_ap::Decoded<S1apPdu<'a>>;

pdus! { S1ap,
    /// A message between an MME and an eNB.
    S1apPdu;
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

impl<'a> S1apPdu<'a> {
    /// Decodes a PDU: one SCTP user message.
    ///
    /// NAS-PDUs and other octet strings are borrowed from `octets`, except the fragmented ones of 16384 octets or more.
    ///
    /// # Errors
    /// What the receiver does instead of acting on it (TS 36.413 10.2, 10.3).
    pub fn decode(octets: &'a [u8]) -> Result<Decoded<'a>, DecodeFailure> {
        quintet_ap::decode(octets).map_err(answer::failure)
    }
}

impl From<Envelope> for Other {
    fn from(envelope: Envelope) -> Self {
        Self {
            procedure_code: envelope.procedure_code,
            pdu_type: envelope.pdu_type,
            criticality: envelope.criticality,
        }
    }
}

impl Other {
    /// The ASN.1's name of the message (`HandoverRequired`); of a procedure that Release 19 does not have, what the
    /// generated layer says of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let empty = oxirush_s1ap::Octets::from(&[][..]);
        S1ap::message_name(&S1ap::pdu(
            self.pdu_type,
            self.procedure_code,
            self.criticality,
            empty,
        ))
    }
}
