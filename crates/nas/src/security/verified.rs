//! A message whose integrity was checked. Only this crate's `security` makes one.

use super::count::NasCount;
use super::header::Protection;
use quintet_crypto::IntegrityAlgorithm;

/// A message that passed its integrity check, and how.
///
/// With EIA0 there is nothing to check and [`Self::is_integrity_checked`] says `false`: such a context exists for
/// emergency bearers without authentication only (TS 33.401 5.1.4.1), and having made one, its messages are processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verified<M> {
    pub(super) message: M,
    pub(super) protection: Protection,
    pub(super) count: NasCount,
    pub(super) integrity: IntegrityAlgorithm,
}

/// Permission to move a context's COUNT of received messages to that of a verified one.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a COUNT that is not committed can be used again"]
pub struct Accepted {
    pub(super) count: NasCount,
}

impl<M> Verified<M> {
    /// The message.
    pub const fn message(&self) -> &M {
        &self.message
    }

    /// The message alone, its protection forgotten.
    pub fn into_message(self) -> M {
        self.message
    }

    /// How it was protected.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The COUNT it was sent with; [`NasCount::value`] is what KeNB is derived from.
    #[must_use]
    pub const fn count(&self) -> NasCount {
        self.count
    }

    /// Whether there was an integrity algorithm other than EIA0.
    #[must_use]
    pub fn is_integrity_checked(&self) -> bool {
        self.integrity != IntegrityAlgorithm::EIA0
    }

    /// What [`NasSecurityContext::commit`](super::NasSecurityContext::commit) takes.
    pub const fn accepted(&self) -> Accepted {
        Accepted { count: self.count }
    }

    /// The same message in another form: decoded, say.
    ///
    /// # Errors
    /// Those of `form`.
    pub fn try_map<N, E>(self, form: impl FnOnce(M) -> Result<N, E>) -> Result<Verified<N>, E> {
        Ok(Verified {
            message: form(self.message)?,
            protection: self.protection,
            count: self.count,
            integrity: self.integrity,
        })
    }
}
