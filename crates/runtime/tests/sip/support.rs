//! An application that hears SIP and says what a test tells it to.

use quintet_diameter::node::{ConnectionId, DisconnectCause, Event, Inbound, Node, NodeConfig};
use quintet_runtime::{Application, Clock, Driver, Measured, Moment, SipSettings};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_telemetry::Collection;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const MESSAGE: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n";

/// A message with a number and a body of so many octets.
pub(crate) fn message(number: usize, body: usize) -> Vec<u8> {
    let mut octets = format!("OPTIONS sip:{number}@b SIP/2.0\r\nContent-Length: {body}\r\n\r\n").into_bytes();
    octets.resize(octets.len() + body, b'x');
    octets
}

/// What happened.
#[derive(Default)]
pub(crate) struct Heard {
    messages: RefCell<Vec<(Hop, Vec<u8>)>>,
    failures: RefCell<Vec<Hop>>,
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

    /// The n-th message.
    pub(crate) async fn message(&self, n: usize) -> (Hop, Vec<u8>) {
        self.until(|| self.messages.borrow().get(n).cloned()).await
    }

    /// Messages that came.
    pub(crate) fn count(&self) -> usize {
        self.messages.borrow().len()
    }

    /// Waits until a hop has failed.
    pub(crate) async fn failed(&self, hop: Hop) {
        self.until(|| self.failures.borrow().contains(&hop).then_some(()))
            .await;
    }

    /// Waits until any hop has failed.
    pub(crate) async fn any_failure(&self) {
        self.until(|| (!self.failures.borrow().is_empty()).then_some(()))
            .await;
    }
}

pub(crate) struct Puppet {
    outputs: VecDeque<SipOutput>,
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

    fn sip(&mut self, _: Moment, _: &mut Node, hop: Hop, octets: &[u8]) {
        self.heard.messages.borrow_mut().push((hop, octets.to_vec()));
        self.heard.news.notify_waiters();
    }

    fn sip_failed(&mut self, _: Moment, _: &mut Node, hop: Hop) {
        self.heard.failures.borrow_mut().push(hop);
        self.heard.news.notify_waiters();
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
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
        let counter = "quintet_tls_failed_total{node=\"puppet\",protocol=\"sip\"} ";
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

    pub(crate) fn start() -> Self {
        let config = NodeConfig::new("station.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
        let heard = Rc::new(Heard::default());
        let puppet = Puppet {
            outputs: VecDeque::new(),
            heard: Rc::clone(&heard),
        };
        let node = Node::new(config, 1).unwrap();
        let driver = Driver::start(Clock::start(), node, puppet, None, Arc::new(Notify::new()));
        Self { driver, heard }
    }

    /// One that listens in cleartext, with settings of the test's making.
    pub(crate) fn listening(change: impl FnOnce(&mut SipSettings)) -> (Self, SocketAddr) {
        let station = Self::start();
        let mut settings = SipSettings::cleartext(loopback());
        change(&mut settings);
        let at = station.driver.listen_sip(settings).unwrap();
        (station, at)
    }

    pub(crate) fn tell(&self, output: SipOutput) {
        self.driver.with(|_, _, puppet| puppet.outputs.push_back(output));
    }

    pub(crate) fn send(&self, hop: Hop, octets: &[u8]) {
        self.tell(SipOutput::Send {
            hop,
            octets: octets.to_vec(),
        });
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

/// Runs a test on a runtime like that of the program.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test);
}
