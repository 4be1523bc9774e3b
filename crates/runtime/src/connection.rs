//! One connection: a task that reads, and writes what a full socket left over.

use crate::carrier::Carrier;
use crate::complaints::ApplicationProtocol;
use crate::tap::Link;
use crate::{Application, Driver};
use quintet_diameter::Inbox;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often a connection that may not read (its peer does not read our answers) looks again.
const BACKPRESSURE_CHECK: Duration = Duration::from_millis(20);

/// A connection as the driver holds it.
pub(crate) struct Connection {
    pub(crate) link: Link,
    carrier: Carrier,
    /// Octets of the output that the tap has seen already.
    tapped: Cell<usize>,
    state: Cell<State>,
    wake: Notify,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Output is left: wait until the socket takes it.
    Blocked,
    /// Close when the output is out.
    Draining,
    /// Close now.
    Closing,
}

impl Connection {
    pub(crate) fn new(link: Link, carrier: Carrier) -> Self {
        Self {
            link,
            carrier,
            tapped: Cell::new(0),
            state: Cell::new(State::Open),
            wake: Notify::new(),
        }
    }

    pub(crate) fn tapped(&self) -> usize {
        self.tapped.get()
    }

    pub(crate) fn set_tapped(&self, octets: usize) {
        self.tapped.set(octets);
    }

    /// Writes as much as the socket takes and removes it from `output`. Answers whether all is out.
    pub(crate) fn write(&self, output: &mut Vec<u8>) -> io::Result<bool> {
        let mut written = 0;
        let result = loop {
            if written == output.len() {
                break self.carrier.flush();
            }
            match self.carrier.try_write(&output[written..]) {
                Ok(n) => written += n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(false),
                Err(error) => break Err(error),
            }
        };
        output.drain(..written);
        self.tapped.set(self.tapped.get().saturating_sub(written));
        result
    }

    /// Has the task wait for the socket to take more.
    pub(crate) fn wait_writable(&self) {
        if self.state.get() == State::Open {
            self.state.set(State::Blocked);
        }
        self.wake.notify_one();
    }

    /// Has the task end, after the output is out or at once.
    pub(crate) fn close(&self, after_flush: bool) {
        if self.state.get() != State::Closing {
            self.state.set(if after_flush {
                State::Draining
            } else {
                State::Closing
            });
        }
        self.wake.notify_one();
    }
}

/// Reads and writes until the connection ends.
pub(crate) async fn run<A: Application + 'static>(connection: Rc<Connection>, driver: Driver<A>) {
    let mut inbox = Inbox::new();
    if let Err(error) = serve(&connection, &driver, &mut inbox).await {
        let remote = connection.link.remote;
        if error.kind() == io::ErrorKind::InvalidData {
            // TLS alone says so. In 1.3 who connected hears only now that its certificate is not believed.
            driver.tls_failed(
                remote,
                &error,
                ApplicationProtocol::Diameter,
                "TLS with a Diameter peer failed",
            );
        } else {
            tracing::debug!(%remote, %error, "connection lost");
        }
    }
    connection.carrier.close();
    driver.closed(&connection);
}

async fn serve<A: Application + 'static>(
    connection: &Connection,
    driver: &Driver<A>,
    inbox: &mut Inbox,
) -> io::Result<()> {
    loop {
        match connection.state.get() {
            State::Closing => return Ok(()),
            State::Blocked | State::Draining => {
                if driver.flush(connection)? {
                    if connection.state.get() == State::Draining {
                        return Ok(());
                    }
                    connection.state.set(State::Open);
                    continue;
                }
                tokio::select! {
                    ready = connection.carrier.writable() => ready?,
                    () = connection.wake.notified() => {}
                }
            }
            State::Open => {
                if !driver.wants_read(connection.link.connection) {
                    tokio::select! {
                        () = tokio::time::sleep(BACKPRESSURE_CHECK) => {}
                        () = connection.wake.notified() => {}
                    }
                    continue;
                }
                tokio::select! {
                    biased;
                    () = connection.wake.notified() => continue,
                    ready = connection.carrier.readable() => ready?,
                }
                match connection.carrier.try_read(inbox.space()) {
                    Ok(0) => return Ok(()),
                    Ok(n) => {
                        inbox.filled(n);
                        driver.received(connection, inbox);
                        // One connection's flood must not starve the others on this thread.
                        tokio::task::consume_budget().await;
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
