//! The stories of a lab: what is done, and what must come of it.

use super::network::{Network, STEP_TIMEOUT, Station, ends};
use super::recorder::Recorder;
use crate::ladder::Tone;
use anyhow::{Result, bail, ensure};
use quintet_identity::Imsi;
use quintet_sim::demo::{self, DemoSubscriber, Population, Purpose};
use quintet_sim::{AnswerOutcome, AttachFailure, MmeEvent, Procedure, ProcedureError, Ue, Usim, Verdict};
use quintet_subscriber::model::Ambr;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What happens, and what must come of it.
    pub(super) title: &'static str,
    story: Story,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Attach(Purpose),
    /// Refused with this Experimental-Result, at the MME of this index.
    Refused(Purpose, u32, usize),
    Unknown,
    Resynchronisation,
    Handover,
    Change,
    Purge,
    Crowd,
}

const fn scenario(name: &'static str, title: &'static str, story: Story) -> Scenario {
    Scenario { name, title, story }
}

/// All of them, in the order in which they are played.
pub(super) const SCENARIOS: [Scenario; 12] = [
    scenario(
        "attach",
        "MILENAGE: authenticated, location updated, subscription received",
        Story::Attach(Purpose::Milenage),
    ),
    scenario(
        "tuak",
        "TUAK with a K of 128 bits and RES of 32; a static address",
        Story::Attach(Purpose::Tuak),
    ),
    scenario(
        "tuak-256",
        "TUAK with a K of 256 bits",
        Story::Attach(Purpose::TuakLongKey),
    ),
    scenario(
        "xor",
        "the test algorithm XOR; a third APN with a fixed PDN gateway",
        Story::Attach(Purpose::Xor),
    ),
    scenario(
        "resync",
        "SQN of the USIM is ahead: AUTS, then a vector it accepts",
        Story::Resynchronisation,
    ),
    scenario(
        "unknown",
        "an IMSI that is not provisioned: 5001 USER_UNKNOWN",
        Story::Unknown,
    ),
    scenario(
        "no-eps",
        "no EPS subscription: 5420 UNKNOWN_EPS_SUBSCRIPTION",
        Story::Refused(Purpose::NoEps, 5420, 0),
    ),
    scenario(
        "rat",
        "E-UTRAN is restricted: 5421 RAT_NOT_ALLOWED",
        Story::Refused(Purpose::NoEutran, 5421, 0),
    ),
    scenario(
        "roaming",
        "abroad without being allowed: 5004 ROAMING_NOT_ALLOWED",
        Story::Refused(Purpose::HomeOnly, 5004, 1),
    ),
    scenario(
        "handover",
        "the UE moves to a second MME: the first is cancelled",
        Story::Handover,
    ),
    scenario(
        "change",
        "the subscription changes while the UE is attached: IDR and DSR",
        Story::Change,
    ),
    scenario("purge", "PDN gateway notified, then the UE purged", Story::Purge),
];

/// Played only if UEs are asked for.
pub(super) const CROWD: Scenario = scenario("crowd", "many UEs attach, one after another", Story::Crowd);

/// How a crowd arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    pub(super) ues: u32,
    /// Attaches per second; as fast as it goes if not given.
    pub(super) rate: Option<f64>,
    /// Decides the order; that of their IMSIs if not given.
    pub(super) seed: Option<u64>,
}

impl Crowd {
    /// Who comes, in order.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.ues).collect();
        if let Some(seed) = self.seed {
            crate::lab::shuffle(seed, &mut order);
        }
        order
    }
}

/// Who plays.
pub(super) struct Stage<'a> {
    pub(super) network: &'a Network,
    pub(super) recorder: &'a Rc<RefCell<Recorder>>,
    pub(super) crowd: Crowd,
}

impl Scenario {
    /// Plays the story; an error says what did not come about.
    pub(super) async fn play(&self, stage: &Stage<'_>) -> Result<()> {
        match self.story {
            Story::Attach(purpose) => stage.attached(0, &demo::subscriber(purpose)).await.map(drop),
            Story::Refused(purpose, code, mme) => stage.refused(mme, &demo::subscriber(purpose), code).await,
            Story::Unknown => {
                let mut nobody = demo::subscriber(Purpose::Milenage);
                nobody.subscriber.imsi = demo::unknown_imsi();
                stage.refused(0, &nobody, 5001).await
            }
            Story::Resynchronisation => stage.resynchronised().await,
            Story::Handover => stage.handover().await,
            Story::Change => stage.change().await,
            Story::Purge => stage.purge().await,
            Story::Crowd => stage.crowd().await,
        }
    }
}

impl Stage<'_> {
    fn station(&self, mme: usize) -> &Station {
        &self.network.stations[mme]
    }

    fn note(&self, mme: usize, text: &str, tone: Tone) {
        self.recorder.borrow_mut().note(mme, text, tone);
    }

    /// Waits until the MMEs have answered all that the HSS asked: what a scenario began ends in it.
    pub(super) async fn answered(&self) -> Result<()> {
        loop {
            let waits = self.recorder.borrow().waits();
            let Some(answered) = waits else { return Ok(()) };
            if tokio::time::timeout(STEP_TIMEOUT, answered.notified())
                .await
                .is_err()
            {
                bail!("an MME did not answer the HSS");
            }
        }
    }

    /// Brings a UE to an MME.
    fn arrive(&self, mme: usize, demo: &DemoSubscriber) -> Result<Imsi> {
        let DemoSubscriber {
            subscriber, sqn_ms, ..
        } = demo;
        let usim = Usim::new(subscriber.imsi, &subscriber.authentication, *sqn_ms)?;
        let imeisv = "3534900698733190".parse().ok();
        self.station(mme)
            .driver
            .with(|_, _, application| application.mme.arrive(Ue { usim, imeisv }));
        Ok(subscriber.imsi)
    }

    /// Waits for the end of a procedure and answers everything that was reported till then.
    async fn until_ended(&self, mme: usize, imsi: Imsi, procedure: Procedure) -> Result<Vec<MmeEvent>> {
        let mut events = Vec::new();
        loop {
            let event = self.next(mme).await?;
            let ended = ends(&event, imsi, procedure);
            events.push(event);
            if ended {
                return Ok(events);
            }
        }
    }

    /// The next event of an MME, noted beside the ladder if it is not on the wire.
    async fn next(&self, mme: usize) -> Result<MmeEvent> {
        let event = self.station(mme).next().await?;
        match &event {
            MmeEvent::Challenged {
                verdict: Verdict::Accepted { sqn_ms },
                ..
            } => {
                let text = format!(
                    "USIM accepts SQN {}\nRES = XRES, KASME agrees",
                    hex::encode(sqn_ms.octets())
                );
                self.note(mme, &text, Tone::Good);
            }
            MmeEvent::Challenged {
                verdict: Verdict::SynchronisationFailure { sqn_ms },
                ..
            } => {
                let text = format!(
                    "USIM: SQN is not fresh, answers AUTS\nSQN_MS {}",
                    hex::encode(sqn_ms.octets())
                );
                self.note(mme, &text, Tone::Plain);
            }
            MmeEvent::Completed { procedure, .. } => {
                let text = match procedure {
                    Procedure::Attach => "attached",
                    Procedure::TrackingAreaUpdate => "tracking area updated",
                    Procedure::Confirmation => "location confirmed",
                    Procedure::Purge => "purged",
                    Procedure::Notify => "notified",
                };
                self.note(mme, text, Tone::Good);
            }
            MmeEvent::Failed {
                failure: AttachFailure::Refused(_),
                ..
            } => self.note(mme, "rejected", Tone::Plain),
            MmeEvent::Failed { failure, .. } => self.note(mme, &failure.to_string(), Tone::Bad),
            MmeEvent::Cancelled { .. } => self.note(mme, "context deleted", Tone::Plain),
            MmeEvent::SubscriptionChanged { .. } => self.note(mme, "subscription data changed", Tone::Plain),
            _ => {}
        }
        Ok(event)
    }

    /// A procedure that must succeed.
    async fn completes(
        &self,
        mme: usize,
        imsi: Imsi,
        procedure: Procedure,
        begin: impl FnOnce(
            Duration,
            &mut quintet_diameter::Node,
            &mut quintet_sim::Mme,
        ) -> Result<(), ProcedureError>,
    ) -> Result<Vec<MmeEvent>> {
        self.station(mme).begin(begin)?;
        let events = self.until_ended(mme, imsi, procedure).await?;
        match events.last() {
            Some(MmeEvent::Failed { failure, .. }) => bail!("{imsi}: {failure}"),
            _ => Ok(events),
        }
    }

    async fn attached(&self, mme: usize, demo: &DemoSubscriber) -> Result<(Imsi, Vec<MmeEvent>)> {
        let imsi = self.arrive(mme, demo)?;
        let events = self
            .completes(mme, imsi, Procedure::Attach, |now, node, mme| {
                mme.attach(now, node, imsi)
            })
            .await?;
        let expected = &demo.subscriber;
        self.station(mme).driver.with(|_, _, application| {
            let context = application.mme.context(imsi);
            let got = context.and_then(|context| context.subscription());
            let same = got.is_some_and(|got| {
                got.msisdn == expected.msisdn
                    && got.ambr == Some(expected.subscription.ambr)
                    && got.apn_configurations == expected.subscription.apn_configurations
            });
            ensure!(same, "the subscription data received are not those provisioned");
            Ok((imsi, events))
        })
    }

    async fn refused(&self, mme: usize, demo: &DemoSubscriber, code: u32) -> Result<()> {
        let imsi = self.arrive(mme, demo)?;
        self.station(mme)
            .begin(|now, node, mme| mme.attach(now, node, imsi))?;
        let events = self.until_ended(mme, imsi, Procedure::Attach).await?;
        let expected = AnswerOutcome::experimental(code);
        match events.last() {
            Some(MmeEvent::Failed {
                failure: AttachFailure::Refused(outcome),
                ..
            }) if *outcome == expected => Ok(()),
            Some(MmeEvent::Failed { failure, .. }) => bail!("expected {expected}, but {failure}"),
            _ => bail!("expected {expected}, but the UE attached"),
        }
    }

    async fn resynchronised(&self) -> Result<()> {
        let (_, events) = self.attached(0, &demo::subscriber(Purpose::AheadOfAuc)).await?;
        let stale = |event: &MmeEvent| {
            matches!(
                event,
                MmeEvent::Challenged {
                    verdict: Verdict::SynchronisationFailure { .. },
                    ..
                }
            )
        };
        ensure!(
            events.iter().any(stale),
            "the USIM accepted the first vector: nothing was resynchronised"
        );
        Ok(())
    }

    async fn handover(&self) -> Result<()> {
        let (imsi, _) = self.attached(0, &demo::subscriber(Purpose::Mover)).await?;
        let moved = self.station(0).driver.with(|_, _, application| {
            let security = application
                .mme
                .context(imsi)
                .and_then(|context| context.security())
                .cloned();
            application.mme.leave(imsi).zip(security)
        });
        let Some((ue, security)) = moved else {
            bail!("the first MME has no security context to hand over")
        };
        self.note(0, "the UE moves to MME2,\nits security context too", Tone::Plain);
        self.completes(1, imsi, Procedure::TrackingAreaUpdate, |now, node, mme| {
            mme.arrive(ue);
            mme.tracking_area_update(now, node, imsi, security)
        })
        .await?;
        self.until(0, |event| matches!(event, MmeEvent::Cancelled { imsi: whose, cancellation_type: 0 } if *whose == imsi))
            .await
    }

    /// Waits for an event.
    async fn until(&self, mme: usize, wanted: impl Fn(&MmeEvent) -> bool) -> Result<()> {
        while !wanted(&self.next(mme).await?) {}
        Ok(())
    }

    async fn change(&self) -> Result<()> {
        let demo = demo::subscriber(Purpose::Changing);
        let (imsi, _) = self.attached(0, &demo).await?;
        let mut changed = demo.subscriber;
        let subscription = Arc::make_mut(&mut changed.subscription);
        let ambr = Ambr {
            uplink: 10_000_000,
            downlink: 20_000_000,
        };
        subscription.ambr = ambr;
        subscription.rau_tau_timer_s = None;
        self.note(
            0,
            "the operator lowers AMBR\nand withdraws the RAU-TAU-Timer",
            Tone::Plain,
        );
        self.network.provision(changed)?;
        loop {
            self.until(0, |event| *event == MmeEvent::SubscriptionChanged { imsi })
                .await?;
            let done = self.station(0).driver.with(|_, _, application| {
                let data = application
                    .mme
                    .context(imsi)
                    .and_then(|context| context.subscription());
                data.is_some_and(|data| data.ambr == Some(ambr) && data.rau_tau_timer_s.is_none())
            });
            if done {
                return Ok(());
            }
        }
    }

    async fn purge(&self) -> Result<()> {
        // Played after `attach` or alone: a UE that is attached attaches again.
        let (imsi, _) = self.attached(0, &demo::subscriber(Purpose::Tuak)).await?;
        let apn = (1, "internet".parse()?);
        let gateway = [203, 0, 113, 1].into();
        self.completes(0, imsi, Procedure::Notify, |now, node, mme| {
            mme.notify_gateway(now, node, imsi, apn, gateway)
        })
        .await?;
        self.completes(0, imsi, Procedure::Purge, |now, node, mme| {
            mme.purge(now, node, imsi)
        })
        .await?;
        Ok(())
    }

    async fn crowd(&self) -> Result<()> {
        let population = Population::new();
        let mut ticks = self
            .crowd
            .rate
            .map(|rate| tokio::time::interval(Duration::from_secs_f64(1.0 / rate)));
        for n in self.crowd.order() {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            let Some(subscriber) = population.subscriber(n) else {
                break;
            };
            let demo = DemoSubscriber {
                purpose: Purpose::Milenage,
                subscriber,
                sqn_ms: Default::default(),
            };
            self.attached(0, &demo).await?;
        }
        Ok(())
    }
}
