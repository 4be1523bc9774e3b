//! The shape of `MeasConfig` (TS 38.331 6.3.2), which stands before the NAS messages of a reconfiguration.

use crate::shape::Part::{May, Must};
use crate::shape::Shape::{
    self, Bits, Choice, ExtensibleChoice, ExtensibleSequence, ExtensibleValues, List, Sequence, Values,
};

/// `MeasConfig`.
pub(super) const MEAS_CONFIG: Shape = ExtensibleSequence(&[
    May(IDS),
    May(List(
        1,
        64,
        &Sequence(&[Must(ID), Must(ExtensibleChoice(&[MEAS_OBJECT_NR]))]),
    )),
    May(IDS),
    May(List(
        1,
        64,
        &Sequence(&[Must(ID), Must(ExtensibleChoice(&[REPORT_CONFIG_NR]))]),
    )),
    May(IDS),
    // MeasIdToAddModList: measurement, object and report configuration.
    May(List(1, 64, &Sequence(&[Must(ID), Must(ID), Must(ID)]))),
    // s-MeasureConfig.
    May(Choice(&[RSRP_RANGE, RSRP_RANGE])),
    May(QUANTITY_CONFIG),
    // MeasGapConfig: gapFR2.
    May(ExtensibleSequence(&[May(Choice(&[NULL, GAP_CONFIG]))])),
    // MeasGapSharingConfig: gapSharingFR2.
    May(ExtensibleSequence(&[May(Choice(&[NULL, Values(4)]))])),
]);

/// Numbers of measurements, objects and report configurations.
const ID: Shape = Values(64);
const IDS: Shape = List(1, 64, &ID);
const BOOLEAN: Shape = Bits(1);
const NULL: Shape = Bits(0);
const RSRP_RANGE: Shape = Values(128);
const ARFCN_VALUE_NR: Shape = Values(3_279_166);
const SUBCARRIER_SPACING: Shape = Values(8);
const PHYS_CELL_ID: Shape = Values(1008);
const PCI_LIST: Shape = List(1, 32, &PHYS_CELL_ID);
const Q_OFFSET_RANGE: Shape = Values(31);

/// `Q-OffsetRangeList`: all six have a default.
const Q_OFFSET_RANGE_LIST: Shape = Sequence(&[
    May(Q_OFFSET_RANGE),
    May(Q_OFFSET_RANGE),
    May(Q_OFFSET_RANGE),
    May(Q_OFFSET_RANGE),
    May(Q_OFFSET_RANGE),
    May(Q_OFFSET_RANGE),
]);

/// RSRP, RSRQ, SINR.
const THRESHOLD_NR: Shape = Sequence(&[May(Values(128)), May(Values(128)), May(Values(128))]);

const MEAS_OBJECT_NR: Shape = ExtensibleSequence(&[
    May(ARFCN_VALUE_NR),
    May(SUBCARRIER_SPACING),
    // SSB-MTC: periodicity with offset, duration.
    May(Sequence(&[
        Must(Choice(&[
            Values(5),
            Values(10),
            Values(20),
            Values(40),
            Values(80),
            Values(160),
        ])),
        Must(Values(5)),
    ])),
    // SSB-MTC2.
    May(Sequence(&[May(List(1, 64, &PHYS_CELL_ID)), Must(Values(8))])),
    May(ARFCN_VALUE_NR),
    Must(REFERENCE_SIGNAL_CONFIG),
    May(THRESHOLD_NR),
    May(THRESHOLD_NR),
    // How many blocks and CSI-RS resources to average.
    May(Values(15)),
    May(Values(15)),
    // quantityConfigIndex.
    Must(Values(2)),
    Must(Q_OFFSET_RANGE_LIST),
    May(PCI_LIST),
    // cellsToAddModList.
    May(List(
        1,
        32,
        &Sequence(&[Must(PHYS_CELL_ID), Must(Q_OFFSET_RANGE_LIST)]),
    )),
    // Excluded cells, then allowed ones: removed and added.
    May(PCI_RANGE_INDEX_LIST),
    May(PCI_RANGES),
    May(PCI_RANGE_INDEX_LIST),
    May(PCI_RANGES),
]);

const PCI_RANGE_INDEX_LIST: Shape = List(1, 8, &Values(8));
const PCI_RANGES: Shape = List(
    1,
    8,
    &Sequence(&[
        Must(Values(8)),
        Must(Sequence(&[Must(PHYS_CELL_ID), May(Values(16))])),
    ]),
);

const REFERENCE_SIGNAL_CONFIG: Shape = Sequence(&[
    // SSB-ConfigMobility.
    May(ExtensibleSequence(&[
        May(Choice(&[NULL, Choice(&[Bits(4), Bits(8), Bits(64)])])),
        Must(BOOLEAN),
        // SS-RSSI-Measurement: slots, as a string of 1 to 80 bits, and last symbol.
        May(Sequence(&[Must(List(1, 80, &Bits(1))), Must(Values(4))])),
    ])),
    May(Choice(&[NULL, CSI_RS_RESOURCE_CONFIG_MOBILITY])),
]);

const CSI_RS_RESOURCE_CONFIG_MOBILITY: Shape = ExtensibleSequence(&[
    Must(SUBCARRIER_SPACING),
    // CSI-RS-CellMobility.
    Must(List(
        1,
        96,
        &Sequence(&[
            Must(PHYS_CELL_ID),
            // Physical resource blocks: how many, from where.
            Must(Sequence(&[Must(Values(5)), Must(Values(2170))])),
            May(Values(2)),
            Must(List(1, 96, &CSI_RS_RESOURCE_MOBILITY)),
        ]),
    )),
]);

const CSI_RS_RESOURCE_MOBILITY: Shape = ExtensibleSequence(&[
    Must(Values(96)),
    Must(Choice(&[
        Values(32),
        Values(40),
        Values(80),
        Values(160),
        Values(320),
    ])),
    May(Sequence(&[Must(Values(64)), Must(BOOLEAN)])),
    Must(Choice(&[Bits(4), Bits(12)])),
    Must(Values(14)),
    Must(Values(1024)),
]);

const REPORT_CONFIG_NR: Shape = Sequence(&[Must(ExtensibleChoice(&[PERIODICAL, EVENT_TRIGGERED]))]);

/// What is reported: RSRP, RSRQ, SINR.
const MEAS_REPORT_QUANTITY: Shape = Bits(3);
const REPORT_INTERVAL: Shape = Values(14);
const NR_RS_TYPE: Shape = Values(2);

const PERIODICAL: Shape = ExtensibleSequence(&[
    Must(NR_RS_TYPE),
    Must(REPORT_INTERVAL),
    // reportAmount, reportQuantityCell, maxReportCells.
    Must(Values(8)),
    Must(MEAS_REPORT_QUANTITY),
    Must(Values(8)),
    // Of reference signals: quantity, how many.
    May(MEAS_REPORT_QUANTITY),
    May(Values(32)),
    Must(BOOLEAN),
    // useAllowedCellList.
    Must(BOOLEAN),
]);

const EVENT_TRIGGERED: Shape = ExtensibleSequence(&[
    Must(ExtensibleChoice(&[A1_A2, A1_A2, A3_A6, A4, A5, A3_A6])),
    Must(NR_RS_TYPE),
    Must(REPORT_INTERVAL),
    Must(Values(8)),
    Must(MEAS_REPORT_QUANTITY),
    Must(Values(8)),
    May(MEAS_REPORT_QUANTITY),
    May(Values(32)),
    Must(BOOLEAN),
    // reportAddNeighMeas.
    May(Values(1)),
]);

const MEAS_TRIGGER_QUANTITY: Shape = Choice(&[Values(128), Values(128), Values(128)]);
const MEAS_TRIGGER_QUANTITY_OFFSET: Shape = Choice(&[Values(61), Values(61), Values(61)]);
const HYSTERESIS: Shape = Values(31);
const TIME_TO_TRIGGER: Shape = Values(16);

/// Threshold, reportOnLeave, hysteresis, time; those of neighbours end with useAllowedCellList.
const A1_A2: Shape = Sequence(&[
    Must(MEAS_TRIGGER_QUANTITY),
    Must(BOOLEAN),
    Must(HYSTERESIS),
    Must(TIME_TO_TRIGGER),
]);
const A3_A6: Shape = Sequence(&[
    Must(MEAS_TRIGGER_QUANTITY_OFFSET),
    Must(BOOLEAN),
    Must(HYSTERESIS),
    Must(TIME_TO_TRIGGER),
    Must(BOOLEAN),
]);
const A4: Shape = Sequence(&[
    Must(MEAS_TRIGGER_QUANTITY),
    Must(BOOLEAN),
    Must(HYSTERESIS),
    Must(TIME_TO_TRIGGER),
    Must(BOOLEAN),
]);
const A5: Shape = Sequence(&[
    Must(MEAS_TRIGGER_QUANTITY),
    Must(MEAS_TRIGGER_QUANTITY),
    Must(BOOLEAN),
    Must(HYSTERESIS),
    Must(TIME_TO_TRIGGER),
    Must(BOOLEAN),
]);

const QUANTITY_CONFIG: Shape = ExtensibleSequence(&[May(List(
    1,
    2,
    // Of the cell, of reference signals: each for blocks and for CSI-RS.
    &Sequence(&[Must(QUANTITY_CONFIG_RS), May(QUANTITY_CONFIG_RS)]),
))]);
const QUANTITY_CONFIG_RS: Shape = Sequence(&[Must(FILTER_CONFIG), Must(FILTER_CONFIG)]);
const FILTER_COEFFICIENT: Shape = ExtensibleValues(16);
const FILTER_CONFIG: Shape = Sequence(&[
    May(FILTER_COEFFICIENT),
    May(FILTER_COEFFICIENT),
    May(FILTER_COEFFICIENT),
]);

/// Offset, length, repetition, timing advance.
const GAP_CONFIG: Shape = ExtensibleSequence(&[
    Must(Values(160)),
    Must(Values(6)),
    Must(Values(4)),
    Must(Values(3)),
]);
