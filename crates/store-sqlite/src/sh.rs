//! What is kept for application servers: two columns of JSON, and the revision of their last change.

use crate::fault::Failure;
use crate::location::{self, require_subscriber};
use crate::sealing::Keys;
use crate::{ims, row};
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_store::{ImsKey, MAX_SH_LISTED, Reply, Revision, ShCommand, ShKey, ShReply, StoreError};
use quintet_subscriber::sh::{ShRecord, ShUser};
use rusqlite::{Connection, OptionalExtension, params};

/// Does a command that writes.
pub(crate) fn write(connection: &Connection, command: &ShCommand) -> Result<Reply, Failure> {
    let ShCommand::Set {
        imsi,
        expected,
        record,
    } = command
    else {
        return Err(StoreError::Unavailable("a read came to the writer".to_owned()).into());
    };
    require_subscriber(connection, *imsi)?;
    let packed = imsi.packed() as i64;
    let version = stored_version(connection, packed)?;
    if version != *expected {
        return Err(StoreError::Stale { version }.into());
    }
    let revision = revision(connection)? + 1;
    let row = params![
        packed,
        serde_json::to_string(&record.repository).map_err(no_json)?,
        serde_json::to_string(&record.subscriptions).map_err(no_json)?,
        revision
    ];
    connection
        .prepare_cached(
            "INSERT INTO sh_record VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (imsi) DO UPDATE SET repository = ?2, subscriptions = ?3, revision = ?4",
        )?
        .execute(row)?;
    connection
        .prepare_cached("UPDATE sh_state SET revision = ?1")?
        .execute([revision])?;
    Ok(Reply::Sh(ShReply::Version(revision as u64)))
}

/// Does a command that reads.
pub(crate) fn read(connection: &Connection, keys: &mut Keys, command: &ShCommand) -> Result<Reply, Failure> {
    let reply = match command {
        ShCommand::Load { key } => ShReply::User(user(connection, keys, key)?.map(Box::new)),
        ShCommand::Changes { since, limit } => changes(connection, *since, *limit)?,
        ShCommand::Set { .. } => {
            return Err(StoreError::Unavailable("a write came to a reader".to_owned()).into());
        }
    };
    Ok(Reply::Sh(reply))
}

/// Whoever it was is no IMS user any more.
pub(crate) fn remove(connection: &Connection, imsi: Imsi) -> Result<(), Failure> {
    connection
        .prepare_cached("DELETE FROM sh_record WHERE imsi = ?1")?
        .execute([imsi.packed() as i64])?;
    Ok(())
}

fn no_json(error: serde_json::Error) -> StoreError {
    StoreError::Unavailable(format!("data of Sh have no JSON form: {error}"))
}

/// What is wrong with the JSON of a row.
fn wrong(imsi: Imsi, error: &serde_json::Error) -> Failure {
    Failure::content("sh_record", format!("json of {imsi:?}: {error}"))
}

fn revision(connection: &Connection) -> Result<i64, Failure> {
    let mut select = connection.prepare_cached("SELECT revision FROM sh_state")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn stored_version(connection: &Connection, packed: i64) -> Result<u64, Failure> {
    let mut select = connection.prepare_cached("SELECT revision FROM sh_record WHERE imsi = ?1")?;
    let version: Option<i64> = select.query_row([packed], |row| row.get(0)).optional()?;
    Ok(version.unwrap_or(0) as u64)
}

fn record(connection: &Connection, imsi: Imsi) -> Result<(ShRecord, u64), Failure> {
    let sql = "SELECT repository, subscriptions, revision FROM sh_record WHERE imsi = ?1";
    let mut select = connection.prepare_cached(sql)?;
    let found: Option<(String, String, i64)> = select
        .query_row([imsi.packed() as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((repository, subscriptions, version)) = found else {
        return Ok((ShRecord::default(), 0));
    };
    let record = ShRecord {
        repository: serde_json::from_str(&repository).map_err(|error| wrong(imsi, &error))?,
        subscriptions: serde_json::from_str(&subscriptions).map_err(|error| wrong(imsi, &error))?,
    };
    Ok((record, version as u64))
}

/// Whose a key is, if anybody's.
fn owner(connection: &Connection, key: &ShKey) -> Result<Option<Imsi>, Failure> {
    let one = |sql: &str, value: &dyn rusqlite::ToSql| -> Result<Option<Imsi>, Failure> {
        let mut select = connection.prepare_cached(sql)?;
        let found: Option<i64> = select.query_row([value], |row| row.get(0)).optional()?;
        found.map(row::imsi).transpose()
    };
    let public = |impu: &Impu| one("SELECT imsi FROM ims_public WHERE impu = ?1", &impu.as_str());
    let number = |msisdn: Msisdn| {
        let sql = "SELECT min(imsi) FROM subscriber WHERE msisdn = ?1 HAVING count(*) > 0";
        match one(sql, &(msisdn.packed() as i64))? {
            Some(imsi) => Ok(Some(imsi)),
            None => Impu::tel(msisdn).map_or(Ok(None), |impu| public(&impu)),
        }
    };
    match key {
        ShKey::Imsi(imsi) => Ok(Some(*imsi)),
        ShKey::Public(impu) => public(impu),
        ShKey::Number(msisdn) => number(*msisdn),
    }
}

fn user(connection: &Connection, keys: &mut Keys, key: &ShKey) -> Result<Option<ShUser>, Failure> {
    let Some(imsi) = owner(connection, key)? else {
        return Ok(None);
    };
    let mut select = connection.prepare_cached("SELECT msisdn FROM subscriber WHERE imsi = ?1")?;
    let found: Option<Option<i64>> = select
        .query_row([imsi.packed() as i64], |row| row.get(0))
        .optional()?;
    let Some(msisdn) = found else { return Ok(None) };
    let msisdn = msisdn.map(|packed| Msisdn::from_packed(packed as u64));
    let msisdn = msisdn
        .transpose()
        .map_err(|error| Failure::content("msisdn", error))?;
    let (record, version) = record(connection, imsi)?;
    let stored = ims::find(connection, keys, &ImsKey::Imsi(imsi))?;
    Ok(Some(ShUser {
        imsi,
        msisdn,
        ims: stored.and_then(|stored| stored.record()),
        location: location::load(connection, imsi)?.map(|location| *location),
        record,
        version,
    }))
}

fn changes(connection: &Connection, since: Revision, limit: usize) -> Result<ShReply, Failure> {
    let mut last = revision(connection)?;
    let mut select = connection.prepare_cached(
        "SELECT revision, imsi, subscriptions FROM sh_record WHERE revision > ?1 ORDER BY revision LIMIT ?2",
    )?;
    let since = i64::try_from(since.0).unwrap_or(i64::MAX);
    let mut rows = select.query(params![since, limit.min(MAX_SH_LISTED) as i64])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        let imsi = row::imsi(row.get(1)?)?;
        let text = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let subscriptions = serde_json::from_str(text).map_err(|error| wrong(imsi, &error))?;
        changed.push((imsi, subscriptions));
    }
    Ok(ShReply::Changes {
        revision: Revision(last as u64),
        changed,
    })
}
