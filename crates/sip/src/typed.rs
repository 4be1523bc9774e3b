//! What the headers of a message say: each read when it is asked for.

use crate::scan::{number, token};
use crate::{
    AuthenticationInfo, CSeq, Challenge, Contact, Credentials, Message, Name, NameAddr, Params, ParseError,
    ParseErrorKind, SecurityMechanism, StartLine, Uri, Valued, Via,
};

/// Readers of a header that may occur once, and be missing.
macro_rules! optional {
    ($($(#[$doc:meta])* $method:ident $name:ident -> $type:ty = $read:expr;)*) => {
        $($(#[$doc])*
        ///
        /// # Errors
        /// A value that is none.
        pub fn $method(&self) -> Result<Option<$type>, ParseError> {
            self.header(Name::$name).map($read).transpose()
        })*
    };
}

/// Readers of lists over all lines.
macro_rules! lists {
    ($($(#[$doc:meta])* $method:ident $name:ident -> $type:ty = $read:expr;)*) => {
        $($(#[$doc])*
        pub fn $method(&self) -> impl Iterator<Item = Result<$type, ParseError>> + use<'_, 'a> {
            self.values(Name::$name).map($read)
        })*
    };
}

impl<'a> Message<'a> {
    /// The Request-URI.
    ///
    /// # Errors
    /// A response; a URI that is none.
    pub fn request_uri(&self) -> Result<Uri<'a>, ParseError> {
        match self.start() {
            StartLine::Request { uri, .. } => Uri::parse(uri),
            StartLine::Response { .. } => Err(ParseError::expected(0, "a request")),
        }
    }

    /// The value of a header that must be there, and once.
    fn mandatory(&self, name: Name) -> Result<&'a str, ParseError> {
        let mut values = self.headers(name);
        let value = values.next().ok_or(ParseError::missing(name))?;
        match values.next() {
            None => Ok(value),
            Some(_) => Err(ParseError {
                at: 0,
                kind: ParseErrorKind::Repeated(name),
            }),
        }
    }

    /// The topmost value of Via.
    ///
    /// # Errors
    /// None, or one that cannot be read.
    pub fn top_via(&self) -> Result<Via<'a>, ParseError> {
        Via::parse(
            self.values(Name::Via)
                .next()
                .ok_or(ParseError::missing(Name::Via))?,
        )
    }

    /// From.
    ///
    /// # Errors
    /// None, two, or one that cannot be read.
    pub fn from(&self) -> Result<NameAddr<'a>, ParseError> {
        NameAddr::parse(self.mandatory(Name::From)?)
    }

    /// To.
    ///
    /// # Errors
    /// None, two, or one that cannot be read.
    pub fn to(&self) -> Result<NameAddr<'a>, ParseError> {
        NameAddr::parse(self.mandatory(Name::To)?)
    }

    /// Call-ID.
    ///
    /// # Errors
    /// None, two, or an empty one.
    pub fn call_id(&self) -> Result<&'a str, ParseError> {
        let value = self.mandatory(Name::CallId)?;
        if value.is_empty() || value.contains([' ', '\t', '\r', '\n']) {
            return Err(ParseError::expected(0, "a Call-ID"));
        }
        Ok(value)
    }

    /// CSeq.
    ///
    /// # Errors
    /// None, two, or one that cannot be read.
    pub fn cseq(&self) -> Result<CSeq<'a>, ParseError> {
        CSeq::parse(self.mandatory(Name::CSeq)?)
    }

    optional! {
        /// Max-Forwards, 0 to 255.
        max_forwards MaxForwards -> u8 = |value| {
            number(value, "Max-Forwards from 0 to 255")?.try_into().map_err(|_| ParseError::expected(0, "Max-Forwards from 0 to 255"))
        };
        /// Expires in seconds.
        expires Expires -> u32 = |value| number(value, "seconds");
        /// Min-Expires in seconds.
        min_expires MinExpires -> u32 = |value| number(value, "seconds");
        /// Content-Type: type and subtype with their parameters.
        content_type ContentType -> Valued<'a> = Valued::parse;
        /// Event: package (and template) with `id`.
        event Event -> Valued<'a> = Valued::parse;
        /// Subscription-State: `active`, `pending` or `terminated` with `expires`, `reason`, `retry-after`.
        subscription_state SubscriptionState -> Valued<'a> = Valued::parse;
        /// Retry-After in seconds; comment and parameters are passed over.
        retry_after RetryAfter -> u32 = |value| {
            let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
            number(&value[..end], "seconds")
        };
        /// P-Called-Party-ID (RFC 7315 4.2).
        p_called_party_id PCalledPartyId -> NameAddr<'a> = NameAddr::parse;
        /// P-Served-User (RFC 5502).
        p_served_user PServedUser -> NameAddr<'a> = NameAddr::parse;
        /// P-User-Database (RFC 4457): the Diameter URI of the HSS.
        p_user_database PUserDatabase -> NameAddr<'a> = NameAddr::parse;
        /// Refer-To (RFC 3515).
        refer_to ReferTo -> NameAddr<'a> = NameAddr::parse;
    }

    /// P-Charging-Vector (RFC 7315 4.6): `icid-value`, `orig-ioi`, `term-ioi`, …
    #[must_use]
    pub fn p_charging_vector(&self) -> Option<Params<'a>> {
        self.header(Name::PChargingVector).map(Params::new)
    }

    /// P-Charging-Function-Addresses (RFC 7315 4.5): `ccf`, `ecf`.
    #[must_use]
    pub fn p_charging_function_addresses(&self) -> Option<Params<'a>> {
        self.values(Name::PChargingFunctionAddresses)
            .next()
            .map(Params::new)
    }

    /// Authentication-Info.
    #[must_use]
    pub fn authentication_info(&self) -> Option<AuthenticationInfo<'a>> {
        self.header(Name::AuthenticationInfo).map(AuthenticationInfo::new)
    }

    /// Challenges of WWW-Authenticate, one a line.
    pub fn challenges(&self) -> impl Iterator<Item = Result<Challenge<'a>, ParseError>> + use<'_, 'a> {
        self.headers(Name::WwwAuthenticate).map(Challenge::parse)
    }

    /// Challenges of Proxy-Authenticate, one a line.
    pub fn proxy_challenges(&self) -> impl Iterator<Item = Result<Challenge<'a>, ParseError>> + use<'_, 'a> {
        self.headers(Name::ProxyAuthenticate).map(Challenge::parse)
    }

    /// Credentials of Authorization, one a line.
    pub fn authorizations(&self) -> impl Iterator<Item = Result<Credentials<'a>, ParseError>> + use<'_, 'a> {
        self.headers(Name::Authorization).map(Credentials::parse)
    }

    /// Credentials of Proxy-Authorization, one a line.
    pub fn proxy_authorizations(
        &self,
    ) -> impl Iterator<Item = Result<Credentials<'a>, ParseError>> + use<'_, 'a> {
        self.headers(Name::ProxyAuthorization).map(Credentials::parse)
    }

    lists! {
        /// Via, topmost first.
        vias Via -> Via<'a> = Via::parse;
        /// Contact.
        contacts Contact -> Contact<'a> = Contact::parse;
        /// Route.
        routes Route -> NameAddr<'a> = NameAddr::parse;
        /// Record-Route.
        record_routes RecordRoute -> NameAddr<'a> = NameAddr::parse;
        /// Path (RFC 3327).
        paths Path -> NameAddr<'a> = NameAddr::parse;
        /// Service-Route (RFC 3608).
        service_routes ServiceRoute -> NameAddr<'a> = NameAddr::parse;
        /// Security-Client (RFC 3329).
        security_client SecurityClient -> SecurityMechanism<'a> = SecurityMechanism::parse;
        /// Security-Server (RFC 3329).
        security_server SecurityServer -> SecurityMechanism<'a> = SecurityMechanism::parse;
        /// Security-Verify (RFC 3329).
        security_verify SecurityVerify -> SecurityMechanism<'a> = SecurityMechanism::parse;
        /// P-Associated-URI (RFC 7315 4.1).
        p_associated_uris PAssociatedUri -> NameAddr<'a> = NameAddr::parse;
        /// P-Asserted-Identity (RFC 3325).
        p_asserted_identities PAssertedIdentity -> NameAddr<'a> = NameAddr::parse;
        /// P-Preferred-Identity (RFC 3325).
        p_preferred_identities PPreferredIdentity -> NameAddr<'a> = NameAddr::parse;
        /// P-Access-Network-Info (RFC 7315 4.4): access type or class with its parameters.
        p_access_network_infos PAccessNetworkInfo -> Valued<'a> = Valued::parse;
        /// P-Visited-Network-ID (RFC 7315 4.3).
        p_visited_network_ids PVisitedNetworkId -> Valued<'a> = Valued::parse;
        /// Reason (RFC 3326): protocol with `cause` and `text`.
        reasons Reason -> Valued<'a> = Valued::parse;
        /// Require: option tags.
        required Require -> &'a str = |value| token(value, "an option tag");
        /// Proxy-Require: option tags.
        proxy_required ProxyRequire -> &'a str = |value| token(value, "an option tag");
    }
}
