//! Security mode and what protects after it, disturbed.

use super::{BASE, DEREGISTER_START, IDLE, LEFT, NOTHING, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Scenario, Step};
use crate::gnb::{Alteration, Rule, Tamper, Which};
use crate::scenario::ContextEnd;
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_fgmm::network::{Method, Phase, Timer};
use quintet_fgmm::ue::Procedure;
use quintet_nas::fgs::{FgmmCause, UeSecurityCapability};
use quintet_procedure::Discard;
use std::borrow::Cow;
use std::time::Duration;

pub(super) const SMC_RINMR: Scenario = Scenario {
    name: "smc-rinmr",
    about: "a protected REGISTRATION REQUEST is changed on its way: nobody vouches for it, so it is asked for again in SECURITY MODE COMPLETE",
    clause: "TS 24.501 4.4.6, 5.4.2.2, 5.4.2.3; TS 33.501 6.4.6",
    steps: &[
        REGISTER_START,
        REGISTRATION_DONE,
        DEREGISTER_START,
        IDLE,
        Step::Interfere(&[Rule::up(Which::Nth(1), Tamper::Alter(Alteration::Flip(2, 1)))]),
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
        ausf: &[AusfEnd::Authenticated; 2],
        key_sets: Some(2),
        ..REGISTERED
    },
    findings: &["mac-invalid"],
    ..BASE
};

/// The UE refuses SECURITY MODE COMMAND with #23.
const CAPABILITIES_MISMATCH: Ending = Ending {
    ue: &[
        UeMark::SecurityModeRejected(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
        UeMark::Abandoned(Procedure::Registration),
    ],
    amf: &[
        Phase::ChallengeRequested,
        Phase::ChallengeReceived(Method::Aka),
        Phase::ResponseRight,
        Phase::Authenticated,
        Phase::SecurityModeCommanded,
        Phase::Rejected(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
    ],
    ausf: &[AusfEnd::Authenticated],
    ..NOTHING
};

pub(super) const SMC_REJECT_CAPABILITY: Scenario = Scenario {
    name: "smc-reject-capability",
    about: "somebody gives the network more algorithms than the UE has: it finds them in SECURITY MODE COMMAND, #23",
    clause: "TS 24.501 5.4.2.5",
    capability: UeSecurityCapability::new(0xe0, 0xe0),
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::Nth(1),
            Tamper::Alter(Alteration::UeSecurityCapability(&[0xf0, 0xf0])),
        )]),
        REGISTER_START,
        IDLE,
    ],
    ending: CAPABILITIES_MISMATCH,
    findings: &["smc-rejected-capabilities"],
    ..BASE
};

pub(super) const BIDDING_DOWN: Scenario = Scenario {
    name: "bidding-down",
    about: "somebody takes the UE's better algorithms out of REGISTRATION REQUEST: it finds the replay wrong, #23, nothing is taken into use",
    clause: "TS 24.501 5.4.2.3, TS 33.501 6.7.2",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::Nth(1),
            Tamper::Alter(Alteration::UeSecurityCapability(&[0x80, 0x40])),
        )]),
        REGISTER_START,
        IDLE,
    ],
    ending: CAPABILITIES_MISMATCH,
    findings: &["smc-rejected-capabilities", "capabilities-seem-reduced"],
    ..BASE
};

/// The UE refuses SECURITY MODE COMMAND with #24.
const UNSPECIFIED: Ending = Ending {
    ue: &[
        UeMark::SecurityModeRejected(FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
        UeMark::Abandoned(Procedure::Registration),
    ],
    amf: &[
        Phase::ChallengeRequested,
        Phase::ChallengeReceived(Method::Aka),
        Phase::ResponseRight,
        Phase::Authenticated,
        Phase::SecurityModeCommanded,
        Phase::Rejected(FgmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED),
    ],
    ..CAPABILITIES_MISMATCH
};

pub(super) const SMC_REJECT_UNSPECIFIED: Scenario = Scenario {
    name: "smc-reject-unspecified",
    about: "SECURITY MODE COMMAND is changed on its way: its MAC does not hold, #24",
    clause: "TS 24.501 5.4.2.5",
    steps: &[
        Step::Interfere(&[Rule::down(
            Which::Named("SECURITY MODE COMMAND"),
            Tamper::Alter(Alteration::Flip(2, 1)),
        )]),
        REGISTER_START,
        IDLE,
    ],
    ending: UNSPECIFIED,
    findings: &["smc-rejected"],
    ..BASE
};

/// Where AUTHENTICATION REQUEST has the last octet of its ABBA: behind header, type, ngKSI and length.
const ABBA_END: isize = 6;

pub(super) const ABBA_MISMATCH: Scenario = Scenario {
    name: "abba-mismatch",
    about: "ABBA is changed on its way: both sides have the same KSEAF and another KAMF, so no MAC holds, #24",
    clause: "TS 33.501 A.7, TS 24.501 9.11.3.10",
    steps: &[
        Step::Interfere(&[Rule::down(
            Which::Named("AUTHENTICATION REQUEST"),
            Tamper::Alter(Alteration::Flip(ABBA_END, 1)),
        )]),
        REGISTER_START,
        IDLE,
    ],
    ending: UNSPECIFIED,
    findings: &["smc-rejected"],
    ..BASE
};

pub(super) const SMC_SILENT: Scenario = Scenario {
    name: "smc-silent",
    about: "no answer to SECURITY MODE COMMAND: five times in all under T3560, then released",
    clause: "TS 24.501 5.4.2.7 b",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::Named("SECURITY MODE COMPLETE"), Tamper::Drop)]),
        REGISTER_START,
        IDLE,
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeCompleteReplayed,
            UeMark::SecurityModeCompleteReplayed,
            UeMark::SecurityModeCompleteReplayed,
            UeMark::SecurityModeCompleteReplayed,
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Abandoned(Procedure::Registration),
        ],
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::GivenUp(Timer::T3560),
        ],
        ausf: &[AusfEnd::Authenticated],
        messages: &[
            (Downlink, "SECURITY MODE COMMAND", 5),
            (Uplink, "SECURITY MODE COMPLETE", 0),
        ],
        ..NOTHING
    },
    findings: &["smc-unanswered"],
    ..BASE
};

pub(super) const REPLAY: Scenario = Scenario {
    name: "replay",
    about: "every protected message comes a second time: each copy is dropped, the registration goes on",
    clause: "TS 24.501 4.4.3.2",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::After("AUTHENTICATION RESPONSE"),
            Tamper::Repeat(Duration::ZERO),
        )]),
        REGISTER_START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        discards: &[Discard::Replay, Discard::Replay],
        ..REGISTERED
    },
    findings: &["count-replayed"],
    ..BASE
};

/// DEREGISTRATION REQUEST of a UE that switches off, plain, with ngKSI 0 and the SUCI of IMSI 001019999999999 by the null
/// scheme: whoever it is from.
const PLAIN_DEREGISTRATION: &[u8] = &[
    0x7e, 0x00, 0x45, 0x09, 0x00, 0x0d, 0x01, 0x00, 0xf1, 0x10, 0xf0, 0xff, 0x00, 0x00, 0x99, 0x99, 0x99,
    0x99, 0x99,
];

pub(super) const UNPROTECTED_AFTER_SMC: Scenario = Scenario {
    name: "unprotected-after-smc",
    about: "a plain message on a secure connection is dropped: the UE stays registered",
    clause: "TS 24.501 4.4.4.3",
    steps: &[
        Step::Interfere(&[Rule::up(
            Which::FirstAfter("SECURITY MODE COMPLETE"),
            Tamper::Inject(Cow::Borrowed(PLAIN_DEREGISTRATION)),
        )]),
        REGISTER_START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        discards: &[Discard::Unprotected],
        ..REGISTERED
    },
    findings: &["plain-after-security"],
    ..BASE
};

pub(super) const COMPLETE_THEN_SILENT: Scenario = Scenario {
    name: "complete-then-silent",
    about: "SECURITY MODE COMPLETE comes, and no protected message after it: REGISTRATION ACCEPT is given up, and counts",
    clause: "TS 24.501 5.5.1.2.8 c",
    patient: true,
    steps: &[
        Step::Interfere(&[Rule::up(Which::After("SECURITY MODE COMPLETE"), Tamper::Drop)]),
        REGISTER_START,
        IDLE,
    ],
    ending: Ending {
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::Aka),
            Phase::ResponseRight,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::GivenUp(Timer::T3550),
        ],
        messages: &[
            (Downlink, "REGISTRATION ACCEPT", 5),
            (Uplink, "REGISTRATION COMPLETE", 0),
        ],
        context: ContextEnd::Registered,
        ..REGISTERED
    },
    findings: &["accept-unanswered"],
    ..BASE
};
