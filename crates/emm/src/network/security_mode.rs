//! NAS security mode control (TS 24.301 5.4.3; TS 33.401 7.2.4, 7.2.9.4): SECURITY MODE COMMAND under the context it offers, and
//! the context in use once SECURITY MODE COMPLETE has proved it.
//!
//! ```text
//!  KASME of a new AKA ──┐
//!  current KASME, other ├─► Pending ─COMMAND, header 3─► COMPLETE, header 4 ─► current, bound, secure ─► secured
//!  algorithms           │            T3460              REJECT #23, #24 ─────► as before, released
//!  local KASME, EIA0 ───┘
//! ```

mod algorithms;
mod install;

use super::event::Phase;
use super::output::ReleaseCause;
use super::session::{Common, Goal};
use super::{Environment, SecurityContext, Session, Timer};
use crate::{Discard, Disposition, Violation};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme, hash_mme};
use quintet_identity::Imsi;
use quintet_nas::eps::{
    AttachRequest, EmmCause, EmmMessage, HashMme, ImeisvRequest, MobileIdentity, MsNetworkCapability, NasKsi,
    NasSecurityAlgorithms, ReplayedNasMessageContainer, SecurityModeCommand, SecurityModeComplete,
    TrackingAreaUpdateRequest, UeAdditionalSecurityCapability, UeNetworkCapability, UeSecurityCapability,
};
use quintet_nas::security::{NasSecurityContext, Role};

/// The eKSI of a context that was generated locally, for an emergency (TS 24.301 5.4.3.2).
const LOCAL_KSI: NasKsi = NasKsi(0);

/// Where a pending context comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The AKA of this subscriber.
    Agreed(Imsi),
    /// The context in use, with other algorithms.
    Current,
    /// Nowhere: an emergency without authentication (TS 33.401 15.2.2).
    Local,
}

/// SECURITY MODE COMMAND is out.
#[derive(Debug)]
pub(super) struct Pending {
    /// The context it offers.
    pub(super) security: SecurityContext,
    origin: Origin,
    /// HASH_MME went with it, so the request may come back.
    hashed: bool,
}

impl Pending {
    /// Whether its COUNTs are those of the context in use, which has the same KASME.
    pub(super) fn shares_counts(&self) -> bool {
        self.origin == Origin::Current
    }
}

/// Whether a context has no integrity protection: that of an unauthenticated emergency.
pub(super) fn is_null(security: &SecurityContext) -> bool {
    security.nas.integrity() == IntegrityAlgorithm::EIA0
}

impl Session {
    /// Takes the keys of a new AKA into use.
    pub(super) fn begin_security_mode(
        &mut self,
        env: &mut Environment<'_>,
        imsi: Imsi,
        ksi: NasKsi,
        kasme: Kasme,
    ) -> Disposition {
        let capability = self.capabilities(env);
        let Some(chosen) = algorithms::choose(env.policy, &capability) else {
            return self.nothing_shared(env);
        };
        let Some(security) = context(env, ksi, kasme, chosen) else {
            return self.nothing_shared(env);
        };
        self.command(env, security, Origin::Agreed(imsi))
    }

    /// The context in use with the algorithms that would be chosen now, if these are others (5.4.3.2). COUNTs go on: they
    /// begin anew with a new KASME only (4.4.3.1).
    pub(super) fn reselect(&mut self, env: &mut Environment<'_>) -> Option<Disposition> {
        let current = self.bound_context(env)?.security.as_ref()?;
        if is_null(current) {
            return None;
        }
        let Some(chosen) = algorithms::choose(env.policy, &self.capabilities(env)) else {
            return Some(self.nothing_shared(env));
        };
        if chosen == (current.nas.integrity(), current.nas.ciphering()) {
            return None;
        }
        let nas = NasSecurityContext::derive(Role::Network, &current.kasme, chosen.0, chosen.1).ok()?;
        let security = SecurityContext {
            ksi: current.ksi,
            kasme: current.kasme.clone(),
            nas: nas.with_counts(current.nas.counts()),
            ..*current
        };
        Some(self.command(env, security, Origin::Current))
    }

    /// An emergency without authentication: a KASME of this MME's own, that no key is ever used of (TS 33.401 15.2.2).
    pub(super) fn begin_null_security(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.abandon_common();
        let mut kasme = [0; Kasme::OCTETS];
        env.entropy.fill(&mut kasme);
        let chosen = (IntegrityAlgorithm::EIA0, CipheringAlgorithm::EEA0);
        match context(env, LOCAL_KSI, Kasme::new(kasme), chosen) {
            Some(security) => self.command(env, security, Origin::Local),
            None => self.nothing_shared(env),
        }
    }

    /// UE and operator share no algorithm: no null integrity in its stead.
    fn nothing_shared(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.reject(env, EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH)
    }

    /// SECURITY MODE COMMAND (5.4.3.2).
    fn command(
        &mut self,
        env: &mut Environment<'_>,
        security: SecurityContext,
        origin: Origin,
    ) -> Disposition {
        let capability = self.capabilities(env);
        let ue = UeNetworkCapability(&capability.ue_network_capability);
        let ms = capability
            .ms_network_capability
            .as_deref()
            .map(MsNetworkCapability);
        let chosen = NasSecurityAlgorithms::new(security.nas.ciphering().0, security.nas.integrity().0);
        let replayed = UeSecurityCapability::replayed(&ue, ms.as_ref());
        let mut command = SecurityModeCommand::new(chosen, security.ksi, replayed);
        command.replayed_ue_additional_security_capability =
            capability.ue_additional_security_capability.map(additional);
        if env.policy.request_imeisv {
            command.imeisv_request = Some(ImeisvRequest::REQUESTED);
        }
        command.hash_mme = self.hash().map(HashMme);
        let hashed = command.hash_mme.is_some();
        self.common = Common::SecurityMode(Box::new(Pending {
            security,
            origin,
            hashed,
        }));
        self.send_and_guard(env, Timer::T3460, &command.into());
        self.phase(env, Phase::SecurityModeCommanded);
        Disposition::Handled
    }

    /// HASH_MME, if the request that the UE began with could have been changed on its way (5.4.3.2).
    fn hash(&self) -> Option<[u8; 8]> {
        let hashable = matches!(self.goal, Goal::Attach(_) | Goal::TrackingAreaUpdate(_))
            && matches!(
                self.learnt.request[..],
                [
                    _,
                    AttachRequest::MESSAGE_TYPE | TrackingAreaUpdateRequest::MESSAGE_TYPE,
                    ..
                ]
            );
        (hashable && !self.is_verified()).then(|| hash_mme(&self.learnt.request))
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

    /// SECURITY MODE COMPLETE (5.4.3.4). It was verified with the pending context: that is what brings it here.
    pub(super) fn security_mode_complete(
        &mut self,
        env: &mut Environment<'_>,
        complete: &SecurityModeComplete<'_>,
    ) -> Disposition {
        let Some(pending) = self.take_pending() else {
            return unexpected("SECURITY MODE COMPLETE");
        };
        if let Some(MobileIdentity::Imeisv(imeisv)) = complete.imeisv {
            self.learnt.imeisv = Some(imeisv);
        }
        let hashed = pending.hashed;
        let rekeys = self.bearers && matches!(pending.origin, Origin::Agreed(_));
        if !self.take_into_use(env, *pending) {
            // The table is full: nobody can be served.
            self.abandon();
            self.release(env, ReleaseCause::Unspecified);
            return Disposition::Replied(EmmCause::CONGESTION);
        }
        self.proof_due = true;
        self.phase(env, Phase::SecurityModeComplete);
        if rekeys {
            self.rekey_bearers(env);
        }
        match complete.replayed_nas_message_container {
            Some(container) if hashed => self.begin_again(env, container),
            _ => self.secured(env),
        }
    }

    /// The request was changed on its way: what the UE really sent counts (5.4.3.4). It comes integrity protected now.
    fn begin_again(
        &mut self,
        env: &mut Environment<'_>,
        ReplayedNasMessageContainer(plain): ReplayedNasMessageContainer<'_>,
    ) -> Disposition {
        let decoded = EmmMessage::decode_uplink(plain)
            .ok()
            .filter(|d| !d.soft_errors.comprehension_required());
        let Some(decoded) = decoded else {
            return self.reject(env, EmmCause::INVALID_MANDATORY_INFORMATION);
        };
        match (&decoded.message, &self.goal) {
            (EmmMessage::AttachRequest(_), Goal::Attach(_))
            | (EmmMessage::TrackingAreaUpdateRequest(_), Goal::TrackingAreaUpdate(_)) => {
                self.goal = Goal::None;
                self.begin(env, &decoded.message, plain)
            }
            _ => self.reject(env, EmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
        }
    }

    /// SECURITY MODE REJECT (5.4.3.5): what was in use before stays; what needed the new context ends.
    pub(super) fn security_mode_reject(&mut self, env: &mut Environment<'_>, cause: EmmCause) -> Disposition {
        if self.take_pending().is_none() {
            return unexpected("SECURITY MODE REJECT");
        }
        self.abandon();
        self.phase(env, Phase::Rejected(cause));
        self.release(env, ReleaseCause::Unspecified);
        Disposition::Handled
    }
}

/// A new context: both COUNTs begin at zero (TS 24.301 4.4.3.1).
fn context(
    env: &Environment<'_>,
    ksi: NasKsi,
    kasme: Kasme,
    (integrity, ciphering): (IntegrityAlgorithm, CipheringAlgorithm),
) -> Option<SecurityContext> {
    let nas = NasSecurityContext::derive(Role::Network, &kasme, integrity, ciphering).ok()?;
    Some(SecurityContext {
        ksi,
        kasme,
        nas,
        uses: 0,
        authenticated_at: env.at.wall,
        stale: false,
        downlink_reserved: 0,
    })
}

fn additional([a, b, c, d]: [u8; 4]) -> UeAdditionalSecurityCapability {
    UeAdditionalSecurityCapability {
        ea_5g: u16::from_be_bytes([a, b]),
        ia_5g: u16::from_be_bytes([c, d]),
    }
}

fn unexpected(got: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got,
        expected: "SECURITY MODE COMMAND before it",
        clause: "TS 24.301 5.4.3",
    }))
}
