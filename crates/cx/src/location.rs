//! Location-Info (TS 29.229 6.1.5, 6.1.6; TS 29.228 6.1.4).

use crate::envelope::write_application;
use crate::{
    Fault, FeatureList, LiaFlags, Outcome, ServerCapabilities, SessionPriority, UserAuthorizationType, read,
};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// Originating-Request has one value only (TS 29.229 6.3.34).
const ORIGINATING: u32 = 0;

/// Location-Info-Request: which S-CSCF serves this identity?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lir {
    /// Public-Identity: a user's or a service's.
    pub public_identity: String,
    /// Originating-Request: for an application server that acts for the identity.
    pub originating: bool,
    /// User-Authorization-Type: REGISTRATION_AND_CAPABILITIES if capabilities are wanted all the same.
    pub authorization_type: Option<UserAuthorizationType>,
    /// Session-Priority.
    pub session_priority: Option<SessionPriority>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Lir {
    /// Command Code.
    pub const COMMAND: u32 = command::LOCATION_INFO;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut request = Self::default();
        let mut public_identity = None;
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::PUBLIC_IDENTITY) {
                public_identity = Some(read::text(&found)?);
            } else if found.is(avp::ORIGINATING_REQUEST) {
                request.originating = read::u32(&found)? == ORIGINATING;
            } else if found.is(avp::USER_AUTHORIZATION_TYPE) {
                request.authorization_type = Some(UserAuthorizationType(read::u32(&found)?));
            } else if found.is(avp::SESSION_PRIORITY) {
                request.session_priority = Some(SessionPriority(read::u32(&found)?));
            } else if found.is(avp::SUPPORTED_FEATURES) {
                request.features.push(FeatureList::read(&found)?);
            }
        }
        request.public_identity = read::need(
            public_identity,
            avp::PUBLIC_IDENTITY,
            "Public-Identity is missing",
        )?;
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        if self.originating {
            w.u32(avp::ORIGINATING_REQUEST, ORIGINATING);
        }
        FeatureList::write_all(w, &self.features);
        w.text(avp::PUBLIC_IDENTITY, &self.public_identity);
        read::put_u32(
            w,
            avp::USER_AUTHORIZATION_TYPE,
            self.authorization_type.map(|t| t.0),
        );
        read::put_u32(w, avp::SESSION_PRIORITY, self.session_priority.map(|p| p.0));
    }
}

/// Location-Info-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lia {
    /// The result.
    pub outcome: Outcome,
    /// Server-Name: the S-CSCF, or the application server of a service identity.
    pub server_name: Option<String>,
    /// Server-Capabilities.
    pub capabilities: Option<ServerCapabilities>,
    /// Wildcarded-PSI that the identity matches.
    pub wildcarded_psi: Option<String>,
    /// Wildcarded-IMPU that the identity matches.
    pub wildcarded_impu: Option<String>,
    /// LIA-Flags.
    pub flags: LiaFlags,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Lia {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            server_name: None,
            capabilities: None,
            wildcarded_psi: None,
            wildcarded_impu: None,
            flags: LiaFlags::default(),
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
            if found.is(avp::SERVER_NAME) {
                answer.server_name = Some(read::text(&found)?);
            } else if found.is(avp::SERVER_CAPABILITIES) {
                answer.capabilities = ServerCapabilities::read(&found)?;
            } else if found.is(avp::WILDCARDED_PSI) {
                answer.wildcarded_psi = Some(read::text(&found)?);
            } else if found.is(avp::WILDCARDED_IMPU) {
                answer.wildcarded_impu = Some(read::text(&found)?);
            } else if found.is(avp::LIA_FLAGS) {
                answer.flags = LiaFlags(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                answer.features.push(FeatureList::read(&found)?);
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        FeatureList::write_all(w, &self.features);
        read::put_text(w, avp::SERVER_NAME, self.server_name.as_ref());
        if let Some(capabilities) = &self.capabilities {
            capabilities.write(w);
        }
        read::put_text(w, avp::WILDCARDED_PSI, self.wildcarded_psi.as_ref());
        read::put_text(w, avp::WILDCARDED_IMPU, self.wildcarded_impu.as_ref());
        if self.flags != LiaFlags::default() {
            w.u32(avp::LIA_FLAGS, self.flags.0);
        }
    }
}
