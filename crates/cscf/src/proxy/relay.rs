//! Requests passed on, and their responses passed back: a stateful proxy over the transactions (RFC 3261 16.6 to 16.10).
//!
//! ```text
//!  node ──receive──► Arrival::Request ──forward (once a branch)──► …
//!                    Arrival::Response ─pass, as the node wants it─► best of all branches ─► who asked
//!                    RelayEvent::Failed ─fail, or another branch──►
//! ```
//!
//! CANCEL, timer C, 100, and which of several responses counts are done here. What a response says is the node's.

use super::check::Rejection;
use quintet_procedure::node::Schedule;
use quintet_sip::transaction::{ClientId, Layer, Received, RequestError, ServerId, Timers, TransactionEvent};
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

    /// Gives a response back to who asked (16.7): provisional ones and 2xx at once, others when no branch is left, the best of
    /// them. Our Via is off already.
    pub fn pass(&mut self, now: Duration, client: ClientId, octets: Vec<u8>) {
        let (Some(&Whose::Forwarded(server)), Some(status)) = (self.clients.get(&client), status(&octets))
        else {
            return;
        };
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        if !status.is_final() {
            if status != Status::TRYING {
                if forwarded.invite {
                    self.schedule
                        .set(&mut forwarded.armed, Some(now + self.timer_c), server);
                }
                self.layer.respond(now, server, octets);
            }
            return;
        }
        if status.is_success() {
            let first = !std::mem::replace(&mut forwarded.answered, true);
            self.layer.respond(now, server, octets);
            if first {
                self.finish(now, server, Some(client));
            }
            return;
        }
        self.outcome(now, server, client, status, octets);
    }

    /// Gives a branch up that failed: as if this status had come (16.7, 16.9).
    pub fn fail(&mut self, now: Duration, client: ClientId, status: Status) {
        let Some(&Whose::Forwarded(server)) = self.clients.get(&client) else {
            self.clients.remove(&client);
            return;
        };
        let tag = self.tag();
        let Some(forwarded) = self.forwarded.get(&server) else {
            return;
        };
        let mut octets = Vec::with_capacity(512);
        let source = forwarded.source;
        if let Ok(request) = Message::parse_head(&forwarded.request).map(|(request, _)| request)
            && let Ok(writer) = Writer::response_to(&mut octets, &request, status, &tag, source)
        {
            writer.finish();
        }
        self.outcome(now, server, client, status, octets);
        // Nothing more comes of it: the transaction is gone.
        self.clients.remove(&client);
    }

    fn outcome(
        &mut self,
        now: Duration,
        server: ServerId,
        client: ClientId,
        status: Status,
        octets: Vec<u8>,
    ) {
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        if let Some(branch) = forwarded
            .branches
            .iter_mut()
            .find(|branch| branch.client == client)
        {
            branch.outcome.get_or_insert((status, octets));
        }
        let decline = status.code() >= 600;
        if forwarded.branches.iter().any(|branch| branch.outcome.is_none()) {
            if decline {
                self.cancel(now, server);
            }
            return;
        }
        let answered = std::mem::replace(&mut forwarded.answered, true);
        let best = best(&mut forwarded.branches);
        if !answered && let Some(octets) = best {
            self.layer.respond(now, server, octets);
        }
        self.finish(now, server, None);
    }

    /// A final response went back: other branches of an INVITE end, others are forgotten.
    fn finish(&mut self, now: Duration, server: ServerId, but: Option<ClientId>) {
        let Some(forwarded) = self.forwarded.get_mut(&server) else {
            return;
        };
        self.schedule.set(&mut forwarded.armed, None, server);
        if forwarded.invite {
            for branch in &forwarded.branches {
                if Some(branch.client) != but && branch.outcome.is_none() {
                    self.layer.cancel(now, branch.client);
                }
            }
            return;
        }
        for branch in &forwarded.branches {
            self.clients.remove(&branch.client);
        }
        self.forwarded.remove(&server);
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

    fn settle(&mut self, now: Duration) {
        while let Some(event) = self.layer.poll_event() {
            match event {
                TransactionEvent::ClientTimeout(client) => {
                    self.client_failed(client, Status::REQUEST_TIMEOUT)
                }
                TransactionEvent::ClientFailed(client) => {
                    self.client_failed(client, Status::SERVICE_UNAVAILABLE);
                }
                TransactionEvent::ClientEnded(client) => self.client_ended(client),
                TransactionEvent::ServerFailed(server) => {
                    self.forget(now, server);
                    self.events.push_back(RelayEvent::Abandoned(server));
                }
                TransactionEvent::ServerEnded(server) => self.forget(now, server),
            }
        }
    }

    fn client_failed(&mut self, client: ClientId, status: Status) {
        if let Some(&whose) = self.clients.get(&client) {
            if matches!(whose, Whose::Own(_)) {
                self.clients.remove(&client);
            }
            self.events.push_back(RelayEvent::Failed(client, whose, status));
        }
    }

    /// Its last response may still be on its way through the node: what was forwarded goes with its server transaction.
    fn client_ended(&mut self, client: ClientId) {
        let forwarded = match self.clients.get(&client) {
            Some(Whose::Forwarded(server)) => self.forwarded.contains_key(server),
            Some(Whose::Own(_)) | None => false,
        };
        if !forwarded {
            self.clients.remove(&client);
        }
    }

    /// The other side has nothing more to hear.
    fn forget(&mut self, now: Duration, server: ServerId) {
        if let Some(mut forwarded) = self.forwarded.remove(&server) {
            self.schedule.set(&mut forwarded.armed, None, server);
            for branch in &forwarded.branches {
                if branch.outcome.is_none() && !forwarded.answered {
                    self.layer.cancel(now, branch.client);
                }
                self.clients.remove(&branch.client);
            }
        }
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

/// The status of a response, in octets.
fn status(octets: &[u8]) -> Option<Status> {
    let digits = octets.strip_prefix(b"SIP/2.0 ")?.get(..3)?;
    Status::new(str::from_utf8(digits).ok()?.parse().ok()?)
}

/// The response that counts when all branches have one (16.7.6): a 6xx, else of the lowest class; within 4xx, what the client
/// can do something about.
fn best(branches: &mut [Branch]) -> Option<Vec<u8>> {
    let rank = |status: Status| match status.code() {
        600.. => (0, 0),
        code @ (401 | 407 | 415 | 420 | 484) => (code / 100, 0),
        code => (code / 100, 1),
    };
    let outcomes = branches.iter_mut().filter_map(|branch| branch.outcome.as_mut());
    let best = outcomes.min_by_key(|(status, _)| rank(*status))?;
    Some(std::mem::take(&mut best.1))
}

#[cfg(test)]
mod tests;
