//! Nodes that fail, and a UE that sends what it likes.

use super::ordinary::REGISTER;
use super::{BASE, IDLE, NOTHING, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::play::Condition;
use crate::fgs::scenario::{Scenario, Step, Until};
use crate::scenario::{ContextEnd, Restart};
use quintet_fgmm::network::{Method, Phase};
use quintet_fgmm::ue::{Procedure, Start};
use quintet_nas::fgs::FgmmCause;

pub(super) const AUSF_UNREACHABLE: Scenario = Scenario {
    name: "ausf-unreachable",
    about: "nobody can connect to the AUSF: #22, and the UE may try again",
    clause: "TS 29.524 4.2.2, TS 24.501 5.5.1.2.7",
    patient: true,
    alone: true,
    steps: &[
        Step::Ausf(Condition::Unreachable),
        REGISTER_START,
        IDLE,
        Step::Ausf(Condition::Running),
    ],
    ending: Ending {
        ue: &[UeMark::Rejected(Procedure::Registration, FgmmCause::CONGESTION)],
        amf: &[Phase::ChallengeRequested, Phase::Rejected(FgmmCause::CONGESTION)],
        ..NOTHING
    },
    findings: &["rejected-congestion"],
    ..BASE
};

pub(super) const UDM_UNREACHABLE: Scenario = Scenario {
    name: "udm-unreachable",
    about: "the AUSF cannot reach the UDM: it says so, #22, and the UE may try again",
    clause: "TS 29.509 6.1.7.3, TS 29.524 4.2.2",
    steps: &[
        Step::Udm(Condition::Unreachable),
        REGISTER_START,
        IDLE,
        Step::Udm(Condition::Running),
    ],
    findings: &["udm-unreachable", "rejected-congestion"],
    ..AUSF_UNREACHABLE
};

pub(super) const UDM_SLOW: Scenario = Scenario {
    name: "udm-slow",
    about: "the UDM takes its time, within what AUSF and AMF give it: registered all the same",
    clause: "TS 24.501 5.5.1.2",
    patient: true,
    alone: true,
    steps: &[
        Step::Udm(Condition::Slow),
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Udm(Condition::Running),
    ],
    ..REGISTER
};

pub(super) const AMF_RESTART: Scenario = Scenario {
    name: "amf-restart",
    about: "the AMF is killed and comes back with its contexts: the UE is known, and authenticated anew before it is served",
    clause: "TS 23.527 5, TS 33.501 6.4.5",
    alone: true,
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        // Long enough for the store: what it had not written would be forgotten.
        Step::Await(Until::Quiet),
        Step::Restart(Restart::Killed),
        Step::Start(Start::SERVICE),
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::SecurityModeCompleteReplayed, UeMark::Served],
        amf: registered![
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Served,
        ],
        ausf: &[AusfEnd::Authenticated; 2],
        key_sets: Some(2),
        ..REGISTERED
    },
    findings: &["ksi-not-known"],
    ..BASE
};

pub(super) const MALFORMED: Scenario = Scenario {
    name: "malformed",
    about: "mutated NAS and NGAP messages by the seed: whatever becomes of their sender, another UE registers",
    clause: "TS 24.501 7, TS 38.413 10",
    steps: &[
        Step::Mutate,
        REGISTER_START,
        Step::Await(Until::Quiet),
        REGISTER_START,
        Step::Await(Until::Quiet),
        Step::MalformedNgap(64),
        Step::Await(Until::Quiet),
        Step::Witness,
    ],
    ending: Ending {
        context: ContextEnd::Any,
        ..NOTHING
    },
    ..BASE
};
