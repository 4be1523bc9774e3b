//! The database as the program uses it: where it is, and one command at a time for provisioning.

mod place;

use crate::audit::Run;
use crate::keys::Sources;
use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
pub(crate) use place::{DatabasePlace, DatabaseServer, OpenedStore, Opening, file_only};
use quintet_crypto::Sqn;
use quintet_identity::Imsi;
use quintet_provisioning::sqn;
use quintet_store::{AdminCommand, Command, Reply, Transaction};
use quintet_subscriber::auc::{Slot, WallClock};
use quintet_subscriber::model::{Authentication, Subscriber};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a provisioning command waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the database is when nobody says: `quintet.db` in the platform's data directory.
///
/// # Errors
/// If the user has none (no home directory).
pub(crate) fn default_path() -> Result<PathBuf> {
    let directories = etcetera::choose_base_strategy()
        .context("this user has no home directory to keep a database in: give --db FILE (or store.path)")?;
    Ok(directories.data_dir().join("quintet").join("quintet.db"))
}

/// Where the master key is when nobody says: `master.key` in the user's configuration directory, apart from the database.
///
/// # Errors
/// If the user has none (no home directory).
pub(crate) fn default_key_file() -> Result<PathBuf> {
    let directories = etcetera::choose_base_strategy().context(
        "this user has no home directory to keep a master key in: say where one is (--master-key SOURCE, keys.master)",
    )?;
    Ok(directories.config_dir().join("quintet").join("master.key"))
}

/// A database opened for provisioning.
pub(crate) struct Database {
    store: OpenedStore,
}

impl Database {
    /// Opens the database of a laboratory or a benchmark at `path`: its master key lies beside it.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with).
    pub(crate) fn open_beside(path: &Path, create: bool) -> Result<Self> {
        let place = DatabasePlace::File(path.to_owned());
        Self::open_with(Some(&place), create, &Sources::beside(path))
    }

    /// Opens the database at `place`, or the default one, with these master keys; makes a file if it is not there and
    /// `create` says so.
    ///
    /// # Errors
    /// As the store says: not ours, newer than this program, no permission, locked, no master key, no such server.
    pub(crate) fn open_with(place: Option<&DatabasePlace>, create: bool, keys: &Sources) -> Result<Self> {
        let opening = Opening {
            keys,
            create,
            busy_timeout: BUSY_TIMEOUT,
            waker: Box::new(|| {}),
        };
        Ok(Self {
            store: DatabasePlace::or_default(place)?.open(opening)?,
        })
    }

    /// Does one command.
    ///
    /// # Errors
    /// Those of the command; a `StoreError` can be found by downcasting.
    pub(crate) fn execute(&mut self, command: Command) -> Result<Reply> {
        Ok(self.store.execute(command)?)
    }

    /// Does commands that write in one transaction, and writes down the run that does them.
    ///
    /// # Errors
    /// That of the command that failed; then nothing is done.
    pub(crate) fn change(&mut self, commands: Vec<Command>, run: &Run) -> Result<()> {
        let now = wall_clock().0;
        let transaction = Transaction {
            now: now.as_secs(),
            commands,
            audit: vec![run.entry()?],
            ..Transaction::default()
        };
        self.execute(Command::Admin(AdminCommand::Transact(Box::new(transaction))))?;
        Ok(())
    }

    /// Writes down a run that did something.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn write_down(&mut self, run: &Run) -> Result<()> {
        self.change(Vec::new(), run)
            .context("it is done, but not in the audit log")
    }

    /// One subscriber.
    ///
    /// # Errors
    /// If there is none, or the store fails.
    pub(crate) fn subscriber(&mut self, imsi: Imsi) -> Result<Subscriber> {
        match self.execute(Command::Load {
            imsi,
            slot: Slot::default(),
        })? {
            Reply::Subscriber {
                subscriber: Some(subscriber),
                ..
            } => Ok(*subscriber),
            Reply::Subscriber { subscriber: None, .. } => {
                bail!("IMSI {imsi} is not provisioned; `quintet subscriber list` shows who is")
            }
            other => bail!("the store answered a read with {other:?}: this is a defect, please report it"),
        }
    }

    /// The subscriber with the DIF of one who is provisioned now, so that the first vector needs no write.
    pub(crate) fn provisioned(&self, subscriber: Subscriber) -> Subscriber {
        sqn::provisioned(subscriber, wall_clock())
    }
}

/// The highest SQN that any front end may have issued to this subscriber, octets of IND included: what another HSS must
/// start above. `None` before the first vector.
pub(crate) fn highest_sqn(authentication: &Authentication) -> Option<Sqn> {
    sqn::highest(authentication, wall_clock())
}

/// The bound below which nothing is issued any more after a copy was put back: as far ahead of this wall clock as any front
/// end may have been, and not so far that the next one would not believe it.
pub(crate) fn fence_ticks() -> i64 {
    wall_clock().ticks() + sqn::ISSUED_AHEAD_TICKS
}

/// The wall clock, for provisioning.
#[expect(clippy::disallowed_methods, reason = "the program is where time enters")]
pub(crate) fn wall_clock() -> WallClock {
    WallClock(
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
    )
}
