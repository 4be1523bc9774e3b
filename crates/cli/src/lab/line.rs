//! A line between two nodes: TCP, forwarded, so that it can be cut and slowed while both ends are real. Its address stays
//! the same whoever is behind it.

use anyhow::{Context, Result};
use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Octets forwarded at once.
const BUFFER_OCTETS: usize = 1 << 16;

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// As a wire.
    Open,
    /// What the server says arrives so much later.
    Late(Duration),
    /// Nothing passes, and nobody can connect.
    Cut,
}

struct State {
    condition: Cell<Condition>,
    /// Where the server is; nobody can connect while there is none.
    server: Cell<Option<SocketAddr>>,
    /// Woken when the line is cut.
    cut: Notify,
}

/// The line at work.
pub(super) struct Line {
    /// Where clients find the server.
    pub(super) address: SocketAddr,
    state: Rc<State>,
}

impl Line {
    /// A line to a server that [`Self::lead_to`] names.
    ///
    /// # Errors
    /// If the system gives no socket.
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no TCP port on the loopback address")?;
        let address = listener.local_addr()?;
        let state = Rc::new(State {
            condition: Cell::new(Condition::Open),
            server: Cell::new(None),
            cut: Notify::new(),
        });
        tokio::task::spawn_local(accept(listener, Rc::clone(&state)));
        Ok(Self { address, state })
    }

    /// The server is here from now on.
    pub(super) fn lead_to(&self, server: SocketAddr) {
        self.state.server.set(Some(server));
    }

    /// The line is so from now on.
    pub(super) fn set(&self, condition: Condition) {
        self.state.condition.set(condition);
        if condition == Condition::Cut {
            self.state.cut.notify_waiters();
        }
    }
}

async fn accept(listener: TcpListener, state: Rc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = state
            .server
            .get()
            .filter(|_| state.condition.get() != Condition::Cut);
        let Some(server) = server else {
            continue;
        };
        let state = Rc::clone(&state);
        tokio::task::spawn_local(async move {
            // An end of either side ends the other; there is nobody to tell.
            let _ = forward(client, server, &state).await;
        });
    }
}

async fn forward(client: TcpStream, server: SocketAddr, state: &State) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        ended = pump(from_client, to_server, || Duration::ZERO) => ended,
        ended = pump(from_server, to_client, || match state.condition.get() {
            Condition::Late(by) => by,
            Condition::Open | Condition::Cut => Duration::ZERO,
        }) => ended,
        () = state.cut.notified() => Ok(()),
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    late: impl Fn() -> Duration,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_OCTETS];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let by = late();
        if by > Duration::ZERO {
            tokio::time::sleep(by).await;
        }
        to.write_all(&buffer[..read]).await?;
    }
}
