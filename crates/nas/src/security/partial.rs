//! Which octets of a partially ciphered message are ciphered: the value of the ESM message container or NAS message
//! container of a CONTROL PLANE SERVICE REQUEST (TS 24.301 4.4.5, 8.2.33). Lengths and all other elements are clear, so
//! the same octets are found before and after ciphering.

use super::header::EMM_PROTOCOL_DISCRIMINATOR;
use std::ops::Range;

/// Message type of CONTROL PLANE SERVICE REQUEST (TS 24.301 table 9.8.1).
const CONTROL_PLANE_SERVICE_REQUEST: u8 = 0x4d;
/// Octets before its optional elements: header, type, and KSI with service type.
const MANDATORY_OCTETS: usize = 3;
/// IEI of the ESM message container.
const ESM_MESSAGE_CONTAINER: u8 = 0x78;
/// IEI of the NAS message container.
const NAS_MESSAGE_CONTAINER: u8 = 0x67;

/// The octets to cipher, which may be none; `None` if `message` is no CONTROL PLANE SERVICE REQUEST or is cut short.
#[must_use]
pub fn partially_ciphered_octets(message: &[u8]) -> Option<Range<usize>> {
    let (mandatory, mut rest) = message.split_at_checked(MANDATORY_OCTETS)?;
    if mandatory[0] != EMM_PROTOCOL_DISCRIMINATOR || mandatory[1] != CONTROL_PLANE_SERVICE_REQUEST {
        return None;
    }
    while let Some((&iei, after)) = rest.split_first() {
        let (length, value) = match iei {
            0x80.. => (0, after),
            // Two octets of length (TS 24.007 11.2.4: 78 to 7f of EMM).
            0x78..=0x7f => {
                let (length, value) = after.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), value)
            }
            _ => {
                let (&length, value) = after.split_first()?;
                (usize::from(length), value)
            }
        };
        let at = message.len() - value.len();
        rest = value.get(length..)?;
        if iei == ESM_MESSAGE_CONTAINER || iei == NAS_MESSAGE_CONTAINER {
            return Some(at..at + length);
        }
    }
    Some(0..0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_either_container_and_nothing_else() {
        let esm = [
            0x07, 0x4d, 0x10, 0x57, 2, 0x20, 0, 0xd1, 0x78, 0, 3, 0x52, 0x01, 0xeb, 0x99, 0,
        ];
        assert_eq!(partially_ciphered_octets(&esm), Some(11..14));
        let nas = [0x07, 0x4d, 0x10, 0x67, 2, 9, 9];
        assert_eq!(partially_ciphered_octets(&nas), Some(5..7));
        assert_eq!(partially_ciphered_octets(&nas[..3]), Some(0..0));
    }

    #[test]
    fn other_messages_and_short_ones_have_none() {
        assert_eq!(partially_ciphered_octets(&[0x07, 0x4e, 0x10]), None);
        assert_eq!(partially_ciphered_octets(&[0x07, 0x4d]), None);
        assert_eq!(partially_ciphered_octets(&[0x07, 0x4d, 0x10, 0x78, 0]), None);
        assert_eq!(
            partially_ciphered_octets(&[0x07, 0x4d, 0x10, 0x78, 0, 2, 1]),
            None
        );
        assert_eq!(partially_ciphered_octets(&[0x07, 0x4d, 0x10, 0x57, 2, 1]), None);
    }
}
