//! The operations of Nudm_UEAuthentication: read by the UDM, written by the AUSF (TS 29.503 6.3.3).

use super::{API, AuthEvent, AuthenticationInfoRequest, VERSION};
use crate::json::JSON;
use crate::path::{Path, encode};
use crate::problem::ProblemDetails;
use crate::route::{Route, method_not_allowed, not_found, not_supported};
use crate::{Method, Request};

/// What is asked of a UDM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `POST /{supiOrSuci}/security-information/generate-auth-data`; answered 200 with an AuthenticationInfoResult.
    GenerateAuthData {
        /// SUPI or SUCI.
        supi_or_suci: String,
        /// What for.
        request: AuthenticationInfoRequest,
    },
    /// `POST /{supi}/auth-events`; answered 201 with the AuthEvent and its `Location`.
    ConfirmAuth {
        /// SUPI.
        supi: String,
        /// The outcome.
        event: AuthEvent,
    },
    /// `PUT /{supi}/auth-events/{authEventId}`: remove a result; answered 204.
    DeleteAuth {
        /// SUPI.
        supi: String,
        /// Which.
        auth_event_id: String,
        /// With `auth_removal_ind`.
        event: AuthEvent,
    },
}

impl Operation {
    /// What a request asks for.
    ///
    /// # Errors
    /// How to refuse it: 400, 404, 405, 414, 415, and 501 for what is specified and not supported (RG, HSS, GBA, ProSe).
    pub fn read(request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let path = Path::parse(&request.path)?;
        let route = Route::of(&path, API, VERSION)?;
        let owned = |text: &&str| (*text).to_owned();
        match (route.segments(), request.method) {
            ([id, "security-information", "generate-auth-data"], Method::Post) => {
                Ok(Self::GenerateAuthData {
                    supi_or_suci: owned(id),
                    request: request.read(&[JSON])?,
                })
            }
            ([_, "security-information", "generate-auth-data"], _) => {
                Err(method_not_allowed(&[Method::Post]))
            }
            ([supi, "auth-events"], Method::Post) => Ok(Self::ConfirmAuth {
                supi: owned(supi),
                event: request.read(&[JSON])?,
            }),
            ([_, "auth-events"], _) => Err(method_not_allowed(&[Method::Post])),
            ([supi, "auth-events", id], Method::Put) => Ok(Self::DeleteAuth {
                supi: owned(supi),
                auth_event_id: owned(id),
                event: request.read(&[JSON])?,
            }),
            ([_, "auth-events", _], _) => Err(method_not_allowed(&[Method::Put])),
            (
                [
                    _,
                    "security-information-rg"
                    | "hss-security-information"
                    | "gba-security-information"
                    | "prose-security-information",
                    ..,
                ],
                _,
            ) => Err(not_supported("authentication of RG, by HSS, GBA and ProSe")),
            _ => Err(not_found()),
        }
    }
}

/// Asks for a vector.
#[must_use]
pub fn generate_auth_data(supi_or_suci: &str, request: &AuthenticationInfoRequest) -> Request {
    let path = format!(
        "/{API}/{VERSION}/{}/security-information/generate-auth-data",
        encode(supi_or_suci)
    );
    Request::json(Method::Post, path, request)
}

/// Tells the outcome of an authentication.
#[must_use]
pub fn auth_event(supi: &str, event: &AuthEvent) -> Request {
    Request::json(
        Method::Post,
        format!("/{API}/{VERSION}/{}/auth-events", encode(supi)),
        event,
    )
}

/// The path of an outcome: its `Location`.
#[must_use]
pub fn auth_event_resource(supi: &str, auth_event_id: &str) -> String {
    format!(
        "/{API}/{VERSION}/{}/auth-events/{}",
        encode(supi),
        encode(auth_event_id)
    )
}

/// Has an outcome removed.
#[must_use]
pub fn delete_auth(supi: &str, auth_event_id: &str, event: &AuthEvent) -> Request {
    Request::json(Method::Put, auth_event_resource(supi, auth_event_id), event)
}
