//! Messages of the dedicated control channels (TS 38.331 6.2.1 UL-DCCH-Message, DL-DCCH-Message).

use super::bearers::RADIO_BEARER_CONFIG;
use super::measurement::MEAS_CONFIG;
use crate::bits::{Bits, RrcError};
use crate::found::{Detail, FiveGSTmsiValue, RegisteredAmf};
use crate::rrc::{Message, NasParts, known, named, plmn, read, transaction};
use crate::shape::Shape;
use quintet_identity::fgs::{AmfId, STmsi};

const UPLINK: [&str; 16] = [
    "measurementReport",
    "rrcReconfigurationComplete",
    "rrcSetupComplete",
    "rrcReestablishmentComplete",
    "rrcResumeComplete",
    "securityModeComplete",
    "securityModeFailure",
    "ulInformationTransfer",
    "locationMeasurementIndication",
    "ueCapabilityInformation",
    "counterCheckResponse",
    "ueAssistanceInformation",
    "failureInformation",
    "ulInformationTransferMRDC",
    "scgFailureInformation",
    "scgFailureInformationEUTRA",
];

const UPLINK_EXTENSION: [&str; 11] = [
    "ulDedicatedMessageSegment-r16",
    "dedicatedSIBRequest-r16",
    "mcgFailureInformation-r16",
    "ueInformationResponse-r16",
    "sidelinkUEInformationNR-r16",
    "ulInformationTransferIRAT-r16",
    "iabOtherInformation-r16",
    "mbsInterestIndication-r17",
    "uePositioningAssistanceInfo-r17",
    "measurementReportAppLayer-r17",
    "indirectPathFailureInformation-r18",
];

const DOWNLINK: [&str; 13] = [
    "rrcReconfiguration",
    "rrcResume",
    "rrcRelease",
    "rrcReestablishment",
    "securityModeCommand",
    "dlInformationTransfer",
    "ueCapabilityEnquiry",
    "counterCheck",
    "mobilityFromNRCommand",
    "dlDedicatedMessageSegment-r16",
    "ueInformationRequest-r16",
    "dlInformationTransferMRDC-r16",
    "loggedMeasurementConfiguration-r16",
];

/// `maxDRB`: the most NAS messages in a reconfiguration.
const MAX_DRB: u32 = 29;

/// `s-NSSAI-List`.
const S_NSSAI_LIST: Shape = Shape::List(1, 8, &Shape::Choice(&[Shape::Bits(8), Shape::Bits(32)]));

pub(super) fn uplink(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Message, RrcError> {
    if bits.flag()? {
        known(bits)?;
        let at = bits.at();
        let index = bits.bits(4)? as usize;
        return UPLINK_EXTENSION
            .get(index)
            .map(|name| named(name))
            .ok_or(RrcError::Unknown { at });
    }
    let index = bits.bits(4)? as usize;
    let name = UPLINK[index];
    Ok(match index {
        // reestablishmentComplete, securityModeComplete, securityModeFailure: alike.
        3 | 5 | 6 => read(name, bits, complete),
        2 => read(name, bits, |bits| setup_complete(bits, nas)),
        4 => read(name, bits, |bits| resume_complete(bits, nas)),
        7 => read(name, bits, |bits| transfer(bits, nas)),
        _ => named(name),
    })
}

pub(super) fn downlink(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Message, RrcError> {
    known(bits)?;
    let at = bits.at();
    let index = bits.bits(4)? as usize;
    let Some(&name) = DOWNLINK.get(index) else {
        return Err(RrcError::Unknown { at });
    };
    Ok(match index {
        0 => read(name, bits, |bits| reconfiguration(bits, nas)),
        2 => read(name, bits, release),
        4 => read(name, bits, security_mode_command),
        5 => read(name, bits, |bits| {
            transaction(bits)?;
            transfer(bits, nas)
        }),
        _ => named(name),
    })
}

fn complete(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // Extensions.
    bits.skip(2)?;
    Ok(Detail::None)
}

fn setup_complete(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // registeredAMF, guami-Type, s-NSSAI-List, ng-5G-S-TMSI-Value, two of extensions.
    let presence = bits.bits(6)?;
    let selected_plmn = bits.value(12)? as u8 + 1;
    let registered_amf = if presence & 0b10_0000 != 0 {
        Some(registered_amf(bits)?)
    } else {
        None
    };
    if presence & 0b01_0000 != 0 {
        bits.skip(1)?;
    }
    if presence & 0b00_1000 != 0 {
        S_NSSAI_LIST.skip(bits)?;
    }
    nas.read(bits)?;
    let s_tmsi = if presence & 0b00_0100 != 0 {
        Some(five_g_s_tmsi(bits)?)
    } else {
        None
    };
    Ok(Detail::SetupCompleteNr {
        selected_plmn,
        registered_amf,
        s_tmsi,
    })
}

fn registered_amf(bits: &mut Bits<'_>) -> Result<RegisteredAmf, RrcError> {
    let plmn = if bits.flag()? { plmn(bits)? } else { None };
    let [_, octets @ ..] = bits.bits(24)?.to_be_bytes();
    Ok(RegisteredAmf {
        plmn,
        amf_id: AmfId::from_octets(octets),
    })
}

fn five_g_s_tmsi(bits: &mut Bits<'_>) -> Result<FiveGSTmsiValue, RrcError> {
    if bits.flag()? {
        return Ok(FiveGSTmsiValue::Part2(bits.bits(9)? as u16));
    }
    let [_, _, a, b] = bits.bits(16)?.to_be_bytes();
    let [c, d, e, f] = bits.bits(32)?.to_be_bytes();
    Ok(FiveGSTmsiValue::Whole(STmsi::from_octets([a, b, c, d, e, f])))
}

fn resume_complete(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // dedicatedNAS-Message, then four elements behind it.
    let presence = bits.bits(5)?;
    if presence & 0b1_0000 != 0 {
        nas.read(bits)?;
    }
    Ok(Detail::None)
}

/// Either way; downlink behind a transaction.
fn transfer(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    known(bits)?;
    // dedicatedNAS-Message, two of extensions.
    let presence = bits.bits(3)?;
    if presence & 0b100 != 0 {
        nas.read(bits)?;
    }
    Ok(Detail::None)
}

fn reconfiguration(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // radioBearerConfig, secondaryCellGroup, measConfig, lateNonCriticalExtension, and what Release 15 ended with.
    let presence = bits.bits(5)?;
    if presence & 0b1_0000 != 0 {
        RADIO_BEARER_CONFIG.skip(bits)?;
    }
    if presence & 0b0_1000 != 0 {
        bits.skip_open()?;
    }
    if presence & 0b0_0100 != 0 {
        MEAS_CONFIG.skip(bits)?;
    }
    if presence & 0b0_0010 != 0 {
        bits.skip_open()?;
    }
    if presence & 0b0_0001 == 0 {
        return Ok(Detail::None);
    }
    // masterCellGroup, fullConfig (which takes no bits), dedicatedNAS-MessageList, then five elements behind it.
    let presence = bits.bits(8)?;
    if presence & 0b1000_0000 != 0 {
        bits.skip_open()?;
    }
    if presence & 0b0010_0000 != 0 {
        for _ in 0..=bits.value(MAX_DRB)? {
            nas.read(bits)?;
        }
    }
    Ok(Detail::None)
}

fn release(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // redirectedCarrierInfo, cellReselectionPriorities, suspendConfig, deprioritisationReq, two of extensions.
    let presence = bits.bits(6)?;
    if presence & 0b00_1000 != 0 {
        // The UE becomes inactive and stays connected to its AMF.
        return Ok(Detail::None);
    }
    Ok(Detail::Release {
        cause: "other",
        redirected: presence & 0b10_0000 != 0,
    })
}

fn security_mode_command(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // Two of extensions, then the markers of securityConfigSMC and securityAlgorithmConfig.
    bits.skip(4)?;
    let has_integrity = bits.flag()?;
    let ciphering = algorithm(bits)?;
    let integrity = if has_integrity { algorithm(bits)? } else { None };
    Ok(Detail::Security { ciphering, integrity })
}

/// Both kinds of algorithms are numbered alike: eight values, the upper four spare, behind a marker.
fn algorithm(bits: &mut Bits<'_>) -> Result<Option<u8>, RrcError> {
    if bits.flag()? {
        return bits.small().map(|_| None);
    }
    let number = bits.bits(3)? as u8;
    Ok((number < 4).then_some(number))
}
