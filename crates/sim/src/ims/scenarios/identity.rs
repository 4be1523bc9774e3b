//! Private and public identities (TS 23.228 5.2.1a, TS 29.228 6.1.1).

use super::{BASE, NOTHING, REGISTERED, REGISTRATION_DONE, START};
use crate::ims::ending::Ending;
use crate::ims::event::Service;
use crate::ims::mark::UeMark;
use crate::ims::scenario::{Named, Provision, Scenario, Step, Until};
use quintet_ims::ue::{Failure, Procedure};

const FORBIDDEN: UeMark = UeMark::Failed(Procedure::Registration, Failure::Refused(403));

pub(super) const IMPLICIT_SET: Scenario = Scenario {
    name: "implicit-set",
    about: "With one public identity its implicit registration set is registered: the user is called by another one of it.",
    clause: "TS 33.203 6.1.1, TS 23.228 5.2.1a",
    provision: Provision::ImplicitSet,
    steps: &[
        Step::Witness,
        START,
        REGISTRATION_DONE,
        Step::Call(Service::Message, 1),
        Step::Await(Until::Ue(UeMark::Asked(Service::Message))),
    ],
    ending: Ending {
        ue: &[
            UeMark::Answered,
            UeMark::Registered,
            UeMark::Asked(Service::Message),
        ],
        witness: &[UeMark::Called(Service::Message, 200)],
        identities: 3,
        ..REGISTERED
    },
    ..BASE
};

pub(super) const IMPI_IMPU_MISMATCH: Scenario = Scenario {
    name: "impi-impu-mismatch",
    about: "A UE registers the public identity of another subscriber.",
    clause: "TS 33.203 6.1.1, TS 29.228 6.1.1.1",
    named: Named::AsAnother,
    steps: &[START, Step::Await(Until::Ue(FORBIDDEN))],
    ending: Ending {
        ue: &[FORBIDDEN],
        ..NOTHING
    },
    findings: &["impi-impu-mismatch"],
    ..BASE
};

pub(super) const BARRED_IMPU: Scenario = Scenario {
    name: "barred-impu",
    about: "A UE registers a public identity that is barred, and has no other.",
    clause: "TS 29.228 6.1.1.1",
    provision: Provision::Barred,
    steps: &[START, Step::Await(Until::Ue(FORBIDDEN))],
    ending: Ending {
        ue: &[FORBIDDEN],
        ..NOTHING
    },
    findings: &["barred-impu"],
    ..BASE
};
