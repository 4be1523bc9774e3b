//! What a P-CSCF sends, and over which hop: to the core, back through the associations that a message came through.

use super::node::{Come, Pcscf, Side};
use crate::proxy::{self, Rejection, Target};
use quintet_esp::{SaCommand, SaSet};
use quintet_ims::agreement::Role;
use quintet_sip::transaction::ClientId;
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use quintet_sip::{Edit, Message, Name, Status};
use std::net::SocketAddr;
use std::time::Duration;

/// A challenge that is sent once its associations are there.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) now: Duration,
    pub(super) place: u32,
    /// The REGISTER that it answers.
    pub(super) client: ClientId,
    pub(super) set: SaSet,
    /// Whether one of them cannot be had.
    pub(super) is_refused: bool,
    pub(super) octets: Vec<u8>,
}

impl Pcscf {
    /// Sends towards the core: where to, and what stands in our Via.
    pub(super) fn core_hop(&self, target: Target) -> Hop {
        Hop {
            protocol: target.protocol,
            local: self.config.core,
            remote: target.address,
        }
    }

    /// Our Via, with a branch for this request.
    pub(super) fn via(&mut self, protocol: Protocol, sent_by: SocketAddr, message: &Message<'_>) -> String {
        let branch = self.branches.next(proxy::loop_key(message));
        format!("SIP/2.0/{protocol} {sent_by};branch={branch}")
    }

    /// Passes a request to the core.
    pub(super) fn send_to_core(
        &mut self,
        come: Come<'_, '_>,
        target: Target,
        edit: Edit<'_, '_>,
    ) -> Option<ClientId> {
        let via = self.via(target.protocol, self.config.core, come.message);
        let mut octets = Vec::new();
        proxy::came_from(edit, come.message, &come.hop)
            .replace(Name::MaxForwards, proxy::max_forwards(come.message))
            .push(Name::Via, via)
            .write(&mut octets);
        let hop = self.core_hop(target);
        self.forward(come, hop, octets)
    }

    /// Passes a request on, or says why not.
    pub(super) fn forward(&mut self, come: Come<'_, '_>, hop: Hop, octets: Vec<u8>) -> Option<ClientId> {
        let forwarded = self
            .relay
            .forward(come.at.now, come.server, (&come.hop, come.message), hop, octets);
        match forwarded {
            Ok(client) => Some(client),
            Err(_) => {
                let busy = Rejection::new(Status::SERVICE_UNAVAILABLE, "too many transactions");
                self.reject(come, &busy.with(Name::RetryAfter, "5"));
                None
            }
        }
    }

    /// The next thing to be done on SIP.
    pub fn poll_sip(&mut self) -> Option<SipOutput> {
        self.release();
        let output = self.out.pop_front().or_else(|| self.relay.poll_send())?;
        Some(match output {
            SipOutput::Send { hop, octets } => SipOutput::Send {
                hop: self.send_hop(hop),
                octets,
            },
            output => output,
        })
    }

    /// Where the answer to a message goes: datagrams through associations go from the client port to the server port of the
    /// same set (TS 33.203 7.1).
    pub(super) fn answer_hop(&self, hop: Hop, side: Side) -> Hop {
        let Side::Protected(place, which) = side else {
            return hop;
        };
        let entry = self
            .table
            .get(place)
            .and_then(|registration| registration.sets.get(which));
        entry.map_or(hop, |entry| entry.associations.response_hop(Role::Pcscf, &hop))
    }

    /// A UE whose Via names its client port is answered there, from the server port: that is an association too.
    fn send_hop(&self, hop: Hop) -> Hop {
        let port = hop.local.port();
        if hop.protocol != Protocol::Udp || !self.config.protected_client_ports.contains(&port) {
            return hop;
        }
        let place = self.table.by_end(hop.remote);
        let Some(registration) = place.and_then(|place| self.table.get(place)) else {
            return hop;
        };
        let set = registration.sets.iter().map(|(_, entry)| entry.associations);
        match set.into_iter().find(|four| four.ue.client() == hop.remote) {
            Some(four) if four.ue.server() != hop.remote => Hop {
                local: four.pcscf.server(),
                ..hop
            },
            _ => hop,
        }
    }

    /// The next thing to be done with security associations, before anything else is polled; what cannot be done is told by
    /// [`Pcscf::association_refused`]. What is deleted comes after what is still to be sent.
    pub fn poll_sa(&mut self) -> Option<SaCommand> {
        self.release();
        if let Some(command) = self.installs.pop_front() {
            return Some(command);
        }
        if self.out.is_empty() {
            self.out.extend(self.relay.poll_send());
        }
        if !self.out.is_empty() {
            return None;
        }
        self.removals.pop_front()
    }
}
