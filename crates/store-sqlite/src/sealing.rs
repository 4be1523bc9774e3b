//! The data keys of a file, and fields sealed under them (`quintet_store_rows`).
//!
//! ```text
//!  data_key (number, master, wrapped) ──Masters──► Keys ──seal, open──► field
//!        ▲ another process adds and removes some: read again when a field asks for one that is not here
//! ```
//!
//! Each connection has keys of its own: what it sees of `data_key` is of the same snapshot as the fields.

use crate::fault::Failure;
use quintet_store_rows::{Commits, KeyPurpose, WrappedKey, rewrapped};
use quintet_vault::{DataKeyNumber, Master, Masters, Place};
use rusqlite::{Connection, params};
use std::sync::Arc;

/// The table of data keys, and whether octets that were not sealed may still be in free pages.
pub(crate) const TABLES: &str = "
CREATE TABLE data_key (
    number INTEGER PRIMARY KEY,           -- 1 and up; the highest one seals
    master BLOB NOT NULL,                 -- the fingerprint of the master key
    wrapped BLOB NOT NULL,
    made INTEGER NOT NULL                 -- seconds of Unix time
);
CREATE TABLE scrub (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owed INTEGER NOT NULL                 -- 1: what was in the clear may still be in free pages
);
INSERT INTO scrub VALUES (1, 0);
";

/// All rows of `data_key`, by number.
pub(crate) fn wrapped_keys(connection: &Connection) -> Result<Vec<WrappedKey>, Failure> {
    let mut select =
        connection.prepare_cached("SELECT number, master, wrapped, made FROM data_key ORDER BY number")?;
    let mut rows = select.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let wrong = |_| Failure::content("data_key", "a column is none of a data key's");
        let (master, wrapped) = (row.get_ref(1)?.as_blob(), row.get_ref(2)?.as_blob());
        let (master, wrapped) = (master.map_err(wrong)?, wrapped.map_err(wrong)?);
        keys.push(WrappedKey::of_columns(row.get(0)?, master, wrapped, row.get(3)?)?);
    }
    Ok(keys)
}

/// Has another master key wrap all data keys, in a transaction of the caller's. Answers how many.
pub(crate) fn rewrap(
    kind: KeyPurpose,
    connection: &Connection,
    masters: &dyn Masters,
    new: &dyn Master,
) -> Result<usize, Failure> {
    let keys = rewrapped(kind, &wrapped_keys(connection)?, masters, new)?;
    for key in &keys {
        connection
            .prepare_cached("UPDATE data_key SET master = ?2, wrapped = ?3 WHERE number = ?1")?
            .execute(params![key.number.value(), &key.master.0[..], key.wrapped])?;
    }
    Ok(keys.len())
}

/// The keys of a connection.
#[derive(Debug)]
pub(crate) struct Keys(quintet_store_rows::Keys);

impl Keys {
    /// The data keys of a file, as many as it has.
    pub(crate) fn load(
        kind: KeyPurpose,
        connection: &Connection,
        masters: &Arc<dyn Masters>,
    ) -> Result<Self, Failure> {
        let mut keys = Self(quintet_store_rows::Keys::new(kind, masters));
        keys.refresh(connection)?;
        Ok(keys)
    }

    /// The same, whose fields that do not open are counted.
    pub(crate) fn counted_by(mut self, commits: &Arc<Commits>) -> Self {
        self.0.counted_by(commits);
        self
    }

    /// Reads the data keys again: others may be there, or gone.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), Failure> {
        Ok(self.0.read(&wrapped_keys(connection)?)?)
    }

    /// The data key that seals.
    pub(crate) fn current(&self) -> Option<DataKeyNumber> {
        self.0.current()
    }

    /// Makes a data key that seals from now on. The caller is in a transaction that writes.
    pub(crate) fn add(&mut self, connection: &Connection) -> Result<DataKeyNumber, Failure> {
        let fresh = self.0.make()?;
        connection
            .prepare_cached(
                "INSERT INTO data_key (number, master, wrapped, made) VALUES (?1, ?2, ?3, unixepoch())",
            )?
            .execute(params![fresh.number.value(), &fresh.master[..], fresh.wrapped])?;
        self.0.take(&fresh);
        Ok(fresh.number)
    }

    /// Seals a field under the current key.
    pub(crate) fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.seal(place, plain)?)
    }

    /// Opens a field. One under a data key that is not here has the keys read again.
    pub(crate) fn open(
        &mut self,
        connection: &Connection,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<&[u8], Failure> {
        if !self.0.knows_key_of(sealed) {
            self.refresh(connection)?;
        }
        self.0.open(place, sealed).map_err(|error| {
            Failure::content(
                place.table,
                format!("{} of row {:#x}: {error}", place.column, place.row),
            )
        })
    }
}
