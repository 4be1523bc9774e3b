//! Subscribers one by one: made, read, changed under conditions, removed; once.

use super::{IMSI, K, OPC, Rig, START_S, subscriber};
use crate::app::Order;
use http::Method;
use quintet_store_sqlite::{Options, SqliteStore};
use quintet_vault::MasterKey;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::Notify;

const ONE: &str = "/api/v1/subscribers/001010000000001";

#[tokio::test]
async fn a_subscriber_is_made_read_changed_and_removed() {
    let rig = Rig::new().await;
    let made = rig.provision(IMSI).await;
    assert_eq!(made.headers["location"], ONE);
    let read = rig.ask(Method::GET, ONE, &Value::Null).await;
    assert_eq!((read.status.as_u16(), read.etag()), (200, made.etag()));
    assert_eq!(read.body, made.body);
    assert_eq!(read.body["msisdn"], "33612345678");
    assert_eq!(read.headers["cache-control"], "no-store");
    let again = rig
        .ask(Method::POST, "/api/v1/subscribers", &subscriber(IMSI))
        .await;
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(again.headers["content-type"], "application/problem+json");
    let merged = rig
        .ask(
            Method::PATCH,
            ONE,
            &json!({"msisdn": null, "subscription": {"rfsp": 7}}),
        )
        .await;
    assert_eq!(merged.status, 200, "{}", merged.text);
    assert_eq!(merged.body.get("msisdn"), None);
    assert_eq!(merged.body["subscription"]["rfsp"], 7);
    assert_eq!(
        merged.body["subscription"]["ambr"], read.body["subscription"]["ambr"],
        "the rest stays"
    );
    assert_ne!(merged.etag(), read.etag());
    let nothing = rig
        .ask(Method::PATCH, ONE, &json!({"subscription": {"rfsp": 7}}))
        .await;
    assert_eq!(nothing.etag(), merged.etag(), "what changes nothing is no change");
    // What was read can be given back, without keys, and the SIM stays the same one.
    let put = rig.ask(Method::PUT, ONE, &read.body).await;
    assert_eq!((put.status.as_u16(), &put.body), (200, &read.body));
    let gone = rig.ask(Method::DELETE, ONE, &Value::Null).await;
    assert_eq!(gone.status, 200);
    assert_eq!(gone.body["sqn"].as_str().unwrap().len(), 12, "{}", gone.text);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        assert_eq!(rig.ask(method, ONE, &json!({})).await.status, 404);
    }
    let new = rig.ask(Method::PUT, ONE, &read.body).await;
    assert_eq!(
        (new.status.as_u16(), new.body["detail"].as_str().is_some()),
        (422, true)
    );
    assert!(new.text.contains("k is missing"), "{}", new.text);
}

#[tokio::test]
async fn conditions_decide() {
    let rig = Rig::new().await;
    let made = rig.provision(IMSI).await;
    let etag = made.etag();
    let fresh = rig
        .ask_with(Method::GET, ONE, &[("if-none-match", &etag)], &Value::Null)
        .await;
    assert_eq!((fresh.status.as_u16(), fresh.text.as_str()), (304, ""));
    let patch = json!({"msisdn": "1"});
    let first = rig
        .ask_with(Method::PATCH, ONE, &[("if-match", &etag)], &patch)
        .await;
    assert_eq!(first.status, 200);
    let second = rig
        .ask_with(
            Method::PATCH,
            ONE,
            &[("if-match", &etag)],
            &json!({"msisdn": "2"}),
        )
        .await;
    assert_eq!((second.status.as_u16(), second.etag()), (412, first.etag()));
    assert_eq!(second.body["field"], "If-Match");
    let only_new = rig
        .ask_with(Method::PUT, ONE, &[("if-none-match", "*")], &subscriber(IMSI))
        .await;
    assert_eq!(only_new.status, 412);
    let absent = "/api/v1/subscribers/001010000000002";
    let any = rig
        .ask_with(
            Method::PUT,
            absent,
            &[("if-match", "*")],
            &subscriber("001010000000002"),
        )
        .await;
    assert_eq!(any.status, 412);
    let stale = rig
        .ask_with(Method::DELETE, ONE, &[("if-match", &etag)], &Value::Null)
        .await;
    assert_eq!(stale.status, 412);
}

#[tokio::test]
async fn of_two_writers_with_one_etag_one_wins() {
    let rig = Rig::new().await;
    for round in 0..20u32 {
        let imsi = format!("00101000001{round:04}");
        let etag = rig.provision(&imsi).await.etag();
        let path = format!("/api/v1/subscribers/{imsi}");
        let headers = [("if-match", &etag[..])];
        let (one, two) = (json!({"msisdn": "111"}), json!({"msisdn": "222"}));
        let (a, b) = tokio::join!(
            rig.ask_with(Method::PATCH, &path, &headers, &one),
            rig.ask_with(Method::PATCH, &path, &headers, &two)
        );
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        let winner = if a.status == 200 { a } else { b };
        let read = rig.ask(Method::GET, &path, &Value::Null).await;
        assert_eq!((read.etag(), read.body), (winner.etag(), winner.body));
    }
}

#[tokio::test]
async fn writers_without_a_condition_lose_nothing_of_each_other() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    let patches = [
        json!({"msisdn": "4911"}),
        json!({"subscription": {"rfsp": 3}}),
        json!({"subscription": {"ue_usage_type": 4}}),
        json!({"subscription": {"rau_tau_timer_s": 360}}),
        json!({"ims": true}),
    ];
    let (a, b, c, d, e) = tokio::join!(
        rig.ask(Method::PATCH, ONE, &patches[0]),
        rig.ask(Method::PATCH, ONE, &patches[1]),
        rig.ask(Method::PATCH, ONE, &patches[2]),
        rig.ask(Method::PATCH, ONE, &patches[3]),
        rig.ask(Method::PATCH, ONE, &patches[4]),
    );
    for answer in [a, b, c, d, e] {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let read = rig.ask(Method::GET, ONE, &Value::Null).await.body;
    assert_eq!(read["msisdn"], "4911");
    let subscription = &read["subscription"];
    assert_eq!(
        (&subscription["rfsp"], &subscription["ue_usage_type"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(subscription["rau_tau_timer_s"], 360);
    assert_eq!(read["ims"]["imsi"], IMSI);
}

#[tokio::test]
async fn parts_are_resources_with_the_subscribers_etag() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    let ims = format!("{ONE}/ims");
    assert_eq!(rig.ask(Method::GET, &ims, &Value::Null).await.status, 404);
    let put = rig.ask(Method::PUT, &ims, &json!(true)).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(
        put.body["private"][0]["identity"],
        format!("{IMSI}@ims.mnc001.mcc001.3gppnetwork.org")
    );
    let read = rig.ask(Method::GET, &ims, &Value::Null).await;
    assert_eq!((read.etag(), &read.body), (put.etag(), &put.body));
    let apn = json!({"context_identifier": 3, "apn": "iot", "qci": 9, "arp": {"priority_level": 9}});
    let apns = format!("{ONE}/apn-configurations");
    let put = rig.ask(Method::PUT, &format!("{apns}/3"), &apn).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let listed = rig.ask(Method::GET, &apns, &Value::Null).await;
    assert_eq!(listed.body["apn_configurations"][2]["apn"], "iot");
    assert_eq!(
        rig.ask(Method::DELETE, &format!("{apns}/3"), &Value::Null)
            .await
            .status,
        200
    );
    assert_eq!(
        rig.ask(Method::DELETE, &format!("{apns}/3"), &Value::Null)
            .await
            .status,
        404
    );
    let default = rig.ask(Method::DELETE, &format!("{apns}/1"), &Value::Null).await;
    assert_eq!(default.status, 422, "the default one cannot go: {}", default.text);
    let roaming = format!("{ONE}/roaming");
    let put = rig.ask(Method::PUT, &roaming, &json!({"only": ["26201"]})).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(
        rig.ask(Method::GET, &roaming, &Value::Null).await.body,
        json!({"only": ["26201"]})
    );
    assert_eq!(rig.ask(Method::DELETE, &ims, &Value::Null).await.status, 200);
    assert_eq!(rig.ask(Method::DELETE, &ims, &Value::Null).await.status, 404);
    let american = "/api/v1/subscribers/310410000000001";
    assert_eq!(
        rig.ask(Method::PUT, american, &subscriber("310410000000001"))
            .await
            .status,
        201
    );
    let derived = rig
        .ask(Method::PUT, &format!("{american}/ims"), &json!(true))
        .await;
    assert!(
        derived.text.contains("ims.mnc410.mcc310."),
        "by the home networks: {}",
        derived.text
    );
}

#[tokio::test]
async fn orders_go_to_the_hss() {
    let mut rig = Rig::new().await;
    rig.provision(IMSI).await;
    let location = format!("{ONE}/location");
    let read = rig.ask(Method::GET, &location, &Value::Null).await;
    assert_eq!((read.status.as_u16(), &read.body), (200, &json!({"imsi": IMSI})));
    assert_eq!(rig.ask(Method::DELETE, &location, &Value::Null).await.status, 202);
    assert_eq!(
        rig.orders.try_recv(),
        Ok(Order::CancelLocation(IMSI.parse().unwrap()))
    );
    let ims = format!("{ONE}/ims/registrations");
    assert_eq!(rig.ask(Method::DELETE, &ims, &Value::Null).await.status, 202);
    assert_eq!(
        rig.orders.try_recv(),
        Ok(Order::DeregisterIms(IMSI.parse().unwrap()))
    );
    let nobody = "/api/v1/subscribers/001010000000009/location";
    assert_eq!(rig.ask(Method::DELETE, nobody, &Value::Null).await.status, 404);
    assert!(rig.orders.try_recv().is_err());
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    for (body, status, field) in [
        (json!({"imsi": "00101000000000x"}), 422, "/imsi"),
        (json!({"imsi": IMSI, "colour": "red"}), 422, "/colour"),
        (json!({"imsi": "001010000000002", "msisdn": "33"}), 422, "/imsi"),
        (
            json!({"imsi": IMSI, "subscription": {"ambr": {"uplink": "fast"}}}),
            422,
            "/subscription/ambr/uplink",
        ),
    ] {
        let answer = rig.ask(Method::PUT, ONE, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["field"].as_str()),
            (status, Some(field)),
            "{}",
            answer.text
        );
    }
    let patch = rig.ask(Method::PATCH, ONE, &json!({"opc": OPC})).await;
    assert!(
        patch.text.contains("only with k") && patch.body["remedy"].is_string(),
        "{}",
        patch.text
    );
    for (method, path, status) in [
        (Method::GET, "/api/v1/subscribers/abc", 400),
        (Method::GET, "/api/v1/nothing", 404),
        (Method::POST, ONE, 405),
        (Method::GET, "/api/v1/subscribers?limit=x", 400),
        (Method::GET, "/api/v1/subscribers?limit=0", 400),
        (Method::GET, "/api/v1/audit?limit=1025", 400),
        (Method::GET, "/api/v1/eir/rules?limit=16385", 400),
        (Method::GET, "/api/v1/audit?since_ms=253402300800000", 400),
        (Method::GET, "/api/v1/subscribers?cursor=x", 400),
        (Method::GET, "/api/v1/subscribers?imsi_prefix=x", 400),
        (Method::GET, "/api/v1/subscribers?colour=x", 400),
    ] {
        let answer = rig.ask(method, path, &Value::Null).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(
            answer.body["detail"].is_string() && answer.body["title"].is_string(),
            "{}",
            answer.text
        );
    }
    let text = rig
        .ask_with(Method::PUT, ONE, &[("content-type", "text/plain")], &json!({}))
        .await;
    assert_eq!(text.status, 415);
    let long = json!({"imsi": IMSI, "msisdn": "1".repeat(crate::openapi::MAX_BODY_OCTETS)});
    assert_eq!(rig.ask(Method::PUT, ONE, &long).await.status, 413);
}

/// A store in a file.
fn open(path: &Path) -> (Box<SqliteStore>, Arc<Notify>) {
    let wake = Arc::new(Notify::new());
    let waker = Arc::clone(&wake);
    let key = MasterKey::read(b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap();
    let options = Options {
        masters: Arc::new(key),
        waker: Box::new(move || waker.notify_one()),
        ..Options::default()
    };
    (Box::new(SqliteStore::open(path, options).unwrap()), wake)
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("q.db");
    let key = [("idempotency-key", "7c2e0a7e-0d3c-4a55")];
    let made = {
        let (store, wake) = open(&path);
        let rig = Rig::on(store, wake).await;
        rig.ask_with(Method::POST, "/api/v1/subscribers", &key, &subscriber(IMSI))
            .await
    };
    assert_eq!(made.status, 201, "{}", made.text);
    let (store, wake) = open(&path);
    let rig = Rig::on(store, wake).await;
    let mut rig = rig;
    // The same caller: keys are the caller's own.
    let revoke = quintet_store::AdminCommand::RemoveToken {
        name: "admin".to_owned(),
    };
    rig.app.ask(revoke).await.unwrap();
    let token = rig.token("admin", crate::Role::Admin, "").await;
    rig.tokens[0].1 = token;
    let again = rig
        .ask_with(Method::POST, "/api/v1/subscribers", &key, &subscriber(IMSI))
        .await;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!((&again.body, again.etag()), (&made.body, made.etag()));
    assert_eq!(again.headers["location"], made.headers["location"]);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = rig
        .ask_with(
            Method::POST,
            "/api/v1/subscribers",
            &key,
            &subscriber("001010000000002"),
        )
        .await;
    assert_eq!(
        (other.status.as_u16(), other.body["field"].as_str()),
        (422, Some("Idempotency-Key"))
    );
    // What failed is not remembered.
    let key = [("idempotency-key", "another")];
    let taken = rig
        .ask_with(Method::POST, "/api/v1/subscribers", &key, &subscriber(IMSI))
        .await;
    assert_eq!(taken.status, 409);
    assert_eq!(rig.ask(Method::DELETE, ONE, &Value::Null).await.status, 200);
    let now = rig
        .ask_with(Method::POST, "/api/v1/subscribers", &key, &subscriber(IMSI))
        .await;
    assert_eq!(now.status, 201, "{}", now.text);
    rig.clock.store(START_S + 86_400, Ordering::Relaxed);
    let tomorrow = rig
        .ask_with(Method::POST, "/api/v1/subscribers", &key, &subscriber(IMSI))
        .await;
    assert_eq!(tomorrow.status, 409, "a day later it is another request");
    let stored = rig.ask(Method::GET, ONE, &Value::Null).await;
    assert!(!stored.text.contains(K));
}
