//! Keeps an NF registered at an NRF, finds others there, and fetches tokens for them (TS 29.510 5.2, 5.3, 5.4).
//!
//! Sans-IO: the node that embeds it makes the calls of [`NrfClient::poll_call`] at [`NrfClient::target`] and brings the
//! outcomes back. What is found and fetched is kept for as long as the NRF says.

use super::profile::{NFProfile, SearchResult};
use crate::json::{self, PATCH_JSON};
use crate::oauth2::AccessTokenRsp;
use crate::path::encode;
use crate::problem::ProblemDetails;
use crate::ts29571::PatchItem;
use crate::{Body, CallFailure, Method, Request, Response, Target};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// How often to say that the NF lives when the NRF does not say (6.1.6.2.2 leaves it to the NRF).
const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(10);
/// How long to wait before registering again after a failure, first.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The same, at most.
const MAX_RETRY: Duration = Duration::from_secs(60);
/// How long a search or a fetch that failed is not made again: calls fail at once meanwhile.
const FAILURE_HOLDS: Duration = Duration::from_secs(1);
/// How long a token is good when the NRF does not say (RFC 6749 5.1 recommends that it does).
const DEFAULT_TOKEN_LIFE: Duration = Duration::from_secs(60);
/// How long before its end a token is not used any more: a request takes its time.
const TOKEN_MARGIN: Duration = Duration::from_secs(5);
/// A token is used for so long in any case: without that, one that ends at once would be fetched again and again.
const MIN_TOKEN_USE: Duration = Duration::from_secs(1);
/// The longest that anything is believed: an hour.
const MAX_VALIDITY: Duration = Duration::from_secs(3600);
/// Services that are known at a time: a node uses a handful.
const MAX_SERVICES: usize = 64;

/// How an NF uses an NRF.
#[derive(Clone, Debug)]
pub struct NrfConfig {
    /// Where the NRF is.
    pub target: Target,
    /// What it registers.
    pub profile: NFProfile,
    /// Whether services that do not ask for tokens get them as well.
    pub always_tokens: bool,
}

/// A service that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Service {
    /// Type of the NF: `UDM`.
    pub nf_type: String,
    /// Name of the service: `nudm-ueau`.
    pub name: String,
}

/// A call at the NRF.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NrfCall {
    /// NFRegister.
    Register,
    /// NFUpdate that says that the NF lives.
    Heartbeat,
    /// NFDeregister.
    Deregister,
    /// NFDiscover.
    Discover(Service),
    /// Access token request.
    Token(Service),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NrfEvent {
    /// The NF is registered.
    Registered,
    /// It is not, and why; it will be tried again.
    NotRegistered(String),
    /// It is not any more, as it asked.
    Deregistered,
    /// Something is known of a service: [`NrfClient::find`] and [`NrfClient::token`] answer now.
    Known(Service),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    /// Not asked for.
    Off,
    /// Asked for.
    Pending,
    /// Until then nothing is to be done.
    Registered(Duration),
    /// Again then.
    Failed(Duration),
}

/// Something that is kept, or why it is not.
#[derive(Clone, Debug)]
enum Known<T> {
    Asked,
    Good(T, Duration),
    Bad(String, Duration),
}

/// Where a service is, with whether it wants tokens, the best first; and until when that holds.
pub type Found<'a> = (&'a [(Target, bool)], Duration);

/// The client.
pub struct NrfClient {
    config: NrfConfig,
    registration: Registration,
    heartbeat: Duration,
    retry: Duration,
    found: HashMap<Service, Known<Vec<(Target, bool)>>>,
    tokens: HashMap<Service, Known<String>>,
    calls: VecDeque<(NrfCall, Request)>,
    events: VecDeque<NrfEvent>,
}

impl NrfClient {
    /// A client that has not begun.
    #[must_use]
    pub fn new(config: NrfConfig) -> Self {
        Self {
            config,
            registration: Registration::Off,
            heartbeat: DEFAULT_HEARTBEAT,
            retry: Duration::ZERO,
            found: HashMap::new(),
            tokens: HashMap::new(),
            calls: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Where its calls go.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.config.target
    }

    /// Registers.
    pub fn start(&mut self) {
        let profile = NFProfile {
            nf_status: "REGISTERED".to_owned(),
            ..self.config.profile.clone()
        };
        let request = Request::json(Method::Put, self.resource(), &profile);
        self.registration = Registration::Pending;
        self.calls.push_back((NrfCall::Register, request));
    }

    /// Ends the registration.
    pub fn stop(&mut self) {
        self.registration = Registration::Off;
        let request = Request::new(Method::Delete, self.resource());
        self.calls.push_back((NrfCall::Deregister, request));
    }

    /// A call to make now.
    pub fn poll_call(&mut self) -> Option<(NrfCall, Request)> {
        self.calls.pop_front()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<NrfEvent> {
        self.events.pop_front()
    }

    /// When [`NrfClient::timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        match self.registration {
            Registration::Registered(at) | Registration::Failed(at) => Some(at),
            Registration::Off | Registration::Pending => None,
        }
    }

    /// A deadline may have passed.
    pub fn timeout(&mut self, now: Duration) {
        match self.registration {
            Registration::Registered(at) if at <= now => {
                let alive = [PatchItem {
                    op: "replace".to_owned(),
                    path: "/nfStatus".to_owned(),
                    from: None,
                    value: Some("REGISTERED".into()),
                }];
                let request = Request {
                    content_type: PATCH_JSON.to_owned(),
                    body: json::body(&alive),
                    ..Request::new(Method::Patch, self.resource())
                };
                self.registration = Registration::Pending;
                self.calls.push_back((NrfCall::Heartbeat, request));
            }
            Registration::Failed(at) if at <= now => self.start(),
            _ => {}
        }
    }

    /// Where a service is to be called, and whether it wants a token; the best of those that the NRF knows (the lowest
    /// priority). `Ok(None)`: the NRF is being asked, and [`NrfEvent::Known`] will tell.
    ///
    /// # Errors
    /// Why the NRF knows none.
    pub fn find(&mut self, now: Duration, service: &Service) -> Result<Option<(Target, bool)>, String> {
        match self.found.get(service) {
            Some(Known::Asked) => Ok(None),
            Some(Known::Good(targets, until)) if now < *until => Ok(targets.first().cloned()),
            Some(Known::Bad(why, until)) if now < *until => Err(why.clone()),
            _ => {
                self.search(service);
                Ok(None)
            }
        }
    }

    /// Asks the NRF for a service, whatever is known of it. [`NrfEvent::Known`] will tell.
    pub fn search(&mut self, service: &Service) {
        make_room(&mut self.found);
        let path = format!(
            "/nnrf-disc/v1/nf-instances?target-nf-type={}&requester-nf-type={}&service-names={}",
            encode(&service.nf_type),
            encode(&self.config.profile.nf_type),
            encode(&service.name)
        );
        self.found.insert(service.clone(), Known::Asked);
        let call = NrfCall::Discover(service.clone());
        self.calls.push_back((call, Request::new(Method::Get, path)));
    }

    /// All that the last search for a service found, the best first, with whether they want tokens, and until when it
    /// holds. `None` while nothing is known.
    ///
    /// # Errors
    /// Why nothing was found.
    pub fn found(&self, service: &Service) -> Option<Result<Found<'_>, &str>> {
        match self.found.get(service)? {
            Known::Asked => None,
            Known::Good(targets, until) => Some(Ok((targets, *until))),
            Known::Bad(why, _) => Some(Err(why)),
        }
    }

    /// The one that was found did not answer: the next best of those known is used.
    pub fn avoid(&mut self, service: &Service, target: &Target) {
        if let Some(Known::Good(targets, _)) = self.found.get_mut(service)
            && let Some(at) = targets.iter().position(|(known, _)| known == target)
        {
            let last = targets.remove(at);
            targets.push(last);
        }
    }

    /// A token for a service. `Ok(None)`: it is being fetched, and [`NrfEvent::Known`] will tell.
    ///
    /// # Errors
    /// Why there is none.
    pub fn token(&mut self, now: Duration, service: &Service) -> Result<Option<&str>, String> {
        let usable = match self.tokens.get(service) {
            Some(Known::Asked) => return Ok(None),
            Some(Known::Good(_, until)) => now < *until,
            Some(Known::Bad(why, until)) if now < *until => return Err(why.clone()),
            _ => false,
        };
        if !usable {
            make_room(&mut self.tokens);
            self.tokens.insert(service.clone(), Known::Asked);
            let request = self.token_request(service);
            self.calls.push_back((NrfCall::Token(service.clone()), request));
            return Ok(None);
        }
        match self.tokens.get(service) {
            Some(Known::Good(token, _)) => Ok(Some(token)),
            _ => Ok(None),
        }
    }

    /// A producer did not take this token: it is not used any more.
    pub fn drop_token(&mut self, service: &Service, refused: &str) {
        if let Some(Known::Good(token, _)) = self.tokens.get(service)
            && token == refused
        {
            self.tokens.remove(service);
        }
    }

    /// The outcome of a call of [`NrfClient::poll_call`].
    pub fn handle(&mut self, now: Duration, call: NrfCall, outcome: Result<Response, CallFailure>) {
        let response = outcome.map_err(|failure| failure.to_string());
        match call {
            NrfCall::Register => self.registered(now, response),
            NrfCall::Heartbeat => self.alive(now, response),
            NrfCall::Deregister => self.events.push_back(NrfEvent::Deregistered),
            NrfCall::Discover(service) => {
                let known = match response.and_then(|response| self.read_found(now, &service, &response)) {
                    Ok(known) => known,
                    Err(why) => Known::Bad(why, now + FAILURE_HOLDS),
                };
                self.found.insert(service.clone(), known);
                self.events.push_back(NrfEvent::Known(service));
            }
            NrfCall::Token(service) => {
                let known = match response.and_then(|response| read_token(now, &response)) {
                    Ok(known) => known,
                    Err(why) => Known::Bad(why, now + FAILURE_HOLDS),
                };
                self.tokens.insert(service.clone(), known);
                self.events.push_back(NrfEvent::Known(service));
            }
        }
    }

    fn registered(&mut self, now: Duration, response: Result<Response, String>) {
        if self.registration == Registration::Off {
            return;
        }
        match response.and_then(success) {
            Ok(response) => {
                self.heartbeat = heartbeat_in(&response).unwrap_or(DEFAULT_HEARTBEAT);
                self.retry = Duration::ZERO;
                self.registration = Registration::Registered(now + self.heartbeat);
                self.events.push_back(NrfEvent::Registered);
            }
            Err(why) => {
                self.retry = (self.retry * 2).clamp(FIRST_RETRY, MAX_RETRY);
                self.registration = Registration::Failed(now + self.retry);
                self.events.push_back(NrfEvent::NotRegistered(why));
            }
        }
    }

    fn alive(&mut self, now: Duration, response: Result<Response, String>) {
        if self.registration == Registration::Off {
            return;
        }
        match response {
            Ok(response) if response.is_success() => {
                self.heartbeat = heartbeat_in(&response).unwrap_or(self.heartbeat);
                self.registration = Registration::Registered(now + self.heartbeat);
            }
            // The NRF has forgotten this NF (5.2.2.3.2), or was away: all of it again.
            Ok(response) => {
                let why = words(&ProblemDetails::from_response(&response));
                self.events.push_back(NrfEvent::NotRegistered(why));
                self.start();
            }
            Err(why) => {
                self.retry = (self.retry * 2).clamp(FIRST_RETRY, MAX_RETRY);
                self.registration = Registration::Failed(now + self.retry);
                self.events.push_back(NrfEvent::NotRegistered(why));
            }
        }
    }

    fn read_found(
        &self,
        now: Duration,
        service: &Service,
        response: &Response,
    ) -> Result<Known<Vec<(Target, bool)>>, String> {
        let result: SearchResult = response.read().map_err(|problem| words(&problem))?;
        let mut found = Vec::new();
        for profile in result
            .nf_instances
            .iter()
            .filter(|profile| profile.nf_status == "REGISTERED")
        {
            for offered in profile.services(&service.name) {
                let target = profile
                    .target(offered)
                    .filter(|_| offered.nf_service_status == "REGISTERED");
                if let Some(target) = target {
                    let priority = offered.priority.or(profile.priority).unwrap_or(u16::MAX);
                    let wants_token = self.config.always_tokens || offered.oauth2_required == Some(true);
                    found.push((priority, (target, wants_token)));
                }
            }
        }
        if found.is_empty() {
            return Err(format!(
                "the NRF knows no {} that offers {}",
                service.nf_type, service.name
            ));
        }
        found.sort_by_key(|(priority, _)| *priority);
        let validity = Duration::from_secs(result.validity_period).min(MAX_VALIDITY);
        // A profile may list its services both ways, and NFs may share an address.
        let mut targets: Vec<(Target, bool)> = Vec::with_capacity(found.len());
        for (_, target) in found {
            if !targets.iter().any(|(known, _)| *known == target.0) {
                targets.push(target);
            }
        }
        Ok(Known::Good(targets, now + validity))
    }

    fn resource(&self) -> String {
        format!(
            "/nnrf-nfm/v1/nf-instances/{}",
            encode(&self.config.profile.nf_instance_id)
        )
    }

    fn token_request(&self, service: &Service) -> Request {
        let form = format!(
            "grant_type=client_credentials&nfInstanceId={}&nfType={}&targetNfType={}&scope={}",
            encode(&self.config.profile.nf_instance_id),
            encode(&self.config.profile.nf_type),
            encode(&service.nf_type),
            encode(&service.name)
        );
        Request {
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: Body::from(form),
            ..Request::new(Method::Post, "/oauth2/token")
        }
    }
}

/// Forgets everything when there is too much: a node that looks for so many services is given them by others.
fn make_room<T>(known: &mut HashMap<Service, T>) {
    if known.len() >= MAX_SERVICES {
        known.clear();
    }
}

/// The heartbeat that an answer tells: each that has the profile has it (6.1.6.2.2).
fn heartbeat_in(response: &Response) -> Option<Duration> {
    let profile: NFProfile = json::parse(&response.body).ok()?;
    let seconds = profile.heart_beat_timer.filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(u64::from(seconds)))
}

fn success(response: Response) -> Result<Response, String> {
    if response.is_success() {
        Ok(response)
    } else {
        Err(words(&ProblemDetails::from_response(&response)))
    }
}

fn words(problem: &ProblemDetails) -> String {
    let status = problem.status.unwrap_or_default();
    match problem.cause.as_ref().or(problem.detail.as_ref()) {
        Some(text) => format!("{status} {text}"),
        None => status.to_string(),
    }
}

fn read_token(now: Duration, response: &Response) -> Result<Known<String>, String> {
    let answer: AccessTokenRsp = response.read().map_err(|problem| words(&problem))?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err("a token of another type than Bearer".to_owned());
    }
    let life = answer
        .expires_in
        .map_or(DEFAULT_TOKEN_LIFE, Duration::from_secs)
        .min(MAX_VALIDITY);
    Ok(Known::Good(
        answer.access_token,
        now + life.saturating_sub(TOKEN_MARGIN).max(MIN_TOKEN_USE),
    ))
}

#[cfg(test)]
mod tests;
