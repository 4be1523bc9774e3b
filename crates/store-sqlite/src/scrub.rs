//! What was in the clear before it was sealed, taken out of free pages, WAL and file.

use rusqlite::{Connection, OptionalExtension};

/// Whether it is still to be done: the process ended in between, or another one had the file open.
pub(crate) fn is_owed(connection: &Connection) -> rusqlite::Result<bool> {
    let owed: Option<bool> = connection
        .query_row("SELECT owed FROM scrub", [], |row| row.get(0))
        .optional()?;
    Ok(owed == Some(true))
}

/// Remembers that it is to be done, in the transaction that seals.
pub(crate) fn owe(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE scrub SET owed = 1", []).map(drop)
}

/// Writes the file anew without its free pages, and empties the WAL. Answers whether that could be done at this time:
/// another process that reads the WAL keeps it.
pub(crate) fn pay(connection: &Connection) -> rusqlite::Result<bool> {
    // The copy that VACUUM makes is of sealed fields, and may be too large for memory.
    connection.pragma_update(None, "temp_store", "FILE")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    let written = connection
        .execute_batch("VACUUM")
        .and_then(|()| emptied(connection));
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    if !written? {
        return Ok(false);
    }
    connection.execute("UPDATE scrub SET owed = 0", [])?;
    Ok(true)
}

/// Brings the WAL into the file and cuts it to nothing.
pub(crate) fn emptied(connection: &Connection) -> rusqlite::Result<bool> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}
