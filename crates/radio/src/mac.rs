//! MAC PDUs of DL-SCH and UL-SCH (TS 36.321 6.1.2, 6.2.1): the SDUs of the signalling radio bearers in them.
//!
//! ```text
//!  R F2 E LCID [F L] … R F2 E LCID │ control elements and SDUs, in the order of their subheaders │ padding
//! ```
//!
//! The last SDU has no length: it fills the PDU. Control elements have the sizes of their kind.
//!
//! Left out: transparent MAC PDUs, which carry no NAS, and the elements of later releases whose size stands nowhere but
//! in their release; behind those nothing is guessed.

use crate::tally::NotDecoded;
use quintet_crypto::Direction;

/// The most subheaders looked at in one PDU. A PDU of the largest transport block could hold more of them, but real ones
/// have a dozen; what stands behind is not looked into.
pub(crate) const MAX_SUBHEADERS: usize = 64;

/// A piece of a MAC PDU that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// An SDU of the CCCH.
    Ccch(&'a [u8]),
    /// An SDU of SRB1 or SRB2: logical channel 1 or 2.
    Srb(u8, &'a [u8]),
    /// The C-RNTI control element: the PDU is of the UE with this C-RNTI, whatever RNTI it was sent under (5.1.4).
    CRnti(u16),
}

/// What follows a subheader.
enum Size {
    /// So many octets, whatever stands behind.
    Fixed(usize),
    /// A length, unless it is the last.
    Told,
    /// Nothing is known about it.
    Unknown,
}

/// Logical channel identities of both directions.
const CCCH: u8 = 0;
const SRB1: u8 = 1;
const SRB2: u8 = 2;
const LAST_CHANNEL: u8 = 10;
const PADDING: u8 = 31;
/// CCCH of UEs of category 0 and of bandwidth-reduced ones (uplink).
const CCCH_CATEGORY_0: u8 = 11;
const CCCH_FREQUENCY_HOPPING: u8 = 12;
const C_RNTI: u8 = 27;

/// Hands on the pieces of a PDU. An error tells where looking ended; the pieces before it were handed on, since their
/// lengths are told before any of them begins.
pub(crate) fn pieces<'a>(
    direction: Direction,
    pdu: &'a [u8],
    mut on: impl FnMut(Piece<'a>),
) -> Result<(), NotDecoded> {
    let mut headers = pdu;
    let mut entries = [(0u8, 0usize); MAX_SUBHEADERS];
    let mut count = 0;
    let mut wanted = false;
    // Of the last subheader, which may leave its length to the end of the PDU.
    let mut fills = false;
    let mut fault = None;
    loop {
        let [first, rest @ ..] = headers else {
            return Err(NotDecoded::Mac);
        };
        let lcid = first & 0x1f;
        let is_last = first & 0x20 == 0;
        headers = rest;
        let size = match size(direction, lcid) {
            Size::Fixed(size) => size,
            Size::Told if is_last => {
                fills = true;
                0
            }
            Size::Told => {
                // F2 with sixteen bits of length, F with fifteen, else seven.
                let (length, used) = match (first & 0x40 != 0, headers) {
                    (true, [high, low, ..]) => (usize::from(u16::from_be_bytes([*high, *low])), 2),
                    (false, [high, low, ..]) if high & 0x80 != 0 => {
                        (usize::from(u16::from_be_bytes([high & 0x7f, *low])), 2)
                    }
                    (false, [short, ..]) if short & 0x80 == 0 => (usize::from(*short), 1),
                    _ => return Err(NotDecoded::Mac),
                };
                headers = &headers[used..];
                length
            }
            Size::Unknown => {
                // The subheaders behind it cannot be told apart from its contents, so no payload has a place.
                return Err(NotDecoded::MacExtension);
            }
        };
        wanted |= matches!(lcid, CCCH | SRB1 | SRB2)
            || direction == Direction::Uplink && matches!(lcid, CCCH_CATEGORY_0 | CCCH_FREQUENCY_HOPPING);
        if count == MAX_SUBHEADERS {
            fault = Some(NotDecoded::Mac);
            break;
        }
        entries[count] = (lcid, size);
        count += 1;
        if is_last {
            break;
        }
    }
    if !wanted {
        return Ok(());
    }
    if fault.is_some() {
        return Err(NotDecoded::Mac);
    }
    let mut payload = headers;
    for (index, (lcid, size)) in entries[..count].iter().enumerate() {
        let size = if fills && index + 1 == count {
            payload.len()
        } else {
            *size
        };
        let Some((piece, rest)) = payload.split_at_checked(size) else {
            return Err(NotDecoded::Mac);
        };
        payload = rest;
        match (*lcid, direction) {
            (CCCH, _) | (CCCH_CATEGORY_0 | CCCH_FREQUENCY_HOPPING, Direction::Uplink) => {
                on(Piece::Ccch(piece))
            }
            (SRB1 | SRB2, _) => on(Piece::Srb(*lcid, piece)),
            (C_RNTI, Direction::Uplink) => {
                if let [high, low] = piece {
                    on(Piece::CRnti(u16::from_be_bytes([*high, *low])));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Tables 6.2.1-1 and 6.2.1-2, and 6.1.3 for the sizes.
const fn size(direction: Direction, lcid: u8) -> Size {
    match (direction, lcid) {
        (_, CCCH..=LAST_CHANNEL) => Size::Told,
        (_, PADDING) => Size::Fixed(0),
        (Direction::Downlink, downlink) => match downlink {
            // Activation and deactivation of PDCP duplication; hibernation; the same of more cells.
            18 | 19 => Size::Fixed(1),
            20 => Size::Fixed(4),
            // Recommended bit rate.
            22 => Size::Fixed(2),
            // Activation and deactivation of up to 7 and up to 31 cells.
            27 => Size::Fixed(1),
            24 => Size::Fixed(4),
            // Long DRX command, DRX command.
            26 | 30 => Size::Fixed(0),
            // UE contention resolution identity.
            28 => Size::Fixed(6),
            // Timing advance command.
            29 => Size::Fixed(1),
            _ => Size::Unknown,
        },
        (Direction::Uplink, uplink) => match uplink {
            CCCH_CATEGORY_0 | CCCH_FREQUENCY_HOPPING => Size::Told,
            // Recommended bit rate query.
            20 => Size::Fixed(2),
            // SPS confirmation.
            21 => Size::Fixed(0),
            // Sidelink buffer status, power headroom of several cells: with a length, like an SDU.
            22..=25 => Size::Told,
            // Power headroom.
            26 => Size::Fixed(1),
            C_RNTI => Size::Fixed(2),
            // Buffer status: truncated, short, long.
            28 | 29 => Size::Fixed(1),
            30 => Size::Fixed(3),
            _ => Size::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Downlink, Uplink};

    #[test]
    fn control_elements_have_their_sizes() {
        // TS 36.321 6.1.3.
        for (direction, lcid, octets) in [
            (Downlink, 18, 1),
            (Downlink, 19, 1),
            (Downlink, 20, 4),
            (Downlink, 22, 2),
            (Downlink, 24, 4),
            (Downlink, 26, 0),
            (Downlink, 27, 1),
            (Downlink, 28, 6),
            (Downlink, 29, 1),
            (Downlink, 30, 0),
            (Uplink, 20, 2),
            (Uplink, 21, 0),
            (Uplink, 26, 1),
            (Uplink, 28, 1),
            (Uplink, 29, 1),
            (Uplink, 30, 3),
        ] {
            let mut pdu = vec![0x20 | lcid, SRB1];
            pdu.extend(vec![0; octets]);
            pdu.extend([0xa0, 0, 9]);
            let mut found = Vec::new();
            assert_eq!(pieces(direction, &pdu, |piece| found.push(piece)), Ok(()));
            assert_eq!(found, [Piece::Srb(SRB1, &[0xa0, 0, 9])], "{direction:?} {lcid}");
        }
    }

    #[test]
    fn elements_with_a_length_are_passed_by_it() {
        for lcid in [22, 23, 24, 25, 3, 10] {
            let pdu = [0x20 | lcid, 2, SRB2, 1, 2, 0xa0, 0, 9];
            let mut found = Vec::new();
            assert_eq!(pieces(Uplink, &pdu, |piece| found.push(piece)), Ok(()));
            assert_eq!(found, [Piece::Srb(SRB2, &[0xa0, 0, 9])], "{lcid}");
        }
        // Lengths of fifteen bits, and of sixteen.
        for (format, length) in [(0x00, [0x80, 200]), (0x40, [0x00, 200])] {
            let mut pdu = vec![0x20 | format | SRB1, length[0], length[1], PADDING];
            pdu.extend([7; 203]);
            let mut found = Vec::new();
            assert_eq!(pieces(Downlink, &pdu, |piece| found.push(piece)), Ok(()));
            assert_eq!(found, [Piece::Srb(SRB1, &[7; 200])]);
        }
    }

    #[test]
    fn what_breaks_its_lengths() {
        for pdu in [
            &[][..],
            &[0x21],
            &[0x21, 5],
            &[0x21, 2, PADDING, 1],
            &[0x21, 0x80],
            &[0x3d, SRB1],
        ] {
            assert_eq!(pieces(Uplink, pdu, |_| {}), Err(NotDecoded::Mac), "{pdu:02x?}");
        }
        // A thousand subheaders of user data are none of our business; with a signalling bearer among them they are.
        let mut pdu = vec![0x20 | PADDING; 1_000];
        pdu.push(PADDING);
        assert_eq!(pieces(Uplink, &pdu, |_| {}), Ok(()));
        pdu[0] = 0x21;
        pdu.insert(1, 0);
        assert_eq!(pieces(Uplink, &pdu, |_| {}), Err(NotDecoded::Mac));
    }
}
