//! What is owed for a PDU that is not, or not wholly, understood (TS 36.413 10.3).

use super::{Envelope, Other, S1apPdu};
use crate::container::Intake;
use crate::failure::{Answer, DecodeFailure, FailureKind, Fault, FaultKind};
use crate::limits::{MAX_ERRORS, MAX_PDU_OCTETS};
use crate::{Cause, Criticality, CriticalityDiagnostics, EnbUeS1apId, MmeUeS1apId, PduType};
use oxirush_s1ap::{Deviation, ie, s1ap as asn1};

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

/// Notes the IEs without a field that the message cannot have, and those that are out of place.
pub(super) fn judge_others(pdu: &asn1::S1APPDU<'_>, intake: &mut Intake<'_>, message: Option<&S1apPdu<'_>>) {
    if message.is_some_and(|message| message.other_ies().0.is_empty()) {
        return;
    }
    // The container was read once already, so this does not fail.
    for deviation in pdu.check_structure().unwrap_or_default() {
        let fault = match deviation {
            Deviation::UnexpectedIe {
                id,
                position,
                criticality,
                ..
            } => Fault {
                ie_id: id,
                criticality: Criticality::of_asn1(criticality),
                position: Some(position as u16),
                kind: FaultKind::Unexpected,
            },
            Deviation::RepeatedIe { id, position, .. } => fault_at(pdu, id, position, FaultKind::Repeated),
            Deviation::OutOfOrder { id, position, .. } => fault_at(pdu, id, position, FaultKind::OutOfOrder),
            _ => continue,
        };
        let noted = |known: &Fault| known.position == fault.position && known.kind == fault.kind;
        if !intake.faults.iter().any(noted) {
            intake.faults.push(fault);
        }
    }
}

fn fault_at(pdu: &asn1::S1APPDU<'_>, id: u16, position: usize, kind: FaultKind) -> Fault {
    let criticality = pdu
        .protocol_ies()
        .ok()
        .and_then(|ies| ies.0.get(position).map(|ie| Criticality::of_asn1(ie.criticality)));
    Fault {
        ie_id: id,
        criticality: criticality.unwrap_or(Criticality::Reject),
        position: Some(position as u16),
        kind,
    }
}

/// The failure of a message with these faults.
pub(super) fn failure(
    pdu: &asn1::S1APPDU<'_>,
    header: &Envelope<'_, '_>,
    faults: Vec<Fault>,
) -> DecodeFailure {
    let mme_ue_s1ap_id = mme_ue_s1ap_id(pdu);
    let enb_ue_s1ap_id = pdu
        .ie::<ie::eNB_UE_S1AP_ID>()
        .and_then(Result::ok)
        .map(|id| EnbUeS1apId(id.0));
    let addressable = |of_ue: bool| !of_ue || (mme_ue_s1ap_id.is_some() && enb_ue_s1ap_id.is_some());
    let answer = match header.pdu_type {
        PduType::InitiatingMessage
            if UNSUCCESSFUL_OUTCOMES
                .iter()
                .any(|&(code, of_ue)| code == header.procedure_code && addressable(of_ue)) =>
        {
            Answer::UnsuccessfulOutcome
        }
        PduType::InitiatingMessage => Answer::ErrorIndication,
        PduType::SuccessfulOutcome | PduType::UnsuccessfulOutcome => Answer::LocalErrorHandling,
    };
    let ies = faults
        .iter()
        .filter_map(Fault::diagnostics)
        .take(MAX_ERRORS)
        .collect();
    let indication = answer != Answer::UnsuccessfulOutcome;
    let diagnostics = CriticalityDiagnostics {
        procedure_code: indication.then_some(header.procedure_code),
        triggering_message: indication.then_some(header.pdu_type),
        procedure_criticality: Some(header.criticality),
        ies,
    };
    let causes = || faults.iter().filter_map(Fault::fatal);
    let falsely = Cause::ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE;
    let cause = causes()
        .find(|&cause| cause == falsely)
        .unwrap_or(Cause::ABSTRACT_SYNTAX_ERROR_REJECT);
    DecodeFailure {
        kind: FailureKind::AbstractSyntax {
            procedure_code: header.procedure_code,
            pdu_type: header.pdu_type,
            faults,
        },
        cause,
        answer,
        diagnostics: Some(diagnostics),
        mme_ue_s1ap_id,
        enb_ue_s1ap_id,
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
    /// More octets than are read.
    pub(crate) fn too_long(octets: usize) -> Self {
        Self::transfer_syntax(format!("{octets} octets, at most {MAX_PDU_OCTETS} are read"))
    }

    /// An alternative of the PDU's choice that Release 19 does not have.
    pub(crate) fn unknown_kind() -> Self {
        Self::transfer_syntax("a kind of PDU that Release 19 does not have".to_owned())
    }

    /// Octets that are no PDU (TS 36.413 10.2).
    pub(crate) fn transfer_syntax(why: String) -> Self {
        Self {
            kind: FailureKind::TransferSyntax { why },
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
