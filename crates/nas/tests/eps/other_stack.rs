//! Against an independent stack: what this one reads without a complaint, that one reads too, names the same and writes alike.

use crate::support::{Message, Random, rounds, seeds};
use oxirush_nas::nas_eps::NasEpsMessage;

#[test]
fn samples_and_shared_messages_are_read_alike() {
    for octets in seeds() {
        let (message, _) = Message::decode(&octets).unwrap();
        let other =
            NasEpsMessage::decode(&octets).unwrap_or_else(|e| panic!("{}: {e}", hex::encode(&octets)));
        assert_eq!(
            hex::encode(other.encode().unwrap()),
            hex::encode(message.octets()),
            "{}",
            message.name()
        );
    }
}

#[test]
fn what_is_read_without_complaint_is_read_by_the_other() {
    let seed = 0x0d1f_f000;
    println!("seed {seed:#x}");
    let (mut random, seeds) = (Random(seed), seeds());
    let (mut agreed, mut refused) = (0u32, Vec::new());
    for _ in 0..rounds(100_000, 10_000) {
        let octets = random.mutated(&seeds);
        let Ok((message, soft)) = Message::decode(&octets) else {
            continue;
        };
        if !soft.is_empty() {
            continue;
        }
        // Spare half octets and the like, which this stack does not keep, are another matter.
        if message.octets() != octets {
            continue;
        }
        match NasEpsMessage::decode(&octets).and_then(|other| other.encode()) {
            Ok(written) if written == octets => agreed += 1,
            _ => refused.push(hex::encode(&octets)),
        }
    }
    println!(
        "{agreed} agreed, {} not; the first: {:?}",
        refused.len(),
        refused.iter().take(20).collect::<Vec<_>>()
    );
    // The other refuses some values of identities and lists that the specification lets pass.
    assert!(agreed > 500 && refused.len() * 50 < agreed as usize);
}
