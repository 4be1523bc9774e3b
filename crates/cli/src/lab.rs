//! `quintet lab`: a whole network in one process, played, shown and captured.

mod capture;
mod contexts;
mod describe;
mod diagnosis;
mod director;
mod fgs;
mod hss;
mod ims;
mod journal;
mod line;
mod load;
mod lte;
mod outcome;
mod ran;
mod reached;
mod s6a;
mod screen;
mod stage;
mod technology;
mod view;
mod words;

use crate::ladder::{HEADING, Tone};
use crate::output::Finding;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::task::LocalSet;

/// Scenarios with more UEs than this show no ladder.
const MAX_LADDER_UES: u32 = 20;

/// How many letters a name may differ by to be what was meant.
const MAX_MISSPELT: usize = 3;

const EXAMPLES: &str = "Examples:
  quintet lab                                        every scenario of LTE, 5G and IMS, with its ladder
  quintet lab --list                                 what they are
  quintet lab 5g --scenario register --scenario suci-wrong-key    two of them
  quintet lab 5g --ues 1000 --rate 200               a thousand UEs register, 200 a second
  quintet lab ims --scenario wrong-res               a SIM with another K, and what P-, I- and S-CSCF make of it
  quintet lab lte --pcap /tmp/lte.pcapng             LTE alone, captured there
  quintet lab s6a --scenario resync --show-keys      an S6a life, XRES and KASME in full
  quintet lab --json --pcap /tmp/lab.pcapng          for a script

Exit code 1 says that a scenario did not end as its name says it must.";

/// The networks that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Technology {
    /// EPS: UEs, eNBs, MME and HSS
    Lte,
    /// HSS and MMEs over S6a alone
    S6a,
    /// 5GS: UEs, gNBs, AMF, AUSF and UDM
    #[value(name = "5g")]
    FiveG,
    /// IMS: UEs, P-, I- and S-CSCF and HSS
    Ims,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Which networks [default: lte, 5g and ims]
    #[arg(value_enum)]
    technologies: Vec<Technology>,
    /// Play this scenario; may be given several times [default: all but the crowd of --ues]
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Name the scenarios, a line for each
    #[arg(long)]
    list: bool,
    /// Let so many UEs attach or register, in place of the scenarios
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    ues: Option<u32>,
    /// Registrations per second with --ues [default: as fast as it goes]
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,
    /// Whatever is drawn at random is drawn from this number, the same for the same number
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Where to write the capture [default: quintet-lab.pcapng, here or in the directory of --keep]
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Keep the databases of HSS, UDM, MME, AMF and S-CSCF in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// What keeps the security associations of IMS
    #[arg(long, value_enum, default_value_t)]
    ipsec: ims::Ipsec,
    /// Timers of IMS so many times as long: for a machine that is slow
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100))]
    patience: u32,
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

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    crate::logging::start_if_asked()?;
    let asked_for = |technology| arguments.technologies.contains(&technology);
    let of_s6a = asked_for(Technology::S6a);
    let asked = stage::Bill {
        lte: asked_for(Technology::Lte),
        fgs: asked_for(Technology::FiveG),
        ims: asked_for(Technology::Ims),
    };
    if of_s6a && !asked.is_empty() {
        bail!("s6a is played alone: one network at a time, or lte, 5g and ims");
    }
    let bill = if asked.is_empty() { stage::Bill::ALL } else { asked };
    if arguments.list {
        return list(
            &if of_s6a {
                vec![("s6a", s6a::list())]
            } else {
                bill.names()
            },
            &arguments,
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = LocalSet::new();
    if of_s6a {
        local.block_on(&runtime, s6a::lab(&arguments))
    } else {
        local.block_on(&runtime, stage::lab(bill, &arguments))
    }
}

/// Names of scenarios and what they show.
type Names = Vec<(&'static str, &'static str)>;

/// `--list`.
fn list(technologies: &[(&'static str, Names)], arguments: &Arguments) -> Result<Finding> {
    #[derive(serde::Serialize)]
    struct Row {
        technology: &'static str,
        name: &'static str,
        about: &'static str,
    }
    #[derive(serde::Serialize)]
    struct Answer {
        scenarios: Vec<Row>,
    }
    if arguments.json {
        let mut scenarios = Vec::new();
        for (technology, names) in technologies {
            scenarios.extend(names.iter().map(|(name, about)| Row {
                technology,
                name,
                about,
            }));
        }
        crate::output::print_json("quintet.lab/1", &Answer { scenarios })?;
        return Ok(Finding::Positive);
    }
    for (technology, names) in technologies {
        if technologies.len() > 1 {
            writeln!(anstream::stdout().lock(), "{HEADING}{technology}{HEADING:#}")?;
        }
        let rows: Vec<_> = names
            .iter()
            .map(|(name, about)| (*name, (*about).to_owned()))
            .collect();
        crate::output::print_rows(&rows)?;
    }
    Ok(Finding::Positive)
}

/// The scenarios asked for, each once and in the order asked for.
///
/// # Errors
/// A name that is none, with the one that was meant.
fn chosen(asked_for: &[String], known: &[(&'static str, &'static str)]) -> Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for name in asked_for {
        let Some((found, _)) = known.iter().find(|(known, _)| known == name) else {
            let nearest = known
                .iter()
                .map(|(known, _)| (distance(name, known), *known))
                .min();
            let meant = match nearest {
                Some((far, meant)) if far <= MAX_MISSPELT => format!("did you mean `{meant}`? "),
                _ => String::new(),
            };
            let mut all: Vec<&str> = Vec::new();
            for (name, _) in known {
                // Two technologies may have scenarios of the same name.
                if !all.contains(name) {
                    all.push(name);
                }
            }
            bail!(
                "there is no scenario `{name}`: {meant}choose of {}",
                all.join(", ")
            );
        };
        if !names.contains(found) {
            names.push(*found);
        }
    }
    Ok(names)
}

/// How many letters must be added, taken away or replaced to make one word of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Puts things into an order drawn from a seed: Fisher and Yates, with draws of SplitMix64.
fn shuffle<T>(seed: u64, things: &mut [T]) {
    let mut state = seed;
    for last in (1..things.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        things.swap(last, ((z ^ (z >> 31)) % (last as u64 + 1)) as usize);
    }
}

/// Where the databases of a lab are.
enum Place {
    Kept(PathBuf),
    /// Goes with this value.
    Temporary(tempfile::TempDir),
}

impl Place {
    fn find(arguments: &Arguments) -> Result<Self> {
        let Some(directory) = &arguments.keep else {
            let made = tempfile::tempdir();
            let made = made.context("no temporary directory for the databases: give --keep DIR")?;
            return Ok(Self::Temporary(made));
        };
        std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(Self::Kept(directory.clone()))
    }

    fn directory(&self) -> &Path {
        match self {
            Self::Kept(directory) => directory,
            Self::Temporary(directory) => directory.path(),
        }
    }

    /// Where captures go that nobody named.
    fn captures(&self) -> PathBuf {
        match self {
            Self::Kept(directory) => directory.clone(),
            Self::Temporary(_) => PathBuf::new(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the program is where time enters")]
fn now() -> Instant {
    Instant::now()
}

/// How a scenario ended; its name in so many columns.
fn verdict_line(
    (name, width): (&str, usize),
    passed: bool,
    about: &str,
    failure: Option<&str>,
) -> Result<()> {
    let (tone, mark) = if passed {
        (Tone::Good, "✓")
    } else {
        (Tone::Bad, "✗")
    };
    let style = tone.style();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{style}{mark}{style:#} {name:<width$} {about}")?;
    for line in failure.iter().flat_map(|failure| failure.lines()) {
        writeln!(out, "  {:width$} {style}{line}{style:#}", "")?;
    }
    Ok(())
}

/// How many passed.
fn print_passed(passed: usize, all: usize) -> Result<()> {
    let style = if passed == all { Tone::Good } else { Tone::Bad }.style();
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "\n{style}{passed} of {all} scenarios ended as they must{style:#}"
    )?;
    Ok(())
}

/// How many passed, and what to do with the capture and the database.
fn print_kept((passed, all): (usize, usize), capture: &Path, database: Option<&Path>) -> Result<()> {
    print_passed(passed, all)?;
    let mut out = anstream::stdout().lock();
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

/// Where the keys of ESP are, and what they are good for.
fn print_keys(keys: &Path) -> Result<()> {
    writeln!(
        anstream::stdout().lock(),
        "keys of ESP: {}; copy it as `esp_sa` into a profile of Wireshark to read SIP inside ESP",
        keys.display()
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_told_from_a_wrong_one() {
        assert_eq!(distance("attach", "attach"), 0);
        assert_eq!(distance("atach", "attach"), 1);
        assert_eq!(distance("replya", "replay"), 2);
        let known = [
            ("attach", ""),
            ("replay", ""),
            ("attach", "of another technology"),
        ];
        let said = |name: &str| chosen(&[name.to_owned()], &known).unwrap_err().to_string();
        assert!(said("atach").contains("did you mean `attach`?"));
        assert!(!said("nonsense").contains("did you mean"));
        assert!(said("nonsense").ends_with("choose of attach, replay"));
        let twice = ["replay", "attach", "replay"].map(str::to_owned);
        assert_eq!(chosen(&twice, &known).unwrap(), ["replay", "attach"]);
    }
}
