//! What the driver drives besides the Diameter node.

use crate::Moment;
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use std::time::Duration;

/// An application above a Diameter node: an HSS, a simulated MME.
pub trait Application {
    /// A request to answer or an answer to take; see [`Node::handle_message`].
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>);

    /// Something happened to a peer or to a request of ours.
    fn event(&mut self, at: Moment, node: &mut Node, event: &Event);

    /// Works off what does not come from a socket (replies of a store). Called after every batch and when woken.
    fn pump(&mut self, at: Moment, node: &mut Node);

    /// When [`Application::timeout`] wants to be called next.
    fn poll_timeout(&self) -> Option<Duration>;

    /// A deadline has passed.
    fn timeout(&mut self, at: Moment, node: &mut Node);
}
