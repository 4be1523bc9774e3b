//! The association and what is not of one UE: setup, RESET, PAGING, overload, ERROR INDICATION (TS 36.413 8.5, 8.7, 10;
//! TS 38.413 8.5, 8.7, 10).

use super::{Access, Event, Indication, Input, Node, ReleasedBy};
use crate::radio::UeId;
use quintet_ap::{COMMON_STREAM, CriticalityDiagnostics};
use std::time::Duration;

/// How far the association is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Association {
    /// There is none.
    Down,
    /// The setup request is out, to be sent again at this time; or the core wants it no earlier.
    SettingUp(Duration),
    /// The setup response came.
    Up,
}

impl<A: Access> Node<A> {
    /// The association is up, with so many outgoing streams: setup begins.
    pub fn handle_up(&mut self, now: Duration, streams: u16) {
        self.let_all_go(now, ReleasedBy::Association);
        self.streams = streams;
        self.overload = None;
        self.set_up(now);
    }

    /// The association is gone, and every connection over it.
    pub fn handle_down(&mut self, now: Duration) {
        if self.association == Association::Down {
            return;
        }
        self.association = Association::Down;
        self.overload = None;
        self.event(Event::Down);
        self.let_all_go(now, ReleasedBy::Association);
    }

    /// A message of the core. Its stream does not matter to the receiver.
    pub fn handle_message(&mut self, now: Duration, _stream: u16, payload: &[u8]) {
        if self.association != Association::Down {
            A::receive(self, now, payload);
        }
    }

    /// The setup request (TS 36.413 8.7.3, TS 38.413 8.7.1), and again when no answer comes.
    pub(super) fn set_up(&mut self, now: Duration) {
        self.association = Association::SettingUp(now + self.config.setup_retry);
        self.send(COMMON_STREAM, &A::setup_request(&self.config));
    }

    /// The setup response, of a core of this name.
    pub(crate) fn is_set_up(&mut self, core: Option<String>) {
        self.association = Association::Up;
        self.event(Event::SetUp { core });
    }

    /// The setup failure: again after its time to wait.
    pub(crate) fn setup_failed(
        &mut self,
        now: Duration,
        cause: Option<A::Cause>,
        wait: Option<A::TimeToWait>,
    ) {
        let after = wait.map_or(self.config.setup_retry, A::wait);
        self.association = Association::SettingUp(now + after);
        self.event(Event::SetupRefused { cause, wait });
    }

    /// OVERLOAD START, with what the core still takes, or OVERLOAD STOP.
    pub(crate) fn overloaded(&mut self, overload: Option<A::Overload>) {
        self.overload = overload;
        self.event(Event::Overload(overload));
    }

    /// Resets the interface (TS 36.413 8.7.1, TS 38.413 8.7.4): the core forgets every connection of this node, which does
    /// the same.
    pub fn reset(&mut self, now: Duration) {
        self.reset_all(now);
        self.send(COMMON_STREAM, &A::reset());
    }

    /// RESET of the core, of the whole interface.
    pub(crate) fn reset_all(&mut self, now: Duration) {
        self.let_all_go(now, ReleasedBy::Reset);
    }

    /// RESET of the core, of one connection.
    pub(crate) fn reset_one(&mut self, now: Duration, (core, ran): (Option<A::CoreId>, Option<A::RanId>)) {
        if let Some(ran) = ran.or_else(|| core.and_then(|core| self.of_core(core))) {
            self.let_go(now, ran, ReleasedBy::Reset);
        }
    }

    /// PAGING by temporary identity (TS 36.413 8.5, TS 38.413 8.5): for one of its UEs, or somebody else's.
    pub(crate) fn page(&mut self, now: Duration, s_tmsi: A::STmsi) {
        let same = |ue: &UeId| A::s_tmsi(self.slots[ue.0 as usize].ue.me()) == Some(s_tmsi);
        if let Some(id) = self.by_s_tmsi.get(&s_tmsi).copied().filter(same) {
            self.paged(now, id, false);
        }
    }

    /// The first of its UEs that is so is paged by its permanent identity.
    pub(crate) fn page_by_imsi(&mut self, now: Duration, is: impl Fn(&A::Me) -> bool) {
        if let Some(at) = self.slots.iter().position(|slot| is(slot.ue.me())) {
            self.paged(now, UeId(at as u32), true);
        }
    }

    fn paged(&mut self, now: Duration, id: UeId, with_imsi: bool) {
        let slot = &mut self.slots[id.0 as usize];
        // One that has a connection does not listen.
        if slot.connection.is_some() {
            return;
        }
        slot.cause = A::MT_ACCESS;
        self.event(Event::Paged(id));
        self.tell(now, id, Input::Paged { with_imsi });
    }

    /// ERROR INDICATION of the core: one that does not know the connection has lost it (TS 36.413 10.6, TS 38.413 10.6).
    pub(crate) fn error_indicated(&mut self, now: Duration, ran: Option<A::RanId>, cause: Option<A::Cause>) {
        let known = ran.and_then(|ran| Some((ran, self.connections.get(ran)?.ue)));
        let ue = known.and_then(|(_, ue)| ue);
        self.event(Event::ErrorIndicated(ue, cause));
        if let Some((ran, _)) = known
            && cause.is_some_and(|cause| A::CAUSES.lost.contains(&cause))
        {
            self.let_go(now, ran, ReleasedBy::Reset);
        }
    }

    /// Sends an ERROR INDICATION.
    pub(crate) fn indicate(
        &mut self,
        (core_id, ran_id): (Option<A::CoreId>, Option<A::RanId>),
        cause: A::Cause,
        diagnostics: Option<CriticalityDiagnostics>,
    ) {
        let indication = Indication {
            core_id,
            ran_id,
            cause,
            diagnostics,
        };
        self.send(COMMON_STREAM, &A::error_indication(indication));
    }

    /// ERROR INDICATION with the identities that were received (TS 36.413 10.6, TS 38.413 10.6).
    pub(crate) fn unknown(&mut self, ids: (Option<A::CoreId>, Option<A::RanId>), cause: A::Cause) {
        self.indicate(ids, cause, None);
        let (core, ran) = ids;
        self.fault(cause, format!("{core:?}, {ran:?}: {}", A::cause_name(cause)));
    }

    /// A message that does not belong here.
    pub(crate) fn unexpected(&mut self, name: &str) {
        let cause = A::CAUSES.incompatible_state;
        self.indicate((None, None), cause, None);
        self.fault(cause, name.to_owned());
    }

    /// Reports what was wrong with a message.
    pub(crate) fn fault(&mut self, cause: A::Cause, what: String) {
        self.event(Event::Fault {
            cause: Some(cause),
            what,
        });
    }
}
