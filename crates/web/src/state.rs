//! What all pages share: the interface, the sessions, what was last seen of the nodes.

use crate::events::MAX_VIEWERS;
use crate::live::Uploads;
use crate::network::Look;
use crate::sampler::History;
use crate::session::Sessions;
use core::time::Duration;
use quintet_admin::Inside;
use quintet_consult::Feed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, watch};

/// What the program tells the page.
#[derive(Debug)]
pub struct Settings {
    /// Where the nodes of this process can be looked at; none: there is no Diameter node here.
    pub look: Option<Look>,
    /// The time between looks.
    pub tick: Duration,
    /// What passes on this core; none: it is not watched.
    pub live: Option<Feed>,
    /// How long nobody may have said that something changed before the store is asked all the same where a watched subscriber is:
    /// what nodes of other processes write into PostgreSQL is not told.
    pub again: Duration,
}

impl Default for Settings {
    /// Nothing to look at or to watch; a look a second, ten until a watched subscriber is looked for without a reason.
    fn default() -> Self {
        Self {
            look: None,
            tick: Duration::from_secs(1),
            live: None,
            again: Duration::from_secs(10),
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Web(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    inside: Inside,
    settings: Settings,
    sessions: Mutex<Sessions>,
    history: Mutex<History>,
    /// Counts the looks.
    looked: watch::Sender<u64>,
    viewers: Arc<Semaphore>,
    uploads: Uploads,
}

impl Web {
    pub(crate) fn new(inside: Inside, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            inside,
            settings,
            sessions: Mutex::default(),
            history: Mutex::default(),
            looked: watch::Sender::new(0),
            viewers: Arc::new(Semaphore::new(MAX_VIEWERS)),
            uploads: Uploads::default(),
        }))
    }

    /// The interface.
    pub(crate) fn inside(&self) -> &Inside {
        &self.0.inside
    }

    /// What the program told.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.0.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is sent whenever the nodes were looked at.
    pub(crate) fn looked(&self) -> &watch::Sender<u64> {
        &self.0.looked
    }

    /// Captures under examination, and reports.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// Places of those whose pages refresh themselves.
    pub(crate) fn viewers(&self) -> &Arc<Semaphore> {
        &self.0.viewers
    }
}
