//! `[store]`: where subscribers are kept.

use super::value::Milliseconds;
use crate::database::{DatabasePlace, DatabaseServer};
use anyhow::{Result, bail};
use quintet_hss::IN_MEMORY;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// Where subscribers are kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Store {
    /// The kind of store.
    pub(crate) kind: StoreKind,
    /// The database file; by default `quintet.db` in the platform's data directory.
    pub(crate) path: Option<PathBuf>,
    /// Most subscribers that a front end, HSS or UDM, has in memory.
    pub(crate) subscribers_in_memory: usize,
    /// How long to wait for another process's lock on that file, ms.
    pub(crate) busy_timeout_ms: Milliseconds<1, 60_000>,
    /// The PostgreSQL database, `postgresql://user@host:port/database?sslmode=…`; or, instead, the next four.
    pub(crate) url: Option<String>,
    /// Its host, or the directory of its socket.
    pub(crate) host: Option<String>,
    /// Its port.
    pub(crate) port: Option<u16>,
    /// The user.
    pub(crate) user: Option<String>,
    /// The database.
    pub(crate) database: Option<String>,
    /// A file whose first line is the password.
    pub(crate) password_file: Option<PathBuf>,
    /// Certificates (PEM) of the authorities that may have issued the server's; with them TLS is a must.
    pub(crate) authorities: Option<PathBuf>,
    /// The schema of the tables.
    pub(crate) schema: Option<String>,
}

/// A URL may hold a password.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?}, {:?})", self.kind, self.path)
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            kind: StoreKind::Sqlite,
            path: None,
            subscribers_in_memory: IN_MEMORY,
            busy_timeout_ms: Milliseconds::new(2_000),
            url: None,
            host: None,
            port: None,
            user: None,
            database: None,
            password_file: None,
            authorities: None,
            schema: None,
        }
    }
}

/// The kinds of store.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    /// An embedded database: durable.
    Sqlite,
    /// A database on a PostgreSQL server: durable, and for several processes on several machines.
    Postgres,
    /// Nothing survives; for tests.
    Memory,
}

impl Store {
    /// Whether it outlives the process, and other parts of the program can open it.
    pub(crate) fn is_kept(&self) -> bool {
        self.kind != StoreKind::Memory
    }

    /// What does not go together.
    ///
    /// # Errors
    /// Which keys, and what to do.
    pub(super) fn check(&self) -> Result<()> {
        let keys = [
            ("url", self.url.is_some()),
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("user", self.user.is_some()),
            ("database", self.database.is_some()),
            ("password_file", self.password_file.is_some()),
            ("authorities", self.authorities.is_some()),
            ("schema", self.schema.is_some()),
        ];
        if self.subscribers_in_memory == 0 {
            bail!("store.subscribers_in_memory = 0: whoever is served is in memory, one at least");
        }
        match self.kind {
            StoreKind::Memory if self.path.is_some() => {
                bail!("store.path is given, but store.kind = \"memory\" keeps no file: remove one of them")
            }
            StoreKind::Postgres if self.path.is_some() => {
                bail!(
                    "store.path is of store.kind = \"sqlite\", and store.kind is \"postgres\": remove one of them"
                )
            }
            StoreKind::Postgres if self.url.is_none() && self.host.is_none() => bail!(
                "store.kind = \"postgres\" wants store.url = \"postgresql://user@host/database\", or store.host with \
                 store.user and store.database"
            ),
            StoreKind::Postgres => {
                let beside = keys[1..5].iter().find(|(_, given)| self.url.is_some() && *given);
                if let Some((key, _)) = beside {
                    bail!("store.{key} is given beside store.url: say it there, or leave store.url out");
                }
            }
            StoreKind::Sqlite | StoreKind::Memory => {
                if let Some((key, _)) = keys.iter().find(|(_, given)| *given) {
                    bail!("store.{key} is for store.kind = \"postgres\": set that, or remove it");
                }
            }
        }
        Ok(())
    }

    /// Takes another database, as `--db` says.
    ///
    /// # Errors
    /// If it has no place because nothing is kept.
    pub(crate) fn is_at(&mut self, place: DatabasePlace) -> Result<()> {
        if self.kind == StoreKind::Memory {
            bail!("--db is given, but store.kind = \"memory\" keeps no file: remove one of them");
        }
        match place {
            DatabasePlace::File(path) => {
                self.kind = StoreKind::Sqlite;
                self.path = Some(path);
            }
            DatabasePlace::Server(server) => {
                self.kind = StoreKind::Postgres;
                self.url = Some(server.url);
            }
        }
        Ok(())
    }

    /// Where the database is.
    ///
    /// # Errors
    /// If it is the default file, and this user has no home directory.
    pub(crate) fn place(&self) -> Result<DatabasePlace> {
        if self.kind != StoreKind::Postgres {
            let file = self.path.clone().map(DatabasePlace::File);
            return DatabasePlace::or_default(file.as_ref());
        }
        Ok(DatabasePlace::Server(DatabaseServer {
            url: self.url.clone().unwrap_or_else(|| self.keys_and_values()),
            password_file: self.password_file.clone(),
            authorities: self.authorities.clone(),
            schema: self.schema.clone(),
        }))
    }

    /// The address as libpq takes it: `host='db' port='5432'`.
    fn keys_and_values(&self) -> String {
        let port = self.port.map(|port| port.to_string());
        let pairs = [
            ("host", self.host.as_ref()),
            ("port", port.as_ref()),
            ("user", self.user.as_ref()),
            ("dbname", self.database.as_ref()),
        ];
        let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
        let pairs = pairs
            .iter()
            .filter_map(|(key, value)| value.map(|value| format!("{key}='{}'", quoted(value))));
        pairs.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_an_address() {
        let store = Store {
            kind: StoreKind::Postgres,
            host: Some("/run/postgresql".to_owned()),
            port: Some(5433),
            user: Some("o'brien".to_owned()),
            database: Some("quintet".to_owned()),
            ..Store::default()
        };
        store.check().unwrap();
        assert_eq!(
            store.keys_and_values(),
            r"host='/run/postgresql' port='5433' user='o\'brien' dbname='quintet'"
        );
    }
}
