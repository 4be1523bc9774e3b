//! What was decoded and written decodes to the same message.

use crate::support::{Message, Random, System, rounds, seeds};

#[test]
fn a_message_survives_being_written() {
    System::BOTH.into_iter().for_each(survive);
}

fn survive(system: System) {
    let seed = 0x0573_ab1e;
    println!("seed {seed:#x}, {system:?}");
    let (mut random, seeds) = (Random(seed), seeds(system));
    let mut compared = 0u32;
    for _ in 0..rounds(200_000, 20_000) {
        let octets = random.mutated(&seeds);
        let Ok((message, soft)) = Message::decode(&octets) else {
            continue;
        };
        let written = message.octets();
        // Octets past the longest length are gone after the first writing, so kept elements may shift.
        if soft
            .iter()
            .any(|e| matches!(e.kind, quintet_nas::common::SoftErrorKind::Longer { .. }))
        {
            continue;
        }
        let (again, _) =
            Message::decode(&written).unwrap_or_else(|e| panic!("{}: {e}", hex::encode(&octets)));
        assert_eq!(
            again,
            message,
            "{} -> {}",
            hex::encode(&octets),
            hex::encode(&written)
        );
        compared += 1;
    }
    assert!(compared > 1_000, "{compared}");
}
