//! Any octets as the stream of a peer: framed, and dealt with by a node that serves S6a; whatever it answers is
//! well-formed. The capabilities exchange is the corpus's to have: its seeds begin with a CER.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::node::{Application, UnknownPeers};
use quintet_diameter::{ConnectionId, Inbound, Inbox, Message, Node, NodeConfig, ResultCode};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The realm that the requests of the corpus are for.
const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

const CONNECTION: ConnectionId = ConnectionId(1);

/// Reads back what the node wrote.
fn check(output: &mut Vec<u8>) {
    let mut inbox = Inbox::new();
    inbox.fill(output);
    output.clear();
    while let Some(message) = inbox.next() {
        let message =
            Message::decode(message.expect("what is written is framed")).expect("and has version 1");
        assert!(message.avps().all(|avp| avp.is_ok()));
    }
    assert!(inbox.is_empty());
}

fuzz_target!(|octets: &[u8]| {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut config = NodeConfig::new("hss.example.org", REALM, address);
    config.applications.push(Application::auth(10415, 16_777_251));
    config.unknown_peers = UnknownPeers::Accept;
    (config.limits.duplicate_entries, config.limits.duplicate_octets) = (16, 16 * 1024);
    let mut node = Node::new(config, 1).expect("the configuration is right");
    let mut now = Duration::ZERO;
    node.accepted(now, CONNECTION, SocketAddr::new(address, 1))
        .expect("there is room");
    let mut inbox = Inbox::new();
    inbox.fill(octets);
    while node.wants_read(CONNECTION)
        && let Some(message) = inbox.next()
    {
        now += Duration::from_secs(1);
        node.timeout(now);
        match message {
            Err(error) => node.bad_frame(now, CONNECTION, error),
            Ok(message) => {
                if let Inbound::Request(request) = node.handle_message(now, CONNECTION, message)
                    && let Some(answer) = node.answer(CONNECTION, &request, ResultCode::SUCCESS)
                {
                    answer.finish();
                }
            }
        }
        while node.poll_action().is_some() {}
        while let Some(id) = node.poll_transmit() {
            check(node.output(id));
        }
    }
    node.closed(now, CONNECTION);
    assert_eq!(node.connection_count(), 0);
});
