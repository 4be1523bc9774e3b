//! What session management has for a UE, until its session of mobility management takes it.

use quintet_fgmm::network::{SmDelivery, SmDeliveryKind, SmFailure};
use quintet_identity::SNssai;

/// What an SMF, or its absence, has for a UE.
#[derive(Debug)]
pub(crate) struct SmReply {
    pdu_session_id: u8,
    kind: Kind,
}

/// Kinds of [`SmReply`], as [`SmDeliveryKind`] has them.
#[derive(Debug)]
pub(super) enum Kind {
    Created,
    Message {
        s_nssai: Option<SNssai>,
        n1: Option<Box<[u8]>>,
        n2: Option<Box<[u8]>>,
    },
    Released(Option<Box<[u8]>>),
    Refused(SmFailure, Box<[u8]>),
}

impl SmReply {
    pub(super) fn new(pdu_session_id: u8, kind: Kind) -> Self {
        Self { pdu_session_id, kind }
    }

    /// For a session of mobility management.
    pub(crate) fn delivery(&self) -> SmDelivery<'_> {
        SmDelivery {
            pdu_session_id: self.pdu_session_id,
            kind: match &self.kind {
                Kind::Created => SmDeliveryKind::Created,
                Kind::Message { s_nssai, n1, n2 } => SmDeliveryKind::Message {
                    s_nssai: *s_nssai,
                    n1: n1.as_deref(),
                    n2: n2.as_deref(),
                },
                Kind::Released(n1) => SmDeliveryKind::Released { n1: n1.as_deref() },
                Kind::Refused(failure, container) => SmDeliveryKind::Refused {
                    failure: *failure,
                    container,
                },
            },
        }
    }
}
