//! PDCP of the signalling radio bearers in NR (TS 38.323 6.2.2.1): a sequence number of twelve bits before the RRC message,
//! a MAC-I of four octets behind it.

use crate::pdcp::Pdcp;
use crate::tally::NotDecoded;

const HEADER: usize = 2;
const MAC_I: usize = 4;

pub(super) fn read(pdu: &[u8]) -> Result<Pdcp<'_>, NotDecoded> {
    // The four bits before the sequence number are reserved.
    if pdu.len() <= HEADER + MAC_I || pdu[0] & 0xf0 != 0 {
        return Err(NotDecoded::Pdcp);
    }
    let (data, mac) = pdu[HEADER..].split_at(pdu.len() - HEADER - MAC_I);
    Ok(Pdcp {
        data,
        is_protected: mac != [0; MAC_I],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_mac_are_taken_off() {
        assert_eq!(
            read(&[0x0f, 0xff, 0xaa, 0xbb, 0, 0, 0, 0]),
            Ok(Pdcp {
                data: &[0xaa, 0xbb],
                is_protected: false
            })
        );
        let protected = read(&[0, 1, 0xaa, 0, 0, 0, 4]);
        assert!(protected.is_ok_and(|pdcp| pdcp.is_protected));
    }

    #[test]
    fn neither_short_nor_reserved() {
        for pdu in [&[][..], &[0, 1, 0, 0, 0, 0], &[0x80, 1, 0xaa, 0, 0, 0, 0]] {
            assert_eq!(read(pdu), Err(NotDecoded::Pdcp), "{pdu:02x?}");
        }
    }
}
