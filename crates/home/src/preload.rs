//! Reading all subscribers into memory, or as many as may be there, while requests are served.
//!
//! ```text
//!   current revision ─► Scan page ─► Load of its last subscriber ─► page taken in ─► next page … ─► changes since
//! ```
//!
//! A DIF may be used only if it was read while the slot was ours (design, SQN). A scan does not tell; the `Load` that
//! follows it does: epochs only rise, so an epoch that is still ours afterwards was ours during the scan.

use crate::event::FrontEvent;
use crate::front::{FrontEnd, Purpose, StoreReply};
use core::time::Duration;
use quintet_identity::Imsi;
use quintet_store::{Command, Reply, Revision};
use quintet_subscriber::model::Subscriber;
use std::collections::HashSet;

/// How long to wait after a failed read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How far the preload is.
#[derive(Debug, Default)]
pub struct Preload {
    /// Counts the beginnings.
    round: u64,
    /// The last subscriber taken in.
    after: Option<Imsi>,
    /// A page that awaits its proof.
    page: Vec<Subscriber>,
    /// Removed from the store while the preload runs: a page read before must not bring them back.
    removed: HashSet<Imsi>,
    /// Whether it runs.
    running: bool,
    /// When to try again.
    pub(crate) retry_at: Option<Duration>,
}

impl<J, P, E: From<FrontEvent>> FrontEnd<J, P, E> {
    /// Begins, or begins anew after a takeover. What is under way is not waited for: its replies are of another round.
    pub(crate) fn preload_again(&mut self) {
        self.preload = Preload {
            round: self.preload.round + 1,
            ..Preload::default()
        };
        self.ask_revision();
    }

    fn ask_revision(&mut self) {
        let command = Command::Changes {
            since: Revision(u64::MAX),
            limit: 0,
        };
        self.desk
            .submit(command, Purpose::PreloadRevision(self.preload.round));
    }

    /// Notes the revision from which changes are followed, and begins.
    pub(crate) fn preload_revision(&mut self, now: Duration, round: u64, reply: StoreReply) {
        if round != self.preload.round {
            return;
        }
        match reply {
            Ok(Reply::Changes { revision, .. }) => {
                self.changes.begin(revision);
                self.preload.running = true;
                self.next_page();
            }
            Ok(_) => {}
            Err(error) => {
                self.events.report(FrontEvent::StoreFailed {
                    what: "preload",
                    error,
                });
                self.preload_later(now);
            }
        }
    }

    fn next_page(&mut self) {
        let command = Command::Scan {
            after: self.preload.after,
            limit: self.config.preload_page,
        };
        self.desk
            .submit(command, Purpose::PreloadPage(self.preload.round));
    }

    pub(crate) fn preload_page(&mut self, now: Duration, round: u64, reply: StoreReply) {
        if round != self.preload.round {
            return;
        }
        match reply {
            Ok(Reply::Subscribers(page)) => match page.last() {
                Some(last) => {
                    let command = Command::Load {
                        imsi: last.imsi,
                        slot: self.config.slot,
                    };
                    self.preload.page = page;
                    self.desk
                        .submit(command, Purpose::PreloadProof(self.preload.round));
                }
                None => self.preloaded(),
            },
            Ok(_) => {}
            Err(error) => {
                self.events.report(FrontEvent::StoreFailed {
                    what: "preload",
                    error,
                });
                self.preload_later(now);
            }
        }
    }

    pub(crate) fn preload_proof(&mut self, now: Duration, round: u64, reply: StoreReply) {
        if round != self.preload.round {
            return;
        }
        let page = std::mem::take(&mut self.preload.page);
        match reply {
            Ok(Reply::Subscriber { epoch, .. }) => {
                // When the slot is not ours the page is worth nothing: read it again later.
                if !self.admits(epoch) {
                    return self.preload_later(now);
                }
                self.preload.after = page.last().map(|last| last.imsi);
                for subscriber in &page {
                    // Whoever is there already was loaded for a request, and is newer.
                    let newer = self.table.lookup(subscriber.imsi).is_some();
                    if newer || self.preload.removed.contains(&subscriber.imsi) {
                        continue;
                    }
                    // Full: the rest is loaded when it asks.
                    if self.table.len() >= self.config.in_memory || self.table.insert(subscriber).is_err() {
                        return self.preloaded();
                    }
                }
                self.next_page();
            }
            Ok(_) => {}
            Err(error) => {
                self.events.report(FrontEvent::StoreFailed {
                    what: "preload",
                    error,
                });
                self.preload_later(now);
            }
        }
    }

    /// Goes on after a pause; not if another front end has the slot, because nothing read then may be used. The next
    /// takeover begins anew.
    fn preload_later(&mut self, now: Duration) {
        if self.issuing.is_fenced() {
            self.preload.running = false;
            self.preload.removed = HashSet::new();
        } else {
            self.preload.retry_at = Some(now + RETRY_AFTER);
        }
    }

    fn preloaded(&mut self) {
        self.preload.running = false;
        self.preload.removed = HashSet::new();
        self.events.report(FrontEvent::Preloaded {
            subscribers: self.table.len(),
        });
        self.ask_for_changes();
    }

    /// Notes a removal that a page under way does not know of.
    pub fn preload_removed(&mut self, imsi: Imsi) {
        if self.preload.running {
            self.preload.removed.insert(imsi);
        }
    }

    pub(crate) fn preload_timeout(&mut self, now: Duration) {
        if self.preload.retry_at.is_some_and(|at| at <= now) {
            self.preload.retry_at = None;
            if self.issuing.is_fenced() {
                self.preload_later(now);
            } else if self.preload.running {
                self.next_page();
            } else {
                self.ask_revision();
            }
        }
    }
}
