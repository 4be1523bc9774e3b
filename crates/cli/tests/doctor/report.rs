//! What the report says: the same in every form, valid by its schema, for those asked for.

use crate::support::{captures, complained, doctor, json, program, said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/doctor.schema.json");

fn lab() -> &'static str {
    captures::lab().to_str().expect("its name is ASCII")
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

fn report(arguments: &[&str]) -> Value {
    let all: Vec<&str> = [lab(), "--json"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    json(&doctor(Path::new("."), &all))
}

#[test]
fn the_terminal_names_each_fault_and_marks_where_it_broke() {
    let output = doctor(Path::new("."), &[lab()]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}\n{}", complained(&output));
    for (scenario, code) in captures::SCENARIOS {
        let Some(code) = code else { continue };
        assert!(
            text.contains(&format!("fault {code}  TS ")),
            "{scenario}: {code} is not in\n{text}"
        );
    }
    assert!(text.contains('╳') && text.contains("✓ #1 attach"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 100), "{widest:?} columns");
}

#[test]
fn what_is_well_ends_with_0() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    captures::attach(&directory.path().join("good.pcapng"));
    let output = doctor(directory.path(), &["good.pcapng"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let verbose = said(&doctor(directory.path(), &["good.pcapng", "--verbose"]));
    assert!(verbose.contains("SECURITY MODE COMPLETE"), "{verbose}");
}

/// Validated by a program that is not ours.
#[test]
fn json_is_valid_by_its_schema() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    captures::attach(&directory.path().join("good.pcapng"));
    let good = directory.path().join("good.pcapng");
    let empty = directory.path().join("no-attempt.pcapng");
    let whole = captures::refused("no");
    // The first frame alone: a handshake's SYN.
    std::fs::write(&empty, &whole[..300]).expect("room for a file");
    let reports = [
        doctor(directory.path(), &[lab(), "--json"]),
        doctor(
            directory.path(),
            &[lab(), "--json", "--compare", good.to_str().expect("ASCII")],
        ),
        doctor(
            directory.path(),
            &[lab(), lab(), "--json", "--identities", "--since", "1e9"],
        ),
        doctor(directory.path(), &["no-attempt.pcapng", "--json"]),
    ];
    let compared = json(&reports[1]);
    assert!(
        list(&compared, "attempts")
            .iter()
            .any(|attempt| attempt.get("compared").is_some())
    );
    for (n, output) in (0..).zip(&reports) {
        let file = directory.path().join(format!("{n}.json"));
        std::fs::write(&file, &output.stdout).expect("room for a file");
        // Debian's, whose version stays; another may lie before it on the path.
        let Some(mut validator) = program(&["/usr/bin/jsonschema", "jsonschema"]) else {
            return;
        };
        let validated = validator
            .arg("-i")
            .arg(&file)
            .arg(SCHEMA)
            .output()
            .expect("it was there a moment ago");
        assert!(validated.status.success(), "{n}: {}", complained(&validated));
    }
    // A schema that takes everything would pass as well.
    let mut wrong = json(&reports[0]);
    wrong["attempts"][0]["outcome"] = "perhaps".into();
    let file = directory.path().join("wrong.json");
    std::fs::write(&file, wrong.to_string()).expect("room for a file");
    let mut validator = program(&["/usr/bin/jsonschema", "jsonschema"]).expect("it was there a moment ago");
    let validated = validator
        .arg("-i")
        .arg(&file)
        .arg(SCHEMA)
        .output()
        .expect("it was there a moment ago");
    assert!(!validated.status.success(), "an outcome that is none");
}

/// The lab's IMSIs, as the capture has them.
fn imsis(report: &Value) -> BTreeSet<String> {
    let attempts = list(report, "attempts").iter();
    let imsis = attempts.filter_map(|attempt| attempt["subscriber"]["imsi"].as_str());
    imsis.map(str::to_owned).collect()
}

#[test]
fn identities_are_pseudonyms_unless_asked_for() {
    let (shared, again) = (report(&[]), report(&[]));
    let real = imsis(&report(&["--identities"]));
    assert!(!real.is_empty());
    assert_eq!(imsis(&shared).len(), real.len(), "one pseudonym for each");
    assert!(
        imsis(&shared).is_disjoint(&real) && imsis(&shared).is_disjoint(&imsis(&again)),
        "new ones in each run"
    );
    let whole = shared.to_string();
    for imsi in &real {
        assert!(!whole.contains(imsi.as_str()), "{imsi} is in the report");
        let text = said(&doctor(Path::new("."), &[lab(), "--verbose"]));
        assert!(
            !text.contains(imsi.as_str()),
            "{imsi} is in the terminal's report"
        );
    }
}

#[test]
fn one_subscriber_is_chosen_by_the_real_imsi() {
    let whole = report(&["--identities"]);
    let imsi = imsis(&whole).into_iter().next().expect("somebody");
    let all = list(&whole, "attempts").iter();
    let his = all
        .filter(|attempt| attempt["subscriber"]["imsi"] == imsi.as_str())
        .count();
    for arguments in [&["--imsi", &imsi][..], &["--imsi", &imsi, "--identities"]] {
        let chosen = report(arguments);
        assert_eq!(list(&chosen, "attempts").len(), his, "{arguments:?}");
        assert_eq!(chosen["doctor"]["left_out"], list(&whole, "attempts").len() - his);
    }
    let nobody = doctor(Path::new("."), &[lab(), "--imsi", "999999999999999"]);
    assert_eq!(nobody.status.code(), Some(0), "nothing of that subscriber failed");
    assert!(said(&nobody).contains("left out by --imsi"));
}

#[test]
fn a_stretch_of_time_is_chosen() {
    let whole = report(&[]);
    let all = list(&whole, "attempts");
    let last = all
        .iter()
        .map(|attempt| attempt["messages"][0]["time"].as_str().expect("text"))
        .max()
        .expect("some");
    let late = report(&["--since", last]);
    assert!(!list(&late, "attempts").is_empty() && list(&late, "attempts").len() < all.len());
    let early = report(&["--until", "0.001"]);
    assert!(list(&early, "attempts").len() < all.len());
    assert_eq!(list(&report(&["--since", "1e9"]), "attempts").len(), 0);
}

/// Each display filter is one that tshark takes, and finds frames with.
#[test]
fn filters_are_those_of_wireshark() {
    let output = doctor(Path::new("."), &[lab(), "--filter"]);
    let text = said(&output);
    let findings: usize = list(&report(&[]), "attempts")
        .iter()
        .map(|attempt| list(attempt, "findings").len())
        .sum();
    assert_eq!(text.lines().count(), findings, "{text}");
    let filters: BTreeSet<&str> = text.lines().collect();
    for filter in filters {
        let Some(mut tshark) = program(&["tshark"]) else {
            return;
        };
        let found = tshark
            .args(["-r", lab(), "-Y", filter])
            .output()
            .expect("it was there a moment ago");
        assert!(found.status.success(), "{filter}: {}", complained(&found));
        assert!(!found.stdout.is_empty(), "{filter} finds nothing");
    }
}

#[test]
fn a_bad_trace_is_held_against_a_good_one() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    captures::attach(&directory.path().join("good.pcapng"));
    let output = doctor(directory.path(), &[lab(), "--compare", "good.pcapng"]);
    let text = said(&output);
    assert!(
        text.contains("beside #1 of good.pcapng"),
        "{text}\n{}",
        complained(&output)
    );
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        plain.contains(
            "first departure: AUTHENTICATION FAILURE from UE to MME in place of AUTHENTICATION RESPONSE"
        ),
        "{text}"
    );
    let bad = directory.path().join("bad.pcapng");
    captures::play(&["wrong-key"], &bad);
    let output = doctor(directory.path(), &["good.pcapng", "--compare", "bad.pcapng"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        complained(&output).contains("no attempt in bad.pcapng went well"),
        "{}",
        complained(&output)
    );
}

#[test]
fn several_captures_are_one_story() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("s6a.pcapng"), captures::refused("nobody"))
        .expect("room for a file");
    let output = doctor(directory.path(), &[lab(), "s6a.pcapng", "--json", "--identities"]);
    let both = json(&output);
    assert_eq!(list(&both, "captures").len(), 2);
    assert!(imsis(&both).contains(captures::REFUSED_IMSI));
    let of = |capture: u64| {
        list(&both, "attempts")
            .iter()
            .any(|a| a["messages"][0]["capture"] == capture)
    };
    assert!(of(0) && of(1));
}
