//! SCTP.

use crate::support::{Found, MS, Seed, Tap, diameter, dissect};
use proptest::prelude::*;
use quintet_capture::{FlowEvent, Protocol, SctpFlow, SctpMessage, Side};
use std::net::SocketAddr;

/// Frames of the handshake.
const HANDSHAKE: usize = 4;
/// Where the SCTP packet begins in a frame of Ethernet and IPv4.
const PACKET: usize = 34;
/// Where its first chunk does.
const CHUNK: usize = PACKET + 12;

fn enb() -> SocketAddr {
    "192.0.2.1:36412".parse().unwrap()
}

fn mme() -> SocketAddr {
    "192.0.2.2:36412".parse().unwrap()
}

/// A message of its own octets.
fn payload(n: usize, octets: usize) -> Vec<u8> {
    (0..octets.max(4))
        .map(|at| (at * 7 + n * 13 + (at >> 8)) as u8)
        .collect()
}

/// The frames of an association, those of the handshake first.
fn association(initial: [u32; 2], sends: &[(Side, bool, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = SctpFlow::open(enb(), mme(), initial, 4, &mut sink).unwrap();
    for (n, (side, unordered, payload)) in sends.iter().enumerate() {
        let message = SctpMessage {
            stream: (n % 3) as u16,
            ppid: 18,
            unordered: *unordered,
            payload,
        };
        flow.send(*side, message, &mut sink).unwrap();
    }
    frames
}

fn uplink(count: usize) -> Vec<(Side, bool, Vec<u8>)> {
    (0..count)
        .map(|n| (Side::Client, false, payload(n, 60)))
        .collect()
}

fn sent(sends: &[(Side, bool, Vec<u8>)], side: Side) -> Vec<&[u8]> {
    let of = sends.iter().filter(|(from, ..)| *from == side);
    of.map(|(_, _, payload)| &payload[..]).collect()
}

fn is_data(frame: &[u8]) -> bool {
    frame[CHUNK] == 0
}

fn ids(found: &Found) -> usize {
    let mut ids: Vec<_> = found.pdus.iter().map(|pdu| pdu.flow.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any disorder, any copies: every message once, the ordered ones in order.
    #[test]
    fn disorder_and_copies_change_nothing(seed: u64, initial in [65_536u32.., 65_536u32..]) {
        let mut seed = Seed(seed);
        let sends: Vec<_> = (0..30)
            .map(|n| {
                let side = if seed.percent(50) { Side::Client } else { Side::Server };
                let octets = if seed.percent(15) { 5000 } else { 200 };
                (side, seed.percent(10), payload(n, seed.below(octets)))
            })
            .collect();
        let mut frames = association(initial, &sends);
        let rest = frames.split_off(HANDSHAKE);
        frames.extend(seed.disorder(rest, 8, 30));
        let found = dissect(&frames);
        for (side, end) in [(Side::Client, enb()), (Side::Server, mme())] {
            let mut expected = sent(&sends, side);
            let mut got = found.of(end);
            expected.sort_unstable();
            got.sort_unstable();
            prop_assert_eq!(got, expected);
            let ordered: Vec<_> = sends.iter().filter(|(from, unordered, _)| *from == side && !unordered).map(|(_, _, octets)| &octets[..]).collect();
            let in_order: Vec<_> = found.of(end).into_iter().filter(|octets| ordered.contains(octets)).collect();
            prop_assert_eq!(in_order, ordered);
        }
        prop_assert_eq!(ids(&found), 1);
        prop_assert_eq!(found.count(FlowEvent::Lost), 0);
        prop_assert_eq!(found.count(FlowEvent::Opened), 1);
    }

    /// Packets that were never captured: the other messages all come, and it is said that some do not.
    #[test]
    fn what_was_not_captured_is_said_and_costs_only_itself(seed: u64, initial in [65_536u32.., 65_536u32..]) {
        let mut seed = Seed(seed);
        let sends = uplink(100);
        let frames = association(initial, &sends);
        let mut kept = Vec::new();
        let mut n = 0;
        let mut expected = Vec::new();
        for (at, frame) in frames.into_iter().enumerate() {
            let data = is_data(&frame);
            if at < HANDSHAKE || !seed.percent(10) {
                if data {
                    expected.push(&sends[n].2[..]);
                }
                kept.push(frame);
            }
            n += usize::from(data);
        }
        let found = dissect(&kept);
        prop_assert_eq!(found.of(enb()), &expected[..]);
        if expected.len() < sends.len() - 1 {
            prop_assert!(found.count(FlowEvent::Lost) > 0);
        }
    }

    /// A capture that begins anywhere, or has one direction only.
    #[test]
    fn a_capture_may_begin_in_the_middle(seed: u64, one_direction: bool) {
        let mut seed = Seed(seed);
        let sends: Vec<_> = (0..40)
            .map(|n| (if n % 2 == 0 { Side::Client } else { Side::Server }, false, payload(n, 50)))
            .collect();
        let frames = association([1 << 20, 1 << 21], &sends);
        let begin = HANDSHAKE + seed.below(40);
        let from_enb = |frame: &&Vec<u8>| frame[26..30] == [192, 0, 2, 1];
        let kept: Vec<_> = frames[begin..].iter().filter(|frame| !one_direction || from_enb(frame)).cloned().collect();
        let found = dissect(&kept);
        let data = kept.iter().filter(|frame| is_data(frame)).count();
        prop_assert_eq!(found.pdus.len(), data);
        prop_assert_eq!(ids(&found), 1);
        prop_assert_eq!(found.count(FlowEvent::Lost) + found.count(FlowEvent::Opened), 0);
    }
}

#[test]
fn what_was_acknowledged_is_not_waited_for_and_may_still_come() {
    let sends = uplink(6);
    let frames = association([1 << 20, 1 << 21], &sends);
    let data: Vec<_> = (0..frames.len()).filter(|at| is_data(&frames[*at])).collect();
    let missing = data[2];
    let mut tap = Tap::new();
    for frame in frames[..=data[4]]
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != missing)
    {
        tap.take(frame.1);
    }
    assert_eq!(tap.found.pdus.len(), 2, "it may still come");
    tap.time_ns += 100 * MS;
    tap.take(&frames[data[5]]);
    assert_eq!(tap.found.pdus.len(), 5);
    assert_eq!(tap.found.count(FlowEvent::Lost), 1);
    // Captures of two points, merged far out of order: late, but once.
    tap.take(&frames[missing]);
    tap.take(&frames[missing]);
    assert_eq!(tap.found.pdus.len(), 6);
    assert_eq!(tap.found.pdus[5].octets, sends[2].2);
}

#[test]
fn a_gap_that_nobody_fills_is_given_up() {
    let sends = uplink(2000);
    let frames = association([1 << 20, 1 << 21], &sends);
    let data: Vec<_> = frames.iter().filter(|frame| is_data(frame)).collect();
    // No acknowledgement is captured, and time stands still: the number of those held decides.
    let mut tap = Tap::new();
    frames[..HANDSHAKE].iter().for_each(|frame| tap.take(frame));
    for frame in data[1..].iter() {
        tap.take(frame);
        tap.time_ns -= MS;
    }
    assert!(tap.found.pdus.len() > 1700, "{}", tap.found.pdus.len());
    // Time passes: nothing more is needed.
    let mut tap = Tap::new();
    frames[..HANDSHAKE].iter().for_each(|frame| tap.take(frame));
    tap.take(data[1]);
    assert_eq!(tap.found.pdus.len(), 0);
    tap.time_ns += 11_000 * MS;
    tap.take(data[0]);
    assert_eq!(tap.found.of(enb()), [&sends[1].2[..], &sends[0].2[..]]);
}

#[test]
fn the_frames_of_a_message_in_pieces_are_told() {
    let frames = association([1 << 20, 1 << 21], &[(Side::Client, false, payload(1, 4000))]);
    let data: Vec<_> = frames.iter().filter(|frame| is_data(frame)).cloned().collect();
    let mut all = frames[..HANDSHAKE].to_vec();
    all.extend([0, 2, 1].map(|at: usize| data[at].clone()));
    let found = dissect(&all);
    let [pdu] = &found.pdus[..] else {
        panic!("{found:?}")
    };
    assert_eq!((pdu.first_frame, pdu.frame), (5, 7));
    assert_eq!(pdu.protocol, Protocol::S1ap);
}

#[test]
fn a_short_snap_length_loses_what_it_cuts_and_no_more() {
    let sends: Vec<_> = [40, 400, 40]
        .map(|octets| (Side::Client, false, payload(octets, octets)))
        .to_vec();
    let mut tap = Tap::new();
    for frame in association([1 << 20, 1 << 21], &sends) {
        tap.cut(&frame[..frame.len().min(200)], frame.len());
    }
    let found = tap.finish();
    assert_eq!(found.of(enb()), [&sends[0].2[..], &sends[2].2[..]]);
    assert_eq!(found.count(FlowEvent::Lost), 1);
}

/// Restart, and merged captures of a generator that begins with the same numbers every time.
#[test]
fn a_new_init_is_a_new_association() {
    let sends = uplink(3);
    let mut tap = Tap::new();
    for initial in [[1 << 20, 1 << 21], [1 << 20, 1 << 21], [9 << 20, 9 << 21]] {
        let frames = association(initial, &sends);
        // An INIT that is not answered at once comes again.
        tap.take(&frames[0]);
        tap.time_ns += 3000 * MS;
        frames.iter().for_each(|frame| tap.take(frame));
        tap.time_ns += 3000 * MS;
    }
    let found = tap.finish();
    assert_eq!(found.of(enb()), sent(&sends, Side::Client).repeat(3));
    assert_eq!(ids(&found), 3);
    assert_eq!(found.count(FlowEvent::Opened), 3);
    assert_eq!(found.count(FlowEvent::Closed), 2);
}

#[test]
fn the_end_is_told_once() {
    for abort in [false, true] {
        let mut frames = Vec::new();
        let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
        let mut flow = SctpFlow::open(enb(), mme(), [1 << 20, 1 << 21], 1, &mut sink).unwrap();
        if abort {
            flow.abort(Side::Server, &mut sink);
        } else {
            flow.shutdown(Side::Server, &mut sink);
        }
        let found = dissect(&frames);
        assert_eq!(found.count(FlowEvent::Opened), 1);
        assert_eq!(found.count(FlowEvent::Closed), 1, "abort: {abort}");
    }
}

/// A second address that was never declared, and an answer from another one than was asked.
#[test]
fn another_address_is_the_same_association() {
    let sends = uplink(8);
    let mut frames = association([1 << 20, 1 << 21], &sends);
    for (n, frame) in frames.iter_mut().enumerate() {
        if n > HANDSHAKE + 4 {
            // The other path: both ends have other addresses.
            frame[28] = 77;
            frame[32] = 77;
        }
    }
    let found = dissect(&frames);
    assert_eq!(
        found.of(enb()),
        sent(&sends, Side::Client),
        "and the ends have their first names"
    );
    assert_eq!(ids(&found), 1);
    assert_eq!(found.count(FlowEvent::Lost), 0);
    // INIT ACK and all that follows it from an address that INIT was not sent to.
    let sends: Vec<_> = (0..6).map(|n| (Side::Server, false, payload(n, 40))).collect();
    let mut frames = association([1 << 20, 1 << 21], &sends);
    for frame in &mut frames {
        if frame[26..30] == [192, 0, 2, 2] {
            frame[29] = 99;
        }
    }
    let found = dissect(&frames);
    assert_eq!(found.of(mme()), sent(&sends, Side::Server));
    assert_eq!((ids(&found), found.count(FlowEvent::Opened)), (1, 1));
}

/// Several chunks in a packet, some with padding and one of no use.
#[test]
fn bundled_chunks_are_all_taken() {
    let sends: Vec<_> = [41, 42, 43]
        .map(|octets| (Side::Client, false, payload(octets, octets)))
        .to_vec();
    let frames = association([1 << 20, 1 << 21], &sends);
    let data: Vec<_> = frames.iter().filter(|frame| is_data(frame)).collect();
    let mut bundle = data[0].clone();
    bundle.extend([4, 0, 0, 8, 0, 1, 0, 4]);
    for frame in &data[1..] {
        bundle.extend(&frame[CHUNK..]);
    }
    let length = (bundle.len() - 14) as u16;
    bundle[16..18].copy_from_slice(&length.to_be_bytes());
    let mut all = frames[..HANDSHAKE].to_vec();
    all.push(bundle);
    let found = dissect(&all);
    assert_eq!(found.of(enb()), sent(&sends, Side::Client));
    assert!(found.pdus.iter().all(|pdu| pdu.frame == 5));
}

/// Diameter in user messages that hold several, and parts of one.
#[test]
fn diameter_messages_are_found_in_user_messages() {
    let messages: Vec<_> = (1..6).map(|n| diameter(n, 100 * n as usize)).collect();
    let stream = messages.concat();
    let cuts = [
        0,
        messages[0].len() + messages[1].len(),
        messages[0].len() + messages[1].len() + 250,
        stream.len(),
    ];
    let ends: (SocketAddr, SocketAddr) = (
        "192.0.2.1:50000".parse().unwrap(),
        "192.0.2.2:3868".parse().unwrap(),
    );
    let mut frames = Vec::new();
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let mut flow = SctpFlow::open(ends.0, ends.1, [1 << 20, 1 << 21], 1, &mut sink).unwrap();
    for cut in cuts.windows(2) {
        let message = SctpMessage {
            stream: 0,
            ppid: 0,
            unordered: false,
            payload: &stream[cut[0]..cut[1]],
        };
        flow.send(Side::Client, message, &mut sink).unwrap();
    }
    let found = dissect(&frames);
    let expected: Vec<_> = messages.iter().map(|message| &message[..]).collect();
    assert_eq!(found.of(ends.0), expected);
    assert!(found.pdus.iter().all(|pdu| pdu.protocol == Protocol::Diameter));
    assert!(found.pdus[2].first_frame < found.pdus[2].frame);
    assert_eq!(found.count(FlowEvent::Lost), 0);
}
