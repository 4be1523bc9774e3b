//! Citations: `TS 33.401 6.1.1, A.2 and B.0` in comments, and in the strings that a node or a report says.
//!
//! One may go on over the end of a comment's line. It names clauses between commas, `and`, `or`, and ranges with `to`;
//! `Annex C` and `Annexes C and M` name annexes. The number of a table is not that of a clause and left out, but the clause of
//! `table 7.3.1/1` is known. A specification without a clause cites nothing.

use super::clause::Clause;

/// A clause that is cited.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Citation {
    pub(super) clause: Clause,
    /// The line that names the specification.
    pub(super) line: usize,
}

/// What marks the beginning of a line as comment, the longest first.
const LEADS: [&str; 4] = ["//!", "///", "//", ";"];

/// The longest number of a clause that stands alone; longer ones are results: `RFC 6733 7.1.5, 5014`.
const MAX_DIGITS: usize = 2;

/// A text without the leads of its comments, and where its lines begin.
pub(super) struct Flat {
    text: String,
    starts: Vec<usize>,
}

impl Flat {
    pub(super) fn of(text: &str) -> Self {
        let mut flat = Self {
            text: String::with_capacity(text.len()),
            starts: Vec::new(),
        };
        for line in text.lines() {
            let line = line.trim();
            let bare = LEADS
                .iter()
                .find_map(|lead| line.strip_prefix(lead))
                .unwrap_or(line);
            flat.starts.push(flat.text.len());
            // A string that goes on in the next line ends in a backslash.
            flat.text.push_str(bare.strip_suffix('\\').unwrap_or(bare));
            flat.text.push(' ');
        }
        flat
    }

    /// The citations of a specification, in their order.
    pub(super) fn citations(&self, specification: &str) -> Vec<Citation> {
        let mut citations = Vec::new();
        for (at, _) in self.text.match_indices(specification) {
            let rest = &self.text[at + specification.len()..];
            if rest.starts_with(' ') {
                let line = self.starts.partition_point(|start| *start <= at);
                citations.extend(clauses(rest).into_iter().map(|clause| Citation { clause, line }));
            }
        }
        citations
    }
}

/// What stands before a clause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Specification,
    Separator,
    Annex,
    Table,
    To,
}

/// The clauses at the beginning of a text.
fn clauses(text: &str) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    let (mut before, mut annex, mut open) = (Before::Specification, false, true);
    for word in text.split_whitespace() {
        match word {
            "and" | "or" => {
                (open, before) = (
                    true,
                    if before == Before::Table {
                        before
                    } else {
                        Before::Separator
                    },
                );
                continue;
            }
            "to" => {
                (open, before) = (
                    true,
                    if before == Before::Table {
                        before
                    } else {
                        Before::To
                    },
                );
                continue;
            }
            _ if !open => break,
            "clause" | "clauses" => continue,
            "table" | "tables" => {
                before = Before::Table;
                continue;
            }
            "Annex" | "Annexes" => {
                (annex, before) = (true, Before::Annex);
                continue;
            }
            _ => {}
        }
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let end = bare.find(['/', '–', ':', ')', '"']).unwrap_or(bare.len());
        let (name, behind) = (&bare[..end], &word[end..]);
        let Some(clause) = Clause::parse(name) else {
            break;
        };
        // A lone number in a list may be any number, a lone letter any word.
        let listed = before == Before::Separator && behind.is_empty() || name.len() > MAX_DIGITS;
        let strange = if clause.is_annex() {
            !annex
        } else {
            annex || listed
        };
        if clause.depth() == 1 && strange {
            break;
        }
        match before {
            Before::Table if !bare[end..].starts_with('/') => {}
            Before::To => {
                let from = found.pop();
                found.extend(from.map_or_else(|| vec![clause.clone()], |from| from.to(&clause)));
            }
            _ => found.push(clause),
        }
        open = behind.ends_with([',', ';']) && !behind.contains([')', '"', '.']);
        before = if before == Before::Table {
            before
        } else {
            Before::Separator
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cited(text: &str) -> Vec<(usize, String)> {
        let citations = Flat::of(text).citations("TS 33.401");
        citations
            .iter()
            .map(|cited| (cited.line, cited.clause.to_string()))
            .collect()
    }

    fn names(text: &str) -> Vec<String> {
        cited(text).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_clause_may_end_in_anything() {
        for text in [
            "(TS 33.401 6.1.1).",
            "TS 33.401 6.1.1: what",
            "\"TS 33.401 6.1.1\",",
            "TS 33.401 6.1.1",
            "[TS 33.401 6.1.1]",
            "of TS 33.401 clause 6.1.1 step 3",
            "(\"TS 33.401 6.1.1\", \"TS 33.501 D.3.1\")",
            "TS 33.401 6.1.1; TS 33.501 6.2",
            "TS 33.401 6.1.1, 3 octets",
            "TS 33.401 6.1.1, 5014)",
        ] {
            assert_eq!(names(text), ["6.1.1"], "{text}");
        }
    }

    #[test]
    fn lists_and_ranges_name_several() {
        assert_eq!(names("(TS 33.401 6.1.1, A.2 and B.0)"), ["6.1.1", "A.2", "B.0"]);
        assert_eq!(names("TS 33.401 5, 7)"), ["5", "7"]);
        assert_eq!(names("TS 33.401 A.15 to A.18."), ["A.15", "A.16", "A.17", "A.18"]);
        assert_eq!(names("TS 33.401 6.2 and Annex A)"), ["6.2", "Annex A"]);
        assert_eq!(
            names("TS 33.401 Annexes C, D and M"),
            ["Annex C", "Annex D", "Annex M"]
        );
        assert_eq!(names("TS 33.401 6.1.1 and a UE"), ["6.1.1"]);
    }

    #[test]
    fn a_citation_goes_on_in_the_next_line() {
        assert_eq!(
            cited("a\n    /// b (TS 33.401 6.1,\n    /// 6.2)\n// TS 33.401\n// 7.2.4\n"),
            [
                (2, "6.1".to_owned()),
                (2, "6.2".to_owned()),
                (4, "7.2.4".to_owned())
            ]
        );
        assert_eq!(
            names("    \"as TS 33.401 6.1, \\\n     6.2 say\""),
            ["6.1", "6.2"]
        );
        assert_eq!(
            cited("; TS 33.401 6.1\n; TS 33.401 6.2"),
            [(1, "6.1".to_owned()), (2, "6.2".to_owned())]
        );
    }

    #[test]
    fn a_specification_or_a_table_is_no_clause() {
        for text in [
            "TS 33.401 has",
            "TS 33.401.",
            "TS 33.401 A UE",
            "TS 33.401, 6.1",
            "TS 33.4011 6.1",
            "TS 33.401 table 6.1.1.1",
        ] {
            assert_eq!(names(text), [""; 0], "{text}");
        }
        assert_eq!(names("TS 33.401 table 7.3.1/1"), ["7.3.1"]);
        assert_eq!(names("TS 33.401 tables 6.3.2 to 6.3.6"), [""; 0]);
    }
}
