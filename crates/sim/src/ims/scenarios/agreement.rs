//! Security agreement and the associations that come of it (TS 33.203 7).

use super::{
    AUTHENTICATED_TWICE, BASE, NOTHING, REFRESH_DONE, REGISTERED, REGISTRATION_DONE, START, UNANSWERED,
};
use crate::ims::behaviour::Behaviour;
use crate::ims::ending::Ending;
use crate::ims::event::Service;
use crate::ims::interference::{Rule, Tamper, Which};
use crate::ims::mark::{PcscfMark, UeMark};
use crate::ims::scenario::{Access, Scenario, Step, Until};
use crate::ims::user::Carriage;
use quintet_crypto::Direction;
use quintet_ims::agreement::{Refusal, Unacceptable, VerifyFailure};
use quintet_ims::registrar::Phase;
use quintet_ims::ue::{Failure, Procedure, Unanswered};

const fn failed(why: Failure) -> UeMark {
    UeMark::Failed(Procedure::Registration, why)
}

pub(super) const IPSEC_WRONG_IK: Scenario = Scenario {
    name: "ipsec-wrong-ik",
    about: "The UE has another IK than the P-CSCF: nothing that it sends verifies, and the S-CSCF never hears SM9.",
    clause: "TS 33.203 7.3.1.1",
    steps: &[
        Step::Behave(Behaviour::WrongIk),
        Step::Carry(Carriage::Udp),
        START,
        Step::Await(Until::Ue(failed(Failure::Unanswered(Unanswered::TimerF)))),
        Step::Await(Until::Scscf(Phase::Unanswered)),
    ],
    ending: Ending {
        ue: &[UeMark::Answered, failed(Failure::Unanswered(Unanswered::TimerF))],
        scscf: UNANSWERED,
        esp_failures: true,
        ..NOTHING
    },
    findings: &["ipsec-wrong-ik"],
    ..BASE
};

pub(super) const SECAGREE_UNACCEPTABLE_TO_PCSCF: Scenario = Scenario {
    name: "secagree-unacceptable-to-pcscf",
    about: "The UE offers nothing that the P-CSCF takes.",
    clause: "TS 33.203 7.3.2.1",
    access: Access::WeakIpsec,
    steps: &[START, Step::Await(Until::Ue(failed(Failure::SecurityAgreement)))],
    ending: Ending {
        ue: &[failed(Failure::SecurityAgreement)],
        pcscf: &[PcscfMark::Proposal(Refusal::NoCommon)],
        ..NOTHING
    },
    findings: &["secagree-unacceptable-to-pcscf"],
    ..BASE
};

pub(super) const SECAGREE_UNACCEPTABLE_TO_UE: Scenario = Scenario {
    name: "secagree-unacceptable-to-ue",
    about: "The P-CSCF's answer has nothing that the UE offered: the UE abandons the registration.",
    clause: "TS 33.203 7.3.2.2",
    steps: &[
        Step::Interfere(&[Rule {
            direction: Direction::Downlink,
            which: Which::Challenge,
            tamper: Tamper::Alter(|text| text.replace("ipsec-3gpp", "ipsec-man")),
        }]),
        START,
        Step::Await(Until::Ue(failed(Failure::SecurityServer(Unacceptable::NoCommon)))),
        Step::Await(Until::Scscf(Phase::Unanswered)),
    ],
    ending: Ending {
        ue: &[failed(Failure::SecurityServer(Unacceptable::NoCommon))],
        scscf: UNANSWERED,
        ..NOTHING
    },
    findings: &["secagree-unacceptable-to-ue"],
    ..BASE
};

/// Takes the ciphers out of what the UE offers.
fn bid_down(text: &str) -> String {
    text.replace("ealg=aes-cbc", "ealg=null")
}

/// Takes them out of what the P-CSCF answers.
fn bid_down_too(text: &str) -> String {
    text.replace("ealg=aes-cbc", "ealg=aes-man")
}

pub(super) const SECAGREE_TAMPERED: Scenario = Scenario {
    name: "secagree-tampered",
    about: "Somebody takes the ciphers out of SM1 and SM6: what the UE repeats inside the associations shows it.",
    clause: "TS 33.203 7.2, 7.3.2.3",
    steps: &[
        Step::Interfere(&[
            Rule {
                direction: Direction::Uplink,
                which: Which::Register,
                tamper: Tamper::Alter(bid_down),
            },
            Rule {
                direction: Direction::Downlink,
                which: Which::Challenge,
                tamper: Tamper::Alter(bid_down_too),
            },
        ]),
        START,
        Step::Await(Until::Ue(failed(Failure::SecurityAgreement))),
        Step::Await(Until::Scscf(Phase::Unanswered)),
    ],
    ending: Ending {
        ue: &[UeMark::Answered, failed(Failure::SecurityAgreement)],
        scscf: UNANSWERED,
        pcscf: &[PcscfMark::Tampered(VerifyFailure::Verify)],
        ..NOTHING
    },
    findings: &["secagree-tampered"],
    ..BASE
};

pub(super) const UDP_TCP_SWITCH: Scenario = Scenario {
    name: "udp-tcp-switch",
    about: "A registration over UDP, its refreshing over TCP, inside of the same kind of associations.",
    clause: "TS 33.203 7.1, RFC 3261 18.1.1",
    steps: &[
        Step::Witness,
        Step::Carry(Carriage::Udp),
        START,
        REGISTRATION_DONE,
        Step::Carry(Carriage::Tcp),
        Step::Ask(Service::Options),
        Step::Await(Until::Ue(UeMark::Called(Service::Options, 200))),
        START,
        REFRESH_DONE,
        Step::Ask(Service::Message),
        Step::Await(Until::Ue(UeMark::Called(Service::Message, 200))),
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Called(Service::Options, 200),
            UeMark::Answered,
            UeMark::Refreshed,
            UeMark::Called(Service::Message, 200),
        ],
        scscf: AUTHENTICATED_TWICE,
        witness: &[UeMark::Asked(Service::Options), UeMark::Asked(Service::Message)],
        ..REGISTERED
    },
    ..BASE
};

pub(super) const NAT_UDP_ENCAPSULATED: Scenario = Scenario {
    name: "nat-udp-encapsulated",
    about: "A UE behind a NAT: ESP in a tunnel in UDP.",
    clause: "TS 33.203 Annex M, TS 24.229 Annex F",
    access: Access::IpsecBehindNat,
    steps: &[
        Step::Witness,
        START,
        REGISTRATION_DONE,
        Step::Call(Service::Message, 0),
        Step::Await(Until::Ue(UeMark::Asked(Service::Message))),
        START,
        REFRESH_DONE,
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Asked(Service::Message),
            UeMark::Answered,
            UeMark::Refreshed,
        ],
        scscf: AUTHENTICATED_TWICE,
        witness: &[UeMark::Called(Service::Message, 200)],
        ..REGISTERED
    },
    ..BASE
};
