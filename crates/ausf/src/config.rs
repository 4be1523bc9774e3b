//! What an operator sets of an AUSF, and its limits.

use core::time::Duration;
use quintet_crypto::fgs::ServingNetworkName;
use quintet_eap::ServerOptions;
use quintet_identity::Plmn;
use quintet_sbi::Target;

/// Most authentications that wait for the UE's answer: 32 s of 8,192 a second. Each is below 1 KiB. Past it a new one is
/// refused, so that nobody's challenge is taken away by strangers.
pub const MAX_CONTEXTS: usize = 262_144;

/// Most ended authentications that are kept for repetitions and for the removal of their result; the oldest goes.
pub const MAX_DONE: usize = 65_536;

/// How long a challenge may stay unanswered: T3560 runs 6 s, five times (TS 24.501 table 10.2.2), and the last answer needs
/// its time as well.
pub const CONTEXT_LIFETIME: Duration = Duration::from_secs(32);

/// Most calls of the UDM under way: what it answers in a second. Past it a request is refused rather than queued.
pub const MAX_CALLS: usize = 16_384;

/// Which serving networks may ask (TS 33.501 6.1.2: the AUSF checks that the SEAF is entitled to the name it gives).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServingNetworks {
    /// Any; the UDM still decides for each subscriber.
    #[default]
    Any,
    /// These alone.
    Only(Vec<Plmn>),
}

impl ServingNetworks {
    /// Whether a network of this name may ask.
    #[must_use]
    pub fn allow(&self, name: &ServingNetworkName) -> bool {
        match self {
            Self::Any => true,
            Self::Only(plmns) => plmns
                .iter()
                .any(|plmn| of_plmn(*plmn).is_some_and(|of| is_of(name, &of))),
        }
    }
}

fn of_plmn(plmn: Plmn) -> Option<ServingNetworkName> {
    ServingNetworkName::of_plmn(&plmn.octets())
}

/// A name with a NID is of the PLMN that it begins with.
fn is_of(name: &ServingNetworkName, plmn: &ServingNetworkName) -> bool {
    name.octets().starts_with(plmn.octets())
}

/// Configuration of an AUSF.
#[derive(Clone, Debug)]
pub struct AusfConfig {
    /// nfInstanceId: a UUID.
    pub nf_instance_id: String,
    /// Where this AUSF is reached: links to its resources begin with it.
    pub own: Target,
    /// The UDM; `None` until one is discovered.
    pub udm: Option<Target>,
    /// Who may ask.
    pub serving_networks: ServingNetworks,
    /// For the UDM to answer.
    pub udm_timeout: Duration,
    /// What EAP-AKA' offers.
    pub eap: ServerOptions,
}

impl AusfConfig {
    /// An AUSF with the defaults of everything that need not be said.
    #[must_use]
    pub fn new(nf_instance_id: String, own: Target, udm: Option<Target>) -> Self {
        Self {
            nf_instance_id,
            own,
            udm,
            serving_networks: ServingNetworks::Any,
            // A second more than the UDM takes to say that its store does not answer.
            udm_timeout: Duration::from_secs(4),
            eap: ServerOptions::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_that_may_ask() {
        let name = |text: &str| text.parse::<ServingNetworkName>().unwrap();
        let only = ServingNetworks::Only(vec!["90170".parse().unwrap(), "310260".parse().unwrap()]);
        for (text, allowed) in [
            ("5G:mnc070.mcc901.3gppnetwork.org", true),
            ("5G:mnc070.mcc901.3gppnetwork.org:123456789AB", true),
            ("5G:mnc260.mcc310.3gppnetwork.org", true),
            ("5G:mnc001.mcc001.3gppnetwork.org", false),
        ] {
            assert_eq!(only.allow(&name(text)), allowed, "{text}");
            assert!(ServingNetworks::Any.allow(&name(text)));
        }
    }
}
