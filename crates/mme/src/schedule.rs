//! Deadlines of connections and contexts, one of each.

use quintet_emm::network::ContextId;
use quintet_s1ap::MmeUeS1apId;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The earliest of a connection's: its session's timer, its node's guard.
    Connection(MmeUeS1apId),
    /// A context's: idle too long, paging.
    Context(ContextId),
}

/// All deadlines.
pub(crate) type Schedule = quintet_procedure::node::Schedule<Due>;
