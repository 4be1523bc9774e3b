//! The connections to a target, made when they are needed and shared by all calls.

use super::connection::ping_again;
use super::stream::{Tapped, Transport};
use crate::complaints::ApplicationProtocol;
use crate::tls::{ClientTls, server_name};
use crate::{Application, Driver};
use bytes::Bytes;
use h2::client::{Builder, Connection, SendRequest};
use quintet_sbi::{CallFailure, CallId, Request, Target};
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// Connections to one target at most: one carries tens of thousands of calls a second, the others are for when the
/// peer allows few streams on one.
const MAX_CONNECTIONS: usize = 4;
/// Calls on a connection before another is made beside it.
const CALLS_BEFORE_ANOTHER: usize = 256;
/// Calls to one target that may wait for an answer: more than a second's worth.
const MAX_CALLS: usize = 16_384;
/// How long TCP, TLS and the preface may take together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long no connection is made, and calls fail at once, after one came to nothing: first. The pause doubles each time.
/// It needs no jitter: what connects when it is over is the next call, which comes when it comes.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
/// The same, at most: soon after a peer is back, calls reach it.
const MAX_BACKOFF: Duration = Duration::from_secs(2);
/// A connection that ended before this, and on which no call was answered, came to nothing as one that could not be
/// made: who accepts connections only to close them would be connected to without a pause otherwise. As long as the
/// longest pause, so that no peer makes us connect more often than that for nothing.
const SHORT_LIVED: Duration = MAX_BACKOFF;
/// How often a connection is pinged.
const PING: Duration = Duration::from_secs(30);
/// All headers of a response together, octets.
const MAX_HEADER_OCTETS: u32 = 16 << 10;
/// Octets that all streams of a connection may have on the way to us.
const CONNECTION_WINDOW: u32 = 1 << 20;

/// A call to make.
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) pool: Rc<Pool>,
    pub(crate) request: Request,
    pub(crate) timeout: Duration,
}

/// The connections to one target.
pub(crate) struct Pool {
    target: Target,
    tls: Option<ClientTls>,
    state: RefCell<State>,
    /// A connection came about or came to nothing.
    changed: Notify,
}

#[derive(Default)]
struct State {
    live: Vec<Rc<Live>>,
    connecting: bool,
    failure: Option<(Instant, CallFailure)>,
    backoff: Duration,
    calls: usize,
}

/// A connection in use.
pub(super) struct Live {
    sender: SendRequest<Bytes>,
    calls: Cell<usize>,
    made: Instant,
    /// Whether a call was answered on it.
    answered: Cell<bool>,
}

impl Live {
    /// Whether it was worth being made, if it ended now.
    fn has_served(&self) -> bool {
        self.answered.get() || self.made.elapsed() >= SHORT_LIVED
    }
}

/// A call's place on a connection.
pub(super) struct Place {
    pool: Rc<Pool>,
    live: Rc<Live>,
}

impl Place {
    pub(super) fn sender(&self) -> SendRequest<Bytes> {
        self.live.sender.clone()
    }

    /// The call was answered: this is a connection that serves.
    pub(super) fn answered(&self) {
        if !self.live.answered.replace(true) {
            self.pool.served();
        }
    }

    /// No further call is to use this connection, for this reason.
    pub(super) fn forsake(&self, reason: &str) {
        self.pool.ended(&self.live, reason);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.live.calls.set(self.live.calls.get().saturating_sub(1));
        let mut state = self.pool.state.borrow_mut();
        state.calls = state.calls.saturating_sub(1);
    }
}

impl Pool {
    pub(crate) fn new(target: Target, tls: Option<ClientTls>) -> Self {
        Self {
            target,
            tls,
            state: RefCell::default(),
            changed: Notify::new(),
        }
    }

    /// Whether a call is under way, or a connection is there or comes about.
    pub(crate) fn is_used(&self) -> bool {
        let state = self.state.borrow();
        state.calls > 0 || state.connecting || !state.live.is_empty()
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// A place on a connection, which is made if there is none.
    pub(super) async fn place<A: Application + 'static>(
        self: &Rc<Self>,
        driver: &Driver<A>,
    ) -> Result<Place, CallFailure> {
        loop {
            let changed = self.changed.notified();
            if let Some(place) = self.try_place(driver)? {
                return Ok(place);
            }
            changed.await;
        }
    }

    /// A place; `None` while a connection is being made.
    fn try_place<A: Application + 'static>(
        self: &Rc<Self>,
        driver: &Driver<A>,
    ) -> Result<Option<Place>, CallFailure> {
        let state = &mut *self.state.borrow_mut();
        if state.calls >= MAX_CALLS {
            return Err(CallFailure::Busy);
        }
        let least = state
            .live
            .iter()
            .min_by_key(|live| live.calls.get())
            .map(Rc::clone);
        let wanted = match &least {
            None => true,
            Some(live) => live.calls.get() >= CALLS_BEFORE_ANOTHER && state.live.len() < MAX_CONNECTIONS,
        };
        if wanted && !state.connecting {
            match &state.failure {
                Some((until, failure)) if Instant::now() < *until => {
                    if least.is_none() {
                        return Err(failure.clone());
                    }
                }
                _ => {
                    state.connecting = true;
                    tokio::task::spawn_local(run_client(driver.clone(), Rc::clone(self)));
                }
            }
        }
        Ok(least.map(|live| {
            live.calls.set(live.calls.get() + 1);
            state.calls += 1;
            Place {
                pool: Rc::clone(self),
                live,
            }
        }))
    }

    fn connected(&self, sender: SendRequest<Bytes>) -> Rc<Live> {
        let live = Rc::new(Live {
            sender,
            calls: Cell::new(0),
            made: Instant::now(),
            answered: Cell::new(false),
        });
        let mut state = self.state.borrow_mut();
        state.connecting = false;
        state.live.push(Rc::clone(&live));
        drop(state);
        self.changed.notify_waiters();
        live
    }

    /// A connection could not be made.
    fn failed(&self, reason: String) {
        self.state.borrow_mut().connecting = false;
        self.pause(reason);
    }

    /// A connection serves: the next one may be made at once.
    fn served(&self) {
        let mut state = self.state.borrow_mut();
        state.failure = None;
        state.backoff = Duration::ZERO;
    }

    /// A connection has ended, or is given up; told more than once, the first time counts.
    fn ended(&self, live: &Rc<Live>, reason: &str) {
        let mut state = self.state.borrow_mut();
        let before = state.live.len();
        state.live.retain(|known| !Rc::ptr_eq(known, live));
        let known = state.live.len() < before;
        drop(state);
        if !known {
            return;
        }
        if live.has_served() {
            self.served();
        } else {
            self.pause(format!(
                "the connection ended before anything was answered: {reason}"
            ));
        }
    }

    /// No connection is made for a while, and calls without one fail.
    fn pause(&self, reason: String) {
        let mut state = self.state.borrow_mut();
        state.backoff = (state.backoff * 2).clamp(FIRST_BACKOFF, MAX_BACKOFF);
        let failure = CallFailure::Unreachable {
            authority: self.target.authority.clone(),
            reason,
        };
        state.failure = Some((Instant::now() + state.backoff, failure));
        drop(state);
        self.changed.notify_waiters();
    }
}

/// Makes a connection and drives it until it ends.
async fn run_client<A: Application + 'static>(driver: Driver<A>, pool: Rc<Pool>) {
    let made = match timeout(CONNECT_TIMEOUT, connect(&driver, &pool)).await {
        Ok(made) => made.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no connection in {CONNECT_TIMEOUT:?}")),
    };
    let (sender, mut connection, _tapped) = match made {
        Ok(made) => made,
        Err(reason) => {
            tracing::debug!(authority = pool.target.authority, reason, "cannot connect");
            return pool.failed(reason);
        }
    };
    let mut ping = connection.ping_pong();
    let live = pool.connected(sender);
    let mut tick = interval_at(Instant::now() + PING, PING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pinged = false;
    let mut closing = driver.sbi_closing();
    let why = loop {
        tokio::select! {
            biased;
            ended = &mut connection => {
                break match ended {
                    Ok(()) => "closed by the peer".to_owned(),
                    Err(error) => {
                        tracing::debug!(authority = pool.target.authority, %error, "connection lost");
                        error.to_string()
                    }
                };
            }
            _ = closing.wait_for(|closing| *closing) => {
                // Calls that are under way hold the connection open; without any it says GOAWAY.
                break "we stop".to_owned();
            }
            _ = tick.tick() => {
                if let Some(ping) = &mut ping
                    && !ping_again(ping, &mut pinged).await
                {
                    tracing::debug!(authority = pool.target.authority, "connection dead: a ping was not answered");
                    break "a ping was not answered".to_owned();
                }
            }
        }
    };
    pool.ended(&live, &why);
    drop(live);
    if *closing.borrow() {
        let _ = timeout(CONNECT_TIMEOUT, connection).await;
    }
}

/// What there is to a connection that was made.
type Made = (
    SendRequest<Bytes>,
    Connection<Tapped, Bytes>,
    crate::driver::SbiTapped,
);

async fn connect<A: Application + 'static>(driver: &Driver<A>, pool: &Pool) -> io::Result<Made> {
    let target = &pool.target;
    let stream = TcpStream::connect(target.authority.as_str()).await?;
    stream.set_nodelay(true)?;
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    let transport = if target.tls {
        let tls = pool
            .tls
            .as_ref()
            .ok_or_else(|| io::Error::other("TLS is asked for, and no authority is trusted"))?;
        let name = server_name(&target.authority)
            .ok_or_else(|| io::Error::other("no name to check a certificate by"))?;
        let stream = tls.connector().connect(name, stream).await;
        // Whoever called says so.
        let stream = stream.inspect_err(|_| driver.count_tls_failure(ApplicationProtocol::Sbi))?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2".as_slice()) {
            return Err(io::Error::other("the peer does not speak HTTP/2"));
        }
        Transport::Client(Box::new(stream))
    } else {
        Transport::Tcp(stream)
    };
    let (witness, tapped) = driver.sbi_tap(local, remote, true, target.tls);
    let io = Tapped::new(transport, witness);
    let (sender, connection) = Builder::new()
        .enable_push(false)
        // Calls wait for the peer's settings: more streams than it takes would be refused.
        .initial_max_send_streams(0)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADER_OCTETS)
        .handshake::<_, Bytes>(io)
        .await
        .map_err(io::Error::other)?;
    Ok((sender, connection, tapped))
}
