//! 200 (TS 24.229 5.1.1.2.1, 5.1.1.2.2, 5.1.1.4.1, 5.1.1.6.1; TS 33.203 7.4).

use super::attempt::{Attempt, Proof};
use super::configuration::Security;
use super::output::{Departure, Event, Failure, Output, Procedure};
use super::reply::Reply;
use super::{Timer, Ue, Work};
use std::time::Duration;

/// Most Service-Route and P-Associated-URI values that a UE keeps of each: more than any network sends.
const MAX_VALUES: usize = 32;

/// What a UE knows of its registration.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) service_route: Vec<String>,
    pub(super) associated: Vec<String>,
}

impl Ue {
    /// The network agrees.
    pub(super) fn accepted(&mut self, work: &mut Work<'_>, mut attempt: Box<Attempt>, reply: &Reply) {
        self.timers.stop(Timer::RegAwaitAuth);
        if attempt.procedure == Procedure::Deregistration {
            self.failures = 0;
            return self.gone(work, Departure::Accepted);
        }
        // Without a challenge, and outside of associations, anybody could have said so (TS 33.203 6.1.1: the UE authenticates the
        // network by AUTN).
        let proven = attempt.proof() == Some(&Proof::Response);
        let aka = !matches!(self.configuration.security, Security::SipDigest(_));
        if aka && !proven && attempt.procedure == Procedure::Registration {
            return self.failed(work, &attempt, Failure::NotChallenged, None);
        }
        let Some(expires_s) = reply.expires_s.filter(|seconds| *seconds > 0) else {
            return self.failed(work, &attempt, Failure::NotBound, None);
        };
        let expires = Duration::from_secs(u64::from(expires_s));
        let initial = self.registration.is_none();
        self.protection.granted(work, expires, attempt.over);
        if proven {
            self.credential = attempt.credential.take();
        }
        self.registration = Some(Box::new(Registration {
            service_route: bounded(&reply.service_route),
            associated: bounded(&reply.associated),
        }));
        self.failures = 0;
        self.anew = false;
        self.timers.stop(Timer::Retry);
        self.timers.start(Timer::Expiry, work.now + expires);
        self.refresh_in(work.now, expires);
        work.event(Event::Registered {
            initial,
            expires_s,
            protected: self.protection.current().is_some(),
        });
        if self.configuration.subscribes {
            work.outputs.push(Output::Subscribe { expires_s });
        }
        // The user changed its mind meanwhile, which no attempt under way heard.
        if !self.wanted {
            self.begin(work, Procedure::Deregistration);
        }
    }

    /// Re-registration is due 600 s before the end, or at half of what is shorter than twice that (TS 24.229 5.1.1.4.1).
    pub(super) fn refresh_in(&mut self, now: Duration, expires: Duration) {
        let ahead = self.configuration.timers.refresh_ahead;
        let after = if expires > ahead * 2 {
            expires - ahead
        } else {
            expires / 2
        };
        if self.configuration.automatic {
            self.timers.start(Timer::Refresh, now + after);
        }
    }

    /// The registration has ended, and with it its sets.
    pub(super) fn gone(&mut self, work: &mut Work<'_>, departure: Departure) {
        self.registration = None;
        self.credential = None;
        self.anew = false;
        self.timers.stop(Timer::Refresh);
        self.timers.stop(Timer::Expiry);
        if matches!(departure, Departure::ByNetwork { .. }) {
            // What told of it is still to be answered over the set (TS 24.229 5.1.1.7).
            self.protection.sets.close(work.now);
        } else {
            self.protection.sets.clear();
        }
        work.event(Event::Deregistered(departure));
    }
}

fn bounded(values: &[String]) -> Vec<String> {
    values.iter().take(MAX_VALUES).cloned().collect()
}
