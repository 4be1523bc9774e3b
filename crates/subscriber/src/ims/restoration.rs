//! How SCSCF-Restoration-Info is kept: with header fields of SIP as text, an octet a character, so that nothing is lost
//! and people can read it.

use quintet_cx::{
    AuthenticationScheme, PcscfSubscriptionInfo, RestorationInfo, ScscfRestorationInfo, SubscriptionInfo,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
struct Kept {
    user_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_out: Option<u32>,
    contacts: Vec<Contact>,
}

#[derive(Serialize, Deserialize)]
struct Contact {
    path: Text,
    contact: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    initial_cseq: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call_id: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subscription: Option<[Text; 5]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pcscf_subscription: Option<[Text; 4]>,
}

/// Octets as characters U+0000 to U+00FF.
struct Text(Vec<u8>);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0.iter().copied().map(char::from).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let octets: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        octets.map(Self).map_err(serde::de::Error::custom)
    }
}

fn texts<const N: usize>(octets: [&Vec<u8>; N]) -> [Text; N] {
    octets.map(|octets| Text(octets.clone()))
}

impl From<&RestorationInfo> for Contact {
    fn from(info: &RestorationInfo) -> Self {
        Self {
            path: Text(info.path.clone()),
            contact: Text(info.contact.clone()),
            initial_cseq: info.initial_cseq,
            call_id: info.call_id.clone().map(Text),
            subscription: info
                .subscription
                .as_ref()
                .map(|s| texts([&s.call_id, &s.from, &s.to, &s.record_route, &s.contact])),
            pcscf_subscription: info
                .pcscf_subscription
                .as_ref()
                .map(|s| texts([&s.call_id, &s.from, &s.to, &s.contact])),
        }
    }
}

impl From<Contact> for RestorationInfo {
    fn from(kept: Contact) -> Self {
        Self {
            path: kept.path.0,
            contact: kept.contact.0,
            initial_cseq: kept.initial_cseq,
            call_id: kept.call_id.map(|text| text.0),
            subscription: kept
                .subscription
                .map(|[call_id, from, to, record_route, contact]| SubscriptionInfo {
                    call_id: call_id.0,
                    from: from.0,
                    to: to.0,
                    record_route: record_route.0,
                    contact: contact.0,
                }),
            pcscf_subscription: kept.pcscf_subscription.map(|[call_id, from, to, contact]| {
                PcscfSubscriptionInfo {
                    call_id: call_id.0,
                    from: from.0,
                    to: to.0,
                    contact: contact.0,
                }
            }),
        }
    }
}

pub(super) fn serialize<S: Serializer>(info: &ScscfRestorationInfo, s: S) -> Result<S::Ok, S::Error> {
    let kept = Kept {
        user_name: info.user_name.clone(),
        scheme: info
            .authentication_scheme
            .as_ref()
            .map(|scheme| scheme.as_str().to_owned()),
        time_out: info.registration_time_out,
        contacts: info.restorations.iter().map(Contact::from).collect(),
    };
    kept.serialize(s)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<ScscfRestorationInfo, D::Error> {
    let kept = Kept::deserialize(d)?;
    Ok(ScscfRestorationInfo {
        user_name: kept.user_name,
        registration_time_out: kept.time_out,
        authentication_scheme: kept.scheme.as_deref().map(AuthenticationScheme::new),
        restorations: kept.contacts.into_iter().map(RestorationInfo::from).collect(),
    })
}
