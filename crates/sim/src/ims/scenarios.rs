//! Every scenario, in the order in which a laboratory plays them.

mod adversity;
mod agreement;
mod authentication;
mod identity;
mod ordinary;

use super::ending::{Ending, HomeEnd};
use super::mark::UeMark;
use super::scenario::{Access, Named, Provision, Scenario, Step, Until};
use crate::scenario::Card;
use quintet_ims::registrar::Phase;
use quintet_ims::ue::{DEFAULT_EXPIRES_S, Start};

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    ordinary::REGISTER,
    ordinary::RE_REGISTER,
    ordinary::DE_REGISTER,
    ordinary::NETWORK_DEREGISTER,
    identity::IMPLICIT_SET,
    authentication::WRONG_RES,
    authentication::MAC_FAILURE,
    authentication::SYNC_FAILURE,
    authentication::SYNC_LOOP,
    authentication::SILENT_AFTER_CHALLENGE,
    agreement::IPSEC_WRONG_IK,
    agreement::SECAGREE_UNACCEPTABLE_TO_PCSCF,
    agreement::SECAGREE_UNACCEPTABLE_TO_UE,
    agreement::SECAGREE_TAMPERED,
    authentication::REPLAYED_NONCE,
    adversity::SCSCF_RESTART,
    adversity::SCSCF_CAPABILITY_MISMATCH,
    adversity::HSS_UNREACHABLE,
    identity::IMPI_IMPU_MISMATCH,
    identity::BARRED_IMPU,
    ordinary::EXPIRES_TOO_BRIEF,
    authentication::DOS_WRONG_RES_WHILE_REGISTERED,
    ordinary::MT_CALL_WHILE_PENDING,
    ordinary::MT_CALL_REGISTERED,
    authentication::SIP_DIGEST_NO_IPSEC,
    agreement::UDP_TCP_SWITCH,
    agreement::NAT_UDP_ENCAPSULATED,
];

/// What most scenarios have in common.
const BASE: Scenario = Scenario {
    name: "",
    about: "",
    clause: "",
    card: Card::Genuine,
    provision: Provision::Ordinary,
    access: Access::Ipsec,
    named: Named::Itself,
    expires_s: DEFAULT_EXPIRES_S,
    subscribes: false,
    many: false,
    alone: false,
    steps: &[],
    ending: NOTHING,
    findings: &[],
};

/// Nothing happened, and the UE is not registered.
const NOTHING: Ending = Ending {
    ue: &[],
    scscf: &[],
    pcscf: &[],
    witness: &[],
    intruder: &[],
    esp_failures: false,
    identities: 1,
    home: HomeEnd::NotRegistered,
};

/// The UE is registered, by one authentication that went well.
const REGISTERED: Ending = Ending {
    ue: &[UeMark::Answered, UeMark::Registered],
    scscf: AUTHENTICATED,
    home: HomeEnd::Registered,
    ..NOTHING
};

/// What an authentication that goes well is to the S-CSCF.
const AUTHENTICATED: &[Phase] = &[
    Phase::VectorsRequested,
    Phase::VectorsReceived,
    Phase::Challenged,
    Phase::Authenticated,
];

/// Two of them.
const AUTHENTICATED_TWICE: &[Phase] = &[
    Phase::VectorsRequested,
    Phase::VectorsReceived,
    Phase::Challenged,
    Phase::Authenticated,
    Phase::VectorsRequested,
    Phase::VectorsReceived,
    Phase::Challenged,
    Phase::Authenticated,
];

/// A challenge that nobody answers.
const UNANSWERED: &[Phase] = &[
    Phase::VectorsRequested,
    Phase::VectorsReceived,
    Phase::Challenged,
    Phase::Unanswered,
];

const START: Step = Step::Start(Start::Register);
const REGISTRATION_DONE: Step = Step::Await(Until::Ue(UeMark::Registered));
const REFRESH_DONE: Step = Step::Await(Until::Ue(UeMark::Refreshed));
const QUIET: Step = Step::Await(Until::Quiet);
