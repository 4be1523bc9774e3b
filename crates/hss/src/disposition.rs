//! What became of a request.

use quintet_cx::ExperimentalResult;
use quintet_diameter::ResultCode;
use quintet_subscriber::s6a::Refusal;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// SUCCESS.
    Success,
    /// A result of TS 29.272 7.4.
    Refused(Refusal),
    /// An experimental result of TS 29.229 6.2 or TS 29.329 6.2: 2xxx is granted.
    Cx(ExperimentalResult),
    /// Another experimental result of 3GPP.
    Experimental(u32),
    /// A result of RFC 6733: the request is at fault (5xxx), or this HSS cannot serve it now (3004, 5012).
    Failed(ResultCode),
}

impl Outcome {
    /// Of an answer of Cx or Sh.
    pub(crate) fn of(outcome: quintet_cx::Outcome) -> Self {
        match outcome {
            quintet_cx::Outcome::Base(ResultCode::SUCCESS) => Self::Success,
            quintet_cx::Outcome::Base(result) => Self::Failed(result),
            quintet_cx::Outcome::Experimental(result) => Self::Cx(result),
            quintet_cx::Outcome::Foreign { .. } => Self::Failed(ResultCode::UNABLE_TO_COMPLY),
        }
    }

    /// Result-Code or Experimental-Result-Code.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Success => ResultCode::SUCCESS.0,
            Self::Refused(refusal) => refusal.code(),
            Self::Cx(result) => result.0,
            Self::Experimental(code) => code,
            Self::Failed(result) => result.0,
        }
    }
}

/// What became of an inbound request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "every request ends somewhere"]
pub enum Disposition {
    /// It was answered.
    Answered(Outcome),
    /// It waits for the store; the answer follows.
    Waiting,
    /// Its connection is gone: nobody is there to answer to.
    Orphaned,
}
