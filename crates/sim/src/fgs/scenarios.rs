//! Every scenario, in the order in which a laboratory plays them.

/// What a registration with a new authentication is to the AMF, and what follows.
macro_rules! registered {
    ($($more:expr),* $(,)?) => {
        &[
            quintet_fgmm::network::Phase::ChallengeRequested,
            quintet_fgmm::network::Phase::ChallengeReceived(quintet_fgmm::network::Method::Aka),
            quintet_fgmm::network::Phase::ResponseRight,
            quintet_fgmm::network::Phase::Authenticated,
            quintet_fgmm::network::Phase::SecurityModeCommanded,
            quintet_fgmm::network::Phase::SecurityModeComplete,
            quintet_fgmm::network::Phase::ContextReused,
            quintet_fgmm::network::Phase::Subscribed,
            quintet_fgmm::network::Phase::FirstProtected,
            quintet_fgmm::network::Phase::Registered,
            $($more),*
        ]
    };
}

/// What it is to the UE, and what follows.
macro_rules! ue_registered {
    ($($more:expr),* $(,)?) => {
        &[
            $crate::fgs::UeMark::SecurityModeCompleteReplayed,
            $crate::fgs::UeMark::Registered,
            $($more),*
        ]
    };
}

mod adversity;
mod agreement;
mod eap;
mod identity;
mod ordinary;
mod refusal;
mod security;

use super::ending::{AusfEnd, Ending};
use super::scenario::{Provision, Scenario, Scheme, Step, Until};
use crate::scenario::{Card, ContextEnd};
use quintet_fgmm::network::Phase;
use quintet_fgmm::ue::{Departure, Start};
use quintet_nas::fgs::UeSecurityCapability;
use quintet_subscriber::model::AuthenticationMethod;

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    ordinary::REGISTER,
    ordinary::REREGISTER_GUTI,
    ordinary::REGISTER_UNKNOWN_GUTI,
    ordinary::SERVICE_REQUEST,
    ordinary::MOBILITY_UPDATE,
    ordinary::PERIODIC_UPDATE,
    ordinary::DEREGISTER,
    ordinary::NETWORK_DEREGISTER,
    ordinary::PAGING,
    ordinary::PDU_SESSION_NOT_FORWARDED,
    ordinary::PARALLEL_REGISTER,
    ordinary::PARALLEL_REGISTRATIONS,
    ordinary::NIA0_EMERGENCY,
    ordinary::EMERGENCY_UNAUTHENTICATED,
    identity::SUCI_PROFILE_A,
    identity::SUCI_PROFILE_B,
    identity::SUCI_NULL,
    identity::SUCI_WRONG_KEY,
    identity::UNKNOWN_SUPI,
    eap::EAP_AKA_PRIME,
    eap::EAP_SYNC_FAILURE,
    eap::EAP_WRONG_KEY,
    eap::EAP_NETWORK_NAME,
    eap::EAP_BIDDING_DOWN,
    agreement::RE_AUTHENTICATION,
    agreement::COUNT_WRAP,
    agreement::STALE_KSI,
    agreement::NGKSI_IN_USE,
    agreement::SMC_REPEATED_LOOP,
    refusal::WRONG_KEY,
    refusal::OP_USED_AS_OPC,
    refusal::MAC_FAILURE,
    refusal::SYNC_FAILURE,
    refusal::SYNC_LOOP,
    refusal::NON_5G_AUTH,
    refusal::RES_STAR_MISMATCH,
    refusal::AUTH_SILENT,
    refusal::AUTH_THEN_NOTHING,
    refusal::ROAMING_NOT_ALLOWED,
    refusal::RAT_NOT_ALLOWED,
    security::SMC_RINMR,
    security::SMC_REJECT_CAPABILITY,
    security::SMC_REJECT_UNSPECIFIED,
    security::ABBA_MISMATCH,
    security::SMC_SILENT,
    security::BIDDING_DOWN,
    security::REPLAY,
    security::UNPROTECTED_AFTER_SMC,
    security::COMPLETE_THEN_SILENT,
    adversity::AUSF_UNREACHABLE,
    adversity::UDM_UNREACHABLE,
    adversity::UDM_SLOW,
    adversity::AMF_RESTART,
    adversity::MALFORMED,
];

/// What most scenarios have in common.
const BASE: Scenario = Scenario {
    name: "",
    about: "",
    clause: "",
    card: Card::Genuine,
    scheme: Scheme::ProfileA,
    provision: Provision::Ordinary,
    method: AuthenticationMethod::FgAka,
    capability: UeSecurityCapability::new(0xf0, 0xf0),
    network_name: None,
    session: false,
    automatic: false,
    patient: false,
    many: false,
    proven: false,
    alone: false,
    steps: &[],
    ending: NOTHING,
    findings: &[],
};

/// Nothing happened, and the UE is not registered.
const NOTHING: Ending = Ending {
    ue: &[],
    amf: &[],
    ausf: &[],
    udm: &[],
    discards: &[],
    messages: &[],
    key_sets: None,
    registered: false,
    context: ContextEnd::Absent,
};

/// The UE is registered, by one authentication that went well.
const REGISTERED: Ending = Ending {
    ue: ue_registered![],
    amf: registered![],
    ausf: &[AusfEnd::Authenticated],
    registered: true,
    context: ContextEnd::Registered,
    ..NOTHING
};

/// A registration begins.
const REGISTER_START: Step = Step::Start(Start::REGISTER);

/// It is at its end.
const REGISTRATION_DONE: Step = Step::Await(Until::Amf(Phase::Registered));

/// The UE leaves, and nobody has a connection any more.
const DEREGISTER_START: Step = Step::Start(Start::Deregister { switch_off: false });
const IDLE: Step = Step::Await(Until::Idle);

/// The network agreed that it leaves.
const LEFT: super::UeMark = super::UeMark::Deregistered(Departure::Accepted);
