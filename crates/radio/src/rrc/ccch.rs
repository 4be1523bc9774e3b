//! Messages of the common control channels (TS 36.331 6.2.1 UL-CCCH-Message, DL-CCCH-Message).

use super::{Message, NasParts, c1, known, named, read};
use crate::bits::{Bits, RrcError};
use crate::found::{ConnectionRequest, Detail, InitialUeIdentity};
use quintet_identity::STmsi;

const ESTABLISHMENT_CAUSES: [&str; 8] = [
    "emergency",
    "highPriorityAccess",
    "mt-Access",
    "mo-Signalling",
    "mo-Data",
    "delayTolerantAccess-v1020",
    "mo-VoiceCall-v1280",
    "spare1",
];

const REESTABLISHMENT_CAUSES: [&str; 4] = [
    "reconfigurationFailure",
    "handoverFailure",
    "otherFailure",
    "spare1",
];

pub(super) fn uplink(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Message, RrcError> {
    if !bits.flag()? {
        return Ok(if bits.flag()? {
            read("rrcConnectionRequest", bits, connection_request)
        } else {
            read(
                "rrcConnectionReestablishmentRequest",
                bits,
                reestablishment_request,
            )
        });
    }
    if !bits.flag()? {
        return Ok(named("rrcConnectionResumeRequest-r13"));
    }
    known(bits)?;
    let at = bits.at();
    match bits.value(4)? {
        0 => Ok(read("rrcEarlyDataRequest-r15", bits, |bits| {
            early_data_request(bits, nas)
        })),
        _ => Err(RrcError::Unknown { at }),
    }
}

pub(super) fn downlink(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Message, RrcError> {
    if !bits.flag()? {
        return Ok(match bits.value(4)? {
            0 => named("rrcConnectionReestablishment"),
            1 => read("rrcConnectionReestablishmentReject", bits, reestablishment_reject),
            2 => read("rrcConnectionReject", bits, connection_reject),
            _ => named("rrcConnectionSetup"),
        });
    }
    known(bits)?;
    let at = bits.at();
    match bits.value(4)? {
        0 => Ok(read("rrcEarlyDataComplete-r15", bits, |bits| {
            early_data_complete(bits, nas)
        })),
        _ => Err(RrcError::Unknown { at }),
    }
}

fn s_tmsi(bits: &mut Bits<'_>) -> Result<STmsi, RrcError> {
    let mme_code = bits.bits(8)? as u8;
    let m_tmsi = bits.bits(32)?;
    Ok(STmsi { mme_code, m_tmsi })
}

fn connection_request(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    // The other alternative is rrcConnectionRequest-r15: a UE that asks for 5GC, with identities of 5GS.
    known(bits)?;
    let identity = if bits.flag()? {
        let high = u64::from(bits.bits(8)?);
        InitialUeIdentity::Random(high << 32 | u64::from(bits.bits(32)?))
    } else {
        InitialUeIdentity::STmsi(s_tmsi(bits)?)
    };
    let cause = ESTABLISHMENT_CAUSES[bits.bits(3)? as usize];
    bits.skip(1)?;
    Ok(Detail::ConnectionRequest(ConnectionRequest { identity, cause }))
}

fn reestablishment_request(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    known(bits)?;
    let c_rnti = bits.bits(16)? as u16;
    let phys_cell_id = bits.value(504)? as u16;
    // shortMAC-I.
    bits.skip(16)?;
    let cause = REESTABLISHMENT_CAUSES[bits.bits(2)? as usize];
    bits.skip(2)?;
    Ok(Detail::ReestablishmentRequest {
        c_rnti,
        phys_cell_id,
        cause,
    })
}

fn early_data_request(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    known(bits)?;
    // nonCriticalExtension stands last.
    bits.skip(1)?;
    let identity = InitialUeIdentity::STmsi(s_tmsi(bits)?);
    let cause = if bits.flag()? {
        "delayTolerantAccess"
    } else {
        "mo-Data"
    };
    nas.read(bits)?;
    Ok(Detail::ConnectionRequest(ConnectionRequest { identity, cause }))
}

fn early_data_complete(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    known(bits)?;
    // dedicatedInfoNAS, then five elements behind it.
    let presence = bits.bits(6)?;
    if presence & 0b10_0000 != 0 {
        nas.read(bits)?;
    }
    Ok(Detail::None)
}

fn reestablishment_reject(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    known(bits)?;
    bits.skip(1)?;
    Ok(Detail::None)
}

fn connection_reject(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    let at = bits.at();
    if c1(bits, 4)? != 0 {
        return Err(RrcError::Unknown { at });
    }
    bits.skip(1)?;
    let wait_time_s = bits.value(16)? as u8 + 1;
    Ok(Detail::Reject { wait_time_s })
}
