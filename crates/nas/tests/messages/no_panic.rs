//! No octets bring the decoder down.

use crate::support::{Message, Random, System, rounds, seeds};

#[test]
fn mutations_of_messages_never_panic() {
    System::BOTH.into_iter().for_each(mutate);
}

fn mutate(system: System) {
    let seed = 0x0241_4153;
    println!("seed {seed:#x}, {system:?}");
    let (mut random, seeds) = (Random(seed), seeds(system));
    let (mut decoded, mut soft) = (0u32, 0u32);
    let rounds = rounds(1_200_000, 60_000);
    for _ in 0..rounds {
        let octets = random.mutated(&seeds);
        if let Ok((message, soft_errors)) = Message::decode(&octets) {
            decoded += 1;
            soft += u32::from(!soft_errors.is_empty());
            // What was decoded can be shown and written.
            assert!(message.octets().len() >= 2);
            let _ = message.fields();
            let _ = soft_errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        }
    }
    // The mutations must reach behind the header, both ways.
    assert!(decoded > rounds / 10 && decoded < rounds, "{decoded} of {rounds}");
    assert!(soft > rounds / 100, "{soft} of {rounds}");
}

#[test]
fn every_prefix_of_every_message_is_read_or_refused() {
    let mut refused = 0;
    for seed in System::BOTH.into_iter().flat_map(seeds) {
        for end in 0..seed.len() {
            match Message::decode(&seed[..end]) {
                Ok((message, _)) => assert!(message.octets().len() >= 2),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100);
}
