//! The service based interfaces of 5GC (TS 29.500, 29.501): exchanges, problem details and the types of TS 29.503, 29.509
//! and their kin.
//!
//! ```text
//!   Request ──► nausf::Operation::read ──► a typed operation, or the ProblemDetails to answer with
//!   nudm::ueau::generate_auth_data(…) ──► Request;   Response::read::<AuthenticationInfoResult>() ──► data or a problem
//! ```
//!
//! Member names, formats and statuses are those of the OpenAPI files of release 18. Members that no node here uses are
//! not in the types; like unknown ones they are ignored.

#![forbid(unsafe_code)]

pub mod cause;
mod exchange;
pub mod json;
pub mod multipart;
pub mod namf;
pub mod nausf;
pub mod nrf;
pub mod nsmf;
pub mod nudm;
pub mod oauth2;
mod octets;
pub mod path;
pub mod problem;
mod route;
mod text_enum;
pub mod ts29571;

pub use exchange::{
    Body, CARRIED_HEADERS, CallFailure, CallId, Headers, MAX_BODY_OCTETS, MAX_PATH_OCTETS, Method, Output,
    Request, RequestId, Response, TRACEPARENT, Target,
};
pub use octets::{Base64, Hex, SecretHex, Xres};
pub use problem::{InvalidParam, ProblemDetails};
pub use route::api_name;
