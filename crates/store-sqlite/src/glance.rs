//! A look at all subscribers that changes nothing: neither the file nor its schema, and no server waits for it.

use crate::database::{OpenError, must_exist};
use crate::fault::{Failure, explain};
use crate::row;
use crate::schema::{self, Kind, SCHEMA_VERSION};
use crate::sealing::Keys;
use crate::shared::Subscriptions;
use quintet_store_rows::KeyPurpose;
use quintet_subscriber::model::Subscriber;
use quintet_vault::Masters;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Hands every subscriber of the database at `path` to `each`, in the order of IMSIs, out of one snapshot. A server may be
/// running on it. `masters` know the master key.
///
/// # Errors
/// [`OpenError`] if there is no such file, it is another program's, or of another version of this one: an older schema is
/// not brought up to date here.
pub fn each_subscriber(
    path: &Path,
    masters: &Arc<dyn Masters>,
    busy_timeout: Duration,
    mut each: impl FnMut(Subscriber),
) -> Result<(), OpenError> {
    let (connection, found) = open_to_look(path, busy_timeout)?;
    if found < SCHEMA_VERSION {
        return Err(OpenError::Fault(format!(
            "the database {} has schema version {found}, older than {SCHEMA_VERSION}, and is only looked at here: run \
             `quintet subscriber list --db` on it once, which brings it up to date",
            path.display()
        )));
    }
    read(&connection, masters, &mut each).map_err(|failure| OpenError::of(path, failure))
}

/// Opens a database to read it, whatever known version its schema has; answers that version as well.
///
/// # Errors
/// [`OpenError`] if there is no such file, it is another program's or a later one's, or its keys are not sealed yet.
pub(crate) fn open_to_look(path: &Path, busy_timeout: Duration) -> Result<(Connection, i32), OpenError> {
    must_exist(path)?;
    let fault = |error: rusqlite::Error| OpenError::Fault(explain(path, &error));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(busy_timeout).map_err(fault)?;
    match schema::kind(&connection).map_err(fault)? {
        Kind::Quintet(found) if found > SCHEMA_VERSION => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
        }),
        Kind::Quintet(found) if found >= schema::FIRST_SEALED => Ok((connection, found)),
        Kind::Quintet(_) => Err(OpenError::Fault(format!(
            "the database {} holds its keys in the clear: it was last opened by an earlier version; the next command that \
             opens it seals them",
            path.display()
        ))),
        Kind::Foreign | Kind::Empty => Err(OpenError::NotQuintet(path.to_owned())),
    }
}

fn read(
    connection: &Connection,
    masters: &Arc<dyn Masters>,
    each: &mut impl FnMut(Subscriber),
) -> Result<(), Failure> {
    connection.execute_batch("BEGIN")?;
    let mut keys = Keys::load(KeyPurpose::Subscribers, connection, masters)?;
    let mut subscriptions = Subscriptions::default();
    let sql = concat!(
        "SELECT ",
        row::subscriber_columns!(),
        " FROM subscriber ORDER BY imsi"
    );
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        each(row::subscriber(row, connection, &mut subscriptions, &mut keys)?);
    }
    Ok(())
}
