//! Writing is a function of the message alone: what was written is written again octet for octet.

use crate::support::{Message, Random, System, rounds, seeds};

#[test]
fn what_was_written_is_written_again() {
    System::BOTH.into_iter().for_each(write_again);
}

fn write_again(system: System) {
    let seed = 0x0ca7_0717;
    println!("seed {seed:#x}, {system:?}");
    let (mut random, seeds) = (Random(seed), seeds(system));
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
    // 32 EMM messages with DETACH REQUEST once, SERVICE REQUEST, 27 ESM messages; 37 5GMM and 20 5GSM messages.
    for (system, messages) in [(System::Eps, 60), (System::Fgs, 57)] {
        let mut names = std::collections::BTreeSet::new();
        for octets in system.samples() {
            let text = hex::encode(&octets);
            let (message, soft) = Message::decode(&octets).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert!(soft.is_empty() || system == System::Eps, "{text}: {soft:?}");
            assert_eq!(hex::encode(message.octets()), text, "{}", message.name());
            names.insert(message.name());
        }
        assert_eq!(names.len(), messages, "{names:?}");
    }
}
