//! Transactions (RFC 3261 17 with RFC 6026): a request and its responses, repeated, matched and timed out.
//!
//! ```text
//!   node ─request, cancel, respond, send─► Layer ─poll_send─► sockets
//!   node ◄─Received, poll_event───────────   │  ◄─receive──────── sockets
//!                          clients ◄─────────┴───► servers
//! ```
//!
//! The layer keeps no message it does not have to repeat, and nothing for ever: what the specification lets live as long as
//! somebody likes ends with [`Timers::patience`].

mod client;
mod key;
mod server;
mod table;
mod timers;

use crate::message::method_and_via;
use crate::transport::{Hop, Protocol, SipOutput};
use crate::{Message, Method, ParseError, StartLine, Status, Writer};
use client::{CancelOf, Clients};
use key::Keys;
use server::Servers;
use std::collections::VecDeque;
use std::time::Duration;
pub use timers::Timers;

/// The most transactions of either side where nothing else is configured: with a message each, about 200 MB.
pub const MAX_TRANSACTIONS: usize = 100_000;

/// A client transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(table::Id);

/// A server transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerId(table::Id);

/// What became of a message received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A new request, to be answered with [`Layer::respond`].
    Request(ServerId),
    /// A new CANCEL, to be answered itself (200, or 481 without `invite`), and the INVITE it is about, to be ended with 487.
    Cancel {
        /// The transaction of the CANCEL.
        id: ServerId,
        /// That of the INVITE, if it is there and has no final response.
        invite: Option<ServerId>,
    },
    /// An ACK of a 2xx: no transaction, to be taken or forwarded with [`Layer::send`].
    Ack,
    /// A response to our request.
    Response(ClientId),
    /// A response that answers nothing of ours.
    Stray,
    /// A repetition, or an ACK the layer waited for: nothing to do.
    Absorbed,
    /// A request there is no room for: 503 is sent.
    Full,
    /// No message that belongs to any transaction: no Via or CSeq that can be read.
    Malformed(ParseError),
}

/// What happens to a transaction without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionEvent {
    /// No final response in time (timers B and F): as if 408 had come (RFC 3261 8.1.3.1).
    ClientTimeout(ClientId),
    /// The request could not be sent: as if 503 had come.
    ClientFailed(ClientId),
    /// An INVITE of ours has nothing more to come.
    ClientEnded(ClientId),
    /// The final response to an INVITE was never acknowledged (timer H), or a request never answered.
    ServerFailed(ServerId),
    /// An INVITE of another has nothing more to come.
    ServerEnded(ServerId),
}

/// Why a request could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// [`MAX_TRANSACTIONS`], or what is configured.
    Full,
    /// Its branch has a transaction already.
    Repeated,
    /// It has no Via or CSeq that can be read, or is an ACK.
    Malformed(ParseError),
}

/// What is to be sent and said.
#[derive(Debug, Default)]
struct Outbox {
    sends: VecDeque<SipOutput>,
    events: VecDeque<TransactionEvent>,
}

impl Outbox {
    fn send(&mut self, hop: Hop, octets: Vec<u8>) {
        self.sends.push_back(SipOutput::Send { hop, octets });
    }

    fn event(&mut self, event: TransactionEvent) {
        self.events.push_back(event);
    }
}

/// All transactions of a node.
#[derive(Debug)]
pub struct Layer {
    limit: usize,
    clients: Clients,
    servers: Servers,
    keys: Keys,
    out: Outbox,
}

impl Layer {
    /// No transactions; at most `limit` of either side.
    #[must_use]
    pub fn new(timers: Timers, limit: usize) -> Self {
        Self {
            limit,
            clients: Clients::new(timers),
            servers: Servers::new(timers),
            keys: Keys::default(),
            out: Outbox::default(),
        }
    }

    /// Finds what a received message belongs to and does what that asks for.
    pub fn receive(&mut self, now: Duration, hop: Hop, message: &Message<'_>) -> Received {
        let done = match *message.start() {
            StartLine::Request { method, .. } => self.receive_request(now, hop, message, method),
            StartLine::Response { status, .. } => self.receive_response(now, message, status),
        };
        done.unwrap_or_else(Received::Malformed)
    }

    fn receive_request(
        &mut self,
        now: Duration,
        hop: Hop,
        message: &Message<'_>,
        method: Method<'_>,
    ) -> Result<Received, ParseError> {
        let via = message.top_via()?;
        if method == Method::Ack {
            let key = self.keys.server(message, &via, Method::Invite.as_str())?;
            return Ok(match self.servers.find(key) {
                Some(invite) => self.servers.ack(now, invite, &mut self.out),
                None => Received::Ack,
            });
        }
        let invite = match method {
            Method::Cancel => self
                .servers
                .find(self.keys.server(message, &via, Method::Invite.as_str())?),
            _ => None,
        };
        let key = self.keys.server(message, &via, method.as_str())?;
        if let Some(id) = self.servers.find(key) {
            self.servers.again(id, &mut self.out);
            return Ok(Received::Absorbed);
        }
        let hop = response_hop(hop, &via);
        if self.servers.len() >= self.limit && !self.servers.evict(self.limit) {
            self.refuse(hop, message);
            return Ok(Received::Full);
        }
        let id = self.servers.begin(now, hop, method == Method::Invite, key);
        if method == Method::Invite {
            let mut trying = Vec::with_capacity(512);
            Writer::response_to(&mut trying, message, Status::TRYING, "", hop.remote)?.finish();
            self.servers
                .respond(now, id, Status::TRYING, trying, &mut self.out);
        }
        Ok(match method {
            Method::Cancel => Received::Cancel { id, invite },
            _ => Received::Request(id),
        })
    }

    /// 503 without a transaction.
    fn refuse(&mut self, hop: Hop, message: &Message<'_>) {
        let mut out = Vec::with_capacity(512);
        if let Ok(writer) =
            Writer::response_to(&mut out, message, Status::SERVICE_UNAVAILABLE, "full", hop.remote)
        {
            writer.finish();
            self.out.send(hop, out);
        }
    }

    fn receive_response(
        &mut self,
        now: Duration,
        message: &Message<'_>,
        status: Status,
    ) -> Result<Received, ParseError> {
        let (via, cseq) = (message.top_via()?, message.cseq()?);
        let Ok(key) = self.keys.client(&via, cseq.method) else {
            return Ok(Received::Stray);
        };
        match self.clients.response(now, key, message, status, &mut self.out) {
            Some((received, cancel)) => {
                self.send_cancel(now, cancel);
                Ok(received)
            }
            None => Ok(Received::Stray),
        }
    }

    /// Sends a request and awaits its responses. Its topmost Via is ours, with a branch of its own; only that and the method are
    /// read.
    ///
    /// # Errors
    /// No room; a branch that is in use; octets that are no request, or an ACK.
    pub fn request(&mut self, now: Duration, hop: Hop, octets: Vec<u8>) -> Result<ClientId, RequestError> {
        let (method, via) = method_and_via(&octets).map_err(RequestError::Malformed)?;
        if method == Method::Ack {
            return Err(RequestError::Malformed(ParseError::expected(
                0,
                "a request other than ACK",
            )));
        }
        if self.clients.len() >= self.limit {
            return Err(RequestError::Full);
        }
        let key = self
            .keys
            .client(&via, method)
            .map_err(RequestError::Malformed)?
            .to_vec();
        if self.clients.holds(&key) {
            return Err(RequestError::Repeated);
        }
        let method = match method {
            Method::Invite => Method::Invite,
            Method::Cancel => Method::Cancel,
            _ => Method::Options,
        };
        Ok(self.clients.begin(now, hop, method, &key, octets, &mut self.out))
    }

    /// Cancels an INVITE of ours: at once, or with its first provisional response. Its final response still comes.
    pub fn cancel(&mut self, now: Duration, id: ClientId) {
        let cancel = self.clients.cancel(id);
        self.send_cancel(now, cancel);
    }

    fn send_cancel(&mut self, now: Duration, cancel: Option<CancelOf>) {
        if let Some(CancelOf { hop, octets }) = cancel {
            // A second CANCEL of one INVITE has a transaction already; one that finds no room is not sent: the INVITE times out.
            let _ = self.request(now, hop, octets);
        }
    }

    /// Sends a response to a request received; whether its transaction was there and wanted it.
    pub fn respond(&mut self, now: Duration, id: ServerId, octets: Vec<u8>) -> bool {
        let Some(status) = status_of(&octets) else {
            return false;
        };
        self.servers.respond(now, id, status, octets, &mut self.out)
    }

    /// Where the request went that a response is matched to, before it is received.
    pub fn asked(&mut self, response: &Message<'_>) -> Option<Hop> {
        let (via, cseq) = (response.top_via().ok()?, response.cseq().ok()?);
        let key = self.keys.client(&via, cseq.method).ok()?;
        self.clients.hop(key)
    }

    /// Where the responses of a server transaction go.
    pub fn hop(&mut self, id: ServerId) -> Option<Hop> {
        self.servers.hop(id)
    }

    /// Sends without a transaction: the ACK of a 2xx, a response forwarded without state.
    pub fn send(&mut self, hop: Hop, octets: Vec<u8>) {
        self.out.send(hop, octets);
    }

    /// What was sent to `hop` does not arrive: a connection refused or reset, an ICMP error.
    pub fn hop_failed(&mut self, hop: Hop) {
        self.clients.hop_failed(hop, &mut self.out);
    }

    /// The next message to be sent.
    pub fn poll_send(&mut self) -> Option<SipOutput> {
        self.out.sends.pop_front()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<TransactionEvent> {
        self.out.events.pop_front()
    }

    /// When [`Layer::timeout`] has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.clients.next_deadline(), self.servers.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Works off the timers that are due.
    pub fn timeout(&mut self, now: Duration) {
        self.clients.timeout(now, &mut self.out);
        self.servers.timeout(now, &mut self.out);
    }

    /// Client and server transactions there are.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.clients.len(), self.servers.len())
    }

    /// Whether there is no transaction.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }
}

/// Where responses go: back to where the request came from; to the port of Via, where a sender over UDP does not say that its
/// port may change (RFC 3261 18.2.2, RFC 3581 4). `maddr` is not followed: it would send our answers to anybody.
fn response_hop(hop: Hop, via: &crate::Via<'_>) -> Hop {
    let mut hop = hop;
    if hop.protocol == Protocol::Udp && via.rport().is_none() {
        hop.remote.set_port(via.port_or_default());
    }
    hop
}

/// The status of a response that is all of `octets`.
fn status_of(octets: &[u8]) -> Option<Status> {
    let digits = octets.strip_prefix(b"SIP/2.0 ")?.get(..3)?;
    Status::new(str::from_utf8(digits).ok()?.parse().ok()?)
}
