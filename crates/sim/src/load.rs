//! A load generator: AIRs and ULRs as fast as asked for, measured (TS 29.272 7.2.3, 7.2.5).
//!
//! ```text
//!   schedule (closed or open loop) ─► template, patched ─► Node::request ─► … ─► result, latency ─► report
//!                                                                              └ one in many: checked with the USIM
//! ```
//!
//! How to drive it: make a [`quintet_diameter::Node`] that connects to the HSS, then give every input to both: `handle`
//! and `handle_event`; after each batch of inputs `pump`; at `poll_timeout`, `handle_timeout`. It begins when a peer is
//! up and is over when [`LoadGenerator::is_done`] says so. It answers what the HSS asks it (CLR and the like).
//!
//! It works on one thread and allocates nothing per request.

mod config;
mod pace;
mod report;
mod sample;
mod template;

pub use config::{ConfigError, LoadConfig, MAX_OUTSTANDING, MAX_RATE, Mix, Pace, SubscriberRange, Until};
pub use report::{Latency, LoadProgress, LoadReport, ResultCount};

use core::hash::{BuildHasherDefault, Hasher};
use core::time::Duration;
use pace::Schedule;
use quintet_diameter::dict::command;
use quintet_diameter::node::{Destination, RequestHandle, RouteError};
use quintet_diameter::{ConnectionId, Event, Inbound, Message, MessageWriter, Node, ResultCode};
use quintet_mme::s6a::{self, AnswerOutcome, S6A};
use sample::Sampler;
use std::collections::HashMap;
use template::Template;

/// The most requests sent by one call of [`LoadGenerator::pump`]: a generator that fell behind must still read answers
/// and let others on its thread work.
const MAX_BURST: usize = 1024;

/// When to go on after a burst was cut or the node was busy: at once as far as clocks go.
const SOON: Duration = Duration::from_micros(100);

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug)]
struct Sent {
    /// From when its latency counts.
    from: Duration,
    subscriber: u32,
    air: bool,
    /// After the warm-up.
    measured: bool,
}

/// A load generator; see the module.
#[derive(Debug)]
pub struct LoadGenerator {
    config: LoadConfig,
    schedule: Schedule,
    air: Template,
    ulr: Template,
    sampler: Sampler,
    draws: u64,
    connected: bool,
    stopped: bool,
    /// When the first request was due.
    start: Option<Duration>,
    /// When to look at the schedule again.
    next: Option<Duration>,
    outstanding: HashMap<RequestHandle, Sent, BuildHasherDefault<HandleHasher>>,
    progress: LoadProgress,
    results: Vec<ResultCount>,
    latency_air: Latency,
    latency_ulr: Latency,
    behind: Duration,
    last_answer: Duration,
    measured: u64,
}

impl LoadGenerator {
    /// A generator for a node with the Origin-Host `identity`.
    ///
    /// # Errors
    /// What [`ConfigError`] lists.
    pub fn new(config: LoadConfig, identity: &str) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            schedule: Schedule::new(config.pace, config.ramp, config.until),
            air: Template::air(&config, identity),
            ulr: Template::ulr(&config, identity),
            sampler: Sampler::new(config.plmn),
            draws: config.seed,
            connected: false,
            stopped: false,
            start: None,
            next: None,
            outstanding: HashMap::default(),
            progress: LoadProgress::default(),
            results: Vec::new(),
            latency_air: Latency::default(),
            latency_ulr: Latency::default(),
            behind: Duration::ZERO,
            last_answer: Duration::ZERO,
            measured: 0,
            config,
        })
    }

    // --- What there is ----------------------------------------------------------------------------------------------

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> LoadProgress {
        LoadProgress {
            outstanding: self.outstanding.len(),
            ..self.progress
        }
    }

    /// Whether everything was sent, and answered or given up.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.stopped && self.outstanding.is_empty()
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> LoadReport {
        let start = self.start.unwrap_or_default();
        let elapsed = self.last_answer.saturating_sub(start);
        let mut results = self.results.clone();
        results.sort_by_key(|r| std::cmp::Reverse(r.count));
        LoadReport {
            progress: self.progress(),
            elapsed,
            measured: (self.measured, elapsed.saturating_sub(self.config.warm_up)),
            results,
            air: self.latency_air.clone(),
            ulr: self.latency_ulr.clone(),
            behind: self.behind,
            checked: self.sampler.checked,
            wrong: self.sampler.wrong,
            first_fault: self.sampler.first_fault.clone(),
        }
    }

    // --- Inputs -----------------------------------------------------------------------------------------------------

    /// A request of the HSS, or an answer to one of ours.
    pub fn handle(&mut self, now: Duration, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Answer { handle, message } => self.answered(now, handle, &message),
            Inbound::Request(request) => answer_request(node, connection, &request),
        }
    }

    /// Something happened to a peer or to a request of ours.
    pub fn handle_event(&mut self, now: Duration, event: &Event) {
        match event {
            Event::PeerUp { .. } => {
                self.connected = true;
                self.start.get_or_insert(now);
                self.next = Some(now);
            }
            Event::PeerDown { .. } => self.connected = false,
            Event::RequestFailed { handle, .. } if self.outstanding.remove(handle).is_some() => {
                self.progress.failed += 1;
                self.last_answer = now;
            }
            _ => {}
        }
    }

    /// Sends what is due.
    pub fn pump(&mut self, now: Duration, node: &mut Node) {
        let Some(start) = self.start.filter(|_| self.connected && !self.stopped) else {
            return;
        };
        let since_start = now.saturating_sub(start);
        self.next = None;
        for _ in 0..MAX_BURST {
            if self.schedule.is_over(self.progress.sent, since_start) {
                self.stopped = true;
                return;
            }
            if self.outstanding.len() >= MAX_OUTSTANDING {
                return;
            }
            match self
                .schedule
                .due(self.progress.sent, self.outstanding.len(), since_start)
            {
                Err(next) => {
                    self.next = next.map(|next| start + next);
                    return;
                }
                Ok(from) => {
                    self.behind = self.behind.max(since_start - from);
                    if let Err(error) = self.send(now, node, start + from, from) {
                        // Answers make room again; a lost peer is waited for.
                        self.stopped = error == RouteError::ShuttingDown;
                        self.next =
                            matches!(error, RouteError::TooBusy | RouteError::Throttled).then(|| now + SOON);
                        return;
                    }
                }
            }
        }
        self.next = Some(now + SOON);
    }

    /// Sends nothing more; what is outstanding is waited for.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// When [`LoadGenerator::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        if self.stopped || !self.connected {
            return None;
        }
        // A closed loop that waits for answers must still notice its end.
        let end = match (self.config.until, self.start) {
            (Until::Elapsed(end), Some(start)) => Some(start + end),
            _ => None,
        };
        [self.next, end].into_iter().flatten().min()
    }

    /// A deadline has passed.
    pub fn handle_timeout(&mut self, now: Duration, node: &mut Node) {
        self.pump(now, node);
    }

    // --- Inside -----------------------------------------------------------------------------------------------------

    fn send(
        &mut self,
        now: Duration,
        node: &mut Node,
        from: Duration,
        since_start: Duration,
    ) -> Result<(), RouteError> {
        let (n, air) = self.draw();
        let count = self.progress.sent;
        let template = if air { &mut self.air } else { &mut self.ulr };
        let command = template.command;
        let avps = template.patched(count, n);
        let to = Destination {
            host: self.config.hss_host.as_deref(),
            realm: &self.config.hss_realm,
        };
        let build = |w: &mut MessageWriter<'_>| w.raw(avps);
        let handle = node.request(now, to, S6A, command, build, Some(self.config.request_timeout))?;
        let measured = since_start >= self.config.warm_up;
        self.outstanding.insert(
            handle,
            Sent {
                from,
                subscriber: n,
                air,
                measured,
            },
        );
        self.progress.sent += 1;
        Ok(())
    }

    /// A subscriber and a command at random (SplitMix64: fast, and the same for the same seed).
    fn draw(&mut self) -> (u32, bool) {
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.draws;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let below = |half: u64, bound: u32| ((half * u64::from(bound)) >> 32) as u32;
        let Mix { air, ulr } = self.config.mix;
        let n = self.config.subscribers.first + below(z >> 32, self.config.subscribers.count);
        (n, below(z & 0xffff_ffff, air + ulr) < air)
    }

    fn answered(&mut self, now: Duration, handle: RequestHandle, answer: &Message<'_>) {
        let Some(sent) = self.outstanding.remove(&handle) else {
            return;
        };
        self.progress.answered += 1;
        self.last_answer = now;
        if sent.measured {
            self.measured += 1;
            let latency = if sent.air {
                &mut self.latency_air
            } else {
                &mut self.latency_ulr
            };
            latency.record(now.saturating_sub(sent.from));
        }
        let outcome = s6a::outcome(answer);
        let command = answer.header().code;
        self.count(command, outcome);
        let every = u64::from(self.config.verify_every);
        if every != 0 && self.progress.answered.is_multiple_of(every) && outcome.is_success() {
            self.sampler.check(command, sent.subscriber, answer);
        }
    }

    /// Counts a result. There are a few at most, and nearly always the first one is meant.
    fn count(&mut self, command: u32, outcome: AnswerOutcome) {
        match self
            .results
            .iter_mut()
            .find(|r| r.outcome == outcome && r.command == command)
        {
            Some(result) => result.count += 1,
            None => self.results.push(ResultCount {
                command,
                outcome,
                count: 1,
            }),
        }
    }
}

/// What an HSS asks is granted: this MME has no contexts to lose.
fn answer_request(node: &mut Node, connection: ConnectionId, request: &Message<'_>) {
    let known = [
        command::CANCEL_LOCATION,
        command::INSERT_SUBSCRIBER_DATA,
        command::DELETE_SUBSCRIBER_DATA,
        command::RESET,
    ];
    if known.contains(&request.header().code) {
        s6a::write_answer(node, connection, request, AnswerOutcome::SUCCESS, |_| ());
    } else {
        node.reject(connection, request, ResultCode::COMMAND_UNSUPPORTED, None, None);
    }
}

/// Handles count upward: a multiplication spreads them (Fibonacci hashing).
#[derive(Clone, Copy, Debug, Default)]
struct HandleHasher(u64);

impl Hasher for HandleHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_u64(u64::from(*octet));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
