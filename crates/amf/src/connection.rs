//! UE-associated logical NG connections (TS 38.413 3.1): a pair of identities, a stream, a session of mobility management.

use crate::home::Registering;
use crate::seaf::Authentication;
use quintet_fgmm::network::{ContextId, Session};
use quintet_identity::fgs::{Ncgi, Tai};
use quintet_ngap::{AmfUeNgapId, RanUeNgapId};
use quintet_sctp::AssociationId;
use quintet_telemetry::AttemptId;
use std::collections::HashMap;
use std::time::Duration;

/// AMF UE NGAP ID has 40 bits (TS 38.413 9.3.3.1).
const MAX_AMF_UE_NGAP_ID: u64 = (1 << 40) - 1;

/// How far a connection is, as NGAP sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// NAS only.
    Signalling,
    /// INITIAL CONTEXT SETUP REQUEST is out; given up at this time.
    SettingUp(Duration),
    /// The gNB has the UE's context.
    Established,
    /// UE CONTEXT RELEASE COMMAND is out; forgotten at this time.
    Releasing(Duration),
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) association: AssociationId,
    pub(crate) ran_ue_ngap_id: RanUeNgapId,
    /// The stream the UE's messages go out on.
    pub(crate) stream: u16,
    /// Gone once the connection is being released, and while it works.
    pub(crate) session: Option<Box<Session>>,
    /// The authentication at the AUSF that the session asked for last.
    pub(crate) authentication: Option<Box<Authentication>>,
    /// The registration at the UDM that the session asked for last.
    pub(crate) registering: Option<Box<Registering>>,
    /// Whose connection it is, once that is proved.
    pub(crate) context: Option<ContextId>,
    pub(crate) phase: Phase,
    pub(crate) tai: Tai,
    pub(crate) ncgi: Ncgi,
    /// What its attempt is called on every node, once the connection has its identity.
    pub(crate) attempt: Option<AttemptId>,
    /// When anything was heard last.
    pub(crate) heard: Duration,
    /// The deadline that is in the schedule.
    pub(crate) armed: Option<Duration>,
}

/// All connections, by the AMF's identity of them. Identities count up and are not used again before 2⁴⁰ others were.
#[derive(Debug)]
pub(crate) struct Connections {
    by_id: HashMap<AmfUeNgapId, Box<Connection>>,
    next: u64,
}

impl Connections {
    /// None yet; the first has the identity after `last`.
    pub(crate) fn after(last: u64) -> Self {
        Self {
            by_id: HashMap::new(),
            next: last.min(MAX_AMF_UE_NGAP_ID),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn insert(&mut self, mut connection: Connection) -> AmfUeNgapId {
        // The limits keep far fewer connections than there are identities.
        let id = loop {
            self.next = if self.next == MAX_AMF_UE_NGAP_ID {
                0
            } else {
                self.next + 1
            };
            let id = AmfUeNgapId(self.next);
            if !self.by_id.contains_key(&id) {
                break id;
            }
        };
        let (ncgi, gnb) = (connection.ncgi, connection.ran_ue_ngap_id.0);
        let cell = (ncgi.plmn().octets(), ncgi.cell());
        connection.attempt = Some(AttemptId::of_connection(cell, gnb.into(), id.0));
        self.by_id.insert(id, Box::new(connection));
        id
    }

    pub(crate) fn get(&self, id: AmfUeNgapId) -> Option<&Connection> {
        self.by_id.get(&id).map(|boxed| &**boxed)
    }

    pub(crate) fn get_mut(&mut self, id: AmfUeNgapId) -> Option<&mut Connection> {
        self.by_id.get_mut(&id).map(|boxed| &mut **boxed)
    }

    pub(crate) fn remove(&mut self, id: AmfUeNgapId) -> Option<Box<Connection>> {
        self.by_id.remove(&id)
    }
}
