//! Sh (TS 29.328): what application servers read, keep, and are told of.
//!
//! ```text
//!   UDR, PUR, SNR ──► may it? ──► Load ──► decide ─┬─ nothing changes ─► answer
//!                        │                         └─ Set ─► answer, and a look who else must be told
//!                        └─ 5102, 5103, 5104          └ Stale: read again, decide again
//! ```
//!
//! Every request is decided on one snapshot of the store, and what it changes is stored under the version it was decided on.

mod decide;
mod follow;
mod index;

use follow::ShChecks;
pub(crate) use follow::ShFollowUp;
pub use follow::{MAX_LATE_SH, MAX_SH_CHECKS};
use index::ShIndex;

use crate::Disposition;
use crate::answers::outcome_of;
use crate::hss::{Cx, Hss};
use crate::ims::place_of;
use crate::serve::{Inbound, Stage, Step};
use decide::{Decided, Question};
use quintet_cx::{Envelope, ExperimentalResult, Outcome as Result_};
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{Lane, Need, StoreReply};
use quintet_identity::Imsi;
use quintet_sh::{Answer, Request};
use quintet_store::{Command, Reply, ShCommand, ShKey, ShReply, StoreError};
use quintet_subscriber::sh::{ShUser, Subject};

/// What the HSS has in memory of Sh.
#[derive(Debug, Default)]
pub(crate) struct Sh {
    pub(crate) index: ShIndex,
    pub(crate) checks: ShChecks,
}

/// Where a request of Sh stopped.
#[derive(Debug, Default)]
pub(crate) enum ShStage {
    /// Nothing was done yet, or everything is to be done again.
    #[default]
    Start,
    /// Its user is being loaded.
    Loading,
    /// What it changes is being stored.
    Storing(Imsi, Box<Answer>),
}

/// Who a subject is to the store.
fn key(subject: &Subject) -> ShKey {
    match subject {
        Subject::Public(impu) => ShKey::Public(impu.clone()),
        Subject::Number(msisdn) => ShKey::Number(*msisdn),
    }
}

/// Which lane a request waits in: a number for whom it names.
fn place(message: &Message<'_>) -> Imsi {
    place_of(message.find(avp::USER_IDENTITY).map(|avp| avp.data))
}

impl Hss {
    /// Serves a request of Sh.
    pub(crate) fn serve_sh(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let lane = (place(&message), Lane::Sh);
        self.serve_in_lane(cx, connection, message, Some(lane), |hss, cx, inbound| {
            hss.sh_outcome(cx, inbound, None, ResultCode::TOO_BUSY.into())
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn sh_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: ShStage,
        reply: Option<StoreReply>,
    ) -> Step {
        if let ShStage::Storing(imsi, answer) = stage {
            return self.sh_stored(cx, inbound, imsi, &answer, reply);
        }
        if inbound.connection.is_none() {
            return Step::Done(Disposition::Orphaned);
        }
        let request = match Request::read(&inbound.message) {
            Ok(request) => request,
            Err(fault) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
        };
        let envelope = Envelope::of(&inbound.message);
        let question = match Question::of(&self.config.sh, &request, &envelope) {
            Ok(question) => question,
            Err(decide::Refused::Fault(fault)) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
            Err(decide::Refused::Outcome(outcome)) => {
                return Step::Done(self.sh_outcome(cx, inbound, None, outcome));
            }
        };
        match (stage, reply) {
            (_, Some(Err(error))) => Step::Done(self.sh_outcome(cx, inbound, None, outcome_of(&error))),
            (ShStage::Loading, Some(Ok(Reply::Sh(ShReply::User(user))))) => match user {
                Some(user) if user.knows(&question.subject) => match question.private_identity() {
                    Some(private) if !user.goes_with(private) => {
                        let other = ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH;
                        Step::Done(self.sh_outcome(cx, inbound, Some(user.imsi), other.into()))
                    }
                    _ => self.sh_decide(cx, inbound, &question, *user),
                },
                _ => {
                    let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
                    Step::Done(self.sh_outcome(cx, inbound, None, unknown.into()))
                }
            },
            _ => load(key(&question.subject)),
        }
    }

    fn sh_decide(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        question: &Question<'_>,
        user: ShUser,
    ) -> Step {
        let (imsi, version) = (user.imsi, user.version);
        let others = self.sh.index.others(question.server.host.as_str(), imsi);
        match question.decide(&self.config.sh, user, others, cx.wall) {
            Decided::Answer(answer) => Step::Done(self.sh_answer(cx, inbound, Some(imsi), &answer)),
            Decided::Store(record, answer) => {
                let set = ShCommand::Set {
                    imsi,
                    expected: version,
                    record,
                };
                let stage = ShStage::Storing(imsi, answer);
                Step::Wait(Need::Command(Command::Sh(set)), Stage::Sh(stage))
            }
        }
    }

    /// The store replied to what an answer waits for.
    fn sh_stored(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        answer: &Answer,
        reply: Option<StoreReply>,
    ) -> Step {
        match reply {
            Some(Ok(_)) => {
                let disposition = self.sh_answer(cx, inbound, Some(imsi), answer);
                // Others may have to be told, and data may have changed between decision and storing.
                self.sh_check(imsi);
                Step::Done(disposition)
            }
            Some(Err(StoreError::Stale { .. })) if inbound.connection.is_some() => load(ShKey::Imsi(imsi)),
            Some(Err(error)) => Step::Done(self.sh_outcome(cx, inbound, None, outcome_of(&error))),
            None => Step::Done(self.sh_outcome(cx, inbound, None, ResultCode::UNABLE_TO_COMPLY.into())),
        }
    }

    // --- Answers ------------------------------------------------------------------------------------------------------

    fn sh_answer(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        answer: &Answer,
    ) -> Disposition {
        self.respond(cx, inbound, imsi, answer.outcome(), |w| answer.write(w))
    }

    /// Answers with a result alone.
    pub(crate) fn sh_outcome(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: Result_,
    ) -> Disposition {
        match decide::refusal(inbound.message.header().code, outcome) {
            Some(answer) => self.sh_answer(cx, inbound, imsi, &answer),
            None => self.fail(cx, inbound, imsi, ResultCode::COMMAND_UNSUPPORTED),
        }
    }
}

fn load(key: ShKey) -> Step {
    Step::Wait(
        Need::Command(Command::Sh(ShCommand::Load { key })),
        Stage::Sh(ShStage::Loading),
    )
}
