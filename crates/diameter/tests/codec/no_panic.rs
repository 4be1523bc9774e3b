//! Contract, "no_panic": seeded mutations of the real messages, decoded, judged and described.
//!
//! Ten million in CI (`CI=true`) or with `QUINTET_MUTATIONS=10000000`, fewer otherwise. A failure prints the seed.

use quintet_diameter::dict::Dictionary;
use quintet_diameter::{MessageWriter, Secrets, describe, frame, validate};

use crate::shared::{header, seeds};

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

fn mutate(random: &mut Random, seeds: &[Vec<u8>], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&seeds[random.below(seeds.len())]);
    for _ in 0..1 + random.below(4) {
        let at = random.below(out.len());
        match random.below(8) {
            0 => out[at] ^= 1 << random.below(8),
            1 => out[at] = random.next() as u8,
            2 => out[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            // An AVP's flags and length lie at a multiple of four.
            3 => out[at / 4 * 4] ^= 1 << random.below(8),
            4 => {
                let word = at / 4 * 4;
                let length = (random.next() as u32 % 64).to_be_bytes();
                out[word + 1..word + 4].copy_from_slice(&length[1..]);
            }
            5 => out.truncate((at / 4 * 4).max(20)),
            6 => out.extend_from_within(at / 4 * 4..),
            _ => {
                let other = &seeds[random.below(seeds.len())];
                out.truncate((at / 4 * 4).max(20));
                out.extend_from_slice(&other[random.below(other.len()) / 4 * 4..]);
            }
        }
        out.truncate(8192);
    }
    // Mostly a right length, so that the AVPs are reached.
    if random.below(16) != 0 {
        let length = (out.len() as u32).to_be_bytes();
        out[1..4].copy_from_slice(&length[1..]);
        out[0] = 1;
    }
}

#[test]
fn mutations_of_real_messages() {
    let asked = std::env::var("QUINTET_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok());
    let ci = std::env::var_os("CI").is_some();
    let count: u64 = asked.unwrap_or(if ci { 10_000_000 } else { 200_000 });
    let (seeds, dictionary) = (seeds(), Dictionary::builtin());
    let (mut octets, mut answer) = (Vec::new(), Vec::new());
    let (mut accepted, mut refused) = (0u64, 0u64);
    for seed in 0..count {
        mutate(&mut Random(seed), &seeds, &mut octets);
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let rejection = match frame(&octets) {
                Err(rejection) => Some(rejection),
                Ok(message) => {
                    // Describing costs many times what judging does: one in thirty-two is described.
                    if seed % 32 == 0 {
                        let _ = describe(dictionary, &message, Secrets::Redacted);
                    }
                    validate(dictionary, &message).err()
                }
            };
            if let Some(rejection) = &rejection {
                answer.clear();
                let mut writer = MessageWriter::new(&mut answer, &header(0, 280, 0));
                rejection.failed_avp.write(&mut writer);
                writer.finish();
                assert!(
                    answer.len() <= 2 * octets.len() + 1024,
                    "the answer outgrows the message"
                );
            }
            rejection.is_none()
        }));
        match run {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(_) => panic!("seed {seed}: {}", hex::encode(&octets)),
        }
    }
    // Mutations that all fail at the first octet would prove nothing.
    assert!(
        accepted > count / 100 && refused > count / 4,
        "{accepted} accepted, {refused} refused"
    );
}
