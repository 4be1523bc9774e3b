//! What is seen while it happens, over real connections: the list by server-sent events, one attempt, captures that are brought.
#![cfg(test)]

mod page;
mod site;

use quintet_admin::Role;
use quintet_consult::sample::s6a;
use serde_json::{Value, json};
use site::{Site, by};

const STRANGER: &str = "001017777777777";

#[test]
fn an_attempt_appears_while_it_happens() {
    let site = Site::start();
    let session = site.log_in(Role::ReadOnly, "");
    let mut events = session.events("/ui/live/events");
    let first = events.next("changes");
    assert_eq!(first["rows"], json!([]));
    site.refuse(1, STRANGER);
    // The request may be told of before its answer.
    let row = by(|| {
        let row = events.next("changes")["rows"].as_array()?.first()?.clone();
        (!row["fault"].is_null()).then_some(row)
    });
    assert_eq!(row["subscriber"]["imsi"], STRANGER);
    assert_eq!(row["fault"][0], "subscriber-unknown");
    assert_eq!(row["running"], true);
    let answer = session.get(&format!("/ui/live/attempts/{}", row["id"]));
    assert_eq!(answer.status, 200);
    let attempt: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(attempt["messages"].as_array().unwrap().len(), 2);
    assert_eq!(attempt["findings"][0]["code"], "subscriber-unknown");
    assert!(
        attempt["mark"]["text"]
            .as_str()
            .unwrap()
            .contains("subscriber-unknown")
    );
    assert_eq!(session.get("/ui/live/attempts/999999").status, 404);
    // Another filter sees nothing of it.
    let mut others = session.events("/ui/live/events?who=99999&outcome=fault");
    assert_eq!(others.next("changes")["rows"], json!([]));
    assert_eq!(session.get("/ui/live?outcome=everything").status, 400);
}

#[test]
fn a_storm_is_told_in_part_and_how_much_was_left_out() {
    const MANY: u32 = 1_000;
    let site = Site::start();
    let session = site.log_in(Role::Admin, "");
    let mut events = session.events("/ui/live/events");
    events.next("changes");
    for n in 0..MANY {
        site.refuse(n, &format!("0010177777{n:05}"));
    }
    let (mut rows, mut left_out) = (0, 0);
    while rows + left_out < u64::from(MANY) {
        let changes = events.next("changes");
        let told = changes["rows"].as_array().unwrap().len() as u64;
        assert!(told <= 200, "{told}");
        rows += told;
        left_out += changes["left_out"].as_u64().unwrap();
    }
}

#[test]
fn each_sees_what_the_scopes_permit() {
    let site = Site::start();
    let all = site.log_in(Role::Admin, "");
    let some = site.log_in(Role::NoSecrets, "imsi:26201");
    let none = site.log_in(Role::Admin, "equipment");
    let mut events = all.events("/ui/live/events");
    events.next("changes");
    let mut narrow = some.events("/ui/live/events");
    narrow.next("changes");
    site.refuse(1, STRANGER);
    site.refuse(2, "262017777777777");
    let mut ids = Vec::new();
    by(|| {
        let changes = events.next("changes");
        ids.extend(
            changes["rows"]
                .as_array()?
                .iter()
                .filter_map(|row| row["id"].as_u64()),
        );
        ids.sort_unstable();
        ids.dedup();
        (ids.len() == 2).then_some(())
    });
    let row = by(|| Some(narrow.next("changes")["rows"].as_array()?.first()?.clone()));
    assert_eq!(row["subscriber"]["imsi"], "262017777777777");
    let answer = |id: &u64| some.get(&format!("/ui/live/attempts/{id}")).status;
    let answers: Vec<u16> = ids.iter().map(answer).collect();
    let seen = answers.iter().filter(|status| **status == 200);
    assert_eq!(seen.count(), 1, "{answers:?}");
    for path in ["/ui/live", "/ui/live/events", "/ui/live/attempts/1", "/ui/doctor"] {
        assert_eq!(none.get(path).status, 403, "{path}");
    }
    let watch = format!("/ui/subscribers/{STRANGER}/watch");
    assert_eq!(some.get(&watch).status, 404);
}

#[test]
fn who_watches_a_subscriber_is_told_what_changes_without_asking() {
    const PROVISIONED: &str = "001010000000001";
    let site = Site::start();
    site.provision(PROVISIONED);
    let session = site.log_in(Role::ReadOnly, "");
    let mut events = session.events(&format!("/ui/subscribers/{PROVISIONED}/watch/events"));
    let state = events.next("state");
    assert!(state.to_string().contains(PROVISIONED), "{state}");
    // Another's attempt is not told, their own is.
    site.refuse(1, STRANGER);
    site.refuse(2, PROVISIONED);
    let row = by(|| events.next("changes")["rows"].as_array()?.first().cloned());
    assert_eq!(row["subscriber"]["imsi"], PROVISIONED);
    site.remove(PROVISIONED);
    let gone = std::iter::repeat_with(|| events.event()).find(|(name, _)| name == "gone");
    assert!(gone.unwrap().1.contains("not provisioned"));
}

#[test]
fn nobody_without_a_session_sees_anything() {
    let site = Site::start();
    let stranger = site.stranger();
    assert_eq!(stranger.get("/ui/live").status, 303);
    assert_eq!(stranger.get("/ui/live/attempts/1").status, 303);
    assert_eq!(stranger.stream("/ui/live/events").status, 401);
    assert_eq!(stranger.send("/ui/doctor/captures", &[1, 2, 3]).status, 401);
}

#[test]
fn a_filter_that_is_markup_is_text() {
    let site = Site::start();
    let session = site.log_in(Role::Admin, "");
    let page = session.get("/ui/live?who=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.body.contains("alert(1)"));
}

#[test]
fn a_capture_is_answered_with_its_report() {
    let site = Site::start();
    let session = site.log_in(Role::ReadOnly, "");
    let capture = s6a::capture_of_a_refusal(STRANGER);
    let address = session.bring("a%3Cscript%3E.pcap", &capture).unwrap();
    let report = session.get(&address);
    assert_eq!(report.status, 200);
    assert!(report.body.contains("subscriber-unknown"));
    assert!(!report.body.contains(STRANGER), "pseudonyms");
    assert!(!report.body.contains("a<script>"), "a name is text");
    let head = report.head.to_lowercase();
    let policy = "content-security-policy: default-src 'none'; style-src 'sha256-";
    assert!(head.contains(policy), "{head}");
    let other = site.log_in(Role::Admin, "");
    assert_eq!(other.get(&address).status, 404, "another session's");
    let address = session.bring("a.pcap&identities=true", &capture).unwrap();
    assert!(session.get(&address).body.contains(STRANGER));
}

#[test]
fn keys_are_used_for_who_may_set_them_and_that_is_written_down() {
    let site = Site::start();
    site.provision("001010000000001");
    let capture = s6a::capture_of_a_refusal(STRANGER);
    for role in [Role::ReadOnly, Role::NoSecrets] {
        let session = site.log_in(role, "");
        assert!(!session.get("/ui/doctor").body.contains("upload-keys"), "{role}");
        let refused = session.send("/ui/doctor/captures?name=a.pcap&keys=true", &capture);
        assert_eq!(refused.status, 403, "{role}: {}", refused.body);
    }
    let session = site.log_in(Role::Admin, "");
    assert!(session.get("/ui/doctor").body.contains("upload-keys"));
    session.bring("b.pcap&keys=true", &capture).unwrap();
    // Without being asked for they are not used.
    session.bring("c.pcap", &capture).unwrap();
    let more = site.bearer();
    let answer = site.stranger().ask(
        "GET",
        "/api/v1/audit?what=keys.use",
        &[("Authorization", &more)],
        &[],
    );
    let log: Value = serde_json::from_str(&answer.body).unwrap();
    let entries = log["entries"].as_array().unwrap().iter().rev();
    let told: Vec<(&str, bool)> = entries
        .map(|entry| (entry["subject"].as_str().unwrap(), entry["outcome"] == "done"))
        .collect();
    let expected = [
        ("capture a.pcap", false),
        ("capture a.pcap", false),
        ("capture b.pcap", true),
    ];
    assert_eq!(told, expected, "{log}");
}

#[test]
fn what_is_no_capture_is_said_with_what_to_do() {
    let site = Site::start();
    let session = site.log_in(Role::Admin, "");
    let notes = b"imsi,k,opc\n".repeat(9);
    let failed = session.bring("notes.txt", &notes).unwrap_err();
    let detail = failed["detail"].as_str().unwrap();
    assert!(detail.contains("notes.txt: not a pcap"), "{failed}");
    assert!(!failed["remedy"].as_str().unwrap().is_empty());
    // One that is cut is examined as far as it goes.
    let mut capture = s6a::capture_of_a_refusal(STRANGER);
    capture.truncate(capture.len() - 20);
    let address = session.bring("cut.pcap", &capture).unwrap();
    let report = session.get(&address).body;
    assert!(report.contains("cut.pcap") && !report.contains("\"damage\":[]"));
}

#[test]
fn too_long_foreign_and_too_many_are_refused() {
    let site = Site::start();
    let session = site.log_in(Role::Admin, "");
    let captures = "/ui/doctor/captures";
    assert_eq!(session.announce(captures, 257 << 20, true).status, 413);
    assert_eq!(
        session.announce(captures, 100, false).status,
        403,
        "without a proof"
    );
    let capture = s6a::capture_of_a_refusal(STRANGER);
    // Two that have not come whole yet take both places.
    let half = |_| session.begin(captures, &capture, capture.len() / 2);
    let halves: Vec<_> = (0..2).map(half).collect();
    let third = session.send(captures, &capture);
    assert_eq!(third.status, 503, "{}", third.body);
    assert!(third.body.contains("being examined"), "{}", third.body);
    drop(halves);
    // Those that broke off leave their places.
    by(|| session.bring("c.pcap", &capture).ok());
}
