//! Spans on their way to a collector: OTLP over HTTP, from a thread of its own.
//!
//! ```text
//!  nodes ──try_send──► queue (bounded) ──batch──► thread ──POST /v1/traces──► collector
//!            └─ full: lost, counted                 └─ away: lost, counted, and tried again after a pause
//! ```
//!
//! A node never waits: a span that finds no room is lost. Nothing is kept for a collector that is away.

use crate::tls::{Alpn, ClientTls, server_name};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use quintet_telemetry::{AttemptId, Span, otlp_json};
use rustls::pki_types::ServerName;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;

/// Spans that wait: a burst of a second on a busy node. Some hundred octets each.
const MAX_WAITING: usize = 8_192;

/// Spans of one request.
const BATCH: usize = 512;

/// How long a batch gathers.
const GATHER: Duration = Duration::from_secs(1);

/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a collector that did not take a batch is left alone; what comes meanwhile is lost.
const PAUSE: Duration = Duration::from_secs(10);

/// Where a collector listens: `http://host:port` or `https://host:port`, `/v1/traces` below it.
#[derive(Clone, Debug)]
pub struct Collector {
    authority: String,
    path: String,
    tls: Option<(ClientTls, ServerName<'static>)>,
}

impl Collector {
    /// Of a URL as OTEL_EXPORTER_OTLP_ENDPOINT has it. `authorities` (PEM) are those who may have issued the certificate of a collector
    /// that is reached over TLS; there are no others that are believed.
    ///
    /// # Errors
    /// Why it is none, or which of the two does not fit the other.
    pub fn parse(url: &str, authorities: Option<&[u8]>) -> Result<Self, String> {
        let (rest, secure) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (rest, false),
            (_, Some(rest)) => (rest, true),
            _ => return Err(format!("{url:?} is no http:// or https:// URL")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let valid = |octet: u8| octet.is_ascii_alphanumeric() || b".-_[]:".contains(&octet);
        if host.is_empty() || !authority.bytes().all(valid) {
            return Err(format!(
                "{url:?} names no host: http://127.0.0.1:4318 is what collectors use"
            ));
        }
        let port = if authority.len() == host.len() {
            ":4318"
        } else {
            ""
        };
        let tls = match (secure, authorities) {
            (false, None) => None,
            (true, Some(authorities)) => {
                let tls = ClientTls::from_pem(Alpn::Http11, authorities, None);
                let name =
                    server_name(authority).ok_or_else(|| format!("no certificate can name {host:?}"))?;
                Some((tls.map_err(|error| error.to_string())?, name))
            }
            (true, None) => {
                return Err(format!(
                    "{url:?} is reached over TLS: say in telemetry.authorities who issued its certificate"
                ));
            }
            (false, Some(_)) => {
                return Err(format!(
                    "{url:?} goes without TLS, and telemetry.authorities are given: is https:// meant?"
                ));
            }
        };
        Ok(Self {
            authority: format!("{authority}{port}"),
            path: format!("/{}/v1/traces", path.trim_matches('/')).replace("//", "/"),
            tls,
        })
    }
}

/// What became of spans.
#[derive(Debug, Default)]
struct Outcomes {
    exported: AtomicU64,
    lost: AtomicU64,
}

/// Takes spans; clones go to the same collector.
#[derive(Clone, Debug)]
pub struct Tracer {
    sender: Sender<Span>,
    outcomes: Arc<Outcomes>,
    ratio: f64,
}

/// The thread that exports.
#[derive(Debug)]
pub struct Exporter {
    thread: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Tracer {
    /// Starts the thread. `ratio` (0 to 1) is the share of attempts that is traced; `version` the program's.
    ///
    /// # Errors
    /// As the system says: no thread.
    pub fn start(collector: Collector, ratio: f64, version: &'static str) -> io::Result<(Self, Exporter)> {
        let (sender, receiver) = channel(MAX_WAITING);
        let (stop, stopped) = watch::channel(false);
        let outcomes = Arc::new(Outcomes::default());
        let work = Work {
            collector,
            version,
            receiver,
            outcomes: Arc::clone(&outcomes),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("quintet-otlp".to_owned())
            .spawn(move || runtime.block_on(work.run(stopped)))?;
        let tracer = Self {
            sender,
            outcomes,
            ratio,
        };
        Ok((tracer, Exporter { thread, stop }))
    }

    /// The share of attempts that is traced.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Spans that a collector took, and those that were lost.
    #[must_use]
    pub fn outcomes(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.outcomes.exported), read(&self.outcomes.lost))
    }

    /// Whether spans of this attempt are wanted.
    pub(crate) fn wants(&self, attempt: AttemptId) -> bool {
        attempt.is_sampled(self.ratio)
    }

    /// Hands a span over, or loses it.
    pub fn tell(&self, span: Span) {
        if self.sender.try_send(span).is_err() {
            self.outcomes.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Exporter {
    /// Sends what waits, within the time that a collector has, and ends the thread.
    pub fn finish(self) {
        // It may have ended already.
        let _ = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the thread that exports spans had panicked");
        }
    }
}

/// What the thread does.
struct Work {
    collector: Collector,
    version: &'static str,
    receiver: Receiver<Span>,
    outcomes: Arc<Outcomes>,
}

impl Work {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut batch = Vec::new();
        loop {
            let first = tokio::select! {
                first = self.receiver.recv() => first,
                () = stop(&mut stopped) => None,
            };
            let Some(first) = first else { break };
            batch.push(first);
            let gathering = tokio::time::timeout(GATHER, async {
                while batch.len() < BATCH {
                    match self.receiver.recv().await {
                        Some(span) => batch.push(span),
                        None => break,
                    }
                }
            });
            let ends = tokio::select! {
                _ = gathering => false,
                () = stop(&mut stopped) => true,
            };
            if !self.send(&mut batch).await && !ends {
                self.rest(&mut stopped).await;
            }
            if ends {
                break;
            }
        }
        while let Ok(span) = self.receiver.try_recv() {
            batch.push(span);
        }
        if !batch.is_empty() {
            self.send(&mut batch).await;
        }
    }

    /// Leaves the collector alone for a while; what comes is lost.
    async fn rest(&mut self, stopped: &mut watch::Receiver<bool>) {
        let over = tokio::time::sleep(PAUSE);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return,
                () = stop(stopped) => return,
                span = self.receiver.recv() => match span {
                    Some(_) => drop(self.outcomes.lost.fetch_add(1, Ordering::Relaxed)),
                    None => return,
                },
            }
        }
    }

    /// Sends a batch. Answers whether the collector took it.
    async fn send(&self, batch: &mut Vec<Span>) -> bool {
        let count = batch.len() as u64;
        let body = otlp_json(batch, self.version).to_string();
        batch.clear();
        let sent = tokio::time::timeout(PATIENCE, post(&self.collector, body)).await;
        let why = match sent {
            Ok(Ok(status)) if (200..300).contains(&status) => {
                self.outcomes.exported.fetch_add(count, Ordering::Relaxed);
                return true;
            }
            Ok(Ok(status)) => format!("it answers {status}"),
            Ok(Err(error)) => error,
            Err(_) => "it does not answer".to_owned(),
        };
        self.outcomes.lost.fetch_add(count, Ordering::Relaxed);
        tracing::info!(
            collector = self.collector.authority,
            why,
            spans = count,
            "telemetry.otlp: the collector took no spans; they are lost, and it is tried again later"
        );
        false
    }
}

/// The end was asked for, or nobody can ask for it any more.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error is a sender that is gone.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// One request on a connection of its own; answers the status.
async fn post(collector: &Collector, body: String) -> Result<u16, String> {
    let stream = TcpStream::connect(&collector.authority)
        .await
        .map_err(|error| error.to_string())?;
    match &collector.tls {
        None => post_over(stream, collector, body).await,
        Some((tls, name)) => {
            let secured = tls.connector().connect(name.clone(), stream).await;
            let secured = secured.map_err(|error| format!("TLS: {error}"))?;
            post_over(secured, collector, body).await
        }
    }
}

async fn post_over<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    collector: &Collector,
    body: String,
) -> Result<u16, String> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let request = Request::post(&collector.path)
        .header(HOST, &collector.authority)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let answered = async {
        let answer = sender.send_request(request).await;
        answer.map(|response| response.status().as_u16())
    };
    tokio::pin!(answered, connection);
    // The answer's body says nothing more: the connection is dropped with it.
    tokio::select! {
        status = &mut answered => status.map_err(|error| error.to_string()),
        ended = &mut connection => match ended {
            Ok(()) => answered.await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        },
    }
}

/// A tracer whose spans stay here, and what takes the next of them.
#[cfg(test)]
pub(crate) fn kept(ratio: f64) -> (Tracer, impl FnMut() -> Option<Span>) {
    let (sender, mut receiver) = channel(MAX_WAITING);
    let tracer = Tracer {
        sender,
        outcomes: Arc::default(),
        ratio,
    };
    (tracer, move || receiver.try_recv().ok())
}

#[cfg(test)]
mod tests;
