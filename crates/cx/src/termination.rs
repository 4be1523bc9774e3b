//! Registration-Termination (TS 29.229 6.1.9, 6.1.10; TS 29.228 6.1.3).

use crate::envelope::write_application;
use crate::server::{read_names, write_names};
use crate::{Fault, FeatureList, Outcome, ReasonCode, RtrFlags, read};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};

/// Deregistration-Reason (TS 29.229 6.3.16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeregistrationReason {
    /// Reason-Code.
    pub code: ReasonCode,
    /// Reason-Info, for the user.
    pub info: Option<String>,
}

impl DeregistrationReason {
    /// Reads the group.
    ///
    /// # Errors
    /// What is missing, or is not UTF-8.
    pub fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let (mut code, mut info) = (None, None);
        read::group(avp, |inner| {
            if inner.is(avp::REASON_CODE) {
                code = Some(ReasonCode(read::u32(inner)?));
            } else if inner.is(avp::REASON_INFO) {
                info = Some(read::text(inner)?);
            }
            Ok(())
        })?;
        let within = |fault: Fault| fault.within(avp::DEREGISTRATION_REASON);
        Ok(Self {
            code: read::need(code, avp::REASON_CODE, "Reason-Code is missing").map_err(within)?,
            info,
        })
    }

    /// Writes the group.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::DEREGISTRATION_REASON, |w| {
            w.u32(avp::REASON_CODE, self.code.0);
            read::put_text(w, avp::REASON_INFO, self.info.as_ref());
        });
    }
}

/// Registration-Termination-Request: the HSS ends registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rtr {
    /// User-Name: the private identity.
    pub user_name: String,
    /// Associated-Identities: further private identities that are meant.
    pub associated_identities: Vec<String>,
    /// Public-Identity; none: all of the private identities.
    pub public_identities: Vec<String>,
    /// Deregistration-Reason.
    pub reason: DeregistrationReason,
    /// RTR-Flags.
    pub flags: RtrFlags,
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
        let (mut user_name, mut reason, mut flags) = (None, None, RtrFlags::default());
        let (mut associated_identities, mut public_identities) = (Vec::new(), Vec::new());
        let mut features = Vec::new();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                user_name = Some(read::text(&found)?);
            } else if found.is(avp::ASSOCIATED_IDENTITIES) {
                associated_identities = read_names(&found)?;
            } else if found.is(avp::PUBLIC_IDENTITY) {
                public_identities.push(read::text(&found)?);
            } else if found.is(avp::DEREGISTRATION_REASON) {
                reason = Some(DeregistrationReason::read(&found)?);
            } else if found.is(avp::RTR_FLAGS) {
                flags = RtrFlags(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                features.push(FeatureList::read(&found)?);
            }
        }
        Ok(Self {
            user_name: read::need(user_name, avp::USER_NAME, "User-Name is missing")?,
            associated_identities,
            public_identities,
            reason: read::need(
                reason,
                avp::DEREGISTRATION_REASON,
                "Deregistration-Reason is missing",
            )?,
            flags,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        w.text(avp::USER_NAME, &self.user_name);
        write_names(w, avp::ASSOCIATED_IDENTITIES, &self.associated_identities);
        FeatureList::write_all(w, &self.features);
        read::put_texts(w, avp::PUBLIC_IDENTITY, &self.public_identities);
        self.reason.write(w);
        if self.flags != RtrFlags::default() {
            w.u32(avp::RTR_FLAGS, self.flags.0);
        }
    }
}

/// Identity-with-Emergency-Registration: what stays registered (TS 29.229 6.3.57).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyRegistration {
    /// User-Name.
    pub user_name: String,
    /// Public-Identity; at least one.
    pub public_identities: Vec<String>,
}

impl EmergencyRegistration {
    fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let (mut user_name, mut public_identities) = (None, Vec::new());
        read::group(avp, |inner| {
            if inner.is(avp::USER_NAME) {
                user_name = Some(read::text(inner)?);
            } else if inner.is(avp::PUBLIC_IDENTITY) {
                public_identities.push(read::text(inner)?);
            }
            Ok(())
        })?;
        let within = |fault: Fault| fault.within(avp::IDENTITY_WITH_EMERGENCY_REGISTRATION);
        Ok(Self {
            user_name: read::need(user_name, avp::USER_NAME, "User-Name is missing").map_err(within)?,
            public_identities,
        })
    }

    fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::IDENTITY_WITH_EMERGENCY_REGISTRATION, |w| {
            w.text(avp::USER_NAME, &self.user_name);
            read::put_texts(w, avp::PUBLIC_IDENTITY, &self.public_identities);
        });
    }
}

/// Registration-Termination-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rta {
    /// The result.
    pub outcome: Outcome,
    /// Associated-Identities: private identities that were de-registered as well.
    pub associated_identities: Vec<String>,
    /// Identity-with-Emergency-Registration.
    pub emergency: Vec<EmergencyRegistration>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rta {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            associated_identities: Vec::new(),
            emergency: Vec::new(),
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
            if found.is(avp::ASSOCIATED_IDENTITIES) {
                answer.associated_identities = read_names(&found)?;
            } else if found.is(avp::IDENTITY_WITH_EMERGENCY_REGISTRATION) {
                answer.emergency.push(EmergencyRegistration::read(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                answer.features.push(FeatureList::read(&found)?);
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        write_names(w, avp::ASSOCIATED_IDENTITIES, &self.associated_identities);
        FeatureList::write_all(w, &self.features);
        for identity in &self.emergency {
            identity.write(w);
        }
    }
}
