//! Every code of NAS, S1AP and the capture: a trail that has it, and one that is like it and has it not.

mod keys;
mod messages;
mod stars;
mod table;
mod tale;
mod truth;
mod wording;

use super::catalogue::{self, Code};
use crate::report::Severity;
use table::TABLE;
use tale::Tale;

/// A code, a trail that has it, one that has it not.
struct Row {
    code: &'static Code,
    has: fn() -> Tale,
    has_not: fn() -> Tale,
}

fn codes(tale: &Tale) -> Vec<&'static str> {
    tale.findings().iter().map(|finding| finding.code).collect()
}

#[test]
fn every_row_finds_its_code_and_not_where_it_is_not() {
    let mut wrong = Vec::new();
    for row in TABLE.iter().flat_map(|rows| rows.iter()) {
        let (has, has_not) = (codes(&(row.has)()), codes(&(row.has_not)()));
        if !has.contains(&row.code.name) {
            wrong.push(format!("{} not found, but {has:?}", row.code.name));
        }
        if has_not.contains(&row.code.name) {
            wrong.push(format!("{} found where it is not: {has_not:?}", row.code.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_row() {
    let missing: Vec<_> = catalogue::ALL
        .iter()
        // Those of S6a, of the service based interfaces, of IMS and of keys have tests beside their rules.
        .filter(|chapter| {
            let beside = [
                "The HSS (S6a)",
                "AUSF and UDM (SBI)",
                "IMS (SIP, ESP, Cx)",
                "With keys",
            ];
            !beside.contains(&chapter.title)
        })
        .flat_map(|chapter| chapter.codes)
        .filter(|code| {
            !TABLE
                .iter()
                .flat_map(|rows| rows.iter())
                .any(|row| row.code.name == code.name)
        })
        .map(|code| code.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_healthy_attempt_has_neither_fault_nor_warning() {
    for tale in table::healthy_ones() {
        let found = tale.findings();
        let grave: Vec<_> = found
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .collect();
        assert!(grave.is_empty(), "{grave:#?}");
    }
}

#[test]
fn on_success_only_a_violation_stays_a_fault() {
    for row in TABLE.iter().flat_map(|rows| rows.iter()) {
        for finding in (row.has)().succeeded().findings() {
            assert!(
                finding.severity < Severity::Fault || catalogue::is_violation(finding.code),
                "{}",
                finding.code
            );
        }
    }
}

#[test]
fn the_gravest_comes_first() {
    for row in TABLE.iter().flat_map(|rows| rows.iter()) {
        let found = (row.has)().findings();
        assert!(found.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
    }
}
