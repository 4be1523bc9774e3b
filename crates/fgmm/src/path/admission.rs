//! Whether a message may have the protection it has, on a connection as secure as it is (TS 24.501 4.4.2.5, 4.4.4, 4.4.5,
//! 4.4.6, 9.3.1); and what its protection makes of the connection.

use super::message::{IdentityKind, MessageView, Step};
use super::state::{Registration, Security, State};
use super::{Header, Ksi, Protection};
use crate::Violation;
use quintet_crypto::Direction;

/// 5GMM causes that no unprotected REGISTRATION REJECT may carry (TS 24.501 4.4.4.2): #76 of CAGs, #78 of a PLMN at this
/// location, #81 and #82 of IAB nodes.
const NOT_IN_PLAIN_REGISTRATION_REJECT: [u8; 4] = [76, 78, 81, 82];
/// Those that no unprotected SERVICE REJECT may carry.
const NOT_IN_PLAIN_SERVICE_REJECT: [u8; 2] = [76, 78];

/// The security of the connection after this message, or why it may not come like this.
pub(super) fn admit(state: &State, step: &Step) -> Result<Security, Violation> {
    if step
        .message
        .direction()
        .is_some_and(|only| only != step.direction)
    {
        return Err(step
            .message
            .violates("TS 24.501 8.2", "a message of this direction"));
    }
    header_fits(step)?;
    if let (Some(ksi), Direction::Uplink) = (step.message.initial(), step.direction) {
        return initial(state, step, ksi);
    }
    if state.security == Security::Idle {
        return Err(step.message.violates(
            "TS 24.501 5.3.1.1",
            "an initial message: there is no signalling connection",
        ));
    }
    let wrong = matches!(
        step.protection,
        Protection::Protected {
            verified: Some(false),
            ..
        }
    );
    match (step.direction, step.protection) {
        (Direction::Uplink, _) if wrong => plain(state, step),
        (Direction::Downlink, _) if wrong => {
            Err(step.message.violates("TS 24.501 4.4.3.3", "a MAC that holds"))
        }
        (Direction::Downlink, Protection::Protected { header, .. }) => downlink(state, step, header),
        (Direction::Uplink, Protection::Protected { header, .. }) => uplink(state, step, header),
        (_, Protection::Plain | Protection::ShortMac) => plain(state, step),
    }
}

/// Header types that belong to one message alone, messages that have one header alone, and those that this system does not
/// have (TS 24.501 9.3.1).
fn header_fits(step: &Step) -> Result<(), Violation> {
    let message = &step.message;
    let header = match step.protection {
        Protection::Plain => None,
        Protection::ShortMac => {
            return Err(message.violates("TS 24.501 9.3.1", "a header of 5GS: none has a short MAC"));
        }
        Protection::Protected { header, .. } => Some(header),
    };
    let (clause, expected) = match (message, header) {
        (MessageView::SecurityModeCommand { .. }, Some(Header::NewContext))
        | (
            MessageView::SecurityModeComplete { .. } | MessageView::Ciphered,
            Some(Header::CipheredNewContext),
        )
        | (MessageView::Ciphered, Some(Header::Ciphered)) => return Ok(()),
        (_, Some(Header::PartiallyCiphered)) => ("TS 24.501 9.3.1", "a header of 5GS: 0 to 4"),
        (MessageView::SecurityModeCommand { .. }, _) => (
            "TS 24.501 5.4.2.2",
            "integrity protected with new 5G NAS security context",
        ),
        (MessageView::SecurityModeComplete { .. }, _) => (
            "TS 24.501 5.4.2.3",
            "integrity protected and ciphered with new 5G NAS security context",
        ),
        (MessageView::Ciphered, _) => ("TS 24.501 9.3.1", "a header that says ciphered"),
        (_, Some(Header::NewContext)) => ("TS 24.501 9.3.1", "SECURITY MODE COMMAND under this header"),
        (_, Some(Header::CipheredNewContext)) => {
            ("TS 24.501 9.3.1", "SECURITY MODE COMPLETE under this header")
        }
        (_, None | Some(Header::Integrity | Header::Ciphered)) => return Ok(()),
    };
    Err(message.violates(clause, expected))
}

/// Initial messages, or those that may be one (TS 24.501 4.4.6, 5.3.1.1): they open a connection, or come in it.
fn initial(state: &State, step: &Step, ksi: Ksi) -> Result<Security, Violation> {
    let service = matches!(
        step.message,
        MessageView::ServiceRequest { .. } | MessageView::ControlPlaneServiceRequest { .. }
    );
    let (bare, ciphered) = match step.protection {
        Protection::Protected { header, verified } => (verified == Some(false), header == Header::Ciphered),
        Protection::Plain | Protection::ShortMac => (true, false),
    };
    match state.security {
        Security::Secure { .. } if bare => Err(step.message.violates(
            "TS 24.501 4.4.4.3",
            "a protected message: secure exchange is established",
        )),
        Security::Secure { ksi, .. } => Ok(Security::Secure { ksi, continued: true }),
        _ if service && step.protection == Protection::Plain => Err(step
            .message
            .violates("TS 24.501 4.4.4.3", "an integrity protected message")),
        Security::Unknown if ciphered => Ok(Security::Secure {
            ksi: Some(ksi),
            continued: true,
        }),
        _ if ciphered => Err(step.message.violates(
            "TS 24.501 4.4.6",
            "an initial message whose container alone is ciphered",
        )),
        _ if step.protection != Protection::Plain && !ksi.names_a_key() => Err(step
            .message
            .violates("TS 24.501 9.11.3.32", "the ngKSI of the context that protects it")),
        _ if bare => Ok(Security::Plain),
        _ => Ok(Security::Offered { ksi }),
    }
}

/// What either end may take without protection, as long as secure exchange is not established.
fn plain(state: &State, step: &Step) -> Result<Security, Violation> {
    let clause = match step.direction {
        Direction::Uplink => "TS 24.501 4.4.4.3",
        Direction::Downlink => "TS 24.501 4.4.4.2",
    };
    if state.is_secure() {
        return Err(step
            .message
            .violates(clause, "a protected message: secure exchange is established"));
    }
    let listed = match step.message {
        MessageView::IdentityRequest { kind } => kind == IdentityKind::SUCI,
        // An unprotected answer is processed if the SUCI was asked for; whether it brings one is the arm's matter.
        MessageView::IdentityResponse { kind } => kind == IdentityKind::SUCI || kind == IdentityKind::NONE,
        MessageView::RegistrationReject { cause } => !NOT_IN_PLAIN_REGISTRATION_REJECT.contains(&cause),
        MessageView::ServiceReject { cause } => !NOT_IN_PLAIN_SERVICE_REJECT.contains(&cause),
        // For the answer to switching off there is no message (TS 24.501 5.5.2.2.2).
        MessageView::DeregistrationAcceptByNetwork
        | MessageView::DeregistrationAcceptByUe
        | MessageView::AuthenticationRequest { .. }
        | MessageView::AuthenticationResponse { .. }
        | MessageView::AuthenticationResult { .. }
        | MessageView::AuthenticationFailure { .. }
        | MessageView::AuthenticationReject
        | MessageView::SecurityModeReject { .. } => true,
        _ => false,
    };
    if !listed {
        return Err(step
            .message
            .violates(clause, "one of the messages that may come without protection"));
    }
    Ok(match state.security {
        Security::Unknown => Security::Plain,
        security => security,
    })
}

/// A protected downlink message: the network takes the context that the UE offered into use.
fn downlink(state: &State, step: &Step, header: Header) -> Result<Security, Violation> {
    match (state.security, header) {
        // SECURITY MODE COMMAND changes the security when the UE has answered it.
        (security, Header::NewContext) => Ok(security),
        (Security::Plain, _) if state.registration != Registration::Unknown => Err(unoffered(step)),
        (Security::Secure { .. }, Header::Integrity) => Err(unciphered(step)),
        (Security::Secure { ksi, .. }, _) => Ok(Security::Secure { ksi, continued: true }),
        (Security::Offered { ksi }, _) => Ok(Security::Secure {
            ksi: Some(ksi),
            continued: true,
        }),
        (_, _) => Ok(Security::Secure {
            ksi: None,
            continued: true,
        }),
    }
}

/// A protected uplink message that is no initial one.
fn uplink(state: &State, step: &Step, header: Header) -> Result<Security, Violation> {
    match (state.security, header) {
        // What SECURITY MODE COMPLETE makes of it is its arm's matter.
        (security, Header::CipheredNewContext) => Ok(security),
        (Security::Plain, _) if state.registration != Registration::Unknown => Err(unoffered(step)),
        (Security::Secure { .. }, Header::Integrity) => Err(unciphered(step)),
        (Security::Secure { ksi, .. }, _) => Ok(Security::Secure { ksi, continued: true }),
        (Security::Offered { .. }, Header::Ciphered) => Err(step.message.violates(
            "TS 24.501 4.4.5",
            "no ciphering before secure exchange is established",
        )),
        // Its own context protects what the UE answers before, as in its initial message (TS 24.501 4.4.4.1); of these
        // messages the network reads only those that it would take without.
        (Security::Offered { ksi }, _) => {
            plain(state, step)?;
            Ok(Security::Offered { ksi })
        }
        (_, _) => Ok(Security::Secure {
            ksi: None,
            continued: true,
        }),
    }
}

fn unoffered(step: &Step) -> Violation {
    step.message.violates(
        "TS 24.501 4.4.2.5",
        "no protection before SECURITY MODE COMMAND: the UE has offered no context",
    )
}

fn unciphered(step: &Step) -> Violation {
    step.message.violates(
        "TS 24.501 4.4.5",
        "a ciphered message: secure exchange is established",
    )
}
