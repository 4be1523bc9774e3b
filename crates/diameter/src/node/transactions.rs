//! Requests with their answers, one by one, for whoever traces attempts: off unless asked for.

use crate::dict::avp;
use crate::{Header, Message};
use quintet_telemetry::AttemptId;
use std::collections::VecDeque;
use std::time::Duration;

/// Transactions kept until somebody takes them: what one turn of a runtime brings. Past it they are not told.
const MAX_KEPT: usize = 4_096;

/// A request that has its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Whether this node served it; else it asked.
    pub served: bool,
    /// Application-ID.
    pub application_id: u32,
    /// Command Code.
    pub code: u32,
    /// Result-Code or Experimental-Result-Code.
    pub result: u32,
    /// The attempt that it is part of.
    pub attempt: AttemptId,
    /// Whether its Session-Id names the attempt: then there is more of it elsewhere.
    pub named: bool,
    /// When it came, or was sent.
    pub start: Duration,
    /// When the answer came; `None` for what was served: then it is out as soon as the runtime has written it.
    pub end: Option<Duration>,
}

/// Those that nobody has taken yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transactions {
    /// The share of attempts that is traced.
    ratio: Option<f64>,
    kept: VecDeque<Transaction>,
}

impl Transactions {
    pub(crate) fn trace(&mut self, ratio: Option<f64>) {
        self.ratio = ratio;
        self.kept.clear();
    }

    pub(crate) fn poll(&mut self) -> Option<Transaction> {
        self.kept.pop_front()
    }

    /// Notes a transaction; `message` is its request or its answer, which have one Session-Id.
    pub(crate) fn note(
        &mut self,
        message: &Message<'_>,
        (header, result): (&Header, u32),
        (start, end): (Duration, Option<Duration>),
    ) {
        let Some(ratio) = self.ratio.filter(|_| self.kept.len() < MAX_KEPT) else {
            return;
        };
        let Some(session) = message.find(avp::SESSION_ID) else {
            return;
        };
        let carried = AttemptId::carried_by(session.data);
        let attempt = carried.unwrap_or_else(|| AttemptId::of_session_id(session.data));
        if attempt.is_sampled(ratio) {
            self.kept.push_back(Transaction {
                served: end.is_none(),
                application_id: header.application_id,
                code: header.code,
                result,
                attempt,
                named: carried.is_some(),
                start,
                end,
            });
        }
    }
}
