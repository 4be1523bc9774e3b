//! The PDU: one of the messages, or one that is not modelled (TS 38.413 9.4.3).

use crate::failure::DecodeFailure;
use crate::{Criticality, Ngap, PduType, message};
use quintet_ap::{ApplicationProtocol, Envelope, pdus};

mod answer;

/// A message that has no struct: its procedure is one this crate leaves out (handovers, traces, warnings, positioning,
/// multicast), or one that Release 19 does not have.
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
pub type Decoded<'a> = quintet_ap::Decoded<NgapPdu<'a>>;

pdus! { Ngap,
    /// A message between an AMF and an NG-RAN node.
    NgapPdu;
    UplinkNasTransport, DownlinkNasTransport, InitialUeMessage, NasNonDeliveryIndication, RerouteNasRequest,
    InitialContextSetupRequest, InitialContextSetupResponse, InitialContextSetupFailure,
    UeContextReleaseRequest, UeContextReleaseCommand, UeContextReleaseComplete,
    UeContextModificationRequest, UeContextModificationResponse, UeContextModificationFailure,
    UeRadioCapabilityInfoIndication,
    Paging,
    PduSessionResourceSetupRequest, PduSessionResourceSetupResponse,
    PduSessionResourceReleaseCommand, PduSessionResourceReleaseResponse,
    PduSessionResourceModifyRequest, PduSessionResourceModifyResponse,
    PathSwitchRequest, PathSwitchRequestAcknowledge, PathSwitchRequestFailure,
    NgSetupRequest, NgSetupResponse, NgSetupFailure,
    RanConfigurationUpdate, RanConfigurationUpdateAcknowledge, RanConfigurationUpdateFailure,
    AmfConfigurationUpdate, AmfConfigurationUpdateAcknowledge, AmfConfigurationUpdateFailure,
    AmfStatusIndication, OverloadStart, OverloadStop,
    NgReset, NgResetAcknowledge, ErrorIndication,
}

impl<'a> NgapPdu<'a> {
    /// Decodes a PDU: one SCTP user message.
    ///
    /// NAS-PDUs and other octet strings are borrowed from `octets`, except the fragmented ones of 16384 octets or more.
    ///
    /// # Errors
    /// What the receiver does instead of acting on it (TS 38.413 10.2, 10.3).
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
    /// The ASN.1's name of the procedure (`HandoverPreparation`); of a procedure that Release 19 does not have, what the
    /// generated layer says of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let empty = oxirush_ngap::Octets::from(&[][..]);
        Ngap::message_name(&Ngap::pdu(
            self.pdu_type,
            self.procedure_code,
            self.criticality,
            empty,
        ))
    }
}
