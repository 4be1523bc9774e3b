//! Bodies of HTTP/2 in captures, by tshark.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Ports on which recorded service based interfaces speak cleartext.
const PORTS: [u16; 6] = [80, 7777, 8000, 8080, 8805, 29518];

/// Who sent a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Request,
    Response,
}

/// A body.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) file: String,
    pub(crate) path: String,
    pub(crate) side: Side,
    pub(crate) body: Vec<u8>,
}

/// Reports a missing prerequisite: fatal where everything must run.
fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// Every body of the captures of service based interfaces; `None` without captures or tshark.
pub(crate) fn all() -> Option<Vec<Recorded>> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(shared.join("captures")) else {
        skip("no captures; set QUINTET_SHARED");
        return None;
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            name.contains("sbi") || name.contains("roaming__")
        })
        .collect();
    files.sort();
    let mut recorded = Vec::new();
    for file in files {
        recorded.extend(bodies(&file)?);
    }
    Some(recorded)
}

/// The bodies of one capture.
fn bodies(file: &Path) -> Option<Vec<Recorded>> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-n", "-Y", "http2", "-T", "fields", "-E", "aggregator=|"]);
    for port in PORTS {
        command.args(["-d", &format!("tcp.port=={port},http2")]);
    }
    let fields = [
        "tcp.stream",
        "tcp.srcport",
        "http2.streamid",
        "http2.headers.path",
        "http2.data.data",
    ];
    for field in fields {
        command.args(["-e", field]);
    }
    let Ok(output) = command.output() else {
        skip("tshark cannot be run; install it");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut paths: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    let mut data: BTreeMap<(String, String, String), Vec<u8>> = BTreeMap::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let &[connection, port, streams, path, octets] = columns.as_slice() else {
            continue;
        };
        // Settings and pings are on stream 0. Where frames of several streams share a packet, it is not said whose a
        // field is: such packets are left out.
        let mut streams: Vec<&str> = streams.split('|').filter(|stream| *stream != "0").collect();
        streams.dedup();
        let &[stream] = streams.as_slice() else { continue };
        if let Some(path) = path.split('|').find(|path| !path.is_empty()) {
            paths.insert((connection.into(), stream.into()), (port.into(), path.into()));
        }
        for part in octets.split('|') {
            if let Some(part) = unhex(part) {
                data.entry((connection.into(), stream.into(), port.into()))
                    .or_default()
                    .extend(part);
            }
        }
    }
    let file = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let bodies = data.into_iter().filter_map(|((connection, stream, port), body)| {
        let (from, path) = paths.get(&(connection, stream))?;
        Some(Recorded {
            file: file.clone(),
            path: path.clone(),
            side: if *from == port {
                Side::Request
            } else {
                Side::Response
            },
            body,
        })
    });
    Some(bodies.filter(|recorded| !recorded.body.is_empty()).collect())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
