//! `[slh]` and `[s6c]`: who is told where a UE is served.

use super::{Diameter, Identity};
use quintet_hss::SlhConfig;
use quintet_subscriber::slh::LcsPolicy;
use serde::Deserialize;
use std::net::IpAddr;

/// GMLCs at the HSS (SLh).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Slh {
    /// Whether GMLCs are served.
    pub(crate) serve: bool,
    /// The realms whose GMLCs are told where users are; absent: our own.
    pub(crate) realms: Option<Vec<Identity>>,
    /// The H-GMLC, told in every answer.
    pub(crate) gmlc_address: Option<IpAddr>,
    /// The privacy profile register, told in every answer.
    pub(crate) ppr_address: Option<IpAddr>,
}

impl Default for Slh {
    fn default() -> Self {
        Self {
            serve: SlhConfig::default().serve,
            realms: None,
            gmlc_address: None,
            ppr_address: None,
        }
    }
}

impl Slh {
    /// What the HSS is told.
    pub(crate) fn node(&self, diameter: &Diameter) -> SlhConfig {
        let named = |realms: &[Identity]| realms.iter().map(|realm| realm.as_str().to_owned()).collect();
        let own = || {
            let further = diameter.further_realms.iter().cloned();
            std::iter::once(diameter.realm.clone())
                .chain(further)
                .collect::<Vec<_>>()
        };
        SlhConfig {
            serve: self.serve,
            policy: LcsPolicy {
                realms: self.realms.as_deref().map_or_else(|| named(&own()), named),
                gmlc_address: self.gmlc_address,
                ppr_address: self.ppr_address,
            },
        }
    }
}

/// SMS-GMSCs at the HSS (S6c).
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct S6c {
    /// Whether SMS-GMSCs are served and service centres alerted; and so whether MMEs may register for SMS.
    pub(crate) serve: bool,
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn our_own_realms_may_ask_unless_others_are_named() {
        let realms = |text: &str| {
            let config = Config::parse(text).unwrap();
            config.slh.node(&config.diameter).policy.realms
        };
        let own = "epc.mnc001.mcc001.3gppnetwork.org";
        assert_eq!(realms(""), [own]);
        let further = "[diameter]\nfurther_realms = [\"example.org\"]\n";
        assert_eq!(realms(further), [own, "example.org"]);
        assert_eq!(
            realms("[slh]\nrealms = [\"lcs.example.org\"]\n"),
            ["lcs.example.org"]
        );
        assert!(realms("[slh]\nrealms = []\n").is_empty(), "nobody");
        assert!(!Config::parse("").unwrap().s6c.serve);
        for wrong in [
            "[slh]\nrealm = \"x\"\n",
            "[s6c]\nserves = true\n",
            "[slh]\ngmlc_address = \"x\"\n",
        ] {
            assert!(Config::parse(wrong).is_err(), "{wrong}");
        }
    }
}
