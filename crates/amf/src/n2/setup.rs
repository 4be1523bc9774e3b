//! NG SETUP, configuration updates, overload, AMF status (TS 38.413 8.7).

use crate::amf::{Amf, N2Output};
use crate::event::{AmfEvent, N2Disposition};
use crate::gnb::GnbSetup;
use quintet_fgmm::network::At;
use quintet_ngap::message::{
    AmfStatusIndication, NgSetupFailure, NgSetupRequest, NgSetupResponse, OverloadStart, OverloadStop,
    RanConfigurationUpdate, RanConfigurationUpdateAcknowledge, RanConfigurationUpdateFailure,
};
use quintet_ngap::transport::COMMON_STREAM;
use quintet_ngap::{
    Cause, NgapPdu, OverloadAction, PlmnSupport, ServedGuami, SupportedTa, TimeToWait, UnavailableGuami,
};
use quintet_sctp::AssociationId;

/// Shares of the limit of connections, in eighths, at which gNBs are told to hold back, and to go on.
const OVERLOAD_START_EIGHTHS: usize = 7;
const OVERLOAD_STOP_EIGHTHS: usize = 6;

/// How long a gNB that is refused is to wait: a configuration has to change meanwhile.
const TIME_TO_WAIT: TimeToWait = TimeToWait::V60s;

impl Amf {
    /// NG SETUP REQUEST (TS 38.413 8.7.1): a repeated one begins anew, without the UEs of before.
    pub(super) fn ng_setup(
        &mut self,
        at: At,
        association: AssociationId,
        request: &NgSetupRequest<'_>,
    ) -> N2Disposition {
        self.lose_all(at, association);
        if let Some(gnb) = self.gnbs.get_mut(association) {
            gnb.setup = None;
        }
        if let Err(cause) = self.served(&request.supported_ta_list) {
            return self.refuse_setup(association, cause);
        }
        if let Some(old) = self.gnbs.set_up_as(&request.global_ran_node_id, association) {
            if !self.same_host(old, association) {
                // Another host that calls itself the same does not put out the one that is served.
                return self.refuse_setup(association, Cause::MISC_UNSPECIFIED);
            }
            // The gNB has come back before its old association was found dead.
            self.out.push_back(N2Output::Shutdown { association: old });
            self.n2_down(at, old);
        }
        let setup = GnbSetup {
            global_ran_node_id: request.global_ran_node_id,
            name: request.ran_node_name.as_deref().map(str::to_owned),
            supported_tas: request.supported_ta_list.clone(),
        };
        self.set_up(association, setup);
        let policy = &self.config.policy;
        let guami = ServedGuami {
            guami: policy.guami,
            backup_amf_name: None,
        };
        let plmn = PlmnSupport {
            plmn_identity: policy.guami.plmn,
            slice_support: policy.slices.clone(),
        };
        let name = self.config.name.clone();
        let capacity = self.config.relative_capacity;
        let response = NgSetupResponse::new(name.into(), vec![guami], capacity, vec![plmn]);
        self.send(association, COMMON_STREAM, &response.into());
        if self.overloaded {
            self.send(association, COMMON_STREAM, &overload_start());
        }
        N2Disposition::Handled
    }

    /// NG SETUP FAILURE.
    fn refuse_setup(&mut self, association: AssociationId, cause: Cause) -> N2Disposition {
        let mut failure = NgSetupFailure::new(cause);
        failure.time_to_wait = Some(TIME_TO_WAIT);
        self.send(association, COMMON_STREAM, &failure.into());
        self.report(|| AmfEvent::GnbRefused { association, cause });
        N2Disposition::Replied(cause)
    }

    /// Whether two associations are from one address, whatever the ports.
    fn same_host(&self, one: AssociationId, other: AssociationId) -> bool {
        let host = |association| self.gnbs.get(association).map(|gnb| gnb.peer.ip());
        host(one) == host(other)
    }

    /// RAN CONFIGURATION UPDATE (TS 38.413 8.7.2).
    pub(super) fn ran_configuration_update(
        &mut self,
        association: AssociationId,
        update: &RanConfigurationUpdate<'_>,
    ) -> N2Disposition {
        let refused = update
            .supported_ta_list
            .as_ref()
            .and_then(|areas| self.served(areas).err());
        if let Some(cause) = refused {
            let mut failure = RanConfigurationUpdateFailure::new(cause);
            failure.time_to_wait = Some(TIME_TO_WAIT);
            self.send(association, COMMON_STREAM, &failure.into());
            return N2Disposition::Replied(cause);
        }
        if let Some(mut setup) = self.gnbs.get(association).and_then(|gnb| gnb.setup.clone()) {
            if let Some(name) = &update.ran_node_name {
                setup.name = Some(name.clone().into_owned());
            }
            if let Some(areas) = &update.supported_ta_list {
                setup.supported_tas.clone_from(areas);
            }
            self.set_up(association, setup);
        }
        let acknowledge = RanConfigurationUpdateAcknowledge::new();
        self.send(association, COMMON_STREAM, &acknowledge.into());
        N2Disposition::Handled
    }

    fn set_up(&mut self, association: AssociationId, setup: GnbSetup) {
        if let Some(gnb) = self.gnbs.get_mut(association) {
            gnb.setup = Some(setup.clone());
        }
        self.report(|| AmfEvent::GnbSetUp { association, setup });
    }

    /// Whether one of these tracking areas is served, in a PLMN that is, with a slice that is.
    fn served(&self, areas: &[SupportedTa]) -> Result<(), Cause> {
        let policy = &self.config.policy;
        let served = &policy.tracking_areas;
        let items = || {
            let of = |area: &'_ SupportedTa| area.tac;
            areas
                .iter()
                .flat_map(move |area| area.broadcast_plmns.iter().map(move |item| (of(area), item)))
        };
        if !items().any(|(_, item)| served.iter().any(|tai| tai.plmn == item.plmn_identity)) {
            return Err(Cause::UNKNOWN_PLMN_OR_SNPN);
        }
        let mut known = items()
            .filter(|(tac, item)| {
                let mut served = served.iter();
                served.any(|tai| tai.tac == *tac && tai.plmn == item.plmn_identity)
            })
            .peekable();
        if known.peek().is_none() {
            return Err(Cause::MISC_UNSPECIFIED);
        }
        let sliced = |slices: &[_]| policy.slices.iter().any(|slice| slices.contains(slice));
        if known.any(|(_, item)| sliced(&item.tai_slice_support)) {
            Ok(())
        } else {
            Err(Cause::SLICE_NOT_SUPPORTED)
        }
    }

    /// A connection was added: gNBs are told to hold back when there are nearly too many (TS 38.413 8.7.7).
    pub(crate) fn strain(&mut self) {
        let limit = self.config.limits.connections;
        if !self.overloaded && self.connections.len() * 8 >= limit * OVERLOAD_START_EIGHTHS {
            self.overloaded = true;
            self.broadcast(&overload_start());
        }
    }

    /// A connection is gone: gNBs are told to go on when there is room again.
    pub(crate) fn relax(&mut self) {
        let limit = self.config.limits.connections;
        if self.overloaded && self.connections.len() * 8 <= limit * OVERLOAD_STOP_EIGHTHS {
            self.overloaded = false;
            self.broadcast(&OverloadStop::new().into());
        }
    }

    /// AMF STATUS INDICATION (TS 38.413 8.7.6): this AMF is about to go, and gNBs choose another of its set, if there is
    /// one; `backup` names the one that has the UEs' contexts.
    pub fn announce_unavailable(&mut self, backup: Option<&str>) {
        let guami = UnavailableGuami {
            guami: self.config.policy.guami,
            apply_timer: false,
            backup_amf_name: backup.map(str::to_owned),
        };
        self.broadcast(&AmfStatusIndication::new(vec![guami]).into());
    }

    fn broadcast(&mut self, message: &NgapPdu<'_>) {
        for association in self.gnbs.set_up() {
            self.send(association, COMMON_STREAM, message);
        }
    }
}

fn overload_start() -> NgapPdu<'static> {
    let mut start = OverloadStart::new();
    start.amf_overload_response = Some(OverloadAction::RejectRrcCrSignalling);
    start.into()
}
