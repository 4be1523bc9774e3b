//! Answers as they go out.

use crate::Disposition;
use crate::answers::outcome_of;
use crate::hss::{Cx, Hss};
use crate::serve::Inbound;
use quintet_cx::{ExperimentalResult, Outcome as Result_};
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
        self.respond(cx, inbound, imsi, answer.outcome(), |w| answer.write(w))
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

    pub(super) fn swx_store_failed(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        error: &StoreError,
    ) -> Disposition {
        self.swx_outcome(cx, inbound, Some(imsi), outcome_of(error))
    }
}
