//! Messages that cannot be acted on (TS 38.413 8.7.5, 10), and PATH SWITCH, which is not supported.

use crate::amf::Amf;
use crate::connection::Phase;
use crate::event::{N2Discard, N2Disposition};
use quintet_fgmm::network::{At, ContextSetupFailure, Input};
use quintet_ngap::message::{
    ErrorIndication, NgSetupFailure, PathSwitchRequest, PathSwitchRequestFailure,
    RanConfigurationUpdateFailure,
};
use quintet_ngap::transport::{COMMON_STREAM, stream_of_ue};
use quintet_ngap::{
    AmfUeNgapId, Answer, Cause, CriticalityDiagnostics, DecodeFailure, FailureKind, IeDiagnostics, NgapPdu,
    Other, PduSessionItem, PduType, RanUeNgapId,
};
use quintet_sctp::AssociationId;

/// Procedure codes (TS 38.413 9.4.7).
const ERROR_INDICATION: u8 = 9;
const INITIAL_CONTEXT_SETUP: u8 = 14;
const NG_SETUP: u8 = 21;
const RAN_CONFIGURATION_UPDATE: u8 = 35;

/// Path Switch Request Unsuccessful Transfer (TS 38.413 9.3.4.20) with the radio network cause "ho-target-not-allowed" and
/// nothing else: no extension, no options, first alternative, value 8 of 45.
const TARGET_NOT_ALLOWED_TRANSFER: &[u8] = &[0x00, 0x80];

impl Amf {
    /// ERROR INDICATION about no UE in particular.
    pub(super) fn error_indication(&mut self, association: AssociationId, cause: Cause) -> N2Disposition {
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        self.send(association, COMMON_STREAM, &indication.into());
        N2Disposition::Replied(cause)
    }

    /// ERROR INDICATION about a UE, with the identities that were received (TS 38.413 10.6).
    pub(super) fn error_about(
        &mut self,
        association: AssociationId,
        (amf, ran): (AmfUeNgapId, RanUeNgapId),
        cause: Cause,
    ) -> N2Disposition {
        let mut indication = ErrorIndication::new();
        (indication.amf_ue_ngap_id, indication.ran_ue_ngap_id) = (Some(amf), Some(ran));
        indication.cause = Some(cause);
        self.send(association, COMMON_STREAM, &indication.into());
        N2Disposition::Replied(cause)
    }

    /// IEs of criticality notify were not understood; the message was acted on (TS 38.413 10.3.4.2).
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
        at: At,
        association: AssociationId,
        failure: &DecodeFailure,
    ) -> N2Disposition {
        let cause = failure.cause;
        let of = match failure.kind {
            FailureKind::AbstractSyntax { procedure_code, .. } => Some(procedure_code),
            FailureKind::TransferSyntax { .. } => None,
        };
        match failure.answer {
            // Two nodes that answer ERROR INDICATION with another would never end.
            _ if of == Some(ERROR_INDICATION) => N2Disposition::Silent(N2Discard::Noted),
            Answer::ErrorIndication => {
                let mut indication = ErrorIndication::new();
                indication.amf_ue_ngap_id = failure.amf_ue_ngap_id;
                indication.ran_ue_ngap_id = failure.ran_ue_ngap_id;
                indication.cause = Some(cause);
                indication
                    .criticality_diagnostics
                    .clone_from(&failure.diagnostics);
                self.send(association, COMMON_STREAM, &indication.into());
                N2Disposition::Replied(cause)
            }
            Answer::UnsuccessfulOutcome => self.unsuccessful(association, failure),
            Answer::LocalErrorHandling => {
                if of == Some(INITIAL_CONTEXT_SETUP) {
                    self.context_setup_unreadable(at, association, failure.amf_ue_ngap_id);
                }
                N2Disposition::Silent(N2Discard::Unawaited)
            }
        }
    }

    /// An answer to INITIAL CONTEXT SETUP REQUEST that cannot be read: the procedure has failed (TS 38.413 10.3.4.2).
    fn context_setup_unreadable(&mut self, at: At, association: AssociationId, id: Option<AmfUeNgapId>) {
        let Some(id) = id else {
            return;
        };
        let connection = self.connections.get_mut(id);
        let Some(connection) = connection.filter(|c| c.association == association) else {
            return;
        };
        if matches!(connection.phase, Phase::SettingUp(_)) {
            connection.phase = Phase::Signalling;
            let _ = self.drive(at, id, Input::ContextSetup(Err(ContextSetupFailure::Refused)));
        }
    }

    /// The unsuccessful outcome of the procedure that could not be understood.
    fn unsuccessful(&mut self, association: AssociationId, failure: &DecodeFailure) -> N2Disposition {
        let FailureKind::AbstractSyntax { procedure_code, .. } = failure.kind else {
            return self.error_indication(association, failure.cause);
        };
        let (cause, diagnostics) = (failure.cause, failure.diagnostics.clone());
        let pdu: NgapPdu<'_> = match procedure_code {
            NG_SETUP => {
                let mut answer = NgSetupFailure::new(cause);
                answer.criticality_diagnostics = diagnostics;
                answer.into()
            }
            RAN_CONFIGURATION_UPDATE => {
                let mut answer = RanConfigurationUpdateFailure::new(cause);
                answer.criticality_diagnostics = diagnostics;
                answer.into()
            }
            _ => return self.error_indication(association, cause),
        };
        self.send(association, COMMON_STREAM, &pdu);
        N2Disposition::Replied(cause)
    }

    /// A procedure this AMF does not know (TS 38.413 10.3.4.1).
    pub(super) fn unknown_procedure(&mut self, association: AssociationId, other: &Other) -> N2Disposition {
        let Some((cause, diagnostics)) = other.answer() else {
            return N2Disposition::Silent(N2Discard::Unknown);
        };
        let mut indication = ErrorIndication::new();
        indication.cause = Some(cause);
        indication.criticality_diagnostics = Some(diagnostics);
        self.send(association, COMMON_STREAM, &indication.into());
        N2Disposition::Replied(cause)
    }

    /// Handover is not supported: the gNB keeps the UE, or lets it go. Every session fails with a cause; a message without
    /// one has its failure all the same (TS 38.413 8.4.4.3).
    pub(super) fn path_switch_request(
        &mut self,
        association: AssociationId,
        request: &PathSwitchRequest<'_>,
    ) -> N2Disposition {
        let cause = Cause::HO_TARGET_NOT_ALLOWED;
        let sessions = request.pdu_session_resource_to_be_switched_dl_list.iter();
        let failed = sessions.map(|item| PduSessionItem {
            pdu_session_id: item.pdu_session_id,
            transfer: TARGET_NOT_ALLOWED_TRANSFER.into(),
        });
        let (amf_id, ran_id) = (request.source_amf_ue_ngap_id, request.ran_ue_ngap_id);
        let failure = PathSwitchRequestFailure::new(amf_id, ran_id, failed.collect());
        let streams = self.gnbs.get(association).map_or(0, |gnb| gnb.outbound_streams);
        let stream = stream_of_ue(ran_id.0.into(), streams);
        self.send(association, stream, &failure.into());
        N2Disposition::Replied(cause)
    }

    /// ERROR INDICATION of a gNB: one that does not know the UE has lost it (TS 38.413 10.6).
    pub(super) fn error_indicated(
        &mut self,
        at: At,
        association: AssociationId,
        indication: &ErrorIndication<'_>,
    ) -> N2Disposition {
        let lost = [
            Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
            Cause::INCONSISTENT_REMOTE_UE_NGAP_ID,
        ];
        let (amf_id, ran_id) = (indication.amf_ue_ngap_id, indication.ran_ue_ngap_id);
        if indication.cause.is_some_and(|cause| lost.contains(&cause))
            && self.lose_either(at, association, amf_id, ran_id)
        {
            return N2Disposition::Handled;
        }
        N2Disposition::Silent(N2Discard::Noted)
    }
}
