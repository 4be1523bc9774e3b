//! What provisioning changed: memory follows, and serving nodes are told (TS 29.272 5.2.1.2, 5.2.2, 5.2.4).
//!
//! ```text
//!   store_changed ─► Changes ─┬─ altered ─► Load ─► memory ─► LoadLocation ─► IDR, DSR, PPR (or CLR, RTR: may be served no more)
//!                             └─ removed ─► memory ─────────► LoadLocation ─► CLR SUBSCRIPTION_WITHDRAWAL, RTR
//!   a read of these failed: kept, and again after a pause (home::LateChanges)
//!   operator: cancel_location, insert_subscriber_data, delete_subscriber_data, reset
//! ```

use crate::hss::{Cx, Hss, Purpose};
use crate::wire::Outgoing;
use core::time::Duration;
use quintet_diameter::Node;
use quintet_home::{FrontEvent, Known, Late, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Change, Command, Reply, StoreError};
use quintet_subscriber::auc::WallClock;
use quintet_subscriber::model::{Location, PdnGateway, ServingNode};
use quintet_subscriber::s6a::{
    Cancellation, CancellationType, ClrFlags, Difference, Domain, DsrFlags, Features, IdrFlags,
    SubscriptionParts, difference,
};
use std::collections::HashSet;
use std::sync::Arc;

/// Hosts remembered as reset: more serving nodes than any network has.
const MAX_RESET_HOSTS: usize = 65_536;

/// What a subscriber is read again for.
#[derive(Clone, Debug)]
pub(crate) enum Refresh {
    /// Provisioning altered it: what it was, if that was in memory, and how often following it up has failed.
    Changed { before: Option<Known>, tries: u16 },
    /// The operator has it sent.
    Insert(IdrFlags),
}

/// Why a location is read.
#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// The subscription changed: what it was, if that was in memory, and what it is; `tries` as in [`Refresh`].
    Changed {
        before: Option<Known>,
        now: Known,
        tries: u16,
    },
    /// The subscriber was removed.
    Removed { tries: u16 },
    /// The operator cancels.
    Cancel { reattach: bool },
    /// The operator has the subscription sent.
    Insert { flags: IdrFlags, now: Known },
    /// The operator withdraws parts of it.
    Delete(DsrFlags, Vec<u32>),
}

/// Who got a Reset since the start.
#[derive(Debug, Default)]
pub(crate) struct FirstMeetings(HashSet<String>);

impl FirstMeetings {
    /// Whether a host is met for the first time since the start.
    pub(crate) fn first_meeting(&mut self, host: &str) -> bool {
        self.0.len() < MAX_RESET_HOSTS && self.0.insert(host.to_ascii_lowercase())
    }
}

impl Hss {
    pub(crate) fn changed(&mut self, now: Duration, reply: StoreReply) {
        for changed in self.front.changed(now, reply) {
            self.ims_changed(changed.imsi);
            let late = self.front.late.take(changed.imsi);
            match changed.change {
                Change::Put => {
                    // Serving nodes know what was before the change that is late.
                    let before = match late {
                        Some(late) => late.before,
                        None => self.front.remembered(changed.imsi),
                    };
                    self.refresh(changed.imsi, Refresh::Changed { before, tries: 0 });
                }
                Change::Removed => {
                    self.front.table.remove(changed.imsi);
                    self.front.preload_removed(changed.imsi);
                    self.locate(changed.imsi, Why::Removed { tries: 0 });
                }
            }
        }
    }

    /// What failed before is tried again.
    pub(crate) fn late_timeout(&mut self, now: Duration) {
        for (imsi, late) in self.front.late.due(now) {
            let Late {
                change,
                before,
                tries,
            } = late;
            match change {
                Change::Put => self.refresh(imsi, Refresh::Changed { before, tries }),
                Change::Removed => self.locate(imsi, Why::Removed { tries }),
            }
        }
    }

    /// Following up a change failed: it is kept for another try, and the feed goes on. Reported when that begins, and
    /// when it is given up.
    fn change_failed(
        &mut self,
        now: Duration,
        imsi: Imsi,
        what: &'static str,
        mut late: Late,
        error: StoreError,
    ) {
        let first = late.tries == 0;
        late.tries += 1;
        if !self.front.late.keep(now, imsi, late) {
            let what = "change of a subscriber, given up: the serving nodes are not told";
            self.front.events.report(FrontEvent::StoreFailed { what, error });
        } else if first {
            self.front.events.report(FrontEvent::StoreFailed { what, error });
        }
        if first {
            self.front.change_followed(1);
        }
    }

    pub(crate) fn refresh(&mut self, imsi: Imsi, refresh: Refresh) {
        self.front.submit(
            Command::Load {
                imsi,
                slot: self.config.slot,
            },
            Purpose::Refresh(imsi, refresh),
        );
    }

    pub(crate) fn locate(&mut self, imsi: Imsi, why: Why) {
        self.front
            .submit(Command::LoadLocation { imsi }, Purpose::Locate(imsi, why));
    }

    pub(crate) fn refreshed(&mut self, cx: &mut Cx<'_>, imsi: Imsi, refresh: Refresh, reply: StoreReply) {
        let now = match reply {
            Ok(Reply::Subscriber { subscriber, epoch }) => self.front.take_in(imsi, subscriber, epoch),
            Ok(_) => None,
            Err(error) => {
                // What is in memory is out of date: forget it, the next request loads it.
                self.front.table.remove(imsi);
                let what = "refresh of a subscriber";
                match refresh {
                    Refresh::Changed { before, tries } => {
                        let change = Change::Put;
                        let late = Late {
                            change,
                            before,
                            tries,
                        };
                        self.change_failed(cx.now, imsi, what, late, error);
                    }
                    Refresh::Insert(_) => self.front.events.report(FrontEvent::StoreFailed { what, error }),
                }
                return;
            }
        };
        match (refresh, now) {
            (Refresh::Changed { before, tries }, Some(now)) => {
                self.locate(imsi, Why::Changed { before, now, tries });
            }
            (Refresh::Insert(flags), Some(now)) => self.locate(imsi, Why::Insert { flags, now }),
            // Removed since: that change comes too.
            (Refresh::Changed { tries: 0, .. }, None) => self.front.change_followed(1),
            (Refresh::Changed { .. } | Refresh::Insert(_), None) => {}
        }
    }

    pub(crate) fn located(&mut self, cx: &mut Cx<'_>, imsi: Imsi, why: Why, reply: StoreReply) {
        let follows_change = matches!(why, Why::Changed { tries: 0, .. } | Why::Removed { tries: 0 });
        match reply {
            Ok(Reply::Location(Some(location))) => self.tell(cx, imsi, why, &location),
            Ok(_) => {}
            Err(error) => {
                let what = "location of a changed subscriber";
                let (change, before, tries) = match why {
                    Why::Changed { before, tries, .. } => (Change::Put, before, tries),
                    Why::Removed { tries } => (Change::Removed, None, tries),
                    Why::Cancel { .. } | Why::Insert { .. } | Why::Delete(..) => {
                        return self.front.events.report(FrontEvent::StoreFailed { what, error });
                    }
                };
                let late = Late {
                    change,
                    before,
                    tries,
                };
                return self.change_failed(cx.now, imsi, what, late, error);
            }
        }
        if follows_change {
            self.front.change_followed(1);
        }
    }

    /// Tells the serving nodes.
    fn tell(&mut self, cx: &mut Cx<'_>, imsi: Imsi, why: Why, location: &Location) {
        let nodes = [
            (location.mme.as_ref(), Domain::Mme),
            (location.sgsn.as_ref(), Domain::Sgsn),
        ];
        let serving = nodes
            .into_iter()
            .filter_map(|(node, domain)| Some((node?, domain)));
        for (node, domain) in serving.filter(|(node, _)| !node.purged) {
            match &why {
                Why::Changed { before, now, .. } => {
                    self.tell_change(cx, imsi, (before.as_ref(), now), (node, domain), location);
                }
                Why::Removed { .. } => self.withdraw(cx, imsi, node, domain, false),
                Why::Cancel { reattach } => self.withdraw(cx, imsi, node, domain, *reattach),
                Why::Insert { flags, now } => {
                    self.insert(
                        cx,
                        imsi,
                        (node, &location.pdn_gateways),
                        now,
                        SubscriptionParts::ALL,
                        *flags,
                    );
                }
                Why::Delete(flags, contexts) => self.delete(cx, imsi, node, *flags, contexts.clone()),
            }
        }
        if let Some(aaa) = &location.aaa {
            self.tell_aaa(cx, imsi, &why, aaa, location);
        }
        if matches!(why, Why::Removed { .. } | Why::Cancel { .. }) {
            self.front.submit(
                Command::ClearLocation { imsi },
                Purpose::FollowUp("clearing a location"),
            );
        }
    }

    fn tell_change(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        (before, now): (Option<&Known>, &Known),
        (node, domain): (&ServingNode, Domain),
        location: &Location,
    ) {
        let may_roam = node
            .visited_plmn
            .is_none_or(|plmn| now.subscription.may_roam(plmn, &self.own_plmns));
        if !now.subscription.eps || !may_roam {
            return self.withdraw(cx, imsi, node, domain, false);
        }
        let features = Features::new(node.features, node.features_2);
        let changes = match before {
            Some(before) => difference(
                (&before.subscription, before.msisdn),
                (&now.subscription, now.msisdn),
                features,
            ),
            None => Difference {
                insert: SubscriptionParts::ALL,
                delete: DsrFlags::default(),
            },
        };
        // To a node whose UE cannot do SRVCC no STN-SR is sent.
        let insert = match node.srvcc {
            Some(false) => changes.insert.without(SubscriptionParts::STN_SR),
            _ => changes.insert,
        };
        if !insert.is_empty() {
            let served = (node, &location.pdn_gateways[..]);
            self.insert(cx, imsi, served, now, insert, IdrFlags::default());
        }
        if !changes.delete.is_empty() {
            self.delete(cx, imsi, node, changes.delete, Vec::new());
        }
    }

    /// Cancel-Location-Request with SUBSCRIPTION_WITHDRAWAL.
    fn withdraw(&mut self, cx: &mut Cx<'_>, imsi: Imsi, node: &ServingNode, domain: Domain, reattach: bool) {
        if let Some(mut cancellation) =
            Cancellation::of(node, domain, CancellationType::SubscriptionWithdrawal)
        {
            cancellation.flags = cancellation.flags.with_if(ClrFlags::REATTACH_REQUIRED, reattach);
            self.cancel(cx, imsi, cancellation);
        }
    }

    /// Insert-Subscriber-Data-Request (TS 29.272 5.2.2.1).
    fn insert(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        (node, gateways): (&ServingNode, &[PdnGateway]),
        now: &Known,
        parts: SubscriptionParts,
        flags: IdrFlags,
    ) {
        let request = Outgoing::InsertSubscriberData {
            imsi,
            flags,
            parts,
            subscription: Arc::clone(&now.subscription),
            msisdn: now.msisdn,
            gateways: gateways.to_vec(),
            node_features: Features::new(node.features, node.features_2),
            features: self.features,
            no_srvcc: node.srvcc == Some(false),
        };
        self.owe(cx, node.host.clone(), node.realm.clone(), request);
    }

    /// Delete-Subscriber-Data-Request (TS 29.272 5.2.2.2).
    fn delete(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        node: &ServingNode,
        flags: DsrFlags,
        contexts: Vec<u32>,
    ) {
        let features = self.features;
        let request = Outgoing::DeleteSubscriberData {
            imsi,
            flags,
            context_identifiers: contexts,
            features,
        };
        self.owe(cx, node.host.clone(), node.realm.clone(), request);
    }

    /// Reset-Request to one node (TS 29.272 5.2.4.1): the leading digits of every IMSI of the home networks.
    pub(crate) fn reset_one(&mut self, cx: &mut Cx<'_>, host: String, realm: String) {
        let user_ids = self.config.home_plmns.iter().map(ToString::to_string).collect();
        self.owe(
            cx,
            host,
            realm,
            Outgoing::Reset {
                user_ids,
                reset_ids: Vec::new(),
            },
        );
    }

    pub(crate) fn owe(&mut self, cx: &mut Cx<'_>, host: String, realm: String, request: Outgoing) {
        self.dispatch
            .owe(cx.now, cx.node, (host, realm), request, &mut |event| {
                self.front.events.report(event)
            });
    }

    // --- What an operator can ask for ---------------------------------------------------------------------------------

    /// Cancels a subscriber's registrations with SUBSCRIPTION_WITHDRAWAL, and PERMANENT_TERMINATION at a 3GPP AAA
    /// server, and forgets them; `reattach` asks the UE to attach again at once (Reattach-Required). Subscribers that
    /// are nowhere registered stay as they are.
    pub fn cancel_location(&mut self, imsi: Imsi, reattach: bool) {
        self.locate(imsi, Why::Cancel { reattach });
    }

    /// Sends a subscriber's whole subscription to where it is registered, with IDR-Flags.
    pub fn insert_subscriber_data(&mut self, imsi: Imsi, flags: IdrFlags) {
        self.refresh(imsi, Refresh::Insert(flags));
    }

    /// Withdraws parts of a subscription from where the subscriber is registered: DSR-Flags, and the Context-Identifier
    /// values if PDN subscription contexts are among them.
    pub fn delete_subscriber_data(&mut self, imsi: Imsi, flags: DsrFlags, context_identifiers: Vec<u32>) {
        self.locate(imsi, Why::Delete(flags, context_identifiers));
    }

    /// Sends a Reset to a serving node. `user_ids` are the leading digits of the IMSIs that are meant (none: all);
    /// `with_reset_ids` names the configured Reset-ID values instead, for nodes that were told them.
    pub fn reset(
        &mut self,
        now: Duration,
        wall: WallClock,
        node: &mut Node,
        (host, realm): (&str, &str),
        user_ids: Vec<String>,
        with_reset_ids: bool,
    ) {
        let reset_ids = if with_reset_ids {
            self.config.reset_ids.clone()
        } else {
            Vec::new()
        };
        let request = Outgoing::Reset { user_ids, reset_ids };
        self.owe(
            &mut Cx { now, wall, node },
            host.to_owned(),
            realm.to_owned(),
            request,
        );
    }
}
