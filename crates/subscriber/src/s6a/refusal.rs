//! Why a request is not granted (TS 29.272 7.4).

/// Error-Diagnostic (TS 29.272 7.3.128).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorDiagnostic {
    /// GPRS_DATA_SUBSCRIBED (0).
    GprsDataSubscribed,
    /// NO_GPRS_DATA_SUBSCRIBED (1).
    NoGprsDataSubscribed,
    /// ODB_ALL_APN (2).
    OdbAllApn,
    /// ODB_HPLMN_APN (3).
    OdbHplmnApn,
    /// ODB_VPLMN_APN (4).
    OdbVplmnApn,
}

impl ErrorDiagnostic {
    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::GprsDataSubscribed => 0,
            Self::NoGprsDataSubscribed => 1,
            Self::OdbAllApn => 2,
            Self::OdbHplmnApn => 3,
            Self::OdbVplmnApn => 4,
        }
    }
}

/// Why a request is not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The IMSI is not provisioned (TS 29.272 7.4.3.1).
    #[error("USER_UNKNOWN")]
    UserUnknown,
    /// No EPS subscription goes with the IMSI (TS 29.272 7.4.3.2).
    #[error("UNKNOWN_EPS_SUBSCRIPTION")]
    UnknownEpsSubscription,
    /// The RAT is restricted for this subscriber (TS 29.272 7.4.3.3).
    #[error("RAT_NOT_ALLOWED")]
    RatNotAllowed,
    /// The subscriber may not be served there; by operator determined barring if a diagnostic says so (TS 29.272 7.4.3.4).
    #[error("ROAMING_NOT_ALLOWED")]
    RoamingNotAllowed(Option<ErrorDiagnostic>),
    /// The serving node is not registered for the subscriber (TS 29.272 7.4.3.6).
    #[error("UNKNOWN_SERVING_NODE")]
    UnknownServingNode,
    /// No vector can be made now, or with what was sent (TS 29.272 7.4.4.1).
    #[error("AUTHENTICATION_DATA_UNAVAILABLE")]
    AuthenticationDataUnavailable,
    /// CAMEL is subscribed: the SGSN shall register over MAP (TS 29.272 7.4.4.2).
    #[error("CAMEL_SUBSCRIPTION_PRESENT")]
    CamelSubscriptionPresent,
    /// The requesting network is not entitled to vectors for this visited network.
    #[error("AUTHORIZATION_REJECTED")]
    AuthorizationRejected,
}

impl Refusal {
    /// The value of Experimental-Result-Code, or of Result-Code if [`Self::is_experimental`] says no.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::UserUnknown => 5001,
            Self::UnknownEpsSubscription => 5420,
            Self::RatNotAllowed => 5421,
            Self::RoamingNotAllowed(_) => 5004,
            Self::UnknownServingNode => 5423,
            Self::AuthenticationDataUnavailable => 4181,
            Self::CamelSubscriptionPresent => 4182,
            Self::AuthorizationRejected => 5003,
        }
    }

    /// Whether the code is 3GPP's (in Experimental-Result, vendor 10415) rather than RFC 6733's.
    #[must_use]
    pub const fn is_experimental(self) -> bool {
        !matches!(self, Self::AuthorizationRejected)
    }

    /// Error-Diagnostic of an Update-Location-Answer that carries this refusal. This model holds no GPRS
    /// subscription, hence NO_GPRS_DATA_SUBSCRIBED beside UNKNOWN_EPS_SUBSCRIPTION.
    #[must_use]
    pub const fn diagnostic(self) -> Option<ErrorDiagnostic> {
        match self {
            Self::UnknownEpsSubscription => Some(ErrorDiagnostic::NoGprsDataSubscribed),
            Self::RoamingNotAllowed(diagnostic) => diagnostic,
            _ => None,
        }
    }
}
