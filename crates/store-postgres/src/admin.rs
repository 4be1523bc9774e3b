//! Those who provision: transactions of several commands, tokens, the audit log, requests that were done.

use crate::commands::write as write_one;
use crate::fault::Failure;
use crate::reader::subscriber;
use crate::row::subscriber_columns;
use crate::sealing::Keys;
use crate::session::{Parameters, Session};
use crate::shared::Subscriptions;
use crate::{ims, provision};
use quintet_store::{
    AdminCommand, AdminReply, AuditEntry, AuditFilter, Audited, Condition, ImsKey, MAX_ADMIN_LISTED,
    MAX_AUDIT_ENTRIES, MAX_REMEMBERED_REQUESTS, MAX_TOKENS, PRUNED_AT_ONCE, Provisioned, REMEMBERED_S,
    RememberedRequest, Reply, Revision, StoreError, SubscriberKey, Token, Transaction,
    check_transaction_command,
};
use std::ops::RangeInclusive;
use tokio_postgres::Row;

/// Entries of the audit log read at once when a filter leaves most of them out.
const AUDIT_RUN: i64 = 4_096;

/// The tables (a migration of `schema`).
pub(crate) const TABLES: &str = "
CREATE TABLE token (
    name text PRIMARY KEY,
    digest bytea NOT NULL,                -- SHA-256 of the secret
    role text NOT NULL,
    scopes text NOT NULL,
    made bigint NOT NULL,                 -- seconds of Unix time, as all times here but those of the audit log
    expires bigint
);
CREATE TABLE token_state (id integer PRIMARY KEY CHECK (id = 1), ever boolean NOT NULL); -- was there ever one
INSERT INTO token_state VALUES (1, false);
CREATE TABLE audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    fields text NOT NULL                  -- JSON: what changed, from what to what
);
CREATE INDEX audit_subject ON audit (subject, number);
CREATE TABLE remembered_request (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL UNIQUE,            -- SHA-256 of caller and Idempotency-Key
    fingerprint bytea NOT NULL,           -- SHA-256 of method, target and body
    at bigint NOT NULL,
    status integer NOT NULL,
    location text NOT NULL,
    revision bigint NOT NULL,
    body bytea NOT NULL
);
";

/// Does a command that writes.
pub(crate) async fn write(
    session: &Session,
    keys: &mut Keys,
    command: &AdminCommand,
) -> Result<Reply, Failure> {
    match command {
        AdminCommand::Transact(transaction) => transact(session, keys, transaction).await,
        AdminCommand::AddToken { token, first } => add_token(session, token, *first).await,
        AdminCommand::RemoveToken { name } => {
            if session
                .execute("DELETE FROM token WHERE name = $1", &[name])
                .await?
                == 0
            {
                return Err(StoreError::NoToken { name: name.clone() }.into());
            }
            committed(session).await
        }
        _ => Err(StoreError::Unavailable("a read came to the writer".to_owned()).into()),
    }
}

/// Does a command that reads. The caller is in a transaction of one snapshot.
pub(crate) async fn read(
    session: &Session,
    keys: &mut Keys,
    subscriptions: &mut Subscriptions,
    command: &AdminCommand,
) -> Result<Reply, Failure> {
    let mut reader = Reader {
        session,
        keys,
        subscriptions,
    };
    let reply = match command {
        AdminCommand::Find { keys } => AdminReply::Found(reader.find(keys).await?),
        AdminCommand::List { range, limit } => AdminReply::Found(reader.list(range, *limit).await?),
        AdminCommand::Tokens => tokens(session).await?,
        AdminCommand::Audit {
            before,
            filter,
            limit,
        } => AdminReply::Audit(audit(session, *before, filter, *limit).await?),
        AdminCommand::Remembered { key, now } => {
            AdminReply::Remembered(remembered(session, key, *now).await?.map(Box::new))
        }
        _ => return Err(StoreError::Unavailable("a write came to a reader".to_owned()).into()),
    };
    Ok(Reply::Admin(reply))
}

/// What rows of subscribers are read with.
struct Reader<'a> {
    session: &'a Session,
    keys: &'a mut Keys,
    subscriptions: &'a mut Subscriptions,
}

/// The columns of a subscriber, then its revision; the rest of a select follows.
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", subscriber_columns!("s."), ", s.revision FROM ", $rest)
    };
}

impl Reader<'_> {
    async fn find(&mut self, keys: &[SubscriberKey]) -> Result<Vec<Provisioned>, Failure> {
        let mut found = Vec::with_capacity(keys.len());
        // Runs of IMSIs, as a bulk has them, are one statement.
        for run in keys.chunk_by(|a, b| matches!((a, b), (SubscriberKey::Imsi(_), SubscriberKey::Imsi(_)))) {
            match &run[0] {
                SubscriberKey::Imsi(_) => {
                    let imsis: Vec<i64> = run
                        .iter()
                        .filter_map(|key| match key {
                            SubscriberKey::Imsi(imsi) => Some(imsi.packed() as i64),
                            _ => None,
                        })
                        .collect();
                    let sql = select!(
                        "unnest($1::bigint[]) WITH ORDINALITY AS k (imsi, at)
                         JOIN subscriber s ON s.imsi = k.imsi ORDER BY k.at"
                    );
                    self.rows(sql, &[&imsis], &mut found).await?;
                }
                SubscriberKey::Public(impu) => {
                    let sql =
                        select!("subscriber s WHERE s.imsi = (SELECT imsi FROM ims_public WHERE impu = $1)");
                    self.rows(sql, &[&impu.as_str()], &mut found).await?;
                }
                SubscriberKey::Msisdn(msisdn) => {
                    let sql = select!("subscriber s WHERE s.msisdn = $1 ORDER BY s.imsi LIMIT $2");
                    let packed = msisdn.packed() as i64;
                    self.rows(sql, &[&packed, &(MAX_ADMIN_LISTED as i64)], &mut found)
                        .await?;
                }
            }
        }
        Ok(found)
    }

    async fn list(&mut self, range: &RangeInclusive<u64>, limit: usize) -> Result<Vec<Provisioned>, Failure> {
        let [first, last] = [range.start(), range.end()].map(|end| i64::try_from(*end).unwrap_or(i64::MAX));
        let sql = select!("subscriber s WHERE s.imsi BETWEEN $1 AND $2 ORDER BY s.imsi LIMIT $3");
        let mut found = Vec::new();
        let limit = limit.min(MAX_ADMIN_LISTED) as i64;
        self.rows(sql, &[&first, &last, &limit], &mut found).await?;
        Ok(found)
    }

    async fn rows(
        &mut self,
        sql: &'static str,
        parameters: Parameters<'_>,
        found: &mut Vec<Provisioned>,
    ) -> Result<(), Failure> {
        let rows = self.session.query(sql, parameters).await?;
        let ids = rows.iter().filter_map(|row| row.try_get::<_, i64>(10).ok());
        self.subscriptions.learn(self.session, ids).await?;
        for row in &rows {
            let subscriber = subscriber(row, 0, self.keys, self.subscriptions)?;
            let ims = ims::row(self.session, &ImsKey::Imsi(subscriber.imsi)).await?;
            let ims = ims.map(|row| ims::stored(self.keys, &row)).transpose()?;
            found.push(Provisioned {
                subscriber,
                ims: ims.and_then(|stored| stored.subscription),
                revision: Revision(row.try_get::<_, i64>(11)? as u64),
            });
        }
        Ok(())
    }
}

async fn committed(session: &Session) -> Result<Reply, Failure> {
    let revision = Revision(provision::revision(session).await? as u64);
    Ok(Reply::Admin(AdminReply::Committed { revision }))
}

async fn transact(session: &Session, keys: &mut Keys, transaction: &Transaction) -> Result<Reply, Failure> {
    if let Some(request) = &transaction.request
        && let Some(known) = remembered(session, &request.key, transaction.now).await?
    {
        return Ok(Reply::Admin(AdminReply::Replayed(Box::new(known))));
    }
    check(session, &transaction.conditions).await?;
    for (at, command) in transaction.commands.iter().enumerate() {
        let done = match check_transaction_command(command) {
            // A command may be one of ours, but no transaction: this ends.
            Ok(()) => Box::pin(write_one(session, keys, command)).await,
            Err(error) => Err(error.into()),
        };
        match done {
            Ok(_) => {}
            Err(Failure::Answer(why)) => {
                let why = Box::new(why);
                return Err(StoreError::Refused { at, why }.into());
            }
            Err(failure) => return Err(failure),
        }
    }
    write_down(session, &transaction.audit, transaction.audit_since_ms).await?;
    if let Some(request) = &transaction.request {
        remember(session, request, transaction.now).await?;
    }
    committed(session).await
}

/// Whether subscribers are as they were read.
async fn check(session: &Session, conditions: &[Condition]) -> Result<(), Failure> {
    if conditions.is_empty() {
        return Ok(());
    }
    let imsis: Vec<i64> = conditions
        .iter()
        .map(|condition| condition.imsi.packed() as i64)
        .collect();
    let sql = "SELECT k.at, s.revision FROM unnest($1::bigint[]) WITH ORDINALITY AS k (imsi, at)
         LEFT JOIN subscriber s ON s.imsi = k.imsi ORDER BY k.at";
    for row in session.query(sql, &[&imsis]).await? {
        let at = row.try_get::<_, i64>(0)? as usize - 1;
        let current: Option<i64> = row.try_get(1)?;
        let current = current.map(|revision| Revision(revision as u64));
        let Some(Condition { imsi, revision }) = conditions.get(at) else {
            continue;
        };
        if current != *revision {
            return Err(StoreError::Changed {
                imsi: *imsi,
                revision: current,
            }
            .into());
        }
    }
    Ok(())
}

/// Appends to the audit log; what is too old or too much goes.
async fn write_down(session: &Session, entries: &[AuditEntry], since_ms: u64) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let texts = |text: fn(&AuditEntry) -> &str| -> Vec<&str> { entries.iter().map(text).collect() };
    let times: Vec<i64> = entries.iter().map(|entry| entry.at_ms as i64).collect();
    let insert = "INSERT INTO audit (at_ms, who, what, subject, outcome, fields)
         SELECT n.at_ms, n.who, n.what, n.subject, n.outcome, n.fields
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             WITH ORDINALITY AS n (at_ms, who, what, subject, outcome, fields, at) ORDER BY n.at RETURNING number";
    let rows = session
        .query(
            insert,
            &[
                &times,
                &texts(|entry| &entry.who),
                &texts(|entry| &entry.what),
                &texts(|entry| &entry.subject),
                &texts(|entry| &entry.outcome),
                &texts(|entry| &entry.fields),
            ],
        )
        .await?;
    let Some(last) = rows.last() else { return Ok(()) };
    let last = last.try_get::<_, i64>(0)? - MAX_AUDIT_ENTRIES as i64;
    let prune = "DELETE FROM audit WHERE number IN (
            SELECT number FROM (SELECT number, at_ms FROM audit ORDER BY number LIMIT $1) oldest
            WHERE number <= $2 OR at_ms < $3)";
    let count = (PRUNED_AT_ONCE * entries.len()) as i64;
    session
        .execute(prune, &[&count, &last, &(since_ms as i64)])
        .await?;
    Ok(())
}

async fn audit(
    session: &Session,
    before: Option<u64>,
    filter: &AuditFilter,
    limit: usize,
) -> Result<Vec<Audited>, Failure> {
    let sql = match filter.subject {
        Some(_) => {
            "SELECT number, at_ms, who, what, subject, outcome, fields FROM audit
             WHERE subject = $2 AND number < $1 ORDER BY number DESC LIMIT $3"
        }
        None => {
            "SELECT number, at_ms, who, what, subject, outcome, fields FROM audit
             WHERE $2::text IS NULL AND number < $1 ORDER BY number DESC LIMIT $3"
        }
    };
    let mut before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let (mut found, limit) = (Vec::new(), limit.min(MAX_ADMIN_LISTED));
    loop {
        let rows = session
            .query(sql, &[&before, &filter.subject, &AUDIT_RUN])
            .await?;
        for row in &rows {
            let audited = audited(row)?;
            before = row.try_get(0)?;
            if filter.fits(&audited.entry) {
                found.push(audited);
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
        if (rows.len() as i64) < AUDIT_RUN {
            return Ok(found);
        }
    }
}

fn audited(row: &Row) -> Result<Audited, Failure> {
    Ok(Audited {
        number: row.try_get::<_, i64>(0)? as u64,
        entry: AuditEntry {
            at_ms: row.try_get::<_, i64>(1)? as u64,
            who: row.try_get(2)?,
            what: row.try_get(3)?,
            subject: row.try_get(4)?,
            outcome: row.try_get(5)?,
            fields: row.try_get(6)?,
        },
    })
}

/// A digest from its column.
fn digest(row: &Row, column: usize) -> Result<[u8; 32], Failure> {
    let octets: &[u8] = row.try_get(column)?;
    octets
        .try_into()
        .map_err(|_| Failure::content("a digest", format!("{} octets", octets.len())))
}

async fn remembered(
    session: &Session,
    key: &[u8; 32],
    now: u64,
) -> Result<Option<RememberedRequest>, Failure> {
    let sql = "SELECT fingerprint, at, status, location, revision, body FROM remembered_request
         WHERE key = $1 AND at > $2";
    let since = now as i64 - REMEMBERED_S as i64;
    let Some(row) = session.optional(sql, &[&&key[..], &since]).await? else {
        return Ok(None);
    };
    Ok(Some(RememberedRequest {
        key: *key,
        fingerprint: digest(&row, 0)?,
        at: row.try_get::<_, i64>(1)? as u64,
        status: u16::try_from(row.try_get::<_, i32>(2)?)
            .map_err(|error| Failure::content("remembered_request.status", error))?,
        location: row.try_get(3)?,
        revision: Revision(row.try_get::<_, i64>(4)? as u64),
        body: row.try_get(5)?,
    }))
}

async fn remember(session: &Session, request: &RememberedRequest, now: u64) -> Result<(), Failure> {
    let key = &request.key[..];
    // What is there is too old to count. It goes, so that the new one gets the highest number.
    session
        .execute("DELETE FROM remembered_request WHERE key = $1", &[&key])
        .await?;
    let insert = "INSERT INTO remembered_request (key, fingerprint, at, status, location, revision, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING number";
    let revision = provision::revision(session).await?;
    let row = session
        .one(
            insert,
            &[
                &key,
                &&request.fingerprint[..],
                &(request.at as i64),
                &i32::from(request.status),
                &request.location,
                &revision,
                &request.body,
            ],
        )
        .await?;
    let last = row.try_get::<_, i64>(0)? - MAX_REMEMBERED_REQUESTS as i64;
    let since = now as i64 - REMEMBERED_S as i64;
    let prune = "DELETE FROM remembered_request WHERE number IN (
            SELECT number FROM (SELECT number, at FROM remembered_request ORDER BY number LIMIT $1) oldest
            WHERE number <= $2 OR at <= $3)";
    session
        .execute(prune, &[&(PRUNED_AT_ONCE as i64), &last, &since])
        .await?;
    Ok(())
}

async fn ever(session: &Session) -> Result<bool, Failure> {
    let row = session.one("SELECT ever FROM token_state", &[]).await?;
    Ok(row.try_get(0)?)
}

async fn add_token(session: &Session, token: &Token, first: bool) -> Result<Reply, Failure> {
    let name = token.name.clone();
    if first && ever(session).await? {
        return Err(StoreError::TokenExists { name }.into());
    }
    let insert = "INSERT INTO token VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let added = session
        .execute(
            insert,
            &[
                &token.name,
                &&token.digest[..],
                &token.role,
                &token.scopes,
                &(token.made as i64),
                &token.expires.map(|expires| expires as i64),
            ],
        )
        .await?;
    if added == 0 {
        return Err(StoreError::TokenExists { name }.into());
    }
    let row = session.one("SELECT count(*) FROM token", &[]).await?;
    if row.try_get::<_, i64>(0)? as u64 > MAX_TOKENS {
        return Err(StoreError::TooManyTokens.into());
    }
    session.execute("UPDATE token_state SET ever = true", &[]).await?;
    committed(session).await
}

async fn tokens(session: &Session) -> Result<AdminReply, Failure> {
    let sql = "SELECT name, digest, role, scopes, made, expires FROM token ORDER BY name COLLATE \"C\"";
    let mut tokens = Vec::new();
    for row in session.query(sql, &[]).await? {
        tokens.push(Token {
            name: row.try_get(0)?,
            digest: digest(&row, 1)?,
            role: row.try_get(2)?,
            scopes: row.try_get(3)?,
            made: row.try_get::<_, i64>(4)? as u64,
            expires: row.try_get::<_, Option<i64>>(5)?.map(|expires| expires as u64),
        });
    }
    let ever = ever(session).await?;
    Ok(AdminReply::Tokens { tokens, ever })
}
