//! One request of S6a and what answered it.

use super::PathFact;
use quintet_capture::{FlowId, Seen};
use quintet_crypto::{Kasme, Rand, Res};
use quintet_diameter::dict::command;
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::AnswerOutcome;

/// The most hops kept of one request: MME, an edge agent on either side, and the HSS make three.
pub const MAX_LEGS: usize = 8;

/// The most remarks kept of one exchange: a peer may put an Error-Message of any number of AVPs into an answer.
pub const MAX_REMARKS: usize = 16;

/// An E-UTRAN vector seen in an AIA. `Debug` shows no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorSeen {
    /// The challenge.
    pub rand: Rand,
    /// The token.
    pub autn: [u8; 16],
    /// The expected response.
    pub xres: Res,
    /// The key.
    pub kasme: Kasme,
}

/// Where an exchange stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Its answer may still come.
    Open,
    /// Its answer was seen, if on one hop only.
    Answered,
    /// No answer was seen.
    Unanswered(Unanswered),
}

/// Why an exchange is called unanswered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unanswered {
    /// [`super::UNANSWERED_AFTER`] went by.
    TimedOut,
    /// The capture ends before that.
    CaptureEnds,
    /// The connection closed.
    ConnectionClosed,
    /// More requests were open than are followed.
    Crowded,
}

/// A hop on which the request was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The connection.
    pub flow: FlowId,
    /// Its Hop-by-Hop Identifier there.
    pub hop_by_hop: u32,
    /// The request.
    pub request: Option<Seen>,
    /// The answer.
    pub answer: Option<Seen>,
}

/// A request of S6a and its answer. The same `id` comes again with more in it when an answer is seen.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Number of the exchange within the capture, from 1.
    pub id: u64,
    /// Where it stands.
    pub state: State,
    /// The connection: of the first hop.
    pub flow: FlowId,
    /// The hops, that of the request's sender first.
    pub legs: Vec<Leg>,
    /// The same request again: with the T flag, or on the same connection.
    pub repeated: Vec<Seen>,
    /// Application-ID of the header: [`quintet_mme::s6a::S6A`], unless a peer errs.
    pub application: u32,
    /// Command-Code: 316 ULR, 317 CLR, 318 AIR, 319 IDR, 320 DSR, 321 PUR, 322 RSR, 323 NOR; 257 CER of a connection
    /// that could not be set up.
    pub command: u32,
    /// Session-Id.
    pub session_id: String,
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// The request; `None` if only the answer is in the capture.
    pub request: Option<Seen>,
    /// Its answer; `None` if there is none in the capture.
    pub answer: Option<Seen>,
    /// Result-Code or Experimental-Result.
    pub outcome: Option<AnswerOutcome>,
    /// The answer's E flag: a protocol error, perhaps of an agent on the way.
    pub error_bit: bool,
    /// Origin-Host of the answer, or Error-Reporting-Host.
    pub answered_by: Option<String>,
    /// Destination-Host of the request.
    pub destination_host: Option<String>,
    /// Destination-Realm of the request.
    pub destination_realm: Option<String>,
    /// Visited-PLMN-Id.
    pub visited: Option<Plmn>,
    /// RAT-Type.
    pub rat_type: Option<u32>,
    /// ULR-Flags, CLR-Flags, IDR-Flags, DSR-Flags, PUR-Flags or NOR-Flags.
    pub flags: Option<u32>,
    /// Cancellation-Type.
    pub cancellation_type: Option<u32>,
    /// Number-Of-Requested-Vectors of E-UTRAN.
    pub requested: Option<u32>,
    /// RAND and AUTS of Re-Synchronization-Info.
    pub resynchronization: Option<(Rand, [u8; 14])>,
    /// The vectors of the answer, in the order of use.
    pub vectors: Vec<VectorSeen>,
    /// What a granting answer should have and has not, in the AVPs' names.
    pub missing: Vec<String>,
    /// Error-Message, Failed-AVP and the like, in words.
    pub remarks: Vec<String>,
    /// Error-Diagnostic.
    pub diagnostic: Option<u32>,
    /// What befell its connection from a while before the request to the answer.
    pub path: Vec<PathFact>,
    /// Whether anything at all was seen of the other direction of its connection.
    pub other_direction: bool,
}

impl Exchange {
    pub(crate) fn new(id: u64, flow: FlowId, command: u32, application: u32) -> Self {
        Self {
            id,
            state: State::Open,
            flow,
            legs: Vec::new(),
            repeated: Vec::new(),
            application,
            command,
            session_id: String::new(),
            imsi: None,
            request: None,
            answer: None,
            outcome: None,
            error_bit: false,
            answered_by: None,
            destination_host: None,
            destination_realm: None,
            visited: None,
            rat_type: None,
            flags: None,
            cancellation_type: None,
            requested: None,
            resynchronization: None,
            vectors: Vec::new(),
            missing: Vec::new(),
            remarks: Vec::new(),
            diagnostic: None,
            path: Vec::new(),
            other_direction: false,
        }
    }

    /// The first frame of it: the request, or the answer if that is all there is.
    #[must_use]
    pub fn first(&self) -> Option<Seen> {
        self.request.or(self.answer)
    }

    /// The last frame of it.
    #[must_use]
    pub fn last(&self) -> Option<Seen> {
        self.answer.or(self.repeated.last().copied()).or(self.request)
    }

    /// Whether the answer grants the request (2xxx).
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.outcome.is_some_and(AnswerOutcome::is_success)
    }

    /// Whether the answer refuses the request.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.outcome.is_some_and(|outcome| !outcome.is_success())
    }

    /// Whether the HSS asks and the MME answers.
    #[must_use]
    pub const fn is_of_hss(&self) -> bool {
        matches!(
            self.command,
            command::CANCEL_LOCATION
                | command::INSERT_SUBSCRIBER_DATA
                | command::DELETE_SUBSCRIBER_DATA
                | command::RESET
        )
    }

    /// How long the answer took, in nanoseconds.
    #[must_use]
    pub fn took_ns(&self) -> Option<i64> {
        Some(self.answer?.time.since(self.request?.time))
    }

    /// The request's name: `AIR`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        command_name(self.command, true)
    }

    /// The answer's name: `AIA`.
    #[must_use]
    pub const fn answer_name(&self) -> &'static str {
        command_name(self.command, false)
    }

    pub(super) fn remark(&mut self, remark: String) {
        if self.remarks.len() < MAX_REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// The specification's short name of a command (TS 29.272 7.2.2, RFC 6733 3.1).
#[must_use]
pub const fn command_name(code: u32, request: bool) -> &'static str {
    let (asks, answers) = match code {
        command::UPDATE_LOCATION => ("ULR", "ULA"),
        command::CANCEL_LOCATION => ("CLR", "CLA"),
        command::AUTHENTICATION_INFORMATION => ("AIR", "AIA"),
        command::INSERT_SUBSCRIBER_DATA => ("IDR", "IDA"),
        command::DELETE_SUBSCRIBER_DATA => ("DSR", "DSA"),
        command::PURGE_UE => ("PUR", "PUA"),
        command::RESET => ("RSR", "RSA"),
        command::NOTIFY => ("NOR", "NOA"),
        command::CAPABILITIES_EXCHANGE => ("CER", "CEA"),
        command::DEVICE_WATCHDOG => ("DWR", "DWA"),
        command::DISCONNECT_PEER => ("DPR", "DPA"),
        _ => ("request", "answer"),
    };
    if request { asks } else { answers }
}
