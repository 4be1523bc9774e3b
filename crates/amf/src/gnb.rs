//! The gNBs: one SCTP association each, set up once, with the connections of their UEs.

use quintet_identity::fgs::Tai;
use quintet_ngap::{AmfUeNgapId, GlobalRanNodeId, RanUeNgapId, SupportedTa};
use quintet_sctp::AssociationId;
use std::collections::HashMap;
use std::net::SocketAddr;

/// What NG SETUP told (TS 38.413 8.7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GnbSetup {
    /// Global RAN Node ID.
    pub global_ran_node_id: GlobalRanNodeId,
    /// RAN Node Name.
    pub name: Option<String>,
    /// The tracking areas it serves, with their PLMNs and slices.
    pub supported_tas: Vec<SupportedTa>,
}

impl GnbSetup {
    /// Whether it broadcasts this tracking area.
    #[must_use]
    pub fn serves(&self, tai: &Tai) -> bool {
        let mut areas = self.supported_tas.iter();
        areas.any(|area| {
            let mut plmns = area.broadcast_plmns.iter();
            area.tac == tai.tac && plmns.any(|item| item.plmn_identity == tai.plmn)
        })
    }
}

/// An association from a gNB.
#[derive(Debug)]
pub(crate) struct Gnb {
    pub(crate) peer: SocketAddr,
    /// Streams to the gNB.
    pub(crate) outbound_streams: u16,
    /// Present once NG SETUP succeeded.
    pub(crate) setup: Option<GnbSetup>,
    /// The UEs' connections by the gNB's identity of them.
    pub(crate) connections: HashMap<RanUeNgapId, AmfUeNgapId>,
    /// Connections whose UE has not proved itself.
    pub(crate) unproven: usize,
    /// NG RESETs that it has not acknowledged.
    pub(crate) resets: u32,
}

/// All gNBs.
#[derive(Debug, Default)]
pub(crate) struct Gnbs {
    pub(crate) by_association: HashMap<AssociationId, Gnb>,
}

impl Gnbs {
    pub(crate) fn get(&self, association: AssociationId) -> Option<&Gnb> {
        self.by_association.get(&association)
    }

    pub(crate) fn get_mut(&mut self, association: AssociationId) -> Option<&mut Gnb> {
        self.by_association.get_mut(&association)
    }

    /// The association on which this gNB is set up already, if it is not `except`.
    pub(crate) fn set_up_as(&self, id: &GlobalRanNodeId, except: AssociationId) -> Option<AssociationId> {
        let same = |gnb: &Gnb| {
            gnb.setup
                .as_ref()
                .is_some_and(|setup| setup.global_ran_node_id == *id)
        };
        self.by_association
            .iter()
            .find(|(association, gnb)| **association != except && same(gnb))
            .map(|(association, _)| *association)
    }

    /// The association that waits longest for its NG SETUP: they are numbered as they come up.
    pub(crate) fn oldest_not_set_up(&self) -> Option<AssociationId> {
        let waiting = self.by_association.iter().filter(|(_, gnb)| gnb.setup.is_none());
        waiting.map(|(association, _)| *association).min()
    }

    /// The gNBs that are set up, in order.
    pub(crate) fn set_up(&self) -> Vec<AssociationId> {
        self.those(|_| true)
    }

    /// The gNBs that serve one of these tracking areas, in order.
    pub(crate) fn serving(&self, areas: &[Tai]) -> Vec<AssociationId> {
        self.those(|setup| areas.iter().any(|tai| setup.serves(tai)))
    }

    fn those(&self, wanted: impl Fn(&GnbSetup) -> bool) -> Vec<AssociationId> {
        let mut found: Vec<AssociationId> = self
            .by_association
            .iter()
            .filter(|(_, gnb)| gnb.setup.as_ref().is_some_and(&wanted))
            .map(|(association, _)| *association)
            .collect();
        found.sort_unstable();
        found
    }
}
