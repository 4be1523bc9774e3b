//! SIP in the driver: whole messages in, messages out, connections that came and went.

use super::{Driver, Engine};
use crate::complaints::ApplicationProtocol;
use crate::datagram::PacketSocket;
use crate::sip::{SipConnection, SipDatagrams, SipLimits, SipSettings, SipSockets, run_listener};
use crate::tap::Way;
use crate::tls::ClientTls;
use crate::{Application, Moment, listener};
use quintet_sip::stream::{Frame, Inbox, PONG};
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long to wait after a socket failed in a way that has nothing to do with a peer.
const FAILURE_PAUSE: Duration = Duration::from_millis(100);

/// Longest run of line ends that is a keep-alive (RFC 5626 3.5.1; some send one line end over UDP).
const KEEP_ALIVE_OCTETS: usize = 4;

/// What the engine keeps of SIP.
pub(super) struct SipState {
    pub(super) sockets: SipSockets,
    closing: watch::Sender<bool>,
}

impl Default for SipState {
    fn default() -> Self {
        Self {
            sockets: SipSockets::default(),
            closing: watch::Sender::new(false),
        }
    }
}

impl<A: Application + 'static> Driver<A> {
    /// Listens for SIP, and answers where (a port of 0 is chosen by the system, one for UDP and TCP). Messages go to
    /// [`Application::sip`].
    ///
    /// # Errors
    /// As the system says: in use, not ours, not permitted.
    pub fn listen_sip(&self, settings: SipSettings) -> io::Result<SocketAddr> {
        let mut address = settings.address;
        if settings.tcp || settings.tls.is_some() {
            let listener = listener::bind(address)?;
            address = listener.local_addr()?;
            let engine = &mut *self.shared.engine.borrow_mut();
            engine.sip.sockets.add_listener(address, settings.limits);
            if settings.tls.is_some() {
                engine.complaints.expect(ApplicationProtocol::Sip);
            }
            tokio::task::spawn_local(run_listener(listener, self.clone(), settings.clone()));
        }
        if settings.udp {
            let datagrams = SipDatagrams::bind(address, settings.interface.as_deref())?;
            address = datagrams.local();
            let (socket, full) = (datagrams.socket(), datagrams.full());
            let index = self
                .shared
                .engine
                .borrow_mut()
                .sip
                .sockets
                .add_datagrams(datagrams);
            tokio::task::spawn_local(run_receiver(self.clone(), index, Rc::clone(&socket)));
            tokio::task::spawn_local(run_sender(self.clone(), socket, full));
        }
        Ok(address)
    }

    /// With what TLS connections are made from now on; without it they fail.
    pub fn secure_sip(&self, tls: ClientTls) {
        self.expect_tls(ApplicationProtocol::Sip);
        self.shared.engine.borrow_mut().sip.sockets.secure(tls);
    }

    /// A datagram socket has something.
    fn sip_readable(&self, index: usize) -> io::Result<()> {
        let at = self.shared.clock.moment();
        let received = {
            let engine = &mut *self.shared.engine.borrow_mut();
            let (application, node, tap) = (&mut engine.application, &mut engine.node, &mut engine.tap);
            let Some(socket) = engine.sip.sockets.datagrams(index) else {
                return Ok(());
            };
            socket.receive(&mut |local, remote, octets| {
                let hop = Hop {
                    protocol: Protocol::Udp,
                    local,
                    remote,
                };
                if octets.len() <= KEEP_ALIVE_OCTETS {
                    return;
                }
                if let Some(tap) = tap {
                    tap.sip_message(at.wall, &hop, Way::Received, octets);
                }
                application.sip(at, node, hop, octets);
            })
        };
        self.settle(at);
        received
    }

    /// Works off every whole message of a connection's inbox. Answers how many there were.
    pub(crate) fn sip_received(&self, connection: &SipConnection, inbox: &mut Inbox) -> io::Result<usize> {
        let at = self.shared.clock.moment();
        let hop = connection.hop();
        let mut messages = 0;
        let worked_off = {
            let engine = &mut *self.shared.engine.borrow_mut();
            loop {
                match inbox.next() {
                    None => break Ok(()),
                    Some(Ok(Frame::Ping)) => {
                        connection.write(PONG);
                    }
                    Some(Ok(Frame::Pong)) => {}
                    Some(Ok(Frame::Message(octets))) => {
                        messages += 1;
                        if let Some(tap) = &mut engine.tap {
                            tap.sip_message(at.wall, &hop, Way::Received, octets);
                        }
                        engine.application.sip(at, &mut engine.node, hop, octets);
                    }
                    Some(Err(error)) => {
                        break Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string()));
                    }
                }
            }
        };
        self.settle(at);
        worked_off.map(|()| messages)
    }

    /// Whether one more connection of this address fits.
    pub(crate) fn sip_admits(&self, from: IpAddr, limits: &SipLimits) -> bool {
        let (all, of_address) = self.shared.engine.borrow().sip.sockets.count(from);
        all < limits.connections && of_address < limits.connections_per_address
    }

    pub(crate) fn sip_accepted(&self, connection: &Rc<SipConnection>) {
        self.shared.engine.borrow_mut().sip.sockets.accepted(connection);
    }

    /// A connection of ours came about.
    pub(crate) fn sip_connected(&self, connection: &Rc<SipConnection>, local: SocketAddr) {
        let engine = &mut *self.shared.engine.borrow_mut();
        engine.sip.sockets.connected(connection, local);
    }

    /// A connection ended, or could not be made.
    pub(crate) fn sip_ended(&self, connection: &Rc<SipConnection>, accepted: bool, came_about: bool) {
        let at = self.shared.clock.moment();
        {
            let engine = &mut *self.shared.engine.borrow_mut();
            engine.sip.sockets.ended(connection, accepted, came_about);
            if let Some(tap) = &mut engine.tap {
                tap.sip_closed(at.wall, &connection.hop());
            }
        }
        self.settle(at);
    }

    /// Becomes true when nothing is listened for any more.
    pub(crate) fn sip_closing(&self) -> watch::Receiver<bool> {
        self.shared.engine.borrow().sip.closing.subscribe()
    }

    /// Ends every connection once what was said on it is out, and listens no more.
    pub(super) fn close_sip(&self) {
        let engine = &mut *self.shared.engine.borrow_mut();
        engine.sip.closing.send_replace(true);
        engine.sip.sockets.close();
    }
}

impl<A: Application> Engine<A> {
    /// Tells the application what failed, and sends what it has to say. Answers whether there was anything.
    pub(super) fn sip_turn(&mut self, at: Moment) -> bool {
        let mut spoke = false;
        while let Some(hop) = self.sip.sockets.take_failed() {
            spoke = true;
            self.application.sip_failed(at, &mut self.node, hop);
        }
        loop {
            while let Some(command) = self.application.poll_sa() {
                spoke = true;
                self.sa_command(at, command);
            }
            let Some(output) = self.application.poll_sip() else {
                return spoke;
            };
            spoke = true;
            if let (Some(tap), SipOutput::Send { hop, octets }) = (&mut self.tap, &output) {
                tap.sip_message(at.wall, hop, Way::Sent, octets);
            }
            match self.esp_send(at, output) {
                Some(SipOutput::Send { hop, octets }) => {
                    self.sip.sockets.send(hop, octets);
                }
                Some(SipOutput::Close { hop }) => {
                    if let Some(connection) = self.sip.sockets.connection(hop) {
                        connection.close();
                    }
                }
                None => {}
            }
        }
    }
}

/// Takes datagrams in whenever there are some.
async fn run_receiver<A: Application + 'static>(driver: Driver<A>, index: usize, socket: Rc<PacketSocket>) {
    let mut closing = driver.sip_closing();
    let mut failing = false;
    loop {
        let ready = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => return,
            ready = socket.readable() => ready,
        };
        match ready.and_then(|()| driver.sip_readable(index)) {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "SIP: cannot receive; trying on");
                    failing = true;
                }
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
        tokio::task::consume_budget().await;
    }
}

/// Sends on whenever a full socket takes datagrams again.
async fn run_sender<A: Application + 'static>(driver: Driver<A>, socket: Rc<PacketSocket>, full: Rc<Notify>) {
    loop {
        full.notified().await;
        if socket.writable().await.is_err() {
            tokio::time::sleep(FAILURE_PAUSE).await;
        }
        driver.settle(driver.shared.clock.moment());
    }
}
