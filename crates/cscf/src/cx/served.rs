//! The requests an HSS makes of an S-CSCF: RTR and PPR (TS 29.228 6.1.3, 6.2.1).

use quintet_cx::{Fault, Ppr, Rtr};
use quintet_diameter::{ConnectionId, Message, Node, ResultCode};

/// A request of the HSS. It is answered by [`quintet_cx::answer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromHss {
    /// Registration-Termination-Request.
    RegistrationTermination(Rtr),
    /// Push-Profile-Request.
    PushProfile(Box<Ppr>),
}

/// Reads a request that the node handed out; one that cannot be read, or that is no S-CSCF's to serve, is answered
/// here, and `None` returned.
pub fn read_served(node: &mut Node, connection: ConnectionId, request: &Message<'_>) -> Option<FromHss> {
    let read = match request.header().code {
        Rtr::COMMAND => Rtr::read(request).map(FromHss::RegistrationTermination),
        Ppr::COMMAND => Ppr::read(request).map(|ppr| FromHss::PushProfile(Box::new(ppr))),
        _ => Err(Fault {
            result: ResultCode::COMMAND_UNSUPPORTED,
            failed: None,
            reason: "a CSCF serves RTR and PPR only",
        }),
    };
    read.map_err(|fault| fault.reject(node, connection, request)).ok()
}
