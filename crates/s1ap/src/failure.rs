//! A message that could not be understood, and what its receiver owes the sender (TS 36.413 10).

use crate::{Answer, Cause, CriticalityDiagnostics, EnbUeS1apId, FailureKind, MmeUeS1apId};
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
    pub mme_ue_s1ap_id: Option<MmeUeS1apId>,
    /// The UE, as far as the message told.
    pub enb_ue_s1ap_id: Option<EnbUeS1apId>,
}

impl fmt::Display for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let FailureKind::TransferSyntax { .. } = self.kind {
            f.write_str("no S1AP PDU: ")?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for DecodeFailure {}
