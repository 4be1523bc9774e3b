//! The eNBs: one SCTP association each, set up once, with the connections of their UEs.

use quintet_identity::Tai;
use quintet_s1ap::{EnbUeS1apId, GlobalEnbId, MmeUeS1apId, SupportedTa};
use quintet_sctp::AssociationId;
use std::collections::HashMap;
use std::net::SocketAddr;

/// What S1 SETUP told (TS 36.413 8.7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnbSetup {
    /// Global eNB ID.
    pub global_enb_id: GlobalEnbId,
    /// eNB Name.
    pub name: Option<String>,
    /// The tracking areas it serves.
    pub supported_tas: Vec<SupportedTa>,
}

impl EnbSetup {
    /// Whether it broadcasts this tracking area.
    #[must_use]
    pub fn serves(&self, tai: &Tai) -> bool {
        let mut areas = self.supported_tas.iter();
        areas.any(|area| area.tac == tai.tac && area.broadcast_plmns.contains(&tai.plmn))
    }
}

/// An association from an eNB.
#[derive(Debug)]
pub(crate) struct Enb {
    pub(crate) peer: SocketAddr,
    /// Streams to the eNB.
    pub(crate) outbound_streams: u16,
    /// Present once S1 SETUP succeeded.
    pub(crate) setup: Option<EnbSetup>,
    /// The UEs' connections by the eNB's identity of them.
    pub(crate) connections: HashMap<EnbUeS1apId, MmeUeS1apId>,
    /// Connections whose UE has not proved itself.
    pub(crate) unproven: usize,
}

/// All eNBs.
#[derive(Debug, Default)]
pub(crate) struct Enbs {
    pub(crate) by_association: HashMap<AssociationId, Enb>,
}

impl Enbs {
    pub(crate) fn get(&self, association: AssociationId) -> Option<&Enb> {
        self.by_association.get(&association)
    }

    pub(crate) fn get_mut(&mut self, association: AssociationId) -> Option<&mut Enb> {
        self.by_association.get_mut(&association)
    }

    /// The association on which this eNB is set up already, if it is not `except`.
    pub(crate) fn set_up_as(&self, id: &GlobalEnbId, except: AssociationId) -> Option<AssociationId> {
        let same = |enb: &Enb| enb.setup.as_ref().is_some_and(|setup| setup.global_enb_id == *id);
        self.by_association
            .iter()
            .find(|(association, enb)| **association != except && same(enb))
            .map(|(association, _)| *association)
    }

    /// The association that waits longest for its S1 SETUP: they are numbered as they come up.
    pub(crate) fn oldest_not_set_up(&self) -> Option<AssociationId> {
        let waiting = self.by_association.iter().filter(|(_, enb)| enb.setup.is_none());
        waiting.map(|(association, _)| *association).min()
    }

    /// The eNBs that serve one of these tracking areas.
    pub(crate) fn serving(&self, areas: &[Tai]) -> Vec<AssociationId> {
        let serves = |enb: &Enb| {
            let setup = enb.setup.as_ref();
            setup.is_some_and(|setup| areas.iter().any(|tai| setup.serves(tai)))
        };
        let mut found: Vec<AssociationId> = self
            .by_association
            .iter()
            .filter(|(_, enb)| serves(enb))
            .map(|(association, _)| *association)
            .collect();
        found.sort_unstable();
        found
    }
}
