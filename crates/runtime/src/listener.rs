//! Listening sockets.

use crate::carrier::Carrier;
use crate::complaints::ApplicationProtocol;
use crate::handshakes::{Handshakes, Place};
use crate::peer_tls::{self, PeerTls};
use crate::{Application, Driver};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

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

/// How long TLS may take: a few round trips.
pub(crate) const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// What is said when it does not come about.
const NO_TLS: &str = "no TLS with a Diameter peer";

/// Accepts until the program ends. A failing accept (no descriptors left) is told once and tried again.
pub(crate) async fn run<A: Application + 'static>(
    listener: TcpListener,
    driver: Driver<A>,
    tls: Option<PeerTls>,
) {
    let handshakes = Handshakes::default();
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                failing = false;
                match &tls {
                    None => {
                        if let Err(error) = driver.adopt(Carrier::plain(stream), None, None) {
                            tracing::debug!(%remote, %error, "connection lost while it was accepted");
                        }
                    }
                    Some(tls) => match handshakes.begin(remote.ip()) {
                        Some(place) => {
                            let tls = tls.clone();
                            tokio::task::spawn_local(secure(driver.clone(), stream, remote, tls, place));
                        }
                        None => {
                            let error = io::Error::other("too many handshakes of TLS at a time");
                            driver.tls_failed(remote, &error, ApplicationProtocol::Diameter, NO_TLS);
                        }
                    },
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

/// Sets TLS up on what was accepted; `place` is held meanwhile.
async fn secure<A: Application + 'static>(
    driver: Driver<A>,
    stream: TcpStream,
    remote: SocketAddr,
    tls: PeerTls,
    place: Place,
) {
    let made = timeout(HANDSHAKE_TIME, tls.acceptor().accept(stream)).await;
    drop(place);
    let adopted = made
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .and_then(|stream| {
            let (stream, connection) = stream.into_inner();
            let shown = peer_tls::certificate(connection.peer_certificates());
            driver.adopt(Carrier::secured(stream, connection.into()), shown, None)
        });
    if let Err(error) = adopted {
        driver.tls_failed(remote, &error, ApplicationProtocol::Diameter, NO_TLS);
    }
}
