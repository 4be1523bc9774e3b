//! `quintet lab s6a`: an HSS on a database of its own and two MMEs talk S6a over real TCP connections.
//!
//! The UEs of the MMEs have cards that compute: every vector is checked, every answer compared with what was provisioned.

mod network;
mod recorder;
mod scenario;

use super::capture::{Capture, HSS, address};
use super::diagnosis::{Diagnosis, Expected, Watch};
use super::screen::Show;
use super::{Arguments, MAX_LADDER_UES, Place, chosen, print_kept, verdict_line};
use crate::ladder::HEADING;
use crate::output::{Finding, print_json};
use crate::signals::Termination;
use anyhow::{Result, bail};
use network::{MMES, Network};
use recorder::{FIRST_MME, Passed, Recorder};
use scenario::{CROWD, Crowd, SCENARIOS, Scenario, Stage};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;

/// How a scenario ended.
#[derive(Clone, Debug, Serialize)]
struct Played {
    name: &'static str,
    title: &'static str,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// What the doctor says of its frames.
    diagnosis: Option<Diagnosis>,
    messages: u64,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Answer<'a> {
    technology: &'static str,
    passed: bool,
    scenarios: &'a [Played],
    messages: &'a [Passed],
    message_count: u64,
    capture: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

/// Names and lines of all scenarios.
pub(super) fn list() -> Vec<(&'static str, &'static str)> {
    let all = SCENARIOS.iter().chain([&CROWD]);
    all.map(|scenario| (scenario.name, scenario.title)).collect()
}

/// The scenarios to play.
fn cast(arguments: &Arguments) -> Result<Vec<Scenario>> {
    let all = || SCENARIOS.iter().chain([&CROWD]);
    let names = chosen(&arguments.scenario, &list())?;
    let mut scenarios: Vec<Scenario> = Vec::new();
    for name in names {
        scenarios.extend(all().filter(|scenario| scenario.name == name));
    }
    if scenarios.is_empty() && arguments.ues.is_none() {
        scenarios.extend(SCENARIOS);
    }
    if arguments.ues.is_some() && !scenarios.contains(&CROWD) {
        scenarios.push(CROWD);
    }
    Ok(scenarios)
}

pub(super) async fn lab(arguments: &Arguments) -> Result<Finding> {
    let scenarios = cast(arguments)?;
    let place = Place::find(arguments)?;
    let database = place.directory().join("quintet-lab.db");
    let ues = if scenarios.contains(&CROWD) {
        arguments.ues.unwrap_or(10)
    } else {
        0
    };
    let show = if arguments.json {
        Show::Nothing
    } else {
        Show::Ladder
    };
    let mmes = MMES.iter().zip(FIRST_MME..);
    let names: Vec<_> = [(address(HSS), "HSS".to_owned())]
        .into_iter()
        .chain(mmes.map(|(name, last)| (address(last), (*name).to_owned())))
        .collect();
    let capture = Capture::create(arguments.pcap.as_deref(), &place.captures(), "S6a", &names)?;
    let capture = capture.watched(Watch::new());
    let recorder = Recorder::new(capture, show, arguments.show_keys);
    let recorder = Rc::new(RefCell::new(recorder));
    recorder.borrow_mut().head();
    let mut termination = Termination::register()?;
    let network = Network::start(&database, ues, &recorder).await?;
    let crowd = Crowd {
        ues,
        rate: arguments.rate,
        seed: arguments.seed,
    };
    let stage = Stage {
        network: &network,
        recorder: &recorder,
        crowd,
    };
    let mut played = Vec::new();
    let interrupted = tokio::select! {
        () = play(&stage, &scenarios, show, &mut played) => false,
        _ = termination.received() => true,
    };
    recorder.borrow_mut().begin(None);
    network.stop().await;
    let mut recorder = recorder.borrow_mut();
    recorder.capture().finish()?;
    let passed = !interrupted && played.iter().all(|played: &Played| played.passed);
    if arguments.json {
        let capture = recorder.capture().path().display().to_string();
        let answer = Answer {
            technology: "s6a",
            passed,
            scenarios: &played,
            messages: recorder.messages(),
            message_count: recorder.count(),
            capture,
            database: arguments.keep.as_ref().map(|_| database.display().to_string()),
        };
        print_json("quintet.lab/1", &answer)?;
    } else {
        for played in &played {
            let about = format!(
                "{:<64} {:>6} msg {:>8.1} ms  doctor: {}",
                played.title,
                played.messages,
                played.duration_ms,
                played
                    .diagnosis
                    .as_ref()
                    .map_or_else(|| "did not look".to_owned(), Diagnosis::told)
            );
            verdict_line((played.name, 9), played.passed, &about, played.failure.as_deref())?;
        }
        let kept = arguments.keep.as_ref().map(|_| database.as_path());
        let passed = played.iter().filter(|played| played.passed).count();
        print_kept((passed, played.len()), recorder.capture().path(), kept)?;
    }
    if interrupted {
        bail!("interrupted; the capture holds what passed until then");
    }
    Ok(if passed {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

/// Plays all scenarios, one after another.
async fn play(stage: &Stage<'_>, scenarios: &[Scenario], show: Show, played: &mut Vec<Played>) {
    for scenario in scenarios {
        let before = {
            let mut recorder = stage.recorder.borrow_mut();
            recorder.print(&format!(
                "\n{HEADING}{}{HEADING:#}  {}\n",
                scenario.name, scenario.title
            ));
            let too_many = *scenario == CROWD && stage.crowd.ues > MAX_LADDER_UES;
            recorder.show(if too_many { Show::Nothing } else { show });
            recorder.begin(Some(scenario.name));
            recorder.capture().begin(Expected::of_s6a(scenario.name), &[]);
            recorder.count()
        };
        let began = super::now();
        let mut result = scenario.play(stage).await;
        if result.is_ok() {
            result = stage.answered().await;
        }
        let mut recorder = stage.recorder.borrow_mut();
        recorder.show(show);
        let diagnosis = recorder.capture().diagnose();
        let mut failure: Vec<String> = result
            .err()
            .map(|error| format!("{error:#}"))
            .into_iter()
            .collect();
        failure.extend(diagnosis.iter().flat_map(Diagnosis::wrong));
        played.push(Played {
            name: scenario.name,
            title: scenario.title,
            passed: failure.is_empty(),
            failure: (!failure.is_empty()).then(|| failure.join("\n")),
            diagnosis,
            messages: recorder.count() - before,
            duration_ms: began.elapsed().as_secs_f64() * 1000.0,
        });
    }
}
