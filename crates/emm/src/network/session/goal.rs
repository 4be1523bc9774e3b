//! What a session is about, and the common procedure on the way there.

use crate::network::attach::Attach;
use crate::network::authentication::Challenge;
use crate::network::detach::Detach;
use crate::network::identification::Identification;
use crate::network::security_mode::Pending;
use crate::network::service_request::ServiceRequest;
use crate::network::tracking_area_update::TrackingAreaUpdate;

/// The specific or connection management procedure (TS 24.301 5.5, 5.6) of a session. Its data belong to its file.
#[derive(Debug)]
pub(in crate::network) enum Goal {
    /// None, or the last one is complete.
    None,
    /// Attach (5.5.1).
    Attach(Box<Attach>),
    /// Tracking area updating (5.5.3).
    TrackingAreaUpdate(Box<TrackingAreaUpdate>),
    /// Service request (5.6.1).
    ServiceRequest(Box<ServiceRequest>),
    /// Detach, either way (5.5.2).
    Detach(Box<Detach>),
}

/// The common procedure (TS 24.301 5.4) that waits for an answer.
#[derive(Debug)]
pub(in crate::network) enum Common {
    /// None.
    None,
    /// Identification: IDENTITY REQUEST is out.
    Identification(Identification),
    /// Authentication: vectors are on their way.
    Vectors,
    /// Authentication: AUTHENTICATION REQUEST is out.
    Authentication(Box<Challenge>),
    /// Security mode control: SECURITY MODE COMMAND is out.
    SecurityMode(Box<Pending>),
}

impl Common {
    /// Whether nothing is awaited.
    pub(in crate::network) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}
