//! What pages change: the same as the interface does, with its conditions and its audit; and no key comes back.

use crate::support::{IMSI, K, OPC, Rig, Visitor, tells};
use quintet_admin::{Order, Role};

const OTHER_K: &str = "9c41d7e2605f38ab1e74c0932df85a6b";

fn one(rest: &str) -> String {
    format!("/ui/subscribers/{IMSI}{rest}")
}

/// What the form has, with some of it changed.
fn edit(visitor: &Visitor<'_>, etag: &str, changed: &[(&str, &str)]) -> quintet_browser::Answer {
    let usual = [
        ("msisdn", "33612345678"),
        ("status", "service_granted"),
        ("eps", "yes"),
        ("uplink", "1G"),
        ("downlink", "1G"),
        ("default_apn", "1"),
        ("roaming", "everywhere"),
    ];
    let kept = usual
        .iter()
        .filter(|(name, _)| !changed.iter().any(|(new, _)| new == name));
    let fields: Vec<_> = kept
        .copied()
        .chain([("etag", etag)])
        .chain(changed.iter().copied())
        .collect();
    visitor.post(&one("/edit"), &fields)
}

#[test]
fn an_edit_is_saved_told_and_written_down() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Provisioner);
    let etag = visitor.get(&one("/edit")).hidden("etag");
    let saved = edit(
        &visitor,
        &etag,
        &[
            ("uplink", "50M"),
            ("downlink", "150.5M"),
            ("roaming", "except"),
            ("plmns", "20801 310410"),
        ],
    );
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, one("?done=saved").as_str())
    );
    let page = visitor.get(saved.header("location")).body;
    assert!(
        page.contains("50M up, 150.5M down") && page.contains("everywhere but 20801, 310410"),
        "{page}"
    );
    assert!(page.contains("role=\"status\""));
    let admin = rig.visitor(Role::Admin);
    let audit = admin.get(&format!("/ui/audit?subject={IMSI}")).body;
    assert!(
        audit.contains("token provisioner") && audit.contains("subscriber.update"),
        "{audit}"
    );
    assert!(audit.contains("50000000"), "from what to what: {audit}");
    assert!(
        admin.get(&one("")).body.contains("token provisioner"),
        "and on the subscriber's page"
    );
    let etag = visitor.get(&one("/edit")).hidden("etag");
    let unchanged = [
        ("uplink", "50M"),
        ("downlink", "150.5M"),
        ("roaming", "only"),
        ("plmns", "20801"),
    ];
    assert_eq!(edit(&visitor, &etag, &unchanged).status, 303);
    assert!(visitor.get(&one("")).body.contains("at home, and in 20801"));
}

#[test]
fn a_conflict_shows_both_and_saving_again_decides() {
    let rig = Rig::new();
    let (first, second) = (rig.visitor(Role::Admin), rig.visitor(Role::Provisioner));
    let etag = first.get(&one("/edit")).hidden("etag");
    assert_eq!(
        edit(&second, &etag, &[("uplink", "7M"), ("msisdn", "49170")]).status,
        303
    );
    let conflict = edit(&first, &etag, &[("uplink", "9M")]);
    assert_eq!(conflict.status, 412);
    assert!(conflict.body.contains("id=\"conflict\""));
    assert!(
        conflict.body.contains("<ins>9M</ins>") && conflict.body.contains(">7M</td>"),
        "{}",
        conflict.body
    );
    assert!(
        conflict.body.contains("49170"),
        "what only others changed is shown too"
    );
    let now = conflict.hidden("etag");
    assert_ne!(now, etag);
    assert_eq!(edit(&first, &now, &[("uplink", "9M")]).status, 303);
    assert!(first.get(&one("")).body.contains("9M up"));
}

#[test]
fn what_cannot_be_is_said_and_what_was_typed_stays() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Admin);
    let etag = visitor.get(&one("/edit")).hidden("etag");
    for (field, text) in [
        ("uplink", "fast"),
        ("msisdn", "12x"),
        ("rfsp", "-1"),
        ("rfsp", "999"),
        ("default_apn", "77"),
    ] {
        let answer = edit(&visitor, &etag, &[(field, text)]);
        assert_eq!(answer.status, 422, "{field} {}", answer.body);
        assert!(answer.body.contains("role=\"alert\""));
        assert!(
            field == "default_apn" || answer.body.contains(&format!("value=\"{text}\"")),
            "{field}"
        );
    }
    assert!(
        visitor.get(&one("")).body.contains("1G up, 1G down"),
        "nothing changed"
    );
}

/// Whatever is typed comes back as text, beside what is wrong with it and where.
#[test]
fn identities_that_are_none_come_back_as_text_with_what_is_wrong() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Admin);
    let etag = visitor.get(&one("/edit")).hidden("etag");
    let hostile = "\"><script>alert(1)</script><img src=x>";
    let make = |imsi: &str, msisdn: &str| {
        let fields = [
            ("imsi", imsi),
            ("msisdn", msisdn),
            ("algorithm", "milenage"),
            ("k", OTHER_K),
            ("opc", OPC),
        ];
        visitor.post("/ui/subscribers/new", &fields)
    };
    let new = "001010000000077";
    for (answer, typed, said) in [
        (make(hostile, ""), "&#34;&#62;&#60;script&#62;", "imsi"),
        (make("00101 x", ""), "value=\"00101 x\"", "imsi"),
        (make("12345", ""), "value=\"12345\"", "6 to 15"),
        (make("", ""), "name=\"imsi\" value=\"\"", "imsi"),
        (make(new, hostile), "&#34;&#62;&#60;script&#62;", "msisdn"),
        (make(new, "12x"), "value=\"12x\"", "msisdn"),
        (
            make(new, "1234567890123456"),
            "value=\"1234567890123456\"",
            "msisdn",
        ),
        (
            edit(&visitor, &etag, &[("msisdn", hostile)]),
            "&#34;&#62;&#60;script&#62;",
            "msisdn",
        ),
    ] {
        assert_eq!(answer.status, 422, "{typed}: {}", answer.body);
        assert!(answer.body.contains(typed), "{typed}: {}", answer.body);
        assert!(
            !answer.body.contains("<script>") && !answer.body.contains("<img"),
            "{}",
            answer.body
        );
        let alert = answer.body.split_once("role=\"alert\"").expect("an alert").1;
        let alert = alert.split_once("</div>").map_or(alert, |(alert, _)| alert);
        assert!(alert.contains(said), "{typed} {said}: {alert}");
    }
    assert_eq!(visitor.get(&format!("/ui/subscribers/{new}")).status, 404);
}

#[test]
fn subscribers_come_and_go() {
    let mut rig = Rig::new();
    let visitor = rig.visitor(Role::Provisioner);
    let new = [
        ("imsi", "001010000000077"),
        ("msisdn", "+33699"),
        ("algorithm", "milenage"),
        ("k", OTHER_K),
        ("opc", OPC),
        ("ims", "yes"),
    ];
    let made = visitor.post("/ui/subscribers/new", &new);
    assert_eq!(
        (made.status, made.header("location")),
        (303, "/ui/subscribers/001010000000077?done=created")
    );
    let page = visitor.get("/ui/subscribers/001010000000077").body;
    assert!(
        page.contains("sip:001010000000077@ims.mnc001.mcc001.3gppnetwork.org"),
        "{page}"
    );
    let again = visitor.post("/ui/subscribers/new", &new);
    assert_eq!(again.status, 409);
    assert!(!tells(&again.body, OTHER_K) && again.body.contains("value=\"001010000000077\""));
    for sought in [
        "001010000000077",
        "33699",
        "%2B33699",
        "sip:001010000000077@ims.mnc001.mcc001.3gppnetwork.org",
        "001010000000077@ims.mnc001.mcc001.3gppnetwork.org",
        "tel:%2B33699",
    ] {
        let found = visitor.get(&format!("/ui/subscribers?q={sought}"));
        assert_eq!(
            found.header("location"),
            "/ui/subscribers/001010000000077",
            "{sought} {}",
            found.body
        );
    }
    let apn = [
        ("apn", "iot"),
        ("pdn_type", "ipv6"),
        ("qci", "8"),
        ("priority", "3"),
        ("uplink", "64k"),
        ("downlink", "64k"),
    ];
    let apns = "/ui/subscribers/001010000000077/apns/3";
    let etag = visitor.get(apns).hidden("etag");
    assert_eq!(
        visitor
            .post(apns, &[&apn[..], &[("etag", &etag)]].concat())
            .status,
        303
    );
    assert!(
        visitor
            .get("/ui/subscribers/001010000000077")
            .body
            .contains("64k up, 64k down")
    );
    assert_eq!(
        visitor
            .post(apns, &[&apn[..], &[("etag", &etag)]].concat())
            .status,
        412,
        "of an old version"
    );
    let etag = visitor.get(apns).hidden("etag");
    assert_eq!(
        visitor.post(apns, &[("what", "remove"), ("etag", &etag)]).status,
        303
    );
    drop(visitor);
    let visitor = rig.visitor(Role::Provisioner);
    assert_eq!(
        visitor
            .post("/ui/subscribers/001010000000077/cancel-location", &[])
            .status,
        303
    );
    let gone = visitor.post("/ui/subscribers/001010000000077/remove", &[]);
    assert_eq!(gone.status, 200);
    assert!(gone.body.contains("is removed"));
    assert_eq!(visitor.get("/ui/subscribers/001010000000077").status, 404);
    assert_eq!(
        rig.orders.try_recv().unwrap(),
        Order::CancelLocation("001010000000077".parse().unwrap())
    );
}

#[test]
fn json_has_all_the_rest() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Provisioner);
    let form = visitor.get(&one("/json"));
    let record = format!(
        r#"{{"imsi":"{IMSI}","msisdn":"33612345678","subscription":{{"ambr":{{"uplink":1,"downlink":2}},"regional_zone_codes":[77],
        "apn_configurations":[{{"context_identifier":4,"apn":"<iot>","qci":9,"arp":{{"priority_level":9}}}}],"default_context_identifier":4}}}}"#
    );
    let etag = form.hidden("etag");
    let wrong = visitor.post(&one("/json"), &[("etag", &etag), ("record", &record)]);
    assert!(
        wrong.status >= 400 && wrong.body.contains("&#60;iot&#62;"),
        "shown again, and only shown: {}",
        wrong.body
    );
    let saved = visitor.post(
        &one("/json"),
        &[("etag", &etag), ("record", &record.replace("<iot>", "iot"))],
    );
    assert_eq!(saved.status, 303, "{}", saved.body);
    let stale = visitor.post(
        &one("/json"),
        &[("etag", &etag), ("record", &record.replace("<iot>", "iot"))],
    );
    assert_eq!(stale.status, 412);
    assert!(stale.body.contains("There now"));
    assert!(visitor.get(&one("/json")).body.contains("77"));
}

#[test]
fn equipment_is_ruled_and_bound() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Provisioner);
    let rule = [
        ("equipment", "35209900"),
        ("status", "black"),
        ("note", "<img src=x onerror=alert(1)>"),
    ];
    assert_eq!(visitor.post("/ui/equipment/rule", &rule).status, 303);
    assert_eq!(
        visitor
            .post(
                "/ui/equipment/binding",
                &[("imsi", IMSI), ("equipment", "35209900 35209901")]
            )
            .status,
        303
    );
    let page = visitor.get("/ui/equipment").body;
    assert!(
        page.contains("35209901") && page.contains("&#60;img") && !page.contains("<img"),
        "{page}"
    );
    let found = visitor.get("/ui/subscribers?q=352099001761481");
    assert!(
        found.body.contains(">black</span>") && found.body.contains(IMSI),
        "{}",
        found.body
    );
    for wrong in ["3x", "", "../tokens/admin", "35209900176148231"] {
        let answer = visitor.post("/ui/equipment/rule", &[("equipment", wrong), ("status", "black")]);
        assert!([400, 422].contains(&answer.status), "{wrong} {}", answer.status);
    }
    assert_eq!(
        visitor
            .post(
                "/ui/equipment/rule",
                &[("equipment", "35209900"), ("what", "remove")]
            )
            .status,
        303
    );
    assert_eq!(
        visitor
            .post("/ui/equipment/binding", &[("imsi", IMSI), ("what", "remove")])
            .status,
        303
    );
    assert!(!visitor.get("/ui/equipment").body.contains("35209901"));
}

#[test]
fn no_key_is_in_any_page() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::Admin);
    let etag = visitor.get(&one("/edit")).hidden("etag");
    let keys = |k, opc| [("algorithm", "milenage"), ("k", k), ("opc", opc)];
    let mut said = vec![
        edit(&visitor, &etag, &keys(OTHER_K, OPC)),
        edit(&visitor, "\"1\"", &keys(OTHER_K, OPC)),
        edit(&visitor, "", &keys(&OTHER_K[1..], OPC)),
        edit(
            &visitor,
            "",
            &[&keys(OTHER_K, OPC)[..], &[("uplink", "x")]].concat(),
        ),
        visitor.post(
            "/ui/subscribers/new",
            &[&[("imsi", "x")][..], &keys(OTHER_K, OPC)].concat(),
        ),
        visitor.post(
            "/ui/subscribers/new",
            &[&[("imsi", IMSI)][..], &keys(OTHER_K, OPC)].concat(),
        ),
        visitor.post(
            "/ui/subscribers/new",
            &[&[("imsi", "001010000000055")][..], &keys(OTHER_K, &OPC[2..])].concat(),
        ),
        visitor.post(
            &one("/json"),
            &[(
                "record",
                &format!("{{\"imsi\":\"{IMSI}\",\"k\":\"{OTHER_K}\",\"opc\":\"{OPC}\",\"x\":1}}"),
            )],
        ),
        visitor.post(
            &one("/json"),
            &[(
                "record",
                &format!("{{\"imsi\":\"1\",\"k\":\"{OTHER_K}\",\"opc\":\"{OPC}\"}}"),
            )],
        ),
        visitor.post(&one("/json"), &[("record", &format!("{{\"k\":\"{OTHER_K}"))]),
    ];
    for path in [
        "/ui/",
        "/ui/subscribers",
        "/ui/audit",
        "/ui/keys",
        "/ui/equipment",
    ] {
        said.push(visitor.get(path));
    }
    for rest in ["", "/edit", "/json", "/apns/1", "/remove"] {
        said.push(visitor.get(&one(rest)));
    }
    for answer in said {
        for secret in [K, OTHER_K, OPC] {
            assert!(
                !tells(&answer.body, secret) && !tells(&answer.head, secret),
                "{} {}",
                answer.head,
                answer.body
            );
        }
    }
}
