//! Every code of S6a: a story that has it, and one that is like it and has it not.

mod story;
mod table;

use crate::findings::catalogue;
use story::Story;
use table::TABLE;

#[test]
fn every_row_finds_its_code_and_not_where_it_is_not() {
    let mut wrong = Vec::new();
    for (code, has, has_not) in TABLE {
        let (has, has_not) = (codes(has), codes(has_not));
        if !has.contains(&code.name) {
            wrong.push(format!("{} not found, but {has:?}", code.name));
        }
        if has_not.contains(&code.name) {
            wrong.push(format!("{} found where it is not: {has_not:?}", code.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn codes(tell: &fn(&mut Story)) -> Vec<&'static str> {
    let mut story = Story::new();
    tell(&mut story);
    story.findings().iter().map(|finding| finding.code).collect()
}

#[test]
fn every_code_has_a_row() {
    let chapter = catalogue::ALL
        .iter()
        .find(|chapter| chapter.title == "The HSS (S6a)")
        .expect("the chapter");
    let missing: Vec<_> = chapter
        .codes
        .iter()
        .filter(|code| !TABLE.iter().any(|(row, ..)| row.name == code.name))
        .map(|code| code.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_healthy_attempt_has_no_finding() {
    for tell in [table::attach, table::attach_of_s6a] {
        let mut story = Story::new();
        tell(&mut story);
        let found = story.findings();
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn findings_are_whole_and_name_no_identity() {
    for (code, has, _) in TABLE {
        let mut story = Story::new();
        has(&mut story);
        for finding in story.findings() {
            let text = format!("{finding:?}");
            assert!(!text.contains(crate::s6a::support::IMSI), "{}: {text}", code.name);
            assert!(!finding.frames.is_empty() && !finding.causes.is_empty(), "{text}");
            for cause in &finding.causes {
                assert!(!cause.why.is_empty() && !cause.evidence.is_empty(), "{text}");
            }
        }
    }
}

#[test]
fn the_likeliest_cause_of_an_unknown_subscriber_is_what_the_request_shows() {
    let first = |whose: &str, realm: &str| {
        let mut story = Story::new();
        story.refused_elsewhere(whose, realm);
        story.findings()[0].causes[0].why.clone()
    };
    let home = "epc.mnc001.mcc001.3gppnetwork.org";
    assert_eq!(
        first("001010000000001", home),
        "The subscriber is not provisioned"
    );
    assert!(first("00101000000001", home).contains("a digit too few"));
    let long = first("001001000000001", "epc.mnc010.mcc001.3gppnetwork.org");
    assert!(long.contains("MNC was taken for"), "{long}");
}
