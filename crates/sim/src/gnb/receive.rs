//! NGAP from the gNB's side (TS 38.413 8): what each message of the AMF is for, and what a faulty one is answered.

use super::event::GnbEvent;
use super::{Gnb, Ng};
use quintet_ngap::message::{AmfConfigurationUpdateAcknowledge, DownlinkNasTransport, ErrorIndication};
use quintet_ngap::transport::COMMON_STREAM;
use quintet_ngap::{Answer, Cause, DecodeFailure, NgapPdu, Other};
use std::time::Duration;

impl Gnb {
    /// A message of the AMF. Its stream does not matter to the receiver.
    pub fn handle_message(&mut self, now: Duration, _stream: u16, payload: &[u8]) {
        if self.ng == Ng::Down {
            return;
        }
        match NgapPdu::decode(payload) {
            Ok(decoded) => self.received(now, decoded.pdu),
            Err(failure) => self.undecodable(&failure),
        }
    }

    fn received(&mut self, now: Duration, pdu: NgapPdu<'_>) {
        match pdu {
            NgapPdu::DownlinkNasTransport(m) => self.downlink_transport(now, &m),
            NgapPdu::InitialContextSetupRequest(m) => self.set_up_context(now, &m),
            NgapPdu::UeContextReleaseCommand(m) => self.release_command(now, &m),
            NgapPdu::Paging(m) => self.paging(now, &m),
            NgapPdu::NgSetupResponse(m) => self.is_set_up(m.amf_name.into_owned()),
            NgapPdu::NgSetupFailure(m) => self.setup_failed(now, &m),
            NgapPdu::NgReset(m) => self.reset_received(now, &m),
            NgapPdu::ErrorIndication(m) => self.error_indicated(now, &m),
            NgapPdu::OverloadStart(m) => {
                self.overload = m.amf_overload_response;
                self.event(GnbEvent::Overload(self.overload));
            }
            NgapPdu::OverloadStop(_) => {
                self.overload = None;
                self.event(GnbEvent::Overload(None));
            }
            NgapPdu::AmfConfigurationUpdate(_) => {
                self.send(COMMON_STREAM, &AmfConfigurationUpdateAcknowledge::new().into());
            }
            NgapPdu::UeContextModificationRequest(m) => self.modify_context(&m),
            NgapPdu::PduSessionResourceSetupRequest(m) => self.set_up_sessions(now, &m),
            NgapPdu::PduSessionResourceReleaseCommand(m) => self.release_sessions(now, &m),
            NgapPdu::PduSessionResourceModifyRequest(m) => self.modify_sessions(now, &m),
            NgapPdu::RerouteNasRequest(m) => self.rerouted(now, &m),
            NgapPdu::AmfStatusIndication(m) => {
                self.event(GnbEvent::AmfStatus(m.unavailable_guami_list.len()));
            }
            // What ends something of the gNB's own, and wants nothing more.
            NgapPdu::NgResetAcknowledge(_)
            | NgapPdu::RanConfigurationUpdateAcknowledge(_)
            | NgapPdu::RanConfigurationUpdateFailure(_)
            | NgapPdu::PathSwitchRequestAcknowledge(_)
            | NgapPdu::PathSwitchRequestFailure(_) => {}
            NgapPdu::Other(other) => self.unknown_procedure(&other),
            pdu => self.fault(
                Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,
                pdu.name().to_owned(),
            ),
        }
    }

    /// DOWNLINK NAS TRANSPORT (TS 38.413 8.6.2).
    fn downlink_transport(&mut self, now: Duration, message: &DownlinkNasTransport<'_>) {
        let (amf, ran) = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        match self.connection_of(amf, ran) {
            Some(Some(ue)) => self.downlink(now, ue, message.nas_pdu.to_vec()),
            Some(None) => self.not_delivered(amf, ran, &message.nas_pdu),
            None => {}
        }
    }

    /// A procedure the gNB does not know (TS 38.413 10.3.4.1).
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
            indication.amf_ue_ngap_id = failure.amf_ue_ngap_id;
            indication.ran_ue_ngap_id = failure.ran_ue_ngap_id;
            indication.cause = Some(failure.cause);
            indication
                .criticality_diagnostics
                .clone_from(&failure.diagnostics);
            self.send(COMMON_STREAM, &indication.into());
        }
        self.event(GnbEvent::Fault {
            cause: Some(failure.cause),
            what: failure.to_string(),
        });
    }

    fn fault(&mut self, cause: Cause, what: String) {
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        self.send(COMMON_STREAM, &indication.into());
        self.event(GnbEvent::Fault {
            cause: Some(cause),
            what,
        });
    }
}
