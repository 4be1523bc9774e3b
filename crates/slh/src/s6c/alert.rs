//! Alert-Service-Centre (TS 29.338 5.2.2, 5.3.2.5, 5.3.2.6): a UE that a service centre waits for can be reached.

use super::{S6C, UserIdentifier};
use quintet_cx::{Fault, FeatureList, Outcome, flags, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::Msisdn;

flags! {
    /// SMS-GMSC-Alert-Event (TS 29.338 5.3.3.23): what an MME or SGSN tells; an HSS tells none.
    AlertEvent {
        /// UE-Available-For-MT-SMS.
        UE_AVAILABLE_FOR_MT_SMS = 0,
        /// UE-Under-New-Serving-Node.
        UE_UNDER_NEW_SERVING_NODE = 1,
    }
}

/// Alert-Service-Centre-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alr {
    /// SC-Address: the service centre.
    pub sc_address: Msisdn,
    /// User-Identifier.
    pub user: UserIdentifier,
    /// SMS-GMSC-Alert-Event.
    pub event: Option<AlertEvent>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Alr {
    /// Command Code.
    pub const COMMAND: u32 = command::ALERT_SERVICE_CENTRE;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut sc_address, mut user, mut event, mut features) = (None, None, None, Vec::new());
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SC_ADDRESS) {
                sc_address = Some(read::number(&found)?);
            } else if found.is(avp::USER_IDENTIFIER) {
                user = Some(UserIdentifier::read(&found)?);
            } else if found.is(avp::SMS_GMSC_ALERT_EVENT) {
                event = Some(AlertEvent(read::u32(&found)?));
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut features, &found)?;
            }
        }
        Ok(Self {
            sc_address: read::need(sc_address, avp::SC_ADDRESS, "SC-Address is missing")?,
            user: read::need(user, avp::USER_IDENTIFIER, "User-Identifier is missing")?,
            event,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        read::put_number(w, avp::SC_ADDRESS, Some(self.sc_address));
        self.user.write(w);
        read::put_u32(w, avp::SMS_GMSC_ALERT_EVENT, self.event.map(|event| event.0));
        FeatureList::write_all(w, &self.features);
    }
}

/// Alert-Service-Centre-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ala {
    /// The result.
    pub outcome: Outcome,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ala {
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
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        FeatureList::write_all(w, &self.features);
    }
}
