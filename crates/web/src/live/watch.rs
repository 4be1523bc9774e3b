//! One subscriber as the network sees them now: where they are registered, and their attempts while they happen.

use super::attempts::{Filter, PAUSE, Told, tell};
use super::facts::{Fact, facts};
use super::feed;
use crate::events::{self, Sender};
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use core::time::Duration;
use quintet_admin::{Caller, Problem};
use quintet_identity::Imsi;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// The least time between two questions of which nobody knows whether they are about this subscriber.
const SPREAD: Duration = Duration::from_millis(750);

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/subscribers/{imsi}/watch", get(show))
        .route("/subscribers/{imsi}/watch/events", get(follow))
}

#[derive(Template)]
#[template(path = "live/watch.html")]
struct Watch {
    frame: Frame,
    imsi: Imsi,
    facts: Vec<Fact>,
    is_live: bool,
}

fn imsi(text: &str) -> Result<Imsi, Problem> {
    text.parse()
        .map_err(|_| Problem::unreadable("an IMSI is 6 to 15 digits").at("imsi"))
}

/// Where somebody is registered, as the interface tells this visitor: who is out of scope is not there.
async fn registered(web: &Web, visitor: &Visitor, imsi: Imsi) -> Result<Vec<Fact>, Problem> {
    let path = format!("/api/v1/subscribers/{imsi}/location");
    let (location, _) = visitor.read::<Value>(web, path).await?;
    Ok(facts(&location))
}

async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let imsi = imsi(&text)?;
    let facts = registered(&web, &visitor, imsi).await?;
    let is_live = feed(&web, &visitor.caller)
        .map(quintet_consult::Feed::look)
        .is_ok();
    Ok(page(&Watch {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        facts,
        is_live,
    }))
}

async fn follow(
    State(web): State<Web>,
    visitor: Visitor,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let imsi = imsi(&text)?;
    let first = registered(&web, &visitor, imsi).await?;
    let (sender, response) = events::open(&web, &visitor)?;
    let (sender, moved) = (Arc::new(sender), Arc::new(Notify::new()));
    let filter = Filter::of(imsi);
    if let Ok(feed) = feed(&web, &visitor.caller).cloned() {
        let (sender, caller): (Arc<Sender>, Caller) = (Arc::clone(&sender), visitor.caller.clone());
        let moved = Arc::clone(&moved);
        tokio::spawn(async move {
            let mut told = Told::default();
            while tell(&feed, &filter, &caller, &sender, &mut told).await {
                if told.of_attempts {
                    moved.notify_one();
                }
            }
        });
    }
    tokio::spawn(async move {
        let (mut known, mut changes) = (Vec::new(), web.inside().changes());
        let mut now = Ok(first);
        while tell_state(&sender, &mut known, now).await {
            let more = tokio::select! {
                () = sender.ended() => false,
                () = next(&moved, &mut changes, web.settings().again) => sender.may_go_on(),
            };
            if !more {
                return;
            }
            now = registered(&web, &visitor, imsi).await;
        }
    });
    Ok(response)
}

/// Waits until it is worth while to ask where the subscriber is: an attempt of theirs moved, something was written, or
/// `again` is over. Between two questions there is some time in any case.
async fn next(moved: &Notify, changes: &mut watch::Receiver<u64>, again: Duration) {
    tokio::time::sleep(PAUSE).await;
    tokio::select! {
        () = moved.notified() => {}
        () = written(changes) => {}
        () = tokio::time::sleep(again) => {}
    }
}

/// Waits until something was written, whatever it is, but not less than [`SPREAD`]: on a busy core something is all the time.
async fn written(changes: &mut watch::Receiver<u64>) {
    tokio::time::sleep(SPREAD).await;
    if changes.changed().await.is_err() {
        // Nobody will say so any more.
        core::future::pending::<()>().await;
    }
}

/// Tells a browser where the subscriber is, if that is news. Whether to go on.
async fn tell_state(sender: &Sender, known: &mut Vec<Fact>, now: Result<Vec<Fact>, Problem>) -> bool {
    match now {
        Ok(now) if now != *known => {
            let json = serde_json::to_string(&now).unwrap_or_default();
            if !sender.send("state", &json).await {
                return false;
            }
            *known = now;
        }
        Ok(_) => {}
        Err(problem) if problem.status() == http::StatusCode::NOT_FOUND => {
            sender.send("gone", problem.detail()).await;
            return false;
        }
        // A store that is busy may not be the next time.
        Err(_) => {}
    }
    true
}
