//! The data keys of the database (`quintet_store_rows`), as one connection knows them.

use crate::fault::Failure;
use crate::session::Session;
use quintet_store_rows::{Commits, KeyPurpose, WrappedKey, rewrapped};
use quintet_vault::{DataKeyNumber, Master, Masters, OpenError as FieldError, Place};
use std::sync::Arc;

/// All rows of `data_key`, by number.
pub(crate) async fn wrapped_keys(session: &Session) -> Result<Vec<WrappedKey>, Failure> {
    let sql = "SELECT number::bigint, master, wrapped, made FROM data_key ORDER BY number";
    let rows = session.query(sql, &[]).await?;
    let keys = rows.iter().map(|row| {
        Ok(WrappedKey::of_columns(
            row.try_get(0)?,
            row.try_get(1)?,
            row.try_get(2)?,
            row.try_get(3)?,
        )?)
    });
    keys.collect()
}

/// Has another master key wrap all data keys, in a transaction of the caller's. Answers how many.
pub(crate) async fn rewrap(
    session: &Session,
    masters: &dyn Masters,
    new: &dyn Master,
) -> Result<usize, Failure> {
    let there = wrapped_keys(session).await?;
    let keys = rewrapped(KeyPurpose::Subscribers, &there, masters, new)?;
    for key in &keys {
        let number = i32::from(key.number.value());
        let (master, wrapped): (&[u8], &[u8]) = (&key.master.0, &key.wrapped);
        let sql = "UPDATE data_key SET master = $2, wrapped = $3 WHERE number = $1";
        session.execute(sql, &[&number, &master, &wrapped]).await?;
    }
    Ok(keys.len())
}

/// The keys as one connection knows them.
#[derive(Debug)]
pub(crate) struct Keys(quintet_store_rows::Keys);

impl Keys {
    /// The data keys of the database, as many as it has.
    pub(crate) async fn load(session: &Session, masters: &Arc<dyn Masters>) -> Result<Self, Failure> {
        let mut keys = Self(quintet_store_rows::Keys::new(KeyPurpose::Subscribers, masters));
        keys.0.read(&wrapped_keys(session).await?)?;
        Ok(keys)
    }

    /// The same, whose fields that do not open are counted.
    pub(crate) fn counted_by(mut self, commits: &Arc<Commits>) -> Self {
        self.0.counted_by(commits);
        self
    }

    /// Takes the data keys there are now, in a transaction that is about to seal: another process may have made a new one,
    /// and deletes the old one when nothing is left under it.
    pub(crate) async fn follow(&mut self, session: &Session) -> Result<(), Failure> {
        let rows = session.query("SELECT number::bigint FROM data_key", &[]).await?;
        let numbers: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        if !self.0.are(numbers?) {
            self.0.read(&wrapped_keys(session).await?)?;
        }
        Ok(())
    }

    /// The data key that seals.
    pub(crate) fn current(&self) -> Option<DataKeyNumber> {
        self.0.current()
    }

    /// Makes the first data key, if there is none. The caller is in a transaction that holds the schema's lock.
    pub(crate) async fn make_first(&mut self, session: &Session) -> Result<(), Failure> {
        if self.current().is_none() {
            self.add(session).await?;
        }
        Ok(())
    }

    /// Makes a data key that seals from now on. The caller is in a transaction that holds the schema's lock.
    pub(crate) async fn add(&mut self, session: &Session) -> Result<DataKeyNumber, Failure> {
        let fresh = self.0.make()?;
        let sql = "INSERT INTO data_key (number, master, wrapped, made)
                   VALUES ($1, $2, $3, extract(epoch FROM now())::bigint)";
        let number = i32::from(fresh.number.value());
        let (master, wrapped): (&[u8], &[u8]) = (&fresh.master, &fresh.wrapped);
        session.execute(sql, &[&number, &master, &wrapped]).await?;
        self.0.take(&fresh);
        Ok(fresh.number)
    }

    /// Seals a field under the current key.
    pub(crate) fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.0.seal(place, plain)?)
    }

    /// Opens a field.
    pub(crate) fn open(&mut self, place: &Place<'_>, sealed: &[u8]) -> Result<&[u8], Failure> {
        self.0.open(place, sealed).map_err(|error| match error {
            FieldError::NoDataKey(_) => Failure::NewDataKey,
            error => {
                let which = format!("{} of row {:#x}: {error}", place.column, place.row);
                Failure::content(place.table, which)
            }
        })
    }
}
