//! Plays the labs of LTE, 5GS and IMS: scenarios one after another, then the load.

use super::capture::Capture;
use super::diagnosis::Watch;
use super::director::Director;
use super::hss::{Keeping, provision};
use super::journal::Journal;
use super::load::{Load, Report};
use super::outcome::{Played, finding, print_verdict, summary};
use super::screen::{Show, progress};
use super::technology::{Listed, Plays, RanOf, Station, Technology, Verdict};
use super::{Arguments, MAX_LADDER_UES, Place, chosen, fgs, ims, lte, print_kept, print_keys, print_passed};
use crate::output::{Finding, print_json};
use crate::signals::Termination;
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use quintet_sim::demo::Population;
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use serde::Serialize;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

/// The most UEs whose registrations are captured unless a file is named: some 20 KiB each.
const MAX_CAPTURED_UES: u32 = 10_000;

/// How often the load looks whether it is over.
const LOOK: Duration = Duration::from_millis(20);

/// The technologies to play, in this order.
#[derive(Clone, Copy)]
pub(super) struct Bill {
    pub(super) lte: bool,
    pub(super) fgs: bool,
    pub(super) ims: bool,
}

impl Bill {
    /// Everything.
    pub(super) const ALL: Self = Self {
        lte: true,
        fgs: true,
        ims: true,
    };

    /// What it is called in the answer.
    fn name(self) -> String {
        let names: Vec<&str> = self.list().iter().map(|(name, _)| *name).collect();
        names.join("+")
    }

    /// Whether nothing is on it.
    pub(super) const fn is_empty(self) -> bool {
        !(self.lte || self.fgs || self.ims)
    }

    /// The scenarios of each technology.
    pub(super) fn list(self) -> Vec<(&'static str, Vec<Listed>)> {
        let mut all = Vec::new();
        if self.lte {
            all.push((lte::Network::NAME, lte::Network::list()));
        }
        if self.fgs {
            all.push((fgs::Network::NAME, fgs::Network::list()));
        }
        if self.ims {
            all.push((ims::Network::NAME, ims::Network::list()));
        }
        all
    }

    /// Their names, and what they show.
    pub(super) fn names(self) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
        let pairs = |list: Vec<Listed>| list.iter().map(|listed| (listed.name, listed.about)).collect();
        self.list()
            .into_iter()
            .map(|(technology, list)| (technology, pairs(list)))
            .collect()
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    technology: String,
    passed: bool,
    seed: u64,
    scenarios: &'a [Played],
    /// Of one technology.
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<&'a Report>,
    /// Of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    loads: Option<&'a [Report]>,
    message_count: u64,
    capture: Option<String>,
    /// The keys of the capture's ESP, as Wireshark reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    esp_keys: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

/// What is played on, and what has been played.
struct Stage<'a> {
    arguments: &'a Arguments,
    place: &'a Place,
    seed: u64,
    /// The scenarios asked for by name.
    names: Vec<&'static str>,
    termination: Termination,
    capture: Option<Capture>,
    played: Vec<Played>,
    loads: Vec<Report>,
    message_count: u64,
    /// The reader of the ladder went away.
    broken: bool,
    interrupted: bool,
}

pub(super) async fn lab(bill: Bill, arguments: &Arguments) -> Result<Finding> {
    let known: Vec<_> = bill.names().into_iter().flat_map(|(_, names)| names).collect();
    let names = chosen(&arguments.scenario, &known)?;
    let place = Place::find(arguments)?;
    let ground = match bill.ims {
        true => Some(Rc::new(ims::Ground::choose(arguments.ipsec, arguments.patience)?)),
        false => None,
    };
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => quintet_runtime::Drbg::new().context("no entropy")?.next_u64() >> 32,
    };
    let mut stage = Stage {
        arguments,
        place: &place,
        seed,
        names,
        termination: Termination::register()?,
        capture: capture(bill, ground.as_ref(), arguments, &place)?,
        played: Vec::new(),
        loads: Vec::new(),
        message_count: 0,
        broken: false,
        interrupted: false,
    };
    let mut outcome = Ok(());
    if bill.lte {
        outcome = stage.act::<lte::Network>(&()).await;
    }
    if bill.fgs && outcome.is_ok() && stage.goes_on() {
        outcome = stage.act::<fgs::Network>(&()).await;
    }
    if let Some(ground) = ground.filter(|_| outcome.is_ok() && stage.goes_on()) {
        outcome = stage.act::<ims::Network>(&ground).await;
    }
    stage.tell(bill, outcome)
}

/// The one capture of all technologies.
fn capture(
    bill: Bill,
    ground: Option<&Rc<ims::Ground>>,
    arguments: &Arguments,
    place: &Place,
) -> Result<Option<Capture>> {
    let captured = arguments.pcap.is_some() || arguments.ues.is_none_or(|ues| ues <= MAX_CAPTURED_UES);
    if !captured {
        return Ok(None);
    }
    let mut names = Vec::new();
    let mut interfaces = Vec::new();
    if bill.lte {
        names.extend(lte::Network::names(&()));
        interfaces.push(lte::Network::INTERFACES);
    }
    if bill.fgs {
        names.extend(fgs::Network::names(&()));
        interfaces.push(fgs::Network::INTERFACES);
    }
    if let Some(ground) = ground {
        names.extend(ims::Network::names(ground));
        interfaces.push(ims::Network::INTERFACES);
    }
    let interfaces = interfaces.join("; ");
    let mut capture = Capture::create(arguments.pcap.as_deref(), &place.captures(), &interfaces, &names)?;
    if bill.ims {
        capture = capture.with_keys()?;
    }
    Ok(Some(capture.watched(Watch::new())))
}

impl Stage<'_> {
    /// Whether anybody wants more.
    const fn goes_on(&self) -> bool {
        !self.broken && !self.interrupted
    }

    /// Which scenarios of a technology are played: all, unless some are named or UEs are asked for alone.
    fn cast(&self, list: &[Listed]) -> Vec<usize> {
        if self.names.is_empty() && self.arguments.ues.is_none() {
            return (0..list.len()).collect();
        }
        let place = |name: &&str| list.iter().position(|listed| listed.name == *name);
        self.names.iter().filter_map(place).collect()
    }

    /// Plays what is to be played of one technology.
    async fn act<T: Technology>(&mut self, ground: &T::Ground) -> Result<()> {
        let list = T::list();
        let cast = self.cast(&list);
        if cast.is_empty() && self.arguments.ues.is_none() {
            return Ok(());
        }
        let cells: Vec<(Listed, T::Ran, T::Play)> = (0..)
            .zip(cast)
            .map(|(number, place)| {
                let (ran, play) = T::cell(ground, place, number, self.seed);
                (list[place], ran, play)
            })
            .collect();
        let database = self.place.directory().join("quintet-lab.db");
        let contexts = self.place.directory().join(T::CONTEXTS);
        let ues = self.arguments.ues.unwrap_or(0);
        let (everybody, in_ims) = (subscribers::<T>(ues, &cells), ims_subscriptions::<T>(ues, &cells));
        let keeping = match self.arguments.keep {
            Some(_) => {
                provision(&database, everybody, in_ims)?;
                Keeping::Database(&database)
            }
            None => Keeping::in_memory(everybody, in_ims)?,
        };
        let show = if self.arguments.json {
            Show::Nothing
        } else {
            Show::Ladder
        };
        let journal = Journal::new(T::LANGUAGE, self.capture.take(), show, self.arguments.show_keys);
        let journal = Rc::new(RefCell::new(journal));
        let mut network = T::start(ground, (keeping, &contexts), &journal).await?;
        let mut performance = Performance {
            ground,
            arguments: self.arguments,
            seed: self.seed,
            journal: &journal,
            played: &mut self.played,
            loads: &mut self.loads,
        };
        let outcome = tokio::select! {
            outcome = performance.play_all::<T>(&mut network, cells) => Some(outcome),
            _ = self.termination.received() => None,
        };
        let stopped = match &outcome {
            Some(_) => network.stop().await,
            // Everything ends with the process.
            None => Ok(()),
        };
        let mut journal = journal.borrow_mut();
        journal.end();
        self.message_count += journal.total();
        self.broken = journal.screen().is_broken() && !self.arguments.json;
        self.capture = journal.take_capture();
        self.interrupted = outcome.is_none();
        outcome.unwrap_or(Ok(()))?;
        stopped
    }

    /// Says how it all ended.
    fn tell(mut self, bill: Bill, outcome: Result<()>) -> Result<Finding> {
        if let Some(capture) = &mut self.capture {
            capture.finish()?;
        }
        let found = finding(&self.played, &self.loads);
        if outcome.is_ok() && !self.interrupted && self.broken {
            return Ok(found);
        }
        let passed = outcome.is_ok() && !self.interrupted && found == Finding::Positive;
        let capture: Option<PathBuf> = self.capture.as_ref().map(|capture| capture.path().to_owned());
        let keys = self.capture.as_mut().and_then(Capture::keys);
        let keys = keys.and_then(|keys| keys.path().map(Path::to_owned));
        let database = self.place.directory().join("quintet-lab.db");
        let database = self.arguments.keep.as_ref().map(|_| database);
        if self.arguments.json {
            let one = (bill.list().len() == 1).then(|| self.loads.first()).flatten();
            let answer = Answer {
                technology: bill.name(),
                passed,
                seed: self.seed,
                scenarios: &self.played,
                load: one,
                loads: (one.is_none() && !self.loads.is_empty()).then_some(&self.loads[..]),
                message_count: self.message_count,
                capture: capture.map(|path| path.display().to_string()),
                esp_keys: keys.map(|path| path.display().to_string()),
                database: database.map(|path| path.display().to_string()),
            };
            print_json("quintet.lab/1", &answer)?;
        } else {
            summary(&self.played, &self.loads, self.seed)?;
            let all = self.played.len() + self.loads.len();
            let good = self.played.iter().filter(|played| played.is_good()).count()
                + self.loads.iter().filter(|load| load.failed == 0).count();
            match capture {
                Some(capture) => {
                    print_kept((good, all), &capture, database.as_deref())?;
                    if let Some(keys) = keys {
                        print_keys(&keys)?;
                    }
                }
                None => print_passed(good, all)?,
            }
        }
        if self.interrupted {
            bail!("interrupted; the capture holds what passed until then");
        }
        outcome?;
        Ok(found)
    }
}

/// Everybody the home network must know.
fn subscribers<T: Technology>(
    ues: u32,
    cells: &[(Listed, RanOf<T>, T::Play)],
) -> impl Iterator<Item = Subscriber> + use<'_, T> {
    let population = Population::new();
    let crowd = (0..ues).filter_map(move |n| population.subscriber(n));
    cells
        .iter()
        .flat_map(|(_, _, play)| play.subscribers())
        .chain(crowd)
}

/// Who of them is who in the IMS.
fn ims_subscriptions<T: Technology>(
    ues: u32,
    cells: &[(Listed, RanOf<T>, T::Play)],
) -> impl Iterator<Item = ImsSubscription> + use<'_, T> {
    let population = Population::new();
    let crowd = (0..ues).filter_map(move |n| T::ims_subscription(&population.subscriber(n)?));
    cells
        .iter()
        .flat_map(|(_, _, play)| play.ims_subscriptions())
        .chain(crowd)
}

/// One technology being played.
struct Performance<'a, G> {
    ground: &'a G,
    arguments: &'a Arguments,
    seed: u64,
    journal: &'a Rc<RefCell<Journal>>,
    played: &'a mut Vec<Played>,
    loads: &'a mut Vec<Report>,
}

impl<G> Performance<'_, G> {
    /// Plays all scenarios, one after another, then the load.
    async fn play_all<T: Technology<Ground = G>>(
        &mut self,
        network: &mut T,
        cells: Vec<(Listed, T::Ran, T::Play)>,
    ) -> Result<()> {
        // Beside a ladder there is no room for a bar.
        let bar = match self.arguments.json {
            true => progress(cells.len() as u64, "{pos}/{len} scenarios"),
            false => ProgressBar::hidden(),
        };
        for (number, (listed, ran, play)) in cells.into_iter().enumerate() {
            bar.set_message(listed.name);
            let ended = self.play(network, (number, listed), ran, play).await?;
            let seen = !self.arguments.json;
            if seen && !self.journal.borrow_mut().screen().is_broken() {
                print_verdict(&ended)?;
            }
            self.played.push(ended);
            bar.inc(1);
            if seen && self.journal.borrow_mut().screen().is_broken() {
                break;
            }
        }
        bar.finish_and_clear();
        if let Some(ues) = self.arguments.ues {
            let report = self.load(network, ues).await?;
            self.loads.push(report);
        }
        Ok(())
    }

    /// Plays one scenario to its end.
    async fn play<T: Technology<Ground = G>>(
        &mut self,
        network: &mut T,
        (number, listed): (usize, Listed),
        ran: T::Ran,
        play: T::Play,
    ) -> Result<Played> {
        let began = super::now();
        let subscribers = play.subscribers();
        {
            let mut journal = self.journal.borrow_mut();
            journal.begin(listed.name, listed.about, number, listed.several);
            if let Some(capture) = journal.capture() {
                capture.begin(T::expected(listed.name), &subscribers);
            }
        }
        network.settled().await?;
        let station = T::Station::start(network, ran, self.journal).await?;
        station.direct(Director::Play(Box::new(play)));
        let verdict = self.serve(network, &station).await;
        station.stop(network).await;
        let (messages, message_count, path) = self.journal.borrow_mut().end();
        let diagnosis = self.journal.borrow_mut().capture().and_then(Capture::diagnose);
        let Verdict { as_named, what, why } = verdict.with_context(|| format!("scenario {}", listed.name))?;
        Ok(Played {
            technology: T::NAME,
            name: listed.name,
            about: listed.about,
            as_named,
            ended: what,
            why,
            reached: path.reached(),
            symptom: path.symptom(),
            diagnosis,
            seconds: began.elapsed().as_secs_f64(),
            message_count,
            messages,
        })
    }

    /// Does what a play wants until it is over.
    async fn serve<T: Technology<Ground = G>>(
        &self,
        network: &mut T,
        station: &T::Station,
    ) -> Result<Verdict> {
        loop {
            let demand = station.post().demands.borrow_mut().pop_front();
            match demand {
                Some(demand) => {
                    if let Some(verdict) = network.serve(self.journal, station, demand).await? {
                        return Ok(verdict);
                    }
                }
                None => station.post().news.notified().await,
            }
        }
    }

    /// Lets many UEs register.
    async fn load<T: Technology<Ground = G>>(&mut self, network: &mut T, ues: u32) -> Result<Report> {
        let shown = ues <= MAX_LADDER_UES && !self.arguments.json;
        let bar = if shown {
            ProgressBar::hidden()
        } else {
            progress(u64::from(ues), "{pos}/{len} UEs, {per_sec}")
        };
        let mut ran = T::empty_cell(self.ground, shown);
        // Without a seed they come in the order of their IMSIs.
        let seed = self.arguments.seed.map(|_| self.seed);
        let load = Load::<T>::new(
            ues,
            (self.arguments.rate, seed),
            (self.ground, &mut ran),
            bar.clone(),
        )?;
        network.settled().await?;
        {
            let mut journal = self.journal.borrow_mut();
            if ues > MAX_LADDER_UES {
                journal.screen().show(Show::Nothing);
            }
            journal.begin(T::CROWD.0, T::CROWD.1, 0, true);
            if ues > MAX_LADDER_UES {
                journal.hurry();
            }
        }
        let station = T::Station::start(network, ran, self.journal).await?;
        station.direct(Director::Load(Box::new(load)));
        let report = loop {
            tokio::time::sleep(LOOK).await;
            if let Some(report) = station.load_report() {
                break report;
            }
        };
        bar.finish_and_clear();
        station.stop(network).await;
        if ues > MAX_LADDER_UES && !self.arguments.json {
            self.journal.borrow_mut().screen().show(Show::Ladder);
        }
        Ok(report)
    }
}
