//! Attach (TS 24.301 5.5.1).

use super::input::AttachIdentity;
use super::kept::{Bearer, UpdateStatus};
use super::output::{Event, NotStarted, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work, silent};
use crate::path::MessageView;
use crate::{Discard, Disposition};
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextRequest, AttachAccept, AttachComplete, AttachReject, AttachRequest,
    EmmCause, EmmMessage, EpsAttachType, EpsMobileIdentity, EsmMessage, EsmMessageContainer, GprsTimer,
};
use std::sync::Arc;

impl Ue {
    /// ATTACH REQUEST (TS 24.301 5.5.1.2.2).
    pub(super) fn attach(&mut self, work: &mut Work<'_>, attach_type: EpsAttachType, choice: AttachIdentity) {
        self.contexts.drop_exhausted();
        let Some(identity) = self.attach_identity(attach_type, choice) else {
            self.goal = Goal::None;
            return work.event(Event::NotStarted(NotStarted::NoIdentity));
        };
        let s_tmsi = match identity {
            EpsMobileIdentity::Guti(guti) => Some(guti.s_tmsi()),
            _ => None,
        };
        let configuration = Arc::clone(&self.configuration);
        let connectivity = self.pdn_connectivity_request(attach_type == EpsAttachType::EPS_EMERGENCY_ATTACH);
        let mut request = AttachRequest::new(
            attach_type,
            self.contexts.ksi(),
            identity,
            configuration.ue_network_capability(),
            EsmMessageContainer(&connectivity),
        );
        request.last_visited_registered_tai = self.kept.last_visited;
        request.ms_network_capability = configuration.ms_network_capability();
        request.ue_additional_security_capability = configuration.ue_additional_security_capability;
        let message = EmmMessage::AttachRequest(request);
        if self.send_initial(work, &message, s_tmsi) {
            if let Some(connection) = &mut self.connection {
                connection.request = message.to_octets();
            }
            self.run(work, Timer::T3410);
        } else {
            self.goal = Goal::None;
        }
    }

    fn attach_identity(
        &self,
        attach_type: EpsAttachType,
        choice: AttachIdentity,
    ) -> Option<EpsMobileIdentity<'static>> {
        let imsi = self.identity.imsi.map(EpsMobileIdentity::Imsi);
        let imei = EpsMobileIdentity::Imei(self.identity.imei);
        match choice {
            AttachIdentity::Imei => Some(imei),
            AttachIdentity::Imsi => imsi,
            AttachIdentity::Usual => self
                .kept
                .guti
                .map(EpsMobileIdentity::Guti)
                .or(imsi)
                .or((attach_type == EpsAttachType::EPS_EMERGENCY_ATTACH).then_some(imei)),
        }
    }

    /// ATTACH ACCEPT (TS 24.301 5.5.1.2.4); one that comes again is confirmed again.
    pub(super) fn attach_accept(&mut self, work: &mut Work<'_>, accept: &AttachAccept<'_>) -> Disposition {
        let Some(activation) = activation(accept) else {
            let cause = EmmCause::INVALID_MANDATORY_INFORMATION;
            return if self.send_status(work, cause) {
                Disposition::Replied(cause)
            } else {
                silent(Discard::Malformed)
            };
        };
        let first = matches!(self.goal, Goal::Attach { .. });
        self.take_area(accept.guti.as_ref(), Some(&accept.tai_list));
        let bearer = Bearer {
            identity: activation.eps_bearer_identity.0,
            address: super::session::address(&activation.pdn_address),
        };
        self.kept.bearer = Some(bearer);
        self.kept.status = UpdateStatus::Updated;
        self.kept.emergency = self.path.emergency == Some(true);
        self.kept.t3402 = accept.t3402_value.and_then(GprsTimer::duration);
        self.kept.t3412 = Some(accept.t3412_value.duration());
        self.timers.stop(Timer::T3410);
        self.attempts = 0;
        self.give_up_waiting();
        let confirmation = super::session::activate_default_accept(activation.eps_bearer_identity);
        let complete = AttachComplete::new(EsmMessageContainer(&confirmation));
        let message = EmmMessage::AttachComplete(complete);
        let sent = self.send(work, MessageView::of(&message), &message.to_octets());
        if sent && first {
            work.event(Event::Registered {
                guti: self.kept.guti,
                address: bearer.address,
            });
        }
        Disposition::Handled
    }

    /// ATTACH REJECT (TS 24.301 5.5.1.2.5).
    pub(super) fn attach_reject(&mut self, work: &mut Work<'_>, reject: &AttachReject<'_>, protected: bool) {
        if let Some(t3402) = reject.t3402_value {
            self.kept.t3402 = t3402.duration();
        }
        self.refused(
            work,
            (Procedure::Attach, reject.emm_cause, protected),
            reject.t3346_value,
        );
    }
}

/// The default bearer that an ATTACH ACCEPT activates.
fn activation<'a>(accept: &AttachAccept<'a>) -> Option<ActivateDefaultEpsBearerContextRequest<'a>> {
    match EsmMessage::decode_downlink(accept.esm_message_container.0)
        .ok()?
        .message
    {
        EsmMessage::ActivateDefaultEpsBearerContextRequest(request) => Some(request),
        _ => None,
    }
}
