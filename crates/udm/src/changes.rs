//! What provisioning changed: memory follows, subscribed functions are told of new data, and the AMF of a subscriber who
//! may be served no more is told so (TS 29.503 5.2.2.5, 5.3.2.3).
//!
//! ```text
//!   store_changed ─► Changes ─┬─ altered ─► Load ─► memory ─► LoadContextData ─► data change notifications
//!                             │                                              └─► deregistration: 5GS is subscribed no more
//!                             └─ removed ─► memory ─► ClearContextData ─► deregistration
//!   a read of these failed: kept, and again after a pause (home::LateChanges)
//! ```

use crate::context::monitored;
use crate::notify::DEREGISTRATION;
use crate::subscribed;
use crate::udm::Udm;
use core::time::Duration;
use quintet_home::{FrontEvent, Known, Late, StoreReply};
use quintet_identity::Imsi;
use quintet_sbi::nudm::sdm::{ChangeItem, DataSet, ModificationNotification, NotifyItem};
use quintet_sbi::nudm::uecm::{DeregistrationData, DeregistrationReason};
use quintet_sbi::ts29571::AccessType;
use quintet_store::{Change, Command, Reply, StoreError};
use quintet_subscriber::model::{ContextData, SdmSubscription};

/// What a command to the store is for, besides the front end's.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// A changed subscriber, read again: what it was, if that was in memory, and how often following it up has failed.
    Refresh {
        imsi: Imsi,
        before: Option<Known>,
        tries: u16,
    },
    /// Whom to tell of the change.
    Tell {
        imsi: Imsi,
        before: Option<Known>,
        known: Known,
        tries: u16,
    },
    /// Whom to tell that the subscriber is gone.
    Withdraw { imsi: Imsi, tries: u16 },
}

/// DeregistrationData for 3GPP access.
pub(crate) fn deregistration(reason: DeregistrationReason) -> DeregistrationData {
    DeregistrationData {
        dereg_reason: reason,
        access_type: Some(AccessType::ThreeGpp),
        pdu_session_id: None,
    }
}

impl Udm {
    pub(crate) fn changed(&mut self, now: Duration, reply: StoreReply) {
        for changed in self.front.changed(now, reply) {
            let imsi = changed.imsi;
            let late = self.front.late.take(imsi);
            match changed.change {
                Change::Put => {
                    // Others know what was before the change that is late.
                    let before = match late {
                        Some(late) => late.before,
                        None => self.front.remembered(imsi),
                    };
                    self.refresh(imsi, before, 0);
                }
                Change::Removed => {
                    self.front.table.remove(imsi);
                    self.front.preload_removed(imsi);
                    self.withdraw(imsi, 0);
                }
            }
        }
    }

    /// What failed before is tried again.
    pub(crate) fn late_timeout(&mut self, now: Duration) {
        for (imsi, late) in self.front.late.due(now) {
            match late.change {
                Change::Put => self.refresh(imsi, late.before, late.tries),
                Change::Removed => self.withdraw(imsi, late.tries),
            }
        }
    }

    fn refresh(&mut self, imsi: Imsi, before: Option<Known>, tries: u16) {
        let slot = self.config.slot;
        let purpose = Purpose::Refresh { imsi, before, tries };
        self.front.submit(Command::Load { imsi, slot }, purpose);
    }

    fn withdraw(&mut self, imsi: Imsi, tries: u16) {
        self.front.submit(
            Command::ClearContextData { imsi },
            Purpose::Withdraw { imsi, tries },
        );
    }

    /// The reply to a command of the UDM's own.
    pub(crate) fn own(&mut self, now: Duration, purpose: Purpose, reply: StoreReply) {
        match (purpose, reply) {
            (Purpose::Refresh { imsi, before, tries }, Ok(Reply::Subscriber { subscriber, epoch })) => {
                match self.front.take_in(imsi, subscriber, epoch) {
                    Some(known) => {
                        let purpose = Purpose::Tell {
                            imsi,
                            before,
                            known,
                            tries,
                        };
                        self.front.submit(Command::LoadContextData { imsi }, purpose);
                    }
                    // Removed since: that change comes too.
                    None => self.followed(tries),
                }
            }
            (
                Purpose::Tell {
                    imsi,
                    before,
                    known,
                    tries,
                },
                Ok(Reply::ContextData(context)),
            ) => {
                if let Some(context) = context {
                    self.tell(imsi, before.as_ref(), &known, &context);
                }
                self.followed(tries);
            }
            (Purpose::Withdraw { imsi, tries }, Ok(Reply::ContextData(context))) => {
                if let Some(amf) = context.and_then(|context| context.amf).filter(|amf| !amf.purged) {
                    let body = deregistration(DeregistrationReason::SubscriptionWithdrawn);
                    self.notify(imsi, DEREGISTRATION, &amf.dereg_callback_uri, &body);
                }
                self.followed(tries);
            }
            (purpose, Err(error)) => self.change_failed(now, purpose, error),
            // No store answers so.
            (_, Ok(_)) => self.followed(0),
        }
    }

    /// A change of the feed (not one that was late) is followed up.
    fn followed(&mut self, tries: u16) {
        if tries == 0 {
            self.front.change_followed(1);
        }
    }

    /// Following up a change failed: it is kept for another try, and the feed goes on. Reported when that begins, and when
    /// it is given up.
    fn change_failed(&mut self, now: Duration, purpose: Purpose, error: StoreError) {
        let (imsi, change, before, tries) = match purpose {
            Purpose::Refresh { imsi, before, tries } => {
                // What is in memory is out of date: forget it, the next request loads it.
                self.front.table.remove(imsi);
                (imsi, Change::Put, before, tries)
            }
            Purpose::Tell {
                imsi, before, tries, ..
            } => (imsi, Change::Put, before, tries),
            Purpose::Withdraw { imsi, tries } => (imsi, Change::Removed, None, tries),
        };
        let late = Late {
            change,
            before,
            tries: tries + 1,
        };
        if !self.front.late.keep(now, imsi, late) {
            let what = "change of a subscriber, given up: the serving functions are not told";
            self.front.events.report(FrontEvent::StoreFailed { what, error });
        } else if tries == 0 {
            let what = "change of a subscriber";
            self.front.events.report(FrontEvent::StoreFailed { what, error });
        }
        self.followed(tries);
    }

    /// Tells those who serve the subscriber.
    fn tell(&mut self, imsi: Imsi, before: Option<&Known>, known: &Known, context: &ContextData) {
        if !known.subscription.fgs.subscribed {
            if let Some(amf) = context.amf.as_ref().filter(|amf| !amf.purged) {
                let body = deregistration(DeregistrationReason::SubscriptionWithdrawn);
                self.notify(imsi, DEREGISTRATION, &amf.dereg_callback_uri, &body);
            }
            return;
        }
        for subscription in &context.sdm_subscriptions {
            let notify_items = notify_items(subscription, before, known);
            if notify_items.is_empty() {
                continue;
            }
            let body = ModificationNotification {
                notify_items,
                subscription_id: Some(subscription.id.clone()),
            };
            self.notify(imsi, "data change", &subscription.callback_reference, &body);
        }
    }
}

/// The monitored resources that are other than before, each as a whole.
fn notify_items(subscription: &SdmSubscription, before: Option<&Known>, known: &Known) -> Vec<NotifyItem> {
    let item = |uri: &String| {
        let set = monitored(uri)?;
        let (old, new) = (before.and_then(|known| value(set, known)), value(set, known)?);
        (old.as_ref() != Some(&new)).then(|| NotifyItem {
            resource_id: uri.clone(),
            changes: vec![ChangeItem {
                op: "REPLACE".to_owned(),
                path: String::new(),
                from: None,
                orig_value: old,
                new_value: Some(new),
            }],
        })
    };
    subscription
        .monitored_resource_uris
        .iter()
        .filter_map(item)
        .collect()
}

/// A data set as JSON.
fn value(set: DataSet, known: &Known) -> Option<serde_json::Value> {
    let subscription = &*known.subscription;
    let value = match set {
        DataSet::Nssai => serde_json::to_value(subscribed::nssai(subscription)),
        DataSet::AmData => serde_json::to_value(subscribed::am_data(known)),
        DataSet::SmfSelectData => serde_json::to_value(subscribed::smf_select_data(subscription)),
        DataSet::SmData => serde_json::to_value(subscribed::sm_data(subscription, None, None)),
        DataSet::UeContextInSmfData => return None,
    };
    value.ok()
}
