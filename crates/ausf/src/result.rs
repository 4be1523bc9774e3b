//! Telling the UDM how an authentication ended (TS 29.503 5.4.2.3, TS 33.501 6.1.4.1a): behind the answer to the SEAF, which
//! waits for nobody; tried again after a pause, given up after a few times.

use crate::ausf::{At, Ausf};
use crate::context::{ContextId, Done};
use crate::event::AusfEvent;
use core::time::Duration;
use quintet_identity::Supi;
use quintet_sbi::nudm::ueau::{AuthEvent, auth_event};
use quintet_sbi::{CallFailure, CallId, Output, Request, Response};
use std::collections::{BTreeMap, HashMap};

/// How often a result is told.
pub const MAX_ATTEMPTS: u32 = 4;

/// The pause after the first failure; it doubles each time.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Most results under way or put off: a second's. Past it a new one is lost, which is reported.
const MAX_RESULTS: usize = 16_384;

/// One result.
#[derive(Debug)]
struct Owed {
    ctx: ContextId,
    supi: Supi,
    request: Request,
    attempts: u32,
}

/// All that are owed.
#[derive(Debug, Default)]
pub(crate) struct Results {
    sent: HashMap<CallId, Owed>,
    later: BTreeMap<(Duration, u64), Owed>,
    number: u64,
}

impl Results {
    pub(crate) fn len(&self) -> usize {
        self.sent.len() + self.later.len()
    }

    /// When the next one is tried again.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }
}

/// The last segment of a resource's URI: what the UDM named it.
fn last_segment(location: &str) -> Option<String> {
    let path = location.split('?').next()?;
    let (_, id) = path.rsplit_once('/')?;
    (!id.is_empty()).then(|| id.to_owned())
}

impl Ausf {
    /// AuthEvent of an authentication that ended.
    pub(crate) fn auth_event(&self, at: At, done: &Done) -> AuthEvent {
        AuthEvent {
            nf_instance_id: self.config.nf_instance_id.clone(),
            success: done.success,
            time_stamp: quintet_sbi::ts29571::date_time(at.wall),
            auth_type: done.auth_type.clone(),
            serving_network_name: done.party.serving.to_string(),
            auth_removal_ind: false,
            nf_set_id: None,
        }
    }

    /// Begins to tell the UDM.
    pub(crate) fn tell_result(&mut self, at: At, ctx: ContextId, done: &Done) {
        let supi = done.party.supi.clone();
        if self.results.len() >= MAX_RESULTS {
            return self.events.report(AusfEvent::ResultLost { supi });
        }
        let request = auth_event(&supi.to_string(), &self.auth_event(at, done));
        self.send_result(
            at.now,
            Owed {
                ctx,
                supi,
                request,
                attempts: 0,
            },
        );
    }

    fn send_result(&mut self, now: Duration, mut owed: Owed) {
        owed.attempts += 1;
        let Some(target) = self.config.udm.clone() else {
            return self.result_failed(now, owed, None);
        };
        let id = self.next_call();
        self.outputs.push_back(Output::Call {
            id,
            target,
            request: owed.request.clone(),
            timeout: self.config.udm_timeout,
        });
        self.results.sent.insert(id, owed);
    }

    /// What became of the call that told a result.
    pub(crate) fn result_told(&mut self, now: Duration, id: CallId, outcome: Result<Response, CallFailure>) {
        let Some(owed) = self.results.sent.remove(&id) else {
            return;
        };
        match outcome {
            Ok(response) if response.is_success() => {
                let event = response.location.as_deref().and_then(last_segment);
                if let Some(done) = self.contexts.ended(owed.ctx) {
                    done.event = event;
                }
            }
            // Refused for good, as for a subscriber who is gone.
            Ok(response) if response.status < 500 && response.status != 429 => {
                self.events.report(AusfEvent::ResultLost { supi: owed.supi });
            }
            Ok(_) => self.result_failed(now, owed, None),
            Err(failure) => self.result_failed(now, owed, Some(failure)),
        }
    }

    fn result_failed(&mut self, now: Duration, owed: Owed, failure: Option<CallFailure>) {
        self.udm_failed("auth-events", failure);
        if owed.attempts >= MAX_ATTEMPTS {
            return self.events.report(AusfEvent::ResultLost { supi: owed.supi });
        }
        self.results.number += 1;
        let pause = FIRST_PAUSE * 2u32.pow(owed.attempts - 1);
        let key = (now + pause, self.results.number);
        self.results.later.insert(key, owed);
    }

    /// Tells again what failed before.
    pub(crate) fn results_due(&mut self, now: Duration) {
        while let Some(entry) = self
            .results
            .later
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            let owed = entry.remove();
            self.send_result(now, owed);
        }
    }
}
