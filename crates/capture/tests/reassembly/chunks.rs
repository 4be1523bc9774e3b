//! SCTP packets made by hand, for what the synthetic flows do not write.

use crate::support::{Found, MS, Tap, dissect};
use quintet_capture::{FlowEvent, Protocol, sctp_packet};
use std::net::SocketAddr;

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const SACK: u8 = 3;
const ABORT: u8 = 6;
const COOKIE_ECHO: u8 = 10;
const COOKIE_ACK: u8 = 11;
const I_DATA: u8 = 64;
const FORWARD_TSN: u8 = 192;

const WHOLE: u8 = 3;
const BEGIN: u8 = 2;
const MIDDLE: u8 = 0;
const END: u8 = 1;
const UNORDERED: u8 = 4;

const S1AP: u32 = 18;

/// An address and a port.
type Place = ([u8; 4], u16);

const ENB: Place = ([192, 0, 2, 1], 40_000);
const MME: Place = ([192, 0, 2, 2], 36_412);
const OTHER_PORT: Place = ([192, 0, 2, 2], 50_000);

fn chunk(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut chunk = vec![kind, flags];
    chunk.extend((4 + body.len() as u16).to_be_bytes());
    chunk.extend(body);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn data(flags: u8, tsn: u32, ppid: u32, payload: &[u8]) -> Vec<u8> {
    chunk(DATA, flags, &[&words(&[tsn, 0, ppid])[..], payload].concat())
}

/// `last` is the payload protocol identifier where a message begins, the number of the fragment elsewhere.
fn i_data(flags: u8, tsn: u32, stream: u16, message: u32, last: u32, payload: &[u8]) -> Vec<u8> {
    let header = words(&[tsn, u32::from(stream) << 16, message, last]);
    chunk(I_DATA, flags, &[&header[..], payload].concat())
}

fn initiation(kind: u8, tag: u32, tsn: u32, addresses: &[[u8; 4]]) -> Vec<u8> {
    let mut body = words(&[tag, 1 << 16, 0x0004_0004, tsn]);
    for address in addresses {
        body.extend([0, 5, 0, 8]);
        body.extend(address);
    }
    chunk(kind, 0, &body)
}

fn sack(cumulative: u32) -> Vec<u8> {
    chunk(SACK, 0, &words(&[cumulative, 1 << 16, 0]))
}

fn packet(from: Place, to: Place, tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    octets.extend(words(&[tag, 0]));
    octets.extend(chunks.concat());
    let mut frame = Vec::new();
    let end = |address: [u8; 4]| SocketAddr::new(address.into(), 0);
    sctp_packet(end(from.0), end(to.0), &octets, &mut |octets| {
        frame = octets.to_vec()
    })
    .unwrap();
    frame
}

/// A handshake: tag and first TSN of each.
fn handshake(enb: (u32, u32), mme: (u32, u32), addresses: &[[u8; 4]]) -> Vec<Vec<u8>> {
    vec![
        packet(ENB, MME, 0, &[initiation(INIT, enb.0, enb.1, addresses)]),
        packet(MME, ENB, enb.0, &[initiation(INIT_ACK, mme.0, mme.1, &[])]),
        packet(ENB, MME, mme.0, &[chunk(COOKIE_ECHO, 0, &[1, 2, 3, 4])]),
        packet(MME, ENB, enb.0, &[chunk(COOKIE_ACK, 0, &[])]),
    ]
}

fn octets(found: &Found) -> Vec<&[u8]> {
    found.pdus.iter().map(|pdu| &pdu.octets[..]).collect()
}

fn flows(found: &Found) -> usize {
    let mut ids: Vec<_> = found.pdus.iter().map(|pdu| pdu.flow.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

#[test]
fn declared_addresses_belong_to_the_association_whatever_its_tag() {
    // Tags of a generator, that alone say nothing.
    let second = ([198, 51, 100, 1], ENB.1);
    let mut frames = handshake((1, 10), (2, 20), &[second.0]);
    frames.push(packet(
        second,
        ([198, 51, 100, 2], MME.1),
        2,
        &[data(WHOLE, 10, S1AP, b"over the other path")],
    ));
    frames.push(packet(second, MME, 2, &[data(WHOLE, 11, S1AP, b"and across")]));
    frames.push(packet(
        ENB,
        MME,
        2,
        &[
            data(WHOLE, 11, S1AP, b"and across"),
            data(WHOLE, 12, S1AP, b"back"),
        ],
    ));
    let found = dissect(&frames);
    assert_eq!(
        octets(&found),
        [&b"over the other path"[..], b"and across", b"back"]
    );
    assert_eq!(flows(&found), 1);
}

#[test]
fn equal_small_tags_between_strangers_are_two_associations() {
    let strangers = (([203, 0, 113, 1], ENB.1), ([203, 0, 113, 2], MME.1));
    let frames = [
        packet(ENB, MME, 5, &[data(WHOLE, 1, S1AP, b"here")]),
        packet(strangers.0, strangers.1, 5, &[data(WHOLE, 1, S1AP, b"there")]),
    ];
    let found = dissect(&frames);
    assert_eq!(octets(&found), [&b"here"[..], b"there"]);
    assert_eq!(flows(&found), 2);
}

#[test]
fn interleaved_messages_are_told_apart() {
    let mut frames = handshake((1 << 20, 10), (1 << 21, 20), &[]);
    frames.push(packet(
        ENB,
        MME,
        1 << 21,
        &[
            i_data(BEGIN, 10, 1, 7, S1AP, b"one "),
            i_data(BEGIN, 11, 2, 7, S1AP, b"two "),
            i_data(MIDDLE, 12, 1, 7, 1, b"and "),
            i_data(END, 13, 2, 7, 1, b"done"),
            i_data(WHOLE | UNORDERED, 14, 1, 7, S1AP, b"whole"),
            i_data(END, 15, 1, 7, 2, b"one"),
        ],
    ));
    let found = dissect(&frames);
    assert_eq!(octets(&found), [&b"two done"[..], b"whole", b"one and one"]);
}

#[test]
fn what_the_sender_gives_up_is_not_waited_for() {
    let mut frames = handshake((1 << 20, 10), (1 << 21, 20), &[]);
    frames.push(packet(ENB, MME, 1 << 21, &[data(WHOLE, 12, S1AP, b"third")]));
    frames.push(packet(ENB, MME, 1 << 21, &[data(BEGIN, 13, S1AP, b"begun")]));
    frames.push(packet(ENB, MME, 1 << 21, &[chunk(FORWARD_TSN, 0, &words(&[13]))]));
    frames.push(packet(ENB, MME, 1 << 21, &[data(WHOLE, 14, S1AP, b"fifth")]));
    let found = dissect(&frames);
    assert_eq!(octets(&found), [&b"third"[..], b"fifth"]);
}

#[test]
fn both_ends_may_initiate_at_once() {
    let frames = [
        packet(ENB, MME, 0, &[initiation(INIT, 1 << 20, 10, &[])]),
        packet(MME, ENB, 0, &[initiation(INIT, 1 << 21, 20, &[])]),
        packet(MME, ENB, 1 << 20, &[initiation(INIT_ACK, 1 << 21, 20, &[])]),
        packet(ENB, MME, 1 << 21, &[initiation(INIT_ACK, 1 << 20, 10, &[])]),
        packet(
            ENB,
            MME,
            1 << 21,
            &[chunk(COOKIE_ECHO, 0, &[]), data(WHOLE, 10, S1AP, b"up")],
        ),
        packet(
            MME,
            ENB,
            1 << 20,
            &[chunk(COOKIE_ACK, 0, &[]), data(WHOLE, 20, S1AP, b"down")],
        ),
        packet(MME, ENB, 1 << 20, &[data(WHOLE, 21, S1AP, b"down")]),
    ];
    let found = dissect(&frames);
    assert_eq!(octets(&found), [&b"up"[..], b"down", b"down"]);
    assert_eq!(
        (
            flows(&found),
            found.count(FlowEvent::Opened),
            found.count(FlowEvent::Lost)
        ),
        (1, 1, 0)
    );
}

/// Every INIT is answered with another tag and cookie; the cookie that comes back decides.
#[test]
fn the_cookie_that_comes_back_decides() {
    let mut frames = vec![
        packet(ENB, MME, 0, &[initiation(INIT, 1 << 20, 10, &[])]),
        packet(ENB, MME, 0, &[initiation(INIT, 1 << 20, 10, &[])]),
        packet(MME, ENB, 1 << 20, &[initiation(INIT_ACK, 2 << 20, 200, &[])]),
        packet(MME, ENB, 1 << 20, &[initiation(INIT_ACK, 3 << 20, 300, &[])]),
    ];
    frames.push(packet(ENB, MME, 3 << 20, &[chunk(COOKIE_ECHO, 0, &[])]));
    frames.push(packet(
        MME,
        ENB,
        1 << 20,
        &[chunk(COOKIE_ACK, 0, &[]), data(WHOLE, 300, S1AP, b"first")],
    ));
    frames.push(packet(
        ENB,
        MME,
        3 << 20,
        &[sack(300), data(WHOLE, 10, S1AP, b"second")],
    ));
    let found = dissect(&frames);
    assert_eq!(octets(&found), [&b"first"[..], b"second"]);
    assert_eq!(
        (
            flows(&found),
            found.count(FlowEvent::Opened),
            found.count(FlowEvent::Lost)
        ),
        (1, 1, 0)
    );
}

#[test]
fn an_abort_with_a_reflected_tag_ends_the_association() {
    let mut frames = handshake((1 << 20, 10), (1 << 21, 20), &[]);
    // The MME has restarted and does not know the tag: it sends back what it received.
    frames.push(packet(ENB, MME, 1 << 21, &[data(WHOLE, 10, S1AP, b"hello")]));
    frames.push(packet(MME, ENB, 1 << 21, &[chunk(ABORT, 1, &[])]));
    let found = dissect(&frames);
    assert_eq!(found.count(FlowEvent::Closed), 1);
}

#[test]
fn identifiers_and_ports_say_what_a_message_is() {
    let cases: [(u32, Place, Option<Protocol>); 9] = [
        (18, OTHER_PORT, Some(Protocol::S1ap)),
        (18u32.swap_bytes(), OTHER_PORT, Some(Protocol::S1ap)),
        (60, OTHER_PORT, Some(Protocol::Ngap)),
        (62, OTHER_PORT, Some(Protocol::F1ap)),
        (0, MME, Some(Protocol::S1ap)),
        (0, ([192, 0, 2, 2], 38_412), Some(Protocol::Ngap)),
        (0, ([192, 0, 2, 2], 38_472), Some(Protocol::F1ap)),
        (27, OTHER_PORT, None),
        (0, OTHER_PORT, None),
    ];
    for (ppid, to, expected) in cases {
        let found = dissect(&[packet(ENB, to, 1 << 20, &[data(WHOLE, 1, ppid, b"a message")])]);
        let protocol = found.pdus.first().map(|pdu| pdu.protocol);
        assert_eq!(protocol, expected, "{ppid} to {}", to.1);
    }
    let watchdog = crate::support::diameter(1, 20);
    let found = dissect(&[packet(ENB, OTHER_PORT, 1 << 20, &[data(WHOLE, 1, 0, &watchdog)])]);
    assert_eq!(found.pdus[0].protocol, Protocol::Diameter, "by its look");
}

/// A generator of packets leaves tags at 0 and repeats TSNs as it likes.
#[test]
fn without_a_tag_numbers_mean_nothing() {
    let frames: Vec<_> = [5, 5, 4]
        .map(|tsn| packet(ENB, MME, 0, &[data(WHOLE, tsn, S1AP, b"again")]))
        .to_vec();
    assert_eq!(dissect(&frames).pdus.len(), 3);
}

/// Messages behind a gap come out when time passes in the capture, not only with the next packet of the association.
#[test]
fn time_passes_with_any_frame() {
    let mut tap = Tap::new();
    for frame in handshake((1 << 20, 10), (1 << 21, 20), &[]) {
        tap.take(&frame);
    }
    tap.take(&packet(ENB, MME, 1 << 21, &[data(WHOLE, 11, S1AP, b"second")]));
    assert!(tap.found.pdus.is_empty());
    tap.time_ns += 11_000 * MS;
    tap.take(&[2; 60]);
    assert_eq!(octets(&tap.found), [b"second"]);
    // The next file is older: time is its own.
    tap.take(&packet(ENB, MME, 1 << 21, &[data(WHOLE, 13, S1AP, b"fourth")]));
    tap.time_ns -= 100_000 * MS;
    tap.take(&[2; 60]);
    assert_eq!(octets(&tap.found), [&b"second"[..], b"fourth"]);
}
