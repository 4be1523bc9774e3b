//! A PDU with its ciphering taken off.

use super::message::{header_octets, technology};
use crate::report::Technology;

/// A ciphered PDU as it would stand without ciphering: of the same length, header type "integrity protected" instead of
/// "and ciphered", the plain message behind it. `None` if `plain` does not fit it, or it is not ciphered. The NAS message container in an initial
/// message of 5GS counts as ciphered.
#[must_use]
pub fn in_the_clear(pdu: &[u8], plain: &[u8]) -> Option<Box<[u8]>> {
    let technology = technology(pdu);
    // EPS has the security header type in the upper half of the first octet, 5GS in the lower half of the second.
    let (at, shift) = match technology {
        Technology::Eps | Technology::Ims => (0, 4),
        Technology::Fgs => (1, 0),
    };
    let octet = *pdu.get(at)?;
    let header_type = match octet >> shift & 0x0f {
        2 | 5 => 1,
        4 => 3,
        // A container in 5GS is ciphered in its place, under this header type.
        1 if technology == Technology::Fgs && !pdu.ends_with(plain) => 1,
        _ => return None,
    };
    let header = header_octets(technology);
    if pdu.len() != plain.len() + header {
        return None;
    }
    let mut clear: Box<[u8]> = pdu.into();
    clear[at] = octet & !(0x0f << shift) | header_type << shift;
    clear[header..].copy_from_slice(plain);
    Some(clear)
}
