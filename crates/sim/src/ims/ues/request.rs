//! What users ask, and what comes of it: calls, messages, capabilities (RFC 3261 8.1, 11, 13; RFC 3428; TS 24.229 5.1.2A.1,
//! 5.1.3).

use super::Ues;
use crate::ims::dialog::Dialog;
use crate::ims::event::{Service, UserEvent};
use crate::ims::text::{self, MAX_FORWARDS, Sending};
use crate::ims::user::UserId;
use quintet_ims::ue::{Input, Unanswered, Way};
use quintet_sip::transaction::ClientId;
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Message, Method, Name, Writer};
use std::time::Duration;

/// The session that a simulated caller offers (RFC 4566): one stream that nobody sends.
pub(super) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\n";

/// What a client transaction is.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    /// REGISTER of this CSeq.
    Register { cseq: u32 },
    /// SUBSCRIBE.
    Subscribe,
    /// INVITE, and the ACK of its 2xx once there is one, to go again with each repetition (RFC 3261 13.2.2.4).
    Invite { ack: Option<(Hop, Vec<u8>)> },
    /// Another service.
    Service(Service),
    /// BYE.
    Bye,
}

/// A request of a user, beside REGISTER.
pub(super) struct Outgoing<'a> {
    pub(super) method: Method<'a>,
    pub(super) uri: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) call_id: &'a str,
    pub(super) cseq: u32,
    pub(super) routes: &'a [String],
    /// Headers of its own.
    pub(super) more: &'a [(Name, &'a str)],
    pub(super) body: Option<(&'a str, &'a str)>,
}

impl Ues {
    /// A user asks another for something, by its address of record.
    pub fn ask(&mut self, now: Duration, id: UserId, service: Service, impu: &str) {
        let (call_id, tag) = (format!("{:016x}", self.random.next()), self.tag());
        let user = self.user(id);
        let own = user.ue.associated().first().cloned();
        let own = own.unwrap_or_else(|| user.ue.identity().impu.to_string());
        let routes = self.first_routes(id);
        let method = service.method();
        let outgoing = Outgoing {
            method,
            uri: impu,
            from: &format!("<{own}>;tag={tag}"),
            to: &format!("<{impu}>"),
            call_id: &call_id,
            cseq: 1,
            routes: &routes,
            more: &[(Name::PPreferredIdentity, &format!("<{own}>"))],
            body: match service {
                Service::Invite => Some(("application/sdp", SDP)),
                Service::Message => Some(("text/plain", "Good morning")),
                Service::Options => None,
            },
        };
        let pending = match service {
            Service::Invite => Pending::Invite { ack: None },
            Service::Message | Service::Options => Pending::Service(service),
        };
        if !self.send_outgoing(now, id, &outgoing, pending) {
            self.report(id, UserEvent::Answered(service, 503));
        }
    }

    /// Route of a request outside of dialogs: the P-CSCF, then Service-Route (TS 24.229 5.1.2A.1.1).
    pub(super) fn first_routes(&self, id: UserId) -> Vec<String> {
        let ue = &self.user(id).ue;
        let pcscf = format!("<sip:{};lr>", ue.way().remote);
        std::iter::once(pcscf)
            .chain(ue.service_route().iter().cloned())
            .collect()
    }

    /// Writes a request as a user's, and sends it; whether there was room.
    pub(super) fn send_outgoing(
        &mut self,
        now: Duration,
        id: UserId,
        outgoing: &Outgoing<'_>,
        pending: Pending,
    ) -> bool {
        let way = self.user(id).ue.way();
        let branch = self.branch();
        let octets = |protocol| self.write(id, outgoing, protocol, way, &branch);
        let (hop, octets) = self.carry(id, way, octets);
        self.begin(now, id, hop, octets, pending)
    }

    /// Chooses the protocol of a message and writes it.
    fn carry(&self, id: UserId, way: Way, write: impl Fn(Protocol) -> Vec<u8>) -> (Hop, Vec<u8>) {
        let mut octets = write(Protocol::Udp);
        let protocol = self.user(id).carriage.protocol(octets.len());
        let mut local = way.local;
        if protocol != Protocol::Udp {
            octets = write(protocol);
            if !way.protected {
                // Connections that nothing protects have any port.
                local.set_port(0);
            }
        }
        let remote = way.remote;
        (
            Hop {
                protocol,
                local,
                remote,
            },
            octets,
        )
    }

    /// Sends a request that is written by protocol; whether there was room.
    pub(super) fn send_request(
        &mut self,
        now: Duration,
        id: UserId,
        way: Way,
        write: impl Fn(Protocol) -> Vec<u8>,
        pending: Pending,
    ) -> bool {
        let (hop, octets) = self.carry(id, way, write);
        self.begin(now, id, hop, octets, pending)
    }

    fn begin(&mut self, now: Duration, id: UserId, hop: Hop, octets: Vec<u8>, pending: Pending) -> bool {
        match self.layer.request(now, hop, octets) {
            Ok(client) => {
                self.pending.insert(client, (id, pending));
                true
            }
            Err(_) => false,
        }
    }

    fn write(
        &self,
        id: UserId,
        outgoing: &Outgoing<'_>,
        protocol: Protocol,
        way: Way,
        branch: &str,
    ) -> Vec<u8> {
        let user = self.user(id);
        let sending = Sending {
            protocol,
            heard_at: way.heard_at,
            branch,
            asks_port: !way.protected,
        };
        let mut out = Vec::with_capacity(1_024);
        let Outgoing {
            method,
            uri,
            from,
            to,
            call_id,
            cseq,
            ..
        } = outgoing;
        let mut writer = Writer::request(&mut out, *method, uri)
            .header(Name::Via, sending.via())
            .header(Name::MaxForwards, MAX_FORWARDS)
            .header(Name::From, from)
            .header(Name::To, to)
            .header(Name::CallId, call_id)
            .header(Name::CSeq, format_args!("{cseq} {method}"));
        for route in outgoing.routes {
            writer = writer.header(Name::Route, route);
        }
        if matches!(method, Method::Invite | Method::Subscribe) {
            let username = user.ue.identity().impi.username();
            let contact = user.contact.unwrap_or(way.heard_at);
            writer = writer.header(Name::Contact, text::contact_of(username, contact, None));
        }
        if let Some(verify) = user.ue.security_verify().filter(|_| *method != Method::Ack) {
            writer = writer
                .header(Name::Require, "sec-agree")
                .header(Name::ProxyRequire, "sec-agree")
                .header(Name::SecurityVerify, verify);
        }
        for (name, value) in outgoing.more {
            writer = writer.header(*name, value);
        }
        match outgoing.body {
            Some((content_type, body)) => writer.body(content_type, body.as_bytes()),
            None => writer.finish(),
        }
        out
    }

    /// A response to a request of a user.
    pub(super) fn response(&mut self, now: Duration, client: ClientId, message: &Message<'_>) {
        let Some(status) = message.status().filter(|status| status.is_final()) else {
            return;
        };
        // What of an INVITE remains is there until its transaction ends.
        let Some((id, pending)) = self.pending.remove(&client) else {
            return;
        };
        match pending {
            Pending::Register { cseq } => self.registered(now, id, cseq, message),
            Pending::Subscribe => self.subscribed(id, message),
            Pending::Service(service) => self.report(id, UserEvent::Answered(service, status.code())),
            Pending::Bye => {}
            Pending::Invite { ack } => {
                let first = ack.is_none();
                let ack = ack.or_else(|| {
                    Dialog::of_response(message)
                        .filter(|_| status.is_success())
                        .map(|dialog| self.acknowledge(id, &dialog))
                });
                if let Some((hop, octets)) = &ack {
                    self.layer.send(*hop, octets.clone());
                }
                let established = ack.is_some();
                self.pending.insert(client, (id, Pending::Invite { ack }));
                if first {
                    self.report(id, UserEvent::Answered(Service::Invite, status.code()));
                    if established && let Some(dialog) = Dialog::of_response(message) {
                        self.hang_up(now, id, dialog);
                    }
                }
            }
        }
    }

    /// No response to a request of a user.
    pub(super) fn gone(&mut self, now: Duration, client: ClientId, why: Unanswered) {
        let Some((id, pending)) = self.pending.remove(&client) else {
            return;
        };
        let status = match why {
            Unanswered::TimerF => 408,
            Unanswered::Transport => 503,
        };
        match pending {
            Pending::Register { cseq } => self.act(now, id, Input::Unanswered { cseq, why }),
            Pending::Subscribe => self.report(id, UserEvent::Subscribed(status)),
            Pending::Service(service) => self.report(id, UserEvent::Answered(service, status)),
            Pending::Invite { .. } => self.report(id, UserEvent::Answered(Service::Invite, status)),
            Pending::Bye => {}
        }
    }

    /// The ACK of a 2xx (RFC 3261 13.2.2.4).
    fn acknowledge(&mut self, id: UserId, dialog: &Dialog) -> (Hop, Vec<u8>) {
        let outgoing = inside(dialog, Method::Ack, dialog.cseq);
        let (way, branch) = (self.user(id).ue.way(), self.branch());
        self.carry(id, way, |protocol| {
            self.write(id, &outgoing, protocol, way, &branch)
        })
    }

    /// BYE: the call had nothing but its answer to wait for.
    fn hang_up(&mut self, now: Duration, id: UserId, mut dialog: Dialog) {
        dialog.cseq += 1;
        let outgoing = inside(&dialog, Method::Bye, dialog.cseq);
        self.send_outgoing(now, id, &outgoing, Pending::Bye);
    }
}

/// A request inside a dialog.
pub(super) fn inside<'a>(dialog: &'a Dialog, method: Method<'a>, cseq: u32) -> Outgoing<'a> {
    Outgoing {
        method,
        uri: &dialog.target,
        from: &dialog.local,
        to: &dialog.remote,
        call_id: &dialog.call_id,
        cseq,
        routes: &dialog.routes,
        more: &[],
        body: None,
    }
}
