//! What lives as long as a signalling connection, and its end.

use super::output::{Abandonment, Output, Procedure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use crate::path::Registration;
use quintet_crypto::{Rand, Res};
use quintet_nas::security::NasCount;

/// A challenge that the card works at.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) rand: Rand,
    pub(super) ksi: quintet_nas::eps::NasKsi,
}

/// What lives as long as a signalling connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// ATTACH REQUEST or TRACKING AREA UPDATE REQUEST, plain, as HASH_MME is of it (TS 24.301 5.4.3.3).
    pub(super) request: Vec<u8>,
    /// The challenge that waits for the card.
    pub(super) pending: Option<Pending>,
    /// RAND and RES of the last challenge answered, while T3416 runs (TS 24.301 5.4.2.3).
    pub(super) answered: Option<(Rand, Res)>,
    /// COUNT of the last SECURITY MODE COMPLETE or initial message: KeNB's (TS 33.401 7.2.6.2).
    pub(super) k_enb_count: Option<NasCount>,
    /// Consecutive authentications refused.
    pub(super) failures: u8,
    /// The timer that AUTHENTICATION FAILURE stopped (TS 24.301 5.4.2.7).
    pub(super) stopped: Option<Timer>,
    /// DETACH REQUEST as it was sent, plain, to be sent again; and how often it was.
    pub(super) detach: Option<(Vec<u8>, u8)>,
    /// The network wants another attach as soon as the connection is gone.
    pub(super) reattach: bool,
}

impl Ue {
    /// The connection is gone, by whomever (TS 24.301 5.3.1.2).
    pub(super) fn connection_lost(&mut self, work: &mut Work<'_>) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        self.timers.stop_connection();
        self.path = self.path.released();
        self.contexts.partial = None;
        if connection.reattach {
            self.goal = Goal::None;
            if self.configuration.automatic {
                self.attach_usual(work);
            }
            return;
        }
        match self.goal {
            Goal::None => {}
            Goal::Detach { .. } => self.detach_unanswered(work),
            goal if goal.waits() && self.timers.runs(Timer::T3346) => {}
            _ => self.abandon(work, Abandonment::ConnectionLost),
        }
        self.idle(work);
    }

    /// Ends the connection without a word.
    pub(super) fn release(&mut self, work: &mut Work<'_>) {
        if self.connection.is_some() {
            work.outputs.push(Output::Release);
            self.connection_lost(work);
        }
    }

    /// What a registered UE without a connection waits for: its periodic update (TS 24.301 5.3.5).
    fn idle(&mut self, work: &Work<'_>) {
        let registered = self.path.registration == Registration::Registered && !self.kept.emergency;
        if registered && self.configuration.automatic && self.goal == Goal::None {
            let t3412 = self.kept.t3412.unwrap_or(Some(self.configuration.timers.t3412));
            if let Some(t3412) = t3412 {
                self.timers.start(Timer::T3412, work.now + t3412);
            }
        }
    }

    /// The procedure that the goal stands for.
    pub(super) fn procedure(&self) -> Option<Procedure> {
        Some(match self.goal {
            Goal::None => return None,
            Goal::Attach { .. } => Procedure::Attach,
            Goal::Update { .. } => Procedure::TrackingAreaUpdate,
            Goal::Service => Procedure::ServiceRequest,
            Goal::Detach { .. } => Procedure::Detach,
        })
    }
}
