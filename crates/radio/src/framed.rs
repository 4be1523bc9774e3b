//! The header that Wireshark's `mac-lte-framed` puts before a MAC PDU: three fixed octets, then tagged fields, each of a
//! length its tag implies, until the tag of the payload. The same, behind the seven octets `mac-lte`, travels in UDP.

use crate::tally::NotDecoded;
use quintet_crypto::Direction;

/// What stands first where the header travels in UDP.
const SIGNATURE: &[u8] = b"mac-lte";

/// Radio types, which are no difference to MAC.
const FDD: u8 = 1;
const TDD: u8 = 2;

/// RNTI types whose MAC PDUs are of one UE: C-RNTI and SPS C-RNTI.
const C_RNTI: u8 = 3;
const SPS_RNTI: u8 = 5;
/// The highest RNTI type there is (G-RNTI).
const G_RNTI: u8 = 10;

/// A MAC PDU and what the trace says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framed<'a> {
    pub(crate) direction: Direction,
    pub(crate) rnti: Option<u16>,
    pub(crate) ue_id: Option<u32>,
    /// The MAC PDU.
    pub(crate) payload: &'a [u8],
}

impl<'a> Framed<'a> {
    /// Reads the header. What is not a MAC PDU of one UE, received well, is told apart here: those are no errors of the
    /// trace, yet nothing to look into.
    pub(crate) fn read(octets: &'a [u8]) -> Result<Self, NotDecoded> {
        let octets = octets.strip_prefix(SIGNATURE).unwrap_or(octets);
        let [FDD | TDD, direction @ 0..=1, rnti_type, fields @ ..] = octets else {
            return Err(NotDecoded::Framing);
        };
        let mut rest = fields;
        let direction = if *direction == 0 {
            Direction::Uplink
        } else {
            Direction::Downlink
        };
        let mut framed = Self {
            direction,
            rnti: None,
            ue_id: None,
            payload: &[],
        };
        let mut fault = match *rnti_type {
            C_RNTI | SPS_RNTI => None,
            0..=G_RNTI => Some(NotDecoded::OtherRnti),
            _ => return Err(NotDecoded::Framing),
        };
        loop {
            let Some((tag, after)) = rest.split_first() else {
                // A random access preamble or a scheduling request: an event without a PDU.
                return Err(NotDecoded::NoPayload);
            };
            if *tag == PAYLOAD {
                framed.payload = after;
                break;
            }
            let length = field_length(*tag, after).ok_or(NotDecoded::Framing)?;
            let (value, behind) = after.split_at_checked(length).ok_or(NotDecoded::Framing)?;
            rest = behind;
            match (*tag, value) {
                (RNTI, [high, low]) => framed.rnti = Some(u16::from_be_bytes([*high, *low])),
                (UE_ID, [high, low]) => framed.ue_id = Some(u32::from(u16::from_be_bytes([*high, *low]))),
                (CRC_STATUS, [status]) if *status != CRC_GOOD => fault = Some(NotDecoded::CrcFailed),
                (PREDEFINED_DATA, [1]) => fault = Some(NotDecoded::PredefinedData),
                (NB_MODE, [1]) => fault = Some(NotDecoded::NarrowBand),
                _ => {}
            }
        }
        fault.map_or(Ok(framed), Err)
    }
}

const PAYLOAD: u8 = 0x01;
const RNTI: u8 = 0x02;
const UE_ID: u8 = 0x03;
const PREDEFINED_DATA: u8 = 0x05;
const CRC_STATUS: u8 = 0x07;
const NB_MODE: u8 = 0x0f;

const CRC_GOOD: u8 = 1;

/// How many octets follow a tag; `None` for a tag that is not known, behind which nothing can be found.
fn field_length(tag: u8, after: &[u8]) -> Option<usize> {
    Some(match tag {
        // Extended BSR sizes, simultaneous PUCCH and PUSCH: their presence says it.
        0x08 | 0x0c | 0x0d => 0,
        // Predefined data, retransmissions, CRC status, carrier, CE mode, NB mode, uplink resource blocks.
        0x05 | 0x06 | 0x07 | 0x0a | 0x0e | 0x0f | 0x10 => 1,
        // RNTI, UE, frame and subframe, preamble.
        0x02 | 0x03 | 0x04 | 0x09 => 2,
        // Physical layer: a length of its own.
        0x0b => 1 + usize::from(*after.first()?),
        // Scheduling requests: how many, then UE and RNTI of each.
        0x11 => match after {
            [high, low, ..] => 2 + 4 * usize::from(u16::from_be_bytes([*high, *low])),
            _ => return None,
        },
        _ => return None,
    })
}
