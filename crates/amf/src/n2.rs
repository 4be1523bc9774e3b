//! NGAP from the AMF's side (TS 38.413 8): what each message is for, and what a faulty one is answered.
//!
//! A gNB can only reach connections of its own association: an identity of another one's is as good as unknown.

mod fault;
mod reset;
mod setup;
mod ue;

use crate::amf::Amf;
use crate::event::{AmfEvent, N2Discard, N2Disposition};
use quintet_fgmm::network::At;
use quintet_ngap::{Cause, NgapPdu, PPID};
use quintet_sctp::{AssociationId, Message};

impl Amf {
    /// A message of a gNB.
    pub fn n2_message(&mut self, at: At, association: AssociationId, message: &Message) -> N2Disposition {
        self.counters.n2_received += 1;
        let disposition = self.n2_received(at, association, message);
        if matches!(disposition, N2Disposition::Silent(_) | N2Disposition::Replied(_)) {
            self.counters.n2_faulty += 1;
            self.report(|| AmfEvent::N2 {
                association,
                disposition,
                why: match NgapPdu::decode(&message.payload) {
                    Ok(decoded) => decoded.pdu.name().to_owned(),
                    Err(failure) => failure.to_string(),
                },
            });
        }
        disposition
    }

    fn n2_received(&mut self, at: At, association: AssociationId, message: &Message) -> N2Disposition {
        let Some(gnb) = self.gnbs.get(association) else {
            return N2Disposition::Silent(N2Discard::NoAssociation);
        };
        if message.ppid != PPID {
            return N2Disposition::Silent(N2Discard::PayloadProtocol);
        }
        let decoded = match NgapPdu::decode(&message.payload) {
            Ok(decoded) => decoded,
            Err(failure) => return self.undecodable(at, association, &failure),
        };
        // Nothing but the setup, and its recovery, is allowed before the setup (TS 38.413 8.7.1.1).
        let early = matches!(
            decoded.pdu,
            NgapPdu::NgSetupRequest(_) | NgapPdu::NgReset(_) | NgapPdu::ErrorIndication(_)
        );
        if gnb.setup.is_none() && !early {
            let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
            return self.error_indication(association, cause);
        }
        let notices = match decoded.pdu {
            NgapPdu::ErrorIndication(_) => Vec::new(),
            _ => decoded.notices(),
        };
        let (code, pdu_type) = (decoded.pdu.procedure_code(), decoded.pdu.pdu_type());
        let disposition = self.n2_act(at, association, message.stream, decoded.pdu);
        if !notices.is_empty() {
            self.notify(association, (code, pdu_type), notices);
        }
        disposition
    }

    fn n2_act(&mut self, at: At, association: AssociationId, stream: u16, pdu: NgapPdu<'_>) -> N2Disposition {
        match pdu {
            NgapPdu::UplinkNasTransport(m) => self.uplink_nas_transport(at, association, &m),
            NgapPdu::InitialUeMessage(m) => self.initial_ue_message(at, association, stream, &m),
            NgapPdu::InitialContextSetupResponse(m) => self.context_setup_response(at, association, &m),
            NgapPdu::InitialContextSetupFailure(m) => self.context_setup_failure(at, association, &m),
            NgapPdu::UeContextReleaseRequest(m) => self.release_request(at, association, &m),
            NgapPdu::UeContextReleaseComplete(m) => self.release_complete(at, association, &m),
            NgapPdu::NasNonDeliveryIndication(m) => self.nas_non_delivery(at, association, &m),
            NgapPdu::PduSessionResourceSetupResponse(m) => self.resource_setup_response(at, association, &m),
            NgapPdu::NgSetupRequest(m) => self.ng_setup(at, association, &m),
            NgapPdu::RanConfigurationUpdate(m) => self.ran_configuration_update(association, &m),
            NgapPdu::NgReset(m) => self.reset_by_gnb(at, association, &m),
            NgapPdu::NgResetAcknowledge(_) => self.reset_acknowledged(association),
            NgapPdu::ErrorIndication(m) => self.error_indicated(at, association, &m),
            NgapPdu::PathSwitchRequest(m) => self.path_switch_request(association, &m),
            NgapPdu::Other(other) => self.unknown_procedure(association, &other),
            // The radio capability is not kept: every connection's gNB asks the UE itself.
            NgapPdu::UeRadioCapabilityInfoIndication(m) => {
                self.noted(at, association, (m.amf_ue_ngap_id, m.ran_ue_ngap_id))
            }
            // A new KgNB is taken, or the gNB goes on with the one it has (TS 38.413 8.3.4).
            NgapPdu::UeContextModificationResponse(m) => {
                self.noted(at, association, (m.amf_ue_ngap_id, m.ran_ue_ngap_id))
            }
            NgapPdu::UeContextModificationFailure(m) => {
                self.noted(at, association, (m.amf_ue_ngap_id, m.ran_ue_ngap_id))
            }
            NgapPdu::PduSessionResourceReleaseResponse(m) => {
                self.noted(at, association, (m.amf_ue_ngap_id, m.ran_ue_ngap_id))
            }
            // Answers to what this AMF does not ask for.
            NgapPdu::PduSessionResourceModifyResponse(_)
            | NgapPdu::AmfConfigurationUpdateAcknowledge(_)
            | NgapPdu::AmfConfigurationUpdateFailure(_) => N2Disposition::Silent(N2Discard::Unawaited),
            // What only an AMF sends.
            _ => self.error_indication(association, Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE),
        }
    }
}
