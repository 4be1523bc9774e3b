//! Who may do what: every role on every operation; tokens that are none.

use super::{Answer, IMSI, Rig, request, subscriber, with};
use crate::Role;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// Operation, method, path, who may (Admin, Provisioner, No-secrets, Read-only), body. ONE is a subscriber who is there.
const TABLE: &str = r#"
listSubscribers         GET     /subscribers                    APNR
getSubscriber           GET     ONE                             APNR
createSubscriber        POST    /subscribers                    AP   {"imsi":"001010000000077","k":"KEY","opc":"KEY"}
putSubscriber           PUT     ONE                             APN  {"imsi":"001010000000001"}
patchSubscriber         PATCH   ONE                             APN  {"msisdn":"1"}
getIms                  GET     ONE/ims                         APNR
putIms                  PUT     ONE/ims                         APN  true
deregisterIms           DELETE  ONE/ims/registrations           APN
deleteIms               DELETE  ONE/ims                         APN
listApnConfigurations   GET     ONE/apn-configurations          APNR
putApnConfiguration     PUT     ONE/apn-configurations/3        APN  {"context_identifier":3,"apn":"iot","qci":9,"arp":{"priority_level":9}}
deleteApnConfiguration  DELETE  ONE/apn-configurations/3        APN
getRoaming              GET     ONE/roaming                     APNR
putRoaming              PUT     ONE/roaming                     APN  "everywhere"
getLocation             GET     ONE/location                    APNR
cancelLocation          DELETE  ONE/location                    APN
bulkSubscribers         POST    /subscribers:bulk               APN  []
apply                   POST    /apply                          APN  {"subscribers":[]}
listEquipment           GET     /eir/rules                      APNR
putRule                 PUT     /eir/rules/35209900             APN  {"equipment":"35209900","status":"white"}
deleteRule              DELETE  /eir/rules/35209900             APN
putBinding              PUT     /eir/bindings/001010000000001   APN  {"imsi":"001010000000001","equipment":[{"equipment":"35209900"}]}
deleteBinding           DELETE  /eir/bindings/001010000000001   APN
getKeys                 GET     /keys                           AR
listTokens              GET     /tokens                         A
createToken             POST    /tokens                         A    {"name":"x","role":"read-only"}
revokeToken             DELETE  /tokens/x                       A
listAudit               GET     /audit                          AR
deleteSubscriber        DELETE  ONE                             APN
"#;

/// A row of the table.
struct Row {
    operation: &'static str,
    method: Method,
    path: String,
    allowed: &'static str,
    body: Value,
}

impl Row {
    fn allows(&self, role: Role) -> bool {
        self.allowed.contains(match role {
            Role::Admin => 'A',
            Role::Provisioner => 'P',
            Role::NoSecrets => 'N',
            Role::ReadOnly => 'R',
        })
    }
}

fn table() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().unwrap();
            let (operation, method, path, allowed) = (word(), word(), word(), word());
            let body = words.collect::<String>().replace("KEY", super::K);
            Row {
                operation,
                method: method.parse().unwrap(),
                path: format!("/api/v1{}", path.replace("ONE", "/subscribers/001010000000001")),
                allowed,
                body: serde_json::from_str(&body).unwrap_or_default(),
            }
        })
        .collect()
}

/// The operations that the description has.
fn described() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&crate::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = paths.values().flat_map(|path| path.as_object().unwrap().values());
    methods
        .map(|method| method["operationId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_role_on_every_operation() {
    let named: BTreeSet<String> = table().iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(named, described(), "each operation has a row here");
    let mut rig = Rig::new().await;
    for row in table() {
        for role in Role::ALL {
            let one = "/api/v1/subscribers/001010000000001";
            if rig.ask(Method::GET, one, &Value::Null).await.status == 404 {
                rig.provision(IMSI).await;
            }
            let asked = request(row.method.clone(), &row.path, rig.of(role), &row.body);
            let answer = rig.send(asked).await;
            let name = row.operation;
            assert_ne!(answer.status, 401);
            assert_ne!(answer.status, 500, "{name}: {}", answer.text);
            let is_allowed = answer.status != StatusCode::FORBIDDEN;
            assert_eq!(
                is_allowed,
                row.allows(role),
                "{role} {name}: {} {}",
                answer.status,
                answer.text
            );
            while rig.orders.try_recv().is_ok() {}
        }
        let nobody = rig
            .send(request(row.method, &row.path, "quintet_nobody", &row.body))
            .await;
        assert!(
            [401, 429].contains(&nobody.status.as_u16()),
            "{}: {}",
            row.operation,
            nobody.status
        );
    }
}

#[tokio::test]
async fn who_may_set_no_secrets_may_change_the_rest() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    let token = rig.of(Role::NoSecrets);
    let path = "/api/v1/subscribers/001010000000001";
    let send = |body: Value| rig.send(request(Method::PATCH, path, token, &body));
    assert_eq!(send(json!({"msisdn": "49"})).await.status, 200);
    assert_eq!(send(json!({"ims": true})).await.status, 200);
    assert_eq!(send(json!({"k": super::K, "opc": super::OPC})).await.status, 403);
    let ims = rig.ask(Method::GET, &format!("{path}/ims"), &Value::Null).await;
    let mut with_password = ims.body;
    with_password["private"][0]["digest"] = json!({"realm": "r", "password": "sesame"});
    assert_eq!(send(json!({"ims": with_password})).await.status, 403);
    let rows = json!([{"action": "patch", "subscriber": {"imsi": IMSI, "k": super::K, "opc": super::OPC}}]);
    let bulk = rig
        .send(request(Method::POST, "/api/v1/subscribers:bulk", token, &rows))
        .await;
    assert_eq!(
        (bulk.status.as_u16(), &bulk.body["rows"][0]["status"]),
        (422, &json!(403))
    );
    let declared = "subscribers:\n  - {imsi: \"001010000000001\", k: \"00112233445566778899aabbccddeeff\", opc: \"00112233445566778899aabbccddeeff\"}\n";
    let mut apply = request(Method::POST, "/api/v1/apply", token, &Value::Null);
    *apply.body_mut() = declared.into();
    assert_eq!(rig.send(apply).await.status, 403);
}

#[tokio::test]
async fn a_scope_hides_other_subscribers() {
    let rig = Rig::new().await;
    for imsi in [IMSI, "001020000000001", "001010000000002"] {
        rig.provision(imsi).await;
    }
    let token = rig.token("scoped", Role::Admin, "imsi:00101 subscribers").await;
    let ask = |method, path: &str, body: Value| rig.send(request(method, path, &token, &body));
    let all = ask(Method::GET, "/api/v1/subscribers", Value::Null).await;
    let seen: Vec<_> = all.body["subscribers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["imsi"].clone())
        .collect();
    assert_eq!(seen, [json!(IMSI), json!("001010000000002")]);
    let number = ask(Method::GET, "/api/v1/subscribers?msisdn=33612345678", Value::Null).await;
    assert_eq!(number.body["subscribers"].as_array().unwrap().len(), 2);
    for method in [Method::GET, Method::DELETE, Method::PATCH] {
        let other = ask(method, "/api/v1/subscribers/001020000000001", json!({})).await;
        assert_eq!(other.status, 404, "as if it were not there");
    }
    let new = ask(Method::POST, "/api/v1/subscribers", subscriber("001020000000002")).await;
    assert_eq!(new.status, 404);
    for path in ["/api/v1/audit", "/api/v1/tokens", "/api/v1/eir/rules"] {
        assert_eq!(ask(Method::GET, path, Value::Null).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn tokens_come_and_go_at_once() {
    let rig = Rig::new().await;
    let endless = json!({"name": "billing", "role": "read-only", "expires_in_s": u64::MAX});
    let refused = rig.ask(Method::POST, "/api/v1/tokens", &endless).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["field"]),
        (422, &json!("/expires_in_s"))
    );
    let wish = json!({"name": "billing", "role": "read-only", "scopes": ["subscribers"], "expires_in_s": 60});
    let made = rig.ask(Method::POST, "/api/v1/tokens", &wish).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let text = made.body["token"].as_str().unwrap().to_owned();
    let list = |token: String| {
        let rig = &rig;
        async move {
            rig.send(request(Method::GET, "/api/v1/subscribers", &token, &Value::Null))
                .await
                .status
        }
    };
    assert_eq!(list(text.clone()).await, 200);
    let listed = rig.ask(Method::GET, "/api/v1/tokens", &Value::Null).await;
    assert!(
        listed.text.contains("billing") && !listed.text.contains(&text),
        "{}",
        listed.text
    );
    assert_eq!(rig.ask(Method::POST, "/api/v1/tokens", &wish).await.status, 409);
    rig.clock.fetch_add(61, Ordering::Relaxed);
    assert_eq!(list(text.clone()).await, 401, "it has expired");
    rig.clock.fetch_sub(61, Ordering::Relaxed);
    assert_eq!(
        rig.ask(Method::DELETE, "/api/v1/tokens/billing", &Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(list(text).await, 401, "it was revoked");
    assert_eq!(
        rig.ask(Method::DELETE, "/api/v1/tokens/billing", &Value::Null)
            .await
            .status,
        404
    );
    for wrong in [
        json!({"name": "a b", "role": "admin"}),
        json!({"name": "a", "role": "admin", "scopes": ["all"]}),
    ] {
        assert_eq!(rig.ask(Method::POST, "/api/v1/tokens", &wrong).await.status, 422);
    }
    let once = rig
        .ask_with(Method::POST, "/api/v1/tokens", &[("idempotency-key", "a")], &wish)
        .await;
    assert_eq!(once.status, 400, "its text is not stored");
}

#[tokio::test]
async fn who_fails_too_often_is_told_to_wait_and_nobody_else() {
    let rig = Rig::new().await;
    let ask = |token: Option<&str>| {
        let mut asked: Request<_> = request(
            Method::GET,
            "/api/v1/subscribers",
            token.unwrap_or("x"),
            &Value::Null,
        );
        if token.is_none() {
            asked.headers_mut().remove("authorization");
        }
        rig.send(asked)
    };
    let none: Answer = ask(None).await;
    assert_eq!(
        (
            none.status.as_u16(),
            none.headers["www-authenticate"].to_str().unwrap()
        ),
        (401, "Bearer realm=\"quintet\"")
    );
    for _ in 1..crate::failures::MAX_FAILURES {
        assert_eq!(ask(Some("guess")).await.status, 401);
    }
    let more = ask(Some("guess")).await;
    assert_eq!(more.status, 429);
    assert!(more.headers.contains_key("retry-after"));
    assert_eq!(
        ask(Some(rig.of(Role::ReadOnly))).await.status,
        200,
        "a token that counts is heard"
    );
    rig.clock.fetch_add(60, Ordering::Relaxed);
    assert_eq!(ask(Some("guess")).await.status, 401);
    let basic = with(
        request(Method::GET, "/api/v1/keys", "x", &Value::Null),
        &[("authorization", "Basic eDp5")],
    );
    assert_eq!(rig.send(basic).await.status, 401);
}
