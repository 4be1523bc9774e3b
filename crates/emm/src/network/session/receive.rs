//! From octets to a message, and what vouches for it (TS 24.301 4.4.3, 4.4.4.3, 9.3.1).
//!
//! ```text
//!  initial     plain ─────────────────────────► list of 4.4.4.3 ─► Unverified(Plain)
//!              protected ─ context? ─ MAC? ─ KSI? ─► Verified: bound, secure      ─ no ─► list ─► Unverified(why)
//!  later       plain, secure ─► discarded       protected ─► checked with the bound context, or discarded
//!              new-context header ─► checked with the pending context: SECURITY MODE COMPLETE alone
//! ```
//!
//! A COUNT is used up only after its MAC held. What is discarded changes nothing.

use super::super::security_mode;
use super::{Common, Environment, Session};
use crate::network::output::{Output, ReleaseCause};
use crate::network::{ContextId, EmmState, SecurityContext};
use crate::path::{Registration, State};
use crate::{Discard, Disposition};
use quintet_nas::eps::{EmmMessage, EpsMobileIdentity};
use quintet_nas::security::{
    self, EMM_PROTOCOL_DISCRIMINATOR, Lack, NasCount, Protection, SecureExchange, SecurityHeader,
    SecurityHeaderType, ServiceRequestHeader, admit_at_mme,
};

/// Protocol discriminator of ESM (TS 24.007 11.2.3.1.1).
const ESM_PROTOCOL_DISCRIMINATOR: u8 = 0x2;

/// Whether the message that began a goal was verified with the UE's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Verification {
    /// It was: the session is bound, and secure.
    Verified,
    /// It was not: what it says is a claim.
    Unverified(Unverified),
}

/// Why a message is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Unverified {
    /// It came plain.
    Plain,
    /// The UE that it names is unknown, or has no security context here.
    NoContext,
    /// The MAC does not hold.
    Mac,
    /// The UE names another key set than the context's.
    Ksi,
    /// The context was read back after a stop that may have lost COUNTs.
    Stale,
    /// The context has no integrity protection, which is enough for an emergency call only (TS 33.401 15.2.2).
    Null,
}

impl Unverified {
    /// The discard for a message that may not be processed like this.
    fn discard(self) -> Discard {
        match self {
            Self::Plain => Discard::Unprotected,
            Self::Mac => Discard::Mac,
            Self::NoContext | Self::Ksi | Self::Stale | Self::Null => Discard::NoContext,
        }
    }
}

/// How a message came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Its security header type.
    pub(super) header_type: SecurityHeaderType,
    /// Protection and COUNT, if it was verified.
    pub(super) verified: Option<(Protection, NasCount)>,
}

impl Received {
    /// A message that was not verified.
    const fn claim(header_type: SecurityHeaderType) -> Self {
        Self {
            header_type,
            verified: None,
        }
    }

    /// A message that was.
    const fn verified(protection: Protection, count: NasCount) -> Self {
        Self {
            header_type: protection.header_type(),
            verified: Some((protection, count)),
        }
    }
}

impl Session {
    /// The first NAS PDU of the connection. If it is discarded the connection is of no use to anybody.
    pub(super) fn receive_initial(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let disposition = self.initial(env, nas);
        if matches!(disposition, Disposition::Silent(_)) && !self.over {
            self.release(env, ReleaseCause::Unspecified);
        }
        disposition
    }

    fn initial(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let header_type = match header_type(nas) {
            Ok(header_type) => header_type,
            Err(discard) => return Disposition::Silent(discard),
        };
        match header_type {
            SecurityHeaderType::PLAIN => self.initial_plain(env, nas),
            service_request if service_request.is_service_request() => self.short_service_request(env, nas),
            SecurityHeaderType::INTEGRITY_PROTECTED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED => {
                self.initial_protected(env, nas)
            }
            _ => Disposition::Silent(Discard::SecurityHeader),
        }
    }

    fn initial_plain(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        if admit_at_mme(nas, Lack::SecurityHeader, self.exchange()).is_err() {
            return Disposition::Silent(Discard::Unprotected);
        }
        self.named = self.named_in(env, nas);
        self.verification = Verification::Unverified(Unverified::Plain);
        self.dispatch(env, nas, Received::claim(SecurityHeaderType::PLAIN))
    }

    fn initial_protected(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse(nas) else {
            return Disposition::Silent(Discard::TooShort);
        };
        let ciphered = header.header_type == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED;
        self.named = if ciphered {
            None
        } else {
            self.named_in(env, header.payload)
        }
        .or_else(|| env.contexts.by_s_tmsi(self.from.s_tmsi?));
        let mut plain = Vec::new();
        match self.verify_initial(env, nas, &mut plain) {
            Ok((id, received)) => {
                self.bind_verified(env, id, received);
                self.dispatch(env, &plain, received)
            }
            Err(Refusal::Discard(discard)) => Disposition::Silent(discard),
            Err(Refusal::Unverified(why)) => {
                self.verification = Verification::Unverified(why);
                if ciphered || admit_at_mme(header.payload, Lack::Verification, self.exchange()).is_err() {
                    return Disposition::Silent(why.discard());
                }
                self.dispatch(env, header.payload, Received::claim(header.header_type))
            }
        }
    }

    /// Checks an initial message with the context it names, and uses its COUNT up if all holds.
    fn verify_initial(
        &self,
        env: &mut Environment<'_>,
        nas: &[u8],
        plain: &mut Vec<u8>,
    ) -> Result<(ContextId, Received), Refusal> {
        let (id, security) = self.named_security(env)?;
        let verified = security.nas.verify(nas, plain).map_err(refusal)?;
        let received = Received::verified(verified.protection(), verified.count());
        let accepted = verified.accepted();
        if ksi_in(plain).is_some_and(|ksi| ksi != security.ksi.0) {
            return Err(Refusal::Unverified(Unverified::Ksi));
        }
        security.nas.commit(accepted).map_err(refusal)?;
        Ok((id, received))
    }

    /// The security context of the UE that was named, if it can check anything.
    fn named_security<'c>(
        &self,
        env: &'c mut Environment<'_>,
    ) -> Result<(ContextId, &'c mut SecurityContext), Refusal> {
        let no_context = Refusal::Unverified(Unverified::NoContext);
        let id = self.named.ok_or(no_context)?;
        let allowed = env.policy.unauthenticated_emergency;
        let context = env.contexts.get_mut(id).ok_or(no_context)?;
        let emergency = context.registration.as_ref().is_some_and(|r| r.emergency);
        let security = context.security.as_mut().ok_or(no_context)?;
        if security.stale {
            return Err(Refusal::Unverified(Unverified::Stale));
        }
        if security_mode::is_null(security) && !(emergency && allowed) {
            return Err(Refusal::Unverified(Unverified::Null));
        }
        Ok((id, security))
    }

    /// SERVICE REQUEST: its header is the message (TS 24.301 8.2.25).
    fn short_service_request(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = ServiceRequestHeader::parse(nas) else {
            return Disposition::Silent(Discard::TooShort);
        };
        self.named = self.from.s_tmsi.and_then(|s_tmsi| env.contexts.by_s_tmsi(s_tmsi));
        let outcome = self.named_security(env).and_then(|(id, security)| {
            let verified = security.nas.verify_service_request(nas).map_err(refusal)?;
            // SERVICE REQUEST carries no TSC (TS 24.301 9.9.3.19).
            if header.ksi != security.ksi.0 & 7 {
                return Err(Refusal::Unverified(Unverified::Ksi));
            }
            let received = Received::verified(Protection::ShortMac, verified.count());
            security.nas.commit(verified.accepted()).map_err(refusal)?;
            Ok((id, received))
        });
        let received = match outcome {
            Ok((id, received)) => {
                self.bind_verified(env, id, received);
                received
            }
            Err(Refusal::Discard(discard)) => return Disposition::Silent(discard),
            Err(Refusal::Unverified(why)) => {
                self.verification = Verification::Unverified(why);
                Received::claim(SecurityHeaderType::SERVICE_REQUEST)
            }
        };
        self.dispatch_service_request(env, header, nas, received)
    }

    /// The initial message proves whose connection this is, and that both sides have the keys.
    fn bind_verified(&mut self, env: &mut Environment<'_>, id: ContextId, received: Received) {
        self.bound = Some(id);
        self.secure = true;
        self.verification = Verification::Verified;
        if let Some((_, count)) = received.verified {
            self.kenb_count = count.value();
        }
        let tai = self.from.tai;
        if let Some(context) = env.contexts.get_mut(id) {
            self.path = State::idle(match context.state {
                EmmState::Registered => Registration::Registered,
                EmmState::Deregistered => Registration::Deregistered,
            });
            context.tai = tai;
            if let Some(security) = &mut context.security {
                security.uses = security.uses.saturating_add(1);
            }
        }
        env.outputs.push(Output::Bound(id));
    }

    /// A further NAS PDU.
    pub(super) fn receive_uplink(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let header_type = match header_type(nas) {
            Ok(header_type) => header_type,
            Err(discard) => return Disposition::Silent(discard),
        };
        match header_type {
            SecurityHeaderType::PLAIN => {
                if admit_at_mme(nas, Lack::SecurityHeader, self.exchange()).is_err() {
                    return Disposition::Silent(Discard::Unprotected);
                }
                self.dispatch_claim(env, nas, header_type, Unverified::Plain)
            }
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => {
                self.receive_new_context(env, nas)
            }
            SecurityHeaderType::INTEGRITY_PROTECTED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED => {
                self.receive_protected(env, nas)
            }
            _ => Disposition::Silent(Discard::SecurityHeader),
        }
    }

    /// Header types 1, 2 and 5 on a connection that is under way.
    fn receive_protected(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse(nas) else {
            return Disposition::Silent(Discard::TooShort);
        };
        let Some(security) = self
            .bound_context_mut(env)
            .and_then(|context| context.security.as_mut())
        else {
            // A UE protects what it sends with a context that this MME may not have, or may not have proven yet.
            let ciphered = header.header_type == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED;
            if ciphered || admit_at_mme(header.payload, Lack::Verification, self.exchange()).is_err() {
                return Disposition::Silent(Discard::NoContext);
            }
            return self.dispatch_claim(env, header.payload, header.header_type, Unverified::NoContext);
        };
        let mut plain = Vec::new();
        let received = match security.nas.unprotect(nas, &mut plain) {
            Ok(verified) => Received::verified(verified.protection(), verified.count()),
            Err(why) => return Disposition::Silent(discard(&why)),
        };
        self.first_protected(env);
        self.dispatch(env, &plain, received)
    }

    /// Header type 4: SECURITY MODE COMPLETE under the context that SECURITY MODE COMMAND offers, and nothing else
    /// (TS 24.301 5.4.3.3, 9.3.1).
    fn receive_new_context(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Common::SecurityMode(pending) = &mut self.common else {
            return self.complete_again(env, nas);
        };
        let mut plain = Vec::new();
        let (received, accepted) = match pending.security.nas.verify(nas, &mut plain) {
            Ok(verified) => (
                Received::verified(verified.protection(), verified.count()),
                verified.accepted(),
            ),
            Err(why) => return Disposition::Silent(discard(&why)),
        };
        if !is_security_mode_complete(&plain) {
            return Disposition::Silent(Discard::SecurityHeader);
        }
        if let Err(why) = pending.security.nas.commit(accepted) {
            return Disposition::Silent(discard(&why));
        }
        self.dispatch(env, &plain, received)
    }

    /// SECURITY MODE COMPLETE when none is awaited: T3460 had repeated the command before the first one came, and the UE
    /// has answered both. KeNB is of the latest, unless the eNB has it already (TS 33.401 7.2.6.2, 7.2.9.2).
    fn complete_again(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Some(security) = self.bound_context_mut(env).and_then(|c| c.security.as_mut()) else {
            return Disposition::Silent(Discard::SecurityHeader);
        };
        let mut plain = Vec::new();
        let (count, accepted) = match security.nas.verify(nas, &mut plain) {
            Ok(verified) => (verified.count(), verified.accepted()),
            Err(why) => return Disposition::Silent(discard(&why)),
        };
        if !is_security_mode_complete(&plain) {
            return Disposition::Silent(Discard::SecurityHeader);
        }
        if let Err(why) = security.nas.commit(accepted) {
            return Disposition::Silent(discard(&why));
        }
        if !self.bearers {
            self.kenb_count = count.value();
        }
        Disposition::Silent(Discard::Repetition)
    }

    /// Processes a message that nothing vouches for, later than the initial one.
    fn dispatch_claim(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        header_type: SecurityHeaderType,
        why: Unverified,
    ) -> Disposition {
        if begins_a_goal(plain) {
            self.named = self.named_in(env, plain);
            self.verification = Verification::Unverified(why);
        }
        self.dispatch(env, plain, Received::claim(header_type))
    }

    /// How far the connection's security is, for the lists of TS 24.301 4.4.4.3.
    fn exchange(&self) -> SecureExchange {
        if self.secure {
            SecureExchange::Established
        } else {
            SecureExchange::NotEstablished
        }
    }

    /// The context that the GUTI in a plain message names, or the eNB's S-TMSI if the message has none.
    fn named_in(&self, env: &Environment<'_>, plain: &[u8]) -> Option<ContextId> {
        let decoded = EmmMessage::decode_uplink(plain).ok()?.message;
        let (identity, additional) = match &decoded {
            EmmMessage::AttachRequest(m) => (m.eps_mobile_identity, m.additional_guti),
            EmmMessage::TrackingAreaUpdateRequest(m) => (m.old_guti, m.additional_guti),
            EmmMessage::DetachRequestFromUe(m) => (m.eps_mobile_identity, None),
            EmmMessage::ExtendedServiceRequest(_) | EmmMessage::ControlPlaneServiceRequest(_) => {
                return env.contexts.by_s_tmsi(self.from.s_tmsi?);
            }
            _ => return None,
        };
        // After a change from another system the native GUTI is the additional one (TS 24.301 5.5.1.2.2, 5.5.3.2.2).
        let of = |identity: EpsMobileIdentity<'_>| match identity {
            EpsMobileIdentity::Guti(guti) => env.contexts.by_guti(&guti),
            EpsMobileIdentity::Imsi(imsi) => env.contexts.by_imsi(imsi),
            EpsMobileIdentity::Imei(_) | EpsMobileIdentity::Other(_) => None,
        };
        of(identity).or_else(|| of(additional?))
    }
}

/// Message type of SECURITY MODE COMPLETE (TS 24.301 table 9.8.1).
const SECURITY_MODE_COMPLETE: u8 = 0x5e;

fn is_security_mode_complete(plain: &[u8]) -> bool {
    matches!(plain, [EMM_PROTOCOL_DISCRIMINATOR, SECURITY_MODE_COMPLETE, ..])
}

/// Why an initial message is not verified, and whether it may be processed at all.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    /// Drop it.
    Discard(Discard),
    /// Process it as what nobody vouches for, if the lists allow.
    Unverified(Unverified),
}

/// What a failed check of an initial message means: a MAC that does not hold makes it unauthenticated; a repetition of
/// what was accepted before is dropped (TS 24.301 4.4.3.2).
fn refusal(why: security::Discard) -> Refusal {
    match why {
        security::Discard::Mac { .. } | security::Discard::CountExhausted => {
            Refusal::Unverified(Unverified::Mac)
        }
        other => Refusal::Discard(discard(&other)),
    }
}

fn discard(why: &security::Discard) -> Discard {
    match why {
        security::Discard::Mac { .. } => Discard::Mac,
        security::Discard::Replayed { .. } | security::Discard::CountExhausted => Discard::Replay,
        security::Discard::HeaderType(_) => Discard::SecurityHeader,
        _ => Discard::Malformed,
    }
}

/// The security header type of an EMM message.
fn header_type(nas: &[u8]) -> Result<SecurityHeaderType, Discard> {
    let first = *nas.first().ok_or(Discard::TooShort)?;
    match first & 0x0f {
        EMM_PROTOCOL_DISCRIMINATOR if nas.len() < 2 => Err(Discard::TooShort),
        EMM_PROTOCOL_DISCRIMINATOR => Ok(SecurityHeaderType::of(first)),
        // ESM has no security header of its own; outside one of EMM it is unprotected.
        ESM_PROTOCOL_DISCRIMINATOR => Err(Discard::Unprotected),
        _ => Err(Discard::ProtocolDiscriminator),
    }
}

/// Whether a plain message is one that begins a goal: the KSI is in the high half of its third octet then.
fn begins_a_goal(plain: &[u8]) -> bool {
    matches!(
        plain,
        [EMM_PROTOCOL_DISCRIMINATOR, 0x41 | 0x45 | 0x48 | 0x4c | 0x4d, ..]
    )
}

/// The eKSI in an initial message.
fn ksi_in(plain: &[u8]) -> Option<u8> {
    begins_a_goal(plain).then(|| plain.get(2).map(|octet| octet >> 4))?
}
