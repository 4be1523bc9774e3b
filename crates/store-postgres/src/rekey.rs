//! Other keys for a database that is in use, as in the SQLite store: another master key wraps the data keys anew in one short
//! transaction; another data key seals what is written from then on, and what was written before is sealed anew run by run,
//! between which others write. A rotation that ends in between leaves more than one data key; the next one goes on from there.

use crate::address::Address;
use crate::errand::{at_server, only_this_version};
use crate::fault::Failure;
use crate::options::{OpenError, Options};
use crate::sealing::{self, Keys, wrapped_keys};
use crate::session::Session;
use crate::writer::begin;
use crate::{ims, slot};
use quintet_store_rows::{DataKey, KeyStatus, Progress, Rewrapped, Rotated, at_keys};
use quintet_vault::{Master, Ring};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Rows of one transaction of a rotation: some tens of milliseconds, for which others wait.
const RUN: usize = 1_000;

/// How much longer than a transaction the pause behind it is: the server's time is for those it serves.
const PAUSE: u32 = 2;

/// What a rotation is called to who watches.
const WHAT: &str = "sealing the keys of subscribers anew";

/// Where a database is, for people: without user and password. Nothing is connected.
///
/// # Errors
/// [`OpenError::Address`], [`OpenError::Password`], [`OpenError::Tls`].
pub fn place(url: &str, options: &Options) -> Result<String, OpenError> {
    Ok(Address::new(url, options)?.place)
}

/// All subscribers, who are sealed under the only data key there is: an index is enough for it.
const COUNT_ALL: &str = "SELECT count(*) FROM subscriber";

/// Those who are sealed under one data key, while a rotation has not come to its end: the whole table is read.
const COUNT_UNDER: &str = "SELECT count(*) FROM subscriber WHERE substr(keys, 2, 2) = $1";

/// What protects a database. No master key is needed, and nothing is changed.
///
/// # Errors
/// [`OpenError`].
pub fn key_status(url: &str, options: &Options) -> Result<KeyStatus, OpenError> {
    at_server(url, options, async |_, session| {
        only_this_version(&session).await?;
        let mut data_keys = Vec::new();
        session
            .batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = on")
            .await?;
        let keys = wrapped_keys(&session).await?;
        let is_only = keys.len() == 1;
        for key in keys {
            let row = match is_only {
                true => session.one(COUNT_ALL, &[]).await?,
                false => {
                    let number = number_octets(key.number.value());
                    session.one(COUNT_UNDER, &[&number]).await?
                }
            };
            data_keys.push(DataKey {
                number: key.number,
                master: key.master,
                made: key.made,
                subscribers: row.try_get::<_, i64>(0)? as u64,
            });
        }
        session.batch("COMMIT").await?;
        Ok(KeyStatus {
            data_keys,
            traces: false,
        })
    })
}

/// Has another master key wrap the data keys; from then on only it opens the database. Processes that are connected go on.
///
/// # Errors
/// [`OpenError`]; nothing has changed then.
pub fn rewrap(url: &str, options: &Options, new: &dyn Master) -> Result<Rewrapped, OpenError> {
    at_server(url, options, async |address, session| {
        only_this_version(&session).await?;
        session.batch(&begin(address.lock_number())).await?;
        let data_keys = sealing::rewrap(&session, &*options.masters, new).await?;
        session.batch("COMMIT").await?;
        // What the former master key wrapped is in dead rows still.
        session.batch("VACUUM data_key").await?;
        Ok(Rewrapped {
            master: new.fingerprint(),
            data_keys,
        })
    })
}

/// Makes a new data key, has everything sealed under it, and deletes the old ones. Others may read and write meanwhile.
///
/// # Errors
/// [`OpenError`]; what is sealed anew stays so, and the next call goes on.
pub fn rotate_data_key(url: &str, options: &Options, progress: &Progress) -> Result<Rotated, OpenError> {
    at_server(url, options, async |address, session| {
        only_this_version(&session).await?;
        let keys = Keys::load(&session, &options.masters).await?;
        let rotation = Rotation {
            lock: address.lock_number(),
            session,
            keys,
        };
        rotation.run(progress).await
    })
}

/// The number of a data key as it stands in what is sealed under it.
fn number_octets(number: u16) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// A rotation under way.
struct Rotation {
    session: Session,
    keys: Keys,
    lock: i64,
}

impl Rotation {
    async fn run(mut self, progress: &Progress) -> Result<Rotated, Failure> {
        self.begin().await?;
        let resumed = wrapped_keys(&self.session).await?.len() > 1;
        let number = match self.keys.current() {
            Some(current) if resumed => current,
            _ => self.keys.add(&self.session).await?,
        };
        slot::reseal_challenge_key(&self.session, &mut self.keys).await?;
        self.session.batch("COMMIT").await?;
        let total = self.session.one("SELECT count(*) FROM subscriber", &[]).await?;
        let total = total.try_get::<_, i64>(0)? as u64;
        let (mut sealed, mut seen, mut after) = (0, 0, Some(i64::MIN));
        while let Some(from) = after {
            let began = self.begin().await?;
            let (last, looked, done) = self.seal_run(from).await?;
            self.commit_and_pause(began).await?;
            (after, seen, sealed) = (last, seen + looked, sealed + done);
            progress(WHAT, seen, total.max(seen));
        }
        let mut after = Some(i64::MIN);
        while let Some(from) = after {
            let began = self.begin().await?;
            after = ims::seal_run(&self.session, &mut self.keys, from, RUN).await?;
            self.commit_and_pause(began).await?;
        }
        let removed = self.remove_old(number.value()).await?;
        Ok(Rotated {
            number,
            resumed,
            sealed,
            removed,
        })
    }

    /// Begins a transaction in which nobody else writes.
    #[expect(
        clippy::disallowed_methods,
        reason = "a transaction is timed, to leave the server alone for longer"
    )]
    async fn begin(&mut self) -> Result<Instant, Failure> {
        self.session.batch(&begin(self.lock)).await?;
        let began = Instant::now();
        self.keys.follow(&self.session).await?;
        Ok(began)
    }

    async fn commit_and_pause(&self, began: Instant) -> Result<(), Failure> {
        self.session.batch("COMMIT").await?;
        let pause = began.elapsed().min(Duration::from_secs(1)) * PAUSE;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Seals rows behind `after` that are not under the current key: the last one looked at, if there may be more, how many
    /// were looked at, and how many sealed. A run that is not full is the last: what others add behind it is under the
    /// current key, and who waited for them to stop would wait for ever.
    async fn seal_run(&mut self, after: i64) -> Result<(Option<i64>, u64, u64), Failure> {
        let sql =
            "SELECT imsi, keys, algorithm, tuak_sizes FROM subscriber WHERE imsi > $1 ORDER BY imsi LIMIT $2";
        let rows = self.session.query(sql, &[&after, &(RUN as i64)]).await?;
        let (mut imsis, mut anew, mut last) = (Vec::new(), Vec::new(), None);
        for row in &rows {
            let packed: i64 = row.try_get(0)?;
            last = Some(packed);
            let sealed: &[u8] = row.try_get(1)?;
            if Ring::number_of(sealed).ok() == self.keys.current() {
                continue;
            }
            let algorithm = i64::from(row.try_get::<_, i16>(2)?);
            let resealed = at_keys(packed, algorithm, row.try_get(3)?, |place| {
                let octets = Zeroizing::new(self.keys.open(place, sealed)?.to_vec());
                self.keys.seal(place, &octets)
            });
            match resealed {
                Ok(resealed) => {
                    imsis.push(packed);
                    anew.push(resealed);
                }
                // One damaged row keeps the others from nothing; it is counted in the end.
                Err(Failure::Content(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        let sql =
            "UPDATE subscriber s SET keys = n.keys FROM unnest($1::bigint[], $2::bytea[]) AS n (imsi, keys)
             WHERE s.imsi = n.imsi";
        if !imsis.is_empty() {
            self.session.execute(sql, &[&imsis, &anew]).await?;
        }
        last = last.filter(|_| rows.len() == RUN);
        Ok((last, rows.len() as u64, imsis.len() as u64))
    }

    /// Deletes the old data keys, unless something is left under one of them.
    async fn remove_old(&mut self, number: u16) -> Result<usize, Failure> {
        self.begin().await?;
        self.session.batch("SET LOCAL enable_seqscan = on").await?;
        let sql = "SELECT count(*) FROM subscriber WHERE substr(keys, 2, 2) <> $1";
        let left: i64 = self
            .session
            .one(sql, &[&number_octets(number)])
            .await?
            .try_get(0)?;
        if left > 0 {
            self.session.batch("ROLLBACK").await?;
            let why = format!("{left} rows are not sealed under data key {number}; the old ones stay");
            return Err(Failure::content("subscriber", why));
        }
        let sql = "DELETE FROM data_key WHERE number <> $1";
        let removed = self.session.execute(sql, &[&i32::from(number)]).await?;
        self.session.batch("COMMIT").await?;
        self.session.batch("VACUUM data_key").await?;
        Ok(removed as usize)
    }
}
