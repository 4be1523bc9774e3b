//! Key agreements beside the first: asked for, forced by COUNTs, by a key set that is not known or in use, and again and again.

use super::{BASE, DEREGISTER_START, IDLE, LEFT, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Scenario, Step, Until};
use crate::gnb::{Alteration, Rule, Tamper, Which};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_fgmm::network::{Method, Phase};
use quintet_fgmm::ue::{RegistrationIdentity, Start};
use quintet_nas::fgs::{FgmmCause, RegistrationType};

const TWICE: &[AusfEnd] = &[AusfEnd::Authenticated, AusfEnd::Authenticated];

pub(super) const RE_AUTHENTICATION: Scenario = Scenario {
    name: "re-authentication",
    about: "a connected UE is authenticated anew: another key set, COUNTs from zero",
    clause: "TS 24.501 5.4.1, 5.4.2; TS 33.501 6.9.4.2",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::SecurityModeComplete],
        amf: registered![
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
        ],
        ausf: TWICE,
        key_sets: Some(2),
        ..REGISTERED
    },
    ..BASE
};

/// COUNTs this far from their end force a new authentication before anything else is protected.
const NEAR_END: u32 = (1 << 24) - 8;

pub(super) const COUNT_WRAP: Scenario = Scenario {
    name: "count-wrap",
    about: "the COUNTs are near their end: a new authentication before they wrap",
    clause: "TS 24.501 4.4.3.5",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Counts(NEAR_END, NEAR_END),
        Step::Start(Start::SERVICE),
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::SecurityModeComplete, UeMark::Served],
        amf: registered![
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Served,
        ],
        ausf: TWICE,
        key_sets: Some(2),
        ..REGISTERED
    },
    findings: &["ksi-not-known"],
    ..BASE
};

pub(super) const STALE_KSI: Scenario = Scenario {
    name: "stale-ksi",
    about: "a UE names a key set that the AMF has not: a new authentication, under a third one",
    clause: "TS 24.501 5.4.1.3.2, 9.11.3.32",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        Step::Interfere(&[Rule::up(Which::Nth(1), Tamper::Alter(Alteration::Ksi(5)))]),
        REGISTER_START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![LEFT, UeMark::SecurityModeCompleteReplayed, UeMark::Registered],
        amf: registered![
            Phase::Deregistered,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::FirstProtected,
            Phase::Registered,
        ],
        ausf: TWICE,
        key_sets: Some(2),
        ..REGISTERED
    },
    findings: &["ksi-not-known"],
    ..BASE
};

pub(super) const NGKSI_IN_USE: Scenario = Scenario {
    name: "ngksi-in-use",
    about: "the network offers the ngKSI of a context that the UE holds: #71, and the same challenge under another",
    clause: "TS 24.501 5.4.1.3.7 e",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        Step::Start(Start::Register {
            registration_type: RegistrationType::INITIAL_REGISTRATION,
            identity: RegistrationIdentity::SuciWithoutContext,
        }),
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![
            LEFT,
            UeMark::AuthenticationFailed(FgmmCause::NG_KSI_ALREADY_IN_USE),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        amf: registered![
            Phase::Deregistered,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::FirstProtected,
            Phase::Registered,
        ],
        ausf: TWICE,
        key_sets: Some(2),
        messages: &[
            (Downlink, "AUTHENTICATION REQUEST", 3),
            (Uplink, "AUTHENTICATION FAILURE", 1),
        ],
        ..REGISTERED
    },
    findings: &["ngksi-in-use"],
    ..BASE
};

pub(super) const SMC_REPEATED_LOOP: Scenario = Scenario {
    name: "smc-repeated-loop",
    about: "authentication and security mode again and again: each round has its own key set, and is told apart by it",
    clause: "TS 24.501 5.4.1.3.2, 5.4.2.2",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
        Step::Reauthenticate,
        Step::Await(Until::Ue(UeMark::SecurityModeComplete)),
    ],
    ending: Ending {
        ue: ue_registered![
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
            UeMark::SecurityModeComplete,
        ],
        amf: registered![
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::FirstProtected,
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::FirstProtected,
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
        ],
        ausf: &[AusfEnd::Authenticated; 4],
        key_sets: Some(4),
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 4)],
        ..REGISTERED
    },
    findings: &["repeated-security-loop"],
    ..BASE
};
