//! S1 SETUP, configuration updates, RESET, overload (TS 36.413 8.7).

use crate::enb::EnbSetup;
use crate::event::{MmeEvent, S1Disposition};
use crate::mme::{Cycle, Mme, S1Output};
use quintet_s1ap::message::{
    EnbConfigurationUpdate, EnbConfigurationUpdateAcknowledge, EnbConfigurationUpdateFailure, OverloadStart,
    OverloadStop, Reset, ResetAcknowledge, S1SetupFailure, S1SetupRequest, S1SetupResponse,
};
use quintet_s1ap::transport::COMMON_STREAM;
use quintet_s1ap::{
    Cause, MmeUeS1apId, OverloadAction, ResetType, ServedGummei, SupportedTa, TimeToWait,
    UeAssociatedConnection,
};
use quintet_sctp::AssociationId;

/// Shares of the limit of connections, in eighths, at which eNBs are told to hold back, and to go on.
const OVERLOAD_START_EIGHTHS: usize = 7;
const OVERLOAD_STOP_EIGHTHS: usize = 6;

impl Mme {
    /// S1 SETUP REQUEST (TS 36.413 8.7.3): a repeated one begins anew, without the UEs of before.
    pub(super) fn s1_setup(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        request: &S1SetupRequest<'_>,
    ) -> S1Disposition {
        self.lose_all(cycle, association);
        if let Some(enb) = self.enbs.get_mut(association) {
            enb.setup = None;
        }
        if let Err(cause) = self.served(&request.supported_tas) {
            return self.refuse_setup(association, cause);
        }
        if let Some(old) = self.enbs.set_up_as(&request.global_enb_id, association) {
            if !self.same_host(old, association) {
                // Another host that calls itself the same does not put out the one that is served.
                return self.refuse_setup(association, Cause::MISC_UNSPECIFIED);
            }
            // The eNB has come back before its old association was found dead.
            self.out.push_back(S1Output::Shutdown { association: old });
            self.s1_down(cycle.at, cycle.node, old);
        }
        let setup = EnbSetup {
            global_enb_id: request.global_enb_id,
            name: request.enb_name.as_deref().map(str::to_owned),
            supported_tas: request.supported_tas.clone(),
        };
        self.set_up(association, setup);
        let pool = ServedGummei {
            served_plmns: vec![self.config.gummei.plmn],
            served_group_ids: vec![self.config.gummei.mme_group_id],
            served_mmecs: vec![self.config.gummei.mme_code],
        };
        let mut response = S1SetupResponse::new(vec![pool], self.config.relative_capacity);
        let name = self.config.name.clone();
        response.mme_name = Some(name.into());
        self.send(association, COMMON_STREAM, &response.into());
        if self.overloaded {
            self.send(association, COMMON_STREAM, &overload_start());
        }
        S1Disposition::Handled
    }

    /// S1 SETUP FAILURE.
    fn refuse_setup(&mut self, association: AssociationId, cause: Cause) -> S1Disposition {
        let mut failure = S1SetupFailure::new(cause);
        failure.time_to_wait = Some(TimeToWait::V60s);
        self.send(association, COMMON_STREAM, &failure.into());
        self.report(|| MmeEvent::EnbRefused { association, cause });
        S1Disposition::Replied(cause)
    }

    /// Whether two associations are from one address, whatever the ports.
    fn same_host(&self, one: AssociationId, other: AssociationId) -> bool {
        let host = |association| self.enbs.get(association).map(|enb| enb.peer.ip());
        host(one) == host(other)
    }

    /// ENB CONFIGURATION UPDATE (TS 36.413 8.7.4).
    pub(super) fn enb_configuration_update(
        &mut self,
        association: AssociationId,
        update: &EnbConfigurationUpdate<'_>,
    ) -> S1Disposition {
        if let Some(Err(cause)) = update.supported_tas.as_ref().map(|areas| self.served(areas)) {
            let mut failure = EnbConfigurationUpdateFailure::new(cause);
            failure.time_to_wait = Some(TimeToWait::V60s);
            self.send(association, COMMON_STREAM, &failure.into());
            return S1Disposition::Replied(cause);
        }
        if let Some(mut setup) = self.enbs.get(association).and_then(|enb| enb.setup.clone()) {
            if let Some(name) = &update.enb_name {
                setup.name = Some(name.clone().into_owned());
            }
            if let Some(areas) = &update.supported_tas {
                setup.supported_tas.clone_from(areas);
            }
            self.set_up(association, setup);
        }
        self.send(
            association,
            COMMON_STREAM,
            &EnbConfigurationUpdateAcknowledge::new().into(),
        );
        S1Disposition::Handled
    }

    fn set_up(&mut self, association: AssociationId, setup: EnbSetup) {
        if let Some(enb) = self.enbs.get_mut(association) {
            enb.setup = Some(setup.clone());
        }
        self.report(|| MmeEvent::EnbSetUp { association, setup });
    }

    /// Whether one of these tracking areas is served, in a PLMN that is.
    fn served(&self, areas: &[SupportedTa]) -> Result<(), Cause> {
        let served = &self.config.policy.tracking_areas;
        let plmns = || areas.iter().flat_map(|area| &area.broadcast_plmns);
        if !plmns().any(|plmn| served.iter().any(|tai| tai.plmn == *plmn)) {
            return Err(Cause::UNKNOWN_PLMN);
        }
        let known = |area: &SupportedTa| {
            served
                .iter()
                .any(|tai| tai.tac == area.tac && area.broadcast_plmns.contains(&tai.plmn))
        };
        if areas.iter().any(known) {
            Ok(())
        } else {
            Err(Cause::MISC_UNSPECIFIED)
        }
    }

    /// RESET (TS 36.413 8.7.1): the named connections, or all, are gone without a word.
    pub(super) fn reset(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        reset: &Reset<'_>,
    ) -> S1Disposition {
        let mut acknowledge = ResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::S1Interface => self.lose_all(cycle, association),
            ResetType::PartOfS1Interface(list) => {
                for named in list {
                    if let Some(id) = self.named(association, named) {
                        self.lose(cycle, id);
                    }
                }
                acknowledge.ue_associated_logical_s1_connection_list = Some(list.clone());
            }
        }
        self.send(association, COMMON_STREAM, &acknowledge.into());
        S1Disposition::Handled
    }

    /// The connection of this eNB that one identity, or both, name.
    fn named(&self, association: AssociationId, named: &UeAssociatedConnection) -> Option<MmeUeS1apId> {
        let of_enb = named
            .enb_ue_s1ap_id
            .and_then(|id| self.enbs.get(association)?.connections.get(&id).copied());
        let id = named.mme_ue_s1ap_id.or(of_enb)?;
        let connection = self.connections.get(id)?;
        let same = connection.association == association
            && named
                .enb_ue_s1ap_id
                .is_none_or(|enb| connection.enb_ue_s1ap_id == enb);
        same.then_some(id)
    }

    /// Every connection of an eNB is gone.
    fn lose_all(&mut self, cycle: &mut Cycle<'_>, association: AssociationId) {
        let Some(enb) = self.enbs.get(association) else {
            return;
        };
        let mut lost: Vec<MmeUeS1apId> = enb.connections.values().copied().collect();
        lost.sort_unstable();
        for id in lost {
            self.lose(cycle, id);
        }
    }

    /// A connection was added: eNBs are told to hold back when there are nearly too many (TS 36.413 8.7.6).
    pub(crate) fn strain(&mut self) {
        let limit = self.config.limits.connections;
        if !self.overloaded && self.connections.len() * 8 >= limit * OVERLOAD_START_EIGHTHS {
            self.overloaded = true;
            self.broadcast(&overload_start());
        }
    }

    /// A connection is gone: eNBs are told to go on when there is room again.
    pub(crate) fn relax(&mut self) {
        let limit = self.config.limits.connections;
        if self.overloaded && self.connections.len() * 8 <= limit * OVERLOAD_STOP_EIGHTHS {
            self.overloaded = false;
            self.broadcast(&OverloadStop::new().into());
        }
    }

    fn broadcast(&mut self, message: &quintet_s1ap::S1apPdu<'_>) {
        let set_up = self
            .enbs
            .by_association
            .iter()
            .filter(|(_, enb)| enb.setup.is_some());
        let mut all: Vec<AssociationId> = set_up.map(|(association, _)| *association).collect();
        all.sort_unstable();
        for association in all {
            self.send(association, COMMON_STREAM, message);
        }
    }
}

fn overload_start() -> quintet_s1ap::S1apPdu<'static> {
    OverloadStart::new(OverloadAction::RejectRrcCrSignalling).into()
}
