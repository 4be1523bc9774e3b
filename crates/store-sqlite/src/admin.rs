//! Those who provision: transactions of several commands, tokens, the audit log, requests that were done.

use crate::fault::Failure;
use crate::sealing::Keys;
use crate::shared::{Numbers, Subscriptions};
use crate::writer::apply;
use crate::{ims, provision, row};
use quintet_identity::Imsi;
use quintet_store::{
    AdminCommand, AdminReply, AuditEntry, AuditFilter, Audited, Condition, ImsKey, MAX_ADMIN_LISTED,
    MAX_AUDIT_ENTRIES, MAX_REMEMBERED_REQUESTS, MAX_TOKENS, PRUNED_AT_ONCE, Provisioned, REMEMBERED_S,
    RememberedRequest, Reply, Revision, StoreError, SubscriberKey, Token, Transaction,
    check_transaction_command,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::ops::RangeInclusive;

/// The tables (a migration of `schema`).
pub(crate) const TABLES: &str = "
CREATE TABLE token (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL,                 -- SHA-256 of the secret
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    made INTEGER NOT NULL,                -- seconds of Unix time, as all times here but those of the audit log
    expires INTEGER
) WITHOUT ROWID;
CREATE TABLE token_state (id INTEGER PRIMARY KEY CHECK (id = 1), ever INTEGER NOT NULL); -- was there ever one
INSERT INTO token_state VALUES (1, 0);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    fields TEXT NOT NULL                  -- JSON: what changed, from what to what
);
CREATE INDEX audit_subject ON audit (subject, number);
CREATE TABLE remembered_request (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,             -- SHA-256 of caller and Idempotency-Key
    fingerprint BLOB NOT NULL,            -- SHA-256 of method, target and body
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    location TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body BLOB NOT NULL
);
";

/// Does a command that writes.
pub(crate) fn write(
    connection: &Connection,
    numbers: &mut Numbers,
    keys: &mut Keys,
    command: &AdminCommand,
) -> Result<Reply, Failure> {
    match command {
        AdminCommand::Transact(transaction) => transact(connection, numbers, keys, transaction),
        AdminCommand::AddToken { token, first } => add_token(connection, token, *first),
        AdminCommand::RemoveToken { name } => {
            let removed = connection
                .prepare_cached("DELETE FROM token WHERE name = ?1")?
                .execute([name])?;
            if removed == 0 {
                return Err(StoreError::NoToken { name: name.clone() }.into());
            }
            committed(connection)
        }
        _ => Err(StoreError::Unavailable("a read came to the writer".to_owned()).into()),
    }
}

/// Does a command that reads.
pub(crate) fn read(
    connection: &Connection,
    keys: &mut Keys,
    subscriptions: &mut Subscriptions,
    command: &AdminCommand,
) -> Result<Reply, Failure> {
    let mut reader = Reader {
        connection,
        keys,
        subscriptions,
    };
    let reply = match command {
        AdminCommand::Find { keys } => AdminReply::Found(reader.find(keys)?),
        AdminCommand::List { range, limit } => AdminReply::Found(reader.list(range, *limit)?),
        AdminCommand::Tokens => tokens(connection)?,
        AdminCommand::Audit {
            before,
            filter,
            limit,
        } => AdminReply::Audit(audit(connection, *before, filter, *limit)?),
        AdminCommand::Remembered { key, now } => {
            AdminReply::Remembered(remembered(connection, key, *now)?.map(Box::new))
        }
        _ => return Err(StoreError::Unavailable("a write came to a reader".to_owned()).into()),
    };
    Ok(Reply::Admin(reply))
}

/// What rows of subscribers are read with.
struct Reader<'a> {
    connection: &'a Connection,
    keys: &'a mut Keys,
    subscriptions: &'a mut Subscriptions,
}

/// The columns of a subscriber, then its revision; the rest of a select follows.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            row::subscriber_columns!(),
            ", revision FROM subscriber ",
            $rest
        )
    };
}

impl Reader<'_> {
    fn find(&mut self, keys: &[SubscriberKey]) -> Result<Vec<Provisioned>, Failure> {
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            match key {
                SubscriberKey::Imsi(imsi) => {
                    self.rows(
                        select!("WHERE imsi = ?1"),
                        params![imsi.packed() as i64],
                        &mut found,
                    )?;
                }
                SubscriberKey::Public(impu) => self.rows(
                    select!("WHERE imsi = (SELECT imsi FROM ims_public WHERE impu = ?1)"),
                    params![impu.as_str()],
                    &mut found,
                )?,
                SubscriberKey::Msisdn(msisdn) => self.rows(
                    select!("WHERE msisdn = ?1 ORDER BY imsi LIMIT ?2"),
                    params![msisdn.packed() as i64, MAX_ADMIN_LISTED as i64],
                    &mut found,
                )?,
            }
        }
        Ok(found)
    }

    fn list(&mut self, range: &RangeInclusive<u64>, limit: usize) -> Result<Vec<Provisioned>, Failure> {
        let [first, last] = [range.start(), range.end()].map(|end| i64::try_from(*end).unwrap_or(i64::MAX));
        let mut found = Vec::new();
        self.rows(
            select!("WHERE imsi BETWEEN ?1 AND ?2 ORDER BY imsi LIMIT ?3"),
            params![first, last, limit.min(MAX_ADMIN_LISTED) as i64],
            &mut found,
        )?;
        Ok(found)
    }

    fn rows(
        &mut self,
        sql: &str,
        parameters: &[&dyn rusqlite::ToSql],
        found: &mut Vec<Provisioned>,
    ) -> Result<(), Failure> {
        let mut select = self.connection.prepare_cached(sql)?;
        let mut rows = select.query(parameters)?;
        while let Some(row) = rows.next()? {
            let subscriber = row::subscriber(row, self.connection, self.subscriptions, self.keys)?;
            let revision = Revision(row.get::<_, i64>(11)? as u64);
            let ims = ims::find(self.connection, self.keys, &ImsKey::Imsi(subscriber.imsi))?;
            found.push(Provisioned {
                subscriber,
                ims: ims.and_then(|stored| stored.subscription),
                revision,
            });
        }
        Ok(())
    }
}

fn committed(connection: &Connection) -> Result<Reply, Failure> {
    let revision = Revision(provision::revision(connection)? as u64);
    Ok(Reply::Admin(AdminReply::Committed { revision }))
}

fn transact(
    connection: &Connection,
    numbers: &mut Numbers,
    keys: &mut Keys,
    transaction: &Transaction,
) -> Result<Reply, Failure> {
    if let Some(request) = &transaction.request
        && let Some(known) = remembered(connection, &request.key, transaction.now)?
    {
        return Ok(Reply::Admin(AdminReply::Replayed(Box::new(known))));
    }
    for condition in &transaction.conditions {
        check(connection, condition)?;
    }
    for (at, command) in transaction.commands.iter().enumerate() {
        let done = check_transaction_command(command)
            .map_err(Failure::from)
            .and_then(|()| apply(connection, numbers, keys, command));
        match done {
            Ok(_) => {}
            // What SQLite itself says stays its own: it may have taken the connection with it.
            Err(Failure::Answer(why)) => {
                let why = Box::new(why);
                return Err(StoreError::Refused { at, why }.into());
            }
            Err(failure) => return Err(failure),
        }
    }
    for entry in &transaction.audit {
        write_down(connection, entry, transaction.audit_since_ms)?;
    }
    if let Some(request) = &transaction.request {
        remember(connection, request, transaction.now)?;
    }
    committed(connection)
}

/// Whether a subscriber is as it was read.
fn check(connection: &Connection, condition: &Condition) -> Result<(), Failure> {
    let Condition { imsi, revision } = *condition;
    let current = revision_of(connection, imsi)?;
    if current != revision {
        let revision = current;
        return Err(StoreError::Changed { imsi, revision }.into());
    }
    Ok(())
}

fn revision_of(connection: &Connection, imsi: Imsi) -> Result<Option<Revision>, Failure> {
    let mut select = connection.prepare_cached("SELECT revision FROM subscriber WHERE imsi = ?1")?;
    let found: Option<i64> = select
        .query_row([imsi.packed() as i64], |row| row.get(0))
        .optional()?;
    Ok(found.map(|revision| Revision(revision as u64)))
}

/// Appends to the audit log; what is too old or too much goes.
fn write_down(connection: &Connection, entry: &AuditEntry, since_ms: u64) -> Result<(), Failure> {
    let insert =
        "INSERT INTO audit (at_ms, who, what, subject, outcome, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let number = connection.prepare_cached(insert)?.insert(params![
        entry.at_ms as i64,
        entry.who,
        entry.what,
        entry.subject,
        entry.outcome,
        entry.fields
    ])?;
    let prune = "DELETE FROM audit WHERE number IN (
            SELECT number FROM (SELECT number, at_ms FROM audit ORDER BY number LIMIT ?1)
            WHERE number <= ?2 OR at_ms < ?3)";
    let last = number - MAX_AUDIT_ENTRIES as i64;
    connection
        .prepare_cached(prune)?
        .execute(params![PRUNED_AT_ONCE as i64, last, since_ms as i64])?;
    Ok(())
}

fn audit(
    connection: &Connection,
    before: Option<u64>,
    filter: &AuditFilter,
    limit: usize,
) -> Result<Vec<Audited>, Failure> {
    // One statement for each index that may serve: with a subject, and without.
    let sql = match filter.subject {
        Some(_) => {
            "SELECT number, at_ms, who, what, subject, outcome, fields FROM audit
             WHERE subject = ?2 AND number < ?1 ORDER BY number DESC"
        }
        None => {
            "SELECT number, at_ms, who, what, subject, outcome, fields FROM audit
             WHERE ?2 IS NULL AND number < ?1 ORDER BY number DESC"
        }
    };
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![before, filter.subject])?;
    let (mut found, limit) = (Vec::new(), limit.min(MAX_ADMIN_LISTED));
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let audited = audited(row)?;
        if filter.fits(&audited.entry) {
            found.push(audited);
        }
    }
    Ok(found)
}

fn audited(row: &Row<'_>) -> rusqlite::Result<Audited> {
    Ok(Audited {
        number: row.get::<_, i64>(0)? as u64,
        entry: AuditEntry {
            at_ms: row.get::<_, i64>(1)? as u64,
            who: row.get(2)?,
            what: row.get(3)?,
            subject: row.get(4)?,
            outcome: row.get(5)?,
            fields: row.get(6)?,
        },
    })
}

fn remembered(
    connection: &Connection,
    key: &[u8; 32],
    now: u64,
) -> Result<Option<RememberedRequest>, Failure> {
    let sql = "SELECT fingerprint, at, status, location, revision, body FROM remembered_request
         WHERE key = ?1 AND at > ?2";
    let since = now as i64 - REMEMBERED_S as i64;
    let mut select = connection.prepare_cached(sql)?;
    let found = select.query_row(params![&key[..], since], |row| {
        Ok(RememberedRequest {
            key: *key,
            fingerprint: row.get(0)?,
            at: row.get::<_, i64>(1)? as u64,
            status: row.get(2)?,
            location: row.get(3)?,
            revision: Revision(row.get::<_, i64>(4)? as u64),
            body: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

fn remember(connection: &Connection, request: &RememberedRequest, now: u64) -> Result<(), Failure> {
    let insert =
        "INSERT OR REPLACE INTO remembered_request (key, fingerprint, at, status, location, revision, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let number = connection.prepare_cached(insert)?.insert(params![
        &request.key[..],
        &request.fingerprint[..],
        request.at as i64,
        request.status,
        request.location,
        provision::revision(connection)?,
        request.body,
    ])?;
    let prune = "DELETE FROM remembered_request WHERE number IN (
            SELECT number FROM (SELECT number, at FROM remembered_request ORDER BY number LIMIT ?1)
            WHERE number <= ?2 OR at <= ?3)";
    let (last, since) = (
        number - MAX_REMEMBERED_REQUESTS as i64,
        now as i64 - REMEMBERED_S as i64,
    );
    connection
        .prepare_cached(prune)?
        .execute(params![PRUNED_AT_ONCE as i64, last, since])?;
    Ok(())
}

fn ever(connection: &Connection) -> Result<bool, Failure> {
    let mut select = connection.prepare_cached("SELECT ever FROM token_state")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn add_token(connection: &Connection, token: &Token, first: bool) -> Result<Reply, Failure> {
    let name = || token.name.clone();
    if first && ever(connection)? {
        return Err(StoreError::TokenExists { name: name() }.into());
    }
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM token")?
        .query_row([], |row| row.get(0))?;
    let added = connection
        .prepare_cached("INSERT OR IGNORE INTO token VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            token.name,
            &token.digest[..],
            token.role,
            token.scopes,
            token.made as i64,
            token.expires.map(|expires| expires as i64),
        ])?;
    if added == 0 {
        return Err(StoreError::TokenExists { name: name() }.into());
    }
    if count as u64 >= MAX_TOKENS {
        return Err(StoreError::TooManyTokens.into());
    }
    connection
        .prepare_cached("UPDATE token_state SET ever = 1")?
        .execute([])?;
    committed(connection)
}

fn tokens(connection: &Connection) -> Result<AdminReply, Failure> {
    let sql = "SELECT name, digest, role, scopes, made, expires FROM token ORDER BY name";
    let mut select = connection.prepare_cached(sql)?;
    let tokens = select
        .query_map([], |row| {
            Ok(Token {
                name: row.get(0)?,
                digest: row.get(1)?,
                role: row.get(2)?,
                scopes: row.get(3)?,
                made: row.get::<_, i64>(4)? as u64,
                expires: row.get::<_, Option<i64>>(5)?.map(|expires| expires as u64),
            })
        })?
        .collect::<Result<_, _>>()?;
    let ever = ever(connection)?;
    Ok(AdminReply::Tokens { tokens, ever })
}
