//! Identification (TS 24.301 5.4.4, TS 33.401 6.1.3): IDENTITY REQUEST under T3470, and what its answer is for.

use super::event::Phase;
use super::output::ReleaseCause;
use super::session::{Common, NamedBy};
use super::{Environment, Session, Timer};
use crate::{Discard, Disposition, Violation};
use quintet_identity::Imsi;
use quintet_nas::eps::{EmmCause, IdentityRequest, IdentityType2, MobileIdentity};

/// What an identity is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To know whom to authenticate.
    Establish,
    /// Authentication failed although the GUTI said that it is this subscriber: is it (TS 24.301 5.4.2.5, 5.4.2.7 c, d)?
    Doubt {
        /// Whose vectors were used.
        used: Imsi,
    },
}

/// IDENTITY REQUEST is out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identification {
    /// What it asks for.
    asked: IdentityType2,
    /// What for.
    purpose: Purpose,
}

impl Session {
    /// Asks for an identity.
    pub(super) fn identify(
        &mut self,
        env: &mut Environment<'_>,
        asked: IdentityType2,
        purpose: Purpose,
    ) -> Disposition {
        self.common = Common::Identification(Identification { asked, purpose });
        self.send_and_guard(env, Timer::T3470, &IdentityRequest::new(asked).into());
        Disposition::Handled
    }

    /// IDENTITY RESPONSE (5.4.4.4).
    pub(super) fn identity_response(
        &mut self,
        env: &mut Environment<'_>,
        identity: &MobileIdentity<'_>,
    ) -> Disposition {
        let Common::Identification(Identification { asked, purpose }) = self.common else {
            return unexpected("IDENTITY REQUEST before it");
        };
        match (identity, asked) {
            (MobileIdentity::Imsi(imsi), IdentityType2::IMSI) => {
                self.abandon_common();
                self.identified(env, *imsi, purpose)
            }
            // The UE has none: nobody can be authenticated.
            (MobileIdentity::NoIdentity(_), _) => {
                self.abandon_common();
                self.serve_unauthenticated(env).unwrap_or_else(|| {
                    self.reject(env, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
                })
            }
            _ => unexpected("the kind of identity asked for"),
        }
    }

    fn identified(&mut self, env: &mut Environment<'_>, imsi: Imsi, purpose: Purpose) -> Disposition {
        self.learnt.imsi = Some(imsi);
        self.learnt.named_by = NamedBy::Imsi;
        self.phase(env, Phase::Identified);
        match purpose {
            Purpose::Doubt { used } if used == imsi => self.authentication_rejected(env),
            Purpose::Doubt { .. } | Purpose::Establish => self.authenticate(env, imsi),
        }
    }

    /// T3470 has expired for the last time: the procedure that needed the identity ends too (5.4.4.6 b).
    pub(super) fn exhausted_t3470(&mut self, env: &mut Environment<'_>) {
        self.abandon();
        self.release(env, ReleaseCause::Unspecified);
    }
}

fn unexpected(expected: &'static str) -> Disposition {
    Disposition::Silent(Discard::Path(Violation {
        got: "IDENTITY RESPONSE",
        expected,
        clause: "TS 24.301 5.4.4.4",
    }))
}
