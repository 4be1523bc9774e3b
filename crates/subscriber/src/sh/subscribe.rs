//! Subscriptions to notifications (TS 29.328 6.1.3.1).

use super::{Asked, MAX_SH_SUBSCRIPTIONS, ShSubscription, ShUser, Subject};
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_sh::DataReference;
use quintet_sh::user_data::ShData;

/// A Subscribe-Notifications-Request, taken apart: one for each kind of data, Service-Indication and Identity-Set.
#[derive(Clone, Debug)]
pub struct Subscribe {
    /// What is subscribed to, each with its end.
    pub wanted: Vec<ShSubscription>,
    /// Subscribe, or unsubscribe.
    pub subscribe: bool,
    /// The time, seconds since 1970.
    pub now: u64,
}

impl Subscribe {
    /// What is subscribed to, as it is read.
    fn asked(&self) -> Vec<Asked<'_>> {
        let count = |data| self.wanted.iter().filter(|other| other.data == data).count();
        let wanted = self.wanted.iter();
        wanted
            .map(|one| Asked {
                several_sets: count(one.data) > 1,
                ..one.asked()
            })
            .collect()
    }
}

impl ShUser {
    /// Adds subscriptions to the record, or removes them; answers what is true of what was subscribed to, as [`ShUser::read`] does.
    /// One that is there is renewed.
    ///
    /// # Errors
    /// The result of the refusal, and then nothing changes: no such data, not with this identity, too many.
    pub fn subscribe(&mut self, request: &Subscribe) -> Result<Option<ShData>, Outcome> {
        let mut record = self.record.clone();
        record.subscriptions.retain(|old| !old.is_over(request.now));
        let data = match request.subscribe {
            true => self.read(&request.asked(), request.wanted.iter().any(|one| one.together))?,
            false => None,
        };
        for wanted in &request.wanted {
            let known = record.subscriptions.iter().position(|old| old.is_same(wanted));
            if !request.subscribe {
                known.map(|at| record.subscriptions.remove(at));
                continue;
            }
            if wanted.data == DataReference::REPOSITORY_DATA.0
                && self.data(&wanted.asked())?.repository.is_empty()
            {
                return Err(ExperimentalResult::ERROR_SUBS_DATA_ABSENT.into());
            }
            let mut new = wanted.clone();
            self.tell(&mut new);
            match known {
                Some(at) => record.subscriptions[at] = new,
                None if record.subscriptions.len() >= MAX_SH_SUBSCRIPTIONS => {
                    return Err(ResultCode::RESOURCES_EXCEEDED.into());
                }
                None => record.subscriptions.push(new),
            }
        }
        self.record = record;
        Ok(data)
    }

    /// Forgets all of an application server's subscriptions to what a subject names: it says that it has none.
    pub fn forget(&mut self, host: &str, subject: &Subject) {
        let is_its = |old: &ShSubscription| old.server.is_node(host) && *subject == old.subject;
        self.record.subscriptions.retain(|old| !is_its(old));
    }
}
