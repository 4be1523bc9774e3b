//! Diameter peers: who they are, whether they are open, what is exchanged with them.

use crate::frame::{Frame, Place, page};
use crate::network::PeerShown;
use crate::readable::Readable;
use crate::sampler::History;
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/peers", get(show))
}

#[derive(Template)]
#[template(path = "peers.html")]
struct Peers {
    frame: Frame,
    now: Now,
}

/// What refreshes itself.
#[derive(Template)]
#[template(path = "peers_now.html")]
pub(crate) struct Now {
    /// None: nothing was seen yet, or there is no node here.
    peers: Option<Vec<PeerShown>>,
}

impl Now {
    pub(crate) fn of(history: &History) -> Self {
        let peers = history.latest().map(|network| {
            let mut peers = network.peers.clone();
            peers.sort_by(|a, b| (!a.is_open, &a.identity).cmp(&(!b.is_open, &b.identity)));
            peers
        });
        Self { peers }
    }
}

async fn show(State(web): State<Web>, visitor: Visitor) -> Response {
    let now = Now::of(&web.history());
    page(&Peers {
        frame: visitor.frame(Place::Peers),
        now,
    })
}
