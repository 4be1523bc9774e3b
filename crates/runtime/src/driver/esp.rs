//! Security associations in the driver: commanded by the application, and carrying what it says on protected hops.

use super::{Driver, Engine};
use crate::esp::{EspCarrier, EspError, EspSettings, EspSocket, EspTransport, hop_of};
use crate::tap::Way;
use crate::{Application, Moment};
use quintet_esp::{Event, SaCommand, SaStatus};
use quintet_sip::stream::{Frame, Inbox, PONG};
use quintet_sip::transport::{Hop, SipOutput};
use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long to wait after a socket failed in a way that has nothing to do with a peer.
const FAILURE_PAUSE: Duration = Duration::from_millis(100);

/// What the engine keeps of ESP.
#[derive(Default)]
pub(super) struct EspState {
    transport: Option<EspTransport>,
    /// What came of messages on connections inside associations.
    inboxes: HashMap<Hop, Inbox>,
    /// Woken when the socket of that number is full.
    full: Vec<Rc<Notify>>,
}

impl EspState {
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        self.transport.as_ref()?.poll_timeout()
    }

    pub(super) fn timeout(&mut self, at: Moment) {
        if let Some(transport) = &mut self.transport {
            transport.timeout(at);
        }
    }
}

impl<A: Application + 'static> Driver<A> {
    /// Opens what carries security associations; from then on [`Application::poll_sa`] is carried out. Where
    /// [`EspTransport::wants_sockets`] is answered with `true`, the protected ports are to be listened on.
    ///
    /// # Errors
    /// [`EspError`], which says what to do.
    pub fn open_esp(&self, settings: &EspSettings) -> Result<(EspCarrier, bool), EspError> {
        let transport = EspTransport::open(settings)?;
        let opened = (transport.carrier(), transport.wants_sockets());
        let sockets = transport.sockets();
        {
            let engine = &mut *self.shared.engine.borrow_mut();
            engine.esp.transport = Some(transport);
            engine.esp.full = sockets.iter().map(|_| Rc::new(Notify::new())).collect();
            for (index, socket) in sockets.into_iter().enumerate() {
                let full = Rc::clone(&engine.esp.full[index]);
                tokio::task::spawn_local(run_receiver(self.clone(), index, socket.clone()));
                tokio::task::spawn_local(run_sender(self.clone(), socket, full));
            }
        }
        self.settle(self.shared.clock.moment());
        Ok(opened)
    }

    /// The associations as they stand.
    #[must_use]
    pub fn associations(&self) -> Vec<SaStatus> {
        let at = self.shared.clock.moment();
        let engine = &mut *self.shared.engine.borrow_mut();
        let transport = engine.esp.transport.as_mut();
        transport.map_or_else(Vec::new, |transport| transport.associations(at))
    }

    fn esp_readable(&self, socket: usize) -> io::Result<()> {
        let at = self.shared.clock.moment();
        let received = {
            let engine = &mut *self.shared.engine.borrow_mut();
            match &mut engine.esp.transport {
                Some(transport) => transport.receive(at, &mut engine.tap, socket),
                None => Ok(()),
            }
        };
        self.settle(at);
        received
    }
}

impl<A: Application> Engine<A> {
    /// Carries out a command of the application.
    pub(super) fn sa_command(&mut self, at: Moment, command: SaCommand) {
        let installed = match &command {
            SaCommand::Install(parameters) => Some(parameters.set),
            _ => None,
        };
        match &mut self.esp.transport {
            None => {
                tracing::error!("security associations are wanted, and nothing that carries them was opened")
            }
            Some(transport) => match transport.command(at, &mut self.tap, command) {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(%error, "a security association cannot be had: the UE is not heard inside it");
                }
            },
        }
        if let Some(set) = installed {
            self.application.sa_refused(at, &mut self.node, set);
        }
    }

    /// Sends inside an association, if there is one for the hop. Gives the message back if not.
    pub(super) fn esp_send(&mut self, at: Moment, output: SipOutput) -> Option<SipOutput> {
        let Some(transport) = &mut self.esp.transport else {
            return Some(output);
        };
        let hop = match &output {
            SipOutput::Send { hop, .. } | SipOutput::Close { hop } => *hop,
        };
        if !transport.carries(hop) {
            return Some(output);
        }
        match output {
            SipOutput::Send { octets, .. } => {
                if let Err(error) = transport.send(at, hop, &octets) {
                    tracing::debug!(remote = %hop.remote, %error, "not sent inside an association");
                    self.application.sip_failed(at, &mut self.node, hop);
                }
            }
            SipOutput::Close { .. } => transport.close(at, hop),
        }
        None
    }

    /// Hands out what came inside associations. Answers whether there was anything.
    pub(super) fn esp_turn(&mut self, at: Moment) -> bool {
        let mut happened = false;
        while let Some(event) = self.esp.transport.as_mut().and_then(EspTransport::poll_event) {
            happened = true;
            match event {
                Event::Datagram { flow, octets } => self.protected(at, hop_of(flow), &octets),
                Event::Opened(flow) => {
                    self.esp.inboxes.insert(hop_of(flow), Inbox::new());
                }
                Event::Stream { flow, octets } => self.protected_stream(at, hop_of(flow), &octets),
                Event::Closed(flow, _) => {
                    let hop = hop_of(flow);
                    self.esp.inboxes.remove(&hop);
                    if let Some(tap) = &mut self.tap {
                        tap.sip_closed(at.wall, &hop);
                    }
                    self.application.sip_failed(at, &mut self.node, hop);
                }
                told @ (Event::Expired(_) | Event::Exhausted(_) | Event::Dropped(_)) => {
                    self.application.esp(at, &mut self.node, &told);
                }
            }
        }
        happened
    }

    fn protected(&mut self, at: Moment, hop: Hop, octets: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.sip_message(at.wall, &hop, Way::Received, octets);
        }
        self.application.sip(at, &mut self.node, hop, octets);
    }

    fn protected_stream(&mut self, at: Moment, hop: Hop, octets: &[u8]) {
        // Taken out for the loop, which lends from it.
        let Some(mut inbox) = self.esp.inboxes.remove(&hop) else {
            return;
        };
        inbox.fill(octets);
        while let Some(frame) = inbox.next() {
            match frame {
                Ok(Frame::Message(octets)) => self.protected(at, hop, octets),
                Ok(Frame::Ping) => {
                    let pong = SipOutput::Send {
                        hop,
                        octets: PONG.to_vec(),
                    };
                    self.esp_send(at, pong);
                }
                Ok(Frame::Pong) => {}
                Err(error) => {
                    tracing::debug!(remote = %hop.remote, %error, "no SIP inside an association");
                    self.esp_send(at, SipOutput::Close { hop });
                    return;
                }
            }
        }
        self.esp.inboxes.insert(hop, inbox);
    }

    /// Sends the packets there are.
    pub(super) fn esp_transmit(&mut self, at: Moment) {
        let Some(transport) = &mut self.esp.transport else {
            return;
        };
        for socket in transport.transmit(at, &mut self.tap) {
            if let Some(full) = self.esp.full.get(socket) {
                full.notify_one();
            }
        }
    }
}

/// Takes packets in whenever there are some.
async fn run_receiver<A: Application + 'static>(driver: Driver<A>, index: usize, socket: EspSocket) {
    let mut closing = driver.sip_closing();
    let mut failing = false;
    loop {
        let ready = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => return,
            ready = socket.readable() => ready,
        };
        match ready.and_then(|()| driver.esp_readable(index)) {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "ESP: cannot receive; trying on");
                    failing = true;
                }
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
        tokio::task::consume_budget().await;
    }
}

/// Sends on whenever a full socket takes packets again.
async fn run_sender<A: Application + 'static>(driver: Driver<A>, socket: EspSocket, full: Rc<Notify>) {
    loop {
        full.notified().await;
        if socket.writable().await.is_err() {
            tokio::time::sleep(FAILURE_PAUSE).await;
        }
        driver.settle(driver.shared.clock.moment());
    }
}
