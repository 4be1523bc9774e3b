//! No octets make the codec panic, and what decodes encodes to something that decodes to the same.

use crate::samples;
use quintet_ngap::{NgapPdu, Secrets, describe};

/// SplitMix64: enough to spread mutations, and the same everywhere.
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

fn mutate(random: &mut Random, octets: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    for _ in 0..=random.below(4) {
        let at = random.below(octets.len());
        match random.below(6) {
            0 if !octets.is_empty() => octets[at] ^= 1 << random.below(8),
            1 if !octets.is_empty() => octets[at] = random.next() as u8,
            2 => octets.truncate(at),
            3 => octets.insert(at, random.next() as u8),
            4 if !octets.is_empty() => {
                octets.remove(at);
            }
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                octets.truncate(at);
                octets.extend_from_slice(&other[from..]);
            }
        }
    }
}

#[test]
fn mutations() {
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let (count, seed) = (if ci { 1_000_000 } else { 50_000 }, 0x0051_a9a1_5eed_0001);
    println!("seed {seed:#x}");
    let seeds: Vec<_> = samples::all().iter().map(samples::encode).collect();
    let mut random = Random(seed);
    let (mut acted_on, mut refused) = (0u32, 0u32);
    for round in 0..count {
        let mut octets = seeds[random.below(seeds.len())].clone();
        mutate(&mut random, &mut octets, &seeds);
        if round % 16 == 0 {
            let _ = describe(&octets, Secrets::Shown);
        }
        match NgapPdu::decode(&octets) {
            Ok(decoded) => {
                acted_on += 1;
                let _ = decoded.notices();
                stable(&decoded.pdu, &octets);
            }
            Err(failure) => {
                refused += 1;
                assert!(!failure.to_string().is_empty());
            }
        }
    }
    assert!(
        acted_on > count / 20 && refused > count / 20,
        "{acted_on} {refused}"
    );
}

/// What was read is written, and read back the same.
fn stable(pdu: &NgapPdu<'_>, octets: &[u8]) {
    if let NgapPdu::Other(_) = pdu {
        return;
    }
    let mut again = Vec::new();
    pdu.encode(&mut again)
        .unwrap_or_else(|error| panic!("{error}: {}", hex::encode(octets)));
    let decoded = NgapPdu::decode(&again).unwrap_or_else(|error| panic!("{error}: {}", hex::encode(octets)));
    assert_eq!(&decoded.pdu, pdu, "{}", hex::encode(octets));
}
