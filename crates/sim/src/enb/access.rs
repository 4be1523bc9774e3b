//! S1AP as an eNB's language (TS 36.413 8).

use super::{EnbCell, EnbConfig, Eutran};
use crate::radio::System;
use crate::ran::{Access, Causes, Indication, Node};
use quintet_emm::ue::Start;
use quintet_identity::STmsi;
use quintet_nas::eps::EpsAttachType;
use quintet_s1ap::message::{
    ErrorIndication, InitialContextSetupFailure, InitialUeMessage, NasNonDeliveryIndication, Reset,
    S1SetupRequest, UeContextReleaseComplete, UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_s1ap::{
    Cause, EnbUeS1apId, EncodeError, MmeUeS1apId, OverloadAction, PagingDrx, ResetType,
    RrcEstablishmentCause, S1apPdu, TimeToWait,
};
use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;

/// Both identities of a connection.
type Ids = (MmeUeS1apId, EnbUeS1apId);

impl Access for Eutran {
    type Cell = EnbCell;
    type RanId = EnbUeS1apId;
    type CoreId = MmeUeS1apId;
    /// There is one bearer, of which nothing need be kept.
    type UserPlane = ();
    type Cause = Cause;
    type TimeToWait = TimeToWait;
    type EstablishmentCause = RrcEstablishmentCause;
    type Overload = OverloadAction;
    type Happening = Infallible;
    type Pdu = S1apPdu<'static>;

    const PPID: u32 = quintet_s1ap::PPID;
    const SYSTEM: System = System::Eps;
    const CAUSES: Causes<Cause> = Causes {
        radio_connection_lost: Cause::RADIO_CONNECTION_WITH_UE_LOST,
        radio_procedure_failed: Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE,
        unknown_ran_id: Cause::UNKNOWN_ENB_UE_S1AP_ID,
        unknown_core_id: Cause::UNKNOWN_MME_UE_S1AP_ID,
        unknown_pair: Cause::UNKNOWN_PAIR_UE_S1AP_ID,
        incompatible_state: Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,
        lost: &[
            Cause::UNKNOWN_MME_UE_S1AP_ID,
            Cause::UNKNOWN_ENB_UE_S1AP_ID,
            Cause::UNKNOWN_PAIR_UE_S1AP_ID,
        ],
    };
    const MO_SIGNALLING: RrcEstablishmentCause = RrcEstablishmentCause::MoSignalling;
    const MT_ACCESS: RrcEstablishmentCause = RrcEstablishmentCause::MtAccess;

    fn ran_id(number: u32) -> EnbUeS1apId {
        EnbUeS1apId(number)
    }

    fn number(id: EnbUeS1apId) -> u32 {
        id.0
    }

    fn core_number(id: MmeUeS1apId) -> u64 {
        id.0.into()
    }

    fn cell_number(cell: &EnbCell) -> ([u8; 3], u64) {
        (cell.ecgi.plmn().octets(), cell.ecgi.cell().into())
    }

    fn establishment_cause(start: &Start) -> RrcEstablishmentCause {
        match start {
            Start::Attach {
                attach_type: EpsAttachType::EPS_EMERGENCY_ATTACH,
                ..
            } => RrcEstablishmentCause::Emergency,
            Start::ServiceRequest => RrcEstablishmentCause::MoData,
            _ => RrcEstablishmentCause::MoSignalling,
        }
    }

    /// TS 36.413 8.7.6.2.
    fn admitted(action: OverloadAction, cause: RrcEstablishmentCause) -> bool {
        use OverloadAction as Action;
        use RrcEstablishmentCause as Cause;
        let emergency = matches!(cause, Cause::Emergency);
        let priority = matches!(cause, Cause::HighPriorityAccess);
        let terminated = matches!(cause, Cause::MtAccess);
        match action {
            Action::RejectNonEmergencyMoDt => !matches!(
                cause,
                Cause::MoData | Cause::DelayTolerantAccess | Cause::MoVoiceCall
            ),
            Action::RejectRrcCrSignalling => !matches!(
                cause,
                Cause::MoData | Cause::MoSignalling | Cause::DelayTolerantAccess | Cause::MoVoiceCall
            ),
            Action::PermitEmergencySessionsAndMobileTerminatedServicesOnly => emergency || terminated,
            Action::PermitHighPrioritySessionsAndMobileTerminatedServicesOnly => priority || terminated,
            Action::RejectDelayTolerantAccess => !matches!(cause, Cause::DelayTolerantAccess),
            Action::PermitHighPrioritySessionsAndExceptionReportingAndMobileTerminatedServicesOnly => {
                priority || terminated || matches!(cause, Cause::MoExceptionData)
            }
            // Control plane CIoT: there is none.
            Action::NotAcceptMoDataOrDelayTolerantAccessFromCpCiot => true,
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

    fn encode(message: &S1apPdu<'static>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        message.encode(out)
    }

    fn name(message: &S1apPdu<'static>) -> &'static str {
        message.name()
    }

    fn receive(enb: &mut Node<Self>, now: Duration, payload: &[u8]) {
        enb.receive(now, payload);
    }

    fn setup_request(config: &EnbConfig) -> S1apPdu<'static> {
        let cell = &config.cell;
        let mut request =
            S1SetupRequest::new(cell.global_enb_id, cell.supported_tas.clone(), PagingDrx::V128);
        request.enb_name = Some(Cow::Owned(config.name.clone()));
        request.into()
    }

    fn reset() -> S1apPdu<'static> {
        Reset::new(Cause::MISC_UNSPECIFIED, ResetType::S1Interface).into()
    }

    fn error_indication(indication: Indication<Self>) -> S1apPdu<'static> {
        let mut message = ErrorIndication::new();
        message.mme_ue_s1ap_id = indication.core_id;
        message.enb_ue_s1ap_id = indication.ran_id;
        message.cause = Some(indication.cause);
        message.criticality_diagnostics = indication.diagnostics;
        message.into()
    }

    fn initial_ue_message(
        config: &EnbConfig,
        enb: EnbUeS1apId,
        nas: Vec<u8>,
        s_tmsi: Option<STmsi>,
        cause: RrcEstablishmentCause,
    ) -> S1apPdu<'static> {
        let cell = &config.cell;
        let mut message = InitialUeMessage::new(enb, Cow::Owned(nas), cell.tai, cell.ecgi, cause);
        message.s_tmsi = s_tmsi;
        message.into()
    }

    fn uplink_nas_transport(config: &EnbConfig, (mme, enb): Ids, nas: Vec<u8>) -> S1apPdu<'static> {
        let cell = &config.cell;
        UplinkNasTransport::new(mme, enb, Cow::Owned(nas), cell.ecgi, cell.tai).into()
    }

    fn nas_non_delivery((mme, enb): Ids, nas: Vec<u8>, cause: Cause) -> S1apPdu<'static> {
        NasNonDeliveryIndication::new(mme, enb, Cow::Owned(nas), cause).into()
    }

    fn context_failure((mme, enb): Ids, cause: Cause) -> S1apPdu<'static> {
        InitialContextSetupFailure::new(mme, enb, cause).into()
    }

    fn release_request((mme, enb): Ids, (): (), cause: Cause) -> S1apPdu<'static> {
        UeContextReleaseRequest::new(mme, enb, cause).into()
    }

    fn release_complete(_: &EnbConfig, (mme, enb): Ids, (): ()) -> S1apPdu<'static> {
        UeContextReleaseComplete::new(mme, enb).into()
    }
}
