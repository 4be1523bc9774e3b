//! A P-CSCF between a UE that is made of texts and a home network that is made of answers.

use quintet_cscf::pcscf::{Config, Ended, Pcscf, PcscfEvent};
use quintet_esp::{Encryption, Integrity, SaCommand, SaParameters, SaSet, Suite};
use quintet_ims::agreement::{Associations, Offer, Ports, Role, Spis, UePolicy};
use quintet_ims::registrar::At;
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use quintet_sip::{Message, Name, Status, Writer};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) const CORE: &str = "10.1.0.2:5060";
pub(crate) const ACCESS: &str = "10.0.0.2:5060";
pub(crate) const ICSCF: &str = "10.1.0.3:5060";
pub(crate) const SCSCF: &str = "10.1.0.4:5060";
pub(crate) const CK: &str = "000102030405060708090a0b0c0d0e0f";
pub(crate) const IK: &str = "101112131415161718191a1b1c1d1e1f";

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub(crate) fn hop(protocol: Protocol, local: SocketAddr, remote: SocketAddr) -> Hop {
    Hop {
        protocol,
        local,
        remote,
    }
}

/// What a P-CSCF had done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Sent,
    Installed(SaSet),
    Removed(SaSet),
}

pub(crate) struct Net {
    pub(crate) pcscf: Pcscf,
    pub(crate) now: Duration,
    pub(crate) sent: Vec<(Hop, String)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) sas: BTreeMap<SaSet, Vec<SaParameters>>,
    pub(crate) events: Vec<PcscfEvent>,
    /// Associations that can still be set up.
    pub(crate) room: usize,
}

pub(crate) fn config() -> Config {
    let mut config = Config::new(
        "pcscf.visited.test",
        address(CORE),
        address(ACCESS),
        "visited.test",
    );
    config
        .hosts
        .insert("home.test", None, address(ICSCF))
        .expect("room");
    config
        .hosts
        .insert("scscf.home.test", None, address(SCSCF))
        .expect("room");
    config.reg_event = false;
    config
}

impl Net {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self {
            pcscf: Pcscf::new(config, [7; 32]),
            now: Duration::from_secs(1_000),
            sent: Vec::new(),
            steps: Vec::new(),
            sas: BTreeMap::new(),
            events: Vec::new(),
            room: usize::MAX,
        }
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: self.now + Duration::from_secs(1_700_000_000),
        }
    }

    pub(crate) fn give(&mut self, hop: Hop, text: &str) {
        let at = self.at();
        self.pcscf.handle_sip(at, hop, text.as_bytes());
        self.drain();
    }

    pub(crate) fn drain(&mut self) {
        loop {
            let before = self.steps.len();
            while let Some(command) = self.pcscf.poll_sa() {
                self.carry_out(command);
            }
            while let Some(output) = self.pcscf.poll_sip() {
                let SipOutput::Send { hop, octets } = output else {
                    panic!("{output:?}")
                };
                let text = String::from_utf8(octets).expect("text");
                assert!(
                    text == "\r\n" || Message::parse(text.as_bytes()).is_ok(),
                    "{text}"
                );
                self.steps.push(Step::Sent);
                self.sent.push((hop, text));
            }
            while let Some(event) = self.pcscf.poll_event() {
                self.events.push(event);
            }
            if self.steps.len() == before {
                break;
            }
        }
    }

    fn carry_out(&mut self, command: SaCommand) {
        match command {
            SaCommand::Install(sa) if self.room == 0 => self.pcscf.association_refused(sa.set),
            SaCommand::Install(sa) => {
                self.room -= 1;
                if !self.sas.contains_key(&sa.set) {
                    self.steps.push(Step::Installed(sa.set));
                }
                self.sas.entry(sa.set).or_default().push(*sa);
            }
            SaCommand::RemoveSet(set) => {
                self.steps.push(Step::Removed(set));
                let was_there = self.sas.remove(&set).is_some();
                assert!(was_there || self.room == 0, "only what is there is removed");
            }
            SaCommand::Remove(_) | SaCommand::Prefer(_) | SaCommand::SetLifetime { .. } => {}
        }
    }

    /// The one message that was sent since.
    pub(crate) fn one(&mut self) -> (Hop, String) {
        assert_eq!(self.sent.len(), 1, "{:#?}", self.sent);
        self.sent.remove(0)
    }

    pub(crate) fn none(&self) {
        assert!(self.sent.is_empty(), "{:#?}", self.sent);
    }

    /// Time passes, in steps as timers are due; what is repeated meanwhile is dropped.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.pcscf.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let at = self.at();
            self.pcscf.timeout(at);
            self.drain();
        }
        self.now = end;
    }

    /// The home network answers a request that it got.
    pub(crate) fn answer(&mut self, request: &(Hop, String), status: u16, headers: &str) {
        let text = answer(&request.1, status, headers);
        let hop = hop(request.0.protocol, request.0.local, request.0.remote);
        self.give(hop, &text);
    }

    pub(crate) fn registered(&self) -> (usize, usize) {
        self.pcscf.registrations()
    }

    pub(crate) fn ended(&self) -> Vec<Ended> {
        let ended = self.events.iter().filter_map(|event| match event {
            PcscfEvent::Deregistered { why, .. } => Some(*why),
            _ => None,
        });
        ended.collect()
    }
}

/// A response to a request, with header lines.
pub(crate) fn answer(request: &str, status: u16, headers: &str) -> String {
    let message = Message::parse(request.as_bytes()).expect("readable");
    let mut out = Vec::new();
    let status = Status::new(status).expect("a status");
    let mut writer =
        Writer::response_to(&mut out, &message, status, "homes", address(ICSCF)).expect("answerable");
    for line in headers.lines() {
        let (name, value) = line.split_once(": ").expect("a header");
        writer = writer.named(name, value);
    }
    writer.finish();
    String::from_utf8(out).expect("text")
}

pub(crate) fn challenge() -> String {
    format!(
        "WWW-Authenticate: Digest realm=\"home.test\", nonce=\"bm9uY2U=\", algorithm=AKAv1-MD5, ck=\"{CK}\", ik=\"{IK}\", qop=\"auth\""
    )
}

/// A UE.
pub(crate) struct Phone {
    pub(crate) address: IpAddr,
    pub(crate) user: String,
    pub(crate) client: u16,
    pub(crate) server: u16,
    pub(crate) spi: u32,
    pub(crate) cseq: u32,
    pub(crate) policy: UePolicy,
    pub(crate) protocol: Protocol,
    pub(crate) associations: Option<Associations>,
    pub(crate) verify: String,
    pub(crate) expires: u32,
    /// Headers that each REGISTER has.
    pub(crate) extra: String,
}

impl Phone {
    pub(crate) fn new(n: u8) -> Self {
        Self {
            address: IpAddr::from([10, 0, 1, n]),
            user: format!("user{n}"),
            client: 4_000,
            server: 3_999,
            spi: 1_000,
            cseq: 0,
            policy: UePolicy::default(),
            protocol: Protocol::Udp,
            associations: None,
            verify: String::new(),
            expires: 3_600,
            extra: String::new(),
        }
    }

    pub(crate) fn offer(&self) -> Offer {
        let spi = |value| quintet_esp::Spi::new(value).expect("in range");
        let spis = Spis {
            client: spi(self.spi),
            server: spi(self.spi + 1),
        };
        let ports = Ports {
            client: self.client,
            server: self.server,
        };
        Offer::new(self.policy.clone(), spis, ports)
    }

    /// New client port and SPIs, as for a new set.
    pub(crate) fn renew(&mut self) {
        self.client += 10;
        self.spi += 10;
    }

    pub(crate) fn impi(&self) -> String {
        format!("{}@home.test", self.user)
    }

    /// The hop of what it sends without protection, as the P-CSCF sees it.
    pub(crate) fn unprotected(&self) -> Hop {
        hop(
            Protocol::Udp,
            address(ACCESS),
            SocketAddr::new(self.address, 5060),
        )
    }

    /// The hop of what it sends through its associations.
    pub(crate) fn protected(&self) -> Hop {
        let four = self.associations.expect("associations");
        let sent = four.request_hop(Role::Ue, self.protocol);
        hop(sent.protocol, sent.remote, sent.local)
    }

    pub(crate) fn register(&mut self, response: &str, verify: bool) -> String {
        self.cseq += 1;
        let verify = match verify {
            true => format!("Security-Verify: {}\r\n", self.verify),
            false => String::new(),
        };
        let Self {
            user,
            cseq,
            server,
            expires,
            extra,
            ..
        } = &*self;
        let (ip, protocol) = (self.address, self.protocol);
        let client = self.offer().security_client().to_owned();
        format!(
            "REGISTER sip:home.test SIP/2.0\r\n\
             Via: SIP/2.0/{protocol} {ip}:{server};branch=z9hG4bKr{cseq}{user}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@home.test>;tag=f{cseq}\r\nTo: <sip:{user}@home.test>\r\n\
             Call-ID: call-{user}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{user}@{ip}:{server}>;expires={expires}\r\n\
             Authorization: Digest username=\"{user}@home.test\", realm=\"home.test\", nonce=\"\", uri=\"sip:home.test\", \
             response=\"{response}\", integrity-protected=\"yes\"\r\n\
             Require: sec-agree\r\nProxy-Require: sec-agree\r\nSupported: path\r\nSecurity-Client: {client}\r\n{verify}{extra}\
             Content-Length: 0\r\n\r\n"
        )
    }

    /// SM6: sets its end up, and answers through it from now on.
    pub(crate) fn challenged(&mut self, text: &str) {
        let message = Message::parse(text.as_bytes()).expect("readable");
        assert_eq!(message.status(), Some(Status::UNAUTHORIZED), "{text}");
        let server: Vec<&str> = message.headers(Name::SecurityServer).collect();
        let pcscf = address(ACCESS).ip();
        let verdict = self
            .offer()
            .judge(SaSet(1), self.address, self.address, pcscf, server);
        let verdict = verdict.expect("acceptable");
        self.associations = Some(verdict.associations);
        self.verify = verdict.security_verify;
    }

    pub(crate) fn ok(&self) -> String {
        let Self {
            user,
            server,
            address,
            expires,
            ..
        } = self;
        format!(
            "Contact: <sip:{user}@{address}:{server}>;expires={expires}\n\
             P-Associated-URI: <sip:{user}@home.test>, <tel:+49{server}>\n\
             Service-Route: <sip:orig@scscf.home.test:6060;lr>\n\
             P-Charging-Function-Addresses: ccf=10.9.9.9\nPath: <sip:x@pcscf.visited.test;lr>"
        )
    }

    /// SM1 to SM12; what the home network got of SM1 and SM7.
    pub(crate) fn registers(&mut self, net: &mut Net) -> (String, String) {
        let over = match self.associations {
            Some(_) => self.protected(),
            None => self.unprotected(),
        };
        let protected = self.associations.is_some();
        if protected {
            self.renew();
        }
        let text = self.register("", protected);
        net.give(over, &text);
        let first = net.one();
        net.answer(&first, 401, &challenge());
        let (_, sm6) = net.one();
        self.challenged(&sm6);
        let text = self.register("0123", true);
        net.give(self.protected(), &text);
        let second = net.one();
        net.answer(&second, 200, &self.ok());
        let (_, sm12) = net.one();
        assert!(sm12.starts_with("SIP/2.0 200"), "{sm12}");
        (first.1, second.1)
    }

    /// Another request through the associations.
    pub(crate) fn request(&mut self, method: &str, uri: &str, headers: &str) -> String {
        self.cseq += 1;
        let Self {
            user, cseq, server, ..
        } = &*self;
        let (ip, protocol) = (self.address, self.protocol);
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{protocol} {ip}:{server};branch=z9hG4bKq{cseq}{user}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@home.test>;tag=g{cseq}\r\nTo: <sip:other@home.test>\r\n\
             Call-ID: call-q{cseq}{user}\r\nCSeq: {cseq} {method}\r\n{headers}Content-Length: 0\r\n\r\n"
        )
    }
}

pub(crate) fn only(integrity: Integrity, encryption: Encryption) -> UePolicy {
    UePolicy {
        suites: vec![Suite::new(integrity, encryption).expect("a suite")],
        encapsulation: false,
    }
}

/// The values of a header in a text.
pub(crate) fn values(text: &str, name: Name) -> Vec<String> {
    let message = Message::parse(text.as_bytes()).expect("readable");
    message.values(name).map(str::to_owned).collect()
}

pub(crate) fn status(text: &str) -> u16 {
    let message = Message::parse(text.as_bytes()).expect("readable");
    message.status().map_or(0, Status::code)
}
