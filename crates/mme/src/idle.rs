//! UEs without a connection: how long they count as reachable, paging, when they are forgotten.

use crate::event::MmeEvent;
use crate::hss::For;
use crate::mme::{Cycle, Mme, Unreachable};
use crate::schedule::Due;
use quintet_emm::network::{At, ContextId, Contexts as _, EmmState, Input};
use quintet_identity::{Imsi, Tai};
use quintet_nas::eps::EmmCause;
use quintet_s1ap::message;
use quintet_s1ap::{CnDomain, PagingTai, UeIdentityIndexValue, UePagingId, transport};
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
    pub(crate) until: Duration,
    /// Pages still to send.
    left: u8,
}

impl Paging {
    /// What is to be done with the UE once it is there.
    pub(crate) fn detach(&self) -> Option<Input<'static>> {
        match self.purpose {
            Purpose::Reach => None,
            Purpose::Detach { reattach, cause } => Some(Input::Detach { reattach, cause }),
        }
    }
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
        self.arm_context(id);
    }

    /// Sees to it that what is due of a context is not missed.
    fn arm_context(&mut self, id: ContextId) {
        if let Some(record) = self.table.record_mut(id) {
            let due = record.due();
            self.schedule.set(&mut record.armed, due, Due::Context(id));
        }
    }

    /// Something of a context is due.
    pub(crate) fn context_due(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let now = cycle.at.now;
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        record.armed = None;
        if record.paging.as_ref().is_some_and(|paging| paging.until <= now) {
            self.page_again(cycle, id);
        } else if record.connection.is_none() && record.idle_until.is_some_and(|until| until <= now) {
            let (state, guti) = (record.context.state, record.context.guti);
            if state == EmmState::Registered {
                self.deregister(cycle.at, id);
                self.report(|| MmeEvent::ImplicitlyDetached { guti });
            } else {
                self.forget(cycle, id);
            }
        }
        self.arm_context(id);
    }

    /// The UE is not registered any more; its identity and security stay for its return.
    fn deregister(&mut self, at: At, id: ContextId) {
        if let Some(record) = self.table.record_mut(id) {
            record.context.state = EmmState::Deregistered;
            record.context.registration = None;
            record.paging = None;
        }
        self.saves.note(id.0);
        self.now_idle(at, id);
    }

    /// The context is deleted and the HSS told (TS 29.272 5.2.1.3).
    fn forget(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let imsi = self.table.get(id).and_then(|context| context.imsi);
        self.delete(id);
        if let Some(imsi) = imsi {
            self.hss.purge(cycle.at.now, cycle.node, &self.config, imsi);
        }
    }

    /// The context is deleted, its deadline with it.
    pub(crate) fn delete(&mut self, id: ContextId) {
        if let Some(record) = self.table.record_mut(id) {
            self.schedule.set(&mut record.armed, None, Due::Context(id));
        }
        self.table.remove(id);
        self.saves.note(id.0);
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

    /// Pages a UE in its tracking areas (TS 36.413 8.5), while it counts as reachable (TS 24.301 5.3.5).
    pub(crate) fn page_context(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ContextId,
        purpose: Purpose,
    ) -> Result<(), Unreachable> {
        let now = cycle.at.now;
        let implicit_detach = self.config.implicit_detach;
        let record = self.table.record_mut(id).ok_or(Unreachable::Unknown)?;
        if record.connection.is_some() {
            return Ok(());
        }
        if record.context.state == EmmState::Deregistered {
            return Err(Unreachable::Deregistered);
        }
        if record
            .idle_until
            .is_some_and(|until| now + implicit_detach >= until)
        {
            return Err(Unreachable::Silent);
        }
        if let Some(under_way) = record.paging.as_mut() {
            // The pages that are under way do for both; a detach that waits for the UE is not forgotten.
            if purpose != Purpose::Reach {
                under_way.purpose = purpose;
            }
            return Ok(());
        }
        if !self.send_paging(id) {
            return Err(Unreachable::NoEnb);
        }
        if let Some(record) = self.table.record_mut(id) {
            record.paging = Some(Box::new(Paging {
                purpose,
                until: now + self.config.t3413,
                left: self.config.pages.saturating_sub(1),
            }));
        }
        self.arm_context(id);
        Ok(())
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
        self.send_paging(id);
    }

    /// PAGING to every eNB of the UE's tracking areas. `false` if there is none. A UE that has not confirmed its GUTI
    /// listens to the new one or to the one before: both are called (TS 24.301 5.4.1.6 b).
    fn send_paging(&mut self, id: ContextId) -> bool {
        let Some(context) = self.table.get(id) else {
            return false;
        };
        let gutis = [Some(context.guti), context.old_guti];
        let index = context.imsi.map_or(0, index_value);
        let areas = self.paging_areas(context.tai);
        let enbs = self.enbs.serving(&areas);
        for guti in gutis.into_iter().flatten() {
            let paging = message::Paging::new(
                UeIdentityIndexValue(index),
                UePagingId::STmsi(guti.s_tmsi()),
                CnDomain::Ps,
                areas.iter().map(|tai| PagingTai { tai: *tai }).collect(),
            );
            let pdu = paging.into();
            for association in &enbs {
                self.send(*association, transport::COMMON_STREAM, &pdu);
            }
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
            (For::Confirmation(imsi), None),
            (imsi, imeisv, false),
        );
        if sent.is_none()
            && let Some(record) = self.table.record_mut(id)
        {
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
