//! The driver: one Diameter node, one application, their connections and timers, on one thread.
//!
//! Every task of a connection borrows the engine for as long as it works off what it read, never across an await.

mod associations;
mod connect;
mod diameter;
mod esp;
mod sbi;
mod sctp;
mod sip;
mod tasks;
mod tls;

use crate::carrier::Carrier;
use crate::complaints::{ApplicationProtocol, Complaints};
use crate::connection::{self, Connection};
use crate::peer_tls::PeerTls;
use crate::sbi::run_call;
use crate::sctp::SctpTransport;
use crate::sip::run_connect as run_sip_connect;
use crate::tap::{self, Link, Tap, Transport, Way};
use crate::{Application, Clock, Moment, Tracer, listener, spans};
use associations::Associations;
use connect::run_connect;
use esp::EspState;
use quintet_diameter::Inbox;
use quintet_diameter::node::{Action, Certificate, ConnectionId, DisconnectCause, Event, Node, PeerId};
use sbi::SbiState;
pub(crate) use sbi::SbiTapped;
use sip::SipState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Drives a node. Clones share it. Use it inside a `tokio::task::LocalSet` of a current-thread runtime.
pub struct Driver<A> {
    shared: Rc<Shared<A>>,
}

impl<A> Clone for Driver<A> {
    fn clone(&self) -> Self {
        Self {
            shared: Rc::clone(&self.shared),
        }
    }
}

struct Shared<A> {
    clock: Clock,
    engine: RefCell<Engine<A>>,
    /// Woken by the store's threads and by whoever changed the application from outside.
    pump: Arc<Notify>,
    /// Woken when the earliest deadline moved forward.
    rearm: Notify,
    /// Woken when the last connection is gone after a shutdown.
    stopped: Notify,
}

struct Engine<A> {
    node: Node,
    application: A,
    tap: Option<Box<dyn Tap>>,
    connections: HashMap<ConnectionId, Rc<Connection>>,
    sctp: Vec<SctpTransport>,
    /// Those of the transports that serve the node.
    associations: Associations,
    sbi: SbiState,
    sip: SipState,
    esp: EspState,
    next_connection: u64,
    armed: Option<Duration>,
    /// Actions that need tasks: taken by [`Driver::settle`] after the borrow ends.
    connects: Vec<(PeerId, SocketAddr)>,
    /// Peers that are connected to over TLS.
    secured: HashMap<PeerId, PeerTls>,
    /// TLS that failed.
    complaints: Complaints,
    stopped: bool,
    /// Where transactions are told, and the node's name there.
    tracing: Option<(Tracer, &'static str)>,
    /// Spans told so far.
    told: u64,
}

impl<A: Application + 'static> Driver<A> {
    /// A driver at work. `pump` is what a store wakes when replies are ready.
    #[must_use]
    pub fn start(
        clock: Clock,
        node: Node,
        application: A,
        tap: Option<Box<dyn Tap>>,
        pump: Arc<Notify>,
    ) -> Self {
        let engine = Engine {
            node,
            application,
            tap,
            connections: HashMap::new(),
            sctp: Vec::new(),
            associations: Associations::default(),
            sbi: SbiState::default(),
            sip: SipState::default(),
            esp: EspState::default(),
            next_connection: 0,
            armed: None,
            connects: Vec::new(),
            secured: HashMap::new(),
            complaints: Complaints::default(),
            stopped: false,
            tracing: None,
            told: 0,
        };
        let shared = Shared {
            clock,
            engine: RefCell::new(engine),
            pump,
            rearm: Notify::new(),
            stopped: Notify::new(),
        };
        let driver = Self {
            shared: Rc::new(shared),
        };
        tokio::task::spawn_local(run_pump(driver.clone()));
        tokio::task::spawn_local(run_timers(driver.clone()));
        driver.shared.pump.notify_one();
        driver
    }

    /// Listens on a TCP address, and answers which (a port of 0 is chosen by the system).
    ///
    /// # Errors
    /// As the system says: in use, not ours, not permitted.
    pub fn listen(&self, address: SocketAddr) -> io::Result<SocketAddr> {
        self.listen_with(address, None)
    }

    /// The same for Diameter over TLS (RFC 6733 2.1: usually port 5868).
    ///
    /// # Errors
    /// As the system says.
    pub fn listen_tls(&self, address: SocketAddr, tls: &PeerTls) -> io::Result<SocketAddr> {
        let local = self.listen_with(address, Some(tls.clone()))?;
        self.expect_tls(ApplicationProtocol::Diameter);
        Ok(local)
    }

    fn listen_with(&self, address: SocketAddr, tls: Option<PeerTls>) -> io::Result<SocketAddr> {
        let listener = listener::bind(address)?;
        let local = listener.local_addr()?;
        tokio::task::spawn_local(listener::run(listener, self.clone(), tls));
        Ok(local)
    }

    /// Connections to this peer are made over TLS.
    pub fn reach_over_tls(&self, peer: PeerId, tls: &PeerTls) {
        self.expect_tls(ApplicationProtocol::Diameter);
        self.shared.engine.borrow_mut().secured.insert(peer, tls.clone());
    }

    /// Does something with the application from outside of any message, and sees to what follows from it.
    pub fn with<R>(&self, work: impl FnOnce(Moment, &mut Node, &mut A) -> R) -> R {
        let at = self.shared.clock.moment();
        let result = {
            let engine = &mut *self.shared.engine.borrow_mut();
            work(at, &mut engine.node, &mut engine.application)
        };
        self.settle(at);
        result
    }

    /// Tells every Diameter transaction, and every exchange on service based interfaces, of the attempts that are traced, as spans of a
    /// node of this name.
    pub fn trace(&self, tracer: &Tracer, name: &'static str) {
        let engine = &mut *self.shared.engine.borrow_mut();
        engine.node.trace(Some(tracer.ratio()));
        engine.tracing = Some((tracer.clone(), name));
    }

    /// Looks at node and application; nothing follows from it.
    pub fn look<R>(&self, look: impl FnOnce(&Node, &A) -> R) -> R {
        let engine = self.shared.engine.borrow();
        look(&engine.node, &engine.application)
    }

    /// Answers what is pending, says DPR to every peer and closes, then ends every SCTP association, and says GOAWAY on service based interfaces; returns when
    /// nothing is left.
    pub async fn shutdown(&self, cause: DisconnectCause) {
        self.with(|at, node, _| node.shutdown(at.now, cause));
        self.close_sbi();
        self.close_sip();
        loop {
            let stopped = self.shared.stopped.notified();
            if self.shared.engine.borrow().is_over() {
                return;
            }
            stopped.await;
        }
    }

    /// An accepted or made connection; a refused one is dropped.
    pub(crate) fn adopt(
        &self,
        carrier: Carrier,
        certificate: Option<Certificate>,
        initiated_for: Option<PeerId>,
    ) -> io::Result<()> {
        carrier.set_nodelay()?;
        let (local, remote) = carrier.ends()?;
        let at = self.shared.clock.moment();
        let connection = {
            let engine = &mut *self.shared.engine.borrow_mut();
            let id = ConnectionId(engine.next_connection);
            engine.next_connection += 1;
            match initiated_for {
                Some(peer) => engine.node.connected(at.now, id, peer, local),
                None => {
                    if let Err(reason) = engine.node.accepted(at.now, id, remote) {
                        tracing::debug!(%remote, %reason, "connection refused");
                        return Ok(());
                    }
                }
            }
            if let Some(certificate) = certificate {
                engine.node.secured(id, certificate);
            }
            let link = Link {
                connection: id,
                local,
                remote,
                initiated: initiated_for.is_some(),
                transport: Transport::Tcp,
            };
            if let Some(tap) = &mut engine.tap {
                tap.opened(at.wall, &link);
            }
            let connection = Rc::new(Connection::new(link, carrier));
            engine.connections.insert(id, Rc::clone(&connection));
            connection
        };
        tokio::task::spawn_local(connection::run(connection, self.clone()));
        self.settle(at);
        Ok(())
    }

    /// Works off every whole message of an inbox, then whatever follows from them. Answers whether to read on.
    pub(crate) fn received(&self, connection: &Connection, inbox: &mut Inbox) -> bool {
        let at = self.shared.clock.moment();
        let id = connection.link.connection;
        let wants_more = {
            let engine = &mut *self.shared.engine.borrow_mut();
            while let Some(frame) = inbox.next() {
                match frame {
                    Ok(octets) => {
                        if let Some(tap) = &mut engine.tap {
                            tap.message(at.wall, &connection.link, Way::Received, octets);
                        }
                        let inbound = engine.node.handle_message(at.now, id, octets);
                        engine.application.handle(at, &mut engine.node, id, inbound);
                    }
                    Err(error) => {
                        engine.node.bad_frame(at.now, id, error);
                        break;
                    }
                }
            }
            engine.node.wants_read(id)
        };
        self.settle(at);
        wants_more
    }

    /// Whether the node takes more input from this connection now.
    pub(crate) fn wants_read(&self, id: ConnectionId) -> bool {
        self.shared.engine.borrow().node.wants_read(id)
    }

    /// Writes on after the socket became writable. Answers whether everything is out.
    pub(crate) fn flush(&self, connection: &Connection) -> io::Result<bool> {
        let at = self.shared.clock.moment();
        let done = {
            let engine = &mut *self.shared.engine.borrow_mut();
            engine.write(at, connection)
        };
        self.settle(at);
        done
    }

    /// The connection ended, by whomever.
    pub(crate) fn closed(&self, connection: &Connection) {
        let at = self.shared.clock.moment();
        {
            let engine = &mut *self.shared.engine.borrow_mut();
            if engine.connections.remove(&connection.link.connection).is_some() {
                engine.node.closed(at.now, connection.link.connection);
                if let Some(tap) = &mut engine.tap {
                    tap.closed(at.wall, &connection.link);
                }
            }
        }
        self.settle(at);
    }

    /// Lets node and application finish what the last input began: store replies, actions, output, deadlines.
    fn settle(&self, at: Moment) {
        let (connects, calls, sip_connects, tasks) = {
            let engine = &mut *self.shared.engine.borrow_mut();
            engine.settle(at);
            engine.node.settled(|| self.shared.clock.moment().now);
            if let Some((tracer, name)) = &engine.tracing {
                let out = self.shared.clock.moment();
                spans::transactions(tracer, name, out, &mut engine.node, &mut engine.told);
            }
            if engine.is_over() {
                self.shared.stopped.notify_waiters();
            }
            let next = engine.next_deadline();
            if next.is_some_and(|next| engine.armed.is_none_or(|armed| next < armed)) {
                self.shared.rearm.notify_one();
            }
            (
                std::mem::take(&mut engine.connects),
                engine.sbi.take_calls(),
                engine.sip.sockets.take_connects(),
                engine.kernel_tasks(),
            )
        };
        for (peer, address) in connects {
            tokio::task::spawn_local(run_connect(self.clone(), peer, address));
        }
        for call in calls {
            tokio::task::spawn_local(run_call(self.clone(), call));
        }
        for connect in sip_connects {
            tokio::task::spawn_local(run_sip_connect(self.clone(), connect));
        }
        self.spawn_kernel_tasks(tasks);
    }
}

impl<A: Application> Engine<A> {
    /// Goes round until nobody has anything left to say, then sends what goes out in packets.
    fn settle(&mut self, at: Moment) {
        loop {
            self.application.pump(at, &mut self.node);
            let acted = self.act(at);
            let commanded = self.sctp_commands(at);
            let transmitted = self.transmit(at);
            let happened = self.sctp_events(at);
            let spoke = self.sbi_turn(at);
            let talked = self.sip_turn(at) | self.esp_turn(at);
            if spoke || talked || acted || commanded || transmitted || happened {
                continue;
            }
            self.sip.sockets.transmit();
            self.esp_transmit(at);
            self.sctp_transmit(at);
            // What was sent may have ended an association.
            if !self.sctp_events(at) {
                break;
            }
        }
    }

    /// Whether the node has stopped and the last association and connection have ended.
    fn is_over(&self) -> bool {
        self.stopped
            && self.sbi.is_idle()
            && self.sip.sockets.is_idle()
            && self.sctp.iter().all(SctpTransport::is_idle)
    }

    /// Carries out what the node asks for. Events may make the application ask for more. Answers whether there was any.
    fn act(&mut self, at: Moment) -> bool {
        let mut acted = false;
        while let Some(action) = self.node.poll_action() {
            acted = true;
            match action {
                Action::Connect { peer, address } => {
                    if !self.connect_diameter(at, peer, address) {
                        self.connects.push((peer, address));
                    }
                }
                Action::Close {
                    connection,
                    after_flush,
                } => {
                    if let Some(open) = self.connections.get(&connection).map(Rc::clone) {
                        if after_flush {
                            // What the socket takes goes out now; the connection's task sees to the rest.
                            let _ = self.write(at, &open);
                        }
                        open.close(after_flush);
                    } else {
                        self.close_sctp(at, connection, after_flush);
                    }
                }
                Action::Event(event) => {
                    if matches!(event, Event::ShutdownComplete) {
                        self.stopped = true;
                        for transport in &mut self.sctp {
                            transport.shutdown_all(at);
                        }
                    }
                    self.application.event(at, &mut self.node, &event);
                }
            }
        }
        acted
    }

    /// Writes the output of every connection that has some. Answers whether any had.
    fn transmit(&mut self, at: Moment) -> bool {
        let mut transmitted = false;
        while let Some(id) = self.node.poll_transmit() {
            transmitted = true;
            let Some(connection) = self.connections.get(&id).map(Rc::clone) else {
                self.write_sctp(at, id);
                continue;
            };
            if !matches!(self.write(at, &connection), Ok(true)) {
                connection.wait_writable();
            }
        }
        transmitted
    }

    /// Shows new output to the tap, then writes as much as the socket takes. Answers whether all is out.
    fn write(&mut self, at: Moment, connection: &Connection) -> io::Result<bool> {
        let output = self.node.output(connection.link.connection);
        if let Some(tap) = &mut self.tap {
            for message in tap::messages(&output[connection.tapped()..]) {
                tap.message(at.wall, &connection.link, Way::Sent, message);
            }
            connection.set_tapped(output.len());
        }
        connection.write(output)
    }

    fn next_deadline(&self) -> Option<Duration> {
        [self.node.poll_timeout(), self.application.poll_timeout()]
            .into_iter()
            .chain(self.sctp.iter().map(SctpTransport::poll_timeout))
            .chain([self.esp.poll_timeout()])
            .flatten()
            .min()
    }
}

/// Settles whenever the store's threads have replies.
async fn run_pump<A: Application + 'static>(driver: Driver<A>) {
    loop {
        driver.shared.pump.notified().await;
        driver.settle(driver.shared.clock.moment());
    }
}

/// Calls the timeouts of node and application when they are due.
async fn run_timers<A: Application + 'static>(driver: Driver<A>) {
    loop {
        let deadline = {
            let engine = &mut *driver.shared.engine.borrow_mut();
            engine.armed = engine.next_deadline();
            engine.armed
        };
        let rearm = driver.shared.rearm.notified();
        match deadline {
            None => rearm.await,
            Some(deadline) => {
                let instant = driver.shared.clock.instant(deadline).into();
                tokio::select! {
                    () = rearm => {}
                    () = tokio::time::sleep_until(instant) => {
                        let at = driver.shared.clock.moment();
                        {
                            let engine = &mut *driver.shared.engine.borrow_mut();
                            engine.node.timeout(at.now);
                            engine.application.timeout(at, &mut engine.node);
                            for transport in &mut engine.sctp {
                                transport.timeout(at);
                            }
                            engine.esp.timeout(at);
                        }
                        driver.settle(at);
                    }
                }
            }
        }
    }
}
