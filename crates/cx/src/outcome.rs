//! Result-Code and Experimental-Result (TS 29.229 6.2, TS 29.329 6.2).

use crate::VENDOR_3GPP;
use crate::code::enumerated;
use quintet_diameter::dict::avp;
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{Message, ResultCode};
use std::fmt;

enumerated! {
    /// Experimental-Result-Code of vendor 3GPP as Cx, Sh, SWx, SLh and S6c use it (TS 29.229 6.2.1, 6.2.2;
    /// TS 29.329 6.2; TS 29.273 10.3; TS 29.173 6.3; TS 29.338 7.3). Names without `DIAMETER_`.
    ExperimentalResult {
        /// The HSS selected nobody yet, or knows none: the identity is registered for the first time.
        FIRST_REGISTRATION = 2001,
        /// An S-CSCF is assigned: Server-Name.
        SUBSEQUENT_REGISTRATION = 2002,
        /// Not registered, but with services for that state.
        UNREGISTERED_SERVICE = 2003,
        /// De-registered; the S-CSCF does not remain assigned although it asked to.
        SUCCESS_SERVER_NAME_NOT_STORED = 2004,
        /// Of Release 5, obsolete: an S-CSCF is to be selected.
        SERVER_SELECTION = 2005,
        /// Identity not known.
        ERROR_USER_UNKNOWN = 5001,
        /// Private and public identity, or public identities, do not belong together.
        ERROR_IDENTITIES_DONT_MATCH = 5002,
        /// Not registered, and without services for that state.
        ERROR_IDENTITY_NOT_REGISTERED = 5003,
        /// The visited network is not allowed.
        ERROR_ROAMING_NOT_ALLOWED = 5004,
        /// Registered already, at another S-CSCF.
        ERROR_IDENTITY_ALREADY_REGISTERED = 5005,
        /// The authentication scheme is not supported for the user.
        ERROR_AUTH_SCHEME_NOT_SUPPORTED = 5006,
        /// The Server-Assignment-Type does not fit the state.
        ERROR_IN_ASSIGNMENT_TYPE = 5007,
        /// More data than the receiver can hold.
        ERROR_TOO_MUCH_DATA = 5008,
        /// User-Data is not understood.
        ERROR_NOT_SUPPORTED_USER_DATA = 5009,
        /// A feature that the request requires is not supported.
        ERROR_FEATURE_UNSUPPORTED = 5011,
        /// The S-CSCF lacks a feature that is required.
        ERROR_SERVING_NODE_FEATURE_UNSUPPORTED = 5012,
        /// Of Sh: the data exist and cannot be had now.
        USER_DATA_NOT_AVAILABLE = 4100,
        /// Of Sh: another changes the data at this moment.
        PRIOR_UPDATE_IN_PROGRESS = 4101,
        /// Of Sh: the data are not understood.
        ERROR_USER_DATA_NOT_RECOGNIZED = 5100,
        /// Of Sh: not for this user, or not with this identity.
        ERROR_OPERATION_NOT_ALLOWED = 5101,
        /// Of Sh: this application server may not read them.
        ERROR_USER_DATA_CANNOT_BE_READ = 5102,
        /// Of Sh: this application server may not change them.
        ERROR_USER_DATA_CANNOT_BE_MODIFIED = 5103,
        /// Of Sh: this application server may not be told of their changes.
        ERROR_USER_DATA_CANNOT_BE_NOTIFIED = 5104,
        /// Of Sh: the sequence number does not follow the one that is stored.
        ERROR_TRANSPARENT_DATA_OUT_OF_SYNC = 5105,
        /// Of Sh: there are no repository data whose changes could be told.
        ERROR_SUBS_DATA_ABSENT = 5106,
        /// Of Sh: an application server was told what it had not subscribed to.
        ERROR_NO_SUBSCRIPTION_TO_DATA = 5107,
        /// Of Sh: no such dynamic service activation information.
        ERROR_DSAI_NOT_AVAILABLE = 5108,
        /// Of S6a and SWx: no vector can be made.
        AUTHENTICATION_DATA_UNAVAILABLE = 4181,
        /// Of SWx: access that is not 3GPP's is not subscribed.
        ERROR_USER_NO_NON_3GPP_SUBSCRIPTION = 5450,
        /// Of SWx: the APN is not subscribed.
        ERROR_USER_NO_APN_SUBSCRIPTION = 5451,
        /// Of SWx: the access technology is not allowed.
        ERROR_RAT_TYPE_NOT_ALLOWED = 5452,
        /// Of SLh: no node serves the user.
        ERROR_ABSENT_USER = 4201,
        /// Of SLh: who asks belongs to a network that is not told where users are.
        ERROR_UNAUTHORIZED_REQUESTING_NETWORK = 5490,
        /// Of S6c, there DIAMETER_ERROR_ABSENT_USER too: no node can be given a short message for the user.
        ERROR_ABSENT_USER_FOR_SM = 5550,
        /// Of S6c: short messages to the user are not subscribed.
        ERROR_SERVICE_NOT_SUBSCRIBED = 5556,
        /// Of S6c: short messages to the user are barred.
        ERROR_SERVICE_BARRED = 5557,
        /// Of S6c: as many service centres as there may be wait for the user.
        ERROR_MWD_LIST_FULL = 5558,
    }
}

/// The result of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Result-Code.
    Base(ResultCode),
    /// Experimental-Result of 3GPP.
    Experimental(ExperimentalResult),
    /// Experimental-Result of another vendor.
    Foreign {
        /// Vendor-Id.
        vendor_id: u32,
        /// Experimental-Result-Code.
        code: u32,
    },
}

impl Outcome {
    /// DIAMETER_SUCCESS.
    pub const SUCCESS: Self = Self::Base(ResultCode::SUCCESS);

    /// The code, whoever's.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Base(code) => code.0,
            Self::Experimental(code) => code.0,
            Self::Foreign { code, .. } => code,
        }
    }

    /// Whether the request was granted (2xxx).
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.code() / 1000 == 2
    }

    /// The result of an answer; a message without one has Result-Code 0.
    #[must_use]
    pub fn of(answer: &Message<'_>) -> Self {
        for found in answer.avps().map_while(Result::ok) {
            if found.is(avp::RESULT_CODE) {
                return Self::Base(ResultCode(found.u32().unwrap_or(0)));
            }
            if found.is(avp::EXPERIMENTAL_RESULT) {
                let of = |id| found.group().find(id).and_then(|a| a.u32().ok()).unwrap_or(0);
                let (vendor_id, code) = (of(avp::VENDOR_ID), of(avp::EXPERIMENTAL_RESULT_CODE));
                return AnswerResult::Experimental { vendor_id, code }.into();
            }
        }
        Self::Base(ResultCode(0))
    }
}

impl From<ExperimentalResult> for Outcome {
    fn from(result: ExperimentalResult) -> Self {
        Self::Experimental(result)
    }
}

impl From<ResultCode> for Outcome {
    fn from(result: ResultCode) -> Self {
        Self::Base(result)
    }
}

impl From<AnswerResult> for Outcome {
    fn from(result: AnswerResult) -> Self {
        match result {
            AnswerResult::Base(code) => Self::Base(code),
            AnswerResult::Experimental { vendor_id, code } if vendor_id == VENDOR_3GPP => {
                Self::Experimental(ExperimentalResult(code))
            }
            AnswerResult::Experimental { vendor_id, code } => Self::Foreign { vendor_id, code },
        }
    }
}

impl From<Outcome> for AnswerResult {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Base(code) => Self::Base(code),
            Outcome::Experimental(code) => Self::Experimental {
                vendor_id: VENDOR_3GPP,
                code: code.0,
            },
            Outcome::Foreign { vendor_id, code } => Self::Experimental { vendor_id, code },
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(code) => code.fmt(f),
            Self::Experimental(code) => match code.name() {
                Some(name) => write!(f, "{name} ({})", code.0),
                None => write!(f, "{} of 3GPP", code.0),
            },
            Self::Foreign { vendor_id, code } => write!(f, "{code} of vendor {vendor_id}"),
        }
    }
}
