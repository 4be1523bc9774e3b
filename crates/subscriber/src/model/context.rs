//! What 5GC told the UDM of a subscriber: ContextData of TS 29.505 5.2.4, kept by Nudm_UECM, Nudm_SDM and
//! Nudm_UEAuthentication.
//!
//! A change is a value ([`ContextChange`]) that every store applies with the same function, so that all back ends agree
//! and none needs to know what it means.

use super::RatType;
use quintet_identity::Plmn;
use quintet_identity::fgs::{AmfId, Guami};
use serde::{Deserialize, Serialize};

/// Most SDM subscriptions of one subscriber: an AMF has one, an SMF one for each PDU session (TS 24.501 allows 15).
/// Past it the oldest goes, whose owner is most likely gone.
pub const MAX_SDM_SUBSCRIPTIONS: usize = 24;

/// Most authentication events kept of one subscriber: one counts for each serving network (TS 29.503 6.3.6.2.7), and
/// the last few show an operator what happened.
pub const MAX_AUTHENTICATION_EVENTS: usize = 8;

/// Most octets of a URI or identifier that another network function has stored.
pub const MAX_CONTEXT_TEXT_OCTETS: usize = 1024;

/// Most resources that one SDM subscription monitors.
pub const MAX_MONITORED_RESOURCES: usize = 16;

/// Amf3GppAccessRegistration (TS 29.503 6.2.6.2.2): the AMF that serves the UE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AmfRegistration {
    /// amfInstanceId.
    pub amf_instance_id: String,
    /// guami.
    #[serde(with = "guami")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub guami: Guami,
    /// deregCallbackUri: where the AMF is told that another one serves, or that the subscription is gone.
    pub dereg_callback_uri: String,
    /// ratType.
    pub rat_type: RatType,
    /// pei.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pei: Option<String>,
    /// imsVoPs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ims_vo_ps: Option<String>,
    /// initialRegistrationInd.
    #[serde(default)]
    pub initial_registration: bool,
    /// purgeFlag.
    #[serde(default)]
    pub purged: bool,
    /// When it was stored: seconds since 1970.
    pub since: u64,
}

/// A subscription to changes of subscriber data (TS 29.503 6.1.6.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SdmSubscription {
    /// subscriptionId.
    pub id: String,
    /// nfInstanceId.
    pub nf_instance_id: String,
    /// callbackReference.
    pub callback_reference: String,
    /// monitoredResourceUris.
    pub monitored_resource_uris: Vec<String>,
}

/// AuthEvent (TS 29.503 6.3.6.2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthenticationEvent {
    /// authEventId.
    pub id: String,
    /// nfInstanceId of the AUSF.
    pub nf_instance_id: String,
    /// success.
    pub success: bool,
    /// timeStamp as the AUSF wrote it.
    pub time_stamp: String,
    /// authType.
    pub auth_type: String,
    /// servingNetworkName.
    pub serving_network_name: String,
}

/// All of one subscriber's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ContextData {
    /// The AMF of 3GPP access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amf: Option<AmfRegistration>,
    /// In order of age.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sdm_subscriptions: Vec<SdmSubscription>,
    /// In order of age.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authentication_events: Vec<AuthenticationEvent>,
}

/// Amf3GppAccessRegistrationModification (TS 29.503 6.2.6.2.7): what an AMF changes of its registration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmfModification {
    /// purgeFlag.
    pub purged: Option<bool>,
    /// pei.
    pub pei: Option<String>,
    /// imsVoPs.
    pub ims_vo_ps: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextChange {
    /// Registers an AMF.
    SetAmf(AmfRegistration),
    /// Modifies the registration of the AMF with this GUAMI; if another one serves, nothing changes.
    ModifyAmf(Guami, AmfModification),
    /// Adds a subscription, or replaces the one with its id.
    PutSdmSubscription(SdmSubscription),
    /// Removes the subscription with this id, if it is there.
    RemoveSdmSubscription(String),
    /// Adds an event, or replaces the one with its id.
    PutAuthenticationEvent(AuthenticationEvent),
    /// Removes the event with this id, if it is there.
    RemoveAuthenticationEvent(String),
}

/// Replaces the one with the same id in its place, or appends; the oldest makes room.
fn put<T>(list: &mut Vec<T>, new: T, most: usize, same: impl Fn(&T, &T) -> bool) {
    if let Some(old) = list.iter_mut().find(|old| same(old, &new)) {
        *old = new;
        return;
    }
    if list.len() >= most {
        list.drain(..=list.len() - most);
    }
    list.push(new);
}

impl ContextData {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes a change.
    pub fn apply(&mut self, change: ContextChange) {
        match change {
            ContextChange::SetAmf(amf) => self.amf = Some(amf),
            ContextChange::ModifyAmf(guami, modification) => {
                let Some(amf) = self.amf.as_mut().filter(|amf| amf.guami == guami) else {
                    return;
                };
                let AmfModification {
                    purged,
                    pei,
                    ims_vo_ps,
                } = modification;
                amf.purged = purged.unwrap_or(amf.purged);
                amf.pei = pei.or(amf.pei.take());
                amf.ims_vo_ps = ims_vo_ps.or(amf.ims_vo_ps.take());
            }
            ContextChange::PutSdmSubscription(new) => {
                put(&mut self.sdm_subscriptions, new, MAX_SDM_SUBSCRIPTIONS, |a, b| {
                    a.id == b.id
                });
            }
            ContextChange::RemoveSdmSubscription(id) => self.sdm_subscriptions.retain(|old| old.id != id),
            ContextChange::PutAuthenticationEvent(new) => {
                put(
                    &mut self.authentication_events,
                    new,
                    MAX_AUTHENTICATION_EVENTS,
                    |a, b| a.id == b.id,
                );
            }
            ContextChange::RemoveAuthenticationEvent(id) => {
                self.authentication_events.retain(|old| old.id != id);
            }
        }
    }
}

/// GUAMI as PLMN and AMF Identifier.
mod guami {
    use super::{AmfId, Deserialize, Guami, Plmn, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Text {
        plmn: Plmn,
        amf_id: AmfId,
    }

    pub(super) fn serialize<S: serde::Serializer>(guami: &Guami, s: S) -> Result<S::Ok, S::Error> {
        let Guami { plmn, amf_id } = *guami;
        Text { plmn, amf_id }.serialize(s)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Guami, D::Error> {
        let Text { plmn, amf_id } = Text::deserialize(d)?;
        Ok(Guami { plmn, amf_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: usize) -> AuthenticationEvent {
        AuthenticationEvent {
            id: n.to_string(),
            nf_instance_id: "ausf".to_owned(),
            success: true,
            time_stamp: String::new(),
            auth_type: "5G_AKA".to_owned(),
            serving_network_name: "5G:mnc001.mcc001.3gppnetwork.org".to_owned(),
        }
    }

    #[test]
    fn lists_are_bounded_and_the_oldest_goes() {
        let mut data = ContextData::default();
        for n in 0..20 {
            data.apply(ContextChange::PutAuthenticationEvent(event(n)));
        }
        let ids = |data: &ContextData| -> Vec<String> {
            data.authentication_events.iter().map(|e| e.id.clone()).collect()
        };
        assert_eq!(ids(&data), (12..20).map(|n| n.to_string()).collect::<Vec<_>>());
        let failed = AuthenticationEvent {
            success: false,
            ..event(15)
        };
        data.apply(ContextChange::PutAuthenticationEvent(failed.clone()));
        assert_eq!(data.authentication_events[3], failed, "replaced in its place");
        data.apply(ContextChange::RemoveAuthenticationEvent("15".to_owned()));
        assert_eq!(data.authentication_events.len(), 7);
    }
}
