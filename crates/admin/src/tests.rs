//! The interface without sockets: requests in, answers out, on a store in memory.

mod access;
mod connections;
mod described;
mod many;
mod secrets;
mod subscribers;

use crate::app::{App, Order, Settings};
use crate::desk::Desk;
use crate::openapi::router;
use crate::server::{Limits, limited};
use crate::{NewToken, Role, Scopes, mint};
use axum::Router;
use axum::body::{Body, to_bytes};
use core::time::Duration;
use http::{HeaderMap, Method, Request, StatusCode};
use quintet_store::{AdminCommand, Command, MemoryStore, Store};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, mpsc};
use tower::ServiceExt;

const IMSI: &str = "001010000000001";
const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";

/// The first second of these tests.
const START_S: u64 = 1_800_000_000;

/// An interface with a token of each role.
struct Rig {
    app: App,
    router: Router,
    clock: Arc<AtomicU64>,
    orders: mpsc::Receiver<Order>,
    tokens: Vec<(Role, String)>,
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Answer {
    fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

impl Rig {
    async fn new() -> Self {
        Self::on(Box::new(MemoryStore::new()), Arc::default()).await
    }

    async fn on(store: Box<dyn Store + Send>, wake: Arc<Notify>) -> Self {
        let (desk, work) = Desk::new(store, wake, Arc::default());
        tokio::spawn(work);
        let clock = Arc::new(AtomicU64::new(START_S));
        let (sender, orders) = mpsc::channel(8);
        let ticking = Arc::clone(&clock);
        let settings = Settings {
            home_plmns: vec!["00101".parse().unwrap(), "310410".parse().unwrap()],
            audit_kept: Duration::from_secs(86_400),
            orders: Some(sender),
            keys: Some(Arc::new(|| Ok(crate::KeyStatus::default()))),
            clock: Arc::new(move || Duration::from_secs(ticking.load(Ordering::Relaxed))),
        };
        let app = App::new(desk, settings);
        let router = limited(router(app.clone()), Limits::default());
        let mut rig = Self {
            app,
            router,
            clock,
            orders,
            tokens: Vec::new(),
        };
        for role in Role::ALL {
            let token = rig.token(role.name(), role, "").await;
            rig.tokens.push((role, token));
        }
        rig
    }

    /// Makes a token and answers its text.
    async fn token(&self, name: &str, role: Role, scopes: &str) -> String {
        let new = NewToken {
            name: name.to_owned(),
            role,
            scopes: scopes.parse::<Scopes>().unwrap(),
            expires: None,
        };
        let (token, text) = mint(new, Duration::from_secs(START_S)).unwrap();
        let token = Box::new(token);
        let add = Command::Admin(AdminCommand::AddToken { token, first: false });
        // There already where a store is opened again; then the caller asks with the text of before.
        drop(self.app.execute(add).await);
        self.app.learn_tokens().await.unwrap();
        text.to_string()
    }

    fn of(&self, role: Role) -> &str {
        &self.tokens.iter().find(|(known, _)| *known == role).unwrap().1
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let octets = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(octets.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// Asks as an administrator, with headers.
    async fn ask_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let request = with(request(method, path, self.of(Role::Admin), body), headers);
        self.send(request).await
    }

    /// Asks as an administrator.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.ask_with(method, path, &[], body).await
    }

    /// Makes a subscriber.
    async fn provision(&self, imsi: &str) -> Answer {
        let answer = self
            .ask(Method::POST, "/api/v1/subscribers", &subscriber(imsi))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer
    }
}

fn request(method: Method, path: &str, token: &str, body: &Value) -> Request<Body> {
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body)
        .unwrap()
}

fn with(mut request: Request<Body>, headers: &[(&str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

fn subscriber(imsi: &str) -> Value {
    json!({"imsi": imsi, "k": K, "opc": OPC, "msisdn": "33612345678"})
}
