//! The operations of Nausf_UEAuthentication: read by the AUSF, written by the AMF (TS 29.509 6.1.3, 6.1.4).

use super::{API, AuthenticationInfo, ConfirmationData, DeregistrationInfo, EapSession, VERSION};
use crate::json::{HAL_JSON, JSON};
use crate::path::{Path, encode};
use crate::problem::ProblemDetails;
use crate::route::{Route, method_not_allowed, not_found, not_supported};
use crate::{Method, Request};
use std::fmt;

/// What is asked of an AUSF. Who knows an authCtxId may answer the challenge, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Operation {
    /// `POST /ue-authentications`: begin; answered 201 with a UEAuthenticationCtx and its `Location`.
    Authenticate(AuthenticationInfo),
    /// `POST /ue-authentications/deregister`: forget K_AUSF; answered 204.
    Deregister(DeregistrationInfo),
    /// `PUT …/{authCtxId}/5g-aka-confirmation`; answered 200 with a ConfirmationDataResponse.
    Confirm5gAka {
        /// Which authentication.
        auth_ctx_id: String,
        /// RES*.
        data: ConfirmationData,
    },
    /// `DELETE …/{authCtxId}/5g-aka-confirmation`: delete the result in the UDM; answered 204.
    Delete5gAka {
        /// Which authentication.
        auth_ctx_id: String,
    },
    /// `POST …/{authCtxId}/eap-session`; answered 200 with an EapSession.
    EapSession {
        /// Which authentication.
        auth_ctx_id: String,
        /// An EAP response.
        session: EapSession,
    },
    /// `DELETE …/{authCtxId}/eap-session`: delete the result in the UDM; answered 204.
    DeleteEapSession {
        /// Which authentication.
        auth_ctx_id: String,
    },
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Authenticate(info) => return f.debug_tuple("Authenticate").field(info).finish(),
            Self::Deregister(info) => return f.debug_tuple("Deregister").field(info).finish(),
            Self::Confirm5gAka { .. } => "Confirm5gAka",
            Self::Delete5gAka { .. } => "Delete5gAka",
            Self::EapSession { .. } => "EapSession",
            Self::DeleteEapSession { .. } => "DeleteEapSession",
        };
        f.debug_struct(name).finish_non_exhaustive()
    }
}

impl Operation {
    /// What a request asks for.
    ///
    /// # Errors
    /// How to refuse it: 400, 404, 405, 414, 415, and 501 for what is specified and not supported (RG and ProSe).
    pub fn read(request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let path = Path::parse(&request.path)?;
        let route = Route::of(&path, API, VERSION)?;
        let owned = |id: &&str| (*id).to_owned();
        match (route.segments(), request.method) {
            (["ue-authentications"], Method::Post) => Ok(Self::Authenticate(request.read(&[JSON])?)),
            (["ue-authentications"], _) => Err(method_not_allowed(&[Method::Post])),
            (["ue-authentications", "deregister"], Method::Post) => {
                Ok(Self::Deregister(request.read(&[JSON])?))
            }
            (["ue-authentications", "deregister"], _) => Err(method_not_allowed(&[Method::Post])),
            (["ue-authentications", id, "5g-aka-confirmation"], Method::Put) => Ok(Self::Confirm5gAka {
                auth_ctx_id: owned(id),
                data: request.read(&[JSON])?,
            }),
            (["ue-authentications", id, "5g-aka-confirmation"], Method::Delete) => Ok(Self::Delete5gAka {
                auth_ctx_id: owned(id),
            }),
            (["ue-authentications", _, "5g-aka-confirmation"], _) => {
                Err(method_not_allowed(&[Method::Put, Method::Delete]))
            }
            (["ue-authentications", id, "eap-session"], Method::Post) => Ok(Self::EapSession {
                auth_ctx_id: owned(id),
                session: request.read(&[JSON, HAL_JSON])?,
            }),
            (["ue-authentications", id, "eap-session"], Method::Delete) => Ok(Self::DeleteEapSession {
                auth_ctx_id: owned(id),
            }),
            (["ue-authentications", _, "eap-session"], _) => {
                Err(method_not_allowed(&[Method::Post, Method::Delete]))
            }
            (["rg-authentications" | "prose-authentications", ..], _) => {
                Err(not_supported("authentication of RG and ProSe"))
            }
            _ => Err(not_found()),
        }
    }
}

/// The path of an authentication: what its `Location` and its links begin with.
#[must_use]
pub fn resource(auth_ctx_id: &str) -> String {
    format!("/{API}/{VERSION}/ue-authentications/{}", encode(auth_ctx_id))
}

/// Asks for an authentication.
#[must_use]
pub fn authenticate(info: &AuthenticationInfo) -> Request {
    Request::json(Method::Post, format!("/{API}/{VERSION}/ue-authentications"), info)
}

/// Has K_AUSF forgotten.
#[must_use]
pub fn deregister(info: &DeregistrationInfo) -> Request {
    Request::json(
        Method::Post,
        format!("/{API}/{VERSION}/ue-authentications/deregister"),
        info,
    )
}

/// Tells RES*, at the path of the link [`LINK_5G_AKA`](super::LINK_5G_AKA).
#[must_use]
pub fn confirm_5g_aka(link_path: &str, data: &ConfirmationData) -> Request {
    Request::json(Method::Put, link_path, data)
}

/// Takes an EAP method a step further, at the path of the link [`LINK_EAP_SESSION`](super::LINK_EAP_SESSION).
#[must_use]
pub fn eap_session(link_path: &str, session: &EapSession) -> Request {
    Request::json(Method::Post, link_path, session)
}

/// Has the result of 5G AKA deleted.
#[must_use]
pub fn delete_5g_aka(auth_ctx_id: &str) -> Request {
    Request::new(
        Method::Delete,
        format!("{}/5g-aka-confirmation", resource(auth_ctx_id)),
    )
}

/// Has the result of an EAP method deleted.
#[must_use]
pub fn delete_eap_session(auth_ctx_id: &str) -> Request {
    Request::new(Method::Delete, format!("{}/eap-session", resource(auth_ctx_id)))
}
