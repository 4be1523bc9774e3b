//! Connections of UEs, and the UE's context at the eNB (TS 36.413 8.3).

use super::connection::Connection;
use super::event::{EnbEvent, ReleasedBy};
use super::{Enb, S1};
use crate::radio::{NoConnection, UeId};
use crate::ue::Ue;
use quintet_crypto::KeNb;
use quintet_identity::STmsi;
use quintet_s1ap::message::{
    InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    UeContextModificationFailure, UeContextModificationRequest, UeContextModificationResponse,
    UeContextReleaseCommand, UeContextReleaseComplete, UeContextReleaseRequest,
};
use quintet_s1ap::{
    Cause, EnbUeS1apId, ErabSetup, MmeUeS1apId, OverloadAction, RrcEstablishmentCause, TransportLayerAddress,
    UeS1apIds, transport,
};
use std::time::Duration;

impl Enb {
    /// A UE wants a connection, with this as its first NAS PDU.
    pub(super) fn connect(&mut self, now: Duration, id: UeId, nas: Vec<u8>, s_tmsi: Option<STmsi>) {
        // One that begins anew leaves what it had.
        self.ue_left(now, id);
        let cause = self.slots[id.0 as usize].cause;
        let why = match self.overload {
            _ if self.s1 != S1::Up => Some(NoConnection::NoCore),
            Some(action) if !admitted(action, cause) => Some(NoConnection::Overload),
            _ => None,
        };
        let key = self.slots.len() as u32 ^ id.0;
        let connection = Connection {
            ue: Some(id),
            mme_ue_s1ap_id: None,
            stream: transport::stream_of_ue(key, self.streams),
            announced: false,
            context: false,
            release_requested: false,
            k_enb: None,
            s_tmsi,
            waiting: Vec::new(),
            until: None,
        };
        let enb = match why {
            Some(why) => Err(why),
            None => self.connections.insert(connection).ok_or(NoConnection::Full),
        };
        match enb {
            Ok(enb) => {
                self.slots[id.0 as usize].connection = Some(enb);
                self.event(EnbEvent::Connected(id));
                self.uplink(now, id, nas);
            }
            Err(why) => {
                self.event(EnbEvent::NotConnected(id, why));
                self.with_ue(now, id, |ue, actions| ue.handle_failure(now, actions));
            }
        }
    }

    /// INITIAL CONTEXT SETUP (TS 36.413 8.3.1): security of the access stratum first, as only UE and MME that agree on
    /// KeNB get past it; then the bearer, with the NAS PDU in it.
    pub(super) fn set_up_context(&mut self, now: Duration, request: &InitialContextSetupRequest<'_>) {
        let (mme, enb) = (request.mme_ue_s1ap_id, request.enb_ue_s1ap_id);
        let Some(ue) = self.connection_of(mme, enb) else {
            return;
        };
        let Some(ue) = ue else {
            return self.context_failed(mme, enb, Cause::RADIO_CONNECTION_WITH_UE_LOST);
        };
        self.with_ue(now, ue, |ue, actions| ue.handle_context_set_up(now, actions));
        let own = self.connections.get_mut(enb).and_then(|c| c.k_enb.take());
        if !agreed(own.as_ref(), request) {
            self.event(EnbEvent::KeNbMismatch(ue));
            self.context_failed(mme, enb, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE);
            self.left(now, ue, ReleasedBy::Enb);
            self.with_ue(now, ue, |ue, actions| ue.handle_failure(now, actions));
            return;
        }
        let Some(connection) = self.connections.get_mut(enb) else {
            return;
        };
        connection.context = true;
        let stream = connection.stream;
        let tunnels = request.e_rab_to_be_setup_list.iter();
        let bearers = tunnels.map(|bearer| ErabSetup {
            e_rab_id: bearer.e_rab_id,
            transport_layer_address: TransportLayerAddress::v4(self.config.address),
            gtp_teid: enb.0,
        });
        let response = InitialContextSetupResponse::new(mme, enb, bearers.collect());
        self.send(stream, &response.into());
        self.event(EnbEvent::ContextSetUp(ue));
        for bearer in &request.e_rab_to_be_setup_list {
            if let Some(nas) = &bearer.nas_pdu {
                self.downlink(now, ue, nas.to_vec());
            }
        }
    }

    /// UE CONTEXT MODIFICATION (TS 36.413 8.3.4): after a new AKA the access stratum gets another KeNB (TS 33.401 7.2.9.2),
    /// which must be the UE's.
    pub(super) fn modify_context(&mut self, request: &UeContextModificationRequest<'_>) {
        let (mme, enb) = (request.mme_ue_s1ap_id, request.enb_ue_s1ap_id);
        let Some(ue) = self.connection_of(mme, enb) else {
            return;
        };
        let stream = self.connections.get(enb).map_or(0, |c| c.stream);
        let own = ue.and_then(|ue| self.slots[ue.0 as usize].ue.me().k_enb());
        let same = request
            .security_key
            .as_ref()
            .is_none_or(|given| own.as_ref() == Some(given));
        if same {
            return self.send(stream, &UeContextModificationResponse::new(mme, enb).into());
        }
        if let Some(ue) = ue {
            self.event(EnbEvent::KeNbMismatch(ue));
        }
        let cause = Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE;
        self.send(stream, &UeContextModificationFailure::new(mme, enb, cause).into());
    }

    fn context_failed(&mut self, mme: MmeUeS1apId, enb: EnbUeS1apId, cause: Cause) {
        let stream = self.connections.get(enb).map_or(0, |c| c.stream);
        self.send(stream, &InitialContextSetupFailure::new(mme, enb, cause).into());
    }

    /// UE CONTEXT RELEASE COMMAND (TS 36.413 8.3.3).
    pub(super) fn release_command(&mut self, now: Duration, command: &UeContextReleaseCommand<'_>) {
        let (mme, enb) = match command.ue_s1ap_ids {
            UeS1apIds::Pair {
                mme_ue_s1ap_id,
                enb_ue_s1ap_id,
            } => (mme_ue_s1ap_id, enb_ue_s1ap_id),
            UeS1apIds::Mme(mme) => match self.connections.find(|c| c.mme_ue_s1ap_id == Some(mme)) {
                Some(enb) => (mme, enb),
                None => return self.unknown((Some(mme), None), Cause::UNKNOWN_MME_UE_S1AP_ID),
            },
        };
        if self.connection_of(mme, enb).is_none() {
            return;
        }
        let stream = self.connections.get(enb).map_or(0, |c| c.stream);
        self.send(stream, &UeContextReleaseComplete::new(mme, enb).into());
        self.let_go(now, enb, ReleasedBy::Mme(command.cause), Ue::handle_release);
    }

    /// The eNB's own account, as after inactivity: UE CONTEXT RELEASE REQUEST (TS 36.413 8.3.2). The UE's connection stays
    /// until the MME's command.
    pub fn release(&mut self, ue: UeId, cause: Cause) {
        if let Some(enb) = self.slots.get(ue.0 as usize).and_then(|slot| slot.connection) {
            self.request_release(enb, cause);
        }
    }

    /// The radio of a UE fails: the UE is without a connection at once, the MME is asked to release it.
    pub fn lose_radio(&mut self, now: Duration, ue: UeId) {
        self.ue_left(now, ue);
        self.with_ue(now, ue, |ue, actions| ue.handle_failure(now, actions));
    }

    pub(super) fn request_release(&mut self, enb: EnbUeS1apId, cause: Cause) {
        let Some(connection) = self.connections.get_mut(enb) else {
            return;
        };
        let Some(mme) = connection.mme_ue_s1ap_id else {
            return;
        };
        if std::mem::replace(&mut connection.release_requested, true) {
            return;
        }
        let stream = connection.stream;
        self.send(stream, &UeContextReleaseRequest::new(mme, enb, cause).into());
    }

    /// A connection that nobody released is forgotten.
    pub(super) fn connection_due(&mut self, now: Duration, enb: EnbUeS1apId) {
        let over = |connection: &Connection| connection.until.is_some_and(|until| until <= now);
        if self.connections.get(enb).is_some_and(over) {
            self.connections.remove(enb);
        }
    }

    /// The connection is gone; the UE, if it has not left already, learns it as `tell` says.
    pub(super) fn let_go(
        &mut self,
        now: Duration,
        enb: EnbUeS1apId,
        by: ReleasedBy,
        tell: fn(&mut Ue, Duration, &mut Vec<crate::ue::Action>),
    ) {
        let Some(connection) = self.connections.remove(enb) else {
            return;
        };
        let Some(ue) = connection.ue else {
            return;
        };
        self.slots[ue.0 as usize].connection = None;
        self.event(EnbEvent::Released(ue, by));
        self.slots[ue.0 as usize].cause = RrcEstablishmentCause::MoSignalling;
        self.with_ue(now, ue, |ue, actions| tell(ue, now, actions));
    }

    /// Every connection is gone.
    pub(super) fn let_all_go(&mut self, now: Duration, by: ReleasedBy) {
        for enb in self.connections.ids() {
            self.let_go(now, enb, by, Ue::handle_failure);
        }
    }

    /// The UE of a pair of identities: `None` and an ERROR INDICATION if there is no such connection (TS 36.413 10.6),
    /// `Some(None)` if its UE has left.
    pub(super) fn connection_of(&mut self, mme: MmeUeS1apId, enb: EnbUeS1apId) -> Option<Option<UeId>> {
        let Some(connection) = self.connections.get(enb).filter(|c| c.announced) else {
            self.unknown((Some(mme), Some(enb)), Cause::UNKNOWN_ENB_UE_S1AP_ID);
            return None;
        };
        match connection.mme_ue_s1ap_id {
            Some(known) if known != mme => {
                self.unknown((Some(mme), Some(enb)), Cause::UNKNOWN_PAIR_UE_S1AP_ID);
                None
            }
            Some(_) => Some(connection.ue),
            None => {
                let ue = connection.ue;
                self.identified(mme, enb);
                Some(ue)
            }
        }
    }
}

/// Whether UE and MME agree. Where the MME leaves the null algorithms only, which it does for an emergency call without
/// authentication, there is no key that both know, and none is used (TS 33.401 15.2.2.2).
fn agreed(own: Option<&KeNb>, request: &InitialContextSetupRequest<'_>) -> bool {
    let left = request.ue_security_capabilities;
    let null = left.encryption_algorithms == 0 && left.integrity_protection_algorithms == 0;
    null || own.is_some_and(|own| *own == request.security_key)
}

/// Whether an overloaded MME still takes this (TS 36.413 8.7.6.2).
const fn admitted(action: OverloadAction, cause: RrcEstablishmentCause) -> bool {
    use OverloadAction as Action;
    use RrcEstablishmentCause as Cause;
    let emergency = matches!(cause, Cause::Emergency);
    let priority = matches!(cause, Cause::HighPriorityAccess);
    let terminated = matches!(cause, Cause::MtAccess);
    match action {
        Action::RejectNonEmergencyMoDt => !matches!(
            cause,
            Cause::MoData | Cause::DelayTolerantAccess | Cause::MoVoiceCall
        ),
        Action::RejectRrcCrSignalling => !matches!(
            cause,
            Cause::MoData | Cause::MoSignalling | Cause::DelayTolerantAccess | Cause::MoVoiceCall
        ),
        Action::PermitEmergencySessionsAndMobileTerminatedServicesOnly => emergency || terminated,
        Action::PermitHighPrioritySessionsAndMobileTerminatedServicesOnly => priority || terminated,
        Action::RejectDelayTolerantAccess => !matches!(cause, Cause::DelayTolerantAccess),
        Action::PermitHighPrioritySessionsAndExceptionReportingAndMobileTerminatedServicesOnly => {
            priority || terminated || matches!(cause, Cause::MoExceptionData)
        }
        // Control plane CIoT: there is none.
        Action::NotAcceptMoDataOrDelayTolerantAccessFromCpCiot => true,
    }
}
