//! Push-Notification (TS 29.329 6.1.7, 6.1.8; TS 29.328 6.1.4).

use crate::pull::push;
use crate::{SH, UserIdentity};
use quintet_cx::{Fault, FeatureList, Outcome, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// Push-Notification-Request: data that were subscribed to have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pnr {
    /// User-Identity.
    pub identity: UserIdentity,
    /// User-Name: one of the private identities.
    pub user_name: Option<String>,
    /// User-Data: XML, for [`crate::user_data::ShData::from_xml`].
    pub user_data: Vec<u8>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Pnr {
    /// Command Code.
    pub const COMMAND: u32 = command::PUSH_NOTIFICATION;

    /// Reads the request; User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut request, mut identity, mut user_data) = (Self::default(), None, None);
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_IDENTITY) {
                identity = Some(UserIdentity::read(&found)?);
            } else if found.is(avp::SH_USER_DATA) {
                user_data = Some(found.data.to_vec());
            } else if found.is(avp::USER_NAME) {
                request.user_name = Some(read::text(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                push(&mut request.features, FeatureList::read(&found)?, &found)?;
            }
        }
        request.identity = read::need(identity, avp::USER_IDENTITY, "User-Identity is missing")?;
        request.user_data = read::need(user_data, avp::SH_USER_DATA, "User-Data is missing")?;
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        FeatureList::write_all(w, &self.features);
        self.identity.write(w);
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        w.octets(avp::SH_USER_DATA, &self.user_data);
    }
}

/// Push-Notification-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pna {
    /// The result.
    pub outcome: Outcome,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Pna {
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
                push(&mut answer.features, FeatureList::read(&found)?, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        FeatureList::write_all(w, &self.features);
    }
}
