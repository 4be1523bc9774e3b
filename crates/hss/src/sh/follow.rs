//! Who must be told that data changed (PNR), whoever changed them.
//!
//! ```text
//!   Cx stored, provisioning, PUR, SNR, an end, another process ─► check ─► Load ─► what was told is no more true?
//!                                                                  ▲                └─ Set (told) ─► PNR
//!                                                                  └──────── Stale ◄───┘
//! ```
//!
//! A look ends what `[sh]` permits no more as well: an HSS that starts looks at every user that is subscribed to.
//!
//! Of several HSS processes the one that stores what was told tells it. One that ends in between has told nobody: as with every
//! notification that is lost, the next change tells the application server what is true then.

use super::decide::subject;
use crate::hss::{Cx, Hss, Purpose};
use crate::wire::Outgoing;
use core::time::Duration;
use quintet_cx::ExperimentalResult;
use quintet_home::{FrontEvent, StoreReply};
use quintet_identity::Imsi;
use quintet_sh::{Pnr, Request, UserIdentity};
use quintet_store::{Command, MAX_SH_LISTED, Reply, Revision, ShCommand, ShKey, ShReply, StoreError};
use quintet_subscriber::sh::{Notification, ShSubscription, ShUser, Subject};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// Users looked at at once: enough to keep the store busy, few enough that requests are not kept waiting.
pub const MAX_SH_CHECKS: usize = 32;

/// Users whose look failed and is tried again at most. What is beyond is found at the next change.
pub const MAX_LATE_SH: usize = 4096;

/// The pause before a look that failed is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// Why a user is read, or written, besides for a request.
#[derive(Debug)]
pub(crate) enum ShFollowUp {
    /// Something may have changed.
    Check,
    /// An application server says that it has no subscription to what this names.
    Forget(String, Subject),
    /// It is stored: now application servers are told.
    Stored(Vec<Notification>, Vec<ShSubscription>),
}

/// Looks that are due, and how far other processes' changes are followed.
#[derive(Debug, Default)]
pub(crate) struct ShChecks {
    waiting: VecDeque<Imsi>,
    known: HashSet<Imsi>,
    under_way: usize,
    late: BTreeSet<Imsi>,
    since: Revision,
    reading: bool,
    again: bool,
    /// When what failed is tried again.
    pub(crate) retry_at: Option<Duration>,
}

impl Hss {
    /// Users whose data are subscribed to.
    #[must_use]
    pub fn sh_users(&self) -> usize {
        self.sh.index.len()
    }

    /// A user's data may have changed: who subscribed to them is told, if anybody did.
    pub(crate) fn sh_touched(&mut self, imsi: Imsi) {
        if self.sh.index.has(imsi) {
            self.sh_check(imsi);
        }
    }

    /// Looks at a user as soon as there is room.
    pub(crate) fn sh_check(&mut self, imsi: Imsi) {
        if self.sh.checks.known.insert(imsi) {
            self.sh.checks.waiting.push_back(imsi);
        }
        self.sh_look();
    }

    fn sh_look(&mut self) {
        while self.sh.checks.under_way < MAX_SH_CHECKS
            && let Some(imsi) = self.sh.checks.waiting.pop_front()
        {
            self.sh.checks.known.remove(&imsi);
            self.sh.checks.under_way += 1;
            self.sh_read(imsi, ShFollowUp::Check);
        }
    }

    fn sh_read(&mut self, imsi: Imsi, why: ShFollowUp) {
        let key = ShKey::Imsi(imsi);
        let load = Command::Sh(ShCommand::Load { key });
        self.front.submit(load, Purpose::Sh(imsi, why));
    }

    /// A look is over.
    fn sh_looked(&mut self) {
        self.sh.checks.under_way -= 1;
        self.sh_look();
    }

    /// The store replied.
    pub(crate) fn sh_followed(&mut self, cx: &mut Cx<'_>, imsi: Imsi, why: ShFollowUp, reply: StoreReply) {
        match (why, reply) {
            (ShFollowUp::Check, Ok(Reply::Sh(ShReply::User(Some(user))))) => {
                let permissions = |one: &ShSubscription| self.config.sh.permits(one);
                let followed = user.follow(cx.wall.0.as_secs(), permissions);
                match followed.store {
                    Some(record) => {
                        let stored = ShFollowUp::Stored(followed.notifications, record.subscriptions.clone());
                        return self.sh_set(imsi, user.version, record, stored);
                    }
                    None => self.sh_noted(cx, imsi, &user.record.subscriptions),
                }
            }
            (ShFollowUp::Forget(host, subject), Ok(Reply::Sh(ShReply::User(Some(user))))) => {
                let mut forgetful: ShUser = *user;
                let (version, before) = (forgetful.version, forgetful.record.clone());
                forgetful.forget(&host, &subject);
                if forgetful.record != before {
                    let left = forgetful.record.subscriptions.clone();
                    let stored = ShFollowUp::Stored(Vec::new(), left);
                    return self.sh_set(imsi, version, forgetful.record, stored);
                }
            }
            (ShFollowUp::Stored(notifications, left), Ok(_)) => {
                self.sh_noted(cx, imsi, &left);
                for notification in notifications {
                    self.sh_notify(cx, imsi, notification);
                }
            }
            (ShFollowUp::Stored(..), Err(StoreError::Stale { .. })) => {
                return self.sh_read(imsi, ShFollowUp::Check);
            }
            // Nobody is left to be told of.
            (ShFollowUp::Stored(..), Err(StoreError::NoSubscriber { .. })) | (_, Ok(_)) => {
                self.sh_noted(cx, imsi, &[]);
            }
            (_, Err(error)) => {
                let what = "notification of application servers";
                self.front.events.report(FrontEvent::StoreFailed { what, error });
                let checks = &mut self.sh.checks;
                if checks.late.len() < MAX_LATE_SH {
                    checks.late.insert(imsi);
                    checks.retry_at.get_or_insert(cx.now + PAUSE);
                }
            }
        }
        self.sh_looked();
    }

    fn sh_set(
        &mut self,
        imsi: Imsi,
        expected: u64,
        record: quintet_subscriber::sh::ShRecord,
        stored: ShFollowUp,
    ) {
        let record = Box::new(record);
        let set = ShCommand::Set {
            imsi,
            expected,
            record,
        };
        self.front.submit(Command::Sh(set), Purpose::Sh(imsi, stored));
    }

    fn sh_noted(&mut self, cx: &Cx<'_>, imsi: Imsi, subscriptions: &[ShSubscription]) {
        self.sh.index.note(imsi, subscriptions);
        self.sh.index.schedule(cx.now, cx.wall);
    }

    /// Push-Notification-Request.
    fn sh_notify(&mut self, cx: &mut Cx<'_>, imsi: Imsi, notification: Notification) {
        let identity = match notification.subject {
            Subject::Public(impu) => UserIdentity::public(impu.to_string()),
            Subject::Number(msisdn) => UserIdentity::number(msisdn),
        };
        let request = Request::PushNotification(Box::new(Pnr {
            identity,
            user_data: notification.data.to_xml().into_bytes(),
            ..Pnr::default()
        }));
        let (host, realm) = (notification.server.host, notification.server.realm);
        let request = Box::new(request);
        self.owe(cx, host, realm, Outgoing::Sh { imsi, request });
    }

    /// An application server answered: one that knows of no subscription, or no such user, has none any more to what the PNR named
    /// (TS 29.328 6.1.4).
    pub(crate) fn sh_confirmed(
        &mut self,
        imsi: Imsi,
        identity: Option<&UserIdentity>,
        host: String,
        result: u32,
    ) {
        let gone = [
            ExperimentalResult::ERROR_NO_SUBSCRIPTION_TO_DATA,
            ExperimentalResult::ERROR_USER_UNKNOWN,
        ];
        let subject = identity.and_then(|identity| subject(identity).ok());
        if gone.iter().any(|gone| gone.0 == result)
            && let Some(subject) = subject
        {
            self.sh.checks.under_way += 1;
            self.sh_read(imsi, ShFollowUp::Forget(host, subject));
        }
    }

    // --- Other processes, ends, what failed ---------------------------------------------------------------------------

    /// Reads whose records changed since the last look.
    pub(crate) fn follow_sh(&mut self) {
        if !self.config.sh.serve {
            return;
        }
        if self.sh.checks.reading {
            self.sh.checks.again = true;
            return;
        }
        self.sh.checks.reading = true;
        self.sh.checks.again = false;
        let since = self.sh.checks.since;
        let limit = MAX_SH_LISTED;
        let changes = Command::Sh(ShCommand::Changes { since, limit });
        self.front.submit(changes, Purpose::ShChanges);
    }

    pub(crate) fn sh_changed(&mut self, cx: &mut Cx<'_>, reply: StoreReply) {
        self.sh.checks.reading = false;
        match reply {
            Ok(Reply::Sh(ShReply::Changes { revision, changed })) => {
                // A lower revision comes from another database: a backup that was put in place.
                let older = revision < self.sh.checks.since;
                self.sh.checks.since = if older { Revision(0) } else { revision };
                let more = older || !changed.is_empty();
                for (imsi, subscriptions) in changed {
                    self.sh_noted(cx, imsi, &subscriptions);
                    self.sh_touched(imsi);
                }
                if more || self.sh.checks.again {
                    self.follow_sh();
                }
            }
            Ok(_) => {}
            Err(error) => {
                let what = "subscriptions of application servers";
                self.front.events.report(FrontEvent::StoreFailed { what, error });
                self.sh.checks.again = true;
                self.sh.checks.retry_at.get_or_insert(cx.now + PAUSE);
            }
        }
    }

    pub(crate) fn sh_timeout(&mut self, cx: &mut Cx<'_>) {
        if self.sh.index.expires_at.is_some_and(|at| at <= cx.now) {
            for imsi in self.sh.index.over(cx.wall) {
                self.sh_check(imsi);
            }
            self.sh.index.schedule(cx.now, cx.wall);
        }
        if self.sh.checks.retry_at.is_some_and(|at| at <= cx.now) {
            self.sh.checks.retry_at = None;
            for imsi in std::mem::take(&mut self.sh.checks.late) {
                self.sh_check(imsi);
            }
            if self.sh.checks.again {
                self.follow_sh();
            }
        }
    }
}
