//! `--compare`: where an attempt first departs from one that went well.
//!
//! The messages of both are aligned by name and direction (longest common subsequence). An attempt departs where a message
//! has no counterpart, or where its counterpart has another header, cause, algorithm or MAC. Interfaces that only one of the
//! captures shows are left out, and so is what differs between any two attempts: random numbers, identities, COUNTs, KSI.

use super::words::{self, clean};
use quintet_doctor::report::{Attempt, MacVerdict, Message, Outcome};
use serde::Serialize;
use std::fmt::Write as _;

/// Attempts of the good capture that are kept to choose from.
const MAX_GOOD: usize = 64;

/// Departures that are listed.
const MAX_DEPARTURES: usize = 8;

/// Digits in a row from which on a detail is a value of this one attempt.
const VALUE_DIGITS: usize = 7;

/// Where two attempts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Departure {
    /// Frame of this attempt; `None`: it lacks a message.
    pub(super) frame: Option<u64>,
    /// Frame of the good attempt; `None`: that has no such message.
    pub(super) good_frame: Option<u64>,
    /// In words.
    pub(super) what: String,
}

/// An attempt beside a good one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Compared {
    /// Number of the good attempt in its own capture.
    pub(super) good_attempt: u64,
    /// The first comes first.
    pub(super) departures: Vec<Departure>,
    /// Both, side by side.
    #[serde(skip)]
    rows: Vec<Row>,
}

/// A message of either side, or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    this: Option<String>,
    good: Option<String>,
    differs: bool,
}

/// Attempts of a capture that went well.
#[derive(Default)]
pub(super) struct Good {
    attempts: Vec<Attempt>,
}

impl Good {
    /// Keeps an attempt if it went well and there is room: some of each procedure.
    pub(super) fn add(&mut self, attempt: Attempt) {
        let same = self
            .attempts
            .iter()
            .filter(|kept| kept.procedure == attempt.procedure);
        // A capture of many service requests must not keep its one attach out.
        let room = self.attempts.len() < MAX_GOOD && same.count() < MAX_GOOD / 4;
        if attempt.outcome == Outcome::Success && room {
            self.attempts.push(attempt);
        }
    }

    /// Whether nothing in the capture went well.
    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// An attempt beside the one of the same procedure that is most like it; `None` if there is none.
    pub(super) fn compare(&self, attempt: &Attempt) -> Option<Compared> {
        let same = self
            .attempts
            .iter()
            .filter(|good| good.technology == attempt.technology && good.procedure == attempt.procedure);
        let aligned = same.map(|good| (good, Alignment::of(attempt, good)));
        let (good, alignment) = aligned.max_by_key(|(_, alignment)| alignment.alike)?;
        Some(alignment.compared(good.id))
    }
}

/// Messages of two attempts, each beside its counterpart.
struct Alignment<'a> {
    pairs: Vec<(Option<&'a Message>, Option<&'a Message>)>,
    alike: usize,
}

impl<'a> Alignment<'a> {
    fn of(this: &'a Attempt, good: &'a Attempt) -> Self {
        let (this, good) = (comparable(this, good), comparable(good, this));
        // lengths[i][j]: of the longest common subsequence of this[i..] and good[j..].
        let mut lengths = vec![vec![0_usize; good.len() + 1]; this.len() + 1];
        for i in (0..this.len()).rev() {
            for j in (0..good.len()).rev() {
                lengths[i][j] = if alike(this[i], good[j]) {
                    lengths[i + 1][j + 1] + 1
                } else {
                    lengths[i + 1][j].max(lengths[i][j + 1])
                };
            }
        }
        let mut pairs = Vec::new();
        let (mut i, mut j) = (0, 0);
        while i < this.len() || j < good.len() {
            let both = i < this.len() && j < good.len();
            if both && alike(this[i], good[j]) {
                pairs.push((Some(this[i]), Some(good[j])));
                (i, j) = (i + 1, j + 1);
            } else if j >= good.len() || (i < this.len() && lengths[i + 1][j] >= lengths[i][j + 1]) {
                pairs.push((Some(this[i]), None));
                i += 1;
            } else {
                pairs.push((None, Some(good[j])));
                j += 1;
            }
        }
        let alike = lengths[0][0];
        Self { pairs, alike }
    }

    fn compared(&self, good_attempt: u64) -> Compared {
        let mut compared = Compared {
            good_attempt,
            departures: Vec::new(),
            rows: Vec::new(),
        };
        let (mut extra, mut missing) = (Vec::new(), Vec::new());
        for pair in &self.pairs {
            match *pair {
                (Some(this), Some(good)) => {
                    compared.gap(&extra, &missing);
                    extra.clear();
                    missing.clear();
                    compared.rows.push(Row::new(Some(this), Some(good)));
                    compared.depart(Some(this), Some(good));
                }
                (this, good) => {
                    extra.extend(this);
                    missing.extend(good);
                }
            }
        }
        compared.gap(&extra, &missing);
        compared
    }
}

impl Row {
    fn new(this: Option<&Message>, good: Option<&Message>) -> Self {
        Self {
            this: this.map(short),
            good: good.map(short),
            differs: departure(this, good).is_some(),
        }
    }
}

impl Compared {
    /// Messages between two common ones that only one attempt has. The first of each are one departure: what came in place of
    /// what; those behind follow from it, and are told one by one.
    fn gap(&mut self, extra: &[&Message], missing: &[&Message]) {
        for n in 0..extra.len().max(missing.len()) {
            let (this, good) = (extra.get(n).copied(), missing.get(n).copied());
            self.rows.push(Row::new(this, good));
            if n == 0 {
                self.depart(this, good);
            } else {
                for (this, good) in [(this, None), (None, good)] {
                    self.depart(this, good);
                }
            }
        }
    }

    fn depart(&mut self, this: Option<&Message>, good: Option<&Message>) {
        if let Some(what) = departure(this, good)
            && self.departures.len() < MAX_DEPARTURES
        {
            self.departures.push(Departure {
                frame: this.map(|message| message.frame),
                good_frame: good.map(|message| message.frame),
                what,
            });
        }
    }
}

/// Messages of one attempt that the other's capture could show too; what is repeated says nothing new.
fn comparable<'a>(attempt: &'a Attempt, other: &Attempt) -> Vec<&'a Message> {
    let visible = |message: &&Message| {
        !message.repeated && other.messages.iter().any(|m| m.protocol == message.protocol)
    };
    attempt.messages.iter().filter(visible).collect()
}

/// Whether two messages are the same step.
fn alike(one: &Message, other: &Message) -> bool {
    (one.from, one.to, one.protocol, &one.name) == (other.from, other.to, other.protocol, &other.name)
}

/// What differs between a message and its counterpart.
fn departure(this: Option<&Message>, good: Option<&Message>) -> Option<String> {
    let (this, good) = match (this, good) {
        (Some(this), Some(good)) if alike(this, good) => (this, good),
        (Some(this), Some(good)) => {
            return Some(format!("{} in place of {}", told(this), told(good)));
        }
        (Some(this), None) => return Some(format!("{} is not in the good attempt", told(this))),
        (None, Some(good)) => return Some(format!("{} is missing", told(good))),
        (None, None) => return None,
    };
    let mut differences = Vec::new();
    let mut differ = |what: &str, this: Option<&str>, good: Option<&str>| {
        if this != good {
            let value = |value: Option<&str>| clean(value.unwrap_or("none")).into_owned();
            differences.push(format!("{what} {} in place of {}", value(this), value(good)));
        }
    };
    differ("header", this.header, good.header);
    differ("cause", this.cause.as_deref(), good.cause.as_deref());
    let (mine, others) = (lasting(this), lasting(good));
    if mine != others {
        differ(
            "carries",
            joined(&mine, &others).as_deref(),
            joined(&others, &mine).as_deref(),
        );
    }
    if this.mac == Some(MacVerdict::Invalid) && good.mac != this.mac {
        differences.push("MAC invalid".to_owned());
    }
    (!differences.is_empty()).then(|| format!("{}: {}", told(this), differences.join("; ")))
}

/// Details that two attempts should share: not those with a value of one attempt.
fn lasting(message: &Message) -> Vec<&str> {
    let values = |detail: &str| {
        let mut run = 0;
        let longest = detail.chars().map(|c| {
            run = if c.is_ascii_hexdigit() { run + 1 } else { 0 };
            run
        });
        longest.max().unwrap_or(0) >= VALUE_DIGITS
    };
    let details = message.details.iter().map(String::as_str);
    details
        .filter(|detail| !values(detail) && !detail.trim_start_matches("ng").starts_with("KSI"))
        .collect()
}

/// What is in one list and not in the other.
fn joined(these: &[&str], others: &[&str]) -> Option<String> {
    let own: Vec<&str> = these
        .iter()
        .filter(|detail| !others.contains(*detail))
        .copied()
        .collect();
    (!own.is_empty()).then(|| own.join(", "))
}

fn told(message: &Message) -> String {
    format!("{} from {} to {}", clean(&message.name), message.from, message.to)
}

fn short(message: &Message) -> String {
    format!(
        "{:>6} {}→{} {}",
        message.frame,
        message.from,
        message.to,
        clean(&message.name)
    )
}

impl Compared {
    /// Both side by side in so many columns, and where they part. `good`: how the good capture is called.
    pub(super) fn text(&self, good: &str, width: usize) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  beside #{} of {}:", self.good_attempt, clean(good));
        let room = (width.saturating_sub(9) / 2).max(20);
        let first = self.rows.iter().position(|row| row.differs);
        for (n, row) in self.rows.iter().enumerate() {
            let sign = match (row.differs, first == Some(n)) {
                (_, true) => "╳",
                (true, false) => "≠",
                (false, _) => "=",
            };
            let tone = if row.differs {
                crate::ladder::Tone::Bad
            } else {
                crate::ladder::Tone::Plain
            };
            let style = tone.style();
            let cell = |text: &Option<String>| -> String {
                text.as_deref().unwrap_or("     –").chars().take(room).collect()
            };
            let (this, good) = (cell(&row.this), cell(&row.good));
            let _ = writeln!(out, "  {style}{sign} {this:<room$}{style:#}  │ {good}");
        }
        match self.departures.first() {
            None => out
                .push_str("  no departure: the same messages with the same headers, causes and algorithms\n"),
            Some(departure) => {
                let frames = match (departure.frame, departure.good_frame) {
                    (Some(this), Some(good)) => format!(" (frame {this}, there {good})"),
                    (Some(this), None) => format!(" (frame {this})"),
                    (None, Some(good)) => format!(" (there frame {good})"),
                    (None, None) => String::new(),
                };
                let text = format!("first departure: {}{frames}", departure.what);
                for line in crate::ladder::wrapped(&text, width.saturating_sub(2).max(20)) {
                    let _ = writeln!(out, "  {line}");
                }
            }
        }
        out
    }
}

/// What is said of an attempt that has nothing beside it.
pub(super) fn nothing_beside(attempt: &Attempt, good: &str) -> String {
    let procedure = attempt.procedure;
    format!(
        "  {} holds no successful {procedure} to compare with\n",
        words::clean(good)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, nas, rejected};

    fn compared(attempt: &Attempt) -> Compared {
        let mut good = Good::default();
        good.add(healthy(1));
        good.compare(attempt).unwrap()
    }

    fn departures(attempt: &Attempt) -> Vec<String> {
        compared(attempt).departures.into_iter().map(|d| d.what).collect()
    }

    #[test]
    fn the_same_again_departs_nowhere() {
        let mut again = healthy(2);
        for message in &mut again.messages {
            message.frame += 100;
            message.count = message.count.map(|count| count + 1);
            message.details.push(format!("RAND {:032x}", message.frame));
        }
        again.messages.insert(
            2,
            Message {
                repeated: true,
                ..again.messages[1].clone()
            },
        );
        assert_eq!(departures(&again), Vec::<String>::new());
    }

    #[test]
    fn another_algorithm_is_the_first_departure_and_the_reject_the_next() {
        let all = compared(&rejected(2)).departures;
        assert_eq!(
            all[0].what,
            "SECURITY MODE COMMAND from MME to UE: carries 128-EIA1, EEA0 in place of 128-EIA2, EEA0"
        );
        assert_eq!((all[0].frame, all[0].good_frame), (Some(4), Some(4)));
        assert_eq!(
            all[1].what,
            "SECURITY MODE REJECT from UE to MME in place of SECURITY MODE COMPLETE from UE to MME"
        );
        assert!(
            all.iter().all(|departure| !departure.what.contains("RELEASE")),
            "S1AP is in one alone"
        );
    }

    #[test]
    fn a_missing_end_a_header_a_mac_and_a_further_message_are_told() {
        let mut stops = healthy(2);
        stops.messages.truncate(5);
        assert_eq!(departures(&stops)[0], "ATTACH ACCEPT from MME to UE is missing");

        let mut plain = healthy(2);
        plain.messages[3].header = None;
        assert_eq!(
            departures(&plain),
            [
                "SECURITY MODE COMMAND from MME to UE: header none in place of integrity protected with new context"
            ]
        );

        let mut forged = healthy(2);
        forged.messages[3].mac = Some(MacVerdict::Invalid);
        assert_eq!(
            departures(&forged),
            ["SECURITY MODE COMMAND from MME to UE: MAC invalid"]
        );
        forged.messages[3].mac = Some(MacVerdict::Valid);
        assert_eq!(
            departures(&forged),
            Vec::<String>::new(),
            "no key on the other side is no difference"
        );

        let mut asked = healthy(2);
        asked.messages.insert(1, nas(90, "MME", "UE", "IDENTITY REQUEST"));
        assert_eq!(
            departures(&asked),
            ["IDENTITY REQUEST from MME to UE is not in the good attempt"]
        );
    }

    #[test]
    fn it_is_compared_with_the_most_alike_of_its_procedure() {
        let mut good = Good::default();
        let mut other = healthy(1);
        other.procedure = "tau";
        good.add(other);
        assert_eq!(good.compare(&rejected(5)), None);
        let mut stranger = healthy(2);
        stranger.messages.truncate(1);
        good.add(stranger);
        good.add(healthy(3));
        good.add(rejected(4));
        assert_eq!(good.compare(&rejected(5)).unwrap().good_attempt, 3);
    }

    #[test]
    fn both_stand_side_by_side() {
        let text = compared(&rejected(2)).text("good.pcap", 100);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.contains("beside #1 of good.pcap"), "{text}");
        assert_eq!(text.matches('╳').count(), 1);
        let line = text.lines().find(|line| line.contains('╳')).unwrap();
        assert!(
            line.contains("4 MME→UE SECURITY MODE COMMAND") && line.contains('│'),
            "{line}"
        );
        assert!(text.contains("first departure: SECURITY MODE COMMAND"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}
