//! NGAP from the gNB's side (TS 38.413 8): what each message of the AMF is for, and what a faulty one is answered.

use super::{Gnb, GnbEvent, Happening};
use quintet_ngap::message::{AmfConfigurationUpdateAcknowledge, NgReset, NgResetAcknowledge, Paging};
use quintet_ngap::transport::COMMON_STREAM;
use quintet_ngap::{Answer, DecodeFailure, NgapPdu, Other, ResetType};
use std::time::Duration;

impl Gnb {
    pub(super) fn receive(&mut self, now: Duration, payload: &[u8]) {
        match NgapPdu::decode(payload) {
            Ok(decoded) => self.received(now, decoded.pdu),
            Err(failure) => self.undecodable(&failure),
        }
    }

    fn received(&mut self, now: Duration, pdu: NgapPdu<'_>) {
        match pdu {
            NgapPdu::DownlinkNasTransport(m) => {
                self.downlink_transport(now, (m.amf_ue_ngap_id, m.ran_ue_ngap_id), &m.nas_pdu)
            }
            NgapPdu::InitialContextSetupRequest(m) => self.set_up_context(now, &m),
            NgapPdu::UeContextReleaseCommand(m) => self.release_command(now, &m),
            NgapPdu::Paging(m) => self.paging(now, &m),
            NgapPdu::NgSetupResponse(m) => self.is_set_up(Some(m.amf_name.into_owned())),
            NgapPdu::NgSetupFailure(m) => self.setup_failed(now, m.cause, m.time_to_wait),
            NgapPdu::NgReset(m) => self.reset_received(now, &m),
            NgapPdu::ErrorIndication(m) => self.error_indicated(now, m.ran_ue_ngap_id, m.cause),
            NgapPdu::OverloadStart(m) => self.overloaded(m.amf_overload_response),
            NgapPdu::OverloadStop(_) => self.overloaded(None),
            NgapPdu::AmfConfigurationUpdate(_) => {
                self.send(COMMON_STREAM, &AmfConfigurationUpdateAcknowledge::new().into());
            }
            NgapPdu::UeContextModificationRequest(m) => self.modify_context(&m),
            NgapPdu::PduSessionResourceSetupRequest(m) => self.set_up_sessions(now, &m),
            NgapPdu::PduSessionResourceReleaseCommand(m) => self.release_sessions(now, &m),
            NgapPdu::PduSessionResourceModifyRequest(m) => self.modify_sessions(now, &m),
            NgapPdu::RerouteNasRequest(m) => self.rerouted(now, &m),
            NgapPdu::AmfStatusIndication(m) => {
                self.event(GnbEvent::Of(Happening::AmfStatus(m.unavailable_guami_list.len())));
            }
            // What ends something of the gNB's own, and wants nothing more.
            NgapPdu::NgResetAcknowledge(_)
            | NgapPdu::RanConfigurationUpdateAcknowledge(_)
            | NgapPdu::RanConfigurationUpdateFailure(_)
            | NgapPdu::PathSwitchRequestAcknowledge(_)
            | NgapPdu::PathSwitchRequestFailure(_) => {}
            NgapPdu::Other(other) => self.unknown_procedure(&other),
            pdu => self.unexpected(pdu.name()),
        }
    }

    /// NG RESET of the AMF (TS 38.413 8.7.4).
    fn reset_received(&mut self, now: Duration, reset: &NgReset<'_>) {
        let mut acknowledge = NgResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::NgInterface => self.reset_all(now),
            ResetType::PartOfNgInterface(list) => {
                for named in list {
                    self.reset_one(now, (named.amf_ue_ngap_id, named.ran_ue_ngap_id));
                }
                acknowledge.ue_associated_logical_ng_connection_list = Some(list.clone());
            }
        }
        self.send(COMMON_STREAM, &acknowledge.into());
    }

    /// PAGING (TS 38.413 8.5), if it is for this cell's tracking area.
    fn paging(&mut self, now: Duration, paging: &Paging<'_>) {
        let tai = self.config().cell.tai;
        let listed = paging.tai_list_for_paging.as_ref();
        if listed.is_some_and(|list| !list.contains(&tai)) {
            return;
        }
        if let Some(s_tmsi) = paging.ue_paging_identity {
            self.page(now, s_tmsi);
        }
    }

    /// A procedure the gNB does not know (TS 38.413 10.3.4.1).
    fn unknown_procedure(&mut self, other: &Other) {
        let Some((cause, diagnostics)) = other.answer() else {
            return;
        };
        self.indicate((None, None), cause, Some(diagnostics));
    }

    fn undecodable(&mut self, failure: &DecodeFailure) {
        if failure.answer != Answer::LocalErrorHandling {
            let ids = (failure.amf_ue_ngap_id, failure.ran_ue_ngap_id);
            self.indicate(ids, failure.cause, failure.diagnostics.clone());
        }
        self.fault(failure.cause, failure.to_string());
    }
}
