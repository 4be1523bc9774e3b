//! Deregistration (TS 24.501 5.5.2).

use super::kept::UpdateStatus;
use super::output::{Departure, Event};
use super::send::Initial;
use super::start::Goal;
use super::{Timer, Ue, Work};
use crate::path::MessageView;
use quintet_nas::fgs::{
    DeregistrationAcceptFromUe, DeregistrationRequestFromNetwork, DeregistrationRequestFromUe,
    DeregistrationType, MobileIdentity,
};

/// How often DEREGISTRATION REQUEST is sent in all (TS 24.501 5.5.2.2.6: at the fifth expiry of T3521 the UE is
/// deregistered).
const DEREGISTRATION_TRANSMISSIONS: u8 = 5;

impl Ue {
    /// DEREGISTRATION REQUEST (TS 24.501 5.5.2.2.1).
    pub(super) fn deregister(&mut self, work: &mut Work<'_>, switch_off: bool) {
        self.drop_exhausted();
        let identity = match self.kept.guti {
            Some(guti) => MobileIdentity::Guti(guti),
            None => match self.suci(work) {
                Some(suci) => MobileIdentity::Suci(suci),
                None => MobileIdentity::Imei(self.identity.imei),
            },
        };
        let deregistration_type = if switch_off {
            DeregistrationType::SWITCH_OFF_3GPP_ACCESS
        } else {
            DeregistrationType::ACCESS_3GPP
        };
        let request = DeregistrationRequestFromUe::new(deregistration_type, self.contexts.ksi(), identity);
        for timer in [Timer::T3510, Timer::T3517, Timer::T3580] {
            self.timers.stop(timer);
        }
        let message = Initial {
            whole: request.into(),
            s_tmsi: self.kept.guti.map(|guti| guti.s_tmsi()),
            with_context: true,
        };
        if !self.send_initial(work, &message) {
            self.goal = Goal::None;
            return;
        }
        if switch_off {
            self.deregistration_unanswered(work);
            self.run(work, Timer::T3540);
            return;
        }
        if let Some(connection) = &mut self.connection {
            connection.deregistration = Some((message.whole.to_octets(), 1));
        }
        self.run(work, Timer::T3521);
    }

    /// T3521 has expired (TS 24.501 5.5.2.2.6).
    pub(super) fn deregister_again(&mut self, work: &mut Work<'_>) {
        let ksi = self.contexts.ksi().into();
        let Some(connection) = &mut self.connection else {
            return;
        };
        match connection.deregistration.take() {
            Some((plain, sent)) if sent < DEREGISTRATION_TRANSMISSIONS => {
                connection.deregistration = Some((plain.clone(), sent + 1));
                let switch_off = false;
                let view = MessageView::DeregistrationRequestByUe { ksi, switch_off };
                if self.send(work, view, &plain) {
                    self.run(work, Timer::T3521);
                }
            }
            _ => self.release(work),
        }
    }

    /// The UE is deregistered although nobody said so.
    pub(super) fn deregistration_unanswered(&mut self, work: &mut Work<'_>) {
        self.leave(UpdateStatus::NotUpdated);
        work.event(Event::Deregistered(Departure::Unanswered));
    }

    /// DEREGISTRATION ACCEPT (TS 24.501 5.5.2.2.2).
    pub(super) fn deregistration_accept(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::T3521);
        self.leave(self.kept.status);
        self.run(work, Timer::T3540);
        work.event(Event::Deregistered(Departure::Accepted));
    }

    /// DEREGISTRATION REQUEST of the network (TS 24.501 5.5.2.3.2).
    pub(super) fn deregistration_request(
        &mut self,
        work: &mut Work<'_>,
        request: &DeregistrationRequestFromNetwork<'_>,
    ) {
        self.send_fgmm(work, &DeregistrationAcceptFromUe::new().into());
        let reregister = request.deregistration_type.re_registration_required();
        for timer in [Timer::T3510, Timer::T3517, Timer::T3521, Timer::T3580] {
            self.timers.stop(timer);
        }
        self.leave(self.kept.status);
        if reregister {
            self.reregister();
        } else if let Some(cause) = request.fgmm_cause {
            self.deregistered_because(cause);
        }
        self.run(work, Timer::T3540);
        let cause = request.fgmm_cause;
        work.event(Event::Deregistered(Departure::ByNetwork { reregister, cause }));
    }

    /// What a deregistered UE no longer has. 5G-GUTI and context stay, for the next registration.
    fn leave(&mut self, status: UpdateStatus) {
        self.give_up_waiting();
        self.kept.session = None;
        self.kept.emergency = false;
        self.kept.status = status;
        self.wants_session = false;
        if let Some(connection) = &mut self.connection {
            connection.asked = None;
            connection.update = false;
        }
    }
}
