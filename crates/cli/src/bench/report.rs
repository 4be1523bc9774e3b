//! Figures beside their goals: a table for people, rows for scripts (`quintet.bench/1`).

use super::machine::Machine;
use crate::output::print_json;
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use serde::{Serialize, Serializer};
use std::io::Write;
use std::time::Duration;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    /// Not above.
    AtMost(f64),
    /// Not below.
    AtLeast(f64),
}

impl Goal {
    fn bound(self) -> f64 {
        match self {
            Self::AtMost(bound) | Self::AtLeast(bound) => bound,
        }
    }

    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }
}

/// A distribution's quantiles, in the unit of the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantiles {
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
}

/// A figure.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) unit: &'static str,
    pub(super) value: f64,
    pub(super) goal: Option<Goal>,
    pub(super) quantiles: Option<Quantiles>,
}

impl Row {
    /// A figure without goal or distribution.
    pub(super) fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            value,
            goal: None,
            quantiles: None,
        }
    }

    pub(super) fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    pub(super) fn quantiles(mut self, quantiles: Quantiles) -> Self {
        self.quantiles = Some(quantiles);
        self
    }

    fn is_met(&self) -> Option<bool> {
        self.goal.map(|goal| goal.is_met_by(self.value))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            name: &'a str,
            unit: &'a str,
            value: f64,
            goal: Option<f64>,
            /// `at_most` or `at_least`.
            goal_is: Option<&'static str>,
            met: Option<bool>,
            p50: Option<f64>,
            p99: Option<f64>,
            p999: Option<f64>,
        }
        let quantile = |of: fn(&Quantiles) -> f64| self.quantiles.as_ref().map(|q| rounded(of(q)));
        Written {
            name: &self.name,
            unit: self.unit,
            value: rounded(self.value),
            goal: self.goal.map(Goal::bound),
            goal_is: self.goal.map(|goal| match goal {
                Goal::AtMost(_) => "at_most",
                Goal::AtLeast(_) => "at_least",
            }),
            met: self.is_met(),
            p50: quantile(|q| q.p50),
            p99: quantile(|q| q.p99),
            p999: quantile(|q| q.p999),
        }
        .serialize(serializer)
    }
}

/// Prints all figures.
pub(super) fn print(schema: &str, machine: &Machine, rows: &[Row], json: bool) -> Result<()> {
    #[derive(Serialize)]
    struct Answer<'a> {
        machine: &'a Machine,
        rows: &'a [Row],
    }
    if json {
        return print_json(schema, &Answer { machine, rows });
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{machine}")?;
    let cells: Vec<[String; 6]> = rows.iter().map(cells).collect();
    let heads = ["", "measured", "goal", "p50", "p99", "p99.9"];
    let width = |column: usize| {
        let all = cells.iter().map(|row| row[column].chars().count());
        all.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let faint = Style::new().dimmed();
    writeln!(out)?;
    write!(out, "{faint}{:1$}", heads[0], widths[0])?;
    for (head, width) in heads.iter().zip(widths).skip(1) {
        write!(out, "  {head:>width$}")?;
    }
    writeln!(out, "{faint:#}")?;
    for (row, cells) in rows.iter().zip(&cells) {
        write!(out, "{:1$}", cells[0], widths[0])?;
        for (cell, width) in cells.iter().zip(widths).skip(1) {
            write!(out, "  {cell:>width$}")?;
        }
        match row.is_met() {
            None => writeln!(out)?,
            Some(met) => {
                let (colour, word) = if met {
                    (AnsiColor::Green, "met")
                } else {
                    (AnsiColor::Yellow, "missed")
                };
                let style = colour.on_default();
                writeln!(out, "  {style}{word}{style:#}")?;
            }
        }
    }
    Ok(())
}

fn cells(row: &Row) -> [String; 6] {
    let quantile =
        |of: fn(&Quantiles) -> f64| row.quantiles.as_ref().map_or(String::new(), |q| figure(of(q)));
    let goal = match row.goal {
        None => String::new(),
        Some(Goal::AtMost(bound)) => format!("≤ {}", figure(bound)),
        Some(Goal::AtLeast(bound)) => format!("≥ {}", figure(bound)),
    };
    [
        row.name.clone(),
        format!("{} {}", figure(row.value), row.unit),
        goal,
        quantile(|q| q.p50),
        quantile(|q| q.p99),
        quantile(|q| q.p999),
    ]
}

/// Three significant digits, more in front of the point.
fn rounded(value: f64) -> f64 {
    let decimals = if value == 0.0 || !value.is_finite() {
        0
    } else {
        (2 - value.abs().log10().floor() as i32).clamp(0, 9)
    };
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

/// A number for people: thousands set apart.
fn figure(value: f64) -> String {
    let text = rounded(value).to_string();
    let (whole, fraction) = text
        .split_once('.')
        .map_or((&text[..], None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A duration in a unit of so many a second: 1e6 for µs.
pub(super) fn in_unit(duration: Duration, per_second: f64) -> f64 {
    duration.as_secs_f64() * per_second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(figure(1_234_567.89), "1,234,568");
        assert_eq!(figure(123.456), "123");
        assert_eq!(figure(-1234.0), "-1,234");
        assert_eq!(figure(-123.0), "-123");
        assert_eq!(figure(0.012_345), "0.0123");
        assert_eq!(figure(5.0), "5");
        assert_eq!(figure(0.0), "0");
    }

    #[test]
    fn a_row_names_its_goal_and_whether_it_is_met() {
        let row = Row::new("x", "ns", 101.2).goal(Goal::AtMost(100.0));
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json["value"], 101.0);
        assert_eq!(json["goal"], 100.0);
        assert_eq!(json["goal_is"], "at_most");
        assert_eq!(json["met"], false);
        assert_eq!(json["p99"], serde_json::Value::Null);
        assert_eq!(
            Row::new("x", "/s", 5.0).goal(Goal::AtLeast(5.0)).is_met(),
            Some(true)
        );
    }
}
