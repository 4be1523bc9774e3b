//! The IMS subscription, as members of our own files have it.

use crate::declared::keep_digests;
use crate::row::{At, Refusal};
use quintet_identity::{Imsi, Plmn};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The digits of an MNC, for the domain of a home network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MncDigits {
    /// Two, as in most countries.
    #[default]
    Two,
    /// Three, as in North America.
    Three,
}

impl FromStr for MncDigits {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "2" => Ok(Self::Two),
            "3" => Ok(Self::Three),
            _ => Err("an MNC has 2 or 3 digits".to_owned()),
        }
    }
}

/// The home network of an IMSI.
///
/// # Errors
/// An IMSI that is too short for one.
pub fn home(imsi: Imsi, digits: MncDigits) -> Result<Plmn, Refusal> {
    let length = match digits {
        MncDigits::Two => 5,
        MncDigits::Three => 6,
    };
    let text = imsi.to_string();
    text.get(..length)
        .unwrap_or_default()
        .parse()
        .at("the IMSI has no home network")
}

/// The IMS subscription of a record: `true`, or the whole of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum ImsRecord {
    /// What follows from IMSI and number; `false`: none.
    Derived(bool),
    /// All of it.
    Whole(Box<ImsSubscription>),
}

impl ImsRecord {
    /// From the column of a CSV file.
    ///
    /// # Errors
    /// What is neither `true`, `false` nor JSON of an IMS subscription.
    pub fn of_column(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).at("column ims")
    }

    /// The IMS subscription of this subscriber; none if it says so.
    ///
    /// # Errors
    /// Data that contradict themselves, or are another subscriber's.
    pub fn subscription(
        &self,
        subscriber: &Subscriber,
        digits: MncDigits,
        before: Option<&ImsSubscription>,
    ) -> Result<Option<ImsSubscription>, Refusal> {
        let imsi = subscriber.imsi;
        let mut subscription = match self {
            Self::Whole(subscription) => (**subscription).clone(),
            Self::Derived(false) => return Ok(None),
            Self::Derived(true) => derived(subscriber, digits)?,
        };
        if subscription.imsi != imsi {
            return Err(Refusal::new(format_args!(
                "IMSI {imsi}: its ims is of IMSI {}",
                subscription.imsi
            )));
        }
        keep_digests(&mut subscription, before);
        subscription.check().at(format_args!("IMSI {imsi}"))?;
        Ok(Some(subscription))
    }
}

/// The IMS subscription that follows from IMSI and number.
pub(crate) fn derived(subscriber: &Subscriber, digits: MncDigits) -> Result<ImsSubscription, Refusal> {
    let imsi = subscriber.imsi;
    ImsSubscription::derived(imsi, home(imsi, digits)?, subscriber.msisdn).map_err(Refusal::new)
}

/// What stands for the identities around filter criteria that come without.
const NOBODY: &str = "sip:profile.invalid";

/// Filter criteria or a service profile, with the elements around it that a whole profile has; nothing stays nothing.
#[must_use]
pub fn wrapped(xml: &str) -> String {
    if xml.trim().is_empty() {
        return String::new();
    }
    let identity = format!("<PublicIdentity><Identity>{NOBODY}</Identity></PublicIdentity>");
    let (open, close) = (
        format!("<IMSSubscription><PrivateID>{NOBODY}</PrivateID>"),
        "</IMSSubscription>",
    );
    if xml.contains("<IMSSubscription") {
        return xml.to_owned();
    }
    if let Some(at) = xml.find("<ServiceProfile") {
        return format!("{open}{}{close}", &xml[at..]);
    }
    let criteria = xml.find("<InitialFilterCriteria").map_or(xml, |at| &xml[at..]);
    format!("{open}<ServiceProfile>{identity}{criteria}</ServiceProfile>{close}")
}
