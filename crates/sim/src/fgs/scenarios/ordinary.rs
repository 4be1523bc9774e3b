//! What a UE and its network do when all is well, or as well as can be.

use super::{BASE, DEREGISTER_START, IDLE, LEFT, NOTHING, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Scenario, Step, Until};
use crate::scenario::{Card, ContextEnd, Restart};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_fgmm::network::{Method, Phase};
use quintet_fgmm::ue::{Departure, Procedure, RegistrationIdentity, SessionFailure, Start};
use quintet_nas::fgs::{FgmmCause, RegistrationType};

pub(super) const REGISTER: Scenario = Scenario {
    name: "register",
    about: "an unknown UE registers by its SUCI, up to the first protected message",
    clause: "TS 24.501 5.5.1.2, TS 33.501 6.1.3.2",
    steps: &[REGISTER_START, REGISTRATION_DONE],
    ending: REGISTERED,
    ..BASE
};

pub(super) const REREGISTER_GUTI: Scenario = Scenario {
    name: "reregister-guti",
    about: "a UE that deregistered comes back by its 5G-GUTI under the context both have kept: no new authentication",
    clause: "TS 24.501 5.5.1.2.2, 4.4.2.5",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        REGISTER_START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![LEFT, UeMark::Registered],
        amf: registered![
            Phase::Deregistered,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::Registered,
        ],
        messages: &[
            (Downlink, "AUTHENTICATION REQUEST", 1),
            (Downlink, "SECURITY MODE COMMAND", 1),
        ],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const REGISTER_UNKNOWN_GUTI: Scenario = Scenario {
    name: "register-unknown-guti",
    about: "a UE comes with a 5G-GUTI that the AMF does not know any more: it is asked for its SUCI",
    clause: "TS 24.501 5.4.3, 5.5.1.2.2",
    alone: true,
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        Step::Restart(Restart::Forgetful),
        REGISTER_START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![LEFT, UeMark::SecurityModeCompleteReplayed, UeMark::Registered],
        amf: registered![
            Phase::Deregistered,
            Phase::Identified,
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
        ausf: &[AusfEnd::Authenticated, AusfEnd::Authenticated],
        messages: &[
            (Downlink, "IDENTITY REQUEST", 1),
            (Uplink, "IDENTITY RESPONSE", 1),
        ],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const SERVICE_REQUEST: Scenario = Scenario {
    name: "service-request",
    about: "an idle UE asks for service under its context: KgNB of the new COUNT",
    clause: "TS 24.501 5.6.1, TS 33.501 6.8.1.2.2",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Start(Start::SERVICE),
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::Served],
        amf: registered![Phase::ContextReused, Phase::Served],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const MOBILITY_UPDATE: Scenario = Scenario {
    name: "mobility-update",
    about: "an idle UE updates its registration under its context",
    clause: "TS 24.501 5.5.1.3.2",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Start(Start::UPDATE),
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![UeMark::Updated],
        amf: registered![Phase::ContextReused, Phase::Registered],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const PERIODIC_UPDATE: Scenario = Scenario {
    name: "periodic-update",
    about: "an idle UE says that it is still there, and nothing of what it can",
    clause: "TS 24.501 5.5.1.3.2, 8.2.6",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Start(Start::Update {
            registration_type: RegistrationType::PERIODIC_REGISTRATION_UPDATING,
        }),
        REGISTRATION_DONE,
    ],
    ..MOBILITY_UPDATE
};

pub(super) const DEREGISTER: Scenario = Scenario {
    name: "deregister",
    about: "a UE leaves, and the network agrees",
    clause: "TS 24.501 5.5.2.2",
    steps: &[REGISTER_START, REGISTRATION_DONE, DEREGISTER_START, IDLE],
    ending: Ending {
        ue: ue_registered![LEFT],
        amf: registered![Phase::Deregistered],
        registered: false,
        context: ContextEnd::Deregistered,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const NETWORK_DEREGISTER: Scenario = Scenario {
    name: "network-deregister",
    about: "the operator sends an idle UE away, to come back: paging, deregistration, another registration",
    clause: "TS 24.501 5.5.2.3, 5.6.2",
    automatic: true,
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Deregister { reregister: true },
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![
            UeMark::Served,
            UeMark::Deregistered(Departure::ByNetwork {
                reregister: true,
                cause: None,
            }),
            UeMark::Registered,
        ],
        amf: registered![
            Phase::ContextReused,
            Phase::Deregistered,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::Registered,
        ],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const PAGING: Scenario = Scenario {
    name: "paging",
    about: "the AMF pages an idle UE by its 5G-S-TMSI, which answers with a service request, and gets another 5G-GUTI",
    clause: "TS 24.501 5.6.2, TS 38.413 8.5, TS 33.501 6.12.3",
    automatic: true,
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        Step::Inactivity,
        Step::Page,
        Step::Await(Until::Amf(Phase::ConfigurationUpdated)),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::Served, UeMark::ConfigurationUpdated],
        amf: registered![Phase::ContextReused, Phase::Served, Phase::ConfigurationUpdated],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const PDU_SESSION_NOT_FORWARDED: Scenario = Scenario {
    name: "pdu-session-not-forwarded",
    about: "a registered UE asks for a PDU session where there is no SMF: its request comes back with #90",
    clause: "TS 24.501 5.4.5.2.5, 5.4.5.3.1",
    session: true,
    steps: &[
        REGISTER_START,
        Step::Await(Until::Ue(UeMark::SessionFailed(SessionFailure::NotForwarded(
            FgmmCause::PAYLOAD_WAS_NOT_FORWARDED,
        )))),
    ],
    ending: Ending {
        ue: ue_registered![UeMark::SessionFailed(SessionFailure::NotForwarded(
            FgmmCause::PAYLOAD_WAS_NOT_FORWARDED,
        ))],
        messages: &[(Uplink, "UL NAS TRANSPORT", 1), (Downlink, "DL NAS TRANSPORT", 1)],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const PARALLEL_REGISTER: Scenario = Scenario {
    name: "parallel-register",
    about: "many UEs register at once",
    clause: "TS 24.501 5.5.1.2",
    many: true,
    steps: &[REGISTER_START, REGISTRATION_DONE],
    ..REGISTER
};

pub(super) const PARALLEL_REGISTRATIONS: Scenario = Scenario {
    name: "parallel-registrations",
    about: "one UE begins to register again and again, on another connection each time: the last one counts",
    clause: "TS 24.501 5.5.1.2.8, TS 33.501 6.1.2",
    proven: true,
    steps: &[REGISTER_START, REGISTER_START, REGISTER_START, REGISTRATION_DONE],
    ending: Ending {
        ue: &[
            UeMark::Superseded(Procedure::Registration),
            UeMark::Superseded(Procedure::Registration),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        ausf: &[AusfEnd::Authenticated, AusfEnd::GivenUp, AusfEnd::GivenUp],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const NIA0_EMERGENCY: Scenario = Scenario {
    name: "nia0-emergency",
    about: "an emergency call without a card: by PEI, under NIA0, as the operator allows",
    clause: "TS 24.501 5.5.1.2.2, TS 33.501 10.2.2",
    card: Card::None,
    steps: &[
        Step::Start(Start::Register {
            registration_type: RegistrationType::EMERGENCY_REGISTRATION,
            identity: RegistrationIdentity::Usual,
        }),
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: ue_registered![],
        amf: &[
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::FirstProtected,
            Phase::Registered,
        ],
        registered: true,
        context: ContextEnd::Null,
        ..NOTHING
    },
    findings: &["null-integrity-emergency"],
    ..BASE
};

pub(super) const EMERGENCY_UNAUTHENTICATED: Scenario = Scenario {
    name: "emergency-unauthenticated",
    about: "an emergency call with a card that cannot be authenticated: served all the same, under NIA0",
    clause: "TS 33.501 10.2.2.1, TS 24.501 5.4.1.3.5",
    card: Card::WrongKey,
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(FgmmCause::MAC_FAILURE),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::FirstProtected,
            Phase::Registered,
        ],
        ausf: &[AusfEnd::GivenUp],
        // What it is registered by is its PEI: nobody has shown to be the subscriber.
        context: ContextEnd::Absent,
        ..NIA0_EMERGENCY.ending
    },
    findings: &["authentication-mac-failure", "null-integrity-emergency"],
    ..NIA0_EMERGENCY
};
