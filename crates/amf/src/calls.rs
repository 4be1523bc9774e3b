//! Calls of other network functions: for whom each is, where it goes, when it is made again.
//!
//! Each call has exactly one outcome, whatever its driver and its peers do: an outcome of a call that nobody waits for any
//! more is dropped. One that found nobody goes to the next target; one without a response too, if making it twice does no
//! harm. Both are bounded by [`SbiConfig::retries`](crate::SbiConfig).

use crate::event::Service;
use crate::home::Step;
use quintet_fgmm::network::ContextId;
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::{CallFailure, CallId, Method, Output, Request, Response, Target};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The most targets kept of one kind, configured and discovered.
pub(crate) const MAX_TARGETS: usize = 32;

/// For whom a call is made, and what its response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// A session waits for a challenge.
    Challenge(AmfUeNgapId),
    /// A session waits for its confirmation.
    Confirmation(AmfUeNgapId),
    /// A session waits for the next EAP packet.
    Eap(AmfUeNgapId),
    /// A session waits for the UDM.
    Registration(AmfUeNgapId, Step),
    /// A context's subscription to changes of its data.
    SdmSubscription(ContextId),
    /// A context's data changed and are read anew.
    Change(ContextId),
    /// Session management of a context: its PDU session, and what was asked.
    Sm(ContextId, u8, crate::sm::Asked),
    /// Nobody waits.
    Nobody,
}

/// Names a call through all its repetitions. A later call has a higher one; the default is before all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// A call to be made.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) whose: For,
    pub(crate) service: Service,
    /// What is asked, in words.
    pub(crate) what: &'static str,
    /// A target of its own: where a resource lives that a response named. The service's otherwise.
    pub(crate) at: Option<Target>,
    pub(crate) request: Request,
}

#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    whose: For,
    service: Service,
    what: &'static str,
    target: Target,
    /// May go to another target.
    any_target: bool,
    /// For a repetition; `None` once none is left.
    request: Option<Box<Request>>,
    left: u8,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) ticket: Ticket,
    pub(crate) whose: For,
    pub(crate) service: Service,
    pub(crate) what: &'static str,
    pub(crate) target: Target,
    pub(crate) result: Result<Response, CallFailure>,
}

/// What an outcome brought about here.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It is to be acted on.
    Done(Box<Outcome>),
    /// The call is made again.
    Again {
        service: Service,
        what: &'static str,
        failure: CallFailure,
    },
    /// No such call.
    Unknown,
}

/// The network functions of one kind.
#[derive(Debug, Default)]
struct Targets {
    all: Vec<Target>,
    preferred: usize,
}

impl Targets {
    fn current(&self) -> Option<&Target> {
        self.all.get(self.preferred)
    }

    /// The one that did not answer is not preferred any more.
    fn avoid(&mut self, target: &Target) {
        if self.current() == Some(target) && self.all.len() > 1 {
            self.preferred = (self.preferred + 1) % self.all.len();
        }
    }
}

/// All calls.
#[derive(Debug)]
pub(crate) struct Calls {
    pending: HashMap<CallId, Pending>,
    out: VecDeque<Output>,
    targets: [Targets; 3],
    tokens: [Option<String>; 3],
    next: u64,
    limit: usize,
    timeout: Duration,
    retries: u8,
}

const fn place(service: Service) -> usize {
    match service {
        Service::Ausf => 0,
        Service::Udm => 1,
        Service::Smf => 2,
    }
}

impl Calls {
    pub(crate) fn new(config: &crate::Config) -> Self {
        let of = |all: &[Target]| Targets {
            all: all.iter().take(MAX_TARGETS).cloned().collect(),
            preferred: 0,
        };
        Self {
            pending: HashMap::new(),
            out: VecDeque::new(),
            targets: [of(&config.sbi.ausf), of(&config.sbi.udm), of(&config.sbi.smf)],
            tokens: [None, None, None],
            next: 0,
            limit: config.limits.outstanding_calls,
            timeout: config.sbi.timeout,
            retries: config.sbi.retries,
        }
    }

    /// The network functions of a kind are these from now on.
    pub(crate) fn set_targets(&mut self, service: Service, targets: Vec<Target>) {
        let own = &mut self.targets[place(service)];
        own.all = targets;
        own.all.truncate(MAX_TARGETS);
        own.preferred = 0;
    }

    /// The token that calls of a kind carry from now on.
    pub(crate) fn set_token(&mut self, service: Service, token: Option<String>) {
        self.tokens[place(service)] = token;
    }

    /// Makes a call. `None` if it cannot be made: nobody to call, or too many wait.
    pub(crate) fn make(&mut self, call: Call) -> Option<Ticket> {
        if self.pending.len() >= self.limit {
            return None;
        }
        let Call {
            whose,
            service,
            what,
            at,
            mut request,
        } = call;
        let any_target = at.is_none();
        let target = at.or_else(|| self.targets[place(service)].current().cloned())?;
        request.token.clone_from(&self.tokens[place(service)]);
        self.next += 1;
        let ticket = Ticket(self.next);
        let left = self.retries;
        let again = (left > 0).then(|| Box::new(request.clone()));
        let pending = Pending {
            ticket,
            whose,
            service,
            what,
            target,
            any_target,
            request: again,
            left,
        };
        self.send(pending, request);
        Some(ticket)
    }

    fn send(&mut self, pending: Pending, request: Request) {
        self.next += 1;
        let id = CallId(self.next);
        self.out.push_back(Output::Call {
            id,
            target: pending.target.clone(),
            request,
            timeout: self.timeout,
        });
        self.pending.insert(id, pending);
    }

    /// What came of a call.
    pub(crate) fn settle(&mut self, id: CallId, result: Result<Response, CallFailure>) -> Settled {
        let Some(mut pending) = self.pending.remove(&id) else {
            return Settled::Unknown;
        };
        if let Err(failure) = &result {
            if pending.any_target {
                self.targets[place(pending.service)].avoid(&pending.target);
            }
            if let Some(request) = pending.request.take_if(|request| repeatable(request, failure)) {
                pending.left -= 1;
                if pending.left > 0 {
                    pending.request = Some(request.clone());
                }
                if pending.any_target
                    && let Some(target) = self.targets[place(pending.service)].current()
                {
                    pending.target = target.clone();
                }
                let (service, what, failure) = (pending.service, pending.what, failure.clone());
                self.send(pending, *request);
                return Settled::Again {
                    service,
                    what,
                    failure,
                };
            }
        }
        Settled::Done(Box::new(Outcome {
            ticket: pending.ticket,
            whose: pending.whose,
            service: pending.service,
            what: pending.what,
            target: pending.target,
            result,
        }))
    }

    /// Answers a request of another network function.
    pub(crate) fn respond(&mut self, id: quintet_sbi::RequestId, response: Response) {
        self.out.push_back(Output::Respond { id, response });
    }

    /// What is to be said next.
    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Not before that of any call so far.
    pub(crate) fn last(&self) -> Ticket {
        Ticket(self.next)
    }

    /// How many calls have no outcome yet.
    pub(crate) fn outstanding(&self) -> usize {
        self.pending.len()
    }
}

/// Whether a request may be made once more after this failure: it found nobody, or it does the same when done twice
/// (RFC 9110 9.2.2). A timeout is none of them: whoever waits has waited long enough.
fn repeatable(request: &Request, failure: &CallFailure) -> bool {
    match failure {
        CallFailure::Unreachable { .. } => true,
        CallFailure::Broken(_) => matches!(request.method, Method::Get | Method::Put | Method::Delete),
        CallFailure::Timeout(_) | CallFailure::Busy => false,
    }
}
