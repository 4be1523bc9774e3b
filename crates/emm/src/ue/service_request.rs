//! Service request and paging (TS 24.301 5.6.1, 5.6.2).

use super::input::Start;
use super::kept::UpdateStatus;
use super::output::{Event, Output, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use crate::path::{MessageView, Protection, State};
use quintet_nas::eps::ServiceReject;

impl Ue {
    /// SERVICE REQUEST (TS 24.301 5.6.1.2).
    pub(super) fn service_request(&mut self, work: &mut Work<'_>) {
        self.contexts.drop_exhausted();
        let (Some(guti), Some(current)) = (self.kept.guti, &mut self.contexts.current) else {
            self.goal = Goal::None;
            return self.attach_usual(work);
        };
        let mut nas = Vec::new();
        let ksi = current.ksi;
        let Ok(count) = current.nas.protect_service_request(ksi.identifier(), &mut nas) else {
            self.goal = Goal::None;
            return self.attach_usual(work);
        };
        let view = MessageView::ServiceRequest { ksi: ksi.into() };
        if !self.allowed(work, Protection::ShortMac, view) {
            self.goal = Goal::None;
            return;
        }
        self.connection.get_or_insert_default().k_enb_count = Some(count);
        work.outputs.push(Output::Initial {
            nas,
            s_tmsi: Some(guti.s_tmsi()),
        });
        self.run(work, Timer::T3417);
    }

    /// Security of the access stratum and bearers are there: they answer a service request (TS 24.301 5.6.1.4).
    pub(super) fn context_set_up(&mut self, work: &mut Work<'_>) {
        if self.connection.is_none() {
            return;
        }
        self.path = self.path.bearers_established();
        if let Some(k_enb) = self.k_enb() {
            work.outputs.push(Output::KeNb(k_enb));
        }
        if self.goal == Goal::Service {
            self.timers.stop(Timer::T3417);
            self.attempts = 0;
            self.goal = Goal::None;
            work.event(Event::Served);
        }
    }

    /// Paging (TS 24.301 5.6.2.2). By IMSI it says that the network has lost the UE, which begins anew.
    pub(super) fn paged(&mut self, work: &mut Work<'_>, with_imsi: bool) {
        if !self.is_registered() || self.is_connected() || !self.configuration.automatic {
            return;
        }
        if with_imsi {
            self.give_up_waiting();
            self.kept.forget(UpdateStatus::NotUpdated);
            self.contexts.forget();
            self.path = State::DEREGISTERED;
            self.attach_usual(work);
        } else {
            self.start(work, Start::ServiceRequest);
        }
    }

    /// SERVICE REJECT (TS 24.301 5.6.1.5).
    pub(super) fn service_reject(
        &mut self,
        work: &mut Work<'_>,
        reject: &ServiceReject<'_>,
        protected: bool,
    ) {
        let what = (Procedure::ServiceRequest, reject.emm_cause, protected);
        self.refused(work, what, reject.t3346_value);
    }
}
