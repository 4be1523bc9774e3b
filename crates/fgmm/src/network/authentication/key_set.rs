//! Which ngKSI a challenge offers (TS 24.501 5.4.1.3.2, 5.4.1.3.7 e; TS 33.501 6.2.3.2).

use crate::network::Session;
use crate::network::session::Environment;
use quintet_nas::fgs::NasKsi;

/// How many key sets an ngKSI tells apart; 7 says that there is none (TS 24.501 9.11.3.32).
const KEY_SETS: u8 = 7;

/// ngKSIs of this session's challenges.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeySets {
    /// The one offered last.
    offered: Option<u8>,
    /// Those that the UE said are in use: a bit each.
    in_use: u8,
}

impl KeySets {
    /// The one offered last is agreed on: what the UE had beside it may be gone.
    pub(super) fn agreed(&mut self) {
        self.in_use = 0;
    }

    /// The UE uses this one already.
    pub(super) fn refused(&mut self, ksi: NasKsi) {
        self.in_use |= 1 << (ksi.0 & 7);
    }
}

impl Session {
    /// The one offered last.
    pub(super) fn offered_ksi(&self) -> Option<NasKsi> {
        self.agreement.key_sets.offered.map(NasKsi)
    }

    /// An ngKSI that names no key set the UE may hold: neither those it says it has, nor the context's, nor the last one
    /// offered. A native one: TSC is zero.
    pub(super) fn fresh_ksi(&mut self, env: &Environment<'_>) -> NasKsi {
        let ksi = self.free_ksi(env).unwrap_or_default();
        self.agreement.key_sets.offered = Some(ksi);
        NasKsi(ksi)
    }

    /// The same after the UE refused one; `None` when it has refused all there are.
    pub(super) fn other_ksi(&mut self, env: &Environment<'_>) -> Option<NasKsi> {
        let sets = self.agreement.key_sets;
        let last = sets.offered.unwrap_or_default();
        let ksi = self.free_ksi(env).or_else(|| {
            (0..KEY_SETS)
                .map(|i| (last + 1 + i) % KEY_SETS)
                .find(|ksi| sets.in_use >> ksi & 1 == 0)
        })?;
        self.agreement.key_sets.offered = Some(ksi);
        Some(NasKsi(ksi))
    }

    fn free_ksi(&self, env: &Environment<'_>) -> Option<u8> {
        let sets = self.agreement.key_sets;
        let context = self.known().and_then(|id| env.contexts.get(id));
        let held = context
            .and_then(|context| context.security.as_ref())
            .map(|security| security.ksi);
        let [told, other] = self.learnt.ksi;
        let [told, other, held] = [told, other, held].map(|ksi| ksi.map(|ksi| ksi.0 & 7));
        let start = sets.offered.or(held).or(told).map_or(0, |last| last + 1);
        (0..KEY_SETS).map(|i| (start + i) % KEY_SETS).find(|ksi| {
            sets.in_use >> ksi & 1 == 0 && ![sets.offered, told, other, held].contains(&Some(*ksi))
        })
    }
}
