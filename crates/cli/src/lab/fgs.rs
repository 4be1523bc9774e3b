//! `quintet lab 5g`: UEs, a gNB, an AMF, an AUSF and a UDM in one process; NGAP over SCTP over UDP and HTTP/2 over TCP, on the
//! loopback address, without privileges.
//!
//! ```text
//!  Gnb (UEs, Play) ──NGAP/SCTP/UDP──► Amf ──HTTP/2──► Line ──► Ausf ──HTTP/2──► Line ──► Udm
//!        │  ▲                          │ └──────────────────HTTP/2─────────────────┘ ▲
//!        │  └── Demand: restart, cut … │ taps, reports                               reports
//!        └──────────────► Journal ◄────┴──────────────────────────────────────────────┘
//! ```

mod gnb;
mod journal;
mod network;
mod view;
mod words;

pub(super) use network::Network;

use super::diagnosis::Expected;
use super::hss::Keeping;
use super::journal::{CORE, FIRST_RAN_ADDRESS, Journal, Language, RAN_ADDRESSES};
use super::line;
use super::load::{Sort, device};
use super::ran::{Board, RanStation};
use super::technology::{About, Cellular, Listed, SEVERAL, Station, TIMER_DIVISOR, Technology, Verdict};
use super::words::told_counts;
use crate::ladder::Tone;
use anyhow::{Context, Result};
use gnb::Report;
use network::tai;
use quintet_amf::AmfEvent;
use quintet_fgmm::ue::{Concealment, Configuration, Event, Identity, Procedure, Start, Subscription};
use quintet_identity::{RoutingIndicator, Supi};
use quintet_ngap::Cause;
use quintet_runtime::Clock;
use quintet_runtime::sctp::SctpRemote;
use quintet_sim::Usim;
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::fgs::{
    Condition, ContextFacts, Demand, LabTimers, PROFILE_A_KEY_ID, Play, SCENARIOS, Settings, Step,
    home_network_keys, scenario, serving_plmn,
};
use quintet_sim::gnb::{Gnb, GnbConfig, GnbEvent, Ue, UeId};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Where the nodes are in the capture: the end of the address.
const UDM_ADDRESS: u8 = 1;
const AUSF_ADDRESS: u8 = 2;
const AMF_ADDRESS: u8 = 10;

/// An address of the capture: beside those of LTE.
fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 5, last).into()
}

/// What a line to a network function is like.
fn condition(condition: Condition) -> (line::Condition, String) {
    match condition {
        Condition::Running => (line::Condition::Open, "answers again".to_owned()),
        Condition::Unreachable => (line::Condition::Cut, "cannot be reached".to_owned()),
        Condition::Slow => {
            let late = LabTimers::divided(TIMER_DIVISOR).slow;
            let text = format!("answers {} ms late", late.as_millis());
            (line::Condition::Late(late), text)
        }
    }
}

impl Technology for Network {
    type Ran = Gnb;
    type Play = Play;
    type Station = RanStation<Self>;
    type Ground = ();

    const NAME: &'static str = "5g";
    const INTERFACES: &'static str = "N2, N12, N13 and N8";
    const CROWD: (&'static str, &'static str, Sort) = (
        "crowd",
        "many UEs register: rate, latency, failures",
        Sort::Registered,
    );
    const LANGUAGE: Language = journal::LANGUAGE;
    const CONTEXTS: &'static str = "quintet-lab-amf.db";

    fn list() -> Vec<Listed> {
        let listed = SCENARIOS.iter().map(|scenario| Listed {
            name: scenario.name,
            about: scenario.about,
            several: scenario.many || scenario.steps.iter().any(|step| matches!(step, Step::Witness)),
        });
        listed.collect()
    }

    fn names((): &()) -> Vec<(IpAddr, String)> {
        let gnbs = (0..RAN_ADDRESSES).map(|n| (address(FIRST_RAN_ADDRESS + n), format!("gNB-{}", n + 1)));
        let nodes = [(UDM_ADDRESS, "UDM"), (AUSF_ADDRESS, "AUSF"), (AMF_ADDRESS, "AMF")];
        let nodes = nodes.map(|(last, name)| (address(last), name.to_owned()));
        nodes.into_iter().chain(gnbs).collect()
    }

    fn expected(name: &'static str) -> Expected {
        scenario(name).map_or_else(Expected::unknown, Expected::of_fgs)
    }

    fn cell((): &(), place: usize, number: u32, seed: u64) -> (Gnb, Play) {
        let mut config = GnbConfig::new(format!("gNB-{}", number + 1), tai(), number + 1);
        config.nas_events = true;
        config.seed = seed;
        let mut gnb = Gnb::new(config);
        let settings = Settings {
            seed,
            ues: SEVERAL,
            timers: LabTimers::divided(TIMER_DIVISOR),
            serving: serving_plmn(),
        };
        let play = Play::new(&SCENARIOS[place], settings, &mut gnb);
        (gnb, play)
    }

    fn empty_cell((): &(), nas_events: bool) -> Gnb {
        let mut config = GnbConfig::new("gNB-1", tai(), 1);
        config.nas_events = nas_events;
        Gnb::new(config)
    }

    async fn start((): &(), home: (Keeping<'_>, &Path), journal: &Rc<RefCell<Journal>>) -> Result<Self> {
        Self::begin(home, journal).await
    }

    async fn settled(&mut self) -> Result<()> {
        self.set_ausf(line::Condition::Open);
        self.set_udm(line::Condition::Open);
        Ok(())
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
        station: &RanStation<Self>,
        demand: Demand,
    ) -> Result<Option<Verdict>> {
        let wall = self.clock.moment().wall;
        let note = |lifeline: usize, text: String| {
            journal.borrow_mut().note(wall, lifeline, text, Tone::Plain);
        };
        match demand {
            Demand::Ausf(how) => {
                let (line, text) = condition(how);
                note(journal::AUSF, text);
                self.set_ausf(line);
            }
            Demand::Udm(how) => {
                let (line, text) = condition(how);
                note(journal::UDM, text);
                self.set_udm(line);
            }
            Demand::RestartAmf(how) => {
                note(CORE, format!("restarts: {}", format!("{how:?}").to_lowercase()));
                self.restart_amf(how, station).await?;
            }
            Demand::SetCounts { supi, counts } => {
                note(CORE, format!("COUNTs set: {}", told_counts(&counts)));
                self.with_amf(|_, amf| amf.set_counts(&supi, counts))?;
            }
            // What becomes of it the play sees.
            Demand::Page(supi) => {
                let _ = self.with_amf(|at, amf| amf.page(at, &supi))?;
            }
            Demand::Deregister { supi, reregister } => {
                let _ = self.with_amf(|at, amf| amf.deregister(at, &supi, reregister))?;
            }
            Demand::Reauthenticate(supi) => {
                let _ = self.with_amf(|at, amf| amf.reauthenticate(at, &supi))?;
            }
            Demand::Inspect(supi) => {
                let facts = self.with_amf(|_, amf| amf.context(&supi).map(ContextFacts::from))?;
                station.with_play(|play| play.inspected(&supi, facts));
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

    fn show(journal: &mut Journal, wall: Duration, event: &GnbEvent) {
        journal.ran_event(wall, event, &journal::SAID);
    }

    fn join((): &(), gnb: &mut Gnb, n: u32) -> Result<Option<UeId>> {
        let Some(subscriber) = Population::new().subscriber(n) else {
            return Ok(None);
        };
        let configuration = Arc::new(Configuration {
            automatic: false,
            ..Configuration::new(serving_plmn())
        });
        let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default())?;
        let key = home_network_keys()
            .into_iter()
            .find(|(id, _)| *id == PROFILE_A_KEY_ID)
            .map(|(_, key)| *key.public_key())
            .context("the home network has no key of profile A")?;
        let (imei, imeisv) = device(n)?;
        let identity = Identity {
            subscription: Some(Subscription {
                supi: Supi::from(subscriber.imsi),
                home: home_plmn(),
                routing_indicator: RoutingIndicator::NONE,
                concealment: Concealment::Ecies {
                    key_id: PROFILE_A_KEY_ID,
                    key,
                },
            }),
            imei,
            imeisv,
        };
        Ok(Some(gnb.add_ue(Ue::new(
            configuration,
            identity,
            Some(card),
            n.into(),
        ))))
    }

    fn begin(gnb: &mut Gnb, now: Duration, ue: UeId) {
        gnb.start(now, ue, Start::REGISTER);
    }

    fn ended(event: &GnbEvent) -> Option<(UeId, Result<(), String>)> {
        Some(match event {
            GnbEvent::Ue(ue, Event::Registered { .. }) => (*ue, Ok(())),
            GnbEvent::Ue(ue, Event::Rejected { cause, .. }) => {
                (*ue, Err(format!("rejected: {}", words::cause(*cause))))
            }
            GnbEvent::Ue(ue, Event::AuthenticationRejected) => (*ue, Err("AUTHENTICATION REJECT".to_owned())),
            GnbEvent::Ue(
                ue,
                Event::Abandoned {
                    procedure: Procedure::Registration,
                    why,
                    ..
                },
            ) => (*ue, Err(words::abandoned(*why))),
            GnbEvent::NotConnected(ue, why) => (*ue, Err(format!("no connection: {why:?}"))),
            _ => return None,
        })
    }

    fn release(gnb: &mut Gnb, ue: UeId) {
        gnb.release(ue, Cause::USER_INACTIVITY);
    }
}

impl Cellular for Network {
    fn core(&self) -> Result<SctpRemote> {
        self.amf()
    }

    fn hang_up(&self, board: Option<Rc<Board<Self>>>) {
        *self.boards.borrow_mut() = board;
    }

    fn about(report: &Report) -> About {
        match report {
            Report::Amf(AmfEvent::Associated { association, .. }) => About::New(*association),
            Report::Amf(
                AmfEvent::GnbSetUp { association, .. }
                | AmfEvent::GnbRefused { association, .. }
                | AmfEvent::GnbLost { association, .. }
                | AmfEvent::N2 { association, .. }
                | AmfEvent::Fgmm { association, .. },
            ) => About::Of(*association),
            Report::Amf(_) => About::Nobody,
            Report::Ausf(_) | Report::Udm(_) => About::Everybody,
        }
    }
}
