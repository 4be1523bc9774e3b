//! MAC PDUs of DL-SCH and UL-SCH in NR (TS 38.321 6.1.2, 6.2.1): the SDUs of the signalling radio bearers in them.
//!
//! ```text
//!  R F LCID [L] SDU or element │ R F LCID [L] SDU or element │ … │ padding
//! ```
//!
//! Every subheader stands before what it is of, so that what comes before something unknown is known.
//!
//! Left out: elements with an extended LCID (Release 16 and later), whose sizes stand nowhere but in their release; behind
//! those nothing is guessed.

use crate::tally::NotDecoded;
use quintet_crypto::Direction;

/// The most subPDUs looked at in one PDU; real ones with signalling in them have a handful. What stands behind is not
/// looked into.
pub(super) const MAX_SUBPDUS: usize = 256;

/// Octets of a contention resolution identity: the first ones of the CCCH SDU it answers (6.1.3.3).
pub(super) const IDENTITY: usize = 6;

/// A piece of a MAC PDU that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// An SDU of the CCCH.
    Ccch(&'a [u8]),
    /// An SDU of the CCCH1: of 64 bits, uplink only.
    Ccch1(&'a [u8]),
    /// An SDU of SRB1 or SRB2: logical channel 1 or 2.
    Srb(u8, &'a [u8]),
    /// The C-RNTI element: the PDU is of the UE with this C-RNTI, whatever RNTI it was sent under (5.1.5).
    CRnti(u16),
    /// The contention resolution identity.
    Identity([u8; IDENTITY]),
}

/// What follows a subheader.
enum Size {
    /// So many octets, without a length.
    Fixed(usize),
    /// A length of one or two octets.
    Told,
    /// All that is left.
    Rest,
    /// Nothing is known about it.
    Unknown,
}

const CCCH: u8 = 0;
const SRB1: u8 = 1;
const SRB2: u8 = 2;
const LAST_CHANNEL: u8 = 32;
/// CCCH of reduced capability UEs, 48 and 64 bits (uplink).
const CCCH_REDCAP: u8 = 35;
const CCCH1_REDCAP: u8 = 36;
/// CCCH of 48 bits (uplink); [`CCCH`] is there the one of 64.
const CCCH_48: u8 = 52;
const C_RNTI: u8 = 58;
const CONTENTION_RESOLUTION: u8 = 62;
const PADDING: u8 = 63;

/// The pieces of a PDU. An error is the last item: there looking ended.
#[derive(Clone, Debug)]
pub(super) struct Pieces<'a> {
    direction: Direction,
    rest: &'a [u8],
    count: usize,
}

impl<'a> Pieces<'a> {
    pub(super) const fn of(direction: Direction, pdu: &'a [u8]) -> Self {
        Self {
            direction,
            rest: pdu,
            count: 0,
        }
    }

    /// The next subPDU: its LCID and what is in it. `None` behind the last one.
    fn subpdu(&mut self) -> Result<Option<(u8, &'a [u8])>, NotDecoded> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        if self.count == MAX_SUBPDUS || first & 0x80 != 0 {
            return Err(NotDecoded::Mac);
        }
        self.count += 1;
        let lcid = first & 0x3f;
        let (length, rest) = match (size(self.direction, lcid), rest) {
            (Size::Fixed(size), _) => (size, rest),
            (Size::Told, [high, low, rest @ ..]) if first & 0x40 != 0 => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            (Size::Told, [short, rest @ ..]) if first & 0x40 == 0 => (usize::from(*short), rest),
            (Size::Told, _) => return Err(NotDecoded::Mac),
            (Size::Rest, _) => return Ok(None),
            (Size::Unknown, _) => return Err(NotDecoded::MacExtension),
        };
        let (content, behind) = rest.split_at_checked(length).ok_or(NotDecoded::Mac)?;
        self.rest = behind;
        Ok(Some((lcid, content)))
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, NotDecoded>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (lcid, content) = match self.subpdu() {
                Ok(Some(subpdu)) => subpdu,
                Ok(None) => {
                    self.rest = &[];
                    return None;
                }
                Err(fault) => {
                    self.rest = &[];
                    return Some(Err(fault));
                }
            };
            let piece = match (lcid, self.direction) {
                (CCCH, Direction::Downlink) | (CCCH_48 | CCCH_REDCAP, Direction::Uplink) => {
                    Piece::Ccch(content)
                }
                (CCCH | CCCH1_REDCAP, Direction::Uplink) => Piece::Ccch1(content),
                (SRB1 | SRB2, _) => Piece::Srb(lcid, content),
                (C_RNTI, Direction::Uplink) => match *content {
                    [high, low] => Piece::CRnti(u16::from_be_bytes([high, low])),
                    _ => continue,
                },
                (CONTENTION_RESOLUTION, Direction::Downlink) => match content.first_chunk() {
                    Some(identity) => Piece::Identity(*identity),
                    None => continue,
                },
                _ => continue,
            };
            return Some(Ok(piece));
        }
    }
}

/// Tables 6.2.1-1 and 6.2.1-2, and 6.1.3 for the sizes.
const fn size(direction: Direction, lcid: u8) -> Size {
    match (direction, lcid) {
        (_, PADDING) => Size::Rest,
        (Direction::Downlink, CCCH) | (_, SRB1..=LAST_CHANNEL) => Size::Told,
        (Direction::Downlink, downlink) => match downlink {
            // Recommended bit rate; semi-persistent zero-power CSI-RS.
            47 | 48 => Size::Fixed(2),
            // PUCCH spatial relation.
            49 => Size::Fixed(3),
            // Semi-persistent SRS; TCI states of PDSCH, aperiodic CSI triggers, semi-persistent CSI-RS.
            50 | 53..=55 => Size::Told,
            // CSI reporting on PUCCH, TCI state of PDCCH.
            51 | 52 => Size::Fixed(2),
            // PDCP duplication.
            56 => Size::Fixed(1),
            // Activation and deactivation of up to 31 and up to 7 cells.
            57 => Size::Fixed(4),
            58 => Size::Fixed(1),
            // Long DRX command, DRX command.
            59 | 60 => Size::Fixed(0),
            // Timing advance command.
            61 => Size::Fixed(1),
            CONTENTION_RESOLUTION => Size::Fixed(IDENTITY),
            _ => Size::Unknown,
        },
        (Direction::Uplink, uplink) => match uplink {
            CCCH | CCCH1_REDCAP => Size::Fixed(8),
            CCCH_48 | CCCH_REDCAP => Size::Fixed(6),
            // Timing advance report.
            44 => Size::Fixed(2),
            // Sidelink buffer status, beam failure recovery, power headroom of several cells, long buffer status.
            43 | 45 | 46 | 50 | 51 | 54 | 56 | 60 | 62 => Size::Told,
            // Failure of listening before talking.
            48 => Size::Fixed(4),
            49 => Size::Fixed(1),
            // Recommended bit rate query.
            53 => Size::Fixed(2),
            // Configured grant confirmation.
            55 => Size::Fixed(0),
            // Power headroom.
            57 | C_RNTI => Size::Fixed(2),
            // Short buffer status, truncated and not.
            59 | 61 => Size::Fixed(1),
            _ => Size::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Downlink, Uplink};

    fn pieces(direction: Direction, pdu: &[u8]) -> Vec<Result<Piece<'_>, NotDecoded>> {
        Pieces::of(direction, pdu).collect()
    }

    #[test]
    fn elements_have_their_sizes() {
        // TS 38.321 6.1.3.
        for (direction, lcid, octets) in [
            (Downlink, 47, 2),
            (Downlink, 48, 2),
            (Downlink, 49, 3),
            (Downlink, 51, 2),
            (Downlink, 52, 2),
            (Downlink, 56, 1),
            (Downlink, 57, 4),
            (Downlink, 58, 1),
            (Downlink, 59, 0),
            (Downlink, 60, 0),
            (Downlink, 61, 1),
            (Uplink, 44, 2),
            (Uplink, 48, 4),
            (Uplink, 49, 1),
            (Uplink, 53, 2),
            (Uplink, 55, 0),
            (Uplink, 57, 2),
            (Uplink, 59, 1),
            (Uplink, 61, 1),
        ] {
            let mut pdu = vec![lcid];
            pdu.extend(vec![0; octets]);
            pdu.extend([SRB1, 3, 0xc0, 0, 9, PADDING, 1, 2]);
            assert_eq!(
                pieces(direction, &pdu),
                [Ok(Piece::Srb(SRB1, &[0xc0, 0, 9]))],
                "{direction:?} {lcid}"
            );
        }
    }

    #[test]
    fn lengths_of_one_and_two_octets() {
        for (direction, lcid) in [
            (Downlink, 4),
            (Downlink, 53),
            (Uplink, 32),
            (Uplink, 54),
            (Uplink, 62),
        ] {
            let pdu = [lcid, 1, 7, 0x40 | SRB2, 0, 2, 8, 9];
            assert_eq!(pieces(direction, &pdu), [Ok(Piece::Srb(SRB2, &[8, 9]))], "{lcid}");
        }
    }

    #[test]
    fn common_control_and_what_resolves_contention() {
        let request = [1, 2, 3, 4, 5, 6];
        let uplink = [&[CCCH_48][..], &request, &[PADDING]].concat();
        assert_eq!(pieces(Uplink, &uplink), [Ok(Piece::Ccch(&request))]);
        let resume = [&[CCCH][..], &request, &[7, 8]].concat();
        assert_eq!(
            pieces(Uplink, &resume),
            [Ok(Piece::Ccch1(&[1, 2, 3, 4, 5, 6, 7, 8]))]
        );
        let downlink = [&[CONTENTION_RESOLUTION][..], &request, &[CCCH, 2, 0xaa, 0xbb]].concat();
        assert_eq!(
            pieces(Downlink, &downlink),
            [Ok(Piece::Identity(request)), Ok(Piece::Ccch(&[0xaa, 0xbb]))]
        );
        assert_eq!(pieces(Uplink, &[C_RNTI, 0x46, 0x01]), [Ok(Piece::CRnti(0x4601))]);
    }

    #[test]
    fn what_breaks_its_lengths_ends_it() {
        for pdu in [&[SRB1][..], &[0x41, 0], &[SRB1, 2, 1], &[0x81, 1, 1], &[61]] {
            assert_eq!(pieces(Downlink, pdu), [Err(NotDecoded::Mac)], "{pdu:02x?}");
        }
        let behind = [SRB1, 1, 9, 34, 1, 2, 3];
        assert_eq!(
            pieces(Downlink, &behind),
            [Ok(Piece::Srb(SRB1, &[9])), Err(NotDecoded::MacExtension)]
        );
        let many = [4, 0].repeat(MAX_SUBPDUS + 1);
        assert_eq!(pieces(Uplink, &many), [Err(NotDecoded::Mac)]);
        assert_eq!(pieces(Uplink, &many[2..]), []);
    }
}
