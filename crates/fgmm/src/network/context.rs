//! What an AMF keeps of a UE while no connection exists, and over its own restart.

use super::input::SubscribedSNssai;
use quintet_crypto::fgs::KAmf;
use quintet_identity::fgs::{Guti, STmsi, Tac, Tai};
use quintet_identity::{Imei, Imeisv, SNssai, Supi};
use quintet_nas::fgs::{NasKsi, UeSecurityCapability};
use quintet_nas::security::NasSecurityContext;
use quintet_procedure::Algorithms;
use quintet_subscriber::model::Ambr;
use std::time::Duration;

/// The node's handle of a [`Context`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextId(pub u32);

/// The node's table of contexts, in memory, indexed by 5G-GUTI and by SUPI (or PEI in an emergency).
///
/// A SUPI has at most one context.
pub trait Contexts {
    /// The context of a 5G-GUTI that this AMF assigned; the one before a reallocation that is not yet confirmed counts too
    /// (TS 24.501 5.4.4.3, 5.5.1.2.4).
    fn by_guti(&self, guti: &Guti) -> Option<ContextId>;
    /// The same by the 5G-S-TMSI that a SERVICE REQUEST has, or a gNB hands on.
    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId>;
    /// The context of a subscriber.
    fn by_supi(&self, supi: &Supi) -> Option<ContextId>;
    /// The context of an emergency UE without a usable SUPI.
    fn by_imei(&self, imei: Imei) -> Option<ContextId>;
    /// A context.
    fn get(&self, id: ContextId) -> Option<&Context>;
    /// A context, to change. The node re-indexes it when the session is done.
    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context>;
    /// Takes a context in; one with the same SUPI is replaced. `None` if the table is full.
    fn insert(&mut self, context: Context) -> Option<ContextId>;
    /// Forgets a context.
    fn remove(&mut self, id: ContextId);
    /// Another 5G-TMSI, not in use and not predictable (TS 33.501 6.12.3), as a GUTI of this AMF.
    fn allocate_guti(&mut self) -> Option<Guti>;
}

/// A 5G NAS security context (TS 33.501 3.1): current, native, full.
#[derive(Debug)]
pub struct SecurityContext {
    /// ngKSI.
    pub ksi: NasKsi,
    /// KAMF.
    pub k_amf: KAmf,
    /// KNASint, KNASenc, the algorithms and both COUNTs of 3GPP access.
    pub nas: NasSecurityContext,
    /// The EPS NAS algorithms the UE was told (TS 24.501 5.4.2.2).
    pub eps_algorithms: Option<Algorithms>,
    /// Initial messages and procedures served under it since the authentication (for [`super::ReauthenticationPolicy`]).
    pub uses: u32,
    /// When its primary authentication was, as wall clock time since the Unix epoch: it must survive a restart.
    pub authenticated_at: Duration,
    /// Set when it was read back after a stop that may have lost COUNTs: a new authentication before the next use (see
    /// ARCHITECTURE.md).
    pub stale: bool,
    /// The downlink COUNT below which the store's record is good: see [`super::durable`].
    pub downlink_reserved: u32,
}

/// Whether the UE is registered (TS 24.501 5.1.3.3, the AMF's main states).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FgmmState {
    /// 5GMM-DEREGISTERED: identity and security context are kept.
    Deregistered,
    /// 5GMM-REGISTERED.
    Registered,
}

/// PDU sessions by their identities, 1 to 15 (TS 24.501 9.11.3.44): bit n is session n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PduSessions(pub u16);

/// What a registered UE has beside its security.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// For emergency services only (TS 24.501 5.5.1.2.2).
    pub emergency: bool,
    /// Subscribed UE-AMBR.
    pub ambr: Option<Ambr>,
    /// Subscribed slices.
    pub subscribed: Box<[SubscribedSNssai]>,
    /// Allowed NSSAI.
    pub allowed: Box<[SNssai]>,
    /// Tracking area codes of this PLMN where the UE may not be.
    pub forbidden_tacs: Box<[Tac]>,
    /// The PDU sessions that an SMF has a context of.
    pub pdu_sessions: PduSessions,
}

/// A UE that this AMF knows: at most 1 KiB, indices included.
#[derive(Debug)]
pub struct Context {
    /// SUPI; absent in an emergency without SIM.
    pub supi: Option<Supi>,
    /// IMEI of an emergency registration.
    pub imei: Option<Imei>,
    /// IMEISV, if the UE was asked.
    pub imeisv: Option<Imeisv>,
    /// The 5G-GUTI in use.
    pub guti: Guti,
    /// The GUTI before a reallocation that the UE has not confirmed yet (TS 24.501 5.4.4.3, 5.5.1.2.4).
    pub old_guti: Option<Guti>,
    /// Where the UE was heard last.
    pub tai: Tai,
    /// UE security capability, as it came.
    pub ue_security_capability: Option<UeSecurityCapability>,
    /// 5GMM capability, as it came, if the UE has told it.
    pub fgmm_capability: Box<[u8]>,
    /// The current security context.
    pub security: Option<SecurityContext>,
    /// Registered or not.
    pub state: FgmmState,
    /// What a registered UE has.
    pub registration: Option<Registration>,
}

impl PduSessions {
    /// The highest identity; 0 is "no session" (TS 24.007 11.2.3.1b).
    pub const MAX: u8 = 15;

    /// From the two octets of PDU session status and its like (TS 24.501 9.11.3.44): the bit of "no session" says nothing.
    #[must_use]
    pub const fn from_octets(octets: [u8; 2]) -> Self {
        Self(u16::from_le_bytes(octets) & !1)
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub const fn octets(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn contains(self, pdu_session_id: u8) -> bool {
        pdu_session_id >= 1 && pdu_session_id <= Self::MAX && self.0 >> pdu_session_id & 1 == 1
    }

    /// With this one; an identity that none may have changes nothing.
    #[must_use]
    pub const fn with(self, pdu_session_id: u8) -> Self {
        match pdu_session_id {
            1..=Self::MAX => Self(self.0 | 1 << pdu_session_id),
            _ => self,
        }
    }

    /// Without this one.
    #[must_use]
    pub const fn without(self, pdu_session_id: u8) -> Self {
        match pdu_session_id {
            1..=Self::MAX => Self(self.0 & !(1 << pdu_session_id)),
            _ => self,
        }
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that `other` has not.
    #[must_use]
    pub const fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 & !1 == 0
    }

    /// Their identities, in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=Self::MAX).filter(move |id| self.contains(*id))
    }
}
