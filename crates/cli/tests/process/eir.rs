//! The register of equipment of a running server, changed by the command line and by what it learns.

use crate::support::mme::{Mme, REALM, find, result};
use crate::support::server::{Server, Settings, quintet};
use crate::support::{await_some, subscribers};
use quintet_diameter::dict::{application, avp, command};
use std::path::Path;

const IMEI: &str = "352099001761481";

/// `quintet eir …` on a database: its exit code and what it printed.
fn eir(database: &Path, arguments: &[&str]) -> (i32, String) {
    let database = database.display().to_string();
    let all = [&["eir", "--db", &database], arguments].concat();
    let output = quintet(&all);
    let error = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().unwrap();
    assert!(code < 2, "{all:?}: {error}");
    (code, String::from_utf8(output.stdout).unwrap())
}

/// Asks the server about equipment: the result, and the status.
fn check(mme: &mut Mme, id: u32, imei: &str, imsi: Option<&str>) -> (u32, Option<u32>) {
    let request = crate::support::mme::build(command::ME_IDENTITY_CHECK, application::S13, id, |w| {
        w.text(avp::SESSION_ID, &format!("mme;1;{id}"));
        w.u32(avp::AUTH_SESSION_STATE, 1);
        w.text(avp::ORIGIN_HOST, &format!("mme.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_REALM, REALM);
        w.group(avp::TERMINAL_INFORMATION, |w| w.text(avp::IMEI, imei));
        if let Some(imsi) = imsi {
            w.text(avp::USER_NAME, imsi);
        }
    });
    let answer = mme.ask(&request).unwrap();
    let status = find(&answer, &[avp::EQUIPMENT_STATUS]).map(|avp| avp.u32().unwrap());
    (result(&answer), status)
}

#[test]
fn the_command_line_and_first_uses_say_what_may_be_used() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let (one, two) = (subscribers::imsi(1), subscribers::imsi(2));
    subscribers::provision(&database, [one.clone(), two.clone()]);
    eir(&database, &["add", "35209900", "--status", "white"]);
    let mut settings = Settings::new(&database);
    settings
        .rest
        .push_str("[eir]\nother_equipment = \"black\"\nlearn = true\n");
    let configuration = settings.write(directory.path());
    let mut server = Server::start(&configuration);
    let host = format!("mme.{REALM}");
    let mut mme = Mme::connect(server.address(), &host);
    assert_eq!(check(&mut mme, 1, IMEI, None), (2001, Some(0)));
    assert_eq!(check(&mut mme, 2, "86000000000000", None), (5422, None));
    // A note, a CSV file, a removal: each is seen by the server that runs.
    eir(&database, &["add", IMEI, "--status", "black", "--note", "stolen"]);
    let mut id = 2;
    let mut become_so = |mme: &mut Mme, imei: &str, expected| {
        await_some("a change of the register", || {
            id += 1;
            (check(mme, id, imei, None) == expected).then_some(())
        });
    };
    become_so(&mut mme, IMEI, (2001, Some(1)));
    let csv = directory.path().join("rules.csv");
    std::fs::write(&csv, "equipment,status\n86,grey\n").unwrap();
    eir(&database, &["import", &csv.display().to_string()]);
    become_so(&mut mme, "86000000000000", (2001, Some(2)));
    eir(&database, &["remove", IMEI]);
    become_so(&mut mme, IMEI, (2001, Some(0)));
    // What is learnt is told by the command line, and by a server that was killed and started again.
    assert_eq!(check(&mut mme, 100, IMEI, Some(&one)), (2001, Some(0)));
    assert_eq!(
        check(&mut mme, 101, "352099000000000", Some(&one)),
        (2001, Some(1))
    );
    server.kill();
    let (_, shown) = eir(&database, &["--json", "show", "--imsi", &one]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["bindings"][0]["equipment"][0]["equipment"], IMEI[..14]);
    assert_eq!(shown["bindings"][0]["equipment"][0]["learnt"], true);
    let configuration = configuration.display().to_string();
    for (imei, code, said) in [(IMEI, 0, "white"), ("352099000000000", 1, "black")] {
        let arguments = ["--json", "check", imei, "--imsi", &one, "-c", &configuration];
        let (exit, text) = eir(&database, &arguments);
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((exit, answer["status"].as_str().unwrap()), (code, said));
    }
    let server = Server::start(Path::new(&configuration));
    let mut mme = Mme::connect(server.address(), &host);
    assert_eq!(check(&mut mme, 1, "352099000000000", Some(&one)), (2001, Some(1)));
    assert_eq!(check(&mut mme, 2, "352099000000000", Some(&two)), (2001, Some(0)));
}
