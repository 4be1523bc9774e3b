//! No key is in any answer, nor in the audit log, whoever asks.

use super::{IMSI, K, OPC, Rig, request};
use crate::Role;
use http::Method;
use serde_json::{Value, json};

const OTHER_K: &str = "9c41d7e2605f38ab1e74c0932df85a6b";
const PASSWORD: &str = "xq7-vastly-secret";

/// Whether a text has a part of a secret in it.
fn tells(text: &str, secret: &str) -> bool {
    let text = text.to_ascii_lowercase();
    secret
        .as_bytes()
        .windows(8)
        .any(|part| text.contains(std::str::from_utf8(part).unwrap()))
}

#[tokio::test]
async fn no_key_is_in_any_answer() {
    let rig = Rig::new().await;
    let mut said = vec![rig.provision(IMSI).await.text];
    let one = format!("/api/v1/subscribers/{IMSI}");
    let ims = json!({"imsi": IMSI, "private": [{"identity": "a@x.org", "digest": {"realm": "x", "password": PASSWORD}}],
        "sets": [{"identities": [{"identity": "sip:a@x.org"}]}]});
    let rows = json!([{"action": "create", "subscriber": {"imsi": "001010000000002", "k": OTHER_K, "opc": OPC}},
        {"action": "create", "subscriber": {"imsi": "x", "k": OTHER_K}}]);
    let writes = [
        (Method::PATCH, one.clone(), json!({"k": OTHER_K, "opc": OPC})),
        (Method::PUT, format!("{one}/ims"), ims.clone()),
        (
            Method::PUT,
            one.clone(),
            json!({"imsi": IMSI, "k": K, "opc": OPC, "ims": ims}),
        ),
        (Method::PATCH, one.clone(), json!({"k": 9_641_726, "opc": [OPC]})),
        (Method::PATCH, one.clone(), json!({"k": format!("{K}0")})),
        (Method::PATCH, one.clone(), json!({"opc": OPC})),
        (
            Method::POST,
            "/api/v1/subscribers".to_owned(),
            json!({"imsi": IMSI, "k": K, "opc": OPC}),
        ),
        (
            Method::POST,
            "/api/v1/subscribers:bulk?atomic=false".to_owned(),
            rows.clone(),
        ),
        (Method::POST, "/api/v1/subscribers:bulk".to_owned(), rows),
    ];
    for (method, path, body) in writes {
        said.push(rig.ask(method, &path, &body).await.text);
    }
    let yaml = format!("subscribers:\n  - {{imsi: \"{IMSI}\", k: {OTHER_K}, opc: {OPC}, colour: red}}\n");
    for yaml in [yaml.replace(", colour: red", ""), yaml] {
        let mut apply = request(Method::POST, "/api/v1/apply", rig.of(Role::Admin), &Value::Null);
        *apply.body_mut() = yaml.into();
        said.push(rig.send(apply).await.text);
    }
    let reads =
        ["/ims", "/location", "/apn-configurations", "/roaming", ""].map(|part| format!("{one}{part}"));
    let lists = [
        "subscribers",
        "tokens",
        "audit",
        "keys",
        "eir/rules",
        "openapi.json",
    ]
    .map(|name| format!("/api/v1/{name}"));
    for path in reads.iter().chain(&lists) {
        for role in Role::ALL {
            said.push(
                rig.send(request(Method::GET, path, rig.of(role), &Value::Null))
                    .await
                    .text,
            );
        }
    }
    said.push(rig.ask(Method::DELETE, &one, &Value::Null).await.text);
    for text in said {
        for secret in [K, OPC, OTHER_K, PASSWORD, "9641726"] {
            assert!(!tells(&text, secret), "{text}");
        }
        for (_, token) in &rig.tokens {
            assert!(!text.contains(token.as_str()), "{text}");
        }
    }
}

#[tokio::test]
async fn the_audit_log_says_what_changed() {
    let rig = Rig::new().await;
    rig.provision(IMSI).await;
    let one = format!("/api/v1/subscribers/{IMSI}");
    rig.ask(
        Method::PATCH,
        &one,
        &json!({"msisdn": "4911", "k": OTHER_K, "opc": OPC}),
    )
    .await;
    let refused = rig
        .send(request(
            Method::PATCH,
            &one,
            rig.of(Role::NoSecrets),
            &json!({"k": K, "opc": OPC}),
        ))
        .await;
    assert_eq!(refused.status, 403);
    rig.ask(Method::DELETE, &one, &Value::Null).await;
    let log = rig
        .ask(
            Method::GET,
            &format!("/api/v1/audit?subject={IMSI}"),
            &Value::Null,
        )
        .await;
    let entries = log.body["entries"].as_array().unwrap();
    let what: Vec<_> = entries
        .iter()
        .map(|entry| entry["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        [
            "subscriber.remove",
            "subscriber.update",
            "subscriber.update",
            "subscriber.create"
        ],
        "{}",
        log.text
    );
    assert_eq!(entries[0]["who"], "token admin");
    assert_eq!(entries[1]["who"], "token no-secrets");
    assert!(
        entries[1]["outcome"]
            .as_str()
            .unwrap()
            .starts_with("refused: role no-secrets")
    );
    let fields = entries[2]["fields"].as_array().unwrap();
    assert!(
        fields.contains(&json!({"field": "msisdn", "before": "33612345678", "after": "4911"})),
        "{fields:?}"
    );
    assert!(
        fields.contains(&json!({"field": "k", "before": "***", "after": "*** (another)"})),
        "{fields:?}"
    );
    let page = rig
        .ask(
            Method::GET,
            "/api/v1/audit?what=subscriber.&limit=3",
            &Value::Null,
        )
        .await;
    let next = page.body["next"].as_str().unwrap();
    let rest = rig
        .ask(
            Method::GET,
            &format!("/api/v1/audit?what=subscriber.&limit=3&cursor={next}"),
            &Value::Null,
        )
        .await;
    assert_eq!(
        (
            rest.body["entries"].as_array().unwrap().len(),
            rest.body.get("next")
        ),
        (1, None)
    );
}
