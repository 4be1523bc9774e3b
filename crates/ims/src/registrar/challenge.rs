//! The challenge: vectors in the order they came, 401, reg-await-auth (TS 24.229 5.4.1.2.1, TS 33.203 6.1.1).

use super::check::Presented;
use super::event::Phase;
use super::input::{CxFailure, Register};
use super::output::{Challenge, CxRequest, Qop, Refusal, RefusalCause, Reply, Scheme};
use super::policy::{MAX_STALE, MAX_VECTORS, SERVER_DATA_OCTETS};
use super::session::{Environment, Session, Work};
use super::vector::{AuthenticationItem, DigestItem, Vector};
use quintet_crypto::digest::AkaNonce;
use quintet_crypto::{Auts, Rand};
use quintet_cx::ServerAssignmentType;
use quintet_identity::Impu;
use std::time::Duration;

/// Octets of a nonce of SIP Digest, twice as many digits: not to be guessed.
const NONCE_OCTETS: usize = 16;

/// A challenge that is out. There is one for a private identity: another takes its place.
#[derive(Debug)]
pub(super) struct Outstanding {
    /// The nonce as it was sent.
    pub(super) nonce: String,
    /// The public identity that is being registered.
    pub(super) impu: Impu,
    /// Call-ID of the REGISTER that was challenged: its answer has the same (TS 24.229 5.4.1.2.2).
    pub(super) call_id: String,
    /// Whether it was an initial registration: not protected by what an earlier one agreed on.
    pub(super) initial: bool,
    /// The end of reg-await-auth.
    pub(super) deadline: Duration,
    /// The vector; `None`: SIP Digest.
    pub(super) vector: Option<Vector>,
}

/// What SIP Digest goes on with.
#[derive(Debug)]
pub(super) struct DigestContext {
    pub(super) item: DigestItem,
    /// The nonce in use.
    pub(super) nonce: String,
    /// Until when it is good.
    pub(super) until: Duration,
    /// The highest nc that was taken.
    pub(super) nonce_count: u32,
    /// Whether a right response has come for it.
    pub(super) proven: bool,
}

impl Session {
    /// Challenges the sender of a REGISTER.
    pub(super) fn challenge(&mut self, env: &mut Environment<'_>, register: Box<Register>, stale: bool) {
        // The former challenge is over: nobody's answer to it counts any more. If it was for another identity, that one's
        // authentication ends with it, and the HSS is told first (TS 33.203 6.1.2.3).
        let former = self.outstanding.take().map(|former| former.impu);
        let ended = |impu: &Impu| *impu != register.impu && !self.is_one_with(impu, &register.impu);
        if let Some(impu) = former.filter(|impu| ended(impu) && !self.is_registered(impu)) {
            self.waiting.push_front(register);
            return self.unanswered(env, impu);
        }
        let told = self.is_registered(&register.impu) || self.pending.as_ref() == Some(&register.impu);
        if told && let Some(vector) = self.vectors.pop_front() {
            return self.challenge_with(env, &register, Some(vector), stale);
        }
        if told && let Some(digest) = &mut self.digest {
            digest.nonce = nonce(env);
            (digest.nonce_count, digest.proven) = (0, false);
            digest.until = env.at.now + env.policy.nonce_lifetime;
            return self.challenge_with(env, &register, None, stale);
        }
        self.ask_for_vectors(env, register, stale, None);
    }

    /// Whether two public identities are of one registration, as far as is known.
    fn is_one_with(&self, one: &Impu, other: &Impu) -> bool {
        self.set_of(one).is_some_and(|set| set.has(other))
    }

    /// MAR. For an identity that is not registered it also makes the authentication pending at the HSS (TS 29.228 6.3.1).
    pub(super) fn ask_for_vectors(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        stale: bool,
        resynchronisation: Option<(Rand, Auts)>,
    ) {
        env.phase(Phase::VectorsRequested);
        env.cx(CxRequest::Mar {
            impu: register.impu.clone(),
            scheme: scheme(&register),
            count: env.policy.vectors_at_once.clamp(1, MAX_VECTORS as u32),
            resynchronisation,
        });
        self.work = Some(Work::Vectors { register, stale });
    }

    /// MAA, or none.
    pub(super) fn vectors_came(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        stale: bool,
        outcome: Result<Vec<AuthenticationItem>, CxFailure>,
    ) {
        let items = match outcome {
            Ok(items) if items.is_empty() => Err(CxFailure::Unusable),
            other => other,
        };
        let items = match items {
            Ok(items) => items,
            Err(failure) => {
                env.phase(Phase::Failed(failure));
                let refusal = Refusal::of_cx(failure, env.policy.retry_after);
                return env.reply(register.id, Reply::Refused(refusal));
            }
        };
        env.phase(Phase::VectorsReceived);
        if !self.is_registered(&register.impu) {
            self.pending = Some(register.impu.clone());
        }
        for item in items {
            match item {
                AuthenticationItem::Aka(vector) if self.vectors.len() < MAX_VECTORS => {
                    self.digest = None;
                    self.vectors.push_back(*vector);
                }
                AuthenticationItem::Aka(_) => {}
                AuthenticationItem::Digest(item) => {
                    self.vectors.clear();
                    self.digest = Some(Box::new(DigestContext {
                        item: *item,
                        nonce: nonce(env),
                        until: env.at.now + env.policy.nonce_lifetime,
                        nonce_count: 0,
                        proven: false,
                    }));
                }
            }
        }
        let vector = self.vectors.pop_front();
        self.challenge_with(env, &register, vector, stale);
    }

    /// 401, and reg-await-auth.
    fn challenge_with(
        &mut self,
        env: &mut Environment<'_>,
        register: &Register,
        vector: Option<Vector>,
        stale: bool,
    ) {
        let challenge = match (&vector, &self.digest) {
            (Some(vector), _) => aka(env, vector, stale),
            (None, Some(digest)) => sip_digest(digest, stale),
            (None, None) => return env.refuse(register.id, 500, RefusalCause::Hss(CxFailure::Unusable)),
        };
        self.outstanding = Some(Box::new(Outstanding {
            nonce: challenge.nonce.clone(),
            impu: register.impu.clone(),
            call_id: register.call_id.clone(),
            initial: !register.protection.is_protected(),
            deadline: env.at.now + env.policy.reg_await_auth,
            vector,
        }));
        env.phase(Phase::Challenged);
        env.reply(register.id, Reply::Challenge(Box::new(challenge)));
    }

    /// An answer to a challenge that is not out: late, repeated, or invented. A new challenge tells which.
    pub(super) fn stale_answer(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        presented: Presented,
    ) {
        env.phase(Phase::Stale);
        if self.stale >= MAX_STALE {
            self.stale = 0;
            return self.fail(env, &register, RefusalCause::StaleAnswers);
        }
        self.stale += 1;
        // RFC 7616 3.3: stale says that the password is not in doubt.
        self.challenge(env, register, presented == Presented::Response);
    }

    /// The authentication has failed: the HSS is told if the identity is not registered, and a registered one stays so
    /// (TS 33.203 6.1.1, 6.1.2).
    pub(super) fn fail(&mut self, env: &mut Environment<'_>, register: &Register, cause: RefusalCause) {
        self.resynchronisations = 0;
        let refusal = Refusal::new(403, cause);
        if self.is_registered(&register.impu) {
            return env.reply(register.id, Reply::Refused(refusal));
        }
        self.forget_pending();
        env.cx(CxRequest::Sar {
            impus: vec![register.impu.clone()],
            assignment: ServerAssignmentType::AUTHENTICATION_FAILURE,
            has_profile: false,
        });
        self.work = Some(Work::Failing {
            register: register.id,
            refusal,
        });
    }

    /// reg-await-auth has expired (TS 33.203 6.1.2.3).
    pub(super) fn unanswered(&mut self, env: &mut Environment<'_>, impu: Impu) {
        env.phase(Phase::Unanswered);
        self.resynchronisations = 0;
        if self.is_registered(&impu) {
            return;
        }
        self.forget_pending();
        env.cx(CxRequest::Sar {
            impus: vec![impu],
            assignment: ServerAssignmentType::AUTHENTICATION_TIMEOUT,
            has_profile: false,
        });
        self.work = Some(Work::Unanswered);
    }

    /// No authentication is pending any more: the next one begins at the HSS.
    fn forget_pending(&mut self) {
        self.pending = None;
        if self.sets.is_empty() {
            self.vectors.clear();
            self.digest = None;
        }
    }
}

/// Which scheme to ask for: what P-CSCF and UE show of the access (TS 24.229 5.4.1.2.1).
fn scheme(register: &Register) -> Scheme {
    let algorithm = register
        .authorization
        .as_ref()
        .and_then(|authorization| authorization.algorithm.as_deref());
    if register.protection.is_ipsec() {
        return Scheme::Aka;
    }
    match algorithm {
        Some(name) if name.len() >= 3 && name.as_bytes()[..3].eq_ignore_ascii_case(b"AKA") => Scheme::Aka,
        Some(_) => Scheme::SipDigest,
        None => Scheme::Unknown,
    }
}

fn aka(env: &mut Environment<'_>, vector: &Vector, stale: bool) -> Challenge {
    let mut server_data = vec![0; SERVER_DATA_OCTETS];
    env.entropy.fill(&mut server_data);
    let nonce = AkaNonce {
        rand: vector.rand,
        autn: vector.autn,
        server_data,
    };
    Challenge {
        realm: env.policy.realm.clone(),
        nonce: nonce.to_string(),
        algorithm: vector.algorithm,
        keys: Some((vector.ck.clone(), vector.ik.clone())),
        qop: env.policy.aka_qop.then_some(Qop::Auth),
        stale,
        opaque: None,
    }
}

fn sip_digest(digest: &DigestContext, stale: bool) -> Challenge {
    Challenge {
        realm: digest.item.realm.clone(),
        nonce: digest.nonce.clone(),
        algorithm: digest.item.algorithm,
        keys: None,
        qop: Some(match digest.item.auth_int {
            true => Qop::AuthOrAuthInt,
            false => Qop::Auth,
        }),
        stale,
        opaque: None,
    }
}

fn nonce(env: &mut Environment<'_>) -> String {
    let mut octets = [0; NONCE_OCTETS];
    env.entropy.fill(&mut octets);
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

impl Refusal {
    /// A refusal without more to say.
    #[must_use]
    pub(super) const fn new(status: u16, cause: RefusalCause) -> Self {
        Self {
            status,
            cause,
            min_expires: None,
            retry_after: None,
        }
    }

    /// What a failure of Cx means for the UE: 403 if the HSS refuses the user, 480 if it is busy, 504 if it is silent.
    pub(super) fn of_cx(failure: CxFailure, retry_after: u32) -> Self {
        let cause = RefusalCause::Hss(failure);
        match failure {
            CxFailure::UserUnknown
            | CxFailure::IdentitiesDontMatch
            | CxFailure::IdentityNotRegistered
            | CxFailure::RoamingNotAllowed
            | CxFailure::IdentityAlreadyRegistered
            | CxFailure::AuthSchemeNotSupported
            | CxFailure::AuthorizationRejected => Self::new(403, cause),
            CxFailure::TooBusy => Self {
                retry_after: Some(retry_after),
                ..Self::new(480, cause)
            },
            CxFailure::NoAnswer => Self::new(504, cause),
            CxFailure::InAssignmentType | CxFailure::Refused(_) | CxFailure::Unusable => {
                Self::new(500, cause)
            }
        }
    }
}
