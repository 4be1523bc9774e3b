//! What is said of a message that cannot be handled (TS 24.301 5.7, 7).

use super::{Environment, Session};
use crate::{Discard, Disposition};
use quintet_nas::eps::{
    AttachReject, AttachRequest, ControlPlaneServiceRequest, EmmCause, EmmMessage, EmmStatus,
    ExtendedServiceRequest, ServiceReject, TrackingAreaUpdateReject, TrackingAreaUpdateRequest,
};

impl Session {
    /// EMM STATUS. A UE takes it protected only (TS 24.301 4.4.4.2): without security the message is dropped.
    pub(in crate::network) fn status(&mut self, env: &mut Environment<'_>, cause: EmmCause) -> Disposition {
        if !self.secure {
            return Disposition::Silent(Discard::Malformed);
        }
        self.send(env, &EmmStatus::new(cause).into());
        Disposition::Replied(cause)
    }

    /// A message with a protocol error. The request that opens the connection is rejected with the cause
    /// (TS 24.301 5.5.1.2.7 c, 5.5.3.2.7 c, 5.6.1.7 c); any other is answered by a status and changes nothing.
    pub(super) fn invalid(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        cause: EmmCause,
    ) -> Disposition {
        let under_way = !self.goal.is_none() || !self.common.is_none() || !self.learnt.request.is_empty();
        let message_type = plain.get(1).copied().unwrap_or_default();
        let Some(reject) = reject_of(message_type, cause).filter(|_| !under_way) else {
            return self.status(env, cause);
        };
        self.send(env, &reject);
        self.release(env, crate::network::ReleaseCause::NormalRelease);
        Disposition::Replied(cause)
    }
}

/// The reject of a request.
fn reject_of(message_type: u8, cause: EmmCause) -> Option<EmmMessage<'static>> {
    Some(match message_type {
        AttachRequest::MESSAGE_TYPE => AttachReject::new(cause).into(),
        TrackingAreaUpdateRequest::MESSAGE_TYPE => TrackingAreaUpdateReject::new(cause).into(),
        ExtendedServiceRequest::MESSAGE_TYPE | ControlPlaneServiceRequest::MESSAGE_TYPE => {
            ServiceReject::new(cause).into()
        }
        _ => return None,
    })
}
