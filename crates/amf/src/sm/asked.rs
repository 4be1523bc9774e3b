//! What SMFs ask of the AMF: N1N2MessageTransfer (TS 29.518 5.2.2.3.1), and what became of a context (TS 29.502 5.2.2.5).

use super::SmReply;
use super::reply::Kind;
use crate::amf::Amf;
use crate::idle::Purpose;
use quintet_fgmm::network::{At, ContextId};
use quintet_ngap::message::PduSessionResourceReleaseCommand;
use quintet_ngap::{PduSessionId, PduSessionItem};
use quintet_sbi::multipart::{Part, find};
use quintet_sbi::namf::{
    N1N2MessageTransferReqData, N1N2MessageTransferRspData, N2InfoContent, N2SmInformation,
};
use quintet_sbi::nsmf::SmContextStatusNotification;
use quintet_sbi::{ProblemDetails, Response, cause};

/// Class of what is for session management (TS 29.518 6.1.6.3.4, 6.1.6.3.5).
const SM: &str = "SM";

/// `cause` of N1N2MessageTransferRspData (TS 29.518 6.1.6.3.6).
const INITIATED: &str = "N1_N2_TRANSFER_INITIATED";
const ATTEMPTING: &str = "ATTEMPTING_TO_REACH_UE";
const NOT_TRANSFERRED: &str = "N1_MSG_NOT_TRANSFERRED";

/// `ngapIeType` of a container that releases a session's resources.
const RELEASE_COMMAND: &str = "PDU_RES_REL_CMD";
/// That of one that sets them up.
const SETUP_REQUEST: &str = "PDU_RES_SETUP_REQ";

impl Amf {
    /// Namf_Communication_N1N2MessageTransfer.
    pub(crate) fn n1_n2_message_transfer(
        &mut self,
        at: At,
        context: ContextId,
        data: &N1N2MessageTransferReqData,
        parts: &[Part],
    ) -> Result<Response, Box<ProblemDetails>> {
        let session = session_of(data)?;
        if self.sm_contexts(context).session(session).is_none() {
            return Err(ProblemDetails::new(cause::CONTEXT_NOT_FOUND).into());
        }
        let (n1, n2) = contents(data, parts)?;
        let s_nssai = self.slice_of(context, session);
        let connection = self.table.record(context).and_then(|record| record.connection);
        if let Some(connection) = connection {
            let n2 = match n2 {
                Some((kind, octets)) if is(kind, SETUP_REQUEST) => Some(octets),
                Some((kind, octets)) if is(kind, RELEASE_COMMAND) => {
                    self.release_resource(connection, session, octets);
                    None
                }
                Some(_) => return Err(ProblemDetails::with_status(501).into()),
                None => None,
            };
            let reply = SmReply::new(session, Kind::Message { s_nssai, n1, n2 });
            self.deliver(at, context, reply);
            return Ok(answered(200, INITIATED));
        }
        if data.skip_ind {
            return Ok(answered(200, NOT_TRANSFERRED));
        }
        // A session that is to be released has no resources of an idle UE at any gNB.
        let n2 = n2.and_then(|(kind, octets)| is(kind, SETUP_REQUEST).then_some(octets));
        let purpose = Purpose {
            sm: vec![SmReply::new(session, Kind::Message { s_nssai, n1, n2 })],
            ..Purpose::default()
        };
        match self.page_context(at, context, purpose) {
            Ok(()) => Ok(answered(202, ATTEMPTING)),
            Err(_) => Err(ProblemDetails::new(cause::UE_NOT_REACHABLE).into()),
        }
    }

    /// PDU SESSION RESOURCE RELEASE COMMAND (TS 38.413 8.2.2).
    fn release_resource(&mut self, id: quintet_ngap::AmfUeNgapId, session: u8, transfer: Box<[u8]>) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let item = PduSessionItem {
            pdu_session_id: PduSessionId(session),
            transfer: transfer.into_vec().into(),
        };
        let command = PduSessionResourceReleaseCommand::new(id, connection.ran_ue_ngap_id, vec![item]);
        self.send_to_ue(id, &command.into());
    }

    /// An SMF's context of a session is gone.
    pub(crate) fn sm_context_status(
        &mut self,
        at: At,
        context: ContextId,
        session: u8,
        notification: &SmContextStatusNotification,
    ) {
        if notification.status_info.resource_status != "RELEASED" {
            return;
        }
        if self.sm_contexts(context).remove(session).is_none() {
            return;
        }
        let record = self.table.record_mut(context);
        if let Some(record) = record.filter(|record| record.connection.is_none()) {
            // An idle UE learns of it from the PDU session status of its next message.
            if let Some(registration) = record.context.registration.as_mut() {
                registration.pdu_sessions = registration.pdu_sessions.without(session);
            }
            self.saves.note(context.0);
            return;
        }
        self.deliver(at, context, SmReply::new(session, Kind::Released(None)));
    }
}

/// The session that a transfer is for. Nothing but session management is passed on, and each part must mean the same one.
fn session_of(data: &N1N2MessageTransferReqData) -> Result<u8, Box<ProblemDetails>> {
    let n1_class = data.n1_message_container.as_ref().map(|n1| &n1.n1_message_class);
    let n2_class = data.n2_info_container.as_ref().map(|n2| &n2.n2_information_class);
    if [n1_class, n2_class]
        .into_iter()
        .flatten()
        .any(|class| class != SM)
    {
        return Err(ProblemDetails::with_status(501)
            .detail("only session management is passed on")
            .into());
    }
    let of_n2 = sm_info(data).map(|sm| sm.pdu_session_id);
    match data.pdu_session_id.or(of_n2) {
        None => Err(ProblemDetails::new(cause::MANDATORY_IE_MISSING)
            .invalid("/pduSessionId", "only session management is passed on")
            .into()),
        Some(session) if of_n2.is_some_and(|other| other != session) => {
            Err(ProblemDetails::new(cause::MANDATORY_IE_INCORRECT)
                .invalid(
                    "/pduSessionId",
                    "another session than that of /n2InfoContainer/smInfo",
                )
                .into())
        }
        Some(session) => Ok(session),
    }
}

fn sm_info(data: &N1N2MessageTransferReqData) -> Option<&N2SmInformation> {
    data.n2_info_container.as_ref()?.sm_info.as_ref()
}

/// What is to be passed on: for the UE, and for the gNB with its kind.
type Contents<'d> = (Option<Box<[u8]>>, Option<(&'d N2InfoContent, Box<[u8]>)>);

/// The parts that the JSON names.
fn contents<'d>(
    data: &'d N1N2MessageTransferReqData,
    parts: &[Part],
) -> Result<Contents<'d>, Box<ProblemDetails>> {
    let n1 = match &data.n1_message_container {
        None => None,
        Some(n1) => {
            let id = &n1.n1_message_content.content_id;
            let pointer = "/n1MessageContainer/n1MessageContent/contentId";
            Some(Box::<[u8]>::from(&*find(parts, id, pointer)?.octets))
        }
    };
    let n2 = match sm_info(data).and_then(|sm| sm.n2_info_content.as_ref()) {
        None => None,
        Some(n2) => {
            let pointer = "/n2InfoContainer/smInfo/n2InfoContent/ngapData/contentId";
            let part = find(parts, &n2.ngap_data.content_id, pointer)?;
            Some((n2, Box::<[u8]>::from(&*part.octets)))
        }
    };
    Ok((n1, n2))
}

fn is(content: &N2InfoContent, kind: &str) -> bool {
    content.ngap_ie_type.as_deref() == Some(kind)
}

fn answered(status: u16, cause: &str) -> Response {
    let data = N1N2MessageTransferRspData {
        cause: cause.to_owned(),
        supported_features: None,
    };
    Response::json(status, &data)
}
