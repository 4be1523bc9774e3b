//! The slot: taken over at the start, its bound kept ahead of the clock, given up when another front end has it.
//!
//! ```text
//!   start ─► taking over ─► issuing ⇄ raising the bound     fenced by another front end ─► silent until `take_over`
//!                 ▲ └─ failed: again after a pause, longer each time; meanwhile requests are answered at once
//! ```

use crate::event::FrontEvent;
use crate::front::{FrontConfig, FrontEnd, Purpose, StoreReply};
use core::time::Duration;
use quintet_store::{Command, Reply, StoreError};
use quintet_subscriber::auc::{Auc, ChallengeKey, ClockJump, Epoch, NotAdmitted, RaiseBound, WallClock};

/// How often the bound's renewal is looked at; due it is every few minutes.
const RENEWAL_EVERY: Duration = Duration::from_secs(5);

/// The first pause after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause after a failure: how long recovery may go unnoticed.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A source of unpredictable octets.
pub type EntropySource = Box<dyn FnMut(&mut [u8]) + Send>;

/// What a front end needs to issue vectors.
pub struct Issuing {
    /// Sequence numbers.
    pub auc: Auc,
    /// What makes and recognises RANDs.
    pub challenge: ChallengeKey,
    /// Where RANDs come from.
    pub entropy: EntropySource,
    /// A takeover is with the store.
    taking: bool,
    /// Another front end has the slot.
    fenced: bool,
    /// The wall clock is not believed; that was reported.
    jumped: bool,
    /// Why the last command failed; requests that would need another are answered so until `look_at`.
    failure: Option<StoreError>,
    pause: Duration,
    /// When to look at the bound, or try the takeover, again.
    look_at: Option<Duration>,
}

impl Issuing {
    pub(crate) fn new(config: &FrontConfig, challenge: ChallengeKey, entropy: EntropySource) -> Self {
        Self {
            auc: Auc::new(config.slot, config.auc),
            challenge,
            entropy,
            taking: false,
            fenced: false,
            jumped: false,
            failure: None,
            pause: FIRST_PAUSE,
            look_at: None,
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        self.look_at
    }

    /// Why nothing can be issued, or raised, at the moment.
    #[must_use]
    pub fn failure(&self) -> Option<&StoreError> {
        self.failure.as_ref()
    }

    /// Whether another front end has the slot.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.fenced
    }
}

impl<J, P, E: From<FrontEvent>> FrontEnd<J, P, E> {
    /// Takes the slot over: at the start, and when an operator has made sure that the other front end is gone.
    pub fn take_over(&mut self) {
        if !self.issuing.taking {
            self.issuing.taking = true;
            self.issuing.fenced = false;
            self.desk.submit(
                Command::Takeover {
                    slot: self.config.slot,
                },
                Purpose::Takeover,
            );
        }
    }

    pub(crate) fn taken_over(&mut self, now: Duration, wall: WallClock, reply: StoreReply) {
        self.issuing.taking = false;
        match reply {
            Ok(Reply::Bound(bound)) => {
                self.issuing.auc.take_over(bound.epoch, bound.h);
                self.issuing.jumped = false;
                // No DIF read before may be used from now on.
                self.table.clear();
                self.preload_again();
                self.events.report(FrontEvent::Issuing);
                self.recovered();
                self.renew(now, wall);
            }
            Ok(_) => {}
            Err(error) => self.issuing_failed(now, "takeover of the slot", error),
        }
    }

    /// Submits the command that raises the bound.
    pub fn raise(&mut self, raise: RaiseBound) {
        let RaiseBound { slot, epoch, h } = raise;
        self.desk
            .submit(Command::RaiseBound { slot, epoch, h }, Purpose::RaiseBound(raise));
    }

    /// Looks whether the bound is due.
    fn renew(&mut self, now: Duration, wall: WallClock) {
        self.issuing.look_at = Some(now + RENEWAL_EVERY);
        match self.issuing.auc.renewal(wall) {
            Ok(raise) => {
                if std::mem::take(&mut self.issuing.jumped) {
                    self.events.report(FrontEvent::Issuing);
                }
                if let Some(raise) = raise {
                    self.raise(raise);
                }
            }
            Err(jump) => self.clock_jumped(jump),
        }
    }

    /// The wall clock is not believed: reported once, until it is again.
    pub fn clock_jumped(&mut self, jump: ClockJump) {
        if !std::mem::replace(&mut self.issuing.jumped, true) {
            self.events.report(FrontEvent::ClockJump { jump });
        }
    }

    pub(crate) fn bound_raised(&mut self, now: Duration, raise: RaiseBound, reply: StoreReply) {
        match reply {
            Ok(_) => {
                self.issuing.auc.bound_raised(raise);
                self.recovered();
            }
            Err(StoreError::Fenced { current }) => {
                let error = StoreError::Fenced { current };
                self.fenced(current);
                if self.issuing.auc.epoch().is_none() {
                    self.wake(Some(error));
                } else {
                    // An epoch below ours: an older database was put in place. Nothing is issued beyond the bound.
                    self.issuing.auc.store_failed(raise);
                    self.issuing_failed(now, "raising the bound", error);
                }
            }
            Err(error) => {
                self.issuing.auc.store_failed(raise);
                self.issuing_failed(now, "raising the bound", error);
            }
        }
    }

    /// It works (again): whoever waited goes on.
    fn recovered(&mut self) {
        self.issuing.failure = None;
        self.issuing.pause = FIRST_PAUSE;
        self.wake(None);
    }

    /// It does not work: whoever waited is answered, and it is tried again after a pause.
    fn issuing_failed(&mut self, now: Duration, what: &'static str, error: StoreError) {
        self.issuing.look_at = Some(now + self.issuing.pause);
        self.issuing.pause = (self.issuing.pause * 2).min(LONGEST_PAUSE);
        self.issuing.failure = Some(error.clone());
        self.wake(Some(error.clone()));
        self.events.report(FrontEvent::StoreFailed { what, error });
    }

    fn wake(&mut self, error: Option<StoreError>) {
        let waiting = self.waiting.take_bound().into_iter();
        self.woken.extend(waiting.map(|id| (id, error.clone())));
    }

    /// Another front end has the slot.
    pub fn fenced(&mut self, current: Epoch) {
        self.issuing.auc.fenced(current);
        if self.issuing.auc.epoch().is_none() && !self.issuing.fenced {
            self.issuing.fenced = true;
            self.events.report(FrontEvent::Fenced { current });
        }
    }

    /// Whether what was read together with this epoch may be used to issue.
    pub fn admits(&mut self, epoch: Option<Epoch>) -> bool {
        match self.issuing.auc.admit(epoch) {
            Ok(()) => true,
            Err(NotAdmitted::Fenced { current }) => {
                self.issuing.fenced = true;
                self.events.report(FrontEvent::Fenced { current });
                false
            }
            Err(_) => false,
        }
    }

    pub(crate) fn issuing_timeout(&mut self, now: Duration, wall: WallClock) {
        if self.issuing.look_at.is_none_or(|at| at > now) {
            return;
        }
        self.issuing.look_at = None;
        if self.issuing.auc.epoch().is_some() {
            self.renew(now, wall);
        } else if !self.issuing.fenced {
            self.take_over();
        }
    }
}
