//! The description is that of the code, and what it says is so.

use super::Rig;
use http::Method;
use serde_json::Value;
use std::path::Path;

/// Set, the file is written anew.
const WRITE: &str = "QUINTET_WRITE_OPENAPI";

#[test]
fn the_description_in_docs_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = crate::document();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document,
        "docs/openapi.json is not what the code says: {WRITE}=1 cargo test -p quintet-admin writes it"
    );
}

#[test]
fn the_description_refers_to_what_it_has() {
    let document: Value = serde_json::from_str(&crate::document()).unwrap();
    assert_eq!(document["openapi"].as_str().unwrap().split('.').next(), Some("3"));
    let text = document.to_string();
    let mut references = 0;
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        references += 1;
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    assert!(references > 50, "{references}");
}

#[tokio::test]
async fn the_description_and_the_page_are_for_everybody() {
    let rig = Rig::new().await;
    let ask = |path: &str| {
        let mut asked = super::request(Method::GET, path, "", &Value::Null);
        asked.headers_mut().remove("authorization");
        rig.send(asked)
    };
    let document = ask("/api/v1/openapi.json").await;
    assert_eq!(
        (document.status.as_u16(), document.body["info"]["title"].as_str()),
        (200, Some("Quintet provisioning"))
    );
    let page = ask("/api/").await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(ask("/api").await.status, 308);
}
