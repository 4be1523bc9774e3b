//! The database as the program uses it: where it is, and one command at a time for provisioning.

mod place;

use crate::keys::Sources;
use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;
pub(crate) use place::{DatabasePlace, DatabaseServer, OpenedStore, Opening, file_only};
use quintet_crypto::Sqn;
use quintet_identity::Imsi;
use quintet_store::{Command, Reply};
use quintet_subscriber::auc::{Slot, WallClock, initial_dif};
use quintet_subscriber::model::{Authentication, Subscriber};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a provisioning command waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How far GLC may be ahead of this wall clock, in ticks: the window of H, and as much again for clocks that differ.
const ISSUED_AHEAD_TICKS: i64 = 2 * 10 * 600;

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
            Reply::Subscriber { subscriber: None, .. } => bail!("IMSI {imsi} is not provisioned"),
            other => bail!("the store answered a read with {other:?}: this is a defect, please report it"),
        }
    }

    /// The subscriber with the DIF of one who is provisioned now, so that the first vector needs no write.
    pub(crate) fn provisioned(&self, mut subscriber: Subscriber) -> Subscriber {
        let authentication = &mut subscriber.authentication;
        authentication.dif = Some(initial_dif(
            authentication.seq_seed,
            authentication.sqn_profile,
            wall_clock(),
        ));
        subscriber
    }
}

/// The highest SQN that any front end may have issued to this subscriber, octets of IND included: what another HSS must
/// start above. `None` before the first vector.
pub(crate) fn highest_sqn(authentication: &Authentication) -> Option<Sqn> {
    let seq = wall_clock().ticks() + ISSUED_AHEAD_TICKS + authentication.dif?;
    let seq = u64::try_from(seq).ok()?;
    let ind_bits = authentication.sqn_profile.ind_bits;
    Sqn::new(seq << ind_bits | ((1 << ind_bits) - 1))
}

/// The bound below which nothing is issued any more after a copy was put back: as far ahead of this wall clock as any front
/// end may have been, and not so far that the next one would not believe it.
pub(crate) fn fence_ticks() -> i64 {
    wall_clock().ticks() + ISSUED_AHEAD_TICKS
}

/// The wall clock, for provisioning.
#[expect(clippy::disallowed_methods, reason = "the program is where time enters")]
fn wall_clock() -> WallClock {
    WallClock(
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
    )
}
