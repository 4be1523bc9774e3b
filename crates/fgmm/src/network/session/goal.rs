//! What a session is about, and the common procedure on the way there.

use crate::network::authentication::{Asked, Challenge};
use crate::network::deregistration::Deregistration;
use crate::network::identification::Identification;
use crate::network::registration::Registering;
use crate::network::security_mode::Pending;
use crate::network::service_request::Service;

/// The specific or connection management procedure (TS 24.501 5.5, 5.6) of a session. Its data belong to its file.
#[derive(Debug)]
pub(in crate::network) enum Goal {
    /// None, or the last one is complete.
    None,
    /// Registration (5.5.1).
    Registration(Box<Registering>),
    /// Service request (5.6.1).
    ServiceRequest(Box<Service>),
    /// De-registration, either way (5.5.2).
    Deregistration(Box<Deregistration>),
}

/// The common procedure (TS 24.501 5.4) that waits for an answer.
#[derive(Debug)]
pub(in crate::network) enum Common {
    /// None.
    None,
    /// Identification: IDENTITY REQUEST is out.
    Identification(Identification),
    /// Authentication: a challenge is on its way from the AUSF.
    Requested(Box<Asked>),
    /// Authentication: AUTHENTICATION REQUEST is out.
    Authentication(Box<Challenge>),
    /// Authentication: the AUSF has the UE's answer.
    Confirming(Box<Asked>),
    /// Security mode control: SECURITY MODE COMMAND is out.
    SecurityMode(Box<Pending>),
}

impl Goal {
    /// Whether there is none.
    pub(in crate::network) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Common {
    /// Whether nothing is awaited.
    pub(in crate::network) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}
