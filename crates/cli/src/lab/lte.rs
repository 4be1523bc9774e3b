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
mod line;
mod load;
mod network;
mod reached;
mod view;
mod words;

use super::capture::{Capture, HSS, address};
use super::diagnosis::{Diagnosis, Watch};
use super::hss::{Keeping, provision};
use super::screen::{Show, progress};
use super::{Arguments, MAX_LADDER_UES, Place, chosen, print_kept, verdict_line};
use crate::output::{Finding, print_json};
use crate::signals::Termination;
use anyhow::{Context, Result, bail};
use enb::{Director, EnbApplication};
use indicatif::ProgressBar;
use journal::{ENB_ADDRESSES, FIRST_ENB_ADDRESS, Journal, MME_ADDRESS, Passed};
use line::Condition;
use load::{Load, Report};
use network::{EnbStation, Network, tai};
use quintet_nas::security::{NasCount, NasCounts};
use quintet_sim::demo::Population;
use quintet_sim::enb::{Enb, EnbConfig};
use quintet_sim::lte::{
    ContextFacts, Demand, Hss, LabTimers, Play, SCENARIOS, Scenario, Settings, Verdict, serving_plmn,
};
use quintet_subscriber::model::Subscriber;
use reached::{Path as SecurityPath, Reached};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// What the specification's timers are divided by: T3460 is 0.6 s, and all scenarios take half a minute. A T3410 of 1.5 s
/// outlasts a disk that is busy with something else.
const TIMER_DIVISOR: u32 = 10;

/// UEs of a scenario that takes several.
const SEVERAL: u32 = 4;

/// The most UEs whose attaches are captured unless a file is named: some 20 KiB each.
const MAX_CAPTURED_UES: u32 = 10_000;

/// How often the load looks whether it is over.
const LOOK: Duration = Duration::from_millis(20);

/// The load, as if it were a scenario.
const CROWD: (&str, &str) = ("crowd", "many UEs attach: rate, latency, failures");

/// How a scenario ended.
#[derive(Serialize)]
struct Played {
    name: &'static str,
    about: &'static str,
    /// Whether it ended as its name says it must.
    as_named: bool,
    /// What happened, in a line.
    ended: String,
    /// What was otherwise than it must be.
    why: Vec<String>,
    /// How far the security path came.
    reached: Reached,
    /// What one who looks at it would find odd about the path.
    symptom: Option<String>,
    /// What the doctor says of its frames.
    diagnosis: Option<Diagnosis>,
    seconds: f64,
    message_count: u64,
    messages: Vec<Passed>,
}

impl Played {
    /// Whether it ended as it must, and the doctor says so.
    fn is_good(&self) -> bool {
        self.as_named && self.diagnosis.as_ref().is_none_or(|diagnosis| diagnosis.named)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    technology: &'static str,
    passed: bool,
    seed: u64,
    scenarios: &'a [Played],
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<&'a Report>,
    message_count: u64,
    capture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

/// Names and lines of all scenarios.
pub(super) fn list() -> Vec<(&'static str, &'static str)> {
    SCENARIOS
        .iter()
        .map(|scenario| (scenario.name, scenario.about))
        .collect()
}

/// The scenarios to play: none if UEs are asked for alone.
fn cast(arguments: &Arguments) -> Result<Vec<&'static Scenario>> {
    let names = chosen(&arguments.scenario, &list())?;
    if names.is_empty() && arguments.ues.is_none() {
        return Ok(SCENARIOS.iter().collect());
    }
    let named = |name: &str| SCENARIOS.iter().find(|scenario| scenario.name == name);
    Ok(names.into_iter().filter_map(named).collect())
}

pub(super) async fn lab(arguments: &Arguments) -> Result<Finding> {
    let scenarios = cast(arguments)?;
    let place = Place::find(arguments)?;
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => quintet_runtime::Drbg::new().context("no entropy")?.next_u64() >> 32,
    };
    let database = place.directory().join("quintet-lab.db");
    let contexts = place.directory().join("quintet-lab-mme.db");
    let mut termination = Termination::register()?;
    let journal = Rc::new(RefCell::new(journal(arguments, &place)?));
    let cells: Vec<(Enb, Play)> = (0..)
        .zip(&scenarios)
        .map(|(n, scenario)| cell(n, scenario, seed))
        .collect();
    let everybody = subscribers(arguments.ues.unwrap_or(0), &cells);
    let keeping = match arguments.keep {
        Some(_) => {
            provision(&database, everybody)?;
            Keeping::Database(&database)
        }
        None => Keeping::in_memory(everybody)?,
    };
    let timers = LabTimers::divided(TIMER_DIVISOR);
    let mut network = Network::start((keeping, &contexts), timers, &journal).await?;
    let mut played = Vec::new();
    let mut load = None;
    let outcome = tokio::select! {
        outcome = play_all(&mut network, &journal, arguments, (cells, seed), (&mut played, &mut load)) => Some(outcome),
        _ = termination.received() => None,
    };
    let stopped = match &outcome {
        Some(_) => network.stop().await,
        // Everything ends with the process.
        None => Ok(()),
    };
    let mut journal = journal.borrow_mut();
    journal.end();
    if let Some(capture) = journal.capture() {
        capture.finish()?;
    }
    let capture = journal.capture().map(|capture| capture.path().to_owned());
    if let Some(outcome) = outcome.as_ref()
        && outcome.is_ok()
        && journal.screen().is_broken()
        && !arguments.json
    {
        return Ok(finding(&played, load.as_ref()));
    }
    let passed = matches!(outcome, Some(Ok(()))) && finding(&played, load.as_ref()) == Finding::Positive;
    if arguments.json {
        let answer = Answer {
            technology: "lte",
            passed,
            seed,
            scenarios: &played,
            load: load.as_ref(),
            message_count: journal.total(),
            capture: capture.map(|path| path.display().to_string()),
            database: arguments.keep.as_ref().map(|_| database.display().to_string()),
        };
        print_json("quintet.lab/1", &answer)?;
    } else {
        summary(&played, load.as_ref(), seed)?;
        let all = played.len() + usize::from(load.is_some());
        let good = played.iter().filter(|played| played.is_good()).count()
            + usize::from(load.as_ref().is_some_and(|load| load.failed == 0));
        let kept = arguments.keep.as_ref().map(|_| database.as_path());
        match capture {
            Some(capture) => print_kept((good, all), &capture, kept)?,
            None => super::print_passed(good, all)?,
        }
    }
    match outcome {
        None => bail!("interrupted; the capture holds what passed until then"),
        Some(outcome) => outcome?,
    }
    stopped?;
    Ok(if passed {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

fn finding(played: &[Played], load: Option<&Report>) -> Finding {
    let good = played.iter().all(Played::is_good) && load.is_none_or(|load| load.failed == 0);
    if good {
        Finding::Positive
    } else {
        Finding::Negative
    }
}

fn journal(arguments: &Arguments, place: &Place) -> Result<Journal> {
    let enbs = (0..ENB_ADDRESSES).map(|n| (address(FIRST_ENB_ADDRESS + n), format!("eNB-{}", n + 1)));
    let names: Vec<_> = [
        (address(HSS), "HSS".to_owned()),
        (address(MME_ADDRESS), "MME".to_owned()),
    ]
    .into_iter()
    .chain(enbs)
    .collect();
    let captured = arguments.pcap.is_some() || arguments.ues.is_none_or(|ues| ues <= MAX_CAPTURED_UES);
    let capture = captured
        .then(|| {
            Capture::create(
                arguments.pcap.as_deref(),
                &place.captures(),
                "S1-MME and S6a",
                &names,
            )
            .map(|capture| capture.watched(Watch::lte()))
        })
        .transpose()?;
    let show = if arguments.json {
        Show::Nothing
    } else {
        Show::Ladder
    };
    Ok(Journal::new(capture, show, arguments.show_keys))
}

/// A scenario's eNB with its UEs in it.
fn cell(n: u32, scenario: &'static Scenario, seed: u64) -> (Enb, Play) {
    let mut config = EnbConfig::new(format!("eNB-{}", n + 1), tai(), n + 1);
    config.nas_events = true;
    config.seed = seed;
    let mut enb = Enb::new(config);
    let settings = Settings {
        seed,
        ues: SEVERAL,
        timers: LabTimers::divided(TIMER_DIVISOR),
        serving: serving_plmn(),
    };
    let play = Play::new(scenario, settings, &mut enb);
    (enb, play)
}

/// Everybody the HSS must know.
fn subscribers(ues: u32, cells: &[(Enb, Play)]) -> impl Iterator<Item = Subscriber> + use<'_> {
    let population = Population::new();
    let crowd = (0..ues).filter_map(move |n| population.subscriber(n));
    cells.iter().flat_map(|(_, play)| play.subscribers()).chain(crowd)
}

/// Plays all scenarios, one after another, then the load.
async fn play_all(
    network: &mut Network,
    journal: &Rc<RefCell<Journal>>,
    arguments: &Arguments,
    (cells, seed): (Vec<(Enb, Play)>, u64),
    (played, load): (&mut Vec<Played>, &mut Option<Report>),
) -> Result<()> {
    // Beside a ladder there is no room for a bar.
    let bar = match arguments.json {
        true => progress(cells.len() as u64, "{pos}/{len} scenarios"),
        false => ProgressBar::hidden(),
    };
    for (number, (enb, play)) in cells.into_iter().enumerate() {
        let scenario = play.scenario();
        bar.set_message(scenario.name);
        let began = super::now();
        let subscribers = play.subscribers();
        journal.borrow_mut().begin(
            scenario.name,
            scenario.about,
            number,
            scenario.many || SHOWS_WITNESS.contains(&scenario.name),
        );
        if let Some(capture) = journal.borrow_mut().capture() {
            capture.begin(scenario.name, &subscribers);
        }
        network.settled().await?;
        let station = network.start_enb(enb).await?;
        let verdict = play_one(network, journal, &station, play).await;
        network.stop_enb(station).await;
        let (messages, message_count, path) = journal.borrow_mut().end();
        let diagnosis = journal.borrow_mut().capture().and_then(Capture::diagnose);
        let seconds = began.elapsed().as_secs_f64();
        let verdict = verdict.with_context(|| format!("scenario {}", scenario.name))?;
        let ended = Played {
            diagnosis,
            ..told(scenario, verdict, &path, (seconds, message_count, messages))
        };
        if !arguments.json && !journal.borrow_mut().screen().is_broken() {
            print_verdict(&ended)?;
        }
        played.push(ended);
        bar.inc(1);
        if !arguments.json && journal.borrow_mut().screen().is_broken() {
            break;
        }
    }
    bar.finish_and_clear();
    if let Some(ues) = arguments.ues {
        *load = Some(play_load(network, journal, arguments, (ues, seed)).await?);
    }
    Ok(())
}

/// Scenarios with a second UE beside the one they are about.
const SHOWS_WITNESS: [&str; 1] = ["malformed"];

fn told(
    scenario: &'static Scenario,
    verdict: Verdict,
    path: &SecurityPath,
    (seconds, message_count, messages): (f64, u64, Vec<Passed>),
) -> Played {
    Played {
        name: scenario.name,
        about: scenario.about,
        as_named: verdict.as_named,
        ended: verdict.what,
        why: verdict.why,
        reached: path.reached(),
        symptom: path.symptom(),
        diagnosis: None,
        seconds,
        message_count,
        messages,
    }
}

/// Plays one scenario to its verdict.
async fn play_one(
    network: &mut Network,
    journal: &Rc<RefCell<Journal>>,
    station: &EnbStation,
    play: Play,
) -> Result<Verdict> {
    station.driver.with(|_, _, application| {
        application.director = Director::Play(Box::new(play));
    });
    loop {
        let demand = station.board.demands.borrow_mut().pop_front();
        match demand {
            Some(Demand::Finished(verdict)) => return Ok(*verdict),
            Some(demand) => serve(network, journal, station, demand).await?,
            None => station.board.news.notified().await,
        }
    }
}

/// Does what a play wants of the world.
async fn serve(
    network: &mut Network,
    journal: &Rc<RefCell<Journal>>,
    station: &EnbStation,
    demand: Demand,
) -> Result<()> {
    let wall = network.moment().wall;
    let note = |hss: bool, text: &str| journal.borrow_mut().note(wall, hss, text);
    match demand {
        Demand::Hss(Hss::Running) => {
            note(true, "answers again");
            network.settled().await?;
        }
        Demand::Hss(Hss::Stopped) => {
            note(true, "cannot be reached");
            network.set_line(Condition::Cut);
        }
        Demand::Hss(Hss::Slow) => {
            let late = LabTimers::divided(TIMER_DIVISOR).hss_slow;
            note(true, &format!("answers {} ms late", late.as_millis()));
            network.set_line(Condition::Late(late));
        }
        Demand::RestartMme(how) => {
            note(false, &format!("restarts: {}", format!("{how:?}").to_lowercase()));
            network.restart_mme(how, station).await?;
        }
        Demand::SetCounts { imsi, counts } => {
            note(false, &format!("COUNTs set: {}", told_counts(&counts)));
            network.with_mme(|_, _, mme| mme.set_counts(imsi, counts))?;
        }
        // What becomes of it the play sees.
        Demand::Page(imsi) => {
            let _ = network.with_mme(|at, node, mme| mme.page(at, node, imsi))?;
        }
        Demand::Detach { imsi, reattach } => {
            let _ = network.with_mme(|at, node, mme| mme.detach(at, node, imsi, reattach))?;
        }
        Demand::Reauthenticate(imsi) => {
            let _ = network.with_mme(|at, node, mme| mme.reauthenticate(at, node, imsi))?;
        }
        Demand::Inspect(imsi) => {
            let facts = network.with_mme(|_, _, mme| mme.context(imsi).map(ContextFacts::from))?;
            station.driver.with(|_, _, application: &mut EnbApplication| {
                if let Director::Play(play) = &mut application.director {
                    play.inspected(imsi, facts);
                }
            });
        }
        Demand::Finished(_) => {}
    }
    Ok(())
}

fn told_counts(counts: &NasCounts) -> String {
    let told =
        |count: Option<NasCount>| count.map_or_else(|| "none".to_owned(), |count| count.value().to_string());
    format!(
        "next downlink {}, last uplink {}",
        told(counts.next_sent),
        told(counts.last_received)
    )
}

/// Lets many UEs attach.
async fn play_load(
    network: &mut Network,
    journal: &Rc<RefCell<Journal>>,
    arguments: &Arguments,
    (ues, seed): (u32, u64),
) -> Result<Report> {
    let shown = ues <= MAX_LADDER_UES && !arguments.json;
    let bar = if shown {
        ProgressBar::hidden()
    } else {
        progress(u64::from(ues), "{pos}/{len} UEs, {per_sec}")
    };
    let mut config = EnbConfig::new("eNB-1", tai(), 1);
    config.nas_events = shown;
    let mut enb = Enb::new(config);
    // Without a seed they come in the order of their IMSIs.
    let seed = arguments.seed.map(|_| seed);
    let load = Load::new(ues, (arguments.rate, seed), serving_plmn(), &mut enb, bar.clone())?;
    network.settled().await?;
    if ues > MAX_LADDER_UES {
        journal.borrow_mut().screen().show(Show::Nothing);
    }
    journal.borrow_mut().begin(CROWD.0, CROWD.1, 0, true);
    if ues > MAX_LADDER_UES {
        journal.borrow_mut().hurry();
    }
    let station = network.start_enb(enb).await?;
    station.driver.with(|_, _, application| {
        application.director = Director::Load(Box::new(load));
    });
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
    network.stop_enb(station).await;
    Ok(report)
}

/// The verdict under a ladder.
fn print_verdict(played: &Played) -> Result<()> {
    let about = format!(
        "reached: {}; {:.1} s; doctor: {}",
        played.reached.name(),
        played.seconds,
        diagnosed(played.diagnosis.as_ref())
    );
    verdict_line((played.name, 0), played.is_good(), &about, Some(&said(played)))
}

/// What is worth saying of a scenario beside its name.
fn said(played: &Played) -> String {
    let mut lines: Vec<String> = played.symptom.iter().cloned().collect();
    lines.extend(wrong(played));
    lines.join("\n")
}

/// What is otherwise than it must be.
fn wrong(played: &Played) -> Vec<String> {
    let mut wrong = played.why.clone();
    wrong.extend(played.diagnosis.iter().flat_map(Diagnosis::wrong));
    wrong
}

/// What the doctor named.
fn diagnosed(diagnosis: Option<&Diagnosis>) -> String {
    diagnosis.map_or_else(|| "did not look".to_owned(), Diagnosis::told)
}

/// All verdicts.
fn summary(played: &[Played], load: Option<&Report>, seed: u64) -> Result<()> {
    let width = played.iter().map(|played| played.name.len()).max().unwrap_or(0);
    println_blank()?;
    for played in played {
        let about = format!(
            "{:>5} msg {:>6.1} s  reached: {:<14}  doctor: {}",
            played.message_count,
            played.seconds,
            played.reached.name(),
            diagnosed(played.diagnosis.as_ref())
        );
        let why = (!played.is_good()).then(|| wrong(played).join("\n"));
        verdict_line((played.name, width), played.is_good(), &about, why.as_deref())?;
    }
    if let Some(load) = load {
        let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1} ms"));
        let about = format!(
            "{} of {} UEs attached, {:.1}/s in {:.1} s; p50 {}, p99 {}, max {}",
            load.attached,
            load.ues,
            load.rate,
            load.seconds,
            ms(load.p50_ms),
            ms(load.p99_ms),
            ms(load.max_ms)
        );
        let failures: Vec<String> = load
            .failures
            .iter()
            .map(|(why, times)| format!("{times} × {why}"))
            .collect();
        verdict_line(
            (CROWD.0, width),
            load.failed == 0,
            &about,
            Some(&failures.join("\n")),
        )?;
    }
    if played.iter().any(|played| !played.is_good()) {
        use std::io::Write as _;
        writeln!(anstream::stdout().lock(), "\nplay it again with --seed {seed}")?;
    }
    Ok(())
}

fn println_blank() -> Result<()> {
    use std::io::Write as _;
    writeln!(anstream::stdout().lock())?;
    Ok(())
}
