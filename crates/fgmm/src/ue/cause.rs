//! What a reject means for the UE (TS 24.501 5.5.1.2.5, 5.5.1.3.5, 5.5.2.3.2, 5.6.1.5).

use super::configuration::MAX_ATTEMPTS;
use super::kept::UpdateStatus;
use super::output::{Event, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use quintet_nas::fgs::{FgmmCause, GprsTimer};
use std::time::Duration;

/// What a cause means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The card, or the device, has no business in 5GS.
    Illegal,
    /// Not here: another PLMN or area may do, and there is none.
    NotHere,
    /// Not here, but the UE stays registered.
    NotInThisArea,
    /// No service in this area, or in no slice that was asked for: what the UE has it keeps.
    NotServed,
    /// The network does not know the UE: it begins anew, by its SUCI.
    Unknown,
    /// The network has let the UE go: it registers again.
    Deregistered,
    /// Later.
    Congestion,
    /// The message was wrong: trying again soon is of no use.
    ProtocolError,
    /// Anything else.
    Other,
}

fn meaning(procedure: Procedure, cause: FgmmCause) -> Meaning {
    let registration = procedure == Procedure::Registration;
    match cause {
        FgmmCause::ILLEGAL_UE
        | FgmmCause::PEI_NOT_ACCEPTED
        | FgmmCause::ILLEGAL_ME
        | FgmmCause::FGS_SERVICES_NOT_ALLOWED => Meaning::Illegal,
        FgmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA
        | FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA
        | FgmmCause::NOT_AUTHORIZED_FOR_THIS_CAG_OR_AUTHORIZED_FOR_CAG_CELLS_ONLY
            if !registration =>
        {
            Meaning::NotInThisArea
        }
        FgmmCause::PLMN_NOT_ALLOWED
        | FgmmCause::TRACKING_AREA_NOT_ALLOWED
        | FgmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA
        | FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA
        | FgmmCause::N1_MODE_NOT_ALLOWED
        | FgmmCause::REDIRECTION_TO_EPC_REQUIRED
        | FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED
        | FgmmCause::NOT_AUTHORIZED_FOR_THIS_CAG_OR_AUTHORIZED_FOR_CAG_CELLS_ONLY
        | FgmmCause::PLMN_NOT_ALLOWED_TO_OPERATE_AT_THE_PRESENT_UE_LOCATION => Meaning::NotHere,
        FgmmCause::NO_NETWORK_SLICES_AVAILABLE | FgmmCause::RESTRICTED_SERVICE_AREA => Meaning::NotServed,
        FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK if !registration => Meaning::Unknown,
        FgmmCause::IMPLICITLY_DEREGISTERED if !registration => Meaning::Deregistered,
        FgmmCause::CONGESTION => Meaning::Congestion,
        FgmmCause::SEMANTICALLY_INCORRECT_MESSAGE
        | FgmmCause::INVALID_MANDATORY_INFORMATION
        | FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
        | FgmmCause::INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED
        | FgmmCause::PROTOCOL_ERROR_UNSPECIFIED => Meaning::ProtocolError,
        // #72 is of non-3GPP access, #74 and #75 of SNPNs: here they are abnormal (TS 24.501 5.5.1.2.5).
        _ => Meaning::Other,
    }
}

impl Ue {
    /// The network refused `procedure`. `t3346` is its back-off time, if it gave one.
    pub(super) fn refused(
        &mut self,
        work: &mut Work<'_>,
        (procedure, cause, protected): (Procedure, FgmmCause, bool),
        t3346: Option<GprsTimer>,
    ) {
        for timer in [Timer::T3510, Timer::T3517] {
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
                self.run(work, Timer::T3540);
            }
        }
    }

    /// T3346 (TS 24.501 5.3.9). A time that nobody vouches for is not believed: the UE takes one of its own.
    fn back_off(&mut self, work: &mut Work<'_>, time: Duration, protected: bool) {
        let time = if protected {
            time
        } else {
            self.configuration.timers.t3346
        };
        self.timers.start(Timer::T3346, work.now + time);
        self.attempts = 0;
        if !matches!(self.goal, Goal::Service { .. }) {
            self.kept.status = UpdateStatus::NotUpdated;
        }
        if !self.configuration.automatic || !self.goal.waits() {
            self.goal = Goal::None;
        }
        self.run(work, Timer::T3540);
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
            Meaning::NotServed => self.kept.status = UpdateStatus::NotUpdated,
            Meaning::Unknown => {
                self.kept.forget(UpdateStatus::NotUpdated);
                self.contexts.forget();
                self.reregister();
            }
            _ => {
                self.kept.status = UpdateStatus::NotUpdated;
                self.kept.session = None;
                self.reregister();
            }
        }
    }

    /// The network's DEREGISTRATION REQUEST may carry a cause, which means what it means in a reject (TS 24.501 5.5.2.3.2).
    pub(super) fn deregistered_because(&mut self, cause: FgmmCause) {
        let meaning = meaning(Procedure::Registration, cause);
        if matches!(meaning, Meaning::Illegal | Meaning::NotHere) {
            self.settle(meaning);
        }
    }

    /// An initial registration follows as soon as the connection is gone.
    pub(super) fn reregister(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.reregister = true;
        }
    }
}
