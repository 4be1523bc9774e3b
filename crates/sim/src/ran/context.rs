//! The UE's context: whether UE and core agree on the key of the access stratum.

use super::{Access, Event, Input, Node, ReleasedBy};
use crate::radio::UeId;
use std::time::Duration;

impl<A: Access> Node<A> {
    /// The first half of INITIAL CONTEXT SETUP (TS 36.413 8.3.1, TS 38.413 8.3.1): security of the access stratum, as only
    /// UE and core that agree on the key get past it. The UE, or `None` after what a failure is answered; `agreed` says of
    /// the UE's key whether it is the core's.
    pub(crate) fn secure(
        &mut self,
        now: Duration,
        ids: (A::CoreId, A::RanId),
        agreed: impl FnOnce(Option<&A::Key>) -> bool,
    ) -> Option<UeId> {
        let Some(ue) = self.connection_of(ids)? else {
            self.send_to(ids.1, &A::context_failure(ids, A::CAUSES.radio_connection_lost));
            return None;
        };
        self.tell(now, ue, Input::ContextSetUp);
        let own = self.connections.get_mut(ids.1).and_then(|c| c.key.take());
        if !agreed(own.as_ref()) {
            self.event(Event::KeyMismatch(ue));
            self.send_to(ids.1, &A::context_failure(ids, A::CAUSES.radio_procedure_failed));
            self.left(now, ue, ReleasedBy::Node);
            self.tell(now, ue, Input::Failure);
            return None;
        }
        // What the UE did upon it may have ended the connection.
        self.connections.get(ids.1).map(|_| ue)
    }

    /// The second half: the answer goes out, and what came with the request may follow.
    pub(crate) fn context_is_set_up(&mut self, ue: UeId, ran: A::RanId, response: &A::Pdu) {
        self.send_to(ran, response);
        self.event(Event::ContextSetUp(ue));
    }

    /// UE CONTEXT MODIFICATION (TS 36.413 8.3.4, TS 38.413 8.3.4): after a new AKA the access stratum gets another key
    /// (TS 33.401 7.2.9.2, TS 33.501 6.9.4.4), which must be the UE's, as `same` says. `None` if there is no such connection.
    pub(crate) fn keeps_agreeing(
        &mut self,
        ids: (A::CoreId, A::RanId),
        same: impl FnOnce(Option<&A::Key>) -> bool,
    ) -> Option<bool> {
        let ue = self.connection_of(ids)?;
        let own = ue.and_then(|ue| A::key(self.slots[ue.0 as usize].ue.me()));
        let same = same(own.as_ref());
        if let Some(ue) = ue.filter(|_| !same) {
            self.event(Event::KeyMismatch(ue));
        }
        Some(same)
    }
}
