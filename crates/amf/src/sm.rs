//! N11: session management is an SMF's (TS 29.502 5.2.2, TS 29.518 5.2.2.3). Not spoken yet: without an SMF a UE's request
//! comes back to it with 5GMM cause #90.

use crate::amf::Amf;
use crate::calls::Outcome;
use quintet_fgmm::network::{At, ContextId, SmDelivery, SmDeliveryKind, SmFailure, SmRequest, SmRequestKind};
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::nudm::sdm::SmfSelectionSubscriptionData;
use quintet_sbi::{ProblemDetails, Request, Response};

/// What was asked of an SMF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// CreateSMContext.
    Create,
}

/// The contexts of a UE at its SMFs.
#[derive(Debug, Default)]
pub(crate) struct SmContexts {}

/// What session management has for a UE.
#[derive(Debug)]
pub(crate) struct SmReply {
    pdu_session_id: u8,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Refused(SmFailure, Box<[u8]>),
}

impl SmReply {
    pub(crate) fn delivery(&self) -> SmDelivery<'_> {
        SmDelivery {
            pdu_session_id: self.pdu_session_id,
            kind: match &self.kind {
                Kind::Refused(failure, container) => SmDeliveryKind::Refused {
                    failure: *failure,
                    container,
                },
            },
        }
    }
}

impl Amf {
    pub(crate) fn session_management(&mut self, id: AmfUeNgapId, request: SmRequest) {
        let container = match request.kind {
            SmRequestKind::Create { container, .. } | SmRequestKind::Update { container, .. } => container,
            SmRequestKind::Activate | SmRequestKind::Release => return,
        };
        let reply = SmReply {
            pdu_session_id: request.pdu_session_id,
            kind: Kind::Refused(SmFailure::NotForwarded, container),
        };
        self.consequences
            .push_back((id, crate::amf::Consequence::Sm(reply)));
    }

    pub(crate) fn smf_answered(&mut self, _at: At, _id: ContextId, _asked: (u8, Asked), _outcome: &Outcome) {}
    pub(crate) fn select_dnns(&mut self, _id: ContextId, _data: &SmfSelectionSubscriptionData) {}
    pub(crate) fn release_sm_contexts(&mut self, _id: ContextId) {}
    pub(crate) fn release_all(&mut self, _sm: SmContexts) {}
    pub(crate) fn resource_answered(&mut self, _id: AmfUeNgapId, _session: u8, _up: bool, _transfer: &[u8]) {}
    pub(crate) fn n1_n2_message_transfer(
        &mut self,
        _at: At,
        _id: ContextId,
        _request: &Request,
    ) -> Result<Response, Box<ProblemDetails>> {
        Err(Box::new(ProblemDetails::with_status(501)))
    }
}
