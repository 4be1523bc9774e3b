//! What a ladder says of an S1AP message.

use crate::lab::view::View;
use quintet_s1ap::{S1apPdu, UeS1apIds};

/// An S1AP message in short.
pub(super) fn view(octets: &[u8]) -> View {
    let decoded = match S1apPdu::decode(octets) {
        Ok(decoded) => decoded,
        Err(failure) => return View::malformed("S1AP", octets.len(), failure),
    };
    let mut view = View {
        name: decoded.pdu.name().to_owned(),
        ..View::default()
    };
    read(&mut view, &decoded.pdu);
    view
}

fn read(view: &mut View, pdu: &S1apPdu<'_>) {
    match pdu {
        S1apPdu::InitialUeMessage(m) => {
            view.ran_id = Some(m.enb_ue_s1ap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        S1apPdu::UplinkNasTransport(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        S1apPdu::DownlinkNasTransport(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        S1apPdu::NasNonDeliveryIndication(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        S1apPdu::InitialContextSetupRequest(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            let mut bearers = m.e_rab_to_be_setup_list.iter();
            view.nas = bearers.find_map(|bearer| bearer.nas_pdu.as_deref().map(<[u8]>::to_vec));
            view.details.push("KeNB".to_owned());
        }
        S1apPdu::InitialContextSetupResponse(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into())
        }
        S1apPdu::InitialContextSetupFailure(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        S1apPdu::UeContextReleaseRequest(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        S1apPdu::UeContextReleaseCommand(m) => {
            match m.ue_s1ap_ids {
                UeS1apIds::Pair {
                    mme_ue_s1ap_id,
                    enb_ue_s1ap_id,
                } => view.ids(mme_ue_s1ap_id.0.into(), enb_ue_s1ap_id.0.into()),
                UeS1apIds::Mme(mme) => view.core_id = Some(mme.0.into()),
            }
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        S1apPdu::UeContextReleaseComplete(m) => {
            view.ids(m.mme_ue_s1ap_id.0.into(), m.enb_ue_s1ap_id.0.into())
        }
        S1apPdu::S1SetupRequest(m) => view
            .details
            .extend(m.enb_name.iter().map(|name| name.to_string())),
        S1apPdu::S1SetupResponse(m) => view
            .details
            .extend(m.mme_name.iter().map(|name| name.to_string())),
        S1apPdu::S1SetupFailure(m) => view.cause = m.cause.map(|cause| cause.to_string()),
        S1apPdu::ErrorIndication(m) => {
            view.core_id = m.mme_ue_s1ap_id.map(|id| id.0.into());
            view.ran_id = m.enb_ue_s1ap_id.map(|id| id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        S1apPdu::Reset(m) => view.cause = m.cause.map(|cause| cause.to_string()),
        _ => {}
    }
}
