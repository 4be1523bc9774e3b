//! Primary authentication and key agreement (TS 24.501 5.4.1; TS 33.501 6.1): the challenge under T3560, every answer to
//! it, and the AUSF's verdict.
//!
//! ```text
//!  AUSF ─► AUTHENTICATION REQUEST ─┬─ 5G AKA: HRES* = HXRES* ─► AUSF confirms ─► KSEAF ─► security mode
//!     ▲          ▲                 ├─ EAP: to the AUSF ─┬─ next ─┐    success ─► KSEAF ─► security mode
//!     │          └──── #71: another ngKSI, so often ────┴────────┘
//!     │                            ├─ wrong, or failed, #20, #26 ─ named by 5G-GUTI? ─ yes ─► identification ─► AUSF
//!     │                            │                                     └ no ─► AUTHENTICATION REJECT
//!     └── AUTS, once ──────────────┴─ #21 ─ again ─► AUTHENTICATION REJECT
//! ```
//!
//! RES* and the EAP messages are the AUSF's to check, AUTS is the UDM's. Nothing here touches the UE's context; what
//! authentication agreed on becomes one by security mode.

mod answer;
mod eap;
mod key_set;
mod refusal;

pub(super) use refusal::{cause_of_authentication, cause_of_confirmation};

use super::event::{Method, Phase};
use super::identification::Purpose;
use super::input::{AuthenticationUnavailable, Challenge as Received, Confirmation, ConfirmationFailure};
use super::output::{AuthenticationRequest, Output, ReleaseCause, Resynchronisation, Subject};
use super::session::{Common, NamedBy};
use super::{Environment, FgmmState, Session, Timer};
use crate::Disposition;
use key_set::KeySets;
use quintet_crypto::fgs::{ABBA, HresStar, KSeaf};
use quintet_crypto::{Auts, Rand};
use quintet_identity::Supi;
use quintet_nas::fgs::{
    Abba, AuthenticationReject, AuthenticationRequest as AuthenticationRequestMessage, EapMessage, FgmmCause,
    NasKsi,
};

/// How often a session resynchronises: a USIM that is out of step again after its home network has its SQN will stay so
/// (TS 24.501 5.4.1.3.7 f: two in a row may end the procedure).
pub(super) const MAX_RESYNCHRONISATIONS: u8 = 1;

/// How many authentications may be begun on a connection that never proved whose it is. Each draws a vector from somebody's
/// home network; a UE needs one, another after a resynchronisation, and as many again when it turns out to be somebody else
/// or its request is replaced.
pub(super) const MAX_UNPROVEN_AUTHENTICATIONS: u8 = 8;

/// How many EAP requests one authentication may have: identity three times, challenge and another after resynchronisation,
/// notification (RFC 9048 3, RFC 4187 4); the rest is for methods to come.
pub(super) const MAX_EAP_REQUESTS: u8 = 16;

/// What a session keeps between its authentications.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// The AUSF has an authentication of this session that is not over.
    open: bool,
    /// EAP requests of the authentication under way.
    eap_requests: u8,
    /// Authentications begun before the connection was anybody's.
    unproven: u8,
    /// Resynchronisations so far.
    resynchronisations: u8,
    /// What the challenge before the one that is out was answered with, or would have been.
    past: Past,
    /// ngKSIs that were offered or refused.
    key_sets: KeySets,
    /// A re-authentication between procedures was not possible: not tried again on this connection.
    pub(super) unavailable: bool,
}

/// The answers to a challenge that is over. A challenge that was repeated (T3560) is answered twice, and one that another
/// took the place of may still be answered: neither answer says anything of the challenge that is out now.
#[derive(Debug, Default)]
struct Past {
    /// Its RAND and HXRES*.
    aka: Option<(Rand, HresStar)>,
    /// AUTS that came.
    auts: Option<Auts>,
    /// The EAP message that came.
    eap: Option<Box<[u8]>>,
}

/// The AUSF is asked, for a challenge or for its verdict.
#[derive(Debug)]
pub(super) struct Asked {
    /// Whose authentication it is.
    subject: Subject,
    /// The ngKSI of the challenge; none yet if it is the challenge that is asked for.
    ksi: Option<NasKsi>,
}

/// AUTHENTICATION REQUEST is out.
#[derive(Debug)]
pub(super) struct Challenge {
    /// Whose.
    subject: Subject,
    /// Its ngKSI.
    ksi: NasKsi,
    /// What it asks.
    content: Received,
}

impl Session {
    /// Authenticates a subscriber.
    pub(super) fn authenticate(&mut self, env: &mut Environment<'_>, subject: Subject) -> Disposition {
        self.ask_ausf(env, subject, None)
    }

    fn ask_ausf(
        &mut self,
        env: &mut Environment<'_>,
        subject: Subject,
        resynchronisation: Option<Resynchronisation>,
    ) -> Disposition {
        if self.bound.is_none() {
            if self.agreement.unproven >= MAX_UNPROVEN_AUTHENTICATIONS {
                self.abandon(env);
                self.release(env, ReleaseCause::AuthenticationFailure);
                return Disposition::Handled;
            }
            self.agreement.unproven += 1;
        }
        self.agreement.open = true;
        self.agreement.eap_requests = 0;
        self.common = Common::Requested(Box::new(Asked {
            subject: subject.clone(),
            ksi: None,
        }));
        self.phase(env, Phase::ChallengeRequested);
        env.outputs
            .push(Output::Authenticate(Box::new(AuthenticationRequest {
                subject,
                resynchronisation,
            })));
        Disposition::Handled
    }

    /// The AUSF has a challenge, or has none. An answer that nobody waits for any more is forgotten.
    pub(super) fn challenged(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<Received, AuthenticationUnavailable>,
    ) -> Disposition {
        let asked = match std::mem::replace(&mut self.common, Common::None) {
            Common::Requested(asked) => asked,
            other => {
                self.common = other;
                return Disposition::Handled;
            }
        };
        match outcome {
            Ok(content) => {
                self.phase(env, Phase::ChallengeReceived(method(&content)));
                let ksi = self.fresh_ksi(env);
                self.challenge(env, asked.subject, ksi, content)
            }
            Err(why) => {
                self.agreement.open = false;
                self.unavailable(env, cause_of_authentication(why))
            }
        }
    }

    /// No authentication: the request is refused for the home network's reason (TS 29.524 4.2.2).
    fn unavailable(&mut self, env: &mut Environment<'_>, cause: FgmmCause) -> Disposition {
        if let Some(served) = self.serve_unauthenticated(env) {
            return served;
        }
        if self.goal.is_none() {
            // A re-authentication between procedures: the context in use goes on while it can.
            self.agreement.unavailable = true;
            return Disposition::Handled;
        }
        self.reject(env, cause)
    }

    /// AUTHENTICATION REQUEST (5.4.1.3.2, 5.4.1.2.4.2).
    fn challenge(
        &mut self,
        env: &mut Environment<'_>,
        subject: Subject,
        ksi: NasKsi,
        content: Received,
    ) -> Disposition {
        let mut request = AuthenticationRequestMessage::new(ksi, Abba(&ABBA));
        match &content {
            Received::Aka { rand, autn, .. } => {
                request.authentication_parameter_rand = Some(*rand);
                request.authentication_parameter_autn = Some(*autn);
            }
            Received::Eap { payload } => request.eap_message = Some(EapMessage(payload)),
        }
        let plain = request.into();
        let challenge = Challenge {
            subject,
            ksi,
            content: content.clone(),
        };
        self.common = Common::Authentication(Box::new(challenge));
        self.send_and_guard(env, Timer::T3560, &plain);
        Disposition::Handled
    }

    /// The AUSF's verdict on RES* (TS 33.501 6.1.3.2.0 steps 11, 12).
    pub(super) fn confirmed(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<Confirmation, ConfirmationFailure>,
    ) -> Disposition {
        let Some(asked) = self.take_confirming() else {
            return Disposition::Handled;
        };
        match outcome {
            Ok(Confirmation { supi, k_seaf }) => self.agreed(env, &asked, supi, &k_seaf, None),
            Err(ConfirmationFailure::Rejected) => self.doubt(env, asked.subject, None),
            Err(why) => self.unavailable(env, cause_of_confirmation(why)),
        }
    }

    /// Takes what the AUSF was asked to judge; its authentication is over.
    fn take_confirming(&mut self) -> Option<Box<Asked>> {
        match std::mem::replace(&mut self.common, Common::None) {
            Common::Confirming(asked) => {
                self.agreement.open = false;
                Some(asked)
            }
            other => {
                self.common = other;
                None
            }
        }
    }

    /// Both sides have KSEAF: KAMF of it is taken into use (TS 33.501 6.1.3.2.0 step 12, 6.2.2.1). The home network says
    /// who it is; a subscriber that this AMF knew better is not replaced by another.
    fn agreed(
        &mut self,
        env: &mut Environment<'_>,
        asked: &Asked,
        supi: Supi,
        k_seaf: &KSeaf,
        eap_success: Option<&[u8]>,
    ) -> Disposition {
        let (expected, home) = match &asked.subject {
            Subject::Supi(supi) => (Some(supi.clone()), None),
            Subject::Suci(suci) => (suci.null_supi(), suci.plmn()),
        };
        let k_amf = k_seaf.k_amf(&supi.value(), &ABBA);
        let (Some(k_amf), Some(ksi)) = (k_amf, asked.ksi) else {
            return self.unavailable(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
        };
        // A home network vouches for its own subscribers: the context of another's is not its to take over.
        let foreign = home
            .zip(supi.imsi())
            .is_some_and(|(home, imsi)| !imsi.is_of(home));
        if foreign || expected.is_some_and(|expected| expected != supi) {
            return self.unavailable(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
        }
        self.learnt.subject = Some(Subject::Supi(supi.clone()));
        // What went wrong on the way says nothing of the next authentication.
        self.agreement.resynchronisations = 0;
        self.agreement.key_sets.agreed();
        self.phase(env, Phase::Authenticated);
        self.begin_security_mode(env, supi, ksi, k_amf, eap_success)
    }

    /// The UE does not know this subscriber's key, or the network does not know which subscriber it is
    /// (5.4.1.3.5, 5.4.1.3.7 c to e; TS 33.501 6.1.3.2.2).
    fn doubt(&mut self, env: &mut Environment<'_>, used: Subject, eap_failure: Option<&[u8]>) -> Disposition {
        self.end_authentication(env);
        // Asked once: what the UE answers is an identity of its own.
        if self.learnt.named_by == NamedBy::Guti {
            if let Some(failure) = eap_failure {
                self.tell_eap_failure(env, failure);
            }
            return self.identify(env, Purpose::Doubt { used });
        }
        self.authentication_rejected(env, eap_failure)
    }

    /// AUTHENTICATION REJECT (5.4.1.3.5). A UE whose connection was secure is deregistered by it on its own side.
    pub(super) fn authentication_rejected(
        &mut self,
        env: &mut Environment<'_>,
        eap_failure: Option<&[u8]>,
    ) -> Disposition {
        self.end_authentication(env);
        if let Some(served) = self.serve_unauthenticated(env) {
            return served;
        }
        self.abandon(env);
        let mut reject = AuthenticationReject::new();
        reject.eap_message = eap_failure.map(EapMessage);
        self.send(env, &reject.into());
        self.phase(env, Phase::AuthenticationRejected);
        if self.secure {
            self.deregister(env);
            if let Some((id, context)) = self.bound.and_then(|id| Some((id, env.contexts.get_mut(id)?))) {
                context.state = FgmmState::Deregistered;
                context.security = None;
                env.outputs.push(Output::Changed(id));
            }
        }
        self.release(env, ReleaseCause::AuthenticationFailure);
        Disposition::Replied(FgmmCause::ILLEGAL_UE)
    }

    /// T3560 has expired for the last time (5.4.1.3.7 b, 5.4.1.2.4.5 b, 5.4.2.7 b).
    pub(super) fn exhausted_t3560(&mut self, env: &mut Environment<'_>) {
        let cause = match self.common {
            Common::Authentication(_) => ReleaseCause::AuthenticationFailure,
            _ => ReleaseCause::Unspecified,
        };
        self.abandon(env);
        self.release(env, cause);
    }

    /// Takes the challenge that was answered; its timer stops. The AUSF waits on.
    fn answered_challenge(&mut self) -> Option<Box<Challenge>> {
        let challenge = self.end_challenge()?;
        self.answered();
        Some(challenge)
    }

    /// Takes the challenge that is out, if one is: from now on an answer to it is a late one.
    fn end_challenge(&mut self) -> Option<Box<Challenge>> {
        match std::mem::replace(&mut self.common, Common::None) {
            Common::Authentication(challenge) => {
                if let Received::Aka { rand, hxres_star, .. } = &challenge.content {
                    self.agreement.past.aka = Some((*rand, hxres_star.clone()));
                }
                Some(challenge)
            }
            other => {
                self.common = other;
                None
            }
        }
    }

    /// Nothing of the authentication under way is wanted any more: the AUSF is told, if it still waits.
    pub(super) fn end_authentication(&mut self, env: &mut Environment<'_>) {
        let _ = self.end_challenge();
        if std::mem::take(&mut self.agreement.open) {
            env.outputs.push(Output::AbandonAuthentication);
        }
    }
}

fn method(content: &Received) -> Method {
    match content {
        Received::Aka { .. } => Method::Aka,
        Received::Eap { .. } => Method::EapAkaPrime,
    }
}
