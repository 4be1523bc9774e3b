//! IMS profiles by name: what subscribers share besides identities.

use crate::row::Refusal;
use quintet_subscriber::ims::{ImsSubscription, ServiceProfile, VisitedNetworks};
use std::sync::Arc;

/// What an S-CSCF must be.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Scscf {
    mandatory: Vec<u32>,
    optional: Vec<u32>,
    names: Vec<String>,
}

/// Where charging data go.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Charging {
    primary_event: Option<String>,
    secondary_event: Option<String>,
    primary_collection: Option<String>,
    secondary_collection: Option<String>,
}

/// What IMS subscriptions share, besides the identities that follow from IMSI and number.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ImsProfile {
    /// A service profile in XML (TS 29.228 Annex E).
    ifc: Option<String>,
    scscf: Scscf,
    charging: Option<Charging>,
    visited_networks: VisitedNetworks,
    authorized: Option<bool>,
}

impl ImsProfile {
    /// Whether its XML is a service profile.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        self.service_profile().map(drop)
    }

    fn service_profile(&self) -> Result<ServiceProfile, Refusal> {
        let xml = self.ifc.as_deref().unwrap_or_default();
        ServiceProfile::from_xml(0, &crate::record::wrapped(xml))
            .map_err(|error| Refusal::new(format_args!("ifc: {error}")))
    }

    /// Puts it into a subscription that follows from IMSI and number.
    pub(super) fn apply(&self, ims: &mut ImsSubscription) -> Result<(), Refusal> {
        ims.profiles = Arc::new(vec![self.service_profile()?]);
        ims.capabilities.mandatory.clone_from(&self.scscf.mandatory);
        ims.capabilities.optional.clone_from(&self.scscf.optional);
        ims.capabilities.server_names.clone_from(&self.scscf.names);
        ims.charging = self
            .charging
            .as_ref()
            .map(|charging| quintet_cx::ChargingInformation {
                primary_event: charging.primary_event.clone(),
                secondary_event: charging.secondary_event.clone(),
                primary_collection: charging.primary_collection.clone(),
                secondary_collection: charging.secondary_collection.clone(),
            });
        ims.visited_networks.clone_from(&self.visited_networks);
        ims.authorized = self.authorized.unwrap_or(true);
        Ok(())
    }
}
