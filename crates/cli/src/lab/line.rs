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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;

/// Octets forwarded at once.
const BUFFER_OCTETS: usize = 1 << 16;

/// Connections that may wait to be accepted: a node makes a handful to another one.
const BACKLOG: u32 = 128;

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// As a wire.
    Open,
    /// What the server says arrives so much later.
    Late(Duration),
    /// Nothing passes, and connecting is refused, as by a machine whose process is dead.
    Cut,
}

struct State {
    condition: Cell<Condition>,
    /// Where the server is; nobody can connect while there is none.
    server: Cell<Option<SocketAddr>>,
    /// Woken when the condition changes.
    changed: Notify,
}

impl State {
    /// Waits until the line is cut, or until it is not.
    async fn until_cut(&self, cut: bool) {
        loop {
            let changed = self.changed.notified();
            if (self.condition.get() == Condition::Cut) == cut {
                return;
            }
            changed.await;
        }
    }
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
        let listener = hold((Ipv4Addr::LOCALHOST, 0).into())
            .and_then(|socket| socket.listen(BACKLOG))
            .context("no TCP port on the loopback address")?;
        let address = listener.local_addr()?;
        let state = Rc::new(State {
            condition: Cell::new(Condition::Open),
            server: Cell::new(None),
            changed: Notify::new(),
        });
        let served = Rc::clone(&state);
        tokio::task::spawn_local(async move {
            if let Err(error) = serve(listener, address, &served).await {
                tracing::error!(%address, %error, "a line of the lab stays cut: its port is gone");
            }
        });
        Ok(Self { address, state })
    }

    /// The server is here from now on.
    pub(super) fn lead_to(&self, server: SocketAddr) {
        self.state.server.set(Some(server));
    }

    /// The line is so from now on.
    pub(super) fn set(&self, condition: Condition) {
        self.state.condition.set(condition);
        self.state.changed.notify_waiters();
    }
}

/// Holds an address without listening on it: nobody else gets it, and connecting to it is refused.
fn hold(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that were cut linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts while the line is not cut.
async fn serve(mut listener: TcpListener, address: SocketAddr, state: &Rc<State>) -> io::Result<()> {
    loop {
        tokio::select! {
            biased;
            () = state.until_cut(true) => {}
            ended = accept(&listener, state) => return ended,
        }
        drop(listener);
        let held = hold(address)?;
        state.until_cut(false).await;
        listener = held.listen(BACKLOG)?;
    }
}

async fn accept(listener: &TcpListener, state: &Rc<State>) -> io::Result<()> {
    loop {
        let (client, _) = listener.accept().await?;
        let Some(server) = state.server.get() else {
            continue;
        };
        let state = Rc::clone(state);
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
        () = state.until_cut(true) => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    /// Far more than anything here takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn echo(listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            tokio::task::spawn_local(async move {
                let (mut from, mut to) = stream.into_split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    }

    /// Whether what is sent to an address comes back.
    async fn passes(stream: &mut TcpStream) -> bool {
        let mut back = [0; 1];
        stream.write_all(b"x").await.is_ok() && stream.read_exact(&mut back).await.is_ok()
    }

    #[test]
    fn a_cut_line_breaks_connections_and_refuses_new_ones_until_it_is_open_again() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let test = async {
            let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let at = server.local_addr().expect("its address");
            tokio::task::spawn_local(echo(server));
            let line = Line::start().await.expect("a line");
            line.lead_to(at);
            for _ in 0..3 {
                let mut client = TcpStream::connect(line.address).await.expect("an open line");
                assert!(passes(&mut client).await);
                line.set(Condition::Cut);
                assert!(!passes(&mut client).await, "the connection is broken");
                // Whoever was in the queue of the listener is reset; then there is no listener.
                let refused = async {
                    loop {
                        match TcpStream::connect(line.address).await {
                            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
                            _ => tokio::task::yield_now().await,
                        }
                    }
                };
                tokio::time::timeout(PATIENCE, refused).await.expect("refused");
                line.set(Condition::Open);
                let reached = async {
                    while TcpStream::connect(line.address).await.is_err() {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::time::timeout(PATIENCE, reached).await.expect("open again");
            }
        };
        tokio::task::LocalSet::new().block_on(&runtime, test);
    }
}
