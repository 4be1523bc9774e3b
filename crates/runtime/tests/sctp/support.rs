//! An application that does with SCTP what a test tells it, and drivers for it.

use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node, NodeConfig};
use quintet_runtime::sctp::{
    SctpBackend, SctpCommand, SctpConnectError, SctpRemote, SctpSettings, SctpTransportId, SctpUse,
};
use quintet_runtime::{Application, Clock, Drbg, Driver, Moment, Tap};
use quintet_sctp::{AssociationId, Event, Message};
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

/// What happened and nobody looked at yet.
#[derive(Default)]
pub(crate) struct Heard {
    events: RefCell<VecDeque<Event>>,
    connecting: RefCell<Vec<(u64, Result<AssociationId, SctpConnectError>)>>,
    news: Notify,
}

impl Heard {
    /// The next event.
    pub(crate) async fn next(&self) -> Event {
        let wait = async {
            loop {
                let event = self.events.borrow_mut().pop_front();
                match event {
                    Some(event) => return event,
                    None => self.news.notified().await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("an event in time")
    }

    /// The next message.
    pub(crate) async fn message(&self) -> Message {
        match self.next().await {
            Event::Message { message, .. } => message,
            other => panic!("a message, not {other:?}"),
        }
    }

    /// The association that comes up next.
    pub(crate) async fn up(&self) -> AssociationId {
        match self.next().await {
            Event::Up { association, .. } => association,
            other => panic!("an association, not {other:?}"),
        }
    }

    pub(crate) fn connecting(&self) -> Vec<(u64, Result<AssociationId, SctpConnectError>)> {
        self.connecting.take()
    }
}

/// Does what is put into `commands`, and sends back what it gets if it is an echo.
pub(crate) struct Puppet {
    pub(crate) commands: VecDeque<SctpCommand>,
    pub(crate) echo: bool,
    heard: Rc<Heard>,
}

impl Application for Puppet {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, _: Moment, _: &mut Node) {}

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sctp(&mut self, _: Moment, _: &mut Node, event: Event) {
        if self.echo
            && let Event::Message { association, message } = event
        {
            self.commands
                .push_back(SctpCommand::Send { association, message });
            return;
        }
        self.heard.events.borrow_mut().push_back(event);
        self.heard.news.notify_one();
    }

    fn sctp_connecting(
        &mut self,
        _: Moment,
        _: &mut Node,
        token: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        self.heard.connecting.borrow_mut().push((token, outcome));
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}

/// A driver with a puppet.
pub(crate) struct Station {
    pub(crate) driver: Driver<Puppet>,
    pub(crate) heard: Rc<Heard>,
}

impl Station {
    pub(crate) fn start(echo: bool, tap: Option<Box<dyn Tap>>) -> Self {
        let config = NodeConfig::new("station.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
        let node = Node::new(config, 1).unwrap();
        let heard = Rc::new(Heard::default());
        let puppet = Puppet {
            commands: VecDeque::new(),
            echo,
            heard: Rc::clone(&heard),
        };
        let driver = Driver::start(Clock::start(), node, puppet, tap, Arc::new(Notify::new()));
        Self { driver, heard }
    }

    /// Opens a transport over UDP on a port that is chosen.
    pub(crate) fn open(&self, listen: bool) -> SctpTransportId {
        self.open_with(&udp(listen))
    }

    pub(crate) fn open_with(&self, settings: &SctpSettings) -> SctpTransportId {
        self.driver.open_sctp(settings, SctpUse::Application).unwrap()
    }

    pub(crate) fn command(&self, command: SctpCommand) {
        self.commands([command]);
    }

    pub(crate) fn commands(&self, commands: impl IntoIterator<Item = SctpCommand>) {
        self.driver.with(|_, _, puppet| puppet.commands.extend(commands));
    }

    pub(crate) fn send(&self, association: AssociationId, ppid: u32, payload: &[u8]) {
        self.command(SctpCommand::Send {
            association,
            message: message(0, ppid, payload),
        });
    }
}

pub(crate) fn message(stream: u16, ppid: u32, payload: &[u8]) -> Message {
    Message {
        stream,
        ppid,
        unordered: false,
        payload: payload.to_vec(),
    }
}

/// Settings over UDP on loopback, with ports that are chosen.
pub(crate) fn udp(listen: bool) -> SctpSettings {
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut settings = SctpSettings::connecting(local, SctpBackend::Udp);
    settings.endpoint.listen = listen;
    settings
}

/// Where a transport over UDP can be reached.
pub(crate) fn remote<A: Application + 'static>(driver: &Driver<A>, id: SctpTransportId) -> SctpRemote {
    let at = driver.sctp_address(id).unwrap();
    let quintet_runtime::sctp::SctpCarrier::Udp { port } = at.carrier else {
        panic!("over UDP, not {}", at.carrier);
    };
    SctpRemote {
        address: at.address,
        udp_port: Some(port),
    }
}

/// Runs a test on a runtime like that of the program.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(2 * PATIENCE, test)
            .await
            .expect("an end in time");
    });
}

pub(crate) fn drbg() -> Drbg {
    Drbg::new().unwrap()
}

/// Lets everything else on this thread go on until something is so; the end of the test's patience ends it too.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    while !so() {
        tokio::task::yield_now().await;
    }
}
