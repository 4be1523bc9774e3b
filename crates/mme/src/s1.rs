//! S1AP from the MME's side (TS 36.413 8): what each message is for, and what a faulty one is answered.
//!
//! An eNB can only reach connections of its own association: an identity of another one's is as good as unknown.

mod fault;
mod setup;
mod ue;

use crate::event::{MmeEvent, S1Discard, S1Disposition};
use crate::mme::{Cycle, Mme};
use quintet_diameter::Node;
use quintet_emm::network::At;
use quintet_s1ap::{Cause, PPID, S1apPdu};
use quintet_sctp::{AssociationId, Message};

impl Mme {
    /// A message of an eNB.
    pub fn s1_message(
        &mut self,
        at: At,
        node: &mut Node,
        association: AssociationId,
        message: &Message,
    ) -> S1Disposition {
        self.counters.s1_received += 1;
        let cycle = &mut Cycle { at, node };
        let disposition = self.s1_received(cycle, association, message);
        if matches!(disposition, S1Disposition::Silent(_) | S1Disposition::Replied(_)) {
            self.counters.s1_faulty += 1;
            self.report(|| MmeEvent::S1 {
                association,
                disposition,
                why: match S1apPdu::decode(&message.payload) {
                    Ok(decoded) => decoded.pdu.name().to_owned(),
                    Err(failure) => failure.to_string(),
                },
            });
        }
        disposition
    }

    fn s1_received(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &Message,
    ) -> S1Disposition {
        let Some(enb) = self.enbs.get(association) else {
            return S1Disposition::Silent(S1Discard::NoAssociation);
        };
        if message.ppid != PPID {
            return S1Disposition::Silent(S1Discard::PayloadProtocol);
        }
        let decoded = match S1apPdu::decode(&message.payload) {
            Ok(decoded) => decoded,
            Err(failure) => return self.undecodable(cycle, association, &failure),
        };
        // Nothing but the setup, and its recovery, is allowed before the setup (TS 36.413 8.7.3.1).
        let early = matches!(
            decoded.pdu,
            S1apPdu::S1SetupRequest(_) | S1apPdu::Reset(_) | S1apPdu::ErrorIndication(_)
        );
        if enb.setup.is_none() && !early {
            let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
            return self.error_indication(association, cause);
        }
        let notices = match decoded.pdu {
            S1apPdu::ErrorIndication(_) => Vec::new(),
            _ => decoded.notices(),
        };
        let (code, pdu_type) = (decoded.pdu.procedure_code(), decoded.pdu.pdu_type());
        let disposition = self.s1_act(cycle, association, message.stream, decoded.pdu);
        if !notices.is_empty() {
            self.notify(association, (code, pdu_type), notices);
        }
        disposition
    }

    fn s1_act(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        stream: u16,
        pdu: S1apPdu<'_>,
    ) -> S1Disposition {
        match pdu {
            S1apPdu::UplinkNasTransport(m) => self.uplink_nas_transport(cycle, association, &m),
            S1apPdu::InitialUeMessage(m) => self.initial_ue_message(cycle, association, stream, &m),
            S1apPdu::InitialContextSetupResponse(m) => self.context_setup_response(cycle, association, &m),
            S1apPdu::InitialContextSetupFailure(m) => self.context_setup_failure(cycle, association, &m),
            S1apPdu::UeContextReleaseRequest(m) => self.release_request(cycle, association, &m),
            S1apPdu::UeContextReleaseComplete(m) => self.release_complete(cycle, association, &m),
            S1apPdu::NasNonDeliveryIndication(m) => self.nas_non_delivery(cycle, association, &m),
            // The radio capability is not kept: every connection's eNB asks the UE itself.
            S1apPdu::UeCapabilityInfoIndication(m) => {
                self.for_ue(cycle, association, m.mme_ue_s1ap_id, m.enb_ue_s1ap_id, |_, _| {
                    S1Disposition::Handled
                })
            }
            S1apPdu::S1SetupRequest(m) => self.s1_setup(cycle, association, &m),
            S1apPdu::EnbConfigurationUpdate(m) => self.enb_configuration_update(association, &m),
            S1apPdu::Reset(m) => self.reset(cycle, association, &m),
            S1apPdu::ErrorIndication(m) => self.error_indicated(cycle, association, &m),
            S1apPdu::PathSwitchRequest(m) => self.path_switch_request(association, &m),
            S1apPdu::Other(other) => self.unknown_procedure(association, &other),
            // A new KeNB is taken, or the eNB goes on with the one it has (TS 36.413 8.3.4).
            S1apPdu::UeContextModificationResponse(m) => {
                self.for_ue(cycle, association, m.mme_ue_s1ap_id, m.enb_ue_s1ap_id, |_, _| {
                    S1Disposition::Handled
                })
            }
            S1apPdu::UeContextModificationFailure(m) => {
                self.for_ue(cycle, association, m.mme_ue_s1ap_id, m.enb_ue_s1ap_id, |_, _| {
                    S1Disposition::Handled
                })
            }
            // Answers to what this MME does not ask for.
            S1apPdu::ErabSetupResponse(_)
            | S1apPdu::ErabReleaseResponse(_)
            | S1apPdu::MmeConfigurationUpdateAcknowledge(_)
            | S1apPdu::MmeConfigurationUpdateFailure(_)
            | S1apPdu::ResetAcknowledge(_) => S1Disposition::Silent(S1Discard::Unawaited),
            // What only an MME sends.
            _ => self.error_indication(association, Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE),
        }
    }
}
