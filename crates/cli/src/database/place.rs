//! Where a database is: a file, or a schema on a PostgreSQL server.

use crate::database::default_path;
use crate::keys::{Sources, progress};
use anyhow::Result;
use quintet_store::{Command, Reply, Store, StoreError};
use quintet_store_postgres::PostgresStore;
use quintet_store_sqlite::SqliteStore;
use quintet_subscriber::auc::Slot;
use quintet_vault::Masters;
use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// What `--db` and `[store]` name.
#[derive(Clone, Debug)]
pub(crate) enum DatabasePlace {
    /// A SQLite database.
    File(PathBuf),
    /// A PostgreSQL database.
    Server(DatabaseServer),
}

/// How a PostgreSQL database is reached.
#[derive(Clone, Default)]
pub(crate) struct DatabaseServer {
    /// `postgresql://…`, or keys and values as libpq takes them. It may hold a password, and is never shown.
    pub(crate) url: String,
    /// A file whose first line is the password.
    pub(crate) password_file: Option<PathBuf>,
    /// Certificates of the authorities that may have issued the server's.
    pub(crate) authorities: Option<PathBuf>,
    /// The schema of the tables, if it is not the usual one.
    pub(crate) schema: Option<String>,
}

impl fmt::Debug for DatabaseServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseServer(a URL that may hold a password)")
    }
}

impl DatabaseServer {
    /// How it is opened, with these master keys.
    pub(crate) fn options(&self, keys: &Sources) -> quintet_store_postgres::Options {
        let mut options = quintet_store_postgres::Options {
            password_file: self.password_file.clone(),
            authorities: self.authorities.clone(),
            masters: Arc::new(keys.clone()) as Arc<dyn Masters>,
            ..quintet_store_postgres::Options::default()
        };
        if let Some(schema) = &self.schema {
            options.schema.clone_from(schema);
        }
        options
    }
}

impl From<PathBuf> for DatabasePlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl FromStr for DatabasePlace {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(
            if ["postgres://", "postgresql://"]
                .iter()
                .any(|start| text.starts_with(start))
            {
                Self::Server(DatabaseServer {
                    url: text.to_owned(),
                    ..DatabaseServer::default()
                })
            } else {
                Self::File(PathBuf::from(text))
            },
        )
    }
}

/// How a database is opened.
pub(crate) struct Opening<'a> {
    /// The master keys.
    pub(crate) keys: &'a Sources,
    /// Whether a file is made that is not there; tables on a server are made in any case.
    pub(crate) create: bool,
    /// How long another process's transaction is waited for, where the database is a file.
    pub(crate) busy_timeout: Duration,
    /// Called when replies wait, or another process wrote.
    pub(crate) waker: Box<dyn Fn() + Send + Sync>,
}

impl DatabasePlace {
    /// The one that is named, or the default file.
    ///
    /// # Errors
    /// If the user has no home directory.
    pub(crate) fn or_default(named: Option<&Self>) -> Result<Self> {
        match named {
            Some(place) => Ok(place.clone()),
            None => default_path().map(Self::File),
        }
    }

    /// Whether there may be a database: a file that is not there has none.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Server(_) => true,
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) fn open(&self, opening: Opening<'_>) -> Result<OpenedStore> {
        Ok(match self {
            Self::File(path) => {
                let options = quintet_store_sqlite::Options {
                    masters: opening.keys.clone().for_database(path),
                    progress: progress(),
                    create: opening.create,
                    busy_timeout: opening.busy_timeout,
                    waker: opening.waker,
                    ..quintet_store_sqlite::Options::default()
                };
                OpenedStore::Sqlite(Box::new(SqliteStore::open(path, options)?))
            }
            Self::Server(server) => {
                let options = quintet_store_postgres::Options {
                    waker: opening.waker,
                    ..server.options(opening.keys)
                };
                OpenedStore::Postgres(Box::new(PostgresStore::open(&server.url, options)?))
            }
        })
    }
}

/// A store on either.
#[derive(Debug)]
pub(crate) enum OpenedStore {
    /// On a file.
    Sqlite(Box<SqliteStore>),
    /// On a server.
    Postgres(Box<PostgresStore>),
}

impl OpenedStore {
    /// Does one command and waits for it.
    ///
    /// # Errors
    /// Those of the command.
    pub(crate) fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        match self {
            Self::Sqlite(store) => store.execute(command),
            Self::Postgres(store) => store.execute(command),
        }
    }

    /// Reserves a slot for this process.
    ///
    /// # Errors
    /// If another process has it.
    pub(crate) fn lock_for_serving(&mut self, slot: Slot, program: &str) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.lock_for_serving(slot, program)?,
            Self::Postgres(store) => store.lock_for_serving(slot)?,
        }
        Ok(())
    }

    /// Where it is, for people.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Sqlite(store) => store.path().display().to_string(),
            Self::Postgres(store) => store.place().to_owned(),
        }
    }

    /// As the port that nodes know.
    pub(crate) fn into_port(self) -> Box<dyn Store + Send> {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
        }
    }
}

/// The name of a database in a file, for who needs a file.
///
/// # Errors
/// If it is on a server; `what` says what would need a file.
pub(crate) fn file_only<'a>(place: &'a DatabasePlace, what: &str) -> Result<&'a Path> {
    match place {
        DatabasePlace::File(path) => Ok(path),
        DatabasePlace::Server(_) => anyhow::bail!("{what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_a_server_and_is_not_shown() {
        let place: DatabasePlace = "postgresql://quintet:hunter2@db/quintet".parse().unwrap();
        assert!(matches!(place, DatabasePlace::Server(_)));
        assert!(!format!("{place:?}").contains("hunter2"));
        let place: DatabasePlace = "/var/lib/quintet/quintet.db".parse().unwrap();
        assert!(matches!(place, DatabasePlace::File(_)));
    }
}
