//! Tokens and keys, to look at: tokens are made and revoked by the command line or the interface, where their text can be kept safe.

use crate::frame::{Frame, Place, page};
use crate::readable::{Moment, Readable};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use quintet_admin::{Area, Problem};
use serde::Deserialize;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/keys", get(show))
}

#[derive(Deserialize)]
struct Token {
    name: String,
    role: String,
    scopes: Vec<String>,
    made: u64,
    #[serde(default)]
    expires: Option<u64>,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Master {
    fingerprint: String,
    at_hand: bool,
}

#[derive(Deserialize)]
struct DataKey {
    number: u16,
    master_key: String,
    made: i64,
    subscribers: u64,
}

impl DataKey {
    fn made(&self) -> String {
        u64::try_from(self.made).unwrap_or_default().clock()
    }
}

#[derive(Deserialize)]
struct Status {
    master_keys: Vec<Master>,
    data_keys: Vec<DataKey>,
    rotating: bool,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    frame: Frame,
    /// Those who may not see them are not shown the table.
    tokens: Option<Vec<Token>>,
    status: Result<Status, Problem>,
    now: u64,
}

async fn show(State(web): State<Web>, visitor: Visitor) -> Result<Response, Problem> {
    if !visitor.caller.may_read_all(Area::Keys) {
        return Err(Problem::forbidden("this token may not look at keys"));
    }
    let status = visitor
        .read::<Status>(&web, "/api/v1/keys".to_owned())
        .await
        .map(|(status, _)| status);
    let tokens = match visitor.caller.may_read_all(Area::Tokens) {
        true => Some(
            visitor
                .read::<Tokens>(&web, "/api/v1/tokens".to_owned())
                .await?
                .0
                .tokens,
        ),
        false => None,
    };
    Ok(page(&Keys {
        frame: visitor.frame(Place::Keys),
        tokens,
        status,
        now: web.inside().now().as_secs(),
    }))
}
