//! EAP-AKA', and how it fails.

use super::{BASE, IDLE, NOTHING, REGISTER_START, REGISTERED, REGISTRATION_DONE};
use crate::fgs::ending::{AusfEnd, Ending};
use crate::fgs::mark::UeMark;
use crate::fgs::scenario::{Scenario, Step};
use crate::gnb::{Alteration, Rule, Tamper, Which};
use crate::scenario::Card;
use quintet_ausf::Failure;
use quintet_crypto::Direction::Downlink;
use quintet_fgmm::network::{Method, Phase};
use quintet_fgmm::ue::EapRefusal;
use quintet_subscriber::model::AuthenticationMethod;

pub(super) const EAP_AKA_PRIME: Scenario = Scenario {
    name: "eap-aka-prime",
    about: "a subscriber of EAP-AKA' registers: the keys come with EAP-Success in SECURITY MODE COMMAND",
    clause: "TS 33.501 6.1.3.1, TS 24.501 5.4.1.2, RFC 9048",
    method: AuthenticationMethod::EapAkaPrime,
    steps: &[REGISTER_START, REGISTRATION_DONE],
    ending: Ending {
        amf: &[
            Phase::ChallengeRequested,
            Phase::ChallengeReceived(Method::EapAkaPrime),
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::ContextReused,
            Phase::Subscribed,
            Phase::FirstProtected,
            Phase::Registered,
        ],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 1)],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const EAP_SYNC_FAILURE: Scenario = Scenario {
    name: "eap-sync-failure",
    about: "the card's SQN is ahead of the AuC's: resynchronised inside EAP, registered",
    clause: "TS 33.501 6.1.3.3, RFC 4187 9.6",
    card: Card::Ahead,
    ending: Ending {
        ue: &[
            UeMark::EapRefused(EapRefusal::Sqn),
            UeMark::SecurityModeCompleteReplayed,
            UeMark::Registered,
        ],
        messages: &[(Downlink, "AUTHENTICATION REQUEST", 2)],
        ..EAP_AKA_PRIME.ending
    },
    findings: &["authentication-resynchronised"],
    ..EAP_AKA_PRIME
};

/// The UE refuses the challenge, and is refused.
const REFUSED: Ending = Ending {
    amf: &[
        Phase::ChallengeRequested,
        Phase::ChallengeReceived(Method::EapAkaPrime),
        Phase::AuthenticationRejected,
    ],
    ..NOTHING
};

pub(super) const EAP_WRONG_KEY: Scenario = Scenario {
    name: "eap-wrong-key",
    about: "the card has another K than the UDM: AKA'-Authentication-Reject, EAP-Failure in AUTHENTICATION REJECT",
    clause: "RFC 4187 9.5, TS 24.501 5.4.1.2.2.11",
    card: Card::WrongKey,
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[
            UeMark::EapRefused(EapRefusal::MacA),
            UeMark::AuthenticationRejected,
        ],
        ausf: &[AusfEnd::Failed(Failure::Eap(
            quintet_eap::FailureReason::AuthenticationReject,
        ))],
        ..REFUSED
    },
    findings: &["authentication-mac-failure"],
    ..EAP_AKA_PRIME
};

pub(super) const EAP_NETWORK_NAME: Scenario = Scenario {
    name: "eap-network-name",
    about: "AT_KDF_INPUT is not the serving network the UE believes to be in: it refuses the challenge unread",
    clause: "RFC 9048 3.1, TS 33.501 6.1.1.4.1",
    network_name: Some(super::refusal::ELSEWHERE),
    steps: &[REGISTER_START, IDLE],
    ending: Ending {
        ue: &[
            UeMark::EapRefused(EapRefusal::NetworkName),
            UeMark::AuthenticationRejected,
        ],
        ..EAP_WRONG_KEY.ending
    },
    findings: &["authentication-mac-failure"],
    ..EAP_AKA_PRIME
};

/// Type of EAP-AKA, which came before EAP-AKA' (RFC 4187).
const EAP_AKA: u8 = 23;
/// Where the EAP message of AUTHENTICATION REQUEST has its type: behind ABBA of two octets and code, identifier, length.
const EAP_TYPE: usize = 14;
/// Where its attributes begin: behind type, subtype and two reserved octets.
const EAP_ATTRIBUTES: usize = EAP_TYPE + 4;
/// AT_KDF (RFC 9048 3.2), which EAP-AKA does not know, and AT_BIDDING (RFC 9048 4), which says that the server does better.
const AT_KDF: u8 = 24;
const AT_BIDDING: [u8; 4] = [136, 1, 0x80, 0];

/// Makes AKA'-Challenge an AKA-Challenge: somebody wants the keys that are not bound to a serving network. AT_BIDDING stays, as
/// a server that has EAP-AKA' sends it.
fn bid_down(nas: &mut [u8]) {
    if let Some(kind) = nas.get_mut(EAP_TYPE) {
        *kind = EAP_AKA;
    }
    let mut at = EAP_ATTRIBUTES;
    while let Some(&[kind, words]) = nas.get(at..at + 2).and_then(|head| head.first_chunk()) {
        if kind == AT_KDF
            && let Some(attribute) = nas.get_mut(at..at + 4)
        {
            attribute.copy_from_slice(&AT_BIDDING);
        }
        at += 4 * usize::from(words.max(1));
    }
}

pub(super) const EAP_BIDDING_DOWN: Scenario = Scenario {
    name: "eap-bidding-down",
    about: "somebody makes EAP-AKA of the challenge: AT_BIDDING tells the UE, which refuses",
    clause: "RFC 9048 4",
    steps: &[
        Step::Interfere(&[Rule::down(
            Which::NthNamed("AUTHENTICATION REQUEST", 1),
            Tamper::Alter(Alteration::With(|nas| bid_down(nas))),
        )]),
        REGISTER_START,
        IDLE,
    ],
    ending: Ending {
        ue: &[
            UeMark::EapRefused(EapRefusal::BiddingDown),
            UeMark::AuthenticationRejected,
        ],
        ausf: &[AusfEnd::Failed(Failure::Eap(
            quintet_eap::FailureReason::Malformed,
        ))],
        ..REFUSED
    },
    findings: &["eap-bidding-down"],
    ..EAP_AKA_PRIME
};
