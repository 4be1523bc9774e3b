//! Nodes that are not there, or not able.

use super::{AUTHENTICATED_TWICE, BASE, NOTHING, QUIET, REFRESH_DONE, REGISTERED, REGISTRATION_DONE, START};
use crate::ims::ending::Ending;
use crate::ims::mark::UeMark;
use crate::ims::scenario::{Condition, Provision, Scenario, Step, Until};
use crate::scenario::Restart;
use quintet_ims::ue::{Failure, Procedure};

pub(super) const SCSCF_RESTART: Scenario = Scenario {
    name: "scscf-restart",
    about: "The S-CSCF is killed and comes back: who was registered still is, and registers again.",
    clause: "TS 23.380 4.1",
    many: true,
    alone: true,
    steps: &[
        START,
        REGISTRATION_DONE,
        QUIET,
        Step::RestartScscf(Restart::Killed),
        QUIET,
        START,
        REFRESH_DONE,
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Answered,
            UeMark::Refreshed,
        ],
        scscf: AUTHENTICATED_TWICE,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const SCSCF_CAPABILITY_MISMATCH: Scenario = Scenario {
    name: "scscf-capability-mismatch",
    about: "The subscriber needs a capability that no S-CSCF has.",
    clause: "TS 29.228 6.7, TS 24.229 5.3.1.2",
    provision: Provision::Capability,
    steps: &[
        START,
        Step::Await(Until::Ue(UeMark::Failed(
            Procedure::Registration,
            Failure::Refused(600),
        ))),
    ],
    ending: Ending {
        ue: &[UeMark::Failed(Procedure::Registration, Failure::Refused(600))],
        ..NOTHING
    },
    findings: &["no-scscf"],
    ..BASE
};

pub(super) const HSS_UNREACHABLE: Scenario = Scenario {
    name: "hss-unreachable",
    about: "One registers; then nobody reaches the HSS: another's registration fails for now, and goes well later.",
    clause: "TS 24.229 5.3.1.2, TS 29.228 8",
    alone: true,
    steps: &[
        Step::Witness,
        Step::Hss(Condition::Unreachable),
        START,
        Step::Await(Until::Ue(UeMark::Failed(
            Procedure::Registration,
            Failure::Unavailable(504),
        ))),
        Step::Hss(Condition::Running),
        QUIET,
        START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: &[
            UeMark::Failed(Procedure::Registration, Failure::Unavailable(504)),
            UeMark::Answered,
            UeMark::Registered,
        ],
        ..REGISTERED
    },
    findings: &["hss-unreachable"],
    ..BASE
};
