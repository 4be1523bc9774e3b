//! A file that was made before fields were sealed: everything is sealed, in the transaction of the migration.

use crate::database::Mode;
use crate::fault::Failure;
use crate::sealing::Keys;
use crate::{ims, slot};
use quintet_store_rows::{KeyPurpose, at_keys, joined_keys};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

/// Rows between two words about how far it is.
const RUN: usize = 10_000;

/// What it is called to who watches.
const WHAT: &str = "sealing the keys of subscribers";

/// Makes the first data key, and seals K with OPc, the key of RANDs, and profiles with passwords. `subscriber` has its
/// column `opc` still, and `keys` holds K.
pub(crate) fn subscribers(connection: &Connection, mode: &Mode) -> Result<(), Failure> {
    let mut keys = Keys::load(KeyPurpose::Subscribers, connection, &mode.masters)?;
    keys.add(connection)?;
    let challenge: Option<Vec<u8>> =
        connection.query_row("SELECT challenge_key FROM state", [], |row| row.get(0))?;
    if let Some(octets) = challenge {
        slot::store_challenge_key(connection, &mut keys, &octets)?;
    }
    let total: i64 = connection.query_row("SELECT count(*) FROM subscriber", [], |row| row.get(0))?;
    let (mut after, mut done) = (i64::MIN, 0);
    while let Some((last, sealed)) = seal_run(connection, &mut keys, after)? {
        after = last;
        done += sealed;
        (mode.progress)(WHAT, done, total as u64);
    }
    let mut after = i64::MIN;
    while let Some(last) = ims::seal_run(connection, &mut keys, after, RUN)? {
        after = last;
    }
    Ok(())
}

/// Seals the rows behind `after`, up to [`RUN`] of them: the last one, and how many.
fn seal_run(connection: &Connection, keys: &mut Keys, after: i64) -> Result<Option<(i64, u64)>, Failure> {
    let mut select = connection.prepare_cached(
        "SELECT imsi, keys, opc, algorithm, tuak_sizes FROM subscriber WHERE imsi > ?1 ORDER BY imsi LIMIT ?2",
    )?;
    let mut update =
        connection.prepare_cached("UPDATE subscriber SET keys = ?2, opc = NULL WHERE imsi = ?1")?;
    let mut rows = select.query(params![after, RUN as i64])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let packed: i64 = row.get(0)?;
        let wrong = |_| Failure::content("subscriber", format!("keys of row {packed:#x}"));
        let k = row.get_ref(1)?.as_blob().map_err(wrong)?;
        let opc = match row.get_ref(2)? {
            ValueRef::Null => &[],
            opc => opc.as_blob().map_err(wrong)?,
        };
        let sizes = row.get_ref(4)?.as_str_or_null().map_err(wrong)?;
        let octets = joined_keys(k, opc);
        let sealed = at_keys(packed, row.get(3)?, sizes, |place| keys.seal(place, &octets))?;
        update.execute(params![packed, sealed])?;
        last = Some((packed, last.map_or(1, |(_, count)| count + 1)));
    }
    Ok(last)
}
