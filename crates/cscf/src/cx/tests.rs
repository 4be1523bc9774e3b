//! A CSCF, an SLF and two HSSs in one network on virtual time.

use super::*;
use quintet_cx::{
    DeregistrationReason, ExperimentalResult, Lia, Lir, Ppa, Ppr, ReasonCode, Rta, Rtr, Uaa, Uar, UarFlags,
    UserAuthorizationType, answer,
};
use quintet_diameter::node::{NodeConfig, UnknownPeers};
use quintet_diameter::testing::{Application as Host, Network, address};
use quintet_diameter::{ConnectionId, Event, PeerConfig};

const REALM: &str = "ims.example.net";
const HSS: &str = "hss.example.net";

/// What a host plays.
enum Role {
    Cscf {
        client: CxClient<u32>,
        done: Vec<Answered<u32>>,
        served: Vec<FromHss>,
    },
    /// Answers UAR and LIR, or nothing at all.
    Hss { silent: bool, asked: Vec<Request> },
    /// Sends everybody to an HSS.
    Slf { redirect_to: &'static str },
}

impl Host for Role {
    fn request(&mut self, node: &mut Node, _: Duration, connection: ConnectionId, request: Message<'_>) {
        match self {
            Self::Cscf { served, .. } => {
                let Some(asked) = read_served(node, connection, &request) else {
                    return;
                };
                let reply = match &asked {
                    FromHss::RegistrationTermination(_) => {
                        Answer::RegistrationTermination(Rta::new(Outcome::SUCCESS))
                    }
                    FromHss::PushProfile(_) => {
                        Answer::PushProfile(Ppa::new(ExperimentalResult::ERROR_TOO_MUCH_DATA))
                    }
                };
                served.push(asked);
                answer(node, connection, &request, &reply);
            }
            Self::Hss { silent, asked } => {
                let read = Request::read(&request).unwrap();
                asked.push(read.clone());
                if *silent {
                    return;
                }
                let reply = match read {
                    Request::UserAuthorization(_) => {
                        Answer::UserAuthorization(Uaa::new(ExperimentalResult::FIRST_REGISTRATION))
                    }
                    Request::LocationInfo(_) => {
                        Answer::LocationInfo(Lia::new(ExperimentalResult::ERROR_USER_UNKNOWN))
                    }
                    other => panic!("{other:?}"),
                };
                answer(node, connection, &request, &reply);
            }
            Self::Slf { redirect_to } => {
                let mut writer = node
                    .answer(connection, &request, ResultCode::REDIRECT_INDICATION)
                    .unwrap();
                writer.text(avp::REDIRECT_HOST, redirect_to);
                writer.finish();
            }
        }
    }

    fn answer(&mut self, node: &mut Node, now: Duration, handle: RequestHandle, message: Message<'_>) {
        if let Self::Cscf { client, done, .. } = self {
            done.extend(client.answered(now, node, handle, &message));
        }
    }

    fn event(&mut self, _: &mut Node, _: Duration, event: &Event) {
        if let (Self::Cscf { client, done, .. }, Event::RequestFailed { handle, reason }) = (self, event) {
            done.extend(client.failed(*handle, *reason));
        }
    }
}

fn node(identity: &str, peers: &[(&str, u8)], seed: u64) -> Node {
    let mut config = NodeConfig::new(identity, REALM, address(9).ip());
    config.applications.push(APPLICATION);
    config.unknown_peers = UnknownPeers::Accept;
    for (peer, number) in peers {
        config.peers.push(PeerConfig {
            identity: (*peer).to_owned(),
            realm: Some(REALM.to_owned()),
            address: Some(address(*number)),
            connect: true,
            ..PeerConfig::default()
        });
    }
    Node::new(config, seed).unwrap()
}

/// Host 0 is the CSCF; host 1 the SLF or the only HSS; host 2 the HSS that an SLF names.
fn network(first: Role, outstanding: usize) -> Network<Role> {
    let mut config = CxConfig::new(REALM);
    config.outstanding = outstanding;
    let slf = matches!(first, Role::Slf { .. });
    config.hss_host = Some(if slf { "slf.example.net" } else { HSS }.to_owned());
    let cscf = Role::Cscf {
        client: CxClient::new(config),
        done: Vec::new(),
        served: Vec::new(),
    };
    let mut network = Network::new(7);
    let peers: &[_] = if slf {
        &[("slf.example.net", 2), (HSS, 3)]
    } else {
        &[(HSS, 2)]
    };
    network.add(node("cscf.example.net", peers, 1), cscf, address(1));
    network.add(
        node(if slf { "slf.example.net" } else { HSS }, &[], 2),
        first,
        address(2),
    );
    if slf {
        let asked = Vec::new();
        let hss = Role::Hss { silent: false, asked };
        network.add(node(HSS, &[], 3), hss, address(3));
    }
    network.run_for(Duration::from_secs(1));
    network
}

fn hss(silent: bool) -> Role {
    Role::Hss {
        silent,
        asked: Vec::new(),
    }
}

fn uar() -> Request {
    Request::UserAuthorization(Uar {
        user_name: "alice@example.net".into(),
        public_identity: "sip:alice@example.net".into(),
        visited_network: "example.net".into(),
        authorization_type: UserAuthorizationType::REGISTRATION,
        flags: UarFlags::default(),
        features: Vec::new(),
    })
}

fn send(network: &mut Network<Role>, host: Option<&str>, id: u32, request: Request) -> Result<(), CxFailure> {
    let now = network.now;
    let cscf = &mut network.hosts[0];
    let Role::Cscf { client, .. } = &mut cscf.application else {
        panic!("host 0 is the CSCF")
    };
    client
        .send(now, &mut cscf.node, host, id, request)
        .map_err(|(back, failure)| {
            assert_eq!(back, id);
            failure
        })
}

fn done(network: &mut Network<Role>) -> (Vec<Answered<u32>>, usize) {
    let Role::Cscf { client, done, .. } = &mut network.hosts[0].application else {
        panic!("host 0 is the CSCF")
    };
    (std::mem::take(done), client.outstanding())
}

#[test]
fn answers_come_back_to_whoever_asked() {
    let mut network = network(hss(false), 16);
    send(&mut network, None, 7, uar()).unwrap();
    let lir = Lir {
        public_identity: "sip:bob@example.net".into(),
        ..Lir::default()
    };
    send(&mut network, Some(HSS), 8, Request::LocationInfo(lir)).unwrap();
    network.run_for(Duration::from_secs(1));
    let (mut done, outstanding) = done(&mut network);
    done.sort_by_key(|answered| answered.id);
    assert_eq!((done.len(), outstanding), (2, 0));
    assert_eq!(done[0].hss.as_deref(), Some(HSS));
    let outcome = |answered: &Answered<u32>| answered.result.as_ref().unwrap().outcome();
    assert_eq!(
        (done[0].id, outcome(&done[0])),
        (7, ExperimentalResult::FIRST_REGISTRATION.into())
    );
    assert_eq!(
        (done[1].id, outcome(&done[1])),
        (8, ExperimentalResult::ERROR_USER_UNKNOWN.into())
    );
}

#[test]
fn silence_ends_after_the_time_given() {
    let mut network = network(hss(true), 16);
    send(&mut network, None, 1, uar()).unwrap();
    network.run_for(Duration::from_millis(4900));
    assert_eq!(done(&mut network).0.len(), 0);
    network.run_for(Duration::from_millis(200));
    let (done, outstanding) = done(&mut network);
    assert_eq!(outstanding, 0);
    assert_eq!(done[0].result.as_ref().unwrap_err(), &CxFailure::Timeout);
}

#[test]
fn a_lost_connection_and_none_at_all() {
    let mut network = network(hss(true), 16);
    send(&mut network, None, 1, uar()).unwrap();
    network.run_for(Duration::from_millis(100));
    network.hosts[1].listening = false;
    let link = network.between(0, 1).unwrap();
    network.lose(link);
    network.run_for(Duration::from_millis(100));
    let (done, _) = done(&mut network);
    assert_eq!(done[0].result.as_ref().unwrap_err(), &CxFailure::ConnectionLost);
    let failure = send(&mut network, None, 2, uar()).unwrap_err();
    assert_eq!(failure, CxFailure::Route(RouteError::NotConnected));
}

#[test]
fn no_more_than_the_limit() {
    let mut network = network(hss(true), 2);
    send(&mut network, None, 1, uar()).unwrap();
    send(&mut network, None, 2, uar()).unwrap();
    assert_eq!(send(&mut network, None, 3, uar()).unwrap_err(), CxFailure::Busy);
    network.run_for(Duration::from_secs(6));
    assert_eq!(done(&mut network).0.len(), 2);
    send(&mut network, None, 4, uar()).unwrap();
}

#[test]
fn an_slf_sends_to_the_hss() {
    let redirect_to = "aaa://hss.example.net:3868;transport=tcp";
    let mut network = network(Role::Slf { redirect_to }, 16);
    send(&mut network, None, 1, uar()).unwrap();
    network.run_for(Duration::from_secs(1));
    let (done, outstanding) = done(&mut network);
    assert_eq!((done.len(), outstanding), (1, 0));
    assert!(done[0].result.is_ok());
    assert_eq!(done[0].hss.as_deref(), Some(HSS));
}

/// An SLF that names itself does not keep a CSCF busy for ever.
#[test]
fn redirections_end() {
    let redirect_to = "aaa://slf.example.net";
    let mut network = network(Role::Slf { redirect_to }, 16);
    send(&mut network, None, 1, uar()).unwrap();
    network.run_for(Duration::from_secs(2));
    let (done, outstanding) = done(&mut network);
    assert_eq!((done.len(), outstanding), (1, 0));
    let failure = CxFailure::Protocol(ResultCode::REDIRECT_INDICATION);
    assert_eq!(done[0].result.as_ref().unwrap_err(), &failure);
}

/// What the HSS pushes is read, answered, and what is no S-CSCF's refused.
#[test]
fn requests_of_the_hss() {
    let mut network = network(hss(false), 16);
    let rtr = Rtr {
        user_name: "alice@example.net".into(),
        associated_identities: Vec::new(),
        public_identities: vec!["sip:alice@example.net".into()],
        reason: DeregistrationReason {
            code: ReasonCode::SERVER_CHANGE,
            info: Some("come again".into()),
        },
        flags: quintet_cx::RtrFlags::default(),
        features: Vec::new(),
    };
    let pushes = [
        Request::RegistrationTermination(rtr.clone()),
        Request::PushProfile(Box::new(Ppr::new("alice@example.net"))),
        uar(),
    ];
    let now = network.now;
    let node = &mut network.hosts[1].node;
    for push in &pushes {
        let mut session = String::new();
        node.next_session_id(&mut session);
        let to = Destination {
            host: Some("cscf.example.net"),
            realm: REALM,
        };
        let build = |w: &mut MessageWriter<'_>| {
            write_session(w, &session);
            push.write(w);
        };
        node.request(now, to, quintet_cx::CX, push.command(), build, None)
            .unwrap();
    }
    network.run_for(Duration::from_secs(1));
    let Role::Cscf { served, .. } = &network.hosts[0].application else {
        panic!()
    };
    assert_eq!(served[0], FromHss::RegistrationTermination(rtr));
    assert_eq!(
        served[1],
        FromHss::PushProfile(Box::new(Ppr::new("alice@example.net")))
    );
    assert_eq!(served.len(), 2);
    let counters = network.hosts[0].node.counters();
    for (code, result) in [(304, 2001), (305, 5008), (300, 3001)] {
        let key = quintet_diameter::node::CommandKey {
            direction: quintet_diameter::node::Direction::Sent,
            request: false,
            application_id: quintet_cx::CX,
            code,
            result,
        };
        assert_eq!(counters.command(key), 1, "{code} {result}");
    }
}
