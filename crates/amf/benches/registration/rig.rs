//! An AMF in memory with UEs, gNBs and a home network that cost as little as can be, so that what the AMF costs stands out.
//!
//! All that the AMF does happens in [`Core::work`], and nothing else does: that is what to measure. The UEs are real ones
//! ([`quintet_fgmm::ue`]), which check all they must; they share one key. AUSF and UDM are writers of answers.

use quintet_amf::{Amf, Config, N2Output, SbiConfig};
use quintet_crypto::fgs::{KAusf, ResStar, ServingNetworkName};
use quintet_crypto::{CipheringAlgorithm, Ck, Ik, IntegrityAlgorithm, Rand, Res};
use quintet_fgmm::network::{AlgorithmLists, At, Policy, ReauthenticationPolicy, Timers};
use quintet_fgmm::ue::{
    Answer, Concealment, Configuration, Entropy, Event, Identity, Input, Output, Start, Subscription, Ue,
};
use quintet_identity::fgs::{AmfId, Guami, Ncgi, Tac, Tai};
use quintet_identity::{Plmn, SNssai, Supi};
use quintet_ngap::message::{
    InitialContextSetupResponse, InitialUeMessage, NgSetupRequest, UeContextReleaseComplete,
    UeContextReleaseRequest, UplinkNasTransport,
};
use quintet_ngap::{
    AmfUeNgapId, BroadcastPlmn, Cause, GlobalRanNodeId, GnbId, NgapPdu, PPID, PagingDrx, RanUeNgapId,
    RrcEstablishmentCause, SupportedTa, UeNgapIds, UserLocationInformation, transport,
};
use quintet_sbi::nausf::{
    AuthData, AuthResult, Av5gAka, ConfirmationDataResponse, LINK_5G_AKA, UEAuthenticationCtx,
};
use quintet_sbi::nudm::sdm::{AccessAndMobilitySubscriptionData, Nssai};
use quintet_sbi::nudm::ueau::AuthType;
use quintet_sbi::ts29571::{Ambr, BitRate, Links, Snssai};
use quintet_sbi::{CallId, Hex, Method, Request, Response, SecretHex, Target};
use quintet_sctp::{AssociationId, Streams};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// gNBs that the UEs are spread over.
pub(crate) const GNBS: u32 = 8;

/// UEs that register together: what a batch of packets brings.
pub(crate) const BATCH: u32 = 64;

/// How far apart two registrations are on the rig's clock.
const STEP: Duration = Duration::from_micros(100);

/// Streams of an association.
const STREAMS: u16 = 32;

/// AUTN of every challenge, with the separation bit; no UE checks SQN here.
const AUTN: [u8; 16] = [0x80; 16];

fn plmn() -> Plmn {
    "00101".parse().expect("a PLMN")
}

fn tai() -> Tai {
    Tai {
        plmn: plmn(),
        tac: Tac::new(1).expect("24 bits"),
    }
}

fn place(gnb: u32) -> UserLocationInformation {
    let cell = Ncgi::new(plmn(), u64::from(gnb) << 14 | 1).expect("36 bits");
    UserLocationInformation::nr(cell, tai())
}

fn keys() -> (Res, Ck, Ik) {
    let res = Res::new(&[0x46; 8]).expect("8 octets");
    (res, Ck::new_128([0x5a; 16]), Ik::new_128([0xa5; 16]))
}

fn supi(n: u32) -> Supi {
    format!("imsi-00101{n:010}").parse().expect("15 digits")
}

/// What comes to the AMF.
#[derive(Debug)]
pub(crate) enum In {
    /// An NGAP message.
    N2(AssociationId, quintet_sctp::Message),
    /// What came of a call.
    Response(CallId, Response),
}

/// The AMF: what is measured.
pub(crate) struct Core {
    /// The AMF.
    pub(crate) amf: Amf,
    /// NGAP messages that went out.
    pub(crate) sent: Vec<(AssociationId, Vec<u8>)>,
    /// Calls that went out.
    pub(crate) calls: Vec<(CallId, Request)>,
    /// Contexts that were written.
    pub(crate) saved: u64,
}

impl Core {
    /// Works off what came, as a driver does with a batch.
    #[inline(never)]
    pub(crate) fn work(&mut self, at: At, inputs: &mut Vec<In>) {
        for input in inputs.drain(..) {
            match input {
                In::N2(association, message) => {
                    let _ = self.amf.n2_message(at, association, &message);
                }
                In::Response(id, response) => self.amf.handle_response(at, id, Ok(response)),
            }
        }
        while self.amf.poll_timeout().is_some_and(|due| due <= at.now) {
            self.amf.timeout(at);
        }
        while let Some(N2Output::Send {
            association, payload, ..
        }) = self.amf.poll_n2()
        {
            self.sent.push((association, payload));
        }
        while let Some(quintet_sbi::Output::Call { id, request, .. }) = self.amf.poll_sbi() {
            self.calls.push((id, request));
        }
        while self.amf.poll_save().is_some() {
            self.saved += 1;
        }
    }
}

/// What is to be measured around [`Core::work`].
pub(crate) trait Meter {
    /// Does the work.
    fn measure(&mut self, work: impl FnOnce());
}

/// SUPIs are not concealed here.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, to: &mut [u8]) {
        to.fill(7);
    }
}

/// The AMF with its surroundings.
pub(crate) struct Rig {
    /// The AMF.
    pub(crate) core: Core,
    now: Duration,
    inputs: Vec<In>,
    configuration: Arc<Configuration>,
    ues: HashMap<(AssociationId, RanUeNgapId), Ue>,
    next: u32,
    registered: u64,
    outputs: Vec<Output>,
    /// Bodies that are the same for everybody.
    challenge: Response,
    k_seaf: [u8; 32],
    am_data: Response,
}

fn association(gnb: u32) -> AssociationId {
    AssociationId(u64::from(gnb) + 1)
}

/// The configuration of `quintet serve`.
fn config() -> Config {
    let policy = Policy {
        guami: Guami {
            plmn: plmn(),
            amf_id: AmfId::new(1, 1, 1).expect("in range"),
        },
        tracking_areas: vec![tai()],
        slices: vec![SNssai::EMBB],
        algorithms: AlgorithmLists {
            integrity: vec![
                IntegrityAlgorithm(2),
                IntegrityAlgorithm(1),
                IntegrityAlgorithm(3),
            ],
            ciphering: vec![
                CipheringAlgorithm(2),
                CipheringAlgorithm(1),
                CipheringAlgorithm(0),
            ],
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
        events: false,
        timers: Timers::default(),
        smf: false,
        emergency_dnn: None,
        network_name: None,
        time_zone: None,
    };
    let target = |host: &str| Target {
        tls: false,
        authority: format!("{host}:80"),
    };
    let id = "6dd5e5c6-d3f1-4e2b-8f5a-1d2c3b4a5968";
    let sbi = SbiConfig::new(id, target("amf"), target("ausf"), target("udm"));
    Config::new("quintet", policy, sbi)
}

fn rand() -> Rand {
    [0x23; 16]
}

fn challenge(name: &ServingNetworkName) -> Response {
    let (res, ck, ik) = keys();
    let res_star = ResStar::derive(&ck, &ik, name, &rand(), &res).expect("128 bits");
    let context = UEAuthenticationCtx {
        auth_type: AuthType::FiveGAka,
        auth_data: AuthData::Av5gAka(Av5gAka {
            rand: Hex(rand()),
            hxres_star: SecretHex::new(*res_star.hres_star(&rand()).expose()),
            autn: Hex(AUTN),
        }),
        links: BTreeMap::from([(
            LINK_5G_AKA.to_owned(),
            Links::to("http://ausf:80/nausf-auth/v1/ue-authentications/1/5g-aka-confirmation"),
        )]),
        serving_network_name: None,
    };
    Response::json(201, &context)
}

fn am_data() -> Response {
    let data = AccessAndMobilitySubscriptionData {
        subscribed_ue_ambr: Some(Ambr {
            uplink: BitRate(50_000_000),
            downlink: BitRate(100_000_000),
        }),
        nssai: Some(Nssai {
            default_single_nssais: vec![Snssai { sst: 1, sd: None }],
            ..Nssai::default()
        }),
        ..AccessAndMobilitySubscriptionData::default()
    };
    Response::json(200, &data)
}

impl Rig {
    /// An AMF with its gNBs and its home network, and no UE.
    pub(crate) fn new() -> Self {
        let name = ServingNetworkName::of_plmn(&plmn().octets()).expect("digits");
        let (_, ck, ik) = keys();
        let k_ausf = KAusf::derive(&ck, &ik, &name, &[0x80; 6]).expect("128 bits");
        let mut configuration = Configuration::new(plmn());
        configuration.automatic = false;
        let mut rig = Self {
            core: Core {
                amf: Amf::new(config(), [7; 32]),
                sent: Vec::new(),
                calls: Vec::new(),
                saved: 0,
            },
            now: Duration::ZERO,
            inputs: Vec::new(),
            configuration: Arc::new(configuration),
            ues: HashMap::new(),
            next: 0,
            registered: 0,
            outputs: Vec::new(),
            challenge: challenge(&name),
            k_seaf: *k_ausf.k_seaf(&name).expose(),
            am_data: am_data(),
        };
        for gnb in 0..GNBS {
            rig.set_up(gnb);
        }
        rig.settle(&mut Unmeasured);
        rig
    }

    fn set_up(&mut self, gnb: u32) {
        let peer = SocketAddr::from(([127, 0, 0, 1], 38412));
        let streams = Streams {
            inbound: STREAMS,
            outbound: STREAMS,
        };
        self.core.amf.n2_up(association(gnb), peer, streams);
        let id = GlobalRanNodeId::Gnb {
            plmn_identity: plmn(),
            gnb_id: GnbId {
                value: gnb,
                length: 24,
            },
        };
        let areas = vec![SupportedTa {
            tac: tai().tac,
            broadcast_plmns: vec![BroadcastPlmn {
                plmn_identity: plmn(),
                tai_slice_support: vec![SNssai::EMBB],
            }],
        }];
        let request = NgSetupRequest::new(id, areas, PagingDrx::V128);
        self.say(gnb, transport::COMMON_STREAM, &request.into());
    }

    fn at(&self) -> At {
        At {
            now: self.now,
            wall: Duration::from_secs(1_760_000_000) + self.now,
        }
    }

    /// A gNB says something.
    fn say(&mut self, gnb: u32, stream: u16, pdu: &NgapPdu<'_>) {
        let mut payload = Vec::with_capacity(128);
        pdu.encode(&mut payload).expect("in range");
        let message = quintet_sctp::Message {
            stream,
            ppid: PPID,
            unordered: false,
            payload,
        };
        self.inputs.push(In::N2(association(gnb), message));
    }

    fn say_of_ue(&mut self, gnb: u32, id: RanUeNgapId, pdu: &NgapPdu<'_>) {
        self.say(gnb, transport::stream_of_ue(id.0.into(), STREAMS), pdu);
    }

    /// So many further UEs register, each with a SUPI of its own, and are idle afterwards. Returns how many are registered
    /// since the beginning.
    pub(crate) fn register(&mut self, count: u32, meter: &mut impl Meter) -> u64 {
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
        let identity = Identity {
            subscription: Some(Subscription {
                supi: supi(n),
                home: plmn(),
                routing_indicator: "0".parse().expect("a digit"),
                concealment: Concealment::Null,
            }),
            imei: "490154203237518".parse().expect("an IMEI"),
            imeisv: "4901542032375186".parse().expect("an IMEISV"),
        };
        let (gnb, id) = (n % GNBS, RanUeNgapId(n / GNBS));
        let ue = Ue::new(Arc::clone(&self.configuration), identity);
        self.ues.insert((association(gnb), id), ue);
        self.ue(gnb, id, None, Input::Start(Start::REGISTER));
    }

    /// Something happens to a UE, and what it says goes to the AMF.
    fn ue(&mut self, gnb: u32, id: RanUeNgapId, amf: Option<AmfUeNgapId>, input: Input<'_>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        let Some(ue) = self.ues.get_mut(&(association(gnb), id)) else {
            panic!("no UE has {id:?}")
        };
        let _ = ue.handle(self.now, input, &mut NoEntropy, &mut outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Initial { nas, s_tmsi } => {
                    let cause = RrcEstablishmentCause::MoSignalling;
                    let mut message = InitialUeMessage::new(id, nas.into(), place(gnb), cause);
                    message.five_g_s_tmsi = s_tmsi;
                    self.say_of_ue(gnb, id, &message.into());
                }
                Output::Uplink(nas) => {
                    let amf = amf.expect("the AMF has spoken");
                    let message = UplinkNasTransport::new(amf, id, nas.into(), place(gnb));
                    self.say_of_ue(gnb, id, &message.into());
                }
                Output::Challenge { .. } => {
                    let (res, ck, ik) = keys();
                    self.ue(gnb, id, amf, Input::Challenged(Answer::Accepted { res, ck, ik }));
                }
                Output::Event(Event::Registered { .. }) => self.registered += 1,
                Output::Event(Event::SecurityModeComplete { .. }) | Output::KgNb(_) | Output::Release => {}
                Output::Event(event) => panic!("{event:?}"),
            }
        }
        self.outputs = outputs;
    }

    /// Goes round until nobody has anything to say.
    fn settle(&mut self, meter: &mut impl Meter) {
        let mut inputs = Vec::new();
        loop {
            std::mem::swap(&mut inputs, &mut self.inputs);
            let (at, core) = (self.at(), &mut self.core);
            meter.measure(|| core.work(at, &mut inputs));
            for (association, payload) in std::mem::take(&mut self.core.sent) {
                self.at_gnb(association.0 as u32 - 1, &payload);
            }
            for (id, request) in std::mem::take(&mut self.core.calls) {
                let response = self.response(&request);
                self.inputs.push(In::Response(id, response));
            }
            if self.inputs.is_empty() {
                return;
            }
        }
    }

    fn at_gnb(&mut self, gnb: u32, payload: &[u8]) {
        let Ok(decoded) = NgapPdu::decode(payload) else {
            panic!("{payload:02x?} does not decode")
        };
        match decoded.pdu {
            NgapPdu::NgSetupResponse(_) => {}
            NgapPdu::DownlinkNasTransport(m) => {
                let (amf, id) = (m.amf_ue_ngap_id, m.ran_ue_ngap_id);
                self.ue(gnb, id, Some(amf), Input::Downlink(&m.nas_pdu));
            }
            NgapPdu::InitialContextSetupRequest(m) => {
                let (amf, id) = (m.amf_ue_ngap_id, m.ran_ue_ngap_id);
                self.say_of_ue(gnb, id, &InitialContextSetupResponse::new(amf, id).into());
                self.ue(gnb, id, Some(amf), Input::ContextSetUp);
                if let Some(nas) = &m.nas_pdu {
                    self.ue(gnb, id, Some(amf), Input::Downlink(nas));
                }
                let release = UeContextReleaseRequest::new(amf, id, Cause::USER_INACTIVITY);
                self.say_of_ue(gnb, id, &release.into());
            }
            NgapPdu::UeContextReleaseCommand(m) => {
                let UeNgapIds::Pair {
                    amf_ue_ngap_id,
                    ran_ue_ngap_id,
                } = m.ue_ngap_ids
                else {
                    panic!("one identity")
                };
                self.ues.remove(&(association(gnb), ran_ue_ngap_id));
                let complete = UeContextReleaseComplete::new(amf_ue_ngap_id, ran_ue_ngap_id);
                self.say_of_ue(gnb, ran_ue_ngap_id, &complete.into());
            }
            other => panic!("{other:?}"),
        }
    }

    /// What AUSF and UDM answer.
    fn response(&self, request: &Request) -> Response {
        let path = request.path.as_str();
        match request.method {
            Method::Post if path.ends_with("/ue-authentications") => {
                let mut response = self.challenge.clone();
                // Which subscriber it is must come back with the confirmation.
                let body = String::from_utf8_lossy(&response.body).into_owned();
                let digits = msin(&request.body);
                let body = body.replace(
                    "/ue-authentications/1/",
                    &format!("/ue-authentications/{digits}/"),
                );
                response.body = body.into();
                response
            }
            Method::Put if path.ends_with("/5g-aka-confirmation") => {
                let digits = path.split('/').nth(4).expect("an identity");
                Response::json(
                    200,
                    &ConfirmationDataResponse {
                        auth_result: AuthResult::AuthenticationSuccess,
                        supi: Some(format!("imsi-00101{digits}")),
                        kseaf: Some(SecretHex::new(self.k_seaf)),
                    },
                )
            }
            Method::Put => Response::new(201),
            Method::Get => self.am_data.clone(),
            Method::Post => Response {
                location: Some(format!("{path}/0123456789abcdef")),
                ..Response::new(201)
            },
            Method::Patch | Method::Delete => Response::new(204),
        }
    }
}

/// The ten digits after `suci-0-001-01-0-0-0-`.
fn msin(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let begin = text.find("suci-0-001-01-0-0-0-").expect("a SUCI") + 20;
    text[begin..begin + 10].to_owned()
}

/// Nothing is measured.
pub(crate) struct Unmeasured;

impl Meter for Unmeasured {
    fn measure(&mut self, work: impl FnOnce()) {
        work();
    }
}
