//! REGISTERs: their numbers, their way, what they offer (TS 24.229 5.1.1.2, 5.1.1.4, 5.1.1.5, 5.1.1.6).

use super::attempt::{Attempt, Proof, Step};
use super::configuration::Security;
use super::output::{Authorization, Output, Procedure, Register};
use super::security::bare;
use super::{Ue, Work};
use crate::agreement::Which;
use std::net::SocketAddr;

/// Call-ID, tag and CSeq of the REGISTERs of one registration (RFC 3261 10.2).
#[derive(Clone, Debug, Default)]
pub(super) struct Numbering {
    call_id: String,
    tag: String,
    cseq: u32,
}

impl Numbering {
    /// Begins anew: another Call-ID.
    fn renew(&mut self, work: &mut Work<'_>) {
        let [a, b, c, d] = std::array::from_fn(|_| work.number());
        self.call_id = format!("{a:08x}{b:08x}{c:08x}");
        self.tag = format!("{d:08x}");
        self.cseq = 0;
    }
}

impl Ue {
    /// Begins an attempt. An initial registration goes bare; others go over the current set (TS 24.229 5.1.1.4.1).
    pub(super) fn begin(&mut self, work: &mut Work<'_>, procedure: Procedure) {
        let initial = procedure == Procedure::Registration;
        let over = self.protection.current().filter(|_| !initial);
        let attempt = Box::new(Attempt::new(procedure, over));
        if initial || self.numbering.call_id.is_empty() {
            self.numbering.renew(work);
        }
        let authorization = self.first_authorization(work, initial);
        self.send(work, attempt, Proof::None, authorization);
    }

    /// Authorization of an attempt's first REGISTER: empty, or the last one again (TS 24.229 5.1.1.2.2, 5.1.1.4.2).
    pub(super) fn first_authorization(&mut self, work: &mut Work<'_>, initial: bool) -> Authorization {
        let (identity, cnonce) = (&self.identity, work.number());
        match &mut self.credential {
            Some(credential) if !initial => credential.authorization(identity, cnonce),
            _ => Authorization {
                username: identity.impi.to_string(),
                realm: identity.home_domain.clone(),
                uri: identity.registrar(),
                ..Authorization::default()
            },
        }
    }

    /// Sends the attempt's next REGISTER.
    pub(super) fn send(
        &mut self,
        work: &mut Work<'_>,
        mut attempt: Box<Attempt>,
        proof: Proof,
        authorization: Authorization,
    ) {
        let configuration = &*self.configuration;
        let set = match (&proof, attempt.over) {
            (Proof::Response, _) if self.protection.has_temporary() => {
                self.protection.sets.answered();
                Some(Which::Temporary)
            }
            (_, Some(set)) if self.protection.current() == Some(set) => Some(Which::Current),
            _ => None,
        };
        let (way, verify) = set
            .and_then(|set| self.protection.over(set))
            .unwrap_or_else(|| (bare(configuration, self.address), None));
        // What was offered first stands until it is answered; each other REGISTER offers anew (TS 24.229 5.1.1.5.3).
        if proof != Proof::Response
            && let Security::Ipsec(policy) = &configuration.security
        {
            attempt.offer = Some(self.protection.offer(work, configuration, policy));
        }
        // A UE with associations is heard inside them alone, from its first REGISTER on.
        let contact = match configuration.security {
            Security::Ipsec(_) => SocketAddr::new(way.heard_at.ip(), configuration.server_port),
            Security::AkaAlone | Security::SipDigest(_) => way.heard_at,
        };
        self.numbering.cseq += 1;
        attempt.cseq = self.numbering.cseq;
        attempt.heard_at = Some(way.heard_at.ip());
        attempt.step = Step::Network(proof);
        let register = Register {
            procedure: attempt.procedure,
            way,
            registrar: self.identity.registrar(),
            impu: self.identity.impu.to_string(),
            tag: self.numbering.tag.clone(),
            call_id: self.numbering.call_id.clone(),
            cseq: self.numbering.cseq,
            contact,
            instance: self.identity.instance.clone(),
            expires_s: match attempt.procedure {
                Procedure::Deregistration => 0,
                Procedure::Registration | Procedure::ReRegistration => self.expires_s,
            },
            authorization,
            security_client: attempt
                .offer
                .as_ref()
                .map(|offer| offer.security_client().to_owned()),
            security_verify: verify,
        };
        // A set is there before anything goes over it.
        self.flush(work);
        work.outputs.push(Output::Register(Box::new(register)));
        self.attempt = Some(attempt);
    }
}
