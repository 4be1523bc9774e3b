//! Messages that cannot be acted on (TS 36.413 8.7.2, 10).

use crate::connection::Phase;
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

/// Procedure codes (TS 36.413 9.3.7).
const INITIAL_CONTEXT_SETUP: u8 = 9;
const ERROR_INDICATION: u8 = 15;
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
        let of = match failure.kind {
            FailureKind::AbstractSyntax { procedure_code, .. } => Some(procedure_code),
            FailureKind::TransferSyntax { .. } => None,
        };
        match failure.answer {
            // Two nodes that answer ERROR INDICATION with another would never end.
            _ if of == Some(ERROR_INDICATION) => S1Disposition::Silent(S1Discard::Noted),
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
                if of == Some(INITIAL_CONTEXT_SETUP) {
                    self.context_setup_unreadable(cycle, association, failure.mme_ue_s1ap_id);
                }
                S1Disposition::Silent(S1Discard::Unawaited)
            }
        }
    }

    /// An answer to INITIAL CONTEXT SETUP REQUEST that cannot be read: the procedure has failed (TS 36.413 10.3.4.2).
    fn context_setup_unreadable(
        &mut self,
        cycle: &mut Cycle<'_>,
        association: AssociationId,
        id: Option<MmeUeS1apId>,
    ) {
        let Some(id) = id else {
            return;
        };
        let connection = self.connections.get_mut(id);
        let Some(connection) = connection.filter(|c| c.association == association) else {
            return;
        };
        if matches!(connection.phase, Phase::SettingUp(_)) {
            connection.phase = Phase::Signalling;
            let _ = self.drive(cycle, id, Input::ContextSetup(Err(ContextSetupFailure::Refused)));
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
        let (mme_id, enb_id) = (indication.mme_ue_s1ap_id, indication.enb_ue_s1ap_id);
        if indication.cause.is_some_and(|cause| lost.contains(&cause))
            && self.lose_either(cycle, association, mme_id, enb_id)
        {
            return S1Disposition::Handled;
        }
        S1Disposition::Silent(S1Discard::Noted)
    }
}
