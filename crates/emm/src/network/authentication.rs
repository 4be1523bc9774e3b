//! Authentication (TS 24.301 5.4.2; TS 33.401 6.1): vectors, the challenge under T3460, and every answer to it.
//!
//! ```text
//!  vectors ─► AUTHENTICATION REQUEST ─┬─ RES = XRES ──────────────────────────────► security mode
//!     ▲                               ├─ RES ≠ XRES, #20, #26 ─ named by GUTI? ─ yes ─► identification ─ another IMSI ─► vectors
//!     │                               │                             └ no, or the same IMSI ─► AUTHENTICATION REJECT
//!     └── AUTS, once ─────────────────┴─ #21 ─ again ─► AUTHENTICATION REJECT
//! ```
//!
//! AUTS is the HSS's to check. Nothing here touches the UE's context; what AKA agreed on becomes one by security mode.

mod refusal;

pub(super) use refusal::cause_of;

use super::event::Phase;
use super::identification::Purpose;
use super::input::{Resynchronisation, Vector, VectorsFailure};
use super::output::{Output, ReleaseCause, VectorRequest};
use super::session::{Common, NamedBy};
use super::{EmmState, Environment, Session, Timer};
use crate::{Discard, Disposition, Violation};
use quintet_crypto::{Auts, Res};
use quintet_identity::Imsi;
use quintet_nas::eps::{AuthenticationReject, AuthenticationRequest, EmmCause, NasKsi};

/// How often a session resynchronises: a USIM that is out of step again after its HSS has its SQN will stay so
/// (TS 24.301 5.4.2.7 e: two in a row may end the procedure).
pub(super) const MAX_RESYNCHRONISATIONS: u8 = 1;

/// How many key sets an eKSI tells apart; 7 says that there is none (TS 24.301 9.9.3.21).
const KEY_SETS: u8 = 7;

/// Most vectors asked for and kept of one answer: a session seldom needs a second one, and they are keys in memory.
const MAX_VECTORS: usize = 5;

/// What a session keeps between its authentications.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// Unused vectors, the next one last.
    vectors: Vec<Vector>,
    /// Whose they are, or for whom they were asked.
    of: Option<Imsi>,
    /// Resynchronisations so far.
    resynchronisations: u8,
    /// What the challenge before the one that is out was answered with, or would have been.
    past: Past,
    /// The eKSI offered last.
    ksi: Option<NasKsi>,
    /// A re-authentication between procedures had no vector: not tried again on this connection.
    pub(super) unavailable: bool,
}

/// The answers to a challenge that is over. A challenge that was repeated (T3460) is answered twice, and one that another
/// took the place of may still be answered: neither answer says anything of the challenge that is out now.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Its XRES.
    xres: Option<Res>,
    /// AUTS that came.
    auts: Option<Auts>,
}

/// AUTHENTICATION REQUEST is out.
#[derive(Debug)]
pub(super) struct Challenge {
    /// Whose.
    imsi: Imsi,
    /// Its eKSI.
    ksi: NasKsi,
    /// The vector.
    vector: Vector,
}

impl Session {
    /// Authenticates a subscriber, with a vector at hand or a new one.
    pub(super) fn authenticate(&mut self, env: &mut Environment<'_>, imsi: Imsi) -> Disposition {
        if self.agreement.of != Some(imsi) {
            self.agreement.vectors.clear();
        }
        match self.agreement.vectors.pop() {
            Some(vector) => self.challenge(env, imsi, vector),
            None => self.fetch_vectors(env, imsi, None),
        }
    }

    fn fetch_vectors(
        &mut self,
        env: &mut Environment<'_>,
        imsi: Imsi,
        resynchronisation: Option<Resynchronisation>,
    ) -> Disposition {
        self.agreement.of = Some(imsi);
        self.common = Common::Vectors;
        self.phase(env, Phase::VectorsRequested);
        env.outputs.push(Output::FetchVectors(Box::new(VectorRequest {
            imsi,
            plmn: env.policy.plmn,
            count: env.policy.vectors_at_once.clamp(1, MAX_VECTORS as u8),
            resynchronisation,
            emergency: self.learnt.emergency,
        })));
        Disposition::Handled
    }

    /// The HSS has answered, or has not. An answer that nobody waits for any more is forgotten.
    pub(super) fn vectors(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<Vec<Vector>, VectorsFailure>,
    ) -> Disposition {
        let (Common::Vectors, Some(imsi)) = (&self.common, self.agreement.of) else {
            return Disposition::Handled;
        };
        self.abandon_common();
        let mut vectors = match outcome {
            Ok(vectors) => vectors,
            Err(failure) => return self.vectors_failed(env, failure),
        };
        vectors.truncate(MAX_VECTORS);
        vectors.reverse();
        let Some(first) = vectors.pop() else {
            return self.vectors_failed(env, VectorsFailure::NoAnswer);
        };
        self.agreement.vectors = vectors;
        self.phase(env, Phase::VectorsReceived);
        self.challenge(env, imsi, first)
    }

    /// No vector, so no authentication: the request is refused for the HSS's reason (TS 29.272 Annex A).
    fn vectors_failed(&mut self, env: &mut Environment<'_>, failure: VectorsFailure) -> Disposition {
        if let Some(served) = self.serve_unauthenticated(env) {
            return served;
        }
        if self.goal.is_none() {
            // A re-authentication between procedures: the context in use goes on while it can.
            self.agreement.unavailable = true;
            return Disposition::Handled;
        }
        self.reject(env, cause_of(failure))
    }

    /// AUTHENTICATION REQUEST (5.4.2.2).
    fn challenge(&mut self, env: &mut Environment<'_>, imsi: Imsi, vector: Vector) -> Disposition {
        let ksi = self.fresh_ksi(env);
        self.agreement.ksi = Some(ksi);
        let request = AuthenticationRequest::new(ksi, vector.rand, vector.autn);
        self.common = Common::Authentication(Box::new(Challenge { imsi, ksi, vector }));
        self.send_and_guard(env, Timer::T3460, &request.into());
        Disposition::Handled
    }

    /// An eKSI that names no key set the UE may hold: not the one it says it has, not the context's, not the last one
    /// offered (5.4.2.2, 5.4.2.4; TS 33.401 6.3).
    fn fresh_ksi(&self, env: &Environment<'_>) -> NasKsi {
        let context = self.known().and_then(|id| env.contexts.get(id));
        let held = context
            .and_then(|context| context.security.as_ref())
            .map(|security| security.ksi);
        let taken = [self.learnt.ksi, held, self.agreement.ksi].map(|ksi| ksi.map(|ksi| ksi.0 & 7));
        let start = taken[2].or(taken[1]).or(taken[0]).map_or(0, |last| last + 1);
        let free = (0..KEY_SETS)
            .map(|i| (start + i) % KEY_SETS)
            .find(|ksi| !taken.contains(&Some(*ksi)));
        NasKsi(free.unwrap_or_default())
    }

    /// AUTHENTICATION RESPONSE (5.4.2.4): RES is compared whole, in constant time.
    pub(super) fn authentication_response(&mut self, env: &mut Environment<'_>, res: &[u8]) -> Disposition {
        let Common::Authentication(challenge) = &self.common else {
            return unexpected("AUTHENTICATION RESPONSE");
        };
        let res = Res::new(res);
        let right = res.is_some_and(|res| res == challenge.vector.xres);
        if !right && res.is_some() && res == self.agreement.past.xres {
            return Disposition::Silent(Discard::Repetition);
        }
        let Some(challenge) = self.answered_challenge() else {
            return unexpected("AUTHENTICATION RESPONSE");
        };
        if !right {
            return self.doubt(env, challenge.imsi);
        }
        self.phase(env, Phase::Authenticated);
        self.begin_security_mode(env, challenge.imsi, challenge.ksi, challenge.vector.kasme)
    }

    /// AUTHENTICATION FAILURE (5.4.2.7 c to e).
    pub(super) fn authentication_failure(
        &mut self,
        env: &mut Environment<'_>,
        cause: EmmCause,
        auts: Option<[u8; 14]>,
    ) -> Disposition {
        if !matches!(self.common, Common::Authentication(_)) {
            return unexpected("AUTHENTICATION FAILURE");
        }
        match cause {
            EmmCause::MAC_FAILURE | EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE => {
                match self.answered_challenge() {
                    Some(challenge) => self.doubt(env, challenge.imsi),
                    None => Disposition::Handled,
                }
            }
            EmmCause::SYNCH_FAILURE => match auts.and_then(|auts| Auts::from_octets(&auts)) {
                Some(auts) => self.resynchronise(env, auts),
                // The challenge waits on: T3460 repeats it.
                None => Disposition::Silent(Discard::Malformed),
            },
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// Synchronisation failure: the HSS takes the USIM's SQN, and a new vector is tried, so often.
    fn resynchronise(&mut self, env: &mut Environment<'_>, auts: Auts) -> Disposition {
        if self.agreement.past.auts == Some(auts) {
            return Disposition::Silent(Discard::Repetition);
        }
        let Some(challenge) = self.answered_challenge() else {
            return Disposition::Handled;
        };
        if self.agreement.resynchronisations >= MAX_RESYNCHRONISATIONS {
            return self.authentication_rejected(env);
        }
        self.agreement.resynchronisations += 1;
        self.agreement.past.auts = Some(auts);
        // All vectors made before are out of step as well (5.4.2.7 e).
        self.agreement.vectors.clear();
        let rand = challenge.vector.rand;
        self.fetch_vectors(env, challenge.imsi, Some(Resynchronisation { rand, auts }))
    }

    /// The UE does not know this subscriber's key, or the network does not know which subscriber it is.
    fn doubt(&mut self, env: &mut Environment<'_>, used: Imsi) -> Disposition {
        // Asked once: what the UE answers is an IMSI of its own.
        if self.learnt.named_by == NamedBy::Guti {
            return self.identify(
                env,
                quintet_nas::eps::IdentityType2::IMSI,
                Purpose::Doubt { used },
            );
        }
        self.authentication_rejected(env)
    }

    /// AUTHENTICATION REJECT (5.4.2.5). A UE whose connection was secure is deregistered by it on its own side.
    pub(super) fn authentication_rejected(&mut self, env: &mut Environment<'_>) -> Disposition {
        if let Some(served) = self.serve_unauthenticated(env) {
            return served;
        }
        self.abandon();
        self.send(env, &AuthenticationReject::new().into());
        self.phase(env, Phase::AuthenticationRejected);
        if let Some((id, context)) = self.bound.and_then(|id| Some((id, env.contexts.get_mut(id)?))) {
            context.state = EmmState::Deregistered;
            context.registration = None;
            context.security = None;
            env.outputs.push(Output::Changed(id));
        }
        self.release(env, ReleaseCause::AuthenticationFailure);
        Disposition::Replied(EmmCause::ILLEGAL_UE)
    }

    /// T3460 has expired for the last time (5.4.2.7 b, 5.4.3.7 b).
    pub(super) fn exhausted_t3460(&mut self, env: &mut Environment<'_>) {
        let cause = match self.common {
            Common::Authentication(_) => ReleaseCause::AuthenticationFailure,
            _ => ReleaseCause::Unspecified,
        };
        self.abandon();
        self.release(env, cause);
    }

    /// Takes the challenge that was answered; its timer stops.
    fn answered_challenge(&mut self) -> Option<Box<Challenge>> {
        let challenge = self.end_challenge()?;
        self.answered();
        Some(challenge)
    }

    /// Takes the challenge that is out, if one is: from now on an answer to it is a late one.
    pub(super) fn end_challenge(&mut self) -> Option<Box<Challenge>> {
        match std::mem::replace(&mut self.common, Common::None) {
            Common::Authentication(challenge) => {
                self.agreement.past.xres = Some(challenge.vector.xres);
                Some(challenge)
            }
            other => {
                self.common = other;
                None
            }
        }
    }
}

fn unexpected(got: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got,
        expected: "AUTHENTICATION REQUEST before it",
        clause: "TS 24.301 5.4.2",
    }))
}
