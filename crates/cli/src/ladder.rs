//! The ladder: lifelines, arrows, and beside each message what it carries. What the lab plays and what the doctor reads is
//! drawn alike.
//!
//! ```text
//!    0.012345  │───────│── AIR ────────────────►│  User-Name 001010000000001
//!              │       │                        │  Visited-PLMN-Id 001-01
//! ```

use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use std::time::Duration;

/// Columns of the whole, where nothing else is asked for.
pub(crate) const WIDTH: usize = 100;

/// Columns that are left for details however narrow the whole is asked to be.
const MIN_DETAILS: usize = 20;

/// Column of the first lifeline.
const FIRST: usize = 13;

/// Columns of an arrow before its label.
const LEAD: usize = 4;

const QUIET: Style = Style::new().dimmed();
pub(crate) const HEADING: Style = Style::new().bold();

/// What an arrow, or a note, means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// A request.
    Asking,
    Good,
    /// Refused, as may be.
    Refused,
    /// What must not be.
    Bad,
}

impl Tone {
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Asking => AnsiColor::Cyan.on_default().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Refused => AnsiColor::Yellow.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// A message as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrow {
    /// Lifelines, from the left.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) label: String,
    /// A label for where that has no room, and what then stands first beside it.
    pub(crate) short: Option<(String, String)>,
    pub(crate) tone: Tone,
    /// Whether it was lost before it arrived.
    pub(crate) lost: bool,
    /// Beside the arrow and below.
    pub(crate) details: Vec<String>,
}

/// Draws ladders with these lifelines.
pub(crate) struct Ladder {
    names: Vec<&'static str>,
    columns: Vec<usize>,
    width: usize,
}

impl Ladder {
    /// Lifelines of these names, with so many columns between each and the next.
    pub(crate) fn new(names: &[&'static str], steps: &[usize]) -> Self {
        let mut columns = vec![FIRST];
        for step in steps {
            columns.push(columns[columns.len() - 1] + step);
        }
        Self {
            names: names.to_vec(),
            columns,
            width: WIDTH,
        }
    }

    /// The same, of so many columns, as far as the lifelines leave room for details.
    pub(crate) fn wide(mut self, width: usize) -> Self {
        self.width = width.max(self.last() + 3 + MIN_DETAILS);
        self
    }

    /// The names above the lifelines.
    pub(crate) fn head(&self) -> String {
        let mut line = Row::blank(self.width);
        for (column, name) in self.columns.iter().zip(&self.names) {
            line.put(column - 1, name);
        }
        format!("{HEADING}{}{HEADING:#}\n", line.text())
    }

    /// The column behind the last lifeline.
    fn last(&self) -> usize {
        self.columns.last().copied().unwrap_or(FIRST)
    }

    /// A row with nothing but lifelines.
    fn lifelines(&self) -> Row {
        let mut row = Row::blank(self.width);
        for column in &self.columns {
            row.put(*column, "│");
        }
        row
    }

    /// The widest gap between neighbours from one lifeline to another: where a label has most room.
    fn gap(&self, left: usize, right: usize) -> (usize, usize) {
        let gaps = self.columns[left..=right]
            .windows(2)
            .map(|pair| (pair[0], pair[1]));
        gaps.max_by_key(|(from, to)| to - from).unwrap_or_default()
    }

    /// One message, `at` after the beginning.
    pub(crate) fn message(&self, at: Duration, arrow: &Arrow) -> String {
        let (left, right) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
        let (from, to) = (self.columns[left], self.columns[right]);
        let mut row = self.lifelines();
        row.put(1, &format!("{:>10.6}", at.as_secs_f64()));
        (from + 1..to).for_each(|column| {
            if row.0[column] == ' ' {
                row.0[column] = '─'
            }
        });
        let head = if arrow.lost {
            "✗"
        } else if arrow.from < arrow.to {
            "►"
        } else {
            "◄"
        };
        row.put(if arrow.from < arrow.to { to - 1 } else { from + 1 }, head);
        // A label that no gap of the arrow holds stands in the gap beside it, without a line.
        let (mut start, mut end) = self.gap(left, right);
        let room = |start: usize, end: usize| end - start - LEAD - 2;
        let mut label = format!(" {} ", arrow.label);
        let mut details = arrow.details.clone();
        if label.chars().count() > room(start, end) {
            (start, end) = self.gap(0, self.columns.len() - 1);
        }
        if label.chars().count() > room(start, end)
            && let Some((short, rest)) = &arrow.short
        {
            label = format!(" {short} ");
            details.insert(0, rest.clone());
        }
        if label.chars().count() > room(start, end) {
            label = label.chars().take(room(start, end) - 1).chain(['…']).collect();
        }
        let label_at = start + LEAD;
        row.put(label_at, &label);
        let style = arrow.tone.style();
        let (before, after) = row.around(label_at, label.chars().count());
        let first = format!("{before}{style}{label}{style:#}{after}");
        self.with_details(first, &details, QUIET)
    }

    /// What happened beside the wire: at a UE, or in somebody's memory. A new line stays one.
    pub(crate) fn note(&self, lifeline: usize, text: &str, tone: Tone) -> String {
        let mut row = self.lifelines();
        row.put(self.columns[lifeline], "●");
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        self.with_details(row.text(), &lines, tone.style())
    }

    /// Where the path broke: a line across all lifelines.
    pub(crate) fn broken(&self, text: &str) -> String {
        let mut row = self.lifelines();
        for column in self.columns[0]..=self.last() {
            row.put(
                column,
                if self.columns.contains(&column) {
                    "╳"
                } else {
                    "╌"
                },
            );
        }
        let style = Tone::Bad.style();
        let head: String = row.0[..self.columns[0]].iter().collect();
        let line: String = row.0[self.columns[0]..=self.last()].iter().collect();
        self.with_details(format!("{head}{style}{line}{style:#}"), &[text.to_owned()], style)
    }

    /// Puts details beside a row and below it, wrapped.
    fn with_details(&self, first: String, details: &[String], style: Style) -> String {
        let room = self.width - self.last() - 3;
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
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
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
    fn blank(width: usize) -> Self {
        Self(vec![' '; width])
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
    use quintet_sim::AnswerOutcome;

    const S6A: (&[&str], [usize; 2]) = (&["MME1", "MME2", "HSS"], [9, 34]);
    const LTE: (&[&str], [usize; 3]) = (&["UE", "eNB", "MME", "HSS"], [6, 40, 14]);

    fn plain(styled: &str) -> String {
        anstream::adapter::strip_str(styled).to_string()
    }

    /// An answer with a result and a long detail.
    fn answer(outcome: AnswerOutcome, value: &str, (from, to): (usize, usize)) -> Arrow {
        let named = quintet_sim::result_name(outcome).unwrap_or_default().to_owned();
        Arrow {
            from,
            to,
            label: format!("AIA {outcome}"),
            short: Some((format!("AIA {}", outcome.code), named)),
            tone: Tone::Good,
            lost: false,
            details: vec![format!("KASME {value}")],
        }
    }

    fn fits(text: &str, lifelines: usize) {
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            let whole = line.chars().filter(|c| matches!(c, '│')).count() >= lifelines;
            assert!(whole, "lifelines go on: {line}");
        }
    }

    #[test]
    fn nothing_is_wider_than_a_hundred_columns() {
        let long = "ab".repeat(40);
        for (ladder, ends) in [
            (Ladder::new(S6A.0, &S6A.1), [(2, 0), (2, 1)]),
            (Ladder::new(LTE.0, &LTE.1), [(3, 2), (2, 3)]),
        ] {
            for code in [2001, 4181, 5420] {
                let outcome = if code == 2001 {
                    AnswerOutcome::SUCCESS
                } else {
                    AnswerOutcome::experimental(code)
                };
                for ends in ends {
                    let text =
                        plain(&ladder.message(Duration::from_secs(999), &answer(outcome, &long, ends)));
                    fits(&text, ladder.columns.len());
                    let name = quintet_sim::result_name(outcome).unwrap();
                    let joined: String = text
                        .lines()
                        .map(|line| line.rsplit('│').next().unwrap().trim())
                        .collect();
                    assert!(
                        text.contains(name) || joined.contains(name),
                        "{name} is shown: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn arrows_point_where_messages_go() {
        let ladder = Ladder::new(S6A.0, &S6A.1);
        let draw = |ends| plain(&ladder.message(Duration::ZERO, &answer(AnswerOutcome::SUCCESS, "00", ends)));
        assert!(draw((2, 0)).contains("│◄"));
        assert!(draw((1, 2)).contains("►│"));
    }

    #[test]
    fn a_lost_message_ends_before_its_goal_and_keeps_its_name() {
        let ladder = Ladder::new(LTE.0, &LTE.1);
        let arrow = Arrow {
            from: 0,
            to: 1,
            label: "TRACKING AREA UPDATE COMPLETE".to_owned(),
            short: None,
            tone: Tone::Refused,
            lost: true,
            details: Vec::new(),
        };
        let text = plain(&ladder.message(Duration::ZERO, &arrow));
        assert!(text.contains("│────✗│"), "{text}");
        assert!(text.contains("TRACKING AREA UPDATE COMPLETE"), "{text}");
        fits(&text, 4);
    }

    #[test]
    fn a_break_crosses_every_lifeline_and_a_width_is_kept() {
        let ladder = Ladder::new(LTE.0, &LTE.1).wide(120);
        let text = plain(&ladder.broken(&"authentication: ".repeat(9)));
        assert!(
            text.starts_with(&format!("{}╳╌╌╌╌╌╳╌", " ".repeat(FIRST))),
            "{text}"
        );
        assert_eq!(text.matches('╳').count(), 4);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(
            widest.is_some_and(|widest| (101..=120).contains(&widest)),
            "{text}"
        );
        let narrow = Ladder::new(LTE.0, &LTE.1).wide(10);
        assert_eq!(narrow.width, 13 + 60 + 3 + MIN_DETAILS, "details keep room");
    }

    #[test]
    fn long_texts_break_at_blanks() {
        assert_eq!(wrapped("one two three", 8), ["one two", "  three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
    }
}
