//! Associations in user space, or commands for the kernel's.

use super::{Carrier, PATIENCE};
use crate::plan::Plan;
use quintet_esp::{Event, SaCommand, SaStatus};
use quintet_runtime::{Clock, EspBackend, EspSettings, EspSocket, EspTransport, hop_of};
use quintet_sip::transport::Hop;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::runtime::Runtime;

pub(crate) struct Space {
    runtime: Rc<Runtime>,
    clock: Clock,
    transport: EspTransport,
    sockets: Vec<EspSocket>,
}

impl Space {
    pub(crate) fn open(
        runtime: Rc<Runtime>,
        local: IpAddr,
        backend: EspBackend,
        plans: &[Plan],
    ) -> Result<Self, String> {
        let entered = Rc::clone(&runtime);
        let _entered = entered.enter();
        let settings = EspSettings::new(vec![local], backend);
        let mut transport = EspTransport::open(&settings).map_err(|error| error.to_string())?;
        let clock = Clock::start();
        for parameters in plans.iter().flat_map(Plan::parameters) {
            let text = format!("{parameters:?}");
            let install = SaCommand::Install(Box::new(parameters));
            let installed = transport.command(clock.moment(), &mut None, install);
            installed.map_err(|error| format!("{text}: {error}"))?;
        }
        let sockets = transport.sockets();
        Ok(Self {
            runtime,
            clock,
            transport,
            sockets,
        })
    }

    pub(crate) fn associations(&mut self) -> Vec<SaStatus> {
        self.transport.associations(self.clock.moment())
    }

    /// Sends, then waits for packets or for the next timeout; up to so long.
    async fn work(&mut self, most: Duration) -> Result<(), String> {
        let moment = self.clock.moment();
        let full = self.transport.transmit(moment, &mut None);
        let due = self.transport.poll_timeout();
        let due = due.map_or(most, |due| due.saturating_sub(moment.now).min(most));
        type Wait<'a> = Pin<Box<dyn Future<Output = std::io::Result<()>> + 'a>>;
        let readable = self
            .sockets
            .iter()
            .map(|socket| -> Wait<'_> { Box::pin(socket.readable()) });
        let writable = full
            .into_iter()
            .map(|socket| -> Wait<'_> { Box::pin(self.sockets[socket].writable()) });
        let woken = tokio::time::timeout(due, first_of(readable.chain(writable).collect())).await;
        let moment = self.clock.moment();
        if woken.is_ok() {
            for socket in 0..self.sockets.len() {
                self.transport
                    .receive(moment, &mut None, socket)
                    .map_err(|error| error.to_string())?;
            }
        }
        self.transport.timeout(moment);
        self.transport.transmit(moment, &mut None);
        Ok(())
    }
}

/// Waits for the first of some futures.
async fn first_of<F: Future + Unpin>(mut futures: Vec<F>) {
    std::future::poll_fn(|cx| {
        let ready = futures
            .iter_mut()
            .any(|future| std::pin::Pin::new(future).poll(cx).is_ready());
        if ready {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

impl Carrier for Space {
    fn send(&mut self, hop: Hop, octets: &[u8]) -> Result<(), String> {
        if !self.transport.carries(hop) {
            return Err(format!("{hop:?} is not carried"));
        }
        let sent = self.transport.send(self.clock.moment(), hop, octets);
        sent.map_err(|error| error.to_string())?;
        self.transport.transmit(self.clock.moment(), &mut None);
        Ok(())
    }

    fn receive(&mut self) -> Result<(Hop, Vec<u8>), String> {
        let runtime = Rc::clone(&self.runtime);
        let until = self.clock.moment().now + PATIENCE;
        loop {
            while let Some(event) = self.transport.poll_event() {
                match event {
                    Event::Datagram { flow, octets } | Event::Stream { flow, octets } => {
                        return Ok((hop_of(flow), octets));
                    }
                    Event::Opened(_) => {}
                    other => println!("event {other:?}"),
                }
            }
            let left = until.saturating_sub(self.clock.moment().now);
            if left.is_zero() {
                return Err("nothing came".to_owned());
            }
            runtime.block_on(self.work(left))?;
        }
    }

    fn linger(&mut self) {
        let runtime = Rc::clone(&self.runtime);
        for _ in 0..20 {
            let _ = runtime.block_on(self.work(Duration::from_millis(50)));
        }
    }
}
