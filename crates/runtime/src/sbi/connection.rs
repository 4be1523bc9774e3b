//! A connection to this server: requests in, a batch for each read; answers out.

use super::inbound::{Inbound, Incoming, Trouble};
use super::message::{announced, outgoing, request, response_head};
use super::settings::SbiLimits;
use super::stream::Tapped;
use crate::{Application, Driver};
use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Ping, PingPong, Reason, RecvStream};
use quintet_sbi::{ProblemDetails, Request, Response};
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

/// Requests worked off at once, so that others on this thread get their turn.
const MAX_BATCH: usize = 256;

/// Octets that all streams of a connection may have on the way to us (RFC 9113 6.9): a few hundred usual requests.
const CONNECTION_WINDOW: u32 = 1 << 20;

/// What a connection costs at the moment.
pub(super) struct Load {
    limits: SbiLimits,
    in_flight: Cell<u32>,
    partial: Cell<usize>,
    wasted: Cell<u32>,
}

impl Load {
    pub(super) fn take_partial(&self, octets: usize) -> Result<(), Trouble> {
        self.partial.set(self.partial.get() + octets);
        if self.partial.get() > self.limits.partial_octets {
            return Err(Trouble::TooLong);
        }
        Ok(())
    }

    pub(super) fn release_partial(&self, octets: usize) {
        self.partial.set(self.partial.get().saturating_sub(octets));
    }
}

/// The way back of a request.
pub(crate) struct Answer {
    respond: SendResponse<Bytes>,
    load: Rc<Load>,
}

impl Answer {
    fn new(respond: SendResponse<Bytes>, load: &Rc<Load>) -> Self {
        load.in_flight.set(load.in_flight.get() + 1);
        Self {
            respond,
            load: Rc::clone(load),
        }
    }

    /// Answers; nobody hears it when the stream is gone.
    pub(crate) fn send(mut self, response: Response) {
        let head = response_head(&response);
        let body = response.body;
        let sent = match self.respond.send_response(head, body.is_empty()) {
            Ok(mut stream) if !body.is_empty() => stream.send_data(outgoing(body), true),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if sent.is_err() {
            self.load.wasted.set(self.load.wasted.get().saturating_add(1));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.load
            .in_flight
            .set(self.load.in_flight.get().saturating_sub(1));
    }
}

/// A connection while it is served.
struct Served {
    connection: Connection<Tapped, Bytes>,
    load: Rc<Load>,
    /// Requests whose bodies have not come whole.
    slow: Vec<(Inbound, Answer)>,
    ping: Option<PingPong>,
    pinged: bool,
    used: Instant,
}

/// Serves a connection until it ends. Answers why it ended, for a log.
pub(super) async fn serve<A: Application + 'static>(
    driver: Driver<A>,
    io: Tapped,
    limits: SbiLimits,
    mut closing: watch::Receiver<bool>,
) -> Result<(), h2::Error> {
    let handshake = builder(&limits).handshake::<_, Bytes>(io);
    let Ok(connection) = timeout(limits.handshake, handshake).await else {
        return Err(Reason::SETTINGS_TIMEOUT.into());
    };
    let mut served = Served::new(connection?, limits);
    let mut tick = interval_at(Instant::now() + limits.ping, limits.ping);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut drained_by = None;
    loop {
        let batch = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing), if drained_by.is_none() => {
                served.connection.graceful_shutdown();
                drained_by = Some(Instant::now() + limits.drain);
                continue;
            }
            () = sleep_until(drained_by.unwrap_or_else(Instant::now)), if drained_by.is_some() => return Ok(()),
            batch = poll_fn(|cx| served.poll_batch(cx)) => batch,
            _ = tick.tick() => {
                if !served.keep_alive().await {
                    return Ok(());
                }
                continue;
            }
        };
        let Some(batch) = batch else { return Ok(()) };
        let batch = batch?;
        for (inbound, answer) in served.slow.drain(..) {
            tokio::task::spawn_local(run_slow(driver.clone(), inbound, answer));
        }
        if !batch.is_empty() {
            driver.sbi_requests(batch);
        }
        if served.load.wasted.get() > limits.wasted_answers {
            served.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
        }
        tokio::task::consume_budget().await;
    }
}

fn builder(limits: &SbiLimits) -> Builder {
    let mut builder = Builder::new();
    builder
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(limits.header_octets)
        .max_pending_accept_reset_streams(limits.pending_resets);
    builder
}

impl Served {
    fn new(mut connection: Connection<Tapped, Bytes>, limits: SbiLimits) -> Self {
        Self {
            ping: connection.ping_pong(),
            connection,
            load: Rc::new(Load {
                limits,
                in_flight: Cell::new(0),
                partial: Cell::new(0),
                wasted: Cell::new(0),
            }),
            slow: Vec::new(),
            pinged: false,
            used: Instant::now(),
        }
    }

    /// The requests that are there. Ready as well when only slow ones are.
    #[expect(clippy::type_complexity, reason = "the shape of poll_accept, for a batch")]
    fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<(Request, Answer)>, h2::Error>>> {
        let mut batch = Vec::new();
        while batch.len() < MAX_BATCH {
            match self.connection.poll_accept(cx) {
                Poll::Ready(Some(Ok((request, respond)))) => self.accept(cx, request, respond, &mut batch),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Ready(None) => break,
                Poll::Pending if batch.is_empty() && self.slow.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        self.used = Instant::now();
        Poll::Ready(Some(Ok(batch)))
    }

    fn accept(
        &mut self,
        cx: &mut Context<'_>,
        incoming: http::Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
        batch: &mut Vec<(Request, Answer)>,
    ) {
        if self.load.in_flight.get() >= self.load.limits.streams {
            respond.send_reset(Reason::REFUSED_STREAM);
            return;
        }
        let answer = Answer::new(respond, &self.load);
        let (parts, stream) = incoming.into_parts();
        let announced = announced(&parts.headers);
        if announced.is_some_and(|octets| octets > self.load.limits.body_octets) {
            return answer.send(ProblemDetails::with_status(413).response());
        }
        let head = match request(parts) {
            Ok(head) => head,
            Err(status) => return answer.send(ProblemDetails::with_status(status).response()),
        };
        let incoming = Incoming::new(stream, self.load.limits.body_octets, announced);
        let mut inbound = Inbound::new(head, incoming, Rc::clone(&self.load));
        match inbound.poll_whole(cx) {
            Poll::Ready(Ok(request)) => batch.push((request, answer)),
            Poll::Ready(Err(trouble)) => refuse(answer, trouble),
            Poll::Pending => self.slow.push((inbound, answer)),
        }
    }

    /// Pings, and looks whether the last ping was answered. Answers whether to go on.
    async fn keep_alive(&mut self) -> bool {
        let busy = self.load.in_flight.get() > 0;
        if !busy && self.used.elapsed() >= self.load.limits.idle {
            self.connection.graceful_shutdown();
            return true;
        }
        match &mut self.ping {
            Some(ping) => ping_again(ping, &mut self.pinged).await,
            None => true,
        }
    }
}

/// Sends a ping unless the last one has not been answered: then the peer is gone.
pub(super) async fn ping_again(ping: &mut PingPong, pinged: &mut bool) -> bool {
    if *pinged {
        let answered = poll_fn(|cx| Poll::Ready(ping.poll_pong(cx).is_ready())).await;
        if !answered {
            return false;
        }
    }
    *pinged = ping.send_ping(Ping::opaque()).is_ok();
    true
}

fn refuse(answer: Answer, trouble: Trouble) {
    match trouble {
        Trouble::TooLong => answer.send(ProblemDetails::with_status(413).response()),
        Trouble::Gone => {}
    }
}

/// Waits for the rest of a request.
async fn run_slow<A: Application + 'static>(driver: Driver<A>, mut inbound: Inbound, answer: Answer) {
    match timeout(answer.load.limits.body, poll_fn(|cx| inbound.poll_whole(cx))).await {
        Ok(Ok(request)) => driver.sbi_requests(vec![(request, answer)]),
        Ok(Err(trouble)) => refuse(answer, trouble),
        Err(_) => answer.send(ProblemDetails::with_status(408).response()),
    }
}
