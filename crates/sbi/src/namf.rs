//! Namf_Communication and the callbacks of an AMF, as far as SMF and UDM need them (TS 29.518 6.1).

use crate::json::JSON;
use crate::multipart::{self, Part};
use crate::nsmf::SmContextStatusNotification;
use crate::nudm::sdm::ModificationNotification;
use crate::nudm::uecm::DeregistrationData;
use crate::path::{Path, encode};
use crate::problem::ProblemDetails;
use crate::route::{Route, method_not_allowed, not_found, not_supported};
use crate::ts29571::{AccessType, Arp, RefToBinaryData, Snssai};
use crate::{Method, Request, SecretHex};
use serde::{Deserialize, Serialize};

/// Name of the API in paths.
pub const API: &str = "namf-comm";
/// Its version in paths.
pub const VERSION: &str = "v1";
/// First segment of the callbacks that this crate's AMF gives out. Free for an AMF to choose (TS 29.501 4.4.3).
pub const CALLBACK_API: &str = "namf-callback";

/// What proves that a callback's URI came from this AMF: whoever calls it carries no token (TS 33.501 13.4.1), and SUPIs
/// can be guessed. One for each callback of each UE, 128 bits, in hexadecimal in its path.
pub type CallbackKey = SecretHex<16>;

/// Has an AMF pass NAS and NGAP on (6.1.6.2.18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N1N2MessageTransferReqData {
    /// For the UE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n1_message_container: Option<N1MessageContainer>,
    /// For the gNB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_info_container: Option<N2InfoContainer>,
    /// Whether to skip it when the UE is idle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_ind: bool,
    /// Whether it is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_msg_indication: Option<bool>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdu_session_id: Option<u8>,
    /// Paging policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ppi: Option<u8>,
    /// Priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arp: Option<Arp>,
    /// 5QI.
    #[serde(rename = "5qi", default, skip_serializing_if = "Option::is_none")]
    pub five_qi: Option<u8>,
    /// Where to tell of a failure.
    #[serde(
        rename = "n1n2FailureTxfNotifURI",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub failure_uri: Option<String>,
    /// Over which access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_access: Option<AccessType>,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}

/// NAS for a UE (6.1.6.2.19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N1MessageContainer {
    /// `SM`, `LPP`, `SMS`, `UPDP`, `5GMM`.
    pub n1_message_class: String,
    /// The part.
    pub n1_message_content: RefToBinaryData,
    /// Who sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nf_id: Option<String>,
}

/// NGAP for a gNB (6.1.6.2.20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N2InfoContainer {
    /// `SM` and others.
    pub n2_information_class: String,
    /// For a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm_info: Option<N2SmInformation>,
}

/// NGAP for a session (6.1.6.2.27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N2SmInformation {
    /// The session.
    pub pdu_session_id: u8,
    /// The container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n2_info_content: Option<N2InfoContent>,
    /// The slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_nssai: Option<Snssai>,
}

/// An NGAP container (6.1.6.2.28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N2InfoContent {
    /// The message's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ngap_message_type: Option<u32>,
    /// `PDU_RES_SETUP_REQ`, `PDU_RES_REL_CMD`, `PDU_RES_MOD_REQ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ngap_ie_type: Option<String>,
    /// The part.
    pub ngap_data: RefToBinaryData,
}

/// What came of it (6.1.6.2.21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct N1N2MessageTransferRspData {
    /// `N1_N2_TRANSFER_INITIATED`, `ATTEMPTING_TO_REACH_UE`, and so on.
    pub cause: String,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}

/// What is asked of an AMF.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// `POST /ue-contexts/{ueContextId}/n1-n2-messages`; answered 200, or 202 when the UE is paged.
    N1N2MessageTransfer {
        /// SUPI.
        ue_context_id: String,
        /// What; boxed, as it is large.
        data: Box<N1N2MessageTransferReqData>,
        /// The NAS message and the NGAP container.
        parts: Vec<Part>,
    },
    /// The UDM ends a registration: `POST` at [`dereg_callback`]; answered 204.
    DeregistrationNotification {
        /// SUPI.
        supi: String,
        /// The key in the path, to be checked.
        key: CallbackKey,
        /// Why.
        data: DeregistrationData,
    },
    /// The UDM tells of changed data: `POST` at [`sdm_callback`]; answered 204.
    DataChangeNotification {
        /// SUPI.
        supi: String,
        /// The key in the path, to be checked.
        key: CallbackKey,
        /// What changed.
        notification: ModificationNotification,
    },
    /// The SMF tells of a context: `POST` at [`sm_context_callback`]; answered 204.
    SmContextStatusNotification {
        /// SUPI.
        supi: String,
        /// The key in the path, to be checked.
        key: CallbackKey,
        /// The session.
        pdu_session_id: u8,
        /// How it is.
        notification: SmContextStatusNotification,
    },
}

impl Operation {
    /// What a request asks for.
    ///
    /// # Errors
    /// How to refuse it: 400, 404, 405, 414, 415, and 501 for what is specified and not supported.
    pub fn read(request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let path = Path::parse(&request.path)?;
        if let Ok(route) = Route::of(&path, CALLBACK_API, VERSION) {
            return Self::read_callback(&route, request);
        }
        let route = Route::of(&path, API, VERSION)?;
        match (route.segments(), request.method) {
            (["ue-contexts", id, "n1-n2-messages"], Method::Post) => {
                let (data, parts) = multipart::read(&request.content_type, &request.body)?;
                Ok(Self::N1N2MessageTransfer {
                    ue_context_id: (*id).to_owned(),
                    data: Box::new(data),
                    parts,
                })
            }
            (["ue-contexts", _, "n1-n2-messages"], _) => Err(method_not_allowed(&[Method::Post])),
            (["ue-contexts" | "non-ue-n2-messages" | "subscriptions", ..], _) => {
                Err(not_supported("anything but n1-n2-messages"))
            }
            _ => Err(not_found()),
        }
    }

    fn read_callback(route: &Route<'_>, request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let only_post = |request: &Request| match request.method {
            Method::Post => Ok(()),
            _ => Err(method_not_allowed(&[Method::Post])),
        };
        match route.segments() {
            [supi, key, "dereg-notify"] => {
                only_post(request)?;
                Ok(Self::DeregistrationNotification {
                    supi: (*supi).to_owned(),
                    key: read_key(key)?,
                    data: request.read(&[JSON])?,
                })
            }
            [supi, key, "sdm-notify"] => {
                only_post(request)?;
                Ok(Self::DataChangeNotification {
                    supi: (*supi).to_owned(),
                    key: read_key(key)?,
                    notification: request.read(&[JSON])?,
                })
            }
            [supi, key, "sm-context-status", session] => {
                only_post(request)?;
                Ok(Self::SmContextStatusNotification {
                    supi: (*supi).to_owned(),
                    key: read_key(key)?,
                    pdu_session_id: session.parse().map_err(|_| not_found())?,
                    notification: request.read(&[JSON])?,
                })
            }
            _ => Err(not_found()),
        }
    }
}

fn read_key(segment: &str) -> Result<CallbackKey, Box<ProblemDetails>> {
    let mut octets = [0; 16];
    hex::decode_to_slice(segment, &mut octets).map_err(|_| not_found())?;
    Ok(CallbackKey::new(octets))
}

fn callback(supi: &str, key: &CallbackKey, rest: &str) -> String {
    let key = hex::encode(key.expose());
    format!("/{CALLBACK_API}/{VERSION}/{}/{key}/{rest}", encode(supi))
}

/// Where the AMF hears that a registration ends (`deregCallbackUri`), as a path.
#[must_use]
pub fn dereg_callback(supi: &str, key: &CallbackKey) -> String {
    callback(supi, key, "dereg-notify")
}

/// Where the AMF hears of changed data (`callbackReference`), as a path.
#[must_use]
pub fn sdm_callback(supi: &str, key: &CallbackKey) -> String {
    callback(supi, key, "sdm-notify")
}

/// Where the AMF hears of a session's context (`smContextStatusUri`), as a path.
#[must_use]
pub fn sm_context_callback(supi: &str, key: &CallbackKey, pdu_session_id: u8) -> String {
    callback(supi, key, &format!("sm-context-status/{pdu_session_id}"))
}

/// Has an AMF pass NAS and NGAP on.
#[must_use]
pub fn n1_n2_message_transfer(
    ue_context_id: &str,
    data: &N1N2MessageTransferReqData,
    parts: &[Part],
) -> Request {
    let (content_type, body) = multipart::write(data, parts);
    let path = format!(
        "/{API}/{VERSION}/ue-contexts/{}/n1-n2-messages",
        encode(ue_context_id)
    );
    Request {
        content_type,
        body,
        ..Request::new(Method::Post, path)
    }
}
