//! What a supervisor such as systemd is told: that the program serves, that it is alive, that it ends (sd_notify(3)).
//!
//! Nobody is told anything where no `NOTIFY_SOCKET` says whom.

use sd_notify::NotifyState;
use std::time::Duration;

/// Who watches this process, if anybody does.
pub(crate) struct Supervisor {
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// As the environment says.
    pub(crate) fn of_environment() -> Self {
        Self {
            watchdog: sd_notify::watchdog_enabled(),
        }
    }

    /// All sockets listen.
    pub(crate) fn ready(&self) {
        tell(&[NotifyState::Ready]);
    }

    /// It ends.
    pub(crate) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }

    /// Says that it is alive, twice as often as is asked for, until it is dropped; forever without a watchdog. It runs between
    /// the nodes' own tasks: a thread that no longer comes to it answers nobody else either.
    pub(crate) async fn stay_alive(&self) {
        let Some(watchdog) = self.watchdog else {
            return std::future::pending().await;
        };
        let mut ticks = tokio::time::interval(watchdog / 2);
        loop {
            ticks.tick().await;
            tell(&[NotifyState::Watchdog]);
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the supervisor (NOTIFY_SOCKET) cannot be told");
    }
}
