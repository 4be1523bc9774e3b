//! A CSCF with its HSS.

mod home;
mod texts;

pub(crate) use home::{home, lia, profile, profile_with, uaa};
pub(crate) use texts::{answer_to, header, headers, register, register_for, request, response, uri};

use quintet_cscf::icscf::{self, Icscf};
use quintet_cscf::scscf::{self, At, Scscf};
use quintet_cx::profile::ImsSubscription;
use quintet_cx::{Answer, Request, answer, write_session};
use quintet_diameter::node::{Destination, Inbound, NodeConfig, RequestHandle, UnknownPeers};
use quintet_diameter::testing::{Application, Network, address};
use quintet_diameter::{ConnectionId, Event, Message as Diameter, MessageWriter, Node, PeerConfig};
use quintet_sip::Message;
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const REALM: &str = "home.test";
pub(crate) const IMPI: &str = "alice@home.test";
pub(crate) const ALICE: &str = "sip:alice@home.test";
pub(crate) const TEL: &str = "tel:+4930123";
pub(crate) const BARRED: &str = "sip:temporary@home.test";
pub(crate) const CONTACT: &str = "sip:alice@10.0.0.9:5062";
pub(crate) const PATH: &str = "<sip:term@pcscf.test;lr>";

const CSCF: &str = "cscf.home.test";
const HSS: &str = "hss.home.test";

pub(crate) fn at(now: Duration) -> At {
    At {
        now,
        wall: now + Duration::from_secs(1_700_000_000),
    }
}

pub(crate) fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// The node under test.
pub(crate) enum Subject {
    Scscf(Box<Scscf>),
    Icscf(Box<Icscf>),
}

impl Subject {
    fn handle_sip(&mut self, at: At, node: &mut Node, hop: Hop, octets: &[u8]) {
        match self {
            Self::Scscf(scscf) => scscf.handle_sip(at, node, hop, octets),
            Self::Icscf(icscf) => icscf.handle_sip(at, node, hop, octets),
        }
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        match self {
            Self::Scscf(scscf) => scscf.poll_sip(),
            Self::Icscf(icscf) => icscf.poll_sip(),
        }
    }

    fn poll_timeout(&self) -> Option<Duration> {
        match self {
            Self::Scscf(scscf) => scscf.poll_timeout(),
            Self::Icscf(icscf) => icscf.poll_timeout(),
        }
    }

    fn timeout(&mut self, at: At, node: &mut Node) {
        match self {
            Self::Scscf(scscf) => scscf.timeout(at, node),
            Self::Icscf(icscf) => icscf.timeout(at, node),
        }
    }
}

type Script = Box<dyn FnMut(&Request) -> Option<Answer>>;

pub(crate) enum Role {
    Subject(Subject),
    Hss {
        script: Script,
        asked: Vec<Request>,
        answered: Vec<Answer>,
    },
}

impl Application for Role {
    fn request(&mut self, node: &mut Node, now: Duration, connection: ConnectionId, request: Diameter<'_>) {
        match self {
            Self::Subject(Subject::Scscf(scscf)) => {
                scscf.handle(at(now), node, connection, Inbound::Request(request));
            }
            Self::Subject(Subject::Icscf(icscf)) => {
                icscf.handle(at(now), node, connection, Inbound::Request(request));
            }
            Self::Hss { script, asked, .. } => {
                let read = Request::read(&request).expect("a command of Cx");
                let said = script(&read);
                asked.push(read);
                if let Some(said) = said {
                    answer(node, connection, &request, &said);
                }
            }
        }
    }

    fn answer(&mut self, node: &mut Node, now: Duration, handle: RequestHandle, message: Diameter<'_>) {
        // No connection is looked at for an answer.
        let inbound = Inbound::Answer { handle, message };
        match self {
            Self::Subject(Subject::Scscf(scscf)) => scscf.handle(at(now), node, ConnectionId(0), inbound),
            Self::Subject(Subject::Icscf(icscf)) => icscf.handle(at(now), node, ConnectionId(0), inbound),
            Self::Hss { answered, .. } => {
                if let Inbound::Answer { message, .. } = inbound {
                    answered.push(Answer::read(&message).expect("an answer of Cx"));
                }
            }
        }
    }

    fn event(&mut self, node: &mut Node, now: Duration, event: &Event) {
        match self {
            Self::Subject(Subject::Scscf(scscf)) => scscf.handle_event(at(now), node, event),
            Self::Subject(Subject::Icscf(icscf)) => icscf.handle_event(at(now), node, event),
            Self::Hss { .. } => {}
        }
    }
}

fn node(identity: &str, peer: Option<&str>, seed: u64) -> Node {
    let mut config = NodeConfig::new(identity, REALM, address(9).ip());
    config.applications.push(quintet_cscf::cx::APPLICATION);
    config.unknown_peers = UnknownPeers::Accept;
    config.peers.extend(peer.map(|peer| PeerConfig {
        identity: peer.to_owned(),
        realm: Some(REALM.to_owned()),
        address: Some(address(2)),
        connect: true,
        ..PeerConfig::default()
    }));
    Node::new(config, seed).expect("a node")
}

pub(crate) struct Bench {
    pub(crate) network: Network<Role>,
    /// What was sent, oldest first.
    pub(crate) sent: Vec<(Hop, String)>,
    branch: u32,
}

pub(crate) fn scscf_config() -> scscf::Config {
    let mut config = scscf::Config::new("sip:scscf.test:6060", socket("10.0.0.3:6060"), REALM);
    for (name, address) in [
        ("pcscf.test", "10.0.0.1:5060"),
        ("icscf.test", "10.0.0.2:5060"),
        ("as.test", "10.0.0.4:5060"),
        ("foreign.test", "10.0.0.5:5060"),
    ] {
        config.hosts.insert(name, None, socket(address)).expect("a name");
    }
    config.icscf = Some("sip:icscf.test".to_owned());
    config.policy.aka_needs_protection = true;
    config
}

pub(crate) fn icscf_config() -> icscf::Config {
    let mut config = icscf::Config::new("sip:icscf.test", socket("10.0.0.2:5060"), REALM);
    for (name, address) in [
        ("scscf.test", "10.0.0.3:6060"),
        ("other.test", "10.0.0.6:6060"),
        ("third.test", "10.0.0.7:6060"),
    ] {
        config.hosts.insert(name, None, socket(address)).expect("a name");
    }
    let of = |name: &str, capabilities: &[u32]| icscf::Scscf {
        name: name.to_owned(),
        capabilities: capabilities.to_vec(),
    };
    config.scscfs = vec![
        of("sip:scscf.test:6060", &[1]),
        of("sip:other.test:6060", &[1, 2]),
        of("sip:third.test:6060", &[1, 2, 3]),
    ];
    config
}

impl Bench {
    pub(crate) fn new(subject: Subject, script: impl FnMut(&Request) -> Option<Answer> + 'static) -> Self {
        let mut network = Network::new(7);
        network.delay = Duration::from_millis(1);
        network.add(node(CSCF, Some(HSS), 1), Role::Subject(subject), address(1));
        let hss = Role::Hss {
            script: Box::new(script),
            asked: Vec::new(),
            answered: Vec::new(),
        };
        network.add(node(HSS, None, 2), hss, address(2));
        network.run_for(Duration::from_secs(1));
        Self {
            network,
            sent: Vec::new(),
            branch: 0,
        }
    }

    pub(crate) fn scscf(script: impl FnMut(&Request) -> Option<Answer> + 'static) -> Self {
        Self::scscf_of(scscf_config(), script)
    }

    pub(crate) fn scscf_of(
        config: scscf::Config,
        script: impl FnMut(&Request) -> Option<Answer> + 'static,
    ) -> Self {
        Self::new(Subject::Scscf(Box::new(Scscf::new(config, [7; 32]))), script)
    }

    pub(crate) fn icscf(script: impl FnMut(&Request) -> Option<Answer> + 'static) -> Self {
        Self::new(
            Subject::Icscf(Box::new(Icscf::new(icscf_config(), [7; 32]))),
            script,
        )
    }

    /// An S-CSCF where Alice is registered.
    pub(crate) fn registered() -> Self {
        Self::registered_of(scscf_config(), profile())
    }

    pub(crate) fn registered_of(config: scscf::Config, profile: ImsSubscription) -> Self {
        let mut bench = Self::scscf_of(config, home(profile));
        bench.register();
        bench.sent.clear();
        bench.asked();
        bench
    }

    /// Registers Alice by AKA.
    pub(crate) fn register(&mut self) {
        self.register_only();
        let ok = self.sent.iter().any(|(_, text)| text.starts_with("SIP/2.0 200"));
        assert!(ok, "{:?}", self.sent);
    }

    /// The same, whatever comes after the answer.
    pub(crate) fn register_only(&mut self) {
        let challenge = self.say("10.0.0.2:5060", &register("call-1", 1, "no", ""));
        let answer = answer_to(&challenge, 1);
        self.say("10.0.0.2:5060", &register("call-1", 2, "yes", &answer));
    }

    /// Gives the node a message and lets everything happen; its last output.
    pub(crate) fn say(&mut self, from: &str, text: &str) -> String {
        self.give(from, text);
        self.run(Duration::from_millis(50));
        self.sent.last().map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Gives the node a message. Its placeholder of a branch is filled in.
    pub(crate) fn give(&mut self, from: &str, text: &str) {
        self.branch += 1;
        let text = text.replace("BRANCH", &format!("z9hG4bK{}", self.branch));
        self.octets(from, text.as_bytes());
    }

    pub(crate) fn octets(&mut self, from: &str, octets: &[u8]) {
        let now = self.network.now;
        let hop = Hop {
            protocol: Protocol::Udp,
            local: socket("10.0.0.3:6060"),
            remote: socket(from),
        };
        let host = &mut self.network.hosts[0];
        if let Role::Subject(subject) = &mut host.application {
            subject.handle_sip(at(now), &mut host.node, hop, octets);
        }
        self.collect();
    }

    fn collect(&mut self) {
        let Role::Subject(subject) = &mut self.network.hosts[0].application else {
            return;
        };
        while let Some(output) = subject.poll_sip() {
            if let SipOutput::Send { hop, octets } = output {
                let text = String::from_utf8(octets).expect("text");
                Message::parse(text.as_bytes()).expect("what goes out can be read");
                if !text.starts_with("SIP/2.0 100") {
                    self.sent.push((hop, text));
                }
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.network.now + time;
        loop {
            let due = match &self.network.hosts[0].application {
                Role::Subject(subject) => subject.poll_timeout(),
                Role::Hss { .. } => None,
            };
            // Answers of the HSS bring deadlines of their own: small steps.
            let step = (self.network.now + Duration::from_millis(5)).max(due.unwrap_or(until));
            let step = match due {
                Some(due) if due <= self.network.now => self.network.now,
                _ => step.min(until),
            };
            self.network.run_until(step);
            let now = self.network.now;
            let host = &mut self.network.hosts[0];
            if let Role::Subject(subject) = &mut host.application
                && subject.poll_timeout().is_some_and(|due| due <= now)
            {
                subject.timeout(at(now), &mut host.node);
            }
            self.collect();
            if now >= until {
                return;
            }
        }
    }

    /// What the HSS was asked since.
    pub(crate) fn asked(&mut self) -> Vec<Request> {
        match &mut self.network.hosts[1].application {
            Role::Hss { asked, .. } => std::mem::take(asked),
            Role::Subject(_) => Vec::new(),
        }
    }

    /// What the HSS's own requests were answered with.
    pub(crate) fn answered(&mut self) -> Vec<Answer> {
        match &mut self.network.hosts[1].application {
            Role::Hss { answered, .. } => std::mem::take(answered),
            Role::Subject(_) => Vec::new(),
        }
    }

    /// The HSS sends a request of its own.
    pub(crate) fn push(&mut self, push: &Request) {
        let now = self.network.now;
        let node = &mut self.network.hosts[1].node;
        let mut session = String::new();
        node.next_session_id(&mut session);
        let to = Destination {
            host: Some(CSCF),
            realm: REALM,
        };
        let build = |w: &mut MessageWriter<'_>| {
            write_session(w, &session);
            push.write(w);
        };
        node.request(now, to, quintet_cx::CX, push.command(), build, None)
            .expect("sent");
        self.run(Duration::from_millis(50));
    }

    pub(crate) fn node(&mut self) -> &mut Scscf {
        match &mut self.network.hosts[0].application {
            Role::Subject(Subject::Scscf(scscf)) => scscf,
            _ => panic!("an S-CSCF"),
        }
    }

    pub(crate) fn i(&mut self) -> &mut Icscf {
        match &mut self.network.hosts[0].application {
            Role::Subject(Subject::Icscf(icscf)) => icscf,
            _ => panic!("an I-CSCF"),
        }
    }

    /// The statuses of what was sent, and the methods of requests.
    pub(crate) fn starts(&self) -> Vec<String> {
        let start = |text: &str| {
            let mut words = text.split(' ');
            match (words.next(), words.next()) {
                (Some("SIP/2.0"), Some(status)) => status.to_owned(),
                (method, _) => method.unwrap_or_default().to_owned(),
            }
        };
        self.sent.iter().map(|(_, text)| start(text)).collect()
    }
}
