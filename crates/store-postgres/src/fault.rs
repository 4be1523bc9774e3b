//! What PostgreSQL's errors mean for the person who runs the server, and what becomes of the connection.

use quintet_store::StoreError;
use quintet_store_rows::KeyFault;
use quintet_vault::NoMaster;
use tokio_postgres::error::SqlState;

/// Why a command or a transaction failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command's own answer.
    Answer(StoreError),
    /// PostgreSQL's error, or the connection's.
    Postgres(tokio_postgres::Error),
    /// The database holds something this program never wrote.
    Content(String),
    /// The master key is not there.
    NoMaster(NoMaster),
    /// A field is sealed under a data key that was made meanwhile.
    NewDataKey,
    /// Rows that were read do not belong together: another process wrote in between.
    Torn,
    /// Nothing came within the time that is named.
    TimedOut(&'static str),
    /// The server is not one that can be used; what to do.
    Unfit(String),
    /// The server may lose what it acknowledged; what to do.
    Unsafe(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Answer(error)
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<KeyFault> for Failure {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::NoMaster(why) => Self::NoMaster(why),
            KeyFault::Damaged(why) => Self::content("data_key", why),
        }
    }
}

impl Failure {
    /// A value in the database that cannot be.
    pub(crate) fn content(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Content(format!("{what}: {why}"))
    }

    /// The reply.
    pub(crate) fn reply(&self, place: &str) -> StoreError {
        StoreError::Unavailable(match self {
            Self::Answer(error) => return error.clone(),
            Self::Postgres(error) => explain(place, error),
            Self::Content(what) => format!(
                "the database {place} holds a value that Quintet did not write ({what}); correct it or restore a backup"
            ),
            Self::NoMaster(why) => format!("the keys in the database {place} are sealed: {why}"),
            Self::NewDataKey | Self::Torn => {
                format!(
                    "the database {place} is being changed by another process; the next command tries again"
                )
            }
            Self::TimedOut(what) => format!(
                "the database {place} did not answer within the time for {what}; see whether the server is overloaded, \
                 stopped, or cut off; the next command tries again"
            ),
            Self::Unfit(why) => format!("the database {place} cannot be used: {why}"),
            Self::Unsafe(why) => format!("the database {place} is not safe for sequence numbers: {why}"),
        })
    }

    /// Whether it is one command's fault alone, so that the others of its transaction may be done without it.
    pub(crate) fn is_of_one_command(&self) -> bool {
        match self {
            Self::Answer(_) | Self::Content(_) => true,
            Self::Postgres(error) => error.code().is_some_and(|code| {
                *code == SqlState::DISK_FULL || matches!(code.code().get(..2), Some("22" | "23" | "54"))
            }),
            _ => false,
        }
    }

    /// Whether it only says that an earlier statement failed.
    pub(crate) fn is_consequence(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
    }

    /// Whether the connection is better replaced by a new one.
    pub(crate) fn spoils_connection(&self) -> bool {
        match self {
            Self::Answer(_) | Self::Content(_) => false,
            Self::Postgres(error) => {
                let stays = error.code().is_some_and(|code| {
                    *code == SqlState::DISK_FULL
                        || *code == SqlState::LOCK_NOT_AVAILABLE
                        || *code == SqlState::QUERY_CANCELED
                        || matches!(code.code().get(..2), Some("22" | "23" | "40" | "54"))
                });
                !stays
            }
            _ => true,
        }
    }
}

/// One sentence or two: what, where, what to do. The server's details are left out: they quote values.
pub(crate) fn explain(place: &str, error: &tokio_postgres::Error) -> String {
    let Some(database) = error.as_db_error() else {
        let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        return format!(
            "the connection to the database {place} failed ({why}); see whether the server runs and can be reached \
             (`pg_isready`); the next command connects anew"
        );
    };
    let said = database.message();
    let code = error.code().unwrap_or(&SqlState::INTERNAL_ERROR);
    let advice = match (code.code(), code.code().get(..2)) {
        ("53100", _) => {
            "has no space left; free space on its file system; nothing acknowledged is lost, and the next command \
             tries again"
        }
        ("25006", _) => {
            "cannot be written: the server is a standby or read-only; name the primary in the URL, or end what made it \
             read-only (`SHOW default_transaction_read_only`); the next command tries again"
        }
        ("57014", _) => {
            "cancelled a statement that took too long; see what it waits for (`SELECT * FROM pg_stat_activity`); the \
             next command tries again"
        }
        ("55P03", _) => {
            "is locked by another process; end that program or its transaction (`SELECT * FROM pg_locks`); the next \
             command tries again"
        }
        ("57P03", _) => "is starting or stopping; the next command tries again",
        ("53300", _) => {
            "has no connection left; raise max_connections or end other clients; the next command tries again"
        }
        ("3D000", _) => "does not exist; make it with `createdb`, or correct the name in the URL",
        ("42501", _) => {
            "does not let this user do what is needed; let it own its schema (`ALTER SCHEMA … OWNER TO …`), or grant \
             CREATE on the database"
        }
        (_, Some("28")) => "does not let this user in; correct the user, the password or pg_hba.conf",
        (_, Some("40")) => "had two transactions in each other's way; the next command tries again",
        (_, Some("57" | "08")) => "ended the connection; the next command connects anew",
        (_, Some("53")) => "lacks resources; see the server's log; the next command tries again",
        (_, Some("58" | "XX")) => {
            "is damaged, or its disk is; see the server's log; restore a backup if it does not pass"
        }
        _ => "failed",
    };
    format!("the database {place} {advice} ({said}, SQLSTATE {})", code.code())
}
