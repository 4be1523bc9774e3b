//! The state of the keys of the database; never a key.

use crate::access::{Access, Area};
use crate::app::KeyStatus;
use crate::ask::{Ask, ok};
use crate::problem::Problem;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;

/// Under which keys the database is sealed: fingerprints, numbers, whether a rotation is under way.
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "getKeys",
    responses((status = 200, body = KeyStatus), (status = 501, body = Problem)))]
pub(crate) async fn status(ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::read(Area::Keys))?;
    let Some(lookup) = ask.app.settings().keys.clone() else {
        let status = StatusCode::NOT_IMPLEMENTED;
        let why = "this store says nothing of its keys over HTTP";
        return Err(Problem::new(status, "not-supported", "not supported here", why)
            .remedy("`quintet keys status` looks at them"));
    };
    let looked = tokio::task::spawn_blocking(move || (Arc::as_ref(&lookup))()).await;
    match looked {
        Ok(Ok(status)) => ok(&status),
        Ok(Err(why)) => {
            tracing::warn!(%why, "API: the state of the keys cannot be told");
            Err(Problem::busy(
                "the state of the keys cannot be told now; the log says why",
            ))
        }
        Err(_) => Err(Problem::defect("the look at the keys ended early")),
    }
}
