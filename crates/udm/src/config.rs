//! What an operator sets of a UDM.

use core::time::Duration;
use quintet_home::{FrontConfig, IN_MEMORY};
use quintet_identity::Plmn;
use quintet_subscriber::auc::{AucConfig, Slot};
use quintet_subscriber::s6a::VisitedPlmns;

/// Configuration of a UDM. The keys of SUCIs are given apart: [`crate::HomeNetworkKeys`].
#[derive(Clone, Debug)]
pub struct UdmConfig {
    /// The operator's own networks: SUCIs name them, and there nobody roams.
    pub home_plmns: Vec<Plmn>,
    /// PLMNs that count as home: there nobody roams either (TS 23.122 1.2).
    pub equivalent_plmns: Vec<Plmn>,
    /// The slot this front end issues from: not that of an HSS or another UDM of the same store. USIMs without IND are
    /// served by slot 0 alone (TS 33.102 C.1.2): where only 5GS serves them, give it to the UDM.
    pub slot: Slot,
    /// The limits of the AuC.
    pub auc: AucConfig,
    /// Networks whose subscribers get vectors.
    pub serving_networks: VisitedPlmns,
    /// Whether SUCIs of the null scheme are taken (TS 33.501 5.2.5: only where the operator provisioned it, or for
    /// emergencies). Without keys for the other schemes a UDM that refuses it serves SUPIs alone.
    pub null_scheme: bool,
    /// For an AMF or SMF to answer a notification.
    pub notification_timeout: Duration,
    /// Subscribers read per command of the preload.
    pub preload_page: usize,
    /// Most subscribers in memory, at least one; the others are read when they are asked for.
    pub in_memory: usize,
}

impl UdmConfig {
    /// A UDM of these networks with the defaults of everything else: slot 1, so that an HSS of the same store keeps slot 0.
    #[must_use]
    pub fn new(home_plmns: Vec<Plmn>) -> Self {
        Self {
            home_plmns,
            equivalent_plmns: Vec::new(),
            slot: Slot::new(1).unwrap_or_default(),
            auc: AucConfig::default(),
            serving_networks: VisitedPlmns::Any,
            null_scheme: true,
            notification_timeout: Duration::from_secs(5),
            preload_page: 4096,
            in_memory: IN_MEMORY,
        }
    }

    /// What of it is the front end's.
    pub(crate) fn front(&self) -> FrontConfig {
        FrontConfig {
            slot: self.slot,
            auc: self.auc,
            preload_page: self.preload_page,
            in_memory: self.in_memory,
        }
    }
}
