//! Whether a message may have the protection it has, on a connection as secure as it is (TS 24.301 4.4.2.3, 4.4.4, 4.4.5,
//! 9.3.1); and what its protection makes of the connection.

use super::message::{IdentityKind, MessageView, Step};
use super::state::{Registration, Security, State};
use super::{Header, Ksi, Protection};
use crate::Violation;
use quintet_crypto::Direction;

/// EMM cause #25, not authorized for this CSG: the one that no unprotected reject may carry (TS 24.301 4.4.4.2).
const NOT_AUTHORIZED_FOR_THIS_CSG: u8 = 25;

/// The security of the connection after this message, or why it may not come like this.
pub(super) fn admit(state: &State, step: &Step) -> Result<Security, Violation> {
    if step
        .message
        .direction()
        .is_some_and(|only| only != step.direction)
    {
        return Err(step
            .message
            .violates("TS 24.301 8.2", "a message of this direction"));
    }
    header_fits(step)?;
    if let (Some(ksi), Direction::Uplink) = (step.message.initial(), step.direction) {
        return initial(state, step, ksi);
    }
    if state.security == Security::Idle {
        return Err(step.message.violates(
            "TS 24.301 5.3.1.1",
            "an initial message: there is no signalling connection",
        ));
    }
    match (step.direction, step.protection) {
        (_, Protection::Plain) => plain(state, step),
        (
            Direction::Uplink,
            Protection::Protected {
                verified: Some(false),
                ..
            },
        ) => plain(state, step),
        (
            Direction::Downlink,
            Protection::Protected {
                verified: Some(false),
                ..
            },
        ) => Err(step.message.violates("TS 24.301 4.4.3.3", "a MAC that holds")),
        (Direction::Downlink, Protection::Protected { header, .. }) => downlink(state, step, header),
        (Direction::Uplink, Protection::Protected { header, .. }) => uplink(state, step, header),
        (_, Protection::ShortMac) => Err(step.message.violates("TS 24.301 9.3.1", "SERVICE REQUEST")),
    }
}

/// Header types that belong to one message alone, and messages that have one header alone (TS 24.301 9.3.1).
fn header_fits(step: &Step) -> Result<(), Violation> {
    let message = &step.message;
    let header = match step.protection {
        Protection::Plain => None,
        Protection::ShortMac => {
            return match message {
                MessageView::ServiceRequest { .. } => Ok(()),
                _ => Err(message.violates("TS 24.301 9.3.1", "SERVICE REQUEST under a short MAC")),
            };
        }
        Protection::Protected { header, .. } => Some(header),
    };
    let (clause, expected) = match (message, header) {
        (MessageView::SecurityModeCommand { .. }, Some(Header::NewContext))
        | (MessageView::SecurityModeComplete | MessageView::Ciphered, Some(Header::CipheredNewContext))
        | (
            MessageView::ControlPlaneServiceRequest { .. },
            Some(Header::PartiallyCiphered | Header::Integrity),
        )
        | (MessageView::Ciphered, Some(Header::Ciphered)) => return Ok(()),
        (MessageView::SecurityModeCommand { .. }, _) => (
            "TS 24.301 5.4.3.2",
            "integrity protected with new EPS security context",
        ),
        (MessageView::SecurityModeComplete, _) => (
            "TS 24.301 5.4.3.3",
            "integrity protected and ciphered with new EPS security context",
        ),
        (MessageView::ServiceRequest { .. }, _) => ("TS 24.301 9.3.1", "the header of SERVICE REQUEST"),
        (MessageView::Ciphered, _) => ("TS 24.301 9.3.1", "a header that says ciphered"),
        (_, Some(Header::NewContext)) => ("TS 24.301 9.3.1", "SECURITY MODE COMMAND under this header"),
        (_, Some(Header::CipheredNewContext)) => {
            ("TS 24.301 9.3.1", "SECURITY MODE COMPLETE under this header")
        }
        (_, Some(Header::PartiallyCiphered)) => (
            "TS 24.301 9.3.1",
            "CONTROL PLANE SERVICE REQUEST under this header",
        ),
        (_, None | Some(Header::Integrity | Header::Ciphered)) => return Ok(()),
    };
    Err(message.violates(clause, expected))
}

/// Initial messages, or those that may be one (TS 24.301 5.3.1.1): they open a connection, or come in it.
fn initial(state: &State, step: &Step, ksi: Ksi) -> Result<Security, Violation> {
    let service = matches!(
        step.message,
        MessageView::ServiceRequest { .. }
            | MessageView::ExtendedServiceRequest { .. }
            | MessageView::ControlPlaneServiceRequest { .. }
    );
    let unprotected = match step.protection {
        Protection::Plain => true,
        Protection::Protected { verified, .. } => verified == Some(false),
        Protection::ShortMac => false,
    };
    match (state.security, step.protection) {
        (Security::Secure { .. }, _) if unprotected => Err(step.message.violates(
            "TS 24.301 4.4.4.3",
            "a protected message: secure exchange is established",
        )),
        (Security::Secure { ksi, .. }, _) if !service => Ok(Security::Secure { ksi, continued: true }),
        (Security::Secure { .. }, Protection::ShortMac) => Err(step
            .message
            .violates("TS 24.301 5.6.1.1", "no SERVICE REQUEST: the UE is connected")),
        (Security::Secure { ksi, .. }, _) => Ok(Security::Secure { ksi, continued: true }),
        // Bearers have answered a service request, and the UE goes on to something else.
        (
            Security::Offered { ksi },
            Protection::Protected {
                header: Header::Ciphered,
                ..
            },
        ) if state.service_may_be_accepted() && !service && !unprotected => Ok(Security::Secure {
            ksi: Some(ksi),
            continued: true,
        }),
        (_, Protection::Plain) if service => Err(step
            .message
            .violates("TS 24.301 4.4.4.3", "an integrity protected message")),
        (
            _,
            Protection::Protected {
                header: Header::Ciphered,
                ..
            },
        ) if state.security != Security::Unknown => Err(step
            .message
            .violates("TS 24.301 4.4.5", "an initial message that is not ciphered")),
        (_, Protection::Protected { .. } | Protection::ShortMac) if !ksi.names_a_key() => Err(step
            .message
            .violates("TS 24.301 9.9.3.21", "the KSI of the context that protects it")),
        (_, _) if unprotected => Ok(Security::Plain),
        (_, _) => Ok(Security::Offered { ksi }),
    }
}

/// What either end may take without protection, as long as secure exchange is not established.
fn plain(state: &State, step: &Step) -> Result<Security, Violation> {
    let clause = match step.direction {
        Direction::Uplink => "TS 24.301 4.4.4.3",
        Direction::Downlink => "TS 24.301 4.4.4.2",
    };
    if state.is_secure() {
        return Err(step
            .message
            .violates(clause, "a protected message: secure exchange is established"));
    }
    let listed = match step.message {
        MessageView::IdentityRequest { kind } => kind == IdentityKind::IMSI,
        // An unprotected answer is processed if the IMSI was asked for; whether it brings one is the arm's matter.
        MessageView::IdentityResponse { kind } => kind == IdentityKind::IMSI || kind == IdentityKind::NONE,
        MessageView::AttachReject { cause }
        | MessageView::TrackingAreaUpdateReject { cause }
        | MessageView::ServiceReject { cause } => cause != NOT_AUTHORIZED_FOR_THIS_CSG,
        MessageView::AuthenticationRequest { .. }
        | MessageView::AuthenticationReject
        | MessageView::AuthenticationResponse
        | MessageView::AuthenticationFailure { .. }
        | MessageView::SecurityModeReject { .. }
        | MessageView::DetachAccept => true,
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
        (Security::Plain, _) if state.registration != Registration::Unknown => Err(step.message.violates(
            "TS 24.301 4.4.2.3",
            "no protection before SECURITY MODE COMMAND: the UE has offered no context",
        )),
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
        (Security::Plain, _) if state.registration != Registration::Unknown => Err(step.message.violates(
            "TS 24.301 4.4.2.3",
            "no protection before SECURITY MODE COMMAND: the UE has offered no context",
        )),
        (Security::Secure { .. }, Header::Integrity) => Err(unciphered(step)),
        (Security::Secure { ksi, .. }, _) => Ok(Security::Secure { ksi, continued: true }),
        // Bearers answer a service request: from then on the UE may talk (TS 24.301 4.4.2.3, 5.6.1.4).
        (Security::Offered { ksi }, Header::Ciphered) if state.service_may_be_accepted() => {
            Ok(Security::Secure {
                ksi: Some(ksi),
                continued: true,
            })
        }
        (Security::Offered { .. }, Header::Ciphered) => Err(step.message.violates(
            "TS 24.301 4.4.5",
            "no ciphering before secure exchange is established",
        )),
        // Its own context protects what the UE answers before, as in its initial message (TS 24.301 4.4.4.1); of these
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

fn unciphered(step: &Step) -> Violation {
    step.message.violates(
        "TS 24.301 4.4.5",
        "a ciphered message: secure exchange is established",
    )
}
