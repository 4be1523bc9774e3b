//! PDU sessions of a UE (TS 38.413 8.2), and the message that another AMF is to have (TS 38.413 8.6.5).
//!
//! The user plane ends here: a session has a tunnel of this gNB's that nobody sends into.

use super::context::some;
use super::{Gnb, GnbEvent, Happening, ReleasedBy};
use quintet_ngap::message::{
    PduSessionResourceModifyRequest, PduSessionResourceModifyResponse, PduSessionResourceReleaseCommand,
    PduSessionResourceReleaseResponse, PduSessionResourceSetupRequest, PduSessionResourceSetupResponse,
    RerouteNasRequest,
};
use quintet_ngap::transfer::{
    GtpTunnel, PduSessionResourceReleaseResponseTransfer, PduSessionResourceSetupRequestTransfer,
    PduSessionResourceSetupResponseTransfer, PduSessionResourceSetupUnsuccessfulTransfer,
};
use quintet_ngap::{
    Cause, EncodeError, PduSessionItem, PduSessionSetupItem, RanUeNgapId, TransportLayerAddress,
};
use std::time::Duration;

/// PDU Session Resource Modify Response Transfer without any of its optional elements (TS 38.413 9.3.4.6).
const NOTHING_MODIFIED: &[u8] = &[0];

/// Sessions and their transfers.
type Items = Vec<PduSessionItem<'static>>;

impl Gnb {
    /// PDU SESSION RESOURCE SETUP (TS 38.413 8.2.1).
    pub(super) fn set_up_sessions(&mut self, now: Duration, request: &PduSessionResourceSetupRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        let Some(ue) = self.connection_of((amf, ran)) else {
            return;
        };
        let asked = &request.pdu_session_resource_setup_list;
        let (set_up, failed) = if ue.is_some() {
            self.set_up_each(ran, asked)
        } else {
            let lost = |item| refused(item, Cause::RADIO_CONNECTION_WITH_UE_LOST);
            (Vec::new(), asked.iter().filter_map(lost).collect())
        };
        let mut response = PduSessionResourceSetupResponse::new(amf, ran);
        response.pdu_session_resource_setup_list = some(set_up);
        response.pdu_session_resource_failed_to_setup_list = some(failed);
        self.send_to(ran, &response.into());
        let of_sessions = asked.iter().filter_map(|session| session.nas_pdu.as_deref());
        for nas in request.nas_pdu.as_deref().into_iter().chain(of_sessions) {
            self.deliver(now, (amf, ran), nas);
        }
    }

    /// Sets up each session by itself: those that are, and those that are not.
    pub(super) fn set_up_each(
        &mut self,
        ran: RanUeNgapId,
        asked: &[PduSessionSetupItem<'_>],
    ) -> (Items, Items) {
        let (mut set_up, mut failed) = (Vec::new(), Vec::new());
        for item in asked {
            let id = item.pdu_session_id;
            let twice = asked.iter().filter(|other| other.pdu_session_id == id).count() > 1;
            let result = if twice {
                Err(Cause::MULTIPLE_PDU_SESSION_ID_INSTANCES)
            } else {
                self.tunnel(ran, item)
            };
            let Some(connection) = self.connection(ran) else {
                break;
            };
            let ue = connection.ue;
            if result.is_ok() {
                connection.user_plane.insert(id);
            }
            if let Some(ue) = ue {
                let result = result.as_ref().map(|_| ()).map_err(|cause| *cause);
                self.event(GnbEvent::Of(Happening::SessionSetUp(ue, id, result)));
            }
            match result {
                Ok(transfer) => set_up.push(PduSessionItem {
                    pdu_session_id: id,
                    transfer: transfer.into(),
                }),
                Err(cause) => failed.extend(refused(item, cause)),
            }
        }
        (set_up, failed)
    }

    /// The transfer that answers for a session: this gNB's end of its tunnel.
    fn tunnel(&self, ran: RanUeNgapId, item: &PduSessionSetupItem<'_>) -> Result<Vec<u8>, Cause> {
        let wanted = PduSessionResourceSetupRequestTransfer::decode(&item.transfer)
            .map_err(|_| Cause::TRANSFER_SYNTAX_ERROR)?;
        let supported = &self.config().cell.supported_ta_list;
        let slices = supported.iter().flat_map(|area| &area.broadcast_plmns);
        if !slices
            .into_iter()
            .any(|plmn| plmn.tai_slice_support.contains(&item.s_nssai))
        {
            return Err(Cause::SLICE_NOT_SUPPORTED);
        }
        let transfer = PduSessionResourceSetupResponseTransfer {
            dl_ngu_up_tnl_information: GtpTunnel {
                transport_layer_address: TransportLayerAddress::v4(self.config().address),
                gtp_teid: ran.0 << 8 | u32::from(item.pdu_session_id.0),
            },
            associated_qos_flows: wanted
                .qos_flows
                .iter()
                .map(|flow| flow.qos_flow_identifier)
                .collect(),
        };
        transfer
            .encode()
            .map_err(|_: EncodeError| Cause::TRANSPORT_UNSPECIFIED)
    }

    /// PDU SESSION RESOURCE RELEASE (TS 38.413 8.2.2).
    pub(super) fn release_sessions(&mut self, now: Duration, command: &PduSessionResourceReleaseCommand<'_>) {
        let (amf, ran) = (command.amf_ue_ngap_id, command.ran_ue_ngap_id);
        let Some(ue) = self.connection_of((amf, ran)) else {
            return;
        };
        let transfer = PduSessionResourceReleaseResponseTransfer
            .encode()
            .unwrap_or_default();
        let mut released = Vec::new();
        for item in &command.pdu_session_resource_to_release_list {
            let id = item.pdu_session_id;
            let known = self.connection(ran).is_some_and(|c| c.user_plane.remove(&id));
            if let Some(ue) = ue.filter(|_| known) {
                self.event(GnbEvent::Of(Happening::SessionReleased(ue, id)));
            }
            released.push(PduSessionItem {
                pdu_session_id: id,
                transfer: transfer.clone().into(),
            });
        }
        let mut response = PduSessionResourceReleaseResponse::new(amf, ran, released);
        response.user_location_information = Some(self.config().cell.location());
        self.send_to(ran, &response.into());
        if let Some(nas) = command.nas_pdu.as_deref() {
            self.deliver(now, (amf, ran), nas);
        }
    }

    /// PDU SESSION RESOURCE MODIFY (TS 38.413 8.2.3): flows are no concern of a gNB without a user plane.
    pub(super) fn modify_sessions(&mut self, now: Duration, request: &PduSessionResourceModifyRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        if self.connection_of((amf, ran)).is_none() {
            return;
        }
        let (mut modified, mut failed) = (Vec::new(), Vec::new());
        for item in &request.pdu_session_resource_modify_list {
            let id = item.pdu_session_id;
            let known = self.connection(ran).is_some_and(|c| c.user_plane.contains(&id));
            if known {
                modified.push(PduSessionItem {
                    pdu_session_id: id,
                    transfer: NOTHING_MODIFIED.into(),
                });
            } else {
                // PDU Session Resource Modify Unsuccessful Transfer has the members of that of a setup.
                failed.extend(unsuccessful(id, Cause::UNKNOWN_PDU_SESSION_ID));
            }
        }
        let mut response = PduSessionResourceModifyResponse::new(amf, ran);
        response.pdu_session_resource_modify_list = some(modified);
        response.pdu_session_resource_failed_to_modify_list = some(failed);
        self.send_to(ran, &response.into());
        for nas in request
            .pdu_session_resource_modify_list
            .iter()
            .filter_map(|item| item.nas_pdu.as_deref())
        {
            self.deliver(now, (amf, ran), nas);
        }
    }

    /// REROUTE NAS REQUEST (TS 38.413 8.6.5): the AMF has nothing of the UE, and there is no other one.
    pub(super) fn rerouted(&mut self, now: Duration, request: &RerouteNasRequest<'_>) {
        let ran = request.ran_ue_ngap_id;
        if !self.is_announced(ran) {
            let ids = (request.amf_ue_ngap_id, Some(ran));
            return self.unknown(ids, Cause::UNKNOWN_LOCAL_UE_NGAP_ID);
        }
        if let Some(ue) = self.connection(ran).and_then(|connection| connection.ue) {
            self.event(GnbEvent::Of(Happening::Rerouted(ue, request.amf_set_id)));
        }
        self.let_go(now, ran, ReleasedBy::Node);
    }
}

fn refused(item: &PduSessionSetupItem<'_>, cause: Cause) -> Option<PduSessionItem<'static>> {
    unsuccessful(item.pdu_session_id, cause)
}

fn unsuccessful(pdu_session_id: quintet_ngap::PduSessionId, cause: Cause) -> Option<PduSessionItem<'static>> {
    // Every cause of this crate has a number, so this does not fail.
    let transfer = PduSessionResourceSetupUnsuccessfulTransfer { cause }
        .encode()
        .ok()?;
    Some(PduSessionItem {
        pdu_session_id,
        transfer: transfer.into(),
    })
}
