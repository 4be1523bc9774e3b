//! Against an independent stack: what this one reads without a complaint, that one reads too, names the same and writes alike.

use crate::support::{Message, Random, System, rounds, seeds};
use oxirush_nas::nas_5gs::Nas5gsMessage;
use oxirush_nas::nas_eps::NasEpsMessage;

/// What the other stack writes of what it reads.
fn other(system: System, octets: &[u8]) -> Result<Vec<u8>, String> {
    match system {
        System::Eps => NasEpsMessage::decode(octets)
            .and_then(|message| message.encode())
            .map_err(|e| e.to_string()),
        System::Fgs => Nas5gsMessage::decode(octets)
            .and_then(|message| message.encode())
            .map_err(|e| e.to_string()),
    }
}

#[test]
fn samples_and_shared_messages_are_read_alike() {
    let (mut alike, mut otherwise) = (0, Vec::new());
    for system in System::BOTH {
        for octets in seeds(system) {
            let (message, _) =
                Message::decode(&octets).unwrap_or_else(|e| panic!("{}: {e}", hex::encode(&octets)));
            let ours = message.octets();
            match other(system, &octets) {
                Ok(written) if written == ours => alike += 1,
                // It keeps the spare half octets that some stacks fill, which are zero or a filler when this one writes.
                Ok(written) if written == octets && other(system, &ours).as_deref() == Ok(&ours) => {
                    alike += 1
                }
                // It wants PDU session identities that are not reserved, and an EAP message with data behind its header.
                Err(why) if why.contains("reserved PDU session identity") => {}
                Err(why) if message.name() == "RELAY AUTHENTICATION REQUEST" && why.contains("shorter") => {}
                answer => otherwise.push(format!("{} {}: {answer:?}", message.name(), hex::encode(&octets))),
            }
        }
    }
    println!("{alike} alike");
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
}

#[test]
fn what_is_read_without_complaint_is_read_by_the_other() {
    System::BOTH.into_iter().for_each(compare);
}

fn compare(system: System) {
    let seed = 0x0d1f_f000;
    println!("seed {seed:#x}, {system:?}");
    let (mut random, seeds) = (Random(seed), seeds(system));
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
        match other(system, &octets) {
            Ok(written) if written == octets => agreed += 1,
            _ => refused.push(format!("{} {}", message.name(), hex::encode(&octets))),
        }
    }
    println!(
        "{agreed} agreed, {} not; the first: {:?}",
        refused.len(),
        refused.iter().take(20).collect::<Vec<_>>()
    );
    // The other refuses some values of identities and lists that the specification lets pass, in 5GS also reserved PDU
    // session identities.
    let of_100 = match system {
        System::Eps => 2,
        System::Fgs => 6,
    };
    assert!(agreed > 500 && refused.len() * 100 < agreed as usize * of_100);
}
