//! The first page: is all well? Rates, failures, peers, troubles; and what pages about the nodes refresh themselves with.

use crate::events;
use crate::frame::{Frame, Place, page};
use crate::network::{Answers, Network};
use crate::peers;
use crate::readable::{Moment, Readable};
use crate::sampler::{Failure, History, MAX_SAMPLES, Sample, refresh_count};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use quintet_admin::{Area, Problem};
use std::fmt::Write;
use std::sync::Arc;

/// Rows of the tables of answers and failures.
const MAX_ROWS: usize = 12;

/// The height of the picture of rates.
const HEIGHT: f64 = 60.0;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/", get(show))
        .route("/events/{page}", get(refreshed))
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    now: Now,
}

/// What refreshes itself.
#[derive(Template)]
#[template(path = "overview_now.html")]
struct Now {
    network: Option<Arc<Network>>,
    rate: Sample,
    answered_line: String,
    failed_line: String,
    highest: u64,
    answers: Vec<Answers>,
    failures: Vec<Failure>,
    open_peers: usize,
    sees_subscribers: bool,
    /// How many there are, once they were counted.
    subscribers: Option<u64>,
}

impl Now {
    fn of(history: &History, sees_subscribers: bool) -> Self {
        let network = history.latest();
        let highest = history
            .samples()
            .map(|sample| sample.answered)
            .fold(1.0, f64::max);
        let line = |value: fn(Sample) -> f64| line(history.samples().map(value), highest);
        let mut answers = network
            .as_ref()
            .map_or_else(Vec::new, |network| network.answers.clone());
        answers.sort_by_key(|answers| std::cmp::Reverse(answers.count));
        answers.truncate(MAX_ROWS);
        Self {
            rate: history.rate(),
            answered_line: line(|sample| sample.answered),
            failed_line: line(|sample| sample.failed),
            highest: highest.ceil() as u64,
            answers,
            failures: history.failures().take(MAX_ROWS).cloned().collect(),
            open_peers: network.as_ref().map_or(0, |network| {
                network.peers.iter().filter(|peer| peer.is_open).count()
            }),
            network,
            sees_subscribers,
            subscribers: history.subscribers(),
        }
    }
}

/// The points of a line, the newest at the right.
fn line(values: impl ExactSizeIterator<Item = f64>, highest: f64) -> String {
    let first = MAX_SAMPLES.saturating_sub(values.len());
    let mut points = String::new();
    for (at, value) in values.enumerate() {
        let y = HEIGHT - 1.0 - value / highest * (HEIGHT - 4.0);
        // Writing to a string cannot fail.
        let _ = write!(points, "{},{y:.1} ", first + at);
    }
    points
}

async fn show(State(web): State<Web>, visitor: Visitor) -> Response {
    refresh_count(&web);
    let now = Now::of(&web.history(), sees_subscribers(&visitor));
    page(&Overview {
        frame: visitor.frame(Place::Overview),
        now,
    })
}

/// Whether how many there are is for them to know.
fn sees_subscribers(visitor: &Visitor) -> bool {
    visitor.caller.may_read_all(Area::Subscribers)
}

/// The parts of a page that refresh themselves, every second.
async fn refreshed(
    State(web): State<Web>,
    Path(which): Path<String>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let write: fn(&History, bool) -> Result<String, askama::Error> = match which.as_str() {
        "overview" => |history, sees_subscribers| Now::of(history, sees_subscribers).render(),
        "peers" => |history, _| peers::Now::of(history).render(),
        _ => return Err(Problem::not_found("no page has this address")),
    };
    let (sender, response) = events::open(&web, &visitor)?;
    let sees_subscribers = sees_subscribers(&visitor);
    let mut looked = web.looked().subscribe();
    looked.mark_changed();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = sender.ended() => return,
                changed = looked.changed() => if changed.is_err() { return },
            }
            looked.mark_unchanged();
            if !sender.may_go_on() {
                return;
            }
            refresh_count(&web);
            let html = write(&web.history(), sees_subscribers);
            if !sender.send("now", &html.unwrap_or_default()).await {
                return;
            }
        }
    });
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_right_and_stays_inside() {
        let points = line([0.0, 5.0, 10.0].into_iter(), 10.0);
        assert_eq!(points, "297,59.0 298,31.0 299,3.0 ");
        assert_eq!(line([].into_iter(), 1.0), "");
    }
}
