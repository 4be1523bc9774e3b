//! Both ends with a link between them that loses, delays and reorders.

use super::*;

/// The set that requests go over.
pub(crate) fn registered_name(sets: &Sets) -> Option<u32> {
    sets.outbound().map(|associations| associations.set.0)
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A message on its way: over which set, `None` unprotected.
struct Traffic {
    to: Role,
    set: u32,
    due: Duration,
    /// The registrations begun when it was sent, and those of them without protection.
    begun: (u32, u32),
}

/// Both ends, and what is between them.
pub(crate) struct World {
    dice: Dice,
    seed: u64,
    now: Duration,
    next: u32,
    anew: u32,
    pub(crate) ue: Sets,
    pub(crate) pcscf: Sets,
    pub(crate) ue_installed: HashSet<u32>,
    pub(crate) pcscf_installed: HashSet<u32>,
    pub(crate) registrations: u32,
    traffic: Vec<Traffic>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed),
            seed,
            now: Duration::ZERO,
            next: 0,
            anew: 0,
            ue: Sets::new(Role::Ue),
            pcscf: Sets::new(Role::Pcscf),
            ue_installed: HashSet::new(),
            pcscf_installed: HashSet::new(),
            registrations: 0,
            traffic: Vec::new(),
        }
    }

    fn lost(&mut self) -> bool {
        self.dice.below(5) == 0
    }

    pub(crate) fn step(&mut self) {
        match self.dice.below(6) {
            0 => self.register(),
            1 => self.pass(600),
            2 => self.pass(3),
            3 => self.say(Role::Ue),
            _ => self.say(Role::Pcscf),
        }
        self.deliver();
    }

    /// One registration, of which any message may be lost.
    fn register(&mut self) {
        let over = self.ue.outbound().map(|four| four.set);
        if over.is_none() {
            // TS 33.203 7.4: a UE has one registration at a time, and forgets what it did not finish.
            self.ue.clear();
            self.anew += 1;
        }
        if self.lost() {
            return;
        }
        // SM1 through a set is heard through it, or it does not arrive.
        if let Some(over) = over {
            let Some(which) = self.pcscf.find(&arriving(Role::Pcscf, over.0)) else {
                panic!("seed {}: the P-CSCF has not the set of SM1", self.seed)
            };
            self.pcscf.heard(self.now, which);
        }
        self.next += 1;
        let four = associations(self.next);
        self.pcscf.challenge(self.now, four, keys());
        if self.lost() {
            return;
        }
        self.ue.challenge(self.now, four, keys());
        self.pass(1);
        if self.lost() || self.pcscf.find(&arriving(Role::Pcscf, self.next)) != Some(Which::Temporary) {
            self.ue.fail();
            return;
        }
        if self.dice.below(6) == 0 {
            // A wrong RES: both delete, if the answer arrives.
            self.pcscf.fail();
            self.ue.fail();
            return;
        }
        let granted = s(60 + self.dice.below(3_600));
        self.pcscf.confirm(self.now, granted, over);
        if self.lost() {
            self.ue.fail();
            return;
        }
        self.registrations += 1;
        self.ue.confirm(self.now, granted, over);
    }

    /// A request over the set in use, late as it likes within what a transaction lives.
    fn say(&mut self, from: Role) {
        let sets = match from {
            Role::Ue => &self.ue,
            Role::Pcscf => &self.pcscf,
        };
        let Some(set) = registered_name(sets) else {
            return;
        };
        let (other, role) = match from {
            Role::Ue => (&self.pcscf, Role::Pcscf),
            Role::Pcscf => (&self.ue, Role::Ue),
        };
        let known = other.outbound().is_none() || other.find(&arriving(role, set)).is_some();
        let held = |sets: &Sets| {
            sets.iter()
                .map(|(which, e)| (which, e.associations.set.0, e.expires))
                .collect::<Vec<_>>()
        };
        assert!(
            known,
            "seed {}: {from:?} sends over {set}, which the other has not; UE {:?}, P-CSCF {:?}",
            self.seed,
            held(&self.ue),
            held(&self.pcscf)
        );
        let due = self.now + s(self.dice.below(8));
        let to = match from {
            Role::Ue => Role::Pcscf,
            Role::Pcscf => Role::Ue,
        };
        if !self.lost() {
            let begun = (self.next, self.anew);
            self.traffic.push(Traffic { to, set, due, begun });
        }
    }

    fn deliver(&mut self) {
        let now = self.now;
        let due: Vec<Traffic> = self
            .traffic
            .extract_if(.., |message| message.due <= now)
            .collect();
        for Traffic { to, set, due, begun } in due {
            let (sets, other) = match to {
                Role::Ue => (&mut self.ue, &self.pcscf),
                Role::Pcscf => (&mut self.pcscf, &self.ue),
            };
            let found = sets.find(&arriving(to, set));
            // Only a registration that has ended, or that began anew without protection, knows nothing of it.
            let alive = sets.outbound().is_some() && other.outbound().is_some();
            // Of several former sets that of the latest SM1 alone is kept (7.4).
            let late = now > due + s(4)
                || self.next > begun.0 + 1
                || self.anew > begun.1
                || !other.iter().any(|(_, entry)| entry.associations.set.0 == set);
            assert!(
                found.is_some() || !alive || late || self.next_is_fresh(set),
                "seed {}: set {set} is not known to {to:?} at {now:?}",
                self.seed
            );
            if let Some(which) = found {
                self.sets_mut(to).heard(now, which);
            }
        }
    }

    fn sets_mut(&mut self, role: Role) -> &mut Sets {
        match role {
            Role::Ue => &mut self.ue,
            Role::Pcscf => &mut self.pcscf,
        }
    }

    /// Whether the ends have nothing in common: the first SM12 was lost, and only a new registration helps.
    fn next_is_fresh(&self, set: u32) -> bool {
        let ue: HashSet<u32> = self
            .ue
            .iter()
            .map(|(_, entry)| entry.associations.set.0)
            .collect();
        !ue.contains(&set) && self.ue.outbound().is_none()
    }

    fn pass(&mut self, seconds: u64) {
        self.now += s(seconds);
        self.ue.timeout(self.now);
        self.pcscf.timeout(self.now);
    }

    pub(crate) fn end(&mut self) {
        self.pass(10_000);
    }
}
