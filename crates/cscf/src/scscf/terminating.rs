//! Requests to a user of ours (TS 24.229 5.4.3.3): registered, only in authentication, served unregistered, or unknown.

use super::chain::Chain;
use super::originating::{is_barred, is_barred_in};
use super::read::impu_of;
use super::sip::is_originating;
use super::{Cycle, For, Request, Scscf, hss};
use crate::cx::CxFailure as ClientFailure;
use crate::proxy::{self, MAX_OWN_ROUTES, Routed};
use quintet_cx::profile::SessionCase;
use quintet_cx::{Answer, ServerAssignmentType};
use quintet_identity::Impu;
use quintet_ims::registrar::CxFailure;
use quintet_sip::{Message, Status};

impl Scscf {
    pub(crate) fn terminating(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
    ) {
        if !routed.routes.is_empty() {
            // Somebody else's Route is on top: we only pass it on.
            return self.pass_along(cycle, request, routed);
        }
        let uri = &routed.uri;
        let Some(impu) = impu_of(uri).filter(|_| !uri.is_sip() || self.is_home(uri)) else {
            return self.reject(cycle, request, Status::NOT_FOUND);
        };
        if let Some(set) = self.registered(&impu) {
            if is_barred(set, &impu) {
                return self.reject(cycle, request, Status::NOT_FOUND);
            }
            let chain = Chain {
                served: impu,
                case: SessionCase::TERMINATING_REGISTERED,
                after: None,
            };
            return self.go_on(cycle, request, routed, chain);
        }
        if let Some(profile) = self.unregistered.profile(&impu) {
            if is_barred_in(&profile, &impu) {
                return self.reject(cycle, request, Status::NOT_FOUND);
            }
            let case = SessionCase::TERMINATING_UNREGISTERED;
            return self.serve_unregistered(cycle, request, routed, (impu, case));
        }
        if self.is_pending(&impu) {
            // Its first registration is not complete (TS 33.203 6.1.1): nobody is reached yet.
            return self.reject(cycle, request, Status::TEMPORARILY_UNAVAILABLE);
        }
        self.ask_unregistered(cycle, request, impu);
    }

    /// Whether an authentication that would register a public identity is under way.
    fn is_pending(&self, impu: &Impu) -> bool {
        let mut places = self.table.by_impu(impu).iter();
        places.any(|place| {
            let session = self.table.session(*place);
            session.is_some_and(|session| session.authenticating() == Some(impu))
        })
    }

    /// SAR UNREGISTERED_USER: whether the identity has services in that state (TS 29.228 6.1.2).
    pub(super) fn ask_unregistered(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, impu: Impu) {
        let Request { id, hop, message } = request;
        let first = match self.unregistered.wait(&impu, id, hop, message.octets()) {
            Some(first) => first,
            None => return self.reject(cycle, request, Status::SERVICE_UNAVAILABLE),
        };
        if !first {
            return;
        }
        let mut sar = hss::sar(&self.config, ServerAssignmentType::UNREGISTERED_USER);
        sar.public_identities = vec![impu.as_str().to_owned()];
        let asked = quintet_cx::Request::ServerAssignment(Box::new(sar));
        let whose = For::Unregistered(impu);
        if let Err((whose, failure)) = self.cx.send(cycle.at.now, cycle.node, None, whose, asked)
            && let For::Unregistered(impu) = whose
        {
            self.unregistered_answered(cycle, &impu, Err(failure));
        }
    }

    /// The HSS says whether the identity has services.
    pub(crate) fn unregistered_answered(
        &mut self,
        cycle: &mut Cycle<'_>,
        impu: &Impu,
        result: Result<Answer, ClientFailure>,
    ) {
        let outcome = hss::assigned(&self.config, result).map(|(assigned, _)| assigned.profile);
        let until = cycle.at.now + self.config.unregistered_lifetime;
        if let Ok(Some(profile)) = &outcome {
            let profile = std::sync::Arc::clone(profile);
            self.unregistered.keep(impu, profile, until, &mut self.schedule);
        }
        for (id, hop, octets) in self.unregistered.waiting(impu) {
            let Ok(message) = Message::parse(&octets) else {
                continue;
            };
            let message = &message;
            let request = Request { id, hop, message };
            let Ok(routed) = proxy::route(message, &self.config.own, MAX_OWN_ROUTES) else {
                self.reject(cycle, request, Status::BAD_REQUEST);
                continue;
            };
            let refusal = match &outcome {
                Ok(Some(_)) => None,
                // Nobody originates for who has no services (TS 24.229 5.4.3.2).
                _ if is_originating(&routed) => Some(Status::FORBIDDEN),
                Ok(None) => Some(Status::TEMPORARILY_UNAVAILABLE),
                Err(failure) => Some(status_of(*failure)),
            };
            match refusal {
                None => self.begin(cycle, request, &routed),
                Some(status) => self.reject(cycle, request, status),
            }
        }
    }

    /// The criteria of an identity that is not registered.
    pub(super) fn serve_unregistered(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        (served, case): (Impu, SessionCase),
    ) {
        let chain = Chain {
            served,
            case,
            after: None,
        };
        self.go_on(cycle, request, routed, chain);
    }

    /// Nobody called an identity that is not registered for long: the HSS need not keep our name for it.
    pub(crate) fn unregistered_due(&mut self, cycle: &mut Cycle<'_>, id: u64) {
        let Some(impu) = self.unregistered.expire(id) else {
            return;
        };
        let mut sar = hss::sar(&self.config, ServerAssignmentType::TIMEOUT_DEREGISTRATION);
        sar.public_identities = vec![impu.as_str().to_owned()];
        let request = quintet_cx::Request::ServerAssignment(Box::new(sar));
        let _ = self.cx.send(cycle.at.now, cycle.node, None, For::Nobody, request);
    }
}

/// What a refusal of the HSS means to a caller.
fn status_of(failure: CxFailure) -> Status {
    match failure {
        CxFailure::UserUnknown | CxFailure::IdentitiesDontMatch => Status::NOT_FOUND,
        _ => Status::TEMPORARILY_UNAVAILABLE,
    }
}
