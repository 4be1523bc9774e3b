//! A subscriber as JSON, for all that the form has not: IMS profiles and filter criteria, slices, zone codes. Secrets are not in it, and
//! stay if it does not say them.

use super::{back, imsi_of, read, resource};
use crate::form::Posted;
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{Method, StatusCode};
use quintet_admin::{Area, Problem, Question, without_keys};
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;

#[derive(Template)]
#[template(path = "subscribers/json.html")]
struct Json {
    frame: Frame,
    imsi: Imsi,
    text: String,
    etag: String,
    may_write: bool,
    problem: Option<Problem>,
    /// What there is now, if another change came first.
    now: Option<String>,
}

fn pretty(record: &Record) -> Result<String, Problem> {
    serde_json::to_string_pretty(record).map_err(|_| Problem::defect("a record has no JSON form"))
}

pub(crate) async fn form(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    let (record, etag) = read(&web, &visitor, imsi).await?;
    Ok(page(&Json {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        text: pretty(&record)?,
        etag,
        may_write: visitor.caller.may_write(Area::Subscribers),
        problem: None,
        now: None,
    }))
}

pub(crate) async fn save(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    let visitor = &posted.visitor;
    let question = Question {
        method: Method::PUT,
        path: resource(imsi),
        if_match: Some(posted.text("etag").to_owned()).filter(|etag| !etag.is_empty()),
        body: Some(posted.text("record").as_bytes().to_vec()),
    };
    let problem = match visitor.ask(&web, question).await {
        Ok(_) => return Ok(back(imsi, "saved")),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN => return Err(problem),
        Err(problem) => problem,
    };
    let is_conflict = problem.status() == StatusCode::PRECONDITION_FAILED;
    let (record, etag) = read(&web, visitor, imsi).await?;
    let status = problem.status();
    // What was typed is shown again only if no secret can be in it.
    let text = match serde_json::from_str::<Record>(posted.text("record")) {
        Ok(typed) if quintet_provisioning::edit::says_secrets(&typed) => pretty(&record)?,
        Ok(_) => posted.text("record").to_owned(),
        Err(_) if may_say_secret(posted.text("record")) => pretty(&record)?,
        Err(_) => posted.text("record").to_owned(),
    };
    let mut response = page(&Json {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        text,
        etag: if is_conflict {
            etag
        } else {
            posted.text("etag").to_owned()
        },
        may_write: true,
        problem: Some(problem),
        now: if is_conflict { Some(pretty(&record)?) } else { None },
    });
    *response.status_mut() = status;
    Ok(response)
}

/// Whether a text that cannot be read may say a secret.
fn may_say_secret(text: &str) -> bool {
    let names = ["\"k\"", "\"op\"", "\"opc\"", "\"sqn\"", "password", "ha1"];
    names.iter().any(|name| text.contains(name)) || without_keys(text) != text
}
