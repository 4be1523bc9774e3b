//! Service request, paging and notification (TS 24.501 5.6).

use super::input::Start;
use super::output::{Event, Output, Procedure};
use super::send::Initial;
use super::start::Goal;
use super::{Timer, Ue, Work};
use quintet_nas::fgs::{
    MobileIdentity, NotificationResponse, ServiceAccept, ServiceReject, ServiceRequest, ServiceType,
};

impl Ue {
    /// SERVICE REQUEST (TS 24.501 5.6.1.2).
    pub(super) fn service_request(&mut self, work: &mut Work<'_>, service_type: ServiceType) {
        self.drop_exhausted();
        let Some(guti) = self.kept.guti.filter(|_| self.contexts.current.is_some()) else {
            self.goal = Goal::None;
            return self.register_usual(work);
        };
        let identity = MobileIdentity::STmsi(guti.s_tmsi());
        let mut request = ServiceRequest::new(self.contexts.ksi(), service_type, identity);
        if self.kept.session.is_some() {
            let status = self.pdu_session_status();
            request.pdu_session_status = Some(status);
            if service_type == ServiceType::DATA {
                request.uplink_data_status = Some(quintet_nas::fgs::UplinkDataStatus(status.0));
            }
        }
        let message = Initial {
            whole: request.into(),
            s_tmsi: Some(guti.s_tmsi()),
            with_context: true,
        };
        if self.send_initial(work, &message) {
            self.run(work, Timer::T3517);
        } else {
            self.goal = Goal::None;
        }
    }

    /// SERVICE ACCEPT (TS 24.501 5.6.1.4).
    pub(super) fn service_accept(&mut self, work: &mut Work<'_>, accept: &ServiceAccept<'_>) {
        self.timers.stop(Timer::T3517);
        if let Some(status) = accept.pdu_session_status {
            self.keep_session_if(status);
        }
        self.attempts = 0;
        if matches!(self.goal, Goal::Service { .. }) {
            self.goal = Goal::None;
            work.event(Event::Served);
            self.ask_for_session(work);
        }
    }

    /// SERVICE REJECT (TS 24.501 5.6.1.5).
    pub(super) fn service_reject(
        &mut self,
        work: &mut Work<'_>,
        reject: &ServiceReject<'_>,
        protected: bool,
    ) {
        if let Some(status) = reject.pdu_session_status.filter(|_| protected) {
            self.keep_session_if(status);
        }
        let what = (Procedure::ServiceRequest, reject.fgmm_cause, protected);
        self.refused(work, what, reject.t3346_value);
    }

    /// Security of the access stratum is there.
    pub(super) fn context_set_up(&mut self, work: &mut Work<'_>) {
        if let Some(k_gnb) = self.k_gnb().filter(|_| self.connection.is_some()) {
            work.outputs.push(Output::KgNb(k_gnb));
        }
    }

    /// Paging (TS 24.501 5.6.2.2.1).
    pub(super) fn paged(&mut self, work: &mut Work<'_>) {
        if !self.is_registered() || self.is_connected() || !self.configuration.automatic {
            return;
        }
        let service_type = ServiceType::MOBILE_TERMINATED_SERVICES;
        self.start(work, Start::ServiceRequest { service_type });
    }

    /// NOTIFICATION: of another access, where this UE has no sessions to bring back (TS 24.501 5.6.3.3).
    pub(super) fn notification(&mut self, work: &mut Work<'_>) {
        let mut response = NotificationResponse::new();
        response.pdu_session_status = Some(self.pdu_session_status());
        self.send_fgmm(work, &response.into());
    }
}
