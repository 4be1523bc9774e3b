//! Keys of subscribers are nowhere in what a run leaves behind or says: files, logs, answers, errors, events, metrics.

mod http;

use crate::support::back_end::{BackEnd, dump};
use crate::support::mme::{Mme, challenges, find, result};
use crate::support::server::{PROGRAM, Server, Settings, isolate};
use crate::support::subscribers;
use quintet_diameter::dict::avp;
use rustix::process::Signal;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Octets of a key that are looked for: enough that they are there by no accident.
const PIECE: usize = 6;

/// Keys that are nowhere published.
const K: &str = "9c41d7e2605f38ab1e74c0932df85a6b";
const OPC: &str = "37e80b5dc6921fa4d8437b06e51c2f9a";
const OTHER_K: &str = "c2750ed9481b6fa33591e8d207bc4f68";
const OTHER_OPC: &str = "5ae19c3076fd42b8e70d8154a93bc62f";
const PASSWORD: &str = "xq7-vzt4ly-8sq3kr";

const IMSI: &str = "001010000000001";
const OTHER: &str = "001010000000002";

/// A secret and what it is called.
type Secret = (&'static str, Vec<u8>);

/// Base64 of octets, without the digits that depend on what stands before and behind.
fn base64(octets: &[u8], shift: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = std::iter::repeat_n(&0, shift)
        .chain(octets)
        .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1))
        .collect();
    let first = (shift * 8).div_ceil(6);
    let digits = bits.chunks_exact(6).skip(first).map(|six| {
        let value = six.iter().fold(0, |value, bit| value << 1 | usize::from(*bit));
        char::from(DIGITS[value])
    });
    digits.collect()
}

/// What finds secrets in whatever form they may have been written.
struct Search {
    /// By length: what is looked for, and what it is.
    patterns: HashMap<usize, HashMap<Vec<u8>, String>>,
}

impl Search {
    fn new(secrets: &[Secret]) -> Self {
        let mut search = Self {
            patterns: HashMap::new(),
        };
        for (name, secret) in secrets {
            for piece in secret.windows(PIECE) {
                search.add(piece.to_vec(), format!("{name} in binary"));
                let digits = hex::encode(piece);
                search.add(
                    digits.to_uppercase().into_bytes(),
                    format!("{name} in upper-case hex"),
                );
                search.add(digits.into_bytes(), format!("{name} in hex"));
                // As Rust and others print octets.
                let numbers: Vec<String> = piece.iter().map(u8::to_string).collect();
                search.add(
                    numbers.join(", ").into_bytes(),
                    format!("{name} in decimal numbers"),
                );
            }
            for shift in 0..3 {
                for standard in base64(secret, shift).as_bytes().windows(8) {
                    search.add(standard.to_vec(), format!("{name} in base64"));
                    let of = |digit: &u8| match digit {
                        b'+' => b'-',
                        b'/' => b'_',
                        digit => *digit,
                    };
                    search.add(
                        standard.iter().map(of).collect(),
                        format!("{name} in base64 of URLs"),
                    );
                }
            }
        }
        search
    }

    fn add(&mut self, pattern: Vec<u8>, what: String) {
        self.patterns
            .entry(pattern.len())
            .or_default()
            .insert(pattern, what);
    }

    fn look(&self, octets: &[u8]) -> Vec<&str> {
        self.patterns
            .iter()
            .flat_map(|(length, patterns)| octets.windows(*length).filter_map(|window| patterns.get(window)))
            .map(String::as_str)
            .collect()
    }
}

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Runs a command in a directory, and adds what it says to `said`.
fn quintet(directory: &Path, said: &mut Vec<u8>, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .current_dir(directory);
    isolate(&mut command);
    let output = command.output().unwrap();
    said.extend_from_slice(&output.stdout);
    said.extend_from_slice(&output.stderr);
    output.status.code()
}

/// Provisions, looks at what is provisioned, and makes mistakes.
fn provision(directory: &Path, db: &str, said: &mut Vec<u8>) {
    let add = [
        "subscriber",
        "add",
        IMSI,
        "--db",
        db,
        "--k",
        K,
        "--opc",
        OPC,
        "--msisdn",
        "4915112345678",
    ];
    let ims = ["--ims", "--sip-password", PASSWORD];
    assert_eq!(quintet(directory, said, &[&add[..], &ims].concat()), Some(0));
    let other = [
        "subscriber",
        "add",
        OTHER,
        "--db",
        db,
        "--k",
        OTHER_K,
        "--opc",
        OTHER_OPC,
    ];
    assert_eq!(quintet(directory, said, &other), Some(0));
    assert_ne!(quintet(directory, said, &add), Some(0), "it is there already");
    let short = [
        "subscriber",
        "add",
        OTHER,
        "--db",
        db,
        "--k",
        &K[2..],
        "--opc",
        OPC,
    ];
    assert_ne!(quintet(directory, said, &short), Some(0), "K is too short");
    let odd = [
        "subscriber",
        "add",
        OTHER,
        "--db",
        db,
        "--k",
        K,
        "--opc",
        &OPC[1..],
    ];
    assert_ne!(quintet(directory, said, &odd), Some(0), "OPc is no octets");
    for read in [
        &["subscriber", "show", IMSI, "--db", db][..],
        &["subscriber", "show", IMSI, "--db", db, "--json"],
        &["subscriber", "list", "--db", db, "--json"],
        &["subscriber", "export", "--db", db, "out.csv"],
        &["subscriber", "export", "--db", db, "out.json"],
        &["subscriber", "set", IMSI, "--db", db, "--msisdn", "4915112345679"],
        &["keys", "status", "--db", db],
        &["keys", "rotate", "--data", "--db", db],
    ] {
        assert_eq!(
            quintet(directory, said, read),
            Some(0),
            "{read:?}: {}",
            String::from_utf8_lossy(said)
        );
    }
}

/// The KASMEs of an AIA.
fn kasmes(answer: &[u8]) -> Vec<Secret> {
    let Some(info) = find(answer, &[avp::AUTHENTICATION_INFO]) else {
        return Vec::new();
    };
    let vectors = info
        .group()
        .map(Result::unwrap)
        .filter(|avp| avp.is(avp::E_UTRAN_VECTOR));
    vectors
        .map(|vector| ("KASME", vector.group().find(avp::KASME).unwrap().data.to_vec()))
        .collect()
}

/// Authenticates, registers, resynchronises well and badly; answers the KASMEs that passed.
fn traffic(server: &Server) -> Vec<Secret> {
    let mut mme = Mme::connect(server.address(), "mme.epc.mnc001.mcc001.3gppnetwork.org");
    let mut secrets = Vec::new();
    for round in 0..4 {
        for imsi in [IMSI, OTHER] {
            let air = mme.air(imsi, 1 + round, None);
            let answer = mme.ask(&air).unwrap();
            assert_eq!(result(&answer), 2001);
            secrets.extend(kasmes(&answer));
            let token = [&challenges(&answer)[0].rand[..], &[0x5a; 14]].concat();
            let air = mme.air(imsi, 1, Some(&token));
            assert_ne!(result(&mme.ask(&air).unwrap()), 2001, "a forged AUTS");
        }
        let ulr = mme.ulr(IMSI);
        assert_eq!(result(&mme.ask(&ulr).unwrap()), 2001);
    }
    let air = mme.air(&subscribers::imsi(99), 1, None);
    assert_ne!(result(&mme.ask(&air).unwrap()), 2001, "nobody's IMSI");
    secrets
}

/// What the metrics say.
pub(super) fn metrics(server: &Server) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address_of("metrics: listening")).unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).unwrap();
    assert!(said.windows(7).any(|part| part == b"quintet"));
    said
}

#[test]
fn no_key_of_a_run_is_found_anywhere() {
    no_key_is_found(BackEnd::Sqlite);
}

#[test]
fn no_key_of_a_run_on_postgresql_is_found_anywhere() {
    no_key_is_found(BackEnd::Postgres);
}

fn no_key_is_found(back_end: BackEnd) {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let Some(database) = back_end.database(place) else {
        return;
    };
    let db = database.to_str().unwrap();
    let mut said = Vec::new();
    provision(place, db, &mut said);
    let mut settings = Settings::new(&database);
    settings.rest +=
        "[metrics]\nlisten = \"127.0.0.1:0\"\n[log]\nfilter = \"trace\"\n[api]\nlisten = \"127.0.0.1:0\"\n";
    let token_file = place.join(http::TOKEN_FILE);
    settings.rest += &format!("first_token_file = \"{}\"\n", token_file.display());
    let configuration = settings.write(place);
    let start = || {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(place)
            .args(["serve", "-c"])
            .arg(&configuration);
        command.args(["--events", "events.jsonl", "--identities"]);
        Server::run(command)
    };
    let mut server = start();
    let mut secrets = traffic(&server);
    assert!(secrets.len() > 15, "{} KASMEs", secrets.len());
    secrets.extend(http::drive(&server, place, &mut said));
    for (name, key) in [("K", K), ("OPc", OPC), ("K", OTHER_K), ("OPc", OTHER_OPC)] {
        secrets.push((name, hex::decode(key).unwrap()));
    }
    secrets.push(("the password", PASSWORD.as_bytes().to_vec()));
    let look = |search: &Search, when: &str| {
        for file in files(place) {
            let found = search.look(&std::fs::read(&file).unwrap());
            assert!(found.is_empty(), "{when}, {}: {found:?}", file.display());
        }
        if let Some(dumped) = dump(&database) {
            assert!(
                dumped.windows(15).any(|part| part.starts_with(b"COPY test")),
                "a dump"
            );
            let found = search.look(&dumped);
            assert!(found.is_empty(), "{when}, on the server: {found:?}");
        }
    };
    // While it runs: the WAL is there.
    look(&Search::new(&secrets), "while it runs");
    said.extend(metrics(&server));
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0));
    said.extend(server.log().into_bytes());
    let events = std::fs::read(place.join("events.jsonl")).unwrap();
    assert!(!events.is_empty(), "nothing was seen");

    // It crashes: whatever it leaves behind has none in it.
    let mut server = start();
    secrets.extend(traffic(&server));
    let before = files(place).len();
    server.signal(Signal::ABORT);
    assert_eq!(server.await_end().code(), None);
    said.extend(server.log().into_bytes());
    let search = Search::new(&secrets);
    look(&search, "after a crash");
    assert!(files(place).len() <= before, "a crash leaves no file behind");
    let found = search.look(&said);
    assert!(
        found.is_empty(),
        "{found:?} in what was said: {}",
        String::from_utf8_lossy(&said)
    );
    assert!(said.len() > 10_000, "the logs are there: {} octets", said.len());

    // What searches finds them where they are.
    let mut with_keys = Vec::new();
    quintet(
        place,
        &mut with_keys,
        &[
            "subscriber",
            "export",
            "--db",
            db,
            "--with-keys",
            "--format",
            "json",
        ],
    );
    assert!(search.look(&with_keys).contains(&"K in hex"));
    assert!(search.look(&with_keys).contains(&"the password in binary"));
    for (_, secret) in &secrets {
        let mut octets = vec![1, 2, 3];
        octets.extend_from_slice(secret);
        octets.extend_from_slice(&[4, 5]);
        assert!(!search.look(&octets).is_empty());
        assert!(!search.look(base64(&octets, 0).as_bytes()).is_empty());
        assert!(!search.look(format!("{octets:?}").as_bytes()).is_empty());
        assert!(!search.look(hex::encode_upper(octets).as_bytes()).is_empty());
    }
}
