//! Tracking area updating (TS 24.301 5.5.3).

use super::kept::UpdateStatus;
use super::output::{Event, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use quintet_nas::eps::{
    EmmMessage, EpsBearerContextStatus, EpsMobileIdentity, EpsUpdateType, GprsTimer,
    TrackingAreaUpdateAccept, TrackingAreaUpdateComplete, TrackingAreaUpdateReject,
    TrackingAreaUpdateRequest,
};
use std::sync::Arc;

impl Ue {
    /// TRACKING AREA UPDATE REQUEST (TS 24.301 5.5.3.2.2). A registered UE without a GUTI attaches instead.
    pub(super) fn update(&mut self, work: &mut Work<'_>, update_type: EpsUpdateType) {
        self.contexts.drop_exhausted();
        let Some(guti) = self.kept.guti else {
            self.goal = Goal::None;
            return self.attach_usual(work);
        };
        let configuration = Arc::clone(&self.configuration);
        let identity = EpsMobileIdentity::Guti(guti);
        let mut request = TrackingAreaUpdateRequest::new(update_type, self.contexts.ksi(), identity);
        request.last_visited_registered_tai = self.kept.last_visited;
        if update_type.update_type() != EpsUpdateType::PERIODIC_UPDATING {
            request.ue_network_capability = Some(configuration.ue_network_capability());
            request.ms_network_capability = configuration.ms_network_capability();
            request.ue_additional_security_capability = configuration.ue_additional_security_capability;
        }
        request.eps_bearer_context_status = self
            .kept
            .bearer
            .map(|bearer| EpsBearerContextStatus::default().with(bearer.identity));
        let message = EmmMessage::TrackingAreaUpdateRequest(request);
        if self.send_initial(work, &message, Some(guti.s_tmsi())) {
            if let Some(connection) = &mut self.connection {
                connection.request = message.to_octets();
            }
            self.run(work, Timer::T3430);
        } else {
            self.goal = Goal::None;
        }
    }

    /// TRACKING AREA UPDATE ACCEPT (TS 24.301 5.5.3.2.4).
    pub(super) fn update_accept(&mut self, work: &mut Work<'_>, accept: &TrackingAreaUpdateAccept<'_>) {
        let first = matches!(self.goal, Goal::Update { .. });
        self.take_area(accept.guti.as_ref(), accept.tai_list.as_ref());
        self.kept.status = UpdateStatus::Updated;
        self.kept.t3402 = accept
            .t3402_value
            .and_then(GprsTimer::duration)
            .or(self.kept.t3402);
        if let Some(t3412) = accept.t3412_value {
            self.kept.t3412 = Some(t3412.duration());
        }
        if let (Some(status), Some(bearer)) = (accept.eps_bearer_context_status, self.kept.bearer)
            && !status.is_active(bearer.identity)
        {
            self.kept.bearer = None;
        }
        self.timers.stop(Timer::T3430);
        self.attempts = 0;
        self.give_up_waiting();
        if matches!(accept.guti, Some(EpsMobileIdentity::Guti(_))) {
            let complete = TrackingAreaUpdateComplete::new();
            self.send_emm(work, &EmmMessage::TrackingAreaUpdateComplete(complete));
        }
        if first {
            work.event(Event::Updated { guti: self.kept.guti });
        }
    }

    /// TRACKING AREA UPDATE REJECT (TS 24.301 5.5.3.2.5).
    pub(super) fn update_reject(
        &mut self,
        work: &mut Work<'_>,
        reject: &TrackingAreaUpdateReject<'_>,
        protected: bool,
    ) {
        let what = (Procedure::TrackingAreaUpdate, reject.emm_cause, protected);
        self.refused(work, what, reject.t3346_value);
    }
}
