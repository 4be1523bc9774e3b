//! SLh (TS 29.173 5.2.1): where GMLCs are told that a UE is served.
//!
//! ```text
//!   RIR ──► may its network ask? ──► Load ──► decide ──► RIA
//!                └─ 5490
//! ```
//!
//! Nothing is changed, and nothing kept in memory: each request reads one snapshot of the store.

use crate::Disposition;
use crate::answers::outcome_of;
use crate::hss::{Cx, Hss};
use crate::ims::place_of;
use crate::serve::{Inbound, Stage, Step};
use quintet_cx::Envelope;
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{Lane, Need, StoreReply};
use quintet_identity::{Imsi, Msisdn};
use quintet_slh::{Ria, Rir};
use quintet_store::{Command, Reply, ShCommand, ShKey, ShReply};

/// Where a request of SLh stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SlhStage {
    /// Nothing was done yet.
    #[default]
    Start,
    /// Whom it is about is being loaded.
    Loading,
}

/// By what a user is found: the IMSI, or else the number.
pub(crate) fn key_of(imsi: Option<Imsi>, msisdn: Option<Msisdn>) -> Option<ShKey> {
    imsi.map(ShKey::Imsi).or(msisdn.map(ShKey::Number))
}

/// Which lane a request waits in: a number for whom it names.
pub(crate) fn lane_of(message: &Message<'_>) -> (Imsi, Lane) {
    let named = [avp::USER_NAME, avp::MSISDN, avp::USER_IDENTIFIER]
        .into_iter()
        .find_map(|id| message.find(id));
    (place_of(named.map(|avp| avp.data)), Lane::Routing)
}

impl Hss {
    /// Serves a request of SLh.
    pub(crate) fn serve_slh(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let lane = lane_of(&message);
        self.serve_in_lane(cx, connection, message, Some(lane), |hss, cx, inbound| {
            hss.slh_outcome(cx, inbound, None, ResultCode::TOO_BUSY.into())
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn slh_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: SlhStage,
        reply: Option<StoreReply>,
    ) -> Step {
        if inbound.message.header().code != Rir::COMMAND {
            return Step::Done(self.fail(cx, inbound, None, ResultCode::COMMAND_UNSUPPORTED));
        }
        let request = match Rir::read(&inbound.message) {
            Ok(request) => request,
            Err(fault) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
        };
        match (stage, reply) {
            (SlhStage::Loading, Some(Ok(Reply::Sh(ShReply::User(user))))) => {
                let imsi = user.as_ref().map(|user| user.imsi);
                let routed = self.config.slh.policy.route(&request, user.as_deref());
                let answer = routed.unwrap_or_else(Ria::new);
                Step::Done(self.slh_answer(cx, inbound, imsi, &answer))
            }
            (_, Some(Err(error))) => {
                Step::Done(self.slh_outcome(cx, inbound, request.imsi, outcome_of(&error)))
            }
            _ => {
                let realm = Envelope::of(&inbound.message).origin_realm;
                if let Err(refused) = self.config.slh.policy.authorise(realm) {
                    return Step::Done(self.slh_outcome(cx, inbound, request.imsi, refused));
                }
                match key_of(request.imsi, request.msisdn) {
                    Some(key) => load(key, Stage::Slh(SlhStage::Loading)),
                    None => {
                        Step::Done(self.slh_outcome(cx, inbound, None, ResultCode::UNABLE_TO_COMPLY.into()))
                    }
                }
            }
        }
    }

    fn slh_answer(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        answer: &Ria,
    ) -> Disposition {
        self.respond(cx, inbound, imsi, answer.outcome, |w| answer.write(w))
    }

    /// Answers with a result alone.
    pub(crate) fn slh_outcome(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: quintet_cx::Outcome,
    ) -> Disposition {
        self.slh_answer(cx, inbound, imsi, &Ria::new(outcome))
    }
}

/// Has a user loaded with the location.
pub(crate) fn load(key: ShKey, stage: Stage) -> Step {
    Step::Wait(Need::Command(Command::Sh(ShCommand::Load { key })), stage)
}
