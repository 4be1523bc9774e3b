//! Plays the labs of LTE and 5GS: scenarios one after another, then the load.

use super::capture::Capture;
use super::diagnosis::Watch;
use super::hss::{Keeping, provision};
use super::journal::Journal;
use super::load::{Load, Report};
use super::outcome::{Played, finding, print_verdict, summary};
use super::ran::{Director, RanStation};
use super::screen::{Show, progress};
use super::technology::{Listed, Plays, RanOf, Technology, Verdict};
use super::{Arguments, MAX_LADDER_UES, Place, chosen, fgs, lte, print_kept, print_passed};
use crate::output::{Finding, print_json};
use crate::signals::Termination;
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use quintet_sim::demo::Population;
use quintet_subscriber::model::Subscriber;
use serde::Serialize;
use std::cell::RefCell;
use std::path::PathBuf;
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
}

impl Bill {
    /// What it is called in the answer.
    fn name(self) -> &'static str {
        match (self.lte, self.fgs) {
            (true, true) => "lte+5g",
            (false, true) => fgs::Network::NAME,
            _ => lte::Network::NAME,
        }
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
    technology: &'static str,
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
        capture: capture(bill, arguments, &place)?,
        played: Vec::new(),
        loads: Vec::new(),
        message_count: 0,
        broken: false,
        interrupted: false,
    };
    let mut outcome = Ok(());
    if bill.lte {
        outcome = stage.act::<lte::Network>().await;
    }
    if bill.fgs && outcome.is_ok() && !stage.broken && !stage.interrupted {
        outcome = stage.act::<fgs::Network>().await;
    }
    stage.tell(bill, outcome)
}

/// The one capture of all technologies.
fn capture(bill: Bill, arguments: &Arguments, place: &Place) -> Result<Option<Capture>> {
    let captured = arguments.pcap.is_some() || arguments.ues.is_none_or(|ues| ues <= MAX_CAPTURED_UES);
    if !captured {
        return Ok(None);
    }
    let mut names = Vec::new();
    let mut interfaces = Vec::new();
    if bill.lte {
        names.extend(lte::Network::names());
        interfaces.push(lte::Network::INTERFACES);
    }
    if bill.fgs {
        names.extend(fgs::Network::names());
        interfaces.push(fgs::Network::INTERFACES);
    }
    let interfaces = interfaces.join("; ");
    let capture = Capture::create(arguments.pcap.as_deref(), &place.captures(), &interfaces, &names)?;
    Ok(Some(capture.watched(Watch::new())))
}

impl Stage<'_> {
    /// Which scenarios of a technology are played: all, unless some are named or UEs are asked for alone.
    fn cast(&self, list: &[Listed]) -> Vec<usize> {
        if self.names.is_empty() && self.arguments.ues.is_none() {
            return (0..list.len()).collect();
        }
        let place = |name: &&str| list.iter().position(|listed| listed.name == *name);
        self.names.iter().filter_map(place).collect()
    }

    /// Plays what is to be played of one technology.
    async fn act<T: Technology>(&mut self) -> Result<()> {
        let list = T::list();
        let cast = self.cast(&list);
        if cast.is_empty() && self.arguments.ues.is_none() {
            return Ok(());
        }
        let cells: Vec<(Listed, T::Ran, T::Play)> = (0..)
            .zip(cast)
            .map(|(number, place)| {
                let (ran, play) = T::cell(place, number, self.seed);
                (list[place], ran, play)
            })
            .collect();
        let database = self.place.directory().join("quintet-lab.db");
        let contexts = self.place.directory().join(T::CONTEXTS);
        let everybody = subscribers::<T>(self.arguments.ues.unwrap_or(0), &cells);
        let keeping = match self.arguments.keep {
            Some(_) => {
                provision(&database, everybody)?;
                Keeping::Database(&database)
            }
            None => Keeping::in_memory(everybody)?,
        };
        let show = if self.arguments.json {
            Show::Nothing
        } else {
            Show::Ladder
        };
        let journal = Journal::new(T::LANGUAGE, self.capture.take(), show, self.arguments.show_keys);
        let journal = Rc::new(RefCell::new(journal));
        let mut network = T::start(keeping, &contexts, &journal).await?;
        let mut performance = Performance {
            arguments: self.arguments,
            seed: self.seed,
            journal: &journal,
            played: &mut self.played,
            loads: &mut self.loads,
        };
        let outcome = tokio::select! {
            outcome = performance.play_all(&mut network, cells) => Some(outcome),
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
        let database = self.place.directory().join("quintet-lab.db");
        let database = self.arguments.keep.as_ref().map(|_| database);
        if self.arguments.json {
            let one = (!(bill.lte && bill.fgs)).then(|| self.loads.first()).flatten();
            let answer = Answer {
                technology: bill.name(),
                passed,
                seed: self.seed,
                scenarios: &self.played,
                load: one,
                loads: (one.is_none() && !self.loads.is_empty()).then_some(&self.loads[..]),
                message_count: self.message_count,
                capture: capture.map(|path| path.display().to_string()),
                database: database.map(|path| path.display().to_string()),
            };
            print_json("quintet.lab/1", &answer)?;
        } else {
            summary(&self.played, &self.loads, self.seed)?;
            let all = self.played.len() + self.loads.len();
            let good = self.played.iter().filter(|played| played.is_good()).count()
                + self.loads.iter().filter(|load| load.failed == 0).count();
            match capture {
                Some(capture) => print_kept((good, all), &capture, database.as_deref())?,
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

/// One technology being played.
struct Performance<'a> {
    arguments: &'a Arguments,
    seed: u64,
    journal: &'a Rc<RefCell<Journal>>,
    played: &'a mut Vec<Played>,
    loads: &'a mut Vec<Report>,
}

impl Performance<'_> {
    /// Plays all scenarios, one after another, then the load.
    async fn play_all<T: Technology>(
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
    async fn play<T: Technology>(
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
        let station = RanStation::start(network, ran, self.journal).await?;
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
    async fn serve<T: Technology>(&self, network: &mut T, station: &RanStation<T>) -> Result<Verdict> {
        loop {
            let demand = station.board.demands.borrow_mut().pop_front();
            match demand {
                Some(demand) => {
                    if let Some(verdict) = network.serve(self.journal, station, demand).await? {
                        return Ok(verdict);
                    }
                }
                None => station.board.news.notified().await,
            }
        }
    }

    /// Lets many UEs register.
    async fn load<T: Technology>(&mut self, network: &mut T, ues: u32) -> Result<Report> {
        let shown = ues <= MAX_LADDER_UES && !self.arguments.json;
        let bar = if shown {
            ProgressBar::hidden()
        } else {
            progress(u64::from(ues), "{pos}/{len} UEs, {per_sec}")
        };
        let mut ran = T::empty_cell(shown);
        // Without a seed they come in the order of their IMSIs.
        let seed = self.arguments.seed.map(|_| self.seed);
        let load = Load::<T>::new(ues, (self.arguments.rate, seed), &mut ran, bar.clone())?;
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
        let station = RanStation::start(network, ran, self.journal).await?;
        station.direct(Director::Load(Box::new(load)));
        let report = loop {
            tokio::time::sleep(LOOK).await;
            let over = station
                .driver
                .with(|_, _, application| match &mut application.director {
                    Director::Load(load) if load.is_over() => Some(load.report()),
                    _ => None,
                });
            if let Some(report) = over {
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
