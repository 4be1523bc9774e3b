//! Writing is a function of the message alone: what was written is written again octet for octet.

use crate::support::{Message, Random, SAMPLES, rounds, seeds};

#[test]
fn what_was_written_is_written_again() {
    let seed = 0x0ca7_0717;
    println!("seed {seed:#x}");
    let (mut random, seeds) = (Random(seed), seeds());
    let mut compared = 0u32;
    for _ in 0..rounds(200_000, 20_000) {
        let octets = random.mutated(&seeds);
        let Ok((message, _)) = Message::decode(&octets) else {
            continue;
        };
        let first = message.octets();
        if let Ok((again, _)) = Message::decode(&first) {
            assert_eq!(again.octets(), first, "{}", hex::encode(&octets));
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared}");
}

#[test]
fn the_samples_are_canonical_and_cover_every_message() {
    let mut names = std::collections::BTreeSet::new();
    for text in SAMPLES {
        let octets = hex::decode(text.replace(' ', "")).unwrap();
        let (message, _) = Message::decode(&octets).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            hex::encode(message.octets()),
            hex::encode(&octets),
            "{}",
            message.name()
        );
        names.insert(message.name());
    }
    // 32 EMM messages with DETACH REQUEST once, SERVICE REQUEST, 27 ESM messages.
    assert_eq!(names.len(), 60, "{names:?}");
}
