//! NAS security mode control (TS 24.501 5.4.2; TS 33.501 6.7.2, 6.9.4.2): SECURITY MODE COMMAND under the context it offers,
//! and the context in use once SECURITY MODE COMPLETE has proved it.
//!
//! ```text
//!  KAMF of an authentication ──┐
//!  current KAMF, other        ├─► Pending ─COMMAND, header 3─► COMPLETE, header 4 ─► current, bound, secure ─► secured
//!    algorithms               │            T3560              REJECT #23, #24 ─────► as before, released
//!  KAMF derived from it (HDP) ─┤
//!  local KAMF, NIA0 ───────────┘
//!
//!  an initial message that nobody vouched for: RINMR ─► it comes whole in COMPLETE, and what it says counts
//! ```

mod algorithms;
mod complete;
mod install;
mod k_amf;

use super::context::SecurityContext;
use super::event::Phase;
use super::session::{Common, Goal};
use super::{Environment, Session, Timer};
use crate::{Discard, Disposition, Violation};
use quintet_crypto::fgs::{ABBA, KAmf};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_identity::Supi;
use quintet_nas::fgs::{
    Abba, Additional5gSecurityInformation, EapMessage, EpsNasSecurityAlgorithms, FgmmCause, ImeisvRequest,
    NasKsi, NasSecurityAlgorithms, SecurityModeCommand, UeSecurityCapability,
};
use quintet_nas::security::{Access, NasSecurityContext, Role};

/// The ngKSI of a context that was generated locally, for an emergency (TS 24.501 5.4.2.2).
const LOCAL_KSI: NasKsi = NasKsi(0);

/// Where a pending context comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// The authentication of this subscriber.
    Agreed(Supi),
    /// The context in use, with other algorithms.
    Current,
    /// The context in use, with a KAMF derived from its own (TS 33.501 6.9.3).
    Derived,
    /// Nowhere: an emergency without authentication (TS 33.501 10.2.2).
    Local,
}

/// SECURITY MODE COMMAND is out.
#[derive(Debug)]
pub(super) struct Pending {
    /// The context it offers.
    pub(super) security: SecurityContext,
    origin: Origin,
    /// The UE security capability that it repeats.
    replayed: UeSecurityCapability,
    /// The initial NAS message must come again.
    retransmission: bool,
}

impl Pending {
    /// Whether its COUNTs are those of the context in use, which has the same KAMF.
    pub(super) fn shares_counts(&self) -> bool {
        self.origin == Origin::Current
    }
}

/// Whether a context has no integrity protection: that of an unauthenticated emergency.
pub(super) fn is_null(security: &SecurityContext) -> bool {
    security.nas.integrity() == IntegrityAlgorithm::EIA0
}

impl Session {
    /// Takes the keys of a new authentication into use.
    pub(super) fn begin_security_mode(
        &mut self,
        env: &mut Environment<'_>,
        supi: Supi,
        ksi: NasKsi,
        k_amf: KAmf,
        eap_success: Option<&[u8]>,
    ) -> Disposition {
        let Some(capability) = self.capability(env) else {
            return self.no_capability(env);
        };
        let Some(chosen) = algorithms::choose(&env.policy.algorithms, &capability) else {
            return self.nothing_shared(env);
        };
        let Some(security) = context(env, ksi, k_amf, chosen) else {
            return self.nothing_shared(env);
        };
        self.command(env, security, Origin::Agreed(supi), capability, eap_success)
    }

    /// The context in use with the algorithms that would be chosen now, if these are others, or with a KAMF derived from
    /// its own, if the operator wants that (5.4.2.2). COUNTs go on unless KAMF changes (4.4.3.1).
    pub(super) fn reselect(&mut self, env: &mut Environment<'_>) -> Option<Disposition> {
        let current = self.bound_context(env)?.security.as_ref()?;
        if is_null(current) {
            return None;
        }
        let Some(capability) = self.capability(env) else {
            return Some(self.no_capability(env));
        };
        let Some(chosen) = algorithms::choose(&env.policy.algorithms, &capability) else {
            return Some(self.nothing_shared(env));
        };
        if self.k_amf_change_due(env) {
            let security = k_amf::derived(current, self.k_gnb_count, chosen)?;
            return Some(self.command(env, security, Origin::Derived, capability, None));
        }
        if chosen == (current.nas.integrity(), current.nas.ciphering()) {
            return None;
        }
        let nas = NasSecurityContext::derive_fgs(
            Role::Network,
            Access::ThreeGpp,
            &current.k_amf,
            chosen.0,
            chosen.1,
        )
        .ok()?;
        let security = SecurityContext {
            ksi: current.ksi,
            k_amf: current.k_amf.clone(),
            nas: nas.with_counts(current.nas.counts()),
            ..*current
        };
        Some(self.command(env, security, Origin::Current, capability, None))
    }

    /// An emergency without authentication: a KAMF of this AMF's own, that no key is ever used of (TS 33.501 10.2.2).
    pub(super) fn begin_null_security(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.abandon_common(env);
        let Some(capability) = self.capability(env) else {
            return self.no_capability(env);
        };
        let mut k_amf = [0; KAmf::OCTETS];
        env.entropy.fill(&mut k_amf);
        let chosen = (IntegrityAlgorithm::EIA0, CipheringAlgorithm::EEA0);
        match context(env, LOCAL_KSI, KAmf::new(k_amf), chosen) {
            Some(security) => self.command(env, security, Origin::Local, capability, None),
            None => self.nothing_shared(env),
        }
    }

    /// UE and operator share no algorithm: no null integrity in its stead.
    fn nothing_shared(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.reject(env, FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH)
    }

    /// The UE did not say what it has, and nobody knows: there is nothing to repeat (8.2.6.4).
    fn no_capability(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.reject(env, FgmmCause::CONDITIONAL_IE_ERROR)
    }

    /// SECURITY MODE COMMAND (5.4.2.2).
    fn command(
        &mut self,
        env: &mut Environment<'_>,
        mut security: SecurityContext,
        origin: Origin,
        replayed: UeSecurityCapability,
        eap_success: Option<&[u8]>,
    ) -> Disposition {
        let chosen = NasSecurityAlgorithms::new(security.nas.ciphering().0, security.nas.integrity().0);
        let mut command = SecurityModeCommand::new(chosen, security.ksi, replayed);
        if env.policy.request_imeisv {
            command.imeisv_request = Some(ImeisvRequest::REQUESTED);
        }
        security.eps_algorithms = env
            .policy
            .eps_algorithms
            .as_ref()
            .and_then(|lists| algorithms::choose_eps(lists, &replayed));
        command.selected_eps_nas_security_algorithms = security
            .eps_algorithms
            .map(|eps| EpsNasSecurityAlgorithms::new(eps.ciphering.0, eps.integrity.0));
        let retransmission = self.retransmission_due();
        command.additional_5g_security_information = additional(retransmission, origin == Origin::Derived);
        // ABBA goes with every KAMF of EAP, whose AUTHENTICATION REQUESTs may have been answered out of order (5.4.2.2).
        command.eap_message = eap_success.map(EapMessage);
        command.abba = eap_success.map(|_| Abba(&ABBA));
        let plain = command.into();
        self.common = Common::SecurityMode(Box::new(Pending {
            security,
            origin,
            replayed,
            retransmission,
        }));
        self.send_and_guard(env, Timer::T3560, &plain);
        self.phase(env, Phase::SecurityModeCommanded);
        Disposition::Handled
    }

    /// Whether the initial NAS message must come again: nobody vouched for what came, and more than its clear text may be
    /// missing (4.4.4.3, 4.4.6, 5.4.2.2; TS 33.501 6.4.6).
    fn retransmission_due(&self) -> bool {
        matches!(self.goal, Goal::Registration(_) | Goal::ServiceRequest(_)) && !self.is_verified()
    }

    /// The context that waits for SECURITY MODE COMPLETE.
    pub(super) fn pending(&self) -> Option<&Pending> {
        match &self.common {
            Common::SecurityMode(pending) => Some(pending),
            _ => None,
        }
    }

    fn take_pending(&mut self) -> Option<Box<Pending>> {
        match std::mem::replace(&mut self.common, Common::None) {
            Common::SecurityMode(pending) => {
                self.answered();
                Some(pending)
            }
            other => {
                self.common = other;
                None
            }
        }
    }
}

/// A new context: both COUNTs begin at zero (TS 24.501 4.4.3.1).
fn context(
    env: &Environment<'_>,
    ksi: NasKsi,
    k_amf: KAmf,
    (integrity, ciphering): (IntegrityAlgorithm, CipheringAlgorithm),
) -> Option<SecurityContext> {
    let nas =
        NasSecurityContext::derive_fgs(Role::Network, Access::ThreeGpp, &k_amf, integrity, ciphering).ok()?;
    Some(SecurityContext {
        ksi,
        k_amf,
        nas,
        eps_algorithms: None,
        uses: 0,
        authenticated_at: env.at.wall,
        stale: false,
        downlink_reserved: 0,
    })
}

/// Additional 5G security information (9.11.3.12), if it says anything.
fn additional(retransmission: bool, derivation: bool) -> Option<Additional5gSecurityInformation> {
    Some(match (retransmission, derivation) {
        (false, false) => return None,
        (true, false) => Additional5gSecurityInformation::RINMR,
        (false, true) => Additional5gSecurityInformation::HDP,
        (true, true) => Additional5gSecurityInformation::HDP_AND_RINMR,
    })
}

fn unexpected(got: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got,
        expected: "SECURITY MODE COMMAND before it",
        clause: "TS 24.501 5.4.2",
    }))
}
