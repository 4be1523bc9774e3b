//! Authentication that fails, and why.

use super::{BASE, DEREGISTER_START, IDLE, LEFT, NOTHING, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Provision, Scenario, Step};
use crate::gnb::{Alteration, Rule, Tamper, Which};
use crate::scenario::{Card, ContextEnd};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_fgmm::network::{Method, Phase, Timer};
use quintet_fgmm::ue::Procedure;
use quintet_nas::fgs::{FgmmCause, UeSecurityCapability};

/// A serving network name that is not the AMF's.
pub(super) const ELSEWHERE: &str = "5G:mnc099.mcc001.3gppnetwork.org";

const AUTHENTICATION_REJECTED: Ending = Ending {
    ue: &[
        UeMark::AuthenticationFailed(FgmmCause::MAC_FAILURE),
        UeMark::AuthenticationRejected,
    ],
    amf: &[
        Phase::ChallengeRequested,
        Phase::ChallengeReceived(Method::Aka),
        Phase::AuthenticationRejected,
    ],
    ausf: &[AusfEnd::GivenUp],
    ..NOTHING
};

pub(super) const WRONG_KEY: Scenario = Scenario {
    name: "wrong-key",
    about: "the card has another K than the UDM: its MAC-A does not hold, #20, and AUTHENTICATION REJECT",
    clause: "TS 24.501 5.4.1.3.5, 5.4.1.3.7 c",
    card: Card::WrongKey,
    steps: &[REGISTER_START, IDLE],
    ending: AUTHENTICATION_REJECTED,
    findings: &["authentication-mac-failure"],
    ..BASE
};

pub(super) const OP_USED_AS_OPC: Scenario = Scenario {
    name: "op-used-as-opc",
    about: "the UDM was given OP where OPc belongs: every check of the card fails as with a wrong key",
    clause: "TS 35.206 4.1, TS 24.501 5.4.1.3.7 c",
    card: Card::OpUsedAsOpc,
    ..WRONG_KEY
};

pub(super) const MAC_FAILURE: Scenario = Scenario {
    name: "mac-failure",
    about: "AUTN is changed on its way to a UE known by 5G-GUTI: #20, the SUCI is asked for and tried, and only then the UE rejected",
    clause: "TS 24.501 5.4.1.3.7 c",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        Step::Interfere(&[
            Rule::up(Which::Nth(1), Tamper::Alter(Alteration::Flip(2, 1))),
            Rule::down(
                Which::Named("AUTHENTICATION REQUEST"),
                Tamper::Alter(Alteration::Flip(-1, 1)),
            ),
        ]),
        REGISTER_START,
        IDLE,
    ],
    ending: Ending {
        ue: ue_registered![
            LEFT,
            UeMark::AuthenticationFailed(FgmmCause::MAC_FAILURE),
            UeMark::AuthenticationFailed(FgmmCause::MAC_FAILURE),
            UeMark::AuthenticationRejected,
        ],
        amf: registered![
            Phase::Deregistered,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::Identified,
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::AuthenticationRejected,
        ],
        ausf: &[AusfEnd::Authenticated, AusfEnd::GivenUp, AusfEnd::GivenUp],
        messages: &[
            (Downlink, "IDENTITY REQUEST", 1),
            (Downlink, "AUTHENTICATION REJECT", 1),
        ],
        registered: false,
        context: ContextEnd::Deregistered,
        ..REGISTERED
    },
    findings: &["authentication-mac-failure"],
    ..BASE
};

pub(super) const SYNC_FAILURE: Scenario = Scenario {
    name: "sync-failure",
    about: "the card's SQN is ahead of the AuC's: #21 with AUTS, resynchronised once, registered",
    clause: "TS 24.501 5.4.1.3.7 f, TS 33.501 6.1.3.3",
    card: Card::Ahead,
    steps: &[REGISTER_START, REGISTRATION_DONE],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(FgmmCause::SYNCH_FAILURE),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
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
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 2)],
        ..REGISTERED
    },
    findings: &["authentication-resynchronised"],
    ..BASE
};

pub(super) const SYNC_LOOP: Scenario = Scenario {
    name: "sync-loop",
    about: "a card that is never in step: one resynchronisation, then AUTHENTICATION REJECT",
    clause: "TS 24.501 5.4.1.3.7 f",
    card: Card::AlwaysAhead,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(FgmmCause::SYNCH_FAILURE),
            UeMark::AuthenticationFailed(FgmmCause::SYNCH_FAILURE),
            UeMark::AuthenticationRejected,
        ],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::AuthenticationRejected,
        ],
        ausf: &[AusfEnd::GivenUp],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 2)],
        ..NOTHING
    },
    findings: &["authentication-sync-loop"],
    ..BASE
};

pub(super) const NON_5G_AUTH: Scenario = Scenario {
    name: "non-5g-auth",
    about: "a genuine challenge without the separation bit: the ME answers #26",
    clause: "TS 24.501 5.4.1.3.7 d, TS 33.501 6.1.3.2.0",
    steps: &[Step::NotSeparated, REGISTER_START, IDLE],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE),
            UeMark::AuthenticationRejected,
        ],
        ..AUTHENTICATION_REJECTED
    },
    findings: &["non-eps-authentication-unacceptable"],
    ..BASE
};

pub(super) const RES_STAR_MISMATCH: Scenario = Scenario {
    name: "res-star-mismatch",
    about: "the UE believes to be in another serving network: RES is right, RES* is not, and the SEAF rejects it",
    clause: "TS 33.501 6.1.3.2.0 step 9, A.4",
    network_name: Some(ELSEWHERE),
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[UeMark::AuthenticationRejected],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseWrong,
            Phase::AuthenticationRejected,
        ],
        ..AUTHENTICATION_REJECTED
    },
    findings: &["hxres-star-mismatch", "serving-network-mismatch"],
    ..BASE
};

pub(super) const AUTH_SILENT: Scenario = Scenario {
    name: "auth-silent",
    about: "no answer to AUTHENTICATION REQUEST: five times in all under T3560, then released",
    clause: "TS 24.501 5.4.1.3.7 b",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::Named("AUTHENTICATION RESPONSE"), Tamper::Drop)]),
        REGISTER_START,
        IDLE,
    ],
    ending: Ending {
        ue: &[UeMark::Abandoned(Procedure::Registration)],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::GivenUp(Timer::T3560),
        ],
        ausf: &[AusfEnd::GivenUp],
        messages: &[
            (Downlink, "AUTHENTICATION REQUEST", 5),
            (Uplink, "AUTHENTICATION RESPONSE", 0),
        ],
        ..NOTHING
    },
    findings: &["authentication-unanswered"],
    ..BASE
};

pub(super) const AUTH_THEN_NOTHING: Scenario = Scenario {
    name: "auth-then-nothing",
    about: "authentication succeeds and security mode never starts: UE and operator share no integrity algorithm",
    clause: "TS 24.501 5.4.2.2, TS 33.501 6.7.2",
    capability: UeSecurityCapability::new(0x80, 0x80),
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Registration,
            FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH,
        )],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::Rejected(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
        ],
        ausf: &[AusfEnd::Authenticated],
        messages: &[(Downlink, "SECURITY MODE COMMAND", 0)],
        ..NOTHING
    },
    findings: &["smc-never-started", "rejected-capabilities-mismatch"],
    ..BASE
};

pub(super) const ROAMING_NOT_ALLOWED: Scenario = Scenario {
    name: "roaming-not-allowed",
    about: "the subscription is not good here: no vector for this network (SERVING_NETWORK_NOT_AUTHORIZED), #73",
    clause: "TS 33.501 6.1.2, TS 29.503 6.3.7.3, TS 29.524 4.2.2",
    provision: Provision::RoamingNotAllowed,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Registration,
            FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED,
        )],
        amf: &[
            Phase::ChallengeRequested,
            Phase::Rejected(FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED),
        ],
        udm: &[(403, "SERVING_NETWORK_NOT_AUTHORIZED")],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 0)],
        ..NOTHING
    },
    findings: &["serving-network-refused", "rejected-serving-network"],
    ..BASE
};

pub(super) const RAT_NOT_ALLOWED: Scenario = Scenario {
    name: "rat-not-allowed",
    about: "the subscription is not good for NR (RAT_NOT_ALLOWED): #15 after a secure exchange",
    clause: "TS 29.503 6.2.7.3, TS 24.501 5.5.1.2.5",
    provision: Provision::RatNotAllowed,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Rejected(
                Procedure::Registration,
                FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
            ),
        ],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Rejected(FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA),
        ],
        ausf: &[AusfEnd::Authenticated],
        udm: &[(403, "RAT_NOT_ALLOWED")],
        context: ContextEnd::Deregistered,
        ..NOTHING
    },
    findings: &["subscription-refuses", "rejected-no-suitable-cells"],
    ..BASE
};
