//! S6a from the MME's side: answers read, requests written (TS 29.272 7.2, 7.3).

mod check;
mod request;
mod served;
mod subscription;
mod vector;

pub use check::SubscriptionFault;
pub use request::{
    Notification, TerminalInformation, UpdateLocation, write_air, write_application, write_features,
    write_nor, write_pur, write_ulr,
};
pub use served::{CancellationType, FromHss, UserIds, UserState, read_request, write_state};
pub use subscription::{SubscriptionData, read_subscription};
pub use vector::{EutranVector, read_vectors};

use quintet_diameter::dict::avp;
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{ConnectionId, Message, MessageWriter, Node, ResultCode};
use quintet_wire::DecodeError;
use std::fmt;

/// The vendor of S6a's AVPs and results.
pub const VENDOR_3GPP: u32 = 10415;

/// Application-ID of S6a and S6d (TS 29.272 7.1.8).
pub const S6A: u32 = 16_777_251;

/// Result-Code or Experimental-Result of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnswerOutcome {
    /// The code; 0 if the answer has none.
    pub code: u32,
    /// Whether it is an Experimental-Result of 3GPP: 5004 means something else there.
    pub experimental: bool,
}

impl AnswerOutcome {
    /// DIAMETER_SUCCESS.
    pub const SUCCESS: Self = Self {
        code: 2001,
        experimental: false,
    };

    /// An Experimental-Result of 3GPP.
    #[must_use]
    pub const fn experimental(code: u32) -> Self {
        Self {
            code,
            experimental: true,
        }
    }

    /// A Result-Code of the base protocol.
    #[must_use]
    pub const fn base(code: u32) -> Self {
        Self {
            code,
            experimental: false,
        }
    }

    /// Whether the request was granted (2xxx).
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.code / 1000 == 2
    }
}

impl fmt::Display for AnswerOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match result_name(*self) {
            Some(name) => write!(f, "{} {name}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

/// Reads the result of an answer.
#[must_use]
pub fn outcome(answer: &Message<'_>) -> AnswerOutcome {
    for found in answer.avps().map_while(Result::ok) {
        if found.is(avp::RESULT_CODE) {
            return AnswerOutcome::base(found.u32().unwrap_or(0));
        }
        if found.is(avp::EXPERIMENTAL_RESULT) {
            let inner = found.group();
            let vendor = inner.find(avp::VENDOR_ID).and_then(|v| v.u32().ok());
            let code = inner
                .find(avp::EXPERIMENTAL_RESULT_CODE)
                .and_then(|c| c.u32().ok());
            return AnswerOutcome {
                code: code.unwrap_or(0),
                experimental: vendor == Some(VENDOR_3GPP),
            };
        }
    }
    AnswerOutcome::base(0)
}

/// Answers a request of the HSS; `write` adds what follows Auth-Session-State.
pub fn write_answer(
    node: &mut Node,
    connection: ConnectionId,
    request: &Message<'_>,
    outcome: AnswerOutcome,
    write: impl FnOnce(&mut MessageWriter<'_>),
) {
    let result = if outcome.experimental {
        AnswerResult::Experimental {
            vendor_id: VENDOR_3GPP,
            code: outcome.code,
        }
    } else {
        AnswerResult::Base(ResultCode(outcome.code))
    };
    // `None`: the connection is gone, and the HSS asks again.
    let Some(mut answer) = node.answer(connection, request, result) else {
        return;
    };
    answer.u32(avp::AUTH_SESSION_STATE, 1);
    write(&mut answer);
    answer.finish();
}

/// The specification's name of a result, without `DIAMETER_` and `ERROR_` (RFC 6733 7.1, TS 29.272 7.4).
#[must_use]
pub fn result_name(outcome: AnswerOutcome) -> Option<&'static str> {
    if !outcome.experimental {
        return ResultCode(outcome.code).name();
    }
    Some(match outcome.code {
        4181 => "AUTHENTICATION_DATA_UNAVAILABLE",
        4182 => "CAMEL_SUBSCRIPTION_PRESENT",
        5001 => "USER_UNKNOWN",
        5003 => "AUTHORIZATION_REJECTED",
        5004 => "ROAMING_NOT_ALLOWED",
        5420 => "UNKNOWN_EPS_SUBSCRIPTION",
        5421 => "RAT_NOT_ALLOWED",
        5422 => "EQUIPMENT_UNKNOWN",
        5423 => "UNKNOWN_SERVING_NODE",
        _ => return None,
    })
}

/// Why a granting answer cannot be used. The HSS is to blame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// It does not parse.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// An AVP that must be there is not.
    #[error("{avp} is missing")]
    Missing {
        /// Its name.
        avp: &'static str,
    },
    /// An AVP has a value that it must not have.
    #[error("octet {at}: {avp} is not {expected}")]
    Value {
        /// Its name.
        avp: &'static str,
        /// Where it stands in the message.
        at: usize,
        /// What is allowed.
        expected: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_code_has_two_meanings() {
        assert_eq!(AnswerOutcome::base(5004).to_string(), "5004 INVALID_AVP_VALUE");
        assert_eq!(
            AnswerOutcome::experimental(5004).to_string(),
            "5004 ROAMING_NOT_ALLOWED"
        );
        assert_eq!(AnswerOutcome::experimental(5999).to_string(), "5999");
    }
}
