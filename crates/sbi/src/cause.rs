//! Causes of refusal by name and status: TS 29.500 table 5.2.7.2-1, TS 29.509 6.1.7.3, TS 29.503 6.1.7.3 to 6.3.7.3,
//! TS 29.518 6.1.7.3.

/// A cause and the HTTP status it goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// HTTP status.
    pub status: u16,
    /// `cause` of ProblemDetails.
    pub name: &'static str,
}

macro_rules! causes {
    ($($(#[$doc:meta])* $status:literal $name:ident;)+) => {
        $($(#[$doc])* pub const $name: Cause = Cause { status: $status, name: stringify!($name) };)+

        /// Every cause above.
        pub const ALL: &[Cause] = &[$($name),+];
    };
}

causes! {
    /// API or version not known.
    400 INVALID_API;
    /// The request has an invalid format.
    400 INVALID_MSG_FORMAT;
    /// A query parameter that is not supported.
    400 INVALID_QUERY_PARAM;
    /// A mandatory query parameter is wrong.
    400 MANDATORY_QUERY_PARAM_INCORRECT;
    /// An optional query parameter is wrong.
    400 OPTIONAL_QUERY_PARAM_INCORRECT;
    /// A mandatory query parameter is missing.
    400 MANDATORY_QUERY_PARAM_MISSING;
    /// A mandatory element is wrong.
    400 MANDATORY_IE_INCORRECT;
    /// An optional element is wrong.
    400 OPTIONAL_IE_INCORRECT;
    /// A mandatory element is missing.
    400 MANDATORY_IE_MISSING;
    /// Refused for no better known reason.
    400 UNSPECIFIED_MSG_FAILURE;
    /// The notification's resource is not known.
    400 RESOURCE_CONTEXT_NOT_FOUND;
    /// What was to be modified may not be.
    403 MODIFICATION_NOT_ALLOWED;
    /// No such subscription.
    404 SUBSCRIPTION_NOT_FOUND;
    /// No such path below a known resource.
    404 RESOURCE_URI_STRUCTURE_NOT_FOUND;
    /// Content-Length is wrong.
    411 INCORRECT_LENGTH;
    /// Too many requests for this NF.
    429 NF_CONGESTION_RISK;
    /// Something is used up.
    500 INSUFFICIENT_RESOURCES;
    /// The NF failed.
    500 UNSPECIFIED_NF_FAILURE;
    /// A generic error.
    500 SYSTEM_FAILURE;
    /// The NF is unavailable; another may be selected.
    500 NF_FAILOVER;
    /// A server asked on the way answered 5xx.
    502 INBOUND_SERVER_ERROR;
    /// Overload.
    503 NF_CONGESTION;
    /// The NF asked on the way is not reachable.
    504 TARGET_NF_NOT_REACHABLE;
    /// The client has given up already.
    504 TIMED_OUT_REQUEST;

    /// The serving network may not serve (TS 29.509, TS 29.503; TS 33.501 6.1.2).
    403 SERVING_NETWORK_NOT_AUTHORIZED;
    /// The user cannot be authenticated with this method.
    403 AUTHENTICATION_REJECTED;
    /// No such home network public key.
    403 INVALID_HN_PUBLIC_KEY_IDENTIFIER;
    /// The SUCI cannot be deconcealed.
    403 INVALID_SCHEME_OUTPUT;
    /// No such resource.
    404 CONTEXT_NOT_FOUND;
    /// No such subscriber.
    404 USER_NOT_FOUND;
    /// No vector could be made.
    500 AV_GENERATION_PROBLEM;
    /// Protection scheme not supported.
    501 UNSUPPORTED_PROTECTION_SCHEME;
    /// The UDM did not answer in time.
    504 UPSTREAM_SERVER_ERROR;
    /// The network failed.
    504 NETWORK_FAILURE;

    /// No 5GS subscription (TS 29.503).
    403 UNKNOWN_5GS_SUBSCRIPTION;
    /// No packet subscription at all.
    403 NO_PS_SUBSCRIPTION;
    /// Not allowed to roam there.
    403 ROAMING_NOT_ALLOWED;
    /// Access type not allowed.
    403 ACCESS_NOT_ALLOWED;
    /// RAT not allowed.
    403 RAT_NOT_ALLOWED;
    /// DNN not allowed.
    403 DNN_NOT_ALLOWED;
    /// To be authenticated again first.
    403 REAUTHENTICATION_REQUIRED;
    /// Not the AMF that is registered.
    403 INVALID_GUAMI;
    /// No such data.
    404 DATA_NOT_FOUND;
    /// A patch that makes no sense.
    422 UNPROCESSABLE_REQUEST;
    /// The resource cannot be monitored.
    501 UNSUPPORTED_RESOURCE_URI;

    /// Another request for the UE is at work (TS 29.518).
    409 TEMPORARY_REJECT_REGISTRATION_ONGOING;
    /// The UE did not answer paging.
    504 UE_NOT_REACHABLE;
    /// The UE is where it may not be served.
    403 UE_IN_NON_ALLOWED_AREA;
}
