//! Server-Capabilities and Charging-Information (TS 29.229 6.3.4, 6.3.19).

use crate::{Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};

/// What an I-CSCF selects an S-CSCF by (TS 29.229 6.3.4, TS 29.228 6.7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerCapabilities {
    /// Mandatory-Capability: the S-CSCF has all of them.
    pub mandatory: Vec<u32>,
    /// Optional-Capability: the more of them the better.
    pub optional: Vec<u32>,
    /// Server-Name: S-CSCFs to be preferred, by their SIP URIs.
    pub server_names: Vec<String>,
}

impl ServerCapabilities {
    /// Whether it says nothing: any S-CSCF will do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mandatory.is_empty() && self.optional.is_empty() && self.server_names.is_empty()
    }

    /// None if it says nothing.
    pub(crate) fn read(avp: &Avp<'_>) -> Result<Option<Self>, Fault> {
        let mut capabilities = Self::default();
        read::group(avp, |inner| {
            if inner.is(avp::MANDATORY_CAPABILITY) {
                capabilities.mandatory.push(read::u32(inner)?);
            } else if inner.is(avp::OPTIONAL_CAPABILITY) {
                capabilities.optional.push(read::u32(inner)?);
            } else if inner.is(avp::SERVER_NAME) {
                capabilities.server_names.push(read::text(inner)?);
            }
            Ok(())
        })?;
        Ok((!capabilities.is_empty()).then_some(capabilities))
    }

    /// Nothing if it says nothing: Kamailio drops a message with an empty group, and absence means the same.
    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        if self.is_empty() {
            return;
        }
        w.group(avp::SERVER_CAPABILITIES, |w| {
            for capability in &self.mandatory {
                w.u32(avp::MANDATORY_CAPABILITY, *capability);
            }
            for capability in &self.optional {
                w.u32(avp::OPTIONAL_CAPABILITY, *capability);
            }
            read::put_texts(w, avp::SERVER_NAME, &self.server_names);
        });
    }
}

/// Where an S-CSCF sends charging data (TS 29.229 6.3.19), as DiameterURIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChargingInformation {
    /// Primary-Event-Charging-Function-Name.
    pub primary_event: Option<String>,
    /// Secondary-Event-Charging-Function-Name.
    pub secondary_event: Option<String>,
    /// Primary-Charging-Collection-Function-Name.
    pub primary_collection: Option<String>,
    /// Secondary-Charging-Collection-Function-Name.
    pub secondary_collection: Option<String>,
}

impl ChargingInformation {
    /// None if it says nothing.
    pub(crate) fn read(avp: &Avp<'_>) -> Result<Option<Self>, Fault> {
        let mut charging = Self::default();
        read::group(avp, |inner| {
            if inner.is(avp::PRIMARY_EVENT_CHARGING_FUNCTION_NAME) {
                charging.primary_event = Some(read::text(inner)?);
            } else if inner.is(avp::SECONDARY_EVENT_CHARGING_FUNCTION_NAME) {
                charging.secondary_event = Some(read::text(inner)?);
            } else if inner.is(avp::PRIMARY_CHARGING_COLLECTION_FUNCTION_NAME) {
                charging.primary_collection = Some(read::text(inner)?);
            } else if inner.is(avp::SECONDARY_CHARGING_COLLECTION_FUNCTION_NAME) {
                charging.secondary_collection = Some(read::text(inner)?);
            }
            Ok(())
        })?;
        Ok((charging != Self::default()).then_some(charging))
    }

    /// Nothing if it says nothing.
    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        if *self == Self::default() {
            return;
        }
        w.group(avp::CHARGING_INFORMATION, |w| {
            read::put_text(
                w,
                avp::PRIMARY_EVENT_CHARGING_FUNCTION_NAME,
                self.primary_event.as_ref(),
            );
            read::put_text(
                w,
                avp::SECONDARY_EVENT_CHARGING_FUNCTION_NAME,
                self.secondary_event.as_ref(),
            );
            read::put_text(
                w,
                avp::PRIMARY_CHARGING_COLLECTION_FUNCTION_NAME,
                self.primary_collection.as_ref(),
            );
            read::put_text(
                w,
                avp::SECONDARY_CHARGING_COLLECTION_FUNCTION_NAME,
                self.secondary_collection.as_ref(),
            );
        });
    }
}

/// Associated-Identities and Associated-Registered-Identities: private identities (TS 29.229 6.3.33, 6.3.50).
pub(crate) fn read_names(avp: &Avp<'_>) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    read::group(avp, |inner| {
        if inner.is(avp::USER_NAME) {
            names.push(read::text(inner)?);
        }
        Ok(())
    })?;
    Ok(names)
}

/// Writes such a group, or nothing if there is no name.
pub(crate) fn write_names(w: &mut MessageWriter<'_>, group: quintet_diameter::AvpId, names: &[String]) {
    if !names.is_empty() {
        w.group(group, |w| read::put_texts(w, avp::USER_NAME, names));
    }
}
