//! S6a as seen: requests with their answers, vectors handed out.

use quintet_capture::{FlowId, Seen};
use quintet_crypto::{Kasme, Rand, Res};
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::AnswerOutcome;

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

/// A request of S6a and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The connection.
    pub flow: FlowId,
    /// Command-Code: 316 ULR, 317 CLR, 318 AIR, 319 IDR, 320 DSR, 321 PUR, 322 RSR, 323 NOR.
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
    /// Visited-PLMN-Id.
    pub visited: Option<Plmn>,
    /// Number-Of-Requested-Vectors of E-UTRAN.
    pub requested: Option<u32>,
    /// RAND and AUTS of Re-Synchronization-Info.
    pub resynchronization: Option<(Rand, [u8; 14])>,
    /// The vectors of the answer, in the order of use.
    pub vectors: Vec<VectorSeen>,
    /// Error-Message, Failed-AVP and the like, in words.
    pub remarks: Vec<String>,
    /// Error-Diagnostic.
    pub diagnostic: Option<u32>,
}
