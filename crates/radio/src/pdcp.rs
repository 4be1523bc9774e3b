//! PDCP of the signalling radio bearers (TS 36.323 6.2.2): a sequence number of five bits before the RRC message, a
//! MAC-I of four octets behind it.

use crate::tally::NotDecoded;

/// Header and MAC-I.
const AROUND: usize = 1 + 4;

/// A PDCP data PDU of a signalling radio bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pdcp<'a> {
    /// The RRC message, ciphered once the access stratum does that.
    pub(crate) data: &'a [u8],
    /// Whether its MAC-I is not the zeros that stand there before integrity protection begins (TS 36.323 6.3.4).
    pub(crate) is_protected: bool,
}

pub(crate) fn read(pdu: &[u8]) -> Result<Pdcp<'_>, NotDecoded> {
    if pdu.len() <= AROUND || pdu[0] & 0xe0 != 0 {
        return Err(NotDecoded::Pdcp);
    }
    let (data, mac) = pdu[1..].split_at(pdu.len() - AROUND);
    Ok(Pdcp {
        data,
        is_protected: mac != [0; 4],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_mac_are_taken_off() {
        assert_eq!(
            read(&[0x01, 0xaa, 0xbb, 0, 0, 0, 0]),
            Ok(Pdcp {
                data: &[0xaa, 0xbb],
                is_protected: false
            })
        );
        assert_eq!(
            read(&[0x1f, 0xaa, 1, 2, 3, 4]),
            Ok(Pdcp {
                data: &[0xaa],
                is_protected: true
            })
        );
    }

    #[test]
    fn neither_short_nor_reserved() {
        assert_eq!(read(&[]), Err(NotDecoded::Pdcp));
        assert_eq!(read(&[0x01, 0, 0, 0, 0]), Err(NotDecoded::Pdcp));
        assert_eq!(read(&[0x21, 0xaa, 0, 0, 0, 0]), Err(NotDecoded::Pdcp));
    }
}
