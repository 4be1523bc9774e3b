//! The web page, embedded in the program: overview, subscribers, equipment, peers, registrations, audit, tokens and keys.
//!
//! ```text
//!  browser ─► listener of the interface (TLS, limits) ─► guard: session? own origin? ─► handler ─► Inside ─► REST's handlers ─► store
//!          ◄── HTML, strict CSP ◄── problem? a page of it ◄───────────────────────── template ◄┘
//!          ◄── server-sent events ◄── sampler: one look at the nodes a second, for all who watch
//! ```
//!
//! The page is a client of the interface in the same process: what it changes has REST's roles, conditions, audit and pushes, and
//! there is no second way to the store. It works without a script; the one script it has keeps numbers fresh and adds keys. Nothing
//! comes from elsewhere, and no key is ever in a page.
//!
//! Threads, clocks and sockets are allowed in this crate (layer `runtime`).

#![forbid(unsafe_code)]

mod assets;
mod audit;
mod equipment;
mod events;
mod form;
mod frame;
mod guard;
mod keys;
mod live;
mod login;
mod network;
mod overview;
mod peers;
mod rate;
mod readable;
mod registrations;
mod sampler;
mod session;
mod state;
mod subscribers;
mod visitor;

pub use network::{Answers, Latency, Look, MAX_PEERS_SHOWN, Network, PeerShown, Trouble};
pub use session::{IDLE, LIFE, MAX_SESSIONS, MAX_SESSIONS_OF_A_TOKEN};
pub use state::Settings;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::get;
use quintet_admin::{Inside, Pages, Problem};
use state::Web;

/// The longest form, in octets: a subscriber as JSON, written with `%` before every octet.
const MAX_FORM_OCTETS: usize = 768 * 1024;

/// The pages, for the server of the interface.
#[must_use]
pub fn pages(settings: Settings) -> Pages {
    Box::new(move |inside| router(inside, settings))
}

/// The routes. To be called within a runtime: the sampler starts with them.
pub fn router(inside: Inside, settings: Settings) -> Router {
    let web = Web::new(inside, settings);
    tokio::spawn(sampler::run(web.clone()));
    let ui = Router::new()
        .merge(overview::router())
        .merge(login::router())
        .merge(subscribers::router())
        .merge(equipment::router())
        .merge(peers::router())
        .merge(registrations::router())
        .merge(audit::router())
        .merge(keys::router())
        .layer(DefaultBodyLimit::max(MAX_FORM_OCTETS))
        .merge(live::router())
        .fallback(|| async { Problem::not_found("no page has this address") })
        .layer(from_fn_with_state(web.clone(), guard::guard))
        .merge(assets::router());
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/ui/") }))
        .route("/ui", get(|| async { Redirect::permanent("/ui/") }))
        .nest("/ui/", ui)
        .with_state(web)
}
