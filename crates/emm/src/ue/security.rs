//! The UE's EPS security contexts (TS 24.301 4.4.2): the current one, and the keys that AKA has just agreed on.

use quintet_crypto::Kasme;
use quintet_nas::eps::NasKsi;
use quintet_nas::security::NasSecurityContext;

/// A full native context.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) ksi: NasKsi,
    pub(super) kasme: Kasme,
    pub(super) nas: NasSecurityContext,
}

/// A partial native context: no algorithms yet.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) ksi: NasKsi,
    pub(super) kasme: Kasme,
}

/// What the UE has. A non-current full native context is not kept: EPS is all there is, so the current one is native.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    pub(super) current: Option<Box<Current>>,
    pub(super) partial: Option<Box<Partial>>,
}

impl Contexts {
    /// Deletes every key (eKSI "no key").
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Deletes a context that cannot protect another message (TS 24.301 4.4.3.5).
    pub(super) fn drop_exhausted(&mut self) {
        if self
            .current
            .as_ref()
            .is_some_and(|current| current.nas.counts().next_sent.is_none())
        {
            self.current = None;
        }
    }

    /// eKSI for an initial message.
    pub(super) fn ksi(&self) -> NasKsi {
        self.current
            .as_ref()
            .map_or(NasKsi::NO_KEY_AVAILABLE, |current| current.ksi)
    }
}
