//! A message that could not be understood, and what its receiver owes the sender (TS 38.413 10).

use crate::{AmfUeNgapId, Answer, Cause, CriticalityDiagnostics, FailureKind, RanUeNgapId};
use std::fmt;

/// A PDU that is not to be acted on, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeFailure {
    /// Why.
    pub kind: FailureKind,
    /// Cause for the answer.
    pub cause: Cause,
    /// What to answer.
    pub answer: Answer,
    /// Diagnostics for the answer, with procedure code and triggering message in an ERROR INDICATION only.
    pub diagnostics: Option<CriticalityDiagnostics>,
    /// The UE, as far as the message told.
    pub amf_ue_ngap_id: Option<AmfUeNgapId>,
    /// The UE, as far as the message told.
    pub ran_ue_ngap_id: Option<RanUeNgapId>,
}

impl fmt::Display for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let FailureKind::TransferSyntax { .. } = self.kind {
            f.write_str("no NGAP PDU: ")?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for DecodeFailure {}
