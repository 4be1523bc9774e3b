//! From a message to its procedure.

use super::verification::Received;
use super::{Environment, Goal, Session, Verification};
use crate::network::event::{self, Event};
use crate::network::output::Output;
use crate::path::{MessageView, Protection as PathProtection, Step};
use crate::{Discard, Disposition};
use quintet_crypto::Direction;
use quintet_nas::common::{NasDecodeError, SecurityHeaderType};
use quintet_nas::fgs::{FgmmCause, FgmmMessage};

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
        let described = event::described_uplink(plain);
        self.report_uplink(env, place, described, protection, disposition);
        disposition
    }

    fn report_uplink(
        &self,
        env: &mut Environment<'_>,
        place: usize,
        (name, cause): (&'static str, Option<FgmmCause>),
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
            let plain = nas.get(1).is_some_and(|second| {
                SecurityHeaderType::of_second_octet(*second) == SecurityHeaderType::PLAIN
            });
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
        let decoded = match FgmmMessage::decode_uplink(plain) {
            Ok(decoded) => decoded,
            Err(error) => return self.undecodable(env, plain, &error),
        };
        if decoded.soft_errors.comprehension_required() {
            return self.invalid(env, plain, FgmmCause::INVALID_MANDATORY_INFORMATION);
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
        // The same request again is no step: what it began goes on (TS 24.501 5.5.1.2.8 e).
        if view.initial().is_some() && !self.goal.is_none() && self.learnt.request == plain {
            self.path = before;
        }
        let disposition = self.handle_message(env, &decoded.message, plain);
        // Nor is what was dropped after all, such as the answer to an earlier challenge: the one that is out waits on.
        if matches!(disposition, Disposition::Silent(_)) && view.initial().is_none() {
            self.path = before;
        }
        disposition
    }

    fn handle_message(
        &mut self,
        env: &mut Environment<'_>,
        message: &FgmmMessage<'_>,
        plain: &[u8],
    ) -> Disposition {
        match message {
            FgmmMessage::RegistrationRequest(_)
            | FgmmMessage::DeregistrationRequestFromUe(_)
            | FgmmMessage::ServiceRequest(_)
            | FgmmMessage::ControlPlaneServiceRequest(_) => match self.repetition(env, plain) {
                Some(disposition) => disposition,
                None => self.begin(env, message, plain),
            },
            FgmmMessage::RegistrationComplete(_) => self.registration_complete(env),
            FgmmMessage::ConfigurationUpdateComplete(_) => self.configuration_update_complete(env),
            FgmmMessage::DeregistrationAcceptFromUe(_) => self.deregistration_accept(env),
            FgmmMessage::IdentityResponse(m) => self.identity_response(env, &m.mobile_identity),
            FgmmMessage::AuthenticationResponse(m) => self.authentication_response(env, m),
            FgmmMessage::AuthenticationFailure(m) => self.authentication_failure(env, m),
            FgmmMessage::SecurityModeComplete(m) => self.security_mode_complete(env, m),
            FgmmMessage::SecurityModeReject(m) => self.security_mode_reject(env, m.fgmm_cause),
            FgmmMessage::UlNasTransport(m) => self.ul_nas_transport(env, m),
            // What went wrong at the UE went wrong; nothing waits for a status (TS 24.501 5.4.6).
            FgmmMessage::FgmmStatus(_) => Disposition::Handled,
            // Nothing here notifies, authenticates for a slice, or relays (TS 24.501 7.4).
            FgmmMessage::NotificationResponse(_)
            | FgmmMessage::NetworkSliceSpecificAuthenticationComplete(_)
            | FgmmMessage::RelayKeyRequest(_)
            | FgmmMessage::RelayAuthenticationResponse(_) => self.status(
                env,
                FgmmCause::MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE,
            ),
            // `decode_uplink` answers no message that only the network sends.
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// Begins the goal that a message asks for.
    pub(in crate::network) fn begin(
        &mut self,
        env: &mut Environment<'_>,
        message: &FgmmMessage<'_>,
        plain: &[u8],
    ) -> Disposition {
        match message {
            FgmmMessage::RegistrationRequest(m) => {
                self.learn_registration(env, plain, m);
                self.begin_registration(env, m)
            }
            FgmmMessage::DeregistrationRequestFromUe(m) => {
                self.learn_deregistration(env, plain, m);
                self.begin_deregistration(env, m)
            }
            FgmmMessage::ServiceRequest(m) => {
                self.learn_service(env, plain, m);
                self.begin_service_request(env, m)
            }
            FgmmMessage::ControlPlaneServiceRequest(m) => {
                self.learn_control_plane_service(env, plain, m);
                self.refuse_control_plane_service(env)
            }
            _ => Disposition::Silent(Discard::Malformed),
        }
    }

    /// A request while something is under way: the same again is answered again or left alone, another one takes its place
    /// (TS 24.501 5.4.1.3.7, 5.4.2.7, 5.4.3.6, 5.4.4.6, 5.5.1.2.8 d to h, 5.5.1.3.8, 5.5.2.3.5).
    fn repetition(&mut self, env: &mut Environment<'_>, plain: &[u8]) -> Option<Disposition> {
        if !self.goal.is_none() && self.learnt.request == plain {
            if self.common.is_none() && matches!(self.goal, Goal::Registration(_)) {
                self.repeat(env);
            }
            return Some(Disposition::Silent(Discard::Repetition));
        }
        self.abandon(env);
        None
    }

    /// Octets that are no message a UE sends (TS 24.501 7.2, 7.4, 7.5).
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
                self.status(env, FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
            }
            NasDecodeError::Mandatory(_) => {
                self.invalid(env, plain, FgmmCause::INVALID_MANDATORY_INFORMATION)
            }
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
/// (TS 24.501 7.7.2, 7.8). To a connection without security the table says no, and no status is told.
fn semantic_error(message: &FgmmMessage<'_>) -> Option<FgmmCause> {
    let FgmmMessage::AuthenticationFailure(m) = message else {
        return None;
    };
    match m.fgmm_cause {
        FgmmCause::SYNCH_FAILURE if m.authentication_failure_parameter.is_none() => {
            Some(FgmmCause::CONDITIONAL_IE_ERROR)
        }
        FgmmCause::SYNCH_FAILURE
        | FgmmCause::MAC_FAILURE
        | FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE
        | FgmmCause::NG_KSI_ALREADY_IN_USE => None,
        _ => Some(FgmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
    }
}

impl Session {
    /// Whether the goal's request was verified when it came.
    pub(in crate::network) fn is_verified(&self) -> bool {
        self.verification == Verification::Verified
    }
}
