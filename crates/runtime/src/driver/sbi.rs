//! Service based interfaces in the driver: requests in, calls out, and what the engine keeps of both.

use super::{Driver, Engine};
use crate::complaints::ApplicationProtocol;
use crate::sbi::{Answer, Call, Outcome, Pool, SbiSettings, Witness, run_listener};
use crate::spans::Exchanges;
use crate::tap::SbiLink;
use crate::tls::ClientTls;
use crate::{Application, Moment, listener};
use quintet_sbi::{CallFailure, Output, Request, RequestId, Target};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::sync::watch;

/// Targets with a pool at a time; callbacks bring addresses that peers choose. Beyond it, pools in use stay.
const MAX_POOLS: usize = 1024;

/// What the engine keeps of service based interfaces.
pub(super) struct SbiState {
    next_request: u64,
    next_connection: u64,
    answers: HashMap<RequestId, Answer>,
    pools: HashMap<Target, Rc<Pool>>,
    /// To be made when the engine is free.
    calls: Vec<Call>,
    /// Outcomes that the application has not heard of.
    finished: VecDeque<Outcome>,
    tls: Option<ClientTls>,
    /// Those that are traced.
    exchanges: Exchanges,
    /// Connections to servers of ours.
    connections: usize,
    closing: watch::Sender<bool>,
}

impl Default for SbiState {
    fn default() -> Self {
        Self {
            next_request: 0,
            next_connection: 0,
            answers: HashMap::new(),
            pools: HashMap::new(),
            calls: Vec::new(),
            finished: VecDeque::new(),
            tls: None,
            exchanges: Exchanges::default(),
            connections: 0,
            closing: watch::Sender::new(false),
        }
    }
}

impl SbiState {
    pub(super) fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    /// Whether no peer is connected any more.
    pub(super) fn is_idle(&self) -> bool {
        self.connections == 0
    }

    fn pool(&mut self, target: Target) -> Option<Rc<Pool>> {
        if let Some(pool) = self.pools.get(&target) {
            return Some(Rc::clone(pool));
        }
        if self.pools.len() >= MAX_POOLS {
            self.pools.retain(|_, pool| pool.is_used());
            if self.pools.len() >= MAX_POOLS {
                return None;
            }
        }
        let pool = Rc::new(Pool::new(target.clone(), self.tls.clone()));
        self.pools.insert(target, Rc::clone(&pool));
        Some(pool)
    }
}

/// Tells the tap when a connection has ended.
pub(crate) struct SbiTapped(Option<Box<dyn FnOnce()>>);

impl Drop for SbiTapped {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            tell();
        }
    }
}

/// Counts a connection for as long as it lives.
pub(crate) struct Counted<A: Application + 'static>(Driver<A>);

impl<A: Application + 'static> Drop for Counted<A> {
    fn drop(&mut self) {
        let over = {
            let engine = &mut *self.0.shared.engine.borrow_mut();
            engine.sbi.connections -= 1;
            engine.is_over()
        };
        if over {
            self.0.shared.stopped.notify_waiters();
        }
    }
}

impl<A: Application + 'static> Driver<A> {
    /// Listens for requests of service based interfaces, and answers where (a port of 0 is chosen by the system).
    /// Requests go to [`Application::sbi_request`].
    ///
    /// # Errors
    /// As the system says: in use, not ours, not permitted.
    pub fn listen_sbi(&self, settings: SbiSettings) -> io::Result<SocketAddr> {
        let listener = listener::bind(settings.address)?;
        let local = listener.local_addr()?;
        if settings.tls.is_some() {
            self.expect_tls(ApplicationProtocol::Sbi);
        }
        tokio::task::spawn_local(run_listener(listener, self.clone(), settings));
        Ok(local)
    }

    /// With what TLS calls go to `https` targets from now on; without it they fail.
    pub fn secure_sbi(&self, tls: ClientTls) {
        self.expect_tls(ApplicationProtocol::Sbi);
        let engine = &mut *self.shared.engine.borrow_mut();
        engine.sbi.tls = Some(tls);
        engine.sbi.pools.clear();
    }

    /// Requests that came whole. Each connection's batch is worked off before anything is settled.
    pub(crate) fn sbi_requests(&self, batch: Vec<(Request, Answer)>) {
        let at = self.shared.clock.moment();
        {
            let engine = &mut *self.shared.engine.borrow_mut();
            for (request, answer) in batch {
                let id = RequestId(engine.sbi.next_request);
                engine.sbi.next_request += 1;
                engine.sbi.answers.insert(id, answer);
                if let Some((tracer, _)) = &engine.tracing {
                    engine.sbi.exchanges.asked(tracer, at, id, &request);
                }
                engine.application.sbi_request(at, &mut engine.node, id, request);
            }
        }
        self.settle(at);
    }

    /// The outcome of a call. All that come about in one turn of the thread are settled together.
    pub(crate) fn sbi_finished(&self, outcome: Outcome) {
        self.shared.engine.borrow_mut().sbi.finished.push_back(outcome);
        self.shared.pump.notify_one();
    }

    /// Becomes true when connections are to end.
    pub(crate) fn sbi_closing(&self) -> watch::Receiver<bool> {
        self.shared.engine.borrow().sbi.closing.subscribe()
    }

    /// Whether one more connection fits a limit.
    pub(crate) fn sbi_admits(&self, limit: usize) -> bool {
        self.shared.engine.borrow().sbi.connections < limit
    }

    /// Counts a connection in.
    pub(crate) fn sbi_connection(&self) -> Counted<A> {
        self.shared.engine.borrow_mut().sbi.connections += 1;
        Counted(self.clone())
    }

    /// Says GOAWAY on every connection once what is worked on is answered, and listens no more.
    pub(super) fn close_sbi(&self) {
        self.shared.engine.borrow().sbi.closing.send_replace(true);
    }

    /// Tells the tap of a connection. Answers who tells it of octets, and of the end when dropped.
    pub(crate) fn sbi_tap(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
        initiated: bool,
        tls: bool,
    ) -> (Option<Witness>, SbiTapped) {
        let wall = self.shared.clock.moment().wall;
        let link = {
            let engine = &mut *self.shared.engine.borrow_mut();
            let link = SbiLink {
                connection: engine.sbi.next_connection,
                local,
                remote,
                initiated,
                tls,
            };
            engine.sbi.next_connection += 1;
            let Some(tap) = &mut engine.tap else {
                return (None, SbiTapped(None));
            };
            tap.sbi_opened(wall, &link);
            link
        };
        let driver = self.clone();
        let witness: Witness = Rc::new(move |way, octets| {
            let wall = driver.shared.clock.moment().wall;
            if let Some(tap) = &mut driver.shared.engine.borrow_mut().tap {
                tap.sbi_octets(wall, &link, way, octets);
            }
        });
        let driver = self.clone();
        let tell = Box::new(move || {
            let wall = driver.shared.clock.moment().wall;
            if let Some(tap) = &mut driver.shared.engine.borrow_mut().tap {
                tap.sbi_closed(wall, &link);
            }
        });
        (Some(witness), SbiTapped(Some(tell)))
    }
}

impl<A: Application> Engine<A> {
    /// Tells the application what became of its calls, and carries out what it wants to say. Answers whether there was
    /// anything.
    pub(super) fn sbi_turn(&mut self, at: Moment) -> bool {
        let mut spoke = false;
        while let Some((id, outcome)) = self.sbi.finished.pop_front() {
            spoke = true;
            if let Some((tracer, name)) = &self.tracing {
                let telling = (tracer, *name, &mut self.told);
                self.sbi.exchanges.finished(telling, at, id, &outcome);
            }
            self.application.sbi_response(at, &mut self.node, id, outcome);
        }
        while let Some(output) = self.application.poll_sbi() {
            spoke = true;
            match output {
                Output::Respond { id, response } => {
                    if let Some((tracer, name)) = &self.tracing {
                        let telling = (tracer, *name, &mut self.told);
                        self.sbi.exchanges.answered(telling, at, id, &response);
                    }
                    if let Some(answer) = self.sbi.answers.remove(&id) {
                        answer.send(response);
                    }
                }
                Output::Call {
                    id,
                    target,
                    request,
                    timeout,
                } => {
                    if let Some((tracer, _)) = &self.tracing {
                        self.sbi.exchanges.called(tracer, at, id, &request);
                    }
                    match self.sbi.pool(target) {
                        Some(pool) => self.sbi.calls.push(Call {
                            id,
                            pool,
                            request,
                            timeout,
                        }),
                        None => self.sbi.finished.push_back((id, Err(CallFailure::Busy))),
                    }
                }
            }
        }
        spoke
    }
}
