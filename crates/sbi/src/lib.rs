//! The service based interfaces of 5GC (TS 29.500, 29.501): exchanges, problem details and the types of TS 29.503, 29.509
//! and their kin.

#![forbid(unsafe_code)]

mod exchange;

pub use exchange::{
    Body, CARRIED_HEADERS, CallFailure, CallId, Headers, MAX_BODY_OCTETS, MAX_PATH_OCTETS, Method, Output,
    Request, RequestId, Response, Target,
};
