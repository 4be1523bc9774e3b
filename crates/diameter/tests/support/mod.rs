//! What the node tests share: configurations, an application with a script, a peer made of raw octets.

#![expect(dead_code, reason = "each test file uses its part")]

use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::{
    Application as App, Destination, Direction, FailedReason, NodeConfig, PeerState, RequestHandle,
    UnknownPeers, WatchdogState,
};
use quintet_diameter::testing::{Application, Network, address};
use quintet_diameter::{
    Action, CommandFlags, ConnectionId, Event, Header, Inbound, Inbox, Message, MessageWriter, Node,
    PeerConfig, ResultCode,
};
use std::time::Duration;

pub(crate) const S6A: u32 = 16_777_251;
pub(crate) const TGPP: u32 = 10415;
/// Authentication-Information and Cancel-Location (TS 29.272 7.2).
pub(crate) const AIR: u32 = 318;
pub(crate) const CLR: u32 = 317;
pub(crate) const REALM: &str = "example.net";

pub(crate) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A node `name` with S6a that connects to `peers` (name, number) and knows `known`.
pub(crate) fn config(name: &str, connects: &[(&str, u8)], known: &[&str]) -> NodeConfig {
    let mut config = NodeConfig::new(name, REALM, address(9).ip());
    config.applications.push(App::auth(TGPP, S6A));
    config.origin_state_id = Some(7);
    config.limits.duplicate_entries = 64;
    config.limits.duplicate_octets = 64 * 1024;
    for (peer, number) in connects {
        config.peers.push(PeerConfig {
            identity: (*peer).to_owned(),
            address: Some(address(*number)),
            connect: true,
            ..PeerConfig::default()
        });
    }
    for peer in known {
        config.peers.push(PeerConfig {
            identity: (*peer).to_owned(),
            ..PeerConfig::default()
        });
    }
    config
}

pub(crate) fn node(config: NodeConfig, seed: u64) -> Node {
    Node::new(config, seed).unwrap()
}

/// Answers requests with a result, or keeps them.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) hold: bool,
    pub(crate) result: Option<ResultCode>,
    pub(crate) requests: Vec<(ConnectionId, Vec<u8>)>,
    pub(crate) answers: Vec<(RequestHandle, Vec<u8>)>,
    pub(crate) failed: Vec<(RequestHandle, FailedReason)>,
}

impl Application for Script {
    fn request(&mut self, node: &mut Node, _: Duration, connection: ConnectionId, request: Message<'_>) {
        self.requests.push((connection, request.octets().to_vec()));
        if !self.hold {
            let result = self.result.unwrap_or(ResultCode::SUCCESS);
            node.answer(connection, &request, result).unwrap().finish();
        }
    }

    fn answer(&mut self, _: &mut Node, _: Duration, handle: RequestHandle, answer: Message<'_>) {
        self.answers.push((handle, answer.octets().to_vec()));
    }

    fn event(&mut self, _: &mut Node, _: Duration, event: &Event) {
        if let Event::RequestFailed { handle, reason } = event {
            self.failed.push((*handle, *reason));
        }
    }
}

pub(crate) type Net = Network<Script>;

/// A network of these nodes at addresses 1, 2, …
pub(crate) fn network(seed: u64, configs: Vec<NodeConfig>) -> Net {
    let mut network = Network::new(seed);
    for (i, config) in configs.into_iter().enumerate() {
        let node = node(config, seed.wrapping_mul(31).wrapping_add(i as u64));
        network.add(node, Script::default(), address(i as u8 + 1));
    }
    network
}

/// `mme` connecting to `hss`, open.
pub(crate) fn pair(seed: u64) -> Net {
    let mut network = network(
        seed,
        vec![
            config("mme.example.net", &[("hss.example.net", 2)], &[]),
            config("hss.example.net", &[], &["mme.example.net"]),
        ],
    );
    network.run_until(seconds(1));
    assert_eq!(state(&network, 0, "hss.example.net"), PeerState::IOpen);
    assert_eq!(state(&network, 1, "mme.example.net"), PeerState::ROpen);
    network
}

pub(crate) fn state(network: &Net, host: usize, peer: &str) -> PeerState {
    let node = &network.hosts[host].node;
    node.find_peer(peer)
        .and_then(|id| node.peer(id))
        .map_or(PeerState::Closed, |p| p.state)
}

pub(crate) fn watchdog(network: &Net, host: usize, peer: &str) -> WatchdogState {
    let node = &network.hosts[host].node;
    node.peer(node.find_peer(peer).unwrap()).unwrap().watchdog
}

pub(crate) fn send(network: &mut Net, host: usize, destination: Option<&str>) -> RequestHandle {
    try_send(network, host, destination).unwrap()
}

pub(crate) fn try_send(
    network: &mut Net,
    host: usize,
    destination: Option<&str>,
) -> Result<RequestHandle, quintet_diameter::node::RouteError> {
    let now = network.now;
    let node = &mut network.hosts[host].node;
    let mut session = String::new();
    node.next_session_id(&mut session);
    let destination = Destination {
        host: destination,
        realm: REALM,
    };
    node.request(now, destination, S6A, AIR, |w| air(w, &session), None)
}

/// What an AIR holds besides what the node writes.
pub(crate) fn air(w: &mut MessageWriter<'_>, session: &str) {
    w.text(avp::SESSION_ID, session);
    w.u32(avp::AUTH_SESSION_STATE, 1);
    w.text(avp::USER_NAME, "001010000000001");
    w.octets(avp::VISITED_PLMN_ID, &[0x00, 0xf1, 0x10]);
    w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |g| {
        g.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1)
    });
}

pub(crate) fn events(network: &Net, host: usize) -> Vec<Event> {
    network.hosts[host]
        .events
        .iter()
        .map(|(_, e)| e.clone())
        .collect()
}

pub(crate) fn result_of(octets: &[u8]) -> ResultCode {
    let message = Message::decode(octets).unwrap();
    ResultCode(
        message
            .find(avp::RESULT_CODE)
            .expect("an answer has a Result-Code")
            .u32()
            .unwrap(),
    )
}

/// A node and a peer of raw octets on one connection of it.
pub(crate) struct Raw {
    pub(crate) node: Node,
    pub(crate) now: Duration,
    pub(crate) connection: ConnectionId,
    pub(crate) identity: String,
    pub(crate) hop_by_hop: u32,
    pub(crate) inbox: Inbox,
}

/// What a node's side did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    No,
    Now,
    AfterFlush,
}

impl Raw {
    /// A node that accepts anybody, with a connection from `identity` on which nothing was said yet.
    pub(crate) fn accepted(identity: &str) -> Self {
        let mut config = config("hss.example.net", &[], &[]);
        config.unknown_peers = UnknownPeers::Accept;
        Self::with(config, identity)
    }

    pub(crate) fn with(config: NodeConfig, identity: &str) -> Self {
        let mut raw = Self {
            node: node(config, 1),
            now: Duration::ZERO,
            connection: ConnectionId(1),
            identity: identity.to_owned(),
            hop_by_hop: 100,
            inbox: Inbox::new(),
        };
        raw.node.accepted(raw.now, raw.connection, address(1)).unwrap();
        raw
    }

    /// As [`Raw::accepted`], capabilities exchanged.
    pub(crate) fn open(identity: &str) -> Self {
        let mut raw = Self::accepted(identity);
        raw.exchange();
        raw
    }

    pub(crate) fn exchange(&mut self) {
        let cer = self.cer(|w| application(w, S6A));
        assert!(matches!(self.feed(&cer), Inbound::Done));
        let answers = self.answers();
        assert_eq!(result_of(&answers[0]), ResultCode::SUCCESS);
    }

    pub(crate) fn header(&mut self, flags: u8, code: u32, application_id: u32) -> Header {
        self.hop_by_hop += 1;
        Header {
            version: 1,
            length: 0,
            flags: CommandFlags(flags),
            code,
            application_id,
            hop_by_hop: self.hop_by_hop,
            end_to_end: self.hop_by_hop + 1000,
        }
    }

    pub(crate) fn message(&self, header: &Header, fill: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = MessageWriter::new(&mut out, header);
        fill(&mut writer);
        writer.finish();
        out
    }

    pub(crate) fn cer(&mut self, fill: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        let header = self.header(0x80, command::CAPABILITIES_EXCHANGE, 0);
        let identity = self.identity.clone();
        self.message(&header, |w| {
            w.text(avp::ORIGIN_HOST, &identity);
            w.text(avp::ORIGIN_REALM, REALM);
            w.address(avp::HOST_IP_ADDRESS, address(1).ip());
            w.u32(avp::VENDOR_ID, 0);
            w.text(avp::PRODUCT_NAME, "raw");
            fill(w);
        })
    }

    pub(crate) fn base(&mut self, code: u32, fill: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        let header = self.header(0x80, code, 0);
        let identity = self.identity.clone();
        self.message(&header, |w| {
            w.text(avp::ORIGIN_HOST, &identity);
            w.text(avp::ORIGIN_REALM, REALM);
            fill(w);
        })
    }

    /// An AIR to host and realm.
    pub(crate) fn air(&mut self, host: Option<&str>, realm: Option<&str>) -> Vec<u8> {
        let header = self.header(0xc0, AIR, S6A);
        self.request(&header, host, realm, |_| ())
    }

    pub(crate) fn request(
        &self,
        header: &Header,
        host: Option<&str>,
        realm: Option<&str>,
        more: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Vec<u8> {
        self.message(header, |w| {
            air(w, &format!("{};1;{}", self.identity, header.end_to_end));
            w.text(avp::ORIGIN_HOST, &self.identity);
            w.text(avp::ORIGIN_REALM, REALM);
            if let Some(host) = host {
                w.text(avp::DESTINATION_HOST, host);
            }
            if let Some(realm) = realm {
                w.text(avp::DESTINATION_REALM, realm);
            }
            more(w);
        })
    }

    pub(crate) fn feed<'m>(&mut self, octets: &'m [u8]) -> Inbound<'m> {
        self.node.handle_message(self.now, self.connection, octets)
    }

    /// Feeds a request that the node answers itself, and gives the answer.
    pub(crate) fn refused(&mut self, octets: &[u8]) -> Vec<u8> {
        assert!(
            matches!(self.feed(octets), Inbound::Done),
            "the request reached the application"
        );
        let mut answers = self.answers();
        assert_eq!(answers.len(), 1);
        let answer = answers.remove(0);
        let (request, header) = (Header::decode(octets).unwrap(), Header::decode(&answer).unwrap());
        assert_eq!(
            (header.hop_by_hop, header.end_to_end),
            (request.hop_by_hop, request.end_to_end)
        );
        assert_eq!((header.code, header.flags.request()), (request.code, false));
        assert_eq!(header.flags.error(), result_of(&answer).is_protocol_error());
        answer
    }

    /// Takes the messages in the node's output.
    pub(crate) fn answers(&mut self) -> Vec<Vec<u8>> {
        while self.node.poll_transmit().is_some() {}
        let octets = std::mem::take(self.node.output(self.connection));
        self.inbox.fill(&octets);
        let mut messages = Vec::new();
        while let Some(message) = self.inbox.next() {
            messages.push(message.unwrap().to_vec());
        }
        messages
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(action) = self.node.poll_action() {
            if let Action::Event(event) = action {
                events.push(event);
            }
        }
        events
    }

    /// What the node wants done with the connection; drops its events.
    pub(crate) fn closing(&mut self) -> Closing {
        let mut closing = Closing::No;
        while let Some(action) = self.node.poll_action() {
            if let Action::Close { after_flush, .. } = action {
                closing = if after_flush {
                    Closing::AfterFlush
                } else {
                    Closing::Now
                };
            }
        }
        closing
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.node.timeout(self.now);
    }
}

/// Vendor-Specific-Application-Id.
pub(crate) fn application(w: &mut MessageWriter<'_>, id: u32) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |g| {
        g.u32(avp::VENDOR_ID, TGPP);
        g.u32(avp::AUTH_APPLICATION_ID, id);
    });
}

/// How many messages of this kind a node received.
pub(crate) fn received(node: &Node, code: u32, request: bool) -> u64 {
    node.counters()
        .commands()
        .filter(|(k, _)| k.direction == Direction::Received && k.code == code && k.request == request)
        .map(|(_, n)| n)
        .sum()
}
