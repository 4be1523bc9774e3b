//! A node as a member of a service based domain: an application around the node's, which checks tokens, keeps the NRF
//! informed and finds whom the node calls (TS 29.500 6.7, TS 29.510), without the node knowing.

mod functions;

use crate::sctp::{SctpCommand, SctpConnectError};
use crate::{Application, Measured, Moment};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sbi::nrf::{Agent, AgentConfig, AgentEvent, NFProfile, NFService, NFServiceVersion, Service};
use quintet_sbi::nrf::{IpEndPoint, NrfConfig};
use quintet_sbi::oauth2::TokenVerifier;
use quintet_sbi::{CallFailure, CallId, Output, Request, RequestId, Response, Target};
use quintet_sctp::AssociationId;
use quintet_telemetry::Collection;
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::oneshot;

/// A service that a network function offers or calls.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// Type of the NF that offers it: `UDM`.
    pub nf_type: &'static str,
    /// Its name: `nudm-sdm`.
    pub name: &'static str,
    /// Its version in paths: `v2`.
    pub version: &'static str,
}

/// What a domain must know of a network function.
pub trait NetworkFunction: Application {
    /// Its type (TS 29.510 6.1.6.3.3): `AMF`.
    const NF_TYPE: &'static str;
    /// The services that it offers.
    const OFFERED: &'static [Api];
    /// First segments of the paths where it is called back.
    const CALLBACKS: &'static [&'static str];
    /// The services that it calls.
    const CONSUMED: &'static [Api];
    /// The one of them, for each type of NF, by which such an NF is found.
    const SOUGHT: &'static [Api];

    /// NFs of a type of [`NetworkFunction::SOUGHT`] were found, the preferred first.
    fn found(&mut self, nf_type: &str, targets: Vec<Target>);
}

/// How a node takes part.
pub struct MemberConfig {
    /// The NRF; without one nothing is registered, found or fetched.
    pub nrf: Option<Target>,
    /// What is registered besides what follows from the kind of node: `nf_instance_id`, networks, slices, `amf_info`.
    pub profile: NFProfile,
    /// Where others reach the node.
    pub own: Target,
    /// Checks the tokens of requests, and has calls carry some; without it neither, unless a producer found asks for them.
    pub verifier: Option<TokenVerifier>,
    /// Types of NF whose address is configured: they are not looked for.
    pub configured: Vec<&'static str>,
}

/// An application with its agent.
pub struct SbiMember<A> {
    inner: A,
    agent: Agent,
    leaving: Option<oneshot::Sender<()>>,
}

impl<A: NetworkFunction> SbiMember<A> {
    /// A node that has not joined yet: [`SbiMember::join`]. Tokens are checked at once.
    #[must_use]
    pub fn new(inner: A, config: MemberConfig) -> Self {
        let services = |apis: &[Api]| -> Vec<Service> {
            let of = |api: &Api| Service {
                nf_type: api.nf_type.to_owned(),
                name: api.name.to_owned(),
            };
            apis.iter().map(of).collect()
        };
        let oauth2 = config.verifier.is_some();
        let mut sought = services(A::SOUGHT);
        sought.retain(|service| !config.configured.contains(&service.nf_type.as_str()));
        let nrf = config.nrf.map(|target| NrfConfig {
            target,
            profile: complete(config.profile, A::NF_TYPE, A::OFFERED, &config.own, oauth2),
            always_tokens: oauth2,
        });
        let agent = Agent::new(AgentConfig {
            nrf,
            verifier: config.verifier,
            callbacks: A::CALLBACKS,
            consumed: services(A::CONSUMED),
            sought,
        });
        Self {
            inner,
            agent,
            leaving: None,
        }
    }

    /// Registers and looks for others: once the node listens.
    pub fn join(&mut self) {
        self.agent.start();
    }

    /// Ends the registration, so that nobody finds the node any more. `left` is told when the NRF has answered, or is
    /// dropped.
    pub fn leave(&mut self, left: oneshot::Sender<()>) {
        self.leaving = Some(left);
        self.agent.stop();
    }

    /// The node's application, to look at.
    #[must_use]
    pub fn view(&self) -> &A {
        &self.inner
    }

    /// The node's application.
    pub fn inner(&mut self) -> &mut A {
        &mut self.inner
    }

    fn report(&mut self) {
        while let Some(event) = self.agent.poll_event() {
            let nf = A::NF_TYPE;
            match event {
                AgentEvent::Registered => tracing::info!(nf, "registered at the NRF"),
                AgentEvent::NotRegistered(why) => tracing::warn!(
                    nf,
                    why,
                    "not registered at the NRF, tried again: is sbi.nrf right, and does it run?"
                ),
                AgentEvent::Left => {
                    if let Some(left) = self.leaving.take() {
                        // Nobody waits any more when it took too long.
                        let _ = left.send(());
                    }
                }
                AgentEvent::Found(service, targets) => {
                    let first = targets.first().map_or("none", |target| &target.authority);
                    tracing::info!(nf, service = service.name, count = targets.len(), first, "found");
                    self.inner.found(&service.nf_type, targets);
                }
                AgentEvent::NotFound(service, why) => {
                    tracing::warn!(nf, service = service.name, why, "not found, looked for again");
                }
                AgentEvent::Refused(api, status) => {
                    tracing::info!(nf, api, status, "a request is refused for its token");
                }
            }
        }
    }
}

/// The profile with what follows from the kind of NF and from where it is.
fn complete(profile: NFProfile, nf_type: &str, offered: &[Api], own: &Target, oauth2: bool) -> NFProfile {
    let (host, port) = own.authority.rsplit_once(':').unwrap_or((&own.authority, ""));
    let host = host.trim_matches(['[', ']']);
    let port = port.parse().ok();
    let address = host.parse::<IpAddr>().ok();
    let text = |wanted: bool| wanted.then(|| host.to_owned());
    let (v4, v6) = (
        text(address.is_some_and(|address| address.is_ipv4())),
        text(address.is_some_and(|address| address.is_ipv6())),
    );
    let fqdn = text(address.is_none());
    let end_point = IpEndPoint {
        ipv4_address: v4.clone(),
        ipv6_address: v6.clone(),
        transport: Some("TCP".to_owned()),
        port,
    };
    let service = |api: &Api| NFService {
        service_instance_id: api.name.to_owned(),
        service_name: api.name.to_owned(),
        versions: vec![NFServiceVersion {
            api_version_in_uri: api.version.to_owned(),
            api_full_version: format!("{}.0.0", api.version.trim_start_matches('v')),
        }],
        scheme: if own.tls { "https" } else { "http" }.to_owned(),
        nf_service_status: "REGISTERED".to_owned(),
        fqdn: fqdn.clone(),
        ip_end_points: vec![end_point.clone()],
        oauth2_required: oauth2.then_some(true),
        ..NFService::default()
    };
    NFProfile {
        nf_type: nf_type.to_owned(),
        fqdn: profile.fqdn.or_else(|| fqdn.clone()),
        ipv4_addresses: v4.into_iter().collect(),
        ipv6_addresses: v6.into_iter().collect(),
        // Every release reads the array, the map only later ones (TS 29.510 6.1.6.2.2).
        nf_services: offered.iter().map(service).collect(),
        ..profile
    }
}

impl<A: Measured> Measured for SbiMember<A> {
    const NODE: &'static str = A::NODE;
    const DIAMETER: bool = A::DIAMETER;

    fn measure(&self, into: &mut Collection) {
        self.inner.measure(into);
    }
}

impl<A: NetworkFunction> Application for SbiMember<A> {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.inner.handle(at, node, connection, inbound);
    }

    fn event(&mut self, at: Moment, node: &mut Node, event: &Event) {
        self.inner.event(at, node, event);
    }

    fn pump(&mut self, at: Moment, node: &mut Node) {
        self.inner.pump(at, node);
        // A call that cannot be made has its outcome at once, and the node may have more to say to that.
        loop {
            while let Some(output) = self.inner.poll_sbi() {
                self.agent.dispatch(at.now, output);
            }
            let Some((id, outcome)) = self.agent.poll_outcome() else {
                break;
            };
            self.inner.sbi_response(at, node, id, outcome);
            self.inner.pump(at, node);
        }
        self.report();
    }

    fn poll_timeout(&self) -> Option<Duration> {
        [self.inner.poll_timeout(), self.agent.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    fn timeout(&mut self, at: Moment, node: &mut Node) {
        self.agent.timeout(at.now);
        self.inner.timeout(at, node);
    }

    fn sctp(&mut self, at: Moment, node: &mut Node, event: quintet_sctp::Event) {
        self.inner.sctp(at, node, event);
    }

    fn sctp_connecting(
        &mut self,
        at: Moment,
        node: &mut Node,
        token: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        self.inner.sctp_connecting(at, node, token, outcome);
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.inner.poll_sctp()
    }

    fn sbi_request(&mut self, at: Moment, node: &mut Node, id: RequestId, request: Request) {
        if self.agent.admit(at.wall, id, &request) {
            self.inner.sbi_request(at, node, id, request);
        }
    }

    fn sbi_response(
        &mut self,
        at: Moment,
        node: &mut Node,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) {
        if let Some(outcome) = self.agent.handle_response(at.now, id, outcome) {
            self.inner.sbi_response(at, node, id, outcome);
        }
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.agent.poll_output()
    }
}

#[cfg(test)]
mod tests;
