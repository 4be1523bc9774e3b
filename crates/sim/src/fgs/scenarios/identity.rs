//! SUCIs: the schemes, and those from which no subscriber comes out.

use super::ordinary::REGISTER;
use super::{BASE, IDLE, NOTHING, REGISTER_START, REGISTERED};
use crate::fgs::ending::Ending;
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Provision, Scenario, Scheme};
use quintet_crypto::Direction::Downlink;
use quintet_fgmm::network::Phase;
use quintet_fgmm::ue::Procedure;
use quintet_nas::fgs::FgmmCause;

pub(super) const SUCI_PROFILE_A: Scenario = Scenario {
    name: "suci-profile-a",
    about: "the SUPI is concealed by profile A (X25519), and the UDM opens it",
    clause: "TS 33.501 6.12, C.3.4.1",
    scheme: Scheme::ProfileA,
    ending: Ending {
        messages: &[(Downlink, "IDENTITY REQUEST", 0)],
        ..REGISTERED
    },
    ..REGISTER
};

pub(super) const SUCI_PROFILE_B: Scenario = Scenario {
    name: "suci-profile-b",
    about: "the SUPI is concealed by profile B (P-256), and the UDM opens it",
    clause: "TS 33.501 6.12, C.3.4.2",
    scheme: Scheme::ProfileB,
    ..SUCI_PROFILE_A
};

pub(super) const SUCI_NULL: Scenario = Scenario {
    name: "suci-null",
    about: "the SUPI stands in the SUCI as it is: the null scheme",
    clause: "TS 33.501 6.12, C.2",
    scheme: Scheme::Null,
    findings: &["suci-null-scheme"],
    ..SUCI_PROFILE_A
};

pub(super) const SUCI_WRONG_KEY: Scenario = Scenario {
    name: "suci-wrong-key",
    about: "the card conceals for a key that is not the home network's: no SUPI comes out, #9",
    clause: "TS 33.501 6.12.5, TS 29.503 6.3.7.3, TS 24.501 5.5.1.2.5",
    scheme: Scheme::OtherKey,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Registration,
            FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        )],
        amf: &[
            Phase::ChallengeRequested,
            Phase::Rejected(FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
        ],
        udm: &[(403, "INVALID_SCHEME_OUTPUT")],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 0)],
        ..NOTHING
    },
    findings: &["suci-deconcealment-failed", "rejected-identity-not-derived"],
    ..BASE
};

pub(super) const UNKNOWN_SUPI: Scenario = Scenario {
    name: "unknown-supi",
    about: "the UDM does not know the SUPI (USER_NOT_FOUND): #7",
    clause: "TS 29.503 6.3.7.3, TS 24.501 5.5.1.2.5",
    provision: Provision::Unknown,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[UeMark::Rejected(
            Procedure::Registration,
            FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        )],
        amf: &[
            Phase::ChallengeRequested,
            Phase::Rejected(FgmmCause::FGS_SERVICES_NOT_ALLOWED),
        ],
        udm: &[(404, "USER_NOT_FOUND")],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 0)],
        ..NOTHING
    },
    findings: &["subscriber-unknown-5g", "rejected-5gs-not-allowed"],
    ..BASE
};
