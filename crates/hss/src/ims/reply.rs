//! Answers as they go out, and what is reported of them.

use super::{asked, refusal};
use crate::answers::outcome_of;
use crate::hss::{Cx, Hss};
use crate::serve::Inbound;
use crate::{Disposition, HssEvent, Outcome};
use quintet_cx::{Answer, Outcome as Result_};
use quintet_diameter::{ConnectionId, ResultCode};
use quintet_identity::Imsi;
use quintet_store::StoreError;

impl Hss {
    /// Answers.
    pub(super) fn ims_answer(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        answer: &Answer,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        quintet_cx::answer(cx.node, connection, &inbound.message, answer);
        self.ims_answered(inbound, connection, imsi, answer.outcome())
    }

    /// Answers with a result alone.
    pub(crate) fn ims_outcome(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: Result_,
    ) -> Disposition {
        match refusal(&inbound.message, outcome, &self.config.ims) {
            Some(answer) => self.ims_answer(cx, inbound, imsi, &answer),
            None => self.ims_fault(
                cx,
                inbound,
                ResultCode::COMMAND_UNSUPPORTED,
                None,
                "not for an HSS",
            ),
        }
    }

    /// Answers a request that cannot be read.
    pub(super) fn ims_fault(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        result: ResultCode,
        failed: Option<&[u8]>,
        why: &str,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        cx.node
            .reject(connection, &inbound.message, result, failed, Some(why));
        self.ims_answered(inbound, connection, None, result.into())
    }

    /// An identity that this type of request needs is missing.
    pub(super) fn missing_identity(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Disposition {
        let failed = asked::missing(&inbound.message);
        let why = "an identity that this request needs is missing";
        self.ims_fault(cx, inbound, ResultCode::MISSING_AVP, Some(failed), why)
    }

    pub(super) fn ims_store_failed(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        error: &StoreError,
    ) -> Disposition {
        self.ims_outcome(cx, inbound, None, outcome_of(error))
    }

    fn ims_answered(
        &mut self,
        inbound: &Inbound<'_>,
        connection: ConnectionId,
        imsi: Option<Imsi>,
        outcome: Result_,
    ) -> Disposition {
        let outcome = Outcome::of(outcome);
        if self.front.events.are_wanted() {
            let header = inbound.message.header();
            let (application, command) = (header.application_id, header.code);
            self.front.events.report(HssEvent::Answered {
                connection,
                application,
                command,
                imsi,
                outcome,
            });
        }
        Disposition::Answered(outcome)
    }
}
