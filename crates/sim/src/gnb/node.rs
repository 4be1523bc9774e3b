//! The association and what is not of one UE: NG SETUP, NG RESET, PAGING, overload (TS 38.413 8.5, 8.7).

use super::Ue;
use super::event::{GnbEvent, ReleasedBy};
use super::{Gnb, Ng};
use crate::radio::UeId;
use quintet_ngap::message::{
    ErrorIndication, NgReset, NgResetAcknowledge, NgSetupFailure, NgSetupRequest, Paging,
};
use quintet_ngap::transport::COMMON_STREAM;
use quintet_ngap::{
    AmfUeNgapId, Cause, PagingDrx, RanUeNgapId, ResetType, RrcEstablishmentCause, TimeToWait,
    UeAssociatedConnection,
};
use std::borrow::Cow;
use std::time::Duration;

impl Gnb {
    /// The association is up, with so many outgoing streams: NG SETUP begins.
    pub fn handle_up(&mut self, now: Duration, streams: u16) {
        self.let_all_go(now, ReleasedBy::Association);
        self.streams = streams;
        self.overload = None;
        self.set_up(now);
    }

    /// The association is gone, and every connection over it.
    pub fn handle_down(&mut self, now: Duration) {
        if self.ng == Ng::Down {
            return;
        }
        self.ng = Ng::Down;
        self.overload = None;
        self.event(GnbEvent::Down);
        self.let_all_go(now, ReleasedBy::Association);
    }

    /// NG SETUP REQUEST (TS 38.413 8.7.1), and again when no answer comes.
    pub(super) fn set_up(&mut self, now: Duration) {
        self.ng = Ng::SettingUp(now + self.config.setup_retry);
        let mut request = NgSetupRequest::new(
            self.config.global_ran_node_id,
            self.config.supported_ta_list.clone(),
            PagingDrx::V128,
        );
        request.ran_node_name = Some(Cow::Owned(self.config.name.clone()));
        self.send(COMMON_STREAM, &request.into());
    }

    /// NG SETUP RESPONSE.
    pub(super) fn is_set_up(&mut self, amf: String) {
        self.ng = Ng::Up;
        self.event(GnbEvent::SetUp { amf });
    }

    /// NG SETUP FAILURE: again after its time to wait.
    pub(super) fn setup_failed(&mut self, now: Duration, failure: &NgSetupFailure<'_>) {
        let wait = failure.time_to_wait;
        let seconds = wait.map(|wait| match wait {
            TimeToWait::V1s => 1,
            TimeToWait::V2s => 2,
            TimeToWait::V5s => 5,
            TimeToWait::V10s => 10,
            TimeToWait::V20s => 20,
            TimeToWait::V60s => 60,
        });
        let after = seconds.map_or(self.config.setup_retry, Duration::from_secs);
        self.ng = Ng::SettingUp(now + after);
        let cause = failure.cause;
        self.event(GnbEvent::SetupRefused { cause, wait });
    }

    /// Resets the NG interface (TS 38.413 8.7.4): the AMF forgets every connection of this gNB, which does the same.
    pub fn reset(&mut self, now: Duration) {
        self.let_all_go(now, ReleasedBy::Reset);
        let reset = NgReset::new(Cause::MISC_UNSPECIFIED, ResetType::NgInterface);
        self.send(COMMON_STREAM, &reset.into());
    }

    /// NG RESET of the AMF.
    pub(super) fn reset_received(&mut self, now: Duration, reset: &NgReset<'_>) {
        let mut acknowledge = NgResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::NgInterface => self.let_all_go(now, ReleasedBy::Reset),
            ResetType::PartOfNgInterface(list) => {
                for named in list {
                    self.reset_one(now, named);
                }
                acknowledge.ue_associated_logical_ng_connection_list = Some(list.clone());
            }
        }
        self.send(COMMON_STREAM, &acknowledge.into());
    }

    fn reset_one(&mut self, now: Duration, named: &UeAssociatedConnection) {
        let of_amf = || {
            named
                .amf_ue_ngap_id
                .and_then(|id| self.connections.find(|c| c.amf_ue_ngap_id == Some(id)))
        };
        if let Some(ran) = named.ran_ue_ngap_id.or_else(of_amf) {
            self.let_go(now, ran, ReleasedBy::Reset, Ue::handle_failure);
        }
    }

    /// PAGING (TS 38.413 8.5): for one of its UEs, or somebody else's.
    pub(super) fn paging(&mut self, now: Duration, paging: &Paging<'_>) {
        if paging
            .tai_list_for_paging
            .as_ref()
            .is_some_and(|list| !list.contains(&self.config.tai))
        {
            return;
        }
        let Some(s_tmsi) = paging.ue_paging_identity else {
            return;
        };
        let same = |ue: &UeId| {
            let guti = self.slots[ue.0 as usize].ue.me().guti();
            guti.is_some_and(|guti| guti.s_tmsi() == s_tmsi)
        };
        let Some(id) = self.by_tmsi.get(&s_tmsi.tmsi).copied().filter(same) else {
            return;
        };
        // One that has a connection does not listen.
        if self.slots[id.0 as usize].connection.is_some() {
            return;
        }
        self.slots[id.0 as usize].cause = RrcEstablishmentCause::MtAccess;
        self.event(GnbEvent::Paged(id));
        self.with_ue(now, id, |ue, actions| ue.handle_paging(now, actions));
    }

    /// ERROR INDICATION of the AMF: one that does not know the connection has lost it (TS 38.413 10.6).
    pub(super) fn error_indicated(&mut self, now: Duration, indication: &ErrorIndication<'_>) {
        let lost = [
            Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
            Cause::INCONSISTENT_REMOTE_UE_NGAP_ID,
        ];
        let known = indication
            .ran_ue_ngap_id
            .and_then(|ran| Some((ran, self.connections.get(ran)?.ue)));
        let ue = known.and_then(|(_, ue)| ue);
        self.event(GnbEvent::ErrorIndicated(ue, indication.cause));
        if let Some((ran, _)) = known
            && indication.cause.is_some_and(|cause| lost.contains(&cause))
        {
            self.let_go(now, ran, ReleasedBy::Reset, Ue::handle_failure);
        }
    }

    /// ERROR INDICATION with the identities that were received (TS 38.413 10.6).
    pub(super) fn unknown(&mut self, (amf, ran): (Option<AmfUeNgapId>, Option<RanUeNgapId>), cause: Cause) {
        let mut indication = ErrorIndication::new();
        (indication.amf_ue_ngap_id, indication.ran_ue_ngap_id) = (amf, ran);
        indication.cause = Some(cause);
        self.send(COMMON_STREAM, &indication.into());
        self.event(GnbEvent::Fault {
            cause: Some(cause),
            what: format!("{amf:?}, {ran:?}: {}", cause.name()),
        });
    }
}
