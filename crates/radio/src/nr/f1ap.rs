//! F1AP between the two parts of a gNB (TS 38.473): the messages that carry RRC, read from the container as it stands
//! (aligned PER, ITU-T X.691; TS 38.473 9.4).

use crate::tally::NotDecoded;
use quintet_crypto::Direction;

/// Procedure codes (9.4.7).
const UE_CONTEXT_SETUP: u8 = 5;
const UE_CONTEXT_RELEASE: u8 = 6;
const UE_CONTEXT_MODIFICATION: u8 = 7;
const INITIAL_UL_RRC_MESSAGE_TRANSFER: u8 = 11;
const DL_RRC_MESSAGE_TRANSFER: u8 = 12;
const UL_RRC_MESSAGE_TRANSFER: u8 = 13;

/// Identifiers of IEs (9.4.7).
const GNB_DU_UE_F1AP_ID: u16 = 41;
const RRC_CONTAINER: u16 = 50;
const SRB_ID: u16 = 64;
const RRC_CONTAINER_RRC_SETUP_COMPLETE: u16 = 241;

/// The most IEs looked at in one message; UE CONTEXT SETUP REQUEST has the most, some forty.
const MAX_IES: usize = 256;

/// What an F1AP message carries of RRC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carried<'a> {
    pub(super) direction: Direction,
    /// gNB-DU UE F1AP ID: the one that stands in all of these messages.
    pub(super) ue_id: Option<u32>,
    /// 0 for the CCCH, whose messages have no PDCP around them.
    pub(super) srb: u8,
    pub(super) rrc: &'a [u8],
    /// RRC SETUP COMPLETE behind the request, which a DU may keep back and send along.
    pub(super) setup_complete: Option<&'a [u8]>,
}

/// Reads a message. `None` if it carries no RRC.
pub(super) fn read(octets: &[u8]) -> Result<Option<Carried<'_>>, NotDecoded> {
    let [choice, procedure_code, _criticality, message @ ..] = octets else {
        return Err(NotDecoded::F1ap);
    };
    let direction = match (choice, *procedure_code) {
        (0, INITIAL_UL_RRC_MESSAGE_TRANSFER | UL_RRC_MESSAGE_TRANSFER) => Direction::Uplink,
        (0, DL_RRC_MESSAGE_TRANSFER | UE_CONTEXT_SETUP | UE_CONTEXT_RELEASE | UE_CONTEXT_MODIFICATION) => {
            Direction::Downlink
        }
        _ => return Ok(None),
    };
    let (message, _) = open(message).ok_or(NotDecoded::F1ap)?;
    // The message's extension bit, how many IEs.
    let [_extension, high, low, fields @ ..] = message else {
        return Err(NotDecoded::F1ap);
    };
    let count = usize::from(u16::from_be_bytes([*high, *low])).min(MAX_IES);
    let (mut ue_id, mut rrc, mut setup_complete) = (None, None, None);
    let mut srb = u8::from(*procedure_code != INITIAL_UL_RRC_MESSAGE_TRANSFER);
    let mut rest = fields;
    for _ in 0..count {
        let [high, low, _criticality, behind @ ..] = rest else {
            return Err(NotDecoded::F1ap);
        };
        let (value, behind) = open(behind).ok_or(NotDecoded::F1ap)?;
        rest = behind;
        match u16::from_be_bytes([*high, *low]) {
            GNB_DU_UE_F1AP_ID => ue_id = number(value),
            SRB_ID => srb = srb_id(value).ok_or(NotDecoded::F1ap)?,
            RRC_CONTAINER => rrc = Some(open(value).ok_or(NotDecoded::F1ap)?.0),
            RRC_CONTAINER_RRC_SETUP_COMPLETE => setup_complete = Some(open(value).ok_or(NotDecoded::F1ap)?.0),
            _ => {}
        }
    }
    Ok(rrc.map(|rrc| Carried {
        direction,
        ue_id,
        srb,
        rrc,
        setup_complete,
    }))
}

/// What stands behind a length, and what behind that. Lengths in fragments there are none: RRC messages have 9000 octets
/// at most.
fn open(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match octets {
        [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
        [high @ 0x80..=0xbf, low, rest @ ..] => (usize::from(high & 0x3f) << 8 | usize::from(*low), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// A number of up to 32 bits: how many octets, in two bits, then those.
fn number(value: &[u8]) -> Option<u32> {
    let (first, rest) = value.split_first()?;
    let octets = rest.get(..usize::from(first >> 6) + 1)?;
    Some(octets.iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet)))
}

/// 0 to 3, behind an extension bit.
fn srb_id(value: &[u8]) -> Option<u8> {
    match value.first()? {
        octet if octet & 0x80 == 0 => Some(octet >> 5 & 0x03),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UL RRC MESSAGE TRANSFER of CU 1 and DU 0x0203, on SRB1.
    const UPLINK: &str = "000d40230000040028000200010029000340020300400001200032000a09000008aabb00000000";

    #[test]
    fn what_is_carried() {
        let octets = hex::decode(UPLINK).unwrap();
        let carried = read(&octets).unwrap().unwrap();
        assert_eq!(carried.direction, Direction::Uplink);
        assert_eq!((carried.ue_id, carried.srb), (Some(0x0203), 1));
        assert_eq!(carried.rrc, hex::decode("000008aabb00000000").unwrap());
        assert_eq!(carried.setup_complete, None);
    }

    #[test]
    fn what_is_cut_is_no_message_and_what_carries_nothing_is_none() {
        let octets = hex::decode(UPLINK).unwrap();
        for end in 0..octets.len() {
            assert_eq!(read(&octets[..end]), Err(NotDecoded::F1ap), "{end}");
        }
        let mut other = octets.clone();
        other[1] = 1;
        assert_eq!(read(&other), Ok(None));
        other[1] = UL_RRC_MESSAGE_TRANSFER;
        other[0] = 0x40;
        assert_eq!(read(&other), Ok(None));
    }

    #[test]
    fn numbers_by_their_lengths() {
        assert_eq!(number(&[0x00, 7]), Some(7));
        assert_eq!(number(&[0xc0, 1, 2, 3, 4]), Some(0x0102_0304));
        assert_eq!(number(&[0xc0, 1, 2, 3]), None);
        for (octet, srb) in [
            (0x00, Some(0)),
            (0x20, Some(1)),
            (0x40, Some(2)),
            (0x60, Some(3)),
            (0x80, None),
        ] {
            assert_eq!(srb_id(&[octet]), srb);
        }
        assert_eq!(open(&[0x81, 0x00]), None);
    }
}
