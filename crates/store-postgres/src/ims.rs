//! IMS subscriptions and registrations: JSON rows, and where each identity leads.

use crate::fault::Failure;
use crate::provision::{revision, set_revision};
use crate::row::{self, behind, json, to_json};
use crate::sealing::Keys;
use crate::session::Session;
use crate::sh;
use quintet_identity::{Impu, Imsi};
use quintet_store::{ImsKey, PutMode, Reply, StoreError, StoredIms, provisioned_version};
use quintet_store_rows::{clear_profile, holds_secret, profile_place};
use quintet_subscriber::ims::{ImsSubscription, Registrations};
use quintet_vault::Ring;
use std::sync::Arc;
use tokio_postgres::Row;
use zeroize::Zeroizing;

/// A select of records; its end follows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.imsi, s.profile, s.told, r.version, r.json
             FROM ims_subscription s JOIN ims_registration r USING (imsi) ",
            $rest
        )
    };
}

pub(crate) const BY_IMSI: &str = select!("WHERE s.imsi = $1");
pub(crate) const BY_PRIVATE: &str = select!("WHERE s.imsi = (SELECT imsi FROM ims_private WHERE impi = $1)");
pub(crate) const BY_PUBLIC: &str = select!("WHERE s.imsi = (SELECT imsi FROM ims_public WHERE impu = $1)");

/// The row an identity leads to.
pub(crate) async fn row(session: &Session, key: &ImsKey) -> Result<Option<Row>, Failure> {
    match key {
        ImsKey::Imsi(imsi) => session.optional(BY_IMSI, &[&(imsi.packed() as i64)]).await,
        ImsKey::Private(impi) => session.optional(BY_PRIVATE, &[&impi.as_str()]).await,
        ImsKey::Public(impu) => session.optional(BY_PUBLIC, &[&impu.as_str()]).await,
    }
}

pub(crate) async fn scan(
    session: &Session,
    keys: &mut Keys,
    after: Option<Imsi>,
    limit: usize,
) -> Result<Reply, Failure> {
    let sql = select!("WHERE s.imsi > $1 ORDER BY s.imsi LIMIT $2");
    let rows = session.query(sql, &[&behind(after), &(limit as i64)]).await?;
    let found: Result<_, Failure> = rows.iter().map(|row| stored(keys, row)).collect();
    Ok(Reply::ImsRun(found?))
}

/// A record from its row.
pub(crate) fn stored(keys: &mut Keys, row: &Row) -> Result<StoredIms, Failure> {
    let imsi = row::imsi(row.try_get(0)?)?;
    let mut subscription = |column: usize| -> Result<Option<Arc<ImsSubscription>>, Failure> {
        let Some(text) = profile(keys, imsi, row.try_get(column)?)? else {
            return Ok(None);
        };
        json("ims_subscription", imsi, &text).map(|read| Some(Arc::new(read)))
    };
    let registrations: Option<&str> = row.try_get(4)?;
    Ok(StoredIms {
        imsi,
        subscription: subscription(1)?,
        told: subscription(2)?,
        registrations: registrations.map_or_else(
            || Ok(Registrations::default()),
            |text| json("ims_registration", imsi, text),
        )?,
        version: row.try_get::<_, i64>(3)? as u64,
    })
}

/// The text of a profile. It is sealed if there is a password in it; what is sealed does not begin as JSON does.
fn profile(keys: &mut Keys, imsi: Imsi, column: Option<&[u8]>) -> Result<Option<Zeroizing<String>>, Failure> {
    let octets = match column {
        None => return Ok(None),
        Some(clear @ [b'{', ..]) => clear,
        Some(sealed) => keys.open(&profile_place(imsi.packed() as i64), sealed)?,
    };
    let wrong = |_| Failure::content("ims_subscription", format!("profile of {imsi:?}"));
    clear_profile(octets).map(Some).map_err(wrong)
}

/// A profile as its column holds it. SIP Digest is a password, or as good as one.
fn column(keys: &mut Keys, packed: i64, json: &str) -> Result<Vec<u8>, Failure> {
    if holds_secret(json) {
        keys.seal(&profile_place(packed), json.as_bytes())
    } else {
        Ok(json.as_bytes().to_vec())
    }
}

/// Seals the profiles that hold a secret and are not sealed under the current key, of rows behind `after` and up to `limit`
/// of them. Answers the last one looked at, if there may be more.
pub(crate) async fn seal_run(
    session: &Session,
    keys: &mut Keys,
    after: i64,
    limit: usize,
) -> Result<Option<i64>, Failure> {
    let sql = "SELECT imsi, profile, told FROM ims_subscription WHERE imsi > $1 ORDER BY imsi LIMIT $2";
    let rows = session.query(sql, &[&after, &(limit as i64)]).await?;
    let mut last = None;
    for row in &rows {
        let packed: i64 = row.try_get(0)?;
        last = Some(packed);
        for (at, update) in [
            (1, "UPDATE ims_subscription SET profile = $2 WHERE imsi = $1"),
            (2, "UPDATE ims_subscription SET told = $2 WHERE imsi = $1"),
        ] {
            let value: Option<&[u8]> = row.try_get(at)?;
            let is_current = |sealed: &[u8]| Ring::number_of(sealed).ok() == keys.current();
            let wanted = value.is_some_and(|octets| !octets.starts_with(b"{") && !is_current(octets));
            if wanted && let Some(json) = profile(keys, row::imsi(packed)?, value)? {
                let sealed = column(keys, packed, &json)?;
                session.execute(update, &[&packed, &sealed]).await?;
            }
        }
    }
    Ok(last.filter(|_| rows.len() == limit))
}

/// The columns of a row, opened.
struct Kept {
    json: Option<Zeroizing<String>>,
    told: Option<Zeroizing<String>>,
    version: u64,
    is_registered: bool,
}

async fn kept(session: &Session, keys: &mut Keys, imsi: Imsi) -> Result<Option<Kept>, Failure> {
    let sql = "SELECT s.profile, s.told, r.version, r.json IS NOT NULL
         FROM ims_subscription s JOIN ims_registration r USING (imsi) WHERE s.imsi = $1";
    let Some(row) = session.optional(sql, &[&(imsi.packed() as i64)]).await? else {
        return Ok(None);
    };
    Ok(Some(Kept {
        json: profile(keys, imsi, row.try_get(0)?)?,
        told: profile(keys, imsi, row.try_get(1)?)?,
        version: row.try_get::<_, i64>(2)? as u64,
        is_registered: row.try_get(3)?,
    }))
}

/// The private and the public identities of a subscription.
fn identities(subscription: &ImsSubscription) -> (Vec<&str>, Vec<&str>) {
    let private = subscription.private.iter().map(|identity| identity.impi.as_str());
    let sets = subscription.sets.iter();
    let public = sets.flat_map(|set| set.identities.iter().map(|identity| Impu::as_str(&identity.impu)));
    (private.collect(), public.collect())
}

async fn unlink(session: &Session, subscription: &ImsSubscription) -> Result<(), Failure> {
    let (private, public) = identities(subscription);
    session
        .execute("DELETE FROM ims_private WHERE impi = ANY ($1)", &[&private])
        .await?;
    session
        .execute("DELETE FROM ims_public WHERE impu = ANY ($1)", &[&public])
        .await?;
    Ok(())
}

async fn link(session: &Session, subscription: &ImsSubscription) -> Result<(), Failure> {
    let (private, public) = identities(subscription);
    for (put, owner, identities) in [
        (
            "INSERT INTO ims_private SELECT impi, $2 FROM unnest($1::text[]) AS n (impi) ON CONFLICT DO NOTHING",
            "SELECT n.impi, p.imsi FROM unnest($1::text[]) WITH ORDINALITY AS n (impi, at)
             JOIN ims_private p USING (impi) WHERE p.imsi <> $2 ORDER BY n.at LIMIT 1",
            private,
        ),
        (
            "INSERT INTO ims_public SELECT impu, $2 FROM unnest($1::text[]) AS n (impu) ON CONFLICT DO NOTHING",
            "SELECT n.impu, p.imsi FROM unnest($1::text[]) WITH ORDINALITY AS n (impu, at)
             JOIN ims_public p USING (impu) WHERE p.imsi <> $2 ORDER BY n.at LIMIT 1",
            public,
        ),
    ] {
        let packed = subscription.imsi.packed() as i64;
        if session.execute(put, &[&identities, &packed]).await? == identities.len() as u64 {
            continue;
        }
        if let Some(row) = session.optional(owner, &[&identities, &packed]).await? {
            return Err(StoreError::IdentityTaken {
                identity: row.try_get(0)?,
                imsi: row::imsi(row.try_get(1)?)?,
            }
            .into());
        }
        // Nobody else's: the subscription names one twice.
        return Err(StoreError::IdentityTaken {
            identity: identities.first().copied().unwrap_or_default().to_owned(),
            imsi: subscription.imsi,
        }
        .into());
    }
    Ok(())
}

pub(crate) async fn put(
    session: &Session,
    keys: &mut Keys,
    subscriptions: &[Arc<ImsSubscription>],
    mode: PutMode,
) -> Result<Reply, Failure> {
    let mut revision = revision(session).await?;
    for new in subscriptions {
        let (imsi, packed) = (new.imsi, new.imsi.packed() as i64);
        revision += 1;
        if !touch(session, imsi, revision).await? {
            return Err(StoreError::NoSubscriber { imsi }.into());
        }
        let old = kept(session, keys, imsi).await?;
        let before = old.as_ref().and_then(|old| old.json.as_ref());
        match mode {
            PutMode::Insert if before.is_some() => return Err(StoreError::Exists { imsi }.into()),
            PutMode::Update if before.is_none() => return Err(StoreError::NoIms { imsi }.into()),
            _ => {}
        }
        if let Some(before) = before {
            unlink(session, &json("ims_subscription", imsi, before)?).await?;
        }
        link(session, new).await?;
        let text = Zeroizing::new(to_json("an IMS subscription", &**new)?);
        let told = old.as_ref().and_then(|old| {
            let altered = old.json.as_ref();
            let altered = altered.filter(|before| old.is_registered && **before != text);
            old.told.as_ref().or(altered)
        });
        let told = told.map(|told| column(keys, packed, told)).transpose()?;
        let text = column(keys, packed, &text)?;
        let version = provisioned_version(revision as u64, old.as_ref().map_or(0, |old| old.version));
        let sql = "INSERT INTO ims_subscription VALUES ($1, $2, $3) ON CONFLICT (imsi) DO UPDATE SET profile = $2, told = $3";
        session.execute(sql, &[&packed, &text, &told]).await?;
        set_version(session, packed, version).await?;
    }
    set_revision(session, revision).await
}

/// The subscriber is altered: its change is the newest. `false` if there is none.
async fn touch(session: &Session, imsi: Imsi, revision: i64) -> Result<bool, Failure> {
    let sql = "UPDATE subscriber SET revision = $2 WHERE imsi = $1";
    Ok(session
        .execute(sql, &[&(imsi.packed() as i64), &revision])
        .await?
        > 0)
}

async fn set_version(session: &Session, packed: i64, version: u64) -> Result<(), Failure> {
    let sql =
        "INSERT INTO ims_registration VALUES ($1, $2, NULL) ON CONFLICT (imsi) DO UPDATE SET version = $2";
    session.execute(sql, &[&packed, &(version as i64)]).await?;
    Ok(())
}

pub(crate) async fn remove(session: &Session, keys: &mut Keys, imsis: &[Imsi]) -> Result<Reply, Failure> {
    let mut revision = revision(session).await?;
    for &imsi in imsis {
        revision += 1;
        if !forget(session, keys, imsi, revision as u64).await? {
            return Err(StoreError::NoIms { imsi }.into());
        }
        sh::remove(session, &[imsi.packed() as i64]).await?;
        touch(session, imsi, revision).await?;
    }
    set_revision(session, revision).await
}

/// Removes the subscription of an IMSI at a revision; `false` if there is none.
pub(crate) async fn forget(
    session: &Session,
    keys: &mut Keys,
    imsi: Imsi,
    revision: u64,
) -> Result<bool, Failure> {
    let Some(Kept {
        json: Some(text),
        told,
        version,
        is_registered,
    }) = kept(session, keys, imsi).await?
    else {
        return Ok(false);
    };
    unlink(session, &json("ims_subscription", imsi, &text)?).await?;
    let packed = imsi.packed() as i64;
    if is_registered {
        let told = column(keys, packed, told.as_ref().unwrap_or(&text))?;
        let sql = "UPDATE ims_subscription SET profile = NULL, told = $2 WHERE imsi = $1";
        session.execute(sql, &[&packed, &told]).await?;
        set_version(session, packed, provisioned_version(revision, version)).await?;
    } else {
        delete(session, packed).await?;
    }
    Ok(true)
}

async fn delete(session: &Session, packed: i64) -> Result<(), Failure> {
    session
        .execute("DELETE FROM ims_subscription WHERE imsi = $1", &[&packed])
        .await?;
    session
        .execute("DELETE FROM ims_registration WHERE imsi = $1", &[&packed])
        .await?;
    Ok(())
}

/// Writes registrations of `$1` made from version `$2`; `$4`: what was told is forgotten.
pub(crate) const SET_REGISTRATIONS: &str = "WITH written AS (
        UPDATE ims_registration SET version = version + 1, json = $3 WHERE imsi = $1 AND version = $2 RETURNING 1),
    told AS (
        UPDATE ims_subscription SET told = NULL
        WHERE imsi = $1 AND $4::boolean AND told IS NOT NULL AND EXISTS (SELECT 1 FROM written))
    SELECT EXISTS (SELECT 1 FROM written), (SELECT version FROM ims_registration WHERE imsi = $1)";

pub(crate) async fn set_registrations(
    session: &Session,
    imsi: Imsi,
    expected: u64,
    registrations: &Registrations,
    told: bool,
) -> Result<Reply, Failure> {
    let packed = imsi.packed() as i64;
    let is_empty = registrations.is_empty();
    let text = if is_empty {
        None
    } else {
        Some(to_json("registrations", registrations)?)
    };
    let told = told || is_empty;
    let row = session
        .one(SET_REGISTRATIONS, &[&packed, &(expected as i64), &text, &told])
        .await?;
    if !row.try_get::<_, bool>(0)? {
        let version: Option<i64> = row.try_get(1)?;
        let version = version.ok_or(StoreError::NoIms { imsi })? as u64;
        return Err(StoreError::Stale { version }.into());
    }
    if is_empty {
        let sql = "DELETE FROM ims_subscription WHERE imsi = $1 AND profile IS NULL";
        if session.execute(sql, &[&packed]).await? > 0 {
            delete(session, packed).await?;
        }
    }
    Ok(Reply::Done)
}
