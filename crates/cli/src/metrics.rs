//! Prometheus metrics: a small HTTP listener that renders what the nodes count, when it is asked.

use anyhow::{Context, Result};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use quintet_diameter::node::{Direction, Node};
use quintet_runtime::{Driver, HssApplication};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Scrapes served at once: Prometheus makes one; a flood of them must not cost the HSS its memory.
const MAX_SCRAPES: usize = 16;

/// How long a client may take over its request line and headers.
const HEADER_TIME: Duration = Duration::from_secs(5);

/// Listens for scrapes; answers at which address.
///
/// # Errors
/// If the address cannot be bound.
pub(crate) async fn serve(address: SocketAddr, driver: Driver<HssApplication>) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("metrics.listen = {address}: cannot listen there"))?;
    let local = listener.local_addr()?;
    tokio::task::spawn_local(accept(listener, driver));
    Ok(local)
}

async fn accept(listener: TcpListener, driver: Driver<HssApplication>) {
    let places = Arc::new(Semaphore::new(MAX_SCRAPES));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let driver = driver.clone();
                tokio::task::spawn_local(async move {
                    let service = service_fn(|request| answer(request, &driver));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEADER_TIME)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service);
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "metrics: a scrape failed");
                    }
                    drop(place);
                });
            }
            Err(error) => tracing::warn!(%error, "metrics: cannot accept"),
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    driver: &Driver<HssApplication>,
) -> Result<Response<String>, Infallible> {
    let mut response = Response::new(String::new());
    if request.uri().path() != "/metrics" {
        *response.status_mut() = StatusCode::NOT_FOUND;
        *response.body_mut() = "metrics are at /metrics\n".to_owned();
        return Ok(response);
    }
    match driver.with(|_, node, application| render(node, application)) {
        Ok(text) => {
            let kind = hyper::header::HeaderValue::from_static(
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            );
            response.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
            *response.body_mut() = text;
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    Ok(response)
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CommandLabels {
    direction: &'static str,
    kind: &'static str,
    application: u32,
    command: u32,
    result: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PriorityLabels {
    priority: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PeerLabels {
    peer: String,
}

/// All metrics as OpenMetrics text.
fn render(node: &Node, application: &HssApplication) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("quintet");
    register_diameter(&mut registry, node);
    register_overload(&mut registry, node);
    register_peers(&mut registry, node);
    register_hss(&mut registry, application);
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter = Counter::<u64>::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn register_diameter(registry: &mut Registry, node: &Node) {
    let counters = node.counters();
    let commands = Family::<CommandLabels, Counter>::default();
    for (key, count) in counters.commands() {
        let labels = CommandLabels {
            direction: match key.direction {
                Direction::Received => "received",
                Direction::Sent => "sent",
            },
            kind: if key.request { "request" } else { "answer" },
            application: key.application_id,
            command: key.code,
            result: key.result,
        };
        commands.get_or_create(&labels).inc_by(count);
    }
    registry.register(
        "diameter_messages",
        "Messages by application, command and result",
        commands,
    );
    for (name, help, value) in [
        (
            "diameter_connections",
            "Connections accepted or made",
            counters.connections,
        ),
        (
            "diameter_connections_refused",
            "Connections turned away by a limit",
            counters.connections_refused,
        ),
        (
            "diameter_half_open_closed",
            "Connections closed without capabilities exchange",
            counters.half_open_closed,
        ),
        (
            "diameter_slow_readers_closed",
            "Connections closed because the peer did not read",
            counters.slow_readers_closed,
        ),
        (
            "diameter_bad_frames",
            "Streams that lost their framing",
            counters.bad_frames,
        ),
        ("diameter_dropped", "Messages dropped", counters.dropped),
        (
            "diameter_unexpected_answers",
            "Answers to no request",
            counters.unexpected_answers,
        ),
        (
            "diameter_duplicates_answered",
            "Duplicates answered from memory",
            counters.duplicates_answered,
        ),
        (
            "diameter_too_busy",
            "Requests refused with 3004, by a limit or for overload",
            counters.too_busy,
        ),
        (
            "diameter_failovers",
            "Requests sent again to another peer",
            counters.failovers,
        ),
        (
            "diameter_timeouts",
            "Requests without an answer in time",
            counters.timeouts,
        ),
    ] {
        counter(registry, name, help, value);
    }
    gauge(
        registry,
        "diameter_open_connections",
        "Connections open now",
        node.connection_count() as i64,
    );
}

fn register_overload(registry: &mut Registry, node: &Node) {
    let shed = Family::<PriorityLabels, Counter>::default();
    for (priority, count) in (0..).zip(node.counters().shed) {
        shed.get_or_create(&PriorityLabels { priority }).inc_by(count);
    }
    registry.register(
        "diameter_shed",
        "Requests refused for overload, by priority (DRMP)",
        shed,
    );
    let overload = node.overload();
    gauge(
        registry,
        "diameter_overload_reduction_percent",
        "Share of their requests that peers are asked not to send",
        i64::from(overload.reduction),
    );
    gauge(
        registry,
        "diameter_pressure_permille",
        "Waiting time in thousandths of diameter.overload.target_wait_ms",
        i64::from(overload.pressure),
    );
}

fn register_peers(registry: &mut Registry, node: &Node) {
    let up = Family::<PeerLabels, Gauge>::default();
    let requests = Family::<PeerLabels, Counter>::default();
    for peer in node.peers() {
        let labels = PeerLabels {
            peer: peer.identity.to_owned(),
        };
        up.get_or_create(&labels).set(i64::from(peer.state.is_open()));
        requests
            .get_or_create(&labels)
            .inc_by(peer.counters.requests_received);
    }
    registry.register("diameter_peer_up", "1 if the peer is open", up);
    registry.register(
        "diameter_peer_requests_received",
        "Requests received from the peer",
        requests,
    );
}

fn register_hss(registry: &mut Registry, application: &HssApplication) {
    let tally = application.tally();
    gauge(
        registry,
        "hss_issuing",
        "1 if this front end issues vectors",
        i64::from(tally.issuing),
    );
    for (name, help, value) in [
        (
            "hss_store_failures",
            "Store commands of the HSS itself that failed",
            tally.store_failures,
        ),
        (
            "hss_resynchronisations",
            "Resynchronisations granted",
            tally.resynchronised,
        ),
        (
            "hss_dif_decreases",
            "Resynchronisations that lowered DIF: look at those SIMs",
            tally.dif_decreases,
        ),
        (
            "hss_resynchronisations_refused",
            "Resynchronisations refused",
            tally.resynchronisations_refused,
        ),
        (
            "hss_requests_given_up",
            "CLR, IDR, DSR, RSR that no serving node took",
            tally.given_up,
        ),
    ] {
        counter(registry, name, help, value);
    }
}
