//! What an MME keeps of a UE while no connection exists, and over its own restart.

use quintet_crypto::Kasme;
use quintet_identity::{Guti, Imei, Imeisv, Imsi, STmsi, Tai};
use quintet_nas::eps::NasKsi;
use quintet_nas::security::NasSecurityContext;
use std::time::Duration;

/// The node's handle of a [`Context`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextId(pub u32);

/// The node's table of contexts, in memory, indexed by GUTI and by IMSI (or IMEI in an emergency).
///
/// An IMSI has at most one context.
pub trait Contexts {
    /// The context of a GUTI that this MME assigned; the one before a reallocation that is not yet confirmed counts too
    /// (TS 24.301 5.4.1.4).
    fn by_guti(&self, guti: &Guti) -> Option<ContextId>;
    /// The same by the S-TMSI that an eNB hands on.
    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId>;
    /// The context of a subscriber.
    fn by_imsi(&self, imsi: Imsi) -> Option<ContextId>;
    /// The context of an emergency UE without a usable IMSI.
    fn by_imei(&self, imei: Imei) -> Option<ContextId>;
    /// A context.
    fn get(&self, id: ContextId) -> Option<&Context>;
    /// A context, to change. The node re-indexes it when the session is done.
    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context>;
    /// Takes a context in; one with the same IMSI is replaced. `None` if the table is full.
    fn insert(&mut self, context: Context) -> Option<ContextId>;
    /// Forgets a context.
    fn remove(&mut self, id: ContextId);
    /// Another M-TMSI, not in use and not predictable (TS 23.003 2.4), as a GUTI of this MME.
    fn allocate_guti(&mut self) -> Option<Guti>;
}

/// An EPS security context (TS 33.401 3.1): current, native, full.
#[derive(Debug)]
pub struct SecurityContext {
    /// eKSI.
    pub ksi: NasKsi,
    /// KASME.
    pub kasme: Kasme,
    /// KNASint, KNASenc, the algorithms and both COUNTs.
    pub nas: NasSecurityContext,
    /// Initial messages and procedures served under it since the AKA (for [`super::ReauthenticationPolicy`]).
    pub uses: u32,
    /// When its AKA was, as wall clock time since the Unix epoch: it must survive a restart.
    pub authenticated_at: Duration,
    /// Set when it was read back after a stop that may have lost COUNTs: a new AKA before the next use (see
    /// ARCHITECTURE.md).
    pub stale: bool,
    /// The downlink COUNT below which the store's record is good: see [`super::durable`].
    pub downlink_reserved: u32,
}

/// Whether the UE is registered (TS 24.301 5.1.3.4, the MME's main states).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmmState {
    /// EMM-DEREGISTERED: identity and security context are kept.
    Deregistered,
    /// EMM-REGISTERED.
    Registered,
}

/// What an attached UE has beside its security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// For emergency bearer services only (TS 24.301 5.5.1).
    pub emergency: bool,
    /// The bearer identity of the default bearer, 5 to 15.
    pub default_bearer: u8,
    /// Its APN, as an index into what the node interned.
    pub apn: quintet_identity::Apn,
    /// Its IPv4 address.
    pub address: [u8; 4],
    /// QCI.
    pub qci: u8,
    /// ARP priority level.
    pub arp_priority: u8,
    /// Subscribed UE-AMBR, bit/s: uplink, downlink.
    pub ambr: (u64, u64),
}

/// A UE that this MME knows: at most 1 KiB, indices included.
#[derive(Debug)]
pub struct Context {
    /// IMSI; absent in an emergency without SIM.
    pub imsi: Option<Imsi>,
    /// IMEI of an emergency attach.
    pub imei: Option<Imei>,
    /// IMEISV, if the UE was asked.
    pub imeisv: Option<Imeisv>,
    /// The GUTI in use.
    pub guti: Guti,
    /// The GUTI before a reallocation that the UE has not confirmed yet (TS 24.301 5.4.1.4).
    pub old_guti: Option<Guti>,
    /// Where the UE was heard last.
    pub tai: Tai,
    /// UE network capability, as it came (TS 24.301 9.9.3.34: 2 to 13 octets).
    pub ue_network_capability: Box<[u8]>,
    /// MS network capability, as it came (TS 24.008 10.5.5.12), if the UE has one.
    pub ms_network_capability: Option<Box<[u8]>>,
    /// UE additional security capability, as it came (TS 24.301 9.9.3.53).
    pub ue_additional_security_capability: Option<[u8; 4]>,
    /// The current security context.
    pub security: Option<SecurityContext>,
    /// Registered or not.
    pub state: EmmState,
    /// What a registered UE has.
    pub registration: Option<Registration>,
}
