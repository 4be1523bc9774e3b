//! `quintet lab ims`: UEs, a P-CSCF, an I-CSCF, an S-CSCF and an HSS in one process; SIP over UDP and TCP, IPsec, Cx over TCP,
//! on loopback addresses, without privileges.
//!
//! ```text
//!  Access (Ues, Play) ══SIP, in ESP or bare══► Pcscf ──SIP──► Icscf ──SIP──► Scscf
//!     │  ▲                                      │              └─Cx─► Line ◄─Cx─┘
//!     │  └── Demand: end, restart, inspect …    │ taps, reports         └► Hss
//!     └───────────────► Journal ◄───────────────┘
//! ```

mod access;
mod core;
mod crowd;
mod ground;
mod inspect;
mod journal;
mod keys;
mod network;
mod view;
mod words;

pub(super) use ground::{Ground, Ipsec};
pub(super) use keys::KeyFile;
pub(super) use network::Network;

use super::capture::{HSS as HSS_ADDRESS, address};
use super::diagnosis::Expected;
use super::hss::Keeping;
use super::journal::{Journal, Language, UE};
use super::line::Condition as LineCondition;
use super::load::Sort;
use super::technology::{Listed, SEVERAL, Station, Technology, Verdict};
use crate::ladder::Tone;
use access::{Access, AccessStation};
use anyhow::Result;
use quintet_cx::ReasonCode;
use quintet_runtime::Clock;
use quintet_sim::ims::{
    Condition, Demand, Play, Provision, SCENARIOS, Settings, SimEvent, Step, Ues, scenario, subscription,
};
use quintet_sim::radio::UeId;
use quintet_subscriber::ims::{Deregister, ImsSubscription};
use quintet_subscriber::model::Subscriber;
use std::cell::RefCell;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

impl Technology for Network {
    type Ran = Access;
    type Play = Play;
    type Station = AccessStation;
    type Ground = Rc<Ground>;

    const NAME: &'static str = "ims";
    const INTERFACES: &'static str = "Gm, Mw and Cx";
    const CROWD: (&'static str, &'static str, Sort) = (
        "crowd",
        "many UEs register: rate, latency, failures",
        Sort::Registered,
    );
    const LANGUAGE: Language = journal::LANGUAGE;
    const CONTEXTS: &'static str = "quintet-lab-scscf.db";

    fn list() -> Vec<Listed> {
        let listed = SCENARIOS.iter().map(|scenario| Listed {
            name: scenario.name,
            about: scenario.about,
            several: scenario.many
                || scenario
                    .steps
                    .iter()
                    .any(|step| matches!(step, Step::Witness | Step::Intruder(_))),
        });
        listed.collect()
    }

    fn names(ground: &Rc<Ground>) -> Vec<(IpAddr, String)> {
        let mut names = vec![(address(HSS_ADDRESS), "HSS".to_owned())];
        names.extend(ground.names());
        names
    }

    fn expected(name: &'static str) -> Expected {
        scenario(name).map_or_else(Expected::unknown, Expected::of_ims)
    }

    fn cell(ground: &Rc<Ground>, place: usize, number: u32, seed: u64) -> (Access, Play) {
        let timers = core::timers(ground);
        let first = ground.play(number);
        let settings = Settings {
            seed,
            ues: SEVERAL,
            timers,
            pcscf: ground.access(),
            first_address: first,
            port: ground.ue_port,
        };
        let mut ues = Ues::new(timers.air, seed ^ u64::from(number));
        let mut play = Play::new(&SCENARIOS[place], settings, &mut ues).expect("a new node has room");
        // NATs stand before anything happens; nothing else is wanted so early.
        let mut nat = Vec::new();
        while let Some(demand) = play.poll_demand() {
            if let Demand::Nat(inside) = demand {
                nat.push((inside, ground.nat(nat.len() as u8)));
            }
        }
        (Access { ues, nat, first }, play)
    }

    fn empty_cell(ground: &Rc<Ground>, _: bool) -> Access {
        crowd::nobody(ground)
    }

    fn ims_subscription(subscriber: &Subscriber) -> Option<ImsSubscription> {
        subscription(subscriber, Provision::Ordinary).ok()
    }

    async fn start(
        ground: &Rc<Ground>,
        home: (Keeping<'_>, &Path),
        journal: &Rc<RefCell<Journal>>,
    ) -> Result<Self> {
        Self::begin(ground, home, journal).await
    }

    async fn settled(&mut self) -> Result<()> {
        self.connected().await
    }

    async fn stop(self) -> Result<()> {
        self.end().await
    }

    fn clock(&self) -> Clock {
        self.clock
    }

    async fn serve(
        &mut self,
        journal: &Rc<RefCell<Journal>>,
        station: &AccessStation,
        demand: Demand,
    ) -> Result<Option<Verdict>> {
        let wall = self.clock.moment().wall;
        let note = |lifeline: usize, text: String| {
            journal.borrow_mut().note(wall, lifeline, text, Tone::Plain);
        };
        match demand {
            Demand::Hss(Condition::Running) => {
                note(journal::HSS, "answers again".to_owned());
                self.connected().await?;
            }
            Demand::Hss(Condition::Unreachable) => {
                note(journal::HSS, "cannot be reached".to_owned());
                self.set_line(LineCondition::Cut);
            }
            Demand::RestartScscf(how) => {
                let how_told = format!("{how:?}").to_lowercase();
                note(journal::SCSCF, format!("restarts: {how_told}"));
                self.restart_scscf(how).await?;
            }
            Demand::Deregister(imsi) => self.hss.with(|_, _, application| {
                let reason = ReasonCode::PERMANENT_TERMINATION;
                application.hss().deregister_ims(imsi, Deregister::All, reason);
            }),
            // It stands already.
            Demand::Nat(_) => {}
            Demand::Inspect(whom) => {
                let facts = self.inspect(&whom)?;
                station.with_play(|play| play.inspected(&whom.impi, facts));
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

    fn show(journal: &mut Journal, wall: Duration, event: &SimEvent) {
        if journal.is_mute() {
            return;
        }
        if let Some((text, tone)) = words::user(&event.what) {
            let text = journal.of_ue(UeId(event.user.0), text);
            journal.note(wall, UE, text, tone);
        }
    }

    fn join(ground: &Rc<Ground>, access: &mut Access, n: u32) -> Result<Option<UeId>> {
        crowd::join(ground, access, n)
    }

    fn begin(access: &mut Access, now: Duration, ue: UeId) {
        crowd::begin(access, now, ue);
    }

    fn ended(event: &SimEvent) -> Option<(UeId, Result<(), String>)> {
        crowd::ended(event)
    }

    // It stays registered: an IMS knows no idle state.
    fn release(_: &mut Access, _: UeId) {}
}
