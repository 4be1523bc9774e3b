//! An AUSF, the UDM it asks with its store, and what a SEAF sends.

use quintet_ausf::{Ausf, AusfConfig, AusfEvent, EntropySource};
use quintet_crypto::fgs::ServingNetworkName;
use quintet_identity::Imsi;
use quintet_sbi::nausf::{
    self, AuthenticationInfo, ConfirmationData, ConfirmationDataResponse, UEAuthenticationCtx,
};
use quintet_sbi::nudm::ueau::ResynchronizationInfo;
use quintet_sbi::path::split_uri;
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{CallFailure, CallId, Hex, Output, Request, RequestId, Response, SecretHex, Target};
use quintet_store::contract::fixture;
use quintet_store::faulty::Dice;
use quintet_store::{Command, MemoryStore, PutMode, Reply, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::{AuthenticationMethod, ContextData, SqnProfile, Subscriber};
use quintet_subscriber::usim::Usim;
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// IND of 5GS from slot 1: the domain of EPS and 5GS, and the slot.
pub(crate) const IND: u64 = 2 << 3 | 1;

pub(crate) const SNN: &str = "5G:mnc001.mcc001.3gppnetwork.org";
pub(crate) const SUPI: &str = "imsi-001010000000001";
pub(crate) const SUCI: &str = "suci-0-001-01-0000-0-0-0000000001";
const WALL: Duration = Duration::from_secs(1_795_000_000);

pub(crate) fn subscriber(method: AuthenticationMethod) -> Subscriber {
    let mut one = fixture::subscriber(1);
    one.authentication.sqn_profile = SqnProfile::TIME_BASED;
    let mut subscription = fixture::subscription(1_000_000);
    subscription.fgs.authentication_method = method;
    one.subscription = Arc::new(subscription);
    one
}

pub(crate) fn target(authority: &str) -> Target {
    Target {
        tls: false,
        authority: authority.to_owned(),
    }
}

pub(crate) fn config() -> AusfConfig {
    let id = "00000000-0000-4000-8000-00000000000a".to_owned();
    AusfConfig::new(id, target("127.0.0.9:7777"), Some(target("127.0.0.12:7777")))
}

fn entropy(seed: u64) -> EntropySource {
    let mut dice = Dice::new(seed);
    Box::new(move |out: &mut [u8]| out.fill_with(|| dice.roll() as u8))
}

/// See the module.
pub(crate) struct Core {
    pub(crate) ausf: Ausf,
    udm: Udm,
    store: MemoryStore,
    pub(crate) usim: Usim,
    pub(crate) now: Duration,
    requests: u64,
    pub(crate) answers: HashMap<RequestId, Response>,
    /// Whether calls go to the UDM, or are kept in `calls`.
    pub(crate) connected: bool,
    pub(crate) calls: VecDeque<(CallId, Request)>,
    udm_answers: HashMap<RequestId, CallId>,
    pub(crate) events: Vec<AusfEvent>,
}

impl Core {
    pub(crate) fn new(method: AuthenticationMethod) -> Self {
        Self::with(config(), method)
    }

    pub(crate) fn with(config: AusfConfig, method: AuthenticationMethod) -> Self {
        let one = subscriber(method);
        let usim = Usim::new(&one.authentication).unwrap();
        let mut store = MemoryStore::new();
        let put = Command::Put {
            subscribers: vec![one],
            mode: PutMode::Insert,
        };
        store.execute(put).unwrap();
        let home = UdmConfig::new(vec!["00101".parse().unwrap()]);
        let mut udm = Udm::new(
            home,
            HomeNetworkKeys::new(),
            ChallengeKey::new(&[7; 16]),
            entropy(1),
        );
        udm.start();
        let mut ausf = Ausf::new(config, entropy(2));
        ausf.listen(true);
        let mut core = Self {
            ausf,
            udm,
            store,
            usim,
            now: Duration::ZERO,
            requests: 0,
            answers: HashMap::new(),
            connected: true,
            calls: VecDeque::new(),
            udm_answers: HashMap::new(),
            events: Vec::new(),
        };
        core.pump();
        core
    }

    /// Of another home network, with everybody a capture may name: the first 10,000 subscribers.
    pub(crate) fn of_home(home: &str) -> Self {
        let mut core = Self::new(AuthenticationMethod::FgAka);
        let of = |n: u64, digits: usize| Subscriber {
            imsi: format!("{home}{n:0width$}", width = digits - home.len())
                .parse()
                .unwrap(),
            ..subscriber(AuthenticationMethod::FgAka)
        };
        // IMSIs of fewer digits are allowed, and free5GC's examples have them.
        let subscribers = (0..10_000).flat_map(|n| [of(n, 15), of(n, 13)]).collect();
        let put = Command::Put {
            subscribers,
            mode: PutMode::Upsert,
        };
        core.store.execute(put).unwrap();
        let config = UdmConfig::new(vec![home.parse().unwrap()]);
        core.udm = Udm::new(
            config,
            HomeNetworkKeys::new(),
            ChallengeKey::new(&[7; 16]),
            entropy(1),
        );
        core.udm.start();
        core.pump();
        core
    }

    /// Asks the UDM itself.
    pub(crate) fn ask_udm(&mut self, request: &Request) -> Response {
        let wall = WallClock(self.wall());
        self.udm.handle_request(self.now, wall, RequestId(0), request);
        while self.work_store() {}
        match self.udm.poll_sbi() {
            Some(Output::Respond { response, .. }) => response,
            other => panic!("{other:?}"),
        }
    }

    /// Hands commands to the store and replies back. Whether there were any.
    fn work_store(&mut self) -> bool {
        let mut worked = false;
        while let Some((ticket, command)) = self.udm.poll_store() {
            self.store.submit(ticket, command);
        }
        while let Some((ticket, reply)) = self.store.poll() {
            worked = true;
            let wall = WallClock(self.wall());
            self.udm.handle_store(self.now, wall, ticket, reply);
        }
        worked
    }

    fn wall(&self) -> Duration {
        WALL + self.now
    }

    /// Works until nothing moves.
    pub(crate) fn pump(&mut self) {
        loop {
            let mut idle = true;
            while let Some(output) = self.ausf.poll_sbi() {
                idle = false;
                match output {
                    Output::Respond { id, response } => {
                        assert!(self.answers.insert(id, response).is_none(), "{id:?} twice");
                    }
                    Output::Call { id, request, .. } if self.connected => {
                        self.requests += 1;
                        let inner = RequestId(self.requests);
                        self.udm_answers.insert(inner, id);
                        let wall = WallClock(self.wall());
                        self.udm.handle_request(self.now, wall, inner, &request);
                    }
                    Output::Call { id, request, .. } => self.calls.push_back((id, request)),
                }
            }
            idle &= !self.work_store();
            while let Some(output) = self.udm.poll_sbi() {
                idle = false;
                if let Output::Respond { id, response } = output {
                    let call = self.udm_answers.remove(&id).unwrap();
                    self.ausf
                        .handle_response(self.now, self.wall(), call, Ok(response));
                }
            }
            while let Some(event) = self.ausf.poll_event() {
                self.events.push(event);
            }
            if idle {
                break;
            }
        }
    }

    /// Lets time pass, waking the AUSF when it wants to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.ausf.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.ausf.handle_timeout(self.now);
            self.pump();
        }
        self.now = end;
    }

    pub(crate) fn send(&mut self, request: &Request) -> RequestId {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.ausf.handle_request(self.now, self.wall(), id, request);
        self.pump();
        id
    }

    /// Sends a request that is answered at once.
    pub(crate) fn ask(&mut self, request: &Request) -> Response {
        let id = self.send(request);
        self.answers.remove(&id).expect("an answer at once")
    }

    /// Answers the oldest call that is kept.
    pub(crate) fn answer_call(&mut self, outcome: Result<Response, CallFailure>) -> Request {
        let (id, request) = self.calls.pop_front().expect("a call");
        self.ausf.handle_response(self.now, self.wall(), id, outcome);
        self.pump();
        request
    }

    /// Begins an authentication.
    pub(crate) fn begin(&mut self, who: &str) -> UEAuthenticationCtx {
        let response = self.ask(&authenticate(who, SNN, None));
        assert_eq!(response.status, 201);
        assert!(
            response
                .location
                .as_ref()
                .unwrap()
                .starts_with("http://127.0.0.9:7777/nausf-auth/v1/")
        );
        response.read().unwrap()
    }

    /// Confirms 5G AKA at the link of a context.
    pub(crate) fn confirm(&mut self, path: &str, res_star: Option<[u8; 16]>) -> ConfirmationDataResponse {
        self.ask(&confirmation(path, res_star)).read().unwrap()
    }

    /// What the UDM's store has of the subscriber.
    pub(crate) fn context_data(&mut self) -> ContextData {
        let imsi: Imsi = fixture::imsi(1);
        match self.store.execute(Command::LoadContextData { imsi }) {
            Ok(Reply::ContextData(data)) => data.map(|data| *data).unwrap_or_default(),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn authenticate(who: &str, name: &str, token: Option<([u8; 16], [u8; 14])>) -> Request {
    nausf::authenticate(&AuthenticationInfo {
        supi_or_suci: who.to_owned(),
        serving_network_name: name.to_owned(),
        resynchronization_info: token.map(|(rand, auts)| ResynchronizationInfo {
            rand: Hex(rand),
            auts: Hex(auts),
        }),
        pei: None,
        udm_group_id: None,
        routing_indicator: None,
        cell_cag_info: Vec::new(),
        n5gc_ind: false,
        supported_features: None,
        nswo_ind: false,
        disaster_roaming_ind: false,
        onboarding_ind: false,
        aun3_ind: false,
    })
}

pub(crate) fn confirmation(path: &str, res_star: Option<[u8; 16]>) -> Request {
    let data = ConfirmationData {
        res_star: res_star.map(SecretHex::new),
        supported_features: None,
    };
    nausf::confirm_5g_aka(path, &data)
}

/// The path of the only link.
pub(crate) fn link(ctx: &UEAuthenticationCtx) -> String {
    let (_, links) = ctx.links.first_key_value().unwrap();
    split_uri(links.href().unwrap()).unwrap().1
}

/// Status and cause of a refusal.
pub(crate) fn refusal(response: &Response) -> (u16, String) {
    let problem = ProblemDetails::from_response(response);
    (response.status, problem.cause.unwrap_or_default())
}

pub(crate) fn name() -> ServingNetworkName {
    SNN.parse().unwrap()
}
