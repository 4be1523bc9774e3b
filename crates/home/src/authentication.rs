//! From a request for vectors to the vectors: the hot path of every front end (TS 33.102 6.3, Annex C).
//!
//! ```text
//!   take up ─► known? ─► (the node decides) ─► token? ─► resynchronise ─► issue ─► vectors
//!                │ Load                          └ SetDif ┘                 │ SetDif (first use), RaiseBound
//! ```
//!
//! For a subscriber in memory, within the bound, nothing waits and nothing is allocated. A vector leaves only with the
//! answer it was made for; numbers that were issued and not sent are lost, never used again.

use crate::event::FrontEvent;
use crate::front::{FrontEnd, Purpose, StoreReply};
use crate::issuing::{EntropySource, Issuing};
use crate::waiting::JobId;
use quintet_crypto::{Auts, Rand};
use quintet_identity::Imsi;
use quintet_store::{Command, Entry, Reply, StoreError};
use quintet_subscriber::auc::{
    AutsRefused, Domain, IssueError, Issued, RaiseBound, Recipient, Resync, SetDif, VectorError, Vectors,
    WallClock,
};
use quintet_subscriber::model::Subscription;
use std::sync::Arc;

/// Where a request for vectors stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was done yet, or everything is to be done again.
    #[default]
    Start,
    /// Its subscriber is being loaded.
    Loading,
    /// DIF is being written.
    SettingDif {
        /// What is written.
        dif: i64,
        /// Whether because of a token.
        resynchronisation: bool,
    },
    /// The token was dealt with: the vectors are left to do.
    Resynchronised,
}

/// What a request waits for.
#[derive(Debug)]
pub enum Need {
    /// The reply to a command.
    Command(Command),
    /// The slot's takeover, or its bound; the command that raises it unless that is under way.
    Bound(Option<RaiseBound>),
}

/// Why there are no vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such subscriber.
    UserUnknown,
    /// This front end cannot issue: fenced, a clock that is not believed, memory full.
    Unable,
    /// Too many numbers within a few seconds.
    TooBusy,
    /// The subscriber's data give no vectors.
    Unavailable,
    /// The token of a resynchronisation does not hold.
    TokenRefused,
    /// The store says no.
    Store(StoreError),
}

/// Why a request does not go on.
#[derive(Debug)]
pub enum Halt {
    /// It waits for this, and goes on at that stage.
    Wait(Need, Stage),
    /// It is to be answered with this.
    Failed(Failure),
    /// It was answered already; what the store wrote meanwhile is known.
    Orphaned,
}

/// What a request for vectors stands on after [`FrontEnd::take_up`].
#[derive(Debug)]
pub struct Ground {
    /// The subscription, if it was read just now.
    loaded: Option<Arc<Subscription>>,
    /// The token was dealt with.
    resynchronised: bool,
}

/// What vectors are made from. Each number leaves it once.
pub struct Batch<'a> {
    /// The subscriber's functions.
    pub vectors: Vectors<'a>,
    /// The numbers, in the order in which they were asked for.
    pub issued: [Option<Issued>; 2],
    /// Where RANDs come from.
    pub entropy: &'a mut EntropySource,
}

impl<J, P, E: From<FrontEvent>> FrontEnd<J, P, E> {
    /// Takes a request up at `stage`, with the reply to what it waited for. `wanted`: it was not answered yet.
    ///
    /// # Errors
    /// [`Halt`].
    pub fn take_up(
        &mut self,
        imsi: Imsi,
        stage: Stage,
        reply: Option<StoreReply>,
        wanted: bool,
    ) -> Result<Ground, Halt> {
        if let Some(Err(StoreError::Fenced { current })) = reply {
            // Whoever has the slot may have issued: nothing more leaves here, for anybody.
            self.fenced(current);
        }
        if !wanted {
            // Answered already, because the store took too long. What it wrote is known all the same.
            if let (Stage::SettingDif { dif, .. }, Some(Ok(_))) = (stage, reply) {
                self.table.set_dif(imsi, dif);
            }
            return Err(Halt::Orphaned);
        }
        if self.issuing.auc.epoch().is_none() {
            return Err(self.not_holding(stage, reply));
        }
        let mut ground = Ground {
            loaded: None,
            resynchronised: stage == Stage::Resynchronised,
        };
        match (stage, reply) {
            (
                Stage::SettingDif {
                    dif,
                    resynchronisation,
                },
                Some(Ok(_)),
            ) => {
                self.table.set_dif(imsi, dif);
                ground.resynchronised = resynchronisation;
            }
            (Stage::SettingDif { .. }, Some(Err(StoreError::Conflict { current }))) => {
                // Someone else wrote it: go on, or resynchronise again, from what they wrote.
                match current {
                    Some(dif) => drop(self.table.set_dif(imsi, dif)),
                    None => drop(self.table.remove(imsi)),
                }
            }
            (Stage::Loading, Some(Ok(Reply::Subscriber { subscriber, epoch }))) => {
                if subscriber.is_none() {
                    return Err(Halt::Failed(Failure::UserUnknown));
                }
                let known = self.take_in(imsi, subscriber, epoch);
                ground.loaded = known.map(|known| known.subscription);
            }
            (_, Some(Err(error))) => return Err(Halt::Failed(Failure::Store(error))),
            _ => {}
        }
        Ok(ground)
    }

    /// The slot is not ours yet: wait; or no more: say so.
    fn not_holding(&self, stage: Stage, reply: Option<StoreReply>) -> Halt {
        let failed = match reply {
            Some(Err(error)) => Some(error),
            _ => self.issuing.failure().cloned(),
        };
        match failed {
            Some(error) => Halt::Failed(Failure::Store(error)),
            None if self.issuing.is_fenced() => Halt::Failed(Failure::Unable),
            None if stage == Stage::Resynchronised => Halt::Wait(Need::Bound(None), Stage::Resynchronised),
            None => Halt::Wait(Need::Bound(None), Stage::Start),
        }
    }

    /// The subscription of a subscriber in memory, or read just now.
    ///
    /// # Errors
    /// [`Halt`]: it must be loaded, or cannot be held.
    #[inline]
    pub fn subscription<'a>(&'a self, imsi: Imsi, ground: &'a Ground) -> Result<&'a Arc<Subscription>, Halt> {
        let load = || {
            let slot = self.config.slot;
            Halt::Wait(Need::Command(Command::Load { imsi, slot }), Stage::Loading)
        };
        match self.table.lookup(imsi) {
            Some(entry) => entry.subscription().or(ground.loaded.as_ref()).ok_or_else(load),
            // Read just now and not taken in: the slot's epoch in the store is below ours, or memory is full. Reading it
            // again would end no other way.
            None if ground.loaded.is_some() => Err(Halt::Failed(Failure::Unable)),
            None => Err(load()),
        }
    }

    /// Issues numbers for a subscriber in memory, for each domain as many as are asked for, after dealing with a token
    /// of a resynchronisation.
    ///
    /// # Errors
    /// [`Halt`].
    #[inline]
    pub fn issue(
        &mut self,
        wall: WallClock,
        imsi: Imsi,
        ground: &Ground,
        token: Option<(&Rand, &Auts)>,
        wanted: [(Domain, u8); 2],
    ) -> Result<Batch<'_>, Halt> {
        let Some(entry) = self.table.lookup(imsi) else {
            return Err(Halt::Failed(Failure::Unable));
        };
        let (mut to, amf) = (recipient(imsi, &entry), entry.amf());
        let functions = match entry.functions() {
            Ok(functions) => functions,
            Err(error) => return Err(self.unusable(imsi, error.into())),
        };
        if let Some((rand, auts)) = token.filter(|_| !ground.resynchronised) {
            let challenge = &self.issuing.challenge;
            let checked = Vectors::keyed(imsi, functions.clone(), amf, challenge, wall)
                .map_err(AutsRefused::from)
                .and_then(|vectors| vectors.check_auts(rand, auts));
            let sqn_ms = match checked {
                Ok(sqn_ms) => sqn_ms,
                Err(AutsRefused::Vector(error)) => return Err(self.unusable(imsi, error)),
                Err(_) => {
                    self.events.report(FrontEvent::ResynchronisationRefused { imsi });
                    return Err(Halt::Failed(Failure::TokenRefused));
                }
            };
            match self.issuing.auc.resync(wall, &to, sqn_ms) {
                Ok(Resync::Unchanged { dif }) => to.dif = Some(dif),
                Ok(Resync::Write { set, decrease }) => {
                    self.events.report(FrontEvent::Resynchronised { imsi, decrease });
                    return Err(setting_dif(set, true));
                }
                Err(error) => return Err(self.not_issued(imsi, error, false)),
            }
        }
        let mut issued = [None, None];
        for (place, (domain, n)) in issued.iter_mut().zip(wanted) {
            if n == 0 {
                continue;
            }
            match self.issuing.auc.issue(wall, &to, domain, n) {
                Ok(numbers) => *place = Some(numbers),
                Err(error) => return Err(self.not_issued(imsi, error, ground.resynchronised)),
            }
        }
        let Issuing {
            challenge, entropy, ..
        } = &mut self.issuing;
        match Vectors::keyed(imsi, functions, amf, challenge, wall) {
            Ok(vectors) => Ok(Batch {
                vectors,
                issued,
                entropy,
            }),
            Err(error) => {
                self.events.report(FrontEvent::Unusable { imsi, error });
                Err(Halt::Failed(Failure::Unavailable))
            }
        }
    }

    fn unusable(&mut self, imsi: Imsi, error: VectorError) -> Halt {
        self.events.report(FrontEvent::Unusable { imsi, error });
        Halt::Failed(Failure::Unavailable)
    }

    /// Nothing was issued: what must come first, or what is answered.
    fn not_issued(&mut self, imsi: Imsi, error: IssueError, resynchronised: bool) -> Halt {
        let stage = if resynchronised {
            Stage::Resynchronised
        } else {
            Stage::Start
        };
        match error {
            IssueError::NeedDif(set) => setting_dif(set, resynchronised),
            IssueError::NeedBound(raise) => match self.issuing.failure().cloned() {
                // It failed a moment ago and is tried again by the timer: nobody is kept waiting for that.
                Some(error) => {
                    self.issuing.auc.store_failed(raise);
                    Halt::Failed(Failure::Store(error))
                }
                None => Halt::Wait(Need::Bound(Some(raise)), stage),
            },
            IssueError::RaisingBound | IssueError::NotHolding => Halt::Wait(Need::Bound(None), stage),
            IssueError::TooBusy => Halt::Failed(Failure::TooBusy),
            IssueError::ClockJump(jump) => {
                self.clock_jumped(jump);
                Halt::Failed(Failure::Unable)
            }
            IssueError::Exhausted | IssueError::NotThisSlot | IssueError::Number => {
                self.events.report(FrontEvent::NotIssued { imsi, error });
                Halt::Failed(Failure::Unavailable)
            }
        }
    }

    /// Submits what a parked request waits for.
    pub fn wait_for(&mut self, id: JobId, need: Need) {
        match need {
            Need::Command(command) => {
                if let Some(job) = self.waiting.job(id) {
                    job.in_flight = true;
                }
                self.desk.submit(command, Purpose::Job(id));
            }
            Need::Bound(raise) => {
                self.waiting.await_bound(id);
                if let Some(raise) = raise {
                    self.raise(raise);
                }
            }
        }
    }

    /// There is no room for the request that needs this.
    pub fn no_room_for(&mut self, need: Need) {
        if let Need::Bound(Some(raise)) = need {
            // The AuC takes it for submitted.
            self.raise(raise);
        }
    }
}

fn setting_dif(set: SetDif, resynchronisation: bool) -> Halt {
    let SetDif {
        imsi,
        slot,
        epoch,
        expected,
        dif,
    } = set;
    let command = Command::SetDif {
        imsi,
        slot,
        epoch,
        expected,
        dif,
    };
    let stage = Stage::SettingDif {
        dif,
        resynchronisation,
    };
    Halt::Wait(Need::Command(command), stage)
}

/// Whom numbers are for, as memory has it.
fn recipient(imsi: Imsi, entry: &Entry<'_>) -> Recipient {
    Recipient {
        imsi,
        profile: entry.sqn_profile(),
        dif: entry.dif(),
        // The table forgets the seed once there is a DIF.
        seq_seed: entry.seq_seed().unwrap_or(0),
    }
}
