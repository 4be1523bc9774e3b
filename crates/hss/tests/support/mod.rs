//! An HSS with its Diameter node and a store, on virtual time, and MMEs that are nothing but octets.

#![expect(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use quintet_crypto::{Amf, K, Opc};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::{Application, UnknownPeers};
use quintet_diameter::{
    Action, Avp, AvpId, CommandFlags, ConnectionId, Event, Header, Inbound, Inbox, Message, MessageWriter,
    Node, NodeConfig,
};
use quintet_hss::{Disposition, Hss, HssConfig, HssEvent, S6A, VENDOR_3GPP};
use quintet_identity::{Imsi, Plmn};
use quintet_store::faulty::FaultyStore;
use quintet_store::{Command, MemoryStore, PutMode, Reply, Store, StoreError, Ticket};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::{
    AccessRestriction, Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication,
    Location, PdnType, QosClass, Roaming, SqnProfile, Subscriber, SubscriberStatus, Subscription,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub const HSS: &str = "hss.epc.mnc001.mcc001.3gppnetwork.org";
pub const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";
pub const HOME: &str = "00101";
pub const K_OCTETS: [u8; 16] = [0x46; 16];
pub const OPC_OCTETS: [u8; 16] = [0xcd; 16];

pub type TestStore = FaultyStore<MemoryStore>;

/// A message sent by the HSS, and over which connection.
pub type Sent = (ConnectionId, Vec<u8>);

pub struct Rig {
    pub node: Node,
    pub hss: Hss,
    pub store: TestStore,
    pub now: Duration,
    pub wall: Duration,
    /// What came out and nobody looked at yet.
    pub out: VecDeque<Sent>,
    pub events: Vec<HssEvent>,
    /// Which commands the store does not get before [`Rig::release`].
    pub hold: fn(&Command) -> bool,
    held: Vec<(Ticket, Command)>,
    inboxes: BTreeMap<ConnectionId, Inbox>,
    hosts: BTreeMap<ConnectionId, (String, String)>,
    connections: u64,
    direct: u64,
}

pub fn plmn(text: &str) -> Plmn {
    text.parse().unwrap()
}

pub fn imsi(n: u32) -> Imsi {
    format!("00101{n:010}").parse().unwrap()
}

/// A subscription with a default and an IMS APN.
pub fn subscription() -> Subscription {
    let apn = |id: u32, name: &str, qci: u8| ApnConfiguration {
        context_identifier: id,
        apn: name.parse().unwrap(),
        pdn_type: PdnType::Ipv4v6,
        qci: QosClass(qci),
        arp: AllocationRetentionPriority {
            priority_level: 8,
            pre_emption_capability: false,
            pre_emption_vulnerability: true,
        },
        ambr: Some(Ambr {
            uplink: 50_000_000,
            downlink: 100_000_000,
        }),
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    };
    Subscription {
        subscriber_status: SubscriberStatus::ServiceGranted,
        operator_determined_barring: None,
        packet_only: true,
        access_restriction: AccessRestriction(0),
        eps: true,
        roaming: Roaming::Everywhere,
        ambr: Ambr {
            uplink: 1_000_000_000,
            downlink: 2_000_000_000,
        },
        apn_configurations: vec![apn(1, "internet", 9), apn(2, "ims", 5)],
        default_context_identifier: 1,
        apn_oi_replacement: None,
        charging_characteristics: Some(0x0800),
        rfsp: Some(1),
        rau_tau_timer_s: Some(720),
        stn_sr: None,
        regional_zone_codes: Vec::new(),
        ue_usage_type: None,
        sgsn_camel: false,
        fgs: Default::default(),
        mt_sms: Default::default(),
        non_3gpp: Default::default(),
    }
}

pub fn subscriber(imsi: Imsi, subscription: &Arc<Subscription>) -> Subscriber {
    Subscriber {
        imsi,
        msisdn: Some("49123456789".parse().unwrap()),
        authentication: Authentication {
            k: K::new_128(K_OCTETS),
            algorithm: Algorithm::Milenage {
                opc: Opc::new(OPC_OCTETS),
            },
            amf: Amf([0x80, 0]),
            sqn_profile: SqnProfile::TIME_BASED,
            dif: None,
            seq_seed: 0,
        },
        subscription: Arc::clone(subscription),
    }
}

impl Rig {
    pub fn new(config: HssConfig) -> Self {
        Self::with_node(config, |_| ())
    }

    /// An HSS whose node is configured otherwise than most.
    pub fn with_node(config: HssConfig, configure: impl FnOnce(&mut NodeConfig)) -> Self {
        let mut node_config = NodeConfig::new(HSS, REALM, [127, 0, 0, 1].into());
        node_config.applications = vec![
            Application::auth(VENDOR_3GPP, S6A),
            Application::auth(VENDOR_3GPP, quintet_cx::CX),
            Application::auth(VENDOR_3GPP, quintet_hss::S13),
            Application::auth(VENDOR_3GPP, quintet_hss::SH),
            Application::auth(VENDOR_3GPP, quintet_hss::SWX),
            Application::auth(VENDOR_3GPP, quintet_hss::SLH),
            Application::auth(VENDOR_3GPP, quintet_hss::S6C),
        ];
        node_config.unknown_peers = UnknownPeers::Accept;
        configure(&mut node_config);
        let node = Node::new(node_config, 1).unwrap();
        let mut n = 0u64;
        let entropy = move |out: &mut [u8]| {
            for octet in out {
                n = n
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                *octet = (n >> 56) as u8;
            }
        };
        let mut hss = Hss::new(config, ChallengeKey::new(&[7; 16]), Box::new(entropy));
        hss.listen(true);
        Self {
            node,
            hss,
            store: FaultyStore::new(MemoryStore::new()),
            now: Duration::ZERO,
            wall: Duration::from_secs(1_760_000_000),
            out: VecDeque::new(),
            events: Vec::new(),
            hold: |_| false,
            held: Vec::new(),
            inboxes: BTreeMap::new(),
            hosts: BTreeMap::new(),
            connections: 0,
            direct: 1 << 60,
        }
    }

    /// An HSS at home in 001-01 that has begun, with so many subscribers.
    pub fn started(subscribers: u32) -> Self {
        let mut rig = Self::new(HssConfig::new(vec![plmn(HOME)]));
        rig.provision_many(subscribers, &subscription());
        rig.start();
        rig
    }

    pub fn start(&mut self) {
        self.hss.start(self.now);
        self.pump();
    }

    pub fn provision_many(&mut self, count: u32, subscription: &Subscription) {
        let shared = Arc::new(subscription.clone());
        let subscribers = (1..=count).map(|n| subscriber(imsi(n), &shared)).collect();
        self.direct(Command::Put {
            subscribers,
            mode: PutMode::Upsert,
        })
        .unwrap();
    }

    pub fn provision(&mut self, who: Imsi, subscription: &Subscription) {
        let subscribers = vec![subscriber(who, &Arc::new(subscription.clone()))];
        self.direct(Command::Put {
            subscribers,
            mode: PutMode::Upsert,
        })
        .unwrap();
    }

    /// A command of somebody else, done at once.
    pub fn direct(&mut self, command: Command) -> Result<Reply, StoreError> {
        self.direct += 1;
        let ticket = Ticket(self.direct);
        self.store.submit(ticket, command);
        let mut others = Vec::new();
        loop {
            let (answered, reply) = self.store.poll().expect("the store answers at once");
            if answered == ticket {
                for (ticket, reply) in others {
                    let wall = WallClock(self.wall);
                    self.hss
                        .handle_store(self.now, wall, &mut self.node, ticket, reply);
                }
                return reply;
            }
            others.push((answered, reply));
        }
    }

    pub fn location(&mut self, who: Imsi) -> Location {
        match self.direct(Command::LoadLocation { imsi: who }).unwrap() {
            Reply::Location(location) => location.map(|l| *l).unwrap_or_default(),
            other => panic!("{other:?}"),
        }
    }

    /// Connects an MME; its CEA is taken.
    pub fn connect(&mut self, host: &str, realm: &str) -> ConnectionId {
        self.connections += 1;
        let id = ConnectionId(self.connections);
        let remote = ([10, 0, 0, (self.connections % 250) as u8 + 1], 3868).into();
        self.node.accepted(self.now, id, remote).unwrap();
        self.hosts.insert(id, (host.to_owned(), realm.to_owned()));
        let cer = message(command::CAPABILITIES_EXCHANGE, 0, 1, |w| {
            w.text(avp::ORIGIN_HOST, host);
            w.text(avp::ORIGIN_REALM, realm);
            w.address(avp::HOST_IP_ADDRESS, [10, 0, 0, 1].into());
            w.u32(avp::VENDOR_ID, 0);
            w.text(avp::PRODUCT_NAME, "MME");
            w.u32(avp::SUPPORTED_VENDOR_ID, VENDOR_3GPP);
            for application in [
                S6A,
                quintet_cx::CX,
                quintet_hss::S13,
                quintet_hss::SH,
                quintet_hss::SWX,
                quintet_hss::SLH,
                quintet_hss::S6C,
            ] {
                w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
                    w.u32(avp::VENDOR_ID, VENDOR_3GPP);
                    w.u32(avp::AUTH_APPLICATION_ID, application);
                });
            }
        });
        assert!(self.feed(id, &cer).is_none());
        let cea = self.out.pop_front().expect("a CEA");
        assert_eq!(result_of(&cea.1), 2001);
        id
    }

    pub fn mme(&mut self, name: &str) -> ConnectionId {
        self.connect(&format!("{name}.{REALM}"), REALM)
    }

    /// Gives octets to the HSS; the disposition if they were a request for it.
    pub fn feed(&mut self, id: ConnectionId, octets: &[u8]) -> Option<Disposition> {
        let wall = WallClock(self.wall);
        let disposition = match self.node.handle_message(self.now, id, octets) {
            Inbound::Done => None,
            Inbound::Request(message) => {
                Some(
                    self.hss
                        .handle_request(self.now, wall, &mut self.node, id, message),
                )
            }
            Inbound::Answer { handle, message } => {
                self.hss.handle_answer(self.now, handle, &message);
                None
            }
        };
        self.pump();
        disposition
    }

    /// Gives the store what was held, and holds nothing more.
    pub fn release(&mut self) {
        self.hold = |_| false;
        for (ticket, command) in std::mem::take(&mut self.held) {
            self.store.submit(ticket, command);
        }
        self.pump();
    }

    /// Lets everything happen that happens at this time.
    pub fn pump(&mut self) {
        let wall = WallClock(self.wall);
        let mut watchdogs = Vec::new();
        loop {
            let mut busy = false;
            while let Some((ticket, command)) = self.hss.poll_store() {
                if (self.hold)(&command) {
                    self.held.push((ticket, command));
                    continue;
                }
                self.store.submit(ticket, command);
                busy = true;
            }
            while let Some((ticket, reply)) = self.store.poll() {
                self.hss
                    .handle_store(self.now, wall, &mut self.node, ticket, reply);
                busy = true;
            }
            while let Some(action) = self.node.poll_action() {
                busy = true;
                self.act(action);
            }
            while let Some(id) = self.node.poll_transmit() {
                busy = true;
                let inbox = self.inboxes.entry(id).or_default();
                inbox.fill(&std::mem::take(self.node.output(id)));
                while let Some(octets) = inbox.next() {
                    let octets = octets.expect("the HSS writes whole messages").to_vec();
                    if header(&octets).code == command::DEVICE_WATCHDOG {
                        watchdogs.push((id, octets));
                    } else {
                        self.out.push_back((id, octets));
                    }
                }
            }
            for (id, watchdog) in watchdogs.drain(..) {
                self.answer_watchdog(id, &watchdog);
            }
            if !busy {
                break;
            }
        }
        while let Some(event) = self.hss.poll_event() {
            self.events.push(event);
        }
    }

    fn answer_watchdog(&mut self, id: ConnectionId, octets: &[u8]) {
        let (host, realm) = self.hosts[&id].clone();
        let mut out = Vec::new();
        let mut w = MessageWriter::answer(&mut out, &Message::decode(octets).unwrap(), false);
        w.u32(avp::RESULT_CODE, 2001);
        w.text(avp::ORIGIN_HOST, &host);
        w.text(avp::ORIGIN_REALM, &realm);
        w.finish();
        assert!(matches!(
            self.node.handle_message(self.now, id, &out),
            Inbound::Done
        ));
    }

    fn act(&mut self, action: Action) {
        let wall = WallClock(self.wall);
        match action {
            Action::Event(Event::PeerUp { connection, .. }) => {
                let (host, realm) = self.hosts[&connection].clone();
                self.hss.peer_up(self.now, wall, &mut self.node, &host, &realm);
            }
            Action::Event(Event::RequestFailed { handle, .. }) => self.hss.request_failed(self.now, handle),
            Action::Close { connection, .. } => self.node.closed(self.now, connection),
            _ => {}
        }
    }

    /// Lets time pass.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let due = [self.hss.poll_timeout(), self.node.poll_timeout()]
                .into_iter()
                .flatten()
                .min();
            let at = due.filter(|at| *at <= end).unwrap_or(end).max(self.now);
            self.wall += at - self.now;
            self.now = at;
            self.hss
                .handle_timeout(self.now, WallClock(self.wall), &mut self.node);
            self.node.timeout(self.now);
            self.pump();
            if at >= end {
                return;
            }
        }
    }

    /// Sends a request and takes the answer, which must come at once.
    pub fn ask(&mut self, id: ConnectionId, octets: &[u8]) -> Vec<u8> {
        let _ = self.feed(id, octets);
        self.answer(id)
    }

    /// The next answer over a connection; other messages stay.
    pub fn answer(&mut self, id: ConnectionId) -> Vec<u8> {
        self.take(|sent| sent.0 == id && !request_bit(&sent.1))
            .expect("an answer")
            .1
    }

    /// The next S6a request of the HSS.
    pub fn request(&mut self) -> Option<Sent> {
        self.request_of(S6A)
    }

    /// The next request of the HSS in an application.
    pub fn request_of(&mut self, application: u32) -> Option<Sent> {
        self.take(|sent| request_bit(&sent.1) && header(&sent.1).application_id == application)
    }

    fn take(&mut self, wanted: impl Fn(&Sent) -> bool) -> Option<Sent> {
        let at = self.out.iter().position(wanted)?;
        self.out.remove(at)
    }

    /// An MME answers a request of the HSS.
    pub fn confirm(&mut self, sent: &Sent, result: u32) {
        self.confirm_with(sent, (3000..4000).contains(&result), |w| {
            w.u32(avp::RESULT_CODE, result)
        });
    }

    /// A CSCF answers with a result of 3GPP.
    pub fn confirm_experimental(&mut self, sent: &Sent, result: u32) {
        self.confirm_with(sent, false, |w| {
            w.group(avp::EXPERIMENTAL_RESULT, |w| {
                w.u32(avp::VENDOR_ID, VENDOR_3GPP);
                w.u32(avp::EXPERIMENTAL_RESULT_CODE, result);
            });
        });
    }

    fn confirm_with(
        &mut self,
        (id, request): &Sent,
        error: bool,
        result: impl FnOnce(&mut MessageWriter<'_>),
    ) {
        let (host, realm) = self.hosts[id].clone();
        let mut out = Vec::new();
        let request = Message::decode(request).unwrap();
        let mut w = MessageWriter::answer(&mut out, &request, error);
        w.raw(request.find(avp::SESSION_ID).unwrap().raw);
        result(&mut w);
        w.u32(avp::AUTH_SESSION_STATE, 1);
        w.text(avp::ORIGIN_HOST, &host);
        w.text(avp::ORIGIN_REALM, &realm);
        w.finish();
        assert!(self.feed(*id, &out).is_none());
    }
}

pub fn header(octets: &[u8]) -> Header {
    *Message::decode(octets).unwrap().header()
}

fn request_bit(octets: &[u8]) -> bool {
    header(octets).flags.request()
}

/// A request with these AVPs.
pub fn message(
    code: u32,
    application_id: u32,
    id: u32,
    write: impl FnOnce(&mut MessageWriter<'_>),
) -> Vec<u8> {
    let proxiable = if application_id == 0 {
        0
    } else {
        CommandFlags::PROXIABLE
    };
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(CommandFlags::REQUEST | proxiable),
        code,
        application_id,
        hop_by_hop: id,
        end_to_end: id,
    };
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header);
    write(&mut w);
    w.finish();
    out
}

/// An S6a request of an MME, with what all of them have.
pub fn s6a(code: u32, id: u32, mme: &str, who: Imsi, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    message(code, S6A, id, |w| {
        w.text(avp::SESSION_ID, &format!("{mme};1;{id}"));
        w.u32(avp::AUTH_SESSION_STATE, 1);
        w.text(avp::ORIGIN_HOST, &format!("{mme}.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_REALM, REALM);
        w.text(avp::USER_NAME, &who.to_string());
        more(w);
    })
}

pub fn air(id: u32, mme: &str, who: Imsi, eutran: Option<u32>, utran: Option<u32>) -> Vec<u8> {
    air_with(id, mme, who, |w| {
        for (kind, number) in [
            (avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, eutran),
            (avp::REQUESTED_UTRAN_GERAN_AUTHENTICATION_INFO, utran),
        ] {
            if let Some(number) = number {
                w.group(kind, |w| w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, number));
            }
        }
    })
}

pub fn air_with(id: u32, mme: &str, who: Imsi, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    s6a(command::AUTHENTICATION_INFORMATION, id, mme, who, |w| {
        w.octets(avp::VISITED_PLMN_ID, &plmn(HOME).octets());
        more(w);
    })
}

/// A ULR over S6a (`flags` with bit 1) from a visited network.
pub fn ulr(id: u32, mme: &str, who: Imsi, flags: u32, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    ulr_in(id, mme, who, HOME, flags, more)
}

pub fn ulr_in(
    id: u32,
    mme: &str,
    who: Imsi,
    visited: &str,
    flags: u32,
    more: impl FnOnce(&mut MessageWriter<'_>),
) -> Vec<u8> {
    s6a(command::UPDATE_LOCATION, id, mme, who, |w| {
        w.u32(avp::RAT_TYPE, 1004);
        w.u32(avp::ULR_FLAGS, flags);
        w.octets(avp::VISITED_PLMN_ID, &plmn(visited).octets());
        more(w);
    })
}

pub fn features(w: &mut MessageWriter<'_>, list: u32, bits: u32) {
    w.group(avp::SUPPORTED_FEATURES, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::FEATURE_LIST_ID, list);
        w.u32(avp::FEATURE_LIST, bits);
    });
}

/// Result-Code, or Experimental-Result-Code.
pub fn result_of(octets: &[u8]) -> u32 {
    let message = Message::decode(octets).unwrap();
    if let Some(result) = message.find(avp::RESULT_CODE) {
        return result.u32().unwrap();
    }
    let group = message.find(avp::EXPERIMENTAL_RESULT).expect("a result").group();
    assert_eq!(group.find(avp::VENDOR_ID).unwrap().u32(), Ok(VENDOR_3GPP));
    group.find(avp::EXPERIMENTAL_RESULT_CODE).unwrap().u32().unwrap()
}

/// The AVP at the end of a path.
pub fn find<'a>(octets: &'a [u8], path: &[AvpId]) -> Option<Avp<'a>> {
    let mut at = Message::decode(octets).unwrap().find(path[0])?;
    for id in &path[1..] {
        at = at.group().find(*id)?;
    }
    Some(at)
}

pub fn value(octets: &[u8], path: &[AvpId]) -> Option<u32> {
    find(octets, path).map(|avp| avp.u32().unwrap())
}

/// One vector of an AIA.
#[derive(Clone, Debug)]
pub struct Vector {
    pub item: u32,
    pub rand: [u8; 16],
    pub autn: [u8; 16],
    pub kasme: Option<Vec<u8>>,
}

/// The vectors of one kind in an AIA, in wire order.
pub fn vectors(octets: &[u8], kind: AvpId) -> Vec<Vector> {
    let Some(group) = find(octets, &[avp::AUTHENTICATION_INFO]) else {
        return Vec::new();
    };
    let of_kind = group.group().map(Result::unwrap).filter(|avp| avp.is(kind));
    of_kind
        .map(|vector| {
            let inner = |id| vector.group().find(id);
            Vector {
                item: inner(avp::ITEM_NUMBER).unwrap().u32().unwrap(),
                rand: inner(avp::RAND).unwrap().data.try_into().unwrap(),
                autn: inner(avp::AUTN).unwrap().data.try_into().unwrap(),
                kasme: inner(avp::KASME).map(|avp| avp.data.to_vec()),
            }
        })
        .collect()
}

/// The request with this HSS's realm and without Destination-Host.
pub fn readdressed(message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, message.header());
    for avp in message.avps().map(Result::unwrap) {
        if avp.is(avp::DESTINATION_REALM) {
            w.text(avp::DESTINATION_REALM, REALM);
        } else if !avp.is(avp::DESTINATION_HOST) {
            w.raw(avp.raw);
        }
    }
    w.finish();
    out
}
