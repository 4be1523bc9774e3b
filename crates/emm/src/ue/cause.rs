//! What a reject means for the UE (TS 24.301 5.5.1.2.5, 5.5.2.3.2, 5.5.3.2.5, 5.6.1.5).

use super::configuration::MAX_ATTEMPTS;
use super::kept::UpdateStatus;
use super::output::{Event, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use quintet_nas::eps::{EmmCause, GprsTimer};
use std::time::Duration;

/// What a cause means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The card, or the device, has no business in EPS.
    Illegal,
    /// Not here: another PLMN or area may do, and there is none.
    NotHere,
    /// Not here, but the UE stays registered.
    NotInThisArea,
    /// The network does not know the UE: it begins anew, by its IMSI.
    Unknown,
    /// The network has let the UE go: it attaches again.
    Detached,
    /// Later.
    Congestion,
    /// The message was wrong: trying again soon is of no use.
    ProtocolError,
    /// Anything else.
    Other,
}

fn meaning(procedure: Procedure, cause: EmmCause) -> Meaning {
    let attach = procedure == Procedure::Attach;
    match cause {
        EmmCause::ILLEGAL_UE
        | EmmCause::IMEI_NOT_ACCEPTED
        | EmmCause::ILLEGAL_ME
        | EmmCause::EPS_SERVICES_NOT_ALLOWED
        | EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED => Meaning::Illegal,
        EmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA
        | EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA
            if !attach =>
        {
            Meaning::NotInThisArea
        }
        EmmCause::PLMN_NOT_ALLOWED
        | EmmCause::TRACKING_AREA_NOT_ALLOWED
        | EmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA
        | EmmCause::EPS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN
        | EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA
        | EmmCause::NOT_AUTHORIZED_FOR_THIS_CSG
        | EmmCause::REQUESTED_SERVICE_OPTION_NOT_AUTHORIZED_IN_THIS_PLMN => Meaning::NotHere,
        EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK if !attach => Meaning::Unknown,
        EmmCause::IMPLICITLY_DETACHED | EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED if !attach => {
            Meaning::Detached
        }
        EmmCause::CONGESTION => Meaning::Congestion,
        EmmCause::SEMANTICALLY_INCORRECT_MESSAGE
        | EmmCause::INVALID_MANDATORY_INFORMATION
        | EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
        | EmmCause::INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED
        | EmmCause::PROTOCOL_ERROR_UNSPECIFIED => Meaning::ProtocolError,
        _ => Meaning::Other,
    }
}

impl Ue {
    /// The network refused `procedure`. `t3346` is its back-off time, if it gave one.
    pub(super) fn refused(
        &mut self,
        work: &mut Work<'_>,
        (procedure, cause, protected): (Procedure, EmmCause, bool),
        t3346: Option<GprsTimer>,
    ) {
        for timer in [Timer::T3410, Timer::T3417, Timer::T3430] {
            self.timers.stop(timer);
        }
        work.event(Event::Rejected {
            procedure,
            cause,
            protected,
        });
        let back_off = t3346.and_then(GprsTimer::duration).filter(|time| !time.is_zero());
        match (meaning(procedure, cause), back_off) {
            (Meaning::Congestion, Some(time)) => self.back_off(work, time, protected),
            (Meaning::ProtocolError, _) => {
                self.attempts = MAX_ATTEMPTS;
                self.failed(work);
            }
            (Meaning::Congestion | Meaning::Other, _) => {
                self.attempts = self.attempts.saturating_add(1);
                self.failed(work);
            }
            (meaning, _) => {
                self.settle(meaning);
                self.run(work, Timer::T3440);
            }
        }
    }

    /// T3346 (TS 24.301 5.3.9). A time that nobody vouches for is not believed: the UE takes one of its own.
    fn back_off(&mut self, work: &mut Work<'_>, time: Duration, protected: bool) {
        let time = if protected {
            time
        } else {
            self.configuration.timers.t3346
        };
        self.timers.start(Timer::T3346, work.now + time);
        self.attempts = 0;
        if !matches!(self.goal, Goal::Service) {
            self.kept.status = UpdateStatus::NotUpdated;
        }
        if !self.configuration.automatic || !self.goal.waits() {
            self.goal = Goal::None;
        }
        self.run(work, Timer::T3440);
    }

    /// The causes after which nothing is tried again, or all is begun anew.
    fn settle(&mut self, meaning: Meaning) {
        self.give_up_waiting();
        self.attempts = 0;
        match meaning {
            Meaning::Illegal | Meaning::NotHere => {
                self.kept.forget(UpdateStatus::RoamingNotAllowed);
                self.contexts.forget();
                self.kept.usim_invalid |= meaning == Meaning::Illegal;
            }
            Meaning::NotInThisArea => {
                self.kept.tais = Box::default();
                self.kept.status = UpdateStatus::RoamingNotAllowed;
            }
            Meaning::Unknown => {
                self.kept.forget(UpdateStatus::NotUpdated);
                self.contexts.forget();
                self.reattach();
            }
            _ => {
                self.kept.status = UpdateStatus::NotUpdated;
                self.kept.bearer = None;
                self.reattach();
            }
        }
    }

    /// The network's DETACH REQUEST may carry a cause, which means what it means in a reject (TS 24.301 5.5.2.3.2).
    pub(super) fn detached_because(&mut self, cause: EmmCause) {
        let meaning = meaning(Procedure::Attach, cause);
        if matches!(meaning, Meaning::Illegal | Meaning::NotHere) {
            self.settle(meaning);
        }
    }

    /// An attach follows as soon as the connection is gone.
    pub(super) fn reattach(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.reattach = true;
        }
    }
}
