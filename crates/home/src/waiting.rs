//! Requests that wait for the store, for the slot's bound, or for their turn.
//!
//! A waiting request is its work and a deadline. There is room for [`MAX_WAITING`] of them. What changes one subscriber's location, or one subscriber's DIF, runs one at a time in that
//! subscriber's *lane*; the others stand behind it.

use core::time::Duration;
use quintet_identity::Imsi;
use std::collections::{HashMap, VecDeque};

/// The most requests that wait at once for the store: each holds a copy of what was asked (an S6a request has about 400
/// octets, so 4096 are some 2 MB), and a store that is so far behind will not answer before the asker gives up.
pub const MAX_WAITING: usize = 4096;

/// Waiting requests of one subscriber: a UE has one serving node at a time, which asks one thing at a time.
pub const MAX_WAITING_PER_SUBSCRIBER: usize = 8;

/// How long a request waits for the store before it is answered that it cannot be served: MMEs give up after 4 to 10 s,
/// AMFs and AUSFs alike, and an answer that comes later would only be dropped.
pub const WAITING_TIME: Duration = Duration::from_secs(3);

/// Entries of those who wait for the slot's bound, at which the ones of requests that are gone are dropped. No more than
/// [`MAX_WAITING`] still wait, so that each sweep makes room for as many again.
const MAX_BOUND: usize = 2 * MAX_WAITING;

/// What of a subscriber is changed one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// DIF and vectors.
    Authentication,
    /// Serving nodes and PDN gateways.
    Location,
    /// IMS registrations.
    Ims,
    /// The equipment it is bound to.
    Equipment,
    /// What application servers keep.
    Sh,
    /// The 3GPP AAA server.
    Non3gpp,
    /// Who waits for it, and who asks where it is served.
    Routing,
}

/// Which waiting request; a place in the table and how often the place was used, so that a late reply finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobId {
    place: u32,
    generation: u32,
}

/// One waiting request.
#[derive(Debug)]
pub struct Job<S> {
    /// Whom it is about.
    pub imsi: Imsi,
    /// What of it.
    pub lane: Lane,
    /// The node's part of it.
    pub work: S,
    /// Its command is with the store.
    pub in_flight: bool,
    /// It was answered because it waited too long.
    pub answered: bool,
}

#[derive(Debug)]
struct Place<S> {
    generation: u32,
    job: Option<Job<S>>,
}

/// All waiting requests.
#[derive(Debug)]
pub struct Waiting<S> {
    places: Vec<Place<S>>,
    free: Vec<u32>,
    count: usize,
    /// How many have waited and wait no longer.
    ended: u64,
    /// In order of deadline, because every request waits equally long. Entries of requests that are gone are skipped.
    deadlines: VecDeque<(Duration, JobId)>,
    /// Who holds a lane (the front) and who stands behind.
    lanes: HashMap<(Imsi, Lane), VecDeque<JobId>>,
    spare_lanes: Vec<VecDeque<JobId>>,
    /// Who waits for the slot's bound, [`MAX_BOUND`] at most. Entries of requests that are gone find nobody.
    bound: Vec<JobId>,
}

impl<S> Default for Waiting<S> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            count: 0,
            ended: 0,
            deadlines: VecDeque::new(),
            lanes: HashMap::new(),
            spare_lanes: Vec::new(),
            bound: Vec::new(),
        }
    }
}

impl<S> Waiting<S> {
    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many have waited so far and wait no longer.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// The deadline of the request that has waited longest.
    pub fn oldest_deadline(&mut self) -> Option<Duration> {
        while let Some(&(deadline, id)) = self.deadlines.front() {
            if self.job(id).is_some() {
                return Some(deadline);
            }
            self.deadlines.pop_front();
        }
        None
    }

    /// Whether someone holds this lane.
    #[must_use]
    pub fn is_busy(&self, imsi: Imsi, lane: Lane) -> bool {
        !self.lanes.is_empty() && self.lanes.contains_key(&(imsi, lane))
    }

    /// Parks a request in its lane until `deadline`. `None` if there is no room: the request must be refused.
    pub fn park(
        &mut self,
        (imsi, lane): (Imsi, Lane),
        work: impl FnOnce() -> S,
        deadline: Duration,
    ) -> Option<JobId> {
        let behind = self.lanes.get(&(imsi, lane)).map_or(0, VecDeque::len);
        if self.count >= MAX_WAITING || behind >= MAX_WAITING_PER_SUBSCRIBER {
            return None;
        }
        let job = Some(Job {
            imsi,
            lane,
            work: work(),
            in_flight: false,
            answered: false,
        });
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place {
                generation: 0,
                job: None,
            });
            (self.places.len() - 1) as u32
        });
        let slot = &mut self.places[place as usize];
        slot.job = job;
        let id = JobId {
            place,
            generation: slot.generation,
        };
        self.count += 1;
        self.deadlines.push_back((deadline, id));
        let spare = &mut self.spare_lanes;
        self.lanes
            .entry((imsi, lane))
            .or_insert_with(|| spare.pop().unwrap_or_default())
            .push_back(id);
        Some(id)
    }

    /// The request, if it still waits.
    pub fn job(&mut self, id: JobId) -> Option<&mut Job<S>> {
        self.places
            .get_mut(id.place as usize)
            .filter(|place| place.generation == id.generation)?
            .job
            .as_mut()
    }

    /// Ends a request and leaves its lane. Answers it with the next of the lane if that one had to stand behind it.
    pub fn end(&mut self, id: JobId) -> Option<(Job<S>, Option<JobId>)> {
        let place = self
            .places
            .get_mut(id.place as usize)
            .filter(|place| place.generation == id.generation)?;
        let job = place.job.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(id.place);
        self.count -= 1;
        self.ended += 1;
        let key = (job.imsi, job.lane);
        let mut next = None;
        if let Some(lane) = self.lanes.get_mut(&key) {
            let held = lane.front() == Some(&id);
            lane.retain(|other| *other != id);
            next = lane.front().copied().filter(|_| held);
            if lane.is_empty() {
                self.spare_lanes.extend(self.lanes.remove(&key));
            }
        }
        Some((job, next))
    }

    /// Notes that a request waits for the slot's bound.
    pub fn await_bound(&mut self, id: JobId) {
        if self.bound.len() >= MAX_BOUND {
            let places = &self.places;
            self.bound.retain(|id| {
                places
                    .get(id.place as usize)
                    .is_some_and(|place| place.generation == id.generation && place.job.is_some())
            });
        }
        self.bound.push(id);
    }

    /// Everybody who waited for the slot's bound.
    pub fn take_bound(&mut self) -> Vec<JobId> {
        std::mem::take(&mut self.bound)
    }

    /// A request whose deadline has passed.
    pub fn expired(&mut self, now: Duration) -> Option<JobId> {
        while let Some(&(deadline, id)) = self.deadlines.front() {
            let waits = self.job(id).is_some();
            if waits && deadline > now {
                return None;
            }
            self.deadlines.pop_front();
            if waits {
                return Some(id);
            }
        }
        None
    }

    /// The next deadline. It may belong to a request that is gone: then waking up costs nothing but the waking.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.front().map(|(deadline, _)| *deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(1);

    fn imsi(n: u32) -> Imsi {
        format!("00101{n:010}").parse().unwrap()
    }

    fn park(waiting: &mut Waiting<u8>, n: u32) -> Option<JobId> {
        waiting.park((imsi(n), Lane::Location), || 7, AT)
    }

    #[test]
    fn a_lane_passes_on_in_order_and_only_from_its_holder() {
        let mut waiting = Waiting::default();
        let ids: Vec<_> = (0..3).map(|_| park(&mut waiting, 1).unwrap()).collect();
        assert!(waiting.is_busy(imsi(1), Lane::Location));
        assert!(!waiting.is_busy(imsi(1), Lane::Authentication));
        assert_eq!(waiting.end(ids[1]).unwrap().1, None, "it stood behind");
        assert_eq!(waiting.end(ids[0]).unwrap().1, Some(ids[2]));
        assert_eq!(waiting.end(ids[2]).unwrap().1, None);
        assert!(!waiting.is_busy(imsi(1), Lane::Location));
        assert!(waiting.end(ids[0]).is_none(), "a late reply finds nobody");
    }

    #[test]
    fn places_are_bounded_and_used_again() {
        let mut waiting = Waiting::default();
        let first = park(&mut waiting, 0).unwrap();
        for n in 1..MAX_WAITING as u32 {
            park(&mut waiting, n).unwrap();
        }
        assert!(park(&mut waiting, 0).is_none());
        let (job, _) = waiting.end(first).unwrap();
        assert_eq!(job.work, 7);
        let again = park(&mut waiting, 0).unwrap();
        assert_ne!(first, again);
        assert!(waiting.job(first).is_none());
    }

    #[test]
    fn one_subscriber_cannot_take_every_place() {
        let mut waiting = Waiting::default();
        for _ in 0..MAX_WAITING_PER_SUBSCRIBER {
            park(&mut waiting, 1).unwrap();
        }
        assert!(park(&mut waiting, 1).is_none());
        assert!(park(&mut waiting, 2).is_some());
    }

    #[test]
    fn who_waits_for_the_bound_is_forgotten_when_gone() {
        let mut waiting = Waiting::default();
        let stays = park(&mut waiting, 0).unwrap();
        waiting.await_bound(stays);
        for n in 0..3 * MAX_BOUND as u32 {
            let id = park(&mut waiting, 1 + n).unwrap();
            waiting.await_bound(id);
            waiting.end(id).unwrap();
            assert!(waiting.bound.len() <= MAX_BOUND, "after {n}");
        }
        assert!(waiting.take_bound().contains(&stays), "it still waits");
    }

    #[test]
    fn deadlines_skip_those_that_are_gone() {
        let mut waiting = Waiting::default();
        let (a, b) = (park(&mut waiting, 1).unwrap(), park(&mut waiting, 2).unwrap());
        waiting.end(a).unwrap();
        assert_eq!(waiting.expired(Duration::ZERO), None);
        assert_eq!(waiting.expired(AT), Some(b));
        waiting.end(b).unwrap();
        assert_eq!(waiting.expired(AT), None);
    }
}
