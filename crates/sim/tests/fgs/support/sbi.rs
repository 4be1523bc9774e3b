//! What is between AMF, AUSF and UDM: requests and responses with their handles, and who can be reached.

use quintet_sbi::{CallFailure, CallId, Request, RequestId, Response, Target};
use quintet_sim::fgs::Condition;
use std::collections::BTreeMap;
use std::time::Duration;

/// A network function. Each life of the AMF is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Amf(u32),
    Ausf,
    Udm,
}

/// What arrives.
#[derive(Debug)]
pub(crate) enum Exchange {
    Request {
        to: Function,
        id: RequestId,
        request: Request,
    },
    Outcome {
        to: Function,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    },
}

/// The fabric.
#[derive(Debug)]
pub(crate) struct Fabric {
    ausf: Condition,
    udm: Condition,
    slow: Duration,
    amf: u32,
    requests: u64,
    /// Who waits for the response to a request.
    asked: BTreeMap<RequestId, (Function, Function, CallId)>,
    /// Calls without an outcome.
    waiting: BTreeMap<(Function, CallId), ()>,
}

impl Fabric {
    pub(crate) fn new(slow: Duration) -> Self {
        Self {
            ausf: Condition::Running,
            udm: Condition::Running,
            slow,
            amf: 0,
            requests: 0,
            asked: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    pub(crate) fn amf(&self) -> Function {
        Function::Amf(self.amf)
    }

    /// The AMF begins another life: nobody waits for what the last one asked.
    pub(crate) fn amf_again(&mut self) {
        let gone = self.amf();
        self.waiting.retain(|(from, _), ()| *from != gone);
        self.amf += 1;
    }

    pub(crate) fn set_ausf(&mut self, condition: Condition) {
        self.ausf = condition;
    }

    pub(crate) fn set_udm(&mut self, condition: Condition) {
        self.udm = condition;
    }

    fn condition(&self, of: Function) -> Condition {
        match of {
            Function::Amf(_) => Condition::Running,
            Function::Ausf => self.ausf,
            Function::Udm => self.udm,
        }
    }

    /// A function calls another one: what arrives, how much later than at once, and when the time is up.
    pub(crate) fn call(
        &mut self,
        from: Function,
        id: CallId,
        target: &Target,
        request: Request,
        timeout: Duration,
    ) -> Vec<(Duration, Exchange)> {
        let to = match target.authority.as_str() {
            "amf:80" => self.amf(),
            "ausf:80" => Function::Ausf,
            "udm:80" => Function::Udm,
            other => panic!("a call of {other}"),
        };
        assert!(self.waiting.insert((from, id), ()).is_none(), "{id:?} twice");
        let failed = |failure| Exchange::Outcome {
            to: from,
            id,
            outcome: Err(failure),
        };
        if self.condition(to) == Condition::Unreachable {
            let failure = CallFailure::Unreachable {
                authority: target.authority.clone(),
                reason: "connection refused".to_owned(),
            };
            return vec![(Duration::ZERO, failed(failure))];
        }
        self.requests += 1;
        let asked = RequestId(self.requests);
        self.asked.insert(asked, (from, to, id));
        let request = Exchange::Request {
            to,
            id: asked,
            request,
        };
        vec![
            (Duration::ZERO, request),
            (timeout, failed(CallFailure::Timeout(timeout))),
        ]
    }

    /// A function answers a request.
    pub(crate) fn respond(&mut self, id: RequestId, response: Response) -> (Duration, Exchange) {
        let (from, by, call) = self.asked.remove(&id).expect("every request is answered once");
        let slow = self.condition(by) == Condition::Slow;
        let outcome = Exchange::Outcome {
            to: from,
            id: call,
            outcome: Ok(response),
        };
        (if slow { self.slow } else { Duration::ZERO }, outcome)
    }

    /// Whether an outcome is the first of its call.
    pub(crate) fn is_awaited(&mut self, of: Function, id: CallId) -> bool {
        self.waiting.remove(&(of, id)).is_some()
    }

    /// Requests without an answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.asked.len()
    }
}
