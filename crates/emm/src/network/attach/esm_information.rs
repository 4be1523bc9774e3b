//! ESM information request (TS 24.301 6.6.1.2): what a UE tells of its APN under protection only.

use super::Phases;
use crate::network::Session;
use crate::network::session::{Environment, Goal};
use crate::network::timer::Timer;
use crate::{Disposition, Violation};
use quintet_nas::eps::{
    EpsBearerIdentity, EsmCause, EsmInformationRequest, EsmInformationResponse, ProcedureTransactionIdentity,
};

/// How often ESM INFORMATION REQUEST is sent again: the third expiry of T3489 is the last (TS 24.301 6.6.1.2.6 a).
const T3489_RETRANSMISSIONS: u8 = 2;

impl Session {
    /// ESM INFORMATION REQUEST, guarded by T3489.
    pub(super) fn request_esm_information(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::Attach(attach) = &self.goal else {
            return Disposition::Handled;
        };
        let Ok(pdn) = &attach.requested.pdn else {
            return Disposition::Handled;
        };
        let mut message = Vec::new();
        EsmInformationRequest::new(EpsBearerIdentity::UNASSIGNED, pdn.transaction).encode(&mut message);
        self.transmit(env, &message, false);
        self.guard(env, Timer::T3489, message);
        if let Some(running) = &mut self.running {
            running.left = running.left.min(T3489_RETRANSMISSIONS);
        }
        Disposition::Handled
    }

    /// ESM INFORMATION RESPONSE (TS 24.301 6.6.1.2.4).
    pub(in crate::network) fn esm_information(
        &mut self,
        env: &mut Environment<'_>,
        response: &EsmInformationResponse<'_>,
    ) -> Disposition {
        let transaction = response.procedure_transaction_identity;
        let pdn = match &mut self.goal {
            Goal::Attach(attach) if matches!(attach.phase, Phases::EsmInformation) => {
                attach.requested.pdn.as_mut().ok()
            }
            _ => None,
        };
        let unknown = matches!(
            transaction,
            ProcedureTransactionIdentity::UNASSIGNED | ProcedureTransactionIdentity::RESERVED
        );
        match pdn {
            _ if unknown => self.esm_status(env, transaction, EsmCause::INVALID_PTI_VALUE),
            Some(pdn) if pdn.transaction == transaction => {
                let learnt = pdn.informed(response);
                self.answered();
                match learnt {
                    Ok(()) => self.attach_locate(env),
                    Err(cause) => self.attach_reject_esm(env, cause),
                }
            }
            // TS 24.301 7.3.1 c: no procedure has this PTI.
            _ => self.esm_status(env, transaction, EsmCause::PTI_MISMATCH),
        }
    }

    /// T3489 has expired for the last time (TS 24.301 6.6.1.2.6 a).
    pub(in crate::network) fn exhausted_t3489(&mut self, env: &mut Environment<'_>) {
        let _ = self.attach_reject_esm(env, EsmCause::ESM_INFORMATION_NOT_RECEIVED);
    }
}

impl Session {
    /// What came when nothing of its kind was due.
    pub(in crate::network) fn unexpected(
        &self,
        got: &'static str,
        expected: &'static str,
        clause: &'static str,
    ) -> Disposition {
        Disposition::Silent(crate::Discard::Path(Violation {
            got,
            expected,
            clause,
        }))
    }
}
