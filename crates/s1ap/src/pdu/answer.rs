//! What is owed for a PDU that is not, or not wholly, understood (TS 36.413 10.3).

use super::Other;
use crate::failure::DecodeFailure;
use crate::{
    Answer, Cause, Criticality, CriticalityDiagnostics, EnbUeS1apId, FailureKind, MmeUeS1apId, S1ap,
};
use oxirush_s1ap::{ie, s1ap as asn1};
use quintet_ap::{FatalCause, Refusal, judgement};

/// Procedures that have an unsuccessful outcome (TS 36.413 8.1, class 1), and whether they are of one UE.
const UNSUCCESSFUL_OUTCOMES: [(u8, bool); 8] = [
    (0, true),   // HANDOVER PREPARATION
    (1, true),   // HANDOVER RESOURCE ALLOCATION
    (3, true),   // PATH SWITCH REQUEST
    (9, true),   // INITIAL CONTEXT SETUP
    (17, false), // S1 SETUP
    (21, true),  // UE CONTEXT MODIFICATION
    (29, false), // ENB CONFIGURATION UPDATE
    (30, false), // MME CONFIGURATION UPDATE
];

/// The failure of a PDU that is not to be acted on.
pub(super) fn failure(refusal: Refusal<'_, S1ap>) -> DecodeFailure {
    let (Some((envelope, pdu)), FailureKind::AbstractSyntax { faults, .. }) = (&refusal.pdu, &refusal.kind)
    else {
        return DecodeFailure::transfer_syntax(refusal.kind);
    };
    let mme_ue_s1ap_id = mme_ue_s1ap_id(pdu);
    let enb_ue_s1ap_id = pdu
        .ie::<ie::eNB_UE_S1AP_ID>()
        .and_then(Result::ok)
        .map(|id| EnbUeS1apId(id.0));
    let addressable = |of_ue: bool| !of_ue || (mme_ue_s1ap_id.is_some() && enb_ue_s1ap_id.is_some());
    let unsuccessful = UNSUCCESSFUL_OUTCOMES
        .iter()
        .any(|&(code, of_ue)| code == envelope.procedure_code && addressable(of_ue));
    let judgement = judgement(*envelope, faults, unsuccessful);
    DecodeFailure {
        cause: match judgement.cause {
            FatalCause::AbstractSyntaxErrorReject => Cause::ABSTRACT_SYNTAX_ERROR_REJECT,
            FatalCause::AbstractSyntaxErrorFalselyConstructedMessage => {
                Cause::ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE
            }
        },
        answer: judgement.answer,
        diagnostics: Some(judgement.diagnostics),
        mme_ue_s1ap_id,
        enb_ue_s1ap_id,
        kind: refusal.kind,
    }
}

fn mme_ue_s1ap_id(pdu: &asn1::S1APPDU<'_>) -> Option<MmeUeS1apId> {
    let own = pdu.ie::<ie::MME_UE_S1AP_ID>().and_then(Result::ok).map(|id| id.0);
    let source = || {
        pdu.ie::<ie::SourceMME_UE_S1AP_ID>()
            .and_then(Result::ok)
            .map(|id| id.0)
    };
    own.or_else(source).map(MmeUeS1apId)
}

impl DecodeFailure {
    /// Octets that are no PDU (TS 36.413 10.2).
    pub(crate) fn transfer_syntax(kind: FailureKind) -> Self {
        Self {
            kind,
            cause: Cause::TRANSFER_SYNTAX_ERROR,
            answer: Answer::ErrorIndication,
            diagnostics: None,
            mme_ue_s1ap_id: None,
            enb_ue_s1ap_id: None,
        }
    }
}

impl Other {
    /// What a receiver that does not know the procedure sends in an ERROR INDICATION: nothing for criticality ignore
    /// (TS 36.413 10.3.4.1).
    #[must_use]
    pub fn answer(&self) -> Option<(Cause, CriticalityDiagnostics)> {
        let cause = match self.criticality {
            Criticality::Reject => Cause::ABSTRACT_SYNTAX_ERROR_REJECT,
            Criticality::Notify => Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY,
            Criticality::Ignore => return None,
        };
        Some((
            cause,
            CriticalityDiagnostics {
                procedure_code: Some(self.procedure_code),
                triggering_message: Some(self.pdu_type),
                procedure_criticality: Some(self.criticality),
                ies: Vec::new(),
            },
        ))
    }
}
