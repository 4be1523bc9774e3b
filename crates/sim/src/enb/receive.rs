//! S1AP from the eNB's side (TS 36.413 8): what each message of the MME is for, and what a faulty one is answered.

use super::Enb;
use quintet_s1ap::message::{MmeConfigurationUpdateAcknowledge, Paging, Reset, ResetAcknowledge};
use quintet_s1ap::transport::COMMON_STREAM;
use quintet_s1ap::{Answer, DecodeFailure, Other, PagingTai, ResetType, S1apPdu, UePagingId};
use std::time::Duration;

impl Enb {
    pub(super) fn receive(&mut self, now: Duration, payload: &[u8]) {
        match S1apPdu::decode(payload) {
            Ok(decoded) => self.received(now, decoded.pdu),
            Err(failure) => self.undecodable(&failure),
        }
    }

    fn received(&mut self, now: Duration, pdu: S1apPdu<'_>) {
        match pdu {
            S1apPdu::DownlinkNasTransport(m) => {
                self.downlink_transport(now, (m.mme_ue_s1ap_id, m.enb_ue_s1ap_id), &m.nas_pdu)
            }
            S1apPdu::InitialContextSetupRequest(m) => self.set_up_context(now, &m),
            S1apPdu::UeContextReleaseCommand(m) => self.release_command(now, &m),
            S1apPdu::Paging(m) => self.paging(now, &m),
            S1apPdu::S1SetupResponse(m) => self.is_set_up(m.mme_name.map(|name| name.into_owned())),
            S1apPdu::S1SetupFailure(m) => self.setup_failed(now, m.cause, m.time_to_wait),
            S1apPdu::Reset(m) => self.reset_received(now, &m),
            S1apPdu::ErrorIndication(m) => self.error_indicated(now, m.enb_ue_s1ap_id, m.cause),
            S1apPdu::OverloadStart(m) => self.overloaded(Some(m.overload_response)),
            S1apPdu::OverloadStop(_) => self.overloaded(None),
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
            pdu => self.unexpected(pdu.name()),
        }
    }

    /// RESET of the MME (TS 36.413 8.7.1).
    fn reset_received(&mut self, now: Duration, reset: &Reset<'_>) {
        let mut acknowledge = ResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::S1Interface => self.reset_all(now),
            ResetType::PartOfS1Interface(list) => {
                for named in list {
                    self.reset_one(now, (named.mme_ue_s1ap_id, named.enb_ue_s1ap_id));
                }
                acknowledge.ue_associated_logical_s1_connection_list = Some(list.clone());
            }
        }
        self.send(COMMON_STREAM, &acknowledge.into());
    }

    /// PAGING (TS 36.413 8.5), if it is for this cell's tracking area.
    fn paging(&mut self, now: Duration, paging: &Paging<'_>) {
        let tai = self.config().cell.tai;
        let here = |listed: &PagingTai| listed.tai == tai;
        let listed = paging.tai_list.as_ref();
        if listed.is_some_and(|list| !list.iter().any(here)) {
            return;
        }
        match paging.ue_paging_id {
            Some(UePagingId::STmsi(s_tmsi)) => self.page(now, s_tmsi),
            Some(UePagingId::Imsi(imsi)) => self.page_by_imsi(now, |me| me.identity().imsi == Some(imsi)),
            None => {}
        }
    }

    /// A procedure the eNB does not know (TS 36.413 10.3.4.1).
    fn unknown_procedure(&mut self, other: &Other) {
        let Some((cause, diagnostics)) = other.answer() else {
            return;
        };
        self.indicate((None, None), cause, Some(diagnostics));
    }

    fn undecodable(&mut self, failure: &DecodeFailure) {
        if failure.answer != Answer::LocalErrorHandling {
            let ids = (failure.mme_ue_s1ap_id, failure.enb_ue_s1ap_id);
            self.indicate(ids, failure.cause, failure.diagnostics.clone());
        }
        self.fault(failure.cause, failure.to_string());
    }
}
