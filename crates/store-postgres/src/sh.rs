//! What is kept for application servers: two columns of JSON, and the revision of their last change.

use crate::fault::Failure;
use crate::ims;
use crate::location::{self, require_subscriber};
use crate::row::{self, json, to_json};
use crate::sealing::Keys;
use crate::session::Session;
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_store::{ImsKey, MAX_SH_LISTED, Reply, Revision, ShCommand, ShKey, ShReply, StoreError};
use quintet_subscriber::sh::{ShRecord, ShUser};

/// Does a command that writes.
pub(crate) async fn write(session: &Session, command: &ShCommand) -> Result<Reply, Failure> {
    let ShCommand::Set {
        imsi,
        expected,
        record,
    } = command
    else {
        return Err(StoreError::Unavailable("a read came to the writer".to_owned()).into());
    };
    require_subscriber(session, *imsi).await?;
    let packed = imsi.packed() as i64;
    let sql = "SELECT revision FROM sh_record WHERE imsi = $1";
    let version = match session.optional(sql, &[&packed]).await? {
        Some(row) => row.try_get::<_, i64>(0)? as u64,
        None => 0,
    };
    if version != *expected {
        return Err(StoreError::Stale { version }.into());
    }
    let revision = revision(session).await? + 1;
    let sql = "INSERT INTO sh_record VALUES ($1, $2, $3, $4)
         ON CONFLICT (imsi) DO UPDATE SET repository = $2, subscriptions = $3, revision = $4";
    let repository = to_json("repository data", &record.repository)?;
    let subscriptions = to_json("a subscription to notifications", &record.subscriptions)?;
    session
        .execute(sql, &[&packed, &repository, &subscriptions, &revision])
        .await?;
    session
        .execute("UPDATE sh_state SET revision = $1", &[&revision])
        .await?;
    Ok(Reply::Sh(ShReply::Version(revision as u64)))
}

/// Whoever they were are no IMS users any more.
pub(crate) async fn remove(session: &Session, packed: &[i64]) -> Result<(), Failure> {
    session
        .execute("DELETE FROM sh_record WHERE imsi = ANY ($1)", &[&packed])
        .await?;
    Ok(())
}

async fn revision(session: &Session) -> Result<i64, Failure> {
    Ok(session
        .one("SELECT revision FROM sh_state", &[])
        .await?
        .try_get(0)?)
}

/// Whose a key is, if anybody's.
async fn owner(session: &Session, key: &ShKey) -> Result<Option<Imsi>, Failure> {
    match key {
        ShKey::Imsi(imsi) => Ok(Some(*imsi)),
        ShKey::Public(impu) => public(session, impu).await,
        ShKey::Number(msisdn) => number(session, *msisdn).await,
    }
}

async fn public(session: &Session, impu: &Impu) -> Result<Option<Imsi>, Failure> {
    let sql = "SELECT imsi FROM ims_public WHERE impu = $1";
    let found = session.optional(sql, &[&impu.as_str()]).await?;
    found.map(|row| row::imsi(row.try_get(0)?)).transpose()
}

async fn number(session: &Session, msisdn: Msisdn) -> Result<Option<Imsi>, Failure> {
    let sql = "SELECT imsi FROM subscriber WHERE msisdn = $1 ORDER BY imsi LIMIT 1";
    if let Some(row) = session.optional(sql, &[&(msisdn.packed() as i64)]).await? {
        return row::imsi(row.try_get(0)?).map(Some);
    }
    match Impu::tel(msisdn) {
        Ok(impu) => public(session, &impu).await,
        Err(_) => Ok(None),
    }
}

/// All that is told of a user. The caller is in a transaction of one snapshot.
pub(crate) async fn load(session: &Session, keys: &mut Keys, key: &ShKey) -> Result<Reply, Failure> {
    let user = user(session, keys, key).await?;
    Ok(Reply::Sh(ShReply::User(user.map(Box::new))))
}

async fn user(session: &Session, keys: &mut Keys, key: &ShKey) -> Result<Option<ShUser>, Failure> {
    let Some(imsi) = owner(session, key).await? else {
        return Ok(None);
    };
    let packed = imsi.packed() as i64;
    let sql = "SELECT s.msisdn, r.repository, r.subscriptions, r.revision
         FROM subscriber s LEFT JOIN sh_record r USING (imsi) WHERE s.imsi = $1";
    let Some(row) = session.optional(sql, &[&packed]).await? else {
        return Ok(None);
    };
    let msisdn: Option<i64> = row.try_get(0)?;
    let repository: Option<&str> = row.try_get(1)?;
    let subscriptions: Option<&str> = row.try_get(2)?;
    let record = match repository.zip(subscriptions) {
        None => ShRecord::default(),
        Some((repository, subscriptions)) => ShRecord {
            repository: json("sh_record", imsi, repository)?,
            subscriptions: json("sh_record", imsi, subscriptions)?,
        },
    };
    let ims = ims::row(session, &ImsKey::Imsi(imsi)).await?;
    let ims = ims.map(|row| ims::stored(keys, &row)).transpose()?;
    Ok(Some(ShUser {
        imsi,
        msisdn: msisdn.map(row::msisdn).transpose()?,
        ims: ims.and_then(|stored| stored.record()),
        location: location::load(session, imsi).await?.map(|location| *location),
        record,
        version: row.try_get::<_, Option<i64>>(3)?.unwrap_or(0) as u64,
    }))
}

/// Whose record changed since a revision. The caller is in a transaction of one snapshot.
pub(crate) async fn changes(session: &Session, since: Revision, limit: usize) -> Result<Reply, Failure> {
    let mut last = revision(session).await?;
    let sql =
        "SELECT revision, imsi, subscriptions FROM sh_record WHERE revision > $1 ORDER BY revision LIMIT $2";
    let since = i64::try_from(since.0).unwrap_or(i64::MAX);
    let rows = session
        .query(sql, &[&since, &(limit.min(MAX_SH_LISTED) as i64)])
        .await?;
    let mut changed = Vec::with_capacity(rows.len());
    for row in &rows {
        last = row.try_get(0)?;
        let imsi = row::imsi(row.try_get(1)?)?;
        changed.push((imsi, json("sh_record", imsi, row.try_get(2)?)?));
    }
    Ok(Reply::Sh(ShReply::Changes {
        revision: Revision(last as u64),
        changed,
    }))
}
