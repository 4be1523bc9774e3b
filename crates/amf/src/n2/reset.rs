//! NG RESET, both ways (TS 38.413 8.7.4).

use crate::amf::Amf;
use crate::event::{N2Discard, N2Disposition};
use quintet_fgmm::network::At;
use quintet_ngap::message::{NgReset, NgResetAcknowledge};
use quintet_ngap::transport::COMMON_STREAM;
use quintet_ngap::{AmfUeNgapId, Cause, ResetType, UeAssociatedConnection};
use quintet_sctp::AssociationId;

impl Amf {
    /// NG RESET of a gNB: the named connections, or all, are gone without a word.
    pub(super) fn reset_by_gnb(
        &mut self,
        at: At,
        association: AssociationId,
        reset: &NgReset<'_>,
    ) -> N2Disposition {
        let mut acknowledge = NgResetAcknowledge::new();
        match &reset.reset_type {
            ResetType::NgInterface => self.lose_all(at, association),
            ResetType::PartOfNgInterface(list) => {
                for named in list {
                    if let Some(id) = self.named(association, named) {
                        self.lose(at, id);
                    }
                }
                acknowledge.ue_associated_logical_ng_connection_list = Some(list.clone());
            }
        }
        self.send(association, COMMON_STREAM, &acknowledge.into());
        N2Disposition::Handled
    }

    /// The connection of this gNB that one identity, or both, name.
    fn named(&self, association: AssociationId, named: &UeAssociatedConnection) -> Option<AmfUeNgapId> {
        let of_gnb = named
            .ran_ue_ngap_id
            .and_then(|id| self.gnbs.get(association)?.connections.get(&id).copied());
        let id = named.amf_ue_ngap_id.or(of_gnb)?;
        let connection = self.connections.get(id)?;
        let same = connection.association == association
            && named
                .ran_ue_ngap_id
                .is_none_or(|ran| connection.ran_ue_ngap_id == ran);
        same.then_some(id)
    }

    /// Every connection of a gNB is gone.
    pub(super) fn lose_all(&mut self, at: At, association: AssociationId) {
        let Some(gnb) = self.gnbs.get(association) else {
            return;
        };
        let mut lost: Vec<AmfUeNgapId> = gnb.connections.values().copied().collect();
        lost.sort_unstable();
        for id in lost {
            self.lose(at, id);
        }
    }

    /// NG RESET to a gNB, of everything: its connections are gone. `false` if there is no such gNB.
    pub fn reset_gnb(&mut self, at: At, association: AssociationId, cause: Cause) -> bool {
        if self.gnbs.get(association).is_none_or(|gnb| gnb.setup.is_none()) {
            return false;
        }
        self.lose_all(at, association);
        self.send_reset(association, cause, ResetType::NgInterface);
        true
    }

    /// A gNB did not say that a release is complete: its side of the connection is reset, so that neither end keeps
    /// anything that the other has not.
    pub(crate) fn give_release_up(&mut self, at: At, id: AmfUeNgapId) {
        if let Some(connection) = self.connections.get(id) {
            let association = connection.association;
            let pair = UeAssociatedConnection {
                amf_ue_ngap_id: Some(id),
                ran_ue_ngap_id: Some(connection.ran_ue_ngap_id),
            };
            let part = ResetType::PartOfNgInterface(vec![pair]);
            self.send_reset(association, Cause::RELEASE_DUE_TO_5GC_GENERATED_REASON, part);
        }
        self.lose(at, id);
    }

    fn send_reset(&mut self, association: AssociationId, cause: Cause, reset_type: ResetType) {
        let Some(gnb) = self.gnbs.get_mut(association) else {
            return;
        };
        gnb.resets = gnb.resets.saturating_add(1);
        self.send(
            association,
            COMMON_STREAM,
            &NgReset::new(cause, reset_type).into(),
        );
    }

    /// NG RESET ACKNOWLEDGE: what was reset is forgotten on both sides.
    pub(super) fn reset_acknowledged(&mut self, association: AssociationId) -> N2Disposition {
        match self.gnbs.get_mut(association) {
            Some(gnb) if gnb.resets > 0 => {
                gnb.resets -= 1;
                N2Disposition::Handled
            }
            _ => N2Disposition::Silent(N2Discard::Unawaited),
        }
    }
}
