//! Put and Remove.

use crate::fault::Failure;
use crate::ims;
use crate::row;
use crate::sealing::Keys;
use crate::sh;
use crate::shared::Numbers;
use quintet_identity::Imsi;
use quintet_store::{PutMode, Reply, Revision, StoreError, same_usim};
use quintet_store_rows::{algorithm_columns, at_keys, key_octets};
use quintet_subscriber::model::{Authentication, SqnProfile, Subscriber, Subscription};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The current revision.
pub(crate) fn revision(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection
        .prepare_cached("SELECT revision FROM state")?
        .query_row([], |row| row.get(0))?)
}

pub(crate) fn set_revision(connection: &Connection, revision: i64) -> Result<Reply, Failure> {
    connection
        .prepare_cached("UPDATE state SET revision = ?1")?
        .execute([revision])?;
    Ok(Reply::Revision(Revision(revision as u64)))
}

/// A run of one `Put`: what it carries from subscriber to subscriber.
struct Run<'a> {
    connection: &'a Connection,
    numbers: &'a mut Numbers,
    keys: &'a mut Keys,
    revision: i64,
    /// Whether an IMSI may have to leave `removed`.
    removed: bool,
    /// Subscriptions that lost a subscriber.
    released: BTreeSet<i64>,
    /// The last subscription and its number: provisioning comes in runs of the same.
    last: Option<(Arc<Subscription>, i64)>,
}

pub(crate) fn put(
    connection: &Connection,
    numbers: &mut Numbers,
    keys: &mut Keys,
    subscribers: &[Subscriber],
    mode: PutMode,
) -> Result<Reply, Failure> {
    let removed = connection
        .prepare_cached("SELECT 1 FROM removed LIMIT 1")?
        .exists([])?;
    let revision = revision(connection)?;
    let mut run = Run {
        connection,
        numbers,
        keys,
        revision,
        removed,
        released: BTreeSet::new(),
        last: None,
    };
    for subscriber in subscribers {
        run.put(subscriber, mode)?;
    }
    let Run {
        revision, released, ..
    } = run;
    for id in released {
        numbers.release_subscription(connection, id)?;
    }
    set_revision(connection, revision)
}

impl Run<'_> {
    fn put(&mut self, subscriber: &Subscriber, mode: PutMode) -> Result<(), Failure> {
        let imsi = subscriber.imsi;
        let subscription = self.number(&subscriber.subscription)?;
        self.revision += 1;
        if mode == PutMode::Insert {
            return match self.insert(subscriber, subscription) {
                Err(Failure::Sqlite(error)) if is_key_conflict(&error) => {
                    Err(StoreError::Exists { imsi }.into())
                }
                other => other,
            };
        }
        match stored(self.connection, self.keys, imsi)? {
            Some((old, released)) => {
                if released != subscription {
                    self.released.insert(released);
                }
                self.update(subscriber, subscription, &old)
            }
            None if mode == PutMode::Update => Err(StoreError::NoSubscriber { imsi }.into()),
            None => self.insert(subscriber, subscription),
        }
    }

    fn number(&mut self, subscription: &Arc<Subscription>) -> Result<i64, Failure> {
        if let Some((last, id)) = &self.last
            && Arc::ptr_eq(last, subscription)
        {
            return Ok(*id);
        }
        let id = self.numbers.subscription(self.connection, subscription)?;
        self.last = Some((subscription.clone(), id));
        Ok(id)
    }

    fn insert(&mut self, subscriber: &Subscriber, subscription: i64) -> Result<(), Failure> {
        let sql = concat!(
            "INSERT INTO subscriber (",
            row::subscriber_columns!(),
            ", revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        );
        let sqn = (subscriber.authentication.dif, subscriber.authentication.seq_seed);
        self.write(sql, subscriber, subscription, sqn)?;
        if self.removed {
            let imsi = subscriber.imsi.packed() as i64;
            self.connection
                .prepare_cached("DELETE FROM removed WHERE imsi = ?1")?
                .execute([imsi])?;
        }
        Ok(())
    }

    fn update(
        &mut self,
        subscriber: &Subscriber,
        subscription: i64,
        old: &Authentication,
    ) -> Result<(), Failure> {
        let new = &subscriber.authentication;
        let kept = if same_usim(old, new) { old } else { new };
        let sql = "UPDATE subscriber SET keys = ?2, algorithm = ?3, tuak_sizes = ?4, amf = ?5, ind_bits = ?6,
                delta_bits = ?7, dif = ?8, seq_seed = ?9, msisdn = ?10, subscription = ?11, revision = ?12
             WHERE imsi = ?1";
        self.write(sql, subscriber, subscription, (kept.dif, kept.seq_seed))
    }

    fn write(
        &mut self,
        sql: &str,
        subscriber: &Subscriber,
        subscription: i64,
        (dif, seq_seed): (Option<i64>, u64),
    ) -> Result<(), Failure> {
        let authentication = &subscriber.authentication;
        let (algorithm, tuak_sizes) = algorithm_columns(&authentication.algorithm);
        let packed = subscriber.imsi.packed() as i64;
        let sealed = at_keys(packed, algorithm, tuak_sizes.as_deref(), |place| {
            self.keys.seal(place, &key_octets(authentication))
        })?;
        self.connection.prepare_cached(sql)?.execute(params![
            packed,
            sealed,
            algorithm,
            tuak_sizes,
            u16::from_be_bytes(authentication.amf.0),
            authentication.sqn_profile.ind_bits,
            authentication.sqn_profile.delta_bits,
            dif,
            seq_seed as i64,
            subscriber.msisdn.map(|msisdn| msisdn.packed() as i64),
            subscription,
            self.revision,
        ])?;
        Ok(())
    }
}

fn is_key_conflict(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    extended == Some(rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

/// The authentication data and the subscription's number of whoever is there.
fn stored(
    connection: &Connection,
    keys: &mut Keys,
    imsi: Imsi,
) -> Result<Option<(Authentication, i64)>, Failure> {
    let mut select = connection.prepare_cached(
        "SELECT keys, algorithm, tuak_sizes, dif, seq_seed, subscription, ind_bits, delta_bits FROM subscriber
         WHERE imsi = ?1",
    )?;
    let packed = imsi.packed() as i64;
    let mut rows = select.query([packed])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let columns = (row.get_ref(0)?, row.get(1)?, row.get_ref(2)?);
    let (k, algorithm) = row::opened(connection, keys, packed, columns)?;
    let authentication = Authentication {
        k,
        algorithm,
        amf: quintet_crypto::Amf::default(),
        sqn_profile: SqnProfile {
            ind_bits: row.get(6)?,
            delta_bits: row.get(7)?,
        },
        dif: row.get(3)?,
        seq_seed: row.get::<_, i64>(4)? as u64,
    };
    Ok(Some((authentication, row.get(5)?)))
}

pub(crate) fn remove(
    connection: &Connection,
    numbers: &mut Numbers,
    keys: &mut Keys,
    imsis: &[Imsi],
) -> Result<Reply, Failure> {
    let mut revision = revision(connection)?;
    let mut released = BTreeSet::new();
    for &imsi in imsis {
        let packed = imsi.packed() as i64;
        let mut delete =
            connection.prepare_cached("DELETE FROM subscriber WHERE imsi = ?1 RETURNING subscription")?;
        let mut rows = delete.query([packed])?;
        let Some(row) = rows.next()? else {
            return Err(StoreError::NoSubscriber { imsi }.into());
        };
        released.insert(row.get::<_, i64>(0)?);
        drop(rows);
        revision += 1;
        connection
            .prepare_cached("INSERT INTO removed (imsi, revision) VALUES (?1, ?2)")?
            .execute([packed, revision])?;
        ims::forget(connection, keys, imsi, revision as u64)?;
        sh::remove(connection, imsi)?;
    }
    for id in released {
        numbers.release_subscription(connection, id)?;
    }
    set_revision(connection, revision)
}
