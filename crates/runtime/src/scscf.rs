//! The S-CSCF as an application of the driver: its registrations to a store, its log.

use crate::front::Shown;
use crate::icscf::WITHOUT_HSS;
use crate::pcscf::at;
use crate::peer_log::log_hss;
use crate::spans::{Attempts, Step};
use crate::{Application, Moment, Records, Tracer, about};
use quintet_cscf::scscf::{Scscf, ScscfEvent};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_telemetry::AttemptId;
use std::borrow::Cow;
use std::time::Duration;

/// Who hears what the S-CSCF reports.
pub type ScscfListener = Box<dyn FnMut(Moment, &ScscfEvent)>;

/// An S-CSCF with its store.
pub struct ScscfApplication {
    scscf: Scscf,
    records: Option<Box<dyn Records>>,
    attempts: Attempts,
    listener: Option<ScscfListener>,
}

impl ScscfApplication {
    /// An S-CSCF whose registrations are forgotten with it. One that is to wait for its records
    /// (`Config::await_saves`) needs [`keeping`](Self::keeping).
    #[must_use]
    pub fn new(scscf: Scscf) -> Self {
        Self {
            scscf,
            records: None,
            attempts: Attempts::default(),
            listener: None,
        }
    }

    /// The same with a place for its registrations.
    #[must_use]
    pub fn keeping(mut self, records: Box<dyn Records>) -> Self {
        self.records = Some(records);
        self
    }

    /// The same with a listener for what it reports.
    #[must_use]
    pub fn reporting(mut self, listener: ScscfListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Tells each REGISTER as a span from now on.
    pub fn trace(&mut self, tracer: Tracer) {
        self.attempts.trace(tracer, "scscf");
    }

    /// The S-CSCF, for what an operator asks of it.
    pub fn scscf(&mut self) -> &mut Scscf {
        &mut self.scscf
    }

    /// The S-CSCF, to look at.
    #[must_use]
    pub fn view(&self) -> &Scscf {
        &self.scscf
    }

    /// Logs what the S-CSCF reports on an input about an attempt.
    fn report(&mut self, moment: Moment, attempt: Option<AttemptId>) {
        let shown = Shown(attempt).field();
        while let Some(event) = self.scscf.poll_event() {
            tracing::debug!(attempt = shown, ?event, "S-CSCF");
            if let Some(attempt) = attempt {
                let (what, step) = step(&event);
                self.attempts.step(moment, attempt, &what, step);
            }
            if let Some(listener) = &mut self.listener {
                listener(moment, &event);
            }
        }
    }

    /// Ends its work: nothing is kept any more.
    pub fn retire(&mut self) {
        self.records = None;
    }
}

/// What an event is to the span of its REGISTER.
fn step(event: &ScscfEvent) -> (Cow<'static, str>, Step) {
    match event {
        ScscfEvent::Authentication { phase, .. } => (format!("{phase:?}").into(), Step::On),
        ScscfEvent::Registration { .. } => ("registration changed".into(), Step::On),
        // A challenge is an answer as it should be.
        ScscfEvent::Answered {
            status: status @ (200..300 | 401),
            ..
        } => (format!("answered {status}").into(), Step::Done("REGISTER")),
        ScscfEvent::Answered { status, .. } => (format!("answered {status}").into(), Step::Failed),
    }
}

impl Application for ScscfApplication {
    fn handle(&mut self, moment: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        let attempt = about::of_diameter(&inbound);
        self.scscf.about(attempt);
        self.scscf.handle(at(moment), node, connection, inbound);
        self.scscf.about(None);
        self.report(moment, attempt);
    }

    fn event(&mut self, moment: Moment, node: &mut Node, event: &Event) {
        log_hss(node, event, WITHOUT_HSS);
        self.scscf.handle_event(at(moment), node, event);
    }

    fn pump(&mut self, moment: Moment, _: &mut Node) {
        while let Some(save) = self.scscf.poll_save(at(moment)) {
            if let Some(records) = &mut self.records {
                records.keep(save);
            }
        }
        if let Some(records) = &self.records {
            self.scscf.saved(at(moment), records.written());
        }
        self.report(moment, None);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.scscf.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, node: &mut Node) {
        self.scscf.timeout(at(moment), node);
    }

    fn sip(&mut self, moment: Moment, node: &mut Node, hop: Hop, octets: &[u8]) {
        let attempt = about::of_sip(octets);
        self.scscf.about(attempt);
        self.scscf.handle_sip(at(moment), node, hop, octets);
        self.scscf.about(None);
        self.report(moment, attempt);
    }

    fn sip_failed(&mut self, moment: Moment, node: &mut Node, hop: Hop) {
        self.scscf.hop_failed(at(moment), node, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.scscf.poll_sip()
    }
}
