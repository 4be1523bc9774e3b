//! A node of IMS UEs, of SIP's shape: messages in and out by hop, commands for security associations, reports.
//!
//! ```text
//!   handle_sip, hop_failed ─►┌─────────────────────────┐─► poll_sip
//!         start, ask ───────►│ transactions ─► users   │─► poll_sa
//!         timeout ──────────►│  (one layer)  (by addr.)│─► poll_event
//!                            └─────────────────────────┘
//! ```
//!
//! Each user has an address of its own: what comes there is for it. A user whose address the P-CSCF sees as another (behind
//! a NAT) is found by its associations.

use super::event::{SimEvent, UserEvent};
use super::interference::Altered;
use super::text;
use super::user::{User, UserId};
use crate::radio::Random;
use quintet_crypto::Direction;
use quintet_esp::SaCommand;
use quintet_ims::ue::{Event, Input, Output, Register, Start, Unanswered};
use quintet_sip::transaction::{ClientId, Layer, Received, Timers, TransactionEvent};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_sip::{MAGIC_COOKIE, Message, Method, StartLine};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

mod answer;
mod request;
mod subscribe;

use request::Pending;

/// Most users of a node: what a laboratory on one machine has addresses and memory for.
pub const MAX_USERS: usize = 1 << 20;

/// Most transactions of either side for each user: a registration, a subscription and its calls.
const TRANSACTIONS_PER_USER: usize = 32;

/// Most altered messages that wait for who watches; of more, the oldest goes.
const MAX_ALTERED: usize = 64;

/// A node of users.
#[derive(Debug)]
pub struct Ues {
    layer: Layer,
    #[expect(
        clippy::vec_box,
        reason = "a hundred thousand are moved when the table grows, and nobody hears meanwhile"
    )]
    users: Vec<Box<User>>,
    addresses: HashMap<IpAddr, UserId>,
    pending: HashMap<ClientId, (UserId, Pending)>,
    /// When a user's timers are due, and of each user when that is.
    waits: BTreeSet<(Duration, UserId)>,
    due: Vec<Option<Duration>>,
    random: Random,
    outputs: Vec<Output>,
    sas: VecDeque<SaCommand>,
    events: VecDeque<SimEvent>,
    altered: VecDeque<Altered>,
}

impl Ues {
    /// A node without users. `timers` are those of its transactions; chance follows from `seed`.
    #[must_use]
    pub fn new(timers: Timers, seed: u64) -> Self {
        Self {
            layer: Layer::new(timers, MAX_USERS.saturating_mul(TRANSACTIONS_PER_USER)),
            users: Vec::new(),
            addresses: HashMap::new(),
            pending: HashMap::new(),
            waits: BTreeSet::new(),
            due: Vec::new(),
            random: Random::new(seed),
            outputs: Vec::new(),
            sas: VecDeque::new(),
            events: VecDeque::new(),
            altered: VecDeque::new(),
        }
    }

    /// Takes a user in; `None` if there are [`MAX_USERS`], or one at this address.
    pub fn add(&mut self, user: User) -> Option<UserId> {
        let address = user.ue.address();
        if self.users.len() == MAX_USERS || self.addresses.contains_key(&address) {
            return None;
        }
        let id = UserId(self.users.len() as u32);
        self.addresses.insert(address, id);
        self.users.push(Box::new(user));
        self.due.push(None);
        Some(id)
    }

    /// How many users there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// A user; it must be one of this node's.
    #[must_use]
    pub fn user(&self, id: UserId) -> &User {
        &self.users[id.0 as usize]
    }

    /// A user, to be given another card, behaviour or carriage.
    pub fn user_mut(&mut self, id: UserId) -> &mut User {
        &mut self.users[id.0 as usize]
    }

    /// All users.
    pub fn users(&self) -> impl Iterator<Item = (UserId, &User)> {
        (0..).map(UserId).zip(self.users.iter().map(Box::as_ref))
    }

    /// Whose a hop is.
    #[must_use]
    pub fn user_at(&self, hop: &Hop) -> Option<UserId> {
        let own = self.addresses.get(&hop.local.ip()).copied();
        own.or_else(|| {
            let mut users = self.users();
            users.find(|(_, user)| user.protects(hop)).map(|(id, _)| id)
        })
    }

    /// A user wants something.
    pub fn start(&mut self, now: Duration, id: UserId, start: Start) {
        self.act(now, id, Input::Start(start));
    }

    // --- What comes ---------------------------------------------------------------------------------------------------

    /// A whole message came over a hop.
    pub fn handle_sip(&mut self, now: Duration, hop: Hop, octets: &[u8]) {
        let Some(id) = self.user_at(&hop) else {
            return;
        };
        let protected = self.user(id).protects(&hop);
        let mut octets = std::borrow::Cow::Borrowed(octets);
        if !protected {
            match self.between(id, Direction::Downlink, hop, &octets) {
                Some(judged) => octets = judged.into(),
                None => return,
            }
        }
        let Ok(message) = Message::parse(&octets) else {
            return;
        };
        let user = self.user(id);
        match message.start() {
            StartLine::Request { method, .. } => {
                let method = *method;
                // TS 24.229 5.1.2A.2: what comes beside the associations is nobody's.
                if !protected && user.ue.associations().next().is_some() {
                    return self.report(id, UserEvent::Unprotected);
                }
                let back = user.response_hop(hop);
                match self.layer.receive(now, back, &message) {
                    Received::Request(server) => {
                        self.act(now, id, Input::Heard(hop));
                        self.request(now, id, server, method, &message);
                    }
                    Received::Cancel { id: server, invite } => {
                        self.cancelled(now, server, invite, &message, hop);
                    }
                    Received::Ack => self.acknowledged(id, &message),
                    _ => {}
                }
            }
            StartLine::Response { .. } => {
                // An answer to what was protected is protected, or somebody else's.
                let to_protected = message
                    .top_via()
                    .is_ok_and(|via| self.user(id).is_protected_port(via.port_or_default()));
                if to_protected && !protected {
                    return self.report(id, UserEvent::Unprotected);
                }
                if let Received::Response(client) = self.layer.receive(now, hop, &message) {
                    self.response(now, client, &message);
                }
            }
        }
        self.work_off(now);
    }

    /// What was sent over a hop does not arrive.
    pub fn hop_failed(&mut self, now: Duration, hop: Hop) {
        self.layer.hop_failed(hop);
        self.work_off(now);
    }

    /// When [`Self::timeout`] has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let users = self.waits.first().map(|(due, _)| *due);
        self.layer.poll_timeout().into_iter().chain(users).min()
    }

    /// Works off what is due.
    pub fn timeout(&mut self, now: Duration) {
        self.layer.timeout(now);
        self.work_off(now);
        while let Some((due, id)) = self.waits.first().copied()
            && due <= now
        {
            self.act(now, id, Input::Timeout);
        }
    }

    // --- What goes ----------------------------------------------------------------------------------------------------

    /// The next thing for the sockets.
    pub fn poll_sip(&mut self) -> Option<SipOutput> {
        loop {
            let output = self.layer.poll_send()?;
            let SipOutput::Send { hop, octets } = output else {
                return Some(output);
            };
            let bare = self.user_at(&hop).filter(|id| !self.user(*id).protects(&hop));
            let Some(id) = bare else {
                return Some(SipOutput::Send { hop, octets });
            };
            if let Some(octets) = self.between(id, Direction::Uplink, hop, &octets) {
                return Some(SipOutput::Send { hop, octets });
            }
        }
    }

    /// The next command for whoever holds security associations. It comes before what is sent over them: poll it first.
    pub fn poll_sa(&mut self) -> Option<SaCommand> {
        self.sas.pop_front()
    }

    /// The next report.
    pub fn poll_event(&mut self) -> Option<SimEvent> {
        self.events.pop_front()
    }

    /// The next message that somebody between changed, or held back.
    pub fn poll_altered(&mut self) -> Option<Altered> {
        self.altered.pop_front()
    }

    /// What somebody between makes of a message that nothing protects; `None`: it does not arrive.
    fn between(&mut self, id: UserId, direction: Direction, hop: Hop, octets: &[u8]) -> Option<Vec<u8>> {
        let arrived = self.user_mut(id).interference.judge(direction, octets);
        if arrived.as_deref() != Some(octets) {
            self.altered.push_back(Altered {
                direction,
                hop,
                sent: octets.to_vec(),
                arrived: arrived.clone(),
            });
            if self.altered.len() > MAX_ALTERED {
                self.altered.pop_front();
            }
        }
        arrived
    }

    fn report(&mut self, user: UserId, what: UserEvent) {
        self.events.push_back(SimEvent { user, what });
    }

    /// What became of transactions without a message.
    fn work_off(&mut self, now: Duration) {
        while let Some(event) = self.layer.poll_event() {
            match event {
                TransactionEvent::ClientTimeout(id) => self.gone(now, id, Unanswered::TimerF),
                TransactionEvent::ClientFailed(id) => self.gone(now, id, Unanswered::Transport),
                TransactionEvent::ClientEnded(id) => drop(self.pending.remove(&id)),
                TransactionEvent::ServerFailed(_) | TransactionEvent::ServerEnded(_) => {}
            }
        }
    }

    /// Something happens to a user.
    fn act(&mut self, now: Duration, id: UserId, input: Input<'_>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        let random = &mut self.random;
        let user = &mut self.users[id.0 as usize];
        let mut entropy = |to: &mut [u8]| to.iter_mut().for_each(|octet| *octet = random.next() as u8);
        user.handle(now, input, &mut entropy, &mut outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Register(register) => self.send_register(now, id, &register),
                Output::Sa(command) => self.sas.push_back(command),
                Output::Subscribe { expires_s } => self.subscribe(now, id, expires_s),
                Output::Event(event) => {
                    if matches!(event, Event::Deregistered(_)) {
                        self.user_mut(id).subscription = None;
                    }
                    self.report(id, UserEvent::Ue(event));
                }
                // A silent user leaves it unanswered.
                Output::Challenge { .. } => {}
            }
        }
        self.outputs = outputs;
        self.reschedule(id);
    }

    fn reschedule(&mut self, id: UserId) {
        let next = self.user(id).ue.poll_timeout();
        let due = &mut self.due[id.0 as usize];
        if *due == next {
            return;
        }
        if let Some(before) = std::mem::replace(due, next) {
            self.waits.remove(&(before, id));
        }
        self.waits.extend(next.map(|next| (next, id)));
    }

    /// A branch of its own for each request (RFC 3261 8.1.1.7).
    fn branch(&mut self) -> String {
        format!("{MAGIC_COOKIE}{:016x}", self.random.next())
    }

    fn tag(&mut self) -> String {
        format!("{:08x}", self.random.next() as u32)
    }

    fn send_register(&mut self, now: Duration, id: UserId, register: &Register) {
        self.user_mut(id).contact = Some(register.contact);
        let way = register.way;
        let branch = self.branch();
        let username = self.user(id).ue.identity().impi.username().to_owned();
        let write = |protocol| {
            let heard_at = way.heard_at;
            let sending = text::Sending {
                protocol,
                heard_at,
                branch: &branch,
                asks_port: !way.protected,
            };
            text::register(register, &username, sending)
        };
        let cseq = register.cseq;
        let sent = self.send_request(now, id, way, write, Pending::Register { cseq });
        if !sent {
            let why = Unanswered::Transport;
            self.act(now, id, Input::Unanswered { cseq, why });
        }
    }

    /// The answer to a REGISTER.
    fn registered(&mut self, now: Duration, id: UserId, cseq: u32, message: &Message<'_>) {
        let Some(contact) = self.user(id).contact else {
            return;
        };
        if let Some(reply) = text::reply(message, contact) {
            self.act(now, id, Input::Answered { cseq, reply: &reply });
        }
    }
}

/// The method of a request, if a user answers it as a service.
const fn service(method: Method<'_>) -> Option<super::event::Service> {
    match method {
        Method::Invite => Some(super::event::Service::Invite),
        Method::Message => Some(super::event::Service::Message),
        Method::Options => Some(super::event::Service::Options),
        _ => None,
    }
}
