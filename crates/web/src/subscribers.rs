//! Subscribers: found, shown, made, edited, removed. Each page is a client of one or two resources of the interface.

mod apn;
mod create;
mod edit;
mod fields;
mod json;
mod list;
mod remove;
mod show;

use crate::state::Web;
use crate::visitor::Visitor;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::Method;
use quintet_admin::Problem;
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/subscribers", get(list::list))
        .route("/subscribers/new", get(create::form).post(create::create))
        .route("/subscribers/{imsi}", get(show::show))
        .route("/subscribers/{imsi}/edit", get(edit::form).post(edit::save))
        .route("/subscribers/{imsi}/json", get(json::form).post(json::save))
        .route("/subscribers/{imsi}/apns/{id}", get(apn::form).post(apn::save))
        .route(
            "/subscribers/{imsi}/remove",
            get(remove::ask).post(remove::remove),
        )
        .route("/subscribers/{imsi}/cancel-location", post(show::cancel_location))
        .route("/subscribers/{imsi}/deregister", post(show::deregister))
}

/// The IMSI of an address: what is none is not there.
fn imsi_of(text: &str) -> Result<Imsi, Problem> {
    text.parse()
        .map_err(|_| Problem::not_found(format_args!("{text:?} is no IMSI")))
}

/// The resource of a subscriber.
fn resource(imsi: Imsi) -> String {
    format!("/api/v1/subscribers/{imsi}")
}

/// A subscriber's record and its version.
async fn read(web: &Web, visitor: &Visitor, imsi: Imsi) -> Result<(Record, String), Problem> {
    let (record, etag) = visitor.read(web, resource(imsi)).await?;
    Ok((record, etag.unwrap_or_default()))
}

/// Back to the subscriber's page, which says what was done.
fn back(imsi: Imsi, done: &str) -> Response {
    Redirect::to(&format!("/ui/subscribers/{imsi}?done={done}")).into_response()
}

/// Asks for something that is done to a subscriber, without a body.
async fn order(web: &Web, visitor: &Visitor, path: String) -> Result<(), Problem> {
    visitor
        .write(web, Method::DELETE, path, "", None::<&()>)
        .await
        .map(drop)
}

/// What a page says was done; only these texts can be said.
fn done_text(word: &str) -> Option<&'static str> {
    Some(match word {
        "created" => "The subscriber was made.",
        "saved" => "Saved. Serving nodes are told what concerns them.",
        "cancelled" => "The serving MME and SGSN are told to cancel the location.",
        "deregistered" => "The S-CSCF is told to end the registrations.",
        _ => return None,
    })
}
