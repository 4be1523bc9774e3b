//! Which users are subscribed to, by whom, and when a subscription ends first: so that what changes about all others costs
//! nothing.

use core::time::Duration;
use quintet_identity::Imsi;
use quintet_subscriber::auc::WallClock;
use quintet_subscriber::sh::ShSubscription;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// One user's.
#[derive(Debug)]
struct Subscribed {
    /// Of each subscription.
    servers: Vec<Arc<str>>,
    /// When the first of them ends.
    expires: Option<u64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct ShIndex {
    users: HashMap<Imsi, Subscribed>,
    /// How many subscriptions an application server has; names in lower case.
    counts: HashMap<Arc<str>, usize>,
    expiry: BTreeSet<(u64, Imsi)>,
    /// The next end, in the runtime's time.
    pub(crate) expires_at: Option<Duration>,
}

impl ShIndex {
    /// Whether anybody subscribed to a user's data.
    pub(crate) fn has(&self, imsi: Imsi) -> bool {
        self.users.contains_key(&imsi)
    }

    /// How many users are subscribed to.
    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    /// How many subscriptions an application server has to other users' data.
    pub(crate) fn others(&self, host: &str, imsi: Imsi) -> usize {
        let host = host.to_ascii_lowercase();
        let all = self.counts.get(&*host).copied().unwrap_or(0);
        let own = self.users.get(&imsi).map_or(0, |user| {
            user.servers.iter().filter(|server| ***server == *host).count()
        });
        all.saturating_sub(own)
    }

    /// Takes note of a user's subscriptions as they are stored.
    pub(crate) fn note(&mut self, imsi: Imsi, subscriptions: &[ShSubscription]) {
        if let Some(before) = self.users.remove(&imsi) {
            for server in before.servers {
                if let Some(count) = self.counts.get_mut(&server) {
                    *count -= 1;
                    if *count == 0 {
                        self.counts.remove(&server);
                    }
                }
            }
            if let Some(at) = before.expires {
                self.expiry.remove(&(at, imsi));
            }
        }
        if subscriptions.is_empty() {
            return;
        }
        let mut servers = Vec::with_capacity(subscriptions.len());
        for subscription in subscriptions {
            let host = subscription.server.host.to_ascii_lowercase();
            let name = match self.counts.get_key_value(&*host) {
                Some((known, _)) => Arc::clone(known),
                None => Arc::from(host),
            };
            *self.counts.entry(Arc::clone(&name)).or_default() += 1;
            servers.push(name);
        }
        let expires = subscriptions.iter().filter_map(|one| one.expires).min();
        if let Some(at) = expires {
            self.expiry.insert((at, imsi));
        }
        self.users.insert(imsi, Subscribed { servers, expires });
    }

    /// Users of whom a subscription has ended.
    pub(crate) fn over(&mut self, wall: WallClock) -> Vec<Imsi> {
        let now = wall.0.as_secs();
        let mut over = Vec::new();
        while let Some((_, imsi)) = self.expiry.first().copied().filter(|(at, _)| *at <= now) {
            self.expiry.pop_first();
            if let Some(user) = self.users.get_mut(&imsi) {
                user.expires = None;
            }
            over.push(imsi);
        }
        over
    }

    /// Says when the next one ends.
    pub(crate) fn schedule(&mut self, now: Duration, wall: WallClock) {
        let next = self.expiry.first().map(|(at, _)| Duration::from_secs(*at));
        self.expires_at = next.map(|at| now + at.saturating_sub(wall.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_subscriber::sh::{ApplicationServer, Subject};

    fn subscription(host: &str, expires: Option<u64>) -> ShSubscription {
        ShSubscription {
            server: ApplicationServer {
                host: host.to_owned(),
                realm: "example.org".to_owned(),
            },
            subject: Subject::Public("sip:a@example.org".parse().unwrap()),
            data: 11,
            service_indication: None,
            server_name: None,
            identity_set: None,
            expires,
            together: false,
            told: 0,
        }
    }

    #[test]
    fn counts_and_ends_follow_what_is_stored() {
        let mut index = ShIndex::default();
        let imsi = |n: u32| -> Imsi { format!("00101{n:010}").parse().unwrap() };
        index.note(
            imsi(1),
            &[subscription("As1", Some(20)), subscription("as1", Some(10))],
        );
        index.note(imsi(2), &[subscription("AS1", None), subscription("as2", None)]);
        assert_eq!(
            (index.others("as1", imsi(1)), index.others("as1", imsi(9))),
            (1, 3)
        );
        let at = |seconds| WallClock(Duration::from_secs(seconds));
        index.schedule(Duration::from_secs(5), at(4));
        assert_eq!(index.expires_at, Some(Duration::from_secs(11)));
        assert!(index.over(at(9)).is_empty());
        assert_eq!(index.over(at(10)), [imsi(1)]);
        assert!(index.over(at(99)).is_empty(), "once");
        index.note(imsi(1), &[subscription("as1", Some(20))]);
        assert_eq!(index.over(at(20)), [imsi(1)]);
        index.note(imsi(1), &[]);
        index.note(imsi(2), &[]);
        assert!(index.counts.is_empty() && index.expiry.is_empty() && index.len() == 0);
    }
}
