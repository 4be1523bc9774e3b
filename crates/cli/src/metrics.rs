//! Prometheus metrics: a small HTTP listener that renders what the nodes count, when it is asked.

use anyhow::{Context, Result};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use quintet_runtime::{Application, Clock, Driver, Measured, Tracer};
use quintet_telemetry::{Board, Collection, Meter, metrics};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Scrapes served at once: Prometheus makes one; a flood of them must not cost the HSS its memory.
const MAX_SCRAPES: usize = 16;

/// How long a client may take over its request line and headers.
const HEADER_TIME: Duration = Duration::from_secs(5);

/// How often a [`Board`] is renewed: rates and quantiles on it are over that long.
const BOARD_INTERVAL: Duration = Duration::from_secs(5);

/// Adds what one node has counted, or is told of the process.
type Source = Box<dyn Fn(&mut Collection)>;

/// The nodes of this process, to be asked what they counted.
#[derive(Clone)]
pub(crate) struct Sources {
    started: Duration,
    nodes: Rc<Vec<Source>>,
    tracer: Option<Tracer>,
}

impl Sources {
    /// None yet.
    pub(crate) fn none(clock: Clock) -> Self {
        Self {
            started: clock.moment().wall,
            nodes: Rc::default(),
            tracer: None,
        }
    }

    /// Those that are added from now on are traced.
    pub(crate) fn trace(&mut self, tracer: Tracer) {
        self.tracer = Some(tracer);
    }

    /// Where spans go.
    pub(crate) fn tracer(&self) -> Option<Tracer> {
        self.tracer.clone()
    }

    /// One more, before anybody asks.
    pub(crate) fn add<A: Application + Measured + 'static>(&mut self, driver: &Driver<A>) {
        if let Some(tracer) = &self.tracer {
            driver.trace(tracer, A::NODE);
        }
        let driver = driver.clone();
        self.also(move |into| driver.measure(into));
    }

    /// What is no node's, before anybody asks.
    pub(crate) fn also(&mut self, source: impl Fn(&mut Collection) + 'static) {
        if let Some(nodes) = Rc::get_mut(&mut self.nodes) {
            nodes.push(Box::new(source));
        }
    }

    /// What is told beside the nodes, before anybody asks.
    pub(crate) fn add_told(&mut self, told: impl Fn(&mut Collection) + 'static) {
        if let Some(nodes) = Rc::get_mut(&mut self.nodes) {
            nodes.push(Box::new(told));
        }
    }

    /// What they have counted.
    fn collect(&self) -> Collection {
        let mut collection = Collection::default();
        collection.gauge(&metrics::BUILD, &[env!("CARGO_PKG_VERSION")], 1.0);
        collection.gauge(&metrics::STARTED, &[], self.started.as_secs_f64());
        if let Some(tracer) = &self.tracer {
            let (exported, lost) = tracer.outcomes();
            collection.count(&metrics::TRACE_SPANS, &["exported"], exported);
            collection.count(&metrics::TRACE_SPANS, &["lost"], lost);
        }
        for node in self.nodes.iter() {
            node(&mut collection);
        }
        collection
    }
}

/// Renews a board every few seconds; whoever has a clone reads it on any thread.
pub(crate) fn watch(sources: &Sources, clock: Clock) -> Board {
    let (board, sources) = (Board::default(), sources.clone());
    let published = board.clone();
    tokio::task::spawn_local(async move {
        let (mut meter, mut ticks) = (Meter::default(), tokio::time::interval(BOARD_INTERVAL));
        loop {
            ticks.tick().await;
            published.publish(meter.take(clock.moment().now, sources.collect()));
        }
    });
    board
}

/// Listens for scrapes; answers at which address.
///
/// # Errors
/// If the address cannot be bound.
pub(crate) async fn serve(address: SocketAddr, sources: &Sources) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("metrics.listen = {address}: cannot listen there"))?;
    let local = listener.local_addr()?;
    tokio::task::spawn_local(accept(listener, sources.clone()));
    Ok(local)
}

async fn accept(listener: TcpListener, sources: Sources) {
    let places = Arc::new(Semaphore::new(MAX_SCRAPES));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let sources = sources.clone();
                tokio::task::spawn_local(async move {
                    let service = service_fn(|request| answer(request, &sources));
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

async fn answer(request: Request<Incoming>, sources: &Sources) -> Result<Response<String>, Infallible> {
    let mut response = Response::new(String::new());
    if request.uri().path() != "/metrics" {
        *response.status_mut() = StatusCode::NOT_FOUND;
        *response.body_mut() = "metrics are at /metrics\n".to_owned();
        return Ok(response);
    }
    let kind = hyper::header::HeaderValue::from_static(Collection::CONTENT_TYPE);
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    *response.body_mut() = sources.collect().text();
    Ok(response)
}
