//! A UDM with its store, and requests as others write them.

use quintet_crypto::fgs::ServingNetworkName;
use quintet_identity::{Imsi, SNssai};
use quintet_sbi::nudm::ueau::{
    AuthenticationInfoRequest, AuthenticationInfoResult, ResynchronizationInfo, generate_auth_data,
};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{CallFailure, CallId, Hex, Output, Request, RequestId, Response, Target};
use quintet_store::contract::fixture;
use quintet_store::faulty::{Dice, FaultyStore};
use quintet_store::{Command, MemoryStore, PutMode, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::{AuthenticationMethod, SqnProfile, Subscriber};
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig, UdmEvent};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// IND of 5GS from slot 1: the domain of EPS and 5GS, and the slot.
pub(crate) const IND: u64 = 2 << 3 | 1;

pub(crate) const SNN: &str = "5G:mnc001.mcc001.3gppnetwork.org";

/// Where the clocks begin.
pub(crate) const WALL: Duration = Duration::from_secs(1_795_000_000);

/// MILENAGE subscriber `n` (not one of TUAK or XOR) with this method.
pub(crate) fn subscriber(n: u64, method: AuthenticationMethod) -> Subscriber {
    let mut one = fixture::subscriber(5 * 7 * 11 * n + 1);
    one.imsi = fixture::imsi(n);
    one.authentication.sqn_profile = SqnProfile::TIME_BASED;
    let mut subscription = fixture::subscription(1_000_000);
    subscription.fgs.authentication_method = method;
    one.subscription = Arc::new(subscription);
    one
}

pub(crate) fn supi(imsi: Imsi) -> String {
    format!("imsi-{imsi}")
}

pub(crate) fn slice(text: &str) -> SNssai {
    text.parse().unwrap()
}

/// See the module.
pub(crate) struct Home {
    pub(crate) udm: Udm,
    pub(crate) store: FaultyStore<MemoryStore>,
    pub(crate) now: Duration,
    requests: u64,
    pub(crate) answers: HashMap<RequestId, Response>,
    /// Calls of the UDM that nobody answered yet.
    pub(crate) calls: Vec<(CallId, Target, Request)>,
    pub(crate) events: Vec<UdmEvent>,
}

pub(crate) fn config() -> UdmConfig {
    UdmConfig::new(vec!["00101".parse().unwrap()])
}

impl Home {
    /// With these subscribers; the slot is taken over, all are in memory.
    pub(crate) fn new(subscribers: Vec<Subscriber>) -> Self {
        let mut home = Self::with(config(), HomeNetworkKeys::new(), subscribers);
        home.udm.start();
        home.pump();
        home
    }

    /// Not started.
    pub(crate) fn with(config: UdmConfig, keys: HomeNetworkKeys, subscribers: Vec<Subscriber>) -> Self {
        let mut store = MemoryStore::new();
        let mode = PutMode::Insert;
        store.execute(Command::Put { subscribers, mode }).unwrap();
        let mut dice = Dice::new(7);
        let entropy = move |out: &mut [u8]| out.fill_with(|| dice.roll() as u8);
        let mut udm = Udm::new(config, keys, ChallengeKey::new(&[7; 16]), Box::new(entropy));
        udm.listen(true);
        Self {
            udm,
            store: FaultyStore::new(store),
            now: Duration::ZERO,
            requests: 0,
            answers: HashMap::new(),
            calls: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn wall(&self) -> WallClock {
        WallClock(WALL + self.now)
    }

    /// Works until nothing moves.
    pub(crate) fn pump(&mut self) {
        loop {
            let mut idle = true;
            while let Some((ticket, command)) = self.udm.poll_store() {
                self.store.submit(ticket, command);
            }
            while let Some((ticket, reply)) = self.store.poll() {
                idle = false;
                self.udm.handle_store(self.now, self.wall(), ticket, reply);
            }
            while let Some(output) = self.udm.poll_sbi() {
                match output {
                    Output::Respond { id, response } => {
                        assert!(self.answers.insert(id, response).is_none(), "{id:?} twice");
                    }
                    Output::Call {
                        id, target, request, ..
                    } => self.calls.push((id, target, request)),
                }
            }
            while let Some(event) = self.udm.poll_event() {
                self.events.push(event);
            }
            if idle {
                break;
            }
        }
    }

    /// Lets time pass, waking the UDM when it wants to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.udm.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.udm.handle_timeout(self.now, self.wall());
            self.pump();
        }
        self.now = end;
    }

    /// Sends a request; the answer comes when it comes.
    pub(crate) fn send(&mut self, request: &Request) -> RequestId {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.udm.handle_request(self.now, self.wall(), id, request);
        self.pump();
        id
    }

    /// Sends a request that is answered at once.
    pub(crate) fn ask(&mut self, request: &Request) -> Response {
        let id = self.send(request);
        self.answers.remove(&id).expect("an answer at once")
    }

    /// The only call, answered.
    pub(crate) fn answer_call(&mut self, outcome: Result<Response, CallFailure>) -> (Target, Request) {
        assert_eq!(self.calls.len(), 1);
        let (id, target, request) = self.calls.remove(0);
        self.udm.handle_response(self.now, id, outcome);
        self.pump();
        (target, request)
    }

    /// A vector for this identity.
    pub(crate) fn vector(&mut self, who: &str) -> AuthenticationInfoResult {
        self.ask(&authenticate(who, SNN, None)).read().unwrap()
    }
}

pub(crate) fn authenticate(who: &str, name: &str, token: Option<([u8; 16], [u8; 14])>) -> Request {
    let request = AuthenticationInfoRequest {
        supported_features: None,
        serving_network_name: name.to_owned(),
        resynchronization_info: token.map(|(rand, auts)| ResynchronizationInfo {
            rand: Hex(rand),
            auts: Hex(auts),
        }),
        ausf_instance_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        cell_cag_info: Vec::new(),
        n5gc_ind: false,
        nswo_ind: false,
        disaster_roaming_ind: false,
        aun3_ind: false,
    };
    generate_auth_data(who, &request)
}

/// Status and cause of a refusal.
pub(crate) fn refusal(response: &Response) -> (u16, String) {
    let problem = ProblemDetails::from_response(response);
    (response.status, problem.cause.unwrap_or_default())
}

pub(crate) fn name() -> ServingNetworkName {
    SNN.parse().unwrap()
}
