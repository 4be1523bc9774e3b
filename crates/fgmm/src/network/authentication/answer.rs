//! What a UE answers to a challenge (TS 24.501 5.4.1.3.4, 5.4.1.3.5, 5.4.1.3.7; TS 33.501 6.1.3.2, 6.1.3.3).

use super::{Challenge, MAX_RESYNCHRONISATIONS};
use crate::network::event::Phase;
use crate::network::input::Challenge as Received;
use crate::network::output::{Output, Resynchronisation};
use crate::network::session::{Common, Environment};
use crate::network::{Session, authentication::Asked};
use crate::{Discard, Disposition, Violation};
use quintet_crypto::Auts;
use quintet_crypto::fgs::ResStar;
use quintet_nas::fgs::{AuthenticationFailure, AuthenticationResponse, FgmmCause};

impl Session {
    /// AUTHENTICATION RESPONSE: RES* of 5G AKA, or an EAP message.
    pub(in crate::network) fn authentication_response(
        &mut self,
        env: &mut Environment<'_>,
        response: &AuthenticationResponse<'_>,
    ) -> Disposition {
        let Common::Authentication(challenge) = &self.common else {
            return unexpected("AUTHENTICATION RESPONSE", "AUTHENTICATION REQUEST before it");
        };
        match (&challenge.content, response) {
            (
                Received::Aka { .. },
                AuthenticationResponse {
                    authentication_response_parameter: Some(res),
                    ..
                },
            ) => self.res_star(env, ResStar::new(*res)),
            (
                Received::Eap { .. },
                AuthenticationResponse {
                    eap_message: Some(eap),
                    ..
                },
            ) => self.eap_response(env, eap.0),
            _ => unexpected(
                "AUTHENTICATION RESPONSE",
                "an answer by the method of the challenge",
            ),
        }
    }

    /// RES*: HRES* is compared with HXRES* whole, in constant time (TS 33.501 6.1.3.2.0 step 9); what it hides, the AUSF
    /// compares.
    fn res_star(&mut self, env: &mut Environment<'_>, res_star: ResStar) -> Disposition {
        let right = self
            .challenge_out()
            .is_some_and(|challenge| match &challenge.content {
                Received::Aka { rand, hxres_star, .. } => res_star.hres_star(rand) == *hxres_star,
                Received::Eap { .. } => false,
            });
        let of_the_past = self
            .agreement
            .past
            .aka
            .as_ref()
            .is_some_and(|(rand, hxres_star)| res_star.hres_star(rand) == *hxres_star);
        if !right && of_the_past {
            return Disposition::Silent(Discard::Repetition);
        }
        let Some(challenge) = self.answered_challenge() else {
            return Disposition::Handled;
        };
        let Challenge { subject, ksi, .. } = *challenge;
        if !right {
            self.phase(env, Phase::ResponseWrong);
            return self.doubt(env, subject, None);
        }
        self.phase(env, Phase::ResponseRight);
        self.common = Common::Confirming(Box::new(Asked {
            subject,
            ksi: Some(ksi),
        }));
        env.outputs.push(Output::Confirm { res_star });
        Disposition::Handled
    }

    /// AUTHENTICATION FAILURE (5.4.1.3.7 c to f, 5.4.1.2.4.5).
    pub(in crate::network) fn authentication_failure(
        &mut self,
        env: &mut Environment<'_>,
        failure: &AuthenticationFailure<'_>,
    ) -> Disposition {
        let Some(challenge) = self.challenge_out() else {
            return unexpected("AUTHENTICATION FAILURE", "AUTHENTICATION REQUEST before it");
        };
        let aka = matches!(challenge.content, Received::Aka { .. });
        match failure.fgmm_cause {
            // In EAP the method says all this itself.
            FgmmCause::MAC_FAILURE | FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE if aka => {
                match self.answered_challenge() {
                    Some(challenge) => self.doubt(env, challenge.subject, None),
                    None => Disposition::Handled,
                }
            }
            FgmmCause::SYNCH_FAILURE if aka => {
                let auts = failure.authentication_failure_parameter;
                match auts.and_then(|auts| Auts::from_octets(&auts)) {
                    Some(auts) => self.resynchronise(env, auts),
                    // The challenge waits on: T3560 repeats it.
                    None => Disposition::Silent(Discard::Malformed),
                }
            }
            FgmmCause::NG_KSI_ALREADY_IN_USE => self.ksi_in_use(env),
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// The UE uses this ngKSI: the same challenge with another (5.4.1.3.7 e, 5.4.1.2.4.5 e). There are seven, so it ends.
    fn ksi_in_use(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Some(challenge) = self.answered_challenge() else {
            return Disposition::Handled;
        };
        let Challenge {
            subject,
            ksi,
            content,
        } = *challenge;
        self.agreement.past.aka = None;
        self.agreement.key_sets.refused(ksi);
        match self.other_ksi(env) {
            Some(ksi) => self.challenge(env, subject, ksi, content),
            None => self.authentication_rejected(env, None),
        }
    }

    /// Synchronisation failure: the UDM takes the USIM's SQN, and a new challenge is tried, so often.
    fn resynchronise(&mut self, env: &mut Environment<'_>, auts: Auts) -> Disposition {
        if self.agreement.past.auts == Some(auts) {
            return Disposition::Silent(Discard::Repetition);
        }
        let Some(challenge) = self.answered_challenge() else {
            return Disposition::Handled;
        };
        let Challenge {
            subject,
            content: Received::Aka { rand, .. },
            ..
        } = *challenge
        else {
            return Disposition::Handled;
        };
        if self.agreement.resynchronisations >= MAX_RESYNCHRONISATIONS {
            return self.authentication_rejected(env, None);
        }
        self.agreement.resynchronisations += 1;
        self.agreement.past.auts = Some(auts);
        self.ask_ausf(env, subject, Some(Resynchronisation { rand, auts }))
    }

    /// The challenge that is out.
    pub(super) fn challenge_out(&self) -> Option<&Challenge> {
        match &self.common {
            Common::Authentication(challenge) => Some(challenge),
            _ => None,
        }
    }
}

pub(super) fn unexpected(got: &'static str, expected: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got,
        expected,
        clause: "TS 24.501 5.4.1",
    }))
}
