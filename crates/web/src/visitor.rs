//! Who looks at a page: the caller of a session, and what handlers need of the request.

use crate::frame::{Frame, Place};
use crate::session::{SessionId, is_proof};
use crate::state::Web;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use quintet_admin::{Answered, Caller, Problem, Question};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// See the module. The guard finds it out; a handler that takes it lets nobody in who is not logged in.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) caller: Caller,
    pub(crate) session: SessionId,
    /// What forms of this session carry.
    pub(crate) proof: String,
    /// The page's path and query, to come back to.
    pub(crate) here: String,
    /// Whether this core is watched, so that there is something live to see.
    pub(crate) sees_live: bool,
    pub(crate) theme: Theme,
}

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// What the system has.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

impl Visitor {
    /// The frame of a page of theirs.
    pub(crate) fn frame(&self, place: Place) -> Frame {
        Frame::of(self, place)
    }

    /// Refuses a form that was not made by a page of this session.
    pub(crate) fn check_proof(&self, given: &str) -> Result<(), Problem> {
        if is_proof(&self.proof, given) {
            return Ok(());
        }
        Err(
            Problem::forbidden("the form was not made by a page of this session")
                .remedy("load the page again, and send it anew"),
        )
    }

    /// The same, where the proof is in the header `X-CSRF-Token`, or in the parameter `csrf` of the address: for bodies that are no
    /// forms of ours.
    pub(crate) fn check_post(&self, headers: &HeaderMap, query: Option<&str>) -> Result<(), Problem> {
        let of_header = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
        let of_query = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "csrf")
            .map(|(_, value)| value.into_owned());
        self.check_proof(of_header.unwrap_or(of_query.as_deref().unwrap_or_default()))
    }

    /// Asks the interface.
    pub(crate) async fn ask(&self, web: &Web, question: Question) -> Result<Answered, Problem> {
        web.inside().ask(&self.caller, question).await
    }

    /// Reads a resource: what it is, and its ETag.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        web: &Web,
        path: String,
    ) -> Result<(T, Option<String>), Problem> {
        let question = Question {
            method: Method::GET,
            path,
            if_match: None,
            body: None,
        };
        let answered = self.ask(web, question).await?;
        let read = serde_json::from_slice(&answered.body);
        let read =
            read.map_err(|_| Problem::defect("an answer of the interface is not what the page knows"))?;
        Ok((read, answered.etag))
    }

    /// Changes a resource; `if_match`: only if it is this version, empty: whatever it is.
    pub(crate) async fn write(
        &self,
        web: &Web,
        method: Method,
        path: String,
        if_match: &str,
        body: Option<&impl Serialize>,
    ) -> Result<Answered, Problem> {
        let body = body.map(serde_json::to_vec).transpose();
        let question = Question {
            method,
            path,
            if_match: Some(if_match.to_owned()).filter(|tag| !tag.is_empty()),
            body: body.map_err(|_| Problem::defect("a change has no JSON form"))?,
        };
        self.ask(web, question).await
    }
}

/// Whether somebody is to log in first, and where they wanted to go.
fn login(parts: &Parts) -> Response {
    let accepts = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if parts.method != Method::GET || accepts.is_some_and(|accepts| accepts.starts_with("text/event-stream"))
    {
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the session has ended",
            "there is no session, or it has ended",
        )
        .remedy("log in again")
        .into_response();
    }
    let here = here(parts);
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("to", &here)
        .finish();
    let target = match here.as_str() {
        "/ui/" => "/ui/login".to_owned(),
        _ => format!("/ui/login?{query}"),
    };
    Redirect::to(&target).into_response()
}

/// The path and query of a request, under which the page is reached.
pub(crate) fn here(parts: &Parts) -> String {
    let original = parts.extensions.get::<axum::extract::OriginalUri>();
    let uri = original.map_or(&parts.uri, |original| &original.0);
    uri.path_and_query()
        .map_or("/ui/", http::uri::PathAndQuery::as_str)
        .to_owned()
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| login(parts))
    }
}
