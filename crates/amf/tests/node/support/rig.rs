//! The rig: virtual time, every message by hand, or as a network that works says them.

use super::home::{self, Asked, am_data, plmn};
use super::phone::{Phone, Said};
use quintet_amf::{Amf, AmfEvent, Config, N2Disposition, N2Output, Save, SbiConfig};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::network::durable::Stop;
use quintet_fgmm::network::{AlgorithmLists, At, Policy, ReauthenticationPolicy, Timers};
use quintet_fgmm::ue::{Input, Start};
use quintet_identity::SNssai;
use quintet_identity::fgs::{AmfId, Guami, Ncgi, Tac, Tai};
use quintet_ngap::message::{
    InitialContextSetupResponse, InitialUeMessage, NgSetupRequest, UeContextReleaseComplete,
    UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_ngap::{
    AmfUeNgapId, BroadcastPlmn, Cause, GlobalRanNodeId, GnbId, NgapPdu, PPID, PagingDrx, RanUeNgapId,
    RrcEstablishmentCause, SupportedTa, UeContextRequest, UeNgapIds, UserLocationInformation,
};
use quintet_sbi::{CallFailure, Method, Output, ProblemDetails, Request, RequestId, Response, Target, cause};
use quintet_sctp::{AssociationId, Message as SctpMessage, Streams};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The association of the gNB of most tests.
pub(crate) const GNB: AssociationId = AssociationId(1);

/// Bit/s up, of everybody.
pub(crate) const UPLINK: u64 = 50_000_000;

pub(crate) fn tai(tac: u32) -> Tai {
    Tai {
        plmn: plmn(),
        tac: Tac::new(tac).unwrap(),
    }
}

fn place(tac: u32) -> UserLocationInformation {
    UserLocationInformation::nr(Ncgi::new(plmn(), 0x101).unwrap(), tai(tac))
}

pub(crate) fn areas(tac: u32) -> Vec<SupportedTa> {
    vec![SupportedTa {
        tac: Tac::new(tac).unwrap(),
        broadcast_plmns: vec![BroadcastPlmn {
            plmn_identity: plmn(),
            tai_slice_support: vec![SNssai::EMBB],
        }],
    }]
}

pub(crate) fn setup_request(n: u32, tas: Vec<SupportedTa>) -> NgSetupRequest<'static> {
    let id = GlobalRanNodeId::Gnb {
        plmn_identity: plmn(),
        gnb_id: GnbId { value: n, length: 24 },
    };
    NgSetupRequest::new(id, tas, PagingDrx::V128)
}

fn target(host: &str) -> Target {
    Target {
        tls: false,
        authority: format!("{host}:80"),
    }
}

/// What an operator with two tracking areas and one slice says.
pub(crate) fn config() -> Config {
    let policy = Policy {
        guami: Guami {
            plmn: plmn(),
            amf_id: AmfId::new(1, 1, 1).unwrap(),
        },
        tracking_areas: vec![tai(1), tai(2)],
        slices: vec![SNssai::EMBB],
        algorithms: AlgorithmLists {
            integrity: vec![IntegrityAlgorithm(2)],
            ciphering: vec![CipheringAlgorithm(2)],
        },
        eps_algorithms: None,
        emergency: false,
        unauthenticated_emergency: false,
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        change_k_amf_on_mobility: false,
        request_imeisv: true,
        events: true,
        timers: Timers::default(),
        smf: false,
        emergency_dnn: None,
        network_name: None,
        time_zone: None,
    };
    let sbi = SbiConfig::new(
        "6dd5e5c6-d3f1-4e2b-8f5a-1d2c3b4a5968",
        target("amf"),
        target("ausf"),
        target("udm"),
    );
    Config::new("amf", policy, sbi)
}

pub(crate) struct Rig {
    pub(crate) amf: Amf,
    pub(crate) now: Duration,
    /// Calls without an outcome, the oldest first.
    pub(crate) asked: VecDeque<Asked>,
    /// Answers of the AMF.
    pub(crate) answers: Vec<(RequestId, Response)>,
    /// What gNBs were sent, the oldest first.
    pub(crate) sent: VecDeque<(AssociationId, u16, Vec<u8>)>,
    pub(crate) shut: Vec<AssociationId>,
    pub(crate) events: Vec<AmfEvent>,
    /// Contexts kept durably.
    pub(crate) records: BTreeMap<u32, Vec<u8>>,
    /// The secret that is kept among them.
    secret: Option<(u32, Vec<u8>)>,
    /// Paths of the callbacks that were given out.
    callbacks: Vec<String>,
    /// The challenge of each subscriber that is out, and how many there were.
    challenges: BTreeMap<u32, [u8; 16]>,
    challenged: u32,
    requests: u64,
}

impl Rig {
    /// An AMF with one gNB, set up in tracking area 1.
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut rig = Self::bare(config);
        rig.gnb(GNB, 1);
        rig
    }

    /// Without gNB.
    pub(crate) fn bare(config: Config) -> Self {
        Self {
            amf: Amf::new(config, [3; 32]),
            now: Duration::ZERO,
            asked: VecDeque::new(),
            answers: Vec::new(),
            sent: VecDeque::new(),
            shut: Vec::new(),
            events: Vec::new(),
            records: BTreeMap::new(),
            secret: None,
            callbacks: Vec::new(),
            challenges: BTreeMap::new(),
            challenged: 0,
            requests: 0,
        }
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: Duration::from_secs(1_760_000_000) + self.now,
        }
    }

    // --- gNBs -------------------------------------------------------------------------------------------------------

    /// A gNB comes up and is set up.
    pub(crate) fn gnb(&mut self, association: AssociationId, n: u32) {
        assert!(self.up(association, [10, 0, 0, association.0 as u8]));
        let _ = self.n2(association, setup_request(n, areas(1)));
        assert!(matches!(self.pdu(association), NgapPdu::NgSetupResponse(_)));
    }

    pub(crate) fn up(&mut self, association: AssociationId, host: [u8; 4]) -> bool {
        let streams = Streams {
            outbound: 4,
            inbound: 4,
        };
        let up = self.amf.n2_up(association, (host, 38_412).into(), streams);
        self.settle();
        up
    }

    pub(crate) fn down(&mut self, association: AssociationId) {
        let at = self.at();
        self.amf.n2_down(at, association);
        self.settle();
    }

    /// A message of a gNB on stream 1.
    pub(crate) fn n2<'m>(&mut self, from: AssociationId, message: impl Into<NgapPdu<'m>>) -> N2Disposition {
        let mut payload = Vec::new();
        message.into().encode(&mut payload).unwrap();
        self.octets(from, PPID, &payload)
    }

    pub(crate) fn octets(&mut self, from: AssociationId, ppid: u32, payload: &[u8]) -> N2Disposition {
        let at = self.at();
        let message = SctpMessage {
            stream: 1,
            ppid,
            unordered: false,
            payload: payload.to_vec(),
        };
        let disposition = self.amf.n2_message(at, from, &message);
        self.settle();
        disposition
    }

    /// The next message to a gNB; it must be to this one.
    pub(crate) fn pdu(&mut self, to: AssociationId) -> NgapPdu<'static> {
        let (association, _, payload) = self.sent.pop_front().expect("a message to a gNB");
        assert_eq!(association, to);
        let payload: &'static [u8] = Box::leak(payload.into_boxed_slice());
        NgapPdu::decode(payload).unwrap().pdu
    }

    /// The NAS PDU in the next message, which must carry one.
    pub(crate) fn nas(&mut self) -> Vec<u8> {
        match self.pdu(GNB) {
            NgapPdu::DownlinkNasTransport(m) => m.nas_pdu.into_owned(),
            NgapPdu::InitialContextSetupRequest(m) => m.nas_pdu.expect("a NAS PDU").into_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// The next message must be a release; its cause.
    pub(crate) fn released(&mut self) -> (AmfUeNgapId, RanUeNgapId, Cause) {
        let pdu = self.pdu(GNB);
        let NgapPdu::UeContextReleaseCommand(m) = pdu else {
            panic!("UE CONTEXT RELEASE COMMAND, not {pdu:?}");
        };
        let UeNgapIds::Pair {
            amf_ue_ngap_id,
            ran_ue_ngap_id,
        } = m.ue_ngap_ids
        else {
            panic!("both identities");
        };
        (amf_ue_ngap_id, ran_ue_ngap_id, m.cause.unwrap())
    }

    pub(crate) fn initial(&mut self, from: AssociationId, ran_id: u32, said: &Said) -> N2Disposition {
        self.initial_at(1, from, ran_id, said)
    }

    /// In this tracking area.
    pub(crate) fn initial_at(
        &mut self,
        tac: u32,
        from: AssociationId,
        ran_id: u32,
        said: &Said,
    ) -> N2Disposition {
        let cause = RrcEstablishmentCause::MoSignalling;
        let mut message = InitialUeMessage::new(RanUeNgapId(ran_id), said.nas().into(), place(tac), cause);
        message.ue_context_request = Some(UeContextRequest::Requested);
        if let Said::Initial(_, s_tmsi) = said {
            message.five_g_s_tmsi = *s_tmsi;
        }
        self.n2(from, message)
    }

    pub(crate) fn uplink(&mut self, ids: (u64, u32), nas: &[u8]) -> N2Disposition {
        self.uplink_from(GNB, ids, nas)
    }

    pub(crate) fn uplink_from(&mut self, from: AssociationId, ids: (u64, u32), nas: &[u8]) -> N2Disposition {
        self.uplink_at(1, from, ids, nas)
    }

    /// In this tracking area.
    pub(crate) fn uplink_at(
        &mut self,
        tac: u32,
        from: AssociationId,
        ids: (u64, u32),
        nas: &[u8],
    ) -> N2Disposition {
        let (amf_id, ran_id) = (AmfUeNgapId(ids.0), RanUeNgapId(ids.1));
        let message = UplinkNasTransport::new(amf_id, ran_id, nas.into(), place(tac));
        self.n2(from, message)
    }

    pub(crate) fn set_up(&mut self, ids: (u64, u32)) -> N2Disposition {
        self.n2(
            GNB,
            InitialContextSetupResponse::new(AmfUeNgapId(ids.0), RanUeNgapId(ids.1)),
        )
    }

    pub(crate) fn complete_release(&mut self, ids: (u64, u32)) -> N2Disposition {
        self.n2(
            GNB,
            UeContextReleaseComplete::new(AmfUeNgapId(ids.0), RanUeNgapId(ids.1)),
        )
    }

    /// The gNB lets a UE go.
    pub(crate) fn idle(&mut self, ids: (u64, u32), phone: &mut Phone) {
        let cause = Cause::USER_INACTIVITY;
        let request = UeContextReleaseRequest::new(AmfUeNgapId(ids.0), RanUeNgapId(ids.1), cause);
        let _ = self.n2(GNB, request);
        assert_eq!(self.released().0, AmfUeNgapId(ids.0));
        let _ = self.complete_release(ids);
        phone.happen(Input::ConnectionReleased);
    }

    // --- Home -------------------------------------------------------------------------------------------------------

    pub(crate) fn answer(&mut self, asked: &Asked, outcome: Result<Response, CallFailure>) {
        let at = self.at();
        self.amf.handle_response(at, asked.id, outcome);
        self.settle();
    }

    /// The oldest call; it must be this one.
    pub(crate) fn asked(&mut self, method: Method, part: &str) -> Asked {
        let asked = self.asked.pop_front().expect("a call");
        assert!(asked.is(method, part), "{part}: {asked:?}");
        asked
    }

    /// The oldest call is refused.
    pub(crate) fn refuse(&mut self, cause: cause::Cause) {
        let asked = self.asked.pop_front().expect("a call");
        self.answer(&asked, Ok(ProblemDetails::new(cause).response()));
    }

    /// The oldest call gets no response.
    pub(crate) fn fail(&mut self) {
        let asked = self.asked.pop_front().expect("a call");
        self.answer(&asked, Err(CallFailure::Timeout(asked.timeout)));
    }

    /// The oldest call is answered as a home that works does, of the n-th subscriber.
    pub(crate) fn give(&mut self, n: u32) {
        let asked = self.asked.pop_front().expect("a call");
        let response = self.response(n, &asked);
        self.answer(&asked, Ok(response));
    }

    fn response(&mut self, n: u32, asked: &Asked) -> Response {
        let path = asked.request.path.as_str();
        match asked.request.method {
            Method::Post if path.ends_with("/ue-authentications") => {
                self.challenged += 1;
                let mut rand = [n as u8; 16];
                rand[..4].copy_from_slice(&self.challenged.to_be_bytes());
                self.challenges.insert(n, rand);
                home::challenge(n, rand)
            }
            Method::Put if path.ends_with("/5g-aka-confirmation") => {
                home::confirmation(n, asked, self.challenges[&n])
            }
            Method::Put => Response::new(201),
            Method::Get if path.contains("/am-data") => Response::json(200, &am_data(UPLINK)),
            Method::Post if path.ends_with("/sdm-subscriptions") => Response {
                location: Some(format!("http://udm:80{path}/{n}")),
                ..Response::new(201)
            },
            Method::Patch | Method::Delete => Response::new(204),
            _ => panic!("{asked:?}"),
        }
    }

    fn note_callback(&mut self, request: &Request) {
        let body = String::from_utf8_lossy(&request.body);
        let uri = body
            .split('"')
            .find_map(|text| text.strip_prefix("http://amf:80"));
        self.callbacks.extend(uri.map(str::to_owned));
    }

    /// The callback of the n-th subscriber that was given out last for this.
    pub(crate) fn callback(&self, n: u32, what: &str) -> String {
        let supi = home::supi(n).to_string();
        let mut callbacks = self.callbacks.iter().rev();
        let found = callbacks.find(|path| path.contains(&supi) && path.contains(what));
        found
            .cloned()
            .unwrap_or_else(|| panic!("no {what} was given out"))
    }

    /// A request of another network function; its answer.
    pub(crate) fn demand(&mut self, request: &Request) -> Response {
        self.requests += 1;
        let (at, id) = (self.at(), RequestId(self.requests));
        self.amf.handle_request(at, id, request);
        self.settle();
        let (answered, response) = self.answers.pop().expect("an answer");
        assert_eq!(answered, id);
        response
    }

    // --- UEs --------------------------------------------------------------------------------------------------------

    /// Lets a UE, its gNB and its home talk until nobody has anything to say, or the connection is to be released: then
    /// `true`, with the release unanswered.
    pub(crate) fn talk(&mut self, ids: (u64, u32), phone: &mut Phone) -> bool {
        loop {
            while !self.asked.is_empty() {
                self.give(phone.n);
            }
            let Some((_, _, next)) = self.sent.front() else {
                return false;
            };
            let nas = match NgapPdu::decode(next).unwrap().pdu {
                NgapPdu::DownlinkNasTransport(m) => m.nas_pdu.into_owned(),
                NgapPdu::InitialContextSetupRequest(m) => {
                    let nas = m.nas_pdu.map(std::borrow::Cow::into_owned).unwrap_or_default();
                    let _ = self.set_up(ids);
                    phone.happen(Input::ContextSetUp);
                    nas
                }
                NgapPdu::UeContextModificationRequest(_) => Vec::new(),
                NgapPdu::UeContextReleaseCommand(_) => return true,
                other => panic!("{other:?}"),
            };
            self.sent.pop_front();
            if !nas.is_empty() {
                for said in phone.hear(&nas) {
                    let _ = self.uplink(ids, said.nas());
                }
            }
        }
    }

    /// Registers a UE; what its gNB was sent last is dropped. Whether the AMF lets it go.
    pub(crate) fn register(&mut self, ids: (u64, u32), phone: &mut Phone) -> bool {
        let said = phone.begin(Start::REGISTER);
        let _ = self.initial(GNB, ids.1, &said);
        let released = self.talk(ids, phone);
        assert!(phone.ue.is_registered(), "{:?} {:?}", phone.events, self.events);
        self.sent.clear();
        released
    }

    /// Registers a UE, and lets it go.
    pub(crate) fn register_and_idle(&mut self, ids: (u64, u32), phone: &mut Phone) {
        if self.register(ids, phone) {
            let _ = self.complete_release(ids);
            phone.happen(Input::ConnectionReleased);
        } else {
            self.idle(ids, phone);
        }
    }

    // --- Time -------------------------------------------------------------------------------------------------------

    /// Lets time pass, with every deadline of the AMF's at its time.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.amf.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            let at = self.at();
            self.amf.timeout(at);
            self.settle();
        }
        self.now = end;
    }

    /// The AMF stops and another begins with its records; the gNB sets up again.
    pub(crate) fn restart(&mut self, stop: Stop) {
        if stop == Stop::Clean {
            self.records.clear();
            let last: Vec<Save> = self.amf.final_saves().collect();
            last.into_iter().for_each(|save| self.keep(save));
        }
        let config = self.amf.config().clone();
        self.amf = Amf::new(config, [4; 32]);
        self.asked.clear();
        self.sent.clear();
        let at = self.at();
        for (key, record) in &self.records {
            self.amf.restore(at, *key, record, stop).unwrap();
        }
        let (key, secret) = self.secret.clone().expect("it is kept");
        self.amf.restore(at, key, &secret, stop).unwrap();
        self.gnb(GNB, 1);
    }

    fn keep(&mut self, save: Save) {
        match save {
            Save::Put {
                key: key @ u32::MAX,
                record,
            } => {
                self.secret = Some((key, record.to_vec()));
                None
            }
            Save::Put { key, record } => self.records.insert(key, record.to_vec()),
            Save::Delete { key } => self.records.remove(&key),
        };
    }

    /// Takes everything that came out.
    pub(crate) fn settle(&mut self) {
        while let Some(output) = self.amf.poll_n2() {
            match output {
                N2Output::Send {
                    association,
                    stream,
                    payload,
                } => self.sent.push_back((association, stream, payload)),
                N2Output::Shutdown { association } => self.shut.push(association),
            }
        }
        while let Some(output) = self.amf.poll_sbi() {
            match output {
                Output::Call {
                    id,
                    target,
                    request,
                    timeout,
                } => {
                    self.note_callback(&request);
                    self.asked.push_back(Asked {
                        id,
                        target,
                        request,
                        timeout,
                    });
                }
                Output::Respond { id, response } => self.answers.push((id, response)),
            }
        }
        while let Some(save) = self.amf.poll_save() {
            self.keep(save);
        }
        while let Some(event) = self.amf.poll_event() {
            self.events.push(event);
        }
    }
}
