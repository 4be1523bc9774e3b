//! Every scenario, in the order in which a laboratory plays them.

mod adversity;
mod agreement;
mod ordinary;
mod refusal;
mod security;

use super::ending::{ContextEnd, Ending};
use super::scenario::{Card, Provision, Scenario, Step, Until};
use quintet_emm::network::Phase;

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    ordinary::ATTACH,
    ordinary::ATTACH_GUTI,
    ordinary::ATTACH_UNKNOWN_GUTI,
    ordinary::SERVICE_REQUEST,
    ordinary::TAU,
    ordinary::DETACH,
    ordinary::NETWORK_DETACH,
    ordinary::PAGING,
    agreement::RE_AUTHENTICATION,
    ordinary::PARALLEL_ATTACH,
    ordinary::EMERGENCY_EIA0,
    agreement::COUNT_WRAP,
    agreement::STALE_KSI,
    agreement::SMC_REPEATED_LOOP,
    refusal::WRONG_KEY,
    refusal::OP_USED_AS_OPC,
    refusal::MAC_FAILURE,
    refusal::SYNC_FAILURE,
    refusal::SYNC_LOOP,
    refusal::NON_EPS_AUTH,
    refusal::AUTH_SILENT,
    refusal::AUTH_THEN_NOTHING,
    refusal::UNKNOWN_IMSI,
    refusal::ROAMING_NOT_ALLOWED,
    security::SMC_REJECT_CAPABILITY,
    security::SMC_REJECT_UNSPECIFIED,
    security::SMC_SILENT,
    security::BIDDING_DOWN,
    security::REPLAY,
    security::UNPROTECTED_AFTER_SMC,
    security::COMPLETE_THEN_SILENT,
    adversity::HSS_UNREACHABLE,
    adversity::HSS_SLOW,
    adversity::MME_RESTART,
    adversity::MALFORMED,
];

/// What most scenarios have in common.
const BASE: Scenario = Scenario {
    name: "",
    about: "",
    clause: "",
    card: Card::Genuine,
    provision: Provision::Ordinary,
    capability: &[0xf0, 0xf0],
    automatic: false,
    patient: false,
    many: false,
    alone: false,
    steps: &[],
    ending: NOTHING,
};

/// Nothing happened, and the UE is not registered.
const NOTHING: Ending = Ending {
    ue: &[],
    mme: &[],
    discards: &[],
    messages: &[],
    key_sets: None,
    registered: false,
    context: ContextEnd::Absent,
};

/// An attach begins.
const ATTACH_START: Step = Step::Start(quintet_emm::ue::Start::ATTACH);

/// It is at its end.
const ATTACHED: Step = Step::Await(Until::Mme(Phase::Attached));
