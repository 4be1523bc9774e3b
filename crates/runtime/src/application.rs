//! What the driver drives besides the Diameter node.

use crate::Moment;
use crate::sctp::{SctpCommand, SctpConnectError};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_esp::{SaCommand, SaSet};
use quintet_sbi::{CallFailure, CallId, Request, RequestId, Response};
use quintet_sctp::AssociationId;
use quintet_sip::transport::{Hop, SipOutput};
use std::time::Duration;

/// An application above a Diameter node: an HSS, an MME, a simulated eNB.
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

    /// Something happened on an SCTP transport that serves the application ([`SctpUse::Application`]). Never
    /// [`Writable`](quintet_sctp::Event::Writable): what a full association does not take waits in the driver.
    ///
    /// [`SctpUse::Application`]: crate::sctp::SctpUse::Application
    fn sctp(&mut self, at: Moment, node: &mut Node, event: quintet_sctp::Event) {
        let _ = (at, node, event);
    }

    /// What became of [`SctpCommand::Connect`] with this token: the association that [`Application::sctp`] will hear
    /// `Up` or `Down` of, or why there is none.
    fn sctp_connecting(
        &mut self,
        at: Moment,
        node: &mut Node,
        token: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        let _ = (at, node, token, outcome);
    }

    /// What is to be done on the SCTP transports that serve the application, one command a call. Polled after
    /// [`Application::pump`] until there is none; what it sends leaves together.
    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        None
    }

    /// A request of a service based interface: to be answered by [`quintet_sbi::Output::Respond`] with this id, now or
    /// later. Only where the driver listens (`Driver::listen_sbi`).
    fn sbi_request(&mut self, at: Moment, node: &mut Node, id: RequestId, request: Request) {
        let _ = (at, node, id, request);
    }

    /// What became of a call that [`Application::poll_sbi`] asked for: once for each.
    fn sbi_response(
        &mut self,
        at: Moment,
        node: &mut Node,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) {
        let _ = (at, node, id, outcome);
    }

    /// What is to be said on the service based interfaces, one thing a call. Polled after [`Application::pump`] until
    /// there is none.
    fn poll_sbi(&mut self) -> Option<quintet_sbi::Output> {
        None
    }

    /// One whole SIP message, not looked at. Only where the driver listens (`Driver::listen_sip`).
    fn sip(&mut self, at: Moment, node: &mut Node, hop: Hop, octets: &[u8]) {
        let _ = (at, node, hop, octets);
    }

    /// The connection of a hop ended or cannot be made, or a message cannot leave by it. A hop that was asked for and the
    /// one it came to be, with the port that the system chose, are told one after the other.
    fn sip_failed(&mut self, at: Moment, node: &mut Node, hop: Hop) {
        let _ = (at, node, hop);
    }

    /// What is to be said in SIP, one thing a call. Polled after [`Application::pump`] until there is none.
    fn poll_sip(&mut self) -> Option<SipOutput> {
        None
    }

    /// What is to be done with security associations (`Driver::open_esp`), one thing a call. Polled before every
    /// [`Application::poll_sip`] until there is none: what is sent next may need it.
    fn poll_sa(&mut self) -> Option<SaCommand> {
        None
    }

    /// An association of a set that [`Application::poll_sa`] wanted installed cannot be had. Told before anything else is polled.
    fn sa_refused(&mut self, at: Moment, node: &mut Node, set: SaSet) {
        let _ = (at, node, set);
    }

    /// An association ended by itself, or a packet was dropped.
    fn esp(&mut self, at: Moment, node: &mut Node, event: &quintet_esp::Event) {
        let _ = (at, node, event);
    }
}
