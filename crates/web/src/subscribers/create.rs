//! A subscriber is made: who, and the SIM's secrets. All else has defaults, and is edited afterwards.

use super::fields::keys;
use super::{back, imsi_of};
use crate::form::Posted;
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{Method, StatusCode};
use quintet_admin::{Area, Problem};
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "subscribers/create.html")]
struct Create {
    frame: Frame,
    imsi: String,
    msisdn: String,
    problem: Option<Problem>,
}

pub(crate) async fn form(visitor: Visitor) -> Result<Response, Problem> {
    if !(visitor.caller.may_write(Area::Subscribers) && visitor.caller.may_set_secrets()) {
        return Err(Problem::forbidden(
            "this token makes no subscribers: it may not set their secrets",
        ));
    }
    Ok(page(&Create {
        frame: visitor.frame(Place::Subscribers),
        imsi: String::new(),
        msisdn: String::new(),
        problem: None,
    }))
}

pub(crate) async fn create(State(web): State<Web>, posted: Posted) -> Result<Response, Problem> {
    let visitor = &posted.visitor;
    let mut record = keys(&posted).unwrap_or_else(|| json!({}));
    record["imsi"] = Value::from(posted.text("imsi"));
    let msisdn = posted.text("msisdn").trim_start_matches('+');
    if !msisdn.is_empty() {
        record["msisdn"] = Value::from(msisdn);
    }
    if posted.is_ticked("ims") {
        record["ims"] = Value::Bool(true);
    }
    let path = "/api/v1/subscribers".to_owned();
    let problem = match visitor.write(&web, Method::POST, path, "", Some(&record)).await {
        Ok(_) => return Ok(back(imsi_of(posted.text("imsi"))?, "created")),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN => return Err(problem),
        Err(problem) => problem,
    };
    let status = problem.status();
    let mut response = page(&Create {
        frame: visitor.frame(Place::Subscribers),
        imsi: posted.text("imsi").to_owned(),
        msisdn: posted.text("msisdn").to_owned(),
        problem: Some(problem),
    });
    *response.status_mut() = status;
    Ok(response)
}
