//! The listener: connections, TLS, limits of time and number, on a thread of its own.

use crate::app::{App, Remote, Settings};
use crate::desk::Desk;
use crate::inside::Inside;
use crate::openapi::router;
use crate::places::Places;
use crate::problem::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use core::time::Duration;
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use quintet_store::Store;
use rustls::ServerConfig;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// The TLS configuration of now, with our certificate and its key: each connection asks as it begins.
pub type Tls = Arc<dyn Fn() -> Arc<ServerConfig> + Send + Sync>;

/// Makes further routes, which are clients of the interface and behind the same limits. `/` is theirs to answer.
pub type Pages = Box<dyn FnOnce(Inside) -> Router + Send>;

/// How long connections may take to end when the server stops.
const STOP_TIME: Duration = Duration::from_secs(3);

/// How long is waited after the system refused a connection: it is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bounds of what strangers can take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one IPv4 address, or of the IPv6 addresses of one /64: more are closed.
    pub connections_per_address: usize,
    /// Requests under way at once, of all connections.
    pub requests: usize,
    /// How long a request may take, with its body.
    pub request_time: Duration,
    /// How long a client may take over TLS, and over its next request line and headers: so long a connection may idle.
    pub header_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_address: 128,
            requests: 1_024,
            request_time: Duration::from_secs(30),
            header_time: Duration::from_secs(30),
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The thread or its runtime.
    #[error("no thread for the interface: {0}")]
    Thread(io::Error),
}

/// A running interface.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens, and serves until it is stopped or dropped. `wake` is what the store's waker notifies; `pages`: what else there is.
    ///
    /// # Errors
    /// [`ServerError`].
    #[expect(clippy::disallowed_methods, reason = "the interface listens here")]
    pub fn start(
        address: SocketAddr,
        tls: Option<Tls>,
        limits: Limits,
        settings: Settings,
        pages: Option<Pages>,
        (store, wake): (Box<dyn Store + Send>, Arc<Notify>),
    ) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Listen { address, error };
        let listener = StdListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServerError::Thread)?;
        let (stop, stopped) = watch::channel(false);
        let run = move || {
            runtime.block_on(async move {
                let changed = Arc::new(Notify::new());
                let (desk, work) = Desk::new(store, wake, Arc::clone(&changed));
                let desk_work = tokio::spawn(work);
                let app = App::new(desk, settings);
                if let Err(error) = app.learn_tokens().await {
                    tracing::warn!(%error, "API: the tokens cannot be read; nobody is let in until they can");
                    changed.notify_one();
                }
                let followed = tokio::spawn(app.clone().follow(changed));
                let further = match pages {
                    Some(pages) => pages(Inside::new(app.clone(), tls.is_some(), stopped.clone())),
                    None => Router::new().route("/", get(|| async { Redirect::temporary("/api/") })),
                };
                let service = limited(router(app).merge(further), limits);
                match TcpListener::from_std(listener) {
                    Ok(listener) => accept(listener, tls, limits, service, stopped).await,
                    Err(error) => tracing::error!(%error, "API: the listener cannot be used"),
                }
                followed.abort();
                drop(followed.await);
                desk_work.abort();
            });
        };
        let thread = Builder::new().name("quintet-api".to_owned()).spawn(run);
        Ok(Self {
            address: local,
            stop,
            thread: Some(thread.map_err(ServerError::Thread)?),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: requests under way are answered, for at most some seconds.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the API had panicked");
        }
    }
}

/// What all requests pass.
#[derive(Clone)]
struct Gate {
    places: Arc<Semaphore>,
    time: Duration,
}

/// The routes behind limits, with the headers that every answer has.
pub fn limited(router: Router, limits: Limits) -> Router {
    let gate = Gate {
        places: Arc::new(Semaphore::new(limits.requests)),
        time: limits.request_time,
    };
    router.layer(from_fn_with_state(gate, pass))
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let mut response = match gate.places.try_acquire() {
        Err(_) => Problem::busy("too many requests are under way").into_response(),
        Ok(_place) => match tokio::time::timeout(gate.time, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                let why = "the answer took too long; a change may yet happen";
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Problem::new(status, "time", "it takes too long", why)
                    .remedy("ask again with the same Idempotency-Key")
                    .retry_after(5)
                    .into_response()
            }
        },
    };
    let headers = response.headers_mut();
    // What has no secret and never changes says itself that it may be kept.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    response
}

async fn accept(
    listener: TcpListener,
    tls: Option<Tls>,
    limits: Limits,
    service: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let of_addresses = Places::new(limits.connections_per_address);
    loop {
        let place = tokio::select! {
            () = told(&mut stopped) => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = told(&mut stopped) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, remote)) => {
                let Some(of_address) = of_addresses.take(remote.ip()) else {
                    continue;
                };
                let acceptor = tls.as_ref().map(|current| TlsAcceptor::from(current()));
                let (service, stopped) = (service.clone(), stopped.clone());
                tokio::spawn(async move {
                    connection(stream, remote, acceptor, limits, service, stopped).await;
                    drop((place, of_address));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "API: cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    // All places back: no connection is left.
    let all = places.acquire_many(u32::try_from(limits.connections).unwrap_or(u32::MAX));
    if tokio::time::timeout(STOP_TIME, all).await.is_err() {
        tracing::warn!("API: connections were cut off");
    }
}

/// Waits until the server is stopped.
async fn told(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

async fn connection(
    stream: TcpStream,
    remote: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    service: Router,
    stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "API: small packets are held back");
    }
    match acceptor {
        None => serve(stream, remote, limits, service, stopped).await,
        Some(acceptor) => match tokio::time::timeout(limits.header_time, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => serve(stream, remote, limits, service, stopped).await,
            Ok(Err(error)) => tracing::debug!(%remote, %error, "API: no TLS"),
            Err(_) => tracing::debug!(%remote, "API: TLS took too long"),
        },
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    remote: SocketAddr,
    limits: Limits,
    service: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let answer = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(Remote(remote.ip()));
        service.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), answer);
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = told(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%remote, %error, "API: a connection failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio_rustls::TlsConnector;

    /// Certificates of one authority, for one name each.
    const OWN: [(&str, &[u8], &[u8]); 2] = [
        (
            "hss.epc.mnc001.mcc001.3gppnetwork.org",
            include_bytes!("../../runtime/tests/sctp/certificates/hss.pem"),
            include_bytes!("../../runtime/tests/sctp/certificates/hss.key.pem"),
        ),
        (
            "mme.epc.mnc001.mcc001.3gppnetwork.org",
            include_bytes!("../../runtime/tests/sctp/certificates/mme.pem"),
            include_bytes!("../../runtime/tests/sctp/certificates/mme.key.pem"),
        ),
    ];
    const AUTHORITY: &[u8] = include_bytes!("../../runtime/tests/sctp/certificates/authority.pem");

    fn server_of((_, certificate, key): (&str, &[u8], &[u8])) -> Arc<ServerConfig> {
        let certificates = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key).unwrap();
        let builder = ServerConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Arc::new(
            builder
                .with_no_client_auth()
                .with_single_cert(certificates, key)
                .unwrap(),
        )
    }

    fn provider() -> Arc<rustls::crypto::CryptoProvider> {
        Arc::new(rustls::crypto::aws_lc_rs::default_provider())
    }

    fn client() -> TlsConnector {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(AUTHORITY).unwrap())
            .unwrap();
        let builder = rustls::ClientConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }

    #[tokio::test]
    async fn each_connection_asks_for_the_certificate_of_now() {
        let now = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&now);
        let configs = OWN.map(server_of);
        let tls: Tls = Arc::new(move || Arc::clone(&configs[asked.load(Ordering::Relaxed)]));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let limits = Limits::default();
        let accepting = tokio::spawn(accept(listener, Some(tls), limits, Router::new(), stopped));
        for shown in 0..OWN.len() {
            now.store(shown, Ordering::Relaxed);
            for (other, (name, ..)) in OWN.into_iter().enumerate() {
                let stream = TcpStream::connect(address).await.unwrap();
                let name = ServerName::try_from(name).unwrap();
                let secured = client().connect(name, stream).await;
                assert_eq!(secured.is_ok(), other == shown, "{secured:?}");
            }
        }
        stop.send_replace(true);
        accepting.await.unwrap();
    }
}
