//! The shape of `RadioBearerConfig` (TS 38.331 6.3.2), which stands before the NAS messages of a reconfiguration.

use crate::shape::Part::{May, Must};
use crate::shape::Shape::{
    self, Bits, Choice, ExtensibleChoice, ExtensibleSequence, ExtensibleValues, List, Sequence, Values,
};

/// `RadioBearerConfig`.
pub(super) const RADIO_BEARER_CONFIG: Shape = ExtensibleSequence(&[
    May(List(1, 2, &SRB_TO_ADD_MOD)),
    // srb3-ToRelease.
    May(TRUE),
    May(List(1, MAX_DRB, &DRB_TO_ADD_MOD)),
    May(List(1, MAX_DRB, &DRB_IDENTITY)),
    May(SECURITY_CONFIG),
]);

const MAX_DRB: u32 = 29;
const DRB_IDENTITY: Shape = Values(32);
const BOOLEAN: Shape = Bits(1);
const NULL: Shape = Bits(0);
/// ENUMERATED of one value: its presence says it.
const TRUE: Shape = Values(1);

/// Identity, reestablishPDCP, discardOnPDCP.
const SRB_TO_ADD_MOD: Shape = ExtensibleSequence(&[Must(Values(3)), May(TRUE), May(TRUE), May(PDCP_CONFIG)]);

const DRB_TO_ADD_MOD: Shape = ExtensibleSequence(&[
    // cnAssociation: EPS bearer identity, or SDAP.
    May(Choice(&[Values(16), SDAP_CONFIG])),
    Must(DRB_IDENTITY),
    // reestablishPDCP, recoverPDCP.
    May(TRUE),
    May(TRUE),
    May(PDCP_CONFIG),
]);

const SDAP_CONFIG: Shape = ExtensibleSequence(&[
    // PDU session, headers both ways, whether it is the default bearer.
    Must(Values(256)),
    Must(Values(2)),
    Must(Values(2)),
    Must(BOOLEAN),
    // QoS flows added and released.
    May(List(1, 64, &Values(64))),
    May(List(1, 64, &Values(64))),
]);

const MAX_CID: Shape = Values(16_383);

const PDCP_CONFIG: Shape = ExtensibleSequence(&[
    // drb.
    May(Sequence(&[
        // discardTimer, sizes of sequence numbers both ways.
        May(Values(16)),
        May(Values(2)),
        May(Values(2)),
        Must(ExtensibleChoice(&[
            NULL,
            // Nine profiles of ROHC, and drb-ContinueROHC.
            Sequence(&[May(MAX_CID), Must(Bits(9)), May(TRUE)]),
            Sequence(&[May(MAX_CID), Must(BOOLEAN), May(TRUE)]),
        ])),
        // integrityProtection, statusReportRequired, outOfOrderDelivery.
        May(TRUE),
        May(TRUE),
        May(TRUE),
    ])),
    // moreThanOneRLC.
    May(Sequence(&[
        // primaryPath: cell group, logical channel.
        Must(Sequence(&[May(Values(4)), May(Values(32))])),
        May(Values(32)),
        May(BOOLEAN),
    ])),
    // t-Reordering.
    May(Values(64)),
]);

const SECURITY_CONFIG: Shape = ExtensibleSequence(&[
    May(ExtensibleSequence(&[
        Must(ExtensibleValues(8)),
        May(ExtensibleValues(8)),
    ])),
    // keyToUse.
    May(Values(2)),
]);
