//! What S-CSCFs are told without having asked: registrations that end (RTR), profiles that changed (PPR).
//!
//! ```text
//!   provisioning, an operator ─► LoadIms ─► follow, deregister ─► SetRegistrations ─► RTR, PPR
//!                                   └──────────── Stale ◄─────────────┘
//! ```
//!
//! What S-CSCFs were told is in the store until they are told again ([`quintet_store::StoredIms::told`]): an HSS that ends in
//! between, or does not run while data change, tells them when it next reads the record.

use super::answer;
use crate::hss::{Cx, Hss, Purpose};
use crate::wire::Outgoing;
use core::time::Duration;
use quintet_cx::{DeregistrationReason, ExperimentalResult, Ppr, ReasonCode, Request, Rtr};
use quintet_home::{FrontEvent, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Command, ImsKey, Reply, StoreError, StoredIms};
use quintet_subscriber::ims::{
    Cancellation, Deregister, ImsRecord, ImsSubscription, ProfileChange, Registrations,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Subscriptions whose follow-up failed and is tried again at most. What is beyond is told when it is next read.
pub const MAX_LATE_IMS: usize = 4096;

/// The pause before they are tried again.
const LATE_PAUSE: Duration = Duration::from_secs(5);

/// Why a record is read, or written, besides for a request.
#[derive(Debug)]
pub(crate) enum ImsFollowUp {
    /// Provisioning changed it.
    Changed,
    /// The operator ends registrations.
    Deregister(Deregister, ReasonCode),
    /// It is stored: now S-CSCFs are told. What had led to it, in case it is not stored.
    Stored(Box<Telling>),
}

/// What is told once it is stored.
#[derive(Debug)]
pub(crate) struct Telling {
    again: ImsFollowUp,
    version: u64,
    registrations: Registrations,
    cancel: Vec<Cancellation>,
    subscription: Option<Arc<ImsSubscription>>,
    change: ProfileChange,
}

/// Subscriptions to be followed up later.
#[derive(Debug, Default)]
pub(crate) struct ImsLate {
    waiting: BTreeSet<Imsi>,
    /// When.
    pub(crate) retry_at: Option<Duration>,
}

impl Hss {
    /// Takes in a record that was read; what S-CSCFs do not know of it is told them.
    pub(super) fn ims_take_in(&mut self, stored: StoredIms) -> Option<ImsRecord> {
        let record = stored.record();
        if stored.told.is_some() {
            self.ims_tell(stored);
        }
        record.map(|record| self.ims.insert(record))
    }

    /// Provisioning changed, or removed, a subscriber.
    pub(crate) fn ims_changed(&mut self, imsi: Imsi) {
        self.ims.remove(imsi);
        self.ims_late.waiting.remove(&imsi);
        self.ims_read(imsi, ImsFollowUp::Changed);
        self.sh_touched(imsi);
    }

    fn ims_read(&mut self, imsi: Imsi, why: ImsFollowUp) {
        let key = ImsKey::Imsi(imsi);
        self.front
            .submit(Command::LoadIms { key }, Purpose::Ims(imsi, why));
    }

    /// The store replied.
    pub(crate) fn ims_followed(&mut self, cx: &mut Cx<'_>, imsi: Imsi, why: ImsFollowUp, reply: StoreReply) {
        match (why, reply) {
            (ImsFollowUp::Changed, Ok(Reply::Ims(Some(stored)))) => drop(self.ims_take_in(*stored)),
            (ImsFollowUp::Deregister(which, reason), Ok(Reply::Ims(Some(stored)))) => {
                if let Some(record) = self.ims_take_in(*stored) {
                    self.ims_deregister(&record, which, reason);
                }
            }
            (ImsFollowUp::Stored(telling), Ok(_)) => self.ims_told(cx, imsi, *telling),
            (ImsFollowUp::Stored(telling), Err(StoreError::Stale { .. })) => {
                self.ims.remove(imsi);
                self.ims_read(imsi, telling.again);
            }
            (why, Err(error)) => {
                self.ims.remove(imsi);
                let what = "registrations of a changed subscriber";
                self.front.events.report(FrontEvent::StoreFailed { what, error });
                let is_change = match &why {
                    ImsFollowUp::Changed => true,
                    ImsFollowUp::Stored(telling) => matches!(telling.again, ImsFollowUp::Changed),
                    ImsFollowUp::Deregister(..) => false,
                };
                if is_change && self.ims_late.waiting.len() < MAX_LATE_IMS {
                    self.ims_late.waiting.insert(imsi);
                    self.ims_late.retry_at.get_or_insert(cx.now + LATE_PAUSE);
                }
            }
            // No IMS subscription.
            (_, Ok(_)) => {}
        }
    }

    /// What failed before is tried again.
    pub(crate) fn ims_timeout(&mut self, now: Duration) {
        if self.ims_late.retry_at.is_some_and(|at| at <= now) {
            let late = std::mem::take(&mut self.ims_late);
            for imsi in late.waiting {
                self.ims_read(imsi, ImsFollowUp::Changed);
            }
        }
    }

    /// Decides what S-CSCFs must be told of a record, and has it stored.
    fn ims_tell(&mut self, stored: StoredIms) {
        let Some(told) = &stored.told else { return };
        let telling = match stored.record() {
            Some(record) => {
                let decision = record.follow(told);
                Telling {
                    again: ImsFollowUp::Changed,
                    version: record.version,
                    registrations: decision.store.unwrap_or(record.registrations),
                    cancel: decision.cancel,
                    subscription: Some(record.subscription),
                    change: decision.answer,
                }
            }
            None => {
                // Removed: all of it ends, as S-CSCFs know it.
                let record = ImsRecord {
                    subscription: Arc::clone(told),
                    registrations: stored.registrations,
                    version: stored.version,
                };
                let decision = record.deregister(&Deregister::All, ReasonCode::PERMANENT_TERMINATION);
                Telling {
                    again: ImsFollowUp::Changed,
                    version: record.version,
                    registrations: Registrations::default(),
                    cancel: decision.cancel,
                    subscription: None,
                    change: ProfileChange::default(),
                }
            }
        };
        self.ims_store(stored.imsi, telling, true);
    }

    fn ims_deregister(&mut self, record: &ImsRecord, which: Deregister, reason: ReasonCode) {
        let decision = record.deregister(&which, reason);
        let Some(registrations) = decision.store else {
            return;
        };
        let telling = Telling {
            again: ImsFollowUp::Deregister(which, reason),
            version: record.version,
            registrations,
            cancel: decision.cancel,
            subscription: None,
            change: ProfileChange::default(),
        };
        self.ims_store(record.subscription.imsi, telling, false);
    }

    fn ims_store(&mut self, imsi: Imsi, telling: Telling, told: bool) {
        let command = Command::SetRegistrations {
            imsi,
            expected: telling.version,
            registrations: Box::new(telling.registrations.clone()),
            told,
        };
        let purpose = Purpose::Ims(imsi, ImsFollowUp::Stored(Box::new(telling)));
        self.front.submit(command, purpose);
    }

    /// It is stored: S-CSCFs are told.
    fn ims_told(&mut self, cx: &mut Cx<'_>, imsi: Imsi, telling: Telling) {
        self.ims.stored(imsi, telling.version + 1, telling.registrations);
        self.sh_touched(imsi);
        self.ims_cancel(cx, imsi, telling.cancel);
        let (Some(subscription), Some(server)) = (telling.subscription, telling.change.server) else {
            return;
        };
        let features = self.config.ims.features;
        let to = (server.host, server.realm);
        for (impi, id) in &telling.change.profiles {
            let push = answer::ppr(&subscription, (impi, *id), telling.change.charging, features);
            self.ims_owe(cx, imsi, to.clone(), Request::PushProfile(Box::new(push)));
        }
        for impi in telling.change.digests {
            let digest = subscription
                .private_identity(&impi)
                .and_then(|identity| identity.digest.as_ref());
            let Some(credentials) = digest else { continue };
            let mut push = Ppr::new(impi.as_str());
            push.item = Some(answer::digest_item(impi.as_str(), credentials));
            self.ims_owe(cx, imsi, to.clone(), Request::PushProfile(Box::new(push)));
        }
    }

    /// Registration-Termination-Requests.
    pub(super) fn ims_cancel(&mut self, cx: &mut Cx<'_>, imsi: Imsi, cancel: Vec<Cancellation>) {
        for rtr in cancel {
            let request = Rtr {
                user_name: rtr.impi.as_str().to_owned(),
                associated_identities: rtr.associated.iter().map(ToString::to_string).collect(),
                public_identities: rtr.impus.iter().map(ToString::to_string).collect(),
                reason: DeregistrationReason {
                    code: rtr.reason,
                    info: None,
                },
                flags: Default::default(),
                features: Vec::new(),
            };
            let to = (rtr.server.host, rtr.server.realm);
            self.ims_owe(cx, imsi, to, Request::RegistrationTermination(request));
        }
    }

    fn ims_owe(&mut self, cx: &mut Cx<'_>, imsi: Imsi, (host, realm): (String, String), request: Request) {
        let request = Box::new(request);
        self.owe(cx, host, realm, Outgoing::Cx { imsi, request });
    }

    /// An S-CSCF answered. One that cannot hold a profile gives the user up: another is selected (TS 29.228 6.2.2.1).
    pub(crate) fn ims_confirmed(&mut self, command: u32, imsi: Imsi, result: u32) {
        if command == Ppr::COMMAND && result == ExperimentalResult::ERROR_TOO_MUCH_DATA.0 {
            self.deregister_ims(imsi, Deregister::All, ReasonCode::SERVER_CHANGE);
        }
    }

    // --- What an operator can ask for ---------------------------------------------------------------------------------

    /// IMS records in memory.
    #[must_use]
    pub fn ims_records(&self) -> usize {
        self.ims.len()
    }

    /// Ends registrations of a subscriber's IMS subscription, and tells the S-CSCF (TS 29.228 6.1.3).
    pub fn deregister_ims(&mut self, imsi: Imsi, which: Deregister, reason: ReasonCode) {
        self.ims_read(imsi, ImsFollowUp::Deregister(which, reason));
    }
}
