//! Connections of UEs, and the UE's context at the gNB (TS 38.413 8.3).

use super::connection::Connection;
use super::event::{GnbEvent, ReleasedBy};
use super::{Action, Gnb, Ng, Ue};
use crate::radio::{NoConnection, UeId};
use quintet_crypto::fgs::KgNb;
use quintet_identity::fgs::STmsi;
use quintet_ngap::message::{
    InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    UeContextModificationFailure, UeContextModificationRequest, UeContextModificationResponse,
    UeContextReleaseCommand, UeContextReleaseComplete, UeContextReleaseRequest,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, OverloadAction, RanUeNgapId, RrcEstablishmentCause, SecurityKey, UeNgapIds, transport,
};
use std::collections::BTreeSet;
use std::time::Duration;

impl Gnb {
    /// A UE wants a connection, with this as its first NAS PDU.
    pub(super) fn connect(&mut self, now: Duration, id: UeId, nas: Vec<u8>, s_tmsi: Option<STmsi>) {
        // One that begins anew leaves what it had.
        self.ue_left(now, id);
        let cause = self.slots[id.0 as usize].cause;
        let why = match self.overload {
            _ if self.ng != Ng::Up => Some(NoConnection::NoCore),
            Some(action) if !admitted(action, cause) => Some(NoConnection::Overload),
            _ => None,
        };
        let key = self.slots.len() as u64 ^ u64::from(id.0);
        let connection = Connection {
            ue: Some(id),
            amf_ue_ngap_id: None,
            stream: transport::stream_of_ue(key, self.streams),
            announced: false,
            context: false,
            release_requested: false,
            k_gnb: None,
            sessions: BTreeSet::new(),
            s_tmsi,
            waiting: Vec::new(),
            until: None,
        };
        let ran = match why {
            Some(why) => Err(why),
            None => self.connections.insert(connection).ok_or(NoConnection::Full),
        };
        match ran {
            Ok(ran) => {
                self.slots[id.0 as usize].connection = Some(ran);
                self.event(GnbEvent::Connected(id));
                self.uplink(now, id, nas);
            }
            Err(why) => {
                self.event(GnbEvent::NotConnected(id, why));
                self.with_ue(now, id, |ue, actions| ue.handle_failure(now, actions));
            }
        }
    }

    /// INITIAL CONTEXT SETUP (TS 38.413 8.3.1): security of the access stratum first, as only UE and AMF that agree on
    /// KgNB get past it; then PDU sessions, and the NAS PDUs.
    pub(super) fn set_up_context(&mut self, now: Duration, request: &InitialContextSetupRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        let Some(ue) = self.connection_of(amf, ran) else {
            return;
        };
        let Some(ue) = ue else {
            return self.context_failed(amf, ran, Cause::RADIO_CONNECTION_WITH_UE_LOST);
        };
        self.with_ue(now, ue, |ue, actions| ue.handle_context_set_up(now, actions));
        let own = self.connections.get_mut(ran).and_then(|c| c.k_gnb.take());
        if !agreed(own.as_ref(), request) {
            self.event(GnbEvent::KgNbMismatch(ue));
            self.context_failed(amf, ran, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE);
            self.left(now, ue, ReleasedBy::Gnb);
            self.with_ue(now, ue, |ue, actions| ue.handle_failure(now, actions));
            return;
        }
        let Some(connection) = self.connections.get_mut(ran) else {
            return;
        };
        connection.context = true;
        let stream = connection.stream;
        let mut response = InitialContextSetupResponse::new(amf, ran);
        let asked = request
            .pdu_session_resource_setup_list
            .as_deref()
            .unwrap_or_default();
        let (set_up, failed) = self.set_up_each(ran, asked);
        response.pdu_session_resource_setup_list = some(set_up);
        response.pdu_session_resource_failed_to_setup_list = some(failed);
        self.send(stream, &response.into());
        self.event(GnbEvent::ContextSetUp(ue));
        let of_sessions = asked.iter().filter_map(|session| session.nas_pdu.as_deref());
        for nas in request.nas_pdu.as_deref().into_iter().chain(of_sessions) {
            self.downlink(now, ue, nas.to_vec());
        }
    }

    /// UE CONTEXT MODIFICATION (TS 38.413 8.3.4): after a new AKA the access stratum gets another KgNB (TS 33.501 6.9.4.4),
    /// which must be the UE's.
    pub(super) fn modify_context(&mut self, request: &UeContextModificationRequest<'_>) {
        let (amf, ran) = (request.amf_ue_ngap_id, request.ran_ue_ngap_id);
        let Some(ue) = self.connection_of(amf, ran) else {
            return;
        };
        let stream = self.connections.get(ran).map_or(0, |c| c.stream);
        let own = ue.and_then(|ue| self.slots[ue.0 as usize].ue.me().k_gnb());
        let same = request
            .security_key
            .as_ref()
            .is_none_or(|given| own.as_ref().is_some_and(|own| is(own, given)));
        if same {
            return self.send(stream, &UeContextModificationResponse::new(amf, ran).into());
        }
        if let Some(ue) = ue {
            self.event(GnbEvent::KgNbMismatch(ue));
        }
        let cause = Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE;
        self.send(stream, &UeContextModificationFailure::new(amf, ran, cause).into());
    }

    fn context_failed(&mut self, amf: AmfUeNgapId, ran: RanUeNgapId, cause: Cause) {
        let stream = self.connections.get(ran).map_or(0, |c| c.stream);
        self.send(stream, &InitialContextSetupFailure::new(amf, ran, cause).into());
    }

    /// UE CONTEXT RELEASE COMMAND (TS 38.413 8.3.3).
    pub(super) fn release_command(&mut self, now: Duration, command: &UeContextReleaseCommand<'_>) {
        let (amf, ran) = match command.ue_ngap_ids {
            UeNgapIds::Pair {
                amf_ue_ngap_id,
                ran_ue_ngap_id,
            } => (amf_ue_ngap_id, ran_ue_ngap_id),
            UeNgapIds::Amf(amf) => match self.connections.find(|c| c.amf_ue_ngap_id == Some(amf)) {
                Some(ran) => (amf, ran),
                None => return self.unknown((Some(amf), None), Cause::UNKNOWN_LOCAL_UE_NGAP_ID),
            },
        };
        if self.connection_of(amf, ran).is_none() {
            return;
        }
        let (stream, sessions) = self.connections.get(ran).map_or((0, Vec::new()), |c| {
            (c.stream, c.sessions.iter().copied().collect())
        });
        let mut complete = UeContextReleaseComplete::new(amf, ran);
        complete.user_location_information = Some(self.config.location());
        complete.pdu_session_resource_list = some(sessions);
        self.send(stream, &complete.into());
        self.let_go(now, ran, ReleasedBy::Amf(command.cause), Ue::handle_release);
    }

    /// The gNB's own account, as after inactivity: UE CONTEXT RELEASE REQUEST (TS 38.413 8.3.2). The UE's connection stays
    /// until the AMF's command.
    pub fn release(&mut self, ue: UeId, cause: Cause) {
        if let Some(ran) = self.slots.get(ue.0 as usize).and_then(|slot| slot.connection) {
            self.request_release(ran, cause);
        }
    }

    /// The radio of a UE fails: the UE is without a connection at once, the AMF is asked to release it.
    pub fn lose_radio(&mut self, now: Duration, ue: UeId) {
        self.ue_left(now, ue);
        self.with_ue(now, ue, |ue, actions| ue.handle_failure(now, actions));
    }

    pub(super) fn request_release(&mut self, ran: RanUeNgapId, cause: Cause) {
        let Some(connection) = self.connections.get_mut(ran) else {
            return;
        };
        let Some(amf) = connection.amf_ue_ngap_id else {
            return;
        };
        if std::mem::replace(&mut connection.release_requested, true) {
            return;
        }
        let stream = connection.stream;
        let mut request = UeContextReleaseRequest::new(amf, ran, cause);
        request.pdu_session_resource_list = some(connection.sessions.iter().copied().collect());
        self.send(stream, &request.into());
    }

    /// A connection that nobody released is forgotten.
    pub(super) fn connection_due(&mut self, now: Duration, ran: RanUeNgapId) {
        let over = |connection: &Connection| connection.until.is_some_and(|until| until <= now);
        if self.connections.get(ran).is_some_and(over) {
            self.connections.remove(ran);
        }
    }

    /// The connection is gone; the UE, if it has not left already, learns it as `tell` says.
    pub(super) fn let_go(
        &mut self,
        now: Duration,
        ran: RanUeNgapId,
        by: ReleasedBy,
        tell: fn(&mut Ue, Duration, &mut Vec<Action>),
    ) {
        let Some(connection) = self.connections.remove(ran) else {
            return;
        };
        let Some(ue) = connection.ue else {
            return;
        };
        self.slots[ue.0 as usize].connection = None;
        self.event(GnbEvent::Released(ue, by));
        self.slots[ue.0 as usize].cause = RrcEstablishmentCause::MoSignalling;
        self.with_ue(now, ue, |ue, actions| tell(ue, now, actions));
    }

    /// Every connection is gone.
    pub(super) fn let_all_go(&mut self, now: Duration, by: ReleasedBy) {
        for ran in self.connections.ids() {
            self.let_go(now, ran, by, Ue::handle_failure);
        }
    }

    /// The UE of a pair of identities: `None` and an ERROR INDICATION if there is no such connection (TS 38.413 10.6),
    /// `Some(None)` if its UE has left.
    pub(super) fn connection_of(&mut self, amf: AmfUeNgapId, ran: RanUeNgapId) -> Option<Option<UeId>> {
        let Some(connection) = self.connections.get(ran).filter(|c| c.announced) else {
            self.unknown((Some(amf), Some(ran)), Cause::UNKNOWN_LOCAL_UE_NGAP_ID);
            return None;
        };
        match connection.amf_ue_ngap_id {
            Some(known) if known != amf => {
                self.unknown((Some(amf), Some(ran)), Cause::INCONSISTENT_REMOTE_UE_NGAP_ID);
                None
            }
            Some(_) => Some(connection.ue),
            None => {
                let ue = connection.ue;
                self.identified(amf, ran);
                Some(ue)
            }
        }
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

/// Whether an overloaded AMF still takes this (TS 38.413 8.7.7.2, 9.3.1.105).
const fn admitted(action: OverloadAction, cause: RrcEstablishmentCause) -> bool {
    use OverloadAction as Action;
    use RrcEstablishmentCause as Cause;
    let data = matches!(
        cause,
        Cause::MoData | Cause::MoSms | Cause::MoVideoCall | Cause::MoVoiceCall
    );
    let priority = matches!(
        cause,
        Cause::HighPriorityAccess | Cause::MpsPriorityAccess | Cause::McsPriorityAccess
    );
    let terminated = matches!(cause, Cause::MtAccess);
    match action {
        Action::RejectNonEmergencyMoDt => !data,
        Action::RejectRrcCrSignalling => !data && !matches!(cause, Cause::MoSignalling),
        Action::PermitEmergencySessionsAndMobileTerminatedServicesOnly => {
            matches!(cause, Cause::Emergency) || terminated
        }
        Action::PermitHighPrioritySessionsAndMobileTerminatedServicesOnly => priority || terminated,
    }
}
