//! The UE's context at the gNB (TS 38.413 8.3).

use super::Gnb;
use quintet_crypto::fgs::KgNb;
use quintet_ngap::message::{
    InitialContextSetupRequest, InitialContextSetupResponse, UeContextModificationFailure,
    UeContextModificationRequest, UeContextModificationResponse, UeContextReleaseCommand,
};
use quintet_ngap::{Cause, SecurityKey, UeNgapIds};
use std::time::Duration;

impl Gnb {
    /// INITIAL CONTEXT SETUP (TS 38.413 8.3.1): security of the access stratum, then PDU sessions, and the NAS PDUs.
    pub(super) fn set_up_context(&mut self, now: Duration, request: &InitialContextSetupRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        let Some(ue) = self.secure(now, (amf, ran), |own| agreed(own, request)) else {
            return;
        };
        let mut response = InitialContextSetupResponse::new(amf, ran);
        let asked = request
            .pdu_session_resource_setup_list
            .as_deref()
            .unwrap_or_default();
        let (set_up, failed) = self.set_up_each(ran, asked);
        response.pdu_session_resource_setup_list = some(set_up);
        response.pdu_session_resource_failed_to_setup_list = some(failed);
        self.context_is_set_up(ue, ran, &response.into());
        let of_sessions = asked.iter().filter_map(|session| session.nas_pdu.as_deref());
        for nas in request.nas_pdu.as_deref().into_iter().chain(of_sessions) {
            self.downlink(now, ue, nas.to_vec());
        }
    }

    /// UE CONTEXT MODIFICATION (TS 38.413 8.3.4).
    pub(super) fn modify_context(&mut self, request: &UeContextModificationRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        let given = request.security_key.as_ref();
        let same = |own: Option<&KgNb>| given.is_none_or(|given| own.is_some_and(|own| is(own, given)));
        let answer = match self.keeps_agreeing((amf, ran), same) {
            None => return,
            Some(true) => UeContextModificationResponse::new(amf, ran).into(),
            Some(false) => {
                let cause = Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE;
                UeContextModificationFailure::new(amf, ran, cause).into()
            }
        };
        self.send_to(ran, &answer);
    }

    /// UE CONTEXT RELEASE COMMAND (TS 38.413 8.3.3).
    pub(super) fn release_command(&mut self, now: Duration, command: &UeContextReleaseCommand<'_>) {
        let ids = match command.ue_ngap_ids {
            UeNgapIds::Pair {
                amf_ue_ngap_id,
                ran_ue_ngap_id,
            } => (amf_ue_ngap_id, Some(ran_ue_ngap_id)),
            UeNgapIds::Amf(amf) => (amf, None),
        };
        self.release_commanded(now, ids, command.cause);
    }
}

/// A list that is absent where it is empty.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn is(own: &KgNb, given: &SecurityKey) -> bool {
    *own == KgNb::new(*given.expose())
}

/// Whether UE and AMF agree. Where the AMF leaves the null algorithms only, which it does for an emergency call without
/// authentication, there is no key that both know, and none is used (TS 33.501 10.2.2).
fn agreed(own: Option<&KgNb>, request: &InitialContextSetupRequest<'_>) -> bool {
    let left = request.ue_security_capabilities;
    let null = left.nr_encryption_algorithms == 0 && left.nr_integrity_protection_algorithms == 0;
    null || own.is_some_and(|own| is(own, &request.security_key))
}
