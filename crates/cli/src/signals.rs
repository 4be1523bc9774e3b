//! The signals that the program hears.

use anyhow::Result;

/// SIGINT and SIGTERM, held from [`Termination::register`] on: none is missed between two waits.
pub(crate) struct Termination {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Termination {
    /// Takes the signals over; inside a tokio runtime.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn register() -> Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one, and names it.
    pub(crate) async fn received(&mut self) -> &'static str {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
        #[cfg(not(unix))]
        {
            // Without a handler the system ends the program itself.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            "Ctrl-C"
        }
    }
}

/// SIGHUP: certificates are to be read again.
pub(crate) struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    /// Takes the signal over; inside a tokio runtime. Not where standard input is a terminal: there it says that the terminal is
    /// gone, and ends the program as it always does.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn register() -> Result<Self> {
        #[cfg(unix)]
        {
            use std::io::IsTerminal;
            use tokio::signal::unix::{SignalKind, signal};
            let signal = match std::io::stdin().is_terminal() {
                true => None,
                false => Some(signal(SignalKind::hangup())?),
            };
            Ok(Self { signal })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one; for ever where there is none.
    pub(crate) async fn received(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
