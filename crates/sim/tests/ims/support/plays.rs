//! A world serves a play.

use super::World;
use quintet_esp::DropReason;
use quintet_identity::{Impi, Impu};
use quintet_ims::agreement::{OLD_SET_GRACE, Which};
use quintet_sim::ims::{Condition, Demand, HomeFacts, Inspection, Play, Restart, Verdict};
use quintet_subscriber::ims::ImsRecord;
use std::sync::Arc;
use std::time::Duration;

/// Longest play.
const MAX_PLAY: Duration = Duration::from_secs(20_000);

impl World {
    /// Plays until the verdict.
    pub(crate) fn play(&mut self, play: &mut Play) -> Verdict {
        let (subscribers, subscriptions): (Vec<_>, Vec<_>) = play.subscribers().into_iter().unzip();
        self.home.add(
            self.now,
            subscribers,
            subscriptions.into_iter().map(Arc::new).collect(),
        );
        self.run_for(Duration::from_secs(1));
        let end = self.now + MAX_PLAY;
        let mut verdict = None;
        while verdict.is_none() && self.now < end {
            play.advance(self.now, &mut self.ues);
            while let Some(demand) = play.poll_demand() {
                verdict = self.serve(play, demand).or(verdict);
            }
            let due = play.poll_timeout().unwrap_or(end).max(self.now).min(end);
            self.run(due, Self::has_news);
            self.tell(play);
        }
        *verdict.expect("a verdict within the time")
    }

    fn has_news(&mut self) -> bool {
        !(self.events.is_empty()
            && self.pcscf_events.is_empty()
            && self.scscf_events.is_empty()
            && self.dropped.is_empty())
    }

    fn tell(&mut self, play: &mut Play) {
        let now = self.now;
        for event in std::mem::take(&mut self.events) {
            play.handle_user_event(now, &mut self.ues, &event);
        }
        for event in std::mem::take(&mut self.pcscf_events) {
            play.handle_pcscf_event(now, &self.ues, &event);
        }
        for event in std::mem::take(&mut self.scscf_events) {
            play.handle_scscf_event(now, &event);
        }
        for drop in std::mem::take(&mut self.dropped) {
            if matches!(drop.reason, DropReason::MacFailed { .. }) {
                play.esp_dropped(now);
            }
        }
    }

    fn serve(&mut self, play: &mut Play, demand: Demand) -> Option<Box<Verdict>> {
        match demand {
            Demand::Hss(condition) => self.home.set_reachable(self.now, condition == Condition::Running),
            Demand::RestartScscf(how) => self.restart_scscf(how == Restart::Forgetful),
            Demand::Deregister(imsi) => self.home.deregister(imsi),
            Demand::Nat(inside) => self.nat(inside),
            Demand::Inspect(whom) => {
                let facts = self.inspect(&whom);
                play.inspected(&whom.impi, facts);
            }
            Demand::Finished(verdict) => return Some(verdict),
        }
        None
    }

    /// What HSS, S-CSCF and P-CSCF know.
    pub(crate) fn inspect(&mut self, whom: &Inspection) -> HomeFacts {
        let record = self.home.record(whom.imsi).and_then(|stored| stored.record());
        let set = record
            .as_ref()
            .and_then(|record| record.subscription.sets.first());
        let known = record.as_ref().zip(set.map(|set| set.id));
        let pending = |(record, id): (&ImsRecord, u16)| record.registrations.is_pending(id, &whom.impi);
        HomeFacts {
            hss: known.map(|(record, id)| record.registrations.state(id)),
            pending: known.is_some_and(pending),
            scscf: self.is_at_scscf(&whom.impi, &whom.impu),
            pcscf: self.is_at_pcscf(&whom.impi),
        }
    }

    pub(crate) fn is_at_scscf(&self, impi: &Impi, impu: &Impu) -> bool {
        let session = self.scscf.session(impi);
        session.is_some_and(|session| session.is_registered(impu))
    }

    pub(crate) fn is_at_pcscf(&self, impi: &Impi) -> bool {
        let mut sets = self.pcscf.associations();
        // What is closed lives on for answers.
        let closed = self.now + OLD_SET_GRACE;
        sets.any(|(of, which, entry)| {
            let in_use = matches!(which, Which::Current | Which::New);
            of == impi.as_str() && in_use && entry.expires > closed
        })
    }
}
