//! Stands between a node and its driver, and does what belongs to the domain rather than to the node: checks the tokens of
//! requests, gives calls theirs, keeps the node registered and finds whom it calls (TS 29.500 6.7, TS 29.510).
//!
//! ```text
//!   request ──► Agent::admit ──► node ──► Agent::dispatch ──(a token first?)──► poll_output ──► driver
//!   outcome ──► Agent::handle_response ──► node, unless it was of a call of the agent's own
//! ```
//!
//! Sans-IO. The agent's calls share the driver with the node's: their identifiers are those from [`FIRST_CALL`] on.

mod search;

use super::{NrfCall, NrfClient, NrfConfig, NrfEvent, Service};
use crate::oauth2::TokenVerifier;
use crate::problem::ProblemDetails;
use crate::{CallFailure, CallId, Output, Request, RequestId, Response, Target, api_name, cause};
use search::Search;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The first identifier of the agent's own calls; nodes count theirs from 0, and never so far.
pub const FIRST_CALL: u64 = 1 << 63;
/// How long the NRF may take: less than a node waits for its own calls, so that the cause is told and not a timeout.
const NRF_TIMEOUT: Duration = Duration::from_secs(3);
/// Calls of the node that wait for a token at a time: what an AMF asks in the seconds of a fetch when thousands register.
const MAX_WAITING: usize = 4096;

/// What an agent does for its node.
pub struct AgentConfig {
    /// The NRF; without one nothing is registered, found or fetched.
    pub nrf: Option<NrfConfig>,
    /// Checks the tokens of requests; without it all are admitted.
    pub verifier: Option<TokenVerifier>,
    /// APIs of the node's callbacks. Their requests need no token: they answer a subscription of the node's own.
    pub callbacks: &'static [&'static str],
    /// The services that the node calls: their calls may carry tokens. Others never do, for others name their addresses.
    pub consumed: Vec<Service>,
    /// Those of them that are to be found.
    pub sought: Vec<Service>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEvent {
    /// The NF is registered.
    Registered,
    /// It is not, and why; it will be tried again.
    NotRegistered(String),
    /// It is not any more, or never was: nothing is left to wait for.
    Left,
    /// Where NFs of a sought service are, the preferred first.
    Found(Service, Vec<Target>),
    /// None is known, and why; it will be asked again. What was found before stays.
    NotFound(Service, String),
    /// A request was not admitted, by its API and the status.
    Refused(String, u16),
}

/// A call of the node that waits for its token.
struct Waiting {
    id: CallId,
    service: Service,
    target: Target,
    request: Request,
    timeout: Duration,
    until: Duration,
}

/// A call of the node that was made.
struct Made {
    service: Service,
    target: Target,
    token: Option<String>,
}

/// The agent.
pub struct Agent {
    client: Option<NrfClient>,
    always_tokens: bool,
    verifier: Option<TokenVerifier>,
    callbacks: &'static [&'static str],
    consumed: Vec<Service>,
    searches: Vec<Search>,
    own_calls: HashMap<CallId, NrfCall>,
    next_call: u64,
    /// Calls of the node at consumed services, until their outcome.
    made: HashMap<CallId, Made>,
    waiting: Vec<Waiting>,
    outputs: VecDeque<Output>,
    outcomes: VecDeque<(CallId, Result<Response, CallFailure>)>,
    events: VecDeque<AgentEvent>,
}

impl Agent {
    /// An agent that has not begun; it checks tokens at once.
    #[must_use]
    pub fn new(config: AgentConfig) -> Self {
        let searches = match config.nrf {
            Some(_) => config.sought.into_iter().map(Search::new).collect(),
            None => Vec::new(),
        };
        Self {
            always_tokens: config.nrf.as_ref().is_some_and(|nrf| nrf.always_tokens),
            client: config.nrf.map(NrfClient::new),
            verifier: config.verifier,
            callbacks: config.callbacks,
            consumed: config.consumed,
            searches,
            own_calls: HashMap::new(),
            next_call: FIRST_CALL,
            made: HashMap::new(),
            waiting: Vec::new(),
            outputs: VecDeque::new(),
            outcomes: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Registers, and looks for what is sought.
    pub fn start(&mut self) {
        if let Some(client) = &mut self.client {
            client.start();
            for search in &mut self.searches {
                search.ask(client);
            }
        }
        self.work();
    }

    /// Ends the registration; [`AgentEvent::Left`] tells when that is done.
    pub fn stop(&mut self) {
        self.searches.clear();
        match &mut self.client {
            Some(client) => client.stop(),
            None => self.events.push_back(AgentEvent::Left),
        }
        self.work();
    }

    // --- Requests ---------------------------------------------------------------------------------------------------

    /// Whether a request may go to the node. One that may not is answered.
    pub fn admit(&mut self, wall: Duration, id: RequestId, request: &Request) -> bool {
        let Err(problem) = self.check(wall, request) else {
            return true;
        };
        let response = problem.response();
        let refused = AgentEvent::Refused(api_name(request).to_owned(), response.status);
        self.events.push_back(refused);
        self.outputs.push_back(Output::Respond { id, response });
        false
    }

    fn check(&mut self, wall: Duration, request: &Request) -> Result<(), Box<ProblemDetails>> {
        let Some(verifier) = &mut self.verifier else {
            return Ok(());
        };
        let api = api_name(request);
        if self.callbacks.contains(&api) {
            return Ok(());
        }
        // What cannot be a scope is no service either, and does not get into a header.
        let is_scope = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        if api.is_empty() || !api.bytes().all(is_scope) {
            return Err(ProblemDetails::new(cause::INVALID_API).into());
        }
        verifier.check(request.token.as_deref(), api, wall).map(|_| ())
    }

    // --- Calls ------------------------------------------------------------------------------------------------------

    /// Takes what the node wants said.
    pub fn dispatch(&mut self, now: Duration, output: Output) {
        let Output::Call {
            id,
            target,
            request,
            timeout,
        } = output
        else {
            return self.outputs.push_back(output);
        };
        let api = api_name(&request);
        let Some(service) = self.consumed.iter().find(|service| service.name == api) else {
            return self.outputs.push_back(Output::Call {
                id,
                target,
                request,
                timeout,
            });
        };
        let call = Waiting {
            id,
            service: service.clone(),
            target,
            request,
            timeout,
            until: now + timeout,
        };
        if self.wants_token(&call) {
            self.give_token(now, call);
            self.work();
        } else {
            self.send(now, call);
        }
    }

    fn wants_token(&self, call: &Waiting) -> bool {
        self.always_tokens
            || self
                .searches
                .iter()
                .any(|search| search.wants_token(&call.service, &call.target))
    }

    fn give_token(&mut self, now: Duration, mut call: Waiting) {
        let Some(client) = &mut self.client else {
            return self.send(now, call);
        };
        match client.token(now, &call.service) {
            Ok(Some(token)) => {
                call.request.token = Some(token.to_owned());
                self.send(now, call);
            }
            Ok(None) if self.waiting.len() < MAX_WAITING => self.waiting.push(call),
            Ok(None) => self.outcomes.push_back((call.id, Err(CallFailure::Busy))),
            Err(why) => {
                let failure = CallFailure::Unreachable {
                    authority: call.target.authority,
                    reason: format!("no access token: {why}"),
                };
                self.outcomes.push_back((call.id, Err(failure)));
            }
        }
    }

    fn send(&mut self, now: Duration, call: Waiting) {
        let made = Made {
            service: call.service,
            target: call.target.clone(),
            token: call.request.token.clone(),
        };
        self.made.insert(call.id, made);
        self.outputs.push_back(Output::Call {
            id: call.id,
            target: call.target,
            request: call.request,
            timeout: call.until.saturating_sub(now),
        });
    }

    /// Takes what became of a call. Answers it if it was the node's.
    pub fn handle_response(
        &mut self,
        now: Duration,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) -> Option<Result<Response, CallFailure>> {
        if id.0 >= FIRST_CALL {
            if let Some(call) = self.own_calls.remove(&id) {
                self.nrf_answered(now, call, outcome);
            }
            return None;
        }
        if let Some(made) = self.made.remove(&id) {
            self.observe(now, &made, &outcome);
        }
        Some(outcome)
    }

    /// What an outcome tells about its target and its token.
    fn observe(&mut self, now: Duration, made: &Made, outcome: &Result<Response, CallFailure>) {
        match outcome {
            // The NRF may have changed its key, or the producer its identity.
            Ok(response) if response.status == 401 => {
                if let (Some(client), Some(token)) = (&mut self.client, &made.token) {
                    client.drop_token(&made.service, token);
                }
            }
            Ok(_) | Err(CallFailure::Busy) => {}
            Err(_) => {
                for search in &mut self.searches {
                    if let Some(targets) = search.avoid(now, &made.service, &made.target) {
                        let found = AgentEvent::Found(search.service().clone(), targets);
                        self.events.push_back(found);
                    }
                }
            }
        }
    }

    fn nrf_answered(&mut self, now: Duration, call: NrfCall, outcome: Result<Response, CallFailure>) {
        let Some(client) = &mut self.client else { return };
        client.handle(now, call.clone(), outcome);
        match call {
            NrfCall::Discover(service) => {
                for search in &mut self.searches {
                    if *search.service() == service
                        && let Some(event) = search.answered(now, client)
                    {
                        self.events.push_back(event);
                    }
                }
            }
            NrfCall::Token(service) => {
                for call in std::mem::take(&mut self.waiting) {
                    if call.service == service {
                        self.give_token(now, call);
                    } else {
                        self.waiting.push(call);
                    }
                }
            }
            NrfCall::Register | NrfCall::Heartbeat | NrfCall::Deregister => {}
        }
        self.work();
    }

    /// Passes on what the client wants.
    fn work(&mut self) {
        let Some(client) = &mut self.client else { return };
        while let Some(event) = client.poll_event() {
            self.events.push_back(match event {
                NrfEvent::Registered => AgentEvent::Registered,
                NrfEvent::NotRegistered(why) => AgentEvent::NotRegistered(why),
                NrfEvent::Deregistered => AgentEvent::Left,
                NrfEvent::Known(_) => continue,
            });
        }
        while let Some((call, request)) = client.poll_call() {
            let id = CallId(self.next_call);
            self.next_call += 1;
            self.own_calls.insert(id, call);
            self.outputs.push_back(Output::Call {
                id,
                target: client.target().clone(),
                request,
                timeout: NRF_TIMEOUT,
            });
        }
    }

    // --- Outputs ----------------------------------------------------------------------------------------------------

    /// What is to be said next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// What became of a call of the node's that was never made.
    pub fn poll_outcome(&mut self) -> Option<(CallId, Result<Response, CallFailure>)> {
        self.outcomes.pop_front()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<AgentEvent> {
        self.events.pop_front()
    }

    /// When [`Agent::timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let client = self.client.as_ref().and_then(NrfClient::poll_timeout);
        let searches = self.searches.iter().filter_map(Search::next);
        let waiting = self.waiting.iter().map(|call| call.until);
        client.into_iter().chain(searches).chain(waiting).min()
    }

    /// A deadline may have passed.
    pub fn timeout(&mut self, now: Duration) {
        for call in self.waiting.extract_if(.., |call| call.until <= now) {
            let failure = CallFailure::Timeout(call.timeout);
            self.outcomes.push_back((call.id, Err(failure)));
        }
        if let Some(client) = &mut self.client {
            client.timeout(now);
            for search in &mut self.searches {
                if search.next().is_some_and(|next| next <= now) {
                    search.ask(client);
                }
            }
        }
        self.work();
    }
}

#[cfg(test)]
mod tests;
