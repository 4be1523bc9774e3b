//! An MME in memory with UEs, eNBs and an HSS that cost as little as can be, so that what the MME costs stands out.
//!
//! All that the MME and its Diameter node do happens in [`Core::work`], and nothing else does: that is what to measure.
//! The UEs are real ones ([`quintet_emm::ue`]), which check all they must; they share one key. The HSS is a writer of
//! answers.

use quintet_crypto::{Amf, AuthenticationFunctions, K, Kasme, Milenage, Opc, Rand, Sqn};
use quintet_diameter::dict::{application, avp, command, vendor};
use quintet_diameter::node::{Application, NodeConfig, PeerConfig};
use quintet_diameter::{ConnectionId, Inbox, Message, MessageWriter, Node, ResultCode};
use quintet_emm::network::{At, Policy, ReauthenticationPolicy, Timers};
use quintet_emm::ue::{Challenged, Configuration, Event, Identity, Input, Output, Start, Ue};
use quintet_identity::{Ecgi, Gummei, Imsi, Plmn, Tai};
use quintet_mme::{Config, Mme, S1Output};
use quintet_s1ap::message::{
    InitialContextSetupResponse, InitialUeMessage, S1SetupRequest, UeContextReleaseComplete,
    UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_s1ap::{
    Cause, EnbId, EnbUeS1apId, ErabSetup, GlobalEnbId, MmeUeS1apId, PPID, PagingDrx, RrcEstablishmentCause,
    S1apPdu, SupportedTa, TransportLayerAddress, UeS1apIds, transport,
};
use quintet_sctp::{AssociationId, Streams};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// eNBs that the UEs are spread over.
pub(crate) const ENBS: u32 = 8;

/// UEs that attach together: what a batch of packets brings.
pub(crate) const BATCH: u32 = 64;

/// How far apart two attaches are on the rig's clock.
const STEP: Duration = Duration::from_micros(100);

/// Streams of an association.
const STREAMS: u16 = 32;

/// The connection to the HSS.
const HSS: ConnectionId = ConnectionId(1);

const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

fn plmn() -> Plmn {
    Plmn::from_ascii(b"00101").expect("five digits")
}

fn tai() -> Tai {
    Tai { plmn: plmn(), tac: 1 }
}

fn cell(enb: u32) -> Ecgi {
    Ecgi::new(plmn(), enb << 8 | 1).expect("28 bits")
}

/// What comes to the MME.
#[derive(Debug)]
pub(crate) enum In {
    /// An S1AP message.
    S1(AssociationId, quintet_sctp::Message),
    /// A Diameter message.
    Diameter(Vec<u8>),
}

/// The MME and its Diameter node: what is measured.
pub(crate) struct Core {
    /// The MME.
    pub(crate) mme: Mme,
    node: Node,
    /// S1AP messages that went out.
    pub(crate) sent: Vec<(AssociationId, Vec<u8>)>,
    /// Diameter messages that went out.
    pub(crate) requests: Vec<u8>,
    /// Contexts that were written.
    pub(crate) saved: u64,
}

impl Core {
    /// Works off what came, as a driver does with a batch.
    #[inline(never)]
    pub(crate) fn work(&mut self, at: At, inputs: &[In]) {
        for input in inputs {
            match input {
                In::S1(association, message) => {
                    let _ = self.mme.s1_message(at, &mut self.node, *association, message);
                }
                In::Diameter(octets) => {
                    let inbound = self.node.handle_message(at.now, HSS, octets);
                    self.mme.handle(at, &mut self.node, HSS, inbound);
                }
            }
        }
        while self.mme.poll_timeout().is_some_and(|due| due <= at.now) {
            self.mme.timeout(at, &mut self.node);
        }
        if self.node.poll_timeout().is_some_and(|due| due <= at.now) {
            self.node.timeout(at.now);
        }
        while self.node.poll_action().is_some() {}
        while let Some(S1Output::Send {
            association, payload, ..
        }) = self.mme.poll_s1()
        {
            self.sent.push((association, payload));
        }
        while self.mme.poll_save().is_some() {
            self.saved += 1;
        }
        while let Some(connection) = self.node.poll_transmit() {
            self.requests.append(self.node.output(connection));
        }
    }
}

/// What is to be measured around [`Core::work`].
pub(crate) trait Meter {
    /// Does the work.
    fn measure(&mut self, work: impl FnOnce());
}

/// The MME with its surroundings.
pub(crate) struct Rig {
    /// The MME.
    pub(crate) core: Core,
    now: Duration,
    inputs: Vec<In>,
    functions: AuthenticationFunctions,
    configuration: Arc<Configuration>,
    ues: HashMap<(AssociationId, EnbUeS1apId), Ue>,
    inbox: Inbox,
    next: u32,
    registered: u64,
    outputs: Vec<Output>,
}

fn association(enb: u32) -> AssociationId {
    AssociationId(u64::from(enb) + 1)
}

/// The configuration of `quintet serve`.
fn config() -> Config {
    use quintet_crypto::{CipheringAlgorithm as Eea, IntegrityAlgorithm as Eia};
    let policy = Policy {
        plmn: plmn(),
        tracking_areas: vec![tai()],
        integrity: vec![Eia(2), Eia(1), Eia(3)],
        ciphering: vec![Eea(2), Eea(1), Eea(3), Eea(0)],
        unauthenticated_emergency: false,
        emergency_apn: None,
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        vectors_at_once: 1,
        request_imeisv: true,
        events: false,
        timers: Timers::default(),
        address_pool: ([10, 0, 0, 0], 8),
        dns: None,
        network_name: None,
    };
    let gummei = Gummei {
        plmn: plmn(),
        mme_group_id: 1,
        mme_code: 1,
    };
    Config::new("quintet", gummei, policy, REALM)
}

impl Rig {
    /// An MME with its eNBs and its HSS, and no UE.
    pub(crate) fn new() -> Self {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let address = SocketAddr::new(local, 3868);
        let mut node = NodeConfig::new(format!("mme.{REALM}"), REALM, local);
        node.applications = vec![Application::auth(vendor::TGPP, application::S6A)];
        node.peers = vec![PeerConfig {
            identity: format!("hss.{REALM}"),
            address: Some(address),
            connect: true,
            ..PeerConfig::default()
        }];
        let mut node = Node::new(node, 1).expect("a good configuration");
        node.timeout(Duration::ZERO);
        let peer = node.find_peer(&format!("hss.{REALM}")).expect("configured");
        while node.poll_action().is_some() {}
        node.connected(Duration::ZERO, HSS, peer, address);
        let milenage = Milenage::new(K::new_128([0x46; 16]), Opc::new([0xcd; 16])).expect("128 bits");
        let mut rig = Self {
            core: Core {
                mme: Mme::new(config(), [7; 32]),
                node,
                sent: Vec::new(),
                requests: Vec::new(),
                saved: 0,
            },
            now: Duration::ZERO,
            inputs: Vec::new(),
            functions: AuthenticationFunctions::Milenage(milenage),
            configuration: Arc::new(Configuration::default()),
            ues: HashMap::new(),
            inbox: Inbox::new(),
            next: 0,
            registered: 0,
            outputs: Vec::new(),
        };
        for enb in 0..ENBS {
            rig.set_up(enb);
        }
        rig.settle(&mut Unmeasured);
        rig
    }

    fn set_up(&mut self, enb: u32) {
        let peer = SocketAddr::from(([127, 0, 0, 1], 36412));
        let streams = Streams {
            inbound: STREAMS,
            outbound: STREAMS,
        };
        self.core.mme.s1_up(association(enb), peer, streams);
        let id = GlobalEnbId {
            plmn_identity: plmn(),
            enb_id: EnbId::Macro(enb),
        };
        let areas = vec![SupportedTa {
            tac: 1,
            broadcast_plmns: vec![plmn()],
        }];
        let request = S1SetupRequest::new(id, areas, PagingDrx::V128);
        self.say(enb, transport::COMMON_STREAM, &request.into());
    }

    fn at(&self) -> At {
        At {
            now: self.now,
            wall: Duration::from_secs(1_760_000_000) + self.now,
        }
    }

    /// An eNB says something.
    fn say(&mut self, enb: u32, stream: u16, pdu: &S1apPdu<'_>) {
        let mut payload = Vec::with_capacity(128);
        pdu.encode(&mut payload).expect("in range");
        let message = quintet_sctp::Message {
            stream,
            ppid: PPID,
            unordered: false,
            payload,
        };
        self.inputs.push(In::S1(association(enb), message));
    }

    fn say_of_ue(&mut self, enb: u32, id: EnbUeS1apId, pdu: &S1apPdu<'_>) {
        self.say(enb, transport::stream_of_ue(id.0, STREAMS), pdu);
    }

    /// So many further UEs attach, each with an IMSI of its own, and are idle afterwards. Returns how many are registered
    /// since the beginning.
    pub(crate) fn attach(&mut self, count: u32, meter: &mut impl Meter) -> u64 {
        let end = self.next + count;
        while self.next < end {
            let batch = BATCH.min(end - self.next);
            for n in self.next..self.next + batch {
                self.begin(n);
            }
            self.next += batch;
            self.now += STEP * batch;
            self.settle(meter);
            let done: Vec<_> = self.ues.drain().collect();
            assert!(done.is_empty(), "{} UEs are not done", done.len());
        }
        self.registered
    }

    fn begin(&mut self, n: u32) {
        let imsi: Imsi = format!("00101{n:010}").parse().expect("15 digits");
        let identity = Identity {
            imsi: Some(imsi),
            imei: "490154203237518".parse().expect("an IMEI"),
            imeisv: "4901542032375186".parse().expect("an IMEISV"),
        };
        let (enb, id) = (n % ENBS, EnbUeS1apId((n / ENBS) & 0xff_ffff));
        let ue = Ue::new(Arc::clone(&self.configuration), identity);
        self.ues.insert((association(enb), id), ue);
        self.ue(enb, id, None, Input::Start(Start::ATTACH));
    }

    /// Something happens to a UE, and what it says goes to the MME.
    fn ue(&mut self, enb: u32, id: EnbUeS1apId, mme: Option<MmeUeS1apId>, input: Input<'_>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        let Some(ue) = self.ues.get_mut(&(association(enb), id)) else {
            panic!("no UE has {id:?}")
        };
        let _ = ue.handle(self.now, input, &mut outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Initial { nas, s_tmsi } => {
                    let cause = RrcEstablishmentCause::MoSignalling;
                    let mut message = InitialUeMessage::new(id, nas.into(), tai(), cell(enb), cause);
                    message.s_tmsi = s_tmsi;
                    self.say_of_ue(enb, id, &message.into());
                }
                Output::Uplink(nas) => {
                    let mme = mme.expect("the MME has spoken");
                    let message = UplinkNasTransport::new(mme, id, nas.into(), cell(enb), tai());
                    self.say_of_ue(enb, id, &message.into());
                }
                Output::Challenge { rand, .. } => {
                    let (quintet, kasme) = self.vector(rand);
                    let res = quintet.xres;
                    self.ue(
                        enb,
                        id,
                        mme,
                        Input::Challenged(Challenged::Accepted { res, kasme }),
                    );
                }
                Output::Event(Event::Registered { .. }) => self.registered += 1,
                Output::Event(Event::SecurityModeComplete { .. }) | Output::KeNb(_) | Output::Release => {}
                Output::Event(event) => panic!("{event:?}"),
            }
        }
        self.outputs = outputs;
    }

    /// The vector of a challenge; SQN is always the same, which nobody here checks.
    fn vector(&self, rand: Rand) -> (quintet_crypto::Quintet, Kasme) {
        let sqn = Sqn::new(32).expect("48 bits");
        let quintet = self.functions.quintet(&rand, sqn, Amf([0x80, 0]));
        let kasme = Kasme::derive(
            &quintet.ck,
            &quintet.ik,
            &plmn().octets(),
            &quintet.autn.concealed_sqn,
        );
        (quintet, kasme.expect("CK and IK of 128 bits"))
    }

    /// Goes round until nobody has anything to say.
    fn settle(&mut self, meter: &mut impl Meter) {
        let mut inputs = Vec::new();
        loop {
            std::mem::swap(&mut inputs, &mut self.inputs);
            let (at, core) = (self.at(), &mut self.core);
            meter.measure(|| core.work(at, &inputs));
            inputs.clear();
            for (association, payload) in std::mem::take(&mut self.core.sent) {
                self.at_enb(association.0 as u32 - 1, &payload);
            }
            let requests = std::mem::take(&mut self.core.requests);
            self.at_hss(&requests);
            if self.inputs.is_empty() {
                return;
            }
        }
    }

    fn at_enb(&mut self, enb: u32, payload: &[u8]) {
        let Ok(decoded) = S1apPdu::decode(payload) else {
            panic!("{payload:02x?} does not decode")
        };
        match decoded.pdu {
            S1apPdu::S1SetupResponse(_) => {}
            S1apPdu::DownlinkNasTransport(m) => {
                let (mme, id) = (m.mme_ue_s1ap_id, m.enb_ue_s1ap_id);
                self.ue(enb, id, Some(mme), Input::Downlink(&m.nas_pdu));
            }
            S1apPdu::InitialContextSetupRequest(m) => {
                let (mme, id) = (m.mme_ue_s1ap_id, m.enb_ue_s1ap_id);
                let bearers = m.e_rab_to_be_setup_list.iter().map(|bearer| ErabSetup {
                    e_rab_id: bearer.e_rab_id,
                    transport_layer_address: TransportLayerAddress::v4(Ipv4Addr::LOCALHOST),
                    gtp_teid: id.0,
                });
                let response = InitialContextSetupResponse::new(mme, id, bearers.collect());
                self.say_of_ue(enb, id, &response.into());
                for nas in m
                    .e_rab_to_be_setup_list
                    .iter()
                    .filter_map(|b| b.nas_pdu.as_deref())
                {
                    self.ue(enb, id, Some(mme), Input::Downlink(nas));
                }
                let release = UeContextReleaseRequest::new(mme, id, Cause::USER_INACTIVITY);
                self.say_of_ue(enb, id, &release.into());
            }
            S1apPdu::UeContextReleaseCommand(m) => {
                let UeS1apIds::Pair {
                    mme_ue_s1ap_id,
                    enb_ue_s1ap_id,
                } = m.ue_s1ap_ids
                else {
                    panic!("one identity")
                };
                self.ues.remove(&(association(enb), enb_ue_s1ap_id));
                let complete = UeContextReleaseComplete::new(mme_ue_s1ap_id, enb_ue_s1ap_id);
                self.say_of_ue(enb, enb_ue_s1ap_id, &complete.into());
            }
            other => panic!("{other:?}"),
        }
    }

    fn at_hss(&mut self, octets: &[u8]) {
        let mut inbox = std::mem::take(&mut self.inbox);
        inbox.fill(octets);
        while let Some(frame) = inbox.next() {
            let request = Message::decode(frame.expect("framed")).expect("a message");
            let answer = self.answer(&request);
            self.inputs.push(In::Diameter(answer));
        }
        self.inbox = inbox;
    }

    fn answer(&self, request: &Message<'_>) -> Vec<u8> {
        let mut octets = Vec::with_capacity(1024);
        let mut w = MessageWriter::answer(&mut octets, request, false);
        if let Some(session) = request.find(avp::SESSION_ID) {
            w.raw(session.raw);
        }
        w.u32(avp::RESULT_CODE, ResultCode::SUCCESS.0);
        w.text(avp::ORIGIN_HOST, &format!("hss.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
        match request.header().code {
            command::CAPABILITIES_EXCHANGE => {
                w.address(avp::HOST_IP_ADDRESS, IpAddr::V4(Ipv4Addr::LOCALHOST));
                w.u32(avp::VENDOR_ID, 0);
                w.text(avp::PRODUCT_NAME, "rig");
                w.u32(avp::SUPPORTED_VENDOR_ID, vendor::TGPP);
                s6a(&mut w);
            }
            command::AUTHENTICATION_INFORMATION => self.write_aia(&mut w, request.header().hop_by_hop),
            command::UPDATE_LOCATION => write_ula(&mut w),
            command::DEVICE_WATCHDOG => {}
            other => panic!("command {other}"),
        }
        w.finish();
        octets
    }

    fn write_aia(&self, w: &mut MessageWriter<'_>, n: u32) {
        let (quintet, kasme) = self.vector((u128::from(n) << 64 | u128::from(!n)).to_le_bytes());
        s6a(w);
        w.u32(avp::AUTH_SESSION_STATE, 1);
        w.group(avp::AUTHENTICATION_INFO, |w| {
            w.group(avp::E_UTRAN_VECTOR, |w| {
                w.u32(avp::ITEM_NUMBER, 1);
                w.octets(avp::RAND, &quintet.rand);
                w.octets(avp::XRES, quintet.xres.octets());
                w.octets(avp::AUTN, &quintet.autn.octets().expect("MAC of 64 bits"));
                w.octets(avp::KASME, kasme.expose());
            });
        });
    }
}

fn s6a(w: &mut MessageWriter<'_>) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |g| {
        g.u32(avp::VENDOR_ID, vendor::TGPP);
        g.u32(avp::AUTH_APPLICATION_ID, application::S6A);
    });
}

fn write_ambr(w: &mut MessageWriter<'_>) {
    w.group(avp::AMBR, |w| {
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, 50_000_000);
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, 100_000_000);
    });
}

/// ULA with two APNs, as the demo subscribers have them.
fn write_ula(w: &mut MessageWriter<'_>) {
    s6a(w);
    w.u32(avp::AUTH_SESSION_STATE, 1);
    w.u32(avp::ULA_FLAGS, 1);
    w.group(avp::SUBSCRIPTION_DATA, |w| {
        w.u32(avp::SUBSCRIBER_STATUS, 0);
        w.octets(avp::MSISDN, &[0x99, 0x09, 0x00, 0x00, 0x00, 0x00, 0xf1]);
        w.u32(avp::NETWORK_ACCESS_MODE, 2);
        w.u32(avp::ACCESS_RESTRICTION_DATA, 0);
        write_ambr(w);
        w.group(avp::APN_CONFIGURATION_PROFILE, |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 1);
            w.u32(avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR, 0);
            for (id, apn) in [(1, "internet"), (2, "ims")] {
                w.group(avp::APN_CONFIGURATION, |w| {
                    w.u32(avp::CONTEXT_IDENTIFIER, id);
                    w.u32(avp::PDN_TYPE, 0);
                    w.text(avp::SERVICE_SELECTION, apn);
                    w.group(avp::EPS_SUBSCRIBED_QOS_PROFILE, |w| {
                        w.u32(avp::QOS_CLASS_IDENTIFIER, 9);
                        w.group(avp::ALLOCATION_RETENTION_PRIORITY, |w| {
                            w.u32(avp::PRIORITY_LEVEL, 8);
                            w.u32(avp::PRE_EMPTION_CAPABILITY, 1);
                            w.u32(avp::PRE_EMPTION_VULNERABILITY, 1);
                        });
                    });
                    write_ambr(w);
                });
            }
        });
    });
}

/// Nothing is measured.
pub(crate) struct Unmeasured;

impl Meter for Unmeasured {
    fn measure(&mut self, work: impl FnOnce()) {
        work();
    }
}
