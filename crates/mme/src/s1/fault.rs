//! Messages that cannot be acted on (TS 36.413 8.7.2, 10).

use crate::event::{S1Discard, S1Disposition};
use crate::mme::{Cycle, Mme};
use quintet_emm::network::{ContextSetupFailure, Input};
use quintet_s1ap::message::{
    EnbConfigurationUpdateFailure, ErrorIndication, PathSwitchRequest, PathSwitchRequestFailure,
    S1SetupFailure,
};
use quintet_s1ap::transport::COMMON_STREAM;
use quintet_s1ap::{
    Answer, Cause, CriticalityDiagnostics, DecodeFailure, EnbUeS1apId, FailureKind, IeDiagnostics,
    MmeUeS1apId, Other, PduType, S1apPdu,
};
use quintet_sctp::AssociationId;

/// Procedure codes whose unsuccessful outcome this MME sends (TS 36.413 9.3.7).
const S1_SETUP: u8 = 17;
const ENB_CONFIGURATION_UPDATE: u8 = 29;

impl Mme {
    /// ERROR INDICATION about no UE in particular.
    pub(super) fn error_indication(&mut self, association: AssociationId, cause: Cause) -> S1Disposition {
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        self.send(association, COMMON_STREAM, &indication.into());
        S1Disposition::Replied(cause)
    }

    /// ERROR INDICATION about a UE, with the identities that were received (TS 36.413 10.6).
    pub(super) fn error_about(
        &mut self,
        association: AssociationId,
        (mme, enb): (MmeUeS1apId, EnbUeS1apId),
        cause: Cause,
    ) -> S1Disposition {
        let mut indication = ErrorIndication::new();
        (indication.mme_ue_s1ap_id, indication.enb_ue_s1ap_id) = (Some(mme), Some(enb));
        indication.cause = Some(cause);
        self.send(association, COMMON_STREAM, &indication.into());
        S1Disposition::Replied(cause)
    }

    /// IEs of criticality notify were not understood; the message was acted on (TS 36.413 10.3.4.2).
    pub(super) fn notify(
        &mut self,
        association: AssociationId,
        (procedure_code, pdu_type): (u8, PduType),
        ies: Vec<IeDiagnostics>,
    ) {
        let mut indication = ErrorIndication::new();
        indication.cause = Some(Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY);
        indication.criticality_diagnostics = Some(CriticalityDiagnostics {
            procedure_code: Some(procedure_code),
            triggering_message: Some(pdu_type),
            procedure_criticality: None,
            ies,
        });
        self.send(association, COMMON_STREAM, &indication.into());
    }

    /// What the decoder says is owed.
    pub(super) fn undecodable(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        failure: &DecodeFailure,
    ) -> S1Disposition {
        let cause = failure.cause;
        match failure.answer {
            Answer::ErrorIndication => {
                let mut indication = ErrorIndication::new();
                indication.mme_ue_s1ap_id = failure.mme_ue_s1ap_id;
                indication.enb_ue_s1ap_id = failure.enb_ue_s1ap_id;
                indication.cause = Some(cause);
                indication
                    .criticality_diagnostics
                    .clone_from(&failure.diagnostics);
                self.send(association, COMMON_STREAM, &indication.into());
                S1Disposition::Replied(cause)
            }
            Answer::UnsuccessfulOutcome => self.unsuccessful(association, failure),
            Answer::LocalErrorHandling => {
                // An answer that cannot be read: what it answers has failed.
                if let Some(id) = failure.mme_ue_s1ap_id
                    && self
                        .connections
                        .get(id)
                        .is_some_and(|c| c.association == association)
                {
                    let _ = self.drive(cycle, id, Input::ContextSetup(Err(ContextSetupFailure::Refused)));
                }
                S1Disposition::Silent(S1Discard::Unawaited)
            }
        }
    }

    /// The unsuccessful outcome of the procedure that could not be understood.
    fn unsuccessful(&mut self, association: AssociationId, failure: &DecodeFailure) -> S1Disposition {
        let FailureKind::AbstractSyntax { procedure_code, .. } = failure.kind else {
            return self.error_indication(association, failure.cause);
        };
        let (cause, diagnostics) = (failure.cause, failure.diagnostics.clone());
        let pdu: S1apPdu<'_> = match procedure_code {
            S1_SETUP => {
                let mut answer = S1SetupFailure::new(cause);
                answer.criticality_diagnostics = diagnostics;
                answer.into()
            }
            ENB_CONFIGURATION_UPDATE => {
                let mut answer = EnbConfigurationUpdateFailure::new(cause);
                answer.criticality_diagnostics = diagnostics;
                answer.into()
            }
            _ => return self.error_indication(association, cause),
        };
        self.send(association, COMMON_STREAM, &pdu);
        S1Disposition::Replied(cause)
    }

    /// A procedure this MME does not know (TS 36.413 10.3.4.1).
    pub(super) fn unknown_procedure(&mut self, association: AssociationId, other: &Other) -> S1Disposition {
        let Some((cause, diagnostics)) = other.answer() else {
            return S1Disposition::Silent(S1Discard::Unknown);
        };
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        indication.criticality_diagnostics = Some(diagnostics);
        self.send(association, COMMON_STREAM, &indication.into());
        S1Disposition::Replied(cause)
    }

    /// Handover is not supported: the eNB keeps the UE, or lets it go.
    pub(super) fn path_switch_request(
        &mut self,
        association: AssociationId,
        request: &PathSwitchRequest<'_>,
    ) -> S1Disposition {
        let cause = Cause::RADIO_NETWORK_UNSPECIFIED;
        let failure =
            PathSwitchRequestFailure::new(request.source_mme_ue_s1ap_id, request.enb_ue_s1ap_id, cause);
        self.send(association, COMMON_STREAM, &failure.into());
        S1Disposition::Replied(cause)
    }

    /// ERROR INDICATION of an eNB: one that does not know the UE has lost it (TS 36.413 10.6).
    pub(super) fn error_indicated(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        indication: &ErrorIndication<'_>,
    ) -> S1Disposition {
        let lost = [
            Cause::UNKNOWN_MME_UE_S1AP_ID,
            Cause::UNKNOWN_ENB_UE_S1AP_ID,
            Cause::UNKNOWN_PAIR_UE_S1AP_ID,
        ];
        if let Some(id) = indication.mme_ue_s1ap_id
            && indication.cause.is_some_and(|cause| lost.contains(&cause))
            && self
                .connections
                .get(id)
                .is_some_and(|c| c.association == association)
        {
            self.lose(cycle, id);
            return S1Disposition::Handled;
        }
        S1Disposition::Silent(S1Discard::Noted)
    }
}
