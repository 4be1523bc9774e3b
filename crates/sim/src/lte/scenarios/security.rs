//! Security mode and what protects after it, disturbed.

use super::{ATTACH_START, ATTACHED, BASE, NOTHING};
use crate::enb::{Alteration, Rule, Tamper, Which};
use crate::lte::ending::{ContextEnd, Ending};
use crate::lte::mark::UeMark;
use crate::lte::scenario::{Scenario, Step, Until};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_emm::Discard;
use quintet_emm::network::{Phase, Timer};
use quintet_emm::ue::Procedure;
use quintet_nas::eps::EmmCause;
use std::borrow::Cow;
use std::time::Duration;

pub(super) const SMC_REJECT_CAPABILITY: Scenario = Scenario {
    name: "smc-reject-capability",
    about: "somebody gives the network more algorithms than the UE has: it finds them in SECURITY MODE COMMAND, #23",
    clause: "TS 24.301 5.4.3.5",
    capability: &[0xe0, 0xe0],
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::Nth(1),
            Tamper::Alter(Alteration::UeNetworkCapability(&[0xf0, 0xf0])),
        )]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeRejected(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
            UeMark::Abandoned(Procedure::Attach),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::Rejected(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const BIDDING_DOWN: Scenario = Scenario {
    name: "bidding-down",
    about: "somebody takes the UE's better algorithms out of ATTACH REQUEST: it finds the replay wrong, #23, nothing is taken into use",
    clause: "TS 24.301 5.4.3.3, TS 33.401 7.2.4.4",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::Nth(1),
            Tamper::Alter(Alteration::UeNetworkCapability(&[0x80, 0x40])),
        )]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeRejected(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
            UeMark::Abandoned(Procedure::Attach),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::Rejected(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SMC_REJECT_UNSPECIFIED: Scenario = Scenario {
    name: "smc-reject-unspecified",
    about: "SECURITY MODE COMMAND is changed on its way: its MAC does not hold, #24",
    clause: "TS 24.301 5.4.3.5",
    steps: &[
        Step::Interfere(&[Rule::down(
            Which::Named("SECURITY MODE COMMAND"),
            Tamper::Alter(Alteration::Flip(1, 1)),
        )]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeRejected(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
            UeMark::Abandoned(Procedure::Attach),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::Rejected(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SMC_SILENT: Scenario = Scenario {
    name: "smc-silent",
    about: "no answer to SECURITY MODE COMMAND: five times in all under T3460, then released",
    clause: "TS 24.301 5.4.3.7 b",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::Named("SECURITY MODE COMPLETE"), Tamper::Drop)]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::Abandoned(Procedure::Attach),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::GivenUp(Timer::T3460),
        ],
        messages: &[
            (Downlink, "SECURITY MODE COMMAND", 5),
            (Uplink, "SECURITY MODE COMPLETE", 0),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const REPLAY: Scenario = Scenario {
    name: "replay",
    about: "every protected message comes a second time: each copy is dropped, the attach goes on",
    clause: "TS 24.301 4.4.3.2",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::After("AUTHENTICATION RESPONSE"),
            Tamper::Repeat(Duration::ZERO),
        )]),
        ATTACH_START,
        ATTACHED,
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        discards: &[Discard::Replay, Discard::Replay],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

/// DETACH REQUEST of a UE that switches off, plain, with eKSI 0 and the IMSI 001019999999999: whoever it is from.
const PLAIN_DETACH: &[u8] = &[
    0x07, 0x45, 0x09, 0x08, 0x09, 0x10, 0x10, 0x99, 0x99, 0x99, 0x99, 0x99,
];

pub(super) const UNPROTECTED_AFTER_SMC: Scenario = Scenario {
    name: "unprotected-after-smc",
    about: "a plain message on a secure connection is dropped: the UE stays registered",
    clause: "TS 24.301 4.4.4.3",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::FirstAfter("SECURITY MODE COMPLETE"),
            Tamper::Inject(Cow::Borrowed(PLAIN_DETACH)),
        )]),
        ATTACH_START,
        ATTACHED,
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        discards: &[Discard::Unprotected],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const COMPLETE_THEN_SILENT: Scenario = Scenario {
    name: "complete-then-silent",
    about: "SECURITY MODE COMPLETE comes, and no protected message after it: the attach is given up",
    clause: "TS 24.301 5.5.1.2.7",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::After("SECURITY MODE COMPLETE"), Tamper::Drop)]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::GivenUp(Timer::T3450),
        ],
        messages: &[(Uplink, "ATTACH COMPLETE", 0)],
        registered: true,
        context: ContextEnd::Deregistered,
        ..NOTHING
    },
    ..BASE
};
