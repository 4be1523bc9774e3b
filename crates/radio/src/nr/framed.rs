//! The header that Wireshark's `mac-nr-framed` puts before a MAC PDU: three fixed octets, then tagged fields, each of a
//! length its tag implies, until the tag of the payload. The same, behind the six octets `mac-nr`, travels in UDP.

use crate::framed::Framed;
use crate::tally::NotDecoded;
use quintet_crypto::Direction;

/// What stands first where the header travels in UDP.
const SIGNATURE: &[u8] = b"mac-nr";

/// Radio types, which are no difference to MAC.
const FDD: u8 = 1;
const TDD: u8 = 2;

/// RNTI types whose MAC PDUs are of one UE: C-RNTI and CS-RNTI.
const C_RNTI: u8 = 3;
const CS_RNTI: u8 = 5;

/// From here on an RNTI is that of paging, system information or multicast, whatever its type says (TS 38.321 7.1).
const FIRST_COMMON: u16 = 0xfff0;

const PAYLOAD: u8 = 0x01;
const RNTI: u8 = 0x02;
const UE_ID: u8 = 0x03;

/// Reads the header. What is not a MAC PDU of one UE is told apart here: that is no error of the trace, yet nothing to
/// look into.
pub(super) fn read(octets: &[u8]) -> Result<Framed<'_>, NotDecoded> {
    let octets = octets.strip_prefix(SIGNATURE).unwrap_or(octets);
    let [FDD | TDD, direction @ 0..=1, rnti_type, fields @ ..] = octets else {
        return Err(NotDecoded::Framing);
    };
    let direction = if *direction == 0 {
        Direction::Uplink
    } else {
        Direction::Downlink
    };
    let mut framed = Framed {
        direction,
        rnti: None,
        ue_id: None,
        payload: &[],
    };
    let mut rest = fields;
    loop {
        let Some((tag, after)) = rest.split_first() else {
            return Err(NotDecoded::NoPayload);
        };
        if *tag == PAYLOAD {
            framed.payload = after;
            break;
        }
        let length = field_length(*tag).ok_or(NotDecoded::Framing)?;
        let (value, behind) = after.split_at_checked(length).ok_or(NotDecoded::Framing)?;
        rest = behind;
        match (*tag, value) {
            (RNTI, [high, low]) => framed.rnti = Some(u16::from_be_bytes([*high, *low])),
            (UE_ID, [high, low]) => framed.ue_id = Some(u32::from(u16::from_be_bytes([*high, *low]))),
            _ => {}
        }
    }
    let is_of_one =
        matches!(*rnti_type, C_RNTI | CS_RNTI) && framed.rnti.is_none_or(|rnti| rnti < FIRST_COMMON);
    if is_of_one {
        Ok(framed)
    } else {
        Err(NotDecoded::OtherRnti)
    }
}

/// How many octets follow a tag; `None` for a tag that is not known, behind which nothing can be found.
const fn field_length(tag: u8) -> Option<usize> {
    Some(match tag {
        // Type 2 power headroom of another cell, HARQ process.
        0x05 | 0x06 => 1,
        // RNTI, UE, and frame with subframe, as older writers have it.
        0x02..=0x04 => 2,
        // Frame and slot.
        0x07 => 4,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As srsRAN writes it.
    const HEADER: [u8; 17] = [1, 0, 3, 2, 0x46, 0x01, 3, 0, 7, 6, 0, 5, 0, 4, 1, 0x22, 1];

    #[test]
    fn fields_are_passed_to_the_payload() {
        let whole = [&HEADER[..], &[0xaa]].concat();
        for octets in [whole.clone(), [SIGNATURE, &whole].concat()] {
            assert_eq!(
                read(&octets),
                Ok(Framed {
                    direction: Direction::Uplink,
                    rnti: Some(0x4601),
                    ue_id: Some(7),
                    payload: &[0xaa],
                })
            );
        }
        let of_slot = [1, 1, 3, 7, 0, 1, 0, 2, 1, 0xbb];
        assert_eq!(read(&of_slot).map(|framed| framed.payload), Ok(&[0xbb][..]));
    }

    #[test]
    fn what_is_of_no_ue_or_no_header() {
        let of_kind = |kind: u8, rnti: u16| {
            let [high, low] = rnti.to_be_bytes();
            read(&[1, 1, kind, 2, high, low, 1, 0xaa]).err()
        };
        for kind in [0, 1, 2, 4, 6] {
            assert_eq!(of_kind(kind, 0x4601), Some(NotDecoded::OtherRnti), "{kind}");
        }
        assert_eq!(of_kind(3, 0xffff), Some(NotDecoded::OtherRnti));
        assert_eq!(of_kind(3, 0xffef), None);
        assert_eq!(read(&[1, 1, 3]), Err(NotDecoded::NoPayload));
        for broken in [
            &[][..],
            &[3, 1, 3, 1],
            &[1, 2, 3, 1],
            &[1, 1, 3, 8, 0, 1],
            &[1, 1, 3, 2, 0],
        ] {
            assert_eq!(read(broken), Err(NotDecoded::Framing), "{broken:02x?}");
        }
    }
}
