//! The feed: how every attempt on this core stands, for pages that look.
//!
//! ```text
//!  node's thread                     doctor's thread                      who looks (any thread)
//!  Tap ─ asleep? nothing. ──────┐
//!      └ awake: a copy ─► queue ─► Watch ─► Standing, Attempt ─► Table ◄── rows since a change, one attempt
//!        (full: counted)                                          └─ bell ──►
//! ```
//!
//! Nothing is copied while nobody looks: a tap then costs one relaxed load a message. Who looks says so again and again
//! ([`Feed::look`]); when nobody has for [`LINGER`], the feed sleeps, and what it has stays. Nobody who looks has a queue of his
//! own: he remembers up to which change he has seen the table, and is told what came since, and how much of it he missed.

mod table;
#[cfg(test)]
mod tests;

use crate::passed::{Node, Passed, What, Witness};
use crate::watch::Watch;
use quintet_doctor::report::Attempt;
use quintet_doctor::{Output, Settings};
use quintet_identity::Imsi;
use quintet_runtime::Tap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use table::Table;
pub use table::{Changes, Looked, MAX_ATTEMPTS, MAX_OCTETS, Row};
use tokio::sync::watch;

/// Messages that wait for the doctor; some hundred octets each. What comes beyond them is not looked at, and counted.
pub const MAX_WAITING: usize = 8_192;

/// Messages looked at in a second, of all nodes: what the doctor takes of a processor stays below a half whatever the load is.
/// What comes beyond is counted.
pub const MAX_SEEN_A_SECOND: u64 = 4_000;

/// How long the feed goes on after somebody looked: a page that is loaded anew finds what passed meanwhile.
const LINGER: Duration = Duration::from_secs(600);

/// How often attempts that fell silent are looked for.
const TICK: Duration = Duration::from_secs(2);

/// When the feed watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// While somebody looks, and for ten minutes more.
    #[default]
    Looked,
    /// From the start: what happened before a page is opened is in it.
    Always,
}

/// The time since 1970.
type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What taps and feed share.
struct Gate {
    awake: AtomicBool,
    /// The second that is counted in, and what was looked at in it.
    second: AtomicU64,
    in_second: AtomicU64,
    /// Messages that passed while the feed was awake and were not looked at.
    unseen: AtomicU64,
}

struct Shared {
    gate: Arc<Gate>,
    queue: SyncSender<Passed<Box<[u8]>>>,
    table: Mutex<Table>,
    bell: watch::Sender<u64>,
    looked: AtomicU64,
    clock: Clock,
}

/// See the module. Clones are of the same feed.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let awake = self.is_awake();
        write!(f, "Feed {{ awake: {awake} }}")
    }
}

impl Feed {
    /// Starts the doctor's thread, which ends when every clone and every tap is gone. `clock`: the time since 1970, as the taps
    /// have it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(when: When, clock: Arc<dyn Fn() -> Duration + Send + Sync>) -> io::Result<Self> {
        let (feed, doctor) = Self::new(when, clock);
        let thread = std::thread::Builder::new().name("quintet-live".to_owned());
        thread.spawn(move || doctor.run())?;
        Ok(feed)
    }

    fn new(when: When, clock: Clock) -> (Self, AtDoctor) {
        let (queue, waiting) = sync_channel(MAX_WAITING);
        let gate = Arc::new(Gate {
            awake: AtomicBool::new(when == When::Always),
            second: AtomicU64::new(0),
            in_second: AtomicU64::new(0),
            unseen: AtomicU64::new(0),
        });
        let shared = Arc::new(Shared {
            gate,
            queue,
            table: Mutex::default(),
            bell: watch::Sender::new(0),
            looked: AtomicU64::new(0),
            clock,
        });
        let doctor = AtDoctor {
            shared: Arc::downgrade(&shared),
            waiting,
            when,
            watch: None,
            missed: 0,
        };
        (Self(shared), doctor)
    }

    /// What hears what taps see, on their thread, for a [`Witness`].
    pub fn ear(&self) -> impl FnMut(&Passed<&[u8]>) + use<> {
        let (gate, queue) = (Arc::clone(&self.0.gate), self.0.queue.clone());
        move |passed| {
            // Before all else: this is what it costs when nobody looks.
            if gate.awake.load(Ordering::Relaxed) {
                gate.hand_on(&queue, passed);
            }
        }
    }

    /// A tap of a node.
    #[must_use]
    pub fn tap(&self, node: Node) -> Box<dyn Tap> {
        Box::new(Witness::new(node, self.ear()))
    }

    /// Somebody looks: the feed is awake for `LINGER` from now.
    pub fn look(&self) {
        let now = (self.0.clock)().as_secs();
        self.0.looked.fetch_max(now, Ordering::Relaxed);
        self.0.gate.awake.store(true, Ordering::Relaxed);
    }

    /// Whether it watches.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.0.gate.awake.load(Ordering::Relaxed)
    }

    /// What changed since `cursor` (0: all there is) among what `of` takes, the latest `most` of it.
    #[must_use]
    pub fn rows(&self, cursor: u64, most: usize, of: impl Fn(&Looked<'_>) -> bool) -> Changes {
        let unseen = self.0.gate.unseen.load(Ordering::Relaxed);
        let mut changes = self.0.table().rows(cursor, most, of);
        changes.unseen = unseen;
        changes
    }

    /// An attempt, if it is still kept: as it stands, whether it goes on, and whose it is.
    #[must_use]
    pub fn attempt(&self, id: u64) -> Option<(Arc<Attempt>, bool, Option<Imsi>)> {
        self.0.table().attempt(id)
    }

    /// Waits until something changed after `cursor`.
    pub async fn changed(&self, cursor: u64) {
        let mut bell = self.0.bell.subscribe();
        // The feed has the other end: it is there as long as this is.
        drop(bell.wait_for(|change| *change > cursor).await);
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    /// Puts a copy into the queue, if there is room and the second has not had its share.
    fn hand_on(&self, queue: &SyncSender<Passed<Box<[u8]>>>, passed: &Passed<&[u8]>) {
        if matches!(passed.what, What::Message { .. }) {
            let second = passed.wall.as_secs();
            if self.second.swap(second, Ordering::Relaxed) != second {
                self.in_second.store(0, Ordering::Relaxed);
            }
            if self.in_second.fetch_add(1, Ordering::Relaxed) >= MAX_SEEN_A_SECOND {
                self.unseen.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        if let Err(TrySendError::Full(_)) = queue.try_send(passed.kept()) {
            self.unseen.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What the doctor's thread has.
struct AtDoctor {
    shared: std::sync::Weak<Shared>,
    waiting: Receiver<Passed<Box<[u8]>>>,
    when: When,
    /// None while the feed sleeps.
    watch: Option<Watch>,
    /// How many messages were not looked at when the doctor was last told so.
    missed: u64,
}

impl AtDoctor {
    /// Until every feed is gone.
    fn run(mut self) {
        loop {
            match self.waiting.recv_timeout(TICK) {
                Ok(passed) => {
                    self.take(&passed);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // What came together is one change to who looks.
            for passed in self.waiting.try_iter().take(MAX_WAITING).collect::<Vec<_>>() {
                self.take(&passed);
            }
            if !self.settle() {
                return;
            }
        }
    }

    fn take(&mut self, passed: &Passed<Box<[u8]>>) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        let watch = self.watch.get_or_insert_with(|| {
            Watch::new(Settings {
                identities: true,
                standing: true,
                ..Settings::default()
            })
        });
        let unseen = shared.gate.unseen.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.missed, unseen) != unseen {
            watch.missed(passed.wall);
        }
        watch.take(passed);
        hand_on(watch, &shared);
    }

    /// Tells who looks, lets silence end attempts, and falls asleep when nobody looks. Whether to go on.
    fn settle(&mut self) -> bool {
        let Some(shared) = self.shared.upgrade() else {
            return false;
        };
        let now = (shared.clock)();
        if let Some(watch) = &mut self.watch {
            watch.quiet(now);
            hand_on(watch, &shared);
        }
        let looked = Duration::from_secs(shared.looked.load(Ordering::Relaxed));
        if self.when == When::Looked && now.saturating_sub(looked) > LINGER {
            shared.gate.awake.store(false, Ordering::Relaxed);
            if let Some(mut watch) = self.watch.take() {
                watch.finish(now);
                hand_on(&mut watch, &shared);
                shared.table().sleep();
            }
        }
        let change = shared.table().change();
        shared
            .bell
            .send_if_modified(|rung| std::mem::replace(rung, change) != change);
        true
    }
}

/// Puts what the doctor says into the table.
fn hand_on(watch: &mut Watch, shared: &Shared) {
    while let Some(output) = watch.poll() {
        match output {
            Output::Standing(attempt) => shared.table().put(*attempt, true),
            Output::Attempt(attempt) => shared.table().put(*attempt, false),
            Output::Withdrawn(id) => shared.table().withdraw(id),
            Output::Event(_) | Output::Deciphered { .. } => {}
        }
    }
}
