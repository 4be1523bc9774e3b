//! Diameter over SCTP (RFC 6733 2.1): an HSS as `quintet serve` runs it, an MME, and a peer made of raw octets.

use crate::support::{Station, drbg, message, remote, run, udp, until};
use quintet_diameter::dict::{application, avp, command, vendor};
use quintet_diameter::node::{
    Application as DiameterApplication, ConnectionId, DisconnectCause, Event as NodeEvent, Inbound, Node,
    NodeConfig, PeerConfig, UnknownPeers,
};
use quintet_diameter::{CommandFlags, Header, Message as Diameter, MessageWriter};
use quintet_hss::{Hss, HssConfig};
use quintet_runtime::sctp::{SctpCommand, SctpRemote, SctpUse};
use quintet_runtime::{Application, Clock, Driver, HssApplication, Moment};
use quintet_sctp::{AssociationId, Down, Event};
use quintet_sim::demo::{self, Purpose};
use quintet_sim::{Mme, MmeConfig, MmeEvent, Ue, Usim};
use quintet_store::{Command, MemoryStore, PutMode};
use quintet_subscriber::auc::{ChallengeKey, ChallengeSecret};
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Payload protocol identifier of Diameter in clear text.
const DIAMETER: u32 = 46;

pub(crate) fn identity(name: &str) -> String {
    format!("{name}.{}", demo::home_plmn().epc_realm())
}

pub(crate) fn node_config(name: &str) -> NodeConfig {
    let realm = demo::home_plmn().epc_realm();
    let mut config = NodeConfig::new(identity(name), realm, Ipv4Addr::LOCALHOST.into());
    config.applications = vec![DiameterApplication::auth(vendor::TGPP, application::S6A)];
    config.unknown_peers = UnknownPeers::Accept;
    config
}

/// An HSS with the demo subscribers, and where it listens for SCTP.
fn hss() -> (Driver<HssApplication>, SctpRemote) {
    let driver = hss_of(node_config("hss"));
    let transport = driver.open_sctp(&udp(true), SctpUse::Diameter).unwrap();
    let remote = remote(&driver, transport);
    (driver, remote)
}

/// An HSS with the demo subscribers, which listens nowhere yet.
pub(crate) fn hss_of(config: NodeConfig) -> Driver<HssApplication> {
    let mut store = MemoryStore::new();
    let subscribers = demo::subscribers().into_iter().map(|demo| demo.subscriber);
    store
        .execute(Command::Put {
            subscribers: subscribers.collect(),
            mode: PutMode::Upsert,
        })
        .unwrap();
    let secret = ChallengeSecret::new([3; 16]);
    let mut entropy = drbg();
    let hss = Hss::new(
        HssConfig::new(vec![demo::home_plmn()]),
        ChallengeKey::from(&secret),
        Box::new(move |octets: &mut [u8]| entropy.fill(octets)),
    );
    let node = Node::new(config, 7).unwrap();
    let driver = Driver::start(
        Clock::start(),
        node,
        HssApplication::new(hss, Box::new(store)),
        None,
        Arc::new(Notify::new()),
    );
    driver.with(|at, _, application| application.start(at));
    driver
}

#[derive(Default)]
pub(crate) struct News {
    events: RefCell<Vec<String>>,
    completed: RefCell<Vec<MmeEvent>>,
    changed: Notify,
}

impl News {
    /// Waits until an event of the node is told whose text begins so.
    pub(crate) async fn told(&self, what: &str) {
        while !self.events.borrow().iter().any(|event| event.starts_with(what)) {
            self.changed.notified().await;
        }
    }
}

pub(crate) struct MmeApplication {
    mme: Mme,
    news: Rc<News>,
}

impl Application for MmeApplication {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.mme.handle(at.now, node, connection, inbound);
    }

    fn event(&mut self, _: Moment, _: &mut Node, event: &NodeEvent) {
        self.mme.handle_event(event);
        self.news.events.borrow_mut().push(format!("{event:?}"));
        self.news.changed.notify_one();
    }

    fn pump(&mut self, _: Moment, _: &mut Node) {
        while let Some(event) = self.mme.poll_event() {
            if matches!(event, MmeEvent::Completed { .. } | MmeEvent::Failed { .. }) {
                self.news.completed.borrow_mut().push(event);
                self.news.changed.notify_one();
            }
        }
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}
}

/// An MME that connects to the HSS over SCTP.
fn mme(hss: SctpRemote) -> (Driver<MmeApplication>, Rc<News>) {
    let mut config = node_config("mme");
    config.peers = vec![PeerConfig {
        identity: identity("hss"),
        address: Some(hss.address),
        connect: true,
        ..PeerConfig::default()
    }];
    let (driver, news) = mme_of(config);
    let transport = driver.open_sctp(&udp(false), SctpUse::Diameter).unwrap();
    let peer = driver
        .with(|_, node, _| node.find_peer(&identity("hss")))
        .unwrap();
    driver.reach_over_sctp(peer, transport, hss.udp_port);
    (driver, news)
}

/// An MME.
pub(crate) fn mme_of(config: NodeConfig) -> (Driver<MmeApplication>, Rc<News>) {
    let node = Node::new(config, 11).unwrap();
    let news = Rc::new(News::default());
    let application = MmeApplication {
        mme: Mme::new(MmeConfig::new(demo::home_plmn(), demo::home_plmn().epc_realm())),
        news: Rc::clone(&news),
    };
    let driver = Driver::start(Clock::start(), node, application, None, Arc::new(Notify::new()));
    (driver, news)
}

/// Attaches a subscriber, whole.
pub(crate) async fn attach(mme: &Driver<MmeApplication>, news: &News) {
    let card = demo::subscriber(Purpose::Milenage);
    let imsi = card.subscriber.imsi;
    let usim = Usim::new(imsi, &card.subscriber.authentication, card.sqn_ms).unwrap();
    mme.with(|at, node, application| {
        application.mme.arrive(Ue { usim, imeisv: None });
        application.mme.attach(at.now, node, imsi).unwrap();
    });
    while news.completed.borrow().is_empty() {
        news.changed.notified().await;
    }
    let completed = news.completed.take();
    assert!(
        matches!(completed[..], [MmeEvent::Completed { .. }]),
        "{completed:?}"
    );
}

#[test]
fn an_mme_attaches_a_subscriber_over_sctp_and_leaves_in_good_order() {
    run(async {
        let (hss, address) = hss();
        let (mme, news) = mme(address);
        news.told("PeerUp").await;
        attach(&mme, &news).await;
        mme.shutdown(DisconnectCause::REBOOTING).await;
        hss.shutdown(DisconnectCause::REBOOTING).await;
        assert_eq!(hss.with(|_, node, _| node.connection_count()), 0);
    });
}

#[test]
fn the_hss_that_stops_disconnects_its_peers() {
    run(async {
        let (hss, address) = hss();
        let (_mme, news) = mme(address);
        news.told("PeerUp").await;
        hss.shutdown(DisconnectCause::REBOOTING).await;
        news.told("PeerDown").await;
    });
}

#[test]
fn an_hss_that_is_not_there_is_a_failed_connection() {
    run(async {
        let quiet = Station::start(false, None);
        let deaf = quiet.open(false);
        let (_mme, news) = mme(remote(&quiet.driver, deaf));
        news.told("ConnectFailed").await;
    });
}

/// A request as a peer without a Diameter stack of ours sends it.
fn request(code: u32, hop_by_hop: u32, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let mut octets = Vec::new();
    let header = Header {
        flags: CommandFlags(CommandFlags::REQUEST),
        code,
        application_id: 0,
        hop_by_hop,
        end_to_end: hop_by_hop,
        version: 1,
        length: 0,
    };
    let mut writer = MessageWriter::new(&mut octets, &header);
    writer.text(avp::ORIGIN_HOST, &identity("raw"));
    writer.text(avp::ORIGIN_REALM, &demo::home_plmn().epc_realm());
    more(&mut writer);
    writer.finish();
    octets
}

pub(crate) fn capabilities() -> Vec<u8> {
    request(command::CAPABILITIES_EXCHANGE, 1, |writer| {
        writer.address(avp::HOST_IP_ADDRESS, Ipv4Addr::LOCALHOST.into());
        writer.u32(avp::VENDOR_ID, 0);
        writer.text(avp::PRODUCT_NAME, "octets");
        writer.u32(avp::SUPPORTED_VENDOR_ID, vendor::TGPP);
        writer.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |writer| {
            writer.u32(avp::VENDOR_ID, vendor::TGPP);
            writer.u32(avp::AUTH_APPLICATION_ID, application::S6A);
        });
    })
}

pub(crate) fn watchdog(hop_by_hop: u32) -> Vec<u8> {
    request(command::DEVICE_WATCHDOG, hop_by_hop, |_| {})
}

/// The code and Hop-by-Hop Identifier of the next answer, which must be one message of SCTP and say 2001.
async fn answer(station: &Station) -> (u32, u32) {
    let message = station.heard.message().await;
    assert_eq!(message.ppid, DIAMETER);
    let answer = Diameter::decode(&message.payload).unwrap();
    assert_eq!(answer.header().length as usize, message.payload.len());
    let result = answer.find(avp::RESULT_CODE).unwrap().u32().unwrap();
    assert_eq!(result, 2001, "of {}", answer.header().code);
    (answer.header().code, answer.header().hop_by_hop)
}

/// A raw peer whose capabilities the HSS has taken.
async fn introduced(address: SctpRemote) -> (Station, AssociationId) {
    let station = Station::start(false, None);
    let transport = station.open(false);
    let association = station.driver.connect_sctp(transport, address).unwrap();
    station.heard.up().await;
    station.send(association, DIAMETER, &capabilities());
    assert_eq!(answer(&station).await, (command::CAPABILITIES_EXCHANGE, 1));
    (station, association)
}

#[test]
fn base_protocol_message_by_message_and_the_end() {
    run(async {
        let (hss, address) = hss();
        let (station, association) = introduced(address).await;
        station.send(association, DIAMETER, &watchdog(2));
        assert_eq!(answer(&station).await, (command::DEVICE_WATCHDOG, 2));
        let disconnect = request(command::DISCONNECT_PEER, 3, |writer| {
            writer.u32(avp::DISCONNECT_CAUSE, 0);
        });
        station.send(association, DIAMETER, &disconnect);
        assert_eq!(answer(&station).await, (command::DISCONNECT_PEER, 3));
        station.command(SctpCommand::Shutdown { association });
        let down = station.heard.next().await;
        assert_eq!(
            down,
            Event::Down {
                association,
                reason: Down::Shutdown
            }
        );
        until(|| hss.with(|_, node, _| node.connection_count()) == 0).await;
    });
}

/// RFC 6733 has one message of Diameter in one of SCTP; others are understood all the same, each stream for itself.
#[test]
fn messages_may_be_cut_and_joined() {
    run(async {
        let (_hss, address) = hss();
        let (station, association) = introduced(address).await;
        let send = |stream, octets: &[u8]| {
            station.command(SctpCommand::Send {
                association,
                message: message(stream, DIAMETER, octets),
            });
        };
        send(0, &[watchdog(2), watchdog(3)].concat());
        assert_eq!(answer(&station).await.1, 2);
        assert_eq!(answer(&station).await.1, 3);
        let cut = watchdog(4);
        send(1, &cut[..21]);
        send(2, &watchdog(5));
        assert_eq!(answer(&station).await.1, 5, "another stream goes on");
        send(1, &cut[21..]);
        assert_eq!(answer(&station).await.1, 4);
        send(0, &watchdog(6));
        assert_eq!(answer(&station).await.1, 6);
    });
}

#[test]
fn an_aborted_association_is_a_closed_connection() {
    run(async {
        let (hss, address) = hss();
        let (station, association) = introduced(address).await;
        assert_eq!(hss.with(|_, node, _| node.connection_count()), 1);
        station.command(SctpCommand::Abort { association });
        assert!(matches!(station.heard.next().await, Event::Down { .. }));
        until(|| hss.with(|_, node, _| node.connection_count()) == 0).await;
    });
}

/// Octets that are no Diameter message end the connection, as on TCP.
#[test]
fn a_message_that_is_none_ends_the_association() {
    run(async {
        let (hss, address) = hss();
        let (station, association) = introduced(address).await;
        let mut broken = watchdog(9);
        broken[1..4].copy_from_slice(&[0, 0, 3]);
        station.send(association, DIAMETER, &broken);
        loop {
            match station.heard.next().await {
                Event::Message { .. } => {}
                Event::Down { .. } => break,
                other => panic!("{other:?}"),
            }
        }
        until(|| hss.with(|_, node, _| node.connection_count()) == 0).await;
    });
}
