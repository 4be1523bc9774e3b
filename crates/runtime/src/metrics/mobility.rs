//! MME and AMF: how far sessions come, what they are refused for, what there is of UEs.

use super::home::requests;
use super::{Counts, Measured};
use crate::spans::Step;
use crate::{AmfApplication, MmeApplication};
use quintet_amf::{AmfEvent, Service};
use quintet_mme::MmeEvent;
use quintet_telemetry::{Collection, Metric, metrics};

/// What is counted of sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    phases: Counts<&'static str>,
    /// By EMM or 5GMM cause.
    rejections: Counts<u8>,
    /// By timer.
    given_up: Counts<String>,
    /// Idle UEs that do not answer.
    silent: Counts<&'static str>,
    /// Requests that were served, by what they ask and status.
    requests: Counts<(&'static str, u16)>,
    /// Calls that brought nothing, by whom they were for.
    calls_failed: Counts<&'static str>,
}

impl Sessions {
    /// Counts what an MME reports.
    pub(crate) fn of_mme(&mut self, event: &MmeEvent) {
        use quintet_emm::network::{Event, Phase};
        match event {
            MmeEvent::PagingFailed { .. } => self.silent.add("paging-failed"),
            MmeEvent::ImplicitlyDetached { .. } => self.silent.add("detached"),
            MmeEvent::Emm {
                event: Event::Phase { phase, .. },
                ..
            } => {
                match phase {
                    Phase::Rejected(cause) => self.rejections.add(cause.0),
                    Phase::GivenUp(timer) => self.given_up.add(format!("{timer:?}")),
                    _ => {}
                }
                self.phases.add(mme_phase(*phase).0);
            }
            _ => {}
        }
    }

    /// Counts what an AMF reports.
    pub(crate) fn of_amf(&mut self, event: &AmfEvent) {
        use quintet_fgmm::network::{Event, Phase};
        match event {
            AmfEvent::PagingFailed { .. } => self.silent.add("paging-failed"),
            AmfEvent::ImplicitlyDeregistered { .. } => self.silent.add("deregistered"),
            AmfEvent::Served { what, status, .. } => self.requests.add((what, *status)),
            AmfEvent::CallFailed { service, .. } => self.calls_failed.add(match service {
                Service::Ausf => "ausf",
                Service::Udm => "udm",
                Service::Smf => "smf",
            }),
            AmfEvent::Fgmm {
                event: Event::Phase { phase, .. },
                ..
            } => {
                match phase {
                    Phase::Rejected(cause) => self.rejections.add(cause.0),
                    Phase::GivenUp(timer) => self.given_up.add(format!("{timer:?}")),
                    _ => {}
                }
                self.phases.add(amf_phase(*phase).0);
            }
            _ => {}
        }
    }

    fn measure(&self, [phases, rejections, given_up, silent]: [&'static Metric; 4], into: &mut Collection) {
        for (phase, count) in self.phases.iter() {
            into.count(phases, &[phase], count);
        }
        for (cause, count) in self.rejections.iter() {
            into.count(rejections, &[&cause.to_string()], count);
        }
        for (timer, count) in self.given_up.iter() {
            into.count(given_up, &[timer], count);
        }
        for (outcome, count) in self.silent.iter() {
            into.count(silent, &[outcome], count);
        }
    }
}

/// What a phase is called, and what it is to its attempt.
pub(crate) fn mme_phase(phase: quintet_emm::network::Phase) -> (&'static str, Step) {
    use quintet_emm::network::Phase;
    match phase {
        Phase::Identified => ("identified", Step::First),
        Phase::VectorsRequested => ("vectors-requested", Step::On),
        Phase::VectorsReceived => ("vectors-received", Step::On),
        Phase::Authenticated => ("authenticated", Step::On),
        Phase::ContextReused => ("context-reused", Step::First),
        Phase::SecurityModeCommanded => ("security-mode-commanded", Step::On),
        Phase::SecurityModeComplete => ("security-mode-complete", Step::On),
        Phase::FirstProtected => ("first-protected", Step::On),
        Phase::Located => ("located", Step::On),
        Phase::Attached => ("attached", Step::Done("attach")),
        Phase::Updated => ("updated", Step::Done("tracking area update")),
        Phase::Served => ("served", Step::Done("service request")),
        Phase::Detached => ("detached", Step::Done("detach")),
        Phase::Rejected(_) => ("rejected", Step::Failed),
        Phase::AuthenticationRejected => ("authentication-rejected", Step::Failed),
        Phase::GivenUp(_) => ("given-up", Step::Failed),
    }
}

/// What a phase is called, and what it is to its attempt.
pub(crate) fn amf_phase(phase: quintet_fgmm::network::Phase) -> (&'static str, Step) {
    use quintet_fgmm::network::Phase;
    match phase {
        Phase::Identified => ("identified", Step::First),
        Phase::ChallengeRequested => ("challenge-requested", Step::On),
        Phase::ChallengeReceived(_) => ("challenge-received", Step::On),
        Phase::ResponseRight => ("response-right", Step::On),
        Phase::ResponseWrong => ("response-wrong", Step::On),
        Phase::Authenticated => ("authenticated", Step::On),
        Phase::ContextReused => ("context-reused", Step::First),
        Phase::SecurityModeCommanded => ("security-mode-commanded", Step::On),
        Phase::SecurityModeComplete => ("security-mode-complete", Step::On),
        Phase::FirstProtected => ("first-protected", Step::On),
        Phase::Subscribed => ("subscribed", Step::On),
        Phase::Registered => ("registered", Step::Done("registration")),
        Phase::Served => ("served", Step::Done("service request")),
        Phase::ConfigurationUpdated => ("configuration-updated", Step::On),
        Phase::Deregistered => ("deregistered", Step::Done("deregistration")),
        Phase::Rejected(_) => ("rejected", Step::Failed),
        Phase::AuthenticationRejected => ("authentication-rejected", Step::Failed),
        Phase::ContextTransferNotSupported => ("context-transfer-not-supported", Step::On),
        Phase::GivenUp(_) => ("given-up", Step::Failed),
    }
}

/// Messages of both directions.
fn messages(metric: &'static Metric, received: u64, sent: u64, into: &mut Collection) {
    into.count(metric, &["received"], received);
    into.count(metric, &["sent"], sent);
}

impl Measured for MmeApplication {
    const NODE: &'static str = "mme";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        let mme = self.view();
        let c = mme.counters();
        messages(&metrics::MME_S1_MESSAGES, c.s1_received, c.s1_sent, into);
        into.count(&metrics::MME_S1_FAULTY, &[], c.s1_faulty);
        into.count(&metrics::MME_REFUSED, &[], c.refused);
        into.count(&metrics::MME_NAS_DISCARDED, &[], c.nas_discarded);
        let metrics_of_sessions = [
            &metrics::MME_PHASES,
            &metrics::MME_REJECTIONS,
            &metrics::MME_GIVEN_UP,
            &metrics::MME_SILENT,
        ];
        self.sessions().measure(metrics_of_sessions, into);
        into.gauge(&metrics::MME_CONTEXTS, &[], mme.context_count() as f64);
        into.gauge(&metrics::MME_CONNECTIONS, &[], mme.connection_count() as f64);
        into.gauge(&metrics::MME_ENBS, &[], mme.enbs().count() as f64);
    }
}

impl Measured for AmfApplication {
    const NODE: &'static str = "amf";
    const DIAMETER: bool = false;

    fn measure(&self, into: &mut Collection) {
        let amf = self.view();
        let c = amf.counters();
        messages(&metrics::AMF_N2_MESSAGES, c.n2_received, c.n2_sent, into);
        into.count(&metrics::AMF_N2_FAULTY, &[], c.n2_faulty);
        into.count(&metrics::AMF_REFUSED, &[], c.refused);
        into.count(&metrics::AMF_NAS_DISCARDED, &[], c.nas_discarded);
        let metrics_of_sessions = [
            &metrics::AMF_PHASES,
            &metrics::AMF_REJECTIONS,
            &metrics::AMF_GIVEN_UP,
            &metrics::AMF_SILENT,
        ];
        let sessions = self.sessions();
        sessions.measure(metrics_of_sessions, into);
        requests(Self::NODE, sessions.requests.iter(), into);
        into.count(&metrics::SBI_CALLS, &[Self::NODE], c.calls);
        for (service, count) in sessions.calls_failed.iter() {
            into.count(&metrics::SBI_CALLS_FAILED, &[Self::NODE, service], count);
        }
        into.gauge(&metrics::AMF_CONTEXTS, &[], amf.context_count() as f64);
        into.gauge(&metrics::AMF_CONNECTIONS, &[], amf.connection_count() as f64);
        into.gauge(&metrics::AMF_GNBS, &[], amf.gnbs().count() as f64);
    }
}
