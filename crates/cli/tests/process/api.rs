//! Provisioning over HTTP against a running server: what it changes reaches the MME, tokens come and go, all is written down.

use crate::support::api::Api;
use crate::support::await_some;
use crate::support::mme::{Mme, REALM, result};
use crate::support::server::{Server, Settings, quintet};
use quintet_diameter::Message;
use quintet_diameter::dict::command;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const IMSI: &str = "001010000000001";
const ONE: &str = "/api/v1/subscribers/001010000000001";

/// What the MME is told next.
fn told(mme: &mut Mme) -> u32 {
    let octets = mme.told().unwrap();
    Message::decode(&octets).unwrap().header().code
}

/// A command of the program on a database; what it printed.
fn on(database: &Path, arguments: &[&str]) -> String {
    let database = database.display().to_string();
    let output = quintet([arguments, &["--db", &database]].concat());
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_changed_over_http_reaches_the_mme_and_the_audit_log() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let mut settings = Settings::new(&database);
    settings.rest.push_str("[api]\nlisten = \"127.0.0.1:0\"\n");
    let configuration = settings.write(directory.path());
    let mut server = Server::start(&configuration);
    server.await_line("API: listening");
    // The first token is in a file of its owner's alone, and not in the log.
    let file = directory.path().join("first-admin.token");
    let first = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!server.log().contains(first.trim()));
    let api = Api::of(&server, &first);
    let subscriber = json!({"imsi": IMSI, "msisdn": "49151", "k": "465b5ce8b199b49faa5f0a2ee238a6bc",
        "opc": "cd63cb71954a9f4e48a5994e37a02baf"});
    assert_eq!(api.status("POST", "/api/v1/subscribers", &subscriber), 201);
    let mut mme = Mme::connect(server.address(), &format!("mme.{REALM}"));
    let attached = |mme: &mut Mme| {
        await_some("the subscriber to be known", || {
            let ulr = mme.ulr(IMSI);
            (result(&mme.ask(&ulr).unwrap()) == 2001).then_some(())
        });
    };
    attached(&mut mme);
    let patch = json!({"subscription": {"ambr": {"uplink": 1000, "downlink": 2000}}});
    assert_eq!(api.status("PATCH", ONE, &patch), 200);
    assert_eq!(told(&mut mme), command::INSERT_SUBSCRIBER_DATA);
    let location = api.ask("GET", &format!("{ONE}/location"), &Value::Null).json();
    assert_eq!(location["location"]["mme"]["host"], format!("mme.{REALM}"));
    assert_eq!(
        api.status("DELETE", &format!("{ONE}/location"), &Value::Null),
        202
    );
    assert_eq!(told(&mut mme), command::CANCEL_LOCATION);
    attached(&mut mme);
    assert_eq!(api.status("DELETE", ONE, &Value::Null), 200);
    assert_eq!(told(&mut mme), command::CANCEL_LOCATION);
    assert_eq!(api.status("GET", "/api/v1/keys", &Value::Null), 200);
    // Tokens of the command line are known to the running server, and gone when they are revoked.
    let made = on(&database, &["token", "create", "billing", "--role", "read-only"]);
    let billing = Api::of(&server, &made);
    await_some("the token to be known", || {
        (billing.status("GET", "/api/v1/subscribers", &Value::Null) == 200).then_some(())
    });
    assert_eq!(billing.status("POST", "/api/v1/subscribers", &subscriber), 403);
    on(&database, &["token", "revoke", "billing"]);
    await_some("the token to be gone", || {
        (billing.status("GET", "/api/v1/subscribers", &Value::Null) != 200).then_some(())
    });
    let log: Value = serde_json::from_str(&on(&database, &["audit", "--json"])).unwrap();
    let entries = log["entries"].as_array().unwrap();
    let what: Vec<_> = entries
        .iter()
        .rev()
        .map(|entry| entry["what"].as_str().unwrap())
        .collect();
    let expected = [
        "subscriber.create",
        "subscriber.update",
        "location.cancel",
        "subscriber.remove",
        "token.create",
    ];
    assert_eq!(what[..5], expected, "{log}");
    assert_eq!(entries.last().unwrap()["who"], "token first-admin");
    // It ends with the program, and makes no second first token.
    server.signal(Signal::TERM);
    assert!(server.await_end().success());
    std::fs::remove_file(&file).unwrap();
    let server = Server::start(&configuration);
    let api = Api::of(&server, &first);
    assert_eq!(api.status("GET", "/api/v1/subscribers", &Value::Null), 200);
    assert!(!file.exists());
}
