//! What an HSS reports: for logs, metrics and the ladder.

use crate::Outcome;
use quintet_diameter::ConnectionId;
use quintet_home::FrontEvent;
use quintet_identity::Imsi;
use quintet_subscriber::eir::Verdict;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HssEvent {
    /// A request was answered.
    Answered {
        /// Over which connection it came.
        connection: ConnectionId,
        /// Application-ID: SWx has MAR and SAR of its own, beside Cx's.
        application: u32,
        /// Command Code.
        command: u32,
        /// Whom it was about, if that could be read.
        imsi: Option<Imsi>,
        /// With what.
        outcome: Outcome,
    },
    /// What every front end of the AuC reports: its slot, its memory, resynchronisations.
    Front(FrontEvent),
    /// Equipment was asked about that is not simply permitted.
    Equipment {
        /// With which SIM, if that was said.
        imsi: Option<Imsi>,
        /// What it is.
        verdict: Verdict,
        /// Whether the SIM is bound to other equipment.
        other_equipment: bool,
    },
    /// A serving node reports that the UE is reachable.
    Reachable {
        /// Who.
        imsi: Imsi,
    },
    /// A request was sent to a serving node.
    Sent {
        /// Application-ID: SWx has MAR and SAR of its own, beside Cx's.
        application: u32,
        /// Command Code.
        command: u32,
        /// Whom it is about.
        imsi: Option<Imsi>,
        /// To whom.
        host: String,
    },
    /// A serving node answered a request of the HSS.
    Confirmed {
        /// Application-ID: SWx has MAR and SAR of its own, beside Cx's.
        application: u32,
        /// Command Code.
        command: u32,
        /// Whom it was about.
        imsi: Option<Imsi>,
        /// Who.
        host: String,
        /// Result-Code or Experimental-Result-Code.
        result: u32,
    },
    /// A request of the HSS was given up: the serving node could not be reached, or refused it.
    GivenUp {
        /// Application-ID: SWx has MAR and SAR of its own, beside Cx's.
        application: u32,
        /// Command Code.
        command: u32,
        /// Whom it was about.
        imsi: Option<Imsi>,
        /// Who did not take it.
        host: String,
    },
}

impl From<FrontEvent> for HssEvent {
    fn from(event: FrontEvent) -> Self {
        Self::Front(event)
    }
}
