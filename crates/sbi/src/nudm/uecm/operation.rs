//! The operations of Nudm_UEContextManagement: read by the UDM, written by the AMF (TS 29.503 6.2.3).

use super::{API, Amf3GppAccessRegistration, Amf3GppAccessRegistrationModification, AmfDeregInfo, VERSION};
use crate::json::{self, JSON, MERGE_PATCH_JSON};
use crate::path::{Path, encode};
use crate::problem::ProblemDetails;
use crate::route::{Route, method_not_allowed, not_found, not_supported};
use crate::{Method, Request};

/// What is asked of a UDM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `PUT /{ueId}/registrations/amf-3gpp-access`; answered 201 with a `Location`, 200, or 204.
    RegisterAmf {
        /// SUPI.
        ue_id: String,
        /// The AMF; boxed, as it is large.
        registration: Box<Amf3GppAccessRegistration>,
    },
    /// `PATCH …/amf-3gpp-access`: changes, or with the purge flag the end; answered 204.
    UpdateAmf {
        /// SUPI.
        ue_id: String,
        /// What changes.
        modification: Amf3GppAccessRegistrationModification,
    },
    /// `GET …/amf-3gpp-access`; answered 200 with the registration.
    GetAmf {
        /// SUPI, or GPSI.
        ue_id: String,
    },
    /// `POST …/amf-3gpp-access/dereg-amf`: the operator ends a registration; answered 204.
    DeregisterAmf {
        /// SUPI.
        ue_id: String,
        /// Why.
        info: AmfDeregInfo,
    },
}

impl Operation {
    /// What a request asks for.
    ///
    /// # Errors
    /// How to refuse it: 400, 404, 405, 414, 415, and 501 for what is specified and not supported (registrations of SMFs
    /// and SMSFs, of other access, and so on).
    pub fn read(request: &Request) -> Result<Self, Box<ProblemDetails>> {
        let path = Path::parse(&request.path)?;
        let route = Route::of(&path, API, VERSION)?;
        let owned = |text: &&str| (*text).to_owned();
        match (route.segments(), request.method) {
            ([ue_id, "registrations", "amf-3gpp-access"], Method::Put) => Ok(Self::RegisterAmf {
                ue_id: owned(ue_id),
                registration: Box::new(request.read(&[JSON])?),
            }),
            ([ue_id, "registrations", "amf-3gpp-access"], Method::Patch) => Ok(Self::UpdateAmf {
                ue_id: owned(ue_id),
                modification: request.read(&[MERGE_PATCH_JSON])?,
            }),
            ([ue_id, "registrations", "amf-3gpp-access"], Method::Get) => {
                Ok(Self::GetAmf { ue_id: owned(ue_id) })
            }
            ([_, "registrations", "amf-3gpp-access"], _) => {
                Err(method_not_allowed(&[Method::Put, Method::Patch, Method::Get]))
            }
            ([ue_id, "registrations", "amf-3gpp-access", "dereg-amf"], Method::Post) => {
                Ok(Self::DeregisterAmf {
                    ue_id: owned(ue_id),
                    info: request.read(&[JSON])?,
                })
            }
            ([_, "registrations", "amf-3gpp-access", "dereg-amf"], _) => {
                Err(method_not_allowed(&[Method::Post]))
            }
            ([_, "registrations", ..] | ["restore-pcscf"], _) => Err(not_supported(
                "any registration but that of an AMF over 3GPP access",
            )),
            _ => Err(not_found()),
        }
    }
}

/// The path of a UE's registration: its `Location`.
#[must_use]
pub fn registration_resource(ue_id: &str) -> String {
    format!("/{API}/{VERSION}/{}/registrations/amf-3gpp-access", encode(ue_id))
}

/// Registers an AMF.
#[must_use]
pub fn register_amf(ue_id: &str, registration: &Amf3GppAccessRegistration) -> Request {
    Request::json(Method::Put, registration_resource(ue_id), registration)
}

/// Changes or, with the purge flag, ends a registration.
#[must_use]
pub fn update_amf_registration(ue_id: &str, modification: &Amf3GppAccessRegistrationModification) -> Request {
    Request {
        content_type: MERGE_PATCH_JSON.to_owned(),
        body: json::body(modification),
        ..Request::new(Method::Patch, registration_resource(ue_id))
    }
}

/// Asks which AMF is registered.
#[must_use]
pub fn get_amf_registration(ue_id: &str) -> Request {
    Request::new(Method::Get, registration_resource(ue_id))
}

/// Has the UDM end a registration.
#[must_use]
pub fn deregister_amf(ue_id: &str, info: &AmfDeregInfo) -> Request {
    Request::json(
        Method::Post,
        format!("{}/dereg-amf", registration_resource(ue_id)),
        info,
    )
}
