//! What a UE keeps from one connection to the next, and while it is switched off.

use quintet_crypto::suci::HomeNetworkPublicKey;
use quintet_identity::fgs::{Guti, Tai};
use quintet_identity::{Imei, Imeisv, Plmn, RoutingIndicator, SNssai, Suci, Supi};
use std::net::Ipv4Addr;
use std::time::Duration;

/// How a SUPI is concealed (TS 33.501 6.12.2, Annex C): as the card says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concealment {
    /// The null scheme.
    Null,
    /// ECIES, by the profile of the key.
    Ecies {
        /// Home network public key identifier.
        key_id: u8,
        /// The home network's public key.
        key: HomeNetworkPublicKey,
    },
}

/// What a card has for names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// SUPI.
    pub supi: Supi,
    /// The home network: how many digits of an IMSI it takes, the SUPI alone does not say.
    pub home: Plmn,
    /// Routing indicator.
    pub routing_indicator: RoutingIndicator,
    /// How the SUPI is concealed.
    pub concealment: Concealment,
}

/// Who a UE is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The card's; `None` without a card.
    pub subscription: Option<Subscription>,
    /// IMEI.
    pub imei: Imei,
    /// IMEISV.
    pub imeisv: Imeisv,
}

/// 5GS update status (TS 24.501 5.1.3.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateStatus {
    /// 5U1.
    Updated,
    /// 5U2.
    #[default]
    NotUpdated,
    /// 5U3.
    RoamingNotAllowed,
}

/// A PDU session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// PDU session identity, 1 to 15.
    pub identity: u8,
    /// Its IPv4 address, if it has one.
    pub address: Option<Ipv4Addr>,
}

/// What survives a connection. 5G-GUTI, last visited TAI and update status, and the security context beside them, survive
/// power off too (TS 24.501 Annex C).
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) guti: Option<Guti>,
    /// The SUCI that serves while T3519 runs.
    pub(super) suci: Option<Suci>,
    /// The tracking areas without need of an update: 16 at most.
    pub(super) tais: Box<[Tai]>,
    pub(super) last_visited: Option<Tai>,
    pub(super) allowed_nssai: Box<[SNssai]>,
    pub(super) status: UpdateStatus,
    pub(super) session: Option<Session>,
    /// The network refused the card.
    pub(super) usim_invalid: bool,
    /// Registered for emergency services.
    pub(super) emergency: bool,
    /// T3502 of the network; `Some(None)` if it was deactivated.
    pub(super) t3502: Option<Option<Duration>>,
    /// T3512 of the network; `Some(None)` if it wants no periodic updates.
    pub(super) t3512: Option<Option<Duration>>,
}

impl Kept {
    /// Forgets 5G-GUTI, TAI list and last visited TAI; the security context is forgotten elsewhere.
    pub(super) fn forget(&mut self, status: UpdateStatus) {
        self.guti = None;
        self.tais = Box::default();
        self.last_visited = None;
        self.allowed_nssai = Box::default();
        self.session = None;
        self.emergency = false;
        self.status = status;
    }
}
