//! Client transactions: INVITE (RFC 3261 17.1.1 with RFC 6026) and all others (17.1.2).
//!
//! ```text
//!  INVITE   Calling ─1xx─► Proceeding ─3xx–6xx─► Completed ─D─►     other   Trying ─1xx─► Proceeding ─final─► over
//!           A: again   └────2xx──► Accepted ─M─►  (ACK sent)                E: again      E: each T2
//!           B: timeout                                                      F: timeout    F: timeout
//! ```
//!
//! Completed with timer K, of requests other than INVITE, is for taking repeated responses away. Those find nothing here any
//! more and are taken away as strays, so that state is not kept: at 20,000 requests a second it would be 100,000 transactions.

use super::table::{Id, Table};
use super::{ClientId, Outbox, Received, Timers, TransactionEvent};
use crate::transport::{Hop, Protocol};
use crate::{Message, Method, Name, ParseError, Status, Writer};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Calling or Trying.
    Sent,
    Proceeding,
    Accepted,
    Completed,
}

#[derive(Debug)]
struct Client {
    invite: bool,
    state: State,
    hop: Hop,
    /// The request, as long as it may be needed again: to be repeated, acknowledged or cancelled.
    request: Vec<u8>,
    /// The ACK of a final response, to be repeated.
    ack: Vec<u8>,
    interval: Duration,
    repeat_at: Option<Duration>,
    end_at: Duration,
    /// To be cancelled with the first provisional response.
    cancel: bool,
    /// Made here (CANCEL): nobody waits for what becomes of it.
    silent: bool,
}

impl Client {
    fn deadline(&self) -> Duration {
        self.repeat_at.map_or(self.end_at, |at| at.min(self.end_at))
    }
}

/// All client transactions.
#[derive(Debug)]
pub(super) struct Clients {
    table: Table<Client>,
    timers: Timers,
    /// Those that wait for something, by where they were sent.
    waiting: BTreeSet<(Protocol, SocketAddr, Id)>,
}

impl Clients {
    pub(super) fn new(timers: Timers) -> Self {
        Self {
            timers,
            table: Table::new(),
            waiting: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.table.next_deadline()
    }

    pub(super) fn holds(&self, key: &[u8]) -> bool {
        self.table.find(key).is_some()
    }

    /// Where the request of this key went.
    pub(super) fn hop(&mut self, key: &[u8]) -> Option<Hop> {
        let id = self.table.find(key)?;
        self.table.get(id).map(|client| client.hop)
    }

    /// Begins a transaction and sends its request.
    pub(super) fn begin(
        &mut self,
        now: Duration,
        hop: Hop,
        method: Method<'_>,
        key: &[u8],
        octets: Vec<u8>,
        out: &mut Outbox,
    ) -> ClientId {
        let invite = method == Method::Invite;
        let repeats = !hop.protocol.is_reliable();
        let kept = if invite || repeats {
            octets.clone()
        } else {
            Vec::new()
        };
        let client = Client {
            invite,
            state: State::Sent,
            hop,
            request: kept,
            ack: Vec::new(),
            interval: self.timers.t1,
            repeat_at: repeats.then_some(now + self.timers.t1),
            end_at: now + if invite { self.timers.b } else { self.timers.f },
            cancel: false,
            silent: method == Method::Cancel,
        };
        let deadline = client.deadline();
        let id = self.table.insert(key, client);
        self.table.arm(id, Some(deadline));
        self.waiting.insert((hop.protocol, hop.remote, id));
        out.send(hop, octets);
        ClientId(id)
    }

    /// A response of that key; `None` if nobody waits for it.
    pub(super) fn response(
        &mut self,
        now: Duration,
        key: &[u8],
        message: &Message<'_>,
        status: Status,
        out: &mut Outbox,
    ) -> Option<(Received, Option<CancelOf>)> {
        let id = self.table.find(key)?;
        let client = self.table.get(id)?;
        let silent = client.silent;
        let reliable = client.hop.protocol.is_reliable();
        let mut cancel = None;
        let mut ended = false;
        let was = client.state;
        let up = match (client.state, status.is_final()) {
            (State::Sent | State::Proceeding, false) => {
                client.state = State::Proceeding;
                if client.invite {
                    (client.repeat_at, client.end_at) = (None, now + self.timers.patience);
                    cancel = std::mem::take(&mut client.cancel)
                        .then(|| CancelOf::new(client))
                        .flatten();
                } else if client.repeat_at.is_some() {
                    client.interval = self.timers.t2;
                }
                true
            }
            (State::Sent | State::Proceeding, true) => {
                client.repeat_at = None;
                client.cancel = false;
                if !client.invite {
                    client.state = State::Completed;
                    ended = true;
                } else if status.is_success() {
                    client.request = Vec::new();
                    (client.state, client.end_at) = (State::Accepted, now + self.timers.m);
                } else {
                    (client.state, client.end_at) = (State::Completed, now + self.timers.d);
                    if let Ok(ack) = ack(&client.request, message) {
                        out.send(client.hop, ack.clone());
                        client.ack = ack;
                    }
                    ended = reliable;
                }
                true
            }
            // More 2xx come from other branches behind a forking proxy, or because their ACK was lost: the user's business.
            (State::Accepted, true) => status.is_success(),
            (State::Completed, true) => {
                if client.invite && !status.is_success() && !client.ack.is_empty() {
                    out.send(client.hop, client.ack.clone());
                }
                false
            }
            (State::Accepted | State::Completed, false) => false,
        };
        let (deadline, hop, invite) = (client.deadline(), client.hop, client.invite);
        let waits = matches!(client.state, State::Sent | State::Proceeding);
        if !waits && matches!(was, State::Sent | State::Proceeding) {
            self.waiting.remove(&(hop.protocol, hop.remote, id));
        }
        if ended {
            self.table.remove(id);
            if invite {
                out.event(TransactionEvent::ClientEnded(ClientId(id)));
            }
        } else {
            self.table.arm(id, Some(deadline));
        }
        let received = if up && !silent {
            Received::Response(ClientId(id))
        } else {
            Received::Absorbed
        };
        Some((received, cancel))
    }

    /// Cancels an INVITE: now, if it has a provisional response, else when one comes (RFC 3261 9.1).
    pub(super) fn cancel(&mut self, id: ClientId) -> Option<CancelOf> {
        let client = self.table.get(id.0)?;
        match client.state {
            State::Sent if client.invite => client.cancel = true,
            State::Proceeding if client.invite => return CancelOf::new(client),
            _ => {}
        }
        None
    }

    /// Works off what is due.
    pub(super) fn timeout(&mut self, now: Duration, out: &mut Outbox) {
        while let Some(id) = self.table.due(now) {
            let Some(client) = self.table.get(id) else {
                continue;
            };
            if client.end_at <= now {
                self.end(id, TransactionEvent::ClientTimeout(ClientId(id)), out);
                continue;
            }
            if client.repeat_at.is_some_and(|at| at <= now) {
                out.send(client.hop, client.request.clone());
                let doubled = client.interval * 2;
                client.interval = if client.invite {
                    doubled
                } else {
                    doubled.min(self.timers.t2)
                };
                client.repeat_at = Some(now + client.interval);
            }
            let deadline = client.deadline();
            self.table.arm(id, Some(deadline));
        }
    }

    /// What was sent to `hop` does not arrive.
    pub(super) fn hop_failed(&mut self, hop: Hop, out: &mut Outbox) {
        let first = Id::default();
        let range = (hop.protocol, hop.remote, first)..;
        let there = self
            .waiting
            .range(range)
            .take_while(|(protocol, remote, _)| (*protocol, *remote) == (hop.protocol, hop.remote));
        let ids: Vec<Id> = there.map(|(_, _, id)| *id).collect();
        for id in ids {
            let Some(client) = self.table.get(id) else {
                continue;
            };
            // Port 0 took whatever connection there was.
            let same = client.hop.local == hop.local || client.hop.local.port() == 0 || hop.local.port() == 0;
            if same {
                self.end(id, TransactionEvent::ClientFailed(ClientId(id)), out);
            }
        }
    }

    /// Takes a transaction away; `failure` is said if it was still waiting.
    fn end(&mut self, id: Id, failure: TransactionEvent, out: &mut Outbox) {
        let Some(client) = self.table.remove(id) else {
            return;
        };
        self.waiting.remove(&(client.hop.protocol, client.hop.remote, id));
        if client.silent {
            return;
        }
        if matches!(client.state, State::Sent | State::Proceeding) {
            out.event(failure);
        } else if client.invite {
            out.event(TransactionEvent::ClientEnded(ClientId(id)));
        }
    }
}

/// A CANCEL to be sent.
pub(super) struct CancelOf {
    pub(super) hop: Hop,
    pub(super) octets: Vec<u8>,
}

impl CancelOf {
    fn new(client: &Client) -> Option<Self> {
        let request = Message::parse(&client.request).ok()?;
        let octets = follow_up(&request, Method::Cancel, request.header(Name::To)?).ok()?;
        Some(Self {
            hop: client.hop,
            octets,
        })
    }
}

/// The ACK of a final response other than 2xx (RFC 3261 17.1.1.3).
fn ack(request: &[u8], response: &Message<'_>) -> Result<Vec<u8>, ParseError> {
    let request = Message::parse(request)?;
    let to = response.header(Name::To).ok_or(ParseError::missing(Name::To))?;
    follow_up(&request, Method::Ack, to)
}

/// ACK or CANCEL of an INVITE: its Request-URI, topmost Via, From, Call-ID, number of CSeq and Route (RFC 3261 9.1, 17.1.1.3).
fn follow_up(request: &Message<'_>, method: Method<'_>, to: &str) -> Result<Vec<u8>, ParseError> {
    let mut out = Vec::with_capacity(512);
    let value = |name| request.header(name).ok_or(ParseError::missing(name));
    Writer::request(&mut out, method, request.request_uri()?)
        .header(Name::Via, request.top_via()?.as_str())
        .header(Name::MaxForwards, 70)
        .copied(Name::Route, request)
        .header(Name::From, value(Name::From)?)
        .header(Name::To, to)
        .header(Name::CallId, value(Name::CallId)?)
        .header(Name::CSeq, format_args!("{} {method}", request.cseq()?.number))
        .finish();
    Ok(out)
}
