//! What is seen while it happens: every attempt on this core with the doctor's findings, one subscriber alone, and captures that
//! are brought to the doctor.
//!
//! The list is pulled, not pushed: a browser is told what changed since what it was told last, at most every [`attempts::PAUSE`],
//! so that a slow one costs nothing but what it misses, and is told how much that is.

mod attempts;
mod doctor;
mod facts;
mod uploads;
mod watch;

pub(crate) use uploads::Uploads;

use crate::state::Web;
use axum::Router;
use quintet_admin::{Area, Caller, Problem};
use quintet_consult::Feed;
use quintet_identity::Imsi;

/// Its pages.
pub(crate) fn router() -> Router<Web> {
    Router::new()
        .merge(attempts::router())
        .merge(watch::router())
        .merge(doctor::router())
}

/// The feed, for one who may see something of it.
fn feed<'a>(web: &'a Web, caller: &Caller) -> Result<&'a Feed, Problem> {
    may_look(caller)?;
    let feed = web.settings().live.as_ref();
    feed.ok_or_else(|| {
        Problem::not_found("this core is not watched: api.live is \"off\"")
            .remedy("say api.live = \"watched\" in the configuration, and start it anew")
    })
}

/// Refuses those who may not read subscribers.
fn may_look(caller: &Caller) -> Result<(), Problem> {
    match caller.may_read(Area::Subscribers) {
        true => Ok(()),
        false => Err(Problem::forbidden(format_args!(
            "role {} with its scopes may not read subscribers, and attempts are theirs",
            caller.role()
        ))),
    }
}

/// Whether an attempt is for the eyes of a caller: of a subscriber within its scopes; of nobody known only for one without.
fn sees(caller: &Caller, imsi: Option<Imsi>) -> bool {
    match imsi {
        Some(imsi) => caller.sees(imsi),
        None => caller.may_read_all(Area::Subscribers),
    }
}
