//! Authentication (TS 29.228 6.3): which scheme, whose credentials, and that a challenge is under way.

use super::registrations::add;
use super::{
    Decision, DigestCredentials, ImsRecord, PublicIdentity, RegistrationSet, RegistrationState, Server,
};
use quintet_cx::{AuthenticationScheme, ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_identity::{Impi, Impu, Imsi};

/// A Multimedia-Auth-Request.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticationQuery<'a> {
    /// User-Name.
    pub impi: &'a Impi,
    /// Public-Identity.
    pub impu: &'a Impu,
    /// SIP-Authentication-Scheme.
    pub scheme: &'a AuthenticationScheme,
    /// Server-Name, with the origin of the request.
    pub server: &'a Server,
    /// Whether there is a token of a resynchronisation.
    pub resynchronisation: bool,
}

/// What an S-CSCF is to challenge with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// Vectors of IMS AKA.
    Aka {
        /// Whose AuC record.
        imsi: Imsi,
        /// The scheme, as the answer names it.
        scheme: AuthenticationScheme,
    },
    /// SIP Digest.
    Digest(DigestCredentials),
}

impl ImsRecord {
    /// A private and a public identity of this subscription that belong together.
    ///
    /// # Errors
    /// ERROR_USER_UNKNOWN if one is not of this subscription, or the public one is a service's; else
    /// ERROR_IDENTITIES_DONT_MATCH.
    pub(super) fn pair(
        &self,
        impi: &Impi,
        impu: &Impu,
    ) -> Result<(&RegistrationSet, &PublicIdentity), Outcome> {
        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
        let (set, identity) = self.subscription.public_identity(impu).ok_or(unknown)?;
        if identity.kind != super::PublicIdentityKind::User {
            return Err(unknown.into());
        }
        // Whether the private identity is another subscription's, or nobody's, is known to who looked it up.
        if self.subscription.private_identity(impi).is_none() || !set.is_open_to(impi) {
            return Err(ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH.into());
        }
        Ok((set, identity))
    }

    /// Decides the answer, in the order of TS 29.228 6.3.1.
    ///
    /// A scheme left to the HSS is SIP Digest if there are credentials for it, else IMS AKA.
    ///
    /// # Errors
    /// The result of the refusal: ERROR_USER_UNKNOWN, ERROR_IDENTITIES_DONT_MATCH, ERROR_AUTH_SCHEME_NOT_SUPPORTED;
    /// UNABLE_TO_COMPLY for a token from an S-CSCF that is not the one that is stored.
    pub fn challenge(&self, request: &AuthenticationQuery<'_>) -> Result<Decision<Challenge>, Outcome> {
        let (set, _) = self.pair(request.impi, request.impu)?;
        let answer = self.scheme(request)?;
        let mut registrations = self.registrations.clone();
        let stored = registrations.server.as_ref();
        let is_another = stored.is_some_and(|server| !server.is_named(&request.server.name));
        if is_another && request.resynchronisation {
            return Err(ResultCode::UNABLE_TO_COMPLY.into());
        }
        let is_registered = registrations.state(set.id) == RegistrationState::Registered;
        if is_another && registrations.is_served() && registrations.previous.is_none() {
            // Until the new one has registered somebody, the old one holds the registrations.
            registrations.previous = registrations.server.take();
        }
        if is_another || registrations.server.is_none() {
            // Going back to the one that holds them is no change.
            let back = registrations
                .previous
                .take_if(|previous| previous.is_named(&request.server.name));
            registrations.server = Some(back.unwrap_or_else(|| request.server.clone()));
            registrations.reassignment_pending = false;
        }
        if !is_registered {
            registrations.change(set.id, |set| add(&mut set.pending, request.impi));
        }
        Ok(self.decide(answer, registrations, Vec::new()))
    }

    fn scheme(&self, request: &AuthenticationQuery<'_>) -> Result<Challenge, Outcome> {
        let refused = ExperimentalResult::ERROR_AUTH_SCHEME_NOT_SUPPORTED;
        let private = self.subscription.private_identity(request.impi).ok_or(refused)?;
        let scheme = request.scheme;
        // What an S-CSCF cannot name, a REGISTER without credentials does not show. TS 29.228 6.3.1 has SIP Digest for that alone; UEs that
        // have AKA and leave Authorization out of the first REGISTER would never be challenged.
        let unknown = *scheme == AuthenticationScheme::UNKNOWN;
        if let Some(credentials) = &private.digest
            && (unknown || *scheme == AuthenticationScheme::SIP_DIGEST)
            && !request.resynchronisation
        {
            return Ok(Challenge::Digest(credentials.clone()));
        }
        let imsi = private
            .aka
            .filter(|_| unknown || scheme.is_aka())
            .ok_or(refused)?;
        let scheme = if unknown {
            AuthenticationScheme::DIGEST_AKAV1_MD5
        } else {
            scheme.clone()
        };
        Ok(Challenge::Aka { imsi, scheme })
    }
}
