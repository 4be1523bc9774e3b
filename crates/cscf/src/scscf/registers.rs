//! REGISTERs under way: those that are not answered yet, and answers that wait until what they say is durable.

use quintet_ims::registrar::RegisterId;
use quintet_sip::transaction::ServerId;
use quintet_sip::transport::Hop;
use std::collections::{HashMap, VecDeque};

/// A REGISTER that is not answered yet.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) server: ServerId,
    pub(crate) hop: Hop,
    pub(crate) octets: Box<[u8]>,
}

/// A final response that waits until the registration is durable.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) server: ServerId,
    pub(super) octets: Vec<u8>,
}

/// REGISTERs under way.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    pub(super) held: HashMap<u64, Held>,
    by_server: HashMap<ServerId, u64>,
    next: u64,
    /// Responses of a session whose record has not left yet.
    pub(super) unsaved: HashMap<u32, Vec<Waiting>>,
    /// Responses whose record left, and as which.
    pub(super) saving: VecDeque<(u64, Vec<Waiting>)>,
    saves: u64,
}

impl Registers {
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn hold(&mut self, held: Held) -> RegisterId {
        self.next += 1;
        self.by_server.insert(held.server, self.next);
        self.held.insert(self.next, held);
        RegisterId(self.next)
    }

    pub(super) fn take(&mut self, id: RegisterId) -> Option<Held> {
        let held = self.held.remove(&id.0)?;
        self.by_server.remove(&held.server);
        Some(held)
    }

    /// Nobody waits for its response any more.
    pub(crate) fn forget(&mut self, server: ServerId) {
        if let Some(id) = self.by_server.remove(&server) {
            self.held.remove(&id);
        }
    }

    /// A record left to be stored.
    pub(crate) fn leaves(&mut self, place: u32) {
        self.saves += 1;
        if let Some(waiting) = self.unsaved.remove(&place) {
            self.saving.push_back((self.saves, waiting));
        }
    }
}
