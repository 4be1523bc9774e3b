//! Alterations of a NAS PDU on its way, and the seeded mutator.

use super::random::Random;
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};
use std::borrow::Cow;

/// Longest PDU the mutator makes: more than any NAS message of an attach, less than what the decoders refuse outright.
const MAX_MUTANT_OCTETS: usize = 2_048;

/// A change to a PDU. What does not fit the PDU leaves it as it is.
#[derive(Clone, Debug)]
pub enum Alteration {
    /// The UE network capability of an ATTACH REQUEST, plain or integrity protected, begins with these octets: bidding down
    /// (TS 24.301 9.9.3.34).
    UeNetworkCapability(&'static [u8]),
    /// The eKSI of an ATTACH REQUEST or a SERVICE REQUEST (TS 24.301 9.9.3.21, 9.9.3.19).
    Ksi(u8),
    /// The EMM cause of a plain message that has it as its first element.
    Cause(u8),
    /// One bit: octet, from the end if negative, and value to be XORed.
    Flip(isize, u8),
    /// Without its security header.
    Strip,
    /// Cut to so many octets.
    Truncate(usize),
    /// Another PDU altogether.
    Replace(Cow<'static, [u8]>),
    /// Whatever the seed says; PDUs that follow are changed in other ways.
    Mutate(u64),
    /// Whatever this does.
    With(fn(&mut Vec<u8>)),
}

/// Where the plain message of a PDU begins.
fn plain_at(nas: &[u8]) -> usize {
    match nas.first().and_then(|first| SecurityHeaderType::of_emm(*first)) {
        None | Some(SecurityHeaderType::PLAIN) => 0,
        Some(header) if header.is_service_request() => 0,
        Some(_) => SecurityHeader::OCTETS,
    }
}

impl Alteration {
    /// Changes a PDU, the n-th of its direction.
    pub(super) fn apply(&self, n: u32, nas: &mut Vec<u8>) {
        let plain = plain_at(nas);
        match self {
            Self::UeNetworkCapability(octets) => {
                // Header, type, attach type and eKSI, then EPS mobile identity and the capability, both with a length.
                let identity = plain + 3;
                let Some(at) = nas
                    .get(identity)
                    .map(|length| identity + 2 + usize::from(*length))
                else {
                    return;
                };
                if let Some(place) = nas.get_mut(at..at + octets.len()) {
                    place.copy_from_slice(octets);
                }
            }
            Self::Ksi(ksi) => {
                let short = nas
                    .first()
                    .and_then(|first| SecurityHeaderType::of_emm(*first))
                    .is_some_and(SecurityHeaderType::is_service_request);
                if short && let Some(octet) = nas.get_mut(1) {
                    *octet = *octet & 0x1f | ksi << 5;
                } else if let Some(octet) = nas.get_mut(plain + 2) {
                    *octet = *octet & 0x0f | ksi << 4;
                }
            }
            Self::Cause(cause) => {
                if let Some(octet) = nas.get_mut(plain + 2) {
                    *octet = *cause;
                }
            }
            Self::Flip(at, bits) => {
                let at = if *at < 0 {
                    nas.len().checked_add_signed(*at)
                } else {
                    Some(at.unsigned_abs())
                };
                if let Some(octet) = at.and_then(|at| nas.get_mut(at)) {
                    *octet ^= bits;
                }
            }
            Self::Strip => drop(nas.drain(..plain)),
            Self::Truncate(octets) => nas.truncate(*octets),
            Self::Replace(other) => {
                nas.clear();
                nas.extend_from_slice(other);
            }
            Self::Mutate(seed) => mutate(&mut Random::new(seed ^ u64::from(n) << 32), nas),
            Self::With(change) => change(nas),
        }
    }
}

/// Changes octets in one to four of the ways in which messages come out wrong: bits, lengths, cuts, doubles, strangers.
pub fn mutate(random: &mut Random, octets: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(octets.len() as u64 + 1) as usize;
        match random.below(8) {
            0 | 1 => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet ^= 1 << random.below(8);
                }
            }
            2 => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet = random.next() as u8;
                }
            }
            // What lengths and counts look like when they lie.
            3 => {
                if let Some(octet) = octets.get_mut(at) {
                    const EXTREMES: [u8; 5] = [0, 1, 0x7f, 0x80, 0xff];
                    *octet = EXTREMES[random.below(EXTREMES.len() as u64) as usize];
                }
            }
            4 => octets.truncate(at),
            5 => octets.insert(at, random.next() as u8),
            6 => {
                if at < octets.len() {
                    octets.remove(at);
                }
            }
            _ => {
                let copy = octets[at..].to_vec();
                octets.extend_from_slice(&copy);
                octets.truncate(MAX_MUTANT_OCTETS);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ATTACH REQUEST with eKSI 7, the IMSI 001011000000000 and capabilities f0 f0.
    const ATTACH_REQUEST: [u8; 18] = [
        0x07, 0x41, 0x71, 8, 0x09, 0x10, 0x10, 0x11, 0, 0, 0, 0, 2, 0xf0, 0xf0, 0, 1, 0,
    ];

    #[test]
    fn bidding_down_and_ksi_change_what_they_name() {
        let mut nas = ATTACH_REQUEST.to_vec();
        Alteration::UeNetworkCapability(&[0x80, 0x80]).apply(1, &mut nas);
        assert_eq!(nas[12..15], [2, 0x80, 0x80]);
        Alteration::Ksi(3).apply(1, &mut nas);
        assert_eq!(nas[2], 0x31);
        let mut protected = [&[0x17, 1, 2, 3, 4, 5][..], &ATTACH_REQUEST].concat();
        Alteration::Ksi(3).apply(1, &mut protected);
        assert_eq!(protected[8], 0x31);
        Alteration::Strip.apply(1, &mut protected);
        assert_eq!(protected[..2], [0x07, 0x41]);
        let mut service = vec![0xc7, 0x21, 0xaa, 0xbb];
        Alteration::Ksi(5).apply(1, &mut service);
        assert_eq!(service, [0xc7, 0xa1, 0xaa, 0xbb]);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        for n in 0..4 {
            let mut nas = ATTACH_REQUEST[..n].to_vec();
            Alteration::UeNetworkCapability(&[0, 0]).apply(1, &mut nas);
            Alteration::Flip(-9, 1).apply(1, &mut nas);
            assert_eq!(nas, ATTACH_REQUEST[..n]);
        }
    }

    #[test]
    fn the_mutator_follows_its_seed_and_stays_in_bounds() {
        let mut different = 0;
        for seed in 0..2_000 {
            let (mut a, mut b) = (ATTACH_REQUEST.to_vec(), ATTACH_REQUEST.to_vec());
            for n in 0..8 {
                Alteration::Mutate(seed).apply(n, &mut a);
                Alteration::Mutate(seed).apply(n, &mut b);
            }
            assert_eq!(a, b);
            assert!(a.len() <= MAX_MUTANT_OCTETS + 64);
            different += usize::from(a != ATTACH_REQUEST);
        }
        assert!(different > 1_990, "{different}");
    }
}
