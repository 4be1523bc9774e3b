//! What requests of Cx, Sh, SWx, S13, SLh and S6c have in common: they stand in a lane behind others about the same, and
//! are answered in one way.

use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::{Disposition, Outcome};
use quintet_cx::{ExperimentalResult, Fault};
use quintet_diameter::{ConnectionId, Message, MessageWriter, ResultCode};
use quintet_home::Lane;
use quintet_identity::Imsi;
use quintet_store::StoreError;

/// What a command that the store did not carry out is answered.
pub(crate) fn outcome_of(error: &StoreError) -> quintet_cx::Outcome {
    match error {
        StoreError::Busy => ResultCode::TOO_BUSY.into(),
        StoreError::NoIms { .. } | StoreError::NoSubscriber { .. } => {
            ExperimentalResult::ERROR_USER_UNKNOWN.into()
        }
        StoreError::TooManyGateways { .. } => ResultCode::RESOURCES_EXCEEDED.into(),
        _ => ResultCode::UNABLE_TO_COMPLY.into(),
    }
}

impl Hss {
    /// Serves a request in its lane: at once, or after those before it. One without a lane names nobody, and is refused as
    /// soon as it is read. `too_busy` answers where there is no room to wait.
    pub(crate) fn serve_in_lane(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
        lane: Option<(Imsi, Lane)>,
        too_busy: impl FnOnce(&mut Self, &mut Cx<'_>, &Inbound<'_>) -> Disposition,
    ) -> Disposition {
        let inbound = Inbound {
            message,
            connection: Some(connection),
        };
        let placed = match lane.filter(|lane| self.front.waiting.is_busy(lane.0, lane.1)) {
            Some(lane) => self
                .keep(cx, connection, &message, lane, Stage::Start)
                .map(|_| Disposition::Waiting),
            None => match self.step(cx, &inbound, Stage::Start, None) {
                Step::Done(disposition) => return disposition,
                Step::Wait(need, stage) => {
                    lane.and_then(|lane| self.park(cx, &inbound, connection, lane, need, stage))
                }
            },
        };
        placed.unwrap_or_else(|| too_busy(self, cx, &inbound))
    }

    /// Answers with a result, and what `write` adds to it.
    pub(crate) fn respond(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: quintet_cx::Outcome,
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, outcome) else {
            return Disposition::Orphaned;
        };
        write(&mut w);
        w.finish();
        self.answered(inbound, imsi, Outcome::of(outcome))
    }

    /// Answers a request that cannot be read, or lacks what it needs.
    pub(crate) fn respond_fault(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        fault: &Fault,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        fault.reject(cx.node, connection, &inbound.message);
        self.answered(inbound, None, Outcome::Failed(fault.result))
    }
}
