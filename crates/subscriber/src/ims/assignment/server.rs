//! Which S-CSCF serves: whether it is the one that is stored, may be, and what becomes of the one before (TS 29.228 8.1).

use super::Assignment;
use crate::ims::{Cancellation, ImsRecord, Policy, RegistrationSet, Registrations, Server};
use quintet_cx::{ExperimentalResult, Outcome, ReasonCode};

impl ImsRecord {
    /// Whether an S-CSCF is the one that is stored, or holds the registrations.
    pub(super) fn is_assigned(&self, server: &Server) -> bool {
        let Registrations {
            server: stored,
            previous,
            ..
        } = &self.registrations;
        [stored, previous]
            .into_iter()
            .flatten()
            .any(|known| known.is_named(&server.name))
    }

    /// Whether the S-CSCF may have the user (TS 29.228 8.1.2).
    pub(super) fn check_name(&self, request: &Assignment<'_>, policy: Policy) -> Result<(), Outcome> {
        match &self.registrations.server {
            Some(stored) if !stored.is_named(&request.server.name) => {
                let reassignable = policy.restoration && self.registrations.reassignment_pending;
                if reassignable {
                    Ok(())
                } else {
                    Err(ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED.into())
                }
            }
            _ => Ok(()),
        }
    }

    /// The S-CSCF becomes the one that serves. Another that held registrations is told (TS 29.228 8.1.1): with IMS
    /// restoration all of them move, else those of other sets end.
    pub(super) fn take_over(
        &self,
        registrations: &mut Registrations,
        server: &Server,
        set: &RegistrationSet,
        policy: Policy,
    ) -> Vec<Cancellation> {
        let holder = registrations.holder().cloned();
        registrations.server = Some(server.clone());
        registrations.previous = None;
        registrations.reassignment_pending = false;
        let Some(old) = holder.filter(|old| !old.is_node_of(server)) else {
            return Vec::new();
        };
        let mut cancel = Vec::new();
        for other in registrations.sets.clone() {
            let is_this = other.id == set.id;
            let moves = is_this || policy.restoration;
            let reason = if moves {
                ReasonCode::NEW_SERVER_ASSIGNED
            } else {
                ReasonCode::SERVER_CHANGE
            };
            cancel.extend(self.cancellation_of(&old, &other, reason));
            if !policy.restoration {
                registrations.change(other.id, |other| {
                    other.registered.clear();
                    other.unregistered = false;
                });
            }
        }
        cancel
    }
}
