//! What is looked at before a server is written to: does it keep what it acknowledged, and are the tables ours.

use crate::address::Address;
use crate::fault::Failure;
use crate::schema::{self, SCHEMA_VERSION};
use crate::session::Session;

/// The oldest server: `pg_terminate_backend` waits since then.
const OLDEST_SERVER: i32 = 140_000;

/// What is known of a server that may be used.
#[derive(Debug)]
pub(crate) struct Server {
    /// What whoever runs it should know.
    pub(crate) warnings: Vec<String>,
}

/// Looks at a server.
pub(crate) async fn server(session: &Session, address: &Address) -> Result<Server, Failure> {
    let sql = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'),
            pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', current_setting('fsync') = 'on',
            current_setting('full_page_writes') = 'on', current_setting('synchronous_commit'),
            current_setting('synchronous_standby_names') <> '', (SELECT count(*) FROM pg_stat_replication)";
    let row = session.one(sql, &[]).await?;
    let unfit = |why: &str| Err(Failure::Unfit(why.to_owned()));
    if row.try_get::<_, i32>(0)? < OLDEST_SERVER {
        return unfit("it is older than PostgreSQL 14; update the server");
    }
    if row.try_get::<_, &str>(1)? != "UTF8" {
        return unfit(
            "its encoding is not UTF8; make it with `createdb --encoding=UTF8 --template=template0`",
        );
    }
    if row.try_get(2)? {
        return unfit("it is a standby; name the primary in the URL, or promote this one (`pg_ctl promote`)");
    }
    if row.try_get(3)? {
        return unfit("it is read-only; end that (`SHOW default_transaction_read_only`)");
    }
    if !row.try_get::<_, bool>(4)? {
        return Err(Failure::Unsafe(
            "fsync is off: what is acknowledged may be lost, and with it the bound that keeps sequence numbers from \
             coming twice; set fsync = on"
                .to_owned(),
        ));
    }
    let mut warnings = address.warnings.clone();
    if !row.try_get::<_, bool>(5)? {
        warnings.push(
            "full_page_writes is off: unless the file system never tears a page, a crash may damage the database"
                .to_owned(),
        );
    }
    let synchronous: &str = row.try_get(6)?;
    if !matches!(synchronous, "on" | "remote_apply") {
        return Err(Failure::Unsafe(
            "synchronous_commit cannot be switched on".to_owned(),
        ));
    }
    let standbys: i64 = row.try_get(8)?;
    if standbys > 0 && !row.try_get::<_, bool>(7)? {
        warnings.push(format!(
            "{standbys} standby or backup is fed without synchronous replication: after a failover to it, acknowledged \
             writes may be missing and sequence numbers may come twice; set synchronous_standby_names, or never promote it"
        ));
    }
    Ok(Server { warnings })
}

/// That the tables are of this program's version.
pub(crate) async fn schema(session: &Session) -> Result<(), Failure> {
    match schema::version(session).await? {
        SCHEMA_VERSION => Ok(()),
        found if found > SCHEMA_VERSION => Err(Failure::Unfit(format!(
            "its schema has version {found}, of a later Quintet; use that one"
        ))),
        found => Err(Failure::Unfit(format!(
            "its schema has version {found} instead of {SCHEMA_VERSION}: it was replaced; restart on the new one"
        ))),
    }
}
