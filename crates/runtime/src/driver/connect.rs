//! Connections that the node asks for, over TCP and TLS.

use super::Driver;
use crate::Application;
use crate::carrier::Carrier;
use crate::complaints::ApplicationProtocol;
use crate::listener::HANDSHAKE_TIME;
use crate::peer_tls::{self, PeerTls};
use quintet_diameter::node::PeerId;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Makes the connection that the node asked for. The node's own timer bounds the attempt.
pub(super) async fn run_connect<A: Application + 'static>(
    driver: Driver<A>,
    peer: PeerId,
    address: SocketAddr,
) {
    let tls = driver.shared.engine.borrow().secured.get(&peer).cloned();
    let adopted = match (TcpStream::connect(address).await, tls) {
        (Ok(stream), None) => driver.adopt(Carrier::plain(stream), None, Some(peer)),
        (Ok(stream), Some(tls)) => secure(&driver, peer, stream, &tls).await,
        (Err(error), _) => Err(error),
    };
    if let Err(error) = adopted {
        driver.with(|at, node, _| node.connect_failed(at.now, peer, &error.to_string()));
    }
}

/// TLS with a server whose certificate must name the peer's Origin-Host, unless it is pinned.
async fn secure<A: Application + 'static>(
    driver: &Driver<A>,
    peer: PeerId,
    stream: TcpStream,
    tls: &PeerTls,
) -> io::Result<()> {
    let identity = driver.with(|_, node, _| node.peer(peer).map(|peer| peer.identity.to_owned()));
    let name = identity.and_then(|identity| ServerName::try_from(identity).ok());
    let name = name.ok_or(io::ErrorKind::InvalidInput)?;
    // A peer that falls silent now must not hold the attempt: the node makes another, and that one is held as well.
    let stream = timeout(HANDSHAKE_TIME, tls.connector().connect(name, stream)).await;
    let stream = stream.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    // The node says so itself, as of every peer that is not reached.
    let stream = stream.inspect_err(|_| driver.count_tls_failure(ApplicationProtocol::Diameter))?;
    let (stream, connection) = stream.into_inner();
    let shown = peer_tls::certificate(connection.peer_certificates());
    driver.adopt(Carrier::secured(stream, connection.into()), shown, Some(peer))
}
