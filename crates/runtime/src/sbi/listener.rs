//! The listening socket of a server, and what comes before HTTP/2.

use super::connection::serve;
use super::settings::SbiSettings;
use super::stream::{Tapped, Transport};
use crate::complaints::ApplicationProtocol;
use crate::{Application, Driver};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long to wait when the process has no file descriptors left, before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is said when TLS does not come about.
const NO_TLS: &str = "no TLS with an SBI peer";

/// Accepts until a shutdown. A failing accept (no descriptors left) is told once and tried again.
pub(crate) async fn run_listener<A: Application + 'static>(
    listener: TcpListener,
    driver: Driver<A>,
    settings: SbiSettings,
) {
    let mut closing = driver.sbi_closing();
    let mut failing = false;
    loop {
        let accepted = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, remote)) => {
                failing = false;
                if !driver.sbi_admits(settings.limits.connections) {
                    tracing::debug!(%remote, "connection refused: there are too many");
                    continue;
                }
                tokio::task::spawn_local(run_connection(driver.clone(), stream, remote, settings.clone()));
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

async fn run_connection<A: Application + 'static>(
    driver: Driver<A>,
    stream: TcpStream,
    remote: SocketAddr,
    settings: SbiSettings,
) {
    let _counted = driver.sbi_connection();
    let ended = match greet(&driver, stream, &settings).await {
        Ok((io, _link)) => serve(driver.clone(), io, settings.limits, driver.sbi_closing())
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = ended {
        tracing::debug!(%remote, %error, "connection lost");
    }
}

/// What tells the tap that a connection ended.
type Closing = crate::driver::SbiTapped;

async fn greet<A: Application + 'static>(
    driver: &Driver<A>,
    stream: TcpStream,
    settings: &SbiSettings,
) -> io::Result<(Tapped, Closing)> {
    stream.set_nodelay(true)?;
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    let transport = match &settings.tls {
        None => Transport::Tcp(stream),
        Some(tls) => {
            let accepted = timeout(settings.limits.handshake, tls.acceptor().accept(stream)).await;
            let accepted = accepted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            let accepted = accepted
                .inspect_err(|error| driver.tls_failed(remote, error, ApplicationProtocol::Sbi, NO_TLS));
            Transport::Server(Box::new(accepted?))
        }
    };
    let (witness, closing) = driver.sbi_tap(local, remote, false, settings.tls.is_some());
    Ok((Tapped::new(transport, witness), closing))
}
