//! The AUSF as an application of the driver: its log, what is counted of it.

use crate::calls::Calls;
use crate::front::Shown;
use crate::metrics::Counts;
use crate::{Application, Moment};
use quintet_ausf::{Ausf, AusfEvent};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sbi::{CallFailure, CallId, Output, Request, RequestId, Response};
use quintet_telemetry::AttemptId;
use std::time::Duration;

/// What is counted for metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct AusfTally {
    /// Authentications that held.
    pub authenticated: u64,
    /// Authentications that did not.
    pub failed: u64,
    /// Challenges that nobody answered.
    pub expired: u64,
    /// Calls of the UDM that failed.
    pub udm_failures: u64,
    /// Results that the UDM was not told.
    pub results_lost: u64,
}

/// Who hears what the AUSF reports.
pub type AusfListener = Box<dyn FnMut(Moment, &AusfEvent)>;

/// An AUSF.
pub struct AusfApplication {
    ausf: Ausf,
    tally: AusfTally,
    requests: Counts<(&'static str, u16)>,
    calls: Calls,
    listener: Option<AusfListener>,
}

impl AusfApplication {
    /// An AUSF; it serves at once.
    #[must_use]
    pub fn new(mut ausf: Ausf) -> Self {
        ausf.listen(true);
        Self {
            ausf,
            tally: AusfTally::default(),
            requests: Counts::default(),
            calls: Calls::default(),
            listener: None,
        }
    }

    /// The same with a listener for what it reports.
    #[must_use]
    pub fn reporting(mut self, listener: AusfListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The AUSF, for what an operator, or discovery, tells it.
    pub fn ausf(&mut self) -> &mut Ausf {
        &mut self.ausf
    }

    /// The AUSF, to look at.
    #[must_use]
    pub fn view(&self) -> &Ausf {
        &self.ausf
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self) -> AusfTally {
        self.tally
    }

    /// Requests that were answered, by service operation and status.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&(&'static str, u16), u64)> {
        self.requests.iter()
    }

    /// Takes what the AUSF says after an input about an attempt, and logs what it reports.
    fn draw(&mut self, at: Moment, attempt: Option<AttemptId>) {
        self.calls.draw(attempt, || self.ausf.poll_sbi());
        self.report(at, attempt);
    }

    /// Logs what the AUSF reports.
    fn report(&mut self, at: Moment, attempt: Option<AttemptId>) {
        let attempt = Shown(attempt).field();
        while let Some(event) = self.ausf.poll_event() {
            if let Some(listener) = &mut self.listener {
                listener(at, &event);
            }
            match event {
                AusfEvent::Answered {
                    operation,
                    supi,
                    status,
                    cause,
                    ..
                } => {
                    self.requests.add((operation, status));
                    tracing::debug!(attempt, operation, ?supi, status, ?cause, "answered");
                }
                AusfEvent::Authenticated {
                    supi,
                    outcome: Ok(()),
                } => {
                    self.tally.authenticated += 1;
                    tracing::debug!(attempt, ?supi, "authenticated");
                }
                AusfEvent::Authenticated {
                    supi,
                    outcome: Err(failure),
                } => {
                    self.tally.failed += 1;
                    tracing::warn!(attempt, ?supi, ?failure, "not authenticated");
                }
                AusfEvent::Expired { supi } => {
                    self.tally.expired += 1;
                    tracing::info!(attempt, ?supi, "nobody answered the challenge");
                }
                AusfEvent::UdmFailed { what, failure } => {
                    self.tally.udm_failures += 1;
                    tracing::warn!(attempt, what, ?failure, "the UDM failed");
                }
                AusfEvent::ResultLost { supi } => {
                    self.tally.results_lost += 1;
                    tracing::warn!(attempt, ?supi, "the UDM was not told how an authentication ended");
                }
                other => tracing::debug!(attempt, event = ?other, "ausf"),
            }
        }
    }
}

impl Application for AusfApplication {
    /// An AUSF speaks no Diameter.
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.draw(at, None);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.ausf.poll_timeout()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.ausf.handle_timeout(at.now);
        self.draw(at, None);
    }

    fn sbi_request(&mut self, at: Moment, _: &mut Node, id: RequestId, request: Request) {
        let attempt = Calls::of_request(&request);
        self.ausf.handle_request(at.now, at.wall, id, &request);
        self.draw(at, attempt);
    }

    fn sbi_response(&mut self, at: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        let attempt = self.calls.of_outcome(id);
        self.ausf.handle_response(at.now, at.wall, id, outcome);
        self.draw(at, attempt);
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.calls.next()
    }
}
