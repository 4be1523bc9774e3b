//! The UE's 5G NAS security contexts (TS 24.501 4.4.2): the current one, and the keys that authentication agreed on.

use quintet_crypto::fgs::{KAmf, KSeaf};
use quintet_identity::Supi;
use quintet_nas::fgs::{EpsNasSecurityAlgorithms, NasKsi};
use quintet_nas::security::NasSecurityContext;

/// A full native context.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) ksi: NasKsi,
    pub(super) k_amf: KAmf,
    pub(super) nas: NasSecurityContext,
    /// For EPS, if the network selected some (TS 24.501 5.4.2.3).
    pub(super) eps_algorithms: Option<EpsNasSecurityAlgorithms>,
}

/// A partial native context: no algorithms yet.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) ksi: NasKsi,
    pub(super) k_seaf: KSeaf,
    /// ABBA as it came last.
    pub(super) abba: Vec<u8>,
}

impl Partial {
    /// KAMF with this ABBA, or the one that came with the challenge.
    pub(super) fn k_amf(&self, supi: &Supi, abba: Option<&[u8]>) -> Option<KAmf> {
        self.k_seaf.k_amf(&supi.value(), abba.unwrap_or(&self.abba))
    }
}

/// What the UE has. A non-current full native context is not kept: 5GS is all there is, so the current one is native.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    pub(super) current: Option<Box<Current>>,
    pub(super) partial: Option<Box<Partial>>,
}

impl Contexts {
    /// Deletes every key (ngKSI "no key").
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Deletes a context that cannot protect another message (TS 24.501 4.4.3.5).
    pub(super) fn drop_exhausted(&mut self) {
        if self
            .current
            .as_ref()
            .is_some_and(|current| current.nas.counts().next_sent.is_none())
        {
            self.current = None;
        }
    }

    /// ngKSI for an initial message.
    pub(super) fn ksi(&self) -> NasKsi {
        self.current
            .as_ref()
            .map_or(NasKsi::NO_KEY_AVAILABLE, |current| current.ksi)
    }
}
