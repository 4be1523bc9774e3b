//! The AUSF itself: its state, its inputs, its outputs.

use crate::config::{AusfConfig, MAX_CALLS};
use crate::context::{ContextId, Contexts};
use crate::event::{AusfEvent, Events};
use crate::result::Results;
use crate::upstream::Pending;
use core::time::Duration;
use quintet_identity::Supi;
use quintet_sbi::cause::{CONTEXT_NOT_FOUND, INVALID_API, NF_CONGESTION, TARGET_NF_NOT_REACHABLE};
use quintet_sbi::nausf::{API, Operation};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{CallFailure, CallId, Output, Request, RequestId, Response, api_name};
use std::collections::{HashMap, VecDeque};

/// A source of unpredictable octets.
pub type EntropySource = Box<dyn FnMut(&mut [u8]) + Send>;

/// When an input comes.
#[derive(Clone, Copy)]
pub(crate) struct At {
    /// Monotonic time of the runtime.
    pub(crate) now: Duration,
    /// Wall clock, since 1970.
    pub(crate) wall: Duration,
}

/// An AUSF, sans-IO (TS 29.509).
///
/// ```text
///  runtime ── handle_request, handle_response, handle_timeout ──►┌──────┐
///          ◄─ poll_sbi, poll_timeout, poll_event ────────────────└ Ausf ┘
/// ```
///
/// After every input: [`Ausf::poll_sbi`] until it is empty, then [`Ausf::poll_timeout`]. `now` is the runtime's monotonic
/// time, `wall` the wall clock's since 1970. Every request is answered exactly once.
pub struct Ausf {
    pub(crate) config: AusfConfig,
    pub(crate) entropy: EntropySource,
    pub(crate) contexts: Contexts,
    /// Calls of the UDM that a request waits for.
    pub(crate) pending: HashMap<CallId, Pending>,
    /// What the UDM is to be told besides.
    pub(crate) results: Results,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) events: Events,
    calls: u64,
}

impl Ausf {
    /// An AUSF; `entropy` is a source of unpredictable octets.
    #[must_use]
    pub fn new(config: AusfConfig, entropy: EntropySource) -> Self {
        Self {
            config,
            entropy,
            contexts: Contexts::default(),
            pending: HashMap::new(),
            results: Results::default(),
            outputs: VecDeque::new(),
            events: Events::default(),
            calls: 0,
        }
    }

    // --- What there is ------------------------------------------------------------------------------------------------

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &AusfConfig {
        &self.config
    }

    /// Authentications that wait for the UE's answer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.contexts.len()
    }

    /// Authentications that ended and are kept for repetitions.
    #[must_use]
    pub fn done(&self) -> usize {
        self.contexts.done()
    }

    /// Calls of the UDM that a request waits for, and outcomes it is still to be told.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.pending.len() + self.results.len()
    }

    /// The UDM to ask from now on: a discovered one.
    pub fn set_udm(&mut self, udm: Option<quintet_sbi::Target>) {
        self.config.udm = udm;
    }

    // --- Inputs -------------------------------------------------------------------------------------------------------

    /// Serves a request; the answer comes from [`Ausf::poll_sbi`], now or later, exactly once.
    pub fn handle_request(&mut self, now: Duration, wall: Duration, id: RequestId, request: &Request) {
        let at = At { now, wall };
        if api_name(request) != API {
            let problem = ProblemDetails::new(INVALID_API);
            return self.refuse(id, "", None, &problem);
        }
        match Operation::read(request) {
            Err(problem) => self.refuse(id, "", None, &problem),
            Ok(Operation::Authenticate(info)) => self.begin(id, info),
            Ok(Operation::Confirm5gAka { auth_ctx_id, data }) => {
                self.with(id, CONFIRM, &auth_ctx_id, |ausf, ctx| {
                    ausf.confirm(at, id, ctx, data)
                });
            }
            Ok(Operation::EapSession { auth_ctx_id, session }) => {
                self.with(id, EAP_SESSION, &auth_ctx_id, |ausf, ctx| {
                    ausf.eap_session(at, id, ctx, session);
                })
            }
            Ok(Operation::Delete5gAka { auth_ctx_id } | Operation::DeleteEapSession { auth_ctx_id }) => {
                self.with(id, DELETE, &auth_ctx_id, |ausf, ctx| ausf.delete(at, id, ctx));
            }
            // KAUSF is not kept, so it is forgotten already (see the crate's head).
            Ok(Operation::Deregister(_)) => self.respond(id, DEREGISTER, None, Response::new(204)),
        }
    }

    /// What became of a call of [`Ausf::poll_sbi`].
    pub fn handle_response(
        &mut self,
        now: Duration,
        wall: Duration,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) {
        let at = At { now, wall };
        match self.pending.remove(&id) {
            Some(pending) => self.answered(at, pending, outcome),
            None => self.result_told(now, id, outcome),
        }
    }

    /// Time has passed. To be called at [`Ausf::poll_timeout`], or whenever it suits.
    pub fn handle_timeout(&mut self, now: Duration) {
        while let Some(context) = self.contexts.expired(now) {
            self.events.report(AusfEvent::Expired {
                supi: context.party.supi,
            });
        }
        self.results_due(now);
    }

    // --- Outputs ------------------------------------------------------------------------------------------------------

    /// The next answer or call.
    pub fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Ausf::handle_timeout`] must be called at the latest. May be in the past.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let deadline = self.contexts.next_deadline().into_iter();
        deadline.chain(self.results.next_timeout()).min()
    }

    /// The next event, if [`Ausf::listen`] asked for them.
    pub fn poll_event(&mut self) -> Option<AusfEvent> {
        self.events.poll()
    }

    /// Whether events are kept. Off, none costs anything.
    pub fn listen(&mut self, listen: bool) {
        self.events.listen(listen);
    }

    // --- What the parts share -----------------------------------------------------------------------------------------

    /// Goes on with the context of this name; 404 for what is no name. Whether it is there the caller sees.
    fn with(
        &mut self,
        id: RequestId,
        operation: &'static str,
        text: &str,
        go_on: impl FnOnce(&mut Self, ContextId),
    ) {
        match ContextId::parse(text) {
            Some(ctx) => go_on(self, ctx),
            None => self.refuse(id, operation, None, &ProblemDetails::new(CONTEXT_NOT_FOUND)),
        }
    }

    /// Names a call.
    pub(crate) fn next_call(&mut self) -> CallId {
        self.calls += 1;
        CallId(self.calls)
    }

    /// Calls the UDM for a request that waits, or answers that it cannot be asked.
    pub(crate) fn ask(&mut self, request: Request, pending: Pending) {
        let problem = match &self.config.udm {
            None => ProblemDetails::new(TARGET_NF_NOT_REACHABLE).detail("no UDM is known"),
            Some(_) if self.pending.len() >= MAX_CALLS => {
                ProblemDetails::new(NF_CONGESTION).header("retry-after", "1")
            }
            Some(target) => {
                let (target, timeout) = (target.clone(), self.config.udm_timeout);
                let id = self.next_call();
                self.pending.insert(id, pending);
                self.outputs.push_back(Output::Call {
                    id,
                    target,
                    request,
                    timeout,
                });
                return;
            }
        };
        let (id, operation, supi) = (pending.request, pending.operation(), pending.supi());
        self.give_back(pending);
        self.refuse(id, operation, supi, &problem);
    }

    pub(crate) fn refuse(
        &mut self,
        id: RequestId,
        operation: &'static str,
        supi: Option<Supi>,
        problem: &ProblemDetails,
    ) {
        self.respond(id, operation, supi, problem.response());
    }

    /// Answers, and reports it.
    pub(crate) fn respond(
        &mut self,
        id: RequestId,
        operation: &'static str,
        supi: Option<Supi>,
        response: Response,
    ) {
        if self.events.are_wanted() {
            let cause = (!response.is_success())
                .then(|| ProblemDetails::from_response(&response).cause)
                .flatten();
            self.events.report(AusfEvent::Answered {
                request: id,
                operation,
                supi,
                status: response.status,
                cause: cause.map(Into::into),
            });
        }
        self.outputs.push_back(Output::Respond { id, response });
    }
}

/// Names of operations, for events.
pub(crate) const AUTHENTICATE: &str = "Nausf_UEAuthentication_Authenticate";
pub(crate) const CONFIRM: &str = "5g-aka-confirmation";
pub(crate) const EAP_SESSION: &str = "eap-session";
pub(crate) const DELETE: &str = "removal of a result";
pub(crate) const DEREGISTER: &str = "Nausf_UEAuthentication_Deregister";

impl std::fmt::Debug for Ausf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ausf")
            .field("waiting", &self.contexts.len())
            .field("done", &self.contexts.done())
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}
