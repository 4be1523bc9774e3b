//! User-Authorization (TS 29.229 6.1.1, 6.1.2; TS 29.228 6.1.1).

use crate::envelope::write_application;
use crate::{Fault, FeatureList, Outcome, ServerCapabilities, UarFlags, UserAuthorizationType, read};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// User-Authorization-Request: may this identity register here, and at which S-CSCF?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uar {
    /// User-Name: the private identity.
    pub user_name: String,
    /// Public-Identity.
    pub public_identity: String,
    /// Visited-Network-Identifier.
    pub visited_network: String,
    /// User-Authorization-Type; REGISTRATION if it is absent.
    pub authorization_type: UserAuthorizationType,
    /// UAR-Flags.
    pub flags: UarFlags,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Uar {
    /// Command Code.
    pub const COMMAND: u32 = command::USER_AUTHORIZATION;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut user_name, mut public_identity, mut visited_network) = (None, None, None);
        let (mut authorization_type, mut flags) = (UserAuthorizationType::REGISTRATION, UarFlags::default());
        let mut features = Vec::new();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                user_name = Some(read::text(&found)?);
            } else if found.is(avp::PUBLIC_IDENTITY) {
                public_identity = Some(read::text(&found)?);
            } else if found.is(avp::VISITED_NETWORK_IDENTIFIER) {
                visited_network = Some(read::text(&found)?);
            } else if found.is(avp::USER_AUTHORIZATION_TYPE) {
                authorization_type = UserAuthorizationType(read::u32(&found)?);
            } else if found.is(avp::UAR_FLAGS) {
                flags = UarFlags(read::u32(&found)?);
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
            visited_network: read::need(
                visited_network,
                avp::VISITED_NETWORK_IDENTIFIER,
                "Visited-Network-Identifier is missing",
            )?,
            authorization_type,
            flags,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        w.text(avp::USER_NAME, &self.user_name);
        FeatureList::write_all(w, &self.features);
        w.text(avp::PUBLIC_IDENTITY, &self.public_identity);
        w.text(avp::VISITED_NETWORK_IDENTIFIER, &self.visited_network);
        w.u32(avp::USER_AUTHORIZATION_TYPE, self.authorization_type.0);
        if self.flags != UarFlags::default() {
            w.u32(avp::UAR_FLAGS, self.flags.0);
        }
    }
}

/// User-Authorization-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uaa {
    /// The result.
    pub outcome: Outcome,
    /// Server-Name: the S-CSCF that is assigned.
    pub server_name: Option<String>,
    /// Server-Capabilities.
    pub capabilities: Option<ServerCapabilities>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Uaa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            server_name: None,
            capabilities: None,
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
    }
}
