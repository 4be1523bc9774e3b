//! Messages cut into RLC PDUs as a sender likes it come out whole, once each: whatever is sent again, in segments, or in
//! another order.

use crate::support::Trace;
use crate::support::build::{amd, framed, mac, pdcp, transfer};
use crate::support::random::Random;
use quintet_crypto::Direction;
use quintet_radio::NotDecoded;

/// Messages of one bearer and the RLC PDUs that carry them.
struct Bearer {
    nas: Vec<Vec<u8>>,
    /// Data of each PDU, and where messages begin and end in it.
    pdus: Vec<(Vec<u8>, Vec<usize>)>,
}

impl Bearer {
    fn new(random: &mut Random, direction: Direction, messages: usize) -> Self {
        let (mut nas, mut stream, mut boundaries) = (Vec::new(), Vec::new(), vec![0]);
        for number in 0..messages {
            let count = if random.once_in(8) {
                200 + random.below(1_500)
            } else {
                6 + random.below(80)
            };
            let mut message = (number as u32).to_be_bytes().to_vec();
            message.extend(random.octets(count));
            stream.extend(pdcp(number as u8, &transfer(direction, &message), [0; 4]));
            boundaries.push(stream.len());
            nas.push(message);
        }
        let mut pdus = Vec::new();
        let mut at = 0;
        while at < stream.len() {
            let end = stream.len().min(at + 1 + random.below(400));
            // At a message's end, as a sender without more to send does.
            let end = if random.once_in(3) {
                boundaries
                    .iter()
                    .copied()
                    .find(|boundary| *boundary > at)
                    .unwrap_or(end)
                    .min(at + 2_000)
            } else {
                end
            };
            let within = |boundary: &&usize| (at..=end).contains(*boundary);
            let places = boundaries
                .iter()
                .filter(within)
                .map(|boundary| boundary - at)
                .collect();
            pdus.push((stream[at..end].to_vec(), places));
            at = end;
        }
        Self { nas, pdus }
    }

    /// Octets of a PDU on the air: in one, or in segments.
    fn transmit(&self, index: usize, in_segments: bool, random: &mut Random) -> Vec<Vec<u8>> {
        let number = (index % 1024) as u16;
        let (data, boundaries) = &self.pdus[index];
        if !in_segments || data.len() < 2 {
            return vec![amd(number, data, boundaries, None)];
        }
        let mut segments = Vec::new();
        let mut at = 0;
        while at < data.len() {
            let end = data.len().min(at + 1 + random.below(data.len()));
            // Some begin in the one before.
            let start = if random.once_in(3) {
                at - random.below(at + 1)
            } else {
                at
            };
            let within = |boundary: &&usize| (start..=end).contains(*boundary);
            let places: Vec<usize> = boundaries
                .iter()
                .filter(within)
                .map(|boundary| boundary - start)
                .collect();
            segments.push(amd(
                number,
                &data[start..end],
                &places,
                Some((start, end == data.len())),
            ));
            at = end;
        }
        segments
    }
}

fn send(trace: &mut Trace, random: &mut Random, direction: Direction, srb: u8, pdu: &[u8]) {
    // Alone, or with user data before or behind.
    let user = random.octets(40);
    let sdus: &[(u8, &[u8])] = match random.below(3) {
        0 => &[(srb, pdu)],
        1 => &[(srb, pdu), (3, &user)],
        _ => &[(4, &user), (srb, pdu)],
    };
    trace.mac(&framed(direction, &mac(direction, sdus, random.once_in(2))));
}

const DIRECTIONS: [Direction; 2] = [Direction::Downlink, Direction::Uplink];

#[test]
fn in_order_every_message_comes_once_and_in_order() {
    for seed in 0..24 {
        let mut random = Random(seed);
        let direction = DIRECTIONS[random.below(2)];
        let bearer = Bearer::new(&mut random, direction, 400);
        let mut trace = Trace::default();
        for index in 0..bearer.pdus.len() {
            let in_segments = random.once_in(3);
            let pdus = bearer.transmit(index, in_segments, &mut random);
            let times = if random.once_in(4) { 2 } else { 1 };
            for pdu in pdus.iter().cycle().take(pdus.len() * times) {
                send(&mut trace, &mut random, direction, 1, pdu);
            }
            // Sent again much later, in one or in segments.
            if index >= 20 && random.once_in(5) {
                for pdu in bearer.transmit(index - random.below(20), random.once_in(2), &mut random) {
                    send(&mut trace, &mut random, direction, 1, &pdu);
                }
            }
        }
        trace.radio.finish();
        let found: Vec<_> = trace.nas.iter().map(|nas| &nas.octets).collect();
        assert!(bearer.pdus.len() > 200, "seed {seed}: {} PDUs", bearer.pdus.len());
        assert!(
            found.iter().copied().eq(&bearer.nas),
            "seed {seed}: {} of {}",
            found.len(),
            bearer.nas.len()
        );
        let repeated = trace.radio.not_decoded().count(NotDecoded::RlcRepeated);
        assert!(repeated > 0, "seed {seed}");
        assert!(
            trace
                .radio
                .not_decoded()
                .iter()
                .all(|(kind, _)| kind == NotDecoded::RlcRepeated),
            "seed {seed}: {:?}",
            trace.radio.not_decoded().iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn out_of_order_every_message_comes_once() {
    for seed in 100..124 {
        let mut random = Random(seed);
        let direction = DIRECTIONS[random.below(2)];
        let bearer = Bearer::new(&mut random, direction, 300);
        let mut air: Vec<(usize, Vec<u8>)> = Vec::new();
        for index in 0..bearer.pdus.len() {
            let in_segments = random.once_in(3);
            for pdu in bearer.transmit(index, in_segments, &mut random) {
                air.push((index * 10 + random.below(120), pdu));
            }
        }
        air.sort_by_key(|(at, _)| *at);
        let mut trace = Trace::default();
        for (_, pdu) in &air {
            send(&mut trace, &mut random, direction, 2, pdu);
        }
        trace.radio.finish();
        let mut found: Vec<_> = trace.nas.iter().map(|nas| nas.octets.clone()).collect();
        found.sort();
        let mut sent = bearer.nas.clone();
        sent.sort();
        assert_eq!(found.len(), sent.len(), "seed {seed}");
        assert!(found == sent, "seed {seed}");
        // Segments that others cover.
        let mut not_decoded = trace.radio.not_decoded().iter();
        assert!(
            not_decoded.all(|(kind, _)| kind == NotDecoded::RlcRepeated),
            "seed {seed}"
        );
    }
}

#[test]
fn what_is_lost_takes_its_messages_along_and_no_others() {
    for seed in 200..224 {
        let mut random = Random(seed);
        let bearer = Bearer::new(&mut random, Direction::Uplink, 300);
        // Which messages have an octet in which PDU.
        let mut message = 0;
        let mut whole = vec![true; bearer.nas.len()];
        let mut trace = Trace::default();
        for index in 0..bearer.pdus.len() {
            let lost = random.once_in(10);
            let (data, boundaries) = &bearer.pdus[index];
            let ends = boundaries.iter().filter(|at| **at > 0).count();
            let touched = ends + usize::from(boundaries.last() != Some(&data.len()));
            if lost {
                whole[message..message + touched].fill(false);
            } else {
                for pdu in bearer.transmit(index, false, &mut random) {
                    send(&mut trace, &mut random, Direction::Uplink, 1, &pdu);
                }
            }
            message += ends;
        }
        trace.radio.finish();
        let found: Vec<_> = trace.nas.iter().map(|nas| &nas.octets).collect();
        let left: Vec<_> = bearer
            .nas
            .iter()
            .zip(&whole)
            .filter(|(_, whole)| **whole)
            .map(|(nas, _)| nas)
            .collect();
        assert!(left.len() < bearer.nas.len() && left.len() > 100, "seed {seed}");
        assert_eq!(found, left, "seed {seed}");
        assert!(
            trace.radio.not_decoded().count(NotDecoded::RlcIncomplete) > 0,
            "seed {seed}"
        );
    }
}

#[test]
fn a_new_connection_under_the_same_c_rnti_is_no_repetition() {
    let nas = [[0x07, 0x41, 1], [0x07, 0x41, 2]];
    let mut trace = Trace::default();
    for nas in nas {
        let sdu = pdcp(0, &transfer(Direction::Uplink, &nas), [0; 4]);
        let pdu = amd(0, &sdu, &[0, sdu.len()], None);
        trace.mac(&framed(
            Direction::Uplink,
            &mac(Direction::Uplink, &[(1, &pdu)], false),
        ));
    }
    let found: Vec<_> = trace.nas.iter().map(|found| found.octets.as_slice()).collect();
    assert_eq!(found, nas);
}
