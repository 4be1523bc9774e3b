//! Messages of the common control channels (TS 38.331 6.2.1 UL-CCCH-Message, UL-CCCH1-Message, DL-CCCH-Message).

use crate::bits::{Bits, RrcError};
use crate::found::{ConnectionRequest, Detail, InitialUeIdentity};
use crate::rrc::{Message, known, named, read};

const ESTABLISHMENT_CAUSES: [&str; 16] = [
    "emergency",
    "highPriorityAccess",
    "mt-Access",
    "mo-Signalling",
    "mo-Data",
    "mo-VoiceCall",
    "mo-VideoCall",
    "mo-SMS",
    "mps-PriorityAccess",
    "mcs-PriorityAccess",
    "spare6",
    "spare5",
    "spare4",
    "spare3",
    "spare2",
    "spare1",
];

const REESTABLISHMENT_CAUSES: [&str; 4] = [
    "reconfigurationFailure",
    "handoverFailure",
    "otherFailure",
    "spare1",
];

pub(super) fn uplink(bits: &mut Bits<'_>) -> Result<Message, RrcError> {
    known(bits)?;
    Ok(match bits.value(4)? {
        0 => read("rrcSetupRequest", bits, setup_request),
        1 => named("rrcResumeRequest"),
        2 => read("rrcReestablishmentRequest", bits, reestablishment_request),
        _ => named("rrcSystemInfoRequest"),
    })
}

/// A message of the CCCH1.
pub(in crate::nr) fn resume_request(octets: &[u8]) -> Result<Message, RrcError> {
    let mut bits = Bits::new(octets);
    known(&mut bits)?;
    let at = bits.at();
    match bits.value(4)? {
        0 => Ok(named("rrcResumeRequest1")),
        _ => Err(RrcError::Unknown { at }),
    }
}

pub(super) fn downlink(bits: &mut Bits<'_>) -> Result<Message, RrcError> {
    known(bits)?;
    let at = bits.at();
    match bits.value(4)? {
        0 => Ok(read("rrcReject", bits, reject)),
        1 => Ok(named("rrcSetup")),
        _ => Err(RrcError::Unknown { at }),
    }
}

fn setup_request(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    let is_random = bits.flag()?;
    let value = u64::from(bits.bits(7)?) << 32 | u64::from(bits.bits(32)?);
    let identity = if is_random {
        InitialUeIdentity::Random(value)
    } else {
        InitialUeIdentity::FiveGSTmsiPart1(value)
    };
    let cause = ESTABLISHMENT_CAUSES[bits.bits(4)? as usize];
    bits.skip(1)?;
    Ok(Detail::ConnectionRequest(ConnectionRequest { identity, cause }))
}

fn reestablishment_request(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    let c_rnti = bits.bits(16)? as u16;
    let phys_cell_id = bits.value(1008)? as u16;
    // shortMAC-I.
    bits.skip(16)?;
    let cause = REESTABLISHMENT_CAUSES[bits.bits(2)? as usize];
    bits.skip(1)?;
    Ok(Detail::ReestablishmentRequest {
        c_rnti,
        phys_cell_id,
        cause,
    })
}

fn reject(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    known(bits)?;
    let presence = bits.bits(3)?;
    if presence & 0b100 == 0 {
        return Ok(Detail::None);
    }
    let wait_time_s = bits.value(16)? as u8 + 1;
    Ok(Detail::Reject { wait_time_s })
}
