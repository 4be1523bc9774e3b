//! Registrations and calls as they should be.

use super::{
    AUTHENTICATED_TWICE, BASE, NOTHING, QUIET, REFRESH_DONE, REGISTERED, REGISTRATION_DONE, START, UNANSWERED,
};
use crate::ims::behaviour::Behaviour;
use crate::ims::ending::{Ending, HomeEnd};
use crate::ims::event::Service;
use crate::ims::mark::UeMark;
use crate::ims::scenario::{Scenario, Step, Until};
use quintet_ims::registrar::Phase;
use quintet_ims::ue::{Departure, Failure, Procedure, Start, Timer};

pub(super) const REGISTER: Scenario = Scenario {
    name: "register",
    about: "A UE registers: IMS AKA, and security associations with the P-CSCF.",
    clause: "TS 33.203 6.1.1",
    many: true,
    steps: &[START, REGISTRATION_DONE],
    ending: REGISTERED,
    ..BASE
};

pub(super) const RE_REGISTER: Scenario = Scenario {
    name: "re-register",
    about: "A registered UE registers again: a new authentication, a new set of associations.",
    clause: "TS 24.229 5.1.1.4, TS 33.203 7.4",
    many: true,
    steps: &[START, REGISTRATION_DONE, START, REFRESH_DONE],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Answered,
            UeMark::Refreshed,
        ],
        scscf: AUTHENTICATED_TWICE,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const DE_REGISTER: Scenario = Scenario {
    name: "de-register",
    about: "A UE ends its registration, and its associations go.",
    clause: "TS 24.229 5.1.1.6",
    many: true,
    steps: &[
        START,
        REGISTRATION_DONE,
        Step::Start(Start::Deregister),
        Step::Await(Until::Ue(UeMark::Deregistered(Departure::Accepted))),
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Answered,
            UeMark::Deregistered(Departure::Accepted),
        ],
        scscf: AUTHENTICATED_TWICE,
        home: HomeEnd::NotRegistered,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const NETWORK_DEREGISTER: Scenario = Scenario {
    name: "network-deregister",
    about: "The home network ends the registration, and a NOTIFY tells the UE.",
    clause: "TS 24.229 5.1.1.7, TS 29.228 6.1.3",
    subscribes: true,
    many: true,
    steps: &[
        START,
        Step::Await(Until::Ue(UeMark::Subscribed(200))),
        QUIET,
        Step::Deregister,
        Step::Await(Until::Ue(UeMark::Deregistered(Departure::ByNetwork {
            reregister: false,
        }))),
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Subscribed(200),
            UeMark::Deregistered(Departure::ByNetwork { reregister: false }),
        ],
        home: HomeEnd::NotRegistered,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const EXPIRES_TOO_BRIEF: Scenario = Scenario {
    name: "expires-too-brief",
    about: "A UE asks for less time than the registrar grants at least, and asks again.",
    clause: "RFC 3261 10.2.8, TS 24.229 5.1.1.2.1",
    many: true,
    expires_s: 10,
    steps: &[START, REGISTRATION_DONE],
    ending: Ending {
        ue: &[UeMark::TooBrief, UeMark::Answered, UeMark::Registered],
        ..REGISTERED
    },
    findings: &["expires-too-brief"],
    ..BASE
};

pub(super) const MT_CALL_WHILE_PENDING: Scenario = Scenario {
    name: "mt-call-while-pending",
    about: "Somebody calls a user whose first authentication is under way: the user is not registered.",
    clause: "TS 33.203 6.1.1, TS 29.228 6.1.4",
    steps: &[
        Step::Witness,
        Step::Behave(Behaviour::Silent),
        START,
        Step::Await(Until::Scscf(Phase::Challenged)),
        Step::Call(Service::Invite, 0),
        Step::Await(Until::Witness(UeMark::Called(Service::Invite, 480))),
        Step::Await(Until::Scscf(Phase::Unanswered)),
    ],
    ending: Ending {
        ue: &[UeMark::Failed(
            Procedure::Registration,
            Failure::Expired(Timer::RegAwaitAuth),
        )],
        scscf: UNANSWERED,
        witness: &[UeMark::Called(Service::Invite, 480)],
        ..NOTHING
    },
    findings: &["silent-after-challenge", "mt-call-while-pending"],
    ..BASE
};

pub(super) const MT_CALL_REGISTERED: Scenario = Scenario {
    name: "mt-call-registered",
    about: "Somebody calls a registered user, inside of its associations; the user sends a message back.",
    clause: "TS 24.229 5.1.4, 5.2.6.4, 5.4.3.3",
    steps: &[
        Step::Witness,
        START,
        REGISTRATION_DONE,
        Step::Call(Service::Invite, 0),
        Step::Await(Until::Ue(UeMark::Ended)),
        Step::Ask(Service::Message),
        Step::Await(Until::Ue(UeMark::Called(Service::Message, 200))),
        Step::Call(Service::Options, 0),
        Step::Await(Until::Witness(UeMark::Called(Service::Options, 200))),
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Asked(Service::Invite),
            UeMark::Established,
            UeMark::Ended,
            UeMark::Called(Service::Message, 200),
            UeMark::Asked(Service::Options),
        ],
        witness: &[
            UeMark::Called(Service::Invite, 200),
            UeMark::Asked(Service::Message),
            UeMark::Called(Service::Options, 200),
        ],
        ..REGISTERED
    },
    ..BASE
};
