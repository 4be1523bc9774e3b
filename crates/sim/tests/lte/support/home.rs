//! The HSS with its store and its Diameter node.

use quintet_diameter::node::{Application, UnknownPeers};
use quintet_diameter::{Action, ConnectionId, Event, Inbound, Node, NodeConfig};
use quintet_hss::{Hss, HssConfig, HssEvent};
use quintet_sim::enb::Random;
use quintet_sim::{S6A, VENDOR_3GPP, demo};
use quintet_store::{Command, MemoryStore, PutMode, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::Subscriber;
use quintet_telemetry::AttemptId;
use std::time::Duration;

pub(crate) const HSS: &str = "hss.epc.mnc001.mcc001.3gppnetwork.org";

/// Wall clock at virtual time zero.
pub(crate) const WALL: Duration = Duration::from_secs(1_760_000_000);

pub(crate) struct Home {
    hss: Hss,
    pub(crate) node: Node,
    store: MemoryStore,
    /// What the HSS reported, with the attempt.
    pub(crate) reported: Vec<(Option<AttemptId>, HssEvent)>,
    /// Of the MME that connects.
    pub(crate) peer: (String, String),
}

fn wall(now: Duration) -> WallClock {
    WallClock(WALL + now)
}

impl Home {
    pub(crate) fn new(seed: u64, peer: (String, String)) -> Self {
        let mut config = NodeConfig::new(HSS, demo::home_plmn().epc_realm(), [127, 0, 0, 1].into());
        config.applications = vec![Application::auth(VENDOR_3GPP, S6A)];
        config.unknown_peers = UnknownPeers::Accept;
        let mut random = Random::new(seed);
        let entropy = move |out: &mut [u8]| out.iter_mut().for_each(|octet| *octet = random.next() as u8);
        let config_of_hss = HssConfig::new(vec![demo::home_plmn()]);
        let mut hss = Hss::new(config_of_hss, ChallengeKey::new(&[7; 16]), Box::new(entropy));
        hss.listen(true);
        hss.name_attempts(true);
        hss.start(Duration::ZERO);
        Self {
            hss,
            node: Node::new(config, seed).unwrap(),
            store: MemoryStore::new(),
            reported: Vec::new(),
            peer,
        }
    }

    pub(crate) fn add(&mut self, subscribers: Vec<Subscriber>) {
        let mode = PutMode::Upsert;
        self.store.execute(Command::Put { subscribers, mode }).unwrap();
        if self.store.changed() {
            self.hss.store_changed(Duration::ZERO);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let own = [self.hss.poll_timeout(), self.node.poll_timeout()];
        own.into_iter().flatten().min()
    }

    pub(crate) fn timeout(&mut self, now: Duration) {
        self.node.timeout(now);
        self.hss.handle_timeout(now, wall(now), &mut self.node);
    }

    pub(crate) fn message(&mut self, now: Duration, id: ConnectionId, octets: &[u8]) {
        match self.node.handle_message(now, id, octets) {
            Inbound::Done => {}
            Inbound::Request(request) => {
                let _ = self
                    .hss
                    .handle_request(now, wall(now), &mut self.node, id, request);
            }
            Inbound::Answer { handle, message } => self.hss.handle_answer(now, handle, &message),
        }
    }

    /// Does what is to be done now; whether anything was. Connections to be closed go to `closed`.
    pub(crate) fn settle(&mut self, now: Duration, closed: &mut Vec<ConnectionId>) -> bool {
        let mut busy = false;
        while let Some((ticket, command)) = self.hss.poll_store() {
            self.store.submit(ticket, command);
        }
        while let Some((ticket, reply)) = self.store.poll() {
            busy = true;
            self.hss
                .handle_store(now, wall(now), &mut self.node, ticket, reply);
        }
        while let Some(event) = self.hss.poll_named_event() {
            self.reported.push(event);
        }
        while let Some(action) = self.node.poll_action() {
            busy = true;
            match action {
                Action::Event(Event::PeerUp { .. }) => {
                    let (host, realm) = &self.peer;
                    self.hss.peer_up(now, wall(now), &mut self.node, host, realm);
                }
                Action::Event(Event::RequestFailed { handle, .. }) => self.hss.request_failed(now, handle),
                Action::Close { connection, .. } => closed.push(connection),
                _ => {}
            }
        }
        busy
    }
}
