//! Put and Remove: a statement for a whole run of subscribers, none of whom is in it twice.

use crate::fault::Failure;
use crate::row::{self, subscriber_columns};
use crate::sealing::Keys;
use crate::session::Session;
use crate::{ims, sh, shared};
use quintet_identity::Imsi;
use quintet_store::{Command, PutMode, Reply, Revision, StoreError, same_usim};
use quintet_store_rows::algorithm_columns;
use quintet_subscriber::model::{Authentication, Subscriber};
use std::collections::{HashMap, HashSet};

/// The current revision.
pub(crate) async fn revision(session: &Session) -> Result<i64, Failure> {
    Ok(session.one("SELECT revision FROM state", &[]).await?.try_get(0)?)
}

pub(crate) async fn set_revision(session: &Session, revision: i64) -> Result<Reply, Failure> {
    session
        .execute("UPDATE state SET revision = $1", &[&revision])
        .await?;
    Ok(Reply::Revision(Revision(revision as u64)))
}

/// Most subscribers of several commands that are stored as if they were one command's.
const MAX_TOGETHER: usize = 4_096;

/// The commands at the start of these that may be stored by one statement: `Put`s of one kind.
pub(crate) fn puts(commands: &[Command]) -> Option<(Vec<&[Subscriber]>, PutMode)> {
    let Some(Command::Put { mode: first, .. }) = commands.first() else {
        return None;
    };
    let mut count = 0;
    let alike = commands.iter().map_while(|command| match command {
        Command::Put { subscribers, mode } if mode == first => {
            count += subscribers.len();
            (count <= MAX_TOGETHER || count == subscribers.len()).then_some(&subscribers[..])
        }
        _ => None,
    });
    Some((alike.collect(), *first))
}

/// Stores what several commands put, in their order; answers each as if it had been alone.
pub(crate) async fn put_all(
    session: &Session,
    keys: &mut Keys,
    commands: &[&[Subscriber]],
    mode: PutMode,
) -> Result<Vec<Reply>, Failure> {
    let subscribers: Vec<&Subscriber> = commands.iter().copied().flatten().collect();
    let last = put(session, keys, &subscribers, mode).await?;
    let mut revision = last - subscribers.len() as u64;
    let replies = commands.iter().map(|subscribers| {
        revision += subscribers.len() as u64;
        Reply::Revision(Revision(revision))
    });
    Ok(replies.collect())
}

/// Stores subscribers; answers the revision afterwards.
async fn put(
    session: &Session,
    keys: &mut Keys,
    subscribers: &[&Subscriber],
    mode: PutMode,
) -> Result<u64, Failure> {
    let mut revision = revision(session).await?;
    let mut released = Vec::new();
    let mut rest = subscribers;
    while !rest.is_empty() {
        let mut seen = HashSet::with_capacity(rest.len());
        let length = rest
            .iter()
            .take_while(|subscriber| seen.insert(subscriber.imsi))
            .count();
        let (run, others) = rest.split_at(length);
        put_run(session, keys, run, mode, revision, &mut released).await?;
        revision += length as i64;
        rest = others;
    }
    shared::release(session, &released).await?;
    set_revision(session, revision).await?;
    Ok(revision as u64)
}

/// The columns of a run of subscribers.
#[derive(Default)]
struct Columns {
    imsi: Vec<i64>,
    keys: Vec<Vec<u8>>,
    algorithm: Vec<i16>,
    tuak_sizes: Vec<Option<String>>,
    amf: Vec<i32>,
    ind_bits: Vec<i16>,
    delta_bits: Vec<i16>,
    dif: Vec<Option<i64>>,
    seq_seed: Vec<i64>,
    msisdn: Vec<Option<i64>>,
    revision: Vec<i64>,
}

impl Columns {
    fn push(
        &mut self,
        subscriber: &Subscriber,
        keys: &mut Keys,
        kept: &Authentication,
        revision: i64,
    ) -> Result<(), Failure> {
        let authentication = &subscriber.authentication;
        let (algorithm, sizes) = algorithm_columns(&authentication.algorithm);
        self.imsi.push(subscriber.imsi.packed() as i64);
        self.keys
            .push(row::sealed(keys, subscriber.imsi, authentication)?);
        self.algorithm.push(algorithm as i16);
        self.tuak_sizes.push(sizes);
        self.amf.push(u16::from_be_bytes(authentication.amf.0).into());
        self.ind_bits.push(authentication.sqn_profile.ind_bits.into());
        self.delta_bits.push(authentication.sqn_profile.delta_bits.into());
        self.dif.push(kept.dif);
        self.seq_seed.push(kept.seq_seed as i64);
        self.msisdn
            .push(subscriber.msisdn.map(|msisdn| msisdn.packed() as i64));
        self.revision.push(revision);
        Ok(())
    }
}

/// Inserts rows that are not there; the end says what becomes of others.
macro_rules! insert {
    ($end:literal) => {
        concat!(
            "INSERT INTO subscriber (",
            subscriber_columns!(""),
            ", revision) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::smallint[], $4::text[], $5::integer[],
                $6::smallint[], $7::smallint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) ",
            $end
        )
    };
}

async fn put_run(
    session: &Session,
    keys: &mut Keys,
    run: &[&Subscriber],
    mode: PutMode,
    mut revision: i64,
    released: &mut Vec<i64>,
) -> Result<(), Failure> {
    let subscriptions: Vec<_> = run.iter().map(|subscriber| &subscriber.subscription).collect();
    let subscriptions = shared::numbers(session, &subscriptions).await?;
    let old = match mode {
        PutMode::Insert => HashMap::new(),
        PutMode::Update | PutMode::Upsert => stored(session, keys, run).await?,
    };
    let mut columns = Columns::default();
    for (subscriber, number) in run.iter().zip(&subscriptions) {
        revision += 1;
        let new = &subscriber.authentication;
        let kept = match old.get(&subscriber.imsi) {
            Some((old, before)) => {
                if before != number {
                    released.push(*before);
                }
                if same_usim(old, new) { old } else { new }
            }
            None if mode == PutMode::Update => {
                let imsi = subscriber.imsi;
                return Err(StoreError::NoSubscriber { imsi }.into());
            }
            None => new,
        };
        columns.push(subscriber, keys, kept, revision)?;
    }
    let sql = match mode {
        PutMode::Insert => insert!("ON CONFLICT (imsi) DO NOTHING RETURNING imsi"),
        PutMode::Update | PutMode::Upsert => insert!(
            "ON CONFLICT (imsi) DO UPDATE SET keys = excluded.keys, algorithm = excluded.algorithm,
                tuak_sizes = excluded.tuak_sizes, amf = excluded.amf, ind_bits = excluded.ind_bits,
                delta_bits = excluded.delta_bits, dif = excluded.dif, seq_seed = excluded.seq_seed,
                msisdn = excluded.msisdn, subscription = excluded.subscription, revision = excluded.revision
             RETURNING imsi"
        ),
    };
    let c = &columns;
    let stored = session
        .query(
            sql,
            &[
                &c.imsi,
                &c.keys,
                &c.algorithm,
                &c.tuak_sizes,
                &c.amf,
                &c.ind_bits,
                &c.delta_bits,
                &c.dif,
                &c.seq_seed,
                &c.msisdn,
                &subscriptions,
                &c.revision,
            ],
        )
        .await?;
    if stored.len() < run.len() {
        let stored: HashSet<i64> = stored
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        let refused = run
            .iter()
            .find(|one| !stored.contains(&(one.imsi.packed() as i64)));
        let imsi = refused.map_or(run[0].imsi, |one| one.imsi);
        return Err(StoreError::Exists { imsi }.into());
    }
    session
        .execute("DELETE FROM removed WHERE imsi = ANY ($1)", &[&c.imsi])
        .await?;
    Ok(())
}

/// The authentication data and the subscription's number of those of a run who are there.
async fn stored(
    session: &Session,
    keys: &mut Keys,
    run: &[&Subscriber],
) -> Result<HashMap<Imsi, (Authentication, i64)>, Failure> {
    let sql = concat!(
        "SELECT ",
        subscriber_columns!(""),
        " FROM subscriber WHERE imsi = ANY ($1)"
    );
    let packed: Vec<i64> = run
        .iter()
        .map(|subscriber| subscriber.imsi.packed() as i64)
        .collect();
    let rows = session.query(sql, &[&packed]).await?;
    rows.iter()
        .map(|row| {
            let (imsi, _, authentication, number) = row::subscriber(row, 0, keys)?;
            Ok((imsi, (authentication, number)))
        })
        .collect()
}

pub(crate) async fn remove(session: &Session, keys: &mut Keys, imsis: &[Imsi]) -> Result<Reply, Failure> {
    let mut revision = revision(session).await?;
    let packed: Vec<i64> = imsis.iter().map(|imsi| imsi.packed() as i64).collect();
    let sql = "DELETE FROM subscriber WHERE imsi = ANY ($1) RETURNING imsi, subscription";
    let (mut gone, mut released) = (HashSet::new(), Vec::new());
    for row in session.query(sql, &[&packed]).await? {
        gone.insert(row.try_get::<_, i64>(0)?);
        released.push(row.try_get::<_, i64>(1)?);
    }
    // One named twice is gone when its turn comes again.
    if let Some(&imsi) = imsis.iter().find(|imsi| !gone.remove(&(imsi.packed() as i64))) {
        return Err(StoreError::NoSubscriber { imsi }.into());
    }
    let sql = "INSERT INTO removed SELECT imsi, $2::bigint + n
         FROM unnest($1::bigint[]) WITH ORDINALITY AS r (imsi, n)";
    session.execute(sql, &[&packed, &revision]).await?;
    let sql = "SELECT n FROM unnest($1::bigint[]) WITH ORDINALITY AS r (imsi, n)
         JOIN ims_subscription USING (imsi) ORDER BY n";
    for row in session.query(sql, &[&packed]).await? {
        let at: i64 = row.try_get(0)?;
        let imsi = row::imsi(packed[at as usize - 1])?;
        ims::forget(session, keys, imsi, (revision + at) as u64).await?;
    }
    sh::remove(session, &packed).await?;
    revision += imsis.len() as i64;
    released.sort_unstable();
    released.dedup();
    shared::release(session, &released).await?;
    set_revision(session, revision).await
}
