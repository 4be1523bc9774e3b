//! Clauses: `5.2.1.1.3`, `6.3.7A`, `B.2.1A`, `C`, and the lists of those that a specification has.

use std::collections::BTreeSet;
use std::fmt;

/// A part of a clause's number: a number, a letter, or a number with letters behind it. Numbers come before letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u32, String),
    Annex(char),
}

/// A clause, annex, or clause of an annex. They are in the order of the specification.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause(Vec<Part>);

impl Clause {
    /// Reads a clause; `None` if the word is no clause.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let part = |(at, part): (usize, &str)| {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, letters) = part.split_at(digits);
            match (number.parse(), letters.as_bytes()) {
                (Ok(number), [] | [_] | [_, _]) if letters.bytes().all(|c| c.is_ascii_alphabetic()) => {
                    Some(Part::Number(number, letters.to_owned()))
                }
                (Err(_), [letter @ b'A'..=b'Z']) if at == 0 => Some(Part::Annex(char::from(*letter))),
                _ => None,
            }
        };
        word.split('.')
            .enumerate()
            .map(part)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether it is a whole annex.
    pub(super) fn is_annex(&self) -> bool {
        matches!(self.0[..], [Part::Annex(_)])
    }

    /// Whether it is this clause, or one within it.
    pub(super) fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// How deep it stands: 1 for `5`.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    fn child(&self, part: Part) -> Self {
        Self(self.0.iter().cloned().chain([part]).collect())
    }

    /// The clauses from this one to a later neighbour of it, `7.1.3` to `7.1.5`; both ends alone if they are no neighbours.
    pub(super) fn to(&self, last: &Self) -> Vec<Self> {
        let (Some((from, before)), Some((to, same))) = (self.0.split_last(), last.0.split_last()) else {
            return Vec::new();
        };
        let between = match (from, to) {
            _ if before != same => 0..0,
            (Part::Number(from, _), Part::Number(to, _)) => from + 1..*to,
            _ => 0..0,
        };
        let outer = Self(before.to_vec());
        let between = between.map(|number| outer.child(Part::Number(number, String::new())));
        [self.clone()]
            .into_iter()
            .chain(between)
            .chain([last.clone()])
            .collect()
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_annex() {
            f.write_str("Annex ")?;
        }
        for (at, part) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match part {
                Part::Number(number, letters) => write!(f, "{dot}{number}{letters}")?,
                Part::Annex(letter) => write!(f, "{dot}{letter}")?,
            }
        }
        Ok(())
    }
}

/// Reads what stands directly within a clause (`None`: within the specification): `1-12, 7A, 14`, `A-E`.
///
/// # Errors
///
/// The word that is no clause, or no range of clauses.
pub(super) fn contents(outer: Option<&str>, list: &str) -> Result<BTreeSet<Clause>, String> {
    let outer = match outer {
        Some(word) => Clause::parse(word).ok_or_else(|| word.to_owned())?,
        None => Clause(Vec::new()),
    };
    let mut clauses = BTreeSet::new();
    for word in list.split(',').map(str::trim) {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        let ends = [from, to].map(|end| Clause::parse(end).and_then(|end| end.0.into_iter().next()));
        match ends {
            [Some(Part::Number(from, _)), Some(Part::Number(to, letters))]
                if from < to && letters.is_empty() =>
            {
                clauses.extend((from..=to).map(|number| outer.child(Part::Number(number, String::new()))));
            }
            [Some(Part::Annex(from)), Some(Part::Annex(to))] if outer.depth() == 0 => {
                clauses.extend((from..=to).map(|letter| outer.child(Part::Annex(letter))));
            }
            [Some(part @ Part::Number(..)), _] if from == to => {
                clauses.insert(outer.child(part));
            }
            _ => return Err(word.to_owned()),
        }
    }
    Ok(clauses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(word: &str) -> Clause {
        Clause::parse(word).unwrap()
    }

    #[test]
    fn clauses_are_written_as_they_are_read() {
        for word in ["5", "5.2.1.1.3", "6.3.7A", "B.2.1A", "7.4.1a", "6.1.4.1a"] {
            assert_eq!(clause(word).to_string(), word);
        }
        assert_eq!(clause("C").to_string(), "Annex C");
        for word in [
            "",
            "5.",
            ".5",
            "5.B",
            "UE",
            "a",
            "6.1x-2",
            "5..2",
            "99999999999",
            "5.2abc",
        ] {
            assert_eq!(Clause::parse(word), None, "{word}");
        }
    }

    #[test]
    fn clauses_stand_in_the_order_of_the_specification() {
        let mut clauses = ["B.1", "10", "C", "7.10", "7A", "7.2", "B", "7", "7.2.1"].map(clause);
        clauses.sort();
        let expected = ["7", "7.2", "7.2.1", "7.10", "7A", "10", "B", "B.1", "C"].map(clause);
        assert_eq!(clauses, expected);
        assert!(clause("7.2.1").is_within(&clause("7.2")));
        assert!(!clause("7.20").is_within(&clause("7.2")));
    }

    #[test]
    fn ranges_have_what_stands_between() {
        let found = |from: &str, to: &str| clause(from).to(&clause(to));
        assert_eq!(found("7.1.3", "7.1.5"), ["7.1.3", "7.1.4", "7.1.5"].map(clause));
        assert_eq!(found("7.1", "8.2"), ["7.1", "8.2"].map(clause));
    }

    #[test]
    fn contents_are_lists_and_ranges() {
        let found: Vec<String> = contents(Some("B.2"), "1-3, 2A")
            .unwrap()
            .iter()
            .map(Clause::to_string)
            .collect();
        assert_eq!(found, ["B.2.1", "B.2.2", "B.2.2A", "B.2.3"]);
        let found: Vec<String> = contents(None, "1, A-B")
            .unwrap()
            .iter()
            .map(Clause::to_string)
            .collect();
        assert_eq!(found, ["1", "Annex A", "Annex B"]);
        for wrong in ["", "3-1", "x", "1-B"] {
            assert!(contents(None, wrong).is_err(), "{wrong}");
        }
        assert!(contents(Some("5"), "A-B").is_err());
    }
}
