//! A subscriber is removed, after a question; the answer says the SQN to give if the same SIM comes back.

use super::{imsi_of, read, resource};
use crate::form::Posted;
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Method;
use quintet_admin::{Area, Problem};
use quintet_identity::Imsi;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "subscribers/remove.html")]
struct Remove {
    frame: Frame,
    imsi: Imsi,
    etag: String,
    /// That it is done.
    gone: Option<Gone>,
}

/// What the interface answers.
#[derive(Deserialize)]
struct Gone {
    #[serde(default)]
    sqn: Option<String>,
}

pub(crate) async fn ask(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    if !visitor.caller.may_write(Area::Subscribers) {
        return Err(Problem::forbidden("this token removes no subscribers"));
    }
    let imsi = imsi_of(&imsi)?;
    let (_, etag) = read(&web, &visitor, imsi).await?;
    Ok(page(&Remove {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        etag,
        gone: None,
    }))
}

pub(crate) async fn remove(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    let visitor = &posted.visitor;
    let answered = visitor
        .write(
            &web,
            Method::DELETE,
            resource(imsi),
            posted.text("etag"),
            None::<&()>,
        )
        .await?;
    let gone = serde_json::from_slice(&answered.body);
    Ok(page(&Remove {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        etag: String::new(),
        gone: Some(
            gone.map_err(|_| Problem::defect("an answer of the interface is not what the page knows"))?,
        ),
    }))
}
