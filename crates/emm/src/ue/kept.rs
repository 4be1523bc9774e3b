//! What a UE keeps from one connection to the next.

use quintet_identity::{Guti, Imei, Imeisv, Imsi, Tai};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Who a UE is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// IMSI; `None` without a card.
    pub imsi: Option<Imsi>,
    /// IMEI.
    pub imei: Imei,
    /// IMEISV.
    pub imeisv: Imeisv,
}

/// EPS update status (TS 24.301 5.1.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateStatus {
    /// EU1.
    Updated,
    /// EU2.
    #[default]
    NotUpdated,
    /// EU3.
    RoamingNotAllowed,
}

/// The default bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bearer {
    /// EPS bearer identity, 5 to 15.
    pub identity: u8,
    /// Its IPv4 address, if it has one.
    pub address: Option<Ipv4Addr>,
}

/// What survives a connection.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) guti: Option<Guti>,
    /// The tracking areas without need of an update: 16 at most.
    pub(super) tais: Box<[Tai]>,
    pub(super) last_visited: Option<Tai>,
    pub(super) status: UpdateStatus,
    pub(super) bearer: Option<Bearer>,
    /// The network refused the card.
    pub(super) usim_invalid: bool,
    /// Attached for emergency bearer services.
    pub(super) emergency: bool,
    /// T3402 of the network.
    pub(super) t3402: Option<Duration>,
    /// T3412 of the network; `Some(None)` if it wants no periodic updates.
    pub(super) t3412: Option<Option<Duration>>,
}

impl Kept {
    /// Forgets GUTI, TAI list and last visited TAI; the security context is forgotten elsewhere.
    pub(super) fn forget(&mut self, status: UpdateStatus) {
        self.guti = None;
        self.tais = Box::default();
        self.last_visited = None;
        self.bearer = None;
        self.emergency = false;
        self.status = status;
    }
}
