//! What is said of a message that cannot be handled (TS 24.501 5.4.6, 7).

use super::{Environment, Session};
use crate::network::ReleaseCause;
use crate::{Discard, Disposition};
use quintet_nas::fgs::{
    ControlPlaneServiceRequest, FgmmCause, FgmmMessage, FgmmStatus, RegistrationReject, RegistrationRequest,
    ServiceReject, ServiceRequest,
};

impl Session {
    /// 5GMM STATUS. A UE takes it protected only (TS 24.501 4.4.4.2): without security the message is dropped.
    pub(in crate::network) fn status(&mut self, env: &mut Environment<'_>, cause: FgmmCause) -> Disposition {
        if !self.secure {
            return Disposition::Silent(Discard::Malformed);
        }
        self.send(env, &FgmmStatus::new(cause).into());
        Disposition::Replied(cause)
    }

    /// A message with a protocol error. The request that opens the connection is rejected with the cause
    /// (TS 24.501 5.5.1.2.8 b, 5.5.1.3.8 b, 5.6.1.8 b); any other is answered by a status and changes nothing.
    pub(super) fn invalid(
        &mut self,
        env: &mut Environment<'_>,
        plain: &[u8],
        cause: FgmmCause,
    ) -> Disposition {
        let under_way = !self.goal.is_none() || !self.common.is_none() || !self.learnt.request.is_empty();
        let message_type = plain.get(2).copied().unwrap_or_default();
        let Some(reject) = reject_of(message_type, cause).filter(|_| !under_way) else {
            return self.status(env, cause);
        };
        self.send(env, &reject);
        self.release(env, ReleaseCause::NormalRelease);
        Disposition::Replied(cause)
    }

    /// A message that cannot come now although the table allows it.
    pub(in crate::network) fn unexpected(
        &self,
        got: &'static str,
        expected: &'static str,
        clause: &'static str,
    ) -> Disposition {
        Disposition::Silent(Discard::Path(crate::Violation {
            got,
            expected,
            clause,
        }))
    }
}

/// The reject of a request.
fn reject_of(message_type: u8, cause: FgmmCause) -> Option<FgmmMessage<'static>> {
    Some(match message_type {
        RegistrationRequest::MESSAGE_TYPE => RegistrationReject::new(cause).into(),
        ServiceRequest::MESSAGE_TYPE | ControlPlaneServiceRequest::MESSAGE_TYPE => {
            ServiceReject::new(cause).into()
        }
        _ => return None,
    })
}
