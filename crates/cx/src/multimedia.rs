//! Multimedia-Auth (TS 29.229 6.1.7, 6.1.8; TS 29.228 6.3).

use crate::envelope::write_application;
use crate::{AuthDataItem, Fault, FeatureList, Outcome, read};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// The most items taken from one answer: more than an S-CSCF ever asks for.
pub const MAX_AUTH_DATA_ITEMS: usize = 32;

/// Multimedia-Auth-Request: vectors of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mar {
    /// User-Name: the private identity.
    pub user_name: String,
    /// Public-Identity.
    pub public_identity: String,
    /// SIP-Auth-Data-Item: scheme, and after a synchronisation failure RAND ‖ AUTS.
    pub item: AuthDataItem,
    /// SIP-Number-Auth-Items: how many vectors are wanted.
    pub count: u32,
    /// Server-Name: the S-CSCF that asks, by its SIP URI.
    pub server_name: String,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Mar {
    /// Command Code.
    pub const COMMAND: u32 = command::MULTIMEDIA_AUTH;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut user_name, mut public_identity, mut server_name) = (None, None, None);
        let (mut item, mut count, mut features) = (None, None, Vec::new());
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                user_name = Some(read::text(&found)?);
            } else if found.is(avp::PUBLIC_IDENTITY) {
                public_identity = Some(read::text(&found)?);
            } else if found.is(avp::SIP_AUTH_DATA_ITEM) {
                item = Some(AuthDataItem::read_request(&found)?);
            } else if found.is(avp::SIP_NUMBER_AUTH_ITEMS) {
                count = Some(read::u32(&found)?);
            } else if found.is(avp::SERVER_NAME) {
                server_name = Some(read::text(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                features.push(FeatureList::read(&found)?);
            }
        }
        Ok(Self {
            user_name: read::need(user_name, avp::USER_NAME, "User-Name is missing")?,
            public_identity: read::need(
                public_identity,
                avp::PUBLIC_IDENTITY,
                "Public-Identity is missing",
            )?,
            item: read::need(item, avp::SIP_AUTH_DATA_ITEM, "SIP-Auth-Data-Item is missing")?,
            count: read::need(
                count,
                avp::SIP_NUMBER_AUTH_ITEMS,
                "SIP-Number-Auth-Items is missing",
            )?,
            server_name: read::need(server_name, avp::SERVER_NAME, "Server-Name is missing")?,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        w.text(avp::USER_NAME, &self.user_name);
        FeatureList::write_all(w, &self.features);
        w.text(avp::PUBLIC_IDENTITY, &self.public_identity);
        self.item.write(w);
        w.u32(avp::SIP_NUMBER_AUTH_ITEMS, self.count);
        w.text(avp::SERVER_NAME, &self.server_name);
    }
}

/// Multimedia-Auth-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maa {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub user_name: Option<String>,
    /// Public-Identity.
    pub public_identity: Option<String>,
    /// SIP-Number-Auth-Items.
    pub count: Option<u32>,
    /// SIP-Auth-Data-Item, in the order in which they are to be used.
    pub items: Vec<AuthDataItem>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Maa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_name: None,
            public_identity: None,
            count: None,
            items: Vec::new(),
            features: Vec::new(),
        }
    }

    /// Reads the answer and puts its items in order (SIP-Item-Number; those without come first, as they stand).
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used: above all if a vector is not whole.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                answer.user_name = Some(read::text(&found)?);
            } else if found.is(avp::PUBLIC_IDENTITY) {
                answer.public_identity = Some(read::text(&found)?);
            } else if found.is(avp::SIP_NUMBER_AUTH_ITEMS) {
                answer.count = Some(read::u32(&found)?);
            } else if found.is(avp::SIP_AUTH_DATA_ITEM) {
                if answer.items.len() < MAX_AUTH_DATA_ITEMS {
                    answer.items.push(AuthDataItem::read_answer(&found)?);
                }
            } else if found.is(avp::SUPPORTED_FEATURES) {
                answer.features.push(FeatureList::read(&found)?);
            }
        }
        answer.items.sort_by_key(|item| item.number);
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        FeatureList::write_all(w, &self.features);
        read::put_text(w, avp::PUBLIC_IDENTITY, self.public_identity.as_ref());
        read::put_u32(w, avp::SIP_NUMBER_AUTH_ITEMS, self.count);
        for item in &self.items {
            item.write(w);
        }
    }
}
