//! Key agreements beside the first: asked for, forced by COUNTs, by a key set that is not known, and again and again.

use super::{ATTACH_START, ATTACHED, BASE, NOTHING};
use crate::enb::{Alteration, Rule, Tamper, Which};
use crate::lte::ending::{ContextEnd, Ending};
use crate::lte::mark::UeMark;
use crate::lte::scenario::{Scenario, Step, Until};
use quintet_crypto::Direction::Downlink;
use quintet_emm::network::Phase;
use quintet_emm::ue::{Departure, Start};

pub(super) const RE_AUTHENTICATION: Scenario = Scenario {
    name: "re-authentication",
    about: "a connected UE is authenticated anew: another key set, COUNTs from zero",
    clause: "TS 24.301 5.4.2, 5.4.3; TS 33.401 6.4",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::SecurityModeComplete,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
        ],
        key_sets: Some(2),
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

/// COUNTs this far from their end force a new AKA before anything else is protected.
const NEAR_END: u32 = (1 << 24) - 8;

pub(super) const COUNT_WRAP: Scenario = Scenario {
    name: "count-wrap",
    about: "the COUNTs are near their end: a new AKA before they wrap",
    clause: "TS 24.301 4.4.3.5",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Inactivity,
        Step::Counts(NEAR_END, NEAR_END),
        Step::Start(Start::ServiceRequest),
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::SecurityModeComplete,
            UeMark::Served,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Served,
        ],
        key_sets: Some(2),
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const STALE_KSI: Scenario = Scenario {
    name: "stale-ksi",
    about: "a UE names a key set that the MME has not: a new AKA, under a third one",
    clause: "TS 24.301 5.4.2.2, 9.9.3.21",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Start(Start::Detach { switch_off: false }),
        Step::Await(Until::Idle),
        Step::Interfere(&[Rule::up(Which::Nth(1), Tamper::Alter(Alteration::Ksi(5)))]),
        ATTACH_START,
        ATTACHED,
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Deregistered(Departure::Accepted),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::Detached,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        key_sets: Some(2),
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SMC_REPEATED_LOOP: Scenario = Scenario {
    name: "smc-repeated-loop",
    about: "AKA and security mode again and again: each round has its own key set, and is told apart by it",
    clause: "TS 24.301 5.4.2.2, 5.4.3.2",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::FirstProtected,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::FirstProtected,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
        ],
        key_sets: Some(4),
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 4)],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};
