//! Requests the HSS owes serving nodes: sent, retried, given up (TS 29.272 5.2.1.2, 5.2.2, 5.2.4.1).
//!
//! A request that cannot be delivered is tried [`MAX_ATTEMPTS`] times with growing pauses. After that the serving node
//! learns the truth from the answer to whatever it asks next.

use crate::event::HssEvent;
use crate::wire::{Outgoing, write_outgoing};
use core::time::Duration;
use quintet_diameter::dict::avp;
use quintet_diameter::node::{Destination, RequestHandle};
use quintet_diameter::{Message, MessageWriter, Node, ResultCode};
use quintet_identity::{Imsi, Msisdn};
use quintet_sh::UserIdentity;
use std::collections::{BTreeMap, HashMap};

/// How often a request is sent at most.
pub const MAX_ATTEMPTS: u32 = 4;

/// The pause after the first attempt; it doubles with each.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Requests on their way or waiting for another attempt. A serving node that is gone with all its subscribers must not
/// fill the memory: past it requests are given up at once.
pub const MAX_OWED: usize = 65_536;

/// One request and whom it is for.
#[derive(Clone, Debug)]
struct Owed {
    host: String,
    realm: String,
    request: Outgoing,
    attempts: u32,
}

/// The final answer to a request of ours.
#[derive(Debug)]
pub(crate) struct Confirmed {
    pub(crate) application: u32,
    pub(crate) command: u32,
    /// Whom it was about.
    pub(crate) imsi: Option<Imsi>,
    /// By which identity, if it was a PNR.
    pub(crate) identity: Option<UserIdentity>,
    /// Who answered.
    pub(crate) host: String,
    /// Result-Code or Experimental-Result-Code.
    pub(crate) result: u32,
    /// The service centre that was alerted, if one was.
    pub(crate) alerted: Option<Msisdn>,
}

/// All requests that are owed.
#[derive(Debug)]
pub(crate) struct Dispatch {
    timeout: Duration,
    sent: HashMap<RequestHandle, Owed>,
    /// By the time of the next attempt, and a number that keeps them apart.
    later: BTreeMap<(Duration, u64), Owed>,
    number: u64,
    /// Where Session-Ids are made.
    session: String,
}

impl Dispatch {
    /// With this much time for an answer.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            sent: HashMap::new(),
            later: BTreeMap::new(),
            number: 0,
            session: String::new(),
        }
    }

    /// Sends a request, now or when it can be.
    pub(crate) fn owe(
        &mut self,
        now: Duration,
        node: &mut Node,
        (host, realm): (String, String),
        request: Outgoing,
        report: &mut dyn FnMut(HssEvent),
    ) {
        let owed = Owed {
            host,
            realm,
            request,
            attempts: 0,
        };
        if self.sent.len() + self.later.len() >= MAX_OWED {
            return report(given_up(owed));
        }
        self.attempt(now, node, owed, report);
    }

    fn attempt(&mut self, now: Duration, node: &mut Node, mut owed: Owed, report: &mut dyn FnMut(HssEvent)) {
        owed.attempts += 1;
        let to = Destination {
            host: Some(&owed.host),
            realm: &owed.realm,
        };
        self.session.clear();
        node.next_session_id(&mut self.session);
        let write = |w: &mut MessageWriter<'_>| write_outgoing(w, &self.session, &owed.request);
        match node.request(
            now,
            to,
            owed.request.application(),
            owed.request.command(),
            write,
            Some(self.timeout),
        ) {
            Ok(handle) => {
                let (command, imsi) = (owed.request.command(), owed.request.imsi());
                report(HssEvent::Sent {
                    application: owed.request.application(),
                    command,
                    imsi,
                    host: owed.host.clone(),
                });
                self.sent.insert(handle, owed);
            }
            Err(_) => self.again(now, owed, report),
        }
    }

    /// Puts a request off, or gives it up.
    fn again(&mut self, now: Duration, owed: Owed, report: &mut dyn FnMut(HssEvent)) {
        if owed.attempts >= MAX_ATTEMPTS {
            return report(given_up(owed));
        }
        let pause = FIRST_PAUSE * (1 << (owed.attempts - 1));
        self.number += 1;
        self.later.insert((now + pause, self.number), owed);
    }

    /// The answer to a request of ours, if that is final.
    pub(crate) fn answered(
        &mut self,
        now: Duration,
        handle: RequestHandle,
        answer: &Message<'_>,
        report: &mut dyn FnMut(HssEvent),
    ) -> Option<Confirmed> {
        let owed = self.sent.remove(&handle)?;
        let result = result_of(answer);
        // Busy, undeliverable and other transient failures may be over a second later (RFC 6733 7.1.3, 7.1.4).
        let transient = matches!(result, 3002 | 3004 | 3005) || result / 1000 == 4;
        if transient {
            self.again(now, owed, report);
            return None;
        }
        let (command, imsi) = (owed.request.command(), owed.request.imsi());
        report(HssEvent::Confirmed {
            application: owed.request.application(),
            command,
            imsi,
            host: owed.host.clone(),
            result,
        });
        Some(Confirmed {
            application: owed.request.application(),
            command,
            imsi,
            identity: owed.request.identity(),
            alerted: owed.request.alerted(),
            host: owed.host,
            result,
        })
    }

    /// A request of ours that will not be answered.
    pub(crate) fn failed(&mut self, now: Duration, handle: RequestHandle, report: &mut dyn FnMut(HssEvent)) {
        if let Some(owed) = self.sent.remove(&handle) {
            self.again(now, owed, report);
        }
    }

    /// Sends what is due again.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Duration,
        node: &mut Node,
        report: &mut dyn FnMut(HssEvent),
    ) {
        while let Some(entry) = self.later.first_entry().filter(|entry| entry.key().0 <= now) {
            let owed = entry.remove();
            self.attempt(now, node, owed, report);
        }
    }

    /// When something is due again.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    /// Withdraws cancellations of a subscriber that were put off, for a node that serves it again: a late CLR, or RTR of SWx,
    /// would take the UE's service away.
    pub(crate) fn withdraw_cancellations(&mut self, imsi: Imsi, host: &str) {
        if !self.later.is_empty() {
            self.later.retain(|_, owed| {
                let cancels = match owed.request {
                    Outgoing::CancelLocation { imsi: whose, .. }
                    | Outgoing::TerminateRegistration { imsi: whose, .. } => whose == imsi,
                    _ => false,
                };
                !(cancels && owed.host.eq_ignore_ascii_case(host))
            });
        }
    }

    /// Requests on their way or put off.
    pub(crate) fn len(&self) -> usize {
        self.sent.len() + self.later.len()
    }
}

fn given_up(owed: Owed) -> HssEvent {
    HssEvent::GivenUp {
        application: owed.request.application(),
        command: owed.request.command(),
        imsi: owed.request.imsi(),
        host: owed.host,
    }
}

/// Result-Code or Experimental-Result-Code of an answer; UNABLE_TO_COMPLY if it has neither.
fn result_of(answer: &Message<'_>) -> u32 {
    let plain = answer.find(avp::RESULT_CODE).and_then(|avp| avp.u32().ok());
    let experimental = || {
        let group = answer.find(avp::EXPERIMENTAL_RESULT)?.group();
        group.find(avp::EXPERIMENTAL_RESULT_CODE)?.u32().ok()
    };
    plain
        .or_else(experimental)
        .unwrap_or(ResultCode::UNABLE_TO_COMPLY.0)
}
