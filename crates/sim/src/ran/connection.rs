//! Connections of UEs: how they begin, and every way in which they end.

use super::{Access, Association, Due, Event, Input, Node, ReleasedBy};
use crate::radio::{NoConnection, Numbered, UeId};
use std::cmp::Reverse;
use std::time::Duration;

/// A UE-associated logical connection.
#[derive(Debug)]
pub(crate) struct Connection<A: Access> {
    /// Whose; nobody's once the UE has left and the core has not released it yet.
    pub(crate) ue: Option<UeId>,
    /// The core's identity, once it has answered.
    pub(crate) core_id: Option<A::CoreId>,
    /// The stream of its messages.
    pub(super) stream: u16,
    /// INITIAL UE MESSAGE is sent.
    pub(super) announced: bool,
    /// UE CONTEXT RELEASE REQUEST is sent.
    pub(super) release_requested: bool,
    /// KeNB or KgNB of the UE, once asked for.
    pub(super) key: Option<A::Key>,
    /// Its user plane.
    pub(crate) user_plane: A::UserPlane,
    /// Temporary identity for INITIAL UE MESSAGE.
    pub(super) s_tmsi: Option<A::STmsi>,
    /// Uplink PDUs that wait for the core's identity.
    pub(super) waiting: Vec<Vec<u8>>,
    /// When it is forgotten without the core.
    pub(super) until: Option<Duration>,
}

impl<A: Access> Numbered for Connection<A> {
    type Id = A::RanId;

    /// eNB UE S1AP ID has 24 bits (TS 36.413 9.2.3.4). RAN UE NGAP ID has 32 (TS 38.413 9.3.3.2), but no cell so many UEs.
    const MOST: usize = 1 << 24;

    fn id(number: u32) -> A::RanId {
        A::ran_id(number)
    }

    fn number(id: A::RanId) -> u32 {
        A::number(id)
    }
}

impl<A: Access> Node<A> {
    /// A connection.
    pub(crate) fn connection(&mut self, ran: A::RanId) -> Option<&mut Connection<A>> {
        self.connections.get_mut(ran)
    }

    /// A UE wants a connection, with this as its first NAS PDU.
    pub(super) fn connect(&mut self, now: Duration, id: UeId, nas: Vec<u8>, s_tmsi: Option<A::STmsi>) {
        // One that begins anew leaves what it had.
        self.left(now, id, ReleasedBy::Ue);
        let cause = self.slots[id.0 as usize].cause;
        let why = match self.overload {
            _ if self.association != Association::Up => Some(NoConnection::NoCore),
            Some(overload) if !A::admitted(overload, cause) => Some(NoConnection::Overload),
            _ => None,
        };
        let key = self.slots.len() as u64 ^ u64::from(id.0);
        let connection = Connection {
            ue: Some(id),
            core_id: None,
            stream: quintet_ap::stream_of_ue(key, self.streams),
            announced: false,
            release_requested: false,
            key: None,
            user_plane: A::UserPlane::default(),
            s_tmsi,
            waiting: Vec::new(),
            until: None,
        };
        let ran = match why {
            Some(why) => Err(why),
            None => self.connections.insert(connection).ok_or(NoConnection::Full),
        };
        match ran {
            Ok(ran) => {
                self.slots[id.0 as usize].connection = Some(ran);
                self.event(Event::Connected(id));
                self.uplink(now, id, nas);
            }
            Err(why) => {
                self.event(Event::NotConnected(id, why));
                self.tell(now, id, Input::Failure);
            }
        }
    }

    /// The UE of a pair of identities: `None` and an ERROR INDICATION if there is no such connection (TS 36.413 10.6,
    /// TS 38.413 10.6), `Some(None)` if its UE has left.
    pub(crate) fn connection_of(&mut self, (core, ran): (A::CoreId, A::RanId)) -> Option<Option<UeId>> {
        let ids = (Some(core), Some(ran));
        let Some(connection) = self.connections.get(ran).filter(|c| c.announced) else {
            self.unknown(ids, A::CAUSES.unknown_ran_id);
            return None;
        };
        match connection.core_id {
            Some(known) if known != core => {
                self.unknown(ids, A::CAUSES.unknown_pair);
                None
            }
            Some(_) => Some(connection.ue),
            None => {
                let ue = connection.ue;
                self.identified(core, ran);
                Some(ue)
            }
        }
    }

    /// Whether a connection is there that the core knows of.
    pub(crate) fn is_announced(&self, ran: A::RanId) -> bool {
        self.connections.get(ran).is_some_and(|c| c.announced)
    }

    /// Sends a message on the stream of a connection.
    pub(crate) fn send_to(&mut self, ran: A::RanId, message: &A::Pdu) {
        let stream = self.connections.get(ran).map_or(0, |c| c.stream);
        self.send(stream, message);
    }

    /// The node's own account, as after inactivity: UE CONTEXT RELEASE REQUEST (TS 36.413 8.3.2, TS 38.413 8.3.2). The UE's
    /// connection stays until the core's command.
    pub fn release(&mut self, ue: UeId, cause: A::Cause) {
        if let Some(ran) = self.slots.get(ue.0 as usize).and_then(|slot| slot.connection) {
            self.request_release(ran, cause);
        }
    }

    pub(super) fn request_release(&mut self, ran: A::RanId, cause: A::Cause) {
        let Some(connection) = self.connections.get_mut(ran) else {
            return;
        };
        let Some(core) = connection.core_id else {
            return;
        };
        if std::mem::replace(&mut connection.release_requested, true) {
            return;
        }
        let (stream, user_plane) = (connection.stream, connection.user_plane.clone());
        self.send(stream, &A::release_request((core, ran), user_plane, cause));
    }

    /// UE CONTEXT RELEASE COMMAND (TS 36.413 8.3.3, TS 38.413 8.3.3), which may name the connection by the core's identity
    /// alone.
    pub(crate) fn release_commanded(
        &mut self,
        now: Duration,
        (core, ran): (A::CoreId, Option<A::RanId>),
        cause: Option<A::Cause>,
    ) {
        let Some(ran) = ran.or_else(|| self.of_core(core)) else {
            return self.unknown((Some(core), None), A::CAUSES.unknown_core_id);
        };
        if self.connection_of((core, ran)).is_none() {
            return;
        }
        let connection = self.connections.get(ran);
        let user_plane = connection.map(|c| c.user_plane.clone()).unwrap_or_default();
        let complete = A::release_complete(&self.config, (core, ran), user_plane);
        self.send_to(ran, &complete);
        self.let_go(now, ran, ReleasedBy::Core(cause));
    }

    /// The connection that the core calls so.
    pub(super) fn of_core(&self, core: A::CoreId) -> Option<A::RanId> {
        self.connections.find(|c| c.core_id == Some(core))
    }

    /// The radio of a UE fails: the UE is without a connection at once, the core is asked to release it.
    pub fn lose_radio(&mut self, now: Duration, ue: UeId) {
        self.left(now, ue, ReleasedBy::Ue);
        self.tell(now, ue, Input::Failure);
    }

    /// The UE has no connection any more, because of `by`: the core is asked to release it, once it can be asked.
    pub(super) fn left(&mut self, now: Duration, id: UeId, by: ReleasedBy<A::Cause>) {
        let Some(ran) = self.slots[id.0 as usize].connection.take() else {
            return;
        };
        self.event(Event::Released(id, by));
        let Some(connection) = self.connections.get_mut(ran) else {
            return;
        };
        connection.ue = None;
        if !connection.announced {
            self.connections.remove(ran);
            return;
        }
        let until = now + self.config.release_guard;
        connection.until = Some(until);
        self.due.push(Reverse((until, Due::Connection(ran))));
        self.request_release(ran, A::CAUSES.radio_connection_lost);
    }

    /// A connection that nobody released is forgotten.
    pub(super) fn connection_due(&mut self, now: Duration, ran: A::RanId) {
        let over = |connection: &Connection<A>| connection.until.is_some_and(|until| until <= now);
        if self.connections.get(ran).is_some_and(over) {
            self.connections.remove(ran);
        }
    }

    /// The connection is gone; the UE, if it has not left already, learns it: as a release if the core commanded it, else as
    /// a failure.
    pub(crate) fn let_go(&mut self, now: Duration, ran: A::RanId, by: ReleasedBy<A::Cause>) {
        let Some(connection) = self.connections.remove(ran) else {
            return;
        };
        let Some(ue) = connection.ue else {
            return;
        };
        self.slots[ue.0 as usize].connection = None;
        self.event(Event::Released(ue, by));
        self.slots[ue.0 as usize].cause = A::MO_SIGNALLING;
        let input = match by {
            ReleasedBy::Core(_) => Input::Released,
            _ => Input::Failure,
        };
        self.tell(now, ue, input);
    }

    /// Every connection is gone.
    pub(super) fn let_all_go(&mut self, now: Duration, by: ReleasedBy<A::Cause>) {
        for ran in self.connections.ids() {
            self.let_go(now, ran, by);
        }
    }
}
