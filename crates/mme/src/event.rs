//! What an MME reports, and what becomes of each S1AP message.

use crate::EnbSetup;
use crate::s6a::AnswerOutcome;
use quintet_emm::Disposition;
use quintet_emm::network::Event;
use quintet_identity::{Guti, Imsi};
use quintet_s1ap::{Cause, MmeUeS1apId};
use quintet_sctp::AssociationId;
use quintet_telemetry::AttemptId;
use std::net::SocketAddr;

/// Why an S1AP message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum S1Discard {
    /// The association is not known any more.
    NoAssociation,
    /// Not S1AP's payload protocol identifier (TS 36.412 7).
    PayloadProtocol,
    /// An answer of the eNB that nothing waits for, or an unreadable one (TS 36.413 10.3.4, local error handling).
    Unawaited,
    /// A procedure that is not known and whose criticality is ignore (TS 36.413 10.3.4.1).
    Unknown,
    /// The connection is being released: the UE CONTEXT RELEASE COMMAND is under way.
    Releasing,
    /// One of [`Limits`](crate::Limits) is reached.
    Limit,
    /// An ERROR INDICATION or a report that needs no answer.
    Noted,
}

/// What became of an S1AP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "every inbound message ends in one"]
pub enum S1Disposition {
    /// Taken.
    Handled,
    /// Taken to mobility management.
    Nas(Disposition),
    /// Answered with a failure or an ERROR INDICATION of this cause.
    Replied(Cause),
    /// Dropped.
    Silent(S1Discard),
}

/// What happened, for logs, the ladder and the doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MmeEvent {
    /// An association was set up; S1 SETUP is awaited.
    Associated {
        /// Which.
        association: AssociationId,
        /// From where.
        peer: SocketAddr,
    },
    /// S1 SETUP, or a configuration update, was accepted.
    EnbSetUp {
        /// Its association.
        association: AssociationId,
        /// What it told.
        setup: EnbSetup,
    },
    /// S1 SETUP was refused.
    EnbRefused {
        /// Its association.
        association: AssociationId,
        /// Why.
        cause: Cause,
    },
    /// An eNB is gone; the connections of its UEs are too.
    EnbLost {
        /// Its association.
        association: AssociationId,
        /// How many connections it had.
        connections: usize,
    },
    /// An S1AP message was not taken as it came.
    S1 {
        /// The eNB.
        association: AssociationId,
        /// What became of it.
        disposition: S1Disposition,
        /// Why, in words.
        why: String,
    },
    /// Mobility management reports.
    Emm {
        /// The eNB.
        association: AssociationId,
        /// The connection.
        connection: MmeUeS1apId,
        /// What the attempt is called on every node.
        attempt: AttemptId,
        /// What.
        event: Event,
    },
    /// A request of the HSS was served.
    Served {
        /// The command.
        command: u32,
        /// About whom.
        imsi: Option<Imsi>,
        /// How.
        outcome: AnswerOutcome,
    },
    /// A UE was paged as often as it is and did not answer.
    PagingFailed {
        /// Whom.
        guti: Guti,
    },
    /// An idle UE was silent too long and counts as detached (TS 24.301 5.3.5).
    ImplicitlyDetached {
        /// Whose.
        guti: Guti,
    },
}

/// What an MME counts since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// S1AP messages received.
    pub s1_received: u64,
    /// S1AP messages sent.
    pub s1_sent: u64,
    /// S1AP messages dropped or answered with an error.
    pub s1_faulty: u64,
    /// INITIAL UE MESSAGEs that a limit refused.
    pub refused: u64,
    /// Attaches completed.
    pub attached: u64,
    /// Service requests served.
    pub served: u64,
    /// Tracking area updates completed.
    pub updated: u64,
    /// Procedures refused with a cause.
    pub rejected: u64,
    /// NAS messages dropped without an answer.
    pub nas_discarded: u64,
    /// Authentications that succeeded.
    pub authenticated: u64,
}
