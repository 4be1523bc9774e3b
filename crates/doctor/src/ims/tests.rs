//! Registrations played message by message: SIP as text on each leg, Cx, ESP.

use super::observer::{Happening, Observer};
use super::trail::Trail;
use super::verdict::Verdict;
use crate::findings::of_ims;
use crate::keys::{KeyRing, Operator, SubscriberKey};
use crate::numbers::Numbers;
use crate::observer::Wanted;
use crate::report::Finding;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quintet_capture::{End, Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Timestamp};
use quintet_crypto::digest::{AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};
use quintet_crypto::{Amf, AuthenticationFunctions, Ik, K, Milenage, Opc, Quintet, Sqn};
use quintet_cx::{
    AuthDataItem, AuthenticationScheme, CX, Maa, Mar, Outcome, Saa, ServerCapabilities, Uaa, Uar,
    UserAuthorizationType, write_session,
};
use quintet_diameter::dict::avp;
use quintet_diameter::{CommandFlags, Header, MessageWriter};
use quintet_esp::{EspKeys, Outbound, Spi, Suite};
use std::net::SocketAddr;
use std::sync::Arc;

pub(crate) const IMPI: &str = "001010000000001@ims.mnc001.mcc001.3gppnetwork.org";
pub(crate) const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";
const K_OCTETS: [u8; 16] = [0x46; 16];

pub(crate) const CLIENT: &str =
    "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;spi-c=1001;spi-s=1002;port-c=6001;port-s=6002";
pub(crate) const SERVER: &str =
    "ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;ealg=null;spi-c=2001;spi-s=2002;port-c=7001;port-s=7002";

/// Addresses of UE, P-, I-, S-CSCF and HSS.
const NODES: [&str; 5] = [
    "10.0.0.1:5060",
    "10.0.0.2:5060",
    "10.0.0.3:5060",
    "10.0.0.4:5060",
    "10.0.0.5:3868",
];

/// K as the AuC has it.
pub(crate) fn functions() -> AuthenticationFunctions {
    let milenage = Milenage::new(K::new_128(K_OCTETS), Opc::new([0x0c; 16])).expect("128 bits");
    AuthenticationFunctions::Milenage(milenage)
}

/// The vector of a number.
pub(crate) fn vector(number: u8) -> Quintet {
    functions().quintet(
        &[number; 16],
        Sqn::new(u64::from(number) * 32).expect("48 bits"),
        Amf([0, 0]),
    )
}

/// The nonce of a vector.
pub(crate) fn nonce(vector: &Quintet) -> String {
    let autn = vector.autn.octets().expect("16 octets");
    STANDARD.encode([&vector.rand[..], &autn].concat())
}

/// A ring with the subscriber's key.
pub(crate) fn ring() -> KeyRing {
    let mut ring = KeyRing::new().without_published();
    let imsi = "001010000000001".parse().expect("an IMSI");
    let key = SubscriberKey::new(
        Some(imsi),
        "the key of the test".to_owned(),
        K::new_128(K_OCTETS),
        Operator::Opc(Opc::new([0x0c; 16])),
    );
    ring.add(key.expect("128 bits")).expect("there is room");
    ring
}

/// Credentials without a response.
pub(crate) fn authorization(nonce: &str, more: &str) -> String {
    format!(
        "Authorization: Digest username=\"{IMPI}\",realm=\"{DOMAIN}\",uri=\"sip:{DOMAIN}\",nonce=\"{nonce}\"{more}\r\n"
    )
}

/// Credentials with the response that a password gives.
pub(crate) fn response(nonce: &str, algorithm: DigestAlgorithm, password: &[u8]) -> String {
    let a1 = HashA1::new(algorithm, IMPI, DOMAIN, password);
    let input = DigestInput {
        algorithm,
        method: "REGISTER",
        uri: &format!("sip:{DOMAIN}"),
        nonce,
        qop: Qop::None,
    };
    let response = input.response(&a1);
    authorization(nonce, &format!(",response=\"{response}\",algorithm={algorithm}"))
}

/// The right credentials for a vector.
pub(crate) fn right(vector: &Quintet) -> String {
    let algorithm = DigestAlgorithm::AkaV1Md5;
    let password = AkaPassword::new(algorithm, &vector.xres, &vector.ck, &vector.ik);
    response(&nonce(vector), algorithm, password.expose())
}

/// The challenge of a vector.
pub(crate) fn challenge(vector: &Quintet, more: &str) -> String {
    format!(
        "WWW-Authenticate: Digest realm=\"{DOMAIN}\",nonce=\"{}\",algorithm=AKAv1-MD5{more}\r\n",
        nonce(vector)
    )
}

/// The result of an answer.
fn write_outcome(writer: &mut MessageWriter<'_>, outcome: Outcome) {
    match outcome {
        Outcome::Base(code) => writer.u32(avp::RESULT_CODE, code.0),
        other => writer.group(avp::EXPERIMENTAL_RESULT, |inner| {
            inner.u32(avp::VENDOR_ID, quintet_cx::VENDOR_3GPP);
            inner.u32(avp::EXPERIMENTAL_RESULT_CODE, other.code());
        }),
    }
}

/// A tap at every leg.
pub(crate) struct Play {
    observer: Observer,
    frame: u64,
    now_ms: i64,
    call: u32,
    cx: u32,
    /// The keys that the UE's associations have, if they are not those of the vector.
    pub(crate) wrong_ik: bool,
    sequence: u32,
}

impl Play {
    pub(crate) fn new() -> Self {
        Self::with(KeyRing::new().without_published())
    }

    pub(crate) fn with(ring: KeyRing) -> Self {
        Self {
            observer: Observer::new(Arc::new(ring), Numbers::default(), Wanted::default()),
            frame: 0,
            now_ms: 1_000_000,
            call: 1,
            cx: 0,
            wrong_ik: false,
            sequence: 0,
        }
    }

    /// A tap of nodes.
    pub(crate) fn above_esp() -> Self {
        let play = Self::new();
        Self {
            observer: play.observer.above_esp(true),
            ..play
        }
    }

    fn seen(&mut self) -> Seen {
        self.frame += 1;
        self.now_ms += 1;
        Seen {
            file: 0,
            frame: self.frame,
            time: Timestamp(self.now_ms * 1_000_000),
        }
    }

    /// Seconds pass.
    pub(crate) fn wait(mut self, seconds: i64) -> Self {
        self.now_ms += seconds * 1000;
        self.observer.quiet(Timestamp(self.now_ms * 1_000_000));
        self
    }

    /// The UE takes another Call-ID from here on.
    pub(crate) fn anew(mut self) -> Self {
        self.call += 1;
        self
    }

    fn send(mut self, protocol: Protocol, flow: FlowId, from: &str, to: &str, octets: &[u8]) -> Self {
        let seen = self.seen();
        let end = |address: &str| End::Address(address.parse::<SocketAddr>().expect("an address"));
        self.observer.pdu(&Pdu {
            seen,
            first_frame: seen.frame,
            protocol,
            flow: Flow {
                id: flow,
                source: end(from),
                destination: end(to),
            },
            direction: None,
            octets,
        });
        self
    }

    fn vias(&self, leg: usize, cseq: u32) -> String {
        (1..=leg)
            .rev()
            .map(|hop| {
                format!(
                    "Via: SIP/2.0/UDP {};branch=z9hG4bK-{}-{cseq}-{hop}\r\n",
                    NODES[hop - 1],
                    self.call
                )
            })
            .collect()
    }

    fn head(&self, leg: usize, cseq: u32) -> String {
        format!(
            "{}From: <sip:{IMPI}>;tag=a\r\nTo: <sip:{IMPI}>\r\nCall-ID: call-{}@ue\r\nCSeq: {cseq} REGISTER\r\n",
            self.vias(leg, cseq),
            self.call
        )
    }

    fn register_text(&self, leg: usize, cseq: u32, more: &str) -> String {
        format!(
            "REGISTER sip:{DOMAIN} SIP/2.0\r\n{}Contact: <sip:ue@10.0.0.1>\r\n{}{more}Content-Length: 0\r\n\r\n",
            self.head(leg, cseq),
            if more.contains("Expires") {
                ""
            } else {
                "Expires: 600000\r\n"
            }
        )
    }

    /// A REGISTER on one leg.
    pub(crate) fn register_at(self, leg: usize, cseq: u32, more: &str) -> Self {
        let text = self.register_text(leg, cseq, more);
        self.send(
            Protocol::Sip,
            FlowId::DATAGRAM,
            NODES[leg - 1],
            NODES[leg],
            text.as_bytes(),
        )
    }

    /// A REGISTER of the UE's leg between other ports.
    pub(crate) fn between(self, from: &str, to: &str, cseq: u32, more: &str) -> Self {
        let text = self.register_text(1, cseq, more);
        self.send(Protocol::Sip, FlowId::DATAGRAM, from, to, text.as_bytes())
    }

    /// A REGISTER on all three legs.
    pub(crate) fn register(self, cseq: u32, more: &str) -> Self {
        (1..=3).fold(self, |play, leg| play.register_at(leg, cseq, more))
    }

    fn answer_text(&self, leg: usize, cseq: u32, status: &str, more: &str) -> String {
        format!(
            "SIP/2.0 {status}\r\n{}{more}Content-Length: 0\r\n\r\n",
            self.head(leg, cseq)
        )
    }

    /// An answer on one leg.
    pub(crate) fn answer_at(self, leg: usize, cseq: u32, status: &str, more: &str) -> Self {
        let text = self.answer_text(leg, cseq, status, more);
        self.send(
            Protocol::Sip,
            FlowId::DATAGRAM,
            NODES[leg],
            NODES[leg - 1],
            text.as_bytes(),
        )
    }

    /// An answer on all three legs.
    pub(crate) fn answer(self, cseq: u32, status: &str, more: &str) -> Self {
        (1..=3)
            .rev()
            .fold(self, |play, leg| play.answer_at(leg, cseq, status, more))
    }

    /// Another text between two nodes.
    pub(crate) fn text(self, from: usize, to: usize, text: &str) -> Self {
        self.send(
            Protocol::Sip,
            FlowId::DATAGRAM,
            NODES[from],
            NODES[to],
            text.as_bytes(),
        )
    }

    /// SM4 to SM6 of a vector: keys in the core, Security-Server for the UE.
    pub(crate) fn challenged(self, cseq: u32, vector: &Quintet) -> Self {
        let hex = |octets: &[u8]| {
            octets
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect::<String>()
        };
        let keys = format!(
            ",ck=\"{}\",ik=\"{}\"",
            hex(vector.ck.expose()),
            hex(vector.ik.expose())
        );
        let core = challenge(vector, &keys);
        let ue = format!("{}Security-Server: {SERVER}\r\n", challenge(vector, ""));
        self.answer_at(3, cseq, "401 Unauthorized", &core)
            .answer_at(2, cseq, "401 Unauthorized", &core)
            .answer_at(1, cseq, "401 Unauthorized", &ue)
    }

    /// A text from UE to P-CSCF in ESP, or back, under the keys of a vector; SPI and ports as agreed or others.
    fn esp(mut self, vector: &Quintet, up: bool, spi: u32, ports: (u16, u16), text: &str) -> Self {
        let suite = Suite::new(
            "hmac-sha-1-96".parse().expect("a name"),
            "null".parse().expect("a name"),
        )
        .expect("a suite");
        let other = Ik::new_128([7; 16]);
        let ik = if self.wrong_ik { &other } else { &vector.ik };
        let keys = EspKeys::derive(suite, &vector.ck, ik).expect("128 bits");
        let (from, to) = ports;
        let length = u16::try_from(8 + text.len()).expect("a datagram");
        let mut udp = [from.to_be_bytes(), to.to_be_bytes(), length.to_be_bytes(), [0, 0]].concat();
        udp.extend_from_slice(text.as_bytes());
        self.sequence += 1;
        let spi = Spi::new(spi).expect("an SPI");
        let mut packet = Vec::new();
        Outbound::new(spi, &keys, self.sequence, &[1; 16])
            .expect("a suite to send with")
            .seal(17, &[&udp], &mut packet)
            .expect("a short packet");
        let ends = ["10.0.0.1:0", "10.0.0.2:0"];
        let (source, destination) = if up { (0, 1) } else { (1, 0) };
        self.send(
            Protocol::Esp,
            FlowId::DATAGRAM,
            ends[source],
            ends[destination],
            &packet,
        )
    }

    /// SM7 in ESP.
    pub(crate) fn protected(self, cseq: u32, vector: &Quintet, more: &str) -> Self {
        let text = self.register_text(1, cseq, more);
        self.esp(vector, true, 2002, (6001, 7002), &text)
    }

    /// SM7 in ESP with another SPI or other ports.
    pub(crate) fn protected_as(
        self,
        cseq: u32,
        vector: &Quintet,
        spi: u32,
        ports: (u16, u16),
        more: &str,
    ) -> Self {
        let text = self.register_text(1, cseq, more);
        self.esp(vector, true, spi, ports, &text)
    }

    /// An answer to the UE in ESP.
    pub(crate) fn answer_protected(self, cseq: u32, vector: &Quintet, status: &str, more: &str) -> Self {
        let text = self.answer_text(1, cseq, status, more);
        self.esp(vector, false, 1002, (7001, 6002), &text)
    }

    /// A request of Cx, and its answer if there is one.
    fn cx(
        mut self,
        (asks, command): (usize, u32),
        request: impl FnOnce(&mut MessageWriter<'_>),
        answer: Option<impl FnOnce(&mut MessageWriter<'_>)>,
    ) -> Self {
        self.cx += 1;
        let session = format!("cscf;1;{}", self.cx);
        let header = |flags| Header {
            version: 1,
            length: 0,
            flags,
            code: command,
            application_id: CX,
            hop_by_hop: self.cx,
            end_to_end: self.cx,
        };
        let (asked, answered) = (
            header(CommandFlags(CommandFlags::REQUEST)),
            header(CommandFlags(0)),
        );
        let mut octets = Vec::new();
        let mut writer = MessageWriter::new(&mut octets, &asked);
        write_session(&mut writer, &session);
        request(&mut writer);
        writer.finish();
        let mut play = self.send(
            Protocol::Diameter,
            FlowId(asks as u64),
            NODES[asks],
            NODES[4],
            &octets,
        );
        if let Some(answer) = answer {
            let mut octets = Vec::new();
            let mut writer = MessageWriter::new(&mut octets, &answered);
            write_session(&mut writer, &session);
            answer(&mut writer);
            writer.finish();
            play = play.send(
                Protocol::Diameter,
                FlowId(asks as u64),
                NODES[4],
                NODES[asks],
                &octets,
            );
        }
        play
    }

    /// UAR, and UAA with this result; nothing if there is none.
    pub(crate) fn uar(self, outcome: Option<Outcome>, capabilities: bool) -> Self {
        let uar = Uar {
            user_name: IMPI.to_owned(),
            public_identity: format!("sip:{IMPI}"),
            visited_network: DOMAIN.to_owned(),
            authorization_type: UserAuthorizationType::REGISTRATION,
            flags: quintet_cx::UarFlags::default(),
            features: Vec::new(),
        };
        self.cx(
            (2, Uar::COMMAND),
            |writer| uar.write(writer),
            outcome.map(|outcome| {
                move |writer: &mut MessageWriter<'_>| {
                    let mut uaa = Uaa::new(outcome);
                    uaa.capabilities = capabilities.then(|| ServerCapabilities {
                        mandatory: vec![7],
                        ..ServerCapabilities::default()
                    });
                    write_outcome(writer, outcome);
                    uaa.write(writer);
                }
            }),
        )
    }

    /// MAR, and MAA with a vector; nothing if there is none.
    pub(crate) fn mar(self, vector: Option<&Quintet>, auts: bool) -> Self {
        let scheme = AuthenticationScheme::DIGEST_AKAV1_MD5;
        let resynchronisation = auts.then(|| quintet_cx::Resynchronisation {
            rand: [1; 16],
            auts: functions().auts(&[1; 16], Sqn::new(9000).expect("48 bits")),
        });
        let mar = Mar {
            user_name: IMPI.to_owned(),
            public_identity: format!("sip:{IMPI}"),
            item: AuthDataItem::ask(scheme.clone(), resynchronisation),
            count: 1,
            server_name: "sip:scscf".to_owned(),
            features: Vec::new(),
        };
        let item = vector.map(|vector| AuthDataItem::aka(1, scheme, vector.clone()).expect("16 octets"));
        self.cx(
            (3, Mar::COMMAND),
            |writer| mar.write(writer),
            item.map(|item| {
                move |writer: &mut MessageWriter<'_>| {
                    let mut maa = Maa::new(Outcome::SUCCESS);
                    maa.items = vec![item];
                    write_outcome(writer, Outcome::SUCCESS);
                    maa.write(writer);
                }
            }),
        )
    }

    /// The CSCFs lose their connections to the HSS.
    pub(crate) fn hss_gone(mut self) -> Self {
        for flow in [2, 3] {
            let seen = self.seen();
            self.observer.flow(seen, FlowId(flow), FlowEvent::Closed);
        }
        self
    }

    /// LIR, and LIA with this result; nothing if there is none.
    pub(crate) fn lir(self, outcome: Option<Outcome>) -> Self {
        let lir = quintet_cx::Lir {
            public_identity: format!("sip:{IMPI}"),
            originating: false,
            authorization_type: None,
            session_priority: None,
            features: Vec::new(),
        };
        self.cx(
            (2, quintet_cx::Lir::COMMAND),
            |writer| lir.write(writer),
            outcome.map(|outcome| {
                move |writer: &mut MessageWriter<'_>| {
                    write_outcome(writer, outcome);
                    quintet_cx::Lia::new(outcome).write(writer);
                }
            }),
        )
    }

    /// SAR, answered.
    pub(crate) fn sar(self) -> Self {
        let sar = quintet_cx::Sar {
            user_name: Some(IMPI.to_owned()),
            public_identities: vec![format!("sip:{IMPI}")],
            ..quintet_cx::Sar::new("sip:scscf", quintet_cx::ServerAssignmentType::REGISTRATION)
        };
        self.cx(
            (3, quintet_cx::Sar::COMMAND),
            |writer| sar.write(writer),
            Some(|writer: &mut MessageWriter<'_>| {
                write_outcome(writer, Outcome::SUCCESS);
                Saa::new(Outcome::SUCCESS).write(writer);
            }),
        )
    }

    /// Every attempt, at the end of the capture.
    pub(crate) fn ended(mut self) -> Vec<(Trail, Verdict, Vec<Finding>)> {
        self.observer.finish();
        let mut ended = Vec::new();
        while let Some(happening) = self.observer.poll() {
            if let Happening::Ended(trail, verdict) = happening {
                let findings = of_ims(&trail, &verdict);
                ended.push((*trail, *verdict, findings));
            }
        }
        ended.sort_by_key(|(trail, _, _)| trail.id);
        ended
    }

    /// The last attempt, a minute later.
    pub(crate) fn last(self) -> (Trail, Verdict, Vec<Finding>) {
        self.wait(60).ended().pop().expect("an attempt")
    }
}

/// `Security-Client` and nothing else.
pub(crate) fn client() -> String {
    format!("Security-Client: {CLIENT}\r\n")
}

/// What SM7 has beside its credentials.
pub(crate) fn agreed() -> String {
    format!("{}Security-Verify: {SERVER}\r\n", client())
}

/// Up to the challenge, over all legs and Cx.
pub(crate) fn begun(play: Play, cseq: u32, vector: &Quintet) -> Play {
    let sm1 = format!("{}{}", authorization("", ",response=\"\""), client());
    play.register_at(1, cseq, &sm1)
        .register_at(2, cseq, &sm1)
        .uar(
            Some(quintet_cx::ExperimentalResult::FIRST_REGISTRATION.into()),
            false,
        )
        .register_at(3, cseq, &sm1)
        .mar(Some(vector), false)
        .challenged(cseq, vector)
}

/// From the response on.
pub(crate) fn completed(play: Play, cseq: u32, vector: &Quintet) -> Play {
    let sm7 = format!("{}{}", right(vector), agreed());
    let contact = "Contact: <sip:ue@10.0.0.1>;expires=3600\r\n";
    play.protected(cseq, vector, &sm7)
        .register_at(2, cseq, &sm7)
        .register_at(3, cseq, &sm7)
        .sar()
        .answer_at(3, cseq, "200 OK", contact)
        .answer_at(2, cseq, "200 OK", contact)
        .answer_protected(cseq, vector, "200 OK", contact)
}
