//! Slots and DIF: the compare-and-swaps of the design's SQN section.

use crate::fault::Failure;
use crate::sealing::Keys;
use quintet_identity::Imsi;
use quintet_store::{Bound, Reply, StoreError};
use quintet_store_rows::CHALLENGE_KEY;
use quintet_subscriber::auc::{ChallengeSecret, Epoch, FIRST_SEQ_MARGIN_TICKS, SEED_BITS, Slot};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

/// The epoch of a slot, if anybody ever took it.
pub(crate) fn epoch(connection: &Connection, slot: Slot) -> Result<Option<Epoch>, Failure> {
    let mut select = connection.prepare_cached("SELECT epoch FROM slot WHERE slot = ?1")?;
    let epoch = select
        .query_row([slot.value()], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(epoch.map(|epoch| Epoch(epoch as u64)))
}

pub(crate) fn takeover(connection: &Connection, slot: Slot) -> Result<Reply, Failure> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO slot (slot, epoch, h) VALUES (?1, 1, 0)
         ON CONFLICT (slot) DO UPDATE SET epoch = epoch + 1 RETURNING epoch, h",
    )?;
    let (epoch, h) = upsert.query_row([slot.value()], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
    Ok(Reply::Bound(Bound {
        epoch: Epoch(epoch as u64),
        h,
    }))
}

/// The key of RANDs: the first one offered stays.
pub(crate) fn challenge_key(
    connection: &Connection,
    keys: &mut Keys,
    fresh: &ChallengeSecret,
) -> Result<Reply, Failure> {
    let mut select = connection.prepare_cached("SELECT challenge_key FROM state")?;
    let kept: Option<Vec<u8>> = select.query_row([], |row| row.get(0))?;
    let Some(sealed) = kept else {
        store_challenge_key(connection, keys, fresh.expose())?;
        return Ok(Reply::ChallengeKey(fresh.clone()));
    };
    let octets = keys.open(connection, &CHALLENGE_KEY, &sealed)?;
    let octets = octets
        .try_into()
        .map_err(|_| Failure::content("state", "challenge_key"))?;
    Ok(Reply::ChallengeKey(ChallengeSecret::new(octets)))
}

/// Seals the key of RANDs.
pub(crate) fn store_challenge_key(
    connection: &Connection,
    keys: &mut Keys,
    octets: &[u8],
) -> Result<(), Failure> {
    let sealed = keys.seal(&CHALLENGE_KEY, octets)?;
    connection
        .prepare_cached("UPDATE state SET challenge_key = ?1")?
        .execute([sealed])?;
    Ok(())
}

/// Seals the key of RANDs, if there is one, under the current key.
pub(crate) fn reseal_challenge_key(connection: &Connection, keys: &mut Keys) -> Result<(), Failure> {
    let mut select = connection.prepare_cached("SELECT challenge_key FROM state")?;
    let kept: Option<Vec<u8>> = select.query_row([], |row| row.get(0))?;
    let Some(sealed) = kept else { return Ok(()) };
    let octets = Zeroizing::new(keys.open(connection, &CHALLENGE_KEY, &sealed)?.to_vec());
    store_challenge_key(connection, keys, &octets)
}

/// Refuses whoever does not hold the slot.
fn check_held(connection: &Connection, slot: Slot, ours: Epoch) -> Result<(), Failure> {
    let current = epoch(connection, slot)?;
    if current == Some(ours) {
        return Ok(());
    }
    Err(StoreError::Fenced {
        current: current.unwrap_or(Epoch(0)),
    }
    .into())
}

pub(crate) fn raise_bound(
    connection: &Connection,
    slot: Slot,
    epoch: Epoch,
    h: i64,
) -> Result<Reply, Failure> {
    check_held(connection, slot, epoch)?;
    connection
        .prepare_cached("UPDATE slot SET h = ?2 WHERE slot = ?1 AND h < ?2")?
        .execute(params![slot.value(), h])?;
    Ok(Reply::Done)
}

/// The store is a copy: see [`quintet_store::Command::Fence`].
pub(crate) fn fence(connection: &Connection, h: i64) -> Result<Reply, Failure> {
    connection.execute(
        "WITH RECURSIVE slots (slot) AS (VALUES (0) UNION ALL SELECT slot + 1 FROM slots WHERE slot < 7)
         INSERT INTO slot (slot, epoch, h) SELECT slot, 1, ?1 FROM slots WHERE true
         ON CONFLICT (slot) DO UPDATE SET epoch = epoch + 1, h = max(h, excluded.h)",
        [h],
    )?;
    // As `auc::fence` does with one.
    connection.execute(
        "UPDATE subscriber SET dif = dif + max(1, min(?1, (1 << min(delta_bits, 47)) / 4)),
             seq_seed = seq_seed + CASE WHEN dif IS NULL AND seq_seed >= 0 AND seq_seed < ?2
                 THEN (1 << min(delta_bits, 47)) / 4 ELSE 0 END",
        [FIRST_SEQ_MARGIN_TICKS, 1 << SEED_BITS],
    )?;
    Ok(Reply::Done)
}

pub(crate) fn set_dif(
    connection: &Connection,
    imsi: Imsi,
    (slot, epoch): (Slot, Epoch),
    expected: Option<i64>,
    dif: i64,
) -> Result<Reply, Failure> {
    check_held(connection, slot, epoch)?;
    let packed = imsi.packed() as i64;
    let current: Option<Option<i64>> = connection
        .prepare_cached("SELECT dif FROM subscriber WHERE imsi = ?1")?
        .query_row([packed], |row| row.get(0))
        .optional()?;
    let current = current.ok_or(StoreError::NoSubscriber { imsi })?;
    if current != expected {
        return Err(StoreError::Conflict { current }.into());
    }
    connection
        .prepare_cached("UPDATE subscriber SET dif = ?2 WHERE imsi = ?1")?
        .execute(params![packed, dif])?;
    Ok(Reply::Done)
}
