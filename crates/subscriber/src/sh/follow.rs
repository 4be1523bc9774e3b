//! What changed since application servers were told (TS 29.328 6.1.4).

use super::{ApplicationServer, Asked, ShRecord, ShSubscription, ShUser, Subject, digest};
use quintet_sh::user_data::{ImsUserState, PublicIdentifiers, ShData};
use quintet_sh::{DataReference, IdentitySet};

/// What an application server is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Whom.
    pub server: ApplicationServer,
    /// Of whose data.
    pub subject: Subject,
    /// The data.
    pub data: ShData,
    /// Whether more may be told with it.
    together: bool,
}

/// What a look at a user's data leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// What must be stored before anybody is told; `None`: nothing changed.
    pub store: Option<ShRecord>,
    /// Who is told what, once it is stored.
    pub notifications: Vec<Notification>,
}

impl ShSubscription {
    /// What it is about.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            service_indication: self.service_indication.as_deref(),
            server_name: self.server_name.as_deref(),
            identity_set: self.identity_set.map(IdentitySet),
            // A notification names the set, for it may not be the only one subscribed to.
            several_sets: self.identity_set.is_some(),
            ..Asked::new(&self.subject, DataReference(self.data))
        }
    }
}

/// The digest of data, as a subscription keeps it.
fn digest_of(data: &ShData) -> u64 {
    digest(data.to_xml().as_bytes())
}

impl ShUser {
    /// What a subscription would be told now; `None` if there is nothing to tell any more: the identity is not the user's, or the
    /// repository data have gone and everybody was told.
    #[must_use]
    pub fn state_of(&self, subscription: &ShSubscription) -> Option<ShData> {
        if subscription.data == DataReference::REPOSITORY_DATA.0 {
            let Subject::Public(impu) = &subscription.subject else {
                return None;
            };
            self.record
                .entry(impu, subscription.service_indication.as_deref()?)?;
        }
        let mut data = self.told(&subscription.asked()).ok()?;
        // That a challenge is being answered is nobody's news (TS 29.328 6.1.4.1).
        if data.user_state == Some(ImsUserState::AuthenticationPending) {
            data.user_state = Some(ImsUserState::NotRegistered);
        }
        Some(data)
    }

    /// Notes that a subscription's application server knows what is true now.
    pub fn tell(&self, subscription: &mut ShSubscription) {
        if let Some(data) = self.state_of(subscription) {
            subscription.told = digest_of(&data);
        }
    }

    /// Finds what application servers do not know, at a time in seconds since 1970. What nobody waits for any more goes:
    /// subscriptions that ended, data that were removed, what belonged to identities that are not the user's any more, after
    /// their application servers are told that. A subscription that is no more permitted (TS 29.328 6.2) goes as well, and whose it
    /// was is told nothing of it.
    #[must_use]
    pub fn follow(&self, now: u64, is_permitted: impl Fn(&ShSubscription) -> bool) -> Followed {
        let mut record = self.record.clone();
        let mut notifications: Vec<Notification> = Vec::new();
        record.subscriptions.retain_mut(|subscription| {
            if subscription.is_over(now) || !is_permitted(subscription) {
                return false;
            }
            let Some(data) = self.state_of(subscription) else {
                if !self.knows(&subscription.subject) {
                    note_deleted(&mut notifications, subscription);
                }
                return false;
            };
            let removed = data
                .repository
                .first()
                .is_some_and(|data| data.service_data.is_none());
            let digest = digest_of(&data);
            if subscription.told != digest {
                subscription.told = digest;
                note(&mut notifications, subscription, data);
            }
            !removed
        });
        record.repository.retain(|entry| {
            let subject = Subject::Public(entry.impu.clone());
            entry.data.is_some() && self.knows(&subject)
        });
        Followed {
            store: (record != self.record).then_some(record),
            notifications,
        }
    }
}

/// Adds to what is told: to the last notification to the same application server about the same user, if that may be.
fn note(notifications: &mut Vec<Notification>, subscription: &ShSubscription, data: ShData) {
    let ShSubscription {
        server,
        subject,
        together,
        ..
    } = subscription;
    let same = notifications.iter_mut().find(|notification| {
        notification.together
            && *together
            && notification.server.is_node(&server.host)
            && notification.subject == *subject
    });
    match same {
        Some(notification) => notification.data.merge(data),
        None => notifications.push(Notification {
            server: server.clone(),
            subject: subject.clone(),
            data,
            together: *together,
        }),
    }
}

/// Adds that an identity was removed (DeletedIdentities, TS 29.328 6.1.4.1): once, however much of it was subscribed to.
fn note_deleted(notifications: &mut Vec<Notification>, subscription: &ShSubscription) {
    let ShSubscription { server, subject, .. } = subscription;
    let Subject::Public(impu) = subject else {
        return;
    };
    let deleted = PublicIdentifiers {
        public_identities: vec![impu.to_string()],
        msisdns: Vec::new(),
    };
    let data = ShData {
        deleted_identities: Some(deleted),
        ..ShData::default()
    };
    let is_said = notifications
        .iter()
        .any(|notification| notification.server.is_node(&server.host) && notification.data == data);
    if !is_said {
        notifications.push(Notification {
            server: server.clone(),
            subject: subject.clone(),
            data,
            together: false,
        });
    }
}
