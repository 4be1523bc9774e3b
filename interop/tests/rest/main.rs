//! The provisioning interface, used by programs that others made and that know docs/openapi.json alone: a client that is
//! generated of it, and a tester that tries whatever it permits and forbids.
#![cfg(test)]
#![forbid(unsafe_code)]

mod place;

use place::{Place, Served};
use std::path::Path;

/// What makes the client, from PyPI.
const GENERATOR: &str = "openapi-python-client==0.29.1";

/// What tries all operations, from PyPI.
const TESTER: &str = "schemathesis==4.32.5";

/// Seed of what the tester draws; `QUINTET_SEED` says another one.
const SEED: &str = "20261122";

/// What belongs to these tests beside their code.
fn beside(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rest").join(file)
}

/// The description that both know.
fn description() -> std::path::PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    path.canonicalize().expect("the description")
}

#[test]
fn a_client_generated_from_the_description_provisions() {
    let Some(place) = Place::with("client", GENERATOR) else {
        return;
    };
    let mut generate = place.program("openapi-python-client");
    generate
        .args(["generate", "--meta", "none", "--output-path"])
        .arg("quintet_provisioning_client")
        .arg("--path")
        .arg(description());
    let said = place::run(&mut generate);
    // It makes no client of YAML, which `apply` wants, and of nothing else it may warn.
    let warnings = said.matches("WARNING").count();
    assert!(warnings <= 1 && said.contains("POST /api/v1/apply"), "{said}");
    let served = Served::start(&place, &[]);
    let mut client = place.program("python");
    client
        .arg(beside("client.py"))
        .args([&served.url, &served.token])
        .env("PYTHONPATH", place.path());
    place::run(&mut client);
}

/// Tries all operations; `token`: as whom.
fn try_all(place: &Place, served: &Served, token: Option<&str>, arguments: &[&str]) {
    let seed = std::env::var("QUINTET_SEED").unwrap_or_else(|_| SEED.to_owned());
    println!("QUINTET_SEED={seed}");
    let mut tester = place.program("schemathesis");
    tester
        .arg("--config-file")
        .arg(beside("schemathesis.toml"))
        .arg("run")
        .arg(description())
        .args(["--url", &served.url, "--seed", &seed, "--no-color"])
        .args(arguments);
    if let Some(token) = token {
        tester.args(["--header", &format!("Authorization: Bearer {token}")]);
    } else {
        tester.env("SCHEMATHESIS_HOOKS", beside("hooks.py"));
    }
    println!("{}", place::run(&mut tester));
}

/// What was changed, by the audit log.
fn changes(place: &Place, served: &Served) -> String {
    let mut program = place.program("python");
    let arguments = [&served.url, &served.token];
    place::run(program.arg(beside("changes.py")).args(arguments))
}

#[test]
fn every_operation_answers_as_the_description_says_with_a_token_and_without() {
    let Some(place) = Place::with("tester", TESTER) else {
        return;
    };
    // Those of schemathesis.toml.
    let served = Served::start(&place, &["001010000000001", "001010000000002"]);
    let arguments = ["--max-examples", "20", "--continue-on-failure"];
    try_all(&place, &served, Some(&served.token), &arguments);
    // It was heard, and did things of all kinds.
    let done = changes(&place, &served);
    for what in [
        "subscriber.update",
        "subscriber.remove",
        "equipment.put",
        "equipment.remove",
        "equipment.bind",
        "equipment.unbind",
        "token.create",
        "location.cancel",
        "ims.deregister",
    ] {
        assert!(done.lines().any(|line| line == what), "{what} is not in\n{done}");
    }
    let checks = "nothing_without_a_token,not_a_server_error,status_code_conformance,content_type_conformance,\
        response_schema_conformance";
    let arguments = [
        "--max-examples",
        "10",
        "--phases",
        "examples,fuzzing",
        "--checks",
        checks,
    ];
    try_all(&place, &served, None, &arguments);
    assert_eq!(
        changes(&place, &served),
        done,
        "somebody without a token changed something"
    );
}
