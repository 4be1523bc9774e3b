//! An AIR: decoded and judged, and handled end to end in memory, from octets to octets.

use anyhow::{Result, bail, ensure};
use quintet_diameter::dict::{Dictionary, avp, command};
use quintet_diameter::node::{Application, NodeConfig, UnknownPeers};
use quintet_diameter::{
    CommandFlags, ConnectionId, Header, Inbound, Inbox, Message, MessageWriter, Node, validate,
};
use quintet_hss::{Disposition, Hss, HssConfig, S6A, VENDOR_3GPP};
use quintet_identity::Imsi;
use quintet_sim::demo::{Population, home_plmn};
use quintet_store::{Command, MemoryStore, PutMode, Store, Ticket};
use quintet_subscriber::auc::{ChallengeKey, WallClock, initial_dif};
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Subscribers asked for in turn; with [`STEP`] none runs ahead of the AuC's clock.
const SUBSCRIBERS: u32 = 2048;

/// Time between two requests.
const STEP: Duration = Duration::from_micros(100);

/// Requests that a read brings, and answers that a write takes.
const BATCH: u64 = 16;

/// The connection of the MME.
const MME: ConnectionId = ConnectionId(1);

fn message(code: u32, application: u32, flags: u8, fill: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags),
        code,
        application_id: application,
        hop_by_hop: 1,
        end_to_end: 1,
    };
    let mut octets = Vec::new();
    let mut w = MessageWriter::new(&mut octets, &header);
    fill(&mut w);
    w.finish();
    octets
}

fn s6a(w: &mut MessageWriter<'_>) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |g| {
        g.u32(avp::VENDOR_ID, VENDOR_3GPP);
        g.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
}

fn origin(w: &mut MessageWriter<'_>) {
    let realm = home_plmn().epc_realm();
    w.text(avp::ORIGIN_HOST, &format!("mme.{realm}"));
    w.text(avp::ORIGIN_REALM, &realm);
}

fn air(imsi: Imsi) -> Vec<u8> {
    message(command::AUTHENTICATION_INFORMATION, S6A, 0xc0, |w| {
        w.text(avp::SESSION_ID, "mme.epc.mnc001.mcc001.3gppnetwork.org;1;1;s6a");
        s6a(w);
        w.u32(avp::AUTH_SESSION_STATE, 1);
        origin(w);
        w.text(avp::DESTINATION_REALM, &home_plmn().epc_realm());
        w.text(avp::USER_NAME, &imsi.to_string());
        w.octets(avp::VISITED_PLMN_ID, &home_plmn().octets());
        w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |g| {
            g.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
            g.u32(avp::IMMEDIATE_RESPONSE_PREFERRED, 1);
        });
    })
}

fn imsi(n: u64) -> Imsi {
    let n = (n % u64::from(SUBSCRIBERS)) as u32;
    Population::imsi(n).expect("the population is larger")
}

/// A request decoded, and judged by the dictionary.
pub(super) fn decode_and_validate(count: u64) -> Result<()> {
    let octets = air(imsi(0));
    let dictionary = Dictionary::builtin();
    for _ in 0..count {
        let Ok(message) = Message::decode(black_box(&octets)) else {
            bail!("the request does not decode");
        };
        ensure!(
            validate(dictionary, black_box(&message)).is_ok(),
            "the request is refused"
        );
    }
    Ok(())
}

/// Requests read from a stream, handled by node and HSS, and answered: all but the system calls.
pub(super) fn handle(count: u64) -> Result<()> {
    let mut server = Server::new()?;
    let mut requests: Vec<Vec<u8>> = (0..u64::from(SUBSCRIBERS)).map(|n| air(imsi(n))).collect();
    let mut inbox = Inbox::new();
    let mut answered = 0;
    for n in 0..count {
        let request = &mut requests[(n % u64::from(SUBSCRIBERS)) as usize];
        // A repeated request would be found among the duplicates.
        request[12..20].copy_from_slice(&(n + 2).to_be_bytes());
        inbox.fill(request);
        if (n + 1) % BATCH == 0 || n + 1 == count {
            answered += server.read(&mut inbox)?;
            server.settle();
        }
    }
    ensure!(answered == count, "{answered} of {count} requests were granted");
    Ok(())
}

struct Server {
    node: Node,
    hss: Hss,
    store: MemoryStore,
    now: Duration,
}

impl Server {
    /// A server that issues, its subscribers in memory, and one MME.
    fn new() -> Result<Self> {
        let (realm, address) = (home_plmn().epc_realm(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        let mut config = NodeConfig::new(format!("hss.{realm}"), realm, address);
        config.applications = vec![Application::auth(VENDOR_3GPP, S6A)];
        config.unknown_peers = UnknownPeers::Accept;
        let mut octets = 0u8;
        let entropy = move |out: &mut [u8]| {
            for octet in out {
                octets = octets.wrapping_mul(5).wrapping_add(1);
                *octet = octets;
            }
        };
        let mut server = Self {
            node: Node::new(config, 1)?,
            hss: Hss::new(
                HssConfig::new(vec![home_plmn()]),
                ChallengeKey::new(&[7; 16]),
                Box::new(entropy),
            ),
            store: MemoryStore::new(),
            now: Duration::ZERO,
        };
        server.provision();
        server.hss.listen(true);
        server.hss.start(server.now);
        server.settle();
        server.node.accepted(server.now, MME, (address, 1).into())?;
        let cer = message(command::CAPABILITIES_EXCHANGE, 0, 0x80, |w| {
            origin(w);
            w.address(avp::HOST_IP_ADDRESS, address);
            w.u32(avp::VENDOR_ID, 0);
            w.text(avp::PRODUCT_NAME, "MME");
            w.u32(avp::SUPPORTED_VENDOR_ID, VENDOR_3GPP);
            s6a(w);
        });
        let mut inbox = Inbox::new();
        inbox.fill(&cer);
        server.read(&mut inbox)?;
        server.settle();
        Ok(server)
    }

    fn wall(&self) -> WallClock {
        WallClock(Duration::from_secs(1_760_000_000) + self.now)
    }

    fn provision(&mut self) {
        let population = Population::new();
        let wall = self.wall();
        let subscribers = (0..SUBSCRIBERS).filter_map(|n| population.subscriber(n));
        let subscribers = subscribers.map(|mut subscriber| {
            let authentication = &mut subscriber.authentication;
            let profile = authentication.sqn_profile;
            authentication.dif = Some(initial_dif(authentication.seq_seed, profile, wall));
            subscriber
        });
        let put = Command::Put {
            subscribers: subscribers.collect(),
            mode: PutMode::Insert,
        };
        self.store.submit(Ticket(u64::MAX), put);
        while self.store.poll().is_some() {}
    }

    /// Works off an inbox; how many requests were granted.
    fn read(&mut self, inbox: &mut Inbox) -> Result<u64> {
        let mut granted = 0;
        while let Some(frame) = inbox.next() {
            let Ok(octets) = frame else {
                bail!("the stream is lost")
            };
            self.now += STEP;
            let wall = self.wall();
            if let Inbound::Request(request) = self.node.handle_message(self.now, MME, octets) {
                match self
                    .hss
                    .handle_request(self.now, wall, &mut self.node, MME, request)
                {
                    Disposition::Answered(outcome) if outcome.code() == 2001 => granted += 1,
                    other => bail!("not granted: {other:?}"),
                }
            }
        }
        Ok(granted)
    }

    /// What a runtime does after a batch.
    fn settle(&mut self) {
        let wall = self.wall();
        loop {
            let mut idle = true;
            while let Some((ticket, command)) = self.hss.poll_store() {
                self.store.submit(ticket, command);
            }
            while let Some((ticket, reply)) = self.store.poll() {
                idle = false;
                self.hss
                    .handle_store(self.now, wall, &mut self.node, ticket, reply);
            }
            if idle {
                break;
            }
        }
        while self.hss.poll_event().is_some() {}
        while self.node.poll_action().is_some() {}
        while let Some(connection) = self.node.poll_transmit() {
            black_box(self.node.output(connection)).clear();
        }
        black_box((self.node.poll_timeout(), self.hss.poll_timeout()));
    }
}
