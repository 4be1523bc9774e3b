//! UE-associated logical S1 connections (TS 36.413 3.1): a pair of identities, a stream, a session of mobility management.

use quintet_diameter::node::RequestHandle;
use quintet_emm::network::{ContextId, Session};
use quintet_identity::{Ecgi, Tai};
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId};
use quintet_sctp::AssociationId;
use quintet_telemetry::AttemptId;
use std::collections::HashMap;
use std::time::Duration;

/// How far a connection is, as S1AP sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// NAS only.
    Signalling,
    /// INITIAL CONTEXT SETUP REQUEST is out; given up at this time.
    SettingUp(Duration),
    /// The eNB has the UE's context.
    Established,
    /// UE CONTEXT RELEASE COMMAND is out; forgotten at this time.
    Releasing(Duration),
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) association: AssociationId,
    pub(crate) enb_ue_s1ap_id: EnbUeS1apId,
    /// The stream the UE's messages go out on.
    pub(crate) stream: u16,
    /// Gone once the connection is being released, and while it works.
    pub(crate) session: Option<Box<Session>>,
    /// The request to the HSS whose answer the session waits for: the last one. An answer to another is of a procedure
    /// that was dropped, maybe about another subscriber.
    pub(crate) asked: Option<RequestHandle>,
    /// Whose connection it is, once that is proved.
    pub(crate) context: Option<ContextId>,
    pub(crate) phase: Phase,
    pub(crate) tai: Tai,
    pub(crate) ecgi: Ecgi,
    /// What its attempt is called on every node, once the connection has its identity.
    pub(crate) attempt: Option<AttemptId>,
    /// When anything was heard last.
    pub(crate) heard: Duration,
    /// The deadline that is in the schedule.
    pub(crate) armed: Option<Duration>,
}

/// All connections, by the MME's identity of them. Identities count up and are not used again before 2³² others were.
#[derive(Debug)]
pub(crate) struct Connections {
    by_id: HashMap<MmeUeS1apId, Box<Connection>>,
    next: u32,
}

impl Connections {
    /// None yet; the first has the identity after `last`.
    pub(crate) fn after(last: u32) -> Self {
        Self {
            by_id: HashMap::new(),
            next: last,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn insert(&mut self, mut connection: Connection) -> MmeUeS1apId {
        // The limits keep far fewer connections than there are identities.
        let id = loop {
            self.next = self.next.wrapping_add(1);
            let id = MmeUeS1apId(self.next);
            if !self.by_id.contains_key(&id) {
                break id;
            }
        };
        let (ecgi, enb) = (connection.ecgi, connection.enb_ue_s1ap_id.0);
        let cell = (ecgi.plmn().octets(), u64::from(ecgi.cell()));
        connection.attempt = Some(AttemptId::of_connection(cell, enb.into(), id.0.into()));
        self.by_id.insert(id, Box::new(connection));
        id
    }

    pub(crate) fn get(&self, id: MmeUeS1apId) -> Option<&Connection> {
        self.by_id.get(&id).map(|boxed| &**boxed)
    }

    pub(crate) fn get_mut(&mut self, id: MmeUeS1apId) -> Option<&mut Connection> {
        self.by_id.get_mut(&id).map(|boxed| &mut **boxed)
    }

    pub(crate) fn remove(&mut self, id: MmeUeS1apId) -> Option<Box<Connection>> {
        self.by_id.remove(&id)
    }
}
