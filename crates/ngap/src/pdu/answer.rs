//! What is owed for a PDU that is not, or not wholly, understood (TS 38.413 10.3).

use super::Other;
use crate::failure::DecodeFailure;
use crate::{
    AmfUeNgapId, Answer, Cause, Criticality, CriticalityDiagnostics, FailureKind, Ngap, RanUeNgapId,
};
use oxirush_ngap::{ie, ngap as asn1};
use quintet_ap::{FatalCause, Refusal, judgement};

/// Modelled procedures that have an unsuccessful outcome (TS 38.413 8.1, class 1), and whether they are of one UE.
const UNSUCCESSFUL_OUTCOMES: [(u8, bool); 6] = [
    (0, false),  // AMF CONFIGURATION UPDATE
    (14, true),  // INITIAL CONTEXT SETUP
    (21, false), // NG SETUP
    (25, true),  // PATH SWITCH REQUEST
    (35, false), // RAN CONFIGURATION UPDATE
    (40, true),  // UE CONTEXT MODIFICATION
];

/// The failure of a PDU that is not to be acted on.
pub(super) fn failure(refusal: Refusal<'_, Ngap>) -> DecodeFailure {
    let (Some((envelope, pdu)), FailureKind::AbstractSyntax { faults, .. }) = (&refusal.pdu, &refusal.kind)
    else {
        return DecodeFailure::transfer_syntax(refusal.kind);
    };
    let amf_ue_ngap_id = amf_ue_ngap_id(pdu);
    let ran_ue_ngap_id = pdu
        .ie::<ie::RAN_UE_NGAP_ID>()
        .and_then(Result::ok)
        .map(|id| RanUeNgapId(id.0));
    let addressable = |of_ue: bool| !of_ue || (amf_ue_ngap_id.is_some() && ran_ue_ngap_id.is_some());
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
        amf_ue_ngap_id,
        ran_ue_ngap_id,
        kind: refusal.kind,
    }
}

fn amf_ue_ngap_id(pdu: &asn1::NGAPPDU<'_>) -> Option<AmfUeNgapId> {
    let own = pdu.ie::<ie::AMF_UE_NGAP_ID>().and_then(Result::ok).map(|id| id.0);
    let source = || {
        pdu.ie::<ie::SourceAMF_UE_NGAP_ID>()
            .and_then(Result::ok)
            .map(|id| id.0)
    };
    own.or_else(source).map(AmfUeNgapId)
}

impl DecodeFailure {
    /// Octets that are no PDU (TS 38.413 10.2).
    pub(crate) fn transfer_syntax(kind: FailureKind) -> Self {
        Self {
            kind,
            cause: Cause::TRANSFER_SYNTAX_ERROR,
            answer: Answer::ErrorIndication,
            diagnostics: None,
            amf_ue_ngap_id: None,
            ran_ue_ngap_id: None,
        }
    }
}

impl Other {
    /// What a receiver that does not know the procedure sends in an ERROR INDICATION: nothing for criticality ignore
    /// (TS 38.413 10.3.4.1).
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
