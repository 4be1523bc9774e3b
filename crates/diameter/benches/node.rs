//! The hot path of a server: one AIR received, judged, routed, noted for duplicate detection, answered.
//!
//! `cargo bench -p quintet-diameter --bench node`; see `bench/README.md` for the figures.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::{Application, NodeConfig, UnknownPeers};
use quintet_diameter::{
    CommandFlags, ConnectionId, Header, Inbound, Inbox, Message, MessageWriter, Node, ResultCode,
};
use std::hint::black_box;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

const S6A: u32 = 16_777_251;
const TGPP: u32 = 10415;
const CONNECTION: ConnectionId = ConnectionId(1);

fn message(code: u32, application_id: u32, fill: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let flags = if application_id == 0 { 0x80 } else { 0xc0 };
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags),
        code,
        application_id,
        hop_by_hop: 1,
        end_to_end: 1,
    };
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, &header);
    fill(&mut writer);
    writer.finish();
    out
}

fn application_id(w: &mut MessageWriter<'_>) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |g| {
        g.u32(avp::VENDOR_ID, TGPP);
        g.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
}

fn origin(w: &mut MessageWriter<'_>) {
    w.text(avp::ORIGIN_HOST, "mme.epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::ORIGIN_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
}

/// A node with an open connection.
fn open() -> Node {
    let address = IpAddr::from([127, 0, 0, 1]);
    let mut config = NodeConfig::new(
        "hss.epc.mnc001.mcc001.3gppnetwork.org",
        "epc.mnc001.mcc001.3gppnetwork.org",
        address,
    );
    config.applications.push(Application::auth(TGPP, S6A));
    config.unknown_peers = UnknownPeers::Accept;
    let mut node = Node::new(config, 1).expect("the configuration is right");
    node.accepted(Duration::ZERO, CONNECTION, SocketAddr::new(address, 1))
        .expect("one connection fits");
    let cer = message(command::CAPABILITIES_EXCHANGE, 0, |w| {
        origin(w);
        w.address(avp::HOST_IP_ADDRESS, address);
        w.u32(avp::VENDOR_ID, 0);
        w.text(avp::PRODUCT_NAME, "bench");
        application_id(w);
    });
    assert!(matches!(
        node.handle_message(Duration::ZERO, CONNECTION, &cer),
        Inbound::Done
    ));
    node.output(CONNECTION).clear();
    node
}

fn air() -> Vec<u8> {
    message(318, S6A, |w| {
        w.text(
            avp::SESSION_ID,
            "mme.epc.mnc001.mcc001.3gppnetwork.org;1700000000;1;s6a",
        );
        application_id(w);
        w.u32(avp::AUTH_SESSION_STATE, 1);
        origin(w);
        w.text(avp::DESTINATION_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
        w.text(avp::USER_NAME, "001010000000001");
        w.octets(avp::VISITED_PLMN_ID, &[0x00, 0xf1, 0x10]);
        w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |g| {
            g.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
            g.u32(avp::IMMEDIATE_RESPONSE_PREFERRED, 1);
        });
    })
}

fn node(c: &mut Criterion) {
    let (mut node, mut request) = (open(), air());
    let mut n = 0u32;
    c.bench_function("node/request and answer", |b| {
        b.iter(|| {
            n = n.wrapping_add(1);
            request[12..16].copy_from_slice(&n.to_be_bytes());
            request[16..20].copy_from_slice(&n.to_be_bytes());
            let now = Duration::from_micros(u64::from(n));
            match node.handle_message(now, CONNECTION, black_box(&request)) {
                Inbound::Request(message) => {
                    let answer = node.answer(CONNECTION, &message, ResultCode::SUCCESS);
                    answer.expect("the connection is open").finish();
                }
                other => panic!("not the application's: {other:?}"),
            }
            if n.is_multiple_of(64) {
                while node.poll_transmit().is_some() {}
                node.output(CONNECTION).clear();
            }
        });
    });
    let message = Message::decode(&request).expect("it was just answered");
    let dictionary = quintet_diameter::dict::Dictionary::builtin();
    c.bench_function("node/validate alone", |b| {
        b.iter(|| quintet_diameter::validate(dictionary, black_box(&message)).is_ok());
    });
    let mut inbox = Inbox::new();
    c.bench_function("inbox/one message", |b| {
        b.iter(|| {
            inbox.fill(black_box(&request));
            inbox.next().map(|m| m.map(<[u8]>::len))
        });
    });
}

criterion_group!(benches, node);
criterion_main!(benches);
