//! From method and path to an operation: what the routers of the APIs share (TS 29.500 5.2.7.2, TS 29.501 4.4.1).

use crate::path::Path;
use crate::problem::ProblemDetails;
use crate::{Method, Request, cause};

/// Where a request goes in an API, when it is this API's.
pub(crate) struct Route<'a> {
    segments: Vec<&'a str>,
}

impl<'a> Route<'a> {
    /// The segments below `/{api}/{version}`.
    pub(crate) fn of(path: &'a Path<'_>, api: &str, version: &str) -> Result<Self, Box<ProblemDetails>> {
        let segments = path.segments();
        match segments.split_first_chunk::<2>() {
            Some(([name, at], rest)) if *name == api && *at == version => Ok(Self {
                segments: rest.to_vec(),
            }),
            _ => Err(ProblemDetails::new(cause::INVALID_API).into()),
        }
    }

    pub(crate) fn segments(&self) -> &[&'a str] {
        &self.segments
    }
}

/// The first segment of a request's path: the API's name, by which a node that serves several picks one.
#[must_use]
pub fn api_name(request: &Request) -> &str {
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    path.split(['/', '?']).next().unwrap_or_default()
}

/// No such path below the API.
pub(crate) fn not_found() -> Box<ProblemDetails> {
    ProblemDetails::new(cause::RESOURCE_URI_STRUCTURE_NOT_FOUND).into()
}

/// The path is there, the method is not.
pub(crate) fn method_not_allowed(allowed: &[Method]) -> Box<ProblemDetails> {
    let names: Vec<&str> = allowed.iter().map(|method| method.as_str()).collect();
    ProblemDetails::with_status(405)
        .header("allow", names.join(", "))
        .into()
}

/// The specification has it, this implementation does not.
pub(crate) fn not_supported(what: &str) -> Box<ProblemDetails> {
    ProblemDetails::with_status(501)
        .detail(format!("{what} is not supported"))
        .into()
}
