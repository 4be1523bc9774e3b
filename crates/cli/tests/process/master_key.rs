//! Where master keys come from, what is said when they are not there, and other keys while a server runs.

use crate::support::back_end::BackEnd;
use crate::support::mme::{Mme, result};
use crate::support::server::{MASTER_KEY_SOURCE, PROGRAM, Server, Settings, isolate};
use crate::support::subscribers;
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";
const SUCCESS: u32 = 2001;

/// Runs the program in `place`, with a configuration directory of its own and this source, or none.
fn run(place: &Path, source: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdin(Stdio::null()).current_dir(place);
    command.env(MASTER_KEY_SOURCE, source.unwrap_or_default());
    isolate(&mut command);
    if source.is_none() {
        command.env_remove(MASTER_KEY_SOURCE);
    }
    command
        .env("XDG_CONFIG_HOME", place.join("config"))
        .env("CREDENTIALS_DIRECTORY", place.join("credentials"))
        .env("KEY", "0123456789abcdef".repeat(4));
    command.output().unwrap()
}

fn error(output: &Output) -> String {
    assert_ne!(output.status.code(), Some(0));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn add<'a>(db: &'a str, imsi: &'a str) -> [&'a str; 9] {
    ["subscriber", "add", imsi, "--db", db, "--k", K, "--opc", OPC]
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_key_is_made_at_first_use_and_said_once() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let first = run(place, None, &add("q.db", "001010000000001"));
    assert!(first.status.success(), "{}", error(&first));
    let said = String::from_utf8_lossy(&first.stderr);
    let file = place.join("config/quintet/master.key");
    assert!(
        said.contains("keep a copy") && said.contains(file.to_str().unwrap()),
        "{said}"
    );
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let second = run(place, None, &add("q.db", "001010000000002"));
    assert!(second.status.success() && second.stderr.is_empty());

    // Others may read it: refused, and told what to do.
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let said = error(&run(place, None, &["subscriber", "list", "--db", "q.db"]));
    assert!(said.contains("chmod 600") && said.contains("q.db"), "{said}");
    // It is gone: none is made in its place.
    let aside = place.join("aside.key");
    std::fs::rename(&file, &aside).unwrap();
    let said = error(&run(place, None, &["subscriber", "list", "--db", "q.db"]));
    for part in [
        "q.db",
        file.to_str().unwrap(),
        "No such file",
        "--master-key",
        "keys.master",
    ] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    assert!(!file.exists());
    let status = run(place, None, &["keys", "status", "--db", "q.db", "--json"]);
    assert_eq!(status.status.code(), Some(1));
    assert_eq!(json(&status)["master_keys"][0]["at_hand"], false);
    // Another one is no help, and is told from a damaged file.
    let said = error(&run(
        place,
        Some("env:KEY"),
        &["subscriber", "list", "--db", "q.db"],
    ));
    assert!(said.contains("is needed, and env:KEY holds"), "{said}");
    std::fs::set_permissions(&aside, PermissionsExt::from_mode(0o600)).unwrap();
    let listed = run(
        place,
        None,
        &[
            "subscriber",
            "list",
            "--db",
            "q.db",
            "--master-key",
            "file:aside.key",
        ],
    );
    assert!(listed.status.success(), "{}", error(&listed));
}

#[test]
fn every_source_opens_what_it_sealed() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    std::fs::create_dir(place.join("credentials")).unwrap();
    let credential = place.join("credentials/quintet");
    std::fs::write(&credential, [0x11; 31]).unwrap();
    std::fs::set_permissions(&credential, PermissionsExt::from_mode(0o640)).unwrap();
    let made = run(place, None, &["keys", "init", "--out", "made.key", "--json"]);
    assert_eq!(json(&made)["schema"], "quintet.keys.init/1");
    let again = run(place, None, &["keys", "init", "--out", "made.key"]);
    assert!(error(&again).contains("made.key"));
    let refused = error(&run(
        place,
        Some("credential:quintet"),
        &add("c.db", "001010000000001"),
    ));
    assert!(refused.contains("32 octets"), "{refused}");
    let octets: Vec<u8> = (0..32).collect();
    std::fs::write(&credential, octets).unwrap();
    for (n, source) in ["file:made.key", "env:KEY", "credential:quintet"]
        .into_iter()
        .enumerate()
    {
        let db = format!("{n}.db");
        let added = run(place, Some(source), &add(&db, "001010000000001"));
        assert!(added.status.success(), "{}", error(&added));
        let status = run(place, Some(source), &["keys", "status", "--db", &db, "--json"]);
        assert_eq!(status.status.code(), Some(0));
        assert_eq!(json(&status)["data_keys"][0]["subscribers"], 1);
        let wrong = if n == 0 { "env:KEY" } else { "file:made.key" };
        let said = error(&run(place, Some(wrong), &["subscriber", "list", "--db", &db]));
        assert!(said.contains("is needed") && said.contains(wrong), "{said}");
    }
    assert!(!place.join("config").exists(), "no key of the user's was made");
    let said = error(&run(
        place,
        Some("elsewhere"),
        &["subscriber", "list", "--db", "0.db"],
    ));
    assert!(said.contains("file:PATH"), "{said}");
}

#[test]
fn a_server_takes_other_keys_while_it_runs() {
    other_keys_while_it_runs(BackEnd::Sqlite);
}

#[test]
fn a_server_on_postgresql_takes_other_keys_while_it_runs() {
    other_keys_while_it_runs(BackEnd::Postgres);
}

fn other_keys_while_it_runs(back_end: BackEnd) {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let Some(database) = back_end.database(place) else {
        return;
    };
    let db = database.to_str().unwrap();
    for key in ["a.key", "b.key"] {
        assert!(run(place, None, &["keys", "init", "--out", key]).status.success());
    }
    let [a, b] = ["a.key", "b.key"].map(|key| format!("file:{}", place.join(key).display()));
    let mut text = "imsi,k,opc\n".to_owned();
    for n in 1..=2_000 {
        text += &format!("{},{K},{OPC}\n", subscribers::imsi(n));
    }
    std::fs::write(place.join("s.csv"), text).unwrap();
    let imported = run(place, Some(&a), &["subscriber", "import", "--db", db, "s.csv"]);
    assert!(imported.status.success(), "{}", error(&imported));
    let mut settings = Settings::new(&database);
    settings.rest += &format!("[keys]\nmaster = \"{b}\"\nformer = [\"{a}\"]\n");
    let file = settings.write(place);
    let start = || {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "-c"]).arg(&file);
        isolate(&mut command);
        command.env_remove(MASTER_KEY_SOURCE);
        // `isolate` was done: what it sets is taken away again.
        command
    };
    let mut server = Server::run_as_it_is(start());
    let mut mme = Mme::connect(server.address(), "mme.epc.mnc001.mcc001.3gppnetwork.org");
    let mut serves = |who: u32| {
        for ask in [
            mme.air(&subscribers::imsi(who), 1, None),
            mme.ulr(&subscribers::imsi(who)),
        ] {
            assert_eq!(result(&mme.ask(&ask).unwrap()), SUCCESS);
        }
    };
    serves(1);
    let rotated = run(
        place,
        Some(&a),
        &["keys", "rotate", "--data", "--db", db, "--json"],
    );
    assert_eq!(json(&rotated)["data_key"], 2, "{rotated:?}");
    assert_eq!(json(&rotated)["subscribers"], 2_000);
    serves(2);
    let rewrapped = run(
        place,
        Some(&a),
        &["keys", "rotate", "--master", &b, "--db", db, "--json"],
    );
    assert_eq!(json(&rewrapped)["data_keys"], 1);
    serves(3);
    // The former key opens it no more; the server finds the new one, also for a data key that was made since.
    assert!(error(&run(place, Some(&a), &["subscriber", "list", "--db", db])).contains("is needed"));
    let rotated = run(
        place,
        Some(&b),
        &["keys", "rotate", "--data", "--db", db, "--json"],
    );
    assert_eq!(json(&rotated)["data_key"], 3);
    let added = run(place, Some(&b), &add(db, &subscribers::imsi(3_000)));
    assert!(added.status.success());
    serves(3_000);
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0), "{}", server.log());
    let server = Server::run_as_it_is(start());
    let mut mme = Mme::connect(server.address(), "mme.epc.mnc001.mcc001.3gppnetwork.org");
    let air = mme.air(&subscribers::imsi(1_999), 1, None);
    assert_eq!(result(&mme.ask(&air).unwrap()), SUCCESS);
}

#[test]
fn a_process_leaves_no_core() {
    let directory = tempfile::tempdir().unwrap();
    let limit = |allow: bool| {
        let mut settings = Settings::new(directory.path().join("q.db"));
        settings.rest += &format!("[keys]\nallow_core_dumps = {allow}\n");
        let server = Server::start(&settings.write(directory.path()));
        server.address();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        line.split_whitespace().nth(5).unwrap().to_owned()
    };
    let own = std::fs::read_to_string("/proc/self/limits").unwrap();
    let own = own
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let hard = own.split_whitespace().nth(5).unwrap();
    assert_eq!(limit(false), "0");
    assert_eq!(limit(true), hard);
}

#[test]
fn a_home_network_key_may_be_sealed() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let key = [
        "suci",
        "keygen",
        "--profile",
        "a",
        "--out",
        "home.key",
        "--sealed",
        "--json",
    ];
    let public = json(&run(place, Some("env:KEY"), &key))["public_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = std::fs::read_to_string(place.join("home.key")).unwrap();
    assert!(text.starts_with("quintet-sealed-key 1\nmaster "), "{text}");
    let conceal = [
        "suci",
        "conceal",
        "imsi-001010000000001",
        "--plmn",
        "00101",
        "--profile",
        "a",
        "--public-key",
        &public,
        "--json",
    ];
    let suci = json(&run(place, None, &conceal))["suci"]
        .as_str()
        .unwrap()
        .to_owned();
    let reveal = ["suci", "deconceal", &suci, "--key-file", "home.key", "--json"];
    let revealed = run(place, Some("env:KEY"), &reveal);
    assert_eq!(json(&revealed)["supi"], "imsi-001010000000001");
    assert!(error(&run(place, None, &reveal)).contains("is needed"));
    // The UDM reads both kinds.
    let text = format!(
        "roles = [\"udm\"]\n[udm]\nhome_plmns = [\"00101\"]\n[[udm.home_network_key]]\nid = 1\nprofile = \"A\"\nfile = \"{}\"\n",
        place.join("home.key").display()
    );
    std::fs::write(place.join("udm.toml"), &text).unwrap();
    let keyed = format!("{text}[keys]\nmaster = \"env:KEY\"\n");
    std::fs::write(place.join("keyed.toml"), keyed).unwrap();
    let checked = run(place, None, &["check-config", "keyed.toml"]);
    assert!(checked.status.success(), "{}", error(&checked));
    let said = error(&run(place, None, &["check-config", "udm.toml"]));
    assert!(said.contains("home.key") && said.contains("is needed"), "{said}");
}
