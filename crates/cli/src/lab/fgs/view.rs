//! What a ladder says of an NGAP message.

use crate::lab::view::View;
use quintet_ngap::{NgapPdu, UeNgapIds};

/// An NGAP message in short.
pub(super) fn view(octets: &[u8]) -> View {
    let decoded = match NgapPdu::decode(octets) {
        Ok(decoded) => decoded,
        Err(failure) => return View::malformed("NGAP", octets.len(), failure),
    };
    let mut view = View {
        name: decoded.pdu.name().to_owned(),
        ..View::default()
    };
    read_transport(&mut view, &decoded.pdu);
    read_context(&mut view, &decoded.pdu);
    read_node(&mut view, &decoded.pdu);
    view
}

/// Messages that carry NAS and do nothing else.
fn read_transport(view: &mut View, pdu: &NgapPdu<'_>) {
    match pdu {
        NgapPdu::InitialUeMessage(m) => {
            view.ran_id = Some(m.ran_ue_ngap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        NgapPdu::UplinkNasTransport(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        NgapPdu::DownlinkNasTransport(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.carries(&m.nas_pdu);
        }
        NgapPdu::NasNonDeliveryIndication(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        _ => {}
    }
}

/// Messages of a UE's context and its PDU sessions.
fn read_context(view: &mut View, pdu: &NgapPdu<'_>) {
    match pdu {
        NgapPdu::InitialContextSetupRequest(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.nas = m.nas_pdu.as_deref().map(<[u8]>::to_vec);
            view.details.push("KgNB".to_owned());
        }
        NgapPdu::InitialContextSetupResponse(m) => view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into()),
        NgapPdu::InitialContextSetupFailure(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        NgapPdu::UeContextModificationRequest(m) => view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into()),
        NgapPdu::UeContextModificationResponse(m) => view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into()),
        NgapPdu::UeContextReleaseRequest(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        NgapPdu::UeContextReleaseCommand(m) => {
            match m.ue_ngap_ids {
                UeNgapIds::Pair {
                    amf_ue_ngap_id,
                    ran_ue_ngap_id,
                } => view.ids(amf_ue_ngap_id.0, ran_ue_ngap_id.0.into()),
                UeNgapIds::Amf(amf) => view.core_id = Some(amf.0),
            }
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        NgapPdu::UeContextReleaseComplete(m) => view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into()),
        NgapPdu::PduSessionResourceSetupRequest(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
            let mut sessions = m.pdu_session_resource_setup_list.iter();
            let of_session = || sessions.find_map(|session| session.nas_pdu.as_deref());
            view.nas = m.nas_pdu.as_deref().or_else(of_session).map(<[u8]>::to_vec);
        }
        NgapPdu::PduSessionResourceSetupResponse(m) => {
            view.ids(m.amf_ue_ngap_id.0, m.ran_ue_ngap_id.0.into());
        }
        _ => {}
    }
}

/// Messages of gNB and AMF themselves.
fn read_node(view: &mut View, pdu: &NgapPdu<'_>) {
    match pdu {
        NgapPdu::NgSetupRequest(m) => view
            .details
            .extend(m.ran_node_name.iter().map(|name| name.to_string())),
        NgapPdu::NgSetupResponse(m) => view.details.push(m.amf_name.to_string()),
        NgapPdu::NgSetupFailure(m) => view.cause = m.cause.map(|cause| cause.to_string()),
        NgapPdu::ErrorIndication(m) => {
            view.core_id = m.amf_ue_ngap_id.map(|id| id.0);
            view.ran_id = m.ran_ue_ngap_id.map(|id| id.0.into());
            view.cause = m.cause.map(|cause| cause.to_string());
        }
        NgapPdu::NgReset(m) => view.cause = m.cause.map(|cause| cause.to_string()),
        _ => {}
    }
}
