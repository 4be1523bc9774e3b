//! Captures that are being examined, and the reports of those that were: few, not for long, each for the session that brought it.

use crate::session::SessionId;
use core::time::Duration;
use quintet_admin::Problem;
use quintet_consult::Examined;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Captures examined at once: each takes a thread, and memory for the attempts in it.
pub(super) const MAX_AT_ONCE: usize = 2;

/// Reports kept.
pub(super) const MAX_REPORTS: usize = 8;

/// Octets that they take together. A report that alone is longer is not kept.
pub(super) const MAX_REPORT_OCTETS: usize = 128 << 20;

/// How long a report is kept.
pub(super) const REPORT_LIFE: Duration = Duration::from_secs(1_800);

/// A report that is kept.
#[derive(Debug)]
struct Report {
    id: u64,
    session: SessionId,
    made: Duration,
    examined: Arc<Examined>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Uploads {
    places: Arc<Semaphore>,
    reports: Mutex<Reports>,
}

#[derive(Debug, Default)]
struct Reports {
    kept: VecDeque<Report>,
    octets: usize,
    last: u64,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            reports: Mutex::default(),
        }
    }
}

impl Uploads {
    /// A place for one examination; it is free when what is answered is dropped.
    ///
    /// # Errors
    /// 503 if all are taken.
    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Problem::busy(format_args!(
                "{MAX_AT_ONCE} captures are being examined, which is as many as there may be"
            ))
            .remedy("wait until one is done, or use `quintet doctor FILE`")
            .retry_after(10)
        })
    }

    fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a report for a session; its number. The oldest give way.
    pub(super) fn keep(&self, session: SessionId, now: Duration, examined: Examined) -> u64 {
        let mut reports = self.reports();
        reports.last += 1;
        reports.octets += examined.page.len();
        let id = reports.last;
        reports.kept.push_back(Report {
            id,
            session,
            made: now,
            examined: Arc::new(examined),
        });
        reports.make_room(now);
        id
    }

    /// A report of this session, if it is still kept.
    pub(super) fn report(&self, session: SessionId, now: Duration, id: u64) -> Option<Arc<Examined>> {
        let mut reports = self.reports();
        reports.make_room(now);
        let mut kept = reports.kept.iter();
        let found = kept.find(|report| report.id == id && report.session == session);
        found.map(|report| Arc::clone(&report.examined))
    }
}

impl Reports {
    fn make_room(&mut self, now: Duration) {
        while let Some(oldest) = self.kept.front() {
            let is_old = now.saturating_sub(oldest.made) > REPORT_LIFE;
            if !is_old && self.kept.len() <= MAX_REPORTS && self.octets <= MAX_REPORT_OCTETS {
                return;
            }
            self.octets -= oldest.examined.page.len();
            self.kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(octets: usize) -> Examined {
        Examined {
            page: vec![b'x'; octets],
            frames: 1,
            attempts: 1,
            bad: 0,
        }
    }

    #[test]
    fn reports_are_few_short_lived_and_their_sessions_own() {
        let uploads = Uploads::default();
        let (one, other) = (SessionId::of("one"), SessionId::of("other"));
        let now = Duration::from_secs(1_000_000);
        let first = uploads.keep(one, now, examined(10));
        assert!(uploads.report(one, now, first).is_some());
        assert!(uploads.report(other, now, first).is_none(), "another's");
        assert!(uploads.report(one, now + REPORT_LIFE, first).is_some());
        let late = now + REPORT_LIFE + Duration::from_secs(1);
        assert!(uploads.report(one, late, first).is_none());
        let ids: Vec<u64> = (0..=MAX_REPORTS)
            .map(|_| uploads.keep(one, late, examined(10)))
            .collect();
        assert!(uploads.report(one, late, ids[0]).is_none(), "it gave way");
        assert!(ids[1..].iter().all(|id| uploads.report(one, late, *id).is_some()));
        let long = uploads.keep(one, late, examined(MAX_REPORT_OCTETS + 1));
        assert!(uploads.report(one, late, long).is_none());
        assert_eq!(uploads.reports().octets, 0);
    }

    #[test]
    fn no_more_are_examined_at_once_than_there_are_places() {
        let uploads = Uploads::default();
        let places: Vec<_> = (0..MAX_AT_ONCE).map(|_| uploads.place().unwrap()).collect();
        assert_eq!(uploads.place().unwrap_err().status(), 503);
        drop(places);
        assert!(uploads.place().is_ok());
    }
}
