//! The state of one slot: may it issue, up to where, and what it issued last (design, SQN; TS 33.102 Annex C).
//!
//! ```text
//!               take_over(epoch, h)            top > h: NeedBound(RaiseBound)
//!   idle ───────────────────────────► holding ───────────────────────────────► holding, raising
//!    ▲                                  │  ▲                                        │   │
//!    │         fenced(epoch)            │  └── bound_raised / store_failed ─────────┘   │
//!    └──────────────────────────────────┴───────────────────────────────────────────────┘
//! ```
//!
//! Nothing waits here: what must be written first comes back as an error that holds the store's command. The caller
//! submits it, tells the reply, and calls again.

use super::clock::{Clock, ClockJump, Tolerance, WallClock};
use super::dif::{self, Resync, SetDif};
use super::domain::{Issued, Layout, max_seq};
use super::recent::{Key, Recent};
use super::{Domain, Epoch, Slot, SqnMs};
use crate::model::SqnProfile;
use quintet_identity::Imsi;

/// The most sequence numbers in one call. S6a sets no limit to Number-Of-Requested-Vectors (TS 29.272 7.3.14); MAP asks for 5 at
/// most (TS 29.002 17.7.1), and the HSS answers at most that of each kind. 32 is room for both kinds, within the run-ahead.
pub const MAX_SQNS_PER_ISSUE: u8 = 32;

/// The limits of an AuC. Times are in ticks of 0.1 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AucConfig {
    /// How far the durable bound is raised at a time. Longer: fewer writes, and a larger step of SEQ at a restart.
    pub window_ticks: i64,
    /// How far one subscriber's numbers may run ahead of the clock: what an attacker gains by asking fast.
    pub max_run_ahead_ticks: i64,
    /// A wall clock that disagrees with the stored bound by more is not believed.
    pub max_clock_jump_ticks: i64,
    /// How many subscribers and domains may have numbers ahead of the clock at once (two generations of 24 octets).
    pub max_recent: usize,
}

impl Default for AucConfig {
    /// 10 minutes, 5 seconds, an hour; 2^20 subscribers, five times what a core serves in a second.
    fn default() -> Self {
        Self {
            window_ticks: 6_000,
            max_run_ahead_ticks: 50,
            max_clock_jump_ticks: 36_000,
            max_recent: 1 << 20,
        }
    }
}

/// The store's command to raise the slot's bound: a compare-and-swap on the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RaiseBound {
    /// The slot.
    pub slot: Slot,
    /// Our epoch.
    pub epoch: Epoch,
    /// The new H, in ticks of GLC.
    pub h: i64,
}

/// Whom numbers are for, as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The subscriber.
    pub imsi: Imsi,
    /// How the USIM checks SQN.
    pub profile: SqnProfile,
    /// The cached DIF (see [`super::refresh_dif`] for the rules), `None` if the store has none.
    pub dif: Option<i64>,
    /// The highest SEQ another AuC may have issued.
    pub seq_seed: u64,
}

/// Why nothing was issued. Nothing changed, unless a command is to be submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[must_use]
pub enum IssueError {
    /// The slot is not ours: not yet, or no longer. Take it over first.
    #[error("this front end does not hold its slot: take it over first")]
    NotHolding,
    /// The bound must be raised first: submit this, tell the reply, and call again.
    #[error("the durable bound must be raised first")]
    NeedBound(RaiseBound),
    /// As `NeedBound`, and the command is on its way already.
    #[error("the durable bound is being raised")]
    RaisingBound,
    /// DIF must be written first (first use): submit this, refresh the cache, and call again.
    #[error("DIF must be written first")]
    NeedDif(SetDif),
    /// The subscriber ran ahead of the clock, or too many did: try again in a second.
    #[error("too many sequence numbers within a few seconds: try again later")]
    TooBusy,
    /// The wall clock is not believable.
    #[error(transparent)]
    ClockJump(#[from] ClockJump),
    /// SEQ would exceed its bits, or DIF is nonsense: the card needs a new key.
    #[error("the sequence numbers of this subscriber are used up: give the card a new K")]
    Exhausted,
    /// The SIM profile's IND has no room for this slot: slot 0 serves this subscriber.
    #[error("this SIM profile is served by slot 0 alone")]
    NotThisSlot,
    /// None, or more than [`MAX_SQNS_PER_ISSUE`], were asked for.
    #[error("1 to 32 sequence numbers can be issued at a time")]
    Number,
}

/// Why what was read together with an epoch may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Another front end took the slot over: this one stopped issuing.
    #[error("another front end took this slot over (epoch {current:?})")]
    Fenced {
        /// The epoch in the store.
        current: Epoch,
    },
    /// It was read before this front end took the slot over: read it again.
    #[error("read before the slot was taken over: read it again")]
    Stale,
    /// This front end does not hold the slot.
    #[error("this front end does not hold its slot: take it over first")]
    NotHolding,
}

/// A slot that is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Tenure {
    epoch: Epoch,
    /// H as far as it is known to be durable.
    h: i64,
    /// The command on its way.
    raising: Option<RaiseBound>,
    clock: Clock,
}

/// The AuC of one slot: issues sequence numbers. See the module's head and [`crate::auc`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(Hash))]
pub struct Auc {
    slot: Slot,
    config: AucConfig,
    tenure: Option<Tenure>,
    recent: Recent,
    #[cfg(test)]
    without: Option<Piece>,
}

/// A piece of the construction that the tests take away to show what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    /// The durable bound.
    Bound,
    /// The last-issued map.
    Recent,
    /// IND tells slots apart.
    Ind,
    /// The clock starts above H.
    Start,
}

impl Auc {
    /// For one slot; it issues nothing before [`Self::take_over`].
    #[must_use]
    pub fn new(slot: Slot, config: AucConfig) -> Self {
        Self {
            slot,
            config,
            tenure: None,
            recent: Recent::default(),
            #[cfg(test)]
            without: None,
        }
    }

    /// The slot.
    #[must_use]
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The epoch in which the slot is held; `None` if it is not.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.tenure.as_ref().map(|tenure| tenure.epoch)
    }

    /// How far GLC leads the wall clock, in ticks: for metrics.
    #[must_use]
    pub fn lead_ticks(&self) -> i64 {
        self.tenure.as_ref().map_or(0, |tenure| tenure.clock.lead())
    }

    /// The store's answer to a takeover: the slot is held in `epoch`, and the clock starts above `h`. The caller empties
    /// its cache of DIF. An answer older than the tenure changes nothing.
    pub fn take_over(&mut self, epoch: Epoch, h: i64) {
        if self.epoch().is_some_and(|held| held >= epoch) {
            return;
        }
        let floor = if self.lacks(Piece::Start) {
            0
        } else {
            h.saturating_add(1)
        };
        let clock = Clock::starting_at(floor);
        self.recent.clear();
        self.tenure = Some(Tenure {
            epoch,
            h,
            raising: None,
            clock,
        });
    }

    /// Issues `n` sequence numbers (1 to [`MAX_SQNS_PER_ISSUE`]).
    ///
    /// # Errors
    /// [`IssueError`]: nothing was issued.
    #[inline]
    pub fn issue(
        &mut self,
        wall: WallClock,
        to: &Recipient,
        domain: Domain,
        n: u8,
    ) -> Result<Issued, IssueError> {
        if n == 0 || n > MAX_SQNS_PER_ISSUE {
            return Err(IssueError::Number);
        }
        let slot = if self.lacks(Piece::Ind) {
            Slot::default()
        } else {
            self.slot
        };
        let layout = Layout::new(to.profile, domain, slot).ok_or(IssueError::NotThisSlot)?;
        let glc = self.glc(wall)?;
        let key = Key::new(to.imsi, layout.sequence);
        let last = self.recent.last(key, glc).filter(|_| !self.lacks(Piece::Recent));
        let base = last.map_or(glc, |last| glc.max(last + 1));
        let top = base + i64::from(n) - 1;
        if top - glc > self.config.max_run_ahead_ticks {
            return Err(IssueError::TooBusy);
        }
        let Some(dif) = to.dif else {
            return Err(IssueError::NeedDif(self.first_dif(to, glc)?));
        };
        let seq = base.checked_add(dif).ok_or(IssueError::Exhausted)?;
        if seq < 1 {
            return Err(IssueError::NeedDif(self.first_dif(to, glc)?));
        }
        if seq > layout.max_seq() - i64::from(n - 1) {
            return Err(IssueError::Exhausted);
        }
        self.reserve(glc, top)?;
        if self.recent.note(key, top, self.config.max_recent).is_err() {
            return Err(IssueError::TooBusy);
        }
        Ok(Issued::new(seq.unsigned_abs(), n, layout))
    }

    /// What a genuine AUTS comes to (TS 33.102 6.3.5, C.2; C.3.3): see [`Resync`]. `sqn_ms` is proven (see [`SqnMs`]).
    ///
    /// # Errors
    /// `NotHolding`, `NotThisSlot`, `ClockJump`; `Exhausted` if nothing is left above SQN_MS.
    pub fn resync(&mut self, wall: WallClock, to: &Recipient, sqn_ms: SqnMs) -> Result<Resync, IssueError> {
        let epoch = self.epoch().ok_or(IssueError::NotHolding)?;
        if Layout::new(to.profile, Domain::Cs, self.slot).is_none() {
            return Err(IssueError::NotThisSlot);
        }
        let glc = self.glc(wall)?;
        let seq_ms = (sqn_ms.value().value() >> to.profile.ind_bits.min(47)) as i64;
        if seq_ms >= max_seq(to.profile.ind_bits) {
            return Err(IssueError::Exhausted);
        }
        let ahead = self.config.max_run_ahead_ticks;
        Ok(
            match (
                dif::resynchronised(seq_ms, to.dif, to.profile, glc, ahead),
                to.dif,
            ) {
                (None, Some(dif)) => Resync::Unchanged { dif },
                (new, expected) => {
                    let dif = new.unwrap_or(seq_ms + 1 - glc);
                    Resync::Write {
                        set: SetDif {
                            imsi: to.imsi,
                            slot: self.slot,
                            epoch,
                            expected,
                            dif,
                        },
                        decrease: expected.is_some_and(|before| dif < before),
                    }
                }
            },
        )
    }

    /// The bound's renewal in the background, due when half the window is used up. Ask a few times a minute, idle or not:
    /// an hour without asking looks like a jump of the clock.
    ///
    /// # Errors
    /// [`ClockJump`]: the bound is not raised by a clock that is not believable; say so.
    pub fn renewal(&mut self, wall: WallClock) -> Result<Option<RaiseBound>, ClockJump> {
        let glc = match self.glc(wall) {
            Ok(glc) => glc,
            Err(IssueError::ClockJump(jump)) => return Err(jump),
            Err(_) => return Ok(None),
        };
        let target = self.target(glc);
        let Some(tenure) = &mut self.tenure else {
            return Ok(None);
        };
        if tenure.raising.is_some() || 2 * (tenure.h - glc) > target - glc || target <= tenure.h {
            return Ok(None);
        }
        let raise = RaiseBound {
            slot: self.slot,
            epoch: tenure.epoch,
            h: target,
        };
        tenure.raising = Some(raise);
        Ok(tenure.raising)
    }

    /// The store raised the bound. The reply to a command of an earlier tenure changes nothing.
    pub fn bound_raised(&mut self, raised: RaiseBound) {
        if let Some(tenure) = self.tenure.as_mut().filter(|tenure| tenure.epoch == raised.epoch) {
            tenure.h = tenure.h.max(raised.h);
            tenure.raising = tenure.raising.filter(|raising| *raising != raised);
        }
    }

    /// The store could not, or may not, have raised the bound: it is asked for again when it is needed.
    pub fn store_failed(&mut self, raise: RaiseBound) {
        if let Some(tenure) = &mut self.tenure {
            tenure.raising = tenure.raising.filter(|raising| *raising != raise);
        }
    }

    /// The store has another epoch for our slot: stop. An epoch that is not newer than ours is news from before.
    pub fn fenced(&mut self, current: Epoch) {
        if self.epoch().is_some_and(|held| held < current) {
            self.tenure = None;
        }
    }

    /// Whether what was read together with the slot's `epoch` may be used (a DIF above all).
    ///
    /// # Errors
    /// [`NotAdmitted`]: another epoch; if it is newer, nothing is issued any more.
    pub fn admit(&mut self, epoch: Option<Epoch>) -> Result<(), NotAdmitted> {
        let held = self.epoch().ok_or(NotAdmitted::NotHolding)?;
        match epoch {
            Some(current) if current == held => Ok(()),
            Some(current) if current > held => {
                self.fenced(current);
                Err(NotAdmitted::Fenced { current })
            }
            _ => Err(NotAdmitted::Stale),
        }
    }

    /// GLC now.
    #[inline]
    fn glc(&mut self, wall: WallClock) -> Result<i64, IssueError> {
        let tolerance = Tolerance {
            wait: self.config.max_run_ahead_ticks,
            jump: self.config.max_clock_jump_ticks,
        };
        let tenure = self.tenure.as_mut().ok_or(IssueError::NotHolding)?;
        Ok(tenure.clock.read(wall, tenure.h, tolerance)?)
    }

    /// Checks that values up to `top` are below the durable bound.
    #[inline]
    fn reserve(&mut self, glc: i64, top: i64) -> Result<(), IssueError> {
        let h = self.target(glc).max(top);
        let lacking = self.lacks(Piece::Bound);
        let tenure = self.tenure.as_mut().ok_or(IssueError::NotHolding)?;
        if top <= tenure.h || lacking {
            return Ok(());
        }
        if tenure.raising.is_some() {
            return Err(IssueError::RaisingBound);
        }
        let raise = RaiseBound {
            slot: self.slot,
            epoch: tenure.epoch,
            h,
        };
        tenure.raising = Some(raise);
        Err(IssueError::NeedBound(raise))
    }

    /// Where the bound is raised to: a window beyond the wall clock. While GLC leads, twice the run-ahead beyond GLC if
    /// that is more: each restart starts above the bound, and a lead of restarts must not grow by a window each time.
    #[inline]
    fn target(&self, glc: i64) -> i64 {
        let least = glc + 2 * self.config.max_run_ahead_ticks;
        least.max(glc - self.lead_ticks() + self.config.window_ticks)
    }

    /// The command that sets DIF for the first SEQ above the seed.
    fn first_dif(&self, to: &Recipient, glc: i64) -> Result<SetDif, IssueError> {
        let epoch = self.epoch().ok_or(IssueError::NotHolding)?;
        let dif = dif::first_dif(to.seq_seed, to.profile, glc);
        Ok(SetDif {
            imsi: to.imsi,
            slot: self.slot,
            epoch,
            expected: to.dif,
            dif,
        })
    }

    /// Whether a test took this piece away: never, outside this crate's tests.
    #[cfg(not(test))]
    #[inline(always)]
    #[expect(clippy::unused_self, reason = "the tests' twin needs it")]
    fn lacks(&self, _: Piece) -> bool {
        false
    }

    /// Whether this test took the piece away.
    #[cfg(test)]
    fn lacks(&self, piece: Piece) -> bool {
        self.without == Some(piece)
    }

    /// Takes a piece away.
    #[cfg(test)]
    pub(super) fn without(mut self, piece: Option<Piece>) -> Self {
        self.without = piece;
        self
    }
}

#[cfg(test)]
mod tests;
