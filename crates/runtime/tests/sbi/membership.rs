//! A little NRF over loopback, a producer that wants its tokens and a consumer that gets them.

use crate::support::{PATIENCE, Station, call, loopback, post, run};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node, NodeConfig};
use quintet_runtime::{
    Api, Application, Clock, Driver, MemberConfig, Moment, NetworkFunction, SbiMember, SbiSettings,
};
use quintet_sbi::nrf::NFProfile;
use quintet_sbi::oauth2::TokenVerifier;
use quintet_sbi::{CallFailure, CallId, Method, Output, Request, RequestId, Response, Target, path};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

const SDM: Api = Api {
    nf_type: "UDM",
    name: "nudm-sdm",
    version: "v2",
};

/// What everybody sees happen, in words.
#[derive(Default)]
struct Diary {
    lines: RefCell<Vec<String>>,
    news: Notify,
}

impl Diary {
    fn write(&self, line: String) {
        self.lines.borrow_mut().push(line);
        self.news.notify_waiters();
    }

    async fn says(&self, line: &str) {
        let wait = async {
            loop {
                let news = self.news.notified();
                if self.lines.borrow().iter().any(|written| written == line) {
                    return;
                }
                news.await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!("{line:?} is missing in {:?}", self.lines.borrow());
        }
    }

    fn count(&self, line: &str) -> usize {
        self.lines
            .borrow()
            .iter()
            .filter(|written| *written == line)
            .count()
    }
}

/// Signs tokens.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn pem(&self) -> String {
        let der = self.0.public_key().as_der().unwrap();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der.as_ref())
        )
    }

    fn token(&self, aud: &str, scope: &str, exp: u64) -> String {
        let claims = json!({"iss": "nrf-1", "sub": "amf-1", "aud": aud, "scope": scope, "exp": exp});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!(
            "{}.{}",
            part(&json!({"alg": "ES256", "typ": "JWT"})),
            part(&claims)
        );
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

type Answer = Box<dyn FnMut(Moment, &Diary, Request) -> Response>;

/// What the three applications here are: who answers, calls and sees.
struct Function {
    diary: Rc<Diary>,
    outputs: VecDeque<Output>,
    answer: Answer,
}

macro_rules! application {
    ($name:ident) => {
        struct $name(Function);

        impl Application for $name {
            fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}
            fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}
            fn pump(&mut self, _: Moment, _: &mut Node) {}
            fn poll_timeout(&self) -> Option<Duration> {
                None
            }
            fn timeout(&mut self, _: Moment, _: &mut Node) {}

            fn sbi_request(&mut self, at: Moment, _: &mut Node, id: RequestId, request: Request) {
                let response = (self.0.answer)(at, &self.0.diary, request);
                self.0.outputs.push_back(Output::Respond { id, response });
            }

            fn sbi_response(
                &mut self,
                _: Moment,
                _: &mut Node,
                id: CallId,
                outcome: Result<Response, CallFailure>,
            ) {
                let line = match outcome {
                    Ok(response) => format!("call {}: {}", id.0, response.status),
                    Err(failure) => format!("call {}: {failure}", id.0),
                };
                self.0.diary.write(line);
            }

            fn poll_sbi(&mut self) -> Option<Output> {
                self.0.outputs.pop_front()
            }
        }
    };
}

application!(Nrf);
application!(Producer);
application!(Consumer);

impl NetworkFunction for Producer {
    const NF_TYPE: &'static str = "UDM";
    const OFFERED: &'static [Api] = &[SDM];
    const CALLBACKS: &'static [&'static str] = &["callback"];
    const CONSUMED: &'static [Api] = &[];
    const SOUGHT: &'static [Api] = &[];
    fn found(&mut self, _: &str, _: Vec<Target>) {}
}

impl NetworkFunction for Consumer {
    const NF_TYPE: &'static str = "AMF";
    const OFFERED: &'static [Api] = &[];
    const CALLBACKS: &'static [&'static str] = &[];
    const CONSUMED: &'static [Api] = &[SDM];
    const SOUGHT: &'static [Api] = &[SDM];

    fn found(&mut self, nf_type: &str, targets: Vec<Target>) {
        self.0.diary.write(format!("found {nf_type} {}", targets.len()));
        self.0.outputs.extend((1..=2).map(|id| Output::Call {
            id: CallId(id),
            target: targets[0].clone(),
            request: Request::new(Method::Get, "/nudm-sdm/v2/imsi-001010000000001/am-data"),
            timeout: PATIENCE,
        }));
    }
}

fn function(
    diary: &Rc<Diary>,
    answer: impl FnMut(Moment, &Diary, Request) -> Response + 'static,
) -> Function {
    Function {
        diary: Rc::clone(diary),
        outputs: VecDeque::new(),
        answer: Box::new(answer),
    }
}

fn drive<A: Application + 'static>(application: A) -> Driver<A> {
    let config = NodeConfig::new("nf.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
    let node = Node::new(config, 1).unwrap();
    Driver::start(Clock::start(), node, application, None, Arc::new(Notify::new()))
}

fn target(address: SocketAddr) -> Target {
    Target {
        tls: false,
        authority: address.to_string(),
    }
}

/// Registers whoever asks, finds them again, and gives tokens of a minute.
fn start_nrf(diary: &Rc<Diary>, signer: Rc<Signer>) -> SocketAddr {
    let mut profiles: BTreeMap<String, NFProfile> = BTreeMap::new();
    let nrf = Nrf(function(diary, move |at, diary, request| {
        let path = path::Path::parse(&request.path).unwrap();
        let query = |name: &str| path.query(name).unwrap().unwrap_or_default().into_owned();
        match (request.method, &path.segments()[..]) {
            (Method::Put, ["nnrf-nfm", "v1", "nf-instances", id]) => {
                let mut profile: NFProfile = serde_json::from_slice(&request.body).unwrap();
                diary.write(format!("registered {} {id}", profile.nf_type));
                profile.heart_beat_timer = Some(1);
                profiles.insert((*id).to_owned(), profile.clone());
                Response::json(201, &profile)
            }
            (Method::Patch, ["nnrf-nfm", "v1", "nf-instances", id]) if profiles.contains_key(*id) => {
                diary.write(format!("heartbeat {id}"));
                Response::new(204)
            }
            (Method::Delete, ["nnrf-nfm", "v1", "nf-instances", id]) => {
                diary.write(format!("deregistered {id}"));
                profiles.remove(*id);
                Response::new(204)
            }
            (Method::Get, ["nnrf-disc", "v1", "nf-instances"]) => {
                assert_eq!(query("requester-nf-type"), "AMF");
                assert_eq!(query("service-names"), "nudm-sdm");
                let wanted = query("target-nf-type");
                let found: Vec<_> = profiles.values().filter(|nf| nf.nf_type == wanted).collect();
                Response::json(200, &json!({"validityPeriod": 60, "nfInstances": found}))
            }
            (Method::Post, ["oauth2", "token"]) => {
                assert_eq!(request.content_type, "application/x-www-form-urlencoded");
                let form = std::str::from_utf8(&request.body).unwrap();
                assert_eq!(
                    form,
                    "grant_type=client_credentials&nfInstanceId=amf-1&nfType=AMF&targetNfType=UDM&scope=nudm-sdm"
                );
                diary.write("token".to_owned());
                let token = signer.token("UDM", "nudm-sdm", at.wall.as_secs() + 60);
                let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 60, "scope": "nudm-sdm"});
                Response::json(200, &answer)
            }
            _ => Response::new(404),
        }
    }));
    drive(nrf).listen_sbi(SbiSettings::cleartext(loopback())).unwrap()
}

fn member_config(nrf: SocketAddr, own: SocketAddr, (nf_type, id): (&str, &str), pem: &str) -> MemberConfig {
    let mut verifier = TokenVerifier::new(nf_type, id, Vec::new());
    verifier.trust(pem).unwrap();
    MemberConfig {
        nrf: Some(target(nrf)),
        profile: NFProfile {
            nf_instance_id: id.to_owned(),
            ..NFProfile::default()
        },
        own: target(own),
        verifier: Some(verifier),
        configured: Vec::new(),
    }
}

/// An address of loopback that nobody uses: it must be known before the profile is made.
#[expect(clippy::disallowed_methods, reason = "a port is sought, nothing is sent")]
fn free_address() -> SocketAddr {
    let socket = std::net::TcpListener::bind(loopback()).unwrap();
    socket.local_addr().unwrap()
}

fn start_producer(
    diary: &Rc<Diary>,
    nrf: SocketAddr,
    pem: &str,
) -> (Driver<SbiMember<Producer>>, SocketAddr) {
    let own = free_address();
    let producer = Producer(function(diary, |_, diary, request| {
        diary.write(format!("served {}", request.path));
        Response::new(200)
    }));
    let member = SbiMember::new(producer, member_config(nrf, own, ("UDM", "udm-1"), pem));
    let driver = drive(member);
    driver.listen_sbi(SbiSettings::cleartext(own)).unwrap();
    driver.with(|_, _, member| member.join());
    (driver, own)
}

#[test]
fn a_consumer_finds_a_producer_and_is_let_in_by_the_token_of_the_nrf() {
    run(async {
        let (diary, signer) = (Rc::new(Diary::default()), Rc::new(Signer::new()));
        let nrf = start_nrf(&diary, Rc::clone(&signer));
        let (producer, _) = start_producer(&diary, nrf, &signer.pem());
        diary.says("registered UDM udm-1").await;

        let consumer = Consumer(function(&diary, |_, _, _| Response::new(404)));
        let config = member_config(nrf, free_address(), ("AMF", "amf-1"), &signer.pem());
        let consumer = drive(SbiMember::new(consumer, config));
        consumer.with(|_, _, member| member.join());
        diary.says("registered AMF amf-1").await;
        diary.says("found UDM 1").await;
        diary.says("call 1: 200").await;
        diary.says("call 2: 200").await;
        assert_eq!(diary.count("token"), 1, "one token for both");
        diary.says("heartbeat udm-1").await;
        diary.says("heartbeat amf-1").await;

        let (tell, told) = oneshot::channel();
        producer.with(|_, _, member| member.leave(tell));
        tokio::time::timeout(PATIENCE, told).await.unwrap().unwrap();
        assert_eq!(diary.count("deregistered udm-1"), 1);
        assert_eq!(diary.count("deregistered amf-1"), 0);
    });
}

#[test]
fn a_producer_lets_nobody_in_with_a_wrong_token() {
    run(async {
        let (diary, signer) = (Rc::new(Diary::default()), Rc::new(Signer::new()));
        let nrf = start_nrf(&diary, Rc::clone(&signer));
        let (_producer, address) = start_producer(&diary, nrf, &signer.pem());
        let wall = Clock::start().moment().wall.as_secs();
        let good = || Some(signer.token("UDM", "nudm-sdm", wall + 60));
        let station = Station::start(None);
        let cases = [
            ("no token", None, 401, "Bearer scope=\"nudm-sdm\""),
            (
                "expired",
                Some(signer.token("UDM", "nudm-sdm", wall - 60)),
                401,
                "Bearer error=\"invalid_token\"",
            ),
            (
                "other audience",
                Some(signer.token("AUSF", "nudm-sdm", wall + 60)),
                401,
                "Bearer error=\"invalid_token\"",
            ),
            (
                "another's signature",
                Some(Signer::new().token("UDM", "nudm-sdm", wall + 60)),
                401,
                "Bearer error=\"invalid_token\"",
            ),
            (
                "other scope",
                Some(signer.token("UDM", "nudm-ueau", wall + 60)),
                403,
                "Bearer error=\"insufficient_scope\", scope=\"nudm-sdm\"",
            ),
            ("good", good(), 200, ""),
        ];
        for (id, (what, token, status, authenticate)) in cases.into_iter().enumerate() {
            let id = id as u64;
            let request = Request {
                token,
                ..post("/nudm-sdm/v2/x", "{}")
            };
            station.call([call(id, address, request)]);
            let response = station.heard.outcome(id).await.unwrap();
            assert_eq!(response.status, status, "{what}");
            let header = response.header("www-authenticate").unwrap_or_default();
            assert_eq!(header, authenticate, "{what}");
        }
        assert_eq!(diary.count("served /nudm-sdm/v2/x"), 1, "the good one alone");
        // An answer to a subscription of its own needs none.
        station.call([call(100, address, post("/callback/1", "{}"))]);
        assert_eq!(station.heard.outcome(100).await.unwrap().status, 200);
    });
}
