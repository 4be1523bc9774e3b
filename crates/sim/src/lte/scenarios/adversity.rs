//! Nodes that fail, and a UE that sends what it likes.

use super::{ATTACH_START, ATTACHED, BASE, NOTHING};
use crate::lte::ending::{ContextEnd, Ending};
use crate::lte::mark::UeMark;
use crate::lte::play::{Hss, Restart};
use crate::lte::scenario::{Scenario, Step, Until};
use quintet_emm::network::Phase;
use quintet_emm::ue::{Procedure, Start};
use quintet_nas::eps::EmmCause;

pub(super) const HSS_UNREACHABLE: Scenario = Scenario {
    name: "hss-unreachable",
    about: "the HSS answers nothing: #17, and the UE may try again",
    clause: "TS 29.272 Annex A, TS 24.301 5.5.1.2.5",
    patient: true,
    alone: true,
    steps: &[
        Step::Hss(Hss::Stopped),
        ATTACH_START,
        Step::Await(Until::Idle),
        Step::Hss(Hss::Running),
    ],
    ending: Ending {
        ue: &[UeMark::Rejected(Procedure::Attach, EmmCause::NETWORK_FAILURE)],
        mme: &[
            Phase::VectorsRequested,
            Phase::Rejected(EmmCause::NETWORK_FAILURE),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const HSS_SLOW: Scenario = Scenario {
    name: "hss-slow",
    about: "the HSS takes its time, within what the MME gives it: attached all the same",
    clause: "TS 24.301 5.5.1.2",
    patient: true,
    alone: true,
    steps: &[
        Step::Hss(Hss::Slow),
        ATTACH_START,
        ATTACHED,
        Step::Hss(Hss::Running),
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
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const MME_RESTART: Scenario = Scenario {
    name: "mme-restart",
    about: "the MME is killed and comes back with its contexts: the UE is known, and authenticated anew before it is served",
    clause: "TS 23.007 14, TS 33.401 6.5",
    alone: true,
    steps: &[
        ATTACH_START,
        ATTACHED,
        // Long enough for the store: what it had not written would be forgotten.
        Step::Await(Until::Quiet),
        Step::Restart(Restart::Killed),
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

pub(super) const MALFORMED: Scenario = Scenario {
    name: "malformed",
    about: "mutated NAS and S1AP messages by the seed: whatever becomes of their sender, another UE attaches",
    clause: "TS 24.301 7, TS 36.413 10",
    steps: &[
        Step::Mutate,
        ATTACH_START,
        Step::Await(Until::Quiet),
        ATTACH_START,
        Step::Await(Until::Quiet),
        Step::MalformedS1ap(64),
        Step::Await(Until::Quiet),
        Step::Witness,
    ],
    ending: Ending {
        context: ContextEnd::Any,
        ..NOTHING
    },
    ..BASE
};
