//! Messages of one UE (TS 36.413 8.3, 8.6).

use crate::connection::{Connection, Phase};
use crate::event::{S1Discard, S1Disposition};
use crate::mme::{Cycle, Mme};
use quintet_emm::network::{ContextSetupFailure, Initial, Input, Session};
use quintet_identity::Ecgi;
use quintet_s1ap::message::{
    InitialContextSetupFailure, InitialContextSetupResponse, InitialUeMessage, NasNonDeliveryIndication,
    UeContextReleaseComplete, UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId, transport};
use quintet_sctp::AssociationId;

impl Mme {
    /// INITIAL UE MESSAGE (TS 36.413 8.6.2.1): a connection begins.
    pub(super) fn initial_ue_message(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        stream: u16,
        message: &InitialUeMessage<'_>,
    ) -> S1Disposition {
        // The eNB uses this identity for another UE now: the former connection is gone (TS 36.413 8.6.2.1).
        let former = self
            .enbs
            .get(association)
            .and_then(|enb| enb.connections.get(&message.enb_ue_s1ap_id).copied());
        if let Some(former) = former {
            self.lose(cycle, former);
        }
        let limits = self.config.limits;
        let full = self.connections.len() >= limits.connections;
        let Some(enb) = self.enbs.get_mut(association) else {
            return S1Disposition::Silent(S1Discard::NoAssociation);
        };
        if full
            || enb.connections.len() >= limits.connections_per_enb
            || enb.unproven >= limits.unproven_per_enb
        {
            self.counters.refused += 1;
            return S1Disposition::Silent(S1Discard::Limit);
        }
        let stream = match stream {
            // An eNB that uses the common stream for UEs, or more streams than it takes itself.
            transport::COMMON_STREAM => {
                transport::stream_of_ue(message.enb_ue_s1ap_id.0, enb.outbound_streams)
            }
            chosen if chosen < enb.outbound_streams => chosen,
            _ => transport::COMMON_STREAM,
        };
        let Some(ecgi) = message.eutran_cgi.or_else(|| Ecgi::new(message.tai.plmn, 0).ok()) else {
            return self.error_indication(association, Cause::SEMANTIC_ERROR);
        };
        let from = Initial {
            s_tmsi: message.s_tmsi,
            tai: message.tai,
            ecgi,
        };
        let id = self.connections.insert(Connection {
            association,
            enb_ue_s1ap_id: message.enb_ue_s1ap_id,
            stream,
            session: Some(Session::new(from)),
            attempt: None,
            asked: None,
            context: None,
            phase: Phase::Signalling,
            tai: message.tai,
            ecgi,
            heard: cycle.at.now,
            armed: None,
        });
        enb.connections.insert(message.enb_ue_s1ap_id, id);
        enb.unproven += 1;
        self.strain();
        let nas = &message.nas_pdu;
        let disposition = self.drive(cycle, id, Input::Initial { nas, from });
        self.let_go_if_idle(cycle, id);
        S1Disposition::Nas(disposition)
    }

    /// An initial message that began nothing leaves no connection behind.
    fn let_go_if_idle(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId) {
        let session = self
            .connections
            .get(id)
            .and_then(|connection| connection.session.as_ref());
        // What waits for its answer under a timer is something, too: a GUTI that was told.
        if session.is_some_and(|session| session.is_idle() && session.poll_timeout().is_none()) {
            let _ = self.drive(cycle, id, Input::ReleaseRequested);
        }
    }

    /// UPLINK NAS TRANSPORT (TS 36.413 8.6.2.3).
    pub(super) fn uplink_nas_transport(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &UplinkNasTransport<'_>,
    ) -> S1Disposition {
        let ids = (message.mme_ue_s1ap_id, message.enb_ue_s1ap_id);
        self.for_ue(cycle, association, ids.0, ids.1, |mme, cycle| {
            let Some(connection) = mme.connections.get_mut(ids.0) else {
                return S1Disposition::Silent(S1Discard::Unawaited);
            };
            connection.tai = message.tai.unwrap_or(connection.tai);
            connection.ecgi = message.eutran_cgi.unwrap_or(connection.ecgi);
            let (tai, ecgi) = (connection.tai, connection.ecgi);
            if matches!(connection.phase, Phase::Releasing(_)) {
                return S1Disposition::Silent(S1Discard::Releasing);
            }
            let nas = &message.nas_pdu;
            S1Disposition::Nas(mme.drive(cycle, ids.0, Input::Uplink { nas, tai, ecgi }))
        })
    }

    /// INITIAL CONTEXT SETUP RESPONSE (TS 36.413 8.3.1.2).
    pub(super) fn context_setup_response(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &InitialContextSetupResponse<'_>,
    ) -> S1Disposition {
        let up = message
            .e_rab_setup_list
            .as_ref()
            .is_none_or(|list| !list.is_empty());
        self.context_setup_outcome(
            cycle,
            association,
            (message.mme_ue_s1ap_id, message.enb_ue_s1ap_id),
            up,
        )
    }

    /// INITIAL CONTEXT SETUP FAILURE (TS 36.413 8.3.1.3).
    pub(super) fn context_setup_failure(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &InitialContextSetupFailure<'_>,
    ) -> S1Disposition {
        let ids = (message.mme_ue_s1ap_id, message.enb_ue_s1ap_id);
        self.context_setup_outcome(cycle, association, ids, false)
    }

    fn context_setup_outcome(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        (mme_id, enb_id): (MmeUeS1apId, EnbUeS1apId),
        up: bool,
    ) -> S1Disposition {
        self.for_ue(cycle, association, mme_id, enb_id, |mme, cycle| {
            let Some(connection) = mme.connections.get_mut(mme_id) else {
                return S1Disposition::Silent(S1Discard::Unawaited);
            };
            if !matches!(connection.phase, Phase::SettingUp(_)) {
                return S1Disposition::Silent(S1Discard::Unawaited);
            }
            connection.phase = if up { Phase::Established } else { Phase::Signalling };
            let outcome = if up {
                Ok(())
            } else {
                Err(ContextSetupFailure::Refused)
            };
            let _ = mme.drive(cycle, mme_id, Input::ContextSetup(outcome));
            S1Disposition::Handled
        })
    }

    /// UE CONTEXT RELEASE REQUEST (TS 36.413 8.3.2).
    pub(super) fn release_request(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &UeContextReleaseRequest<'_>,
    ) -> S1Disposition {
        let id = message.mme_ue_s1ap_id;
        self.for_ue(cycle, association, id, message.enb_ue_s1ap_id, |mme, cycle| {
            let _ = mme.drive(cycle, id, Input::ReleaseRequested);
            S1Disposition::Handled
        })
    }

    /// UE CONTEXT RELEASE COMPLETE (TS 36.413 8.3.3.2): the connection is gone. One that was not awaited comes from an eNB
    /// that released by itself. It is the last message of its connection, so that one with identities that are not known
    /// is not reported (10.6): the MME may have given up waiting for it.
    pub(super) fn release_complete(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &UeContextReleaseComplete<'_>,
    ) -> S1Disposition {
        let (mme_id, enb_id) = (message.mme_ue_s1ap_id, message.enb_ue_s1ap_id);
        if self.lose_either(cycle, association, Some(mme_id), Some(enb_id)) {
            S1Disposition::Handled
        } else {
            S1Disposition::Silent(S1Discard::Unawaited)
        }
    }

    /// NAS NON DELIVERY INDICATION (TS 36.413 8.6.2.4).
    pub(super) fn nas_non_delivery(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        message: &NasNonDeliveryIndication<'_>,
    ) -> S1Disposition {
        let id = message.mme_ue_s1ap_id;
        self.for_ue(cycle, association, id, message.enb_ue_s1ap_id, |mme, cycle| {
            let nas = message.nas_pdu.as_deref().unwrap_or_default();
            let _ = mme.drive(cycle, id, Input::NotDelivered(nas));
            S1Disposition::Handled
        })
    }

    /// Does something for the UE of a pair of identities, if this eNB has it. A pair that is not one is reported, and what
    /// either identity names at this eNB is released on both sides (TS 36.413 10.6).
    pub(super) fn for_ue(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        mme_id: MmeUeS1apId,
        enb_id: EnbUeS1apId,
        act: impl FnOnce(&mut Self, &mut Cycle<'_>) -> S1Disposition,
    ) -> S1Disposition {
        let now = cycle.at.now;
        let own = self
            .connections
            .get_mut(mme_id)
            .filter(|c| c.association == association);
        let cause = match own {
            Some(connection) if connection.enb_ue_s1ap_id == enb_id => {
                connection.heard = now;
                return act(self, cycle);
            }
            Some(_) => Cause::UNKNOWN_PAIR_UE_S1AP_ID,
            None => Cause::UNKNOWN_MME_UE_S1AP_ID,
        };
        let disposition = self.error_about(association, (mme_id, enb_id), cause);
        self.lose_either(cycle, association, Some(mme_id), Some(enb_id));
        disposition
    }

    /// Releases locally what either identity names at this eNB. Answers whether there was anything.
    pub(super) fn lose_either(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        mme_id: Option<MmeUeS1apId>,
        enb_id: Option<EnbUeS1apId>,
    ) -> bool {
        let Some(enb) = self.enbs.get(association) else {
            return false;
        };
        let own = |id: &MmeUeS1apId| {
            self.connections
                .get(*id)
                .is_some_and(|c| c.association == association)
        };
        let remote = enb_id.and_then(|id| enb.connections.get(&id).copied());
        let named = [mme_id.filter(own), remote];
        for id in named.into_iter().flatten() {
            self.lose(cycle, id);
        }
        named != [None, None]
    }
}
