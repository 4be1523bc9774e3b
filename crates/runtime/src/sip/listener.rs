//! Connections that peers make.

use super::connection::{NO_TLS, SipConnection, run_connection};
use super::settings::SipSettings;
use crate::complaints::ApplicationProtocol;
use crate::{Application, Driver};
use quintet_sip::transport::{Hop, Protocol};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long to wait when the process has no file descriptors left, before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts until a shutdown. A failing accept (no descriptors left) is told once and tried again.
pub(crate) async fn run_listener<A: Application + 'static>(
    listener: TcpListener,
    driver: Driver<A>,
    settings: SipSettings,
) {
    let mut failing = false;
    let mut closing = driver.sip_closing();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, remote)) => {
                failing = false;
                if !driver.sip_admits(remote.ip(), &settings.limits) {
                    tracing::debug!(%remote, "SIP connection refused: there are too many");
                    continue;
                }
                let (driver, settings) = (driver.clone(), settings.clone());
                tokio::task::spawn_local(async move {
                    let address = stream.local_addr();
                    if let Ok(local) = address {
                        serve(driver, stream, (local, remote), settings).await;
                    }
                });
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "cannot accept SIP connections; trying on");
                    failing = true;
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve<A: Application + 'static>(
    driver: Driver<A>,
    stream: TcpStream,
    (local, remote): (SocketAddr, SocketAddr),
    settings: SipSettings,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let protocol = if settings.tls.is_some() {
        Protocol::Tls
    } else {
        Protocol::Tcp
    };
    let hop = Hop {
        protocol,
        local,
        remote,
    };
    let connection = Rc::new(SipConnection::new(hop, settings.limits.waiting_octets));
    // Counted from here, or handshakes would not be.
    driver.sip_accepted(&connection);
    let Some(tls) = settings.tls else {
        return run_connection(driver, connection, stream, (settings.limits, true)).await;
    };
    let made = timeout(settings.limits.first_message, tls.acceptor().accept(stream)).await;
    match made.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        Ok(stream) => run_connection(driver, connection, stream, (settings.limits, true)).await,
        Err(error) => {
            driver.tls_failed(remote, &error, ApplicationProtocol::Sip, NO_TLS);
            driver.sip_ended(&connection, true, true);
        }
    }
}
