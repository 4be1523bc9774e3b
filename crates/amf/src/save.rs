//! What the AMF wants kept durably: the contexts of its UEs.

use quintet_fgmm::network::durable::{self, Counts};
use quintet_fgmm::network::{Context, ContextId};
use quintet_procedure::node::Save;

/// The record of a context.
pub(crate) fn put(id: ContextId, context: &Context, counts: Counts) -> Save {
    Save::Put {
        key: id.0,
        record: durable::encode(context, counts),
    }
}
