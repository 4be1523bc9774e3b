//! The two kinds of store that a server may have, for tests that are the same on both.

#[path = "../../../../store-postgres/src/tests/support.rs"]
#[expect(dead_code, reason = "the tests of the store do more with their server")]
mod cluster;

use super::server::masters;
use quintet_store::{Command, Reply, StoreError};
use quintet_store_postgres::PostgresStore;
use quintet_store_sqlite::SqliteStore;
use std::path::{Path, PathBuf};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BackEnd {
    Sqlite,
    Postgres,
}

impl BackEnd {
    /// A database that nobody has used: what `--db` takes. None, and a word about it, where PostgreSQL is not installed; under
    /// CI that is a failure.
    pub(crate) fn database(self, directory: &Path) -> Option<PathBuf> {
        match self {
            Self::Sqlite => Some(directory.join("q.db")),
            Self::Postgres => {
                let place = cluster::shared()?.place();
                Some(PathBuf::from(format!("{}?schema={}", place.url, place.schema)))
            }
        }
    }
}

/// All that a PostgreSQL server holds of a database and says of it: a dump of its schema, and the server's log.
pub(crate) fn dump(database: &Path) -> Option<Vec<u8>> {
    let (_, schema) = url(database)?.split_once("schema=")?;
    let cluster = cluster::shared()?;
    let dumped = cluster
        .program("pg_dump")
        .args(["-d", "postgres", "-n", schema])
        .output()
        .unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    let log = std::fs::read(cluster.path().join("log")).unwrap();
    Some([dumped.stdout, log].concat())
}

/// The URL of a database on PostgreSQL.
fn url(database: &Path) -> Option<&str> {
    database.to_str().filter(|text| text.starts_with("postgresql:"))
}

/// A look into a database beside its servers, or after they are gone.
pub(crate) enum Look {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Look {
    pub(crate) fn into(database: &Path) -> Self {
        if let Some(url) = url(database) {
            let options = quintet_store_postgres::Options {
                masters: masters(),
                ..quintet_store_postgres::Options::default()
            };
            return Self::Postgres(PostgresStore::open(url, options).unwrap());
        }
        let options = quintet_store_sqlite::Options {
            masters: masters(),
            ..quintet_store_sqlite::Options::default()
        };
        Self::Sqlite(SqliteStore::open(database, options).unwrap())
    }

    pub(crate) fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        match self {
            Self::Sqlite(store) => store.execute(command),
            Self::Postgres(store) => store.execute(command),
        }
    }
}
