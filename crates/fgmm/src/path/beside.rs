//! What the network runs beside other procedures of a registered UE: configuration update (TS 24.501 5.4.4),
//! slice-specific authentication (5.4.7) and notification (5.6.3).

use super::message::MessageView;
use super::state::{Beside, State};
use crate::Violation;

/// A message of one of them. A registered UE is seen to before.
pub(super) fn apply(state: &State, message: MessageView) -> Result<State, Violation> {
    let beside = match message {
        // One that asks for no acknowledgement does not end the wait for another's.
        MessageView::ConfigurationUpdateCommand { ack } => Beside {
            configuration_update: state.beside.configuration_update || ack,
            ..state.beside
        },
        MessageView::ConfigurationUpdateComplete => {
            let expected = "CONFIGURATION UPDATE COMMAND that asks for it before it";
            awaited(
                state.beside.configuration_update,
                message,
                "TS 24.501 5.4.4.3",
                expected,
            )?;
            Beside {
                configuration_update: false,
                ..state.beside
            }
        }
        MessageView::Notification => Beside {
            notification: true,
            ..state.beside
        },
        MessageView::NotificationResponse => {
            awaited(
                state.beside.notification,
                message,
                "TS 24.501 5.6.3.3",
                "NOTIFICATION before it",
            )?;
            Beside {
                notification: false,
                ..state.beside
            }
        }
        MessageView::NetworkSliceSpecificAuthenticationCommand => Beside {
            slice_authentication: true,
            ..state.beside
        },
        MessageView::NetworkSliceSpecificAuthenticationComplete => {
            let expected = "NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND before it";
            awaited(
                state.beside.slice_authentication,
                message,
                "TS 24.501 5.4.7.2.2",
                expected,
            )?;
            Beside {
                slice_authentication: false,
                ..state.beside
            }
        }
        // The result of a slice-specific authentication wants no answer.
        _ => state.beside,
    };
    Ok(State { beside, ..*state })
}

fn awaited(
    waits: bool,
    message: MessageView,
    clause: &'static str,
    expected: &'static str,
) -> Result<(), Violation> {
    if waits {
        Ok(())
    } else {
        Err(message.violates(clause, expected))
    }
}
