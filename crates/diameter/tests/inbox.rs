//! Framing: what comes out depends on the octets, never on the cuts.

#![cfg(test)]

use quintet_diameter::{Inbox, MAX_MESSAGE_OCTETS, READ_OCTETS};

fn message(length: usize, mark: u8) -> Vec<u8> {
    let mut octets = vec![mark; length];
    octets[..4].copy_from_slice(&(length as u32).to_be_bytes());
    octets[0] = 1;
    octets
}

fn drain(inbox: &mut Inbox, out: &mut Vec<Vec<u8>>) {
    while let Some(next) = inbox.next() {
        out.push(next.unwrap().to_vec());
    }
}

#[test]
fn any_cut_gives_the_same_messages() {
    let messages: Vec<Vec<u8>> = [20, 24, 20, 1000, 44, 40_000, 20]
        .iter()
        .zip(1..)
        .map(|(&l, m)| message(l, m))
        .collect();
    let stream = messages.concat();
    for piece in [1, 3, 19, 20, 21, 1000, 16_384, stream.len()] {
        let (mut inbox, mut out) = (Inbox::new(), Vec::new());
        for part in stream.chunks(piece) {
            inbox.fill(part);
            drain(&mut inbox, &mut out);
        }
        assert_eq!(out, messages, "pieces of {piece}");
        assert!(inbox.is_empty());
    }
}

#[test]
fn reading_into_space_is_the_same() {
    let stream: Vec<u8> = (0..500)
        .flat_map(|n| message(20 + 4 * (n % 200), n as u8))
        .collect();
    let (mut inbox, mut out, mut rest) = (Inbox::new(), Vec::new(), stream.as_slice());
    while !rest.is_empty() {
        let space = inbox.space();
        assert!(space.len() >= READ_OCTETS);
        let n = (rest.len() % 4097 + 1).min(space.len()).min(rest.len());
        space[..n].copy_from_slice(&rest[..n]);
        inbox.filled(n);
        rest = &rest[n..];
        drain(&mut inbox, &mut out);
    }
    assert_eq!(out.concat(), stream);
}

#[test]
fn lengths_that_cannot_be_are_errors_whatever_the_cut() {
    for length in [0, 4, 19, 22, MAX_MESSAGE_OCTETS as u32 + 4, 0xff_ffff] {
        let mut octets = message(24, 7);
        octets[..4].copy_from_slice(&length.to_be_bytes());
        octets[0] = 1;
        let mut inbox = Inbox::new();
        for (i, octet) in octets[..20].iter().enumerate() {
            assert!(inbox.next().is_none(), "judged after {i} octets");
            inbox.fill(&[*octet]);
        }
        let error = inbox.next().unwrap().unwrap_err();
        assert_eq!(error.header.length, length);
        assert!(inbox.next().unwrap().is_err(), "the stream stays lost");
    }
}

#[test]
fn the_longest_message_fits_and_memory_is_given_back() {
    let (mut inbox, mut out) = (Inbox::new(), Vec::new());
    for part in message(MAX_MESSAGE_OCTETS, 1).chunks(10_000) {
        inbox.space();
        inbox.fill(part);
        drain(&mut inbox, &mut out);
    }
    assert_eq!(out.len(), 1);
    assert!(inbox.space().len() <= 64 * 1024);
}
