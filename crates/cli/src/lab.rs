//! `quintet lab`: a whole network in one process, played, shown and captured.
//!
//! An HSS on a database of its own and two MMEs talk S6a over real TCP connections. The UEs of the MMEs have cards that
//! compute: every vector is checked, every answer compared with what was provisioned.

mod capture;
mod describe;
mod ladder;
mod network;
mod recorder;
mod scenario;

use crate::output::{Finding, print_json};
use crate::signals::Termination;
use anyhow::{Context, Result, bail};
use capture::Capture;
use ladder::HEADING;
use network::{MMES, Network};
use recorder::{Passed, Recorder, Show};
use scenario::{CROWD, Crowd, SCENARIOS, Scenario, Stage};
use serde::Serialize;
use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;
use tokio::task::LocalSet;

/// The capture's name when nobody says.
const CAPTURE: &str = "quintet-lab.pcapng";

/// Scenarios with more UEs than this show no ladder.
const MAX_LADDER_UES: u32 = 20;

const EXAMPLES: &str =
    "Scenarios: attach, tuak, tuak-256, xor, resync, unknown, no-eps, rat, roaming, handover,
change, purge; and crowd, with --ues.

Examples:
  quintet lab                                  every scenario, with its ladder
  quintet lab --scenario resync --show-keys    one of them, XRES and KASME in full
  quintet lab --scenario crowd --ues 1000      a thousand UEs attach
  quintet lab --json --pcap /tmp/lab.pcapng    for a script

Exit code 1 says that a scenario did not end as it must.";

/// The networks that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Technology {
    /// EPS: HSS and MME over S6a
    Lte,
    /// 5GS; not in this version
    #[value(name = "5g")]
    FiveG,
    /// IMS; not in this version
    Ims,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Which networks [default: lte]
    #[arg(value_enum)]
    technologies: Vec<Technology>,
    /// Play this scenario; may be given several times [default: all but crowd]
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// UEs of the scenario `crowd`, which is played if this is given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    ues: Option<u32>,
    /// Attaches per second of the scenario `crowd` [default: as fast as it goes]
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,
    /// Let the UEs of the scenario `crowd` come in an order drawn from this number, the same for the same number
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Where to write the capture [default: quintet-lab.pcapng, here or in the directory of --keep]
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Keep the HSS's database in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Show XRES and KASME in full
    #[arg(long)]
    show_keys: bool,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// A rate that an interval can be made of.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.001..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0.001 to 100000".to_owned()),
    }
}

/// How a scenario ended.
#[derive(Clone, Debug, Serialize)]
struct Played {
    name: &'static str,
    title: &'static str,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    messages: u64,
    duration_ms: f64,
}

#[derive(Serialize)]
struct Answer<'a> {
    passed: bool,
    scenarios: &'a [Played],
    messages: &'a [Passed],
    message_count: u64,
    capture: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    for technology in &arguments.technologies {
        match technology {
            Technology::Lte => {}
            Technology::FiveG => bail!("5g is not supported yet in this version: the lab plays lte"),
            Technology::Ims => bail!("ims is not supported yet in this version: the lab plays lte"),
        }
    }
    let scenarios = chosen(&arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, lab(&arguments, &scenarios))
}

/// The scenarios to play.
fn chosen(arguments: &Arguments) -> Result<Vec<Scenario>> {
    let all = || SCENARIOS.iter().chain([&CROWD]);
    let mut scenarios = Vec::new();
    for name in &arguments.scenario {
        let Some(scenario) = all().find(|scenario| scenario.name == name) else {
            let names: Vec<&str> = all().map(|scenario| scenario.name).collect();
            bail!("there is no scenario `{name}`: choose of {}", names.join(", "));
        };
        scenarios.push(*scenario);
    }
    if scenarios.is_empty() && arguments.ues.is_none() {
        scenarios.extend(SCENARIOS);
    }
    if arguments.ues.is_some() && !scenarios.contains(&CROWD) {
        scenarios.push(CROWD);
    }
    Ok(scenarios)
}

async fn lab(arguments: &Arguments, scenarios: &[Scenario]) -> Result<Finding> {
    // The directory of a lab that is not kept goes with this value.
    let temporary;
    let directory: &Path = match &arguments.keep {
        Some(directory) => {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("cannot make {}", directory.display()))?;
            directory
        }
        None => {
            temporary =
                tempfile::tempdir().context("no temporary directory for the database: give --keep DIR")?;
            temporary.path()
        }
    };
    let database = directory.join("quintet-lab.db");
    let pcap = arguments.pcap.clone().unwrap_or_else(|| match &arguments.keep {
        Some(directory) => directory.join(CAPTURE),
        None => PathBuf::from(CAPTURE),
    });
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
    let recorder = Recorder::new(Capture::create(&pcap, &MMES)?, show, arguments.show_keys);
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
        () = play(&stage, scenarios, show, &mut played) => false,
        _ = termination.received() => true,
    };
    recorder.borrow_mut().begin(None);
    network.stop().await;
    let mut recorder = recorder.borrow_mut();
    recorder.capture().finish()?;
    let passed = !interrupted && played.iter().all(|played: &Played| played.passed);
    if arguments.json {
        let answer = Answer {
            passed,
            scenarios: &played,
            messages: recorder.messages(),
            message_count: recorder.count(),
            capture: pcap.display().to_string(),
            database: arguments.keep.as_ref().map(|_| database.display().to_string()),
        };
        print_json("quintet.lab/1", &answer)?;
    } else {
        let kept = arguments.keep.as_ref().map(|_| database.as_path());
        summary(&played, recorder.capture().path(), kept)?;
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
            recorder.count()
        };
        let began = now();
        let mut result = scenario.play(stage).await;
        if result.is_ok() {
            result = stage.answered().await;
        }
        let mut recorder = stage.recorder.borrow_mut();
        recorder.show(show);
        played.push(Played {
            name: scenario.name,
            title: scenario.title,
            passed: result.is_ok(),
            failure: result.err().map(|error| format!("{error:#}")),
            messages: recorder.count() - before,
            duration_ms: began.elapsed().as_secs_f64() * 1000.0,
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "the program is where time enters")]
fn now() -> Instant {
    Instant::now()
}

/// The verdicts, and what to do with the capture.
fn summary(played: &[Played], capture: &Path, database: Option<&Path>) -> Result<()> {
    let good = anstyle::AnsiColor::Green.on_default().bold();
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    let mut out = anstream::stdout().lock();
    writeln!(out)?;
    for Played {
        name,
        title,
        passed,
        failure,
        messages,
        duration_ms,
    } in played
    {
        let (style, mark) = if *passed { (good, "✓") } else { (bad, "✗") };
        writeln!(
            out,
            "{style}{mark}{style:#} {name:<9} {title:<64} {messages:>6} msg {duration_ms:>8.1} ms"
        )?;
        if let Some(failure) = failure {
            writeln!(out, "            {bad}{failure}{bad:#}")?;
        }
    }
    let passed = played.iter().filter(|played| played.passed).count();
    let style = if passed == played.len() { good } else { bad };
    writeln!(
        out,
        "\n{style}{passed} of {} scenarios ended as they must{style:#}",
        played.len()
    )?;
    writeln!(
        out,
        "capture: {0}; open it with `wireshark {0}`",
        capture.display()
    )?;
    if let Some(database) = database {
        writeln!(
            out,
            "database: {0}; look at it with `quintet subscriber list --db {0}`",
            database.display()
        )?;
    }
    Ok(())
}
