//! The ladder: lifelines, arrows, and beside each message what it carries. Fits 100 columns.
//!
//! ```text
//!    0.012345  │───────│── AIR ────────────────►│  User-Name 001010000000001
//!              │       │                        │  Visited-PLMN-Id 001-01
//! ```

use super::describe::Description;
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use std::time::Duration;

/// Columns of the whole.
const WIDTH: usize = 100;

/// Column of the first lifeline, and from one MME to the next.
const FIRST: usize = 13;
const STEP: usize = 9;

/// Columns between the last MME and the HSS: room for `AIA 5421 RAT_NOT_ALLOWED`.
const REACH: usize = 34;

const REQUEST: Style = AnsiColor::Cyan.on_default().bold();
const GRANTED: Style = AnsiColor::Green.on_default().bold();
const REFUSED: Style = AnsiColor::Yellow.on_default().bold();
const WRONG: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();
pub(super) const HEADING: Style = Style::new().bold();

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => GRANTED,
            Self::Bad => WRONG,
        }
    }
}

/// Draws ladders with these lifelines.
pub(super) struct Ladder {
    mmes: Vec<&'static str>,
}

impl Ladder {
    pub(super) fn new(mmes: Vec<&'static str>) -> Self {
        Self { mmes }
    }

    fn column(&self, mme: usize) -> usize {
        FIRST + STEP * mme
    }

    fn hss(&self) -> usize {
        self.column(self.mmes.len() - 1) + REACH
    }

    /// The names above the lifelines.
    pub(super) fn head(&self) -> String {
        let mut line = Row::blank();
        for (mme, name) in self.mmes.iter().enumerate() {
            line.put(self.column(mme) - 1, name);
        }
        line.put(self.hss() - 1, "HSS");
        format!("{HEADING}{}{HEADING:#}\n", line.text())
    }

    /// A row with nothing but lifelines.
    fn lifelines(&self) -> Row {
        let mut row = Row::blank();
        for mme in 0..self.mmes.len() {
            row.put(self.column(mme), "│");
        }
        row.put(self.hss(), "│");
        row
    }

    /// One message, `at` after the beginning.
    pub(super) fn message(&self, at: Duration, mme: usize, to_hss: bool, d: &Description) -> String {
        let (from, to) = (self.column(mme), self.hss());
        let mut row = self.lifelines();
        row.put(1, &format!("{:>10.6}", at.as_secs_f64()));
        (from + 1..to).for_each(|column| {
            if row.0[column] == ' ' {
                row.0[column] = '─'
            }
        });
        if to_hss {
            row.put(to - 1, "►")
        } else {
            row.put(from + 1, "◄")
        }
        let label_at = self.column(self.mmes.len() - 1) + 4;
        let mut label = format!(" {} ", d.name);
        let mut overflow = None;
        if let Some(outcome) = d.outcome {
            let long = format!(" {} {outcome} ", d.name);
            if long.chars().count() <= REACH - 6 {
                label = long;
            } else {
                label = format!(" {} {} ", d.name, outcome.code);
                overflow = quintet_sim::result_name(outcome);
            }
        }
        row.put(label_at, &label);
        let style = match d.outcome {
            None => REQUEST,
            Some(outcome) if outcome.is_success() => GRANTED,
            Some(_) => REFUSED,
        };
        let (before, after) = row.around(label_at, label.chars().count());
        let first = format!("{before}{style}{label}{style:#}{after}");
        let imsi = d.imsi.iter().map(|imsi| format!("User-Name {imsi}"));
        let named = d.details.iter().map(|detail| {
            let indent = if detail.nested { "  " } else { "" };
            format!("{indent}{} {}", detail.name, detail.value)
                .trim_end()
                .to_owned()
        });
        let details: Vec<String> = overflow
            .map(str::to_owned)
            .into_iter()
            .chain(imsi)
            .chain(named)
            .collect();
        self.with_details(first, &details, QUIET)
    }

    /// What happened beside the wire: at a UE, or in somebody's memory. A new line stays one.
    pub(super) fn note(&self, mme: usize, text: &str, tone: Tone) -> String {
        let mut row = self.lifelines();
        row.put(self.column(mme), "●");
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        self.with_details(row.text(), &lines, tone.style())
    }

    /// Puts details beside a row and below it, wrapped.
    fn with_details(&self, first: String, details: &[String], style: Style) -> String {
        let room = WIDTH - self.hss() - 3;
        let lines: Vec<String> = details.iter().flat_map(|detail| wrapped(detail, room)).collect();
        let mut out = String::new();
        let bare = self.lifelines().text();
        for i in 0..lines.len().max(1) {
            let row = if i == 0 { first.as_str() } else { bare.as_str() };
            // Writing into a String cannot fail.
            let _ = match lines.get(i) {
                Some(detail) => writeln!(out, "{row}  {style}{detail}{style:#}"),
                None => writeln!(out, "{row}"),
            };
        }
        out
    }
}

/// Cuts a text into lines of `room` columns, at blanks where there are any.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > room {
        let blank = rest[..room]
            .iter()
            .rposition(|c| *c == ' ')
            .filter(|at| rest[..*at].iter().any(|c| *c != ' '));
        let cut = blank.unwrap_or(room);
        lines.push(rest[..cut].iter().collect());
        let skip = cut + usize::from(blank.is_some());
        rest = [' ', ' ']
            .into_iter()
            .chain(rest[skip..].iter().copied())
            .collect();
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// A line of columns.
struct Row(Vec<char>);

impl Row {
    fn blank() -> Self {
        Self(vec![' '; WIDTH])
    }

    /// Writes `text` from a column on; what does not fit is left out.
    fn put(&mut self, column: usize, text: &str) {
        for (cell, c) in self.0.iter_mut().skip(column).zip(text.chars()) {
            *cell = c;
        }
    }

    fn text(&self) -> String {
        self.0.iter().collect::<String>().trim_end().to_owned()
    }

    /// What stands left of a label and right of it.
    fn around(&self, column: usize, length: usize) -> (String, String) {
        let before = self.0[..column].iter().collect();
        let after: String = self.0[column + length..].iter().collect();
        (before, after.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::describe::Detail;
    use quintet_sim::AnswerOutcome;

    fn plain(styled: &str) -> String {
        anstream::adapter::strip_str(styled).to_string()
    }

    fn answer(outcome: AnswerOutcome, value: &str) -> Description {
        let details = vec![Detail {
            name: "KASME",
            value: value.to_owned(),
            nested: false,
        }];
        Description {
            name: "AIA".into(),
            request: false,
            outcome: Some(outcome),
            imsi: None,
            details,
        }
    }

    #[test]
    fn nothing_is_wider_than_a_hundred_columns() {
        let ladder = Ladder::new(vec!["MME1", "MME2"]);
        let long = "ab".repeat(40);
        for code in [2001, 4181, 5420] {
            let outcome = if code == 2001 {
                AnswerOutcome::SUCCESS
            } else {
                AnswerOutcome::experimental(code)
            };
            for mme in 0..2 {
                let text =
                    plain(&ladder.message(Duration::from_secs(999), mme, false, &answer(outcome, &long)));
                for line in text.lines() {
                    assert!(line.chars().count() <= WIDTH, "{line}");
                }
                let name = quintet_sim::result_name(outcome).unwrap();
                assert!(text.contains(name), "{name} is shown: {text}");
                assert!(
                    text.lines().all(|line| line.contains('│')),
                    "lifelines go on: {text}"
                );
            }
        }
    }

    #[test]
    fn arrows_point_where_messages_go() {
        let ladder = Ladder::new(vec!["MME1", "MME2"]);
        let d = answer(AnswerOutcome::SUCCESS, "00");
        assert!(plain(&ladder.message(Duration::ZERO, 0, false, &d)).contains("│◄"));
        assert!(plain(&ladder.message(Duration::ZERO, 1, true, &d)).contains("►│"));
    }

    #[test]
    fn long_texts_break_at_blanks() {
        assert_eq!(wrapped("one two three", 8), ["one two", "  three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
    }
}
