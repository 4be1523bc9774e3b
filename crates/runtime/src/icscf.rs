//! The I-CSCF as an application of the driver: its log, and its part of attempts.

use crate::front::Shown;
use crate::pcscf::at;
use crate::peer_log::log_hss;
use crate::spans::{Attempts, Step};
use crate::{Application, Moment, Tracer, about};
use quintet_cscf::icscf::{Icscf, IcscfEvent};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_telemetry::AttemptId;
use std::borrow::Cow;
use std::time::Duration;

/// An I-CSCF. Nothing of it outlives a request.
pub struct IcscfApplication {
    icscf: Icscf,
    attempts: Attempts,
}

impl IcscfApplication {
    /// An I-CSCF to drive.
    #[must_use]
    pub fn new(icscf: Icscf) -> Self {
        Self {
            icscf,
            attempts: Attempts::default(),
        }
    }

    /// Tells each request as a span from now on.
    pub fn trace(&mut self, tracer: Tracer) {
        self.attempts.trace(tracer, "icscf");
    }

    /// Logs what the I-CSCF reports on an input about an attempt.
    fn report(&mut self, moment: Moment, attempt: Option<AttemptId>) {
        while let Some(event) = self.icscf.poll_event() {
            tracing::debug!(attempt = Shown(attempt).field(), ?event, "I-CSCF");
            if let Some(attempt) = attempt {
                let (what, step) = step(&event);
                self.attempts.step(moment, attempt, &what, step);
            }
        }
    }

    /// The I-CSCF, to look at.
    #[must_use]
    pub fn view(&self) -> &Icscf {
        &self.icscf
    }
}

/// What becomes of requests while a CSCF has no HSS.
pub(crate) const WITHOUT_HSS: &str = "who registers is answered 504";

/// What an event is to the span of its request.
fn step(event: &IcscfEvent) -> (Cow<'static, str>, Step) {
    match event {
        IcscfEvent::Asked { register: true } => ("UAR".into(), Step::On),
        IcscfEvent::Asked { register: false } => ("LIR".into(), Step::On),
        IcscfEvent::Forwarded { again: false, .. } => ("forwarded".into(), Step::On),
        IcscfEvent::Forwarded { again: true, .. } => ("forwarded to another S-CSCF".into(), Step::On),
        IcscfEvent::Answered { status } => (format!("answered {status}").into(), Step::Done("SIP request")),
        IcscfEvent::Refused { status } => (format!("refused {status}").into(), Step::Failed),
    }
}

impl Application for IcscfApplication {
    fn handle(&mut self, moment: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        let attempt = about::of_diameter(&inbound);
        self.icscf.about(attempt);
        self.icscf.handle(at(moment), node, connection, inbound);
        self.icscf.about(None);
        self.report(moment, attempt);
    }

    fn event(&mut self, moment: Moment, node: &mut Node, event: &Event) {
        log_hss(node, event, WITHOUT_HSS);
        self.icscf.handle_event(at(moment), node, event);
    }

    fn pump(&mut self, moment: Moment, _: &mut Node) {
        self.report(moment, None);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.icscf.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, node: &mut Node) {
        self.icscf.timeout(at(moment), node);
    }

    fn sip(&mut self, moment: Moment, node: &mut Node, hop: Hop, octets: &[u8]) {
        let attempt = about::of_sip(octets);
        self.icscf.about(attempt);
        self.icscf.handle_sip(at(moment), node, hop, octets);
        self.icscf.about(None);
        self.report(moment, attempt);
    }

    fn sip_failed(&mut self, moment: Moment, node: &mut Node, hop: Hop) {
        self.icscf.hop_failed(at(moment), node, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.icscf.poll_sip()
    }
}
