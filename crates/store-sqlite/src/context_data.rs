//! What 5GC told of subscribers: a row of JSON each, read, changed and written in one transaction.

use crate::fault::Failure;
use crate::location::require_subscriber;
use quintet_identity::Imsi;
use quintet_store::Reply;
use quintet_subscriber::model::{ContextChange, ContextData};
use rusqlite::{Connection, params};

/// What is stored for an IMSI.
pub(crate) fn load(connection: &Connection, imsi: Imsi) -> Result<Option<Box<ContextData>>, Failure> {
    let mut select = connection.prepare_cached("SELECT json FROM context_data WHERE imsi = ?1")?;
    let mut rows = select.query([imsi.packed() as i64])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let wrong = |_| Failure::content("context_data", format!("json of {imsi:?}"));
    let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text).map(Some).map_err(wrong)
}

pub(crate) fn change(connection: &Connection, imsi: Imsi, change: &ContextChange) -> Result<Reply, Failure> {
    require_subscriber(connection, imsi)?;
    let before = load(connection, imsi)?;
    let mut data = before.as_deref().cloned().unwrap_or_default();
    data.apply(change.clone());
    if data.is_empty() {
        delete(connection, imsi)?;
    } else {
        let wrong = |_| Failure::content("context_data", format!("a change of {imsi:?}"));
        let json = serde_json::to_string(&data).map_err(wrong)?;
        connection
            .prepare_cached(
                "INSERT INTO context_data (imsi, json) VALUES (?1, ?2) ON CONFLICT (imsi) DO UPDATE SET json = ?2",
            )?
            .execute(params![imsi.packed() as i64, json])?;
    }
    Ok(Reply::ContextData(before))
}

pub(crate) fn clear(connection: &Connection, imsi: Imsi) -> Result<Reply, Failure> {
    let before = load(connection, imsi)?;
    if before.is_some() {
        delete(connection, imsi)?;
    }
    Ok(Reply::ContextData(before))
}

fn delete(connection: &Connection, imsi: Imsi) -> Result<(), Failure> {
    connection
        .prepare_cached("DELETE FROM context_data WHERE imsi = ?1")?
        .execute([imsi.packed() as i64])?;
    Ok(())
}
