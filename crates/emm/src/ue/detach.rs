//! Detach (TS 24.301 5.5.2).

use super::kept::UpdateStatus;
use super::output::{Departure, Event};
use super::start::Goal;
use super::{Timer, Ue, Work};
use crate::path::MessageView;
use quintet_nas::eps::{
    DetachAccept, DetachRequestFromNetwork, DetachRequestFromUe, DetachType, EmmMessage, EpsMobileIdentity,
};

/// How often DETACH REQUEST is sent in all (TS 24.301 5.5.2.2.4: at the fifth expiry of T3421 the UE is detached).
const DETACH_TRANSMISSIONS: u8 = 5;

impl Ue {
    /// DETACH REQUEST (TS 24.301 5.5.2.2.1).
    pub(super) fn detach(&mut self, work: &mut Work<'_>, switch_off: bool) {
        self.contexts.drop_exhausted();
        let identity = match (self.kept.guti, self.identity.imsi) {
            (Some(guti), _) => EpsMobileIdentity::Guti(guti),
            (None, Some(imsi)) => EpsMobileIdentity::Imsi(imsi),
            (None, None) => EpsMobileIdentity::Imei(self.identity.imei),
        };
        let detach_type = DetachType::EPS_DETACH.with_switch_off(switch_off);
        let request = DetachRequestFromUe::new(detach_type, self.contexts.ksi(), identity);
        let message = EmmMessage::DetachRequestFromUe(request);
        let s_tmsi = self.kept.guti.map(|guti| guti.s_tmsi());
        for timer in [Timer::T3410, Timer::T3417, Timer::T3430] {
            self.timers.stop(timer);
        }
        if !self.send_initial(work, &message, s_tmsi) {
            self.goal = Goal::None;
            return;
        }
        if switch_off {
            self.detach_unanswered(work);
            self.run(work, Timer::T3440);
            return;
        }
        if let Some(connection) = &mut self.connection {
            connection.detach = Some((message.to_octets(), 1));
        }
        self.run(work, Timer::T3421);
    }

    /// T3421 has expired (TS 24.301 5.5.2.2.4 c).
    pub(super) fn detach_again(&mut self, work: &mut Work<'_>) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        match connection.detach.take() {
            Some((plain, sent)) if sent < DETACH_TRANSMISSIONS => {
                connection.detach = Some((plain.clone(), sent + 1));
                let view = MessageView::DetachRequestByUe {
                    ksi: self.contexts.ksi().into(),
                    switch_off: false,
                };
                if self.send(work, view, &plain) {
                    self.run(work, Timer::T3421);
                }
            }
            _ => self.release(work),
        }
    }

    /// The UE is detached although nobody said so.
    pub(super) fn detach_unanswered(&mut self, work: &mut Work<'_>) {
        self.leave(UpdateStatus::NotUpdated);
        work.event(Event::Deregistered(Departure::Unanswered));
    }

    /// DETACH ACCEPT (TS 24.301 5.5.2.2.2).
    pub(super) fn detach_accept(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::T3421);
        self.leave(self.kept.status);
        self.run(work, Timer::T3440);
        work.event(Event::Deregistered(Departure::Accepted));
    }

    /// DETACH REQUEST of the network (TS 24.301 5.5.2.3.2).
    pub(super) fn detach_request(&mut self, work: &mut Work<'_>, request: &DetachRequestFromNetwork<'_>) {
        let detach_type = request.detach_type.detach_type();
        self.send_emm(work, &EmmMessage::DetachAccept(DetachAccept::new()));
        if detach_type == DetachType::NETWORK_IMSI_DETACH {
            return;
        }
        let reattach = detach_type == DetachType::RE_ATTACH_REQUIRED;
        for timer in [Timer::T3410, Timer::T3417, Timer::T3421, Timer::T3430] {
            self.timers.stop(timer);
        }
        self.leave(self.kept.status);
        if reattach {
            self.reattach();
        } else if let Some(cause) = request.emm_cause {
            self.detached_because(cause);
        }
        self.run(work, Timer::T3440);
        let cause = request.emm_cause;
        work.event(Event::Deregistered(Departure::ByNetwork { reattach, cause }));
    }

    /// What a deregistered UE no longer has. GUTI and context stay, for the next attach.
    fn leave(&mut self, status: UpdateStatus) {
        self.give_up_waiting();
        self.kept.bearer = None;
        self.kept.emergency = false;
        self.kept.status = status;
    }
}
