//! Established associations: their packets, and what is left to do after each call.

use super::Endpoint;
use crate::association::Phase;
use crate::packet::{Packet, kind};
use crate::transfer::{Scope, Transfer, describe};
use crate::{AssociationId, Down, Event, Path};

impl Endpoint {
    /// The chunks of a packet whose tag and address are those of `id`.
    pub(super) fn handle_chunks(&mut self, id: AssociationId, path: Path, packet: &Packet<'_>) {
        let Some(association) = self.table.get_mut(id) else {
            return;
        };
        association.hear(path);
        if matches!(association.phase, Phase::Setup(_)) {
            return self.handle_setup_chunks(id, path, packet);
        }
        self.receive_open(id, packet);
    }

    pub(super) fn receive_open(&mut self, id: AssociationId, packet: &Packet<'_>) {
        let (now, config) = (self.now, &self.config);
        let Some(association) = self.table.get_mut(id) else {
            return;
        };
        if !std::mem::replace(&mut association.arrived, true) {
            self.arrived.push(id);
        }
        if !std::mem::replace(&mut association.waiting, true) {
            self.waiting.push(id);
        }
        let Some((transfer, mut scope)) = association.open(now, id, config, &mut self.output) else {
            return;
        };
        transfer.receive(&mut scope, packet.chunks());
        if transfer.ended.is_some() {
            self.settle(id);
        }
    }

    /// An ABORT or SHUTDOWN COMPLETE of a peer that lost its state: it gives us back our own tag for it.
    pub(super) fn handle_reflected(&mut self, path: Path, packet: &Packet<'_>) {
        let Some(id) = self.table.of_peer(path.remote.ip(), packet.source) else {
            return;
        };
        let Some(association) = self.table.get(id) else {
            return;
        };
        let peer_tag = match &association.phase {
            Phase::Open(transfer) => transfer.agreement.peer_tag,
            Phase::Setup(setup) => match &setup.echo {
                Some(echo) => echo.agreement.peer_tag,
                None => return,
            },
        };
        if packet.tag == peer_tag {
            self.handle_chunks(id, path, packet);
        }
    }

    /// Calls an established association, and sees to what became of it.
    pub(super) fn with_open(&mut self, id: AssociationId, call: impl FnOnce(&mut Transfer, &mut Scope<'_>)) {
        let (now, config) = (self.now, &self.config);
        let Some((transfer, mut scope)) = self
            .table
            .get_mut(id)
            .and_then(|association| association.open(now, id, config, &mut self.output))
        else {
            return;
        };
        if transfer.ended.is_none() {
            call(transfer, &mut scope);
        }
        self.settle(id);
    }

    /// After a call: the association is over, or its timer is set.
    pub(super) fn settle(&mut self, id: AssociationId) {
        let ended = match self.table.get_mut(id).map(|association| &mut association.phase) {
            Some(Phase::Open(transfer)) => transfer.ended.take(),
            _ => None,
        };
        match ended {
            Some(reason) => self.end(id, reason),
            None => self.schedule(id),
        }
    }

    pub(super) fn schedule(&mut self, id: AssociationId) {
        if let Some(deadline) = self
            .table
            .get(id)
            .and_then(|association| association.poll_timeout(&self.config))
        {
            self.table.schedule(id, deadline);
        }
    }

    pub(super) fn end(&mut self, id: AssociationId, reason: Down) {
        if self.table.remove(id).is_some() {
            self.output.events.push_back(Event::Down {
                association: id,
                reason,
            });
        }
    }

    /// Works off what arrived.
    pub(super) fn feed(&mut self) {
        for id in std::mem::take(&mut self.arrived) {
            if let Some(association) = self.table.get_mut(id) {
                association.arrived = false;
            }
            self.with_open(id, |transfer, scope| transfer.feed(scope));
        }
    }

    /// Sends what waits.
    pub(super) fn flush(&mut self) {
        for id in std::mem::take(&mut self.waiting) {
            if let Some(association) = self.table.get_mut(id) {
                association.waiting = false;
            }
            self.with_open(id, |transfer, scope| transfer.flush(scope));
        }
    }

    /// The first chunk of a packet for an association that is being set up and whose peer aborts.
    pub(super) fn aborted(packet: &Packet<'_>) -> Option<Down> {
        let abort = packet.chunks().find(|chunk| chunk.kind == kind::ABORT)?;
        Some(Down::Aborted(describe(abort.value)))
    }
}
