//! The sets of associations that one registration has, at either end: which are used, and until when (TS 33.203 7.4, 7.4.1a,
//! 7.4.2a; TS 24.229 5.1.1.5.1, 5.2.2).
//!
//! ```text
//!  SM6            SM12                        first message over it
//!  ──► temporary ──────► new (P-CSCF only) ─────────────────────► current ──► old ──► gone
//!        │                current (UE; and where there was none)             64·T1, for pending transactions
//!        └─► gone: failure, another challenge, reg-await-auth
//! ```
//!
//! The P-CSCF goes on sending over the former set until the UE is heard over the new one: SM12 may be lost. The UE uses the
//! new one at once, and keeps the former one until the P-CSCF is heard over the new one.

use super::associations::{Associations, Role};
use quintet_esp::{Direction, EspKeys, SaCommand, SaKey, SaParameters, SaSet};
use quintet_sip::transport::Hop;
use std::collections::VecDeque;
use std::time::Duration;

/// How long a challenge may stay unanswered: reg-await-auth (TS 24.229 7.8).
pub const REG_AWAIT_AUTH: Duration = Duration::from_secs(4 * 60);

/// How much longer than the registration its associations live (TS 24.229 5.2.2.1).
pub const REGISTRATION_GRACE: Duration = Duration::from_secs(30);

/// How long a replaced set lives for transactions that began over it: 64·T1, the longest that one lives (RFC 3261 17).
pub const OLD_SET_GRACE: Duration = Duration::from_secs(32);

/// The most sets of a registration: temporary, current, and one that was just replaced or is just about to replace
/// (TS 33.203 7.4).
pub const MAX_SETS: usize = 3;

/// What a set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// Of a challenge that is not finished.
    Temporary,
    /// In use.
    Current,
    /// Registered over, and not yet heard over: the P-CSCF still sends over the current one.
    New,
    /// Replaced: for transactions that began over it.
    Old,
}

/// A set with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The associations.
    pub associations: Associations,
    /// Their keys.
    pub keys: EspKeys,
    /// When they are deleted.
    pub expires: Duration,
}

/// The sets of a registration.
#[derive(Debug)]
pub struct Sets {
    role: Role,
    entries: Vec<(Which, Entry)>,
    commands: VecDeque<SaCommand>,
}

impl Sets {
    /// None.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        Self {
            role,
            entries: Vec::new(),
            commands: VecDeque::new(),
        }
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, which: Which) -> Option<&Entry> {
        let found = self.entries.iter().find(|(of, _)| *of == which);
        found.map(|(_, entry)| entry)
    }

    /// All.
    pub fn iter(&self) -> impl Iterator<Item = (Which, &Entry)> {
        self.entries.iter().map(|(which, entry)| (*which, entry))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Through which set a message came. A hop of the temporary set that another has too is the other's.
    #[must_use]
    pub fn find(&self, hop: &Hop) -> Option<Which> {
        let has = |which: &Which| self.protects(*which, hop);
        [Which::Current, Which::New, Which::Old, Which::Temporary]
            .into_iter()
            .find(has)
    }

    /// Whether a hop is one of this set's.
    #[must_use]
    pub fn protects(&self, which: Which, hop: &Hop) -> bool {
        let entry = self.get(which);
        entry.is_some_and(|entry| entry.associations.protects(self.role, hop))
    }

    /// Over what requests of this end go: the set in use.
    #[must_use]
    pub fn outbound(&self) -> Option<&Associations> {
        self.get(Which::Current).map(|entry| &entry.associations)
    }

    /// SM6 is sent, or received: the associations of the challenge are set up for reg-await-auth, those of a challenge before
    /// are deleted.
    pub fn challenge(&mut self, now: Duration, associations: Associations, keys: EspKeys) {
        self.fail();
        let entry = Entry {
            associations,
            keys,
            expires: now + REG_AWAIT_AUTH,
        };
        self.install(now, &entry, 0);
        self.entries.push((Which::Temporary, entry));
        // SM6 and all else go over the former set until SM7.
        for which in [Which::New, Which::Current] {
            self.prefer(which);
        }
    }

    /// SM7 came, or is sent: what goes where two sets have the same ports is the temporary set's.
    pub fn answered(&mut self) {
        self.prefer(Which::Temporary);
    }

    /// The challenge came to nothing: its associations are deleted. `false` if there were none.
    pub fn fail(&mut self) -> bool {
        self.remove(Which::Temporary)
    }

    /// SM12: the associations of the challenge are the registration's, which is granted for `granted`. `over` is the set that
    /// SM1 came over, `None` if it was not protected: then there are no others that the UE still has.
    ///
    /// `false` if there was no challenge.
    pub fn confirm(&mut self, now: Duration, granted: Duration, over: Option<SaSet>) -> bool {
        let Some(place) = self.place(Which::Temporary) else {
            return false;
        };
        let (_, mut entry) = self.entries.remove(place);
        self.keep_only(over);
        // Of the sets that both ends are known to have: of another, whose SM12 was lost, the UE knows no lifetime.
        let until = now + granted + REGISTRATION_GRACE;
        let latest = self.entries.iter().map(|(_, entry)| entry.expires).max();
        entry.expires = latest.map_or(until, |latest| latest.max(until));
        self.set_lifetime(now, &entry);
        let which = match (self.role, self.entries.first_mut()) {
            (_, None) => Which::Current,
            (Role::Pcscf, Some((kept, _))) => {
                *kept = Which::Current;
                Which::New
            }
            (Role::Ue, Some((kept, _))) => {
                *kept = Which::Old;
                Which::Current
            }
        };
        self.entries.push((which, entry));
        true
    }

    /// The registration was granted again without a challenge.
    pub fn refresh(&mut self, now: Duration, granted: Duration) {
        let until = now + granted + REGISTRATION_GRACE;
        for which in [Which::New, Which::Current] {
            let Some(place) = self.place(which) else { continue };
            if self.entries[place].1.expires < until {
                self.entries[place].1.expires = until;
                let entry = self.entries[place].1.clone();
                self.set_lifetime(now, &entry);
            }
        }
    }

    /// A message came that no transaction knew, over this set.
    pub fn heard(&mut self, now: Duration, which: Which) {
        match (self.role, which) {
            // TS 24.229 5.2.2.1: the new set is taken into use, the former one is there for pending transactions.
            (Role::Pcscf, Which::New) => {
                self.remove(Which::Old);
                self.rename(Which::Current, Which::Old);
                self.rename(Which::New, Which::Current);
                self.prefer(Which::Current);
                self.shorten(now, Which::Old);
            }
            (Role::Ue, Which::Current) => self.shorten(now, Which::Old),
            _ => {}
        }
    }

    /// The registration is over: the sets last for what is still to be said over them (TS 24.229 5.2.5), also that of a
    /// challenge: a NOTIFY that says so may come before the answer to the REGISTER that ended it.
    pub fn close(&mut self, now: Duration) {
        for which in [Which::Temporary, Which::New, Which::Current, Which::Old] {
            self.shorten(now, which);
        }
    }

    /// Deletes every set at once.
    pub fn clear(&mut self) {
        for (_, entry) in std::mem::take(&mut self.entries) {
            self.forget(&entry);
        }
    }

    /// Takes back a set of before a restart. `sequence` is more than its outbound associations may have used. `false` if there
    /// is one of its kind, or it has expired.
    pub fn restore(&mut self, now: Duration, which: Which, entry: Entry, sequence: u32) -> bool {
        if entry.expires <= now || self.place(which).is_some() || self.entries.len() == MAX_SETS {
            return false;
        }
        self.install(now, &entry, sequence);
        self.entries.push((which, entry));
        true
    }

    /// When the next set expires.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.entries.iter().map(|(_, entry)| entry.expires).min()
    }

    /// Time passed: what has expired is deleted. If that was the set in use, the one that was to replace it is.
    pub fn timeout(&mut self, now: Duration) {
        while let Some(place) = self.entries.iter().position(|(_, entry)| entry.expires <= now) {
            let (_, entry) = self.entries.remove(place);
            self.forget(&entry);
        }
        if self.place(Which::Current).is_none() {
            self.rename(Which::New, Which::Current);
        }
    }

    /// The next thing to be done with associations.
    pub fn poll_command(&mut self) -> Option<SaCommand> {
        self.commands.pop_front()
    }

    fn place(&self, which: Which) -> Option<usize> {
        self.entries.iter().position(|(of, _)| *of == which)
    }

    fn rename(&mut self, from: Which, to: Which) {
        if let Some(place) = self.place(from) {
            self.entries[place].0 = to;
        }
    }

    /// Keeps the set of this name, if any: the one that SM1 came over.
    fn keep_only(&mut self, over: Option<SaSet>) {
        let (kept, gone) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|(_, entry)| Some(entry.associations.set) == over);
        self.entries = kept;
        for (_, entry) in gone {
            self.forget(&entry);
        }
    }

    fn shorten(&mut self, now: Duration, which: Which) {
        if let Some(place) = self.place(which) {
            let until = now + OLD_SET_GRACE;
            if self.entries[place].1.expires > until {
                self.entries[place].1.expires = until;
                let entry = self.entries[place].1.clone();
                self.set_lifetime(now, &entry);
            }
        }
    }

    fn remove(&mut self, which: Which) -> bool {
        let Some(place) = self.place(which) else {
            return false;
        };
        let (_, entry) = self.entries.remove(place);
        self.forget(&entry);
        true
    }

    fn four(&self, entry: &Entry, lifetime: Duration, sequence: u32) -> [SaParameters; 4] {
        entry
            .associations
            .parameters(self.role, &entry.keys, lifetime, sequence)
    }

    fn install(&mut self, now: Duration, entry: &Entry, sequence: u32) {
        for sa in self.four(entry, entry.expires.saturating_sub(now), sequence) {
            self.commands.push_back(SaCommand::Install(Box::new(sa)));
        }
    }

    fn set_lifetime(&mut self, now: Duration, entry: &Entry) {
        let lifetime = entry.expires.saturating_sub(now);
        for sa in self.four(entry, lifetime, 0) {
            let key = sa.key();
            self.commands.push_back(SaCommand::SetLifetime { key, lifetime });
        }
    }

    fn forget(&mut self, entry: &Entry) {
        self.commands
            .push_back(SaCommand::RemoveSet(entry.associations.set));
    }

    /// Sends over this set where another has an outbound association with the same ports.
    fn prefer(&mut self, which: Which) {
        let outbound = |entry: &Entry| -> Vec<SaKey> {
            let four = self.four(entry, Duration::ZERO, 0).into_iter().map(|sa| sa.key());
            four.filter(|key| key.direction == Direction::Outbound).collect()
        };
        let Some(own) = self.get(which).map(outbound) else {
            return;
        };
        let others: Vec<SaKey> = self
            .entries
            .iter()
            .filter(|(of, _)| *of != which)
            .flat_map(|(_, entry)| outbound(entry))
            .collect();
        let between = |key: &SaKey| (key.source, key.destination);
        for key in own {
            if others.iter().any(|other| between(other) == between(&key)) {
                self.commands.push_back(SaCommand::Prefer(key));
            }
        }
    }
}
