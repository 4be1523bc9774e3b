//! The UE's context at the eNB (TS 36.413 8.3).

use super::Enb;
use quintet_crypto::KeNb;
use quintet_s1ap::message::{
    InitialContextSetupRequest, InitialContextSetupResponse, UeContextModificationFailure,
    UeContextModificationRequest, UeContextModificationResponse, UeContextReleaseCommand,
};
use quintet_s1ap::{Cause, ErabSetup, TransportLayerAddress, UeS1apIds};
use std::time::Duration;

impl Enb {
    /// INITIAL CONTEXT SETUP (TS 36.413 8.3.1): security of the access stratum, then the bearer, with the NAS PDU in it.
    pub(super) fn set_up_context(&mut self, now: Duration, request: &InitialContextSetupRequest<'_>) {
        let (mme, enb) = (request.mme_ue_s1ap_id, request.enb_ue_s1ap_id);
        let Some(ue) = self.secure(now, (mme, enb), |own| agreed(own, request)) else {
            return;
        };
        let tunnels = request.e_rab_to_be_setup_list.iter();
        let bearers = tunnels.map(|bearer| ErabSetup {
            e_rab_id: bearer.e_rab_id,
            transport_layer_address: TransportLayerAddress::v4(self.config().address),
            gtp_teid: enb.0,
        });
        let response = InitialContextSetupResponse::new(mme, enb, bearers.collect());
        self.context_is_set_up(ue, enb, &response.into());
        for bearer in &request.e_rab_to_be_setup_list {
            if let Some(nas) = &bearer.nas_pdu {
                self.downlink(now, ue, nas.to_vec());
            }
        }
    }

    /// UE CONTEXT MODIFICATION (TS 36.413 8.3.4).
    pub(super) fn modify_context(&mut self, request: &UeContextModificationRequest<'_>) {
        let (mme, enb) = (request.mme_ue_s1ap_id, request.enb_ue_s1ap_id);
        let given = request.security_key.as_ref();
        let same = |own: Option<&KeNb>| given.is_none_or(|given| own == Some(given));
        let answer = match self.keeps_agreeing((mme, enb), same) {
            None => return,
            Some(true) => UeContextModificationResponse::new(mme, enb).into(),
            Some(false) => {
                let cause = Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE;
                UeContextModificationFailure::new(mme, enb, cause).into()
            }
        };
        self.send_to(enb, &answer);
    }

    /// UE CONTEXT RELEASE COMMAND (TS 36.413 8.3.3).
    pub(super) fn release_command(&mut self, now: Duration, command: &UeContextReleaseCommand<'_>) {
        let ids = match command.ue_s1ap_ids {
            UeS1apIds::Pair {
                mme_ue_s1ap_id,
                enb_ue_s1ap_id,
            } => (mme_ue_s1ap_id, Some(enb_ue_s1ap_id)),
            UeS1apIds::Mme(mme) => (mme, None),
        };
        self.release_commanded(now, ids, command.cause);
    }
}

/// Whether UE and MME agree. Where the MME leaves the null algorithms only, which it does for an emergency call without
/// authentication, there is no key that both know, and none is used (TS 33.401 15.2.2.2).
fn agreed(own: Option<&KeNb>, request: &InitialContextSetupRequest<'_>) -> bool {
    let left = request.ue_security_capabilities;
    let null = left.encryption_algorithms == 0 && left.integrity_protection_algorithms == 0;
    null || own.is_some_and(|own| *own == request.security_key)
}
