//! Integrity protection: EIA0, 128-EIA1, 128-EIA2, 128-EIA3, which are also NIA0, 128-NIA1, 128-NIA2, 128-NIA3
//! (TS 33.401 B.0, B.2; TS 33.501 D.1, D.3), and UIA2 (TS 35.215 4). Each gives a MAC of 32 bits.

mod cmac;
mod uia2;
mod zuc_mac;

use subtle::ConstantTimeEq;

use crate::algorithm::{CipherError, Direction, IntegrityAlgorithm, SecurityInput, octets_of_length};

/// The MAC-I or NAS-MAC of the first `length_bits` bits of `message` under a 128-bit `key`; four zeros for EIA0.
///
/// Bits beyond `length_bits` have no influence.
///
/// # Errors
/// [`CipherError::UnsupportedIntegrity`] for an unknown algorithm; [`CipherError::LengthBeyondMessage`] and
/// [`CipherError::LengthBeyondLimit`] for a length that the message or the limit does not hold.
pub fn mac(
    algorithm: IntegrityAlgorithm,
    key: &[u8; 16],
    input: SecurityInput,
    message: &[u8],
    length_bits: usize,
) -> Result<[u8; 4], CipherError> {
    let message = &message[..octets_of_length(length_bits, message.len())?];
    match algorithm {
        IntegrityAlgorithm::EIA0 => Ok([0; 4]),
        IntegrityAlgorithm::EIA1 => {
            let fresh = u32::from(input.bearer.value()) << 27;
            Ok(uia2::mac(
                key,
                input.count,
                fresh,
                input.direction,
                message,
                length_bits,
            ))
        }
        IntegrityAlgorithm::EIA2 => Ok(cmac::mac(key, input, message, length_bits)),
        IntegrityAlgorithm::EIA3 => Ok(zuc_mac::mac(key, input, message, length_bits)),
        unknown => Err(CipherError::UnsupportedIntegrity(unknown)),
    }
}

/// Whether `received` is the message's MAC, compared in constant time. With EIA0 every MAC is accepted, for the receiver
/// does not check it (TS 33.401 B.0): whether EIA0 may be used at all is decided before.
///
/// # Errors
/// As [`mac`].
pub fn verify(
    algorithm: IntegrityAlgorithm,
    key: &[u8; 16],
    input: SecurityInput,
    message: &[u8],
    length_bits: usize,
    received: [u8; 4],
) -> Result<bool, CipherError> {
    let expected = mac(algorithm, key, input, message, length_bits)?;
    Ok(algorithm == IntegrityAlgorithm::EIA0 || expected.ct_eq(&received).into())
}

/// f9 of UMTS with UIA2: the MAC-I of the first `length_bits` bits of `message` under IK, COUNT-I and FRESH
/// (TS 35.215 4). 128-EIA1 is this with BEARER in the five highest bits of FRESH.
///
/// # Errors
/// [`CipherError::LengthBeyondMessage`] and [`CipherError::LengthBeyondLimit`] as in [`mac`].
pub fn uia2(
    key: &[u8; 16],
    count: u32,
    fresh: u32,
    direction: Direction,
    message: &[u8],
    length_bits: usize,
) -> Result<[u8; 4], CipherError> {
    let message = &message[..octets_of_length(length_bits, message.len())?];
    Ok(uia2::mac(key, count, fresh, direction, message, length_bits))
}
