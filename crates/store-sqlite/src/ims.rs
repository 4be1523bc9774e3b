//! IMS subscriptions and registrations: JSON rows, and where each identity leads.

use crate::fault::Failure;
use crate::provision::{revision, set_revision};
use crate::sealing::Keys;
use crate::{row, sh};
use quintet_identity::{Impu, Imsi};
use quintet_store::{ImsKey, PutMode, Reply, StoreError, StoredIms, provisioned_version};
use quintet_store_rows::{clear_profile, holds_secret, profile_place};
use quintet_subscriber::ims::{ImsSubscription, Registrations};
use quintet_vault::Ring;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The columns of a record; the rest of a select follows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.imsi, s.json, s.told, r.version, r.json FROM ims_subscription s JOIN ims_registration r USING (imsi) ",
            $rest
        )
    };
}

/// The record an identity leads to.
pub(crate) fn find(
    connection: &Connection,
    keys: &mut Keys,
    key: &ImsKey,
) -> Result<Option<StoredIms>, Failure> {
    let mut select;
    let mut rows = match key {
        ImsKey::Imsi(imsi) => {
            select = connection.prepare_cached(select!("WHERE s.imsi = ?1"))?;
            select.query([imsi.packed() as i64])?
        }
        ImsKey::Private(impi) => {
            select = connection.prepare_cached(select!(
                "WHERE s.imsi = (SELECT imsi FROM ims_private WHERE impi = ?1)"
            ))?;
            select.query([impi.as_str()])?
        }
        ImsKey::Public(impu) => {
            select = connection.prepare_cached(select!(
                "WHERE s.imsi = (SELECT imsi FROM ims_public WHERE impu = ?1)"
            ))?;
            select.query([impu.as_str()])?
        }
    };
    rows.next()?.map(|row| stored(connection, keys, row)).transpose()
}

pub(crate) fn scan(
    connection: &Connection,
    keys: &mut Keys,
    after: Option<Imsi>,
    limit: usize,
) -> Result<Reply, Failure> {
    let after = after.map_or(i64::MIN, |imsi| imsi.packed() as i64);
    let mut select = connection.prepare_cached(select!("WHERE s.imsi > ?1 ORDER BY s.imsi LIMIT ?2"))?;
    let mut rows = select.query(params![after, limit as i64])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored(connection, keys, row)?);
    }
    Ok(Reply::ImsRun(found))
}

fn stored(connection: &Connection, keys: &mut Keys, row: &Row<'_>) -> Result<StoredIms, Failure> {
    let imsi = row::imsi(row.get(0)?)?;
    let mut subscription = |column: usize| -> Result<Option<Arc<ImsSubscription>>, Failure> {
        let text = profile(connection, keys, imsi, row.get_ref(column)?)?;
        let read = text.map(|text| subscription(imsi, &text)).transpose()?;
        Ok(read.map(Arc::new))
    };
    let registrations = row.get_ref(4)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    Ok(StoredIms {
        imsi,
        subscription: subscription(1)?,
        told: subscription(2)?,
        registrations: registrations
            .map_or_else(|| Ok(Registrations::default()), serde_json::from_str)
            .map_err(|error| Failure::content("ims_registration", format!("json of {imsi:?}: {error}")))?,
        version: row.get::<_, i64>(3)? as u64,
    })
}

fn subscription(imsi: Imsi, text: &str) -> Result<ImsSubscription, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::content("ims_subscription", format!("json of {imsi:?}: {error}")))
}

/// The text of a profile: sealed, if there is a password in it.
fn profile(
    connection: &Connection,
    keys: &mut Keys,
    imsi: Imsi,
    column: ValueRef<'_>,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let octets = match column {
        ValueRef::Null => return Ok(None),
        ValueRef::Blob(sealed) => keys.open(connection, &profile_place(imsi.packed() as i64), sealed)?,
        column => column.as_str().map_err(rusqlite::Error::from)?.as_bytes(),
    };
    let wrong = |_| Failure::content("ims_subscription", format!("json of {imsi:?}"));
    clear_profile(octets).map(Some).map_err(wrong)
}

/// A profile as its column holds it.
fn column(keys: &mut Keys, packed: i64, json: &str) -> Result<Value, Failure> {
    if holds_secret(json) {
        Ok(Value::Blob(keys.seal(&profile_place(packed), json.as_bytes())?))
    } else {
        Ok(Value::Text(json.to_owned()))
    }
}

/// Seals the profiles that hold a secret and are not sealed under the current key yet, of rows behind `after` and up to
/// `limit` of them. Answers the last one looked at, if there may be more.
pub(crate) fn seal_run(
    connection: &Connection,
    keys: &mut Keys,
    after: i64,
    limit: usize,
) -> Result<Option<i64>, Failure> {
    let mut select = connection.prepare_cached(
        "SELECT imsi, json, told FROM ims_subscription WHERE imsi > ?1 ORDER BY imsi LIMIT ?2",
    )?;
    let mut rows = select.query(params![after, limit as i64])?;
    let (mut last, mut looked) = (None, 0);
    while let Some(row) = rows.next()? {
        let packed: i64 = row.get(0)?;
        (last, looked) = (Some(packed), looked + 1);
        for (at, update) in [
            (1, "UPDATE ims_subscription SET json = ?2 WHERE imsi = ?1"),
            (2, "UPDATE ims_subscription SET told = ?2 WHERE imsi = ?1"),
        ] {
            let value = row.get_ref(at)?;
            let wanted = match value {
                ValueRef::Blob(sealed) => Ring::number_of(sealed).ok() != keys.current(),
                ValueRef::Text(text) => std::str::from_utf8(text).is_ok_and(holds_secret),
                _ => false,
            };
            if wanted && let Some(json) = profile(connection, keys, row::imsi(packed)?, value)? {
                let sealed = column(keys, packed, &json)?;
                connection
                    .prepare_cached(update)?
                    .execute(params![packed, sealed])?;
            }
        }
    }
    Ok(last.filter(|_| looked == limit))
}

/// The text columns of a row, as they are when they are opened.
struct Kept {
    json: Option<Zeroizing<String>>,
    told: Option<Zeroizing<String>>,
    version: u64,
    is_registered: bool,
}

fn kept(connection: &Connection, keys: &mut Keys, imsi: Imsi) -> Result<Option<Kept>, Failure> {
    let sql = "SELECT s.json, s.told, r.version, r.json IS NOT NULL
         FROM ims_subscription s JOIN ims_registration r USING (imsi) WHERE s.imsi = ?1";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([imsi.packed() as i64])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Kept {
        json: profile(connection, keys, imsi, row.get_ref(0)?)?,
        told: profile(connection, keys, imsi, row.get_ref(1)?)?,
        version: row.get::<_, i64>(2)? as u64,
        is_registered: row.get(3)?,
    }))
}

/// The public identities of a subscription.
fn public(subscription: &ImsSubscription) -> impl Iterator<Item = &Impu> {
    let sets = subscription.sets.iter();
    sets.flat_map(|set| set.identities.iter().map(|identity| &identity.impu))
}

fn unlink(connection: &Connection, subscription: &ImsSubscription) -> Result<(), Failure> {
    let mut delete = connection.prepare_cached("DELETE FROM ims_private WHERE impi = ?1")?;
    for identity in &subscription.private {
        delete.execute([identity.impi.as_str()])?;
    }
    let mut delete = connection.prepare_cached("DELETE FROM ims_public WHERE impu = ?1")?;
    for impu in public(subscription) {
        delete.execute([impu.as_str()])?;
    }
    Ok(())
}

fn link(connection: &Connection, subscription: &ImsSubscription) -> Result<(), Failure> {
    let imsi = subscription.imsi.packed() as i64;
    let put = |insert: &str, owner: &str, identity: &str| -> Result<(), Failure> {
        if connection
            .prepare_cached(insert)?
            .execute(params![identity, imsi])?
            == 1
        {
            return Ok(());
        }
        let taken: i64 = connection
            .prepare_cached(owner)?
            .query_row([identity], |row| row.get(0))?;
        Err(StoreError::IdentityTaken {
            identity: identity.to_owned(),
            imsi: row::imsi(taken)?,
        }
        .into())
    };
    for identity in &subscription.private {
        put(
            "INSERT OR IGNORE INTO ims_private VALUES (?1, ?2)",
            "SELECT imsi FROM ims_private WHERE impi = ?1",
            identity.impi.as_str(),
        )?;
    }
    for impu in public(subscription) {
        put(
            "INSERT OR IGNORE INTO ims_public VALUES (?1, ?2)",
            "SELECT imsi FROM ims_public WHERE impu = ?1",
            impu.as_str(),
        )?;
    }
    Ok(())
}

pub(crate) fn put(
    connection: &Connection,
    keys: &mut Keys,
    subscriptions: &[Arc<ImsSubscription>],
    mode: PutMode,
) -> Result<Reply, Failure> {
    let mut revision = revision(connection)?;
    for new in subscriptions {
        let (imsi, packed) = (new.imsi, new.imsi.packed() as i64);
        revision += 1;
        // The subscriber is altered: its change is the newest.
        let provisioned = connection
            .prepare_cached("UPDATE subscriber SET revision = ?2 WHERE imsi = ?1")?
            .execute([packed, revision])?;
        if provisioned == 0 {
            return Err(StoreError::NoSubscriber { imsi }.into());
        }
        let old = kept(connection, keys, imsi)?;
        let before = old
            .as_ref()
            .and_then(|old| old.json.as_deref().map(String::as_str));
        match mode {
            PutMode::Insert if before.is_some() => return Err(StoreError::Exists { imsi }.into()),
            PutMode::Update if before.is_none() => return Err(StoreError::NoIms { imsi }.into()),
            _ => {}
        }
        if let Some(before) = before {
            unlink(connection, &subscription(imsi, before)?)?;
        }
        link(connection, new)?;
        let json = serde_json::to_string(&**new)
            .map(Zeroizing::new)
            .map_err(|error| {
                StoreError::Unavailable(format!("an IMS subscription has no JSON form: {error}"))
            })?;
        let told = old.as_ref().and_then(|old| {
            let altered = old.json.as_ref();
            let altered = altered.filter(|before| old.is_registered && **before != json);
            old.told.as_ref().or(altered)
        });
        let told = told.map(|told| column(keys, packed, told)).transpose()?;
        let json = column(keys, packed, &json)?;
        let version = provisioned_version(revision as u64, old.as_ref().map_or(0, |old| old.version));
        connection
            .prepare_cached(
                "INSERT INTO ims_subscription VALUES (?1, ?2, ?3)
                 ON CONFLICT (imsi) DO UPDATE SET json = ?2, told = ?3",
            )?
            .execute(params![packed, json, told])?;
        set_version(connection, packed, version)?;
    }
    set_revision(connection, revision)
}

fn set_version(connection: &Connection, packed: i64, version: u64) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO ims_registration VALUES (?1, ?2, NULL) ON CONFLICT (imsi) DO UPDATE SET version = ?2",
        )?
        .execute([packed, version as i64])?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, keys: &mut Keys, imsis: &[Imsi]) -> Result<Reply, Failure> {
    let mut revision = revision(connection)?;
    for &imsi in imsis {
        revision += 1;
        if !forget(connection, keys, imsi, revision as u64)? {
            return Err(StoreError::NoIms { imsi }.into());
        }
        sh::remove(connection, imsi)?;
        connection
            .prepare_cached("UPDATE subscriber SET revision = ?2 WHERE imsi = ?1")?
            .execute([imsi.packed() as i64, revision])?;
    }
    set_revision(connection, revision)
}

/// Removes the subscription of an IMSI at a revision; `false` if there is none.
pub(crate) fn forget(
    connection: &Connection,
    keys: &mut Keys,
    imsi: Imsi,
    revision: u64,
) -> Result<bool, Failure> {
    let Some(Kept {
        json: Some(json),
        told,
        version,
        is_registered,
    }) = kept(connection, keys, imsi)?
    else {
        return Ok(false);
    };
    unlink(connection, &subscription(imsi, &json)?)?;
    if is_registered {
        let packed = imsi.packed() as i64;
        connection
            .prepare_cached("UPDATE ims_subscription SET json = NULL, told = ?2 WHERE imsi = ?1")?
            .execute(params![packed, column(keys, packed, &told.unwrap_or(json))?])?;
        set_version(connection, packed, provisioned_version(revision, version))?;
    } else {
        delete(connection, imsi)?;
    }
    Ok(true)
}

fn delete(connection: &Connection, imsi: Imsi) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM ims_subscription WHERE imsi = ?1",
        "DELETE FROM ims_registration WHERE imsi = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([imsi.packed() as i64])?;
    }
    Ok(())
}

pub(crate) fn set_registrations(
    connection: &Connection,
    imsi: Imsi,
    expected: u64,
    registrations: &Registrations,
    told: bool,
) -> Result<Reply, Failure> {
    let packed = imsi.packed() as i64;
    let is_empty = registrations.is_empty();
    let json =
        if is_empty {
            None
        } else {
            Some(serde_json::to_string(registrations).map_err(|error| {
                StoreError::Unavailable(format!("registrations have no JSON form: {error}"))
            })?)
        };
    // The one statement of the hot path: nothing is read first.
    let written = connection
        .prepare_cached(
            "UPDATE ims_registration SET version = version + 1, json = ?3 WHERE imsi = ?1 AND version = ?2",
        )?
        .execute(params![packed, expected as i64, json])?;
    if written == 0 {
        let version: Option<i64> = connection
            .prepare_cached("SELECT version FROM ims_registration WHERE imsi = ?1")?
            .query_row([packed], |row| row.get(0))
            .optional()?;
        let version = version.ok_or(StoreError::NoIms { imsi })? as u64;
        return Err(StoreError::Stale { version }.into());
    }
    if told || is_empty {
        connection
            .prepare_cached("UPDATE ims_subscription SET told = NULL WHERE imsi = ?1 AND told IS NOT NULL")?
            .execute([packed])?;
    }
    if is_empty {
        let removed = connection
            .prepare_cached("DELETE FROM ims_subscription WHERE imsi = ?1 AND json IS NULL")?
            .execute([packed])?;
        if removed > 0 {
            delete(connection, imsi)?;
        }
    }
    Ok(Reply::Done)
}
