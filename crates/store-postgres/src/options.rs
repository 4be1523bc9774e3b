//! What a store is opened with, and why it may be refused.

use crate::fault::Failure;
use quintet_vault::{Masters, NoMaster, NoMasters};
use std::path::PathBuf;
use std::sync::Arc;

/// Called from the store's thread when replies wait, or another process wrote; must not block.
pub type Waker = Box<dyn Fn() + Send + Sync>;

/// The schema the tables stand in, unless another is named.
pub const DEFAULT_SCHEMA: &str = "quintet";

/// Connections that read single rows, unless told otherwise: one answers while the other's rows are on their way.
pub const DEFAULT_READERS: usize = 2;

/// How to open a store.
pub struct Options {
    /// A file whose first line is the password. Else it is in the URL, `PGPASSWORD`, or the file `PGPASSFILE` names
    /// (`~/.pgpass` if it names none).
    pub password_file: Option<PathBuf>,
    /// Certificates (PEM) of the authorities that may have issued the server's. With them TLS is spoken whatever the URL
    /// says.
    pub authorities: Option<PathBuf>,
    /// The schema of the tables; it is made if it is not there.
    pub schema: String,
    /// Connections that read single rows.
    pub readers: usize,
    /// Where the master key is, without which nothing is opened or made.
    pub masters: Arc<dyn Masters>,
    /// Most commands that wait in each lane; the next one is `Busy`.
    pub max_waiting: usize,
    /// Called when `poll` or `changed` has something new.
    pub waker: Waker,
}

impl Default for Options {
    /// No master key; 16,384 commands may wait; wakes nobody.
    fn default() -> Self {
        Self {
            password_file: None,
            authorities: None,
            schema: DEFAULT_SCHEMA.to_owned(),
            readers: DEFAULT_READERS,
            masters: Arc::new(NoMasters),
            max_waiting: 16_384,
            waker: Box::new(|| {}),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("password_file", &self.password_file)
            .field("authorities", &self.authorities)
            .field("schema", &self.schema)
            .field("readers", &self.readers)
            .field("max_waiting", &self.max_waiting)
            .finish_non_exhaustive()
    }
}

/// Why a database cannot be opened. No text holds a password, or a URL that may.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL, or another option, cannot be used.
    #[error("the address of the database cannot be used: {0}")]
    Address(String),
    /// The password cannot be had.
    #[error("the password of the database cannot be read: {0}")]
    Password(String),
    /// TLS cannot be spoken as it must be.
    #[error("TLS to the database: {0}")]
    Tls(String),
    /// An answered write may be lost there, and with it the bound that keeps SQNs from coming twice.
    #[error("the database {place} is not safe for sequence numbers: {why}")]
    Unsafe {
        /// Which.
        place: String,
        /// Why, and what to do.
        why: String,
    },
    /// A later program made the tables.
    #[error("the database {place} has schema version {found}, of a later Quintet; use that one")]
    Newer {
        /// Which.
        place: String,
        /// The version found.
        found: i32,
    },
    /// The master key that opens it is not there.
    #[error("the keys in the database {place} are sealed: {why}")]
    NoMaster {
        /// Which.
        place: String,
        /// Where it was looked for, and what to do.
        why: NoMaster,
    },
    /// Another process serves the slot.
    #[error(
        "slot {slot} is served by {holder} already; give each HSS a slot of its own, or stop the other one"
    )]
    InUse {
        /// Which slot.
        slot: u8,
        /// Who has it.
        holder: String,
    },
    /// The server, or the way to it, says no; the text names it and says what to do.
    #[error("{0}")]
    Fault(String),
}

impl OpenError {
    /// What a failure while opening is.
    pub(crate) fn of(place: &str, failure: Failure) -> Self {
        let place = place.to_owned();
        match failure {
            Failure::NoMaster(why) => Self::NoMaster { place, why },
            Failure::Unsafe(why) => Self::Unsafe { place, why },
            failure => Self::Fault(failure.reply(&place).to_string()),
        }
    }
}
