//! What an AMF reports, and what becomes of each NGAP message.

use crate::GnbSetup;
use quintet_fgmm::Disposition;
use quintet_fgmm::network::Event;
use quintet_identity::Supi;
use quintet_identity::fgs::Guti;
use quintet_ngap::{AmfUeNgapId, Cause};
use quintet_sctp::AssociationId;
use quintet_telemetry::AttemptId;
use std::net::SocketAddr;

/// Why an NGAP message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum N2Discard {
    /// The association is not known any more.
    NoAssociation,
    /// Not NGAP's payload protocol identifier (TS 38.412 7).
    PayloadProtocol,
    /// An answer of the gNB that nothing waits for, or an unreadable one (TS 38.413 10.3.4, local error handling).
    Unawaited,
    /// A procedure that is not known and whose criticality is ignore (TS 38.413 10.3.4.1).
    Unknown,
    /// The connection is being released: the UE CONTEXT RELEASE COMMAND is under way.
    Releasing,
    /// One of [`Limits`](crate::Limits) is reached.
    Limit,
    /// An ERROR INDICATION or a report that needs no answer.
    Noted,
}

/// What became of an NGAP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "every inbound message ends in one"]
pub enum N2Disposition {
    /// Taken.
    Handled,
    /// Taken to mobility management.
    Nas(Disposition),
    /// Answered with a failure or an ERROR INDICATION of this cause.
    Replied(Cause),
    /// Dropped.
    Silent(N2Discard),
}

/// A kind of network function that the AMF calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Nausf_UEAuthentication.
    Ausf,
    /// Nudm_UEContextManagement, Nudm_SubscriberDataManagement.
    Udm,
    /// Nsmf_PDUSession.
    Smf,
}

/// What happened, for logs, the ladder and the doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmfEvent {
    /// An association was set up; NG SETUP is awaited.
    Associated {
        /// Which.
        association: AssociationId,
        /// From where.
        peer: SocketAddr,
    },
    /// NG SETUP, or a configuration update, was accepted.
    GnbSetUp {
        /// Its association.
        association: AssociationId,
        /// What it told.
        setup: GnbSetup,
    },
    /// NG SETUP was refused.
    GnbRefused {
        /// Its association.
        association: AssociationId,
        /// Why.
        cause: Cause,
    },
    /// A gNB is gone; the connections of its UEs are too.
    GnbLost {
        /// Its association.
        association: AssociationId,
        /// How many connections it had.
        connections: usize,
    },
    /// An NGAP message was not taken as it came.
    N2 {
        /// The gNB.
        association: AssociationId,
        /// What became of it.
        disposition: N2Disposition,
        /// Why, in words.
        why: String,
    },
    /// Mobility management reports.
    Fgmm {
        /// The gNB.
        association: AssociationId,
        /// The connection.
        connection: AmfUeNgapId,
        /// What the attempt is called on every node.
        attempt: AttemptId,
        /// What.
        event: Event,
    },
    /// A call of another network function was refused, or brought nothing of use.
    CallFailed {
        /// Which kind of network function.
        service: Service,
        /// What was asked.
        what: &'static str,
        /// Why: the failure, or status and cause of the refusal.
        why: String,
        /// Whether it is asked once more.
        again: bool,
    },
    /// A request of another network function was served.
    Served {
        /// What it asks.
        what: &'static str,
        /// About whom.
        supi: Option<Supi>,
        /// HTTP status of the answer.
        status: u16,
    },
    /// A UE was paged as often as it is and did not answer.
    PagingFailed {
        /// Whom.
        guti: Guti,
    },
    /// An idle UE was silent too long and counts as deregistered (TS 24.501 5.3.7).
    ImplicitlyDeregistered {
        /// Whose.
        guti: Guti,
    },
}

/// What an AMF counts since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// NGAP messages received.
    pub n2_received: u64,
    /// NGAP messages sent.
    pub n2_sent: u64,
    /// NGAP messages dropped or answered with an error.
    pub n2_faulty: u64,
    /// INITIAL UE MESSAGEs that a limit refused.
    pub refused: u64,
    /// Registrations completed.
    pub registered: u64,
    /// Service requests served.
    pub served: u64,
    /// Procedures refused with a cause.
    pub rejected: u64,
    /// NAS messages dropped without an answer.
    pub nas_discarded: u64,
    /// Authentications that the home network confirmed.
    pub authenticated: u64,
    /// Calls of other network functions.
    pub calls: u64,
    /// Those that were refused or got no response.
    pub calls_failed: u64,
}
