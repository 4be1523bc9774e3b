//! Diameter over SCTP: an association is a connection of the node (RFC 6733 2.1), which need not know.

use super::Engine;
use super::sctp::of;
use crate::sctp::SctpRemote;
use crate::tap::{self, Way};
use crate::{Application, Moment};
use quintet_diameter::node::{ConnectionId, PeerId};
use quintet_sctp::{AssociationId, Event};
use std::net::SocketAddr;

impl<A: Application> Engine<A> {
    /// What happened on an association that carries Diameter.
    pub(super) fn diameter_event(&mut self, at: Moment, index: usize, event: Event) {
        match event {
            Event::Up { association, .. } => self.diameter_up(at, index, association),
            Event::Message { association, message } => {
                let (node, application, tap) = (&mut self.node, &mut self.application, &mut self.tap);
                self.associations
                    .message(association, &message, |link, frame| match frame {
                        Ok(octets) => {
                            if let Some(tap) = tap {
                                tap.message(at.wall, link, Way::Received, octets);
                            }
                            let inbound = node.handle_message(at.now, link.connection, octets);
                            application.handle(at, node, link.connection, inbound);
                        }
                        Err(error) => node.bad_frame(at.now, link.connection, error),
                    });
            }
            Event::Restarted { association, .. } => {
                // The peer begins anew, with CER: to the node it is another connection.
                self.diameter_down(at, association, "the peer restarted the association");
                self.diameter_up(at, index, association);
            }
            Event::Writable { association } => {
                if let Some(connection) = self.associations.connection(association) {
                    self.write_sctp(at, connection);
                }
            }
            Event::Down { association, reason } => {
                self.diameter_down(at, association, &format!("{reason:?}"))
            }
        }
    }

    fn diameter_up(&mut self, at: Moment, index: usize, association: AssociationId) {
        let Some(link) = self.sctp[index].link(association).copied() else {
            return;
        };
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let link = self.associations.up(connection, &link);
        match self.associations.asked_for(association) {
            Some(peer) => self.node.connected(at.now, connection, peer, link.local),
            None => {
                if let Err(reason) = self.node.accepted(at.now, connection, link.remote) {
                    tracing::debug!(remote = %link.remote, %reason, "association refused");
                    self.associations.remove(association);
                    self.sctp[index].shutdown(at, association);
                    return;
                }
            }
        }
        if let Some(tap) = &mut self.tap {
            tap.opened(at.wall, &link);
        }
    }

    fn diameter_down(&mut self, at: Moment, association: AssociationId, reason: &str) {
        if let Some(peer) = self.associations.asked_for(association) {
            self.node.connect_failed(at.now, peer, reason);
        }
        if let Some(link) = self.associations.remove(association) {
            tracing::debug!(remote = %link.remote, reason, "association down");
            self.node.closed(at.now, link.connection);
            if let Some(tap) = &mut self.tap {
                tap.closed(at.wall, &link);
            }
        }
    }

    /// Connects to a Diameter peer over SCTP, if that is how it is reached. Answers whether it is.
    pub(super) fn connect_diameter(&mut self, at: Moment, peer: PeerId, address: SocketAddr) -> bool {
        let Some((transport, udp_port)) = self.associations.way_to(peer) else {
            return false;
        };
        match self.connect_sctp(at, transport, SctpRemote { address, udp_port }) {
            Ok(association) => self.associations.ask_for(association, peer),
            Err(error) => self.node.connect_failed(at.now, peer, &error.to_string()),
        }
        true
    }

    /// Closes a connection that is an association. The node counts it as closed at once; the association ends in its
    /// own time.
    pub(super) fn close_sctp(&mut self, at: Moment, connection: ConnectionId, after_flush: bool) {
        let Some(association) = self.associations.association(connection) else {
            return;
        };
        if after_flush && !self.write_sctp(at, connection) {
            self.associations.drain(association);
            return;
        }
        let draining = self.associations.is_draining(association);
        let output = self.node.output(connection);
        let cut_short = draining && !output.is_empty();
        let Some(transport) = of(&mut self.sctp, association) else {
            return;
        };
        if cut_short {
            transport.abort(at, association);
        } else {
            transport.shutdown(at, association);
        }
        self.diameter_down(at, association, "closed");
    }

    /// Hands an association the node's output as messages. Answers whether all of it was taken.
    pub(super) fn write_sctp(&mut self, at: Moment, connection: ConnectionId) -> bool {
        let Some(association) = self.associations.association(connection) else {
            return true;
        };
        let Some(transport) = of(&mut self.sctp, association) else {
            return true;
        };
        let output = self.node.output(connection);
        let mut taken = 0;
        for octets in tap::messages(output) {
            if transport.is_full(association) {
                break;
            }
            taken += octets.len();
            let Some((link, message)) = self.associations.outbound(association, octets) else {
                break;
            };
            if let Some(tap) = &mut self.tap {
                tap.message(at.wall, link, Way::Sent, octets);
            }
            transport.send(at, &mut self.tap, association, message);
        }
        output.drain(..taken);
        let done = output.is_empty();
        if done && self.associations.is_draining(association) {
            self.close_sctp(at, connection, false);
        }
        done
    }
}
