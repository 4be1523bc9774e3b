//! What is owed for a PDU that is not, or not wholly, understood (TS 38.413 10.3).

use crate::protocol::GeneratedPdu;
use crate::{
    Answer, ApplicationProtocol, Criticality, CriticalityDiagnostics, Envelope, FatalCause, Fault, FaultKind,
    MAX_ERRORS, PduType,
};
use oxirush_aper::check::Deviation;
use oxirush_aper::protocol::{self, Field as _};

/// What to do about a message that is not to be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Cause for the answer.
    pub cause: FatalCause,
    /// What to answer.
    pub answer: Answer,
    /// Diagnostics for the answer, with procedure code and triggering message in an ERROR INDICATION only.
    pub diagnostics: CriticalityDiagnostics,
}

/// Judges a message with these faults. `unsuccessful_outcome`: the procedure has one, and the message tells enough to
/// address it.
#[must_use]
pub fn judgement(envelope: Envelope, faults: &[Fault], unsuccessful_outcome: bool) -> Judgement {
    let answer = match envelope.pdu_type {
        PduType::InitiatingMessage if unsuccessful_outcome => Answer::UnsuccessfulOutcome,
        PduType::InitiatingMessage => Answer::ErrorIndication,
        PduType::SuccessfulOutcome | PduType::UnsuccessfulOutcome => Answer::LocalErrorHandling,
    };
    let ies = faults
        .iter()
        .filter_map(Fault::diagnostics)
        .take(MAX_ERRORS)
        .collect();
    let indication = answer != Answer::UnsuccessfulOutcome;
    let causes = || faults.iter().filter_map(Fault::fatal);
    let falsely = FatalCause::AbstractSyntaxErrorFalselyConstructedMessage;
    Judgement {
        cause: causes()
            .find(|&cause| cause == falsely)
            .unwrap_or(FatalCause::AbstractSyntaxErrorReject),
        answer,
        diagnostics: CriticalityDiagnostics {
            procedure_code: indication.then_some(envelope.procedure_code),
            triggering_message: indication.then_some(envelope.pdu_type),
            procedure_criticality: Some(envelope.criticality),
            ies,
        },
    }
}

fn criticality(generated: impl Into<oxirush_aper::Criticality>) -> Criticality {
    generated.into().into()
}

/// Notes the IEs without a field that the message cannot have, and those that are out of place.
pub(crate) fn judge_others<P: ApplicationProtocol>(pdu: &GeneratedPdu<'_, P>, faults: &mut Vec<Fault>) {
    // The container was read once already, so this does not fail.
    for deviation in protocol::check_structure(pdu).unwrap_or_default() {
        let fault = match deviation {
            Deviation::UnexpectedIe {
                id,
                position,
                criticality: received,
                ..
            } => Fault {
                ie_id: id,
                criticality: criticality(received),
                position: Some(position as u16),
                kind: FaultKind::Unexpected,
            },
            Deviation::RepeatedIe { id, position, .. } => {
                fault_at::<P>(pdu, id, position, FaultKind::Repeated)
            }
            Deviation::OutOfOrder { id, position, .. } => {
                fault_at::<P>(pdu, id, position, FaultKind::OutOfOrder)
            }
            _ => continue,
        };
        let noted = |known: &Fault| known.position == fault.position && known.kind == fault.kind;
        if !faults.iter().any(noted) {
            faults.push(fault);
        }
    }
}

fn fault_at<P: ApplicationProtocol>(
    pdu: &GeneratedPdu<'_, P>,
    id: u16,
    position: usize,
    kind: FaultKind,
) -> Fault {
    let fields = protocol::protocol_ies(pdu).ok();
    let received =
        fields.and_then(|fields| fields.get(position).map(|field| criticality(field.criticality())));
    Fault {
        ie_id: id,
        criticality: received.unwrap_or(Criticality::Reject),
        position: Some(position as u16),
        kind,
    }
}
