//! What a REGISTER presents, and whether it is right (TS 24.229 5.4.1.2.2; RFC 7616 3.4.6, RFC 3310 3.4).

use super::challenge::Outstanding;
use super::event::Phase;
use super::input::{Authorization, Register};
use super::output::{AuthenticationInfo, Refusal, RefusalCause, Reply};
use super::policy::{MAX_PATH, MAX_RESYNCHRONISATIONS, Policy, Rechallenge};
use super::session::{Environment, Session};
use super::vector::DigestItem;
use super::verify::{self, Secret};
use quintet_crypto::Auts;
use std::time::Duration;

/// What credentials hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// No nonce: nothing is answered.
    Nothing,
    /// A response.
    Response,
    /// An empty response: the UE did not take the network for its home.
    Empty,
    /// AUTS.
    Auts,
}

impl Presented {
    fn of(register: &Register) -> Self {
        match &register.authorization {
            Some(authorization) if !authorization.nonce.is_empty() => {
                match (&authorization.auts, authorization.response.is_empty()) {
                    (Some(_), _) => Self::Auts,
                    (None, true) => Self::Empty,
                    (None, false) => Self::Response,
                }
            }
            _ => Self::Nothing,
        }
    }
}

/// The sender has proved who it is by a response.
#[derive(Debug)]
pub(super) struct Proof {
    /// What it is told of the response.
    pub(super) info: Option<AuthenticationInfo>,
    /// Whether the REGISTER that was challenged came without a protection of before.
    pub(super) initial: bool,
}

impl Session {
    /// A REGISTER is handled.
    pub(super) fn admit(&mut self, env: &mut Environment<'_>, register: Box<Register>) {
        if let Some(refusal) = objection(env.policy, &register) {
            return env.reply(register.id, Reply::Refused(refusal));
        }
        let presented = Presented::of(&register);
        if let Some(outstanding) = self
            .outstanding
            .take_if(|outstanding| is_answer(env.policy, outstanding, &register))
        {
            return self.answered(env, register, presented, *outstanding);
        }
        if let Some(info) = self.digest_again(env, &register) {
            let proof = Proof {
                info: Some(info),
                initial: false,
            };
            return self.accept(env, register, Some(proof));
        }
        let known = register.protection.is_protected() && self.is_registered(&register.impu);
        if known && !self.wants_challenge(env.policy, env.at.now) {
            return self.accept(env, register, None);
        }
        // A re-registration repeats what the last challenge was answered with (TS 24.229 5.1.1.4.1).
        if known || presented == Presented::Nothing {
            return self.challenge(env, register, false);
        }
        self.stale_answer(env, register, presented);
    }

    /// The challenge that was out is answered. It is used up, whatever the answer is.
    fn answered(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        presented: Presented,
        outstanding: Outstanding,
    ) {
        self.stale = 0;
        let Some(authorization) = &register.authorization else {
            return self.challenge(env, register, false);
        };
        match presented {
            Presented::Nothing => self.challenge(env, register, false),
            Presented::Empty => {
                env.phase(Phase::NetworkRefused);
                self.fail(env, &register, RefusalCause::NetworkRefused);
            }
            Presented::Auts => {
                let auts = authorization.auts.flatten();
                self.out_of_step(env, register, auts, outstanding);
            }
            Presented::Response => {
                let realm_is_ours = authorization.realm == self.realm(env.policy, &outstanding);
                let proof = match (&outstanding.vector, &mut self.digest) {
                    (Some(vector), _) => {
                        verify::response(authorization, &register.body, Secret::Aka(vector)).then_some(None)
                    }
                    (None, Some(digest)) => {
                        let proof = sip_digest(authorization, &register.body, &digest.item);
                        if let Some(count) = authorization.nonce_count.filter(|_| proof.is_some()) {
                            (digest.nonce_count, digest.proven) = (count, true);
                        }
                        proof.map(Some)
                    }
                    (None, None) => None,
                };
                match proof.filter(|_| realm_is_ours) {
                    Some(info) => {
                        let initial = outstanding.initial;
                        self.accept(env, register, Some(Proof { info, initial }));
                    }
                    None => {
                        env.phase(Phase::WrongResponse);
                        // The HSS may have another password by now.
                        self.digest = None;
                        self.fail(env, &register, RefusalCause::WrongResponse);
                    }
                }
            }
        }
    }

    fn realm<'a>(&'a self, policy: &'a Policy, outstanding: &Outstanding) -> &'a str {
        match (&outstanding.vector, &self.digest) {
            (None, Some(digest)) => &digest.item.realm,
            _ => &policy.realm,
        }
    }

    /// Synchronisation failure (TS 33.203 6.1.3): the HSS checks AUTS and gives new vectors, so often.
    fn out_of_step(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        auts: Option<Auts>,
        outstanding: Outstanding,
    ) {
        env.phase(Phase::OutOfStep);
        let (Some(auts), Some(vector)) = (auts, outstanding.vector) else {
            return self.fail(env, &register, RefusalCause::OutOfStep);
        };
        if self.resynchronisations >= MAX_RESYNCHRONISATIONS {
            return self.fail(env, &register, RefusalCause::OutOfStep);
        }
        self.resynchronisations += 1;
        // All made before are out of step as well.
        self.vectors.clear();
        self.ask_for_vectors(env, register, false, Some((vector.rand, auts)));
    }

    /// SIP Digest: a response to the nonce of before, with a higher count (RFC 7616 3.3, 3.4).
    fn digest_again(&mut self, env: &Environment<'_>, register: &Register) -> Option<AuthenticationInfo> {
        let digest = self.digest.as_mut()?;
        let authorization = register.authorization.as_ref()?;
        let count = authorization.nonce_count?;
        let fits = digest.proven
            && authorization.nonce == digest.nonce
            && authorization.realm == digest.item.realm
            && count > digest.nonce_count
            && env.at.now < digest.until;
        if !fits {
            return None;
        }
        let info = sip_digest(authorization, &register.body, &digest.item)?;
        digest.nonce_count = count;
        Some(info)
    }

    /// Whether a protected REGISTER of a registered user is challenged all the same.
    fn wants_challenge(&self, policy: &Policy, now: Duration) -> bool {
        match policy.rechallenge {
            Rechallenge::Always => true,
            Rechallenge::Never => false,
            Rechallenge::After(age) => self.authenticated.is_none_or(|at| now.saturating_sub(at) >= age),
        }
    }
}

/// What is wrong with a REGISTER whoever sent it.
fn objection(policy: &Policy, register: &Register) -> Option<Refusal> {
    use super::input::ContactSet;
    if register.path.len() > MAX_PATH {
        return Some(Refusal::new(400, RefusalCause::BadRequest));
    }
    let contacts = match &register.contacts {
        ContactSet::All if register.expires == Some(0) => return None,
        ContactSet::All => return Some(Refusal::new(400, RefusalCause::BadRequest)),
        ContactSet::These(contacts) => contacts,
    };
    if contacts.len() > policy.max_contacts {
        return Some(Refusal::new(403, RefusalCause::TooManyContacts));
    }
    let brief = |contact: &super::Contact| {
        let expires = contact.expires.or(register.expires);
        !contact.emergency && expires.is_some_and(|expires| expires > 0 && expires < policy.min_expires)
    };
    contacts.iter().any(brief).then(|| Refusal {
        min_expires: Some(policy.min_expires),
        ..Refusal::new(423, RefusalCause::IntervalTooBrief)
    })
}

/// Whether a REGISTER answers the challenge that is out (TS 24.229 5.4.1.2.2).
fn is_answer(policy: &Policy, outstanding: &Outstanding, register: &Register) -> bool {
    let Some(authorization) = &register.authorization else {
        return false;
    };
    // Who does not take the challenge has no associations by it: AUTS and the empty response come as SM1 did
    // (TS 24.229 5.1.1.5.3, TS 33.203 6.1.2.2).
    let refuses = authorization.auts.is_some() || authorization.response.is_empty();
    let protection = outstanding.vector.is_none()
        || refuses
        || !policy.aka_needs_protection
        || register.protection.is_protected();
    protection
        && authorization.nonce == outstanding.nonce
        && register.call_id == outstanding.call_id
        && register.impu == outstanding.impu
}

/// Whether a response of SIP Digest is right, and what the UE is told of it. qop is not optional here (TS 24.229 5.1.1.2.3).
fn sip_digest(authorization: &Authorization, body: &[u8], item: &DigestItem) -> Option<AuthenticationInfo> {
    let secret = Secret::Ha1(item);
    let (nonce_count, cnonce) = (authorization.nonce_count?, authorization.cnonce.clone()?);
    let qop = match authorization.qop.as_deref()? {
        "auth" => "auth",
        "auth-int" if item.auth_int => "auth-int",
        _ => return None,
    };
    verify::response(authorization, body, secret).then(|| AuthenticationInfo {
        rspauth: verify::rspauth(authorization, item),
        qop,
        cnonce,
        nonce_count,
    })
}
