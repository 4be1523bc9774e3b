//! Many UEs that attach or register, at a rate or as fast as it goes; each is released once it is registered.

use super::technology::{EventOf, Technology};
use indicatif::ProgressBar;
use quintet_identity::{Imei, Imeisv};
use quintet_sim::radio::UeId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

/// Registrations under way at once where no rate is given: enough that nobody waits for anybody.
const MAX_UNDER_WAY: u32 = 256;

/// How a load went.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub(super) technology: &'static str,
    pub(super) ues: u32,
    pub(super) rate_wanted: Option<f64>,
    /// Registrations per second, from the first start to the last end.
    pub(super) rate: f64,
    #[serde(flatten)]
    pub(super) succeeded: Succeeded,
    pub(super) failed: u32,
    /// How many failed of each reason.
    pub(super) failures: BTreeMap<String, u32>,
    pub(super) seconds: f64,
    /// From the start to the UE's registration.
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    pub(super) max_ms: Option<f64>,
}

/// What becomes of a UE in a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Attached,
    Registered,
}

/// How many UEs came through, by the technology's word for it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Succeeded {
    Attached(u32),
    Registered(u32),
}

impl Succeeded {
    /// `n of m UEs attached`.
    pub(super) fn told(self, of: u32) -> String {
        match self {
            Self::Attached(count) => format!("{count} of {of} UEs attached"),
            Self::Registered(count) => format!("{count} of {of} UEs registered"),
        }
    }
}

/// A load at work.
pub(super) struct Load<T: Technology> {
    technology: PhantomData<T>,
    rate: Option<f64>,
    /// Who comes, in order.
    order: Vec<UeId>,
    started: u32,
    ended: u32,
    /// When each UE was started, by its number; `None` before, and after its end.
    since: Vec<Option<Duration>>,
    latencies: Vec<Duration>,
    failures: BTreeMap<String, u32>,
    began: Option<Duration>,
    last: Duration,
    bar: ProgressBar,
}

impl<T: Technology> Load<T> {
    /// UEs with the cards of a population, taken into the cell.
    ///
    /// # Errors
    /// If a card cannot be made.
    pub(super) fn new(
        ues: u32,
        (rate, seed): (Option<f64>, Option<u64>),
        (ground, ran): (&T::Ground, &mut T::Ran),
        bar: ProgressBar,
    ) -> anyhow::Result<Self> {
        let mut order = Vec::with_capacity(ues as usize);
        for n in 0..ues {
            let Some(ue) = T::join(ground, ran, n)? else {
                break;
            };
            order.push(ue);
        }
        if let Some(seed) = seed {
            super::shuffle(seed, &mut order);
        }
        Ok(Self {
            technology: PhantomData,
            rate,
            since: vec![None; order.len()],
            order,
            started: 0,
            ended: 0,
            latencies: Vec::new(),
            failures: BTreeMap::new(),
            began: None,
            last: Duration::ZERO,
            bar,
        })
    }

    /// Whether every UE has been through.
    pub(super) fn is_over(&self) -> bool {
        self.ended as usize == self.order.len()
    }

    /// Something happened at the radio node.
    pub(super) fn see(&mut self, now: Duration, ran: &mut T::Ran, event: &EventOf<T>) {
        let Some((ue, how)) = T::ended(event) else {
            return;
        };
        let registered = how.is_ok();
        if self.end(now, ue, how.err()) && registered {
            T::release(ran, ue);
        }
    }

    /// A registration ended. Answers whether it was under way.
    fn end(&mut self, now: Duration, ue: UeId, failure: Option<String>) -> bool {
        let Some(since) = self.since.get_mut(ue.0 as usize).and_then(Option::take) else {
            return false;
        };
        self.ended += 1;
        self.last = now;
        self.bar.inc(1);
        match failure {
            None => self.latencies.push(now.saturating_sub(since)),
            Some(why) => *self.failures.entry(why).or_default() += 1,
        }
        true
    }

    /// Starts who is due.
    pub(super) fn advance(&mut self, now: Duration, ran: &mut T::Ran) {
        let began = *self.began.get_or_insert(now);
        let due = match self.rate {
            // Multiplied, not summed up: no error gathers.
            Some(rate) => ((now.saturating_sub(began)).as_secs_f64() * rate) as u64 + 1,
            None => u64::from(self.ended) + u64::from(MAX_UNDER_WAY),
        };
        while u64::from(self.started) < due
            && let Some(ue) = self.order.get(self.started as usize).copied()
        {
            self.started += 1;
            self.since[ue.0 as usize] = Some(now);
            T::begin(ran, now, ue);
        }
    }

    /// When the next UE is due.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let (rate, began) = (self.rate?, self.began?);
        let left = (self.started as usize) < self.order.len();
        left.then(|| began + Duration::from_secs_f64(f64::from(self.started) / rate))
    }

    /// How it went.
    pub(super) fn report(&mut self) -> Report {
        self.latencies.sort_unstable();
        let seconds = self
            .last
            .saturating_sub(self.began.unwrap_or_default())
            .as_secs_f64();
        let at = |share: f64| {
            let index = ((self.latencies.len() as f64 * share).ceil() as usize).saturating_sub(1);
            self.latencies
                .get(index)
                .map(|latency| latency.as_secs_f64() * 1000.0)
        };
        let through = self.latencies.len() as u32;
        Report {
            technology: T::NAME,
            ues: self.order.len() as u32,
            rate_wanted: self.rate,
            rate: if seconds > 0.0 {
                f64::from(self.ended) / seconds
            } else {
                0.0
            },
            succeeded: match T::CROWD.2 {
                Sort::Attached => Succeeded::Attached(through),
                Sort::Registered => Succeeded::Registered(through),
            },
            failed: self.order.len() as u32 - through,
            failures: self.failures.clone(),
            seconds,
            p50_ms: at(0.50),
            p99_ms: at(0.99),
            max_ms: at(1.0),
        }
    }
}

/// The device of the n-th UE. Its IMEI is of a type approval code for tests (GSMA TS.06: 00 1xx).
pub(super) fn device(n: u32) -> anyhow::Result<(Imei, Imeisv)> {
    let serial = n % 1_000_000;
    Ok((
        format!("00101700{serial:06}0").parse()?,
        format!("00101700{serial:06}01").parse()?,
    ))
}
