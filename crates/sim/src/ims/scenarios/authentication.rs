//! What goes wrong in an authentication (TS 33.203 6.1.2, 6.1.3).

use super::{AUTHENTICATED, BASE, NOTHING, QUIET, REGISTERED, REGISTRATION_DONE, START, UNANSWERED};
use crate::ims::behaviour::Behaviour;
use crate::ims::ending::{Ending, HomeEnd};
use crate::ims::event::Service;
use crate::ims::interference::{Rule, Tamper, Which};
use crate::ims::mark::UeMark;
use crate::ims::scenario::{Access, Provision, Scenario, Step, Until};
use crate::scenario::Card;
use quintet_crypto::Direction;
use quintet_ims::registrar::Phase;
use quintet_ims::ue::{Departure, Failure, Procedure, Start, Timer};

const fn failed(why: Failure) -> UeMark {
    UeMark::Failed(Procedure::Registration, why)
}

pub(super) const WRONG_RES: Scenario = Scenario {
    name: "wrong-res",
    about: "The response is wrong and comes through good associations: the S-CSCF refuses.",
    clause: "TS 33.203 6.1.2.1, 7.3.1.1",
    many: true,
    steps: &[
        Step::Behave(Behaviour::WrongRes),
        START,
        Step::Await(Until::Ue(failed(Failure::Refused(403)))),
    ],
    ending: Ending {
        ue: &[UeMark::Answered, failed(Failure::Refused(403))],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::WrongResponse,
        ],
        ..NOTHING
    },
    findings: &["wrong-res"],
    ..BASE
};

pub(super) const MAC_FAILURE: Scenario = Scenario {
    name: "mac-failure",
    about: "The ISIM has another K than the HSS: the UE does not believe the network.",
    clause: "TS 33.203 6.1.2.2",
    card: Card::WrongKey,
    many: true,
    steps: &[START, Step::Await(Until::Ue(failed(Failure::Refused(403))))],
    ending: Ending {
        ue: &[UeMark::MacFailure, failed(Failure::Refused(403))],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::NetworkRefused,
        ],
        ..NOTHING
    },
    findings: &["mac-failure"],
    ..BASE
};

pub(super) const SYNC_FAILURE: Scenario = Scenario {
    name: "sync-failure",
    about: "The ISIM has seen higher numbers than the AuC: AUTS puts it right.",
    clause: "TS 33.203 6.1.3",
    card: Card::Ahead,
    many: true,
    steps: &[START, REGISTRATION_DONE],
    ending: Ending {
        ue: &[UeMark::SynchFailure, UeMark::Answered, UeMark::Registered],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::OutOfStep,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Authenticated,
        ],
        ..REGISTERED
    },
    findings: &["sync-failure"],
    ..BASE
};

pub(super) const SYNC_LOOP: Scenario = Scenario {
    name: "sync-loop",
    about: "The ISIM leaps ahead with every challenge: the UE answers two and leaves the third.",
    clause: "TS 24.229 5.1.1.5.3, TS 33.203 6.1.3",
    card: Card::AlwaysAhead,
    steps: &[
        START,
        Step::Await(Until::Ue(failed(Failure::SynchFailure))),
        Step::Await(Until::Scscf(Phase::Unanswered)),
    ],
    ending: Ending {
        ue: &[
            UeMark::SynchFailure,
            UeMark::SynchFailure,
            failed(Failure::SynchFailure),
        ],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::OutOfStep,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::OutOfStep,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Unanswered,
        ],
        ..NOTHING
    },
    findings: &["sync-loop"],
    ..BASE
};

pub(super) const SILENT_AFTER_CHALLENGE: Scenario = Scenario {
    name: "silent-after-challenge",
    about: "The UE is challenged and says nothing more: nothing stays pending.",
    clause: "TS 33.203 6.1.2.3",
    many: true,
    steps: &[
        Step::Behave(Behaviour::Silent),
        START,
        Step::Await(Until::Scscf(Phase::Unanswered)),
        Step::Await(Until::Ue(failed(Failure::Expired(Timer::RegAwaitAuth)))),
    ],
    ending: Ending {
        ue: &[failed(Failure::Expired(Timer::RegAwaitAuth))],
        scscf: UNANSWERED,
        ..NOTHING
    },
    findings: &["silent-after-challenge"],
    ..BASE
};

pub(super) const REPLAYED_NONCE: Scenario = Scenario {
    name: "replayed-nonce",
    about: "Somebody puts an old challenge in place of the new one: the ISIM knows it, and the S-CSCF that it is not out.",
    clause: "TS 33.203 6.1.3, RFC 3310 3.4",
    steps: &[
        START,
        REGISTRATION_DONE,
        Step::Start(Start::Deregister),
        Step::Await(Until::Ue(UeMark::Deregistered(Departure::Accepted))),
        Step::Interfere(&[Rule {
            direction: Direction::Downlink,
            which: Which::NthChallenge(1),
            tamper: Tamper::FirstChallengeAgain,
        }]),
        START,
        REGISTRATION_DONE,
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Answered,
            UeMark::Deregistered(Departure::Accepted),
            UeMark::SynchFailure,
            UeMark::Answered,
            UeMark::Registered,
        ],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Authenticated,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Authenticated,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Stale,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Authenticated,
        ],
        ..REGISTERED
    },
    findings: &["replayed-nonce"],
    ..BASE
};

pub(super) const DOS_WRONG_RES_WHILE_REGISTERED: Scenario = Scenario {
    name: "dos-wrong-res-while-registered",
    about: "Somebody else registers as a registered user with a wrong response: the user stays registered, and is called.",
    clause: "TS 33.203 6.1.1, 6.1.2.1",
    steps: &[
        Step::Witness,
        START,
        REGISTRATION_DONE,
        Step::Intruder(Behaviour::WrongRes),
        Step::Await(Until::Intruder(failed(Failure::Refused(403)))),
        Step::Call(Service::Message, 0),
        Step::Await(Until::Ue(UeMark::Asked(Service::Message))),
        QUIET,
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Asked(Service::Message),
        ],
        scscf: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::Authenticated,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Challenged,
            Phase::WrongResponse,
        ],
        witness: &[UeMark::Called(Service::Message, 200)],
        intruder: &[UeMark::Answered, failed(Failure::Refused(403))],
        ..REGISTERED
    },
    findings: &["dos-wrong-res-while-registered"],
    ..BASE
};

pub(super) const SIP_DIGEST_NO_IPSEC: Scenario = Scenario {
    name: "sip-digest-no-ipsec",
    about: "A subscriber without ISIM registers with a password, without associations.",
    clause: "TS 33.203 Annex N",
    provision: Provision::Digest,
    access: Access::Digest,
    many: true,
    steps: &[START, Step::Await(Until::Ue(UeMark::RegisteredBare))],
    ending: Ending {
        ue: &[UeMark::Answered, UeMark::RegisteredBare],
        scscf: AUTHENTICATED,
        home: HomeEnd::RegisteredBare,
        ..REGISTERED
    },
    ..BASE
};
