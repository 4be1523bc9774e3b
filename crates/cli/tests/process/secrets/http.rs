//! The part of the run that goes over HTTP: the provisioning interface and the page, used well and badly.

use super::{IMSI, K, OPC, PASSWORD, Secret};
use crate::support::api::{Answer, Api, Visitor};
use crate::support::server::Server;
use serde_json::{Value, json};
use std::path::Path;

/// Keys that come as JSON.
const JSON_K: &str = "d1837bf04ea95c26937fe8105bc24da6";
const JSON_OPC: &str = "840fb2e96d35c71ae2906b4dfa7815c3";
const JSON_IMSI: &str = "001010000000011";

/// Keys that come by a form of the page.
const FORM_K: &str = "60e3d92a7bf1485c0da8537e4c96f21b";
const FORM_OPC: &str = "f97521ce8bd04a36b18e6df237c04a59";
const FORM_IMSI: &str = "001010000000012";

/// Keys that come as YAML.
const YAML_K: &str = "2bc58e17f3a6409d75d1fe68a0349bc7";
const YAML_OPC: &str = "a36c90f48e1b2d57c04e79db1865f23a";
const YAML_IMSI: &str = "001010000000013";

/// Who is never provisioned.
const NOBODY: &str = "001010000000019";

/// Another password of SIP Digest.
const JSON_PASSWORD: &str = "w9k-plr2ox-5zj8gd";

/// Where the first token is told.
pub(super) const TOKEN_FILE: &str = "first-admin.token";

/// What a server says over HTTP.
struct Said<'a>(&'a mut Vec<u8>);

impl Said<'_> {
    fn add(&mut self, answer: &Answer) {
        self.0.extend_from_slice(answer.head.as_bytes());
        self.0.extend_from_slice(answer.body.as_bytes());
    }

    /// Keeps an answer to what is refused, or may be: what counts is what it says.
    fn any(&mut self, what: &str, answer: &Answer) {
        self.add(answer);
        assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
    }

    /// Keeps an answer that must have a status.
    fn of(&mut self, what: &str, answer: &Answer, status: u16) {
        self.add(answer);
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
    }
}

/// Uses all of it; answers what else may be nowhere, beside the keys of before.
pub(super) fn drive(server: &Server, place: &Path, said: &mut Vec<u8>) -> Vec<Secret> {
    let file = place.join(TOKEN_FILE);
    let token = std::fs::read_to_string(&file).unwrap();
    // It is told there and nowhere else.
    std::fs::remove_file(&file).unwrap();
    let api = Api::of(server, &token);
    let mut said = Said(said);
    provision(&api, &mut said);
    mistakes(&api, &mut said);
    many(&api, &mut said);
    reads(&api, &mut said);
    let visitor = api.log_in();
    forms(&visitor, &mut said);
    pages(&visitor, &mut said);
    let session = visitor.cookie.split_once('=').unwrap().1;
    let keys = [JSON_K, JSON_OPC, FORM_K, FORM_OPC, YAML_K, YAML_OPC];
    let mut secrets: Vec<Secret> = keys
        .map(|key| ("a key over HTTP", hex::decode(key).unwrap()))
        .into();
    secrets.push(("a password over HTTP", JSON_PASSWORD.as_bytes().to_vec()));
    secrets.push(("the session", session.as_bytes().to_vec()));
    let token = token.trim().strip_prefix("quintet_").unwrap();
    secrets.push(("the token", token.as_bytes().to_vec()));
    secrets
}

/// What is done as it should be.
fn provision(api: &Api, said: &mut Said<'_>) {
    let ims = |password: &str| {
        json!({"imsi": JSON_IMSI,
            "private": [{"identity": "a@example.org", "digest": {"realm": "example.org", "password": password}}],
            "sets": [{"identities": [{"identity": "sip:a@example.org"}]}]})
    };
    let one = format!("/api/v1/subscribers/{JSON_IMSI}");
    let whole = json!({"imsi": JSON_IMSI, "k": JSON_K, "opc": JSON_OPC, "ims": ims(PASSWORD)});
    let post = api.ask("POST", "/api/v1/subscribers", &whole);
    said.of("create", &post, 201);
    let keys = json!({"k": OPC, "opc": K});
    said.of("other keys", &api.ask("PATCH", &one, &keys), 200);
    said.of("the keys again", &api.ask("PUT", &one, &whole), 200);
    let put = api.ask("PUT", &format!("{one}/ims"), &ims(JSON_PASSWORD));
    said.of("another password", &put, 200);
    let text = format!("subscribers:\n  - {{imsi: \"{YAML_IMSI}\", k: {YAML_K}, opc: {YAML_OPC}}}\n");
    for query in ["?dry_run=true", ""] {
        let path = format!("/api/v1/apply{query}");
        said.of("apply", &api.send("POST", &path, "application/yaml", &text), 200);
    }
}

/// What is refused, and might be quoted.
fn mistakes(api: &Api, said: &mut Said<'_>) {
    let one = format!("/api/v1/subscribers/{JSON_IMSI}");
    let create = |body: Value| api.ask("POST", "/api/v1/subscribers", &body);
    let again = json!({"imsi": JSON_IMSI, "k": JSON_K, "opc": JSON_OPC});
    said.any("it is there", &create(again));
    // Keys that are none, and keys where none belongs.
    for body in [
        json!({"imsi": NOBODY, "k": &JSON_K[2..], "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "k": &JSON_K[1..], "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "k": format!("{JSON_K}zz"), "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "k": [JSON_K], "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "k": {"hex": JSON_K}, "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "k": JSON_K, "opc": JSON_OPC, "op": JSON_OPC}),
        json!({"imsi": NOBODY, "ki": JSON_K, "opc": JSON_OPC}),
        json!({"imsi": JSON_K, "k": JSON_K, "opc": JSON_OPC}),
        json!({"imsi": NOBODY, "msisdn": JSON_K}),
        json!({"imsi": NOBODY, "algorithm": JSON_K}),
        json!({"imsi": NOBODY, "tuak": JSON_K}),
        json!({"imsi": NOBODY, "subscription": JSON_K}),
        json!({"imsi": NOBODY, "ims": JSON_K}),
        json!({"imsi": NOBODY, JSON_K: JSON_OPC}),
        json!([JSON_K]),
        json!(JSON_K),
    ] {
        said.any("a mistake", &create(body));
    }
    for body in [
        json!({"digest": JSON_PASSWORD}),
        json!({"digest": {"realm": "x", "password": [JSON_PASSWORD]}}),
        json!({"digest": {"realm": "x", "password": JSON_PASSWORD, "ha1": JSON_PASSWORD}}),
    ] {
        let mut private = json!({"identity": "a@example.org"});
        private["digest"] = body["digest"].clone();
        let ims = json!({"imsi": JSON_IMSI, "private": [private],
            "sets": [{"identities": [{"identity": "sip:a@example.org"}]}]});
        said.any("no digest", &api.ask("PUT", &format!("{one}/ims"), &ims));
    }
    let cut = format!("{{\"imsi\":\"{NOBODY}\",\"k\":\"{JSON_K}");
    let sent = api.send("POST", "/api/v1/subscribers", "application/json", &cut);
    said.any("a body that is cut", &sent);
    let sent = api.send(
        "POST",
        "/api/v1/subscribers",
        "application/json",
        &format!("{{k:{JSON_K}}}"),
    );
    said.any("no JSON", &sent);
    let sent = api.send("POST", "/api/v1/subscribers", JSON_K, "{}");
    said.any("another type", &sent);
    for path in [
        format!("/api/v1/subscribers/{JSON_K}"),
        format!("/api/v1/subscribers?msisdn={JSON_K}"),
        format!("/api/v1/subscribers?cursor={JSON_K}"),
        format!("/api/v1/subscribers?{JSON_K}=1"),
    ] {
        said.any("a key in the path", &api.ask("GET", &path, &Value::Null));
    }
    for yaml in [
        format!("subscribers:\n  - {{imsi: \"{NOBODY}\", k: {YAML_K}, opc: {YAML_OPC}, colour: red}}\n"),
        format!("subscribers:\n  - {{imsi: \"{NOBODY}\", k: [{YAML_K}], opc: {YAML_OPC}}}\n"),
        format!(
            "subscribers:\n  - {{imsi: \"{NOBODY}\", k: {}, opc: {YAML_OPC}}}\n",
            &YAML_K[2..]
        ),
        format!("subscribers:\n  - {{imsi: {YAML_K}, k: {YAML_K}, opc: {YAML_OPC}}}\n"),
        format!("subscribers:\n  - {{imsi: \"{NOBODY}\", msisdn: {YAML_K}}}\n"),
        format!("subscribers:\n  - imsi: \"{NOBODY}\"\n   k: {YAML_K}\n"),
        format!("subscribers: {YAML_K}\n"),
        format!("{YAML_K}: 1\n"),
    ] {
        let sent = api.send("POST", "/api/v1/apply", "application/yaml", &yaml);
        said.any("a wrong file", &sent);
    }
}

/// Rows.
fn many(api: &Api, said: &mut Said<'_>) {
    let rows = json!([
        {"action": "patch", "subscriber": {"imsi": JSON_IMSI, "k": JSON_K, "opc": JSON_OPC}},
        {"action": "create", "subscriber": {"imsi": "x", "k": JSON_K}},
        {"action": JSON_K, "subscriber": {"imsi": NOBODY}},
        {"action": "put", "subscriber": JSON_K},
        {"imsi": JSON_IMSI, "k": [JSON_K]},
        JSON_K,
    ]);
    said.any("bulk", &api.ask("POST", "/api/v1/subscribers:bulk", &rows));
    let lines = format!("{{\"imsi\":\"{JSON_IMSI}\",\"k\":\"{JSON_K}\"\n{JSON_K}\n\"{JSON_K}\"\n");
    let path = "/api/v1/subscribers:bulk?atomic=false";
    said.any("lines", &api.send("POST", path, "application/x-ndjson", &lines));
}

/// All that can be read.
fn reads(api: &Api, said: &mut Said<'_>) {
    for imsi in [IMSI, JSON_IMSI, YAML_IMSI] {
        for part in ["", "/location", "/apn-configurations", "/roaming"] {
            let path = format!("/api/v1/subscribers/{imsi}{part}");
            said.any(&path, &api.ask("GET", &path, &Value::Null));
        }
    }
    let ims = format!("/api/v1/subscribers/{JSON_IMSI}/ims");
    said.any(&ims, &api.ask("GET", &ims, &Value::Null));
    for name in ["subscribers", "tokens", "audit?limit=1000", "keys", "eir/rules"] {
        let path = format!("/api/v1/{name}");
        said.any(&path, &api.ask("GET", &path, &Value::Null));
    }
}

/// What is typed into the page.
fn forms(visitor: &Visitor, said: &mut Said<'_>) {
    let one = format!("/ui/subscribers/{FORM_IMSI}");
    let new = |imsi: &str, k: &str, opc: &str| {
        let fields = [
            ("imsi", imsi),
            ("k", k),
            ("opc", opc),
            ("algorithm", "milenage"),
            ("ims", "yes"),
        ];
        visitor.post("/ui/subscribers/new", &fields)
    };
    said.of("a form", &new(FORM_IMSI, FORM_K, FORM_OPC), 303);
    said.any("it is there", &new(FORM_IMSI, FORM_K, FORM_OPC));
    said.any("half a key", &new(NOBODY, &FORM_K[2..], FORM_OPC));
    said.any("no key", &new(NOBODY, &format!("{FORM_K}zz"), FORM_OPC));
    let edit = |fields: &[(&str, &str)]| visitor.post(&format!("{one}/edit"), fields);
    let fields = [
        ("status", "service_granted"),
        ("eps", "yes"),
        ("uplink", "100M"),
        ("downlink", "100M"),
        ("default_apn", "1"),
        ("roaming", "everywhere"),
        ("algorithm", "milenage"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&fields[..], more].concat();
    said.any("other keys", &edit(&with(&[("k", FORM_OPC), ("opc", FORM_K)])));
    said.any(
        "the keys again",
        &edit(&with(&[("k", FORM_K), ("opc", FORM_OPC)])),
    );
    said.any("OPc alone", &edit(&with(&[("opc", FORM_OPC)])));
    said.any(
        "too late",
        &edit(&with(&[("etag", "\"1\""), ("k", FORM_K), ("opc", FORM_OPC)])),
    );
    let record = json!({"imsi": FORM_IMSI, "k": FORM_K, "opc": FORM_OPC}).to_string();
    let wrong = json!({"imsi": FORM_IMSI, "k": FORM_K, "opc": [FORM_OPC]}).to_string();
    let json = |text: &str| visitor.post(&format!("{one}/json"), &[("record", text)]);
    said.any("as JSON", &json(&record));
    said.any("as wrong JSON", &json(&wrong));
    said.any("as no JSON", &json(&record[..record.len() - 4]));
    said.any(
        "as what looks like JSON",
        &json(&format!("{{imsi: {FORM_IMSI}, k: {FORM_K}}}")),
    );
}

/// All pages.
fn pages(visitor: &Visitor, said: &mut Said<'_>) {
    for name in [
        "",
        "subscribers",
        "subscribers/new",
        "peers",
        "registrations",
        "equipment",
        "audit",
        "keys",
        "live",
        "doctor",
    ] {
        let path = format!("/ui/{name}");
        said.any(&path, &visitor.get(&path));
    }
    for imsi in [IMSI, JSON_IMSI, FORM_IMSI, YAML_IMSI] {
        for part in ["", "/edit", "/json", "/apns/1", "/watch"] {
            let path = format!("/ui/subscribers/{imsi}{part}");
            said.any(&path, &visitor.get(&path));
        }
    }
}
