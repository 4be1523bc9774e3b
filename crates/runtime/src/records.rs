//! Where a node's records go that must be durable before it acknowledges.

use quintet_procedure::node::Save;

/// A place for records.
pub trait Records {
    /// Takes one more.
    fn keep(&mut self, save: Save);

    /// How many of them, from the first on, are durable.
    fn written(&self) -> u64;
}
