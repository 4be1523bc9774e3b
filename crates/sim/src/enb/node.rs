//! The association and what is not of one UE: S1 SETUP, RESET, PAGING, overload (TS 36.413 8.5, 8.7).

use super::event::{EnbEvent, ReleasedBy};
use super::{Enb, S1};
use crate::radio::UeId;
use crate::ue::Ue;
use quintet_s1ap::message::{
    ErrorIndication, Paging, Reset, ResetAcknowledge, S1SetupFailure, S1SetupRequest,
};
use quintet_s1ap::transport::COMMON_STREAM;
use quintet_s1ap::{
    Cause, EnbUeS1apId, MmeUeS1apId, PagingDrx, ResetType, RrcEstablishmentCause, TimeToWait,
    UeAssociatedConnection, UePagingId,
};
use std::borrow::Cow;
use std::time::Duration;

impl Enb {
    /// The association is up, with so many outgoing streams: S1 SETUP begins.
    pub fn handle_up(&mut self, now: Duration, streams: u16) {
        self.let_all_go(now, ReleasedBy::Association);
        self.streams = streams;
        self.overload = None;
        self.set_up(now);
    }

    /// The association is gone, and every connection over it.
    pub fn handle_down(&mut self, now: Duration) {
        if self.s1 == S1::Down {
            return;
        }
        self.s1 = S1::Down;
        self.overload = None;
        self.event(EnbEvent::Down);
        self.let_all_go(now, ReleasedBy::Association);
    }

    /// S1 SETUP REQUEST (TS 36.413 8.7.3), and again when no answer comes.
    pub(super) fn set_up(&mut self, now: Duration) {
        self.s1 = S1::SettingUp(now + self.config.setup_retry);
        let mut request = S1SetupRequest::new(
            self.config.global_enb_id,
            self.config.supported_tas.clone(),
            PagingDrx::V128,
        );
        request.enb_name = Some(Cow::Owned(self.config.name.clone()));
        self.send(COMMON_STREAM, &request.into());
    }

    /// S1 SETUP RESPONSE.
    pub(super) fn is_set_up(&mut self, mme: Option<String>) {
        self.s1 = S1::Up;
        self.event(EnbEvent::SetUp { mme });
    }

    /// S1 SETUP FAILURE: again after its time to wait.
    pub(super) fn setup_failed(&mut self, now: Duration, failure: &S1SetupFailure<'_>) {
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
        self.s1 = S1::SettingUp(now + after);
        let cause = failure.cause;
        self.event(EnbEvent::SetupRefused { cause, wait });
    }

    /// Resets the S1 interface (TS 36.413 8.7.1): the MME forgets every connection of this eNB, which does the same.
    pub fn reset(&mut self, now: Duration) {
        self.let_all_go(now, ReleasedBy::Reset);
        let reset = Reset::new(Cause::MISC_UNSPECIFIED, ResetType::S1Interface);
        self.send(COMMON_STREAM, &reset.into());
    }

    /// RESET of the MME.
    pub(super) fn reset_received(&mut self, now: Duration, reset: &Reset<'_>) {
        let mut acknowledge = ResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::S1Interface => self.let_all_go(now, ReleasedBy::Reset),
            ResetType::PartOfS1Interface(list) => {
                for named in list {
                    self.reset_one(now, named);
                }
                acknowledge.ue_associated_logical_s1_connection_list = Some(list.clone());
            }
        }
        self.send(COMMON_STREAM, &acknowledge.into());
    }

    fn reset_one(&mut self, now: Duration, named: &UeAssociatedConnection) {
        let of_mme = || {
            named
                .mme_ue_s1ap_id
                .and_then(|id| self.connections.find(|c| c.mme_ue_s1ap_id == Some(id)))
        };
        if let Some(enb) = named.enb_ue_s1ap_id.or_else(of_mme) {
            self.let_go(now, enb, ReleasedBy::Reset, Ue::handle_failure);
        }
    }

    /// PAGING (TS 36.413 8.5): for one of its UEs, or somebody else's.
    pub(super) fn paging(&mut self, now: Duration, paging: &Paging<'_>) {
        let here = |listed: &quintet_s1ap::PagingTai| listed.tai == self.config.tai;
        if paging
            .tai_list
            .as_ref()
            .is_some_and(|list| !list.iter().any(here))
        {
            return;
        }
        let (found, with_imsi) = match paging.ue_paging_id {
            Some(UePagingId::STmsi(s_tmsi)) => {
                let same = |ue: &UeId| {
                    let guti = self.slots[ue.0 as usize].ue.me().guti();
                    guti.is_some_and(|guti| guti.s_tmsi() == s_tmsi)
                };
                (self.by_m_tmsi.get(&s_tmsi.m_tmsi).copied().filter(same), false)
            }
            Some(UePagingId::Imsi(imsi)) => {
                let is = |ue: &Ue| ue.me().identity().imsi == Some(imsi);
                let at = self.slots.iter().position(|slot| is(&slot.ue));
                (at.map(|at| UeId(at as u32)), true)
            }
            None => (None, false),
        };
        let Some(id) = found else {
            return;
        };
        // One that has a connection does not listen.
        if self.slots[id.0 as usize].connection.is_some() {
            return;
        }
        self.slots[id.0 as usize].cause = RrcEstablishmentCause::MtAccess;
        self.event(EnbEvent::Paged(id));
        self.with_ue(now, id, |ue, actions| ue.handle_paging(now, with_imsi, actions));
    }

    /// ERROR INDICATION of the MME: one that does not know the connection has lost it (TS 36.413 10.6).
    pub(super) fn error_indicated(&mut self, now: Duration, indication: &ErrorIndication<'_>) {
        let lost = [
            Cause::UNKNOWN_MME_UE_S1AP_ID,
            Cause::UNKNOWN_ENB_UE_S1AP_ID,
            Cause::UNKNOWN_PAIR_UE_S1AP_ID,
        ];
        let known = indication
            .enb_ue_s1ap_id
            .and_then(|enb| Some((enb, self.connections.get(enb)?.ue)));
        let ue = known.and_then(|(_, ue)| ue);
        self.event(EnbEvent::ErrorIndicated(ue, indication.cause));
        if let Some((enb, _)) = known
            && indication.cause.is_some_and(|cause| lost.contains(&cause))
        {
            self.let_go(now, enb, ReleasedBy::Reset, Ue::handle_failure);
        }
    }

    /// ERROR INDICATION with the identities that were received (TS 36.413 10.6).
    pub(super) fn unknown(&mut self, (mme, enb): (Option<MmeUeS1apId>, Option<EnbUeS1apId>), cause: Cause) {
        let mut indication = ErrorIndication::new();
        (indication.mme_ue_s1ap_id, indication.enb_ue_s1ap_id) = (mme, enb);
        indication.cause = Some(cause);
        self.send(COMMON_STREAM, &indication.into());
        self.event(EnbEvent::Fault {
            cause: Some(cause),
            what: format!("{mme:?}, {enb:?}: {}", cause.name()),
        });
    }
}
