//! What a form brings: fields in order, and the proof that a page of this session made it.

use crate::state::Web;
use crate::visitor::Visitor;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{StatusCode, Uri};
use quintet_admin::Problem;
use std::fmt;
use zeroize::Zeroizing;

/// Most fields of a form.
const MAX_FIELDS: usize = 200;

/// A form of a page of this session. Fields may be keys: they are overwritten when it goes.
pub(crate) struct Posted {
    pub(crate) visitor: Visitor,
    fields: Fields,
}

/// The fields of a form.
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl fmt::Debug for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Posted {{ by: {:?}, {} fields }}",
            self.visitor.caller.name(),
            self.fields.0.len()
        )
    }
}

impl Fields {
    /// Of a body.
    pub(crate) fn of(octets: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(octets).take(MAX_FIELDS);
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
                .collect(),
        )
    }

    /// A field without blanks around it; empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }
}

impl Posted {
    /// A field without blanks around it; empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

/// A parameter of an address without blanks around it; empty if it is not there.
pub(crate) fn parameter(uri: &Uri, name: &str) -> String {
    let query = uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

/// An address with parameters; empty ones are left out.
pub(crate) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let said = parameters.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(said)
        .finish();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

/// The body of a form.
pub(crate) async fn body(request: Request) -> Result<Bytes, Problem> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(
            status,
            "media-type",
            "the body is of another type",
            "a form is expected",
        ));
    }
    Bytes::from_request(request, &()).await.map_err(|error| {
        let why = "it is too long, or did not arrive whole";
        Problem::new(error.status(), "body", "the form cannot be taken", why)
    })
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;
    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, octets) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await?;
        let octets = body(Request::from_parts(parts, octets)).await;
        let fields = Fields::of(&octets.map_err(Problem::into_response)?);
        visitor
            .check_proof(fields.text("csrf"))
            .map_err(Problem::into_response)?;
        Ok(Self { visitor, fields })
    }
}
