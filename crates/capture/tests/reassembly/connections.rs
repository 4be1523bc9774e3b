//! TCP.

use crate::support::{Found, Seed, Tap, client, connection, diameter, dissect, server};
use proptest::prelude::*;
use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, Frame, LinkType, Seen, Side, TcpFlow, Timestamp,
};
use std::net::SocketAddr;

/// Frames of the handshake.
const HANDSHAKE: usize = 3;

fn messages(seed: &mut Seed, count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| {
            let octets = if seed.percent(20) { 4000 } else { 400 };
            diameter(n as u32, seed.below(octets))
        })
        .collect()
}

/// Sends messages of both sides glued together and cut anywhere.
fn cut_anywhere(seed: &mut Seed, messages: [&[Vec<u8>]; 2]) -> Vec<(Side, Vec<u8>)> {
    let mut sends = Vec::new();
    let mut streams = messages.map(|messages| messages.concat());
    while streams.iter().any(|stream| !stream.is_empty()) {
        let at = seed.below(2);
        let stream = &mut streams[at];
        let octets = (1 + seed.below(900)).min(stream.len());
        let side = [Side::Client, Side::Server][at];
        sends.push((side, stream.drain(..octets).collect()));
    }
    sends
}

fn slices(messages: &[Vec<u8>]) -> Vec<&[u8]> {
    messages.iter().map(|message| &message[..]).collect()
}

/// What is found of a connection of which a tenth of the frames behind the handshake was not captured, and how many
/// were not.
fn tapped_with_losses(seed: &mut Seed, frames: &[Vec<u8>]) -> (Found, usize) {
    let (opening, data) = frames.split_at(HANDSHAKE);
    let mut tap = Tap::new();
    opening.iter().for_each(|frame| tap.take(frame));
    let mut lost = 0;
    for frame in data {
        if seed.percent(10) {
            lost += 1;
        } else {
            tap.take(frame);
        }
    }
    (tap.finish(), lost)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any disorder within the window, and any copies: the streams are what was sent.
    #[test]
    fn disorder_and_copies_change_nothing(seed: u64, initial: [u32; 2], port in prop::sample::select(vec![3868u16, 5555])) {
        let mut seed = Seed(seed);
        let server: SocketAddr = format!("192.0.2.2:{port}").parse().unwrap();
        let sent = [messages(&mut seed, 12), messages(&mut seed, 12)];
        let sends = cut_anywhere(&mut seed, [&sent[0], &sent[1]]);
        let mut frames = connection(server, initial, &sends);
        let opening: Vec<_> = frames.drain(..HANDSHAKE + 4).collect();
        let mut all = opening;
        all.extend(seed.disorder(frames, 6, 30));
        let found = dissect(&all);
        prop_assert_eq!(found.of(client()), slices(&sent[0]));
        prop_assert_eq!(found.of(server), slices(&sent[1]));
        prop_assert_eq!(found.count(FlowEvent::Opened), 1);
        for pdu in &found.pdus {
            prop_assert!(pdu.first_frame <= pdu.frame);
            prop_assert_eq!(pdu.flow.id, found.pdus[0].flow.id);
        }
    }

    /// Frames that were never captured: every message found was sent, each once, in order; those are missing of which
    /// octets are, and of the others almost none; what is missing is said.
    #[test]
    fn after_loss_the_stream_is_found_again(seed: u64, initial: [u32; 2]) {
        let mut seed = Seed(seed);
        let sent = messages(&mut seed, 60);
        let sends: Vec<_> = sent.iter().map(|message| (Side::Client, message.clone())).collect();
        let (found, lost) = tapped_with_losses(&mut seed, &connection(server(), initial, &sends));
        let found_messages = found.of(client());
        let mut rest = sent.iter();
        for message in &found_messages {
            prop_assert!(rest.any(|sent| sent == message), "not sent, or not in order");
        }
        prop_assert!(found_messages.len() + 2 * lost + 1 >= sent.len(), "{} of {}, {lost} frames lost", found_messages.len(), sent.len());
        if found_messages.len() + 1 < sent.len() {
            prop_assert!(found.count(FlowEvent::Lost) > 0);
        }
    }

    /// A capture that begins anywhere within a connection.
    #[test]
    fn a_capture_may_begin_in_the_middle(seed: u64, port in prop::sample::select(vec![3868u16, 5555])) {
        let mut seed = Seed(seed);
        let server: SocketAddr = format!("192.0.2.2:{port}").parse().unwrap();
        let sent: Vec<_> = (0..40).map(|n| diameter(n, seed.below(300))).collect();
        let sends: Vec<_> = sent.iter().map(|message| (Side::Client, message.clone())).collect();
        let frames = connection(server, [7, 8], &sends);
        let begin = HANDSHAKE + seed.below(20);
        let found = dissect(&frames[begin..]);
        prop_assert_eq!(found.of(client()), slices(&sent[begin - HANDSHAKE..]));
        prop_assert_eq!(found.count(FlowEvent::Opened), 0);
    }
}

/// Octets that look like a header, and like that of an AVP, stand at the end of what a hole left of a message: the
/// messages behind them are found all the same, and what begins far behind is not taken for part of that message.
#[test]
fn what_looks_like_a_header_swallows_nothing() {
    for seed in [1_053_383_055_128_509_767, 17_439_524_945_472_626_691] {
        let mut seed = Seed(seed);
        let sent = messages(&mut seed, 60);
        let sends: Vec<_> = sent
            .iter()
            .map(|message| (Side::Client, message.clone()))
            .collect();
        let (found, lost) = tapped_with_losses(&mut seed, &connection(server(), [0, 0], &sends));
        let found = found.of(client()).len();
        assert!(
            found + 2 * lost + 1 >= sent.len(),
            "{found} of {}, {lost} frames lost",
            sent.len()
        );
    }
}

/// Moves the sequence number of the TCP segment in an Ethernet frame with IPv4, and shortens its payload.
fn rewrite(frame: &[u8], back: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = frame[..54].to_vec();
    let sequence = u32::from_be_bytes(frame[38..42].try_into().unwrap()).wrapping_sub(back);
    frame[38..42].copy_from_slice(&sequence.to_be_bytes());
    frame.extend_from_slice(payload);
    let length = (frame.len() - 14) as u16;
    frame[16..18].copy_from_slice(&length.to_be_bytes());
    frame
}

#[test]
fn keepalives_probes_and_overlaps_add_nothing() {
    let sent: Vec<_> = (0..4).map(|n| diameter(n, 100)).collect();
    let sends: Vec<_> = sent
        .iter()
        .map(|message| (Side::Client, message.clone()))
        .collect();
    let frames = connection(server(), [u32::MAX - 150, 1], &sends);
    let mut tap = Tap::new();
    frames[..4].iter().for_each(|frame| tap.take(frame));
    // A keepalive with one octet of garbage (RFC 9293 3.8.4), and one without.
    tap.take(&rewrite(&frames[4], 1, &[0]));
    tap.take(&rewrite(&frames[4], 1, &[]));
    // The probe of a closed window sends the next octet alone, then again with what follows.
    tap.take(&rewrite(&frames[4], 0, &sent[1][..1]));
    tap.take(&rewrite(&frames[4], 0, &sent[1][..30]));
    // A retransmission packs two messages into one segment that overlaps both ways.
    let both = [&sent[0][..], &sent[1][..], &sent[2][..]].concat();
    tap.take(&rewrite(&frames[3], 0, &both));
    frames[4..].iter().for_each(|frame| tap.take(frame));
    let found = tap.finish();
    assert_eq!(found.of(client()), slices(&sent));
    assert_eq!(found.count(FlowEvent::Lost), 0);
}

#[test]
fn the_frame_that_completed_a_message_and_the_one_it_began_in_are_told() {
    let large = diameter(1, 3000);
    let frames = connection(server(), [1, 2], &[(Side::Client, large)]);
    // Three segments; the middle one comes last.
    let order = [0, 1, 2, 3, 5, 4].map(|at| frames[at].clone());
    let found = dissect(&order);
    let [pdu] = &found.pdus[..] else {
        panic!("{found:?}")
    };
    assert_eq!((pdu.first_frame, pdu.frame), (4, 6));
}

#[test]
fn a_hole_within_one_message_costs_that_message_alone() {
    let sent = [diameter(1, 10), diameter(2, 9000), diameter(3, 10)];
    let sends = sent.clone().map(|message| (Side::Client, message));
    let mut frames = connection(server(), [1, 2], &sends);
    frames.remove(6);
    let found = dissect(&frames);
    assert_eq!(found.of(client()), [&sent[0][..], &sent[2][..]]);
    assert_eq!(found.count(FlowEvent::Lost), 1);
}

#[test]
fn a_short_snap_length_loses_what_it_cuts_and_no_more() {
    let sent: Vec<_> = [40, 400, 40, 400]
        .into_iter()
        .zip(1..)
        .map(|(octets, n)| diameter(n, octets))
        .collect();
    let sends: Vec<_> = sent
        .iter()
        .map(|message| (Side::Client, message.clone()))
        .collect();
    let mut tap = Tap::new();
    for frame in connection(server(), [1, 2], &sends) {
        tap.cut(&frame[..frame.len().min(200)], frame.len());
    }
    let found = tap.finish();
    assert_eq!(found.of(client()), [&sent[0][..], &sent[2][..]]);
    assert_eq!(found.count(FlowEvent::Lost), 2);
}

/// What the receiver has acknowledged was on the wire: after a moment nobody waits for it any more.
#[test]
fn what_was_acknowledged_is_not_waited_for() {
    let mut frames = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = TcpFlow::open(client(), server(), [1, 2], &mut sink).unwrap();
    let sent: Vec<_> = (0..4).map(|n| diameter(n, 50)).collect();
    for message in &sent {
        flow.send(Side::Client, message, &mut sink).unwrap();
    }
    flow.send(Side::Server, &diameter(9, 8), &mut sink).unwrap();
    let mut tap = Tap::new();
    for (at, frame) in frames.iter().enumerate() {
        if at != HANDSHAKE + 1 {
            tap.take(frame);
        }
    }
    assert_eq!(tap.found.of(client()), [&sent[0][..]], "it may still come");
    tap.time_ns += 100 * crate::support::MS;
    tap.take(frames.last().unwrap());
    assert_eq!(tap.found.of(client()), [&sent[0][..], &sent[2][..], &sent[3][..]]);
    assert_eq!(tap.found.count(FlowEvent::Lost), 1);
}

fn opened_and_closed(found: &Found) -> (usize, usize) {
    (found.count(FlowEvent::Opened), found.count(FlowEvent::Closed))
}

#[test]
fn a_new_connection_between_the_same_ports_is_a_new_flow() {
    let message = diameter(1, 20);
    let sends = [(Side::Client, message.clone())];
    // Numbers equal to those of the first one, too: two captures of one generator, merged.
    let mut frames = connection(server(), [1, 2], &sends);
    frames.extend(connection(server(), [1, 2], &sends));
    frames.extend(connection(server(), [5, 6], &sends));
    let mut tap = Tap::new();
    for frame in &frames {
        tap.take(frame);
        tap.time_ns += 20 * crate::support::MS;
    }
    let found = tap.finish();
    assert_eq!(found.of(client()), [&message[..]; 3]);
    let mut ids: Vec<_> = found.pdus.iter().map(|pdu| pdu.flow.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(opened_and_closed(&found), (3, 2));
}

#[test]
fn the_end_is_told_once() {
    for reset in [false, true] {
        let mut frames = Vec::new();
        let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
        let mut flow = TcpFlow::open(client(), server(), [1, 2], &mut sink).unwrap();
        flow.send(Side::Server, &diameter(1, 1), &mut sink).unwrap();
        if reset {
            flow.reset(Side::Client, &mut sink);
        } else {
            flow.finish(Side::Client, &mut sink);
            flow.finish(Side::Server, &mut sink);
        }
        let found = dissect(&frames);
        assert_eq!(found.pdus.len(), 1);
        assert_eq!(opened_and_closed(&found), (1, 1), "reset: {reset}");
        assert_eq!(found.count(FlowEvent::Lost), 0);
    }
}

#[test]
fn what_is_not_diameter_is_left_alone() {
    let server: SocketAddr = "192.0.2.2:8080".parse().unwrap();
    let text: Vec<u8> = b"POST /nausf-auth/v1 HTTP/1.1\r\n".repeat(200);
    let mut sends = vec![(Side::Client, text.clone()), (Side::Server, text)];
    // Not even what looks like it, once the beginning did not.
    sends.push((Side::Client, diameter(1, 30)));
    let found = dissect(&connection(server, [1, 2], &sends));
    assert!(found.pdus.is_empty() && found.events.is_empty(), "{found:?}");
    // TLS on the port of Diameter: no message, and no complaint that one is missing.
    let tls: Vec<u8> = [0x16, 3, 1, 2, 0].into_iter().cycle().take(100_000).collect();
    let found = dissect(&connection(
        crate::support::server(),
        [1, 2],
        &[(Side::Client, tls)],
    ));
    assert!(found.pdus.is_empty());
    assert_eq!(found.count(FlowEvent::Lost), 0);
}

/// Messages packed without regard to segments: behind a hole, the next header stands anywhere in a segment, or across two.
#[test]
fn the_next_message_is_found_within_a_segment() {
    for seed in 0..200 {
        let mut numbers = Seed(seed);
        let sent: Vec<_> = (0..40).map(|n| diameter(n, 40 + numbers.below(500))).collect();
        let stream = sent.concat();
        let piece = 300 + numbers.below(700);
        let sends: Vec<_> = stream
            .chunks(piece)
            .map(|octets| (Side::Client, octets.to_vec()))
            .collect();
        let mut frames = connection(server(), [1, 2], &sends);
        let missing = 1 + numbers.below(sends.len() - 2);
        frames.remove(HANDSHAKE + missing);
        let hole = missing * piece..(missing + 1) * piece;
        let mut at = 0;
        let whole = |message: &&Vec<u8>| {
            let begin = at;
            at += message.len();
            at <= hole.start || begin >= hole.end
        };
        let expected: Vec<_> = sent.iter().filter(whole).map(|message| &message[..]).collect();
        let found = dissect(&frames);
        assert_eq!(found.of(client()), expected, "seed {seed}");
        assert_eq!(found.count(FlowEvent::Lost), 1, "seed {seed}");
    }
}

/// A clock may say anything; the same SYN comes again at the other end of time.
#[test]
fn times_as_far_apart_as_they_go_are_survived() {
    let frames = connection(server(), [1, 2], &[(Side::Client, diameter(1, 40))]);
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = Found::default();
    for time in [i64::MAX, i64::MIN, i64::MAX] {
        for octets in &frames {
            let frame = Frame {
                seen: Seen {
                    file: 0,
                    frame: 1,
                    time: Timestamp(time),
                },
                link: LinkType::ETHERNET,
                interface: 0,
                octets,
                original: octets.len() as u32,
            };
            dissector.frame(&frame, &mut found);
        }
    }
    dissector.finish(&mut found);
    assert_eq!(found.pdus.len(), 3, "a connection each time");
}
