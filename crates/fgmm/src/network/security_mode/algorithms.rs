//! Which algorithms: the operator's first that the UE has too (TS 33.501 5.5.1, 6.7.1.1, 6.7.2; TS 24.501 5.4.2.2).

use crate::network::AlgorithmLists;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_nas::fgs::UeSecurityCapability;
use quintet_procedure::Algorithms;

/// The algorithms for a UE; `None` if there is no integrity or no ciphering algorithm that both sides have. NIA0 is never
/// chosen, whatever the lists say (TS 33.501 5.5.2).
pub(super) fn choose(
    lists: &AlgorithmLists,
    capability: &UeSecurityCapability,
) -> Option<(IntegrityAlgorithm, CipheringAlgorithm)> {
    let integrity = lists
        .integrity
        .iter()
        .find(|nia| **nia != IntegrityAlgorithm::EIA0 && nia.0 <= 3 && capability.has_ia(nia.0))?;
    let ciphering = lists
        .ciphering
        .iter()
        .find(|nea| nea.0 <= 3 && capability.has_ea(nea.0))?;
    Some((*integrity, *ciphering))
}

/// The algorithms of EPS for a UE that has said what it has of them, so that it has S1 mode (TS 24.501 9.11.3.54).
pub(super) fn choose_eps(lists: &AlgorithmLists, capability: &UeSecurityCapability) -> Option<Algorithms> {
    let (eea, eia) = (capability.eea()?, capability.eia()?);
    let has = |bits: u8, n: u8| n <= 3 && bits >> (7 - n) & 1 == 1;
    let integrity = lists
        .integrity
        .iter()
        .find(|a| **a != IntegrityAlgorithm::EIA0 && has(eia, a.0))?;
    let ciphering = lists.ciphering.iter().find(|a| has(eea, a.0))?;
    Some(Algorithms {
        integrity: *integrity,
        ciphering: *ciphering,
    })
}
