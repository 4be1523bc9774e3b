//! Lists of clauses: `docs/compliance/*.toml`, one for each specification.
//!
//! ```toml
//! specification = "TS 33.401"           # as citations name it
//! version = "16.3.0 (Release 16)"       # whose numbers these are; or the release alone
//! title = "Security of EPS"             # in our words
//! about = "…"                           # a sentence under the heading, if there is something to say
//! definitions = ["3.1"]                 # clauses that code may cite although they ask nothing
//!
//! [contents]                            # which clauses there are; those that nobody cites may be left out
//! top = "1-15, A-K"
//! "5.1" = "1-5"
//!
//! [[clause]]                            # a row of the table, in order
//! at = "6.2"
//! asks = "…"                            # what is asked, in our words
//! of = "HSS, MME"                       # which nodes of ours
//! tests = ["…"]                         # what holds it, beside the tests that cite it
//! limit = "…"                           # PC: what is left out
//! reason = "…"                          # NC: why not
//! outside = "…"                         # n/a: whom it concerns instead
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::clause::{Clause, contents};

/// A list as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    specification: String,
    version: String,
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    definitions: Vec<String>,
    contents: BTreeMap<String, String>,
    clause: Vec<WrittenRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    at: String,
    asks: String,
    of: String,
    #[serde(default)]
    tests: Vec<String>,
    limit: Option<String>,
    reason: Option<String>,
    outside: Option<String>,
}

/// What is said of a row beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing: it is answered as a whole.
    Whole,
    /// Answered but for this.
    Part(String),
    /// Not answered, for this reason.
    Not(String),
    /// It asks nothing of a node that is here.
    Outside(String),
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) at: Clause,
    pub(super) asks: String,
    pub(super) of: String,
    pub(super) tests: Vec<String>,
    pub(super) claim: Claim,
}

/// The clauses of a specification that ask something.
#[derive(Debug)]
pub(super) struct List {
    pub(super) specification: String,
    pub(super) version: String,
    pub(super) title: String,
    pub(super) about: String,
    /// Clauses that ask nothing and are cited all the same.
    pub(super) definitions: Vec<Clause>,
    pub(super) contents: BTreeSet<Clause>,
    pub(super) rows: Vec<Row>,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut all = BTreeSet::new();
        for (outer, list) in &written.contents {
            let outer = (outer != "top").then_some(outer.as_str());
            all.extend(contents(outer, list).map_err(|word| format!("`{word}` in [contents] is no clause"))?);
        }
        let known = |word: &str| {
            let clause = Clause::parse(word).filter(|clause| all.contains(clause));
            clause.ok_or_else(|| format!("clause {word} is not among the [contents]"))
        };
        let definitions = written
            .definitions
            .iter()
            .map(|word| known(word))
            .collect::<Result<_, _>>()?;
        let mut rows: Vec<Row> = Vec::new();
        for row in written.clause {
            let at = known(&row.at)?;
            if rows.last().is_some_and(|before| before.at > at) {
                return Err(format!("clause {at} is not in its place"));
            }
            rows.push(row.read(at)?);
        }
        Ok(Self {
            specification: written.specification,
            version: written.version,
            title: written.title,
            about: written.about,
            definitions,
            contents: all,
            rows,
        })
    }
}

impl WrittenRow {
    fn read(self, at: Clause) -> Result<Row, String> {
        let claim = match (self.limit, self.reason, self.outside) {
            (None, None, None) => Claim::Whole,
            (Some(limit), None, None) => Claim::Part(limit),
            (None, Some(reason), None) => Claim::Not(reason),
            (None, None, Some(whom)) => Claim::Outside(whom),
            _ => {
                return Err(format!(
                    "clause {at} has more than one of limit, reason and outside"
                ));
            }
        };
        Ok(Row {
            at,
            asks: self.asks,
            of: self.of,
            tests: self.tests,
            claim,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "specification = \"TS 1.1\"\nversion = \"1\"\ntitle = \"t\"\n[contents]\ntop = \"1-3\"\n2 = \"1-2\"\n";

    fn error(rows: &str) -> String {
        List::read(&format!("{HEAD}{rows}")).unwrap_err()
    }

    #[test]
    fn a_row_has_one_claim() {
        let row = |more: &str| format!("[[clause]]\nat = \"2.1\"\nasks = \"a\"\nof = \"o\"\n{more}");
        let claim = |more: &str| {
            List::read(&format!("{HEAD}{}", row(more))).unwrap().rows[0]
                .claim
                .clone()
        };
        assert_eq!(claim(""), Claim::Whole);
        assert_eq!(claim("limit = \"l\""), Claim::Part("l".to_owned()));
        assert_eq!(claim("reason = \"r\""), Claim::Not("r".to_owned()));
        assert_eq!(claim("outside = \"o\""), Claim::Outside("o".to_owned()));
        assert_eq!(
            error(&row("limit = \"l\"\nreason = \"r\"")),
            "clause 2.1 has more than one of limit, reason and outside"
        );
    }

    #[test]
    fn rows_are_clauses_that_exist_in_their_order() {
        let row = |at: &str| format!("[[clause]]\nat = \"{at}\"\nasks = \"a\"\nof = \"o\"\n");
        assert_eq!(error(&row("2.3")), "clause 2.3 is not among the [contents]");
        assert_eq!(error(&(row("2.1") + &row("1"))), "clause 1 is not in its place");
        assert!(error("[[clause]]\nasks = \"a\"").contains("missing field"));
        assert!(error("[[clause]]\nask = \"a\"").contains("unknown field"));
    }
}
