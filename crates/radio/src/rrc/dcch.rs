//! Messages of the dedicated control channels (TS 36.331 6.2.1 UL-DCCH-Message, DL-DCCH-Message).

use super::measurement::MEAS_CONFIG;
use super::mobility;
use super::{Message, NasParts, c1, known, named, plmn, read, transaction};
use crate::bits::{Bits, RrcError};
use crate::found::{Detail, RegisteredMme};
use crate::shape::skip_additions;

const UPLINK: [&str; 16] = [
    "csfbParametersRequestCDMA2000",
    "measurementReport",
    "rrcConnectionReconfigurationComplete",
    "rrcConnectionReestablishmentComplete",
    "rrcConnectionSetupComplete",
    "securityModeComplete",
    "securityModeFailure",
    "ueCapabilityInformation",
    "ulHandoverPreparationTransfer",
    "ulInformationTransfer",
    "counterCheckResponse",
    "ueInformationResponse-r9",
    "proximityIndication-r9",
    "rnReconfigurationComplete-r10",
    "mbmsCountingResponse-r10",
    "interFreqRSTDMeasurementIndication-r10",
];

const UPLINK_EXTENSION: [&str; 16] = [
    "ueAssistanceInformation-r11",
    "inDeviceCoexIndication-r11",
    "mbmsInterestIndication-r11",
    "scgFailureInformation-r12",
    "sidelinkUEInformation-r12",
    "wlanConnectionStatusReport-r13",
    "rrcConnectionResumeComplete-r13",
    "ulInformationTransferMRDC-r15",
    "scgFailureInformationNR-r15",
    "measReportAppLayer-r15",
    "failureInformation-r15",
    "ulDedicatedMessageSegment-r16",
    "purConfigurationRequest-r16",
    "failureInformation-r16",
    "mcgFailureInformation-r16",
    "ulInformationTransferIRAT-r16",
];

const DOWNLINK: [&str; 14] = [
    "csfbParametersResponseCDMA2000",
    "dlInformationTransfer",
    "handoverFromEUTRAPreparationRequest",
    "mobilityFromEUTRACommand",
    "rrcConnectionReconfiguration",
    "rrcConnectionRelease",
    "securityModeCommand",
    "ueCapabilityEnquiry",
    "counterCheck",
    "ueInformationRequest-r9",
    "loggedMeasurementConfiguration-r10",
    "rnReconfiguration-r10",
    "rrcConnectionResume-r13",
    "dlDedicatedMessageSegment-r16",
];

const RELEASE_CAUSES: [&str; 4] = [
    "loadBalancingTAUrequired",
    "other",
    "cs-FallbackHighPriority-v1020",
    "rrc-Suspend-v1320",
];

pub(super) fn uplink(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Message, RrcError> {
    if bits.flag()? {
        known(bits)?;
        let index = bits.bits(4)? as usize;
        let name = UPLINK_EXTENSION[index];
        return Ok(match index {
            6 => read(name, bits, |bits| resume_complete(bits, nas)),
            _ => named(name),
        });
    }
    let index = bits.bits(4)? as usize;
    let name = UPLINK[index];
    Ok(match index {
        // reconfigurationComplete, reestablishmentComplete, securityModeComplete, securityModeFailure: alike.
        2 | 3 | 5 | 6 => read(name, bits, complete),
        4 => read(name, bits, |bits| setup_complete(bits, nas)),
        9 => read(name, bits, |bits| uplink_transfer(bits, nas)),
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
        1 => read(name, bits, |bits| downlink_transfer(bits, nas)),
        4 => read(name, bits, |bits| reconfiguration(bits, nas)),
        5 => read(name, bits, release),
        6 => read(name, bits, security_mode_command),
        _ => named(name),
    })
}

fn complete(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // nonCriticalExtension.
    bits.skip(1)?;
    Ok(Detail::None)
}

fn setup_complete(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    let at = bits.at();
    if c1(bits, 4)? != 0 {
        return Err(RrcError::Unknown { at });
    }
    let is_registered = bits.flag()?;
    // nonCriticalExtension.
    bits.skip(1)?;
    let selected_plmn = bits.value(6)? as u8 + 1;
    let registered_mme = if is_registered {
        Some(registered_mme(bits)?)
    } else {
        None
    };
    nas.read(bits)?;
    Ok(Detail::SetupComplete {
        selected_plmn,
        registered_mme,
    })
}

fn registered_mme(bits: &mut Bits<'_>) -> Result<RegisteredMme, RrcError> {
    let plmn = if bits.flag()? { plmn(bits)? } else { None };
    let mme_group_id = bits.bits(16)? as u16;
    let mme_code = bits.bits(8)? as u8;
    Ok(RegisteredMme {
        plmn,
        mme_group_id,
        mme_code,
    })
}

/// `dedicatedInfoType`: NAS, or what is tunnelled to CDMA2000.
fn dedicated_info(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<(), RrcError> {
    match bits.value(3)? {
        0 => nas.read(bits),
        _ => bits.skip_open(),
    }
}

fn uplink_transfer(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    let at = bits.at();
    match c1(bits, 4)? {
        0 => {
            bits.skip(1)?;
            dedicated_info(bits, nas)?;
        }
        // ulInformationTransfer-r16: for what, F1 of a relay, extension.
        1 => {
            if bits.bits(3)? & 0b100 != 0 {
                dedicated_info(bits, nas)?;
            }
        }
        _ => return Err(RrcError::Unknown { at }),
    }
    Ok(Detail::None)
}

fn downlink_transfer(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    let at = bits.at();
    match c1(bits, 4)? {
        0 => {
            bits.skip(1)?;
            dedicated_info(bits, nas)?;
        }
        // dlInformationTransfer-r15: for what, time reference, extension.
        1 => {
            if bits.bits(3)? & 0b100 != 0 {
                dedicated_info(bits, nas)?;
            }
        }
        _ => return Err(RrcError::Unknown { at }),
    }
    Ok(Detail::None)
}

fn resume_complete(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    known(bits)?;
    // selectedPLMN-Identity, dedicatedInfoNAS, then eight elements behind them.
    let presence = bits.bits(10)?;
    if presence & 0b10_0000_0000 != 0 {
        bits.value(6)?;
    }
    if presence & 0b01_0000_0000 != 0 {
        nas.read(bits)?;
    }
    Ok(Detail::None)
}

fn reconfiguration(bits: &mut Bits<'_>, nas: &mut NasParts) -> Result<Detail, RrcError> {
    transaction(bits)?;
    let at = bits.at();
    if c1(bits, 8)? != 0 {
        return Err(RrcError::Unknown { at });
    }
    // measConfig, mobilityControlInfo, dedicatedInfoNASList, then radio resources, handover security and extensions.
    let presence = bits.bits(6)?;
    if presence & 0b10_0000 != 0 {
        MEAS_CONFIG.skip(bits)?;
    }
    let mut detail = Detail::None;
    if presence & 0b01_0000 != 0 {
        detail = mobility_control_info(bits)?;
    }
    if presence & 0b00_1000 != 0 {
        for _ in 0..=bits.value(11)? {
            nas.read(bits)?;
        }
    }
    Ok(detail)
}

fn mobility_control_info(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    let is_extended = bits.flag()?;
    let presence = bits.bits(4)?;
    let phys_cell_id = bits.value(504)? as u16;
    if presence & 0b1000 != 0 {
        mobility::CARRIER_FREQ.skip(bits)?;
    }
    if presence & 0b0100 != 0 {
        mobility::CARRIER_BANDWIDTH.skip(bits)?;
    }
    if presence & 0b0010 != 0 {
        mobility::ADDITIONAL_SPECTRUM_EMISSION.skip(bits)?;
    }
    mobility::T304.skip(bits)?;
    let new_rnti = bits.bits(16)? as u16;
    mobility::RADIO_RESOURCE_CONFIG_COMMON.skip(bits)?;
    if presence & 0b0001 != 0 {
        mobility::RACH_CONFIG_DEDICATED.skip(bits)?;
    }
    if is_extended {
        skip_additions(bits)?;
    }
    Ok(Detail::Handover {
        phys_cell_id,
        new_rnti,
    })
}

fn release(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    let at = bits.at();
    if c1(bits, 4)? != 0 {
        return Err(RrcError::Unknown { at });
    }
    let presence = bits.bits(3)?;
    let cause = RELEASE_CAUSES[bits.bits(2)? as usize];
    Ok(Detail::Release {
        cause,
        redirected: presence & 0b100 != 0,
    })
}

fn security_mode_command(bits: &mut Bits<'_>) -> Result<Detail, RrcError> {
    transaction(bits)?;
    let at = bits.at();
    if c1(bits, 4)? != 0 {
        return Err(RrcError::Unknown { at });
    }
    // nonCriticalExtension of the message, then the marker of securityConfigSMC.
    bits.skip(2)?;
    let ciphering = algorithm(bits)?;
    let integrity = algorithm(bits)?;
    Ok(Detail::Security { ciphering, integrity })
}

/// Both kinds of algorithms are numbered alike: eight values, the upper four spare, and a marker.
fn algorithm(bits: &mut Bits<'_>) -> Result<Option<u8>, RrcError> {
    if bits.flag()? {
        return bits.small().map(|_| None);
    }
    let number = bits.bits(3)? as u8;
    Ok((number < 4).then_some(number))
}
