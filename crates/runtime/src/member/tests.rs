//! Profiles as they are registered, and outcomes of calls that are never made.

use super::*;
use crate::Clock;
use quintet_diameter::node::NodeConfig;
use quintet_sbi::Method;
use std::collections::VecDeque;
use std::net::Ipv4Addr;

const API: Api = Api {
    nf_type: "UDM",
    name: "nudm-sdm",
    version: "v2",
};

fn at_address(tls: bool, authority: &str, oauth2: bool) -> NFProfile {
    let own = Target {
        tls,
        authority: authority.to_owned(),
    };
    complete(NFProfile::default(), "UDM", &[API], &own, oauth2)
}

#[test]
fn whoever_reads_a_profile_calls_where_the_node_listens() {
    for (tls, authority) in [
        (false, "10.0.0.5:7777"),
        (false, "[2001:db8::5]:7777"),
        (true, "udm.example.org:443"),
    ] {
        let profile = at_address(tls, authority, false);
        let service = profile.services("nudm-sdm").next().expect("offered");
        assert_eq!(service.versions[0].api_version_in_uri, "v2");
        assert_eq!(service.versions[0].api_full_version, "2.0.0");
        assert_eq!(service.oauth2_required, None);
        let target = profile.target(service).expect("an address");
        assert_eq!((target.tls, target.authority.as_str()), (tls, authority));
    }
    let profile = at_address(false, "10.0.0.5:7777", true);
    assert_eq!(profile.nf_services[0].oauth2_required, Some(true));
}

/// Calls once, and once more when that fails.
#[derive(Default)]
struct Caller {
    outputs: VecDeque<Output>,
    failures: Vec<(CallId, CallFailure)>,
}

impl Caller {
    fn call(&mut self, id: u64) {
        self.outputs.push_back(Output::Call {
            id: CallId(id),
            target: Target {
                tls: false,
                authority: "udm:80".to_owned(),
            },
            request: Request::new(Method::Get, "/nudm-sdm/v2/x"),
            timeout: Duration::from_secs(1),
        });
    }
}

impl Application for Caller {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}
    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}
    fn pump(&mut self, _: Moment, _: &mut Node) {}
    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
    fn timeout(&mut self, _: Moment, _: &mut Node) {}
    fn sbi_response(&mut self, _: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        self.failures.extend(outcome.err().map(|failure| (id, failure)));
        if id.0 == 1 {
            self.call(2);
        }
    }
    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

impl NetworkFunction for Caller {
    const NF_TYPE: &'static str = "AMF";
    const OFFERED: &'static [Api] = &[];
    const CALLBACKS: &'static [&'static str] = &[];
    const CONSUMED: &'static [Api] = &[API];
    const SOUGHT: &'static [Api] = &[API];
    fn found(&mut self, _: &str, _: Vec<Target>) {}
}

#[test]
fn a_call_that_gets_no_token_fails_in_the_same_turn_and_so_does_the_next() {
    let mut node = Node::new(NodeConfig::new("a.x", "x", Ipv4Addr::LOCALHOST.into()), 1).expect("a node");
    let mut member = SbiMember::new(
        Caller::default(),
        MemberConfig {
            nrf: Some(Target {
                tls: false,
                authority: "nrf:80".to_owned(),
            }),
            profile: NFProfile::default(),
            own: Target {
                tls: false,
                authority: "127.0.0.1:80".to_owned(),
            },
            verifier: Some(TokenVerifier::new("AMF", "amf-1", Vec::new())),
            configured: vec!["UDM"],
        },
    );
    let at = Clock::start().moment();
    member.inner().call(1);
    member.pump(at, &mut node);
    let Some(Output::Call { id, request, .. }) = member.poll_sbi() else {
        panic!("a call at the NRF");
    };
    assert_eq!(
        (request.path.as_str(), member.poll_sbi()),
        ("/oauth2/token", None)
    );
    member.sbi_response(at, &mut node, id, Ok(Response::new(400)));
    member.pump(at, &mut node);
    let failed: Vec<u64> = member.inner.failures.iter().map(|(id, _)| id.0).collect();
    assert_eq!(failed, [1, 2]);
    assert_eq!(member.poll_sbi(), None, "the NRF is not asked again at once");
}
