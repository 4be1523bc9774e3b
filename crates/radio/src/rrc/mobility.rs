//! The shape of `MobilityControlInfo` (TS 36.331 6.3.4), which makes a reconfiguration a handover and stands before its
//! NAS messages.

use crate::shape::Part::{May, Must};
use crate::shape::Shape::{self, Bits, Choice, ExtensibleSequence, Sequence, Values};

/// What stands in `MobilityControlInfo` before `newUE-Identity` but its extension marker and presence bits, which are
/// read where that identity is taken out: targetPhysCellId; then, optional, carrierFreq, carrierBandwidth and
/// additionalSpectrumEmission; t304.
pub(super) const CARRIER_FREQ: Shape = Sequence(&[Must(Bits(16)), May(Bits(16))]);
pub(super) const CARRIER_BANDWIDTH: Shape = Sequence(&[Must(Values(16)), May(Values(16))]);
pub(super) const ADDITIONAL_SPECTRUM_EMISSION: Shape = Values(32);
pub(super) const T304: Shape = Values(8);

/// `RACH-ConfigDedicated`.
pub(super) const RACH_CONFIG_DEDICATED: Shape = Sequence(&[Must(Values(64)), Must(Values(16))]);

/// `RadioResourceConfigCommon` (6.3.2).
pub(super) const RADIO_RESOURCE_CONFIG_COMMON: Shape = ExtensibleSequence(&[
    May(RACH_CONFIG_COMMON),
    Must(PRACH_CONFIG),
    // PDSCH-ConfigCommon.
    May(Sequence(&[Must(Shape::range(-60, 50)), Must(Values(4))])),
    Must(PUSCH_CONFIG_COMMON),
    // PHICH-Config.
    May(Sequence(&[Must(Values(2)), Must(Values(4))])),
    // PUCCH-ConfigCommon.
    May(Sequence(&[
        Must(Values(3)),
        Must(Values(99)),
        Must(Values(8)),
        Must(Values(2048)),
    ])),
    May(SOUNDING_RS_UL_CONFIG_COMMON),
    May(UPLINK_POWER_CONTROL_COMMON),
    // AntennaInfoCommon.
    May(Sequence(&[Must(Values(4))])),
    May(Shape::range(-30, 33)),
    // TDD-Config.
    May(Sequence(&[Must(Values(7)), Must(Values(9))])),
    // UL-CyclicPrefixLength.
    Must(Values(2)),
]);

const BOOLEAN: Shape = Bits(1);

const RACH_CONFIG_COMMON: Shape = ExtensibleSequence(&[
    // preambleInfo.
    Must(Sequence(&[
        Must(Values(16)),
        May(ExtensibleSequence(&[
            Must(Values(15)),
            Must(Values(4)),
            Must(Values(8)),
        ])),
    ])),
    // PowerRampingParameters.
    Must(Sequence(&[Must(Values(4)), Must(Values(16))])),
    // ra-SupervisionInfo.
    Must(Sequence(&[Must(Values(11)), Must(Values(8)), Must(Values(8))])),
    Must(Values(8)),
]);

const PRACH_CONFIG: Shape = Sequence(&[
    Must(Values(838)),
    // PRACH-ConfigInfo.
    May(Sequence(&[
        Must(Values(64)),
        Must(BOOLEAN),
        Must(Values(16)),
        Must(Values(95)),
    ])),
]);

const PUSCH_CONFIG_COMMON: Shape = Sequence(&[
    // pusch-ConfigBasic.
    Must(Sequence(&[
        Must(Values(4)),
        Must(Values(2)),
        Must(Values(99)),
        Must(BOOLEAN),
    ])),
    // UL-ReferenceSignalsPUSCH.
    Must(Sequence(&[
        Must(BOOLEAN),
        Must(Values(30)),
        Must(BOOLEAN),
        Must(Values(8)),
    ])),
]);

const SOUNDING_RS_UL_CONFIG_COMMON: Shape = Choice(&[
    Bits(0),
    Sequence(&[Must(Values(8)), Must(Values(16)), Must(BOOLEAN), May(Values(1))]),
]);

const UPLINK_POWER_CONTROL_COMMON: Shape = Sequence(&[
    Must(Shape::range(-126, 24)),
    Must(Values(8)),
    Must(Shape::range(-127, -96)),
    // DeltaFList-PUCCH.
    Must(Sequence(&[
        Must(Values(3)),
        Must(Values(3)),
        Must(Values(4)),
        Must(Values(3)),
        Must(Values(3)),
    ])),
    Must(Shape::range(-1, 6)),
]);
