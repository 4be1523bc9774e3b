//! Records in their table, each sealed in its place.

use super::{Owner, Records};
use crate::fault::Failure;
use crate::scrub;
use crate::sealing::{Keys, TABLES, rewrap, wrapped_keys};
use quintet_store_rows::{KeyPurpose, WrappedKey};
use quintet_vault::{Masters, Place};
use rusqlite::{Connection, params};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where a record is sealed.
fn with_place<T>(owner: Owner, key: u32, work: impl FnOnce(&Place<'_>) -> T) -> T {
    work(&Place {
        table: "record",
        column: "octets",
        row: u64::from(key),
        beside: &[owner as u8],
    })
}

pub(super) fn put(
    connection: &Connection,
    keys: &mut Keys,
    owner: Owner,
    key: u32,
    record: &[u8],
) -> Result<(), Failure> {
    let record = with_place(owner, key, |place| keys.seal(place, record))?;
    connection
        .prepare_cached(
            "INSERT INTO record (key, octets) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET octets = ?2",
        )?
        .execute(params![key, record])?;
    Ok(())
}

/// All records. One that does not open is left out and said: its UE begins anew.
pub(super) fn read(connection: &Connection, keys: &mut Keys, owner: Owner) -> Result<Records, Failure> {
    let mut records = Vec::new();
    for (key, octets) in columns(connection)? {
        match with_place(owner, key, |place| {
            keys.open(connection, place, &octets)
                .map(|octets| octets.to_vec())
        }) {
            Ok(octets) => records.push((key, Zeroizing::new(octets))),
            Err(Failure::Content(why)) => {
                tracing::error!(why, "a record of the contexts does not open and is left out");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(records)
}

/// The records as they are in the file.
fn columns(connection: &Connection) -> rusqlite::Result<Records> {
    let mut statement = connection.prepare("SELECT key, octets FROM record ORDER BY key")?;
    let rows = statement.query_map([], |row| {
        let octets = row.get_ref(1)?.as_blob()?.to_vec();
        Ok((row.get(0)?, Zeroizing::new(octets)))
    })?;
    rows.collect()
}

/// The data keys of the file: made, with what is in the clear sealed, if there are none.
pub(super) fn sealed(
    connection: &Connection,
    owner: Owner,
    masters: &Arc<dyn Masters>,
) -> Result<Keys, Failure> {
    let transaction = connection.unchecked_transaction()?;
    let tables = transaction.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'data_key'",
        [],
        |row| row.get::<_, i64>(0),
    )?;
    if tables == 0 {
        transaction.execute_batch(TABLES)?;
    }
    let mut keys = Keys::load(KeyPurpose::Contexts, &transaction, masters)?;
    if keys.current().is_none() {
        keys.add(&transaction)?;
        for (key, record) in columns(&transaction)? {
            put(&transaction, &mut keys, owner, key, &record)?;
            scrub::owe(&transaction)?;
        }
    } else if let Ok(new) = masters.for_new() {
        let stays = |key: &WrappedKey| key.master == new.fingerprint();
        if !wrapped_keys(&transaction)?.iter().all(stays) {
            rewrap(KeyPurpose::Contexts, &transaction, &**masters, &*new)?;
        }
    }
    transaction.commit()?;
    Ok(keys)
}
