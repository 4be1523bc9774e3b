//! Cx (TS 29.228): what I-CSCFs and S-CSCFs ask, and what they are told.
//!
//! ```text
//!   UAR, LIR ──► record in memory, or LoadIms ──► decide ──────────────────────────────► answer
//!   MAR ───────► … ──► decide ──► vectors (as S6a's, in the domain IMS) ─┬─ nothing new ─► answer
//!   SAR ───────► … ──► decide ───────────────────────────────────────────┴─ SetRegistrations ─► answer, RTR
//!                                                                            └ Stale: read again, decide again
//! ```
//!
//! A record in memory is used for as long as no other process writes to the store; what is written names the version it
//! was decided on, so that a decision on old data is never stored. An answer that says something changed is sent when
//! that is durable. What a request repeats changes nothing: an S-CSCF that got no answer asks again.

mod answer;
mod asked;
mod decide;
mod follow;
mod reply;
mod table;

pub use answer::MAX_ITEMS_PER_ANSWER;
pub(crate) use answer::refusal;
pub(crate) use asked::place_of;
pub use follow::MAX_LATE_IMS;
pub(crate) use follow::{ImsFollowUp, ImsLate};
pub(crate) use table::ImsTable;
pub use table::MAX_IMS_RECORDS;

use crate::Disposition;
use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use asked::Asked;
use decide::Decided;
use quintet_cx::{Answer, ExperimentalResult, Request};
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{Failure, Halt, Lane, Need, Stage as Vectoring, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Command, ImsKey, Reply, StoreError};
use quintet_subscriber::ims::{Cancellation, ImsRecord, Registrations};

/// Where a request of Cx stopped.
#[derive(Debug, Default)]
pub(crate) enum ImsStage {
    /// Nothing was done yet, or everything is to be done again.
    #[default]
    Start,
    /// Its record is being loaded.
    Loading,
    /// The private identity is known and the public one not of its subscription: whether it is another's is looked up.
    Elsewhere,
    /// Vectors, for what was decided on this record.
    Vectors(Box<ImsRecord>, Vectoring),
    /// What it changes is being stored.
    Storing(Box<Held>),
}

/// An answer that waits until what it says is stored.
#[derive(Debug)]
pub(crate) struct Held {
    imsi: Imsi,
    version: u64,
    registrations: Registrations,
    cancel: Vec<Cancellation>,
    answer: Answer,
}

impl Hss {
    /// Serves a request of Cx.
    pub(crate) fn serve_ims(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let lane = (asked::place(&message), Lane::Ims);
        self.serve_in_lane(cx, connection, message, Some(lane), |hss, cx, inbound| {
            hss.ims_outcome(cx, inbound, None, ResultCode::TOO_BUSY.into())
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn ims_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: ImsStage,
        reply: Option<StoreReply>,
    ) -> Step {
        if let ImsStage::Storing(held) = stage {
            return self.ims_stored(cx, inbound, *held, reply);
        }
        let request = match Request::read(&inbound.message) {
            Ok(request) => request,
            Err(fault) => {
                let (result, failed) = (fault.result, fault.failed.as_deref());
                return Step::Done(self.ims_fault(cx, inbound, result, failed, fault.reason));
            }
        };
        if let ImsStage::Vectors(record, vectoring) = stage {
            return self.ims_vectors(cx, inbound, &request, *record, vectoring, reply);
        }
        if inbound.connection.is_none() {
            return Step::Done(Disposition::Orphaned);
        }
        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
        let Some(asked) = Asked::of(&request, &inbound.message) else {
            return Step::Done(self.ims_outcome(cx, inbound, None, unknown.into()));
        };
        let Some(key) = asked.key() else {
            return Step::Done(self.missing_identity(cx, inbound));
        };
        match (stage, reply) {
            (_, Some(Err(error))) => return Step::Done(self.ims_store_failed(cx, inbound, &error)),
            (ImsStage::Elsewhere, Some(Ok(Reply::Ims(found)))) => {
                let outcome = match found {
                    Some(_) => ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH,
                    None => unknown,
                };
                return Step::Done(self.ims_outcome(cx, inbound, None, outcome.into()));
            }
            (ImsStage::Loading, Some(Ok(Reply::Ims(found)))) => {
                let loaded = found.and_then(|stored| self.ims_take_in(*stored));
                let Some(record) = loaded else {
                    return Step::Done(self.ims_outcome(cx, inbound, None, unknown.into()));
                };
                return self.ims_decide(cx, inbound, &request, &asked, &record);
            }
            _ => {}
        }
        let decided = match self.ims.find(&key) {
            Some(record) => decide::decide(&self.config.ims, &request, &asked, record),
            None => return load(key),
        };
        self.ims_follow(cx, inbound, &request, &asked, decided)
    }

    fn ims_decide(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        request: &Request,
        asked: &Asked,
        record: &ImsRecord,
    ) -> Step {
        let decided = decide::decide(&self.config.ims, request, asked, record);
        self.ims_follow(cx, inbound, request, asked, decided)
    }

    /// Does what was decided.
    fn ims_follow(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        request: &Request,
        asked: &Asked,
        decided: Decided,
    ) -> Step {
        match decided {
            Decided::Refused(outcome) if outcome == ExperimentalResult::ERROR_USER_UNKNOWN.into() => {
                let elsewhere = asked.impi.as_ref().and_then(|_| asked.impus.first());
                match elsewhere {
                    // The private identity is known, or there were no record: the public one is unknown, or another's.
                    Some(impu) => Step::Wait(
                        Need::Command(Command::LoadIms {
                            key: ImsKey::Public(impu.clone()),
                        }),
                        Stage::Ims(ImsStage::Elsewhere),
                    ),
                    None => Step::Done(self.ims_outcome(cx, inbound, None, outcome)),
                }
            }
            Decided::Refused(outcome) if outcome == ResultCode::MISSING_AVP.into() => {
                Step::Done(self.missing_identity(cx, inbound))
            }
            Decided::Refused(outcome) => Step::Done(self.ims_outcome(cx, inbound, None, outcome)),
            Decided::Vectors(record) => {
                self.ims_vectors(cx, inbound, request, *record, Vectoring::Start, None)
            }
            Decided::Answer {
                imsi,
                version,
                answer,
                store,
                cancel,
            } => self.ims_conclude(cx, inbound, imsi, version, (*answer, store, cancel)),
        }
    }

    /// Answers, or has stored first what the answer says.
    fn ims_conclude(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        version: u64,
        (answer, store, cancel): (Answer, Option<Registrations>, Vec<Cancellation>),
    ) -> Step {
        let Some(registrations) = store else {
            return Step::Done(self.ims_answer(cx, inbound, Some(imsi), &answer));
        };
        let command = Command::SetRegistrations {
            imsi,
            expected: version,
            registrations: Box::new(registrations.clone()),
            told: false,
        };
        let held = Held {
            imsi,
            version,
            registrations,
            cancel,
            answer,
        };
        let stage = Stage::Ims(ImsStage::Storing(Box::new(held)));
        Step::Wait(Need::Command(command), stage)
    }

    /// Vectors for a MAR that was granted on `record`; then what it changes.
    fn ims_vectors(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        request: &Request,
        record: ImsRecord,
        vectoring: Vectoring,
        reply: Option<StoreReply>,
    ) -> Step {
        // What was decided once on this record is decided so again.
        let asked = Asked::of(request, &inbound.message);
        let (Request::MultimediaAuth(mar), Some(asked)) = (request, asked) else {
            return Step::Done(self.ims_outcome(cx, inbound, None, ResultCode::UNABLE_TO_COMPLY.into()));
        };
        let challenge = match decide::challenge(&self.config.ims, mar, &asked, &record) {
            Ok(challenge) => challenge,
            Err(outcome) => return Step::Done(self.ims_outcome(cx, inbound, None, outcome)),
        };
        let wanted = inbound.connection.is_some();
        let made = self
            .front
            .take_up(challenge.imsi, vectoring, reply, wanted)
            .and_then(|ground| {
                self.front.subscription(challenge.imsi, &ground)?;
                let token = mar.item.resynchronisation.as_ref();
                let token = token.map(|token| (&token.rand, &token.auts));
                let batch =
                    self.front
                        .issue(cx.wall, challenge.imsi, &ground, token, answer::domains(mar))?;
                Ok(answer::vectors(mar, &challenge, batch))
            });
        match made {
            Ok(answer) => {
                let (imsi, version) = (record.subscription.imsi, record.version);
                let concluded = (answer, challenge.store, Vec::new());
                self.ims_conclude(cx, inbound, imsi, version, concluded)
            }
            Err(Halt::Wait(need, vectoring)) => {
                let stage = ImsStage::Vectors(Box::new(record), vectoring);
                Step::Wait(need, Stage::Ims(stage))
            }
            Err(Halt::Orphaned) => Step::Done(Disposition::Orphaned),
            Err(Halt::Failed(Failure::Store(error))) => {
                Step::Done(self.ims_store_failed(cx, inbound, &error))
            }
            Err(Halt::Failed(failure)) => {
                let result = match failure {
                    Failure::TooBusy => ResultCode::TOO_BUSY,
                    // No AuC record, no sequence number, a token that does not hold: there is no challenge.
                    _ => ResultCode::UNABLE_TO_COMPLY,
                };
                Step::Done(self.ims_outcome(cx, inbound, None, result.into()))
            }
        }
    }

    /// The store replied to what an answer waits for.
    fn ims_stored(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        held: Held,
        reply: Option<StoreReply>,
    ) -> Step {
        match reply {
            Some(Ok(_)) => {
                self.ims.stored(held.imsi, held.version + 1, held.registrations);
                self.sh_touched(held.imsi);
                self.ims_cancel(cx, held.imsi, held.cancel);
                Step::Done(self.ims_answer(cx, inbound, Some(held.imsi), &held.answer))
            }
            Some(Err(StoreError::Stale { .. })) => {
                self.ims.remove(held.imsi);
                if inbound.connection.is_none() {
                    return Step::Done(Disposition::Orphaned);
                }
                load(ImsKey::Imsi(held.imsi))
            }
            Some(Err(error)) => {
                // It may have happened all the same: what is in memory is not certain.
                self.ims.remove(held.imsi);
                Step::Done(self.ims_store_failed(cx, inbound, &error))
            }
            None => Step::Done(self.ims_outcome(cx, inbound, None, ResultCode::UNABLE_TO_COMPLY.into())),
        }
    }
}

fn load(key: ImsKey) -> Step {
    Step::Wait(
        Need::Command(Command::LoadIms { key }),
        Stage::Ims(ImsStage::Loading),
    )
}
