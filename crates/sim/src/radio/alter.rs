//! Alterations of a NAS PDU on its way, and the seeded mutator.

use super::name::System;
use super::random::Random;
use quintet_nas::security::SecurityHeaderType;
use std::borrow::Cow;

/// Longest PDU the mutator makes: more than any NAS message of an attach, less than what the decoders refuse outright.
const MAX_MUTANT_OCTETS: usize = 2_048;

/// A change to a PDU. What does not fit the PDU leaves it as it is.
#[derive(Clone, Debug)]
pub enum Alteration {
    /// The UE network capability of an ATTACH REQUEST, plain or integrity protected, begins with these octets: bidding down
    /// (TS 24.301 9.9.3.34). In EPS.
    UeNetworkCapability(&'static [u8]),
    /// The UE security capability of a REGISTRATION REQUEST, where it stands in the clear, begins with these octets: bidding
    /// down (TS 24.501 9.11.3.54). In 5GS.
    UeSecurityCapability(&'static [u8]),
    /// The eKSI of an ATTACH REQUEST or a SERVICE REQUEST (TS 24.301 9.9.3.21, 9.9.3.19); the ngKSI of the same in 5GS, and
    /// of DEREGISTRATION, AUTHENTICATION REQUEST and SECURITY MODE COMMAND (TS 24.501 9.11.3.32).
    Ksi(u8),
    /// The cause of a plain message that has it as its first element.
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
fn plain_at(system: System, nas: &[u8]) -> usize {
    match system.header_type(nas) {
        None | Some(SecurityHeaderType::PLAIN) => 0,
        Some(header) if system == System::Eps && header.is_service_request() => 0,
        Some(_) => system.header_octets(),
    }
}

/// Puts octets in a place, if it is there.
fn put(nas: &mut [u8], at: usize, octets: &[u8]) {
    if let Some(place) = nas.get_mut(at..at + octets.len()) {
        place.copy_from_slice(octets);
    }
}

/// Changes the octet in a place, if it is there.
fn change(nas: &mut [u8], at: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(octet) = nas.get_mut(at) {
        *octet = change(*octet);
    }
}

/// Where the UE network capability of an ATTACH REQUEST has its content: behind header, type, attach type and eKSI, EPS
/// mobile identity, and its own length.
fn ue_network_capability_at(plain: usize, nas: &[u8]) -> Option<usize> {
    let identity = plain + 3;
    nas.get(identity)
        .map(|length| identity + 2 + usize::from(*length))
}

/// Where the UE security capability of a REGISTRATION REQUEST has its content (TS 24.501 8.2.6.1), by the lengths of the
/// elements before it (TS 24.007 11.2.4).
fn ue_security_capability_at(plain: usize, nas: &[u8]) -> Option<usize> {
    const UE_SECURITY_CAPABILITY: u8 = 0x2e;
    const LAST_VISITED_TAI: u8 = 0x52;
    let wide = |at: usize| {
        Some(usize::from(u16::from_be_bytes([
            *nas.get(at)?,
            *nas.get(at + 1)?,
        ])))
    };
    // Discriminator, header, type, registration type and ngKSI; then 5GS mobile identity.
    let identity = plain + 4;
    let mut at = identity + 2 + wide(identity)?;
    loop {
        at += match *nas.get(at)? {
            UE_SECURITY_CAPABILITY => return Some(at + 2),
            iei if iei & 0x80 != 0 => 1,
            iei if iei & 0xf0 == 0x70 => 3 + wide(at + 1)?,
            LAST_VISITED_TAI => 7,
            _ => 2 + usize::from(*nas.get(at + 1)?),
        };
    }
}

/// Gives a message another key set identifier.
fn set_ksi(system: System, plain: usize, nas: &mut [u8], ksi: u8) {
    let high = |octet: u8| octet & 0x0f | ksi << 4;
    let low = |octet: u8| octet & 0xf0 | ksi;
    match system {
        System::Eps => {
            let short = system
                .header_type(nas)
                .is_some_and(SecurityHeaderType::is_service_request);
            if short {
                change(nas, 1, |octet| octet & 0x1f | ksi << 5);
            } else {
                change(nas, plain + 2, high);
            }
        }
        System::Fgs => match nas.get(plain + 2) {
            // REGISTRATION REQUEST, DEREGISTRATION REQUEST of the UE.
            Some(0x41 | 0x45) => change(nas, plain + 3, high),
            // SERVICE REQUEST, AUTHENTICATION REQUEST.
            Some(0x4c | 0x56) => change(nas, plain + 3, low),
            // SECURITY MODE COMMAND, behind the algorithms.
            Some(0x5d) => change(nas, plain + 4, low),
            _ => {}
        },
    }
}

impl Alteration {
    /// Changes a PDU, the n-th of its direction.
    pub(super) fn apply(&self, system: System, n: u32, nas: &mut Vec<u8>) {
        let plain = plain_at(system, nas);
        match self {
            Self::UeNetworkCapability(octets) => {
                if let Some(at) = ue_network_capability_at(plain, nas) {
                    put(nas, at, octets);
                }
            }
            Self::UeSecurityCapability(octets) => {
                if let Some(at) = ue_security_capability_at(plain, nas) {
                    put(nas, at, octets);
                }
            }
            Self::Ksi(ksi) => set_ksi(system, plain, nas, *ksi),
            Self::Cause(cause) => {
                // Behind the message type, which is the second octet or the third.
                let at = if system == System::Eps { 2 } else { 3 };
                change(nas, plain + at, |_| *cause);
            }
            Self::Flip(at, bits) => {
                let at = if *at < 0 {
                    nas.len().checked_add_signed(*at)
                } else {
                    Some(at.unsigned_abs())
                };
                if let Some(at) = at {
                    change(nas, at, |octet| octet ^ bits);
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
        Alteration::UeNetworkCapability(&[0x80, 0x80]).apply(System::Eps, 1, &mut nas);
        assert_eq!(nas[12..15], [2, 0x80, 0x80]);
        Alteration::Ksi(3).apply(System::Eps, 1, &mut nas);
        assert_eq!(nas[2], 0x31);
        let mut protected = [&[0x17, 1, 2, 3, 4, 5][..], &ATTACH_REQUEST].concat();
        Alteration::Ksi(3).apply(System::Eps, 1, &mut protected);
        assert_eq!(protected[8], 0x31);
        Alteration::Strip.apply(System::Eps, 1, &mut protected);
        assert_eq!(protected[..2], [0x07, 0x41]);
        let mut service = vec![0xc7, 0x21, 0xaa, 0xbb];
        Alteration::Ksi(5).apply(System::Eps, 1, &mut service);
        assert_eq!(service, [0xc7, 0xa1, 0xaa, 0xbb]);
    }

    /// REGISTRATION REQUEST with ngKSI 7, a SUCI, the last visited TAI, and capabilities f0 f0.
    const REGISTRATION_REQUEST: [u8; 32] = [
        0x7e, 0, 0x41, 0x79, 0, 0x0d, 0x01, 0, 0xf1, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x02, 0xb1, 0x52, 0,
        0xf1, 0x10, 0, 0, 1, 0x2e, 2, 0xf0, 0xf0, 0,
    ];

    #[test]
    fn the_same_in_5gs() {
        let mut nas = REGISTRATION_REQUEST[..31].to_vec();
        Alteration::UeSecurityCapability(&[0x80, 0x80]).apply(System::Fgs, 1, &mut nas);
        assert_eq!(nas[27..], [0x2e, 2, 0x80, 0x80]);
        Alteration::Ksi(3).apply(System::Fgs, 1, &mut nas);
        assert_eq!(nas[3], 0x39);
        let mut protected = [&[0x7e, 1, 1, 2, 3, 4, 5][..], &REGISTRATION_REQUEST].concat();
        Alteration::Ksi(0).apply(System::Fgs, 1, &mut protected);
        assert_eq!(protected[10], 0x09);
        Alteration::Strip.apply(System::Fgs, 1, &mut protected);
        assert_eq!(protected[..3], [0x7e, 0, 0x41]);
        let mut challenge = vec![0x7e, 0, 0x56, 0x01, 2, 0, 0];
        Alteration::Ksi(6).apply(System::Fgs, 1, &mut challenge);
        assert_eq!(challenge[3], 0x06);
        let mut failure = vec![0x7e, 0, 0x59, 20];
        Alteration::Cause(26).apply(System::Fgs, 1, &mut failure);
        assert_eq!(failure, [0x7e, 0, 0x59, 26]);
        for n in 0..27 {
            let mut nas = REGISTRATION_REQUEST[..n].to_vec();
            Alteration::UeSecurityCapability(&[0, 0]).apply(System::Fgs, 1, &mut nas);
            assert_eq!(nas, REGISTRATION_REQUEST[..n]);
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        for n in 0..4 {
            let mut nas = ATTACH_REQUEST[..n].to_vec();
            Alteration::UeNetworkCapability(&[0, 0]).apply(System::Eps, 1, &mut nas);
            Alteration::Flip(-9, 1).apply(System::Eps, 1, &mut nas);
            assert_eq!(nas, ATTACH_REQUEST[..n]);
        }
    }

    #[test]
    fn the_mutator_follows_its_seed_and_stays_in_bounds() {
        let mut different = 0;
        for seed in 0..2_000 {
            let (mut a, mut b) = (ATTACH_REQUEST.to_vec(), ATTACH_REQUEST.to_vec());
            for n in 0..8 {
                Alteration::Mutate(seed).apply(System::Eps, n, &mut a);
                Alteration::Mutate(seed).apply(System::Eps, n, &mut b);
            }
            assert_eq!(a, b);
            assert!(a.len() <= MAX_MUTANT_OCTETS + 64);
            different += usize::from(a != ATTACH_REQUEST);
        }
        assert!(different > 1_990, "{different}");
    }
}
