//! ATTACH REJECT for what is wrong with the PDN connection or the subscription (TS 24.301 5.5.1.2.5, 6.5.1.4.1).

use crate::Disposition;
use crate::network::Session;
use crate::network::event::Phase;
use crate::network::output::ReleaseCause;
use crate::network::session::{Environment, Goal};
use quintet_nas::eps::{
    AttachReject, EmmCause, EpsBearerIdentity, EsmCause, EsmMessageContainer, ExtendedEmmCause,
    PdnConnectivityReject, ProcedureTransactionIdentity,
};

impl Session {
    /// ATTACH REJECT #19 with PDN CONNECTIVITY REJECT in it.
    pub(in crate::network) fn attach_reject_esm(
        &mut self,
        env: &mut Environment<'_>,
        cause: EsmCause,
    ) -> Disposition {
        let transaction = match &self.goal {
            Goal::Attach(attach) => match &attach.requested.pdn {
                Ok(pdn) => pdn.transaction,
                Err((transaction, _)) => *transaction,
            },
            _ => ProcedureTransactionIdentity::UNASSIGNED,
        };
        let mut esm = Vec::new();
        PdnConnectivityReject::new(EpsBearerIdentity::UNASSIGNED, transaction, cause).encode(&mut esm);
        let mut message = AttachReject::new(EmmCause::ESM_FAILURE);
        message.esm_message_container = Some(EsmMessageContainer(&esm));
        self.attach_refuse(env, message)
    }

    /// ATTACH REJECT #15 because the subscription does not allow E-UTRAN, which is said too (TS 24.301 9.9.3.26A).
    pub(super) fn attach_reject_access(&mut self, env: &mut Environment<'_>) -> Disposition {
        let mut message = AttachReject::new(EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA);
        message.extended_emm_cause = Some(ExtendedEmmCause::E_UTRAN_NOT_ALLOWED);
        self.attach_refuse(env, message)
    }

    fn attach_refuse(&mut self, env: &mut Environment<'_>, message: AttachReject<'_>) -> Disposition {
        let cause = message.emm_cause;
        self.answered();
        self.send(env, &message.into());
        self.goal = Goal::None;
        self.phase(env, Phase::Rejected(cause));
        self.release(env, ReleaseCause::NormalRelease);
        Disposition::Replied(cause)
    }
}
