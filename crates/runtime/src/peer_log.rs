//! What nodes log of their Diameter peers.

use quintet_diameter::node::{Event, Node, PeerId, RefusedReason};

/// Says when the HSS of a node comes and goes; `without` is what becomes of requests meanwhile.
pub(crate) fn log_hss(node: &Node, event: &Event, without: &str) {
    match event {
        Event::PeerUp { peer, .. } => tracing::info!(peer = identity(node, *peer), "HSS reached"),
        Event::PeerDown { peer, reason } => {
            tracing::warn!(peer = identity(node, *peer), ?reason, "HSS gone: {without}");
        }
        Event::RequestFailed { .. } => {}
        other => log_peer(node, other),
    }
}

/// Says what happened to a peer, or to who would be one, where nothing follows for the application.
pub(crate) fn log_peer(node: &Node, event: &Event) {
    match event {
        Event::ConnectFailed { peer, reason } => {
            tracing::warn!(peer = identity(node, *peer), reason, "peer not reached");
        }
        Event::Refused {
            reason: RefusedReason::Unproven(why),
            ..
        } => tracing::warn!(%why, "a Diameter peer is not believed"),
        other => tracing::info!(event = ?other, "diameter"),
    }
}

fn identity(node: &Node, peer: PeerId) -> Option<&str> {
    node.peer(peer).map(|status| status.identity)
}
