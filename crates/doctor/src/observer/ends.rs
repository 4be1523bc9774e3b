//! When attempts end: released, superseded, silent for too long, or for want of room.

use super::{Happening, MAX_ATTEMPTS, MAX_FAREWELL_NS, Observer};
use crate::outcome::Verdict;
use crate::subscribers::Ue;
use crate::trail::{End, Sighting, Tap};
use hashbrown::HashMap;
use quintet_capture::Timestamp;
use std::collections::VecDeque;

/// Entries of either queue at which those of attempts that are over are swept out. They leave at the front as time passes, but
/// a capture may hold any number of attempts within one silence.
pub(super) const MAX_QUEUED: usize = 4 * MAX_ATTEMPTS;

/// Octets that the messages of all attempts may take up: twice what [`MAX_ATTEMPTS`] of the longest usual ones do. NAS
/// messages may be of 64 kB each, and a hostile capture holds as many as it likes.
pub(super) const MAX_HELD_OCTETS: usize = 256 << 20;

/// What a message takes up: as seen and in the clear, with what is known of it.
pub(super) fn held_octets(pdu: &[u8]) -> usize {
    size_of::<Sighting>() + 2 * pdu.len()
}

/// Attempts by when they were last looked at, oldest first, with entries of attempts that are over.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Those that run.
    running: VecDeque<(u64, Timestamp)>,
    /// Those of which only the farewell is awaited.
    leaving: VecDeque<(u64, Timestamp)>,
    /// Those whose UE began again, by UE, oldest first: they end before its next one does.
    superseded: HashMap<(Ue, Tap), Vec<u64>>,
}

impl Ends {
    /// An attempt began; `runs` tells which of those before it are not over: of each, one entry in either queue stays.
    pub(super) fn begun(&mut self, id: u64, at: Timestamp, runs: impl Fn(u64) -> bool) {
        for queue in [&mut self.running, &mut self.leaving] {
            if queue.len() >= MAX_QUEUED {
                queue.retain(|(id, _)| runs(*id));
            }
        }
        self.running.push_back((id, at));
    }

    /// Entries of both queues, and UEs that began again.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.running.len(), self.leaving.len(), self.superseded.len()]
    }
}

impl Observer {
    /// This attempt is the UE's; the one before it is over, but for its farewell.
    pub(super) fn runs(&mut self, id: u64, ue: Ue, tap: Tap) {
        let before = self
            .running_of
            .insert((ue, tap), id)
            .filter(|before| *before != id);
        let Some(before) = before.filter(|before| self.attempts.contains_key(before)) else {
            return;
        };
        self.leaving(before, End::BeganAgain);
        self.ends.superseded.entry((ue, tap)).or_default().push(before);
    }

    /// The attempt will be over soon: what was said first of why stands, but a release is the surest.
    pub(super) fn leaving(&mut self, id: u64, end: End) {
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        if running.leaving.is_none() {
            self.ends.leaving.push_back((id, running.heard));
        }
        if running.leaving.is_none() || matches!(end, End::Released { .. }) {
            running.leaving = Some(end);
        }
    }

    /// The UE talks in an attempt: if it was thought to have begun again elsewhere, two devices have one identity, or somebody
    /// stands between.
    pub(super) fn talks(&mut self, id: u64) {
        if let Some(running) = self.attempts.get_mut(&id)
            && running.leaving == Some(End::BeganAgain)
        {
            running.leaving = None;
        }
    }

    /// Whether only the farewell of an attempt is awaited.
    fn is_leaving(&self, id: u64) -> bool {
        self.attempts
            .get(&id)
            .is_some_and(|running| running.leaving.is_some())
    }

    /// An attempt is over, and those before it of the same UE.
    pub(super) fn end(&mut self, id: u64, end: End) {
        let Some(running) = self.attempts.get(&id) else {
            return;
        };
        let whose = (running.attempt.ue, running.attempt.trail.tap);
        if let Some(mut before) = self.ends.superseded.remove(&whose) {
            let after = before.split_off(
                before
                    .iter()
                    .position(|other| *other == id)
                    .unwrap_or(before.len()),
            );
            let mut after: Vec<u64> = after.into_iter().filter(|other| *other != id).collect();
            for other in before.into_iter().rev() {
                if self.is_leaving(other) {
                    self.end_one(other, End::BeganAgain);
                } else if self.attempts.contains_key(&other) {
                    after.insert(0, other);
                }
            }
            if !after.is_empty() {
                self.ends.superseded.insert(whose, after);
            }
        }
        self.end_one(id, end);
    }

    fn end_one(&mut self, id: u64, end: End) {
        let Some(running) = self.attempts.remove(&id) else {
            return;
        };
        self.connections.forget(id);
        self.logs.forget(id);
        let mut attempt = running.attempt;
        let held = attempt
            .trail
            .nas
            .iter()
            .map(|sighting| held_octets(&sighting.pdu));
        self.held_octets -= held.sum::<usize>();
        let ue = attempt.ue;
        let whose = (ue, attempt.trail.tap);
        if self.running_of.get(&whose) == Some(&id) {
            self.running_of.remove(&whose);
        }
        // What would have answered it may be what is missing.
        attempt.trail.lossy |= attempt
            .trail
            .flow
            .is_some_and(|flow| self.connections.has_gap(flow));
        self.hss_path(&mut attempt.trail);
        if let (Some(flow), Tap::Ran) = (attempt.trail.flow, attempt.trail.tap) {
            attempt.trail.both_directions = self.directions.both(flow);
        }
        attempt.trail.keys = self
            .verifier
            .source(attempt.subscriber(), attempt.trail.technology);
        let row = self.subscribers.row_mut(ue);
        attempt.trail.history = row.history.clone();
        row.ciphering = attempt.ciphering.current().or(row.ciphering);
        // A challenge and its context may be in what is missing.
        row.keys_unseen |= attempt.trail.lossy;
        let trail = attempt.end(running.leaving.unwrap_or(end), self.now);
        let verdict = Verdict::of(&trail);
        self.subscribers.ended(ue, &verdict, &trail);
        self.happenings
            .push_back(Happening::Ended(Box::new(trail), Box::new(verdict)));
    }

    /// Ends what has been silent for too long.
    pub(super) fn expire(&mut self) {
        while let Some(&(id, queued)) = self.ends.leaving.front() {
            match self.silent_for(id, queued).filter(|_| self.is_leaving(id)) {
                Some((heard, silence)) if silence <= MAX_FAREWELL_NS => {
                    if heard == queued {
                        break;
                    }
                    self.ends.leaving.push_back((id, heard));
                }
                Some(_) => self.end(id, End::Silent),
                None => {}
            }
            self.ends.leaving.pop_front();
        }
        while let Some(&(id, queued)) = self.ends.running.front() {
            match self.silent_for(id, queued) {
                Some((heard, silence)) if silence <= self.patience_ns => {
                    if heard == queued {
                        break;
                    }
                    self.ends.running.push_back((id, heard));
                }
                Some(_) => self.end(id, End::Silent),
                None => {}
            }
            self.ends.running.pop_front();
        }
        self.s6a.advance(self.now);
        self.exchanges();
        self.lone_ends();
    }

    /// When an attempt was last heard, not before `queued`, and how long ago that is; `None` if it is over.
    fn silent_for(&self, id: u64, queued: Timestamp) -> Option<(Timestamp, i64)> {
        let heard = self.attempts.get(&id)?.heard.max(queued);
        Some((heard, self.now.since(heard)))
    }

    /// Makes room: the attempt that was silent for longest ends. Whether there was one.
    pub(super) fn end_longest_silent(&mut self) -> bool {
        while let Some((id, queued)) = self.ends.running.pop_front() {
            match self.silent_for(id, queued) {
                Some((heard, _)) if heard > queued => self.ends.running.push_back((id, heard)),
                Some(_) => {
                    self.end(id, End::Silent);
                    return true;
                }
                None => {}
            }
        }
        false
    }

    /// Makes room until messages take up no more than [`MAX_HELD_OCTETS`].
    pub(super) fn end_for_want_of_room(&mut self) {
        while self.held_octets > MAX_HELD_OCTETS && self.end_longest_silent() {}
    }
}
