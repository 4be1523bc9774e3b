//! Which algorithms: the operator's first that the UE has too (TS 33.401 7.2.4.3.1; TS 24.301 5.4.3.2).

use crate::network::Policy;
use crate::network::session::Capabilities;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_nas::eps::{UeNetworkCapability, UeSecurityCapability};

/// The algorithms for a UE; `None` if there is no integrity or no ciphering algorithm that both sides have. EIA0 is never
/// chosen, whatever the lists say (TS 33.401 5.1.4.1).
pub(super) fn choose(
    policy: &Policy,
    capabilities: &Capabilities,
) -> Option<(IntegrityAlgorithm, CipheringAlgorithm)> {
    let capability =
        UeSecurityCapability::replayed(&UeNetworkCapability(&capabilities.ue_network_capability), None);
    let integrity = policy
        .integrity
        .iter()
        .find(|eia| **eia != IntegrityAlgorithm::EIA0 && eia.0 <= 3 && capability.has_eia(eia.0))?;
    let ciphering = policy
        .ciphering
        .iter()
        .find(|eea| eea.0 <= 3 && capability.has_eea(eea.0))?;
    Some((*integrity, *ciphering))
}
