//! Deadlines of connections and contexts, one of each.

use quintet_fgmm::network::ContextId;
use quintet_ngap::AmfUeNgapId;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The earliest of a connection's: its session's timer, its node's guard.
    Connection(AmfUeNgapId),
    /// A context's: idle too long, paging.
    Context(ContextId),
}

/// All deadlines.
pub(crate) type Schedule = quintet_procedure::node::Schedule<Due>;
