//! Every code a finding may have: its stable name, how grave it is by default, the clause, what it means, what to do next.
//! `docs/findings.md` is made of it (test: `the_page_is_the_catalogue`).
//!
//! A code is never renamed and never used for something else: people filter and alarm by it.

mod authentication;
mod capture;
mod continuation;
mod fgs;
mod identity;
mod ims;
mod keys;
mod protection;
mod rejects;
mod s6a;
mod sbi;
mod security_mode;

pub use self::keys::*;
pub use authentication::*;
pub use capture::*;
pub use continuation::*;
pub use fgs::*;
pub use identity::*;
pub use ims::*;
pub use protection::*;
pub use rejects::*;
pub use s6a::*;
pub use sbi::*;
pub use security_mode::*;

use crate::report::Severity;

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable, kebab-case.
    pub name: &'static str,
    /// How grave it is, unless the rule has a reason.
    pub severity: Severity,
    /// Whether security itself is violated, so that it stays a fault on an attempt that succeeded.
    pub violation: bool,
    /// The clause that says how it should be.
    pub clause: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// A chapter of the catalogue: constants of [`Code`], and the chapter's list of them.
macro_rules! codes {
    ($list:ident: $title:literal; $($name:ident = $code:literal, $severity:ident $(+ $violation:ident)?, $clause:literal,
        $meaning:literal, $next:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: $crate::findings::catalogue::Code = $crate::findings::catalogue::Code {
                name: $code,
                severity: $crate::report::Severity::$severity,
                violation: false $(|| stringify!($violation).len() > 0)?,
                clause: $clause,
                meaning: $meaning,
                next: $next,
            };
        )*
        #[doc = $title]
        pub(super) const $list: $crate::findings::catalogue::Chapter = $crate::findings::catalogue::Chapter {
            title: $title,
            codes: &[$($name),*],
        };
    };
}
use codes;

/// Codes that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// Its heading.
    pub title: &'static str,
    /// Its codes.
    pub codes: &'static [Code],
}

/// Every code, along the path.
pub const ALL: &[Chapter] = &[
    s6a::CHAPTER,
    sbi::CHAPTER,
    identity::CHAPTER,
    authentication::CHAPTER,
    security_mode::CHAPTER,
    protection::CHAPTER,
    continuation::CHAPTER,
    fgs::CHAPTER,
    rejects::CHAPTER,
    ims::CHAPTER,
    self::keys::CHAPTER,
    capture::CHAPTER,
];

/// The code of a name.
#[must_use]
pub fn code(name: &str) -> Option<&'static Code> {
    ALL.iter()
        .flat_map(|chapter| chapter.codes)
        .find(|code| code.name == name)
}

/// Whether the code of this name violates security itself.
pub(super) fn is_violation(name: &str) -> bool {
    code(name).is_some_and(|code| code.violation)
}

/// The page `docs/findings.md`.
#[cfg(test)]
fn page() -> String {
    let mut page = String::from(
        "# What the doctor finds\n\n\
         Every finding has one of these codes. A code is never renamed and never used for something else: filter and alarm\n\
         by it. `fault` is the link that broke, or a violation that security rests on; `warning` is not in order, yet not\n\
         what broke the attempt; `note` is worth knowing. A rule may call one trace less grave than its default: on an attempt that\n\
         succeeded, only what is marked ● stays a fault.\n\n\
         This page is made of the catalogue in `crates/doctor/src/findings/catalogue`:\n\
         `QUINTET_WRITE=1 cargo test -p quintet-doctor the_page_is_the_catalogue` writes it.\n",
    );
    for chapter in ALL {
        page += &format!("\n## {}\n\n", chapter.title);
        page += "| code | default | clause | meaning | next step |\n|---|---|---|---|---|\n";
        for code in chapter.codes {
            let severity = format!("{:?}", code.severity).to_lowercase();
            let mark = if code.violation { " ●" } else { "" };
            page += &format!(
                "| `{}` | {severity}{mark} | {} | {} | {} |\n",
                code.name, code.clause, code.meaning, code.next
            );
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_kebab_case_and_stand_once() {
        let mut names = HashSet::new();
        for code in ALL.iter().flat_map(|chapter| chapter.codes) {
            assert!(names.insert(code.name), "{} twice", code.name);
            assert!(
                code.name
                    .bytes()
                    .all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-'),
                "{}",
                code.name
            );
            assert!(
                code.meaning.ends_with('.') && code.next.ends_with(['.', '?']),
                "{}: sentences",
                code.name
            );
            assert!(
                code.clause.starts_with("TS ") || code.clause.starts_with("RFC "),
                "{}: {}",
                code.name,
                code.clause
            );
        }
    }

    #[test]
    fn the_page_is_the_catalogue() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/findings.md");
        let page = page();
        if std::env::var_os("QUINTET_WRITE").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page,
            "docs/findings.md is not the catalogue: QUINTET_WRITE=1 cargo test -p quintet-doctor the_page_is_the_catalogue"
        );
    }
}
