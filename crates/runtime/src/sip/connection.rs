//! One connection of SIP: a task that reads and frames, and one that writes what the node said.

use super::settings::SipLimits;
use super::sockets::Connect;
use crate::complaints::ApplicationProtocol;
use crate::tls::{ClientTls, server_name};
use crate::{Application, Driver};
use quintet_sip::stream::Inbox;
use quintet_sip::transport::Hop;
use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

/// What is said where TLS does not come about.
pub(super) const NO_TLS: &str = "no TLS with a SIP peer";

/// How long a peer may take nothing of what waits for it.
const STALLED: Duration = Duration::from_secs(32);

/// How long a connection may take to come about: timer B and F are 32 s, and the message must still arrive.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Capacity of the output that outlives a burst.
const KEPT_OCTETS: usize = 1 << 20;

/// How long the last octets may take to leave.
const LINGER: Duration = Duration::from_secs(5);

/// A connection as the sockets hold it.
pub(crate) struct SipConnection {
    hop: Cell<Hop>,
    /// The hop it was asked for by.
    asked: Hop,
    output: RefCell<Vec<u8>>,
    /// Octets that may wait for the peer; beyond it the connection ends.
    most_waiting: usize,
    closing: Cell<bool>,
    /// Woken when there is output, or an end to make.
    wake: Notify,
    /// Woken when the peer is waited for no longer.
    given_up: Notify,
}

impl SipConnection {
    pub(crate) fn new(hop: Hop, most_waiting: usize) -> Self {
        Self {
            hop: Cell::new(hop),
            asked: hop,
            output: RefCell::new(Vec::new()),
            most_waiting,
            closing: Cell::new(false),
            wake: Notify::new(),
            given_up: Notify::new(),
        }
    }

    pub(crate) fn hop(&self) -> Hop {
        self.hop.get()
    }

    pub(crate) fn asked(&self) -> Hop {
        self.asked
    }

    pub(super) fn set_hop(&self, hop: Hop) {
        self.hop.set(hop);
    }

    /// Adds octets to what is to be written. Answers whether it took them.
    pub(crate) fn write(&self, octets: &[u8]) -> bool {
        let mut output = self.output.borrow_mut();
        if self.closing.get() || output.len() + octets.len() > self.most_waiting {
            self.closing.set(true);
            self.given_up.notify_one();
            return false;
        }
        output.extend_from_slice(octets);
        self.wake.notify_one();
        true
    }

    /// Ends it when what was written is out.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.wake.notify_one();
    }
}

/// Serves a connection until it ends.
pub(crate) async fn run_connection<A, S>(
    driver: Driver<A>,
    connection: Rc<SipConnection>,
    stream: S,
    (limits, accepted): (SipLimits, bool),
) where
    A: Application + 'static,
    S: AsyncRead + AsyncWrite,
{
    let (read, write) = tokio::io::split(stream);
    let ended = tokio::select! {
        ended = run_reader(&driver, &connection, read, (limits, accepted)) => ended,
        ended = run_writer(&connection, write) => ended,
        () = connection.given_up.notified() => Err(io::ErrorKind::WriteZero.into()),
    };
    if let Err(error) = ended {
        tracing::debug!(remote = %connection.hop().remote, %error, "SIP connection lost");
    }
    driver.sip_ended(&connection, accepted, true);
}

async fn run_reader<A, S>(
    driver: &Driver<A>,
    connection: &SipConnection,
    mut read: ReadHalf<S>,
    (limits, accepted): (SipLimits, bool),
) -> io::Result<()>
where
    A: Application + 'static,
    S: AsyncRead + AsyncWrite,
{
    let mut inbox = Inbox::new();
    let mut patience = if accepted {
        limits.first_message
    } else {
        limits.idle
    };
    loop {
        let Ok(n) = timeout(patience, read.read(inbox.space())).await else {
            return Err(io::ErrorKind::TimedOut.into());
        };
        match n? {
            0 => return Ok(()),
            n => inbox.filled(n),
        }
        if driver.sip_received(connection, &mut inbox)? > 0 {
            patience = limits.idle;
        }
        // One connection's flood must not starve the others on this thread.
        tokio::task::consume_budget().await;
    }
}

async fn run_writer<S: AsyncRead + AsyncWrite>(
    connection: &SipConnection,
    mut write: WriteHalf<S>,
) -> io::Result<()> {
    let mut batch = Vec::new();
    loop {
        std::mem::swap(&mut batch, &mut connection.output.borrow_mut());
        if !batch.is_empty() {
            let mut rest = batch.as_slice();
            while !rest.is_empty() {
                let Ok(n) = timeout(STALLED, write.write(rest)).await else {
                    return Err(io::ErrorKind::TimedOut.into());
                };
                match n? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    n => rest = &rest[n..],
                }
            }
            write.flush().await?;
            batch.clear();
            // What a burst took is given back.
            batch.shrink_to(KEPT_OCTETS);
            continue;
        }
        if connection.closing.get() {
            let _ = timeout(LINGER, write.shutdown()).await;
            return Ok(());
        }
        connection.wake.notified().await;
    }
}

/// Makes a connection and serves it.
pub(crate) async fn run_connect<A: Application + 'static>(driver: Driver<A>, connect: Connect) {
    let Connect {
        connection,
        local,
        tls,
    } = connect;
    let remote = connection.hop().remote;
    let made = timeout(CONNECT_TIME, make(local, remote)).await;
    let made = made.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let stream = match made {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%remote, %error, "no SIP connection");
            return driver.sip_ended(&connection, false, false);
        }
    };
    let own = stream.local_addr().unwrap_or(local);
    let limits = (SipLimits::default(), false);
    let Some(tls) = tls else {
        driver.sip_connected(&connection, own);
        return run_connection(driver, connection, stream, limits).await;
    };
    let made = timeout(CONNECT_TIME, secure(&tls, remote, stream)).await;
    match made.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        Ok(stream) => {
            driver.sip_connected(&connection, own);
            run_connection(driver, connection, stream, limits).await;
        }
        Err(error) => {
            driver.tls_failed(remote, &error, ApplicationProtocol::Sip, NO_TLS);
            driver.sip_ended(&connection, false, false);
        }
    }
}

async fn make(local: SocketAddr, remote: SocketAddr) -> io::Result<TcpStream> {
    let socket = match remote {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A protected client port has a connection to every UE (TS 33.203 7.1).
    socket.set_reuseaddr(true)?;
    if local.port() != 0 || !local.ip().is_unspecified() {
        socket.bind(local)?;
    }
    let stream = socket.connect(remote).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn secure(
    tls: &ClientTls,
    remote: SocketAddr,
    stream: TcpStream,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = server_name(&remote.to_string()).ok_or(io::ErrorKind::InvalidInput)?;
    tls.connector().connect(name, stream).await
}
