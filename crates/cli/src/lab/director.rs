//! Who tells the UEs of a lab what to do, and what passes between them, the core's reports and whoever serves the play.

use super::load::Load;
use super::technology::{DemandOf, EventOf, Plays, ReportOf, Technology};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Who tells the UEs what to do.
pub(super) enum Director<T: Technology> {
    /// Nobody: they are not ready yet, or are to end.
    Nobody,
    Play(Box<T::Play>),
    Load(Box<Load<T>>),
}

/// What passes between the driver of the UEs and whoever plays the lab.
pub(super) struct Post<T: Technology> {
    /// Reports of the core, not yet read by the director.
    heard: RefCell<VecDeque<ReportOf<T>>>,
    /// Wakes the driver of the UEs.
    pub(super) pump: Arc<Notify>,
    /// What the play wants of the world.
    pub(super) demands: RefCell<VecDeque<DemandOf<T>>>,
    /// Woken when there are demands.
    pub(super) news: Notify,
}

impl<T: Technology> Default for Post<T> {
    fn default() -> Self {
        Self {
            heard: RefCell::default(),
            pump: Arc::default(),
            demands: RefCell::default(),
            news: Notify::new(),
        }
    }
}

impl<T: Technology> Post<T> {
    /// A report that the director is to hear.
    pub(super) fn report(&self, report: &ReportOf<T>) {
        self.heard.borrow_mut().push_back(report.clone());
        self.pump.notify_one();
    }
}

impl<T: Technology> Director<T> {
    /// Hears what the core reported, and does what is due.
    pub(super) fn direct(&mut self, now: Duration, ran: &mut T::Ran, post: &Post<T>) {
        let heard = std::mem::take(&mut *post.heard.borrow_mut());
        match self {
            Self::Nobody => {}
            Self::Play(play) => {
                for report in &heard {
                    play.hear(now, ran, report);
                }
                play.proceed(now, ran);
                while let Some(demand) = play.demand() {
                    post.demands.borrow_mut().push_back(demand);
                    post.news.notify_one();
                }
            }
            Self::Load(load) => load.advance(now, ran),
        }
    }

    /// Something happened to the UEs.
    pub(super) fn see(&mut self, now: Duration, ran: &mut T::Ran, event: &EventOf<T>) {
        match self {
            Self::Nobody => {}
            Self::Play(play) => play.see(now, ran, event),
            Self::Load(load) => load.see(now, ran, event),
        }
    }

    /// When [`Self::direct`] is due.
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Nobody => None,
            Self::Play(play) => play.deadline(),
            Self::Load(load) => load.deadline(),
        }
    }
}
