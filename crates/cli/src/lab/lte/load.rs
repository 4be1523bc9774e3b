//! Many UEs that attach, at a rate or as fast as it goes; each is released once it is registered.

use indicatif::ProgressBar;
use quintet_emm::ue::{Abandonment, Configuration, Event, Procedure, Start};
use quintet_identity::{Imei, Imeisv, Plmn};
use quintet_s1ap::Cause;
use quintet_sim::Usim;
use quintet_sim::demo::Population;
use quintet_sim::enb::{Enb, EnbEvent, UeId};
use quintet_sim::ue::Ue;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Attaches under way at once where no rate is given: enough that nobody waits for anybody.
const MAX_UNDER_WAY: u32 = 256;

/// How a load went.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub(super) ues: u32,
    pub(super) rate_wanted: Option<f64>,
    /// Attaches per second, from the first start to the last end.
    pub(super) rate: f64,
    pub(super) attached: u32,
    pub(super) failed: u32,
    /// How many failed of each reason.
    pub(super) failures: BTreeMap<String, u32>,
    pub(super) seconds: f64,
    /// From the attach's start to the UE's registration.
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    pub(super) max_ms: Option<f64>,
}

/// A load at work.
pub(super) struct Load {
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

impl Load {
    /// UEs with the cards of a population, taken into the cell.
    ///
    /// # Errors
    /// If a card cannot be made.
    pub(super) fn new(
        ues: u32,
        (rate, seed): (Option<f64>, Option<u64>),
        serving: Plmn,
        enb: &mut Enb,
        bar: ProgressBar,
    ) -> anyhow::Result<Self> {
        let population = Population::new();
        let configuration = Arc::new(Configuration {
            automatic: false,
            ..Configuration::default()
        });
        let mut order = Vec::with_capacity(ues as usize);
        for n in 0..ues {
            let Some(subscriber) = population.subscriber(n) else {
                break;
            };
            let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default())?;
            let device = device(n)?;
            order.push(enb.add_ue(Ue::new(Arc::clone(&configuration), device, Some(card), serving)));
        }
        if let Some(seed) = seed {
            crate::lab::shuffle(seed, &mut order);
        }
        Ok(Self {
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

    /// Something happened at the eNB.
    pub(super) fn handle_enb_event(&mut self, now: Duration, enb: &mut Enb, event: &EnbEvent) {
        match event {
            EnbEvent::Ue(ue, Event::Registered { .. }) => {
                let was_under_way = self.end(now, *ue, None);
                if was_under_way {
                    enb.release(*ue, Cause::USER_INACTIVITY);
                }
            }
            EnbEvent::Ue(ue, Event::Rejected { cause, .. }) => {
                let name = cause.name().unwrap_or("reserved");
                self.end(now, *ue, Some(format!("rejected: #{} {name}", cause.0)));
            }
            EnbEvent::Ue(ue, Event::AuthenticationRejected) => {
                self.end(now, *ue, Some("AUTHENTICATION REJECT".to_owned()));
            }
            EnbEvent::Ue(
                ue,
                Event::Abandoned {
                    procedure: Procedure::Attach,
                    why,
                    ..
                },
            ) => {
                let why = match why {
                    Abandonment::Expired(timer) => format!("{timer:?} expired"),
                    Abandonment::ConnectionLost => "connection lost".to_owned(),
                    Abandonment::Superseded => "superseded".to_owned(),
                    Abandonment::CountExhausted => "NAS COUNT exhausted".to_owned(),
                };
                self.end(now, *ue, Some(why));
            }
            EnbEvent::NotConnected(ue, why) => {
                self.end(now, *ue, Some(format!("no connection: {why:?}")));
            }
            _ => {}
        }
    }

    /// An attach ended. Answers whether it was under way.
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
    pub(super) fn advance(&mut self, now: Duration, enb: &mut Enb) {
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
            enb.start(now, ue, Start::ATTACH);
        }
    }

    /// When the next UE is due.
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
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
        let attached = self.latencies.len() as u32;
        Report {
            ues: self.order.len() as u32,
            rate_wanted: self.rate,
            rate: if seconds > 0.0 {
                f64::from(self.ended) / seconds
            } else {
                0.0
            },
            attached,
            failed: self.order.len() as u32 - attached,
            failures: self.failures.clone(),
            seconds,
            p50_ms: at(0.50),
            p99_ms: at(0.99),
            max_ms: at(1.0),
        }
    }
}

/// The device of the n-th UE. Its IMEI is of a type approval code for tests (GSMA TS.06: 00 1xx).
fn device(n: u32) -> anyhow::Result<(Imei, Imeisv)> {
    let serial = n % 1_000_000;
    Ok((
        format!("00101700{serial:06}0").parse()?,
        format!("00101700{serial:06}01").parse()?,
    ))
}
