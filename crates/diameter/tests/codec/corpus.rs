//! The committed fuzz corpus run again, and its seeds, which our own encoder makes (`QUINTET_WRITE_CORPUS=1`).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use quintet_diameter::dict::{Dictionary, avp, command};
use quintet_diameter::node::{Application, UnknownPeers};
use quintet_diameter::{
    AvpId, ConnectionId, Inbound, Inbox, MessageWriter, Node, NodeConfig, ResultCode, Secrets, describe,
    frame, validate,
};

use crate::shared::{aia, air, cer, header};

/// The realm that the requests are for.
const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

fn directory(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target)
}

fn message_seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("request", air(|_| {})),
        ("answer", aia()),
        ("capabilities", cer()),
        (
            "unknown-avp",
            air(|w| w.octets(AvpId::new(99_999, 0, true), b"x")),
        ),
        (
            "nested-unknown",
            air(|w| {
                w.group(avp::SUPPORTED_FEATURES, |w| {
                    w.octets(AvpId::new(9, 9, true), b"x")
                })
            }),
        ),
        ("wrong-length", air(|w| w.octets(avp::ORIGIN_STATE_ID, &[1, 2]))),
        (
            "cut-group",
            air(|w| w.octets(avp::SUPPORTED_FEATURES, &[0, 0, 1, 10, 0x40])),
        ),
        ("not-utf-8", air(|w| w.octets(avp::ERROR_MESSAGE, &[0xff]))),
        (
            "address",
            air(|w| {
                w.group(avp::MIP6_AGENT_INFO, |w| {
                    w.octets(avp::MIP_HOME_AGENT_ADDRESS, &[0, 1, 1])
                })
            }),
        ),
    ]
}

fn dictionary_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let whole = "@id 7\n@name a\n@vendor 9 V\n@avp_types\n A 1 Grouped MV\n B 2 Enumerated V\n C 3 OctetString -\n\
        @avp_vendor_id 10\n C\n@messages\n M-Request ::= < Diameter Header: 8, REQ, PXY, 7 > < A > 1*2 { B } * [ AVP ]\n\
        answer-message ::= < Diameter Header: code, ERR > [ A ]\n@grouped\n A ::= < AVP Header: 1 9 > *3 [ B ]\n\
        @enum B open\n ONE 1\n TWO -2\n@show tbcd\n C ; a comment\n";
    vec![
        ("whole", whole.into()),
        ("cut", whole[..whole.len() / 2].into()),
        (
            "bounds",
            b"@name a\n@avp_types\n A 1 Unsigned32 -\n@messages\n M ::= < Diameter Header: 1 > 3*2 { A }"
                .to_vec(),
        ),
    ]
}

/// Streams of a peer: a CER and what follows.
fn stream_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = message_seeds();
    for (_, octets) in &mut seeds {
        *octets = [cer(), std::mem::take(octets)].concat();
    }
    let base = |code, fill: fn(&mut MessageWriter<'_>)| {
        let mut out = cer();
        let mut writer = MessageWriter::new(&mut out, &header(0, code, 0x80));
        writer.text(avp::ORIGIN_HOST, "mme.example.org");
        writer.text(avp::ORIGIN_REALM, "example.org");
        fill(&mut writer);
        writer.finish();
        out
    };
    seeds.push(("watchdog", base(command::DEVICE_WATCHDOG, |_| ())));
    seeds.push((
        "disconnect",
        base(command::DISCONNECT_PEER, |w| w.u32(avp::DISCONNECT_CAUSE, 0)),
    ));
    let again = air(|_| {});
    let mut copy = again.clone();
    copy[4] |= 0x10;
    seeds.push(("retransmission", [cer(), again, copy].concat()));
    seeds
}

fn files(target: &str, seeds: &[(&str, Vec<u8>)]) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = directory(target);
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, octets) in seeds {
            std::fs::write(directory.join(name), octets).unwrap();
        }
    }
    let files =
        std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let files: Vec<_> = files
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let octets = std::fs::read(&path).unwrap();
            (path, octets)
        })
        .collect();
    assert!(
        files.len() >= seeds.len(),
        "{}: seeds are missing",
        directory.display()
    );
    files
}

#[test]
fn corpus_of_messages() {
    for (path, octets) in files("diameter_message", &message_seeds()) {
        let Ok(message) = frame(&octets) else { continue };
        let _ = describe(Dictionary::builtin(), &message, Secrets::Shown);
        if let Err(rejection) = validate(Dictionary::builtin(), &message) {
            let mut out = Vec::new();
            let mut writer = MessageWriter::new(&mut out, &header(0, 280, 0));
            rejection.failed_avp.write(&mut writer);
            writer.finish();
            let answer = frame(&out).unwrap();
            assert!(answer.avps().all(|avp| avp.is_ok()), "{}", path.display());
        }
    }
}

#[test]
fn corpus_of_streams() {
    let connection = ConnectionId(1);
    let mut served = 0;
    for (path, octets) in files("diameter_node", &stream_seeds()) {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut config = NodeConfig::new("hss.example.org", REALM, address);
        config.applications.push(Application::auth(10415, 16_777_251));
        config.unknown_peers = UnknownPeers::Accept;
        let mut node = Node::new(config, 1).unwrap();
        node.accepted(Duration::ZERO, connection, SocketAddr::new(address, 1))
            .unwrap();
        let mut inbox = Inbox::new();
        inbox.fill(&octets);
        while let Some(message) = inbox.next() {
            let request = match message {
                Err(error) => {
                    node.bad_frame(Duration::ZERO, connection, error);
                    break;
                }
                Ok(message) => node.handle_message(Duration::ZERO, connection, message),
            };
            if let Inbound::Request(request) = request
                && let Some(answer) = node.answer(connection, &request, ResultCode::SUCCESS)
            {
                answer.finish();
                served += 1;
            }
        }
        let mut answers = Inbox::new();
        answers.fill(node.output(connection));
        while let Some(answer) = answers.next() {
            let answer = frame(answer.unwrap()).unwrap();
            assert!(answer.avps().all(|avp| avp.is_ok()), "{}", path.display());
        }
        assert!(answers.is_empty(), "{}", path.display());
    }
    assert!(served > 0, "no seed reaches the application");
}

#[test]
fn corpus_of_dictionaries() {
    for (path, octets) in files("diameter_dictionary", &dictionary_seeds()) {
        let Ok(text) = std::str::from_utf8(&octets) else {
            continue;
        };
        if let Err(error) = Dictionary::of(&[("fuzzed.dia", text)]) {
            assert!(
                error.line <= text.lines().count().max(1),
                "{}: {error}",
                path.display()
            );
        }
    }
}

#[test]
fn the_whole_seed_of_a_dictionary_is_good() {
    let (_, whole) = &dictionary_seeds()[0];
    Dictionary::of(&[("whole.dia", std::str::from_utf8(whole).unwrap())]).unwrap();
}
