//! Messages of one UE (TS 38.413 8.2, 8.3, 8.6).

use crate::amf::Amf;
use crate::connection::{Connection, Phase};
use crate::event::{N2Discard, N2Disposition};
use quintet_fgmm::network::{At, ContextSetupFailure, EstablishmentCause, Initial, Input, Session};
use quintet_identity::fgs::{Ncgi, Tai};
use quintet_ngap::message::{
    InitialContextSetupFailure, InitialContextSetupResponse, InitialUeMessage, NasNonDeliveryIndication,
    PduSessionResourceSetupResponse, UeContextReleaseComplete, UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, RanUeNgapId, RrcEstablishmentCause, UserLocationInformation, transport,
};
use quintet_sctp::AssociationId;

impl Amf {
    /// INITIAL UE MESSAGE (TS 38.413 8.6.1): a connection begins.
    pub(super) fn initial_ue_message(
        &mut self,
        at: At,
        association: AssociationId,
        stream: u16,
        message: &InitialUeMessage<'_>,
    ) -> N2Disposition {
        // The gNB uses this identity for another UE now: the former connection is gone.
        let former = self
            .gnbs
            .get(association)
            .and_then(|gnb| gnb.connections.get(&message.ran_ue_ngap_id).copied());
        if let Some(former) = former {
            self.lose(at, former);
        }
        let here = place(&message.user_location_information);
        let Some((tai, ncgi)) = here.filter(|(tai, _)| self.is_place_of(association, tai)) else {
            // Elsewhere, or over non-3GPP access, which is not supported.
            return self.error_indication(association, Cause::SEMANTIC_ERROR);
        };
        let limits = self.config.limits;
        let full = self.connections.len() >= limits.connections;
        let Some(gnb) = self.gnbs.get_mut(association) else {
            return N2Disposition::Silent(N2Discard::NoAssociation);
        };
        if full
            || gnb.connections.len() >= limits.connections_per_gnb
            || gnb.unproven >= limits.unproven_per_gnb
        {
            self.counters.refused += 1;
            return N2Disposition::Silent(N2Discard::Limit);
        }
        let stream = match stream {
            // A gNB that uses the common stream for UEs, or more streams than it takes itself.
            transport::COMMON_STREAM => {
                transport::stream_of_ue(message.ran_ue_ngap_id.0.into(), gnb.outbound_streams)
            }
            chosen if chosen < gnb.outbound_streams => chosen,
            _ => transport::COMMON_STREAM,
        };
        let from = Initial {
            s_tmsi: message.five_g_s_tmsi,
            tai,
            ncgi,
            establishment_cause: establishment_cause(message.rrc_establishment_cause),
            context_requested: message.ue_context_request.is_some(),
        };
        let id = self.connections.insert(Connection {
            association,
            ran_ue_ngap_id: message.ran_ue_ngap_id,
            stream,
            session: Some(Session::new(from)),
            attempt: None,
            authentication: None,
            registering: None,
            context: None,
            phase: Phase::Signalling,
            tai,
            ncgi,
            heard: at.now,
            armed: None,
        });
        gnb.connections.insert(message.ran_ue_ngap_id, id);
        gnb.unproven += 1;
        self.strain();
        let nas = &message.nas_pdu;
        let disposition = self.drive(at, id, Input::Initial { nas, from });
        self.let_go_if_idle(at, id);
        N2Disposition::Nas(disposition)
    }

    /// Whether a gNB was set up with a tracking area: it has no UEs in others (TS 38.413 8.7.1).
    fn is_place_of(&self, association: AssociationId, tai: &Tai) -> bool {
        let setup = self.gnbs.get(association).and_then(|gnb| gnb.setup.as_ref());
        setup.is_some_and(|setup| setup.serves(tai))
    }

    /// An initial message that began nothing leaves no connection behind.
    fn let_go_if_idle(&mut self, at: At, id: AmfUeNgapId) {
        let session = self
            .connections
            .get(id)
            .and_then(|connection| connection.session.as_ref());
        // What waits for its answer under a timer is something, too: a 5G-GUTI that was told. So is a UE that is known:
        // it was served at once, and goes on.
        let idle = session.is_some_and(|session| {
            session.is_idle() && session.poll_timeout().is_none() && session.context().is_none()
        });
        if idle {
            let _ = self.drive(at, id, Input::ReleaseRequested);
        }
    }

    /// UPLINK NAS TRANSPORT (TS 38.413 8.6.3).
    pub(super) fn uplink_nas_transport(
        &mut self,
        at: At,
        association: AssociationId,
        message: &UplinkNasTransport<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.for_ue(at, association, ids, |amf| {
            let told = message.user_location_information.as_ref().and_then(place);
            if told.is_some_and(|(tai, _)| !amf.is_place_of(association, &tai)) {
                return amf.error_about(association, ids, Cause::SEMANTIC_ERROR);
            }
            let Some(connection) = amf.connections.get_mut(ids.0) else {
                return N2Disposition::Silent(N2Discard::Unawaited);
            };
            (connection.tai, connection.ncgi) = told.unwrap_or((connection.tai, connection.ncgi));
            let (tai, ncgi) = (connection.tai, connection.ncgi);
            if matches!(connection.phase, Phase::Releasing(_)) {
                return N2Disposition::Silent(N2Discard::Releasing);
            }
            let nas = &message.nas_pdu;
            N2Disposition::Nas(amf.drive(at, ids.0, Input::Uplink { nas, tai, ncgi }))
        })
    }

    /// INITIAL CONTEXT SETUP RESPONSE (TS 38.413 8.3.1.2).
    pub(super) fn context_setup_response(
        &mut self,
        at: At,
        association: AssociationId,
        message: &InitialContextSetupResponse<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.context_setup_outcome(at, association, ids, true)
    }

    /// INITIAL CONTEXT SETUP FAILURE (TS 38.413 8.3.1.3).
    pub(super) fn context_setup_failure(
        &mut self,
        at: At,
        association: AssociationId,
        message: &InitialContextSetupFailure<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.context_setup_outcome(at, association, ids, false)
    }

    fn context_setup_outcome(
        &mut self,
        at: At,
        association: AssociationId,
        ids: (AmfUeNgapId, RanUeNgapId),
        up: bool,
    ) -> N2Disposition {
        self.for_ue(at, association, ids, |amf| {
            let Some(connection) = amf.connections.get_mut(ids.0) else {
                return N2Disposition::Silent(N2Discard::Unawaited);
            };
            if !matches!(connection.phase, Phase::SettingUp(_)) {
                return N2Disposition::Silent(N2Discard::Unawaited);
            }
            connection.phase = if up { Phase::Established } else { Phase::Signalling };
            let outcome = if up {
                Ok(())
            } else {
                Err(ContextSetupFailure::Refused)
            };
            let _ = amf.drive(at, ids.0, Input::ContextSetup(outcome));
            N2Disposition::Handled
        })
    }

    /// PDU SESSION RESOURCE SETUP RESPONSE (TS 38.413 8.2.1.2): the sessions' SMFs hear what became of it.
    pub(super) fn resource_setup_response(
        &mut self,
        at: At,
        association: AssociationId,
        message: &PduSessionResourceSetupResponse<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.for_ue(at, association, ids, |amf| {
            let up = message.pdu_session_resource_setup_list.iter().flatten();
            let failed = message.pdu_session_resource_failed_to_setup_list.iter().flatten();
            for (item, set_up) in up.map(|i| (i, true)).chain(failed.map(|i| (i, false))) {
                amf.resource_answered(ids.0, item.pdu_session_id.0, set_up, &item.transfer);
            }
            N2Disposition::Handled
        })
    }

    /// UE CONTEXT RELEASE REQUEST (TS 38.413 8.3.2).
    pub(super) fn release_request(
        &mut self,
        at: At,
        association: AssociationId,
        message: &UeContextReleaseRequest<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.for_ue(at, association, ids, |amf| {
            let _ = amf.drive(at, ids.0, Input::ReleaseRequested);
            N2Disposition::Handled
        })
    }

    /// UE CONTEXT RELEASE COMPLETE (TS 38.413 8.3.3.2): the connection is gone. One that was not awaited comes from a gNB
    /// that released by itself. It is the last message of its connection, so that one with identities that are not known
    /// is not reported (10.6): the AMF may have given up waiting for it.
    pub(super) fn release_complete(
        &mut self,
        at: At,
        association: AssociationId,
        message: &UeContextReleaseComplete<'_>,
    ) -> N2Disposition {
        let (amf_id, ran_id) = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        if self.lose_either(at, association, Some(amf_id), Some(ran_id)) {
            N2Disposition::Handled
        } else {
            N2Disposition::Silent(N2Discard::Unawaited)
        }
    }

    /// NAS NON DELIVERY INDICATION (TS 38.413 8.6.4).
    pub(super) fn nas_non_delivery(
        &mut self,
        at: At,
        association: AssociationId,
        message: &NasNonDeliveryIndication<'_>,
    ) -> N2Disposition {
        let ids = (message.amf_ue_ngap_id, message.ran_ue_ngap_id);
        self.for_ue(at, association, ids, |amf| {
            let nas = message.nas_pdu.as_deref().unwrap_or_default();
            let _ = amf.drive(at, ids.0, Input::NotDelivered(nas));
            N2Disposition::Handled
        })
    }

    /// A message that needs nothing but its UE.
    pub(super) fn noted(
        &mut self,
        at: At,
        association: AssociationId,
        ids: (AmfUeNgapId, RanUeNgapId),
    ) -> N2Disposition {
        self.for_ue(at, association, ids, |_| N2Disposition::Handled)
    }

    /// Does something for the UE of a pair of identities, if this gNB has it. A pair that is not one is reported, and what
    /// either identity names at this gNB is released on both sides (TS 38.413 10.6).
    fn for_ue(
        &mut self,
        at: At,
        association: AssociationId,
        (amf_id, ran_id): (AmfUeNgapId, RanUeNgapId),
        act: impl FnOnce(&mut Self) -> N2Disposition,
    ) -> N2Disposition {
        let own = self
            .connections
            .get_mut(amf_id)
            .filter(|c| c.association == association);
        let cause = match own {
            Some(connection) if connection.ran_ue_ngap_id == ran_id => {
                connection.heard = at.now;
                return act(self);
            }
            Some(_) => Cause::INCONSISTENT_REMOTE_UE_NGAP_ID,
            None => Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
        };
        let disposition = self.error_about(association, (amf_id, ran_id), cause);
        self.lose_either(at, association, Some(amf_id), Some(ran_id));
        disposition
    }

    /// Releases locally what either identity names at this gNB. Answers whether there was anything.
    pub(super) fn lose_either(
        &mut self,
        at: At,
        association: AssociationId,
        amf_id: Option<AmfUeNgapId>,
        ran_id: Option<RanUeNgapId>,
    ) -> bool {
        let Some(gnb) = self.gnbs.get(association) else {
            return false;
        };
        let own = |id: &AmfUeNgapId| {
            self.connections
                .get(*id)
                .is_some_and(|c| c.association == association)
        };
        let remote = ran_id.and_then(|id| gnb.connections.get(&id).copied());
        let named = [amf_id.filter(own), remote];
        for id in named.into_iter().flatten() {
            self.lose(at, id);
        }
        named != [None, None]
    }
}

/// Where a UE of 3GPP access is. A cell of E-UTRA stands under its number.
fn place(told: &UserLocationInformation) -> Option<(Tai, Ncgi)> {
    match *told {
        UserLocationInformation::Nr { nr_cgi, tai, .. } => Some((tai, nr_cgi)),
        UserLocationInformation::Eutra { eutra_cgi, tai, .. } => {
            let cell = u64::from(eutra_cgi.cell());
            Some((tai, Ncgi::new(eutra_cgi.plmn(), cell).ok()?))
        }
        UserLocationInformation::N3iwf { .. } => None,
    }
}

fn establishment_cause(told: Option<RrcEstablishmentCause>) -> EstablishmentCause {
    use EstablishmentCause as Fgmm;
    use RrcEstablishmentCause as Rrc;
    match told {
        Some(Rrc::Emergency) => Fgmm::Emergency,
        Some(Rrc::HighPriorityAccess | Rrc::MpsPriorityAccess | Rrc::McsPriorityAccess) => {
            Fgmm::HighPriorityAccess
        }
        Some(Rrc::MtAccess) => Fgmm::MtAccess,
        Some(Rrc::MoSignalling) => Fgmm::MoSignalling,
        Some(Rrc::MoData | Rrc::MoExceptionData) => Fgmm::MoData,
        Some(Rrc::MoVoiceCall | Rrc::MoVideoCall | Rrc::MoSms) => Fgmm::MoCall,
        Some(Rrc::NotAvailable) | None => Fgmm::Other,
    }
}
