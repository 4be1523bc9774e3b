//! Requests passed on, and their responses passed back: a stateful proxy over the transactions (RFC 3261 16.6 to 16.10).
//!
//! ```text
//!  node ──receive──► Arrival::Request ──forward (once a branch)──► …
//!                    Arrival::Response ─pass, as the node wants it─► best of all branches ─► who asked
//!                    RelayEvent::Failed ─fail, or another branch──►
//! ```
//!
//! CANCEL, timer C, 100, and which of several responses counts are done here. What a response says is the node's.

mod happening;
mod outcome;
#[cfg(test)]
mod tests;

use super::check::Rejection;
use quintet_procedure::node::Schedule;
use quintet_sip::transaction::{ClientId, Layer, Received, RequestError, ServerId, Timers};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_sip::{Message, Method, Status, Writer};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// How long an INVITE may ring without another provisional response (RFC 3261 16.6.11: more than three minutes).
pub const TIMER_C: Duration = Duration::from_secs(185);

/// The most branches of one request: the contacts of a public identity that ring together.
pub const MAX_BRANCHES: usize = 16;

/// What a relay is made with.
#[derive(Clone, Copy, Debug)]
pub struct RelayConfig {
    /// The timers of transactions.
    pub timers: Timers,
    /// The most transactions of either side.
    pub transactions: usize,
    /// Timer C.
    pub timer_c: Duration,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            timers: Timers::default(),
            transactions: quintet_sip::transaction::MAX_TRANSACTIONS,
            timer_c: TIMER_C,
        }
    }
}

/// What a client transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A request passed on for this one.
    Forwarded(ServerId),
    /// A request of the node's own, with the number that it gave.
    Own(u64),
}

/// What is left to the node of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A new request: to be forwarded, or answered.
    Request(ServerId),
    /// An INVITE that was not forwarded is cancelled: to be answered 487. The CANCEL is answered.
    Cancelled(ServerId),
    /// An ACK of a 2xx, to be routed without a transaction.
    Ack,
    /// A response: what is to go back of one that was forwarded for is given to [`Relay::pass`].
    Response(ClientId, Whose),
    /// Nothing.
    Nothing,
}

/// What happened without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayEvent {
    /// A request got no answer (408) or could not be sent (503). One that was forwarded is either forwarded again or given up
    /// with [`Relay::fail`].
    Failed(ClientId, Whose, Status),
    /// Nobody answered this request in time, or nobody acknowledged the answer.
    Abandoned(ServerId),
}

#[derive(Debug)]
struct Branch {
    client: ClientId,
    /// The final response, until the best is known.
    outcome: Option<(Status, Vec<u8>)>,
}

#[derive(Debug)]
struct Forwarded {
    request: Box<[u8]>,
    source: SocketAddr,
    invite: bool,
    branches: Vec<Branch>,
    /// A final response went back.
    answered: bool,
    armed: Option<Duration>,
}

/// The transactions of a proxy.
#[derive(Debug)]
pub struct Relay {
    layer: Layer,
    timer_c: Duration,
    forwarded: HashMap<ServerId, Forwarded>,
    clients: HashMap<ClientId, Whose>,
    schedule: Schedule<ServerId>,
    events: VecDeque<RelayEvent>,
    tags: ChaCha20Rng,
}

impl Relay {
    /// Without transactions. `seed` is from entropy: tags are drawn from it, so that who has seen one knows no other. By its tags
    /// and Call-ID alone is a dialog of ours known (RFC 3261 19.3).
    #[must_use]
    pub fn new(config: RelayConfig, seed: u64) -> Self {
        Self {
            layer: Layer::new(config.timers, config.transactions),
            timer_c: config.timer_c,
            forwarded: HashMap::new(),
            clients: HashMap::new(),
            schedule: Schedule::default(),
            events: VecDeque::new(),
            tags: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    /// What a message is to the transactions. A CANCEL is done with (16.10).
    pub fn receive(&mut self, now: Duration, hop: Hop, message: &Message<'_>) -> Arrival {
        let arrival = match self.layer.receive(now, hop, message) {
            Received::Request(id) => Arrival::Request(id),
            Received::Cancel { id, invite } => self.cancelled(now, hop, message, id, invite),
            Received::Ack => Arrival::Ack,
            Received::Response(client) => match self.clients.get(&client) {
                Some(&whose) => {
                    self.own_ended(client, whose, message);
                    Arrival::Response(client, whose)
                }
                None => Arrival::Nothing,
            },
            Received::Stray | Received::Absorbed | Received::Full | Received::Malformed(_) => {
                Arrival::Nothing
            }
        };
        self.settle(now);
        arrival
    }

    /// A request of our own is done with its final response; an INVITE is not.
    fn own_ended(&mut self, client: ClientId, whose: Whose, message: &Message<'_>) {
        let is_final = message.status().is_some_and(Status::is_final);
        let invite = message.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
        if is_final && !invite && matches!(whose, Whose::Own(_)) {
            self.clients.remove(&client);
        }
    }

    fn cancelled(
        &mut self,
        now: Duration,
        hop: Hop,
        message: &Message<'_>,
        id: ServerId,
        invite: Option<ServerId>,
    ) -> Arrival {
        let status = match invite {
            Some(_) => Status::OK,
            None => Status::CALL_DOES_NOT_EXIST,
        };
        self.reply(now, id, hop, message, &Rejection::new(status, status.phrase()));
        match invite {
            Some(invite) if self.forwarded.contains_key(&invite) => {
                self.cancel(now, invite);
                Arrival::Nothing
            }
            Some(invite) => Arrival::Cancelled(invite),
            None => Arrival::Nothing,
        }
    }

    /// Cancels what an INVITE was forwarded as. What becomes of it is answered as it comes, 487 in most cases.
    pub fn cancel(&mut self, now: Duration, server: ServerId) {
        let Some(forwarded) = self.forwarded.get(&server) else {
            return;
        };
        for branch in forwarded
            .branches
            .iter()
            .filter(|branch| branch.outcome.is_none())
        {
            self.layer.cancel(now, branch.client);
        }
    }

    /// Passes a request on. Its topmost Via is ours, with a branch of its own. Each call is one branch.
    ///
    /// # Errors
    /// No room, [`MAX_BRANCHES`], or octets that are no request: the request is still to be answered.
    pub fn forward(
        &mut self,
        now: Duration,
        server: ServerId,
        came: (&Hop, &Message<'_>),
        to: Hop,
        octets: Vec<u8>,
    ) -> Result<ClientId, RequestError> {
        let branches = self
            .forwarded
            .get(&server)
            .map_or(0, |forwarded| forwarded.branches.len());
        if branches >= MAX_BRANCHES {
            return Err(RequestError::Full);
        }
        let client = self.layer.request(now, to, octets)?;
        self.clients.insert(client, Whose::Forwarded(server));
        let (hop, message) = came;
        let forwarded = self.forwarded.entry(server).or_insert_with(|| Forwarded {
            request: message.octets().into(),
            source: hop.remote,
            invite: message.method() == Some(Method::Invite),
            branches: Vec::with_capacity(1),
            answered: false,
            armed: None,
        });
        forwarded.branches.push(Branch {
            client,
            outcome: None,
        });
        if forwarded.invite {
            self.schedule
                .set(&mut forwarded.armed, Some(now + self.timer_c), server);
        }
        Ok(client)
    }

    /// Sends a request of the node's own; its responses come with `number`.
    ///
    /// # Errors
    /// No room, or octets that are no request.
    pub fn request(
        &mut self,
        now: Duration,
        to: Hop,
        octets: Vec<u8>,
        number: u64,
    ) -> Result<ClientId, RequestError> {
        let client = self.layer.request(now, to, octets)?;
        self.clients.insert(client, Whose::Own(number));
        Ok(client)
    }

    /// Sends without a transaction: an ACK of a 2xx.
    pub fn send(&mut self, to: Hop, octets: Vec<u8>) {
        self.layer.send(to, octets);
    }

    /// Answers a request itself.
    pub fn reply(
        &mut self,
        now: Duration,
        server: ServerId,
        hop: Hop,
        request: &Message<'_>,
        rejection: &Rejection,
    ) {
        let tag = self.tag();
        let octets = response(request, rejection, &tag, hop.remote);
        self.answer(now, server, octets);
    }

    /// Answers a request with a response that the node wrote.
    pub fn answer(&mut self, now: Duration, server: ServerId, octets: Vec<u8>) {
        self.layer.respond(now, server, octets);
        if let Some(mut forwarded) = self.forwarded.remove(&server) {
            self.schedule.set(&mut forwarded.armed, None, server);
            for branch in &forwarded.branches {
                self.layer.cancel(now, branch.client);
                self.clients.remove(&branch.client);
            }
        }
    }

    /// A tag that no other dialog of this node has.
    pub fn tag(&mut self) -> String {
        format!("{:016x}", self.tags.next_u64())
    }

    /// Where the request went that a response answers.
    pub fn asked(&mut self, response: &Message<'_>) -> Option<Hop> {
        self.layer.asked(response)
    }

    /// Where the responses to a request go.
    pub fn hop(&mut self, server: ServerId) -> Option<Hop> {
        self.layer.hop(server)
    }

    /// What was sent to a hop does not arrive.
    pub fn hop_failed(&mut self, now: Duration, hop: Hop) {
        self.layer.hop_failed(hop);
        self.settle(now);
    }

    /// When [`timeout`](Self::timeout) is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.layer.poll_timeout(), self.schedule.next()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time passed. Timer C cancels what rings too long (16.8); if not even that is answered, the transaction times out.
    pub fn timeout(&mut self, now: Duration) {
        while let Some(server) = self.schedule.pop(now) {
            if let Some(forwarded) = self.forwarded.get_mut(&server) {
                forwarded.armed = None;
            }
            self.cancel(now, server);
        }
        self.layer.timeout(now);
        self.settle(now);
    }

    /// The next message to send.
    pub fn poll_send(&mut self) -> Option<SipOutput> {
        self.layer.poll_send()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<RelayEvent> {
        self.events.pop_front()
    }

    /// Client and server transactions, and requests under way.
    #[must_use]
    pub fn len(&self) -> (usize, usize, usize) {
        let (clients, servers) = self.layer.len();
        (clients, servers, self.forwarded.len())
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layer.is_empty() && self.forwarded.is_empty() && self.clients.is_empty()
    }
}

/// A response of our own to a request.
#[must_use]
pub(crate) fn response(
    request: &Message<'_>,
    rejection: &Rejection,
    tag: &str,
    source: SocketAddr,
) -> Vec<u8> {
    let mut octets = Vec::with_capacity(512);
    if let Ok(mut writer) = Writer::response_to(&mut octets, request, rejection.status, tag, source) {
        // 399 is what stands for no other code (RFC 3261 20.43): why, for who reads a trace.
        if rejection.why != rejection.status.phrase() && !rejection.why.is_empty() {
            let text = quintet_sip::Quoted(&rejection.why);
            writer = writer.header(quintet_sip::Name::Warning, format_args!("399 cscf {text}"));
        }
        for (name, value) in &rejection.headers {
            writer = writer.header(*name, value);
        }
        writer.finish();
    }
    octets
}
