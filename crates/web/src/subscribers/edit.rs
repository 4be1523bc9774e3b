//! A subscriber is changed by a form: what was read is changed only if it is still what was read. If another change came first, both are
//! shown, and saving again is a decision.

use super::fields::{Difference, Fields, keys};
use super::{back, imsi_of, read, resource};
use crate::form::Posted;
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{Method, StatusCode};
use quintet_admin::{Area, Problem};
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;
use serde_json::Value;

#[derive(Template)]
#[template(path = "subscribers/edit.html")]
struct Edit {
    frame: Frame,
    imsi: Imsi,
    fields: Fields,
    /// Context-Identifier and name.
    apns: Vec<(String, String)>,
    has_ims: bool,
    etag: String,
    may_set_secrets: bool,
    problem: Option<Problem>,
    conflict: Option<Vec<Difference>>,
}

impl Edit {
    fn of(visitor: &Visitor, record: &Record, etag: String, fields: Fields) -> Self {
        let apns = record
            .subscription
            .as_ref()
            .map_or(&[][..], |subscription| &subscription.apn_configurations);
        Self {
            frame: visitor.frame(Place::Subscribers),
            imsi: record.imsi,
            fields,
            apns: apns
                .iter()
                .map(|apn| (apn.context_identifier.to_string(), apn.apn.to_string()))
                .collect(),
            has_ims: record.ims.is_some(),
            etag,
            may_set_secrets: visitor.caller.may_set_secrets(),
            problem: None,
            conflict: None,
        }
    }
}

pub(crate) async fn form(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    if !visitor.caller.may_write(Area::Subscribers) {
        return Err(Problem::forbidden("this token changes no subscribers"));
    }
    let (record, etag) = read(&web, &visitor, imsi_of(&imsi)?).await?;
    Ok(page(&Edit::of(&visitor, &record, etag, Fields::of(&record))))
}

/// The change that a form says.
fn patch(posted: &Posted, fields: &Fields) -> Result<Value, Problem> {
    let mut patch = fields.patch()?;
    if let Some(keys) = keys(posted) {
        let members = keys.as_object().cloned().unwrap_or_default();
        for (name, value) in members {
            patch[name] = value;
        }
    }
    match posted.text("ims") {
        "make" => patch["ims"] = Value::Bool(true),
        "remove" => patch["ims"] = Value::Null,
        _ => {}
    }
    Ok(patch)
}

pub(crate) async fn save(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    let (visitor, fields) = (&posted.visitor, Fields::posted(&posted));
    let saved = match patch(&posted, &fields) {
        Ok(patch) => {
            let etag = posted.text("etag");
            visitor
                .write(&web, Method::PATCH, resource(imsi), etag, Some(&patch))
                .await
        }
        Err(problem) => Err(problem),
    };
    let problem = match saved {
        Ok(_) => return Ok(back(imsi, "saved")),
        Err(problem) => problem,
    };
    // Only who sees the subscriber sees the form again; what may not be is a page of its own.
    if matches!(problem.status(), StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        return Err(problem);
    }
    let (record, now) = read(&web, visitor, imsi).await?;
    let is_conflict = problem.status() == StatusCode::PRECONDITION_FAILED;
    let conflict = is_conflict.then(|| fields.against(&Fields::of(&record)));
    let etag = match is_conflict {
        true => now,
        false => posted.text("etag").to_owned(),
    };
    let status = problem.status();
    let mut response = page(&Edit {
        problem: Some(problem),
        conflict,
        ..Edit::of(visitor, &record, etag, fields)
    });
    *response.status_mut() = status;
    Ok(response)
}
