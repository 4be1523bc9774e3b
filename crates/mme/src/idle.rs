//! UEs without a connection: how long they count as reachable, paging, when they are forgotten.

use crate::event::MmeEvent;
use crate::hss::For;
use crate::mme::{Cycle, Mme, Unreachable};
use crate::schedule::Due;
use quintet_emm::network::{At, ContextId, Contexts as _, EmmState, Input};
use quintet_identity::{Imsi, Tai};
use quintet_nas::eps::EmmCause;
use quintet_s1ap::message;
use quintet_s1ap::{CnDomain, MmeUeS1apId, PagingTai, UeIdentityIndexValue, UePagingId, transport};
use std::time::Duration;

/// UE Identity Index value (TS 36.413 9.2.3.10, TS 36.304 7): IMSI mod 1024; with no IMSI it is 0.
const INDEX_VALUES: u64 = 1024;

/// Why a UE is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To hear of it.
    Reach,
    /// To detach it once it is there.
    Detach { reattach: bool, cause: Option<EmmCause> },
}

/// A UE being paged (TS 24.301 5.6.2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    purpose: Purpose,
    /// When T3413 expires.
    until: Duration,
    /// Pages still to send.
    left: u8,
}

impl Mme {
    /// A context has no connection from now on: it is reachable for a while, then detached, then forgotten.
    pub(crate) fn now_idle(&mut self, at: At, id: ContextId) {
        let t3412 = self.config.policy.timers.t3412;
        let (reachable, purge) = (
            t3412 + self.config.mobile_reachable_margin + self.config.implicit_detach,
            self.config.purge_after,
        );
        let registered = self.is_registered(id);
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let until = at.now + if registered { reachable } else { purge };
        record.idle_until = Some(until);
        self.schedule.at(until, Due::Context(id));
    }

    /// Something of a context is due.
    pub(crate) fn context_due(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let now = cycle.at.now;
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        if record.paging.as_ref().is_some_and(|paging| paging.until <= now) {
            return self.page_again(cycle, id);
        }
        if record.connection.is_some() || record.idle_until.is_none_or(|until| until > now) {
            return;
        }
        if record.context.state == EmmState::Registered {
            let guti = record.context.guti;
            self.deregister(cycle.at, id);
            self.report(|| MmeEvent::ImplicitlyDetached { guti });
        } else {
            self.forget(cycle, id);
        }
    }

    /// The UE is not registered any more; its identity and security stay for its return.
    fn deregister(&mut self, at: At, id: ContextId) {
        if let Some(context) = self.table.get_mut(id) {
            context.state = EmmState::Deregistered;
            context.registration = None;
        }
        self.saves.note(id);
        self.now_idle(at, id);
    }

    /// The context is deleted and the HSS told (TS 29.272 5.2.1.3).
    fn forget(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let imsi = self.table.get(id).and_then(|context| context.imsi);
        self.table.remove(id);
        self.saves.note(id);
        if let Some(imsi) = imsi {
            self.hss.purge(cycle.at.now, cycle.node, &self.config, imsi);
        }
    }

    /// Lets a UE go for the network's reasons: over its connection, after paging, or silently if it cannot be reached.
    pub(crate) fn detach_context(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ContextId,
        reattach: bool,
        cause: Option<EmmCause>,
    ) -> Result<(), Unreachable> {
        let record = self.table.record(id).ok_or(Unreachable::Unknown)?;
        if let Some(connection) = record.connection {
            let _ = self.drive(cycle, connection, Input::Detach { reattach, cause });
            return Ok(());
        }
        if record.context.state == EmmState::Deregistered {
            return Err(Unreachable::Deregistered);
        }
        let paged = self.page_context(cycle, id, Purpose::Detach { reattach, cause });
        if paged.is_err() {
            self.deregister(cycle.at, id);
        }
        paged
    }

    /// Pages a UE in its tracking areas (TS 36.413 8.5).
    pub(crate) fn page_context(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ContextId,
        purpose: Purpose,
    ) -> Result<(), Unreachable> {
        let (until, left) = (
            cycle.at.now + self.config.t3413,
            self.config.pages.saturating_sub(1),
        );
        let record = self.table.record_mut(id).ok_or(Unreachable::Unknown)?;
        if record.connection.is_some() {
            return Ok(());
        }
        if record.context.state == EmmState::Deregistered {
            return Err(Unreachable::Deregistered);
        }
        record.paging = Some(Box::new(Paging { purpose, until, left }));
        self.schedule.at(until, Due::Context(id));
        if self.send_paging(id) {
            Ok(())
        } else {
            if let Some(record) = self.table.record_mut(id) {
                record.paging = None;
            }
            Err(Unreachable::NoEnb)
        }
    }

    /// T3413 expired.
    fn page_again(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let until = cycle.at.now + self.config.t3413;
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let guti = record.context.guti;
        let Some(mut paging) = record.paging.take() else {
            return;
        };
        if paging.left == 0 {
            if matches!(paging.purpose, Purpose::Detach { .. }) {
                self.deregister(cycle.at, id);
            }
            self.report(|| MmeEvent::PagingFailed { guti });
            return;
        }
        (paging.left, paging.until) = (paging.left - 1, until);
        record.paging = Some(paging);
        self.schedule.at(until, Due::Context(id));
        self.send_paging(id);
    }

    /// PAGING to every eNB of the UE's tracking areas. `false` if there is none.
    fn send_paging(&mut self, id: ContextId) -> bool {
        let Some(context) = self.table.get(id) else {
            return false;
        };
        let areas = self.paging_areas(context.tai);
        let enbs = self.enbs.serving(&areas);
        let index = context.imsi.map_or(0, index_value);
        let list = areas.into_iter().map(|tai| PagingTai { tai }).collect();
        let paging = message::Paging::new(
            UeIdentityIndexValue(index),
            UePagingId::STmsi(context.guti.s_tmsi()),
            CnDomain::Ps,
            list,
        );
        let pdu = paging.into();
        for association in &enbs {
            self.send(*association, transport::COMMON_STREAM, &pdu);
        }
        !enbs.is_empty()
    }

    /// The tracking areas a UE of this one was told: all of the PLMN's that are served, its own among them.
    fn paging_areas(&self, own: Tai) -> Vec<Tai> {
        let mut areas = self.config.policy.tracking_areas.clone();
        if !areas.contains(&own) {
            areas.push(own);
        }
        areas
    }

    /// A paged UE has a connection now.
    pub(crate) fn paged_ue_came(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId, paging: Paging) {
        if let Purpose::Detach { reattach, cause } = paging.purpose {
            let _ = self.drive(cycle, id, Input::Detach { reattach, cause });
        }
    }

    /// Tells the HSS the location again after it lost it (TS 29.272 5.2.4.1.2).
    pub(crate) fn confirm_location(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let Some(imsi) = record.context.imsi.filter(|_| !record.location_confirmed) else {
            return;
        };
        record.location_confirmed = true;
        let imeisv = record.context.imeisv;
        let sent = self.hss.update_location(
            cycle.at.now,
            cycle.node,
            &self.config,
            For::Confirmation(id),
            (imsi, imeisv, false),
        );
        if !sent && let Some(record) = self.table.record_mut(id) {
            record.location_confirmed = false;
        }
    }
}

/// IMSI mod 1024.
fn index_value(imsi: Imsi) -> u16 {
    let (digits, n) = imsi.ascii();
    let number = digits[..n].iter().fold(0u64, |n, d| n * 10 + u64::from(d - b'0'));
    (number % INDEX_VALUES) as u16
}
