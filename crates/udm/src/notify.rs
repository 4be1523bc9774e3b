//! What other network functions are told unasked: that an AMF serves no more (TS 29.503 5.3.2.3), that subscriber data
//! changed (5.2.2.5.2). Sent to the callback they gave, tried again after a pause, given up after a few times.

use crate::event::UdmEvent;
use core::time::Duration;
use quintet_identity::Imsi;
use quintet_sbi::{CallFailure, CallId, Output, Request, Response, Target, path};
use std::collections::{BTreeMap, HashMap};

/// Most notifications under way or put off: past it a new one is given up, for whoever does not take them is in trouble
/// anyhow. Each is below 2 KiB.
pub const MAX_OWED: usize = 4096;

/// How often a notification is tried.
pub const MAX_ATTEMPTS: u32 = 4;

/// The pause after the first failure; it doubles each time.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The notification that an AMF serves no more.
pub(crate) const DEREGISTRATION: &str = "deregistration";

/// One notification.
#[derive(Clone, Debug)]
struct Owed {
    imsi: Imsi,
    what: &'static str,
    target: Target,
    request: Request,
    attempts: u32,
    /// It is not true any more: a failure is its end.
    withdrawn: bool,
}

/// All that are owed.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    sent: HashMap<CallId, Owed>,
    later: BTreeMap<(Duration, u64), Owed>,
    number: u64,
    timeout: Duration,
}

impl Notifications {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sent.len() + self.later.len()
    }

    /// When the next one is tried again.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    /// Owes a notification to a callback URI; the call that tells it.
    pub(crate) fn owe<T: serde::Serialize>(
        &mut self,
        (imsi, what): (Imsi, &'static str),
        callback: &str,
        body: &T,
    ) -> Result<Output, UdmEvent> {
        let split = path::split_uri(callback).filter(|_| self.len() < MAX_OWED);
        let (target, path) = split.ok_or(UdmEvent::GivenUp { imsi, what })?;
        Ok(self.send(Owed {
            imsi,
            what,
            target,
            request: Request::json(quintet_sbi::Method::Post, path, body),
            attempts: 0,
            withdrawn: false,
        }))
    }

    /// This callback's AMF serves a subscriber again: that it serves no more is not to be told it late.
    pub(crate) fn withdraw_deregistration(&mut self, imsi: Imsi, callback: &str) {
        let Some((target, path)) = path::split_uri(callback) else {
            return;
        };
        let stale = |owed: &Owed| {
            owed.imsi == imsi
                && owed.what == DEREGISTRATION
                && owed.target == target
                && owed.request.path == path
        };
        self.later.retain(|_, owed| !stale(owed));
        for owed in self.sent.values_mut().filter(|owed| stale(owed)) {
            owed.withdrawn = true;
        }
    }

    fn send(&mut self, mut owed: Owed) -> Output {
        self.number += 1;
        owed.attempts += 1;
        let id = CallId(self.number);
        let call = Output::Call {
            id,
            target: owed.target.clone(),
            request: owed.request.clone(),
            timeout: self.timeout,
        };
        self.sent.insert(id, owed);
        call
    }

    /// What became of a call.
    pub(crate) fn answered(
        &mut self,
        now: Duration,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) -> Option<UdmEvent> {
        let owed = self.sent.remove(&id)?;
        let (imsi, what) = (owed.imsi, owed.what);
        let failure = match outcome {
            // A refusal is an answer: the other side has nothing to be told of. What may pass is tried again.
            Ok(response) if response.status < 500 && response.status != 429 => {
                let status = response.status;
                return Some(UdmEvent::Notified { imsi, what, status });
            }
            Ok(_) => None,
            Err(failure) => Some(failure),
        };
        if owed.withdrawn {
            return None;
        }
        if owed.attempts >= MAX_ATTEMPTS {
            return Some(UdmEvent::GivenUp { imsi, what });
        }
        self.number += 1;
        let pause = FIRST_PAUSE * 2u32.pow(owed.attempts - 1);
        self.later.insert((now + pause, self.number), owed);
        Some(UdmEvent::NotificationFailed { imsi, what, failure })
    }

    /// One whose pause is over.
    pub(crate) fn due(&mut self, now: Duration) -> Option<Output> {
        let entry = self.later.first_entry().filter(|entry| entry.key().0 <= now)?;
        let owed = entry.remove();
        Some(self.send(owed))
    }
}
