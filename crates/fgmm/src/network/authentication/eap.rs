//! EAP-AKA' through the AMF, which carries the packets and takes the verdict (TS 24.501 5.4.1.2; TS 33.501 6.1.3.1).

use super::{Asked, Challenge, MAX_EAP_REQUESTS, cause_of_confirmation};
use crate::network::Session;
use crate::network::input::{Challenge as Received, ConfirmationFailure, EapProgress};
use crate::network::output::Output;
use crate::network::session::{Common, Environment};
use crate::{Discard, Disposition};
use quintet_nas::fgs::{AuthenticationResult, EapMessage, FgmmCause};

/// EAP's code of a response (RFC 3748 4).
const EAP_RESPONSE: u8 = 2;

/// Octets of an EAP header: code, identifier, length (RFC 3748 4).
const EAP_HEADER: usize = 4;

impl Session {
    /// An EAP response of the UE goes to the AUSF.
    pub(super) fn eap_response(&mut self, env: &mut Environment<'_>, payload: &[u8]) -> Disposition {
        if self.agreement.past.eap.as_deref() == Some(payload) {
            return Disposition::Silent(Discard::Repetition);
        }
        let Some(Challenge {
            content: Received::Eap { payload: request },
            ..
        }) = self.challenge_out()
        else {
            return Disposition::Handled;
        };
        // An answer to an earlier request of the same conversation, by its identifier (RFC 3748 4.1).
        if payload.get(1) != request.get(1) {
            return Disposition::Silent(Discard::Repetition);
        }
        if payload.len() < EAP_HEADER || payload.first() != Some(&EAP_RESPONSE) {
            return Disposition::Silent(Discard::Malformed);
        }
        let Some(challenge) = self.answered_challenge() else {
            return Disposition::Handled;
        };
        let payload = Box::<[u8]>::from(payload);
        self.agreement.past.eap = Some(payload.clone());
        self.common = Common::Confirming(Box::new(Asked {
            subject: challenge.subject,
            ksi: Some(challenge.ksi),
        }));
        env.outputs.push(Output::EapAnswer { payload });
        Disposition::Handled
    }

    /// What the AUSF makes of it.
    pub(in crate::network) fn eap_progress(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<EapProgress, ConfirmationFailure>,
    ) -> Disposition {
        let Some(asked) = self.take_confirming() else {
            return Disposition::Handled;
        };
        match outcome {
            Ok(EapProgress::Next { payload }) => {
                let Some(ksi) = asked.ksi else {
                    return self.unavailable(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
                };
                self.agreement.open = true;
                self.agreement.eap_requests += 1;
                if self.agreement.eap_requests >= MAX_EAP_REQUESTS {
                    self.end_authentication(env);
                    return self.unavailable(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
                }
                self.challenge(env, asked.subject, ksi, Received::Eap { payload })
            }
            Ok(EapProgress::Success {
                payload,
                supi,
                k_seaf,
            }) => self.agreed(env, &asked, supi, &k_seaf, Some(&payload)),
            Ok(EapProgress::Failure { payload }) => self.doubt(env, asked.subject, Some(&payload)),
            Err(ConfirmationFailure::Rejected) => self.doubt(env, asked.subject, None),
            Err(why) => self.unavailable(env, cause_of_confirmation(why)),
        }
    }

    /// AUTHENTICATION RESULT with EAP-failure, where the network goes on to ask who the UE is (5.4.1.2.4.6, 5.4.1.2.2.11).
    pub(super) fn tell_eap_failure(&mut self, env: &mut Environment<'_>, payload: &[u8]) {
        let Some(ksi) = self.offered_ksi() else {
            return;
        };
        self.send(env, &AuthenticationResult::new(ksi, EapMessage(payload)).into());
    }
}
