//! Identity and authentication that fail, and why.

use super::{ATTACH_START, ATTACHED, BASE, NOTHING};
use crate::enb::{Alteration, Rule, Tamper, Which};
use crate::lte::ending::{ContextEnd, Ending};
use crate::lte::mark::UeMark;
use crate::lte::scenario::{Card, Provision, Scenario, Step, Until};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_emm::network::{Phase, Timer};
use quintet_emm::ue::{Departure, Procedure, Start};
use quintet_nas::eps::EmmCause;

const AUTHENTICATION_REJECTED: Ending = Ending {
    ue: &[
        UeMark::AuthenticationFailed(EmmCause::MAC_FAILURE),
        UeMark::AuthenticationRejected,
    ],
    mme: &[
        Phase::VectorsRequested,
        Phase::VectorsReceived,
        Phase::AuthenticationRejected,
    ],
    ..NOTHING
};

pub(super) const WRONG_KEY: Scenario = Scenario {
    name: "wrong-key",
    about: "the card has another K than the HSS: its MAC-A does not hold, #20, and AUTHENTICATION REJECT",
    clause: "TS 24.301 5.4.2.6, 5.4.2.7 c",
    card: Card::WrongKey,
    steps: &[ATTACH_START, Step::Await(Until::Idle)],
    ending: AUTHENTICATION_REJECTED,
    ..BASE
};

pub(super) const OP_USED_AS_OPC: Scenario = Scenario {
    name: "op-used-as-opc",
    about: "the HSS was given OP where OPc belongs: every check of the card fails as with a wrong key",
    clause: "TS 35.206 4.1, TS 24.301 5.4.2.7 c",
    card: Card::OpUsedAsOpc,
    ..WRONG_KEY
};

pub(super) const MAC_FAILURE: Scenario = Scenario {
    name: "mac-failure",
    about: "AUTN is changed on its way to a UE known by GUTI: #20, the IMSI is asked for again, and only then the UE rejected",
    clause: "TS 24.301 5.4.2.7 c",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Start(Start::Detach { switch_off: false }),
        Step::Await(Until::Idle),
        Step::Interfere(&[
            Rule::up(Which::Nth(1), Tamper::Alter(Alteration::Flip(1, 1))),
            Rule::down(
                Which::Named("AUTHENTICATION REQUEST"),
                Tamper::Alter(Alteration::Flip(-1, 1)),
            ),
        ]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Deregistered(Departure::Accepted),
            UeMark::AuthenticationFailed(EmmCause::MAC_FAILURE),
            UeMark::AuthenticationRejected,
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
            Phase::Identified,
            Phase::AuthenticationRejected,
        ],
        messages: &[
            (Downlink, "IDENTITY REQUEST", 1),
            (Downlink, "AUTHENTICATION REJECT", 1),
        ],
        registered: false,
        context: ContextEnd::Deregistered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SYNC_FAILURE: Scenario = Scenario {
    name: "sync-failure",
    about: "the card's SQN is ahead of the AuC's: #21 with AUTS, resynchronised once, attached",
    clause: "TS 24.301 5.4.2.7 e, TS 33.102 6.3.5",
    card: Card::Ahead,
    steps: &[ATTACH_START, ATTACHED],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(EmmCause::SYNCH_FAILURE),
            UeMark::SecurityModeComplete,
            UeMark::Registered,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 2)],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SYNC_LOOP: Scenario = Scenario {
    name: "sync-loop",
    about: "a card that is never in step: one resynchronisation, then AUTHENTICATION REJECT",
    clause: "TS 24.301 5.4.2.7 e",
    card: Card::AlwaysAhead,
    steps: &[ATTACH_START, Step::Await(Until::Idle)],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(EmmCause::SYNCH_FAILURE),
            UeMark::AuthenticationFailed(EmmCause::SYNCH_FAILURE),
            UeMark::AuthenticationRejected,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::AuthenticationRejected,
        ],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 2)],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const NON_EPS_AUTH: Scenario = Scenario {
    name: "non-eps-auth",
    about: "a genuine challenge without the separation bit: the ME answers #26",
    clause: "TS 24.301 5.4.2.7 d, TS 33.401 6.1.1",
    steps: &[Step::NotSeparated, ATTACH_START, Step::Await(Until::Idle)],
    ending: Ending {
        ue: &[
            UeMark::AuthenticationFailed(EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE),
            UeMark::AuthenticationRejected,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::AuthenticationRejected,
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const AUTH_SILENT: Scenario = Scenario {
    name: "auth-silent",
    about: "no answer to AUTHENTICATION REQUEST: five times in all under T3460, then released",
    clause: "TS 24.301 5.4.2.7 b",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::Named("AUTHENTICATION RESPONSE"), Tamper::Drop)]),
        ATTACH_START,
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[UeMark::Abandoned(Procedure::Attach)],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::GivenUp(Timer::T3460),
        ],
        messages: &[
            (Downlink, "AUTHENTICATION REQUEST", 5),
            (Uplink, "AUTHENTICATION RESPONSE", 0),
        ],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const AUTH_THEN_NOTHING: Scenario = Scenario {
    name: "auth-then-nothing",
    about: "authentication succeeds and security mode never starts: UE and operator share no integrity algorithm",
    clause: "TS 24.301 5.4.3.2, TS 33.401 7.2.4.3",
    capability: &[0x80, 0x80],
    steps: &[ATTACH_START, Step::Await(Until::Idle)],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Attach,
            EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH,
        )],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::Rejected(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
        ],
        messages: &[(Downlink, "SECURITY MODE COMMAND", 0)],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const UNKNOWN_IMSI: Scenario = Scenario {
    name: "unknown-imsi",
    about: "the HSS does not know the IMSI (5001): #8",
    clause: "TS 29.272 Annex A, TS 24.301 5.5.1.2.5",
    provision: Provision::Unknown,
    steps: &[ATTACH_START, Step::Await(Until::Idle)],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Attach,
            EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        )],
        mme: &[
            Phase::VectorsRequested,
            Phase::Rejected(EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED),
        ],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 0)],
        registered: false,
        context: ContextEnd::Absent,
        ..NOTHING
    },
    ..BASE
};

pub(super) const ROAMING_NOT_ALLOWED: Scenario = Scenario {
    name: "roaming-not-allowed",
    about: "the subscription is not good here (5004): #11 after a secure exchange",
    clause: "TS 29.272 Annex A, TS 24.301 5.5.1.2.5",
    provision: Provision::RoamingNotAllowed,
    steps: &[ATTACH_START, Step::Await(Until::Idle)],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Rejected(Procedure::Attach, EmmCause::PLMN_NOT_ALLOWED),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Rejected(EmmCause::PLMN_NOT_ALLOWED),
        ],
        registered: false,
        context: ContextEnd::Deregistered,
        ..NOTHING
    },
    ..BASE
};
