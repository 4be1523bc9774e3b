//! From a message to its procedure.

use super::receive::Received;
use super::{Environment, Session, Verification};
use crate::network::event::{self, Event};
use crate::network::output::Output;
use crate::path::{Header, MessageView, Protection as PathProtection, Step};
use crate::{Discard, Disposition};
use quintet_crypto::Direction;
use quintet_nas::common::{NasDecodeError, SecurityHeaderType};
use quintet_nas::eps::{EmmCause, EmmMessage, ExtendedServiceRequest, ServiceRequest};
use quintet_nas::security::{Protection, ServiceRequestHeader};

/// Protocol discriminator of ESM, with the bearer identity's half octet masked.
const ESM_PROTOCOL_DISCRIMINATOR: u8 = 0x2;

/// Which message asks for service (TS 24.301 5.6.1.1).
#[derive(Clone, Copy, Debug)]
pub(in crate::network) enum ServiceAsked<'m> {
    /// SERVICE REQUEST.
    Short,
    /// EXTENDED SERVICE REQUEST.
    Extended(&'m ExtendedServiceRequest<'m>),
    /// CONTROL PLANE SERVICE REQUEST.
    ControlPlane,
}

impl Session {
    /// Hands a plain message to its procedure, and reports it.
    pub(super) fn dispatch(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        received: Received,
    ) -> Disposition {
        if !env.policy.events {
            return self.route(env, plain, received);
        }
        // The report stands before what the message brings about.
        let (place, protection) = (env.outputs.len(), self.protection_of(env, received));
        let disposition = self.route(env, plain, received);
        let (name, cause) = event::described_uplink(plain);
        self.report_uplink(env, place, (name, cause), protection, disposition);
        disposition
    }

    /// The same for SERVICE REQUEST.
    pub(super) fn dispatch_service_request(
        &mut self,
        env: &mut Environment<'_>,
        header: ServiceRequestHeader,
        nas: &[u8],
        received: Received,
    ) -> Disposition {
        let (place, protection) = (env.outputs.len(), self.protection_of(env, received));
        let view = MessageView::ServiceRequest {
            ksi: crate::path::Ksi(header.ksi),
        };
        let disposition = match self.follow(Direction::Uplink, PathProtection::ShortMac, view) {
            Ok(()) => {
                self.learn_service(env, nas, header.ksi);
                self.begin_service_request(env, ServiceAsked::Short)
            }
            Err(violation) => Disposition::Silent(Discard::Path(violation)),
        };
        if env.policy.events {
            self.report_uplink(env, place, (ServiceRequest::NAME, None), protection, disposition);
        }
        disposition
    }

    fn report_uplink(
        &self,
        env: &mut Environment<'_>,
        place: usize,
        (name, cause): (&'static str, Option<EmmCause>),
        protection: Option<event::Protection>,
        disposition: Disposition,
    ) {
        let event = Event::Message {
            direction: Direction::Uplink,
            name,
            protection,
            cause,
            disposition: Some(disposition),
            repeated: false,
        };
        env.outputs.insert(place, Output::Event(event));
    }

    /// Reports a PDU that was dropped before it came to a procedure: its MAC, its COUNT, its header.
    pub(super) fn report_dropped(
        &self,
        env: &mut Environment<'_>,
        place: usize,
        nas: &[u8],
        disposition: Disposition,
    ) -> Disposition {
        let report = |output: &Output| {
            matches!(
                output,
                Output::Event(Event::Message {
                    direction: Direction::Uplink,
                    ..
                })
            )
        };
        let dropped = matches!(disposition, Disposition::Silent(_));
        if env.policy.events && dropped && !env.outputs[place..].iter().any(report) {
            let plain = nas
                .first()
                .is_some_and(|first| SecurityHeaderType::of(*first) == SecurityHeaderType::PLAIN);
            let described = if plain {
                event::described_uplink(nas)
            } else {
                ("a protected message", None)
            };
            self.report_uplink(env, place, described, None, disposition);
        }
        disposition
    }

    /// How a verified message was protected; before it is handled, for that may change the context.
    fn protection_of(&self, env: &Environment<'_>, received: Received) -> Option<event::Protection> {
        let (protection, count) = received.verified?;
        let security = if protection.is_new_context() {
            &self.pending()?.security
        } else {
            self.bound_context(env)?.security.as_ref()?
        };
        Some(super::send::report(security, protection, count))
    }

    fn route(&mut self, env: &mut Environment<'_>, plain: &[u8], received: Received) -> Disposition {
        if plain
            .first()
            .is_some_and(|first| first & 0x0f == ESM_PROTOCOL_DISCRIMINATOR)
        {
            return self.route_esm(env, plain, received);
        }
        let decoded = match EmmMessage::decode_uplink(plain) {
            Ok(decoded) => decoded,
            Err(error) => return self.undecodable(env, plain, &error),
        };
        if decoded.soft_errors.comprehension_required() {
            return self.invalid(env, plain, EmmCause::INVALID_MANDATORY_INFORMATION);
        }
        if let Some(disposition) = self.meets(env, &decoded.message) {
            return disposition;
        }
        if self.secure
            && let Some(cause) = semantic_error(&decoded.message)
        {
            return self.status(env, cause);
        }
        let view = MessageView::of(&decoded.message);
        let before = self.path;
        let protection = match view.initial() {
            // A UE that has no key cannot have protected it: what it says is processed as if it were plain (4.4.4.3).
            Some(ksi) if received.verified.is_none() && !ksi.names_a_key() => PathProtection::Plain,
            _ => received.for_path(),
        };
        if let Err(violation) = self.follow(Direction::Uplink, protection, view) {
            return Disposition::Silent(Discard::Path(violation));
        }
        // The same request again is no step: what it began goes on (TS 24.301 5.5.1.2.7 e).
        if view.initial().is_some() && !self.goal.is_none() && self.learnt.request == plain {
            self.path = before;
        }
        let disposition = self.handle_message(env, &decoded.message, plain);
        // Nor is the answer to an earlier challenge: the one that is out waits on.
        if disposition == Disposition::Silent(Discard::Repetition) && view.initial().is_none() {
            self.path = before;
        }
        disposition
    }

    fn route_esm(&mut self, env: &mut Environment<'_>, plain: &[u8], received: Received) -> Disposition {
        if received.verified.is_none() {
            return Disposition::Silent(Discard::Unprotected);
        }
        let Ok(view) = MessageView::of_plain(Direction::Uplink, plain) else {
            return Disposition::Silent(Discard::TooShort);
        };
        match self.follow(Direction::Uplink, received.for_path(), view) {
            Ok(()) => self.esm(env, plain),
            Err(violation) => Disposition::Silent(Discard::Path(violation)),
        }
    }

    fn handle_message(
        &mut self,
        env: &mut Environment<'_>,
        message: &EmmMessage<'_>,
        plain: &[u8],
    ) -> Disposition {
        match message {
            EmmMessage::AttachRequest(_)
            | EmmMessage::TrackingAreaUpdateRequest(_)
            | EmmMessage::DetachRequestFromUe(_)
            | EmmMessage::ExtendedServiceRequest(_)
            | EmmMessage::ControlPlaneServiceRequest(_) => match self.repetition(env, message, plain) {
                Some(disposition) => disposition,
                None => self.begin(env, message, plain),
            },
            EmmMessage::AttachComplete(m) => self.attach_complete(env, m),
            EmmMessage::TrackingAreaUpdateComplete(_) => self.tau_complete(env),
            EmmMessage::GutiReallocationComplete(_) => self.guti_reallocation_complete(env),
            EmmMessage::DetachAccept(_) => self.detach_accept(env),
            EmmMessage::IdentityResponse(m) => self.identity_response(env, &m.mobile_identity),
            EmmMessage::AuthenticationResponse(m) => {
                self.authentication_response(env, m.authentication_response_parameter)
            }
            EmmMessage::AuthenticationFailure(m) => {
                self.authentication_failure(env, m.emm_cause, m.authentication_failure_parameter)
            }
            EmmMessage::SecurityModeComplete(m) => self.security_mode_complete(env, m),
            EmmMessage::SecurityModeReject(m) => self.security_mode_reject(env, m.emm_cause),
            // What went wrong at the UE went wrong; nothing waits for a status (TS 24.301 5.7).
            EmmMessage::EmmStatus(_) => Disposition::Handled,
            // Short messages and location services have no node here (TS 24.301 7.4).
            EmmMessage::UplinkNasTransport(_) | EmmMessage::UplinkGenericNasTransport(_) => {
                self.status(env, EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
            }
            // `decode_uplink` answers no message that only the network sends.
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// Begins the goal that a message asks for.
    pub(in crate::network) fn begin(
        &mut self,
        env: &mut Environment<'_>,
        message: &EmmMessage<'_>,
        plain: &[u8],
    ) -> Disposition {
        match message {
            EmmMessage::AttachRequest(m) => {
                self.learn_attach(env, plain, m);
                self.begin_attach(env, m)
            }
            EmmMessage::TrackingAreaUpdateRequest(m) => {
                self.learn_update(env, plain, m);
                self.begin_tau(env, m)
            }
            EmmMessage::DetachRequestFromUe(m) => {
                self.learn_detach(env, plain, m);
                self.begin_detach(env, m)
            }
            EmmMessage::ExtendedServiceRequest(m) => {
                self.learn_service(env, plain, m.nas_key_set_identifier.0);
                self.begin_service_request(env, ServiceAsked::Extended(m))
            }
            EmmMessage::ControlPlaneServiceRequest(m) => {
                self.learn_service(env, plain, m.nas_key_set_identifier.0);
                self.begin_service_request(env, ServiceAsked::ControlPlane)
            }
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// A request while something is under way: the same again is answered again or left alone, another one takes its place
    /// (TS 24.301 5.4.1.6, 5.4.2.7, 5.4.3.6, 5.4.4.6, 5.5.1.2.7 d to g, 5.5.2.3.5, 5.5.3.2.7).
    fn repetition(
        &mut self,
        env: &mut Environment<'_>,
        message: &EmmMessage<'_>,
        plain: &[u8],
    ) -> Option<Disposition> {
        if let Some(disposition) = self.meets(env, message) {
            return Some(disposition);
        }
        if !self.goal.is_none() && self.learnt.request == plain {
            if self.common.is_none() {
                self.repeat(env);
            }
            return Some(Disposition::Silent(Discard::Repetition));
        }
        self.abandon();
        None
    }

    /// Octets that are no message a UE sends (TS 24.301 7.2, 7.4, 7.5).
    fn undecodable(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        error: &NasDecodeError,
    ) -> Disposition {
        match error {
            NasDecodeError::TooShort { .. } => Disposition::Silent(Discard::TooShort),
            NasDecodeError::ProtocolDiscriminator(_) => Disposition::Silent(Discard::ProtocolDiscriminator),
            NasDecodeError::SecurityHeader(_) => Disposition::Silent(Discard::SecurityHeader),
            NasDecodeError::MessageType(_) => {
                self.status(env, EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
            }
            NasDecodeError::Mandatory(_) => self.invalid(env, plain, EmmCause::INVALID_MANDATORY_INFORMATION),
        }
    }

    /// A transition of the specification's table, by a message sent or taken.
    pub(super) fn follow(
        &mut self,
        direction: Direction,
        protection: PathProtection,
        message: MessageView,
    ) -> Result<(), crate::Violation> {
        self.path = self.path.apply(Step {
            direction,
            protection,
            message,
        })?;
        Ok(())
    }
}

/// What is wrong with a message that reads well: a conditional element is missing, or a value means nothing here
/// (TS 24.301 7.7.2, 7.8). To a connection without security the table says no, and no status is told.
fn semantic_error(message: &EmmMessage<'_>) -> Option<EmmCause> {
    let EmmMessage::AuthenticationFailure(m) = message else {
        return None;
    };
    match m.emm_cause {
        EmmCause::SYNCH_FAILURE if m.authentication_failure_parameter.is_none() => {
            Some(EmmCause::CONDITIONAL_IE_ERROR)
        }
        EmmCause::SYNCH_FAILURE | EmmCause::MAC_FAILURE | EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE => {
            None
        }
        _ => Some(EmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
    }
}

impl Received {
    /// The protection as the table wants it.
    fn for_path(self) -> PathProtection {
        match (self.verified, Header::of(SecurityHeaderType(self.header_type.0))) {
            (Some((Protection::ShortMac, _)), _) => PathProtection::ShortMac,
            (verified, Some(header)) => PathProtection::Protected {
                header,
                verified: Some(verified.is_some()),
            },
            (_, None) => PathProtection::Plain,
        }
    }
}

impl Session {
    /// Whether the goal's request was verified when it came.
    pub(in crate::network) fn is_verified(&self) -> bool {
        self.verification == Verification::Verified
    }
}
