//! Identification (TS 24.501 5.4.3, TS 33.501 6.12.4): IDENTITY REQUEST under T3570, and what its answer is for. Only SUCI is
//! asked for, as no SUPI is told in the clear (TS 33.501 6.12.1): it may come without protection
//! (TS 24.501 4.4.4.3), and the IMEISV comes with SECURITY MODE COMPLETE.

use super::event::Phase;
use super::output::{ReleaseCause, Subject};
use super::session::{Common, NamedBy};
use super::{Environment, Session, Timer};
use crate::{Discard, Disposition, Violation};
use quintet_identity::Suci;
use quintet_nas::fgs::{FgmmCause, IdentityRequest, IdentityType, MobileIdentity};

/// What an identity is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To know whom to authenticate.
    Establish,
    /// Authentication failed although the 5G-GUTI said that it is this subscriber: is it
    /// (TS 24.501 5.4.1.3.5, 5.4.1.3.7 c, d; TS 33.501 6.1.3.2.2)?
    Doubt {
        /// Who was authenticated.
        used: Subject,
    },
}

/// IDENTITY REQUEST is out.
#[derive(Clone, Debug)]
pub(super) struct Identification {
    /// What for.
    purpose: Purpose,
}

impl Session {
    /// Asks for the SUCI.
    pub(super) fn identify(&mut self, env: &mut Environment<'_>, purpose: Purpose) -> Disposition {
        self.common = Common::Identification(Identification { purpose });
        let request = IdentityRequest::new(IdentityType::SUCI);
        self.send_and_guard(env, Timer::T3570, &request.into());
        Disposition::Handled
    }

    /// IDENTITY RESPONSE (5.4.3.4).
    pub(super) fn identity_response(
        &mut self,
        env: &mut Environment<'_>,
        identity: &MobileIdentity<'_>,
    ) -> Disposition {
        let Common::Identification(Identification { purpose }) = &self.common else {
            return unexpected("IDENTITY REQUEST before it");
        };
        let purpose = purpose.clone();
        match identity {
            MobileIdentity::Suci(suci) => {
                self.abandon_common(env);
                self.identified(env, suci.clone(), purpose)
            }
            // The UE has none: nobody can be authenticated.
            MobileIdentity::NoIdentity(..) => {
                self.abandon_common(env);
                self.serve_unauthenticated(env).unwrap_or_else(|| {
                    self.reject(env, FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
                })
            }
            _ => unexpected("the kind of identity asked for"),
        }
    }

    fn identified(&mut self, env: &mut Environment<'_>, suci: Suci, purpose: Purpose) -> Disposition {
        let told = suci.null_supi();
        let subject = Subject::Suci(suci);
        self.learnt.subject = Some(subject.clone());
        self.learnt.named_by = NamedBy::Suci;
        self.phase(env, Phase::Identified);
        match purpose {
            // A SUCI that conceals is the home network's to open; the second failure says what this one cannot.
            Purpose::Doubt {
                used: Subject::Supi(used),
            } if told.as_ref() == Some(&used) => self.authentication_rejected(env, None),
            Purpose::Doubt { .. } | Purpose::Establish => self.authenticate(env, subject),
        }
    }

    /// T3570 has expired for the last time: the procedure that needed the identity ends too (5.4.3.6 b).
    pub(super) fn exhausted_t3570(&mut self, env: &mut Environment<'_>) {
        self.abandon(env);
        self.release(env, ReleaseCause::Unspecified);
    }
}

fn unexpected(expected: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got: "IDENTITY RESPONSE",
        expected,
        clause: "TS 24.501 5.4.3.4",
    }))
}
