//! From octets to a message, and what vouches for it (TS 24.501 4.4.3, 4.4.4.3, 4.4.6, 9.3).
//!
//! ```text
//!  initial     plain ─────────────────────────► list of 4.4.4.3 ─► Unverified(Plain)
//!              protected ─ context? ─ MAC? ─ ngKSI? ─ container? ─► Verified: bound, secure   ─ no ─► list ─► Unverified(why)
//!  later       plain, secure ─► discarded       protected ─► checked with the bound context, or discarded
//!                                               nobody's connection: see [`held`]
//!              new-context header ─► checked with the pending context: SECURITY MODE COMPLETE alone
//! ```
//!
//! A COUNT is used up only after its MAC held. What is discarded changes nothing. What a verified initial message carries
//! in its NAS message container is the message; what stands outside of it is for finding the context only (4.4.6).

use super::super::security_mode;
use super::held::{self, hold};
use super::verification::{Received, Refusal, Unverified, Verification, discard, refusal};
use super::{Common, Environment, Session};
use crate::network::output::{Output, ReleaseCause};
use crate::network::{ContextId, FgmmState, SecurityContext};
use crate::path::{Registration, State};
use crate::{Discard, Disposition};
use quintet_nas::common::{ExtendedProtocolDiscriminator, SecurityHeaderType};
use quintet_nas::fgs::{
    ControlPlaneServiceRequest, DeregistrationRequestFromUe, FgmmMessage, MobileIdentity,
    RegistrationRequest, SecurityModeComplete, ServiceRequest,
};
use quintet_nas::security::fgs::{OpenError, admit_at_amf};
use quintet_nas::security::{Lack, SecureExchange, SecurityHeader, Verified};

const FGMM: u8 = ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0;
const FGSM: u8 = ExtendedProtocolDiscriminator::FGS_SESSION_MANAGEMENT.0;

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
            SecurityHeaderType::INTEGRITY_PROTECTED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED => self.initial_protected(env, nas),
            _ => Disposition::Silent(Discard::SecurityHeader),
        }
    }

    fn initial_plain(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        if admit_at_amf(nas, Lack::SecurityHeader, self.exchange()).is_err() {
            return Disposition::Silent(Discard::Unprotected);
        }
        self.named = self.named_in(env, nas);
        self.verification = Verification::Unverified(Unverified::Plain);
        self.dispatch(env, nas, Received::claim(SecurityHeaderType::PLAIN))
    }

    fn initial_protected(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse_fgs(nas) else {
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
                if ciphered || admit_at_amf(header.payload, Lack::Verification, self.exchange()).is_err() {
                    return Disposition::Silent(why.discard());
                }
                self.dispatch(env, header.payload, Received::claim(header.header_type))
            }
        }
    }

    /// Checks an initial message with the context it names, and uses its COUNT up if all holds. `plain` is the message
    /// then: that of the NAS message container, if there is one.
    fn verify_initial(
        &mut self,
        env: &mut Environment<'_>,
        nas: &[u8],
        plain: &mut Vec<u8>,
    ) -> Result<(ContextId, Received), Refusal> {
        let (id, security) = self.named_security(env)?;
        let mut outer = Vec::new();
        let verified = match security.nas.verify(nas, &mut outer) {
            Err(_) if security.stale => return Err(Refusal::Unverified(Unverified::Stale)),
            outcome => outcome.map_err(refusal)?,
        };
        let received = Received::verified(verified.protection(), verified.count());
        let accepted = verified.accepted();
        if let Some(why) = held::objection(security, ksi_in(verified.message())) {
            self.held = hold(security, id, accepted);
            return Err(Refusal::Unverified(why));
        }
        if open(security, verified, plain).is_err() {
            self.held = hold(security, id, accepted);
            return Err(Refusal::Unverified(Unverified::Container));
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
        if security_mode::is_null(security) && !(emergency && allowed) {
            return Err(Refusal::Unverified(Unverified::Null));
        }
        Ok((id, security))
    }

    /// The initial message proves whose connection this is, and that both sides have the keys.
    fn bind_verified(&mut self, env: &mut Environment<'_>, id: ContextId, received: Received) {
        self.bound = Some(id);
        self.secure = true;
        self.verification = Verification::Verified;
        if let Some((_, count)) = received.verified {
            self.k_gnb_count = count.value();
        }
        let tai = self.from.tai;
        if let Some(context) = env.contexts.get_mut(id) {
            self.path = State::idle(match context.state {
                FgmmState::Registered => Registration::Registered,
                FgmmState::Deregistered => Registration::Deregistered,
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
                if admit_at_amf(nas, Lack::SecurityHeader, self.exchange()).is_err() {
                    return Disposition::Silent(Discard::Unprotected);
                }
                self.dispatch_claim(env, nas, header_type, Unverified::Plain)
            }
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => {
                self.receive_new_context(env, nas)
            }
            SecurityHeaderType::INTEGRITY_PROTECTED
            | SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED => self.receive_protected(env, nas),
            _ => Disposition::Silent(Discard::SecurityHeader),
        }
    }

    /// Header types 1 and 2 on a connection that is under way.
    fn receive_protected(&mut self, env: &mut Environment<'_>, nas: &[u8]) -> Disposition {
        let Ok(header) = SecurityHeader::parse_fgs(nas) else {
            return Disposition::Silent(Discard::TooShort);
        };
        let Some(security) = self
            .bound_context_mut(env)
            .and_then(|context| context.security.as_mut())
        else {
            return self.receive_unproven(env, nas, &header);
        };
        let (mut outer, mut plain) = (Vec::new(), Vec::new());
        let verified = match security.nas.unprotect(nas, &mut outer) {
            Ok(verified) => verified,
            Err(why) => return Disposition::Silent(discard(&why)),
        };
        let received = Received::verified(verified.protection(), verified.count());
        if open(security, verified, &mut plain).is_err() {
            return Disposition::Silent(Discard::Malformed);
        }
        self.first_protected(env);
        self.dispatch(env, &plain, received)
    }

    /// Header type 4: SECURITY MODE COMPLETE under the context that SECURITY MODE COMMAND offers, and nothing else
    /// (TS 24.501 5.4.2.3, 9.3).
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

    /// SECURITY MODE COMPLETE when none is awaited: T3560 had repeated the command before the first one came, and the UE
    /// has answered both. KgNB is of the latest, unless the gNB has it already (TS 33.501 6.8.1.1.2, 6.9.4.4).
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
        if !self.access.is_asked() {
            self.k_gnb_count = count.value();
        }
        Disposition::Silent(Discard::Repetition)
    }

    /// Processes a message that nothing vouches for, later than the initial one.
    pub(super) fn dispatch_claim(
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

    /// How far the connection's security is, for the lists of TS 24.501 4.4.4.3.
    pub(super) fn exchange(&self) -> SecureExchange {
        if self.secure {
            SecureExchange::Established
        } else {
            SecureExchange::NotEstablished
        }
    }

    /// The context that the identity in a plain message names, or the gNB's 5G-S-TMSI if the message has none.
    fn named_in(&self, env: &Environment<'_>, plain: &[u8]) -> Option<ContextId> {
        let decoded = FgmmMessage::decode_uplink(plain).ok()?.message;
        // After a change from another system the native GUTI is the additional one (TS 24.501 5.5.1.2.2, 5.5.1.3.2).
        let (identity, additional) = match &decoded {
            FgmmMessage::RegistrationRequest(m) => (&m.mobile_identity, m.additional_guti.as_ref()),
            FgmmMessage::DeregistrationRequestFromUe(m) => (&m.mobile_identity, None),
            FgmmMessage::ServiceRequest(m) => (&m.s_tmsi, None),
            FgmmMessage::ControlPlaneServiceRequest(_) => {
                return env.contexts.by_s_tmsi(self.from.s_tmsi?);
            }
            _ => return None,
        };
        let of = |identity: &MobileIdentity<'_>| match identity {
            MobileIdentity::Guti(guti) => env.contexts.by_guti(guti),
            MobileIdentity::STmsi(s_tmsi) => env.contexts.by_s_tmsi(*s_tmsi),
            MobileIdentity::Suci(suci) => env.contexts.by_supi(&suci.null_supi()?),
            _ => None,
        };
        of(identity).or_else(|| of(additional?))
    }
}

/// The whole of a message that was verified, in `plain`: what its NAS message container carries, or itself if it has none
/// or cannot be read.
fn open(security: &SecurityContext, verified: Verified<&[u8]>, plain: &mut Vec<u8>) -> Result<(), OpenError> {
    let outer = *verified.message();
    match security.nas.open_initial(verified, plain) {
        Ok(_) => Ok(()),
        Err(OpenError::Outer(_)) => {
            plain.clear();
            plain.extend_from_slice(outer);
            Ok(())
        }
        Err(why) => Err(why),
    }
}

fn is_security_mode_complete(plain: &[u8]) -> bool {
    matches!(plain, [FGMM, 0, SecurityModeComplete::MESSAGE_TYPE, ..])
}

/// The security header type of a 5GMM message.
fn header_type(nas: &[u8]) -> Result<SecurityHeaderType, Discard> {
    match *nas {
        [] | [FGMM] | [FGMM, _] => Err(Discard::TooShort),
        [FGMM, second, ..] => Ok(SecurityHeaderType::of_second_octet(second)),
        // 5GSM has no security header of its own, and travels in NAS transport.
        [FGSM, ..] => Err(Discard::Unprotected),
        _ => Err(Discard::ProtocolDiscriminator),
    }
}

/// Whether a plain message is one that begins a goal.
fn begins_a_goal(plain: &[u8]) -> bool {
    matches!(
        plain,
        [
            FGMM,
            0,
            RegistrationRequest::MESSAGE_TYPE
                | DeregistrationRequestFromUe::MESSAGE_TYPE
                | ServiceRequest::MESSAGE_TYPE
                | ControlPlaneServiceRequest::MESSAGE_TYPE,
            ..
        ]
    )
}

/// The ngKSI in an initial message: in a SERVICE REQUEST it is the low half of its octet (TS 24.501 8.2.16).
fn ksi_in(plain: &[u8]) -> Option<u8> {
    match *plain {
        [FGMM, 0, ServiceRequest::MESSAGE_TYPE, octet, ..] => Some(octet & 0x0f),
        [FGMM, 0, _, octet, ..] if begins_a_goal(plain) => Some(octet >> 4),
        _ => None,
    }
}
