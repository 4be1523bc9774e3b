//! Runs two Diameter programs against each other in a network namespace of their own and watches the wire.
//!
//! ```text
//!   ┌─ network namespace (one per scenario) ────────────────────────┐
//!   │  subject 10.79.0.1 ◄────────── loopback ──────────► peer      │
//!   │      │ log, metrics              │                    │ log   │
//!   └──────┼───────────────────────────┼────────────────────┼───────┘
//!          └────────────────────► scenario ◄────────────────┘
//!                                  tshark, live
//! ```
//!
//! A scenario waits for events (a line of a log, a message on the wire) with an upper bound, never for time to pass.
//! What it asserts is mostly taken from the wire, so it is the same whichever programs are chosen; see [`Choice`].

#![forbid(unsafe_code)]

mod capture;
mod choice;
pub mod ims;
mod namespace;
pub mod node;
mod process;
mod scenario;

pub use capture::{Capture, Command, Message, Stream};
pub use choice::{Choice, Program};
pub use namespace::Namespace;
pub use process::Process;
pub use scenario::{Scene, scenario};

use std::time::{Duration, Instant};

/// The longest any awaited event may take: two watchdog rounds at 6 s and 2 s of jitter, on a machine that is busy with
/// everything else of a test run.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// Between two looks at something that cannot be waited for.
const POLL: Duration = Duration::from_millis(50);

/// Looks until `look` finds something.
///
/// # Panics
/// After [`PATIENCE`], naming what was waited for.
pub fn await_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain for: {what}"
        );
        std::thread::sleep(POLL);
    }
}
