//! KAMF derived from KAMF (TS 33.501 6.9.3, A.13; TS 24.501 4.4.2.2, 5.4.2.2): the same ngKSI, and COUNTs from zero.
//!
//! Its first use is the change of AMF, where the old one derives and the new one commands; that transfer is not supported
//! ([`super::super::Phase::ContextTransferNotSupported`]). Within one AMF the operator may want it at mobility registration
//! updates.

use crate::network::context::SecurityContext;
use crate::network::registration::Kind;
use crate::network::session::{Environment, Goal, Session};
use quintet_crypto::fgs::Mobility;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_nas::security::{Access, NasSecurityContext, Role};

/// The context that a registration in idle mode makes of the current one: `uplink_nas_count` is that of its REGISTRATION
/// REQUEST.
pub(super) fn derived(
    current: &SecurityContext,
    uplink_nas_count: u32,
    (integrity, ciphering): (IntegrityAlgorithm, CipheringAlgorithm),
) -> Option<SecurityContext> {
    let k_amf = current.k_amf.at_mobility(Mobility::Idle { uplink_nas_count });
    let nas =
        NasSecurityContext::derive_fgs(Role::Network, Access::ThreeGpp, &k_amf, integrity, ciphering).ok()?;
    Some(SecurityContext {
        ksi: current.ksi,
        k_amf,
        nas,
        eps_algorithms: None,
        // It is no authentication: the age of the subscriber's stays.
        uses: current.uses,
        authenticated_at: current.authenticated_at,
        stale: false,
        downlink_reserved: 0,
    })
}

impl Session {
    /// Whether this request is to be answered under another KAMF. Not on a connection whose gNB has a key of the old one.
    pub(super) fn k_amf_change_due(&self, env: &Environment<'_>) -> bool {
        let mobility = matches!(&self.goal, Goal::Registration(r) if r.kind() == Kind::Mobility);
        env.policy.change_k_amf_on_mobility && mobility && !self.proof_due && !self.access.is_asked()
    }
}
