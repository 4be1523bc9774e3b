//! The 5GS part of a subscription, as options of the command line.

use quintet_identity::SNssai;
use quintet_provisioning::record::{Fgs, Method};

/// What is said of 5GS.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FgsOptions {
    /// How 5GS authenticates the UE: 5g-aka or eap-aka-prime [default: 5g-aka]
    #[arg(long, value_name = "METHOD")]
    authentication_method: Option<Method>,
    /// Subscribed slices, SST or SST-SD (repeat, or separate by commas); the first is the default one [default: 1]
    #[arg(long, value_name = "S-NSSAI", value_delimiter = ',')]
    nssai: Vec<SNssai>,
    /// Whether 5GS serves the subscriber [default: true]
    #[arg(long = "5gs", value_name = "BOOL")]
    subscribed: Option<bool>,
}

impl FgsOptions {
    /// What they say.
    pub(crate) fn said(&self) -> Fgs {
        Fgs {
            authentication_method: self.authentication_method,
            nssai: self.nssai.clone(),
            subscribed: self.subscribed,
        }
    }
}
