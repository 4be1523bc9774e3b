//! Captures of others: method, path, status and body of every message of HTTP/2, as tshark has them.
//!
//! Needs what [`crate::corpus`] needs.

use crate::corpus::shared::{captures, skip, tshark_over};
use quintet_capture::{
    Dissector, DissectorOptions, End, FlowEvent, FlowId, HttpExchange, HttpMessage, Pdu, Seen, Sink, read_all,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What begins a connection.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// How often there was a message with this stream, head and body.
type Messages = BTreeMap<(u32, String, String), usize>;

#[derive(Default)]
struct Found {
    /// By exchange, what it was at last.
    exchanges: BTreeMap<u64, (u32, [Option<HttpMessage>; 2])>,
    /// Ports of servers, which tshark is told: it does not find a connection whose beginning is not there.
    ports: BTreeSet<u16>,
}

impl Sink for Found {
    fn pdu(&mut self, _: &Pdu<'_>) {}
    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
    fn http(&mut self, exchange: &HttpExchange<'_>) {
        let sides = [exchange.request.cloned(), exchange.response.cloned()];
        if let (End::Address(server), 0) = (exchange.flow.destination, exchange.stream >> 31) {
            self.ports.insert(server.port());
        }
        self.exchanges.insert(exchange.id, (exchange.stream, sides));
    }
}

fn ours(octets: &[u8]) -> (Messages, BTreeSet<u16>) {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = Found::default();
    read_all(octets, 0, |frame| dissector.frame(frame, &mut found), |_| {});
    dissector.finish(&mut found);
    let mut messages = Messages::new();
    for (stream, sides) in found.exchanges.values() {
        for message in sides.iter().flatten().filter(|_| stream >> 31 == 0) {
            let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "?".to_owned());
            let head = match message.status {
                Some(status) => status.to_string(),
                None => format!("{} {}", part(&message.method), part(&message.path)),
            };
            // Whose head refers to what was before the capture.
            if head == "? ?" {
                continue;
            }
            *messages
                .entry((*stream, head, hex::encode(&message.body)))
                .or_default() += 1;
        }
    }
    (messages, found.ports)
}

/// One value, or many.
fn each<'a>(value: &'a Value, with: &mut dyn FnMut(&'a Value)) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| each(one, with)),
        Value::Null => {}
        one => with(one),
    }
}

#[derive(Default)]
struct Theirs {
    heads: BTreeMap<&'static str, String>,
    body: String,
    ended: bool,
}

/// The messages, and those without an end.
fn theirs(path: &Path, ports: &BTreeSet<u16>) -> Option<[Messages; 2]> {
    let mut command = tshark_over(path);
    for port in ports {
        command.args(["-d", &format!("tcp.port=={port},http2")]);
    }
    command.args([
        "-T",
        "json",
        "--no-duplicate-keys",
        "-Y",
        "http2.streamid > 0",
        "-J",
        "tcp http2",
    ]);
    let Ok(output) = command.output() else {
        skip("tshark cannot be run; install it");
        return None;
    };
    let frames: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let mut sides: BTreeMap<(String, String, u32), Theirs> = BTreeMap::new();
    for frame in &frames {
        let layers = &frame["_source"]["layers"];
        let text = |name: &str| {
            let mut found = String::new();
            each(&layers["tcp"], &mut |tcp| {
                found = tcp[name].as_str().unwrap_or_default().to_owned()
            });
            found
        };
        let (connection, source) = (text("tcp.stream"), text("tcp.srcport"));
        each(&layers["http2"], &mut |layer| {
            each(&layer["http2.stream"], &mut |stream| {
                let number = stream["http2.streamid"].as_str().unwrap_or("0").parse().unwrap();
                let side = sides
                    .entry((connection.clone(), source.clone(), number))
                    .or_default();
                read(stream, side);
            });
        });
    }
    let mut messages = <[Messages; 2]>::default();
    for ((_, _, stream), side) in sides {
        let head = |name| side.heads.get(name).map_or("?", String::as_str);
        let line = match side.heads.get(":status") {
            Some(status) => status.clone(),
            None => format!("{} {}", head(":method"), head(":path")),
        };
        if line != "? ?" {
            let key = (stream, line, side.body);
            *messages[usize::from(!side.ended)].entry(key).or_default() += 1;
        }
    }
    Some(messages)
}

/// A frame of a stream.
fn read(frame: &Value, side: &mut Theirs) {
    let kind = frame["http2.type"].as_str().unwrap_or_default();
    let flags = frame["http2.flags"].as_str().unwrap_or("0x0");
    let flags = u8::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or(0);
    side.ended |= matches!(kind, "0" | "1") && flags & 1 != 0;
    each(&frame["http2.header"], &mut |header| {
        for name in [":method", ":path", ":status"] {
            if header["http2.header.name"] == name {
                let value = header["http2.header.value"].as_str().unwrap_or_default();
                side.heads.insert(name, value.to_owned());
            }
        }
    });
    let mut data = Vec::new();
    each(&frame["http2.data.data"], &mut |octets| data.push(octets));
    let length: usize = frame["http2.length"].as_str().unwrap_or("0").parse().unwrap();
    for octets in data {
        let octets = octets.as_str().unwrap_or_default().replace(':', "");
        // In the last frame of a body stands all of it, if that is what tshark's JSON has instead of the frame's octets.
        if octets.len() > 2 * length {
            side.body.clear();
        }
        side.body += &octets;
    }
}

#[test]
fn messages_are_tsharks() {
    let Some(captures) = captures() else { return };
    let (mut wrong, mut all, mut with) = (Vec::new(), 0, 0);
    for (name, path) in &captures {
        let octets = std::fs::read(path).unwrap();
        let (ours, ports) = ours(&octets);
        if ports.is_empty() && !octets.windows(PREFACE.len()).any(|window| window == PREFACE) {
            continue;
        }
        let Some([theirs, endless]) = theirs(path, &ports) else {
            return;
        };
        all += ours.values().sum::<usize>();
        with += usize::from(!theirs.is_empty());
        for (key, count) in &theirs {
            if ours.get(key).is_none_or(|ours| ours < count) {
                wrong.push(format!(
                    "{name}: tshark has {count} of {key:?}, here are {:?}",
                    ours.get(key)
                ));
            }
        }
        for (key, count) in &ours {
            let known = [&theirs, &endless].map(|messages| messages.get(key).unwrap_or(&0));
            if known.into_iter().sum::<usize>() < *count {
                wrong.push(format!(
                    "{name}: here are {count} of {key:?}, tshark has {known:?} with and without an end"
                ));
            }
        }
    }
    println!("{all} messages in {with} captures");
    assert!(all > 0, "no capture has HTTP/2");
    let shown: Vec<_> = wrong
        .iter()
        .map(|line| line.chars().take(300).collect::<String>())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
