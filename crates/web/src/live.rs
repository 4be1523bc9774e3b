//! What is seen of the network while it happens: not part of this build yet, so it has no pages.

use crate::state::Web;
use axum::Router;

/// Its pages.
pub(crate) fn router() -> Router<Web> {
    Router::new()
}
