//! What an MME reports: for the ladder, for tests.

use quintet_crypto::Sqn;
use quintet_diameter::node::{FailedReason, RouteError};
use quintet_identity::Imsi;
use quintet_mme::s6a::{AnswerFault, AnswerOutcome, SubscriptionFault};

/// What an MME does for a UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// AIR, authentication, ULR with Initial-Attach-Indicator (TS 23.401 5.3.2.1).
    Attach,
    /// ULR alone: the UE comes from another MME, authenticated (TS 23.401 5.3.3.1).
    TrackingAreaUpdate,
    /// ULR alone: the UE is heard of for the first time after the HSS lost its location (TS 29.272 5.2.4.1.2).
    Confirmation,
    /// PUR (TS 29.272 5.2.1.3).
    Purge,
    /// NOR (TS 29.272 5.2.5.1).
    Notify,
}

/// Why a procedure was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcedureError {
    /// No such UE is in this MME's area: see [`super::Mme::arrive`].
    #[error("no UE with this IMSI is in the area of this MME")]
    NoUe,
    /// One at a time.
    #[error("another procedure of this subscriber is under way")]
    UnderWay,
    /// There is nothing to purge, confirm or notify about.
    #[error("this MME has no context of this subscriber")]
    NoContext,
    /// [`super::MAX_CONTEXTS`].
    #[error("the MME holds as many contexts as it may")]
    Full,
    /// The request cannot be sent.
    #[error("the request cannot be sent: {0}")]
    Route(RouteError),
}

/// Why a procedure failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachFailure {
    /// The HSS did not grant the request.
    #[error("the HSS answers {0}")]
    Refused(AnswerOutcome),
    /// No answer came.
    #[error("no answer: {0:?}")]
    NoAnswer(FailedReason),
    /// A further request could not be sent.
    #[error("the next request cannot be sent: {0}")]
    NotSent(RouteError),
    /// The HSS granted the request, but its answer cannot be used.
    #[error("the answer cannot be used: {0}")]
    Unusable(AnswerFault),
    /// The answer holds no vector.
    #[error("the answer holds no E-UTRAN vector")]
    NoVector,
    /// The card does not accept MAC-A.
    #[error("the card finds MAC-A wrong")]
    MacFailure,
    /// The vector is not one for E-UTRAN.
    #[error("the separation bit of the AMF is clear")]
    NotSeparated,
    /// The card found the vector stale, again, after a resynchronisation.
    #[error("the card finds SQN out of range again after a resynchronisation")]
    SynchronisationFailure,
    /// RES and XRES differ.
    #[error("RES of the card is not XRES of the HSS")]
    WrongXres,
    /// KASME of the HSS is not what follows from CK, IK and the serving network.
    #[error("KASME of the HSS is not the one that CK, IK and the serving network give")]
    WrongKasme,
    /// The subscription cannot be served.
    #[error("the subscription cannot be served: {}", list(.0))]
    Subscription(Vec<SubscriptionFault>),
}

fn list(faults: &[SubscriptionFault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// What the UE said to a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Genuine and fresh; RES = XRES, and KASME is the same on both sides.
    Accepted {
        /// The highest SQN the card has accepted, that of this vector included.
        sqn_ms: Sqn,
    },
    /// Stale: answered with AUTS.
    SynchronisationFailure {
        /// What the card accepted last.
        sqn_ms: Sqn,
    },
    /// Refused for good: the failure says why.
    Refused,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MmeEvent {
    /// A request was sent.
    Requested {
        /// Whom it is about.
        imsi: Imsi,
        /// Command Code.
        command: u32,
    },
    /// It was answered.
    Answered {
        /// Whom it was about.
        imsi: Imsi,
        /// Command Code.
        command: u32,
        /// With what.
        outcome: AnswerOutcome,
    },
    /// A UE was challenged with a vector.
    Challenged {
        /// Who.
        imsi: Imsi,
        /// What it said.
        verdict: Verdict,
    },
    /// A procedure succeeded.
    Completed {
        /// Who.
        imsi: Imsi,
        /// What.
        procedure: Procedure,
    },
    /// A procedure failed.
    Failed {
        /// Who.
        imsi: Imsi,
        /// What.
        procedure: Procedure,
        /// Why.
        failure: AttachFailure,
    },
    /// A request of the HSS was answered.
    Served {
        /// Command Code.
        command: u32,
        /// Whom it was about, if anybody.
        imsi: Option<Imsi>,
        /// With what.
        outcome: AnswerOutcome,
    },
    /// The HSS cancelled a location; the context is gone.
    Cancelled {
        /// Who.
        imsi: Imsi,
        /// Cancellation-Type as received.
        cancellation_type: u32,
    },
    /// The HSS changed subscription data.
    SubscriptionChanged {
        /// Whose.
        imsi: Imsi,
    },
    /// The HSS lost locations: so many contexts await confirmation.
    Reset {
        /// How many.
        contexts: usize,
    },
}
