//! From a request to its answer: at once, or parked and taken up again when what it waits for is there.
//!
//! ```text
//!            ┌── lane busy ──► stands behind ──┐
//!  request ──┤                                 ├─► step ─► Answer
//!            └── free ─────────────────────────┘     └──► Wait: a command for the store, or the slot's bound
//!                                                          └─ reply ─► step with the stage it stopped at
//! ```
//!
//! If a request is not answered within [`WAITING_TIME`] it is answered 500; its command stays its own until the store has
//! replied, so that what the store did is followed up all the same.

use crate::authentication::Authenticate;
use crate::context::{ContextTask, fresh_id};
use crate::event::UdmEvent;
use crate::identity::{supi, supi_or_suci};
use crate::udm::{At, Udm};
use quintet_home::{Failure, JobId, Lane, Need, StoreReply, WAITING_TIME};
use quintet_identity::Imsi;
use quintet_sbi::cause::{
    AUTHENTICATION_REJECTED, AV_GENERATION_PROBLEM, INVALID_API, NF_CONGESTION, SYSTEM_FAILURE,
    UNSPECIFIED_NF_FAILURE, USER_NOT_FOUND,
};
use quintet_sbi::nudm::{sdm, ueau, uecm};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{Output, Request, RequestId, Response, api_name};
use quintet_store::StoreError;
use quintet_telemetry::AttemptId;

/// What `Retry-After` says to whoever finds the UDM too busy, s.
const RETRY_AFTER_S: &str = "1";

/// A request, read.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Vectors.
    Authenticate(Authenticate),
    /// Everything else.
    Context(ContextTask),
}

impl Task {
    fn lane(&self) -> Lane {
        match self {
            Self::Authenticate(_) => Lane::Authentication,
            Self::Context(_) => Lane::Location,
        }
    }

    fn operation(&self) -> &'static str {
        match self {
            Self::Authenticate(_) => "Nudm_UEAuthentication_Get",
            Self::Context(task) => task.operation(),
        }
    }
}

/// Where a request stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Stage {
    /// Nothing was done yet.
    #[default]
    Start,
    /// Vectors.
    Authentication(quintet_home::Stage),
    /// Its subscriber is being loaded.
    Loading,
    /// Context data are being read or changed.
    Stored,
}

/// What a step leads to.
pub(crate) enum Step {
    /// The answer.
    Answer(Response),
    /// It waits.
    Wait(Need, Stage),
    /// It was answered already.
    Orphaned,
}

impl From<ProblemDetails> for Step {
    fn from(problem: ProblemDetails) -> Self {
        Self::Answer(problem.response())
    }
}

/// A waiting request.
#[derive(Debug)]
pub(crate) struct Parked {
    request: RequestId,
    /// What it is part of, as its `traceparent` says.
    attempt: Option<AttemptId>,
    task: Option<Box<Task>>,
    stage: Stage,
}

/// The problem that the store's error is for whoever asked.
pub(crate) fn store_problem(error: &StoreError) -> ProblemDetails {
    match error {
        StoreError::NoSubscriber { .. } => ProblemDetails::new(USER_NOT_FOUND),
        StoreError::Busy => busy(),
        // Its words name files and hosts of the operator: they are for the log.
        _ => ProblemDetails::new(SYSTEM_FAILURE).detail("the subscriber database does not serve now"),
    }
}

fn busy() -> ProblemDetails {
    ProblemDetails::new(NF_CONGESTION).header("retry-after", RETRY_AFTER_S)
}

/// The problem that no vector is for whoever asked.
pub(crate) fn vector_problem(failure: &Failure) -> ProblemDetails {
    match failure {
        Failure::UserUnknown => ProblemDetails::new(USER_NOT_FOUND),
        Failure::TooBusy => busy(),
        Failure::Unable => {
            ProblemDetails::new(UNSPECIFIED_NF_FAILURE).detail("no vectors are issued here now")
        }
        Failure::Unavailable => ProblemDetails::new(AV_GENERATION_PROBLEM),
        Failure::TokenRefused => ProblemDetails::new(AUTHENTICATION_REJECTED)
            .detail("AUTS does not hold, or its RAND is none of this network"),
        Failure::Store(error) => store_problem(error),
    }
}

impl Udm {
    /// Serves one request.
    pub(crate) fn serve(&mut self, at: At, id: RequestId, request: &Request) {
        let (imsi, task) = match self.read(request) {
            Ok(read) => read,
            Err(problem) => return self.respond(id, "", None, problem.response()),
        };
        let lane = task.lane();
        if self.front.waiting.is_busy(imsi, lane) {
            let operation = task.operation();
            if self.keep(at, id, imsi, Box::new(task), Stage::Start).is_none() {
                self.respond(id, operation, Some(imsi), busy().response());
            }
            return;
        }
        match self.step(at, imsi, &task, Stage::Start, None, true) {
            Step::Answer(response) => self.respond(id, task.operation(), Some(imsi), response),
            Step::Orphaned => {}
            Step::Wait(need, stage) => {
                let operation = task.operation();
                let room = self.front.desk.has_room();
                let kept = room
                    .then(|| self.keep(at, id, imsi, Box::new(task), stage))
                    .flatten();
                match kept {
                    Some(job) => self.front.wait_for(job, need),
                    None => {
                        self.front.no_room_for(need);
                        self.respond(id, operation, Some(imsi), busy().response());
                    }
                }
            }
        }
    }

    /// What is asked, and about whom.
    fn read(&mut self, request: &Request) -> Result<(Imsi, Task), Box<ProblemDetails>> {
        match api_name(request) {
            ueau::API => match ueau::Operation::read(request)? {
                ueau::Operation::GenerateAuthData {
                    supi_or_suci: who,
                    request,
                } => {
                    let home = (&self.config.home_plmns[..], self.config.null_scheme);
                    let who = supi_or_suci(&who, &self.keys, home)?;
                    Ok((who.imsi, Task::Authenticate(Authenticate::new(who, &request)?)))
                }
                ueau::Operation::ConfirmAuth { supi: who, event } => {
                    let entropy = &mut self.front.issuing.entropy;
                    let task = ContextTask::confirm_auth(event, || fresh_id(entropy))?;
                    Ok((supi(&who, "{supi}")?, Task::Context(task)))
                }
                ueau::Operation::DeleteAuth {
                    supi: who,
                    auth_event_id,
                    ..
                } => Ok((
                    supi(&who, "{supi}")?,
                    Task::Context(ContextTask::DeleteAuth(auth_event_id)),
                )),
            },
            uecm::API => {
                let (who, task) = ContextTask::of_uecm(uecm::Operation::read(request)?)?;
                Ok((supi(&who, "{ueId}")?, Task::Context(task)))
            }
            sdm::API => {
                let (who, task) = ContextTask::of_sdm(sdm::Operation::read(request)?, || {
                    fresh_id(&mut self.front.issuing.entropy)
                })?;
                Ok((supi(&who, "{supi}")?, Task::Context(task)))
            }
            _ => Err(ProblemDetails::new(INVALID_API).into()),
        }
    }

    fn step(
        &mut self,
        at: At,
        imsi: Imsi,
        task: &Task,
        stage: Stage,
        reply: Option<StoreReply>,
        wanted: bool,
    ) -> Step {
        match task {
            Task::Authenticate(task) => self.authenticate(at, imsi, task, stage, reply, wanted),
            Task::Context(task) => self.context(at, imsi, task, stage, reply),
        }
    }

    /// A place for a request, if there is one.
    fn keep(
        &mut self,
        at: At,
        request: RequestId,
        imsi: Imsi,
        task: Box<Task>,
        stage: Stage,
    ) -> Option<JobId> {
        let lane = (imsi, task.lane());
        let attempt = self.front.events.attempt();
        let parked = || Parked {
            request,
            attempt,
            task: Some(task),
            stage,
        };
        self.front.waiting.park(lane, parked, at.now + WAITING_TIME)
    }

    /// Takes a parked request up again, and after it those of its lane that can go on.
    pub(crate) fn resume(&mut self, at: At, id: JobId, reply: Option<StoreReply>) {
        let mut turn = Some((id, reply));
        while let Some((id, reply)) = turn.take() {
            let Some(job) = self.front.waiting.job(id) else {
                continue;
            };
            job.in_flight = false;
            let (imsi, wanted, request) = (job.imsi, !job.answered, job.work.request);
            let attempt = job.work.attempt;
            let stage = std::mem::take(&mut job.work.stage);
            let Some(task) = job.work.task.take() else {
                continue;
            };
            self.front.events.about(attempt);
            match self.step(at, imsi, &task, stage, reply, wanted) {
                // Nobody waits any more, and nothing is to be followed up: what comes next is left undone.
                Step::Wait(need, _) if !wanted => self.front.no_room_for(need),
                Step::Wait(need, stage) => {
                    if let Some(job) = self.front.waiting.job(id) {
                        job.work.task = Some(task);
                        job.work.stage = stage;
                    }
                    self.front.wait_for(id, need);
                    continue;
                }
                Step::Answer(response) if wanted => {
                    self.respond(request, task.operation(), Some(imsi), response);
                }
                Step::Answer(_) | Step::Orphaned => {}
            }
            let next = self.front.waiting.end(id).and_then(|(_, next)| next);
            turn = next.map(|next| (next, None));
        }
        self.front.events.about(None);
    }

    /// Answers requests that have waited too long.
    pub(crate) fn expire(&mut self, at: At) {
        while let Some(id) = self.front.waiting.expired(at.now) {
            let Some(job) = self.front.waiting.job(id) else {
                continue;
            };
            let (imsi, request, in_flight) = (job.imsi, job.work.request, job.in_flight);
            let operation = job.work.task.as_ref().map_or("", |task| task.operation());
            if !std::mem::replace(&mut job.answered, true) {
                let problem = ProblemDetails::new(SYSTEM_FAILURE)
                    .detail("the subscriber database did not answer in time");
                self.respond(request, operation, Some(imsi), problem.response());
            }
            if in_flight {
                continue;
            }
            if let Some(next) = self.front.waiting.end(id).and_then(|(_, next)| next) {
                self.resume(at, next, None);
            }
        }
    }

    /// Answers, and reports it.
    fn respond(&mut self, id: RequestId, operation: &'static str, imsi: Option<Imsi>, response: Response) {
        if self.front.events.are_wanted() {
            let cause = (!response.is_success())
                .then(|| ProblemDetails::from_response(&response).cause)
                .flatten();
            self.front.events.report(UdmEvent::Answered {
                request: id,
                operation,
                imsi,
                status: response.status,
                cause: cause.map(Into::into),
            });
        }
        self.outputs.push_back(Output::Respond { id, response });
    }
}
