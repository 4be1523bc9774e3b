//! The keys of the database for metrics: looked at now and then, on a thread of their own, for a look counts subscribers.

use crate::config::{Config, Role};
use crate::database::wall_clock;
use crate::keys::Keyed;
use anyhow::{Context, Result};
use quintet_store_rows::KeyFigures;
use quintet_telemetry::Collection;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Between two looks. Of ten million subscribers one takes seconds of the disk, and a rotation takes longer than this.
const PAUSE: Duration = Duration::from_secs(300);

/// What was found last. The thread ends when this is dropped.
pub(super) struct Watched {
    figures: Arc<Mutex<KeyFigures>>,
    _stop: Sender<()>,
}

impl Watched {
    /// Starts it; none where this process has no database of subscribers that is kept.
    ///
    /// # Errors
    /// If the place of the database is none, or the system gives no thread.
    pub(super) fn start(config: &Config) -> Result<Option<Self>> {
        let has_store = [Role::Hss, Role::Udm]
            .iter()
            .any(|role| config.roles.0.contains(role));
        if !has_store || !config.store.is_kept() {
            return Ok(None);
        }
        let keyed = Keyed::of(config.store.place()?, config.keys.sources());
        let figures = Arc::new(Mutex::new(KeyFigures::default()));
        let (stop, stopped) = channel();
        let shared = Arc::clone(&figures);
        std::thread::Builder::new()
            .name("quintet-keys".to_owned())
            .spawn(move || run(&keyed, &shared, &stopped))
            .context("no thread for the figures of keys")?;
        Ok(Some(Self { figures, _stop: stop }))
    }

    /// Adds what was found.
    pub(super) fn measure(&self, into: &mut Collection) {
        lock(&self.figures).measure(now_s(), into);
    }
}

fn run(keyed: &Keyed, shared: &Mutex<KeyFigures>, stopped: &Receiver<()>) {
    let (mut figures, masters) = (KeyFigures::default(), keyed.masters());
    loop {
        let looked = keyed.status();
        if let Err(error) = &looked {
            let error = format!("{error:#}");
            tracing::warn!(error, "the keys of the database cannot be looked at for metrics");
        }
        // Database and token may take their time: who asks meanwhile gets what was found before.
        figures.take(now_s(), looked, &*masters);
        *lock(shared) = figures.clone();
        if !matches!(stopped.recv_timeout(PAUSE), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

fn lock(figures: &Mutex<KeyFigures>) -> MutexGuard<'_, KeyFigures> {
    figures.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_s() -> i64 {
    i64::try_from(wall_clock().0.as_secs()).unwrap_or(i64::MAX)
}
