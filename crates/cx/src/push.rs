//! Push-Profile (TS 29.229 6.1.11, 6.1.12; TS 29.228 6.2, 6.6).

use crate::envelope::write_application;
use crate::{AllowedWafWwsfIdentities, AuthDataItem, ChargingInformation, Fault, FeatureList, Outcome, read};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// Push-Profile-Request: the profile changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppr {
    /// User-Name: the private identity.
    pub user_name: String,
    /// User-Data: XML, for [`crate::profile::ImsSubscription::from_xml`].
    pub user_data: Option<Vec<u8>>,
    /// Charging-Information.
    pub charging: Option<ChargingInformation>,
    /// SIP-Auth-Data-Item: new SIP Digest credentials.
    pub item: Option<AuthDataItem>,
    /// Allowed-WAF-WWSF-Identities.
    pub allowed_waf_wwsf: Option<AllowedWafWwsfIdentities>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ppr {
    /// Command Code.
    pub const COMMAND: u32 = command::PUSH_PROFILE;

    /// A push to a user, of nothing yet.
    #[must_use]
    pub fn new(user_name: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            user_data: None,
            charging: None,
            item: None,
            allowed_waf_wwsf: None,
            features: Vec::new(),
        }
    }

    /// Reads the request; User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut request = Self::new(String::new());
        let mut user_name = None;
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                user_name = Some(read::text(&found)?);
            } else if found.is(avp::CX_USER_DATA) {
                request.user_data = Some(found.data.to_vec());
            } else if found.is(avp::CHARGING_INFORMATION) {
                request.charging = ChargingInformation::read(&found)?;
            } else if found.is(avp::SIP_AUTH_DATA_ITEM) {
                request.item = Some(AuthDataItem::read_answer(&found)?);
            } else if found.is(avp::ALLOWED_WAF_WWSF_IDENTITIES) {
                request.allowed_waf_wwsf = AllowedWafWwsfIdentities::read(&found)?;
            } else if found.is(avp::SUPPORTED_FEATURES) {
                request.features.push(FeatureList::read(&found)?);
            }
        }
        request.user_name = read::need(user_name, avp::USER_NAME, "User-Name is missing")?;
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        w.text(avp::USER_NAME, &self.user_name);
        FeatureList::write_all(w, &self.features);
        read::put_octets(w, avp::CX_USER_DATA, self.user_data.as_ref());
        if let Some(charging) = &self.charging {
            charging.write(w);
        }
        if let Some(item) = &self.item {
            item.write(w);
        }
        if let Some(identities) = &self.allowed_waf_wwsf {
            identities.write(w);
        }
    }
}

/// Push-Profile-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppa {
    /// The result.
    pub outcome: Outcome,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ppa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            features: Vec::new(),
        }
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SUPPORTED_FEATURES) {
                answer.features.push(FeatureList::read(&found)?);
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        FeatureList::write_all(w, &self.features);
    }
}
