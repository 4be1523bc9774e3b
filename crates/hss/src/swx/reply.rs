//! Answers as they go out.

use crate::hss::{Cx, Hss};
use crate::serve::Inbound;
use crate::{Disposition, Outcome};
use quintet_cx::{ExperimentalResult, Fault, Outcome as Result_};
use quintet_diameter::ResultCode;
use quintet_identity::Imsi;
use quintet_store::StoreError;
use quintet_subscriber::model::AaaServer;
use quintet_subscriber::swx::Refused;
use quintet_swx::Answer;

impl Hss {
    /// Answers with a result alone.
    pub(crate) fn swx_outcome(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: Result_,
    ) -> Disposition {
        match Answer::refusal(inbound.message.header().code, outcome) {
            Some(answer) => self.swx_answer(cx, inbound, imsi, &answer),
            None => self.fail(cx, inbound, imsi, ResultCode::COMMAND_UNSUPPORTED),
        }
    }

    fn swx_answer(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        answer: &Answer,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, answer.outcome()) else {
            return Disposition::Orphaned;
        };
        answer.write(&mut w);
        w.finish();
        self.answered(inbound, imsi, Outcome::of(answer.outcome()))
    }

    /// Answers a request that is not granted; who serves is named.
    pub(super) fn swx_refused(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        refused: Refused,
        stored: Option<&AaaServer>,
    ) -> Disposition {
        let outcome = match refused {
            Refused::Result(outcome) => outcome,
            Refused::ServedElsewhere => ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED.into(),
            Refused::NotSubscribed => ExperimentalResult::ERROR_USER_NO_NON_3GPP_SUBSCRIPTION.into(),
        };
        let mut answer = Answer::refusal(inbound.message.header().code, outcome);
        let name = stored
            .filter(|_| refused == Refused::ServedElsewhere)
            .map(|aaa| aaa.host.clone());
        match &mut answer {
            Some(Answer::MultimediaAuth(maa)) => maa.aaa_server = name,
            Some(Answer::ServerAssignment(saa)) => saa.aaa_server = name,
            _ => {}
        }
        match answer {
            Some(answer) => self.swx_answer(cx, inbound, Some(imsi), &answer),
            None => self.fail(cx, inbound, Some(imsi), ResultCode::COMMAND_UNSUPPORTED),
        }
    }

    /// Answers a request that cannot be read, or lacks what it needs.
    pub(super) fn swx_fault(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>, fault: &Fault) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        fault.reject(cx.node, connection, &inbound.message);
        self.answered(inbound, None, Outcome::Failed(fault.result))
    }

    pub(super) fn swx_store_failed(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        error: &StoreError,
    ) -> Disposition {
        let outcome = match error {
            StoreError::Busy => ResultCode::TOO_BUSY.into(),
            StoreError::NoSubscriber { .. } => ExperimentalResult::ERROR_USER_UNKNOWN.into(),
            StoreError::TooManyGateways { .. } => ResultCode::RESOURCES_EXCEEDED.into(),
            _ => ResultCode::UNABLE_TO_COMPLY.into(),
        };
        self.swx_outcome(cx, inbound, Some(imsi), outcome)
    }
}
