//! S1AP from the eNB's side (TS 36.413 8): what each message of the MME is for, and what a faulty one is answered.

use super::event::EnbEvent;
use super::{Enb, S1};
use quintet_s1ap::message::{DownlinkNasTransport, ErrorIndication, MmeConfigurationUpdateAcknowledge};
use quintet_s1ap::transport::COMMON_STREAM;
use quintet_s1ap::{Answer, Cause, DecodeFailure, Other, S1apPdu};
use std::time::Duration;

impl Enb {
    /// A message of the MME. Its stream does not matter to the receiver.
    pub fn handle_message(&mut self, now: Duration, _stream: u16, payload: &[u8]) {
        if self.s1 == S1::Down {
            return;
        }
        match S1apPdu::decode(payload) {
            Ok(decoded) => self.received(now, decoded.pdu),
            Err(failure) => self.undecodable(&failure),
        }
    }

    fn received(&mut self, now: Duration, pdu: S1apPdu<'_>) {
        match pdu {
            S1apPdu::DownlinkNasTransport(m) => self.downlink_transport(now, &m),
            S1apPdu::InitialContextSetupRequest(m) => self.set_up_context(now, &m),
            S1apPdu::UeContextReleaseCommand(m) => self.release_command(now, &m),
            S1apPdu::Paging(m) => self.paging(now, &m),
            S1apPdu::S1SetupResponse(m) => self.is_set_up(m.mme_name.map(|name| name.into_owned())),
            S1apPdu::S1SetupFailure(m) => self.setup_failed(now, &m),
            S1apPdu::Reset(m) => self.reset_received(now, &m),
            S1apPdu::ErrorIndication(m) => self.error_indicated(now, &m),
            S1apPdu::OverloadStart(m) => {
                self.overload = Some(m.overload_response);
                self.event(EnbEvent::Overload(self.overload));
            }
            S1apPdu::OverloadStop(_) => {
                self.overload = None;
                self.event(EnbEvent::Overload(None));
            }
            S1apPdu::MmeConfigurationUpdate(_) => {
                self.send(COMMON_STREAM, &MmeConfigurationUpdateAcknowledge::new().into());
            }
            S1apPdu::UeContextModificationRequest(m) => self.modify_context(&m),
            // What ends something of the eNB's own, and wants nothing more.
            S1apPdu::ResetAcknowledge(_)
            | S1apPdu::EnbConfigurationUpdateAcknowledge(_)
            | S1apPdu::EnbConfigurationUpdateFailure(_)
            | S1apPdu::PathSwitchRequestAcknowledge(_)
            | S1apPdu::PathSwitchRequestFailure(_) => {}
            S1apPdu::Other(other) => self.unknown_procedure(&other),
            pdu => self.fault(
                Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,
                pdu.name().to_owned(),
            ),
        }
    }

    /// DOWNLINK NAS TRANSPORT (TS 36.413 8.6.2.2).
    fn downlink_transport(&mut self, now: Duration, message: &DownlinkNasTransport<'_>) {
        let (mme, enb) = (message.mme_ue_s1ap_id, message.enb_ue_s1ap_id);
        match self.connection_of(mme, enb) {
            Some(Some(ue)) => self.downlink(now, ue, message.nas_pdu.to_vec()),
            Some(None) => self.not_delivered(mme, enb, &message.nas_pdu),
            None => {}
        }
    }

    /// A procedure the eNB does not know (TS 36.413 10.3.4.1).
    fn unknown_procedure(&mut self, other: &Other) {
        let Some((cause, diagnostics)) = other.answer() else {
            return;
        };
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        indication.criticality_diagnostics = Some(diagnostics);
        self.send(COMMON_STREAM, &indication.into());
    }

    fn undecodable(&mut self, failure: &DecodeFailure) {
        if failure.answer != Answer::LocalErrorHandling {
            let mut indication = ErrorIndication::new();
            indication.mme_ue_s1ap_id = failure.mme_ue_s1ap_id;
            indication.enb_ue_s1ap_id = failure.enb_ue_s1ap_id;
            indication.cause = Some(failure.cause);
            indication
                .criticality_diagnostics
                .clone_from(&failure.diagnostics);
            self.send(COMMON_STREAM, &indication.into());
        }
        self.event(EnbEvent::Fault {
            cause: Some(failure.cause),
            what: failure.to_string(),
        });
    }

    fn fault(&mut self, cause: Cause, what: String) {
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        self.send(COMMON_STREAM, &indication.into());
        self.event(EnbEvent::Fault {
            cause: Some(cause),
            what,
        });
    }
}
