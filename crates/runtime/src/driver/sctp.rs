//! The driver's SCTP transports: opened, commanded, listened to. What serves the application goes to it as it is.

use super::{Driver, Engine, tasks};
use crate::sctp::{
    Back, KernelTask, SctpAddress, SctpCommand, SctpConnectError, SctpError, SctpRemote, SctpSettings,
    SctpTransport, SctpTransportId, SctpUse,
};
use crate::{Application, Moment};
use quintet_diameter::node::PeerId;
use quintet_sctp::{AssociationId, Event};

impl<A: Application + 'static> Driver<A> {
    /// Opens an SCTP transport; it listens if its settings say so.
    ///
    /// # Errors
    /// [`SctpError`], which says what to do.
    pub fn open_sctp(&self, settings: &SctpSettings, serves: SctpUse) -> Result<SctpTransportId, SctpError> {
        let transport = SctpTransport::open(settings, serves)?;
        let id = transport.id();
        if let Back::Packets(packets) = &transport.back {
            tokio::task::spawn_local(tasks::run_receiver(self.clone(), id, packets.socket()));
            let (socket, full) = packets.sender();
            tokio::task::spawn_local(tasks::run_sender(self.clone(), id, socket, full));
        }
        self.shared.engine.borrow_mut().sctp.push(transport);
        self.settle(self.shared.clock.moment());
        Ok(id)
    }

    /// Where a transport is: with the ports that were chosen, and what carries it.
    #[must_use]
    pub fn sctp_address(&self, id: SctpTransportId) -> Option<SctpAddress> {
        let engine = self.shared.engine.borrow();
        engine.transport(id).map(SctpTransport::address)
    }

    /// Begins an association; what serves the transport hears `Up` or `Down` of it. For a Diameter peer use
    /// [`Driver::reach_over_sctp`].
    ///
    /// # Errors
    /// [`SctpConnectError`]: nothing was begun.
    pub fn connect_sctp(
        &self,
        id: SctpTransportId,
        to: SctpRemote,
    ) -> Result<AssociationId, SctpConnectError> {
        let at = self.shared.clock.moment();
        let begun = self.shared.engine.borrow_mut().connect_sctp(at, id, to);
        self.settle(at);
        begun
    }

    /// Has a Diameter peer connected to over SCTP instead of TCP. To be called before the node asks for it: right after
    /// the start.
    pub fn reach_over_sctp(&self, peer: PeerId, id: SctpTransportId, udp_port: Option<u16>) {
        let mut engine = self.shared.engine.borrow_mut();
        engine.associations.reach(peer, id, udp_port);
    }

    /// The socket of a transport has packets.
    pub(super) fn sctp_readable(&self, id: SctpTransportId) -> std::io::Result<()> {
        let at = self.shared.clock.moment();
        let received = {
            let engine = &mut *self.shared.engine.borrow_mut();
            match engine.sctp.iter_mut().find(|transport| transport.id() == id) {
                Some(transport) => transport.receive(at, &mut engine.tap),
                None => Ok(()),
            }
        };
        self.settle(at);
        received
    }
}

impl<A: Application> Engine<A> {
    pub(super) fn transport(&self, id: SctpTransportId) -> Option<&SctpTransport> {
        self.sctp.iter().find(|transport| transport.id() == id)
    }

    pub(super) fn transport_mut(&mut self, id: SctpTransportId) -> Option<&mut SctpTransport> {
        self.sctp.iter_mut().find(|transport| transport.id() == id)
    }

    pub(super) fn connect_sctp(
        &mut self,
        at: Moment,
        id: SctpTransportId,
        to: SctpRemote,
    ) -> Result<AssociationId, SctpConnectError> {
        self.transport_mut(id)
            .ok_or(SctpConnectError::Transport)?
            .connect(at, to)
    }

    /// Carries out what the application asks for. Answers whether there was any.
    pub(super) fn sctp_commands(&mut self, at: Moment) -> bool {
        let mut commanded = false;
        while let Some(command) = self.application.poll_sctp() {
            commanded = true;
            match command {
                SctpCommand::Connect { transport, to, token } => {
                    let outcome = self.connect_sctp(at, transport, to);
                    self.application
                        .sctp_connecting(at, &mut self.node, token, outcome);
                }
                SctpCommand::Send { association, message } => {
                    if let Some(transport) = of(&mut self.sctp, association) {
                        transport.send(at, &mut self.tap, association, message);
                    }
                }
                SctpCommand::Shutdown { association } => {
                    if let Some(transport) = of(&mut self.sctp, association) {
                        transport.shutdown(at, association);
                    }
                }
                SctpCommand::Abort { association } => {
                    if let Some(transport) = of(&mut self.sctp, association) {
                        transport.abort(at, association);
                    }
                }
            }
        }
        commanded
    }

    /// Hands out what happened on every transport. Answers whether anything had.
    pub(super) fn sctp_events(&mut self, at: Moment) -> bool {
        let mut happened = false;
        for index in 0..self.sctp.len() {
            while let Some(transport) = self.sctp.get_mut(index)
                && let Some(event) = transport.poll_event(at, &mut self.tap)
            {
                happened = true;
                if self.stopped
                    && let Event::Up { association, .. } = event
                {
                    // Too late: this process is about to end.
                    transport.shutdown(at, association);
                }
                match (transport.serves(), event) {
                    (SctpUse::Application, Event::Writable { .. }) => {}
                    (SctpUse::Application, event) => self.application.sctp(at, &mut self.node, event),
                    (SctpUse::Diameter, event) => self.diameter_event(at, index, event),
                }
            }
        }
        happened
    }

    /// Sends what all transports have for the network.
    pub(super) fn sctp_transmit(&mut self, at: Moment) {
        for transport in &mut self.sctp {
            transport.transmit(at, &mut self.tap);
        }
    }

    /// Tasks that the kernel's sockets need.
    pub(super) fn kernel_tasks(&mut self) -> Vec<(SctpTransportId, KernelTask)> {
        let mut tasks = Vec::new();
        for transport in &mut self.sctp {
            let id = transport.id();
            if let Back::Kernel(kernel) = &mut transport.back {
                tasks.extend(kernel.take_tasks().into_iter().map(|task| (id, task)));
            }
        }
        tasks
    }
}

/// The transport of an association.
pub(super) fn of(transports: &mut [SctpTransport], association: AssociationId) -> Option<&mut SctpTransport> {
    transports
        .iter_mut()
        .find(|transport| transport.id().owns(association))
}
