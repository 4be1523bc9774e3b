//! An application that answers by path and calls what a test tells it to.

use quintet_diameter::node::{ConnectionId, DisconnectCause, Event, Inbound, Node, NodeConfig};
use quintet_runtime::{Application, Clock, Driver, Measured, Moment, SbiSettings, Tap};
use quintet_sbi::{Body, CallFailure, CallId, Method, Output, Request, RequestId, Response, Target};
use quintet_telemetry::Collection;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Far more than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) type Outcome = Result<Response, CallFailure>;

/// What happened.
#[derive(Default)]
pub(crate) struct Heard {
    /// Every outcome of every call.
    outcomes: RefCell<HashMap<u64, Vec<Outcome>>>,
    /// Requests for `/hold`, which a test answers.
    held: RefCell<Vec<RequestId>>,
    /// The requests that came.
    pub(crate) requests: RefCell<Vec<Request>>,
    news: Notify,
}

impl Heard {
    async fn until<R>(&self, mut look: impl FnMut() -> Option<R>) -> R {
        let wait = async {
            loop {
                let news = self.news.notified();
                if let Some(found) = look() {
                    return found;
                }
                news.await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("news in time")
    }

    /// The outcome of a call.
    pub(crate) async fn outcome(&self, call: u64) -> Outcome {
        self.until(|| self.outcomes.borrow().get(&call).map(|all| all[0].clone()))
            .await
    }

    /// How often a call's outcome was told.
    pub(crate) fn told(&self, call: u64) -> usize {
        self.outcomes.borrow().get(&call).map_or(0, Vec::len)
    }

    /// Waits until so many requests are held.
    pub(crate) async fn held(&self, count: usize) -> Vec<RequestId> {
        self.until(|| (self.held.borrow().len() >= count).then(|| self.held.borrow().clone()))
            .await
    }
}

/// Answers: `/echo` with what came, `/hold` when the test says so, `/long` with a megabyte, all else with 404.
pub(crate) struct Puppet {
    outputs: VecDeque<Output>,
    heard: Rc<Heard>,
}

impl Application for Puppet {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}
    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}
    fn pump(&mut self, _: Moment, _: &mut Node) {}
    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sbi_request(&mut self, _: Moment, _: &mut Node, id: RequestId, request: Request) {
        self.heard.requests.borrow_mut().push(request.clone());
        let response = match request.path.split('?').next() {
            Some("/hold") => {
                self.heard.held.borrow_mut().push(id);
                self.heard.news.notify_waiters();
                return;
            }
            Some("/echo") => Response {
                content_type: request.content_type,
                location: Some("http://here/there".to_owned()),
                headers: vec![("retry-after", "7".to_owned())],
                body: request.body,
                ..Response::new(201)
            },
            Some("/long") => Response {
                body: Body::from(vec![b'x'; 1 << 20]),
                ..Response::new(200)
            },
            _ => Response::new(404),
        };
        self.outputs.push_back(Output::Respond { id, response });
    }

    fn sbi_response(&mut self, _: Moment, _: &mut Node, id: CallId, outcome: Outcome) {
        self.heard
            .outcomes
            .borrow_mut()
            .entry(id.0)
            .or_default()
            .push(outcome);
        self.heard.news.notify_waiters();
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

impl Measured for Puppet {
    const NODE: &'static str = "puppet";
    const DIAMETER: bool = false;

    fn measure(&self, _: &mut Collection) {}
}

/// A driver with a puppet.
pub(crate) struct Station {
    pub(crate) driver: Driver<Puppet>,
    pub(crate) heard: Rc<Heard>,
}

impl Station {
    /// Connections on which TLS failed; none if there is no TLS.
    pub(crate) fn tls_failures(&self) -> Option<u64> {
        let mut told = Collection::default();
        self.driver.measure(&mut told);
        let text = told.text();
        let counter = "quintet_tls_failed_total{node=\"puppet\",protocol=\"sbi\"} ";
        let value = text.lines().find_map(|line| line.strip_prefix(counter))?;
        Some(value.parse().unwrap())
    }

    /// Waits until TLS failed so often, and no more.
    pub(crate) async fn await_tls_failures(&self, times: u64) {
        let wait = async {
            while self.tls_failures() < Some(times) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("failures in time");
        assert_eq!(self.tls_failures(), Some(times));
    }

    pub(crate) fn start(tap: Option<Box<dyn Tap>>) -> Self {
        let config = NodeConfig::new("station.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
        let heard = Rc::new(Heard::default());
        let puppet = Puppet {
            outputs: VecDeque::new(),
            heard: Rc::clone(&heard),
        };
        let node = Node::new(config, 1).unwrap();
        let driver = Driver::start(Clock::start(), node, puppet, tap, Arc::new(Notify::new()));
        Self { driver, heard }
    }

    /// A server in cleartext, with limits of the test's making.
    pub(crate) fn serving(change: impl FnOnce(&mut SbiSettings)) -> (Self, SocketAddr) {
        let station = Self::start(None);
        let at = station.listen(loopback(), change);
        (station, at)
    }

    pub(crate) fn listen(&self, at: SocketAddr, change: impl FnOnce(&mut SbiSettings)) -> SocketAddr {
        let mut settings = SbiSettings::cleartext(at);
        change(&mut settings);
        self.driver.listen_sbi(settings).unwrap()
    }

    /// Asks for calls.
    pub(crate) fn call(&self, outputs: impl IntoIterator<Item = Output>) {
        self.driver.with(|_, _, puppet| puppet.outputs.extend(outputs));
    }

    /// Answers what is held.
    pub(crate) fn respond(&self, id: RequestId, response: Response) {
        self.call([Output::Respond { id, response }]);
    }

    pub(crate) async fn stop(&self) {
        tokio::time::timeout(PATIENCE, self.driver.shutdown(DisconnectCause::REBOOTING))
            .await
            .expect("an end in time");
    }
}

pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

pub(crate) fn post(path: &str, body: impl Into<Body>) -> Request {
    Request {
        content_type: "application/json".to_owned(),
        body: body.into(),
        ..Request::new(Method::Post, path)
    }
}

pub(crate) fn call(id: u64, at: SocketAddr, request: Request) -> Output {
    call_within(id, at.to_string(), request, PATIENCE)
}

pub(crate) fn call_within(id: u64, authority: String, request: Request, timeout: Duration) -> Output {
    Output::Call {
        id: CallId(id),
        target: Target {
            tls: false,
            authority,
        },
        request,
        timeout,
    }
}

/// Runs a test on a runtime like that of the program.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(3 * PATIENCE, test)
            .await
            .expect("an end in time");
    });
}
