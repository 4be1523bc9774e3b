//! UEs without a connection: how long they count as reachable, paging, when they are forgotten.

use crate::amf::{Amf, Consequence, Unreachable};
use crate::event::AmfEvent;
use crate::schedule::Due;
use crate::sm::SmReply;
use quintet_fgmm::network::{At, ConfigurationChange, ContextId, Contexts as _, FgmmState, Input};
use quintet_identity::Supi;
use quintet_identity::fgs::Tai;
use quintet_nas::fgs::FgmmCause;
use quintet_ngap::limits::MAX_TAIS_FOR_PAGING;
use quintet_ngap::{message, transport};
use std::time::Duration;

/// The most messages of session management that wait for a UE that is being paged: a UE has few sessions at work at once.
const MAX_WAITING_MESSAGES: usize = 8;

/// Why a UE is paged; nothing of it is to hear of it.
#[derive(Debug, Default)]
pub(crate) struct Purpose {
    /// It is deregistered, with "re-registration required" or not, and a cause.
    pub(crate) deregister: Option<(bool, Option<FgmmCause>)>,
    /// It is told what changed.
    pub(crate) configure: Option<ConfigurationChange>,
    /// Session management has something for it.
    pub(crate) sm: Vec<SmReply>,
}

impl Purpose {
    fn and(&mut self, other: Self) {
        // A deregistration that waits for the UE is not forgotten.
        self.deregister = other.deregister.or(self.deregister.take());
        self.configure = match (self.configure, other.configure) {
            (Some(one), Some(other)) => Some(ConfigurationChange {
                guti: one.guti || other.guti,
                identity_and_time_zone: one.identity_and_time_zone || other.identity_and_time_zone,
                nssai: one.nssai || other.nssai,
                registration_requested: one.registration_requested || other.registration_requested,
            }),
            (one, other) => one.or(other),
        };
        let room = MAX_WAITING_MESSAGES.saturating_sub(self.sm.len());
        self.sm.extend(other.sm.into_iter().take(room));
    }
}

/// A UE being paged (TS 24.501 5.6.2).
#[derive(Debug)]
pub(crate) struct Paging {
    purpose: Purpose,
    /// When T3513 expires.
    pub(crate) until: Duration,
    /// Pages still to send.
    left: u8,
}

impl Paging {
    /// What is to be done with the UE once it is there.
    pub(crate) fn purposes(self) -> Vec<Consequence> {
        let Purpose {
            deregister,
            configure,
            sm,
        } = self.purpose;
        if let Some((reregister, cause)) = deregister {
            return vec![Consequence::Input(Input::Deregister { reregister, cause })];
        }
        let configure = configure.map(|change| Consequence::Input(Input::UpdateConfiguration(change)));
        configure
            .into_iter()
            .chain(sm.into_iter().map(Consequence::Sm))
            .collect()
    }
}

impl Amf {
    // --- Operator ---------------------------------------------------------------------------------------------------

    /// Deregisters a UE: at once over its connection, after paging if it is idle.
    ///
    /// # Errors
    /// [`Unreachable`]; its context is deregistered all the same if there is one.
    pub fn deregister(&mut self, at: At, supi: &Supi, reregister: bool) -> Result<(), Unreachable> {
        let id = self.table.by_supi(supi).ok_or(Unreachable::Unknown)?;
        self.deregister_context(at, id, reregister, None)
    }

    /// Pages an idle UE.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub fn page(&mut self, at: At, supi: &Supi) -> Result<(), Unreachable> {
        let id = self.table.by_supi(supi).ok_or(Unreachable::Unknown)?;
        self.page_context(at, id, Purpose::default())
    }

    /// Tells a UE what changed, after paging if it is idle.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub fn update_configuration(
        &mut self,
        at: At,
        supi: &Supi,
        change: ConfigurationChange,
    ) -> Result<(), Unreachable> {
        let id = self.table.by_supi(supi).ok_or(Unreachable::Unknown)?;
        self.configure(at, id, change)
    }

    /// Authenticates a connected UE anew, once nothing else is under way with it.
    ///
    /// # Errors
    /// [`Unreachable::Unknown`] without a context, [`Unreachable::Deregistered`] if it is not connected.
    pub fn reauthenticate(&mut self, at: At, supi: &Supi) -> Result<(), Unreachable> {
        let id = self.table.by_supi(supi).ok_or(Unreachable::Unknown)?;
        let connection = self.table.record(id).and_then(|record| record.connection);
        let connection = connection.ok_or(Unreachable::Deregistered)?;
        let _ = self.drive(at, connection, Input::Reauthenticate);
        Ok(())
    }

    // --- Time -------------------------------------------------------------------------------------------------------

    /// A context has no connection from now on: it is reachable for a while, then deregistered, then forgotten.
    pub(crate) fn now_idle(&mut self, at: At, id: ContextId) {
        let t3512 = self.config.policy.timers.t3512;
        let (reachable, purge) = (
            t3512 + self.config.mobile_reachable_margin + self.config.implicit_deregistration,
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
    pub(crate) fn context_due(&mut self, at: At, id: ContextId) {
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        record.armed = None;
        if record
            .paging
            .as_ref()
            .is_some_and(|paging| paging.until <= at.now)
        {
            self.page_again(at, id);
        } else if record.connection.is_none() && record.idle_until.is_some_and(|until| until <= at.now) {
            let (state, guti) = (record.context.state, record.context.guti);
            if state == FgmmState::Registered {
                self.deregister_silently(at, id);
                self.report(|| AmfEvent::ImplicitlyDeregistered { guti });
            } else {
                self.delete(id);
            }
        }
        self.arm_context(id);
    }

    /// The UE is not registered any more; its identity and security stay for its return. SMFs and UDM are told. One without
    /// SUPI has nothing to come back with, and is forgotten.
    fn deregister_silently(&mut self, at: At, id: ContextId) {
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let Some(supi) = record.context.supi.clone() else {
            return self.delete(id);
        };
        record.context.state = FgmmState::Deregistered;
        record.context.registration = None;
        record.paging = None;
        self.leave_home(&supi);
        self.saves.note(id.0);
        self.now_idle(at, id);
    }

    /// The context is deleted, its deadline with it.
    pub(crate) fn delete(&mut self, id: ContextId) {
        if let Some(record) = self.table.record_mut(id) {
            self.schedule.set(&mut record.armed, None, Due::Context(id));
        }
        if let Some(record) = self.table.forget(id) {
            self.end_subscription(record.sdm_subscription);
            if let Some(sm) = record.sm {
                self.release_all(*sm);
            }
        }
        self.saves.note(id.0);
    }

    // --- Paging -----------------------------------------------------------------------------------------------------

    /// Lets a UE go for the network's reasons: over its connection, after paging, or silently if it cannot be reached.
    pub(crate) fn deregister_context(
        &mut self,
        at: At,
        id: ContextId,
        reregister: bool,
        cause: Option<FgmmCause>,
    ) -> Result<(), Unreachable> {
        let record = self.table.record(id).ok_or(Unreachable::Unknown)?;
        if let Some(connection) = record.connection {
            let _ = self.drive(at, connection, Input::Deregister { reregister, cause });
            return Ok(());
        }
        if record.context.state == FgmmState::Deregistered {
            return Err(Unreachable::Deregistered);
        }
        let purpose = Purpose {
            deregister: Some((reregister, cause)),
            ..Purpose::default()
        };
        let paged = self.page_context(at, id, purpose);
        if paged.is_err() {
            self.deregister_silently(at, id);
        }
        paged
    }

    /// Tells a UE what changed: over its connection, or after paging.
    pub(crate) fn configure(
        &mut self,
        at: At,
        id: ContextId,
        change: ConfigurationChange,
    ) -> Result<(), Unreachable> {
        let record = self.table.record(id).ok_or(Unreachable::Unknown)?;
        if let Some(connection) = record.connection {
            let _ = self.drive(at, connection, Input::UpdateConfiguration(change));
            return Ok(());
        }
        let purpose = Purpose {
            configure: Some(change),
            ..Purpose::default()
        };
        self.page_context(at, id, purpose)
    }

    /// Pages a UE in its tracking areas (TS 38.413 8.5), while it counts as reachable (TS 24.501 5.3.7).
    pub(crate) fn page_context(
        &mut self,
        at: At,
        id: ContextId,
        purpose: Purpose,
    ) -> Result<(), Unreachable> {
        let implicit = self.config.implicit_deregistration;
        let record = self.table.record_mut(id).ok_or(Unreachable::Unknown)?;
        if record.connection.is_some() {
            return Ok(());
        }
        if record.context.state == FgmmState::Deregistered {
            return Err(Unreachable::Deregistered);
        }
        if record.idle_until.is_some_and(|until| at.now + implicit >= until) {
            return Err(Unreachable::Silent);
        }
        if let Some(under_way) = record.paging.as_mut() {
            // The pages that are under way do for both.
            under_way.purpose.and(purpose);
            return Ok(());
        }
        if !self.send_paging(id) {
            return Err(Unreachable::NoGnb);
        }
        if let Some(record) = self.table.record_mut(id) {
            record.paging = Some(Box::new(Paging {
                purpose,
                until: at.now + self.config.t3513,
                left: self.config.pages.saturating_sub(1),
            }));
        }
        self.arm_context(id);
        Ok(())
    }

    /// T3513 expired.
    fn page_again(&mut self, at: At, id: ContextId) {
        let until = at.now + self.config.t3513;
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let guti = record.context.guti;
        let Some(mut paging) = record.paging.take() else {
            return;
        };
        if paging.left == 0 {
            if paging.purpose.deregister.is_some() {
                self.deregister_silently(at, id);
            }
            self.report(|| AmfEvent::PagingFailed { guti });
            return;
        }
        (paging.left, paging.until) = (paging.left - 1, until);
        record.paging = Some(paging);
        self.send_paging(id);
    }

    /// PAGING to every gNB of the UE's tracking areas. `false` if there is none. A UE that has not confirmed its 5G-GUTI
    /// listens to the new one or to the one before: both are called (TS 24.501 5.4.4.6 b, 5.5.1.2.8 c).
    fn send_paging(&mut self, id: ContextId) -> bool {
        let Some(context) = self.table.get(id) else {
            return false;
        };
        let gutis = [Some(context.guti), context.old_guti];
        let areas = self.paging_areas(context.tai);
        let gnbs = self.gnbs.serving(&areas);
        for guti in gutis.into_iter().flatten() {
            let pdu = message::Paging::new(guti.s_tmsi(), areas.clone()).into();
            for association in &gnbs {
                self.send(*association, transport::COMMON_STREAM, &pdu);
            }
        }
        !gnbs.is_empty()
    }

    /// The tracking areas a UE of this one was told: its own, then those of the PLMN that are served, 16 at most.
    fn paging_areas(&self, own: Tai) -> Vec<Tai> {
        let served = self.config.policy.tracking_areas.iter();
        let others = served.filter(|tai| tai.plmn == own.plmn && **tai != own);
        std::iter::once(own)
            .chain(others.copied())
            .take(MAX_TAIS_FOR_PAGING)
            .collect()
    }
}
