//! What 5GC told of subscribers: a row of JSON each, read, changed and written in one transaction.

use crate::fault::Failure;
use crate::location::require_subscriber;
use crate::row::{json, to_json};
use crate::session::Session;
use quintet_identity::Imsi;
use quintet_store::Reply;
use quintet_subscriber::model::{ContextChange, ContextData};
use tokio_postgres::Row;

fn of_row(row: Option<Row>, imsi: Imsi) -> Result<Option<Box<ContextData>>, Failure> {
    let Some(row) = row else { return Ok(None) };
    json("context_data", imsi, row.try_get(0)?).map(Some)
}

pub(crate) const LOAD: &str = "SELECT json FROM context_data WHERE imsi = $1";

/// What is stored for an IMSI.
pub(crate) async fn load(session: &Session, imsi: Imsi) -> Result<Option<Box<ContextData>>, Failure> {
    of_row(session.optional(LOAD, &[&(imsi.packed() as i64)]).await?, imsi)
}

pub(crate) async fn change(session: &Session, imsi: Imsi, change: &ContextChange) -> Result<Reply, Failure> {
    require_subscriber(session, imsi).await?;
    let before = load(session, imsi).await?;
    let mut data = before.as_deref().cloned().unwrap_or_default();
    data.apply(change.clone());
    let packed = imsi.packed() as i64;
    if data.is_empty() {
        session
            .execute("DELETE FROM context_data WHERE imsi = $1", &[&packed])
            .await?;
    } else {
        let sql = "INSERT INTO context_data (imsi, json) VALUES ($1, $2) ON CONFLICT (imsi) DO UPDATE SET json = $2";
        session
            .execute(sql, &[&packed, &to_json("a change of 5GC", &data)?])
            .await?;
    }
    Ok(Reply::ContextData(before))
}

pub(crate) const CLEAR: &str = "DELETE FROM context_data WHERE imsi = $1 RETURNING json";

pub(crate) async fn clear(session: &Session, imsi: Imsi) -> Result<Reply, Failure> {
    let row = session.optional(CLEAR, &[&(imsi.packed() as i64)]).await?;
    Ok(Reply::ContextData(of_row(row, imsi)?))
}
