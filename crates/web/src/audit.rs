//! Who did what.

use crate::form::{address, parameter};
use crate::frame::{Frame, Place, page};
use crate::readable::Moment;
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::Uri;
use quintet_admin::Problem;
use serde::Deserialize;

/// Entries of a page.
const PAGE: &str = "100";

/// Entries on the page of a subscriber.
const OF_SUBJECT: &str = "10";

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/audit", get(list))
}

/// A field that changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    pub(crate) field: String,
    #[serde(default)]
    pub(crate) before: Option<String>,
    #[serde(default)]
    pub(crate) after: Option<String>,
}

/// An entry, as the interface answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    at_ms: u64,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) subject: String,
    pub(crate) outcome: String,
    /// Entries of other kinds may have other shapes.
    #[serde(default)]
    fields: serde_json::Value,
}

impl Entry {
    /// When.
    pub(crate) fn at(&self) -> String {
        (self.at_ms / 1_000).clock()
    }

    /// What changed.
    pub(crate) fn changes(&self) -> Vec<Field> {
        serde_json::from_value(self.fields.clone()).unwrap_or_default()
    }

    /// Whether it is about a subscriber, who has a page.
    pub(crate) fn is_of_subscriber(&self) -> bool {
        self.subject.parse::<quintet_identity::Imsi>().is_ok()
    }

    /// Whether it was done.
    pub(crate) fn is_done(&self) -> bool {
        self.outcome == "done"
    }
}

#[derive(Deserialize)]
struct Listed {
    entries: Vec<Entry>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    frame: Frame,
    who: String,
    what: String,
    subject: String,
    entries: Vec<Entry>,
    next: Option<String>,
}

async fn list(State(web): State<Web>, uri: Uri, visitor: Visitor) -> Result<Response, Problem> {
    let [who, what, subject, cursor] = ["who", "what", "subject", "cursor"].map(|name| parameter(&uri, name));
    let said = [("who", who.as_str()), ("what", &what), ("subject", &subject)];
    let asked = [&said[..], &[("cursor", &cursor), ("limit", PAGE)]].concat();
    let (listed, _) = visitor
        .read::<Listed>(&web, address("/api/v1/audit", &asked))
        .await?;
    let next = listed
        .next
        .map(|cursor| address("/ui/audit", &[&said[..], &[("cursor", &cursor)]].concat()));
    Ok(page(&Audit {
        frame: visitor.frame(Place::Audit),
        entries: listed.entries,
        next,
        who,
        what,
        subject,
    }))
}

/// What was done to somebody lately.
pub(crate) async fn of_subject(web: &Web, visitor: &Visitor, subject: &str) -> Result<Vec<Entry>, Problem> {
    let path = address("/api/v1/audit", &[("subject", subject), ("limit", OF_SUBJECT)]);
    let (listed, _) = visitor.read::<Listed>(web, path).await?;
    Ok(listed.entries)
}
