//! Slots and DIF: the compare-and-swaps of the design's SQN section, each one statement.

use crate::fault::Failure;
use crate::sealing::Keys;
use crate::session::Session;
use quintet_identity::Imsi;
use quintet_store::{Bound, Reply, StoreError};
use quintet_store_rows::CHALLENGE_KEY;
use quintet_subscriber::auc::{ChallengeSecret, Epoch, FIRST_SEQ_MARGIN_TICKS, SEED_BITS, Slot};
use zeroize::Zeroizing;

pub(crate) const TAKEOVER: &str = "INSERT INTO slot (slot, epoch, h) VALUES ($1, 1, 0)
    ON CONFLICT (slot) DO UPDATE SET epoch = slot.epoch + 1 RETURNING epoch, h";

pub(crate) async fn takeover(session: &Session, slot: Slot) -> Result<Reply, Failure> {
    let row = session.one(TAKEOVER, &[&i16::from(slot.value())]).await?;
    Ok(Reply::Bound(Bound {
        epoch: Epoch(row.try_get::<_, i64>(0)? as u64),
        h: row.try_get(1)?,
    }))
}

/// The refusal of whoever does not hold the slot.
fn fenced(current: Option<i64>) -> Failure {
    StoreError::Fenced {
        current: Epoch(current.unwrap_or(0) as u64),
    }
    .into()
}

pub(crate) const RAISE_BOUND: &str = "WITH raised AS (
        UPDATE slot SET h = greatest(h, $3) WHERE slot = $1 AND epoch = $2 RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM raised), (SELECT epoch FROM slot WHERE slot = $1)";

pub(crate) async fn raise_bound(
    session: &Session,
    slot: Slot,
    epoch: Epoch,
    h: i64,
) -> Result<Reply, Failure> {
    let row = session
        .one(RAISE_BOUND, &[&i16::from(slot.value()), &(epoch.0 as i64), &h])
        .await?;
    if row.try_get(0)? {
        return Ok(Reply::Done);
    }
    Err(fenced(row.try_get(1)?))
}

/// The store is a copy: see [`quintet_store::Command::Fence`]. Ten million rows take longer than other statements may.
pub(crate) async fn fence(session: &Session, h: i64) -> Result<Reply, Failure> {
    let sql = "INSERT INTO slot (slot, epoch, h) SELECT slot, 1, $1 FROM generate_series(0, 7) AS s (slot)
        ON CONFLICT (slot) DO UPDATE SET epoch = slot.epoch + 1, h = greatest(slot.h, excluded.h)";
    session.execute(sql, &[&h]).await?;
    // As `auc::fence` does with one.
    let sql = "UPDATE subscriber SET dif = dif + greatest(1, least($1, (1::bigint << least(delta_bits, 47)::int) / 4)),
        seq_seed = seq_seed + CASE WHEN dif IS NULL AND seq_seed >= 0 AND seq_seed < $2
            THEN (1::bigint << least(delta_bits, 47)::int) / 4 ELSE 0 END";
    let (margin, seeds): (i64, i64) = (FIRST_SEQ_MARGIN_TICKS, 1 << SEED_BITS);
    session.execute(sql, &[&margin, &seeds]).await?;
    Ok(Reply::Done)
}

/// The row of the slot is locked before it is compared: whoever takes the slot over comes before or after all of this.
pub(crate) const SET_DIF: &str = "WITH held AS (SELECT epoch FROM slot WHERE slot = $2 FOR SHARE),
    changed AS (
        UPDATE subscriber SET dif = $5
        WHERE imsi = $1 AND dif IS NOT DISTINCT FROM $4 AND EXISTS (SELECT 1 FROM held WHERE epoch = $3) RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM changed), (SELECT epoch FROM held), s.imsi IS NOT NULL, s.dif
    FROM (VALUES (1)) one LEFT JOIN subscriber s ON s.imsi = $1";

pub(crate) async fn set_dif(
    session: &Session,
    imsi: Imsi,
    (slot, epoch): (Slot, Epoch),
    expected: Option<i64>,
    dif: i64,
) -> Result<Reply, Failure> {
    let (packed, slot, ours) = (imsi.packed() as i64, i16::from(slot.value()), epoch.0 as i64);
    let row = session
        .one(SET_DIF, &[&packed, &slot, &ours, &expected, &dif])
        .await?;
    if row.try_get(0)? {
        return Ok(Reply::Done);
    }
    let current: Option<i64> = row.try_get(1)?;
    if current != Some(ours) {
        return Err(fenced(current));
    }
    if !row.try_get::<_, bool>(2)? {
        return Err(StoreError::NoSubscriber { imsi }.into());
    }
    Err(StoreError::Conflict {
        current: row.try_get(3)?,
    }
    .into())
}

/// The key of RANDs: the first one offered stays.
pub(crate) async fn challenge_key(
    session: &Session,
    keys: &mut Keys,
    fresh: &ChallengeSecret,
) -> Result<Reply, Failure> {
    let row = session.one("SELECT challenge_key FROM state", &[]).await?;
    let Some(sealed) = row.try_get::<_, Option<&[u8]>>(0)? else {
        store_challenge_key(session, keys, fresh.expose()).await?;
        return Ok(Reply::ChallengeKey(fresh.clone()));
    };
    let octets = keys.open(&CHALLENGE_KEY, sealed)?;
    let octets = octets
        .try_into()
        .map_err(|_| Failure::content("state", "challenge_key"))?;
    Ok(Reply::ChallengeKey(ChallengeSecret::new(octets)))
}

/// Seals the key of RANDs, if there is one, under the current key.
pub(crate) async fn reseal_challenge_key(session: &Session, keys: &mut Keys) -> Result<(), Failure> {
    let row = session.one("SELECT challenge_key FROM state", &[]).await?;
    let Some(sealed) = row.try_get::<_, Option<&[u8]>>(0)? else {
        return Ok(());
    };
    let octets = Zeroizing::new(keys.open(&CHALLENGE_KEY, sealed)?.to_vec());
    store_challenge_key(session, keys, &octets).await
}

/// Seals the key of RANDs.
async fn store_challenge_key(session: &Session, keys: &mut Keys, octets: &[u8]) -> Result<(), Failure> {
    let sealed = keys.seal(&CHALLENGE_KEY, octets)?;
    let sql = "UPDATE state SET challenge_key = $1";
    session.execute(sql, &[&sealed]).await.map(drop)
}
