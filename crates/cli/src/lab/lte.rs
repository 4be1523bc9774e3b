//! `quintet lab lte`: UEs, an eNB, an MME and an HSS in one process; S1AP over SCTP over UDP and Diameter over TCP, on the
//! loopback address, without privileges.
//!
//! ```text
//!  Enb (UEs, Play) ──S1AP/SCTP/UDP──► Mme ──S6a/TCP──► Line ──► Hss
//!        │  ▲                          │ tap, reports
//!        │  └── Demand: restart, cut … │
//!        └──────────────► Journal ◄────┘ ──► ladder, capture, messages
//! ```

mod enb;
mod journal;
mod network;
mod view;
mod words;

pub(super) use network::Network;

use super::capture::{HSS, MME_ADDRESS, address};
use super::diagnosis::Expected;
use super::hss::Keeping;
use super::journal::{CORE, FIRST_RAN_ADDRESS, Journal, Language, RAN_ADDRESSES};
use super::line::Condition;
use super::load::{Sort, device};
use super::ran::{Board, RanStation};
use super::technology::{About, Cellular, Listed, SEVERAL, Station, TIMER_DIVISOR, Technology, Verdict};
use super::words::told_counts;
use crate::ladder::Tone;
use anyhow::Result;
use network::tai;
use quintet_emm::ue::{Configuration, Event, Procedure, Start};
use quintet_mme::MmeEvent;
use quintet_runtime::Clock;
use quintet_runtime::sctp::SctpRemote;
use quintet_s1ap::Cause;
use quintet_sim::Usim;
use quintet_sim::demo::Population;
use quintet_sim::enb::{Enb, EnbConfig, EnbEvent, UeId};
use quintet_sim::lte::{ContextFacts, Demand, Hss, LabTimers, Play, SCENARIOS, Settings, serving_plmn};
use quintet_sim::ue::Ue;
use std::cell::RefCell;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Scenarios with a second UE beside the one they are about.
const SHOWS_WITNESS: [&str; 1] = ["malformed"];

impl Technology for Network {
    type Ran = Enb;
    type Play = Play;
    type Station = RanStation<Self>;
    type Ground = ();

    const NAME: &'static str = "lte";
    const INTERFACES: &'static str = "S1-MME and S6a";
    const CROWD: (&'static str, &'static str, Sort) = (
        "crowd",
        "many UEs attach: rate, latency, failures",
        Sort::Attached,
    );
    const LANGUAGE: Language = journal::LANGUAGE;
    const CONTEXTS: &'static str = "quintet-lab-mme.db";

    fn list() -> Vec<Listed> {
        let listed = SCENARIOS.iter().map(|scenario| Listed {
            name: scenario.name,
            about: scenario.about,
            several: scenario.many || SHOWS_WITNESS.contains(&scenario.name),
        });
        listed.collect()
    }

    fn names((): &()) -> Vec<(IpAddr, String)> {
        let enbs = (0..RAN_ADDRESSES).map(|n| (address(FIRST_RAN_ADDRESS + n), format!("eNB-{}", n + 1)));
        [
            (address(HSS), "HSS".to_owned()),
            (address(MME_ADDRESS), "MME".to_owned()),
        ]
        .into_iter()
        .chain(enbs)
        .collect()
    }

    fn expected(scenario: &'static str) -> Expected {
        Expected::of_lte(scenario)
    }

    fn cell((): &(), place: usize, number: u32, seed: u64) -> (Enb, Play) {
        let mut config = EnbConfig::new(format!("eNB-{}", number + 1), tai(), number + 1);
        config.nas_events = true;
        config.seed = seed;
        let mut enb = Enb::new(config);
        let settings = Settings {
            seed,
            ues: SEVERAL,
            timers: LabTimers::divided(TIMER_DIVISOR),
            serving: serving_plmn(),
        };
        let play = Play::new(&SCENARIOS[place], settings, &mut enb);
        (enb, play)
    }

    fn empty_cell((): &(), nas_events: bool) -> Enb {
        let mut config = EnbConfig::new("eNB-1", tai(), 1);
        config.nas_events = nas_events;
        Enb::new(config)
    }

    async fn start((): &(), home: (Keeping<'_>, &Path), journal: &Rc<RefCell<Journal>>) -> Result<Self> {
        let timers = LabTimers::divided(TIMER_DIVISOR);
        Self::begin(home, timers, journal).await
    }

    async fn settled(&mut self) -> Result<()> {
        Network::settled(self).await
    }

    async fn stop(self) -> Result<()> {
        Network::stop(self).await
    }

    fn clock(&self) -> Clock {
        self.clock
    }

    async fn serve(
        &mut self,
        journal: &Rc<RefCell<Journal>>,
        station: &RanStation<Self>,
        demand: Demand,
    ) -> Result<Option<Verdict>> {
        let wall = self.clock.moment().wall;
        let note = |lifeline: usize, text: String| {
            journal.borrow_mut().note(wall, lifeline, text, Tone::Plain);
        };
        match demand {
            Demand::Hss(Hss::Running) => {
                note(journal::HSS, "answers again".to_owned());
                self.settled().await?;
            }
            Demand::Hss(Hss::Stopped) => {
                note(journal::HSS, "cannot be reached".to_owned());
                self.set_line(Condition::Cut);
            }
            Demand::Hss(Hss::Slow) => {
                let late = LabTimers::divided(TIMER_DIVISOR).hss_slow;
                note(journal::HSS, format!("answers {} ms late", late.as_millis()));
                self.set_line(Condition::Late(late));
            }
            Demand::RestartMme(how) => {
                note(CORE, format!("restarts: {}", format!("{how:?}").to_lowercase()));
                self.restart_mme(how, station).await?;
            }
            Demand::SetCounts { imsi, counts } => {
                note(CORE, format!("COUNTs set: {}", told_counts(&counts)));
                self.with_mme(|_, _, mme| mme.set_counts(imsi, counts))?;
            }
            // What becomes of it the play sees.
            Demand::Page(imsi) => {
                let _ = self.with_mme(|at, node, mme| mme.page(at, node, imsi))?;
            }
            Demand::Detach { imsi, reattach } => {
                let _ = self.with_mme(|at, node, mme| mme.detach(at, node, imsi, reattach))?;
            }
            Demand::Reauthenticate(imsi) => {
                let _ = self.with_mme(|at, node, mme| mme.reauthenticate(at, node, imsi))?;
            }
            Demand::Inspect(imsi) => {
                let facts = self.with_mme(|_, _, mme| mme.context(imsi).map(ContextFacts::from))?;
                station.with_play(|play| play.inspected(imsi, facts));
            }
            Demand::Finished(verdict) => {
                return Ok(Some(Verdict {
                    as_named: verdict.as_named,
                    what: verdict.what,
                    why: verdict.why,
                }));
            }
        }
        Ok(None)
    }

    fn show(journal: &mut Journal, wall: Duration, event: &EnbEvent) {
        journal.ran_event(wall, event, &journal::SAID);
    }

    fn join((): &(), enb: &mut Enb, n: u32) -> Result<Option<UeId>> {
        let Some(subscriber) = Population::new().subscriber(n) else {
            return Ok(None);
        };
        let configuration = Arc::new(Configuration {
            automatic: false,
            ..Configuration::default()
        });
        let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default())?;
        let ue = Ue::new(configuration, device(n)?, Some(card), serving_plmn());
        Ok(Some(enb.add_ue(ue)))
    }

    fn begin(enb: &mut Enb, now: Duration, ue: UeId) {
        enb.start(now, ue, Start::ATTACH);
    }

    fn ended(event: &EnbEvent) -> Option<(UeId, Result<(), String>)> {
        Some(match event {
            EnbEvent::Ue(ue, Event::Registered { .. }) => (*ue, Ok(())),
            EnbEvent::Ue(ue, Event::Rejected { cause, .. }) => {
                (*ue, Err(format!("rejected: {}", words::cause(*cause))))
            }
            EnbEvent::Ue(ue, Event::AuthenticationRejected) => (*ue, Err("AUTHENTICATION REJECT".to_owned())),
            EnbEvent::Ue(
                ue,
                Event::Abandoned {
                    procedure: Procedure::Attach,
                    why,
                    ..
                },
            ) => (*ue, Err(words::abandoned(*why))),
            EnbEvent::NotConnected(ue, why) => (*ue, Err(format!("no connection: {why:?}"))),
            _ => return None,
        })
    }

    fn release(enb: &mut Enb, ue: UeId) {
        enb.release(ue, Cause::USER_INACTIVITY);
    }
}

impl Cellular for Network {
    fn core(&self) -> Result<SctpRemote> {
        self.mme()
    }

    fn hang_up(&self, board: Option<Rc<Board<Self>>>) {
        *self.boards.borrow_mut() = board;
    }

    fn about(report: &MmeEvent) -> About {
        match report {
            MmeEvent::Associated { association, .. } => About::New(*association),
            MmeEvent::EnbSetUp { association, .. }
            | MmeEvent::EnbRefused { association, .. }
            | MmeEvent::EnbLost { association, .. }
            | MmeEvent::S1 { association, .. }
            | MmeEvent::Emm { association, .. } => About::Of(*association),
            _ => About::Nobody,
        }
    }
}
