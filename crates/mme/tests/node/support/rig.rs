//! The rig: virtual time, every message by hand.

use super::home::{Asked, kasme, res, write_request, write_subscription, write_vector};
use super::phone::Phone;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_diameter::dict::command;
use quintet_diameter::node::{AnswerResult, Application, Destination, Inbound};
use quintet_diameter::{
    Action, ConnectionId, Event, Inbox, Message, MessageWriter, Node, NodeConfig, PeerConfig, ResultCode,
};
use quintet_emm::network::durable::Stop;
use quintet_emm::network::{At, Policy, ReauthenticationPolicy, Timers};
use quintet_identity::{Ecgi, Gummei, Imsi, Plmn, STmsi, Tai};
use quintet_mme::s6a::S6A;
use quintet_mme::{Config, Mme, MmeEvent, S1Disposition, S1Output, Save};
use quintet_s1ap::message::{
    InitialContextSetupResponse, InitialUeMessage, S1SetupRequest, UeContextReleaseComplete,
    UplinkNasTransport,
};
use quintet_s1ap::{
    Cause, EnbId, EnbUeS1apId, ErabSetup, GlobalEnbId, MmeUeS1apId, PPID, PagingDrx, RrcEstablishmentCause,
    S1apPdu, SupportedTa, TransportLayerAddress, UeS1apIds,
};
use quintet_sctp::{AssociationId, Message as SctpMessage, Streams};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The association of the eNB of most tests.
pub(crate) const ENB: AssociationId = AssociationId(1);

const VENDOR_3GPP: u32 = 10415;
const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";
const HSS: &str = "hss.epc.mnc001.mcc001.3gppnetwork.org";
const WIRE: ConnectionId = ConnectionId(1);

fn cell() -> Ecgi {
    Ecgi::new(plmn(), 0x101).unwrap()
}

fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn tai(tac: u16) -> Tai {
    Tai { plmn: plmn(), tac }
}

pub(crate) fn imsi(n: u32) -> Imsi {
    format!("00101{n:010}").parse().unwrap()
}

pub(crate) fn areas(tac: u16) -> Vec<SupportedTa> {
    vec![SupportedTa {
        tac,
        broadcast_plmns: vec![plmn()],
    }]
}

pub(crate) fn setup_request(n: u32, tas: Vec<SupportedTa>) -> S1SetupRequest<'static> {
    let id = GlobalEnbId {
        plmn_identity: plmn(),
        enb_id: EnbId::Macro(n),
    };
    S1SetupRequest::new(id, tas, PagingDrx::V128)
}

/// What an operator with two tracking areas says.
pub(crate) fn config() -> Config {
    let policy = Policy {
        plmn: plmn(),
        tracking_areas: vec![tai(1), tai(2)],
        integrity: vec![IntegrityAlgorithm::EIA2],
        ciphering: vec![CipheringAlgorithm::EEA2],
        unauthenticated_emergency: false,
        emergency_apn: None,
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        vectors_at_once: 1,
        request_imeisv: false,
        events: true,
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
    Config::new("mme", gummei, policy, REALM)
}

pub(crate) struct Rig {
    pub(crate) mme: Mme,
    pub(crate) node: Node,
    hss: Node,
    pub(crate) now: Duration,
    /// Requests of the MME without an answer, the oldest first.
    pub(crate) asked: VecDeque<Asked>,
    /// Answers of the MME.
    pub(crate) answers: Vec<Vec<u8>>,
    /// What eNBs were sent, the oldest first.
    pub(crate) sent: VecDeque<(AssociationId, u16, Vec<u8>)>,
    pub(crate) shut: Vec<AssociationId>,
    pub(crate) events: Vec<MmeEvent>,
    pub(crate) records: BTreeMap<u32, Vec<u8>>,
    inboxes: [Inbox; 2],
}

fn connected(now: Duration) -> (Node, Node) {
    let application = || vec![Application::auth(VENDOR_3GPP, S6A)];
    let mut config = NodeConfig::new(format!("mme.{REALM}"), REALM, [127, 0, 0, 2].into());
    config.applications = application();
    config.peers = vec![PeerConfig {
        identity: HSS.into(),
        address: Some(([127, 0, 0, 1], 3868).into()),
        connect: true,
        ..PeerConfig::default()
    }];
    let mut node = Node::new(config, 1).unwrap();
    let mut config = NodeConfig::new(HSS, REALM, [127, 0, 0, 1].into());
    config.applications = application();
    config.unknown_peers = quintet_diameter::node::UnknownPeers::Accept;
    let mut hss = Node::new(config, 2).unwrap();
    node.timeout(now);
    while let Some(action) = node.poll_action() {
        if let Action::Connect { peer, .. } = action {
            hss.accepted(now, WIRE, ([127, 0, 0, 2], 4_000).into()).unwrap();
            node.connected(now, WIRE, peer, ([127, 0, 0, 2], 4_000).into());
        }
    }
    (node, hss)
}

impl Rig {
    /// An MME with its HSS and one eNB, set up in tracking area 1.
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut rig = Self::bare(config);
        rig.enb(ENB, 1);
        rig
    }

    /// Without eNB.
    pub(crate) fn bare(config: Config) -> Self {
        let (node, hss) = connected(Duration::ZERO);
        let mut rig = Self {
            mme: Mme::new(config, [3; 32]),
            node,
            hss,
            now: Duration::ZERO,
            asked: VecDeque::new(),
            answers: Vec::new(),
            sent: VecDeque::new(),
            shut: Vec::new(),
            events: Vec::new(),
            records: BTreeMap::new(),
            inboxes: [Inbox::new(), Inbox::new()],
        };
        rig.settle();
        rig
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: Duration::from_secs(1_760_000_000) + self.now,
        }
    }

    /// An eNB comes up and is set up.
    pub(crate) fn enb(&mut self, association: AssociationId, n: u32) {
        assert!(self.up(association, [10, 0, 0, association.0 as u8]));
        let _ = self.s1(association, setup_request(n, areas(1)));
        assert!(matches!(self.pdu(association), S1apPdu::S1SetupResponse(_)));
    }

    pub(crate) fn up(&mut self, association: AssociationId, host: [u8; 4]) -> bool {
        let streams = Streams {
            outbound: 4,
            inbound: 4,
        };
        let up = self.mme.s1_up(association, (host, 36_412).into(), streams);
        self.settle();
        up
    }

    pub(crate) fn down(&mut self, association: AssociationId) {
        let at = self.at();
        self.mme.s1_down(at, &mut self.node, association);
        self.settle();
    }

    /// A message of an eNB on stream 1.
    pub(crate) fn s1<'m>(&mut self, from: AssociationId, message: impl Into<S1apPdu<'m>>) -> S1Disposition {
        let mut payload = Vec::new();
        message.into().encode(&mut payload).unwrap();
        self.octets(from, PPID, &payload)
    }

    pub(crate) fn octets(&mut self, from: AssociationId, ppid: u32, payload: &[u8]) -> S1Disposition {
        let at = self.at();
        let message = SctpMessage {
            stream: 1,
            ppid,
            unordered: false,
            payload: payload.to_vec(),
        };
        let disposition = self.mme.s1_message(at, &mut self.node, from, &message);
        self.settle();
        disposition
    }

    /// The next message to an eNB; it must be to this one.
    pub(crate) fn pdu(&mut self, to: AssociationId) -> S1apPdu<'static> {
        let (association, _, payload) = self.sent.pop_front().expect("a message to an eNB");
        assert_eq!(association, to);
        let payload: &'static [u8] = Box::leak(payload.into_boxed_slice());
        S1apPdu::decode(payload).unwrap().pdu
    }

    /// The NAS PDU in the next message, which must carry one.
    pub(crate) fn nas(&mut self) -> Vec<u8> {
        match self.pdu(ENB) {
            S1apPdu::DownlinkNasTransport(m) => m.nas_pdu.into_owned(),
            S1apPdu::InitialContextSetupRequest(m) => {
                let nas = m.e_rab_to_be_setup_list[0].nas_pdu.clone();
                nas.expect("a NAS PDU").into_owned()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next message must be a release; its cause.
    pub(crate) fn released(&mut self) -> (MmeUeS1apId, EnbUeS1apId, Cause) {
        let S1apPdu::UeContextReleaseCommand(m) = self.pdu(ENB) else {
            panic!("UE CONTEXT RELEASE COMMAND");
        };
        let UeS1apIds::Pair {
            mme_ue_s1ap_id,
            enb_ue_s1ap_id,
        } = m.ue_s1ap_ids
        else {
            panic!("both identities");
        };
        (mme_ue_s1ap_id, enb_ue_s1ap_id, m.cause.unwrap())
    }

    pub(crate) fn initial(&mut self, from: AssociationId, enb_id: u32, nas: &[u8]) -> S1Disposition {
        self.initial_of(from, enb_id, nas, None)
    }

    pub(crate) fn initial_of(
        &mut self,
        from: AssociationId,
        enb_id: u32,
        nas: &[u8],
        s_tmsi: Option<STmsi>,
    ) -> S1Disposition {
        let cause = RrcEstablishmentCause::MoSignalling;
        let mut message = InitialUeMessage::new(EnbUeS1apId(enb_id), nas.into(), tai(1), cell(), cause);
        message.s_tmsi = s_tmsi;
        self.s1(from, message)
    }

    pub(crate) fn uplink(&mut self, ids: (u32, u32), nas: &[u8]) -> S1Disposition {
        self.uplink_from(ENB, ids, nas)
    }

    pub(crate) fn uplink_from(&mut self, from: AssociationId, ids: (u32, u32), nas: &[u8]) -> S1Disposition {
        let (mme_id, enb_id) = (MmeUeS1apId(ids.0), EnbUeS1apId(ids.1));
        self.s1(
            from,
            UplinkNasTransport::new(mme_id, enb_id, nas.into(), cell(), tai(1)),
        )
    }

    pub(crate) fn set_up(&mut self, ids: (u32, u32)) -> S1Disposition {
        let bearers = vec![ErabSetup {
            e_rab_id: 5,
            transport_layer_address: TransportLayerAddress::v4([127, 0, 0, 1].into()),
            gtp_teid: 1,
        }];
        let (mme_id, enb_id) = (MmeUeS1apId(ids.0), EnbUeS1apId(ids.1));
        self.s1(ENB, InitialContextSetupResponse::new(mme_id, enb_id, bearers))
    }

    pub(crate) fn complete_release(&mut self, ids: (u32, u32)) -> S1Disposition {
        self.s1(
            ENB,
            UeContextReleaseComplete::new(MmeUeS1apId(ids.0), EnbUeS1apId(ids.1)),
        )
    }

    // --- HSS --------------------------------------------------------------------------------------------------------

    /// Answers a request.
    pub(crate) fn answer(
        &mut self,
        asked: &Asked,
        result: AnswerResult,
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) {
        let request = Message::decode(&asked.octets).unwrap();
        let mut answer = self.hss.answer(WIRE, &request, result).expect("a connection");
        write(&mut answer);
        answer.finish();
        self.settle();
    }

    /// The oldest request, answered with a vector of the n-th subscriber.
    pub(crate) fn give_vector(&mut self, n: u32) {
        let asked = self.asked.pop_front().expect("an AIR");
        assert!(
            asked.is_about(command::AUTHENTICATION_INFORMATION, n),
            "{asked:?}"
        );
        self.answer(&asked, AnswerResult::Base(ResultCode::SUCCESS), |w| {
            write_vector(w, n)
        });
    }

    pub(crate) fn give_location(&mut self, n: u32) {
        let asked = self.asked.pop_front().expect("a ULR");
        assert!(asked.is_about(command::UPDATE_LOCATION, n), "{asked:?}");
        self.answer(
            &asked,
            AnswerResult::Base(ResultCode::SUCCESS),
            write_subscription,
        );
    }

    pub(crate) fn refuse(&mut self, experimental: u32) {
        let asked = self.asked.pop_front().expect("a request");
        let result = AnswerResult::Experimental {
            vendor_id: VENDOR_3GPP,
            code: experimental,
        };
        self.answer(&asked, result, |_| ());
    }

    /// A request of the HSS; the answer is the last of `answers`.
    pub(crate) fn demand(&mut self, code: u32, n: u32, write: impl Fn(&mut MessageWriter<'_>)) -> Vec<u8> {
        let to = Destination {
            host: Some(&format!("mme.{REALM}")),
            realm: REALM,
        };
        let build = |w: &mut MessageWriter<'_>| {
            write_request(w, code, n);
            write(w);
        };
        let _ = self.hss.request(self.now, to, S6A, code, build, None).unwrap();
        self.settle();
        self.answers.pop().expect("an answer")
    }

    // --- UEs --------------------------------------------------------------------------------------------------------

    /// Authenticates a UE whose AIR is out, up to what follows SECURITY MODE COMPLETE.
    pub(crate) fn secure(&mut self, ids: (u32, u32), phone: &mut Phone) {
        self.give_vector(phone.n);
        let challenge = self.nas();
        let response = phone.respond(&challenge, &res(phone.n));
        let _ = self.uplink(ids, &response);
        let command = self.nas();
        let complete = phone.complete(&command, &kasme(phone.n));
        let _ = self.uplink(ids, &complete);
    }

    /// Attaches a UE by its IMSI, and leaves it connected.
    pub(crate) fn attach(&mut self, ids: (u32, u32), phone: &mut Phone) {
        let _ = self.initial(ENB, ids.1, &phone.attach_by_imsi());
        self.secure(ids, phone);
        self.give_location(phone.n);
        self.accept(ids, phone);
    }

    pub(crate) fn accept(&mut self, ids: (u32, u32), phone: &mut Phone) {
        let accept = self.nas();
        let complete = phone.accept(&accept);
        let _ = self.set_up(ids);
        let _ = self.uplink(ids, &complete);
        self.sent.clear();
    }

    /// The eNB lets a UE go.
    pub(crate) fn idle(&mut self, ids: (u32, u32)) {
        let request = quintet_s1ap::message::UeContextReleaseRequest::new(
            MmeUeS1apId(ids.0),
            EnbUeS1apId(ids.1),
            Cause::USER_INACTIVITY,
        );
        let _ = self.s1(ENB, request);
        assert_eq!(self.released().0, MmeUeS1apId(ids.0));
        let _ = self.complete_release(ids);
    }

    // --- Time -------------------------------------------------------------------------------------------------------

    /// Lets time pass, with every deadline of the MME's at its time. The HSS's node stands still.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.mme.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            let at = self.at();
            self.mme.timeout(at, &mut self.node);
            self.settle();
        }
        self.now = end;
    }

    /// The node of the MME sees that time has passed: requests without an answer fail.
    pub(crate) fn despair(&mut self) {
        self.node.timeout(self.now);
        self.settle();
    }

    /// The MME stops and another begins with its records; the eNB sets up again.
    pub(crate) fn restart(&mut self, stop: Stop) {
        if stop == Stop::Clean {
            self.records.clear();
            let last: Vec<Save> = self.mme.final_saves().collect();
            last.into_iter().for_each(|save| self.keep(save));
        }
        let config = self.mme.config().clone();
        self.mme = Mme::new(config, [4; 32]);
        (self.node, self.hss) = connected(self.now);
        self.inboxes = [Inbox::new(), Inbox::new()];
        self.asked.clear();
        self.settle();
        let at = self.at();
        for (key, record) in &self.records {
            self.mme.restore(at, *key, record, stop).unwrap();
        }
        self.enb(ENB, 1);
    }

    fn keep(&mut self, save: Save) {
        match save {
            Save::Put { key, record } => self.records.insert(key, record.to_vec()),
            Save::Delete { key } => self.records.remove(&key),
        };
    }

    /// Lets everything happen that happens now.
    pub(crate) fn settle(&mut self) {
        while self.settle_diameter() {}
        while let Some(output) = self.mme.poll_s1() {
            match output {
                S1Output::Send {
                    association,
                    stream,
                    payload,
                } => self.sent.push_back((association, stream, payload)),
                S1Output::Shutdown { association } => self.shut.push(association),
            }
        }
        while let Some(save) = self.mme.poll_save() {
            self.keep(save);
        }
        while let Some(event) = self.mme.poll_event() {
            self.events.push(event);
        }
    }

    fn settle_diameter(&mut self) -> bool {
        let (mut busy, at) = (false, self.at());
        while let Some(action) = self.node.poll_action() {
            busy = true;
            if let Action::Event(event) = action {
                self.mme.handle_event(at, &mut self.node, &event);
            }
        }
        while let Some(action) = self.hss.poll_action() {
            busy = true;
            assert!(!matches!(action, Action::Event(Event::RequestFailed { .. })));
        }
        while self.node.poll_transmit().is_some() {
            busy = true;
            let octets = std::mem::take(self.node.output(WIRE));
            self.inboxes[0].fill(&octets);
            while let Some(octets) = self.inboxes[0].next() {
                match self.hss.handle_message(self.now, WIRE, octets.unwrap()) {
                    Inbound::Done => {}
                    Inbound::Request(request) => self.asked.push_back(Asked {
                        code: request.header().code,
                        octets: octets.unwrap().to_vec(),
                    }),
                    Inbound::Answer { .. } => self.answers.push(octets.unwrap().to_vec()),
                }
            }
        }
        while self.hss.poll_transmit().is_some() {
            busy = true;
            let octets = std::mem::take(self.hss.output(WIRE));
            self.inboxes[1].fill(&octets);
            while let Some(octets) = self.inboxes[1].next() {
                let inbound = self.node.handle_message(self.now, WIRE, octets.unwrap());
                self.mme.handle(at, &mut self.node, WIRE, inbound);
            }
        }
        busy
    }
}
