//! The live page of a running server: attempts over real S1AP and S6a are in its events, with what the doctor finds.

use crate::support::core::own_address;
use crate::support::server::{PROGRAM, Server, Settings, quintet};
use crate::support::station::Station;
use crate::support::subscribers;
use quintet_browser::{Events, Plain};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// What the doctor says of an attach that is refused with cause #8.
const REFUSED: &str = "rejected-no-services-allowed";

/// Somebody whom the HSS does not know.
const STRANGER: &str = "001017777777777";

/// HSS and MME in one process, and the web page beside them.
struct Site {
    server: Server,
    directory: tempfile::TempDir,
    s1: SocketAddr,
}

impl Site {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (ip, mut settings) = (own_address(), Settings::new(directory.path().join("q.db")));
        settings.rest += &format!(
            "[api]\nlisten = \"127.0.0.1:0\"\n[sctp]\nbackend = \"udp\"\n\
             [mme]\nlisten = [\"{ip}:36412\"]\ndatabase = {:?}\n",
            directory.path().join("mme.db").display().to_string()
        );
        let configuration = settings.write(directory.path());
        subscribers::provision(&settings.database, [subscribers::imsi(1)]);
        let mut command = Command::new(PROGRAM);
        // The MME has to know the HSS's port before there is one.
        command
            .args([
                "serve",
                "--role",
                "hss,mme",
                "--listen",
                &format!("{ip}:3868"),
                "-c",
            ])
            .arg(configuration);
        let server = Server::run(command);
        server.await_line("HSS reached");
        Self {
            server,
            directory,
            s1: SocketAddr::new(ip.into(), 36412),
        }
    }

    fn log_in(&self) -> Plain {
        log_in(&self.server, self.directory.path())
    }
}

/// Somebody who has logged in with the first administrator's token, which is beside the database in this directory.
fn log_in(server: &Server, directory: &Path) -> Plain {
    let line = server.await_line("API: listening");
    let address = line
        .split("address=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let token = std::fs::read_to_string(directory.join("first-admin.token")).unwrap();
    Plain::log_in(address.unwrap().parse().unwrap(), token.trim())
}

/// Reads events until the rows told last, by IMSI, are as wanted, and answers them.
fn rows_until(
    events: &mut Events,
    wanted: impl Fn(&BTreeMap<String, Value>) -> bool,
) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    while !wanted(&rows) {
        let changes = events.next("changes");
        assert_eq!(changes["unseen"], 0, "{changes}");
        for row in changes["rows"].as_array().unwrap() {
            if let Some(imsi) = row["subscriber"]["imsi"].as_str() {
                rows.insert(imsi.to_owned(), row.clone());
            }
        }
    }
    rows
}

/// The names of an attempt's messages.
fn messages(attempt: &Value) -> Vec<&str> {
    let messages = attempt["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["name"].as_str().unwrap())
        .collect()
}

#[test]
fn attempts_of_a_running_core_are_in_the_events_of_its_page_with_their_findings() {
    let site = Site::start();
    let session = site.log_in();
    // Who looks wakes the feed; what comes from now on is seen from its first message.
    let mut events = session.events("/ui/live/events");
    assert_eq!(events.next("changes")["rows"], serde_json::json!([]));
    let known = subscribers::imsi(1);
    let mut watched = session.events(&format!("/ui/subscribers/{known}/watch/events"));
    assert_eq!(serving(&watched.next("state")), None);
    let _station = Station::start(site.s1, vec![known.clone(), STRANGER.to_owned()]);
    let rows = rows_until(&mut events, |rows| {
        let is = |imsi: &str, name: &str, value: &str| rows.get(imsi).is_some_and(|row| row[name] == value);
        is(STRANGER, "outcome", "failure") && is(&known, "reached", "complete")
    });
    let attempt = |imsi: &str| -> Value {
        let answer = session.get(&format!("/ui/live/attempts/{}", rows[imsi]["id"]));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    };

    let refused = &rows[STRANGER];
    assert_eq!(
        (&refused["outcome"], &refused["fault"][0]),
        (&"failure".into(), &REFUSED.into()),
        "{refused}"
    );
    let refused = attempt(STRANGER);
    let findings = refused["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["code"] == REFUSED);
    let finding = finding.unwrap_or_else(|| panic!("{refused}")).to_string();
    assert!(
        finding.contains("5001"),
        "what the HSS said is the evidence: {finding}"
    );
    let said = messages(&refused);
    for name in ["ATTACH REQUEST", "ATTACH REJECT"] {
        assert!(said.contains(&name), "{name} is not in {said:?}");
    }
    assert!(
        refused["messages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|message| message["protocol"] == "S6a"),
        "S6a is in the same ladder: {refused}"
    );

    let attached = &rows[&known];
    assert_eq!(
        (&attached["outcome"], &attached["fault"]),
        (&"success".into(), &Value::Null),
        "{attached}"
    );
    let attached = attempt(&known);
    let said = messages(&attached);
    for name in [
        "AUTHENTICATION REQUEST",
        "SECURITY MODE COMPLETE",
        "ATTACH ACCEPT",
    ] {
        assert!(said.contains(&name), "{name} is not in {said:?}");
    }

    // Whoever watches the subscriber is told where the attach left them.
    let host = std::iter::repeat_with(|| serving(&watched.next("state"))).find_map(|host| host);
    assert_eq!(host.as_deref(), Some("mme.epc.mnc001.mcc001.3gppnetwork.org"));
}

#[test]
fn a_capture_is_examined_with_the_keys_of_this_core_if_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("kept");
    let capture = directory.path().join("lab.pcapng");
    // A card with another key than its HSS has: who knows the HSS's tells it from a message that was changed.
    let arguments = ["lab", "lte", "--scenario", "wrong-key", "--json", "--keep"].map(OsStr::new);
    let played =
        quintet(
            arguments
                .into_iter()
                .chain([kept.as_os_str(), "--pcap".as_ref(), capture.as_os_str()]),
        );
    assert!(
        played.status.success(),
        "{}",
        String::from_utf8_lossy(&played.stderr)
    );
    let mut settings = Settings::new(kept.join("quintet-lab.db"));
    settings.rest.push_str("[api]\nlisten = \"127.0.0.1:0\"\n");
    let configuration = settings.write(directory.path());
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "-c"]).arg(configuration);
    let server = Server::run(command);
    let session = log_in(&server, &kept);
    let capture = std::fs::read(capture).unwrap();
    for (said, finds) in [("a.pcapng", false), ("a.pcapng&keys=true", true)] {
        let address = session.bring(said, &capture).unwrap();
        let report = session.get(&address).body;
        assert!(report.contains("authentication-mac-failure"), "{said}");
        assert_eq!(report.contains("usim-other-key"), finds, "{said}");
    }
}

/// The MME of a subscriber, as their watched page shows it.
fn serving(state: &Value) -> Option<String> {
    let mut facts = state.as_array().unwrap().iter();
    let fact = facts.find(|fact| fact["name"] == "location mme host")?;
    Some(fact["value"].as_str().unwrap().to_owned())
}
