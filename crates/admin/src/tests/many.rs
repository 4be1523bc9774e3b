//! Many at once: pages, bulk, declared networks.

use super::{IMSI, K, OPC, Rig, request, subscriber, with};
use crate::Role;
use axum::body::Body;
use http::Method;
use serde_json::{Value, json};

const BULK: &str = "/api/v1/subscribers:bulk";

#[tokio::test]
async fn subscribers_come_in_pages() {
    let rig = Rig::new().await;
    let rows: Vec<Value> = (0..25).map(|n| subscriber(&format!("00101{n:010}"))).collect();
    let made = rig.ask(Method::POST, BULK, &json!(rows)).await;
    assert_eq!(
        (made.status.as_u16(), &made.body["done"]),
        (200, &json!(25)),
        "{}",
        made.text
    );
    rig.provision("001020000000000").await;
    rig.provision("0010100").await;
    let (mut seen, mut path, mut pages) = (Vec::new(), "/api/v1/subscribers?limit=10".to_owned(), 0);
    loop {
        let page = rig.ask(Method::GET, &path, &Value::Null).await;
        let subscribers = page.body["subscribers"].as_array().unwrap();
        seen.extend(
            subscribers
                .iter()
                .map(|one| one["imsi"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/subscribers?limit=10&cursor={next}");
    }
    assert_eq!((seen.len(), pages), (27, 3));
    seen.dedup();
    assert_eq!(seen.len(), 27);
    for (query, count) in [
        ("imsi_prefix=00101", 26),
        ("imsi_prefix=001010000000024", 1),
        ("imsi_prefix=999", 0),
        ("msisdn=33612345678", 27),
        ("msisdn=1", 0),
        ("impu=tel:%2B1", 0),
    ] {
        let found = rig
            .ask(
                Method::GET,
                &format!("/api/v1/subscribers?limit=100&{query}"),
                &Value::Null,
            )
            .await;
        assert_eq!(
            found.body["subscribers"].as_array().unwrap().len(),
            count,
            "{query}: {}",
            found.status
        );
    }
    let ims = json!({"msisdn": "4911", "ims": true});
    assert_eq!(
        rig.ask(Method::PATCH, "/api/v1/subscribers/001010000000003", &ims)
            .await
            .status,
        200
    );
    let found = rig
        .ask(Method::GET, "/api/v1/subscribers?impu=tel:%2B4911", &Value::Null)
        .await;
    assert_eq!(found.body["subscribers"][0]["imsi"], "001010000000003");
}

#[tokio::test]
async fn rows_of_a_bulk_have_results_of_their_own() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    let rows = json!([
        {"action": "create", "subscriber": subscriber("001010000000002")},
        {"action": "create", "subscriber": subscriber(IMSI)},
        {"action": "patch", "subscriber": {"imsi": IMSI, "msisdn": "49"}},
        {"action": "delete", "subscriber": {"imsi": "001010000000003"}},
        {"action": "put", "subscriber": {"imsi": "001010000000004"}},
        {"action": "create", "subscriber": {"imsi": "x"}},
        {"action": "fly", "subscriber": {"imsi": "001010000000005"}},
        subscriber("001010000000006"),
    ]);
    let atomic = rig.ask(Method::POST, BULK, &rows).await;
    assert_eq!(atomic.status, 422, "{}", atomic.text);
    let statuses = |answer: &Value| -> Vec<u64> {
        let rows = answer["rows"].as_array().unwrap();
        rows.iter().map(|row| row["status"].as_u64().unwrap()).collect()
    };
    assert_eq!(statuses(&atomic.body), [424, 409, 422, 404, 422, 422, 422, 424]);
    assert_eq!(
        rig.ask(Method::GET, "/api/v1/subscribers/001010000000002", &Value::Null)
            .await
            .status,
        404
    );
    let going = rig
        .ask(Method::POST, &format!("{BULK}?atomic=false"), &rows)
        .await;
    assert_eq!(going.status, 200, "{}", going.text);
    assert_eq!(statuses(&going.body), [201, 409, 422, 404, 422, 422, 422, 201]);
    assert_eq!(
        (&going.body["done"], &going.body["refused"]),
        (&json!(2), &json!(6))
    );
    let twice = &going.body["rows"][2]["problem"]["detail"];
    assert!(twice.as_str().unwrap().contains("stands in row 2"), "{twice}");
}

#[tokio::test]
async fn a_row_that_the_store_refuses_is_left_out_or_stops_all() {
    let rig = Rig::new().await;
    let ims = |imsi: &str, impu: &str| {
        json!({"imsi": imsi, "k": K, "opc": OPC, "ims": {"imsi": imsi, "private": [{"identity": format!("{imsi}@x.org"), "aka": imsi}],
            "sets": [{"identities": [{"identity": impu}]}]}})
    };
    let rows = json!([
        ims("001010000000001", "sip:a@x.org"),
        ims("001010000000002", "sip:a@x.org"),
        ims("001010000000003", "sip:b@x.org")
    ]);
    let atomic = rig.ask(Method::POST, BULK, &rows).await;
    assert_eq!(atomic.status, 422, "{}", atomic.text);
    assert_eq!(atomic.body["rows"][1]["status"], 409);
    let going = rig
        .ask(Method::POST, &format!("{BULK}?atomic=false"), &rows)
        .await;
    assert_eq!(
        (going.status.as_u16(), &going.body["done"]),
        (200, &json!(2)),
        "{}",
        going.text
    );
    assert_eq!(going.body["rows"][1]["problem"]["field"], "/ims");
    let all = rig.ask(Method::GET, "/api/v1/subscribers", &Value::Null).await;
    assert_eq!(all.body["subscribers"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_bulk_is_lines_too_and_is_done_once() {
    let rig = Rig::new().await;
    let lines = format!(
        "{}\n\n{}\nnot json\n",
        subscriber(IMSI),
        subscriber("001010000000002")
    );
    let headers = [
        ("content-type", "application/x-ndjson"),
        ("idempotency-key", "k1"),
    ];
    let send = |path: &str| {
        let mut asked = with(
            request(Method::POST, path, rig.of(Role::Provisioner), &Value::Null),
            &headers,
        );
        *asked.body_mut() = Body::from(lines.clone());
        rig.send(asked)
    };
    let path = format!("{BULK}?atomic=false");
    let first = send(&path).await;
    assert_eq!(
        (first.status.as_u16(), &first.body["done"]),
        (200, &json!(2)),
        "{}",
        first.text
    );
    assert_eq!(first.body["rows"][2]["status"], 400);
    let again = send(&path).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
    assert!(again.headers.contains_key("idempotency-replayed"));
    assert_eq!(send(BULK).await.status, 422, "another request");
    let many = json!(vec![json!({}); crate::bulk::MAX_ROWS + 1]);
    assert_eq!(rig.ask(Method::POST, BULK, &many).await.status, 413);
}

#[tokio::test]
async fn a_declared_network_is_shown_and_made_true() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    rig.provision("001010000000009").await;
    let yaml = format!(
        "profiles:\n  default: {{apns: [internet], ambr: {{uplink: 1 Mbps, downlink: 1 Mbps}}}}\nsubscribers:\n  \
         - {{imsi: \"{IMSI}\", msisdn: \"49\"}}\n  - {{imsi: \"001010000000002\", k: {K}, opc: {OPC}, ims: true}}\n"
    );
    let send = |query: &str, yaml: &str| {
        let path = format!("/api/v1/apply{query}");
        let mut asked = with(
            request(Method::POST, &path, rig.of(Role::Admin), &Value::Null),
            &[("content-type", "application/yaml")],
        );
        *asked.body_mut() = Body::from(yaml.to_owned());
        rig.send(asked)
    };
    let shown = send("?dry_run=true&prune=true", &yaml).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let counts =
        |answer: &Value| ["added", "updated", "removed", "kept"].map(|name| answer[name].as_u64().unwrap());
    assert_eq!(counts(&shown.body), [1, 1, 1, 0]);
    assert_eq!(shown.body["changes"][0]["fields"][0]["field"], "msisdn");
    assert_eq!(
        rig.ask(Method::GET, "/api/v1/subscribers/001010000000002", &Value::Null)
            .await
            .status,
        404
    );
    for empty in [
        "",
        "\n  \n",
        "# all of them\n---\n",
        "{}",
        "profiles: {}\nsubscribers:\n",
    ] {
        let answer = send("?prune=true", empty).await;
        assert_eq!(answer.status, 422, "{empty:?}: {}", answer.text);
    }
    let done = send("?prune=true", &yaml).await;
    assert_eq!(counts(&done.body), [1, 1, 1, 0]);
    assert_eq!(
        rig.ask(
            Method::GET,
            "/api/v1/subscribers/001010000000002/ims",
            &Value::Null
        )
        .await
        .status,
        200
    );
    assert_eq!(
        rig.ask(Method::GET, "/api/v1/subscribers/001010000000009", &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        counts(&send("", &yaml).await.body),
        [0, 0, 0, 2],
        "again is harmless"
    );
    let wrong = send("", "subscribers:\n  - {imsi: \"001010000000003\"}\n").await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.body["field"].as_str()),
        (422, Some("line 2, column 5"))
    );
    let file = send(
        "",
        "subscribers:\n  - {imsi: \"001010000000003\", k: {file: /etc/passwd}, opc: {env: HOME}}\n",
    )
    .await;
    assert_eq!(file.status, 422);
    assert!(file.text.contains("cannot be read over HTTP"), "{}", file.text);
}

#[tokio::test]
async fn equipment_is_put_listed_and_removed() {
    let rig = Rig::new().await;
    let rule = json!({"equipment": "35209900", "status": "black", "note": "stolen"});
    assert_eq!(
        rig.ask(Method::PUT, "/api/v1/eir/rules/35209900", &rule)
            .await
            .status,
        200
    );
    assert_eq!(
        rig.ask(Method::PUT, "/api/v1/eir/rules/35209901", &rule)
            .await
            .status,
        422
    );
    let binding = json!({"imsi": IMSI, "equipment": [{"equipment": "35209900"}]});
    let path = format!("/api/v1/eir/bindings/{IMSI}");
    assert_eq!(rig.ask(Method::PUT, &path, &binding).await.status, 200);
    let page = rig
        .ask(Method::GET, "/api/v1/eir/rules?limit=1", &Value::Null)
        .await;
    assert_eq!(page.body["rules"], json!([rule]));
    let next = page.body["next"].as_str().unwrap();
    let page = rig
        .ask(
            Method::GET,
            &format!("/api/v1/eir/rules?limit=5&cursor={next}"),
            &Value::Null,
        )
        .await;
    assert_eq!(
        (&page.body["bindings"], page.body.get("next")),
        (&json!([binding]), None)
    );
    assert_eq!(rig.ask(Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(
        rig.ask(Method::DELETE, "/api/v1/eir/rules/35209900", &Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(
        rig.ask(Method::DELETE, "/api/v1/eir/rules/35209900", &Value::Null)
            .await
            .status,
        404
    );
}
