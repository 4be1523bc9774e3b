//! NGAP as a gNB's language (TS 38.413 8).

use super::context::some;
use super::{GnbCell, GnbConfig, Happening, NgRan};
use crate::radio::System;
use crate::ran::{Access, Causes, Indication, Node};
use quintet_fgmm::ue::Start;
use quintet_identity::fgs::STmsi;
use quintet_nas::fgs::{RegistrationType, ServiceType};
use quintet_ngap::message::{
    ErrorIndication, InitialContextSetupFailure, InitialUeMessage, NasNonDeliveryIndication, NgReset,
    NgSetupRequest, UeContextReleaseComplete, UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, EncodeError, NgapPdu, OverloadAction, PagingDrx, PduSessionId, RanUeNgapId,
    ResetType, RrcEstablishmentCause, TimeToWait, UeContextRequest,
};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

/// Both identities of a connection.
type Ids = (AmfUeNgapId, RanUeNgapId);

impl Access for NgRan {
    type Cell = GnbCell;
    type RanId = RanUeNgapId;
    type CoreId = AmfUeNgapId;
    /// PDU sessions: 256 at most, as many as there are numbers.
    type UserPlane = BTreeSet<PduSessionId>;
    type Cause = Cause;
    type TimeToWait = TimeToWait;
    type EstablishmentCause = RrcEstablishmentCause;
    type Overload = OverloadAction;
    type Happening = Happening;
    type Pdu = NgapPdu<'static>;

    const PPID: u32 = quintet_ngap::PPID;
    const SYSTEM: System = System::Fgs;
    const CAUSES: Causes<Cause> = Causes {
        radio_connection_lost: Cause::RADIO_CONNECTION_WITH_UE_LOST,
        radio_procedure_failed: Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE,
        unknown_ran_id: Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
        unknown_core_id: Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
        unknown_pair: Cause::INCONSISTENT_REMOTE_UE_NGAP_ID,
        incompatible_state: Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,
        lost: &[
            Cause::UNKNOWN_LOCAL_UE_NGAP_ID,
            Cause::INCONSISTENT_REMOTE_UE_NGAP_ID,
        ],
    };
    const MO_SIGNALLING: RrcEstablishmentCause = RrcEstablishmentCause::MoSignalling;
    const MT_ACCESS: RrcEstablishmentCause = RrcEstablishmentCause::MtAccess;

    fn ran_id(number: u32) -> RanUeNgapId {
        RanUeNgapId(number)
    }

    fn number(id: RanUeNgapId) -> u32 {
        id.0
    }

    fn core_number(id: AmfUeNgapId) -> u64 {
        id.0
    }

    fn cell_number(cell: &GnbCell) -> ([u8; 3], u64) {
        (cell.nr_cgi.plmn().octets(), cell.nr_cgi.cell())
    }

    fn establishment_cause(start: &Start) -> RrcEstablishmentCause {
        match start {
            Start::Register {
                registration_type, ..
            } if registration_type.registration_type() == RegistrationType::EMERGENCY_REGISTRATION => {
                RrcEstablishmentCause::Emergency
            }
            Start::ServiceRequest {
                service_type: ServiceType::EMERGENCY_SERVICES,
            } => RrcEstablishmentCause::Emergency,
            Start::ServiceRequest { .. } => RrcEstablishmentCause::MoData,
            _ => RrcEstablishmentCause::MoSignalling,
        }
    }

    /// TS 38.413 8.7.7.2, 9.3.1.105.
    fn admitted(action: OverloadAction, cause: RrcEstablishmentCause) -> bool {
        use OverloadAction as Action;
        use RrcEstablishmentCause as Cause;
        let data = matches!(
            cause,
            Cause::MoData | Cause::MoSms | Cause::MoVideoCall | Cause::MoVoiceCall
        );
        let priority = matches!(
            cause,
            Cause::HighPriorityAccess | Cause::MpsPriorityAccess | Cause::McsPriorityAccess
        );
        let terminated = matches!(cause, Cause::MtAccess);
        match action {
            Action::RejectNonEmergencyMoDt => !data,
            Action::RejectRrcCrSignalling => !data && !matches!(cause, Cause::MoSignalling),
            Action::PermitEmergencySessionsAndMobileTerminatedServicesOnly => {
                matches!(cause, Cause::Emergency) || terminated
            }
            Action::PermitHighPrioritySessionsAndMobileTerminatedServicesOnly => priority || terminated,
        }
    }

    fn wait(time: TimeToWait) -> Duration {
        Duration::from_secs(match time {
            TimeToWait::V1s => 1,
            TimeToWait::V2s => 2,
            TimeToWait::V5s => 5,
            TimeToWait::V10s => 10,
            TimeToWait::V20s => 20,
            TimeToWait::V60s => 60,
        })
    }

    fn cause_name(cause: Cause) -> &'static str {
        cause.name()
    }

    fn encode(message: &NgapPdu<'static>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        message.encode(out)
    }

    fn name(message: &NgapPdu<'static>) -> &'static str {
        message.name()
    }

    fn receive(gnb: &mut Node<Self>, now: Duration, payload: &[u8]) {
        gnb.receive(now, payload);
    }

    fn setup_request(config: &GnbConfig) -> NgapPdu<'static> {
        let cell = &config.cell;
        let (id, areas) = (cell.global_ran_node_id, cell.supported_ta_list.clone());
        let mut request = NgSetupRequest::new(id, areas, PagingDrx::V128);
        request.ran_node_name = Some(Cow::Owned(config.name.clone()));
        request.into()
    }

    fn reset() -> NgapPdu<'static> {
        NgReset::new(Cause::MISC_UNSPECIFIED, ResetType::NgInterface).into()
    }

    fn error_indication(indication: Indication<Self>) -> NgapPdu<'static> {
        let mut message = ErrorIndication::new();
        message.amf_ue_ngap_id = indication.core_id;
        message.ran_ue_ngap_id = indication.ran_id;
        message.cause = Some(indication.cause);
        message.criticality_diagnostics = indication.diagnostics;
        message.into()
    }

    fn initial_ue_message(
        config: &GnbConfig,
        ran: RanUeNgapId,
        nas: Vec<u8>,
        s_tmsi: Option<STmsi>,
        cause: RrcEstablishmentCause,
    ) -> NgapPdu<'static> {
        let mut message = InitialUeMessage::new(ran, Cow::Owned(nas), config.cell.location(), cause);
        message.five_g_s_tmsi = s_tmsi;
        message.ue_context_request = Some(UeContextRequest::Requested);
        message.into()
    }

    fn uplink_nas_transport(config: &GnbConfig, (amf, ran): Ids, nas: Vec<u8>) -> NgapPdu<'static> {
        UplinkNasTransport::new(amf, ran, Cow::Owned(nas), config.cell.location()).into()
    }

    fn nas_non_delivery((amf, ran): Ids, nas: Vec<u8>, cause: Cause) -> NgapPdu<'static> {
        NasNonDeliveryIndication::new(amf, ran, Cow::Owned(nas), cause).into()
    }

    fn context_failure((amf, ran): Ids, cause: Cause) -> NgapPdu<'static> {
        InitialContextSetupFailure::new(amf, ran, cause).into()
    }

    fn release_request((amf, ran): Ids, sessions: BTreeSet<PduSessionId>, cause: Cause) -> NgapPdu<'static> {
        let mut request = UeContextReleaseRequest::new(amf, ran, cause);
        request.pdu_session_resource_list = some(sessions.into_iter().collect());
        request.into()
    }

    fn release_complete(
        config: &GnbConfig,
        (amf, ran): Ids,
        sessions: BTreeSet<PduSessionId>,
    ) -> NgapPdu<'static> {
        let mut complete = UeContextReleaseComplete::new(amf, ran);
        complete.user_location_information = Some(config.cell.location());
        complete.pdu_session_resource_list = some(sessions.into_iter().collect());
        complete.into()
    }
}
