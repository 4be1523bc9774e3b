//! Requests for a user who is not registered yet, and how they are refused (TS 24.229 5.4.3.3).

use super::read::Whose;
use super::sighting::{Kind, Sighting};
use hashbrown::HashMap;
use std::collections::VecDeque;

/// The most requests that wait for their answers.
pub(crate) const MAX_REQUESTS: usize = 1024;

/// Requests under way, by Call-ID.
#[derive(Debug, Default)]
pub(super) struct Invites {
    waiting: HashMap<String, (String, Sighting)>,
    order: VecDeque<String>,
}

impl Invites {
    /// A message of another method than REGISTER. A refusal, with the request it refuses and whom that was for.
    pub(super) fn take(&mut self, sighting: Sighting, whose: Whose) -> Option<(String, [Sighting; 2])> {
        match (&sighting.kind, whose.target) {
            (Kind::Other { status: None, .. }, Some(target)) => {
                let call_id = sighting.call_id.clone();
                if !self.waiting.contains_key(&call_id) {
                    self.order.push_back(call_id.clone());
                    self.waiting.insert(call_id, (target, sighting));
                    if self.order.len() > MAX_REQUESTS
                        && let Some(oldest) = self.order.pop_front()
                    {
                        self.waiting.remove(&oldest);
                    }
                }
                None
            }
            (
                Kind::Other {
                    status: Some(404 | 480),
                    ..
                },
                _,
            ) if whose.invites => {
                let (target, request) = self.waiting.remove(&sighting.call_id)?;
                Some((target, [request, sighting]))
            }
            _ => None,
        }
    }
}
