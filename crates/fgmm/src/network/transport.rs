//! NAS transport of 5GSM messages (TS 24.501 5.4.5): to session management and back.
//!
//! ```text
//!   UL NAS TRANSPORT ─┬─ the session has a context ──────────────────────────► Update
//!                     ├─ it has none, initial or existing ─ slice, DNN ─► SMF? ─► Create
//!                     └─ neither, or no SMF ─► DL NAS TRANSPORT: the same 5GSM message, 5GMM cause #90
//!   session management ─► N1 alone: DL NAS TRANSPORT     N2 too: PDU session resource, with it inside
//! ```
//!
//! 5GSM messages are not looked into but for their PTI. Payloads of other kinds (SMS, positioning, policies) have no node
//! here and are dropped.

use super::context_setup::Resource;
use super::input::{SmDelivery, SmDeliveryKind, SmFailure};
use super::output::{Output, SmRequest, SmRequestKind};
use super::session::Environment;
use super::{FgmmState, PduSessions, Registration, Session};
use crate::{Discard, Disposition};
use quintet_identity::{Apn, SNssai};
use quintet_nas::fgs::{
    DlNasTransport, FgmmCause, FgmmMessage, PayloadContainer, PayloadContainerType, PduSessionIdentity,
    RequestType, UlNasTransport,
};

/// PTI: the third octet of a 5GSM message (TS 24.007 11.2.3.1c).
const PTI: usize = 2;

impl Session {
    /// UL NAS TRANSPORT (5.4.5.2.3, 5.4.5.2.5). It is verified and the UE is registered, or the table had refused it.
    pub(super) fn ul_nas_transport(
        &mut self,
        env: &mut Environment<'_>,
        message: &UlNasTransport<'_>,
    ) -> Disposition {
        if message.payload_container_type != PayloadContainerType::N1_SM_INFORMATION {
            return self.unexpected(
                "UL NAS TRANSPORT of another payload",
                "N1 SM information",
                "TS 24.501 5.4.5.2.3",
            );
        }
        let registration = self
            .bound_context(env)
            .filter(|context| context.state == FgmmState::Registered)
            .and_then(|context| context.registration.as_ref());
        let Some(registration) = registration else {
            return self.status(
                env,
                FgmmCause::MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE,
            );
        };
        let container = message.payload_container.0;
        let Some(PduSessionIdentity(pdu_session_id)) = message.pdu_session_id else {
            return self.status(env, FgmmCause::CONDITIONAL_IE_ERROR);
        };
        let asked = match asked(message, registration, env.policy.emergency_dnn.as_ref()) {
            Ok(_) if !env.policy.smf => Err(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED),
            asked => asked,
        };
        match asked {
            Ok(kind) => {
                // A session that the UE begins anew is gone with it (5.4.5.2.3).
                if matches!(kind, SmRequestKind::Create { .. }) {
                    self.forget_session(env, pdu_session_id);
                }
                env.outputs
                    .push(Output::Sm(Box::new(SmRequest { pdu_session_id, kind })));
                Disposition::Handled
            }
            Err(cause) => {
                let container = container.to_vec();
                self.send_back(env, pdu_session_id, &container, cause)
            }
        }
    }

    /// The UE's 5GSM message was not forwarded: it has it back, with the reason (5.4.5.3.1 case h).
    fn send_back(
        &mut self,
        env: &mut Environment<'_>,
        pdu_session_id: u8,
        container: &[u8],
        cause: FgmmCause,
    ) -> Disposition {
        let plain = dl_nas_transport(pdu_session_id, container, Some(cause));
        self.transmit(env, &plain, false);
        Disposition::Replied(cause)
    }

    /// The context of a session is of no use any more.
    fn forget_session(&self, env: &mut Environment<'_>, pdu_session_id: u8) {
        let Some(registration) = self.bound_context_mut(env).and_then(|c| c.registration.as_mut()) else {
            return;
        };
        if registration.pdu_sessions.contains(pdu_session_id) {
            registration.pdu_sessions = registration.pdu_sessions.without(pdu_session_id);
            env.outputs.extend(self.bound.map(Output::Changed));
            self.release_sessions(env, PduSessions::default().with(pdu_session_id));
        }
    }

    /// From session management.
    pub(super) fn sm_delivery(&mut self, env: &mut Environment<'_>, delivery: SmDelivery<'_>) -> Disposition {
        let id = delivery.pdu_session_id;
        let Some(registration) = self.bound_context_mut(env).and_then(|c| c.registration.as_mut()) else {
            return Disposition::Silent(Discard::NoContext);
        };
        match delivery.kind {
            SmDeliveryKind::Created => {
                registration.pdu_sessions = registration.pdu_sessions.with(id);
                env.outputs.extend(self.bound.map(Output::Changed));
            }
            SmDeliveryKind::Message { s_nssai, n1, n2 } => {
                let nas = n1.map(|n1| dl_nas_transport(id, n1, None));
                match (n2, nas) {
                    (Some(n2), nas) => {
                        let resource = Resource {
                            pdu_session_id: id,
                            s_nssai,
                            nas,
                            transfer: n2.into(),
                        };
                        self.set_up_resource(env, resource);
                    }
                    (None, Some(nas)) => self.transmit(env, &nas, false),
                    (None, None) => {}
                }
            }
            SmDeliveryKind::Released { n1 } => {
                registration.pdu_sessions = registration.pdu_sessions.without(id);
                env.outputs.extend(self.bound.map(Output::Changed));
                if let Some(n1) = n1 {
                    self.transmit(env, &dl_nas_transport(id, n1, None), false);
                }
            }
            SmDeliveryKind::Refused { failure, container } => {
                return self.send_back(env, id, container, cause_of(failure));
            }
        }
        Disposition::Handled
    }
}

/// What is asked of session management.
///
/// # Errors
/// The 5GMM cause with which the message goes back (5.4.5.2.4, 5.4.5.2.5).
fn asked(
    message: &UlNasTransport<'_>,
    registration: &Registration,
    emergency_dnn: Option<&Apn>,
) -> Result<SmRequestKind, FgmmCause> {
    const NOT_FORWARDED: FgmmCause = FgmmCause::PAYLOAD_WAS_NOT_FORWARDED;
    let container = message.payload_container.0;
    let id = message.pdu_session_id.map_or(0, |id| id.0);
    if !(1..=PduSessions::MAX).contains(&id) {
        return Err(NOT_FORWARDED);
    }
    let pti = *container.get(PTI).ok_or(NOT_FORWARDED)?;
    let request_type = message.request_type.map(RequestType::interpreted);
    let has_context = registration.pdu_sessions.contains(id);
    let (existing, emergency) = match request_type {
        None | Some(RequestType::MODIFICATION_REQUEST) if has_context => {
            return Ok(SmRequestKind::Update {
                pti,
                container: container.into(),
            });
        }
        // An existing session whose context is here is asked for once more (5.4.5.2.3).
        Some(RequestType::EXISTING_PDU_SESSION | RequestType::EXISTING_EMERGENCY_PDU_SESSION)
            if has_context =>
        {
            return Ok(SmRequestKind::Update {
                pti,
                container: container.into(),
            });
        }
        Some(RequestType::INITIAL_REQUEST | RequestType::MA_PDU_REQUEST) => (false, false),
        Some(RequestType::EXISTING_PDU_SESSION) => (true, false),
        Some(RequestType::INITIAL_EMERGENCY_REQUEST) => (false, true),
        Some(RequestType::EXISTING_EMERGENCY_PDU_SESSION) => (true, true),
        _ => return Err(NOT_FORWARDED),
    };
    // A UE that is registered for emergency services has no others (TS 24.501 5.5.1.2.4).
    if registration.emergency && !emergency {
        return Err(NOT_FORWARDED);
    }
    let s_nssai = if emergency {
        None
    } else {
        Some(slice(message, registration)?)
    };
    let dnn = match &message.dnn {
        _ if emergency => emergency_dnn.cloned(),
        None => None,
        Some(dnn) => Some(
            dnn.text()
                .parse()
                .map_err(|_| FgmmCause::DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE)?,
        ),
    };
    Ok(SmRequestKind::Create {
        existing,
        emergency,
        pti,
        s_nssai,
        dnn,
        container: container.into(),
    })
}

/// The slice of a new session: the one named, if it is allowed; else the first subscribed default that is allowed, else the
/// first allowed (5.4.5.2.3).
fn slice(message: &UlNasTransport<'_>, registration: &Registration) -> Result<SNssai, FgmmCause> {
    let allowed = &registration.allowed;
    match message.s_nssai.map(|s| s.s_nssai()) {
        Some(named) if allowed.contains(&named) => Ok(named),
        Some(_) => Err(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED),
        None => registration
            .subscribed
            .iter()
            .find(|s| s.default && allowed.contains(&s.s_nssai))
            .map(|s| s.s_nssai)
            .or_else(|| allowed.first().copied())
            .ok_or(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED),
    }
}

fn dl_nas_transport(pdu_session_id: u8, n1: &[u8], cause: Option<FgmmCause>) -> Vec<u8> {
    let mut message = DlNasTransport::new(PayloadContainerType::N1_SM_INFORMATION, PayloadContainer(n1));
    message.pdu_session_id = Some(PduSessionIdentity(pdu_session_id));
    message.fgmm_cause = cause;
    FgmmMessage::from(message).to_octets()
}

fn cause_of(failure: SmFailure) -> FgmmCause {
    match failure {
        SmFailure::NotForwarded => FgmmCause::PAYLOAD_WAS_NOT_FORWARDED,
        SmFailure::DnnNotSupported => FgmmCause::DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE,
        SmFailure::InsufficientUserPlane => FgmmCause::INSUFFICIENT_USER_PLANE_RESOURCES_FOR_THE_PDU_SESSION,
        SmFailure::SliceAndDnnCongested => FgmmCause::INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE_AND_DNN,
        SmFailure::SliceCongested => FgmmCause::INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE,
    }
}
