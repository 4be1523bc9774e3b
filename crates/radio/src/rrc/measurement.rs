//! The shape of `MeasConfig` (TS 36.331 6.3.5), which stands before the NAS messages of a reconfiguration.

use crate::shape::Part::{May, Must};
use crate::shape::Shape::{
    self, Bits, Choice, ExtensibleChoice, ExtensibleSequence, ExtensibleValues, List, Octets, Sequence,
    Values,
};

/// `MeasConfig`.
pub(super) const MEAS_CONFIG: Shape = ExtensibleSequence(&[
    May(IDS),
    May(MEAS_OBJECT_TO_ADD_MOD_LIST),
    May(IDS),
    May(REPORT_CONFIG_TO_ADD_MOD_LIST),
    May(IDS),
    // MeasIdToAddModList: measurement, object and report configuration.
    May(List(
        1,
        32,
        &Sequence(&[Must(Values(32)), Must(Values(32)), Must(Values(32))]),
    )),
    May(QUANTITY_CONFIG),
    May(MEAS_GAP_CONFIG),
    May(RSRP_RANGE),
    May(PRE_REGISTRATION_INFO_HRPD),
    May(SPEED_STATE_PARS),
]);

/// Lists of numbers from 1 to 32: what is removed, and `CellIndexList`.
const IDS: Shape = List(1, 32, &Values(32));
const PHYS_CELL_ID: Shape = Values(504);
const ARFCN_VALUE_EUTRA: Shape = Bits(16);
const Q_OFFSET_RANGE: Shape = Values(31);
const Q_OFFSET_RANGE_INTER_RAT: Shape = Shape::range(-15, 15);
const RSRP_RANGE: Shape = Values(98);
const RSRQ_RANGE: Shape = Values(35);
const BOOLEAN: Shape = Bits(1);
const NULL: Shape = Bits(0);

const MEAS_OBJECT_TO_ADD_MOD_LIST: Shape = List(
    1,
    32,
    &Sequence(&[
        Must(Values(32)),
        Must(ExtensibleChoice(&[
            MEAS_OBJECT_EUTRA,
            MEAS_OBJECT_UTRA,
            MEAS_OBJECT_GERAN,
            MEAS_OBJECT_CDMA2000,
        ])),
    ]),
);

const MEAS_OBJECT_EUTRA: Shape = ExtensibleSequence(&[
    Must(ARFCN_VALUE_EUTRA),
    // allowedMeasBandwidth, presenceAntennaPort1, neighCellConfig.
    Must(Values(6)),
    Must(BOOLEAN),
    Must(Bits(2)),
    May(Q_OFFSET_RANGE),
    May(IDS),
    // cellsToAddModList.
    May(List(
        1,
        32,
        &Sequence(&[Must(Values(32)), Must(PHYS_CELL_ID), Must(Q_OFFSET_RANGE)]),
    )),
    May(IDS),
    // excludedCellsToAddModList: index and PhysCellIdRange.
    May(List(
        1,
        32,
        &Sequence(&[
            Must(Values(32)),
            Must(Sequence(&[Must(PHYS_CELL_ID), May(Values(16))])),
        ]),
    )),
    May(PHYS_CELL_ID),
]);

const PHYS_CELL_ID_UTRA_FDD: Shape = Values(512);
const PHYS_CELL_ID_UTRA_TDD: Shape = Values(128);

const MEAS_OBJECT_UTRA: Shape = ExtensibleSequence(&[
    Must(Bits(14)),
    May(Q_OFFSET_RANGE_INTER_RAT),
    May(IDS),
    May(Choice(&[
        List(1, 32, &Sequence(&[Must(Values(32)), Must(PHYS_CELL_ID_UTRA_FDD)])),
        List(1, 32, &Sequence(&[Must(Values(32)), Must(PHYS_CELL_ID_UTRA_TDD)])),
    ])),
    May(Choice(&[PHYS_CELL_ID_UTRA_FDD, PHYS_CELL_ID_UTRA_TDD])),
]);

const ARFCN_VALUE_GERAN: Shape = Bits(10);

const MEAS_OBJECT_GERAN: Shape = ExtensibleSequence(&[
    Must(Sequence(&[
        Must(ARFCN_VALUE_GERAN),
        Must(Values(2)),
        Must(Choice(&[
            List(0, 31, &ARFCN_VALUE_GERAN),
            Sequence(&[Must(Values(8)), Must(Values(32))]),
            Octets(1, 16),
        ])),
    ])),
    May(Q_OFFSET_RANGE_INTER_RAT),
    May(Bits(8)),
    // PhysCellIdGERAN.
    May(Sequence(&[Must(Bits(3)), Must(Bits(3))])),
]);

const PHYS_CELL_ID_CDMA2000: Shape = Values(512);

const MEAS_OBJECT_CDMA2000: Shape = ExtensibleSequence(&[
    Must(Values(2)),
    // CarrierFreqCDMA2000: band class and ARFCN.
    Must(Sequence(&[Must(ExtensibleValues(32)), Must(Bits(11))])),
    May(Values(16)),
    May(Q_OFFSET_RANGE_INTER_RAT),
    May(IDS),
    May(List(
        1,
        32,
        &Sequence(&[Must(Values(32)), Must(PHYS_CELL_ID_CDMA2000)]),
    )),
    May(PHYS_CELL_ID_CDMA2000),
]);

const REPORT_CONFIG_TO_ADD_MOD_LIST: Shape = List(
    1,
    32,
    &Sequence(&[
        Must(Values(32)),
        Must(Choice(&[REPORT_CONFIG_EUTRA, REPORT_CONFIG_INTER_RAT])),
    ]),
);

const THRESHOLD_EUTRA: Shape = Choice(&[RSRP_RANGE, RSRQ_RANGE]);
const HYSTERESIS: Shape = Values(31);
const TIME_TO_TRIGGER: Shape = Values(16);
const MAX_REPORT_CELLS: Shape = Values(8);
const REPORT_INTERVAL: Shape = Values(16);
const REPORT_AMOUNT: Shape = Values(8);

const REPORT_CONFIG_EUTRA: Shape = ExtensibleSequence(&[
    Must(Choice(&[
        Sequence(&[
            Must(ExtensibleChoice(&[
                Sequence(&[Must(THRESHOLD_EUTRA)]),
                Sequence(&[Must(THRESHOLD_EUTRA)]),
                Sequence(&[Must(Shape::range(-30, 30)), Must(BOOLEAN)]),
                Sequence(&[Must(THRESHOLD_EUTRA)]),
                Sequence(&[Must(THRESHOLD_EUTRA), Must(THRESHOLD_EUTRA)]),
            ])),
            Must(HYSTERESIS),
            Must(TIME_TO_TRIGGER),
        ]),
        Sequence(&[Must(Values(2))]),
    ])),
    // triggerQuantity, reportQuantity.
    Must(Values(2)),
    Must(Values(2)),
    Must(MAX_REPORT_CELLS),
    Must(REPORT_INTERVAL),
    Must(REPORT_AMOUNT),
]);

const THRESHOLD_UTRA: Shape = Choice(&[Shape::range(-5, 91), Values(50)]);
/// The alternatives of b1-Threshold and b2-Threshold2: UTRA, GERAN, CDMA2000.
const THRESHOLD_INTER_RAT: Shape = Choice(&[THRESHOLD_UTRA, Values(64), Values(64)]);

const REPORT_CONFIG_INTER_RAT: Shape = ExtensibleSequence(&[
    Must(Choice(&[
        Sequence(&[
            Must(ExtensibleChoice(&[
                Sequence(&[Must(THRESHOLD_INTER_RAT)]),
                Sequence(&[Must(THRESHOLD_EUTRA), Must(THRESHOLD_INTER_RAT)]),
            ])),
            Must(HYSTERESIS),
            Must(TIME_TO_TRIGGER),
        ]),
        Sequence(&[Must(Values(3))]),
    ])),
    Must(MAX_REPORT_CELLS),
    Must(REPORT_INTERVAL),
    Must(REPORT_AMOUNT),
]);

const FILTER_COEFFICIENT: Shape = ExtensibleValues(16);

const QUANTITY_CONFIG: Shape = ExtensibleSequence(&[
    May(Sequence(&[May(FILTER_COEFFICIENT), May(FILTER_COEFFICIENT)])),
    // UTRA: one value of TDD's takes no bits.
    May(Sequence(&[
        Must(Values(2)),
        Must(Values(1)),
        May(FILTER_COEFFICIENT),
    ])),
    May(Sequence(&[Must(Values(1)), May(FILTER_COEFFICIENT)])),
    May(Sequence(&[Must(Values(2))])),
]);

const MEAS_GAP_CONFIG: Shape = Choice(&[
    NULL,
    Sequence(&[Must(ExtensibleChoice(&[Values(40), Values(80)]))]),
]);

const PRE_REGISTRATION_INFO_HRPD: Shape = Sequence(&[Must(BOOLEAN), May(Bits(8)), May(List(1, 2, &Bits(8)))]);

const SPEED_STATE_PARS: Shape = Choice(&[
    NULL,
    Sequence(&[
        // MobilityStateParameters.
        Must(Sequence(&[
            Must(Values(8)),
            Must(Values(8)),
            Must(Values(16)),
            Must(Values(16)),
        ])),
        // SpeedStateScaleFactors.
        Must(Sequence(&[Must(Values(4)), Must(Values(4))])),
    ]),
]);
