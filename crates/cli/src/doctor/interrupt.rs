//! Ctrl-C: reading ends, and what was found until then is reported. A second one ends the program.

use crate::signals::Termination;
use anyhow::{Context, Result};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a second signal ends the program with: it could not do it.
const GIVEN_UP: i32 = 2;

/// Whether a signal came.
#[derive(Clone)]
pub(super) struct Interrupt {
    came: Arc<AtomicBool>,
    /// Its other end is closed when the signal comes, which wakes whoever waits for it.
    #[cfg(unix)]
    woken: Arc<io::PipeReader>,
}

impl Interrupt {
    /// Takes SIGINT and SIGTERM over.
    ///
    /// # Errors
    /// As the system says.
    #[expect(
        clippy::disallowed_methods,
        reason = "signals come while the program reads, and end a read that waits"
    )]
    pub(super) fn register() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let came = Arc::new(AtomicBool::new(false));
        let mut termination = {
            let _inside = runtime.enter();
            Termination::register().context("cannot wait for Ctrl-C")?
        };
        #[cfg(unix)]
        let (woken, waker) = io::pipe().context("cannot wait for Ctrl-C")?;
        let told = Arc::clone(&came);
        // Ends with the process: it waits for what may never come.
        std::thread::spawn(move || {
            runtime.block_on(termination.received());
            told.store(true, Ordering::Relaxed);
            #[cfg(unix)]
            drop(waker);
            runtime.block_on(termination.received());
            std::process::exit(GIVEN_UP);
        });
        Ok(Self {
            came,
            #[cfg(unix)]
            woken: Arc::new(woken),
        })
    }

    /// Whether it came.
    pub(super) fn came(&self) -> bool {
        self.came.load(Ordering::Relaxed)
    }

    /// A reader of a pipe, a terminal or a file that comes to its end when the signal comes, even while it waits.
    #[cfg(unix)]
    pub(super) fn ending<R: Read + std::os::fd::AsFd>(&self, reader: R) -> impl Read + use<R> {
        Ending {
            reader,
            interrupt: self.clone(),
        }
    }

    /// The same where nothing can be waited for together: the signal is seen after the next octets.
    #[cfg(not(unix))]
    pub(super) fn ending<R: Read>(&self, reader: R) -> impl Read + use<R> {
        Ending {
            reader,
            interrupt: self.clone(),
        }
    }
}

/// A reader that a signal ends.
struct Ending<R> {
    reader: R,
    interrupt: Interrupt,
}

#[cfg(unix)]
impl<R: Read + std::os::fd::AsFd> Read for Ending<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut both = [
            PollFd::new(&self.reader, PollFlags::IN),
            PollFd::new(&*self.interrupt.woken, PollFlags::IN),
        ];
        loop {
            match poll(&mut both, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => break,
            }
        }
        if self.interrupt.came() || !both[1].revents().is_empty() {
            return Ok(0);
        }
        self.reader.read(octets)
    }
}

#[cfg(not(unix))]
impl<R: Read> Read for Ending<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.came() {
            return Ok(0);
        }
        self.reader.read(octets)
    }
}
