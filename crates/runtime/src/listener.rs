//! Listening sockets.

use crate::{Application, Driver};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Connections that may wait to be accepted: a restart brings every MME back at once.
const BACKLOG: i32 = 1024;

/// How long to wait when the process has no file descriptors left, before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Binds; the address may be one whose former connections still linger, not one that somebody listens on.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until the program ends. A failing accept (no descriptors left) is told once and tried again.
pub(crate) async fn run<A: Application + 'static>(listener: TcpListener, driver: Driver<A>) {
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                failing = false;
                if let Err(error) = driver.adopt(stream, None) {
                    tracing::debug!(%remote, %error, "connection lost while it was accepted");
                }
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "cannot accept connections; trying on");
                    failing = true;
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
