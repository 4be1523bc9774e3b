//! `quintet serve` as an MME: it listens, refuses what is wrong, stops and comes back.

use crate::support::core::own_address;
use crate::support::server::{PROGRAM, Server, quintet};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the log says of the S1AP listener.
const LISTENING: &str = "S1AP: listening";

/// A configuration of HSS and MME in one process, at an address of its own, SCTP over UDP.
fn both(directory: &Path, file: &str) -> PathBuf {
    let text = format!(
        "roles = [\"hss\", \"mme\"]\n[diameter]\nlisten = [\"{ip}:3868\"]\n[sctp]\nbackend = \"udp\"\n\
         [hss]\nhome_plmns = [\"00101\"]\n[store]\nkind = \"memory\"\n[mme]\nlisten = [\"{ip}:36412\"]\ndatabase = {:?}\n",
        directory.join("mme.db").display().to_string(),
        ip = own_address(),
    );
    let path = directory.join(file);
    std::fs::write(&path, text).unwrap();
    path
}

fn stop(mut server: Server) -> String {
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0));
    server.log()
}

#[test]
fn an_mme_stops_and_comes_back_and_says_after_what() {
    let directory = tempfile::tempdir().unwrap();
    let configuration = both(directory.path(), "quintet.toml");
    let first = Server::start(&configuration);
    assert!(first.await_line(LISTENING).contains(":36412"));
    first.await_line("HSS reached");
    assert!(stop(first).contains("stopped"));

    let mut second = Server::start(&configuration);
    assert!(second.await_line("contexts: open").contains("after a clean stop"));
    second.await_line(LISTENING);
    second.kill();

    let third = Server::start(&configuration);
    assert!(third.await_line("contexts: open").contains("after a crash"));
    third.await_line(LISTENING);

    // Another one on its contexts, with ports of its own.
    let mut fourth = Server::start(&both(directory.path(), "other.toml"));
    assert_ne!(fourth.await_end().code(), Some(0));
    let said = fourth.log();
    assert!(said.contains("mme.db") && said.contains("mme.database"), "{said}");
    assert!(
        !said.contains("panicked") && fourth.try_line(LISTENING).is_none(),
        "{said}"
    );
    stop(third);
}

#[test]
fn an_amf_does_not_take_the_contexts_of_an_mme_for_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let mme = Server::start(&both(directory.path(), "mme.toml"));
    mme.await_line(LISTENING);
    stop(mme);
    let ip = own_address();
    let text = format!(
        "roles = [\"amf\"]\n[sctp]\nbackend = \"udp\"\n[amf]\nlisten = [\"{ip}:38412\"]\nsbi_listen = \"{ip}:7780\"\n\
         ausf = [\"http://{ip}:1\"]\nudm = [\"http://{ip}:1\"]\ndatabase = {:?}\n",
        directory.path().join("mme.db").display().to_string()
    );
    let file = directory.path().join("amf.toml");
    std::fs::write(&file, text).unwrap();
    let mut amf = Server::start(&file);
    assert!(amf.try_line("NGAP: listening").is_none(), "it started");
    assert_ne!(amf.await_end().code(), Some(0));
    let said = amf.log();
    assert!(
        said.contains("amf.database") && said.contains("of an MME"),
        "{said}"
    );
}

#[test]
fn an_mme_alone_needs_to_know_its_hss() {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--role", "mme"]);
    let mut server = Server::run(command);
    assert_ne!(server.await_end().code(), Some(0));
    let said = server.log();
    assert!(said.contains("mme.hss") && said.contains("roles"), "{said}");
}

/// The text of `[mme]`, and what the error must name.
const WRONG: &[(&str, &[&str])] = &[
    ("listen = []", &["mme.listen", "eNB"]),
    ("listen = [\"here\"]", &["line 3", "listen", "socket address"]),
    ("tracking_areas = []", &["mme.tracking_areas", "00101-1"]),
    (
        "tracking_areas = [\"00101\"]",
        &["line 3", "tracking_areas", "00101"],
    ),
    (
        "tracking_areas = [\"00101-1\", \"99970-1\"]",
        &["mme.tracking_areas", "PLMN"],
    ),
    (
        "tracking_areas = [\"00101-1\", \"00101-1\"]",
        &["mme.tracking_areas", "twice"],
    ),
    ("integrity = []", &["mme.integrity", "at least one"]),
    ("integrity = [\"EIA0\"]", &["line 3", "integrity", "EIA0", "EIA1"]),
    ("ciphering = [\"AES\"]", &["line 3", "ciphering", "AES", "EEA2"]),
    ("unauthenticated_emergency = true", &["mme.emergency_apn"]),
    (
        "emergency_apn = \"not an apn\"",
        &["mme.emergency_apn", "not an apn"],
    ),
    (
        "reauthenticate_every = 0",
        &["mme.reauthenticate_every", "leave it out"],
    ),
    (
        "name = \"quintet_mme\"",
        &["mme.name", "quintet_mme", "underscore"],
    ),
    ("t3412_s = 0", &["mme.t3412_s", "11160"]),
    ("t3412_s = 9223372036854775807", &["mme.t3412_s", "11160"]),
    ("t3460_ms = 1", &["line 3", "t3460_ms", "100 to 60000"]),
    (
        "address_pool = \"10.45.0.1/16\"",
        &["line 3", "address_pool", "10.45.0.0/16"],
    ),
    (
        "hss_identity = \"other.example.org\"",
        &["mme.hss_identity", "diameter.identity", "other.example.org"],
    ),
    (
        "identity = \"hss.epc.mnc001.mcc001.3gppnetwork.org\"",
        &["mme.identity", "diameter.identity"],
    ),
    ("database = \"\"", &["mme.database", "keep_contexts"]),
    ("codes = 1", &["line 3", "codes", "code"]),
];

#[test]
fn a_wrong_mme_is_one_error_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("quintet.toml");
    for (text, expected) in WRONG {
        std::fs::write(&file, format!("roles = [\"hss\", \"mme\"]\n[mme]\n{text}\n")).unwrap();
        let output = quintet([Path::new("check-config"), &file]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text:?}: {said}");
        for part in expected.iter().copied().chain([file.to_str().unwrap()]) {
            assert!(said.contains(part), "{text:?}: {part:?} is missing in: {said}");
        }
    }
    std::fs::write(&file, "roles = [\"hss\", \"mme\"]\n").unwrap();
    assert_eq!(quintet([Path::new("check-config"), &file]).status.code(), Some(0));
}
