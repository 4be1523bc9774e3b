//! What can be asked of an SCTP transport.

use quintet_sctp::{AssociationId, ConnectError, Message};
use std::net::SocketAddr;

/// A transport of a driver, as [`Driver::open_sctp`](crate::Driver::open_sctp) numbered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SctpTransportId(pub(crate) u32);

impl SctpTransportId {
    /// Whether an association is of this transport: its number begins with the transport's.
    pub(crate) fn owns(self, association: AssociationId) -> bool {
        association.0 >> 32 == u64::from(self.0)
    }
}

/// Whom to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpRemote {
    /// IP address and SCTP port.
    pub address: SocketAddr,
    /// The peer's UDP encapsulation port where the transport is over UDP; by default the transport's own setting.
    pub udp_port: Option<u16>,
}

impl From<SocketAddr> for SctpRemote {
    fn from(address: SocketAddr) -> Self {
        Self {
            address,
            udp_port: None,
        }
    }
}

/// A command of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SctpCommand {
    /// Begins an association; [`Application::sctp_connecting`](crate::Application::sctp_connecting) hears its number.
    Connect {
        /// Over which transport.
        transport: SctpTransportId,
        /// To whom.
        to: SctpRemote,
        /// The caller's own name for the attempt.
        token: u64,
    },
    /// Sends a message. One for an association that is gone or is ending is dropped: its `Down` was or will be told.
    Send {
        /// On which association.
        association: AssociationId,
        /// The message.
        message: Message,
    },
    /// Ends an association after all that was sent is acknowledged; `Down` follows.
    Shutdown {
        /// Which.
        association: AssociationId,
    },
    /// Ends an association at once; `Down` follows.
    Abort {
        /// Which.
        association: AssociationId,
    },
}

/// Why an association was not begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SctpConnectError {
    /// No such transport.
    #[error("there is no such SCTP transport")]
    Transport,
    /// As the endpoint says.
    #[error(transparent)]
    Endpoint(#[from] ConnectError),
    /// As the operating system says: no route, no such local address, no socket left.
    #[error("cannot reach {address}: {reason}")]
    System {
        /// The peer.
        address: SocketAddr,
        /// The system's words.
        reason: String,
    },
}
