//! One registration while it runs.

use super::associations::SetId;
use super::path;
use super::sighting::{Kind, Sighting};
use super::trail::{MAX_MESSAGES, Trail};
use quintet_capture::Timestamp;
use quintet_ims::path::State;

/// A registration that runs.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) trail: Trail,
    state: State,
    /// Branches by CSeq: each is one leg of the way.
    legs: Vec<(u32, String, u8)>,
    /// When it was last heard of.
    pub(super) heard: Timestamp,
    /// When its final answer passed first, and whether the UE's own leg showed it.
    pub(super) over: Option<(Timestamp, bool)>,
    /// Associations that its challenges set up.
    pub(super) sets: Vec<SetId>,
    /// By what names others find it.
    pub(super) names: Vec<String>,
}

impl Attempt {
    /// One whose first message is at hand.
    pub(super) fn new(trail: Trail, heard: Timestamp) -> Self {
        Self {
            trail,
            state: State::UNOBSERVED,
            legs: Vec::new(),
            heard,
            over: None,
            sets: Vec::new(),
            names: Vec::new(),
        }
    }

    /// CSeq of its last REGISTER.
    pub(super) fn cseq(&self) -> u32 {
        self.trail
            .registers()
            .map(|(sighting, _)| sighting.cseq)
            .max()
            .unwrap_or(0)
    }

    /// Whether a REGISTER of its Call-ID, or that it was found for by another name, is of this attempt.
    pub(super) fn takes(&self, sighting: &Sighting) -> bool {
        let known = self
            .trail
            .registers()
            .any(|(before, _)| before.cseq == sighting.cseq && before.call_id == sighting.call_id);
        if known || self.trail.registers().next().is_none() {
            return true;
        }
        if self.over.is_some() {
            return false;
        }
        match sighting.credentials() {
            Some(credentials) => {
                let mut rounds = self.trail.rounds.iter();
                rounds.any(|round| round.challenge.nonce == credentials.nonce)
                    || self.trail.stray(sighting, credentials).is_some()
            }
            None => false,
        }
    }

    /// Whether a REGISTER is the next leg of its last one, under another Call-ID: somebody between has two dialogs.
    pub(super) fn goes_on_with(&self, sighting: &Sighting) -> bool {
        let last = self.trail.registers().next_back();
        last.is_some_and(|(before, _)| {
            self.over.is_none()
                && before.cseq == sighting.cseq
                && before.destination.ip() == sighting.source.ip()
                && before.call_id != sighting.call_id
                && sighting.seen.time.since(before.seen.time).abs() < NEXT_LEG_NS
        })
    }

    /// Which leg a message is on: requests by branch, in the order in which they were seen, and never nearer to the UE than
    /// their Vias say; answers by the branch they come back with.
    fn leg(&mut self, sighting: &Sighting) -> u8 {
        let known = self
            .legs
            .iter()
            .find(|(cseq, branch, _)| *cseq == sighting.cseq && *branch == sighting.branch);
        if let Some((_, _, leg)) = known {
            return *leg;
        }
        if !matches!(sighting.kind, Kind::Register(_)) {
            return sighting.vias.max(1);
        }
        let before = self.legs.iter().filter(|(cseq, _, _)| *cseq == sighting.cseq);
        let next = before.map(|(_, _, leg)| *leg + 1).max().unwrap_or(1);
        // A UE that sends the same once more over another branch is no second leg.
        let again = self.trail.registers().any(|(earlier, _)| {
            earlier.cseq == sighting.cseq
                && earlier.source.ip() == sighting.source.ip()
                && sighting.vias <= 1
                && earlier.hop == 1
                && earlier.destination.ip() == sighting.destination.ip()
        });
        let leg = if again { 1 } else { next.max(sighting.vias).max(1) };
        if self.legs.len() < MAX_MESSAGES {
            self.legs.push((sighting.cseq, sighting.branch.clone(), leg));
        }
        leg
    }

    /// Takes a message in; `new` if it came in associations that a challenge of this attempt set up. Its index, if it is kept.
    pub(super) fn add(&mut self, mut sighting: Sighting, new: bool) -> Option<usize> {
        sighting.hop = self.leg(&sighting);
        sighting.fresh = new;
        sighting.repeated = self.trail.sip.iter().any(|before| {
            before.cseq == sighting.cseq
                && before.hop == sighting.hop
                && before.source == sighting.source
                && before.destination == sighting.destination
                && is_alike(&before.kind, &sighting.kind)
        });
        if sighting.hop <= 1
            && !sighting.repeated
            && let Some((direction, message)) = path::message(&sighting, &self.trail.rounds, new)
        {
            match self.state.apply(direction, &message) {
                Ok(state) => self.state = state,
                Err(violation) => {
                    sighting.violation = Some(violation);
                    self.state = State::UNOBSERVED;
                }
            }
        }
        let now = sighting.seen.time;
        self.heard = self.heard.max(now);
        self.trail.last = sighting.seen;
        if !self.trail.call_ids.contains(&sighting.call_id) && matches!(sighting.kind, Kind::Register(_)) {
            self.trail.call_ids.push(sighting.call_id.clone());
        }
        if sighting.is_final() && sighting.cseq == self.cseq() {
            let at_ue = sighting.hop <= 1;
            let (since, before) = self.over.unwrap_or((now, false));
            self.over = Some((since, before || at_ue));
        }
        if self.trail.sip.len() >= MAX_MESSAGES {
            self.trail.dropped += 1;
            return None;
        }
        self.trail.sip.push(sighting);
        Some(self.trail.sip.len() - 1)
    }
}

/// How long the next leg of a REGISTER may be behind the one before, under another Call-ID.
const NEXT_LEG_NS: i64 = 2_000_000_000;

fn is_alike(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (Kind::Register(_), Kind::Register(_)) => true,
        (Kind::Response(one), Kind::Response(other)) => one.status == other.status,
        _ => false,
    }
}
