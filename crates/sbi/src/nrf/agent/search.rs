//! A service that a node calls wherever the NRF says it is.

use super::AgentEvent;
use crate::Target;
use crate::nrf::{NrfClient, Service};
use std::time::Duration;

/// How soon a search is repeated at the earliest: when nothing was found, when what was found does not answer, and when
/// the NRF's validity is shorter.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is known of it, and when to ask again.
pub(super) struct Search {
    service: Service,
    /// With whether they want tokens; the preferred first.
    targets: Vec<(Target, bool)>,
    /// `None` while the NRF is asked.
    next: Option<Duration>,
    /// Why the last search found nothing, if so: the same is not told again and again.
    trouble: Option<String>,
}

impl Search {
    pub(super) fn new(service: Service) -> Self {
        Self {
            service,
            targets: Vec::new(),
            next: None,
            trouble: None,
        }
    }

    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.next
    }

    pub(super) fn ask(&mut self, client: &mut NrfClient) {
        self.next = None;
        client.search(&self.service);
    }

    /// The NRF answered. Answers what is news in it.
    pub(super) fn answered(&mut self, now: Duration, client: &NrfClient) -> Option<AgentEvent> {
        match client.found(&self.service)? {
            Ok((targets, until)) => {
                self.next = Some(until.max(now + LOOK_AGAIN));
                self.trouble = None;
                // The order is ours: whom we avoid stays behind as long as the same are there.
                let same = targets.len() == self.targets.len()
                    && targets.iter().all(|target| self.targets.contains(target));
                if same {
                    return None;
                }
                self.targets = targets.to_vec();
                Some(AgentEvent::Found(self.service.clone(), self.addresses()))
            }
            Err(why) => {
                self.next = Some(now + LOOK_AGAIN);
                if self.trouble.as_deref() == Some(why) {
                    return None;
                }
                self.trouble = Some(why.to_owned());
                Some(AgentEvent::NotFound(self.service.clone(), why.to_owned()))
            }
        }
    }

    /// A call at a target of this kind had no response: the NRF is asked before long. Answers the new order, if there is
    /// another target to prefer.
    pub(super) fn avoid(&mut self, now: Duration, called: &Service, target: &Target) -> Option<Vec<Target>> {
        if called.nf_type != self.service.nf_type {
            return None;
        }
        let at = self.targets.iter().position(|(known, _)| known == target)?;
        self.next = self.next.map(|next| next.min(now + LOOK_AGAIN));
        if at != 0 || self.targets.len() == 1 {
            return None;
        }
        self.targets.rotate_left(1);
        Some(self.addresses())
    }

    /// Whether the NRF said that this target wants tokens.
    pub(super) fn wants_token(&self, called: &Service, target: &Target) -> bool {
        called.nf_type == self.service.nf_type
            && self
                .targets
                .iter()
                .any(|(known, wants)| *wants && known == target)
    }

    fn addresses(&self) -> Vec<Target> {
        self.targets.iter().map(|(target, _)| target.clone()).collect()
    }
}
