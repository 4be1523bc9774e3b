//! Registrations in octets, for the node's store: what a restart must not lose (compact, versioned, with the keys of the
//! associations).
//!
//! What is not finished is not kept: a UE whose challenge is lost begins anew. An association that is taken up again goes on
//! with sequence numbers far ahead of what may have been used ([`sequence`]): a number used twice would be dropped as a replay,
//! and would break AES-GCM.
//!
//! The
//! window against replays is the back end's and begins empty: nobody but the back end sees the numbers of packets, and RFC 4303
//! (3.4.3) has it begin with the association. So whoever recorded what a UE sent over an association can, after a restart of this
//! node, have each packet taken once more. A REGISTER brings another challenge, or is refused for its CSeq; a request within a
//! dialog is refused by the other end for its CSeq; one that begins something is passed on once more. It ends with the next
//! authentication, which brings other keys.

mod read;
mod write;

use super::node::Pcscf;
use super::table::Agreed;
use quintet_ims::registrar::At;
use quintet_procedure::node::Save;
use read::decode;
use std::time::Duration;
use write::encode;

/// The version of this coding.
const VERSION: u8 = 1;

/// Packets a second that no UE's associations reach in the mean: signalling has a few a minute.
const PACKETS_PER_SECOND: u64 = 1_000;

/// What a restart adds on top, for a burst before a stop that followed another at once.
const PACKETS_A_RESTART: u64 = 1 << 20;

/// More than the sequence numbers that an association has used that long after it was set up.
#[must_use]
pub(super) fn sequence(age: Duration, restarts: u32) -> u32 {
    let used = age.as_secs().saturating_mul(PACKETS_PER_SECOND);
    let used = used.saturating_add((u64::from(restarts) + 1).saturating_mul(PACKETS_A_RESTART));
    u32::try_from(used).unwrap_or(u32::MAX)
}

impl Pcscf {
    /// The next change to keep durably.
    pub fn poll_save(&mut self) -> Option<Save> {
        let (table, epoch) = (&self.table, self.epoch);
        self.saves.next(|key| {
            let registration = table
                .get(key)
                .filter(|registration| registration.bound.is_some())?;
            Some(encode(registration, epoch))
        })
    }

    /// Takes back a registration of before a restart; its associations are to be set up again ([`Pcscf::poll_sa`]). `Err` with the
    /// reason if it is of no use.
    ///
    /// # Errors
    /// A record that cannot be read, that contradicts another, or that expired meanwhile.
    pub fn restore(&mut self, at: At, key: u32, record: &[u8]) -> Result<(), String> {
        self.epoch = at.wall.saturating_sub(at.now);
        let (mut registration, sets) = decode(record, self.epoch).map_err(|error| error.to_string())?;
        let bound = registration.bound.take().filter(|bound| bound.expires() > at.now);
        let bound = bound.ok_or("its registration has expired")?;
        let mut held = Vec::new();
        for (which, entry, agreed) in sets {
            let associations = entry.associations;
            if self.table.has_set(associations.set) || !self.spis.reserve(associations.pcscf.spis) {
                return Err("another registration has its associations".to_owned());
            }
            let sequence = sequence(at.wall.saturating_sub(agreed.since), agreed.restarts);
            if registration.sets.restore(at.now, which, entry, sequence) {
                registration.choices.push(Agreed {
                    restarts: agreed.restarts + 1,
                    ..agreed
                });
                held.push(associations);
                self.next_set = self.next_set.max(associations.set.0);
            } else {
                self.spis.release(associations.pcscf.spis);
            }
        }
        if registration.sets.is_empty() && bound.flow.is_none() {
            return Err("its security associations have expired".to_owned());
        }
        if !self.table.restore(key, registration) {
            for associations in held {
                self.spis.release(associations.pcscf.spis);
            }
            return Err("another registration has its place or identity, or there are too many".to_owned());
        }
        for associations in held {
            self.table.hold(key, &associations);
        }
        self.table.bind(key, Some(bound));
        // It counts how often it was taken up.
        self.saves.note(key);
        self.settle(key);
        Ok(())
    }
}
