//! Registration-Termination (TS 29.273 8.1.2.2.3, 8.2.2.4): the HSS ends a registration.

use crate::SWX;
use quintet_cx::{DeregistrationReason, Fault, FeatureList, Outcome, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::Imsi;

/// Registration-Termination-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rtr {
    /// User-Name.
    pub imsi: Imsi,
    /// Deregistration-Reason.
    pub reason: DeregistrationReason,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rtr {
    /// Command Code.
    pub const COMMAND: u32 = command::REGISTRATION_TERMINATION;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut imsi, mut reason, mut features) = (None, None, Vec::new());
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::DEREGISTRATION_REASON) {
                reason = Some(DeregistrationReason::read(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut features, &found)?;
            }
        }
        let why = "Deregistration-Reason is missing";
        Ok(Self {
            imsi: read::need(imsi, avp::USER_NAME, "User-Name is missing")?,
            reason: read::need(reason, avp::DEREGISTRATION_REASON, why)?,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        read::put_imsi(w, self.imsi);
        self.reason.write(w);
        FeatureList::write_all(w, &self.features);
    }
}

/// Registration-Termination-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rta {
    /// The result.
    pub outcome: Outcome,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rta {
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
        write_application(w, SWX);
        FeatureList::write_all(w, &self.features);
    }
}
