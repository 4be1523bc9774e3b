//! What other networks said on N12 and N13, replayed: their requests are read, and our answers have the members theirs
//! have. HTTP/2 is taken apart by tshark.

use crate::support::Core;
use quintet_sbi::{Body, Method, Request, Response};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

/// Captures, the port their network functions listen on, and the home network.
const CAPTURES: [(&str, &[u16], &str); 3] = [
    ("pyscasso__pcaps_open5gs_attach_sbi.pcapng", &[7777], "99970"),
    ("adonohoe-5gpcap__sandbox_sbi.pcap", &[7777], "99970"),
    ("telekom-5gtv__doc_free5gc.pcapng", &[29509, 29503], "20893"),
];

/// A request and what it was answered.
#[derive(Debug, Default)]
struct Exchange {
    method: String,
    path: String,
    port: String,
    request: Vec<u8>,
    answer: Vec<u8>,
}

fn capture(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        Into::into,
    );
    let file = shared.join("captures").join(name);
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
    println!("skipped: {} is not there", file.display());
    None
}

/// The exchanges of a capture, in order.
fn exchanges(name: &str, ports: &[u16]) -> Vec<Exchange> {
    const FIELDS: [&str; 7] = [
        "tcp.stream",
        "tcp.srcport",
        "http2.streamid",
        "http2.type",
        "http2.headers.method",
        "http2.headers.path",
        "http2.data.data",
    ];
    let Some(file) = capture(name) else {
        return Vec::new();
    };
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(&file)
        .args(["-Y", "http2.type==0 or http2.type==1"]);
    command.args(["-T", "fields", "-E", "aggregator=|"]);
    for port in ports {
        command.args(["-d", &format!("tcp.port=={port},http2")]);
    }
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let Ok(output) = command.output() else {
        assert!(std::env::var_os("CI").is_none(), "tshark is missing");
        println!("skipped: no tshark");
        return Vec::new();
    };
    let mut found: BTreeMap<(String, String), Exchange> = BTreeMap::new();
    let mut order = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [stream, port, ids, kinds, methods, paths, data] = columns[..] else {
            continue;
        };
        let list = |text: &str| -> Vec<String> {
            text.split('|')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (mut methods, mut paths, mut data) = (
            list(methods).into_iter(),
            list(paths).into_iter(),
            list(data).into_iter(),
        );
        for (id, kind) in list(ids).into_iter().zip(list(kinds)) {
            let key = (stream.to_owned(), id);
            match kind.as_str() {
                "1" => {
                    if let (Some(method), Some(path)) = (methods.next(), paths.next()) {
                        order.push(key.clone());
                        let port = port.to_owned();
                        found.insert(
                            key,
                            Exchange {
                                method,
                                path,
                                port,
                                ..Exchange::default()
                            },
                        );
                    }
                }
                _ => {
                    if let (Some(exchange), Some(data)) = (found.get_mut(&key), data.next()) {
                        let octets = hex::decode(data).unwrap();
                        let to = if exchange.port == port {
                            &mut exchange.request
                        } else {
                            &mut exchange.answer
                        };
                        to.extend(octets);
                    }
                }
            }
        }
    }
    order.into_iter().filter_map(|key| found.remove(&key)).collect()
}

/// The members of a JSON value, with those inside by path. What lies below `_links` is named by whoever answers. Those
/// that are empty (free5GC writes every member it knows) only if `empty`.
fn members(value: &Value, at: &str, empty: bool, found: &mut BTreeSet<String>) {
    if let Value::Object(object) = value {
        for (name, value) in object.iter().filter(|(_, value)| empty || *value != "") {
            let at = format!("{at}/{name}");
            if name != "_links" {
                members(value, &at, empty, found);
            }
            found.insert(at);
        }
    }
}

fn members_of(octets: &[u8], empty: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(value) = serde_json::from_slice(octets) {
        members(&value, "", empty, &mut found);
    }
    found
}

fn request(exchange: &Exchange, path: &str) -> Request {
    let method = match exchange.method.as_str() {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "GET" => Method::Get,
        "DELETE" => Method::Delete,
        _ => Method::Patch,
    };
    Request {
        content_type: "application/json".to_owned(),
        body: Body::from(exchange.request.clone()),
        ..Request::new(method, path)
    }
}

/// Members that only we, or only they, may tell: optional ones.
const OPTIONAL: [&str; 4] = ["/servingNetworkName", "/supi", "/akmaInd", "/supportedFeatures"];

#[test]
fn requests_of_others_are_answered_with_their_members() {
    let mut proven = 0;
    for (name, ports, home) in CAPTURES {
        let mut core = Core::of_home(home);
        for exchange in exchanges(name, ports) {
            let ours: Response = if exchange.path == "/nausf-auth/v1/ue-authentications" {
                core.ask(&request(&exchange, &exchange.path))
            } else if exchange
                .path
                .ends_with("/security-information/generate-auth-data")
            {
                core.ask_udm(&request(&exchange, &exchange.path))
            } else {
                continue;
            };
            if exchange.request.is_empty() {
                continue;
            }
            assert!(
                ours.is_success(),
                "{name}: {} {:?}",
                exchange.path,
                String::from_utf8_lossy(&ours.body)
            );
            let ours = members_of(&ours.body, true);
            let [all, filled] = [true, false].map(|empty| members_of(&exchange.answer, empty));
            if all.is_empty() || all.contains("/cause") {
                continue;
            }
            let differ: Vec<&String> = ours
                .difference(&all)
                .chain(filled.difference(&ours))
                .filter(|member| !OPTIONAL.contains(&member.as_str()))
                .collect();
            assert!(
                differ.is_empty(),
                "{name}: {} differs in {differ:?}",
                exchange.path
            );
            proven += 1;
        }
    }
    println!("{proven} answers have the members of those recorded");
    let there = CAPTURES.iter().all(|(name, ..)| capture(name).is_some());
    assert!(proven >= 6 || !there, "{proven}");
}
