//! Nsmf_PDUSession, as far as an AMF relays sessions to an SMF (TS 29.502 6.1).

use crate::multipart::{self, Part};
use crate::problem::ProblemDetails;
use crate::text_enum::text_enum;
use crate::ts29571::{
    AccessType, Guami, NgApCause, PlmnIdNid, RatType, RefToBinaryData, Snssai, UserLocation,
};
use crate::{Method, Request, Response};
use serde::{Deserialize, Serialize};

/// Name of the API in paths.
pub const API: &str = "nsmf-pdusession";
/// Its version in paths.
pub const VERSION: &str = "v1";

text_enum! {
    /// Why a session is asked for (6.1.6.3.5).
    RequestType {
        /// A new one.
        InitialRequest = "INITIAL_REQUEST",
        /// One that is there.
        ExistingPduSession = "EXISTING_PDU_SESSION",
        /// A new one for emergency.
        InitialEmergencyRequest = "INITIAL_EMERGENCY_REQUEST",
        /// One for emergency that is there.
        ExistingEmergencyPduSession = "EXISTING_EMERGENCY_PDU_SESSION",
    }
}

text_enum! {
    /// State of a session's user plane (6.1.6.3.3).
    UpCnxState {
        /// It is there.
        Activated = "ACTIVATED",
        /// It is not.
        Deactivated = "DEACTIVATED",
        /// It is being made.
        Activating = "ACTIVATING",
        /// It is suspended.
        Suspended = "SUSPENDED",
    }
}

text_enum! {
    /// What an NGAP container of a session is (6.1.6.3.9).
    N2SmInfoType {
        /// PDU Session Resource Setup Request Transfer.
        PduResSetupReq = "PDU_RES_SETUP_REQ",
        /// Its response.
        PduResSetupRsp = "PDU_RES_SETUP_RSP",
        /// Its failure.
        PduResSetupFail = "PDU_RES_SETUP_FAIL",
        /// PDU Session Resource Release Command Transfer.
        PduResRelCmd = "PDU_RES_REL_CMD",
        /// Its response.
        PduResRelRsp = "PDU_RES_REL_RSP",
        /// PDU Session Resource Modify Request Transfer.
        PduResModReq = "PDU_RES_MOD_REQ",
        /// Its response.
        PduResModRsp = "PDU_RES_MOD_RSP",
        /// Its failure.
        PduResModFail = "PDU_RES_MOD_FAIL",
        /// PDU Session Resource Notify Transfer.
        PduResNty = "PDU_RES_NTY",
        /// PDU Session Resource Notify Released Transfer.
        PduResNtyRel = "PDU_RES_NTY_REL",
    }
}

/// Asks for a session (6.1.6.2.2). The NAS message is the part that `n1SmMsg` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextCreateData {
    /// SUPI; absent for emergency without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supi: Option<String>,
    /// The SUPI was not authenticated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unauthenticated_supi: bool,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pei: Option<String>,
    /// Public identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpsi: Option<String>,
    /// The session, 1 to 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdu_session_id: Option<u8>,
    /// Data network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dnn: Option<String>,
    /// The slice, of the serving network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_nssai: Option<Snssai>,
    /// The slice, of the home network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hplmn_snssai: Option<Snssai>,
    /// The AMF, a UUID.
    pub serving_nf_id: String,
    /// The AMF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guami: Option<Guami>,
    /// The service that the AMF is notified by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// The AMF's network.
    pub serving_network: PlmnIdNid,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_type: Option<RequestType>,
    /// The NAS message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n1_sm_msg: Option<RefToBinaryData>,
    /// Over which access.
    pub an_type: AccessType,
    /// RAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<RatType>,
    /// Where the UE is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_location: Option<UserLocation>,
    /// Time zone: `+01:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_time_zone: Option<String>,
    /// Where the AMF hears of the context's end.
    pub sm_context_status_uri: String,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}

/// A context came about (6.1.6.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextCreatedData {
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdu_session_id: Option<u8>,
    /// The slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_nssai: Option<Snssai>,
    /// The user plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_cnx_state: Option<UpCnxState>,
    /// An NGAP container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info: Option<RefToBinaryData>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info_type: Option<N2SmInfoType>,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}

/// Changes a context, or passes NAS and NGAP on to it (6.1.6.2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextUpdateData {
    /// The AMF, a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving_nf_id: Option<String>,
    /// Over which access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub an_type: Option<AccessType>,
    /// RAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<RatType>,
    /// Where the UE is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_location: Option<UserLocation>,
    /// Time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_time_zone: Option<String>,
    /// The user plane that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_cnx_state: Option<UpCnxState>,
    /// A NAS message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n1_sm_msg: Option<RefToBinaryData>,
    /// An NGAP container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info: Option<RefToBinaryData>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info_type: Option<N2SmInfoType>,
    /// Whether the session is to end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub release: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why, in NGAP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ng_ap_cause: Option<NgApCause>,
    /// Why, in 5GMM.
    #[serde(rename = "5gMmCauseValue", default, skip_serializing_if = "Option::is_none")]
    pub five_gmm_cause: Option<u8>,
}

/// What came of a change (6.1.6.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextUpdatedData {
    /// The user plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_cnx_state: Option<UpCnxState>,
    /// A NAS message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n1_sm_msg: Option<RefToBinaryData>,
    /// An NGAP container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info: Option<RefToBinaryData>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_sm_info_type: Option<N2SmInfoType>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// Ends a context (6.1.6.2.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextReleaseData {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why, in NGAP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ng_ap_cause: Option<NgApCause>,
    /// Why, in 5GMM.
    #[serde(rename = "5gMmCauseValue", default, skip_serializing_if = "Option::is_none")]
    pub five_gmm_cause: Option<u8>,
    /// Where the UE is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_location: Option<UserLocation>,
}

/// Why there is no context: a problem, and a NAS message for the UE (6.1.6.2.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextCreateError {
    /// The problem.
    pub error: ProblemDetails,
    /// PDU SESSION ESTABLISHMENT REJECT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n1_sm_msg: Option<RefToBinaryData>,
}

/// Tells the AMF how a context is (6.1.6.2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmContextStatusNotification {
    /// How.
    pub status_info: StatusInfo,
}

/// How a context is (6.1.6.2.20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusInfo {
    /// `RELEASED` is the one that ends it.
    pub resource_status: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// Asks for a context; answered 201 with SmContextCreatedData and its `Location`, or with an SmContextCreateError.
#[must_use]
pub fn create(data: &SmContextCreateData, parts: &[Part]) -> Request {
    with_parts(format!("/{API}/{VERSION}/sm-contexts"), data, parts)
}

/// Changes a context, whose path its `Location` told; answered 200 with SmContextUpdatedData, or 204.
#[must_use]
pub fn modify(context_path: &str, data: &SmContextUpdateData, parts: &[Part]) -> Request {
    with_parts(format!("{context_path}/modify"), data, parts)
}

/// Ends a context; answered 204.
#[must_use]
pub fn release(context_path: &str, data: &SmContextReleaseData) -> Request {
    with_parts(format!("{context_path}/release"), data, &[])
}

fn with_parts<T: Serialize>(path: String, data: &T, parts: &[Part]) -> Request {
    let (content_type, body) = multipart::write(data, parts);
    Request {
        content_type,
        body,
        ..Request::new(Method::Post, path)
    }
}

/// What an SMF refused, with its parts; a body of another kind leaves the status.
#[must_use]
pub fn read_create_error(response: &Response) -> (SmContextCreateError, Vec<Part>) {
    multipart::read(&response.content_type, &response.body).unwrap_or_else(|_| {
        let error = SmContextCreateError {
            error: ProblemDetails::from_response(response),
            n1_sm_msg: None,
        };
        (error, Vec::new())
    })
}
