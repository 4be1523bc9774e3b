//! Requests of the core: to a UE, down its flow (TS 24.229 5.2.6.4, RFC 3327 5.3, RFC 5626 5.3), and to this node itself.

use super::headers;
use super::node::{Come, Pcscf};
use super::ue::{makes_dialog, token_of};
use crate::proxy::{self, Rejection, Routed};
use quintet_ims::agreement::Role;
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Edit, Message, Method, Name, Status};
use std::net::SocketAddr;

/// The longest request that goes over UDP to a UE (RFC 3261 18.1.1).
const MAX_DATAGRAM: usize = 1_300;

impl Pcscf {
    /// A request of a CSCF.
    pub(super) fn core_asks(&mut self, come: Come<'_, '_>) {
        let routed = match proxy::route(come.message, &self.own, 2) {
            Ok(routed) => routed,
            Err(error) => {
                self.reject(come, &Rejection::new(Status::BAD_REQUEST, error.to_string()));
                return;
            }
        };
        let place = self.place_of(&routed);
        let result = match place {
            Some(place) => self.terminate(come, place, &routed),
            None if routed.own.is_empty() && self.own.owns(&routed.uri) => {
                self.for_us(come);
                return;
            }
            // RFC 5626 5.3.1: the flow is gone, or never was.
            None => Err(Rejection::new(Status::FLOW_FAILED, "no such flow")),
        };
        if let Err(rejection) = result {
            self.reject(come, &rejection);
        }
    }

    /// The UE that a Route of ours names.
    fn place_of(&self, routed: &Routed<'_>) -> Option<u32> {
        let token = routed.own.iter().find_map(|own| token_of(&own.uri))?;
        let place = self.table.by_token(token)?;
        let registration = self.registration(place)?;
        // A registration that has just ended still hears of it, as long as its associations last.
        (registration.bound.is_some() || registration.sets.outbound().is_some()).then_some(place)
    }

    /// To a UE.
    fn terminate(&mut self, come: Come<'_, '_>, place: u32, routed: &Routed<'_>) -> Result<(), Rejection> {
        let message = come.message;
        let gone = || Rejection::new(Status::FLOW_FAILED, "no such flow");
        let hop = self.flow(place, message.octets().len()).ok_or_else(gone)?;
        let token = self
            .registration(place)
            .map(|registration| registration.token)
            .ok_or_else(gone)?;
        // What is left of the Routes is the UE's own to see; none is, where it registered its Contact.
        let mut edit = routed.apply(headers::for_ue(Edit::new(message), message));
        if makes_dialog(message) {
            edit = edit.push(Name::RecordRoute, self.route_of(token, ";lr"));
        }
        let via = self.via(hop.protocol, self.sent_by(&hop), message);
        let mut octets = Vec::new();
        proxy::came_from(edit, message, &come.hop)
            .replace(Name::MaxForwards, proxy::max_forwards(message))
            .push(Name::Via, via)
            .write(&mut octets);
        self.counters.terminating += 1;
        self.forward(come, hop, octets);
        Ok(())
    }

    /// An ACK of a 2xx to a UE.
    pub(super) fn acknowledge_to_ue(&mut self, from: Hop, message: &Message<'_>, routed: &Routed<'_>) {
        let Some(place) = self.place_of(routed) else {
            return;
        };
        let Some(hop) = self.flow(place, message.octets().len()) else {
            return;
        };
        let via = self.via(hop.protocol, self.sent_by(&hop), message);
        let mut octets = Vec::new();
        let edit = routed.apply(headers::for_ue(Edit::new(message), message));
        proxy::came_from(edit, message, &from)
            .replace(Name::MaxForwards, proxy::max_forwards(message))
            .push(Name::Via, via)
            .write(&mut octets);
        self.relay.send(hop, octets);
    }

    /// The hop to a UE: through the associations in use, or back to where it registered from.
    fn flow(&self, place: u32, octets: usize) -> Option<Hop> {
        let registration = self.registration(place)?;
        let flow = registration.bound.as_ref().and_then(|bound| bound.flow);
        if flow.is_some() {
            return flow;
        }
        // Every UE with associations takes TCP too (TS 33.203 7.1).
        let long = octets > MAX_DATAGRAM;
        let protocol = if long {
            Protocol::Tcp
        } else {
            registration.protocol
        };
        Some(registration.sets.outbound()?.request_hop(Role::Pcscf, protocol))
    }

    /// Where a UE's answers go: to the protected server port, whichever port we send from (TS 33.203 7.1).
    fn sent_by(&self, hop: &Hop) -> SocketAddr {
        let protected = self.config.protected_client_ports.contains(&hop.local.port());
        match protected && hop.local.ip() == self.config.access.ip() {
            true => SocketAddr::new(hop.local.ip(), self.config.protected_server_port),
            false => hop.local,
        }
    }

    /// A request to this node itself.
    fn for_us(&mut self, come: Come<'_, '_>) {
        match come.message.method() {
            Some(Method::Notify) => self.notified(come),
            Some(Method::Options) => {
                let rejection = Rejection::new(Status::OK, "");
                self.reject(come, &rejection.with(Name::Allow, "REGISTER, OPTIONS, NOTIFY"));
            }
            _ => {
                let rejection = Rejection::new(Status::METHOD_NOT_ALLOWED, "");
                self.reject(come, &rejection.with(Name::Allow, "REGISTER, OPTIONS, NOTIFY"));
            }
        }
    }
}
