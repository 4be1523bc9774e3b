//! The UE whose initial message had the MAC of its context, and was not verified all the same: it named another key set or
//! none, the context is stale, or what its container deciphers to is no message. A new key agreement is run, plain; but a UE
//! with a context protects what it answers to that, and some cipher it as well (TS 24.501 4.4.4.1, 4.4.5), so the context
//! stays good for reading.
//!
//! ```text
//!  initial, MAC ─ COUNT unused ─ ngKSI not the context's, stale, container ─► Unverified(why), held
//!  later, bound to nobody: MAC under what is held, COUNT unused ─► deciphered ─┐
//!                          else not ciphered ──────────────────────────────────┴─► list of 4.4.4.3 ─► a claim
//! ```
//!
//! What is read like this is worth what it would be without its header: it must be on the list, binds nothing, and makes
//! nothing secure. So nobody gains by repeating it; the COUNTs that it takes are those of MACs that held.

use super::super::security_mode;
use super::verification::{Unverified, discard};
use super::{Environment, Session};
use crate::network::{ContextId, SecurityContext};
use crate::{Discard, Disposition};
use quintet_nas::common::SecurityHeaderType;
use quintet_nas::security::fgs::admit_at_amf;
use quintet_nas::security::{Accepted, Lack, SecurityHeader};

/// Why a message whose MAC holds under a context is not verified by it; `None` if it is.
pub(super) fn objection(security: &SecurityContext, ksi: Option<u8>) -> Option<Unverified> {
    if security.stale {
        Some(Unverified::Stale)
    } else if ksi.is_some_and(|ksi| ksi != security.ksi.0) {
        Some(Unverified::Ksi)
    } else {
        None
    }
}

/// Uses the COUNT of such an initial message up, so that it is held by once only. Null integrity holds nothing.
pub(super) fn hold(security: &mut SecurityContext, id: ContextId, accepted: Accepted) -> Option<ContextId> {
    if security_mode::is_null(security) {
        return None;
    }
    security.nas.commit(accepted).is_ok().then_some(id)
}

impl Session {
    /// Header types 1 and 2 on a connection that is nobody's yet. A UE protects what it sends with a context that this AMF
    /// may not have, or may not have proven yet.
    pub(super) fn receive_unproven(
        &mut self,
        env: &mut Environment<'_>,
        nas: &[u8],
        header: &SecurityHeader<'_>,
    ) -> Disposition {
        let ciphered = header.header_type == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED;
        let opened = self.open_held(env, nas);
        let plain = match &opened {
            Some(Ok(plain)) => plain.as_slice(),
            Some(Err(why)) if ciphered => return Disposition::Silent(*why),
            None if ciphered => return Disposition::Silent(Discard::NoContext),
            _ => header.payload,
        };
        if admit_at_amf(plain, Lack::Verification, self.exchange()).is_err() {
            return Disposition::Silent(Discard::NoContext);
        }
        self.dispatch_claim(env, plain, header.header_type, Unverified::NoContext)
    }

    /// What stands inside of a message under the context that is held; `None` if none is.
    fn open_held(&self, env: &mut Environment<'_>, nas: &[u8]) -> Option<Result<Vec<u8>, Discard>> {
        let context = env.contexts.get_mut(self.held?)?;
        let security = context.security.as_mut()?;
        let mut plain = Vec::new();
        let outcome = security.nas.unprotect(nas, &mut plain).map(|_| ());
        Some(outcome.map(|()| plain).map_err(|why| discard(&why)))
    }
}
