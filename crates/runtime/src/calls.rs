//! Which attempt a network function works on: that of the request, or of the response, it was given last.
//!
//! What it says while it handles an input is about that input's attempt: so a request that it makes carries the `traceparent` of the
//! request it was asked by, and the function itself need not know of it.

use quintet_sbi::{CallId, Output, Request, TRACEPARENT};
use quintet_telemetry::AttemptId;
use std::collections::{HashMap, VecDeque};

/// Calls whose attempt is remembered: those that have no outcome yet, and a node bounds them.
const MAX_CALLS: usize = 1 << 16;

/// The attempts of a node's calls, and its outputs, drawn input by input.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    of: HashMap<CallId, AttemptId>,
    outputs: VecDeque<Output>,
}

impl Calls {
    /// The attempt of a request from outside.
    pub(crate) fn of_request(request: &Request) -> Option<AttemptId> {
        request.header(TRACEPARENT).and_then(AttemptId::of_traceparent)
    }

    /// The attempt of a call that has its outcome.
    pub(crate) fn of_outcome(&mut self, id: CallId) -> Option<AttemptId> {
        self.of.remove(&id)
    }

    /// Takes what the node wants said after an input about `attempt`.
    pub(crate) fn draw(&mut self, attempt: Option<AttemptId>, mut poll: impl FnMut() -> Option<Output>) {
        while let Some(mut output) = poll() {
            if let (Some(attempt), Output::Call { id, request, .. }) = (attempt, &mut output)
                && self.of.len() < MAX_CALLS
            {
                self.of.insert(*id, attempt);
                let header = attempt.traceparent(id.0, true);
                request.headers.push((TRACEPARENT, header));
            }
            self.outputs.push_back(output);
        }
    }

    /// The next output.
    pub(crate) fn next(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_sbi::{Method, Target};
    use std::time::Duration;

    fn call(id: u64) -> Output {
        Output::Call {
            id: CallId(id),
            target: Target {
                authority: "udm:1".to_owned(),
                tls: false,
            },
            request: Request::new(Method::Post, "/nudm-ueau/v1/x"),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_call_is_part_of_what_it_was_asked_by() {
        let attempt = AttemptId::derived("test", &[b"1"]);
        let mut asked = Request::new(Method::Post, "/nausf-auth/v1/ue-authentications");
        assert_eq!(Calls::of_request(&asked), None);
        asked.headers.push((TRACEPARENT, attempt.traceparent(9, true)));
        let mut calls = Calls::default();
        let mut said = vec![call(1)];
        calls.draw(Calls::of_request(&asked), || said.pop());
        let mut said = vec![call(2)];
        calls.draw(None, || said.pop());
        let carried: Vec<_> = std::iter::from_fn(|| calls.next())
            .map(|output| match output {
                Output::Call { request, .. } => Calls::of_request(&request),
                _ => None,
            })
            .collect();
        assert_eq!(carried, [Some(attempt), None]);
        assert_eq!(calls.of_outcome(CallId(1)), Some(attempt));
        assert_eq!(calls.of_outcome(CallId(1)), None, "an outcome comes once");
        assert_eq!(calls.of_outcome(CallId(2)), None);
    }
}
