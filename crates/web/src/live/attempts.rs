//! The list of attempts, newest first, and one of them with its ladder: a page that follows what happens.

use super::{feed, sees};
use crate::events;
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use core::time::Duration;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use quintet_admin::{Caller, Problem};
use quintet_consult::broken::{self, Mark};
use quintet_consult::{Changes, Feed, Looked};
use quintet_doctor::report::{Attempt, Outcome, Subscriber};
use quintet_identity::Imsi;
use serde::{Deserialize, Serialize};

/// Attempts that one answer tells of; of what changed beside them, only the number.
const MAX_ROWS: usize = 200;

/// The least time between two things told to one browser.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// How often a browser is told something although nothing changed: what lies between learns that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The longest text to look for.
const MAX_SOUGHT: usize = 128;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/live", get(show))
        .route("/live/events", get(follow))
        .route("/live/attempts/{id}", get(attempt))
}

#[derive(Template)]
#[template(path = "live/live.html")]
struct Live {
    frame: Frame,
    filter: Filter,
}

/// What of all attempts is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// Part of an identity.
    who: String,
    /// `running`, `success`, `failure`, `incomplete`, `fault`; nothing: all.
    outcome: String,
    /// One subscriber alone.
    #[serde(skip)]
    imsi: Option<Imsi>,
}

impl Filter {
    /// One subscriber's, all of them.
    pub(super) fn of(imsi: Imsi) -> Self {
        Self {
            imsi: Some(imsi),
            ..Self::default()
        }
    }

    /// Refuses what is no filter.
    fn check(&self) -> Result<(), Problem> {
        if self.who.len() > MAX_SOUGHT {
            return Err(
                Problem::unreadable(format_args!("more than {MAX_SOUGHT} octets to look for")).at("who"),
            );
        }
        match self.outcome.as_str() {
            "" | "running" | "success" | "failure" | "incomplete" | "fault" => Ok(()),
            _ => Err(
                Problem::unreadable("running, success, failure, incomplete or fault is expected")
                    .at("outcome"),
            ),
        }
    }

    fn takes(&self, looked: &Looked<'_>) -> bool {
        let attempt = looked.attempt;
        let outcome = match self.outcome.as_str() {
            "running" => looked.running,
            "success" => attempt.outcome == Outcome::Success,
            "failure" => attempt.outcome == Outcome::Failure,
            "incomplete" => attempt.outcome == Outcome::Incomplete,
            "fault" => broken::gravest(attempt).is_some(),
            _ => true,
        };
        let sought = self.who.trim();
        let of_imsi = self.imsi.is_none_or(|imsi| looked.imsi == Some(imsi));
        outcome && of_imsi && (sought.is_empty() || is_named(&attempt.subscriber, sought))
    }
}

/// Whether a text is part of one of somebody's identities, whatever its case.
fn is_named(who: &Subscriber, sought: &str) -> bool {
    let sought = sought.to_lowercase();
    let names = [&who.imsi, &who.guti, &who.suci, &who.impi, &who.impu];
    names
        .into_iter()
        .flatten()
        .any(|name| name.to_lowercase().contains(&sought))
}

async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    feed(&web, &visitor.caller)?.look();
    filter.check()?;
    Ok(page(&Live {
        frame: visitor.frame(Place::Live),
        filter,
    }))
}

async fn follow(
    State(web): State<Web>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let feed = feed(&web, &visitor.caller)?.clone();
    filter.check()?;
    let (sender, response) = events::open(&web, &visitor)?;
    tokio::spawn(async move {
        let mut told = Told::default();
        while tell(&feed, &filter, &visitor.caller, &sender, &mut told).await {}
    });
    Ok(response)
}

/// What a browser was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    cursor: u64,
    begun: bool,
    /// Whether the last thing told was of an attempt.
    pub(super) of_attempts: bool,
}

/// Tells a browser what changed, then waits until there is more to tell. Whether to go on.
pub(super) async fn tell(
    feed: &Feed,
    filter: &Filter,
    caller: &Caller,
    sender: &events::Sender,
    told: &mut Told,
) -> bool {
    feed.look();
    let changes = changes(feed, filter, caller, told);
    let Ok(json) = serde_json::to_string(&changes) else {
        return false;
    };
    // A slow browser makes us wait here, and us alone.
    if !sender.send("changes", &json).await {
        return false;
    }
    tokio::time::sleep(PAUSE).await;
    tokio::select! {
        () = sender.ended() => return false,
        () = feed.changed(told.cursor) => {}
        () = tokio::time::sleep(HEARTBEAT) => {}
    }
    sender.may_go_on()
}

fn changes(feed: &Feed, filter: &Filter, caller: &Caller, told: &mut Told) -> Changes {
    let mut changes = feed.rows(told.cursor, MAX_ROWS, |looked| {
        sees(caller, looked.imsi) && filter.takes(looked)
    });
    if !std::mem::replace(&mut told.begun, true) {
        // Nothing of it was told before.
        changes.withdrawn.clear();
    }
    told.cursor = changes.cursor;
    told.of_attempts = !changes.rows.is_empty();
    changes
}

/// An attempt as the ladder's script wants it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    attempt: &'a Attempt,
    running: bool,
    mark: Option<Mark>,
}

async fn attempt(State(web): State<Web>, visitor: Visitor, Path(id): Path<u64>) -> Result<Response, Problem> {
    let feed = feed(&web, &visitor.caller)?;
    let found = feed.attempt(id).filter(|(.., imsi)| sees(&visitor.caller, *imsi));
    let Some((attempt, running, _)) = found else {
        return Err(Problem::not_found(format_args!(
            "attempt #{id} is not kept: it gave way to later ones, or never was"
        )));
    };
    let shown = Shown {
        attempt: &attempt,
        running,
        mark: broken::mark(&attempt),
    };
    let json = serde_json::to_vec(&shown).map_err(|_| Problem::defect("an attempt has no JSON form"))?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, kind)], json).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, rejected};

    fn looked(attempt: &Attempt) -> Looked<'_> {
        Looked {
            attempt,
            running: attempt.outcome == Outcome::Success,
            imsi: None,
        }
    }

    #[test]
    fn a_filter_is_of_identities_and_outcomes() {
        let filter = |who: &str, outcome: &str| Filter {
            who: who.to_owned(),
            outcome: outcome.to_owned(),
            imsi: None,
        };
        let (good, bad) = (healthy(1), rejected(2));
        let takes = |filter: Filter| (filter.takes(&looked(&good)), filter.takes(&looked(&bad)));
        assert_eq!(takes(filter("", "")), (true, true));
        assert_eq!(takes(filter("", "success")), (true, false));
        assert_eq!(takes(filter("", "running")), (true, false));
        assert_eq!(takes(filter("", "failure")), (false, true));
        assert_eq!(takes(filter("", "fault")), (false, true));
        assert_eq!(takes(filter("", "incomplete")), (false, false));
        assert_eq!(takes(filter(" IMSI-6F1C ", "")), (true, true));
        assert_eq!(takes(filter("imsi-7", "")), (false, false));
        let one = Filter {
            imsi: "001010000000001".parse().ok(),
            ..Filter::default()
        };
        assert_eq!(takes(one), (false, false), "nobody knows whose they are");
        assert!(filter("", "all").check().is_err());
        assert!(filter(&"x".repeat(MAX_SOUGHT + 1), "").check().is_err());
    }
}
