//! What a UE and its network do when all is well, or as well as can be.

use super::{ATTACH_START, ATTACHED, BASE, NOTHING};
use crate::lte::ending::{ContextEnd, Ending};
use crate::lte::mark::UeMark;
use crate::lte::play::Restart;
use crate::lte::scenario::{Card, Scenario, Step, Until};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_emm::network::Phase;
use quintet_emm::ue::{AttachIdentity, Departure, Start};
use quintet_nas::eps::EpsAttachType;

/// What an attach with a new AKA is to the UE and to the MME, and what a new AKA is in it.
pub(super) const ATTACH: Scenario = Scenario {
    name: "attach",
    about: "an unknown UE attaches by its IMSI, up to the first protected message and the default bearer",
    clause: "TS 24.301 5.5.1.2",
    steps: &[ATTACH_START, ATTACHED],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const ATTACH_GUTI: Scenario = Scenario {
    name: "attach-guti",
    about: "a UE that detached comes back by its GUTI under the context both have kept: no new AKA",
    clause: "TS 24.301 5.5.1.2.2, 4.4.2.3",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Start(Start::Detach { switch_off: false }),
        Step::Await(Until::Idle),
        ATTACH_START,
        ATTACHED,
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Deregistered(Departure::Accepted),
            UeMark::Registered,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::Detached,
            Phase::ContextReused,
            Phase::Located,
            Phase::Attached,
        ],
        messages: &[
            (Downlink, "AUTHENTICATION REQUEST", 1),
            (Downlink, "SECURITY MODE COMMAND", 1),
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const ATTACH_UNKNOWN_GUTI: Scenario = Scenario {
    name: "attach-unknown-guti",
    about: "a UE comes with a GUTI that the MME does not know any more: it is asked for its IMSI",
    clause: "TS 24.301 5.4.4, 5.5.1.2.2",
    alone: true,
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Start(Start::Detach { switch_off: false }),
        Step::Await(Until::Idle),
        Step::Restart(Restart::Forgetful),
        ATTACH_START,
        ATTACHED,
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Deregistered(Departure::Accepted),
            UeMark::SecurityModeComplete,
            UeMark::Registered,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::Detached,
            Phase::Identified,
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        messages: &[
            (Downlink, "IDENTITY REQUEST", 1),
            (Uplink, "IDENTITY RESPONSE", 1),
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const SERVICE_REQUEST: Scenario = Scenario {
    name: "service-request",
    about: "an idle UE asks for its bearers: short MAC, KeNB of the new COUNT",
    clause: "TS 24.301 5.6.1, TS 33.401 7.2.6.2",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Inactivity,
        Step::Start(Start::ServiceRequest),
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered, UeMark::Served],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::ContextReused,
            Phase::Served,
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const TAU: Scenario = Scenario {
    name: "tau",
    about: "an idle UE updates its tracking area under its context",
    clause: "TS 24.301 5.5.3.2",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Inactivity,
        Step::Start(Start::UPDATE),
        Step::Await(Until::Ue(UeMark::Updated)),
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered, UeMark::Updated],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::ContextReused,
            Phase::Updated,
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const DETACH: Scenario = Scenario {
    name: "detach",
    about: "a UE leaves, and the network agrees",
    clause: "TS 24.301 5.5.2.2",
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Start(Start::Detach { switch_off: false }),
        Step::Await(Until::Idle),
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Deregistered(Departure::Accepted),
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::Detached,
        ],
        registered: false,
        context: ContextEnd::Deregistered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const NETWORK_DETACH: Scenario = Scenario {
    name: "network-detach",
    about: "the operator sends an idle UE away, to come back: paging, detach, another attach",
    clause: "TS 24.301 5.5.2.3, 5.6.2",
    automatic: true,
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Inactivity,
        Step::Detach { reattach: true },
        ATTACHED,
    ],
    ending: Ending {
        ue: &[
            UeMark::SecurityModeComplete,
            UeMark::Registered,
            UeMark::Served,
            UeMark::Deregistered(Departure::ByNetwork {
                reattach: true,
                cause: None,
            }),
            UeMark::Registered,
        ],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::ContextReused,
            Phase::Detached,
            Phase::ContextReused,
            Phase::Located,
            Phase::Attached,
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const PAGING: Scenario = Scenario {
    name: "paging",
    about: "the MME pages an idle UE by its S-TMSI, which answers with a service request",
    clause: "TS 24.301 5.6.2, TS 36.413 8.5",
    automatic: true,
    steps: &[
        ATTACH_START,
        ATTACHED,
        Step::Inactivity,
        Step::Page,
        Step::Await(Until::Ue(UeMark::Served)),
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered, UeMark::Served],
        mme: &[
            Phase::VectorsRequested,
            Phase::VectorsReceived,
            Phase::Authenticated,
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::Located,
            Phase::FirstProtected,
            Phase::Attached,
            Phase::ContextReused,
            Phase::Served,
        ],
        registered: true,
        context: ContextEnd::Registered,
        ..NOTHING
    },
    ..BASE
};

pub(super) const PARALLEL_ATTACH: Scenario = Scenario {
    name: "parallel-attach",
    about: "many UEs attach at once",
    clause: "TS 24.301 5.5.1.2",
    many: true,
    steps: &[ATTACH_START, ATTACHED],
    ..ATTACH
};

pub(super) const EMERGENCY_EIA0: Scenario = Scenario {
    name: "emergency-eia0",
    about: "an emergency call without a card: by IMEI, under EIA0, as the operator allows",
    clause: "TS 24.301 5.5.1.2, TS 33.401 15.2.2",
    card: Card::None,
    steps: &[
        Step::Start(Start::Attach {
            attach_type: EpsAttachType::EPS_EMERGENCY_ATTACH,
            identity: AttachIdentity::Usual,
        }),
        Step::Await(Until::Ue(UeMark::Registered)),
    ],
    ending: Ending {
        ue: &[UeMark::SecurityModeComplete, UeMark::Registered],
        mme: &[
            Phase::SecurityModeCommanded,
            Phase::SecurityModeComplete,
            Phase::FirstProtected,
            Phase::Attached,
        ],
        registered: true,
        context: ContextEnd::Null,
        ..NOTHING
    },
    ..BASE
};
