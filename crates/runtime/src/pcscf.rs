//! The P-CSCF as an application of the driver: what it says waits until what it keeps of it is durable.

use crate::front::Shown;
use crate::outbox::Outbox;
use crate::spans::{Attempts, Step};
use crate::{Application, Moment, Records, Tracer, about};
use quintet_cscf::pcscf::{Pcscf, PcscfEvent};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_esp::{SaCommand, SaSet};
use quintet_ims::registrar::At;
use quintet_sip::transport::{Hop, SipOutput};
use quintet_telemetry::AttemptId;
use std::borrow::Cow;
use std::time::Duration;

/// Who hears what the P-CSCF reports.
pub type PcscfListener = Box<dyn FnMut(Moment, &PcscfEvent)>;

/// Who hears of packets that were dropped, and of associations that ended by themselves.
pub type EspListener = Box<dyn FnMut(Moment, &quintet_esp::Event)>;

/// A P-CSCF with its store.
pub struct PcscfApplication {
    pcscf: Pcscf,
    records: Option<Box<dyn Records>>,
    /// Records that were handed over.
    kept: u64,
    outbox: Outbox,
    attempts: Attempts,
    listener: Option<PcscfListener>,
    esp_listener: Option<EspListener>,
}

impl PcscfApplication {
    /// A P-CSCF whose registrations are forgotten with it.
    #[must_use]
    pub fn new(pcscf: Pcscf) -> Self {
        Self {
            pcscf,
            records: None,
            kept: 0,
            outbox: Outbox::default(),
            attempts: Attempts::default(),
            listener: None,
            esp_listener: None,
        }
    }

    /// The same with a place for its registrations.
    #[must_use]
    pub fn keeping(mut self, records: Box<dyn Records>) -> Self {
        self.records = Some(records);
        self
    }

    /// The same with listeners for what it reports.
    #[must_use]
    pub fn reporting(mut self, listener: PcscfListener, esp: EspListener) -> Self {
        self.listener = Some(listener);
        self.esp_listener = Some(esp);
        self
    }

    /// Tells each registration as a span from now on.
    pub fn trace(&mut self, tracer: Tracer) {
        self.attempts.trace(tracer, "pcscf");
    }

    /// The P-CSCF, for what an operator asks of it.
    pub fn pcscf(&mut self) -> &mut Pcscf {
        &mut self.pcscf
    }

    /// The P-CSCF, to look at.
    #[must_use]
    pub fn view(&self) -> &Pcscf {
        &self.pcscf
    }

    /// Ends its work: nothing is kept any more.
    pub fn retire(&mut self) {
        self.records = None;
    }

    /// Logs what the P-CSCF reports on an input, whose attempt is looked for if it reports anything.
    fn report(&mut self, moment: Moment, attempt: impl Fn() -> Option<AttemptId>) {
        while let Some(event) = self.pcscf.poll_event() {
            let attempt = attempt();
            log(Shown(attempt), &event);
            if let (Some(attempt), Some((what, step))) = (attempt, step(&event)) {
                self.attempts.step(moment, attempt, &what, step);
            }
            if let Some(listener) = &mut self.listener {
                listener(moment, &event);
            }
        }
    }

    /// Takes from the node what it wants done, records first. Nothing is taken past a command that is not carried out yet: what comes next
    /// depends on whether it could be.
    fn draw(&mut self) {
        while let Some(save) = self.pcscf.poll_save() {
            if let Some(records) = &mut self.records {
                records.keep(save);
                self.kept += 1;
            }
        }
        while !self.outbox.ends_in_command() {
            match self.pcscf.poll_sa() {
                Some(command) => self.outbox.command(command),
                None => match self.pcscf.poll_sip() {
                    Some(output) => self.outbox.send(self.kept, output),
                    None => return,
                },
            }
        }
    }
}

/// The same moment in the words of the procedures of the IMS.
pub(crate) fn at(moment: Moment) -> At {
    At {
        now: moment.now,
        wall: moment.wall,
    }
}

/// What an event is to the span of its registration; nothing, if it is about none.
fn step(event: &PcscfEvent) -> Option<(Cow<'static, str>, Step)> {
    Some(match event {
        PcscfEvent::Challenged { .. } => ("challenged".into(), Step::First),
        PcscfEvent::Registered { .. } => ("registered".into(), Step::Done("registration")),
        PcscfEvent::Deregistered { .. } => ("deregistered".into(), Step::Done("deregistration")),
        PcscfEvent::Refused { status, .. } => (format!("refused {status}").into(), Step::Failed),
        PcscfEvent::Proposal { .. } => ("security proposal refused".into(), Step::Failed),
        PcscfEvent::Tampered { .. } => ("security agreement tampered with".into(), Step::Failed),
        PcscfEvent::Unanswered { .. } | PcscfEvent::Unprotected { .. } | PcscfEvent::Flood { .. } => {
            return None;
        }
    })
}

fn log(attempt: Shown, event: &PcscfEvent) {
    let attempt = attempt.field();
    match event {
        PcscfEvent::Proposal { source, why } => {
            tracing::info!(attempt, %source, ?why, "a UE's security proposal is refused")
        }
        PcscfEvent::Tampered { impi, why } => {
            tracing::warn!(
                attempt,
                impi,
                ?why,
                "what a UE repeated of the security agreement is not what was said"
            );
        }
        PcscfEvent::Flood { source } => {
            tracing::warn!(%source, "more REGISTERs than pcscf.registers_per_second")
        }
        other => tracing::debug!(attempt, event = ?other, "P-CSCF"),
    }
}

impl Application for PcscfApplication {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, moment: Moment, _: &mut Node) {
        self.draw();
        self.report(moment, || None);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.pcscf.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, _: &mut Node) {
        self.pcscf.timeout(at(moment));
    }

    fn sip(&mut self, moment: Moment, _: &mut Node, hop: Hop, octets: &[u8]) {
        self.pcscf.handle_sip(at(moment), hop, octets);
        self.report(moment, || about::of_sip(octets));
    }

    fn sip_failed(&mut self, moment: Moment, _: &mut Node, hop: Hop) {
        self.pcscf.hop_failed(at(moment), hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.draw();
        let written = self
            .records
            .as_ref()
            .map_or(u64::MAX, |records| records.written());
        self.outbox.next_send(written)
    }

    fn poll_sa(&mut self) -> Option<SaCommand> {
        self.draw();
        self.outbox.next_command()
    }

    fn sa_refused(&mut self, _: Moment, _: &mut Node, set: SaSet) {
        self.pcscf.association_refused(set);
    }

    fn esp(&mut self, moment: Moment, _: &mut Node, event: &quintet_esp::Event) {
        tracing::debug!(?event, "ESP");
        if let Some(listener) = &mut self.esp_listener {
            listener(moment, event);
        }
    }
}
